/* check.c — `agentboard config check`: every file of a home, every problem with its line. */

#include "base/base.h"
#include "config/files.h"

#include <dirent.h>

#include "base/file.h"
#include "base/text.h"
#include "config/one_file.h"
#include "config/scan.h"

struct check {
	files_problem *each;
	void *ctx;
	int problems;
	struct catalog catalog;
	/* the file that is looked at */
	const char *path;
	struct buf text;
};

/* A problem that already names its place. */
static void told(void *ctx, const struct err *err)
{
	struct check *check = ctx;

	check->problems++;
	check->each(check->ctx, err);
}

/* A problem of the model: its key gives the line. */
static void of_model(void *ctx, const struct err *problem)
{
	struct check *check = ctx;
	struct err err = ERR_INIT;

	scan_problem(&err, check->path,
		file_line(buf_str(&check->text), check->text.len, problem->code), "%s",
		problem->text);
	text_copy(err.code, sizeof(err.code), problem->code);
	told(check, &err);
}

static void of_key(struct check *check, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void of_key(struct check *check, const char *key, const char *fmt, ...)
{
	struct err err = ERR_INIT;
	va_list ap;

	err.kind = ERR_CONFIG;
	text_copy(err.code, sizeof(err.code), key);
	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	of_model(check, &err);
}

static bool load(struct check *check, void *thing, const struct schema *schema, const char *path,
	const char *name)
{
	check->path = path;
	buf_reset(&check->text);
	if (file_load(thing, schema, path, name, told, check, NULL) < 0)
		return false;
	return file_read(&check->text, path, NULL) == 0;
}

static void check_connection(struct check *check, const char *path, const char *name)
{
	struct connection connection;

	connection_init(&connection);
	/* A draft is allowed to be unfinished; that is what the word says. */
	if (load(check, &connection, &schema_connection, path, name) && !connection.draft)
		connection_check_all(&connection, of_model, check);
	connection_free_fields(&connection);
}

static void check_interface(struct check *check, const char *path, const char *name)
{
	struct interface interface;
	struct connection connection;
	struct err err = ERR_INIT;
	int rc;

	interface_init(&interface);
	connection_init(&connection);
	if (load(check, &interface, &schema_interface, path, name)) {
		interface_check_all(&interface, of_model, check);
		rc = text_empty(interface.connection)
			     ? -ERR_CONFIG
			     : check->catalog.connection(check->catalog.self, &connection,
				       interface.connection, &err);
		if (rc == -ERR_NOT_FOUND)
			of_key(check, "connection", "connection: %s", err.text);
		else if (rc == 0 && interface_check_source(&interface, &connection, &err) < 0)
			of_model(check, &err);
	}
	interface_free_fields(&interface);
	connection_free_fields(&connection);
}

static void check_settings(struct check *check, const char *path, const char *name)
{
	struct agent_settings settings;
	struct err err = ERR_INIT;

	(void)name;
	agent_settings_init(&settings);
	if (load(check, &settings, &schema_settings, path, NULL)) {
		if (text_empty(settings.tls_cert) != text_empty(settings.tls_key))
			of_key(check, "tls", "tls: cert and key belong together: set both or none");
		if (text_empty(settings.listen))
			of_key(check, "listen",
				"listen: not set: use 127.0.0.1, or an address of "
				"this machine");
		if (agent_settings_check(&settings, &err) < 0)
			of_model(check, &err);
	}
	agent_settings_free_fields(&settings);
}

/* Files that end in .cfg but whose names name nothing are read by nobody: say so. */
static int check_folder(struct check *check, const char *folder,
	void (*one)(struct check *check, const char *path, const char *name), struct err *err)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, NULL, alphasort);

	if (count < 0)
		return errno == ENOENT ? 0
				       : err_set_errno(err, ERR_CONFIG, errno,
						 "could not read the folder %s", folder);
	for (int i = 0; i < count; i++) {
		const char *file = entries[i]->d_name;
		size_t len = strlen(file);
		char *path = file_join(folder, file);
		char name[256];

		if (path && len > 4 && file[0] != '.' && strcmp(file + len - 4, ".cfg") == 0) {
			snprintf(name, sizeof(name), "%.*s", (int)(len - 4), file);
			check->path = path;
			if (model_name_ok(name))
				one(check, path, name);
			else
				of_key(check, "",
					"the file is not read: its name must be letters, digits, - "
					"and "
					"_, at most %d, and .cfg",
					MODEL_NAME_MAX);
		}
		free(path);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int files_check(const struct home *home, files_problem *each, void *ctx, struct err *err)
{
	struct check check = { .each = each, .ctx = ctx, .text = BUF_INIT(SCAN_TEXT_MAX) };
	int rc = files_catalog(&check.catalog, home, NULL, err);

	if (rc == 0)
		rc = check_folder(&check, home->connections, check_connection, err);
	if (rc == 0)
		rc = check_folder(&check, home->interfaces, check_interface, err);
	if (rc == 0 && file_exists(home->agent_cfg))
		check_settings(&check, home->agent_cfg, NULL);
	files_catalog_free(&check.catalog);
	buf_free(&check.text);
	return rc < 0 ? rc : check.problems;
}
