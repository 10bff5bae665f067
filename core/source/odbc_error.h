/* odbc_error.h — a driver's diagnosis in plain words. */

#ifndef SOURCE_ODBC_ERROR_H
#define SOURCE_ODBC_ERROR_H

#include "base/err.h"

#include <sql.h>

/*
 * Read the first diagnostic record of `handle` into `err` (kind ERR_SOURCE, code = SQLSTATE).
 * `what` says what was tried ("connecting"). The values of PWD in `connection` (may be NULL) are
 * blotted out should the driver repeat them.
 */
int odbc_error(struct err *err, SQLSMALLINT type, SQLHANDLE handle, const char *what,
	const char *connection);

/* The same from a SQLSTATE and the driver's text, for tests. */
int odbc_error_words(struct err *err, const char *what, const char *sqlstate, const char *text,
	const char *connection);

#endif
