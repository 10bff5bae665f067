/* connection_hold.c — hold and release: a person keeps a connection's runs from sending. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "agent/agent.h"
#include "store/brake.h"
#include "tui/command/store_write.h"

const struct option_spec connection_hold_options[] = {
	{ "--reason", OPTION_TEXT, "TEXT", "why, for those who wonder" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

struct holding {
	const char *connection, *reason;
	char who[RUN_WHO_MAX];
	bool hold;
};

static int apply(void *ctx, struct store *store, struct err *err)
{
	const struct holding *holding = ctx;

	return holding->hold
		       ? store_hold(store, holding->connection, holding->who, holding->reason, err)
		       : store_let_go(store, holding->connection, holding->who, err);
}

static void print_holding(struct command_env *env, const struct holding *holding)
{
	struct buf text = BUF_INIT(8192);
	struct json json = JSON_INIT(&text);

	if (!env->json) {
		fprintf(env->out,
			holding->hold ? "connection %s is held: its runs pause\n"
				      : "connection %s is active: its runs go on\n",
			holding->connection);
		return;
	}
	json_open(&json, '{');
	json_put_bool(&json, "ok", true);
	json_put_text(&json, "connection", holding->connection);
	json_put_text(&json, "brake", brake_name(holding->hold ? BRAKE_HELD : BRAKE_ACTIVE));
	json_put_text(&json, "reason", holding->reason);
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

static int change(struct command_env *env, const struct arguments *args, bool hold)
{
	struct holding holding = { .connection = args->words.items[0],
		.reason = hold ? argument_text(args, "--reason") : NULL,
		.hold = hold };
	struct connection connection;
	struct err err = ERR_INIT;
	int rc;

	connection_init(&connection);
	agent_who(holding.who, sizeof(holding.who));
	rc = settings_connection(env, &connection, holding.connection, &err);
	if (rc == 0)
		rc = store_write(env, apply, &holding, &err);
	connection_free_fields(&connection);
	if (rc < 0)
		return command_fail(env, &err);
	print_holding(env, &holding);
	return 0;
}

int command_connection_hold(struct command_env *env, const struct arguments *args)
{
	return change(env, args, true);
}

int command_connection_release(struct command_env *env, const struct arguments *args)
{
	return change(env, args, false);
}
