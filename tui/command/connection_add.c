/* connection_add.c — a connection from options: set, sealed, checked, and only then saved. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "config/files.h"

static int set_value(void *model, const char *key, const char *value, struct err *err)
{
	return files_set_connection(model, key, value, err);
}

static int apply_options(struct command_env *env, struct connection *connection,
	const struct arguments *args, struct err *err)
{
	const char *text;
	int rc = settings_set_all(args, set_value, connection, err);

	for (int i = 0; rc == 0 && (text = argument_many(args, "--secret", i)); i++)
		rc = settings_secret(env, connection, text, err);
	return rc;
}

static bool names_agent(const struct arguments *args)
{
	static const char *const options[] = { "--set", "--secret" };
	const char *text;

	for (size_t o = 0; o < ARRAY_SIZE(options); o++) {
		for (int i = 0; (text = argument_many(args, options[o], i)); i++) {
			if (text_starts(text, "agent."))
				return true;
		}
	}
	return false;
}

static int check(const struct connection *connection, struct err *err)
{
	/* A draft may be unfinished: `--set draft=true` asks for one in so many words. */
	return connection->draft ? 0 : connection_check(connection, err);
}

static int add_new(struct command_env *env, const struct arguments *args, struct err *err)
{
	const char *name = args->words.items[0];
	struct connection connection;
	int rc;

	connection_init(&connection);
	/* Whoever names nothing of the agent has a connection that only pushes. */
	connection.agent.called_by_salesforce = names_agent(args);
	rc = text_set(&connection.name, name) ? 0 : err_nomem(err);
	if (rc == 0)
		rc = apply_options(env, &connection, args, err);
	if (rc == 0)
		rc = check(&connection, err);
	if (rc == 0)
		rc = env->catalog.save_connection(env->catalog.self, &connection, err);
	connection_free_fields(&connection);
	return rc;
}

static int change(struct command_env *env, const struct connection *before,
	const struct arguments *args, struct err *err)
{
	struct connection after;
	int rc;

	connection_init(&after);
	rc = connection_copy(&after, before, err);
	after.draft = false;
	if (rc == 0)
		rc = apply_options(env, &after, args, err);
	if (rc == 0)
		rc = check(&after, err);
	if (rc == 0)
		rc = env->catalog.update_connection(env->catalog.self, before, &after, err);
	connection_free_fields(&after);
	return rc;
}

int command_connection_add(struct command_env *env, const struct arguments *args)
{
	const char *name = args->words.items[0];
	struct connection before;
	struct err err = ERR_INIT;
	struct err why = ERR_INIT;
	int rc;

	connection_init(&before);
	rc = settings_connection(env, &before, name, &why);
	if (rc == -ERR_NOT_FOUND) {
		rc = add_new(env, args, &err);
	} else if (rc < 0) {
		err_copy(&err, &why); /* a broken file is there, too: it is not written over */
	} else if (!argument_flag(args, "--replace")) {
		rc = err_set(&err, ERR_EXISTS,
			"connection %s exists already: change it with --replace, or take another "
			"name",
			name);
	} else {
		rc = change(env, &before, args, &err);
	}
	connection_free_fields(&before);
	if (rc < 0)
		return command_fail(env, &err);
	return settings_done(env, "connection", name, "saved");
}
