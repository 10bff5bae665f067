/*
 * odbc_update.h — one prepared statement through unixODBC, run for rows of values in transactions.
 * Used inside the reader child alone.
 */

#ifndef SOURCE_ODBC_UPDATE_H
#define SOURCE_ODBC_UPDATE_H

#include "base/err.h"
#include "source/source.h"

#define UPDATE_ROWS_MAX 200 /* in one batch */

struct odbc_update;

/* Connect for writing and prepare `sql`, which has `places` '?'. ERR_SOURCE. */
int odbc_update_open(struct odbc_update **out, const char *connection, const char *sql, int places,
	int timeout_s, struct err *err);
void odbc_update_close(struct odbc_update *update);

/* What a row did: how many it touched (see updater.h), or why it failed. */
struct odbc_updated {
	int rows;
	char text[512];
};

/*
 * `count` rows of cells in one transaction; when one of them must not be, all again one by one. It
 * is negative for what concerns all rows alike (lock, connection, a statement that is wrong).
 */
int odbc_update_run(struct odbc_updated *results, struct odbc_update *update,
	const struct cell *cells, int count, struct err *err);

#endif
