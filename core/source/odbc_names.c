/* odbc_names.c — what unixODBC knows on this machine. The driver manager alone answers; no driver
 * is loaded, so this is safe outside the reader child. */

#include "base/base.h"
#include "source/reader.h"
#include "base/text.h"

#include <sql.h>
#include <sqlext.h>

typedef SQLRETURN SQL_API lister(SQLHENV, SQLUSMALLINT, SQLCHAR *, SQLSMALLINT, SQLSMALLINT *,
	SQLCHAR *, SQLSMALLINT, SQLSMALLINT *);

/* Walk a list of (name, more) pairs; `more` becomes the second entry of a pair when asked for. */
static int list_names(struct text_list *names, lister *list, bool pairs, struct err *err)
{
	SQLUSMALLINT direction = SQL_FETCH_FIRST;
	SQLCHAR name[256], more[1024];
	SQLSMALLINT name_len, more_len;
	SQLHENV env = SQL_NULL_HENV;
	int rc = 0;

	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env)))
		return err_set(err, ERR_SOURCE, "unixODBC did not start");
	SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
	while (!rc && SQL_SUCCEEDED(list(env, direction, name, sizeof(name), &name_len, more,
			      sizeof(more), &more_len))) {
		if (!text_list_add(names, (const char *)name) ||
			(pairs && !text_list_add(names, (const char *)more)))
			rc = err_nomem(err);
		direction = SQL_FETCH_NEXT;
	}
	SQLFreeHandle(SQL_HANDLE_ENV, env);
	return rc;
}

int source_odbc_drivers(struct text_list *names, struct err *err)
{
	return list_names(names, SQLDrivers, false, err);
}

int source_odbc_data_sources(struct text_list *names, struct err *err)
{
	return list_names(names, SQLDataSources, false, err);
}

int source_odbc_driver_of(char *driver, size_t size, const char *data_source, struct err *err)
{
	struct text_list pairs = { NULL, 0 };
	int rc = list_names(&pairs, SQLDataSources, true, err);

	text_copy(driver, size, "");
	for (size_t i = 0; !rc && i + 1 < pairs.count; i += 2)
		if (text_equal_fold(pairs.items[i], data_source))
			text_copy(driver, size, pairs.items[i + 1]);
	text_list_free(&pairs);
	return rc;
}
