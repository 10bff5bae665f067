/* bulk_reader.c — a result file of a bulk job, as it comes in, through libcsv. */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/bulk.h"

#include <csv.h>

#define CELL_MAX (2u << 20)
#define COLUMNS_MAX 5010

/* Columns that the org adds; the others are those that were sent. */
enum { OURS, THEIR_ID, THEIR_CREATED, THEIR_ERROR, UNKNOWN };

static const struct {
	const char *name;
	int what;
} theirs[] = {
	{ "sf__Id", THEIR_ID },
	{ "sf__Created", THEIR_CREATED },
	{ "sf__Error", THEIR_ERROR },
};

struct bulk_reader {
	struct csv_parser parser;
	bulk_each *each;
	void *ctx;
	struct bulk_sheet *sheet;
	struct head {
		int what, column;
	} * head; /* one a column of the file */
	size_t head_count;
	bool head_read;
	size_t cell; /* of the row */
	struct bulk_line line;
	struct buf error; /* the row's sf__Error, to be taken apart, and ... */
	struct buf whole; /* ... as it came */
	struct buf fields;
	int64_t rows;
	int rc;
	struct err err;
};

static int no_space(unsigned char c)
{
	(void)c;
	return 0; /* values are not trimmed */
}

int bulk_reader_new(struct bulk_reader **out, enum bulk_file file, struct bulk_sheet *sheet,
	bulk_each *each, void *ctx, struct err *err)
{
	struct bulk_reader *reader = calloc(1, sizeof(*reader));

	*out = NULL;
	if (!reader)
		return err_nomem(err);
	if (csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI)) {
		free(reader);
		return err_nomem(err);
	}
	csv_set_space_func(&reader->parser, no_space);
	buf_init(&reader->error, CELL_MAX);
	buf_init(&reader->whole, CELL_MAX);
	buf_init(&reader->fields, CELL_MAX);
	reader->each = each;
	reader->ctx = ctx;
	reader->sheet = sheet;
	reader->line.file = file;
	bulk_sheet_clear(sheet);
	*out = reader;
	return 0;
}

void bulk_reader_free(struct bulk_reader *reader)
{
	if (!reader)
		return;
	csv_free(&reader->parser);
	free(reader->head);
	buf_free(&reader->error);
	buf_free(&reader->whole);
	buf_free(&reader->fields);
	free(reader);
}

static void fail(struct bulk_reader *reader, int rc)
{
	if (!reader->rc)
		reader->rc = rc;
}

/* ---- the header ---- */

static void take_name(struct bulk_reader *reader, const char *name, size_t len)
{
	struct head *bigger;
	struct head head = { UNKNOWN, -1 };

	if (reader->head_count == COLUMNS_MAX) {
		fail(reader, err_set(&reader->err, ERR_PROTOCOL,
				     "a result file has more than %d columns", COLUMNS_MAX));
		return;
	}
	bigger = reallocarray(reader->head, reader->head_count + 1, sizeof(*bigger));
	if (!bigger) {
		fail(reader, err_nomem(&reader->err));
		return;
	}
	reader->head = bigger;
	for (size_t i = 0; i < ARRAY_SIZE(theirs); i++)
		if (strlen(theirs[i].name) == len && memcmp(theirs[i].name, name, len) == 0)
			head.what = theirs[i].what;
	if (head.what == UNKNOWN)
		head.column = bulk_sheet_find(reader->sheet, name, len);
	if (head.column >= 0)
		head.what = OURS;
	reader->head[reader->head_count++] = head;
}

static bool has(const struct bulk_reader *reader, int what)
{
	for (size_t i = 0; i < reader->head_count; i++)
		if (reader->head[i].what == what)
			return true;
	return false;
}

/* Each column that was sent must come back once, beside what the file is about. */
static void end_header(struct bulk_reader *reader)
{
	static const int needed[] = {
		[BULK_FILE_SUCCESSFUL] = THEIR_ID, [BULK_FILE_FAILED] = THEIR_ERROR
	};
	enum bulk_file file = reader->line.file;
	size_t ours = 0;

	reader->head_read = true;
	for (size_t i = 0; i < reader->head_count; i++)
		ours += reader->head[i].what == OURS;
	if (ours != bulk_sheet_columns(reader->sheet) ||
		(file != BULK_FILE_UNPROCESSED && !has(reader, needed[file])))
		fail(reader,
			err_set(&reader->err, ERR_PROTOCOL,
				"the header of the file %s is not that of the data that was sent",
				bulk_file_name(file)));
}

