/*
 * odbc_query.h — running the query of a reading (internal to core/source): with the watermark bound
 * to its places, whole or page by page.
 */

#ifndef SOURCE_ODBC_QUERY_H
#define SOURCE_ODBC_QUERY_H

#include "source/odbc.h"
#include "source/odbc_private.h"

#define ODBC_PAGE_ROWS 10000

/* What of the query, when it is read by pages of at most ODBC_PAGE_ROWS rows in order of page_by.
 */
enum odbc_part {
	ODBC_FIRST, /* the first page; or all of it, without page_by */
	ODBC_AFTER, /* the page behind a key */
	ODBC_SAME,  /* all rows of a key */
	ODBC_NULLS, /* rows that have no key */
};

/* Execute it on a fresh statement. `key` is of type `key_type`; NULL where there is none. */
int odbc_query_run(SQLHSTMT *stmt, struct odbc_link *link, const struct odbc_query *query,
	enum odbc_part part, const char *key, enum column_type key_type, struct err *err);

#endif
