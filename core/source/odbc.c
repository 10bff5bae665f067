/*
 * odbc.c — one query through unixODBC. Short values arrive in bound buffers (one driver call a row:
 * blocks of 16 or 64 rows a call saved at most 0.1 us of a row's 0.4 to 1.4, by PostgreSQL's driver
 * nothing, and SQLite's forbids SQLGetData beside them); what does not fit, and everything where
 * the driver cannot mix the two, is fetched in pieces by SQLGetData.
 */

#include "base/base.h"
#include "source/odbc.h"
#include "source/odbc_error.h"
#include "source/odbc_private.h"
#include "source/odbc_query.h"
#include "base/text.h"

#include <sodium.h>
#include <sqlext.h>

#define SLOT_SIZE 1024 /* bytes of a bound buffer */
#define PIECE (64 * 1024)
#define KEEP_MAX (1u << 20) /* a buffer that grew beyond this is given back after its row */

/* Server-specific SQL types that no header of unixODBC names. */
#define SQL_MSSQL_DATETIMEOFFSET (-155)
#define SQL_MSSQL_TIME2 (-154)

struct slot {
	bool bound;
	char *data; /* bound: SLOT_SIZE bytes */
	SQLLEN length;
	struct buf whole; /* a value fetched in pieces, or base64 */
	bool padded;	  /* CHAR(n): blanks at its end are no part of the value */
	bool lower;	  /* PostgreSQL's driver gives a uuid in capitals, the server does not */
	char bad[128];
};

struct odbc_source {
	struct odbc_link link;
	const struct odbc_query *query;
	int page_column; /* -1: not read by pages */
	enum odbc_part part;
	int page_rows;	 /* of this page ... */
	uint64_t *page;	 /* ... and their hashes; owned */
	char *page_key;	 /* of the last row; owned */
	int given_again; /* of ODBC_SAME: rows that the page had given */
	struct buf row;	 /* scratch: what is hashed */
	SQLHSTMT stmt;
	bool can_bind;
	struct column *columns;
	struct slot *slots;
	struct cell *cells;
	int count;
	struct buf raw; /* a binary value before base64 */
};

static const struct {
	SQLSMALLINT sql;
	enum column_type type;
} types[] = {
	{ SQL_BIT, COLUMN_BOOLEAN },
	{ SQL_TINYINT, COLUMN_INTEGER },
	{ SQL_SMALLINT, COLUMN_INTEGER },
	{ SQL_INTEGER, COLUMN_INTEGER },
	{ SQL_BIGINT, COLUMN_INTEGER },
	{ SQL_DECIMAL, COLUMN_DECIMAL },
	{ SQL_NUMERIC, COLUMN_DECIMAL },
	{ SQL_REAL, COLUMN_FLOAT },
	{ SQL_FLOAT, COLUMN_FLOAT },
	{ SQL_DOUBLE, COLUMN_FLOAT },
	{ SQL_DATE, COLUMN_DATE },
	{ SQL_TYPE_DATE, COLUMN_DATE },
	{ SQL_TIME, COLUMN_TIME },
	{ SQL_TYPE_TIME, COLUMN_TIME },
	{ SQL_MSSQL_TIME2, COLUMN_TIME },
	{ SQL_TIMESTAMP, COLUMN_DATETIME },
	{ SQL_TYPE_TIMESTAMP, COLUMN_DATETIME },
	{ SQL_MSSQL_DATETIMEOFFSET, COLUMN_DATETIME_TZ },
	{ SQL_BINARY, COLUMN_BINARY },
	{ SQL_VARBINARY, COLUMN_BINARY },
	{ SQL_LONGVARBINARY, COLUMN_BINARY },
};

/* `name` is the database's own type name: ODBC has one code for times with and without a zone. */
static enum column_type type_of(SQLSMALLINT sql, const char *name, bool timestamp_is_utc)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].sql != sql)
			continue;
		if (types[i].type == COLUMN_DATETIME &&
			(strcasestr(name, "timestamptz") || strcasestr(name, "with time zone") ||
				(timestamp_is_utc && text_equal_fold(name, "timestamp"))))
			return COLUMN_DATETIME_TZ;
		return types[i].type;
	}
	return COLUMN_TEXT;
}

static int statement_error(struct odbc_source *source, const char *what, struct err *err)
{
	return odbc_error(err, SQL_HANDLE_STMT, source->stmt, what, source->link.connection);
}

