/* odbc_private.h — connecting, as reading and writing share it (internal to core/source). */

#ifndef SOURCE_ODBC_PRIVATE_H
#define SOURCE_ODBC_PRIVATE_H

#include <stdbool.h>

#include "base/err.h"

#include <sql.h>

struct odbc_link {
	char *connection; /* owned, wiped: only to keep a password out of error texts */
	SQLHENV env;
	SQLHDBC dbc;
	bool connected;
	bool timestamp_is_utc; /* a type of this bare name keeps moments, not wall clocks */
};

/* `writes` false: the database is asked for read-only access. ERR_SOURCE; close also after that. */
int odbc_connect(struct odbc_link *link, const char *connection, bool writes, int timeout_s,
	struct err *err);
void odbc_disconnect(struct odbc_link *link);

#endif
