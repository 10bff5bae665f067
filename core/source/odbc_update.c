/*
 * odbc_update.c — a batch is one transaction. When one of its rows must not be (it fails, or
 * touches more than one row), all is rolled back and done again row by row, each a transaction of
 * its own, so that the good ones are written.
 */

#include "base/base.h"
#include "source/odbc_update.h"
#include "source/odbc_error.h"
#include "source/odbc_private.h"
#include "source/updater.h"
#include "base/text.h"

#include <sqlext.h>

#define SAME_FAILURES 10 /* rows in a row that fail alike: it is the statement */

struct odbc_update {
	struct odbc_link link;
	SQLHSTMT stmt;
	int places;
	SQLSMALLINT *types; /* of the places, as the database wants them */
	SQLSMALLINT *scales;
	SQLLEN *lengths;
};

static int failed(struct odbc_update *update, struct err *err)
{
	return odbc_error(
		err, SQL_HANDLE_STMT, update->stmt, "writing back", update->link.connection);
}

/* Where the driver cannot say what type a place has, the database converts from text. */
static void ask_types(struct odbc_update *update)
{
	for (int i = 0; i < update->places; i++) {
		SQLSMALLINT type, scale, nullable;
		SQLULEN size;

		update->types[i] = SQL_VARCHAR;
		if (SQL_SUCCEEDED(SQLDescribeParam(update->stmt, (SQLUSMALLINT)(i + 1), &type,
			    &size, &scale, &nullable))) {
			update->types[i] = type;
			update->scales[i] = scale;
		}
	}
}

static int prepare(struct odbc_update *update, const char *sql, int timeout_s, struct err *err)
{
	size_t places = (size_t)update->places + 1;

	update->types = calloc(places, sizeof(*update->types));
	update->scales = calloc(places, sizeof(*update->scales));
	update->lengths = calloc(places, sizeof(*update->lengths));
	if (!update->types || !update->scales || !update->lengths)
		return err_nomem(err);
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, update->link.dbc, &update->stmt)))
		return odbc_error(err, SQL_HANDLE_DBC, update->link.dbc, "writing back",
			update->link.connection);
	if (timeout_s > 0)
		SQLSetStmtAttr(
			update->stmt, SQL_ATTR_QUERY_TIMEOUT, (SQLPOINTER)(uintptr_t)timeout_s, 0);
	if (!SQL_SUCCEEDED(SQLPrepare(update->stmt, (SQLCHAR *)sql, SQL_NTS)))
		return failed(update, err);
	ask_types(update);
	return 0;
}

int odbc_update_open(struct odbc_update **out, const char *connection, const char *sql, int places,
	int timeout_s, struct err *err)
{
	struct odbc_update *update = calloc(1, sizeof(*update));
	int rc;

	if (!update)
		return err_nomem(err);
	update->places = places;
	rc = odbc_connect(&update->link, connection, true, timeout_s, err);
	if (!rc)
		rc = prepare(update, sql, timeout_s, err);
	if (rc) {
		odbc_update_close(update);
		return rc;
	}
	*out = update;
	return 0;
}

void odbc_update_close(struct odbc_update *update)
{
	if (!update)
		return;
	if (update->stmt)
		SQLFreeHandle(SQL_HANDLE_STMT, update->stmt);
	odbc_disconnect(&update->link);
	free(update->types);
	free(update->scales);
	free(update->lengths);
	free(update);
}

/* ---- one row ---- */

static int bind_row(struct odbc_update *update, const struct cell *cells, struct err *err)
{
	static char nothing[1] = "";

	for (int i = 0; i < update->places; i++) {
		const struct cell *cell = &cells[i];
		SQLULEN size = cell->len ? cell->len : 1;

		update->lengths[i] = cell->text ? (SQLLEN)cell->len : SQL_NULL_DATA;
		if (!SQL_SUCCEEDED(SQLBindParameter(update->stmt, (SQLUSMALLINT)(i + 1),
			    SQL_PARAM_INPUT, SQL_C_CHAR, update->types[i], size, update->scales[i],
			    cell->text ? (char *)cell->text : nothing, (SQLLEN)cell->len,
			    &update->lengths[i])))
			return failed(update, err);
	}
	return 0;
}

