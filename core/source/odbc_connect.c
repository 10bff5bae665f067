/* odbc_connect.c — a connection through unixODBC, for reading (then harmless) or for writing. */

#include "base/base.h"
#include "source/odbc_private.h"
#include "source/odbc_error.h"
#include "base/file.h"
#include "base/text.h"

#include <sodium.h>
#include <sqlext.h>

/*
 * A query that is no SELECT must change nothing: no commit ever follows. SQLite's driver streams in
 * autocommit mode alone, but there the database itself can be told to refuse writes.
 */
static void make_harmless(struct odbc_link *link)
{
	char dbms[64] = "";
	SQLHSTMT stmt;

	SQLGetInfo(link->dbc, SQL_DBMS_NAME, dbms, sizeof(dbms), NULL);
	if (!strcasestr(dbms, "sqlite")) {
		SQLSetConnectAttr(
			link->dbc, SQL_ATTR_AUTOCOMMIT, (SQLPOINTER)SQL_AUTOCOMMIT_OFF, 0);
	} else if (SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, link->dbc, &stmt))) {
		SQLExecDirect(stmt, (SQLCHAR *)"PRAGMA query_only = ON", SQL_NTS);
		SQLFreeHandle(SQL_HANDLE_STMT, stmt);
	}
}

/*
 * Times with a zone come as the session's wall clock, and drivers drop the zone: in UTC no hour
 * comes twice and none is missing.
 */
static void speak_utc(struct odbc_link *link)
{
	static const struct {
		const char *dbms, *statement;
		bool timestamp_is_utc;
	} words[] = {
		{ "postgres", "SET TIME ZONE 'UTC'", false },
		{ "mariadb", "SET time_zone = '+00:00'", true },
		{ "mysql", "SET time_zone = '+00:00'", true },
	};
	char dbms[64] = "";
	SQLHSTMT stmt;

	SQLGetInfo(link->dbc, SQL_DBMS_NAME, dbms, sizeof(dbms), NULL);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcasestr(dbms, words[i].dbms) ||
			!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, link->dbc, &stmt)))
			continue;
		SQLExecDirect(stmt, (SQLCHAR *)(uintptr_t)words[i].statement, SQL_NTS);
		link->timestamp_is_utc = words[i].timestamp_is_utc;
		SQLFreeHandle(SQL_HANDLE_STMT, stmt);
		break;
	}
}

/* SQLite's driver says no more than "connect failed" where its file is not there; we can tell. */
static int connect_failed(struct odbc_link *link, const char *connection, struct err *err)
{
	int rc = odbc_error(
		err, SQL_HANDLE_DBC, link->dbc, "connecting to the database", connection);
	const char *database = strcasestr(connection, "database=");
	char path[4096];

	if (!strcasestr(connection, "sqlite") || !database)
		return rc;
	database += strlen("database=");
	database += *database == '{';
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(database, ";}"), database);
	if (path[0] != '/' || file_exists(path))
		return rc;
	return err_set(err, ERR_SOURCE,
		"there is no database file %s: correct Database= in source.odbc", path);
}

static int open_handles(struct odbc_link *link, const char *connection, struct err *err)
{
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &link->env)))
		return err_set(err, ERR_SOURCE, "unixODBC did not start");
	SQLSetEnvAttr(link->env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, link->env, &link->dbc)))
		return odbc_error(err, SQL_HANDLE_ENV, link->env, "connecting", connection);
	return 0;
}

int odbc_connect(
	struct odbc_link *link, const char *connection, bool writes, int timeout_s, struct err *err)
{
	SQLPOINTER seconds = (SQLPOINTER)(uintptr_t)timeout_s;
	int rc;

	link->connection = text_dup(connection);
	if (!link->connection)
		return err_nomem(err);
	rc = open_handles(link, connection, err);
	if (rc)
		return rc;
	if (timeout_s > 0)
		SQLSetConnectAttr(link->dbc, SQL_ATTR_LOGIN_TIMEOUT, seconds, 0);
	if (!writes)
		SQLSetConnectAttr(
			link->dbc, SQL_ATTR_ACCESS_MODE, (SQLPOINTER)SQL_MODE_READ_ONLY, 0);
	if (!SQL_SUCCEEDED(SQLDriverConnect(link->dbc, NULL, (SQLCHAR *)connection, SQL_NTS, NULL,
		    0, NULL, SQL_DRIVER_NOPROMPT)))
		return connect_failed(link, connection, err);
	link->connected = true;
	speak_utc(link); /* while each statement still commits by itself */
	if (writes)
		SQLSetConnectAttr(
			link->dbc, SQL_ATTR_AUTOCOMMIT, (SQLPOINTER)SQL_AUTOCOMMIT_OFF, 0);
	else
		make_harmless(link);
	return 0;
}

void odbc_disconnect(struct odbc_link *link)
{
	if (link->connected) {
		SQLEndTran(SQL_HANDLE_DBC, link->dbc, SQL_ROLLBACK);
		SQLDisconnect(link->dbc);
	}
	if (link->dbc)
		SQLFreeHandle(SQL_HANDLE_DBC, link->dbc);
	if (link->env)
		SQLFreeHandle(SQL_HANDLE_ENV, link->env);
	if (link->connection)
		sodium_memzero(link->connection, strlen(link->connection));
	free(link->connection);
	*link = (struct odbc_link){ 0 };
}
