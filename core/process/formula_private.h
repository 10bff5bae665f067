/* formula_private.h — what the files of the formulas share (internal to core/process). */

#ifndef PROCESS_FORMULA_PRIVATE_H
#define PROCESS_FORMULA_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/buf.h"
#include "process/formula.h"

typedef void formula_call(sqlite3_context *context, int count, sqlite3_value **values);

/* Our own functions; the others of the list are SQLite's. */
formula_call formula_left, formula_right, formula_mid, formula_proper, formula_upper, formula_lower,
	formula_lpad, formula_rpad, formula_contains, formula_starts, formula_ends, formula_find,
	formula_part, formula_squeeze, formula_digits, formula_concat, formula_join;
formula_call formula_todate, formula_todatetime, formula_dateformat, formula_adddays,
	formula_addmonths, formula_datediff, formula_year, formula_month, formula_day,
	formula_weekday, formula_today, formula_now;
formula_call formula_number, formula_numberformat, formula_decode, formula_isblank, formula_fail;

/* Register them with `db`. */
int formula_register(sqlite3 *db, struct err *err);

/* May a formula call the function of this name? */
bool formula_allows(const char *name);

/* The allowed name nearest to `name`, or NULL. */
const char *formula_nearest(const char *name);

/*
 * Is `text` one expression: brackets, quotes and comments closed, no statement's end, no
 * parameter? Appends what SQLite is given: the same, with if() as iif(), which evaluates one
 * branch alone. ERR_CONFIG says where it is not.
 */
int formula_translate(struct buf *sql, const char *text, struct err *err);

/* The position in `text`, from 1, of byte `offset` of its translation. */
int formula_position(const char *text, int offset);

/* End the call with an error that fails the row. */
void formula_error(sqlite3_context *context, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The bytes of a value as text; false for NULL, with the result set to NULL. */
bool formula_text(const char **text, int *len, sqlite3_context *context, sqlite3_value *value);

#endif
