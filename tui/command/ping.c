/* ping.c — Ping Agent Connection and Ping Salesforce Connection, step by step as they happen; the
 * verdict is recorded, and the first green Salesforce ping pins the org. */

#include "base/base.h"
#include "agent/agent.h"
#include "ping/ping_record.h"
#include "tui/command/ping.h"
#include "tui/command/report.h"
#include "tui/command/store_write.h"

struct pinging {
	struct command_env *env;
	const struct connection *connection;
	enum ping_kind kind;
	struct ping_result *result; /* the caller's */
	FILE *steps;		    /* NULL = nobody listens */
	int told;		    /* steps printed */
};

static const char *const verdict_words[] = {
	[VERDICT_OK] = "OK",
	[VERDICT_FAIL] = "FAIL",
	[VERDICT_WARN] = "WARN",
	[VERDICT_NOT_REACHED] = "..",
};

static void print_step(FILE *to, const struct ping_step *step)
{
	fprintf(to, "  %-4s %-24s ", verdict_words[step->verdict], step->name);
	if (step->verdict == VERDICT_NOT_REACHED) {
		fputs("not reached\n", to);
	} else {
		report_text(to, step->detail, 0);
		fprintf(to, "%s%.0f ms\n", step->detail[0] ? "   " : "", step->ms);
	}
	if (step->remedy[0]) {
		fputs("       ", to);
		report_text(to, step->remedy, 0);
		fputc('\n', to);
	}
}

/* On the pinging thread, that is this one: tell the steps that came to be since. */
static void on_step(void *ctx, const struct ping_result *result)
{
	struct pinging *pinging = ctx;

	if (!pinging->steps)
		return;
	while (pinging->told < result->count)
		print_step(pinging->steps, &result->steps[pinging->told++]);
	fflush(pinging->steps);
}

static void print_result_json(struct command_env *env, const struct ping_result *result)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_put_bool(&json, "ok", result->ok);
	json_key(&json, "steps");
	json_open(&json, '[');
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];

		json_open(&json, '{');
		json_put_text(&json, "name", step->name);
		json_put_bool(
			&json, "ok", step->verdict == VERDICT_OK || step->verdict == VERDICT_WARN);
		json_put_text(&json, "verdict", ping_verdict_name(step->verdict));
		json_put_real(&json, "ms", step->ms);
		json_put_text(&json, "detail", step->detail);
		json_put_text(&json, "remedy_id", step->remedy_id);
		json_put_text(&json, "remedy", step->remedy);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

static void carry_out(struct pinging *pinging)
{
	struct command_env *env = pinging->env;
	struct ping_wish wish = { pinging->connection, &env->catalog, env->home->data,
		command_interrupt() };

	if (pinging->steps)
		fprintf(pinging->steps, "%s: %s\n", ping_kind_title(pinging->kind),
			pinging->connection->name);
	ping_of_kind(pinging->result, pinging->kind, &wish, on_step, pinging);
	on_step(pinging, pinging->result);
}

/* By the agent, for a user who may not open the home's secrets: the steps come all at once. */
static int ask_agent(struct pinging *pinging, const char *name, struct err *err)
{
	struct command_env *env = pinging->env;
	struct ping_reply *reply = calloc(1, sizeof(*reply));
	char who[RUN_WHO_MAX];
	struct ping_request request = {
		.connection = name, .kind = pinging->kind, .record = !env->read_only, .who = who
	};
	int rc;

	if (!reply)
		return err_nomem(err);
	agent_who(who, sizeof(who));
	rc = agent_client_ping(reply, env->home->socket, &request, command_interrupt(), err);
	if (rc == 0) {
		*pinging->result = reply->result;
		if (pinging->steps)
			fprintf(pinging->steps, "%s: %s (by the agent)\n",
				ping_kind_title(pinging->kind), name);
		on_step(pinging, pinging->result);
		if (reply->kept.kind != ERR_NONE)
			rc = err_copy(err, &reply->kept);
	}
	free(reply);
	return rc;
}

int ping_connection(struct ping_result *out, struct command_env *env, const char *name,
	enum ping_kind kind, FILE *steps, struct err *err)
{
	struct connection connection;
	struct pinging pinging = {
		.env = env, .connection = &connection, .kind = kind, .result = out, .steps = steps
	};
	struct ping_keeping keeping = { &connection, kind, out };
	int rc;

	*out = (struct ping_result){ .ok = false };
	if (!env->keyring && keyring_is_closed(env->home->key)) {
		struct err why = ERR_INIT;

		rc = ask_agent(&pinging, name, &why);
		if (rc != -ERR_NET || out->count)
			return rc < 0 ? err_copy(err, &why) : 0;
	}
	connection_init(&connection);
	rc = command_unseal_if_any(env, err);
	if (rc == 0)
		rc = env->catalog.connection(env->catalog.self, &connection, name, err);
	if (rc == 0) {
		carry_out(&pinging);
		if (!env->read_only)
			rc = store_write(env, ping_keep_work, &keeping, err);
	}
	connection_free_fields(&connection);
	return rc;
}

/* A result without a step is none: the ping was not even begun. */
static int ping(struct command_env *env, const char *name, enum ping_kind kind)
{
	struct ping_result *result = calloc(1, sizeof(*result));
	struct err err = ERR_INIT;
	int code = 0;
	int rc;

	if (!result) {
		err_nomem(&err);
		return command_fail(env, &err);
	}
	rc = ping_connection(result, env, name, kind, env->json ? NULL : env->out, &err);
	if (env->json && result->count)
		print_result_json(env, result);
	if (rc < 0)
		code = command_fail(env, &err);
	if (result->count && !result->ok)
		code = err_exit_code(result->kind == ERR_NONE ? ERR_PROTOCOL : result->kind);
	free(result);
	return code;
}

static int run_ping_agent(struct command_env *env, const struct arguments *args)
{
	return ping(env, args->words.items[0],
		argument_flag(args, "--from-salesforce") ? PING_AGENT_FROM_SALESFORCE : PING_AGENT);
}

static int run_ping_salesforce(struct command_env *env, const struct arguments *args)
{
	return ping(env, args->words.items[0], PING_SALESFORCE);
}

static const struct option_spec agent_options[] = {
	{ "--from-salesforce", OPTION_FLAG, NULL,
		"let Salesforce call the agent, by the Apex class of `package`" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command ping_commands[] = {
	{ "ping agent", "N [--from-salesforce]",
		"Ping Agent Connection: is the agent there, and is it ours?", agent_options, 1, 1,
		run_ping_agent, false },
	{ "ping salesforce", "N",
		"Ping Salesforce Connection: network, token, user, org, permissions; with remedies",
		NULL, 1, 1, run_ping_salesforce, false },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