static int describe_column(struct odbc_source *source, int index, struct err *err)
{
	struct column *column = &source->columns[index];
	char type_name[128] = "";
	SQLSMALLINT len, type, scale, nullable;
	SQLUSMALLINT number = (SQLUSMALLINT)(index + 1);
	SQLULEN size = 0;

	if (!SQL_SUCCEEDED(SQLDescribeCol(source->stmt, number, (SQLCHAR *)column->name,
		    sizeof(column->name), &len, &type, &size, &scale, &nullable)))
		return statement_error(source, "asking for the columns", err);
	if ((size_t)len >= sizeof(column->name))
		return err_set(err, ERR_SOURCE,
			"the name of column %d is longer than %zu bytes: name it with AS",
			index + 1, sizeof(column->name) - 1);
	SQLColAttribute(
		source->stmt, number, SQL_DESC_TYPE_NAME, type_name, sizeof(type_name), &len, NULL);
	column->type = type_of(type, type_name, source->link.timestamp_is_utc);
	source->slots[index].padded = type == SQL_CHAR || type == SQL_WCHAR;
	source->slots[index].lower = text_equal(type_name, "uuid");
	column->size = size < INT32_MAX ? (int)size : 0;
	column->scale = scale;
	return 0;
}

static int bind_column(struct odbc_source *source, int index, struct err *err)
{
	struct slot *slot = &source->slots[index];

	buf_init(&slot->whole, CELL_MAX);
	if (!source->can_bind || source->columns[index].type == COLUMN_BINARY)
		return 0;
	slot->data = malloc(SLOT_SIZE);
	if (!slot->data)
		return err_nomem(err);
	slot->bound = SQL_SUCCEEDED(SQLBindCol(source->stmt, (SQLUSMALLINT)(index + 1), SQL_C_CHAR,
		slot->data, SLOT_SIZE, &slot->length));
	return 0;
}

static int prepare_columns(struct odbc_source *source, struct err *err)
{
	SQLSMALLINT count = 0;
	int rc = 0;

	SQLNumResultCols(source->stmt, &count);
	if (count <= 0)
		return err_set(err, ERR_SOURCE, "the query gives no columns: it must be a SELECT");
	if (count > COLUMNS_MAX)
		return err_set(err, ERR_SOURCE, "the query gives %d columns; at most %d are taken",
			count, COLUMNS_MAX);
	source->columns = calloc((size_t)count, sizeof(*source->columns));
	source->slots = calloc((size_t)count, sizeof(*source->slots));
	source->cells = calloc((size_t)count, sizeof(*source->cells));
	if (!source->columns || !source->slots || !source->cells)
		return err_nomem(err);
	source->count = count;
	for (int i = 0; !rc && i < count; i++) {
		rc = describe_column(source, i, err);
		if (!rc)
			rc = bind_column(source, i, err);
	}
	return rc;
}

static int find_page_column(struct odbc_source *source, struct err *err)
{
	source->page_column = -1;
	if (!source->query->page_by)
		return 0;
	for (int i = 0; i < source->count; i++)
		if (text_equal_fold(source->columns[i].name, source->query->page_by))
			source->page_column = i;
	if (source->page_column < 0)
		return err_set(err, ERR_CONFIG, "page_by: the query gives no column %s",
			source->query->page_by);
	/* What is printed of it is not what it is compared by. */
	if (source->columns[source->page_column].type == COLUMN_FLOAT)
		return err_set(err, ERR_CONFIG,
			"page_by: %s is a floating-point number, which cannot be told exactly: "
			"choose another column",
			source->query->page_by);
	source->page = calloc(ODBC_PAGE_ROWS, sizeof(*source->page));
	return source->page ? 0 : err_nomem(err);
}

int odbc_open(struct odbc_source **out, const char *connection, const struct odbc_query *query,
	struct err *err)
{
	struct odbc_source *source = calloc(1, sizeof(*source));
	SQLUINTEGER extensions = 0;
	int rc;

