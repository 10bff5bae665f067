/*
 * connection_org.c — accept-org: the org behind a connection is pinned by its first green ping, and
 * another org's token is refused from then on. This is how a person says: yes, the other one.
 */

#include "base/base.h"
#include "tui/command/settings.h"

#include "ping/ping.h"
#include "tui/command/store_write.h"

struct acceptance {
	const char *connection;
	struct ping_result result;
};

static int pin(void *ctx, struct store *store, struct err *err)
{
	const struct acceptance *acceptance = ctx;
	const struct ping_result *result = &acceptance->result;

	return store_org_pin(store, acceptance->connection, result->org_id, result->org_name,
		result->sandbox, true, err);
}

/* Why the org could not be asked: the first failed step, with its remedy. */
static int not_asked(const struct ping_result *result, struct err *err)
{
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];

		if (step->verdict == VERDICT_FAIL)
			return err_set(err, result->kind ? result->kind : ERR_PROTOCOL,
				"%s: %s%s%s", step->name, step->detail, step->remedy[0] ? "; " : "",
				step->remedy);
	}
	return err_set(err, ERR_PROTOCOL, "the org did not tell its id");
}

static void print_acceptance(struct command_env *env, const struct acceptance *acceptance,
	const struct connection_state *before)
{
	const struct ping_result *result = &acceptance->result;
	struct buf text = BUF_INIT(8192);
	struct json json = JSON_INIT(&text);

	if (!env->json) {
		fprintf(env->out, "connection %s now belongs to the org %s %s (%s)\n",
			acceptance->connection, result->org_id, result->org_name,
			result->sandbox ? "sandbox" : "production");
		if (before->org_id[0] && strcmp(before->org_id, result->org_id) != 0)
			fprintf(env->out, "before: %s %s\n", before->org_id, before->org_name);
		return;
	}
	json_open(&json, '{');
	json_put_bool(&json, "ok", true);
	json_put_text(&json, "connection", acceptance->connection);
	json_put_text(&json, "org_id", result->org_id);
	json_put_text(&json, "org_name", result->org_name);
	json_put_bool(&json, "sandbox", result->sandbox);
	json_put_text(&json, "before", before->org_id[0] ? before->org_id : NULL);
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

int command_connection_accept_org(struct command_env *env, const struct arguments *args)
{
	struct acceptance *acceptance = calloc(1, sizeof(*acceptance));
	struct connection_state before = { 0 };
	struct connection connection;
	struct err err = ERR_INIT;
	int code = 0;
	int rc = acceptance ? command_unseal_if_any(env, &err) : err_nomem(&err);

	connection_init(&connection);
	if (rc == 0)
		rc = settings_connection(env, &connection, args->words.items[0], &err);
	if (rc == 0) {
		acceptance->connection = connection.name;
		settings_state(env, &before, connection.name);
		ping_salesforce(&acceptance->result, &connection, NULL, env->keyring, "",
			command_interrupt(), NULL, NULL);
		rc = acceptance->result.org_known ? store_write(env, pin, acceptance, &err)
						  : not_asked(&acceptance->result, &err);
	}
	if (rc < 0)
		code = command_fail(env, &err);
	else
		print_acceptance(env, acceptance, &before);
	connection_free_fields(&connection);
	free(acceptance);
	return code;
}
