/* practice.c — `agentboard practice`: a practice org that runs until it is told to stop. */

#include "base/base.h"
#include "tui/command/command.h"
#include "practice/fault.h"
#include "practice/practice.h"

#include <signal.h>

#define JSON_MAX (1u << 20)

/* Every use of an option that may come several times. */
static bool take_all(struct text_list *list, const struct arguments *args, const char *name)
{
	const char *text;

	for (int i = 0; (text = argument_many(args, name, i)) != NULL; i++) {
		if (!text_list_add(list, text))
			return false;
	}
	return true;
}

/* ---- --list ---- */

static void list_as_json(struct command_env *env)
{
	const struct practice_misconfiguration *row = practice_misconfigurations();
	struct buf buf = BUF_INIT(JSON_MAX);
	struct json json = JSON_INIT(&buf);

	json_open(&json, '{');
	json_key(&json, "faults");
	json_open(&json, '[');
	for (int kind = 0; kind < FAULT_KINDS; kind++) {
		json_open(&json, '{');
		json_put_text(&json, "name", fault_name(kind));
		json_put_text(&json, "what", fault_help(kind));
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_key(&json, "misconfigurations");
	json_open(&json, '[');
	for (; row->name; row++) {
		json_open(&json, '{');
		json_put_text(&json, "name", row->name);
		json_put_text(&json, "what", row->what);
		json_put_text(&json, "remedy_id", row->remedy_id);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(env, &buf);
	buf_free(&buf);
}

static void list_as_text(struct command_env *env)
{
	const struct practice_misconfiguration *row = practice_misconfigurations();

	fprintf(env->out, "--fault KIND=RATE, the rate from 0 (never) to 1 (always):\n");
	for (int kind = 0; kind < FAULT_KINDS; kind++)
		fprintf(env->out, "  %-24s%s\n", fault_name(kind), fault_help(kind));
	fprintf(env->out,
		"\n--misconfigure WHAT; those of objects and fields also as WHAT:Object or "
		"WHAT:Object.Field:\n");
	for (; row->name; row++)
		fprintf(env->out, "  %-24s%s\n", row->name, row->what);
}

/* ---- where it listens ---- */

static void tell_as_json(struct command_env *env, const struct practice *practice,
	const struct practice_options *options)
{
	struct buf buf = BUF_INIT(JSON_MAX);
	struct json json = JSON_INIT(&buf);

	json_open(&json, '{');
	json_key(&json, "practice");
	json_open(&json, '{');
	json_put_text(&json, "url", practice_url(practice));
	json_put_int(&json, "port", practice_port(practice));
	json_put_text(&json, "consumer_key", PRACTICE_CONSUMER_KEY);
	json_put_text(&json, "consumer_secret", PRACTICE_CONSUMER_SECRET);
	json_put_text(&json, "username", PRACTICE_USERNAME);
	json_put_int(&json, "seed", (int64_t)options->seed);
	json_close(&json, '}');
	json_close(&json, '}');
	command_print_json(env, &buf);
	buf_free(&buf);
}

static void tell_list(struct command_env *env, const char *label, const struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		fprintf(env->out, "  %-17s%s\n", i ? "" : label, list->items[i]);
}

static void tell_as_text(struct command_env *env, const struct practice *practice,
	const struct practice_options *options)
{
	fprintf(env->out, "A practice org listens. It keeps nothing when it ends.\n");
	fprintf(env->out, "  %-17s%s\n", "My Domain", practice_url(practice));
	fprintf(env->out, "  %-17s%s\n", "Consumer key", PRACTICE_CONSUMER_KEY);
	fprintf(env->out, "  %-17s%s\n", "Consumer secret", PRACTICE_CONSUMER_SECRET);
	fprintf(env->out, "  %-17s%s\n", "User", PRACTICE_USERNAME);
	fprintf(env->out, "  %-17s%s\n", "Objects", "Account, Contact, Order_Line__c");
	tell_list(env, "Misconfigured", &options->misconfigure);
	tell_list(env, "Faults", &options->faults);
	if (options->faults.count)
		fprintf(env->out, "  %-17s%" PRIu64 "\n", "Seed", options->seed);
	fprintf(env->out, "Ctrl-C ends it.\n");
}

/* ---- the command ---- */

/* Blocked before any thread is made, so that the signal waits for us and nobody else. */
static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static int serve(struct command_env *env, const struct practice_options *options)
{
	struct practice *practice;
	struct err err = ERR_INIT;
	sigset_t signals;
	int signal_number;

	block_signals(&signals);
	if (practice_start(&practice, options, &err) < 0)
		return command_fail(env, &err);
	if (env->json)
		tell_as_json(env, practice, options);
	else
		tell_as_text(env, practice, options);
	fflush(env->out);
	sigwait(&signals, &signal_number);
	practice_stop(practice);
	return 0;
}

static int run_practice(struct command_env *env, const struct arguments *args)
{
	struct practice_options options = {
		.port = (int)argument_number(args, "--port", 0),
		.latency_ms = argument_number(args, "--latency", 0),
		.bulk_delay_ms = argument_number(args, "--bulk-delay", 0),
		.api_allowed = argument_number(args, "--api-limit", 0),
		.seed = (uint64_t)argument_number(args, "--seed", 1),
		.request_log = argument_text(args, "--request-log"),
		.ledger = argument_text(args, "--ledger"),
	};
	struct err err = ERR_INIT;
	int code = 0;

	if (argument_flag(args, "--list")) {
		if (env->json)
			list_as_json(env);
		else
			list_as_text(env);
		return 0;
	}
	if (take_all(&options.faults, args, "--fault") &&
		take_all(&options.misconfigure, args, "--misconfigure")) {
		code = serve(env, &options);
	} else {
		err_nomem(&err);
		code = command_fail(env, &err);
	}
	text_list_free(&options.faults);
	text_list_free(&options.misconfigure);
	return code;
}

static const struct option_spec practice_options[] = {
	{ "--port", OPTION_NUMBER, "P", "listen on this port of 127.0.0.1 (default: any)" },
	{ "--latency", OPTION_NUMBER, "MS", "answer so many milliseconds later" },
	{ "--bulk-delay", OPTION_NUMBER, "MS",
		"let a bulk job wait so long before each of its states" },
	{ "--api-limit", OPTION_NUMBER, "N", "refuse what goes beyond so many API calls" },
	{ "--request-log", OPTION_TEXT, "FILE", "write every request as a line of JSON" },
	{ "--ledger", OPTION_TEXT, "FILE", "write every accepted record as a line of JSON" },
	{ "--fault", OPTION_MANY, "KIND=RATE", "bad weather, see --list" },
	{ "--misconfigure", OPTION_MANY, "WHAT", "a mistake in the org's set-up, see --list" },
	{ "--seed", OPTION_NUMBER, "N", "repeat the faults of an earlier run (default 1)" },
	{ "--list", OPTION_FLAG, NULL, "name the faults and misconfigurations there are" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command practice_commands[] = {
	{ "practice",
		"[--port P] [--latency MS] [--bulk-delay MS] [--api-limit N] [--request-log FILE] "
		"[--ledger FILE] "
		"[--fault KIND=RATE]... [--misconfigure WHAT]... [--seed N] [--list]",
		"a Salesforce look-alike on this machine, to rehearse with", practice_options, 0, 0,
		run_practice, false },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