	if (!source)
		return err_nomem(err);
	source->query = query;
	buf_init(&source->raw, CELL_MAX);
	buf_init(&source->row, 2 * ROW_MAX);
	rc = odbc_connect(&source->link, connection, false, query->timeout_s, err);
	if (!rc) {
		SQLGetInfo(source->link.dbc, SQL_GETDATA_EXTENSIONS, &extensions,
			sizeof(extensions), NULL);
		source->can_bind = (extensions & SQL_GD_BOUND) && (extensions & SQL_GD_ANY_COLUMN);
		rc = odbc_query_run(
			&source->stmt, &source->link, query, ODBC_FIRST, NULL, COLUMN_TEXT, err);
	}
	if (!rc)
		rc = prepare_columns(source, err);
	if (!rc)
		rc = find_page_column(source, err);
	if (rc) {
		odbc_close(source);
		return rc;
	}
	*out = source;
	return 0;
}

void odbc_close(struct odbc_source *source)
{
	if (!source)
		return;
	if (source->stmt)
		SQLFreeHandle(SQL_HANDLE_STMT, source->stmt);
	odbc_disconnect(&source->link);
	for (int i = 0; source->slots && i < source->count; i++) {
		free(source->slots[i].data);
		buf_free(&source->slots[i].whole);
	}
	free(source->page_key);
	free(source->page);
	buf_free(&source->row);
	free(source->columns);
	free(source->slots);
	free(source->cells);
	buf_free(&source->raw);
	free(source);
}

const struct column *odbc_columns(const struct odbc_source *source, int *count)
{
	*count = source->count;
	return source->columns;
}

static void mark_bad(struct slot *slot, struct cell *cell, const char *why)
{
	if (why != slot->bad)
		text_copy(slot->bad, sizeof(slot->bad), why);
	*cell = (struct cell){ "", 0, slot->bad };
}

/* One piece of a value behind what `out` holds; the driver's answer. */
static SQLRETURN fetch_piece(
	struct odbc_source *source, int index, SQLSMALLINT c_type, struct buf *out, SQLLEN *said)
{
	size_t end =
		c_type == SQL_C_CHAR ? 1 : 0; /* the NUL behind a piece: a buf has room for it */
	size_t left = out->broken ? 0 : out->max - out->len;
	size_t size = left && left < PIECE ? left : PIECE;
	char spill[PIECE + 1];
	char *room = left ? buf_room(out, size) : NULL;
	SQLRETURN rc = SQLGetData(source->stmt, (SQLUSMALLINT)(index + 1), c_type,
		room ? room : spill, (SQLLEN)(size + end), said);

	if (!SQL_SUCCEEDED(rc) || *said == SQL_NULL_DATA || *said == 0)
		return rc;
	if (room)
		buf_grew(out, *said < 0 || (size_t)*said > size ? size : (size_t)*said);
	else if (!out->broken) /* over the maximum: the rest is read and dropped */
		out->broken = ERR_LIMIT;
	return rc;
}

/* Fetch a value whole into `out`. 1 = a value, 0 = NULL, negative = an error. */
static int fetch_whole(
	struct odbc_source *source, int index, SQLSMALLINT c_type, struct buf *out, struct err *err)
{
	SQLLEN said = 0;

	buf_reset(out);
	for (;;) {
		SQLRETURN rc = fetch_piece(source, index, c_type, out, &said);

		if (rc == SQL_SUCCESS && said == SQL_NULL_DATA)
			return 0;
		if (rc == SQL_SUCCESS || rc == SQL_NO_DATA)
			return 1;
		if (!SQL_SUCCEEDED(rc))
			return statement_error(source, "reading a value", err);
	}
}

/* What drivers give in ways of their own, as everybody else gives it. */
static void mend(const struct column *column, struct slot *slot, struct cell *cell)
{
	char *text = (char *)(uintptr_t)cell->text; /* ours: bound, or fetched */

	if (column->type == COLUMN_BOOLEAN && cell->len == 1 && (unsigned char)*text <= 1)
		cell->text = *text ? "1" : "0"; /* MariaDB: the bit itself */
	while (slot->padded && cell->len && text[cell->len - 1] == ' ')
		cell->len--;
	for (uint32_t i = 0; slot->lower && i < cell->len; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] |= 0x20;
	/* Sessions run in UTC (odbc_connect.c), and the driver does not say so. */
	if (column->type == COLUMN_DATETIME_TZ && cell->len && cell->len < SLOT_SIZE - 1 &&
		!strpbrk(text, "Zz+") &&
		(cell->len < 20 || !memchr(text + 19, '-', cell->len - 19))) {
		text[cell->len++] = 'Z';
		text[cell->len] = '\0';
	}
}

