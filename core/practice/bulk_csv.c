/* bulk_csv.c — row boundaries by counting quotes, values by libcsv. */

#include "base/base.h"
#include "practice/bulk_csv.h"

#include <csv.h>

#define UNESCAPED                                                                                  \
	"Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote"

static int no_space(unsigned char c)
{
	(void)c;
	return 0;
}

static int is_lf(unsigned char c)
{
	return c == '\n';
}

/* The byte behind the row that begins at `at`: the first line end outside quotes. */
static size_t row_end(const struct bulk_csv *csv, size_t at)
{
	bool quoted = false;

	while (at < csv->len) {
		const char *end = memchr(csv->text + at, '\n', csv->len - at);
		size_t next = end ? (size_t)(end - csv->text) + 1 : csv->len;
		const char *quote = csv->text + at;

		while ((quote = memchr(quote, '"', (size_t)(csv->text + next - quote))) != NULL) {
			quoted = !quoted;
			quote++;
		}
		at = next;
		if (!quoted)
			break;
	}
	return at;
}

static bool is_empty(const struct bulk_csv *csv)
{
	const char *row = csv->text + csv->from;
	size_t len = csv->at - csv->from;

	return (len == 1 && row[0] == '\n') || (len == 2 && row[0] == '\r' && row[1] == '\n');
}

bool bulk_csv_skip(struct bulk_csv *csv)
{
	do {
		if (csv->at >= csv->len)
			return false;
		csv->from = csv->at;
		csv->at = row_end(csv, csv->at);
	} while (is_empty(csv));
	return true;
}

/* ---- libcsv's callbacks ---- */

static bool grow(struct bulk_csv *csv)
{
	int cap = csv->cap ? csv->cap * 2 : 32;
	struct bulk_csv_field *fields = arena_alloc(csv->arena, (size_t)cap * sizeof(*csv->fields));

	if (!fields)
		return false;
	if (csv->count)
		memcpy(fields, csv->fields, (size_t)csv->count * sizeof(*fields));
	csv->fields = fields;
	csv->cap = cap;
	return true;
}

static void on_field(void *data, size_t len, void *ctx)
{
	struct bulk_csv *csv = ctx;
	char *copy;

	if (csv->problem)
		return;
	if (csv->ended)
		csv->problem = "Failed to parse CSV. A line ends within a row";
	else if (csv->count == BULK_CSV_FIELDS_MAX)
		csv->problem = "Exceeded the maximum of 5000 fields in a record";
	else if (len > BULK_CSV_FIELD_MAX)
		csv->problem = "Field is longer than 131072 characters";
	else if ((csv->count == csv->cap && !grow(csv)) ||
		 !(copy = arena_text(csv->arena, len ? data : "", len)))
		csv->problem = "out of memory";
	else
		csv->fields[csv->count++] = (struct bulk_csv_field){ copy, (uint32_t)len };
}

static void on_row(int c, void *ctx)
{
	struct bulk_csv *csv = ctx;

	(void)c;
	csv->ended = true;
}

static void read_row(struct bulk_csv *csv, struct csv_parser *parser)
{
	const char *row = csv->text + csv->from;
	size_t len = csv->at - csv->from;

	if (len > BULK_CSV_ROW_MAX) {
		csv->problem = "Record is longer than 400000 characters";
		return;
	}
	if (csv_parse(parser, row, len, on_field, on_row, csv) != len)
		csv->problem = UNESCAPED;
	else if (!csv->ended && csv_fini(parser, on_field, on_row, csv) != 0)
		csv->problem = UNESCAPED;
}

int bulk_csv_next(struct bulk_csv *csv, struct arena *arena)
{
	struct csv_parser parser;

	if (!bulk_csv_skip(csv))
		return 0;
	csv->arena = arena;
	csv->count = csv->cap = 0;
	csv->problem = NULL;
	csv->ended = false;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		csv->problem = "out of memory";
		return -1;
	}
	csv_set_delim(&parser, (unsigned char)csv->delimiter);
	csv_set_space_func(&parser, no_space);
	if (!csv->crlf)
		csv_set_term_func(&parser, is_lf);
	read_row(csv, &parser);
	csv_free(&parser);
	return csv->problem ? -1 : 1;
}

bool bulk_csv_wrong_ending(const struct bulk_csv *csv)
{
	const char *at = csv->text;
	const char *end = csv->text + csv->len;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		bool has_cr = at > csv->text && at[-1] == '\r';

		if (has_cr != csv->crlf)
			return true;
		at++;
	}
	return false;
}

void bulk_csv_quote(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;
	const char *quote;

	buf_add_char(out, '"');
	while (len && (quote = memchr(text, '"', (size_t)(end - text))) != NULL) {
		buf_add(out, text, (size_t)(quote - text) + 1);
		buf_add_char(out, '"');
		text = quote + 1;
		len = (size_t)(end - text);
	}
	buf_add(out, text, len);
	buf_add_char(out, '"');
}
