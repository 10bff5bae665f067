/*
 * bulk_csv.h — rows of an uploaded CSV, one at a time and from any row's start. libcsv reads the
 * values, strictly (RFC 4180): a quote inside an unquoted value is an error, blanks are kept.
 */

#ifndef PRACTICE_BULK_CSV_H
#define PRACTICE_BULK_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "practice/arena.h"

#define BULK_CSV_FIELDS_MAX 5000
#define BULK_CSV_HEADER_MAX 32000
#define BULK_CSV_FIELD_MAX 131072
#define BULK_CSV_ROW_MAX 400000

struct bulk_csv_field {
	const char *text; /* in the arena, NUL-terminated */
	uint32_t len;
};

struct bulk_csv {
	const char *text; /* borrowed */
	size_t len, at;	  /* `at`: the next row's first byte */
	char delimiter;
	bool crlf; /* rows end with CR LF, else with LF */
	/* of the row that was read */
	size_t from; /* its first byte */
	struct bulk_csv_field *fields;
	int count;
	const char *problem; /* why it could not be read */
	/* private */
	struct arena *arena;
	int cap;
	bool ended;
};

/*
 * The next row into `arena`; empty lines are passed over. 1 = a row, 0 = no more, -1 = it cannot
 * be read and csv->problem says why; `at` is behind it in any case.
 */
int bulk_csv_next(struct bulk_csv *csv, struct arena *arena);

/* The same without looking at values: only `from` and `at`. */
bool bulk_csv_skip(struct bulk_csv *csv);

/* Does a line end as it should not, in values too? */
bool bulk_csv_wrong_ending(const struct bulk_csv *csv);

/* "value" with quotes doubled. */
void bulk_csv_quote(struct buf *out, const char *text, size_t len);

#endif