static void check_text(const struct column *column, struct slot *slot, struct cell *cell)
{
	mend(column, slot, cell);
	if (source_text_problem(slot->bad, sizeof(slot->bad), cell->text, cell->len))
		mark_bad(slot, cell, slot->bad);
}

static void encode_base64(struct odbc_source *source, struct slot *slot, struct cell *cell)
{
	size_t size = sodium_base64_encoded_len(source->raw.len, sodium_base64_VARIANT_ORIGINAL);
	char *room;

	buf_reset(&slot->whole);
	room = buf_room(&slot->whole, size - 1); /* a buf has room for the NUL */
	if (!room) {
		mark_bad(slot, cell, "out of memory for this value");
		return;
	}
	sodium_bin2base64(room, size, (const unsigned char *)buf_str(&source->raw), source->raw.len,
		sodium_base64_VARIANT_ORIGINAL);
	*cell = (struct cell){ room, (uint32_t)(size - 1), NULL };
}

/* One cell by SQLGetData; `left` is what the row may still hold. */
static int get_cell(struct odbc_source *source, int index, size_t left, struct err *err)
{
	struct slot *slot = &source->slots[index];
	struct cell *cell = &source->cells[index];
	bool binary = source->columns[index].type == COLUMN_BINARY;
	struct buf *into = binary ? &source->raw : &slot->whole;
	size_t max = left < CELL_MAX ? left : CELL_MAX;
	int rc;

	into->max = binary ? max / 4 * 3 : max;
	rc = fetch_whole(source, index, binary ? SQL_C_BINARY : SQL_C_CHAR, into, err);
	if (rc < 0)
		return rc;
	if (rc == 0) {
		*cell = (struct cell){ NULL, 0, NULL };
	} else if (into->broken == ERR_NOMEM) {
		return err_nomem(err);
	} else if (into->broken) {
		mark_bad(slot, cell, "the value is larger than 16 MB, or its row than 32 MB");
	} else if (binary) {
		encode_base64(source, slot, cell);
	} else {
		buf_room(into, 1); /* for a letter behind a time */
		*cell = (struct cell){ buf_str(into), (uint32_t)into->len, NULL };
		check_text(&source->columns[index], slot, cell);
	}
	return 0;
}

static int take_cell(struct odbc_source *source, int index, size_t left, struct err *err)
{
	struct slot *slot = &source->slots[index];
	struct cell *cell = &source->cells[index];

	if (!slot->bound)
		return get_cell(source, index, left, err);
	if (slot->length == SQL_NULL_DATA) {
		*cell = (struct cell){ NULL, 0, NULL };
		return 0;
	}
	if (slot->length < 0 || slot->length >= SLOT_SIZE || (size_t)slot->length > left)
		return get_cell(source, index, left, err);
	*cell = (struct cell){ slot->data, (uint32_t)slot->length, NULL };
	check_text(&source->columns[index], slot, cell);
	return 0;
}

/* The statement's next row: 1, or 0 when there is none. */
static int fetch_row(struct odbc_source *source, struct err *err)
{
	SQLRETURN fetched = SQLFetch(source->stmt);
	size_t left = ROW_MAX;
	int rc = 0;

	if (fetched == SQL_NO_DATA)
		return 0;
	if (!SQL_SUCCEEDED(fetched))
		return statement_error(source, "reading the next row", err);
	for (int i = 0; !rc && i < source->count; i++) {
		if (source->slots[i].whole.cap > KEEP_MAX)
			buf_free(&source->slots[i].whole);
		rc = take_cell(source, i, left, err);
		left -= rc || source->cells[i].len > left ? 0 : source->cells[i].len;
	}
	return rc ? rc : 1;
}

/*
 * ---- pages ----
 *
 * A page that is full may have cut the rows of its last key in two, and the next page begins behind
 * that key. So between them all rows of this key are asked for, and those that the page has given
 * are passed over: by their content, since a database gives rows of one key in any order. Equal is
 * what the database calls so. Rows without a key are in no page but the first; they end the reading
 * with an error, also where the database puts them last.
 */

