/*
 * odbc_query.c — values are bound, never pasted: the watermark, and where a page begins. Reading by
 * pages costs no more memory than a page where a driver fetches all rows at once (MariaDB's), and
 * rows that come meanwhile push none from one page to another, since a page begins behind a key and
 * not behind a number of rows.
 */

#include "base/base.h"
#include "source/odbc_query.h"
#include "source/odbc_error.h"
#include "source/places.h"
#include "base/buf.h"
#include "base/text.h"

#include <sqlext.h>

#define SQL_BYTES (1u << 20)

static bool is_plain_name(const char *name)
{
	return *name &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
		       strlen(name);
}

/* How many rows at most, in the words of the database; `before` = behind SELECT. */
static const char *limit_words(char words[64], struct odbc_link *link, bool before)
{
	char dbms[64] = "";
	bool top, fetch;

	SQLGetInfo(link->dbc, SQL_DBMS_NAME, dbms, sizeof(dbms), NULL);
	top = strcasestr(dbms, "microsoft") || strcasestr(dbms, "sql server");
	fetch = strcasestr(dbms, "oracle") || strcasestr(dbms, "db2");
	words[0] = '\0';
	if (before && top)
		snprintf(words, 64, "TOP %d ", ODBC_PAGE_ROWS);
	else if (!before && !top)
		snprintf(words, 64, fetch ? " FETCH FIRST %d ROWS ONLY" : " LIMIT %d",
			ODBC_PAGE_ROWS);
	return words;
}

static void add_page(struct buf *sql, struct odbc_link *link, const char *inner,
	const struct odbc_query *query, enum odbc_part part)
{
	static const char *const conditions[] = {
		[ODBC_FIRST] = NULL,
		[ODBC_AFTER] = "> ?",
		[ODBC_SAME] = "= ?",
		[ODBC_NULLS] = "IS NULL",
	};
	bool page = part == ODBC_FIRST || part == ODBC_AFTER;
	char words[64];
	size_t len = strlen(inner);

	while (len && strchr("; \t\r\n", inner[len - 1]))
		len--;
	buf_addf(sql, "SELECT %s* FROM (", page ? limit_words(words, link, true) : "");
	buf_add(sql, inner, len);
	buf_add_str(sql, "\n) agentboard_page"); /* a comment may end the query */
	if (conditions[part])
		buf_addf(sql, " WHERE %s %s", query->page_by, conditions[part]);
	if (page)
		buf_addf(sql, " ORDER BY %s%s", query->page_by, limit_words(words, link, false));
}

static const struct {
	enum column_type type;
	SQLSMALLINT sql;
	SQLULEN size;
	SQLSMALLINT scale;
} binds[] = {
	{ COLUMN_INTEGER, SQL_BIGINT, 19, 0 },
	{ COLUMN_DECIMAL, SQL_DECIMAL, 38, 10 },
	{ COLUMN_FLOAT, SQL_DOUBLE, 17, 0 },
	{ COLUMN_DATE, SQL_TYPE_DATE, 10, 0 },
	{ COLUMN_DATETIME, SQL_TYPE_TIMESTAMP, 26, 6 },
	{ COLUMN_DATETIME_TZ, SQL_TYPE_TIMESTAMP, 26, 6 },
};

/* `text` and `length` must live until the statement was executed. */
static bool bind_value(SQLHSTMT stmt, int place, char *text, SQLLEN *length, enum column_type type)
{
	SQLSMALLINT sql = SQL_VARCHAR, scale = 0;
	SQLULEN size = strlen(text) ? strlen(text) : 1;

	for (size_t i = 0; i < ARRAY_SIZE(binds); i++) {
		if (binds[i].type != type)
			continue;
		sql = binds[i].sql;
		size = binds[i].size;
		scale = binds[i].scale;
	}
	*length = (SQLLEN)strlen(text);
	/* Sessions run in UTC, so the letter that says so is not needed; drivers do not take it. */
	if (type == COLUMN_DATETIME_TZ && *length && text[*length - 1] == 'Z')
		--*length;
	return SQL_SUCCEEDED(SQLBindParameter(stmt, (SQLUSMALLINT)place, SQL_PARAM_INPUT,
		SQL_C_CHAR, sql, size, scale, text, *length, length));
}

/* The query with its places for the watermark as the driver knows them. */
static int parse(struct places *places, const struct odbc_query *query, struct err *err)
{
	int rc = places_parse(places, query->sql, err);

	for (int i = 0; !rc && i < places->count; i++)
		if (strcmp(places->items[i].name, "watermark") != 0)
			rc = err_set(err, ERR_CONFIG,
				"query: :%s is no place that a query knows: there is :watermark",
				places->items[i].name);
	return rc;
}

