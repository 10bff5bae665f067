/*
 * source.h — rows out of a database or file, streaming: one row at a time, never a whole result
 * set.
 *
 * A source (odbc.h) is opened inside the reader child (see reader.h); the parent sees rows only
 * through the reader. Values travel as text in the encoding of source_row below.
 */

#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum column_type {
	COLUMN_TEXT,
	COLUMN_INTEGER,
	COLUMN_DECIMAL,
	COLUMN_FLOAT,
	COLUMN_BOOLEAN,
	COLUMN_DATE,
	COLUMN_TIME,
	COLUMN_DATETIME,
	COLUMN_DATETIME_TZ,
	COLUMN_BINARY,
};

struct column {
	char name[129];
	enum column_type type;
	int size; /* declared size, 0 = unknown */
	int scale;
};

#define COLUMNS_MAX 1024
#define CELL_MAX (16u << 20) /* bytes of one value as it travels: UTF-8 or base64 */
#define ROW_MAX (32u << 20)  /* bytes of one row */

/* One value: UTF-8 text (binary: base64), or NULL. */
struct cell {
	const char *text; /* NULL = SQL NULL; not NUL-terminated */
	uint32_t len;
	const char *bad; /* NULL, or why this value cannot be sent ("value of 17 MB is larger than
			    ...") */
};

/*
 * Encoding of one row, used in frames and in the store: per column a 32-bit little-endian length
 * (0xffffffff = NULL) and the bytes.
 */
void source_row_encode(struct buf *out, const struct cell *cells, int count);

/* Decode into `cells` (borrowing `data`); false when malformed or the count differs. */
bool source_row_decode(struct cell *cells, int count, const char *data, size_t len);

/*
 * Why a text cannot travel as it is ("holds a NUL byte at 3", "is not UTF-8 from byte 7"), written
 * into `words`; NULL when it can.
 */
const char *source_text_problem(char *words, size_t size, const char *text, size_t len);

const char *column_type_name(enum column_type type);

#endif