/* Run the statement for one row, inside the transaction. */
static int run_row(int *rows, struct odbc_update *update, const struct cell *cells, struct err *err)
{
	SQLLEN touched = -1;
	SQLRETURN ran;
	int rc = bind_row(update, cells, err);

	if (rc)
		return rc;
	ran = SQLExecute(update->stmt);
	if (ran == SQL_NO_DATA)
		touched = 0;
	else if (!SQL_SUCCEEDED(ran))
		rc = failed(update, err);
	else
		SQLRowCount(update->stmt, &touched);
	SQLFreeStmt(update->stmt, SQL_CLOSE);
	if (!rc && touched > 1)
		rc = err_set(err, ERR_SOURCE,
			"the statement touched %ld rows for one, so it was rolled back: its WHERE "
			"must name one row",
			(long)touched);
	*rows = touched < 0 ? UPDATED_UNKNOWN : (int)touched;
	return rc;
}

/* ---- a batch ---- */

/* A driver without SQLSTATEs of its own (SQLite's) can be told by its words alone. */
static bool says(const struct err *why, const char *const *words)
{
	for (; *words; words++)
		if (strcasestr(why->text, *words))
			return true;
	return false;
}

/* Is it not about this row, but about all of them? What may pass by itself is marked so. */
static bool concerns_all(struct err *why)
{
	static const char *const passing[] = { "locked", "busy", "deadlock", NULL };
	static const char *const wrong[] = { "no such ", "syntax error", "readonly", NULL };

	why->retryable = why->retryable || says(why, passing);
	return why->retryable || why->kind != ERR_SOURCE || text_starts(why->code, "42") ||
	       text_starts(why->code, "08") || says(why, wrong);
}

static int end_transaction(struct odbc_update *update, bool commit, struct err *err)
{
	int rc = 0;

	if (!SQL_SUCCEEDED(SQLEndTran(
		    SQL_HANDLE_DBC, update->link.dbc, commit ? SQL_COMMIT : SQL_ROLLBACK)) &&
		commit)
		rc = odbc_error(err, SQL_HANDLE_DBC, update->link.dbc, "committing",
			update->link.connection);
	return rc;
}

/* One row, one transaction. Negative for what concerns all. */
static int one_row(struct odbc_updated *result, struct odbc_update *update,
	const struct cell *cells, struct err *err)
{
	struct err why = ERR_INIT;
	int rc = run_row(&result->rows, update, cells, &why);

	if (!rc)
		rc = end_transaction(update, true, &why);
	if (!rc)
		return 0;
	end_transaction(update, false, NULL);
	if (concerns_all(&why))
		return err_copy(err, &why);
	result->rows = UPDATED_FAILED;
	text_copy(result->text, sizeof(result->text), why.text);
	return 0;
}

static int row_by_row(struct odbc_updated *results, struct odbc_update *update,
	const struct cell *cells, int count, struct err *err)
{
	int alike = 0;

	for (int i = 0; i < count; i++) {
		int rc = one_row(
			&results[i], update, cells + (size_t)i * (size_t)update->places, err);

		if (rc)
			return rc;
		if (results[i].rows != UPDATED_FAILED)
			alike = 0;
		else if (alike && !text_equal(results[i].text, results[i - 1].text))
			alike = 1;
		else
			alike++;
		if (alike == SAME_FAILURES && i + 1 == SAME_FAILURES)
			return err_set(err, ERR_SOURCE, "%s", results[i].text);
	}
	return 0;
}

int odbc_update_run(struct odbc_updated *results, struct odbc_update *update,
	const struct cell *cells, int count, struct err *err)
{
	struct err why = ERR_INIT;
	int rc = 0;

	for (int i = 0; !rc && i < count; i++)
		rc = run_row(
			&results[i].rows, update, cells + (size_t)i * (size_t)update->places, &why);
	if (!rc)
		rc = end_transaction(update, true, &why);
	if (!rc)
		return 0;
	end_transaction(update, false, NULL);
	if (concerns_all(&why))
		return err_copy(err, &why);
	return row_by_row(results, update, cells, count, err);
}
