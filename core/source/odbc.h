/*
 * odbc.h — rows of one query through unixODBC, one at a time. Used inside the reader child alone:
 * a driver may hang or crash.
 */

#ifndef SOURCE_ODBC_H
#define SOURCE_ODBC_H

#include "base/err.h"
#include "source/source.h"

struct odbc_source;

struct odbc_query {
	const char *sql;	    /* NULL = the driver's list of tables and views */
	int timeout_s;		    /* 0 = none */
	const char *page_by;	    /* NULL, or the column whose ranges are read one by one */
	const char *mark;	    /* NULL, or what :watermark stands for in `sql` ... */
	enum column_type mark_type; /* ... and what it is */
};

/*
 * Connect and run the query. Its time-out bounds connecting and, where the driver can,
 * the query. The connection asks for read-only access and never commits, so that a query which is
 * no SELECT changes nothing where the database has transactions. Fails with ERR_SOURCE: plain words
 * first, then the driver's; err.code = SQLSTATE. A password never appears in the text.
 */
int odbc_open(struct odbc_source **out, const char *connection, const struct odbc_query *query,
	struct err *err);
void odbc_close(struct odbc_source *source);

/* Borrowed until odbc_close(). */
const struct column *odbc_columns(const struct odbc_source *source, int *count);

/*
 * The next row: 1 = `cells` are filled, borrowed until the next call; 0 = the end; negative =
 * ERR_SOURCE.
 * A value that cannot travel whole is empty and `bad`.
 */
int odbc_next(const struct cell **cells, struct odbc_source *source, struct err *err);

#endif
