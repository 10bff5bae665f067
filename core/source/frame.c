/* frame.c — frames of the reader's pipe. The parent trusts no length in them: a driver that ran
 * wild may have written into the child's memory. */

#include "base/base.h"
#include "source/frame.h"
#include "base/text.h"

#include <endian.h>

static void put_number(struct buf *out, uint32_t number)
{
	number = htole32(number);
	buf_add(out, &number, sizeof(number));
}

static void put_text(struct buf *out, const char *text)
{
	put_number(out, (uint32_t)strlen(text) + 1);
	buf_add(out, text, strlen(text) + 1);
}

static bool get_number(uint32_t *number, struct frame_cursor *cursor)
{
	if ((size_t)(cursor->end - cursor->at) < sizeof(*number))
		return false;
	memcpy(number, cursor->at, sizeof(*number));
	*number = le32toh(*number);
	cursor->at += sizeof(*number);
	return true;
}

/* A text with its NUL, borrowed. */
static bool get_text(const char **text, struct frame_cursor *cursor)
{
	uint32_t len;

	if (!get_number(&len, cursor) || !len || len > (size_t)(cursor->end - cursor->at) ||
		cursor->at[len - 1] != '\0')
		return false;
	*text = cursor->at;
	cursor->at += len;
	return true;
}

void frame_begin(struct buf *out, enum frame_kind kind)
{
	buf_reset(out);
	buf_add_char(out, (char)kind);
	put_number(out, 0);
}

void frame_end(struct buf *out)
{
	uint32_t len = htole32((uint32_t)(out->len - FRAME_HEAD));

	if (out->broken == ERR_NONE)
		memcpy(out->data + 1, &len, sizeof(len));
}

void frame_columns(struct buf *out, const struct column *columns, int count)
{
	frame_begin(out, FRAME_COLUMNS);
	put_number(out, (uint32_t)count);
	for (int i = 0; i < count; i++) {
		put_number(out, (uint32_t)columns[i].type);
		put_number(out, (uint32_t)columns[i].size);
		put_number(out, (uint32_t)columns[i].scale);
		put_text(out, columns[i].name);
	}
	frame_end(out);
}

void frame_row(struct buf *out, const struct cell *cells, int count)
{
	size_t len = (size_t)count * sizeof(uint32_t);
	uint32_t bad = 0;

	for (int i = 0; i < count; i++) {
		len += cells[i].text ? cells[i].len : 0;
		bad += cells[i].bad != NULL;
	}
	put_number(out, (uint32_t)len);
	put_number(out, bad);
	for (int i = 0; bad && i < count; i++) {
		if (!cells[i].bad)
			continue;
		put_number(out, (uint32_t)i);
		put_text(out, cells[i].bad);
	}
	source_row_encode(out, cells, count);
}

void frame_updated(struct buf *out, int rows, const char *text)
{
	put_number(out, (uint32_t)rows);
	put_text(out, text);
}

void frame_error(struct buf *out, const struct err *err)
{
	frame_begin(out, FRAME_ERROR);
	put_number(out, err->kind);
	put_number(out, err->retryable);
	put_text(out, err->code);
	put_text(out, err->text);
	frame_end(out);
}

bool frame_head(enum frame_kind *kind, uint32_t *len, const char *head)
{
	uint32_t length;

	memcpy(&length, head + 1, sizeof(length));
	length = le32toh(length);
	if (!head[0] || !strchr("CREYUX", head[0]) || length > FRAME_MAX)
		return false;
	*kind = (enum frame_kind)head[0];
	*len = length;
	return true;
}

static bool read_column(struct column *column, struct frame_cursor *cursor)
{
	uint32_t type, size, scale;
	const char *name;

	if (!get_number(&type, cursor) || !get_number(&size, cursor) ||
		!get_number(&scale, cursor) || !get_text(&name, cursor) || type > COLUMN_BINARY)
		return false;
	column->type = (enum column_type)type;
	column->size = (int)size;
	column->scale = (int)scale;
	return text_copy(column->name, sizeof(column->name), name);
}

bool frame_read_columns(struct column **columns, int *count, struct frame_cursor *cursor)
{
	uint32_t number;
	struct column *read;

	if (!get_number(&number, cursor) || !number || number > COLUMNS_MAX)
		return false;
	read = calloc(number, sizeof(*read));
	if (!read)
		return false;
	for (uint32_t i = 0; i < number; i++) {
		if (!read_column(&read[i], cursor)) {
			free(read);
			return false;
		}
	}
	*columns = read;
	*count = (int)number;
	return cursor->at == cursor->end;
}

int frame_read_row(struct cell *cells, int count, const char **row, size_t *row_len,
	struct frame_cursor *cursor)
{
	struct frame_cursor bad_cells;
	uint32_t len, bad, index;

	if (cursor->at == cursor->end)
		return 0;
	if (!get_number(&len, cursor) || !get_number(&bad, cursor) || bad > (uint32_t)count)
		return -1;
	bad_cells = *cursor;
	for (uint32_t i = 0; i < bad; i++) {
		const char *why;

		if (!get_number(&index, cursor) || !get_text(&why, cursor) ||
			index >= (uint32_t)count)
			return -1;
	}
	if (len > (size_t)(cursor->end - cursor->at) ||
		!source_row_decode(cells, count, cursor->at, len))
		return -1;
	*row = cursor->at;
	*row_len = len;
	cursor->at += len;
	for (uint32_t i = 0; i < bad; i++) {
		get_number(&index, &bad_cells);
		get_text(&cells[index].bad, &bad_cells);
	}
	return 1;
}

bool frame_read_updated(int *rows, const char **text, struct frame_cursor *cursor)
{
	uint32_t number;

	if (!get_number(&number, cursor) || !get_text(text, cursor))
		return false;
	*rows = (int)number;
	return true;
}

bool frame_read_error(struct err *err, struct frame_cursor *cursor)
{
	uint32_t kind, retryable;
	const char *code, *text;

	if (!get_number(&kind, cursor) || !get_number(&retryable, cursor) ||
		!get_text(&code, cursor) || !get_text(&text, cursor) || !kind || kind > ERR_NOMEM)
		return false;
	err_set(err, (enum err_kind)kind, "%s", text);
	err->retryable = retryable;
	text_copy(err->code, sizeof(err->code), code);
	return true;
}
