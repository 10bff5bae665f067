/*
 * record_csv.c — CSV by libcsv, fed a line at a time, so that a record that is broken costs its own
 * line alone. An empty value is NULL, a quoted empty one is an empty text; blanks are kept.
 *
 * Where a quote is never closed, nobody can say where the next record begins: a record that is
 * broken behind its first line therefore ends its file.
 */

#include "base/base.h"
#include "source/record_private.h"
#include "source/source.h"

#include <csv.h>

#define FEED_MAX (64 * 1024)

struct field {
	size_t at;
	size_t len;
	bool null;
};

struct parsed {
	size_t first, count; /* of its fields */
	int64_t line;
};

struct csv_file {
	struct decode *decode;
	struct csv_parser parser;
	unsigned char delimiter;
	const struct text_list *wanted;

	const char *piece; /* what is left of the last piece of the file */
	size_t piece_len;
	int64_t line;	  /* of the next byte */
	int64_t row_line; /* where the record being parsed began */
	bool skipping;	  /* the rest of this line is of a broken record */
	bool ended;

	struct buf text; /* of the fields below */
	struct field *fields;
	size_t field_count, field_room;
	struct parsed *rows; /* complete, not yet handed over */
	size_t row_count, row_room, row_next;
	size_t row_first; /* the first field of the record being parsed */
	bool nomem;

	/* the header and where its columns go */
	struct text_list header;
	char header_bad[RECORD_WORDS];
	bool header_read;
	int *places;
	struct cell *cells;
	size_t cell_count;
	char words[RECORD_WORDS];
};

/* ---- libcsv's side ---- */

static bool grow(void **items, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? *room * 2 : 64;
	void *more;

	if (count < *room)
		return true;
	more = realloc(*items, wanted * size);
	if (!more)
		return false;
	*items = more;
	*room = wanted;
	return true;
}

static void take_field(void *data, size_t len, void *ctx)
{
	struct csv_file *file = ctx;
	struct field *field;

	if (!grow((void **)&file->fields, &file->field_room, file->field_count,
		    sizeof(*file->fields))) {
		file->nomem = true;
		return;
	}
	field = &file->fields[file->field_count++];
	*field = (struct field){ file->text.len, len, data == NULL };
	if (data)
		buf_add(&file->text, data, len);
}

static void take_row(int end, void *ctx)
{
	struct csv_file *file = ctx;

	(void)end;
	if (!grow((void **)&file->rows, &file->row_room, file->row_count, sizeof(*file->rows))) {
		file->nomem = true;
		return;
	}
	file->rows[file->row_count++] = (struct parsed){ file->row_first,
		file->field_count - file->row_first, file->row_line };
	file->row_first = file->field_count;
	file->row_line++; /* right where a carriage return alone ends lines */
}

static int no_blanks(unsigned char c)
{
	(void)c;
	return 0;
}

