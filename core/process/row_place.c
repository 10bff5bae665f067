/* row_place.c — the last two cells of a row out of a file, as the store keeps them. */

#include "base/base.h"
#include "process/row_place.h"
#include "base/text.h"
#include "source/file_source.h"
#include "source/frame.h"

#define COLUMNS_BYTES (1u << 20)

static bool of_file(const struct column *columns, int count)
{
	return count >= FILE_COLUMNS && text_equal(columns[count - 2].name, FILE_COLUMN_NAME) &&
	       text_equal(columns[count - 1].name, FILE_COLUMN_LINE);
}

static void take(struct row_place *out, const struct cell *cells, int count)
{
	const struct cell *file = &cells[count - 2], *line = &cells[count - 1];
	char digits[24];

	if (!file->text || !line->text)
		return;
	snprintf(out->file, sizeof(out->file), "%.*s", (int)file->len, file->text);
	snprintf(digits, sizeof(digits), "%.*s", (int)line->len, line->text);
	if (!text_int(&out->line, digits, 1, INT64_MAX))
		out->file[0] = '\0';
}

int process_row_place(struct row_place *out, struct view *view, const struct message_detail *detail,
	struct err *err)
{
	struct buf data = BUF_INIT(COLUMNS_BYTES);
	struct column *columns = NULL;
	struct cell *cells = NULL;
	int count = 0;
	int rc = view_run_columns(&data, view, detail->message.run, err);
	struct frame_cursor cursor = { buf_str(&data), buf_str(&data) + data.len };

	*out = (struct row_place){ .line = 0 };
	if (!rc && data.len && frame_read_columns(&columns, &count, &cursor) &&
		of_file(columns, count)) {
		cells = calloc((size_t)count, sizeof(*cells));
		if (!cells)
			rc = err_nomem(err);
		else if (source_row_decode(cells, count, detail->source, detail->source_len))
			take(out, cells, count);
	}
	free(cells);
	free(columns);
	buf_free(&data);
	return rc;
}