/* ---- rows ---- */

static void take_cell(struct bulk_reader *reader, const char *text, size_t len)
{
	const struct head *head = &reader->head[reader->cell];
	struct bulk_line *line = &reader->line;

	switch (head->what) {
	case OURS:
		fail(reader, bulk_sheet_set(reader->sheet, head->column, text, len, &reader->err));
		break;
	case THEIR_ID:
		len = strnlen(text, len < sizeof(line->id) ? len : sizeof(line->id) - 1);
		memcpy(line->id, text, len);
		line->id[len] = '\0';
		break;
	case THEIR_CREATED:
		line->created = len == 4 && memcmp(text, "true", 4) == 0;
		break;
	case THEIR_ERROR:
		buf_add(&reader->error, text, len);
		break;
	default:
		break;
	}
}

/* libcsv: one field is over. */
static void on_cell(void *data, size_t len, void *ctx)
{
	struct bulk_reader *reader = ctx;

	if (reader->rc)
		return;
	if (!reader->head_read)
		take_name(reader, data, len);
	else if (reader->cell < reader->head_count)
		take_cell(reader, data, len);
	reader->cell++;
}

/* "CODE:the message:Field1 Field2 --" into its parts. */
static void split_error(struct bulk_reader *reader)
{
	struct bulk_line *line = &reader->line;
	char *text = reader->error.data;
	size_t len = reader->error.len;
	size_t code = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
	char *tail;

	buf_reset(&reader->whole);
	buf_add(&reader->whole, text, len);
	line->error = buf_str(&reader->whole);
	if (code && code < sizeof(line->code) && text[code] == ':') {
		memcpy(line->code, text, code);
		line->code[code] = '\0';
		text += code + 1;
		len -= code + 1;
	}
	line->text = text;
	tail = strrchr(text, ':');
	if (!tail || len < 2 || strcmp(text + len - 2, "--") != 0)
		return;
	*tail++ = '\0';
	for (tail[strlen(tail) - 2] = '\0'; *tail;) {
		size_t name = strcspn(tail, " ");

		if (name && reader->fields.len)
			buf_add_char(&reader->fields, ',');
		buf_add(&reader->fields, tail, name);
		tail += name + (tail[name] == ' ');
	}
	line->fields = buf_str(&reader->fields);
}

/* libcsv: one line is over. */
static void on_row(int c, void *ctx)
{
	struct bulk_reader *reader = ctx;

	(void)c;
	if (reader->rc)
		return;
	if (!reader->head_read) {
		end_header(reader);
	} else if (reader->cell != reader->head_count) {
		fail(reader, err_set(&reader->err, ERR_PROTOCOL,
				     "row %" PRId64 " of the file %s has %zu cells, not %zu",
				     reader->rows + 1, bulk_file_name(reader->line.file),
				     reader->cell, reader->head_count));
	} else {
		if (reader->error.len && !reader->error.broken)
			split_error(reader);
		fail(reader, reader->each(reader->ctx, reader->sheet, &reader->line, &reader->err));
		reader->rows++;
	}
	bulk_sheet_clear(reader->sheet);
	buf_reset(&reader->error);
	buf_reset(&reader->fields);
	reader->line = (struct bulk_line){ .file = reader->line.file, .text = "", .fields = "" };
	reader->cell = 0;
}

static int csv_trouble(struct bulk_reader *reader, struct err *err)
{
	const char *file = bulk_file_name(reader->line.file);

	if (reader->rc)
		return err_copy(err, &reader->err);
	if (csv_error(&reader->parser) == CSV_ENOMEM)
		return err_nomem(err);
	return err_set(err, ERR_PROTOCOL, "the file %s is no CSV behind row %" PRId64 ": %s", file,
		reader->rows, csv_strerror(csv_error(&reader->parser)));
}

int bulk_reader_feed(struct bulk_reader *reader, const char *data, size_t len, struct err *err)
{
	size_t done = csv_parse(&reader->parser, data, len, on_cell, on_row, reader);

	if (reader->rc || done != len)
		return csv_trouble(reader, err);
	if (csv_get_buffer_size(&reader->parser) > CELL_MAX)
		return err_set(err, ERR_PROTOCOL, "the file %s has a cell of more than %u bytes",
			bulk_file_name(reader->line.file), CELL_MAX);
	return 0;
}

int bulk_reader_end(struct bulk_reader *reader, struct err *err)
{
	if (csv_fini(&reader->parser, on_cell, on_row, reader) || reader->rc)
		return csv_trouble(reader, err);
	return 0;
}