static int start_parser(struct csv_file *file, struct err *err)
{
	if (csv_init(&file->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
		return err_nomem(err);
	csv_set_delim(&file->parser, file->delimiter);
	csv_set_space_func(&file->parser, no_blanks);
	return 0;
}

/* ---- feeding ---- */

/* What was handed over is forgotten; fields of a record that is not complete stay. */
static void forget_rows(struct csv_file *file)
{
	size_t first = file->row_first, left = file->field_count - first;
	size_t at = left ? file->fields[first].at : file->text.len;

	if (at) {
		if (file->text.len > at)
			memmove(file->text.data, file->text.data + at, file->text.len - at);
		buf_cut(&file->text, file->text.len - at);
	}
	for (size_t i = 0; i < left; i++) {
		file->fields[i] = file->fields[first + i];
		file->fields[i].at -= at;
	}
	file->field_count = left;
	file->row_first = 0;
	file->row_count = file->row_next = 0;
}

/* A record that nobody can read is handed over like others, with no fields. */
static int give_bad(struct csv_file *file, struct record *record, int64_t line)
{
	*record = (struct record){ line, file->words, file->cells };
	file->field_count = file->row_first;
	return 1;
}

static int rest_is_lost(struct csv_file *file, struct record *record, const char *why)
{
	snprintf(file->words, sizeof(file->words),
		"%s: no record behind it can be told from the next, so the rest of the file, "
		"from line %" PRId64 " on, is not read",
		why, file->row_line);
	file->ended = true;
	return give_bad(file, record, file->row_line);
}

/* Count the lines of `len` bytes that were fed. */
static void count_lines(struct csv_file *file, const char *text, size_t len)
{
	if (len && text[len - 1] == '\n') {
		file->line++;
		return;
	}
	for (size_t i = 0; i + 1 < len; i++) /* the last may be half of CR LF */
		file->line += text[i] == '\r';
}

/* A record broke inside `line` (`fed` bytes of it are good). */
static int broken_line(
	struct csv_file *file, struct record *record, const char *line, size_t len, struct err *err)
{
	bool first_line = file->row_line == file->line;
	int rc;

	csv_free(&file->parser);
	rc = start_parser(file, err);
	if (rc)
		return rc;
	if (!first_line)
		return rest_is_lost(file, record, "a quote that was opened here does not close");
	snprintf(file->words, sizeof(file->words),
		"line %" PRId64 ": a quote stands where none may be: a value with a quote in it "
		"is enclosed in quotes, and its own are doubled",
		file->line);
	file->skipping = line[len - 1] != '\n';
	give_bad(file, record, file->row_line);
	count_lines(file, line, len);
	return 1;
}

/* Feed up to the end of the line. 0 = fed, 1 = `record` holds a broken one. */
static int feed(struct csv_file *file, struct record *record, struct err *err)
{
	size_t max = file->piece_len < FEED_MAX ? file->piece_len : FEED_MAX;
	const char *line = file->piece, *end = memchr(line, '\n', max);
	size_t len = end ? (size_t)(end - line) + 1 : max;
	size_t fed;

	file->piece += len;
	file->piece_len -= len;
	if (file->skipping) {
		file->skipping = !end;
		count_lines(file, line, len);
		return 0;
	}
	if (file->parser.pstate == 0) /* between records */
		file->row_line = file->line;
	fed = csv_parse(&file->parser, line, len, take_field, take_row, file);
	if (file->nomem || csv_error(&file->parser) == CSV_ENOMEM)
		return err_nomem(err);
	if (fed < len)
		return broken_line(file, record, line, len, err);
	if (file->text.broken || file->parser.entry_pos > ROW_MAX)
		return rest_is_lost(file, record, "the record is larger than 32 MB");
	count_lines(file, line, len);
	return 0;
}

static int finish(struct csv_file *file, struct record *record, struct err *err)
{
	file->ended = true;
	if (csv_fini(&file->parser, take_field, take_row, file) == 0)
		return file->nomem ? err_nomem(err) : 0;
	return rest_is_lost(file, record, "a quote that was opened here is never closed");
}

/* Until there is a row: 0, 1 with a broken one in `record`, or negative. */
static int fill(struct csv_file *file, struct record *record, struct err *err)
{
	int rc = 0;

	forget_rows(file);
	while (!rc && !file->row_count && !file->ended) {
		if (file->piece_len) {
			rc = feed(file, record, err);
			continue;
		}
		rc = decode_next(&file->piece, &file->piece_len, file->decode, err);
		rc = rc > 0 ? 0 : rc < 0 ? rc : finish(file, record, err);
	}
	return rc;
}

/* ---- the header ---- */

static int bad_header(struct csv_file *file, const char *what, size_t column)
{
	snprintf(file->header_bad, sizeof(file->header_bad),
		"the header, which names the columns, %s (column %zu): the file is not read", what,
		column);
	return 0;
}

static int take_header(struct csv_file *file, const struct parsed *row, struct err *err)
{
	for (size_t i = 0; i < row->count && !file->header_bad[0]; i++) {
		const struct field *field = &file->fields[row->first + i];
		char name[sizeof(((struct column *)0)->name)];

		if (field->len >= sizeof(name) || i >= COLUMNS_MAX - FILE_COLUMNS)
			return bad_header(
				file, "has a name or a number of names that is too long", i + 1);
		snprintf(name, sizeof(name), "%.*s", (int)field->len,
			buf_str(&file->text) + field->at);
		text_copy(name, sizeof(name), text_trim(name));
		if (!name[0])
			return bad_header(file, "leaves a name empty", i + 1);
		if (text_utf8_prefix(name, strlen(name)) < strlen(name))
			return bad_header(file, "is not in the encoding of source.encoding", i + 1);
		if (record_place(&file->header, name, 0) >= 0)
			return bad_header(file, "names a column twice", i + 1);
		if (!text_list_add(&file->header, name))
			return err_nomem(err);
	}
	return 0;
}

static int read_header(struct csv_file *file, struct err *err)
{
	struct record record;
	int rc;

	if (file->header_read)
		return 0;
	file->header_read = true;
	rc = fill(file, &record, err);
	if (rc > 0) {
		text_copy(file->header_bad, sizeof(file->header_bad), record.bad);
		return 0;
	}
	if (!rc && file->row_count)
		rc = take_header(file, &file->rows[file->row_next++], err);
	return rc;
}

/* ---- the kind ---- */

static void csv_close(void *self)
{
	struct csv_file *file = self;

	csv_free(&file->parser);
	decode_close(file->decode);
	buf_free(&file->text);
	free(file->fields);
	free(file->rows);
	text_list_free(&file->header);
	free(file->places);
	free(file->cells);
	free(file);
}

static int csv_open(
	void **self, struct decode *decode, const struct file_spec *spec, struct err *err)
{
	struct csv_file *file = calloc(1, sizeof(*file));

	if (!file) {
		decode_close(decode);
		return err_nomem(err);
	}
	file->decode = decode;
	file->delimiter = (unsigned char)spec->delimiter;
	file->wanted = &spec->wanted;
	file->line = 1;
	buf_init(&file->text, ROW_MAX + FEED_MAX);
	if (start_parser(file, err)) {
		csv_close(file);
		return -ERR_NOMEM;
	}
	*self = file;
	return 0;
}

static int csv_names(struct text_list *names, void *self, struct err *err)
{
	struct csv_file *file = self;
	int rc = read_header(file, err);

	for (size_t i = 0; !rc && !file->header_bad[0] && i < file->header.count; i++)
		rc = record_add_name(names, file->header.items[i], err);
	return rc;
}

static int csv_bind(void *self, const struct text_list *names, struct err *err)
{
	struct csv_file *file = self;
	int rc = read_header(file, err);

	if (rc)
		return rc;
	file->cell_count = names->count;
	file->cells = calloc(names->count + 1, sizeof(*file->cells));
	file->places = calloc(file->header.count + 1, sizeof(*file->places));
	if (!file->cells || !file->places)
		return err_nomem(err);
	for (size_t i = 0; i < file->header.count; i++)
		file->places[i] = record_place(names, file->header.items[i], i);
	for (size_t i = 0; file->header.count && i < file->wanted->count; i++) {
		if (!file->header_bad[0] && record_place(names, file->wanted->items[i], 0) >= 0 &&
			record_place(&file->header, file->wanted->items[i], 0) < 0)
			snprintf(file->header_bad, sizeof(file->header_bad),
				"the file has no column %.100s, which the mapping needs: it is not "
				"read",
				file->wanted->items[i]);
	}
	return 0;
}

static void fill_cells(struct csv_file *file, const struct parsed *row)
{
	const char *text = buf_str(&file->text);

	memset(file->cells, 0, file->cell_count * sizeof(*file->cells));
	for (size_t i = 0; i < row->count; i++) {
		const struct field *field = &file->fields[row->first + i];

		if (!field->null && file->places[i] >= 0)
			file->cells[file->places[i]] =
				(struct cell){ text + field->at, (uint32_t)field->len, NULL };
	}
}

static int csv_next(struct record *record, void *self, struct err *err)
{
	struct csv_file *file = self;
	const struct parsed *row;
	int rc = 0;

	if (file->header_bad[0]) {
		if (file->header_read) {
			file->header_read = false; /* told once */
			text_copy(file->words, sizeof(file->words), file->header_bad);
			return give_bad(file, record, 1);
		}
		return 0;
	}
	if (file->row_next >= file->row_count)
		rc = fill(file, record, err);
	if (rc || file->row_next >= file->row_count)
		return rc;
	row = &file->rows[file->row_next++];
	if (row->count != file->header.count) {
		snprintf(file->words, sizeof(file->words),
			"line %" PRId64 ": %zu values, where the header names %zu columns",
			row->line, row->count, file->header.count);
		*record = (struct record){ row->line, file->words, file->cells };
		return 1;
	}
	fill_cells(file, row);
	*record = (struct record){ row->line, NULL, file->cells };
	return 1;
}

const struct record_kind record_csv = { csv_open, csv_close, csv_names, csv_bind, csv_next };
