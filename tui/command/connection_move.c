/*
 * connection_move.c — connections from one home to another. An export carries no sealed secret; an
 * import is looked through for what could read this machine's secrets or load foreign code, and
 * such values are taken out unless the operator says --trust.
 */

#include "base/base.h"
#include "tui/command/settings.h"

#include <strings.h>

#include "base/file.h"
#include "config/files.h"
#include "source/reader.h"

#define FILE_MAX (1u << 20)

/* ---- export ---- */

/* A copy without sealed secrets; their keys go into `taken`. */
static int without_sealed(struct connection *copy, struct text_list *taken,
	const struct connection *connection, struct err *err)
{
	const char *const *keys = files_secret_keys();
	int rc = connection_copy(copy, connection, err);

	for (int i = 0; rc == 0 && keys[i]; i++) {
		struct secret *secret = files_secret(copy, keys[i], NULL);

		if (secret->kind != SECRET_SEALED)
			continue;
		secret_free(secret);
		if (!text_list_add(taken, keys[i]))
			rc = err_nomem(err);
	}
	return rc;
}

static int export_text(struct buf *out, struct text_list *taken,
	const struct connection *connection, struct err *err)
{
	struct connection copy;
	int rc;

	connection_init(&copy);
	rc = without_sealed(&copy, taken, connection, err);
	buf_addf(out, "# connection %s\n", connection->name);
	for (size_t i = 0; rc == 0 && i < taken->count; i++)
		buf_addf(out, "# %s is not exported: set it with --secret %s=-\n", taken->items[i],
			taken->items[i]);
	if (rc == 0)
		rc = files_write_connection(out, &copy, err);
	connection_free_fields(&copy);
	return rc;
}

