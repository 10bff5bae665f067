/*
 * odbc_error.c — SQLSTATE to plain words. The table goes from the exact state to its class; the
 * driver's own sentence always follows, without the bracketed names in front of it.
 */

#include "base/base.h"
#include "source/odbc_error.h"
#include "base/buf.h"
#include "base/text.h"

#include <sqlext.h>

static const struct words {
	const char *state; /* a whole SQLSTATE, or the beginning of several */
	const char *text;
	bool retryable;
} table[] = {
	{ "IM002", "there is no ODBC driver or data source of that name", false },
	{ "IM003", "the ODBC driver cannot be loaded", false },
	{ "IM004", "the ODBC driver refused to start", false },
	{ "01000", "the ODBC driver cannot be used", false },
	{ "08001", "the database cannot be reached", true },
	{ "08004", "the database refused the connection", false },
	{ "08S01", "the line to the database broke", true },
	{ "08", "the connection to the database failed", true },
	{ "28", "the database refused user or password", false },
	{ "3D", "there is no such database", false },
	{ "40", "the database gave this transaction up; it may work next time", true },
	{ "42S02", "the query names a table that does not exist", false },
	{ "42S22", "the query names a column that does not exist", false },
	{ "42501", "the database user may not read this", false },
	{ "42", "the database does not understand the query", false },
	{ "53", "the database is out of resources", true },
	{ "57", "the database ended the query", true },
	{ "HYT", "the database took too long", true },
	{ "22", "the query met a value it cannot compute with", false },
	{ "HY001", "the database driver ran out of memory", true },
};

static const struct words *words_for(const char *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (text_starts(state, table[i].state))
			return &table[i];
	return NULL;
}

/* Drop "[unixODBC][Driver Manager]" and "[SQLite]" from the front. */
static const char *without_brackets(const char *text)
{
	while (*text == '[') {
		const char *end = strchr(text, ']');

		if (!end)
			break;
		text = end + 1;
	}
	while (*text == ' ')
		text++;
	return text;
}

/* Where the value of PWD (or PASSWORD) stands in a connection string; 0 = none behind `from`. */
static size_t password_at(const char **value, const char *connection, size_t from)
{
	static const char *const keys[] = { "PWD=", "PASSWORD=" };

	for (const char *at = connection + from; *at; at++) {
		if (at != connection && at[-1] != ';' && at[-1] != ' ')
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
			size_t key = strlen(keys[i]);
			const char *start = at + key;

			if (strncasecmp(at, keys[i], key) != 0)
				continue;
			*value = *start == '{' ? start + 1 : start;
			return strcspn(*value, *start == '{' ? "}" : ";");
		}
	}
	return 0;
}

static void blot(char *text, const char *secret, size_t len)
{
	for (char *at = text; (at = memmem(at, strlen(at), secret, len)); at += len)
		memset(at, '*', len);
}

static void blot_passwords(char *text, const char *connection)
{
	const char *value = connection;
	size_t len;

	while (connection && (len = password_at(&value, connection, value - connection))) {
		blot(text, value, len);
		value += len;
	}
}

int odbc_error_words(struct err *err, const char *what, const char *sqlstate, const char *text,
	const char *connection)
{
	const struct words *words = words_for(sqlstate);
	char driver[384];

	text_copy(driver, sizeof(driver), without_brackets(text));
	for (char *at = driver; *at; at++)
		if ((unsigned char)*at < 0x20)
			*at = ' ';
	text_trim(driver);
	blot_passwords(driver, connection);
	if (words)
		err_set(err, ERR_SOURCE, "%s: %s (%s)", what, words->text, driver);
	else
		err_set(err, ERR_SOURCE, "%s: the database said: %s", what, driver);
	if (err) {
		err->retryable = words && words->retryable;
		text_copy(err->code, sizeof(err->code), sqlstate);
	}
	return -ERR_SOURCE;
}

int odbc_error(struct err *err, SQLSMALLINT type, SQLHANDLE handle, const char *what,
	const char *connection)
{
	SQLCHAR state[8] = "HY000";
	SQLCHAR text[512] = "";
	SQLINTEGER native;
	SQLSMALLINT len;

	if (!SQL_SUCCEEDED(
		    SQLGetDiagRec(type, handle, 1, state, &native, text, sizeof(text), &len)))
		text_copy((char *)text, sizeof(text), "the driver gave no reason");
	return odbc_error_words(err, what, (const char *)state, (const char *)text, connection);
}
