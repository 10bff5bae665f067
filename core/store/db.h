/*
 * db.h — the SQLite connection under store and view (internal to core/store).
 *
 * Statements are cached by the address of their text: keep the text in a `static const char[]`.
 */

#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define DB_STATEMENTS_MAX 256 /* a power of two, well above the number of texts */

struct db {
	sqlite3 *handle;
	char *path;
	const atomic_bool *stop; /* NULL, or ends long statements while true */
	struct {
		const char *sql;
		sqlite3_stmt *stmt;
	} cache[DB_STATEMENTS_MAX];
};

enum db_mode { DB_READ, DB_WRITE };

/* ERR_NOT_FOUND when there is no such file (DB_READ), ERR_STORE otherwise. */
int db_open(struct db *db, const char *path, enum db_mode mode, struct err *err);
void db_close(struct db *db);

/* Translate what SQLite said last: `what` is in the past tense ("could not begin"). */
int db_fail(struct db *db, const char *what, struct err *err);

/* Statements without parameters or rows; not cached. */
int db_exec(struct db *db, const char *sql, struct err *err);

/* One number from a statement that is not cached. */
int db_number(int64_t *value, struct db *db, const char *sql, struct err *err);

/* Parameters, in order. Texts and blobs are borrowed until the statement is done. */
struct bind {
	enum { BIND_NULL, BIND_INT, BIND_TEXT, BIND_BLOB } kind;
	int64_t number;
	const void *data;
	size_t len;
};

#define B_INT(value) ((struct bind){ BIND_INT, (value), NULL, 0 })
#define B_TEXT(text) ((struct bind){ BIND_TEXT, 0, (text), 0 })		 /* NULL = SQL NULL */
#define B_BLOB(data, len) ((struct bind){ BIND_BLOB, 0, (data), (len) }) /* NULL = SQL NULL */
#define B_INT_OR_NULL(value) ((struct bind){ (value) ? BIND_INT : BIND_NULL, (value), NULL, 0 })

#define BINDS(...)                                                                                 \
	(const struct bind[]){ __VA_ARGS__ },                                                      \
		(int)(sizeof((const struct bind[]){ __VA_ARGS__ }) / sizeof(struct bind))
#define NO_BINDS NULL, 0

/* Bind them to a statement of the caller's own: SQLITE_OK or SQLite's code. */
int db_bind(sqlite3_stmt *stmt, const struct bind *binds, int count);

/* A cached statement, reset and bound. Borrowed. */
int db_query(sqlite3_stmt **out, struct db *db, const char *sql, const struct bind *binds,
	int count, struct err *err);

/* 1 = a row; 0 = the end; negative = error. At the end and on error the statement is reset. */
int db_next(struct db *db, sqlite3_stmt *stmt, struct err *err);

/* Run a cached statement that gives no rows. */
int db_run(struct db *db, const char *sql, const struct bind *binds, int count, struct err *err);

/* The first column of the first row; ERR_NOT_FOUND (no text set) when there is none. */
int db_value(int64_t *value, struct db *db, const char *sql, const struct bind *binds, int count,
	struct err *err);

/* The blob in the first column of the row of `id`, in place of what `out` held. A row that is not
 * there is damage of the store. */
int db_blob(struct buf *out, struct db *db, const char *sql, int64_t id, struct err *err);

/* End every statement that still has rows to give: one of them would keep its snapshot alive. */
void db_reset_all(struct db *db);

/* Columns; a NULL text is "". */
const char *db_text(sqlite3_stmt *stmt, int column);
static inline int64_t db_int(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt, column);
}

#endif