static void print_export(struct command_env *env, const char *name, const struct buf *file,
	const struct text_list *taken)
{
	struct buf text = BUF_INIT(4 * FILE_MAX);
	struct json json = JSON_INIT(&text);

	if (!env->json) {
		fputs(buf_str(file), env->out);
		return;
	}
	json_open(&json, '{');
	json_put_text(&json, "connection", name);
	json_put_text(&json, "file", buf_str(file));
	json_key(&json, "secrets_left_out");
	json_open(&json, '[');
	for (size_t i = 0; i < taken->count; i++)
		json_text(&json, taken->items[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

int command_connection_export(struct command_env *env, const struct arguments *args)
{
	struct connection connection;
	struct text_list taken = { NULL, 0 };
	struct buf file = BUF_INIT(FILE_MAX);
	struct err err = ERR_INIT;
	int code = 0;

	connection_init(&connection);
	if (settings_connection(env, &connection, args->words.items[0], &err) < 0 ||
		export_text(&file, &taken, &connection, &err) < 0)
		code = command_fail(env, &err);
	else
		print_export(env, connection.name, &file, &taken);
	buf_free(&file);
	text_list_free(&taken);
	connection_free_fields(&connection);
	return code;
}

/* ---- import: what is taken out ---- */

struct import {
	struct command_env *env;
	struct connection connection;
	bool trust;
	struct text_list keys, reasons; /* of what was taken out, side by side */
	bool nomem;
};

static void taken_out(struct import *import, const char *key, const char *reason)
{
	if (!text_list_add(&import->keys, key) || !text_list_add(&import->reasons, reason))
		import->nomem = true;
}

/*
 * The value of a keyword of an ODBC string in `value`, braces taken off. Returns what follows, or
 * NULL when the keyword does not occur from `odbc` on. The driver manager folds case.
 */
static const char *odbc_value(char *value, size_t size, const char *odbc, const char *keyword)
{
	while (*odbc) {
		const char *start;
		const char *end;
		size_t len;
		bool hit;

		odbc += strspn(odbc, "; \t");
		len = strcspn(odbc, "= \t;");
		hit = len == strlen(keyword) && strncasecmp(odbc, keyword, len) == 0;
		odbc += strcspn(odbc, "=;");
		if (*odbc != '=')
			continue;
		odbc += 1 + strspn(odbc + 1, " \t");
		start = odbc + (*odbc == '{');
		end = *odbc == '{' ? strchrnul(odbc, '}') : odbc + strcspn(odbc, ";");
		odbc = end + strcspn(end, ";");
		if (hit) {
			snprintf(value, size, "%.*s", (int)(end - start), start);
			return odbc;
		}
	}
	return NULL;
}

/* A driver that odbcinst.ini does not name is a path: code of the file's choice. */
static bool is_foreign_driver(const char *driver)
{
	struct text_list known = { NULL, 0 };
	bool found = false;

	if (source_odbc_drivers(&known, NULL) == 0) {
		for (size_t i = 0; i < known.count; i++)
			found = found || text_equal_fold(known.items[i], driver);
	}
	text_list_free(&known);
	return !found;
}

static void disarm_odbc(struct import *import)
{
	struct source_access *source = &import->connection.source;
	static const char *const files[] = { "FILEDSN", "SAVEFILE" };
	const char *at = source->odbc;
	char value[512];
	char reason[640];
	bool bad = false;

	if (text_empty(at))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (!bad && odbc_value(value, sizeof(value), source->odbc, files[i])) {
			snprintf(reason, sizeof(reason), "it names the file %s", value);
			bad = true;
		}
	}
	while (!bad && (at = odbc_value(value, sizeof(value), at, "Driver"))) {
		if (is_foreign_driver(value)) {
			snprintf(reason, sizeof(reason), "its driver %s is not one of odbcinst.ini",
				value);
			bad = true;
		}
	}
	if (bad) {
		taken_out(import, "source.odbc", reason);
		text_set(&source->odbc, NULL);
	}
}

/* References that would send a secret of this machine to whatever domain the file names. */
static void disarm_secrets(struct import *import)
{
	const char *const *keys = files_secret_keys();

	for (int i = 0; keys[i]; i++) {
		struct secret *secret = files_secret(&import->connection, keys[i], NULL);
		char *plain = NULL;
		char reason[600];

		if (secret->kind == SECRET_NONE || (import->trust && secret->kind != SECRET_SEALED))
			continue;
		if (secret->kind == SECRET_SEALED) {
			if (secret_reveal(&plain, secret, import->env->keyring, NULL) == 0) {
				secret_wipe(plain);
				continue;
			}
			snprintf(reason, sizeof(reason), "it was sealed in another home");
		} else {
			snprintf(reason, sizeof(reason), "it names the %s %s of this machine",
				secret->kind == SECRET_ENV    ? "environment variable"
				: secret->kind == SECRET_FILE ? "file"
							      : "credential",
				secret->ref);
		}
		taken_out(import, keys[i], reason);
		secret_free(secret);
	}
}

static void disarm(struct import *import)
{
	disarm_secrets(import);
	if (import->trust)
		return;
	disarm_odbc(import);
	if (import->connection.agent.allow_clear_text) {
		import->connection.agent.allow_clear_text = false;
		taken_out(import, "agent.allow_clear_text",
			"clear text is allowed by a person, not by a file");
	}
}

/* ---- import ---- */

static int read_import(struct import *import, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	const char *slash = strrchr(path, '/');
	char *stem = text_dup(slash ? slash + 1 : path);
	int rc = stem ? file_read(&text, path, err) : err_nomem(err);

	if (rc == 0 && strlen(buf_str(&text)) < text.len)
		rc = err_set(err, ERR_CONFIG, "%s is no text file", path);
	if (rc == 0)
		rc = files_parse_connection(&import->connection, buf_str(&text), path, err);
	if (rc == 0 && text_empty(import->connection.name)) {
		if (strlen(stem) > 4 && strcmp(stem + strlen(stem) - 4, ".cfg") == 0)
			stem[strlen(stem) - 4] = '\0';
		rc = text_set(&import->connection.name, stem) ? 0 : err_nomem(err);
	}
	buf_free(&text);
	free(stem);
	return rc;
}

static int save_import(struct import *import, bool replace, struct err *err)
{
	struct catalog *catalog = &import->env->catalog;
	struct connection old;
	struct err why = ERR_INIT;
	int rc;

	connection_init(&old);
	rc = catalog->connection(catalog->self, &old, import->connection.name, &why);
	connection_free_fields(&old);
	if (rc == -ERR_USAGE)
		return err_copy(err, &why);
	if (rc != -ERR_NOT_FOUND && !replace)
		return err_set(err, ERR_EXISTS,
			"connection %s exists already: import with --replace, or rename it in the "
			"file",
			import->connection.name);
	return catalog->save_connection(catalog->self, &import->connection, err);
}

static void print_import(struct import *import, const struct err *missing)
{
	struct command_env *env = import->env;
	struct buf text = BUF_INIT(FILE_MAX);
	struct json json = JSON_INIT(&text);

	if (!env->json) {
		for (size_t i = 0; i < import->keys.count; i++)
			fprintf(env->out, "%s was taken out: %s\n", import->keys.items[i],
				import->reasons.items[i]);
		if (missing->kind)
			fprintf(env->out, "it is a draft until this is right: %s\n", missing->text);
		fprintf(env->out, "connection %s imported\n", import->connection.name);
		return;
	}
	json_open(&json, '{');
	json_put_bool(&json, "ok", true);
	json_put_text(&json, "connection", import->connection.name);
	json_put_bool(&json, "draft", import->connection.draft);
	json_put_text(&json, "missing", missing->kind ? missing->text : NULL);
	json_key(&json, "taken_out");
	json_open(&json, '[');
	for (size_t i = 0; i < import->keys.count; i++) {
		json_open(&json, '{');
		json_put_text(&json, "key", import->keys.items[i]);
		json_put_text(&json, "why", import->reasons.items[i]);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

int command_connection_import(struct command_env *env, const struct arguments *args)
{
	struct import import = { .env = env, .trust = argument_flag(args, "--trust") };
	struct err err = ERR_INIT;
	struct err missing = ERR_INIT;
	int code = 0;
	int rc;

	connection_init(&import.connection);
	rc = command_unseal_if_any(env, &err);
	if (rc == 0)
		rc = read_import(&import, args->words.items[0], &err);
	if (rc == 0) {
		disarm(&import);
		/* What lacks something is kept as a draft, so that it can be completed. */
		if (connection_check(&import.connection, &missing) < 0)
			import.connection.draft = true;
		rc = import.nomem ? err_nomem(&err)
				  : save_import(&import, argument_flag(args, "--replace"), &err);
	}
	if (rc < 0)
		code = command_fail(env, &err);
	else
		print_import(&import, &missing);
	text_list_free(&import.keys);
	text_list_free(&import.reasons);
	connection_free_fields(&import.connection);
	return code;
}
