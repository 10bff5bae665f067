/*
 * odbc_string.c — the connection string that the reader child gets: what the connection says, user
 * and password in braces, and the options by which a driver streams instead of fetching all rows,
 * and makes no empty database where the named one is missing.
 */

#include "base/base.h"
#include "process/process.h"
#include "source/reader.h"
#include "base/text.h"

#include <strings.h>

#define STRING_MAX 8192

#define READING 1u
#define WRITING 2u

/*
 * Options by a part of the driver's name, unless the connection sets them itself. MySQL counts the
 * rows that an UPDATE changes, unless told to count those it matches: a repeated write-back must
 * not look like a row that was changed meanwhile.
 */
static const struct {
	const char *driver;
	const char *key, *value;
	unsigned when;
} options[] = {
	{ "sqlite", "StepAPI", "1", READING },
	{ "sqlite", "NoCreat", "1", READING | WRITING },
	{ "sqlite", "Timeout", "10000", WRITING },
	{ "psql", "UseDeclareFetch", "1", READING },
	{ "postgres", "UseDeclareFetch", "1", READING },
	{ "mysql", "FOUND_ROWS", "1", WRITING },
	{ "maria", "OPTION", "2", WRITING },
	{ "psql", "BoolsAsChar", "0", READING },
	{ "postgres", "BoolsAsChar", "0", READING },
};

bool process_odbc_attribute(char *value, size_t size, const char *string, const char *key)
{
	while (*string) {
		size_t name = strcspn(string, "=;");
		bool found = name == strlen(key) && !strncasecmp(string, key, name);
		const char *start = string + name + (string[name] == '=');
		size_t len = *start == '{' ? strcspn(start, "}") : strcspn(start, ";");

		if (found) {
			start += *start == '{';
			snprintf(value, size, "%.*s", (int)strcspn(start, ";}"), start);
			return true;
		}
		string = start + len;
		string += strcspn(string, ";");
		string += strspn(string, "; ");
	}
	return false;
}

/* The driver's name: as written, or as the data source says. */
static void driver_name(char *driver, size_t size, const char *string)
{
	char source[256];

	text_copy(driver, size, "");
	if (process_odbc_attribute(driver, size, string, "Driver"))
		return;
	if (process_odbc_attribute(source, sizeof(source), string, "DSN"))
		source_odbc_driver_of(driver, size, source, NULL);
}

/* ";KEY={value}", with the closing braces of the value doubled. */
static void add_attribute(struct buf *out, const char *key, const char *value)
{
	buf_addf(out, ";%s={", key);
	for (; *value; value++) {
		buf_add_char(out, *value);
		if (*value == '}')
			buf_add_char(out, '}');
	}
	buf_add_char(out, '}');
}

static int add_password(struct buf *out, const struct secret *secret, const struct keyring *keyring,
	struct err *err)
{
	char *plain = NULL;
	int rc;

	if (secret->kind == SECRET_NONE)
		return 0;
	rc = secret_reveal(&plain, secret, keyring, err);
	if (rc) {
		err_prefix(err, "source.password");
		return rc;
	}
	add_attribute(out, "PWD", plain);
	secret_wipe(plain);
	return 0;
}

static int make_string(char **out, const struct connection *connection,
	const struct keyring *keyring, unsigned when, struct err *err)
{
	const struct source_access *source = &connection->source;
	struct buf string = BUF_INIT(STRING_MAX);
	char driver[256], already[64];
	int rc;

	if (text_empty(source->odbc))
		return err_set(err, ERR_CONFIG,
			"source.odbc: not set: enter the database's ODBC connection string");
	if (!buf_room(&string, STRING_MAX)) /* once: growing would leave the password behind */
		return err_nomem(err);
	buf_add_str(&string, source->odbc);
	while (string.len && strchr("; ", string.data[string.len - 1]))
		buf_cut(&string, string.len - 1);
	if (!text_empty(source->username))
		add_attribute(&string, "UID", source->username);
	rc = add_password(&string, &source->password, keyring, err);
	driver_name(driver, sizeof(driver), source->odbc);
	for (size_t i = 0; !rc && i < ARRAY_SIZE(options); i++)
		if (options[i].when & when && strcasestr(driver, options[i].driver) &&
			!process_odbc_attribute(
				already, sizeof(already), source->odbc, options[i].key))
			buf_addf(&string, ";%s=%s", options[i].key, options[i].value);
	if (!rc)
		rc = buf_check(&string, "source.odbc", err);
	if (!rc && !(*out = buf_detach(&string)))
		rc = err_nomem(err);
	buf_wipe(&string);
	return rc;
}

int process_odbc_string(char **out, const struct connection *connection,
	const struct keyring *keyring, struct err *err)
{
	return make_string(out, connection, keyring, READING, err);
}

int process_odbc_write_string(char **out, const struct connection *connection,
	const struct keyring *keyring, struct err *err)
{
	return make_string(out, connection, keyring, WRITING, err);
}
