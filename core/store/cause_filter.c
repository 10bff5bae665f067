/* cause_filter.c — the words of the filter language that find one group of failures again. */

#include "base/base.h"
#include "base/text.h"
#include "store/view.h"

#include <strings.h>

#define FIELD_SEPARATORS ", "

static void add(struct buf *out, const char *term, const char *value, size_t len)
{
	bool quote = memchr(value, ' ', len) || memchr(value, ':', len) ||
		     memchr(value, ',', len) || *value == '!';

	buf_addf(out, "%s%s%s%.*s%s", out->len ? " " : "", term, quote ? "\"" : "", (int)len, value,
		quote ? "\"" : "");
}

static bool names(const char *fields, const char *name, size_t len)
{
	while (*(fields += strspn(fields, FIELD_SEPARATORS))) {
		size_t here = strcspn(fields, FIELD_SEPARATORS);

		if (here == len && strncasecmp(fields, name, len) == 0)
			return true;
		fields += here;
	}
	return false;
}

static bool has_all(const char *fields, const char *wanted)
{
	while (*(wanted += strspn(wanted, FIELD_SEPARATORS))) {
		size_t len = strcspn(wanted, FIELD_SEPARATORS);

		if (!names(fields, wanted, len))
			return false;
		wanted += len;
	}
	return true;
}

/* `field:` finds a name among others: those of a larger group of the same code are kept out. */
static void keep_fields_out(struct buf *out, const struct cause *cause, const struct cause *other)
{
	const char *name = other->fields;

	if (!text_equal_fold(other->code, cause->code) || !has_all(other->fields, cause->fields))
		return;
	while (*(name += strspn(name, FIELD_SEPARATORS))) {
		size_t len = strcspn(name, FIELD_SEPARATORS);

		if (!names(cause->fields, name, len)) {
			add(out, "!field:", name, len);
			return;
		}
		name += len;
	}
}

static void keep_out(struct buf *out, const struct cause *cause, const struct cause *other)
{
	if (other == cause)
		return;
	keep_fields_out(out, cause, other);
	/* No word says "no code", and none "no words". */
	if (!cause->code[0] && other->code[0] && text_equal(other->form, cause->form))
		add(out, "!code:", other->code, strlen(other->code));
	if (!cause->fields[0] && !cause->form[0] && other->form[0] &&
		text_equal_fold(other->code, cause->code))
		add(out, "!like:", other->form, strlen(other->form));
}

bool cause_filter(char *out, size_t size, const char *within, const struct cause *causes, int count,
	int place)
{
	const struct cause *cause = &causes[place];
	struct buf text = BUF_INIT(4096);
	const char *name = cause->fields;
	bool whole = !cause->rest && (cause->code[0] || cause->form[0]);

	buf_add_str(&text, within);
	add(&text, "status:", "failed", strlen("failed"));
	if (cause->code[0])
		add(&text, "code:", cause->code, strlen(cause->code));
	while (*(name += strspn(name, FIELD_SEPARATORS))) {
		size_t len = strcspn(name, FIELD_SEPARATORS);

		add(&text, "field:", name, len);
		name += len;
	}
	if (cause->form[0])
		add(&text, "like:", cause->form, strlen(cause->form));
	for (int i = 0; i < count; i++)
		keep_out(&text, cause, &causes[i]);
	whole = whole && text_copy(out, size, buf_str(&text));
	buf_free(&text);
	return whole;
}