static int execute(SQLHSTMT stmt, const struct odbc_link *link, const char *sql,
	const struct odbc_query *query, int marks, const char *after, enum column_type after_type,
	struct err *err)
{
	char *mark = text_dup(query->mark ? query->mark : ""), *key = text_dup(after ? after : "");
	SQLLEN mark_length, key_length;
	SQLRETURN done = SQL_ERROR;
	bool fine = mark && key;

	for (int i = 0; fine && i < marks; i++)
		fine = bind_value(stmt, i + 1, mark, &mark_length, query->mark_type);
	if (fine && after)
		fine = bind_value(stmt, marks + 1, key, &key_length, after_type);
	if (fine)
		done = SQLExecDirect(stmt, (SQLCHAR *)(uintptr_t)sql, SQL_NTS);
	if (!SQL_SUCCEEDED(done) && done != SQL_NO_DATA)
		odbc_error(err, SQL_HANDLE_STMT, stmt, "running the query", link->connection);
	SQLFreeStmt(stmt, SQL_RESET_PARAMS);
	free(mark);
	free(key);
	return SQL_SUCCEEDED(done) || done == SQL_NO_DATA ? 0 : -ERR_SOURCE;
}

/*
 * SQLite opens its file at the first statement, and its driver lists no table, without an error,
 * where that fails: a file that is no database, or may not be read.
 */
static bool file_opens(SQLHSTMT stmt, const struct odbc_link *link)
{
	static SQLCHAR look[] = "SELECT count(*) FROM sqlite_master";
	char dbms[64] = "";

	SQLGetInfo(link->dbc, SQL_DBMS_NAME, dbms, sizeof(dbms), NULL);
	if (!strcasestr(dbms, "sqlite"))
		return true;
	if (!SQL_SUCCEEDED(SQLExecDirect(stmt, look, SQL_NTS)))
		return false;
	SQLFreeStmt(stmt, SQL_CLOSE);
	return true;
}

/* Of the database that is connected to, where there is one; else of all. */
static int list_tables(SQLHSTMT *stmt, struct odbc_link *link, struct err *err)
{
	static SQLCHAR kinds[] = "TABLE,VIEW";
	SQLCHAR current[256] = "";
	const char *what = "asking for the tables";

	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, link->dbc, stmt)))
		return odbc_error(err, SQL_HANDLE_DBC, link->dbc, what, link->connection);
	SQLGetConnectAttr(link->dbc, SQL_ATTR_CURRENT_CATALOG, current, sizeof(current), NULL);
	if (!file_opens(*stmt, link) ||
		!SQL_SUCCEEDED(SQLTables(*stmt, current[0] ? current : NULL,
			current[0] ? SQL_NTS : 0, NULL, 0, NULL, 0, kinds, SQL_NTS)))
		return odbc_error(err, SQL_HANDLE_STMT, *stmt, what, link->connection);
	return 0;
}

int odbc_query_run(SQLHSTMT *stmt, struct odbc_link *link, const struct odbc_query *query,
	enum odbc_part part, const char *key, enum column_type key_type, struct err *err)
{
	struct places places = { 0 };
	struct buf sql = BUF_INIT(SQL_BYTES);
	const char *inner = query->sql;
	SQLPOINTER seconds = (SQLPOINTER)(uintptr_t)query->timeout_s;
	int rc = 0;

	if (!query->sql)
		return list_tables(stmt, link, err);
	if (query->page_by && !is_plain_name(query->page_by))
		return err_set(err, ERR_CONFIG,
			"page_by: \"%s\" is no plain column name: give the column one by AS",
			query->page_by);
	if (query->mark)
		rc = parse(&places, query, err);
	if (!rc && query->mark)
		inner = places.sql;
	if (!rc && query->page_by)
		add_page(&sql, link, inner, query, part);
	else if (!rc)
		buf_add_str(&sql, inner);
	if (!rc)
		rc = buf_check(&sql, "the query", err);
	if (!rc && !SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, link->dbc, stmt)))
		rc = odbc_error(
			err, SQL_HANDLE_DBC, link->dbc, "running the query", link->connection);
	if (!rc && query->timeout_s > 0)
		SQLSetStmtAttr(*stmt, SQL_ATTR_QUERY_TIMEOUT, seconds, 0);
	if (!rc)
		rc = execute(*stmt, link, buf_str(&sql), query, places.count, key, key_type, err);
	places_free(&places);
	buf_free(&sql);
	return rc;
}
