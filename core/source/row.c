/* row.c — one row as bytes (for frames and the store), and what makes a text unfit to travel. */

#include "base/base.h"
#include "source/source.h"
#include "base/text.h"

#include <endian.h>

#define LENGTH_NULL 0xffffffffu

void source_row_encode(struct buf *out, const struct cell *cells, int count)
{
	for (int i = 0; i < count; i++) {
		uint32_t len = htole32(cells[i].text ? cells[i].len : LENGTH_NULL);

		buf_add(out, &len, sizeof(len));
		if (cells[i].text)
			buf_add(out, cells[i].text, cells[i].len);
	}
}

bool source_row_decode(struct cell *cells, int count, const char *data, size_t len)
{
	size_t at = 0;

	for (int i = 0; i < count; i++) {
		uint32_t size;

		if (len - at < sizeof(size))
			return false;
		memcpy(&size, data + at, sizeof(size));
		size = le32toh(size);
		at += sizeof(size);
		cells[i] = (struct cell){ NULL, 0, NULL };
		if (size == LENGTH_NULL)
			continue;
		if (len - at < size)
			return false;
		cells[i].text = data + at;
		cells[i].len = size;
		at += size;
	}
	return at == len;
}

/* Most texts are plain ASCII: look at eight bytes a step before anything finer. */
static size_t ascii_prefix(const char *text, size_t len)
{
	size_t at = 0;

	for (; len - at >= 8; at += 8) {
		uint64_t eight;

		memcpy(&eight, text + at, sizeof(eight));
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	return at;
}

const char *source_text_problem(char *words, size_t size, const char *text, size_t len)
{
	const char *nul = len ? memchr(text, '\0', len) : NULL;
	size_t good = ascii_prefix(text, len);

	if (nul) {
		snprintf(words, size, "the value holds a NUL byte at position %zu",
			(size_t)(nul - text) + 1);
		return words;
	}
	good += text_utf8_prefix(text + good, len - good);
	if (good == len)
		return NULL;
	snprintf(words, size, "the value is not UTF-8 from byte %zu on: set the driver's encoding",
		good + 1);
	return words;
}

const char *column_type_name(enum column_type type)
{
	static const char *const names[] = {
		[COLUMN_TEXT] = "text",
		[COLUMN_INTEGER] = "integer",
		[COLUMN_DECIMAL] = "decimal",
		[COLUMN_FLOAT] = "float",
		[COLUMN_BOOLEAN] = "boolean",
		[COLUMN_DATE] = "date",
		[COLUMN_TIME] = "time",
		[COLUMN_DATETIME] = "datetime",
		[COLUMN_DATETIME_TZ] = "datetime with time zone",
		[COLUMN_BINARY] = "binary",
	};

	return (size_t)type < ARRAY_SIZE(names) ? names[type] : "text";
}
