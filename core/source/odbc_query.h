/*
 * odbc_query.h — running the query of a reading (internal to core/source): with the watermark bound
 * to its places, whole or page by page.
 */

#ifndef SOURCE_ODBC_QUERY_H
#define SOURCE_ODBC_QUERY_H

#include "source/odbc.h"
#include "source/odbc_private.h"

#define ODBC_PAGE_ROWS 10000

/*
 * Execute `query` on a fresh statement. With `page_by` at most ODBC_PAGE_ROWS rows in its order;
 * `after` (of type `after_type`; NULL = from the beginning) is the last value of the page before.
 */
int odbc_query_run(SQLHSTMT *stmt, struct odbc_link *link, const struct odbc_query *query,
	const char *after, enum column_type after_type, struct err *err);

#endif
