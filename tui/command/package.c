/* package.c — the Salesforce project of one connection, written to a folder for the sf command
 * line. */

#include "base/base.h"
#include "ping/ping_record.h"
#include "setup/package.h"
#include "tui/command/command.h"

static void print_json(struct command_env *env, const struct package *package, const char *dir)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_key(&json, "package");
	json_open(&json, '{');
	json_put_text(&json, "connection", package->connection);
	json_put_text(&json, "name", package->name);
	json_put_text(&json, "folder", dir);
	json_key(&json, "files");
	json_open(&json, '[');
	for (int i = 0; i < package->file_count; i++)
		json_text(&json, package->files[i].path);
	json_close(&json, ']');
	json_key(&json, "notes");
	json_open(&json, '[');
	for (size_t i = 0; i < package->note_count; i++) {
		json_open(&json, '{');
		json_put_text(&json, "id", package->notes[i].id);
		json_put_text(&json, "text", package->notes[i].text);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

static void print_lines(struct command_env *env, const struct package *package, const char *dir)
{
	fprintf(env->out, "%s: %d files for the app %s\n", dir, package->file_count, package->name);
	for (int i = 0; i < package->file_count; i++)
		fprintf(env->out, "  %s\n", package->files[i].path);
	fputs("Salesforce itself has not judged them yet; README.md has the commands that ask it.\n"
	      "To do by hand:\n",
		env->out);
	for (size_t i = 0; i < package->note_count; i++)
		fprintf(env->out, "  - %s\n", package->notes[i].text);
}

#define REQUIRED_MAX 64

static int read_options(struct package_options *out, const char *required[REQUIRED_MAX + 1],
	const struct arguments *args, struct err *err)
{
	const char *only = argument_text(args, "--only");
	int count = 0;

	if (only && strcmp(only, "permissions") != 0)
		return err_set(err, ERR_USAGE, "--only %s: there is nothing but permissions", only);
	while (count < REQUIRED_MAX &&
		(required[count] = argument_many(args, "--required", count)) != NULL)
		count++;
	required[count] = NULL;
	if (argument_many(args, "--required", REQUIRED_MAX))
		return err_set(err, ERR_USAGE, "more than %d times --required", REQUIRED_MAX);
	*out = (struct package_options){ .username = argument_text(args, "--user"),
		.contact = argument_text(args, "--contact"),
		.permissions_only = only != NULL,
		.required = required };
	return 0;
}

static int run_package(struct command_env *env, const struct arguments *args)
{
	const char *name = args->words.items[0];
	const char *dir = args->words.items[1];
	const char *required[REQUIRED_MAX + 1];
	struct package_options options;
	struct package *package = NULL;
	struct connection connection;
	char *parents = ping_recall_parents(env->home->data, name);
	struct err err = ERR_INIT;
	int code = 0;
	int rc = read_options(&options, required, args, &err);

	options.parents = parents;
	connection_init(&connection);
	if (rc == 0)
		rc = env->catalog.connection(env->catalog.self, &connection, name, &err);
	if (rc == 0)
		rc = package_of(&package, &connection, &env->catalog, &options, &err);
	if (rc == 0)
		rc = package_write(package, dir, &err);
	if (rc < 0)
		code = command_fail(env, &err);
	else if (env->json)
		print_json(env, package, dir);
	else
		print_lines(env, package, dir);
	package_free(package);
	free(parents);
	connection_free_fields(&connection);
	return code;
}

static const struct option_spec package_options[] = {
	{ "--only", OPTION_TEXT, "permissions", "without the app and the remote site" },
	{ "--user", OPTION_TEXT, "USERNAME", "the API user that the app runs as" },
	{ "--contact", OPTION_TEXT, "EMAIL", "who answers for the app; else the API user's name" },
	{ "--required", OPTION_MANY, "OBJECT.FIELD",
		"a field that the org requires: it needs no permission" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command package_commands[] = {
	{ "package", "N DIR [--only permissions] [--user USERNAME]",
		"write the Salesforce set-up for this connection, ready for sf project deploy "
		"start",
		package_options, 2, 2, run_package, true },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