static int run_part(struct odbc_source *source, enum odbc_part part, struct err *err)
{
	const struct column *column = &source->columns[source->page_column];
	const char *key = part == ODBC_NULLS ? NULL : source->page_key;
	int rc;

	SQLFreeHandle(SQL_HANDLE_STMT, source->stmt);
	source->stmt = NULL;
	source->part = part;
	source->given_again = 0;
	rc = odbc_query_run(
		&source->stmt, &source->link, source->query, part, key, column->type, err);
	for (int i = 0; !rc && i < source->count; i++)
		if (source->slots[i].bound &&
			!SQL_SUCCEEDED(SQLBindCol(source->stmt, (SQLUSMALLINT)(i + 1), SQL_C_CHAR,
				source->slots[i].data, SLOT_SIZE, &source->slots[i].length)))
			rc = statement_error(source, "reading the next page", err);
	return rc ? rc : 1;
}

static int compare_hashes(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* The statement is read to its end. 1 = another one was begun, 0 = that was all. */
static int next_part(struct odbc_source *source, struct err *err)
{
	bool full = source->page_rows == ODBC_PAGE_ROWS;

	switch (source->part) {
	case ODBC_FIRST:
	case ODBC_AFTER:
		if (full) {
			qsort(source->page, ODBC_PAGE_ROWS, sizeof(*source->page), compare_hashes);
			return run_part(source, ODBC_SAME, err);
		}
		return source->part == ODBC_FIRST ? 0 : run_part(source, ODBC_NULLS, err);
	case ODBC_SAME:
		/* Compared otherwise than it is printed: the next page would be a guess. */
		if (!source->given_again)
			return err_set(err, ERR_SOURCE,
				"page_by: the rows with %s %.60s were not found again: the column "
				"needs a type (CAST), or they were deleted meanwhile",
				source->query->page_by, source->page_key);
		source->page_rows = 0;
		return run_part(source, ODBC_AFTER, err);
	default:
		return 0;
	}
}

static int hash_row(uint64_t *hash, struct odbc_source *source, struct err *err)
{
	static const unsigned char key[crypto_shorthash_KEYBYTES] = "agentboard page";
	unsigned char out[crypto_shorthash_BYTES];
	int rc;

	buf_reset(&source->row);
	source_row_encode(&source->row, source->cells, source->count);
	rc = buf_check(&source->row, "a row", err);
	if (rc)
		return rc;
	crypto_shorthash(out, (const unsigned char *)buf_str(&source->row), source->row.len, key);
	memcpy(hash, out, sizeof(*hash));
	*hash = *hash ? *hash : 1;
	if (source->row.cap > KEEP_MAX)
		buf_free(&source->row);
	return 0;
}

/* Did the page give such a row? Each of its rows counts once: it is taken out then. */
static bool was_given(struct odbc_source *source, uint64_t hash)
{
	uint64_t *end = source->page + ODBC_PAGE_ROWS;
	uint64_t *at =
		bsearch(&hash, source->page, ODBC_PAGE_ROWS, sizeof(*source->page), compare_hashes);

	if (!at)
		return false;
	memmove(at, at + 1, (size_t)(end - at - 1) * sizeof(*at));
	end[-1] = UINT64_MAX;
	source->given_again++;
	return true;
}

static int keep_key(struct odbc_source *source, struct err *err)
{
	const struct cell *cell = &source->cells[source->page_column];

	if (!cell->text || cell->bad)
		return err_set(err, ERR_SOURCE,
			"page_by: %s is empty in a row, so no page can begin behind it: choose a "
			"column that is never NULL",
			source->query->page_by);
	if (source->part == ODBC_SAME)
		return 0;
	free(source->page_key);
	source->page_key = strndup(cell->text, cell->len);
	return source->page_key ? 0 : err_nomem(err);
}

/* Take note of a row; 1 when the page has given it already. */
static int note_row(struct odbc_source *source, struct err *err)
{
	uint64_t hash = 0;
	int rc = keep_key(source, err);

	if (!rc)
		rc = hash_row(&hash, source, err);
	if (rc)
		return rc;
	if (source->part == ODBC_SAME)
		return was_given(source, hash);
	source->page[source->page_rows++] = hash;
	return 0;
}

int odbc_next(const struct cell **cells, struct odbc_source *source, struct err *err)
{
	int rc;

	*cells = source->cells;
	for (;;) {
		rc = fetch_row(source, err);
		if (source->page_column < 0 || rc < 0)
			return rc;
		if (rc == 0) {
			rc = next_part(source, err);
			if (rc <= 0)
				return rc;
			continue;
		}
		rc = note_row(source, err);
		if (rc <= 0)
			return rc ? rc : 1;
	}
}
