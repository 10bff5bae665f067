/* process.c — Manual Process: hand the runs to the agent, or carry them here when none is up. */

#include "base/base.h"
#include "tui/command/process.h"
#include "tui/command/dry_run_report.h"
#include "tui/command/report.h"
#include "tui/command/watch.h"
#include "base/text.h"

#include <signal.h>

#define WAIT_MINUTES 15
#define WAIT_MINUTES_MAX (30 * 24 * 60)
#define TRIES 5 /* between asking for an agent and becoming one, another may do the same */

const struct option_spec process_options[] = {
	{ "--limit", OPTION_NUMBER, "K", "at most K source rows an interface" },
	{ "--initial", OPTION_FLAG, NULL, "read with the interface's initial query" },
	{ "--dry-run", OPTION_FLAG, NULL, "read, map and check, but send nothing" },
	{ "--again", OPTION_FLAG, NULL, "read files that were processed before, too" },
	{ "--detach", OPTION_FLAG, NULL, "start the runs and return; the agent carries them" },
	{ "--wait", OPTION_NUMBER, "MIN",
		"minutes to wait for retries that become due (default 15), then exit 9" },
	{ "--confirm", OPTION_TEXT, "ORG",
		"the org's name, for many rows to production and for deletes there" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

/* Give the request to a live agent, else become one; *watch then knows the runs. */
static int hand_over(struct watch *watch, const struct process_request *request, struct err *err)
{
	const char *socket = watch->env->home->socket;
	int rc = 0;

	for (int i = 0; i < TRIES; i++) {
		rc = agent_client_process(&watch->runs, socket, request, err);
		if (rc != -ERR_NET)
			return rc;
		rc = watch_open_local(watch, err);
		if (rc == 0)
			return agent_process(&watch->runs, watch->local, request, err);
		if (rc != -ERR_UNFINISHED)
			return rc;
	}
	return rc;
}

/* With --detach somebody must be there to carry the runs when this process is gone. */
static int hand_to_agent(
	struct watch *watch, const struct process_request *request, struct err *err)
{
	const struct command_env *env = watch->env;
	int rc = agent_client_process(&watch->runs, env->home->socket, request, err);

	if (rc != -ERR_NET)
		return rc;
	rc = agent_spawn(env->program, env->home->argument, env->home->socket, err);
	return rc < 0 ? rc : agent_client_process(&watch->runs, env->home->socket, request, err);
}

/* Beside the runs: what their counts cannot say, since nothing was stored. */
static void add_dry_runs(struct json *json, struct watch *watch)
{
	bool any = false;

	for (int i = 0; i < watch->runs.count; i++) {
		const struct run_info *run = &watch->infos[i];
		char *found =
			run->dry_run ? dry_run_found(watch->view, run->interface, run->id) : NULL;

		if (!found)
			continue;
		if (!any) {
			json_key(json, "dry_runs");
			json_open(json, '[');
		}
		any = true;
		json_raw(json, found, strlen(found));
		free(found);
	}
	if (any)
		json_close(json, ']');
}

static void print_dry_run(struct watch *watch, const struct run_info *run)
{
	char *found = dry_run_found(watch->view, run->interface, run->id);

	if (found)
		dry_run_print(watch->env->out, found);
	free(found);
}

static void print_json(struct watch *watch)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_key(&json, "runs");
	json_open(&json, '[');
	for (int i = 0; i < watch->runs.count; i++)
		report_run_json(&json, &watch->infos[i], false);
	json_close(&json, ']');
	add_dry_runs(&json, watch);
	json_close(&json, '}');
	command_print_json(watch->env, &text);
	buf_free(&text);
}

/* On a full disk the run cannot even note why it ended. */
static void print_unrecorded(const struct watch *watch, int i)
{
	const struct err *result = &watch->states[i].result;

	if (result->kind == ERR_STORE && text_empty(watch->infos[i].reason))
		fprintf(watch->env->out, "    %s\n", result->text);
}

static void print_lines(struct watch *watch)
{
	for (int i = 0; i < watch->runs.count; i++) {
		report_run_line(watch->env->out, &watch->infos[i]);
		print_unrecorded(watch, i);
		if (watch->infos[i].dry_run)
			print_dry_run(watch, &watch->infos[i]);
		if (watch->infos[i].counts.failed > 0)
			report_causes(watch->env->out, watch->view, watch->infos[i].id);
	}
}

int process_exit_code(const struct watch *watch)
{
	struct outcome outcome = { { false } };

	if (watch->cancelled || watch->signalled)
		return 130;
	if (watch->left)
		return 9;
	for (int i = 0; i < watch->runs.count; i++)
		outcome_add(&outcome, &watch->infos[i], &watch->states[i].result);
	return outcome_exit_code(&outcome);
}

/* Nobody watches any more: who goes on, and how to come back to it. */
static void tell_what_goes_on(const struct watch *watch, bool go_on)
{
	FILE *to = watch->env->errout;

	if (!watch->local || go_on)
		fputs("the agent goes on with it", to);
	else
		fputs("what was not sent is kept", to);
	fprintf(to, "; `agentboard run resume %" PRId64 "` watches it%s\n", watch->runs.runs[0],
		!watch->local || go_on ? "" : " go on");
}

static int print_default(struct watch *watch, void *ctx)
{
	(void)ctx;
	if (watch->env->json)
		print_json(watch);
	else
		print_lines(watch);
	return process_exit_code(watch);
}

int process_watch(struct watch *watch)
{
	return process_watch_with(watch, print_default, NULL);
}

int process_watch_with(struct watch *watch, process_end *end, void *ctx)
{
	struct err err = ERR_INIT;
	bool go_on;
	int code;

	if (watch_runs(watch, &err) < 0) {
		watch_close(watch, false);
		return command_fail(watch->env, &err);
	}
	go_on = watch->left && !(watch->local && agent_stop_asked(watch->local)) &&
		(!watch->signalled || command_last_signal() == SIGHUP);
	code = end(watch, ctx);
	if (watch->left && !watch->env->json)
		tell_what_goes_on(watch, go_on);
	watch_close(watch, go_on);
	return code;
}

static int detach(struct watch *watch, const struct process_request *request)
{
	struct err err = ERR_INIT;
	int rc = hand_to_agent(watch, request, &err);

	if (rc == 0)
		rc = view_open(&watch->view, watch->env->home->data, &err);
	for (int i = 0; rc == 0 && i < watch->runs.count; i++)
		rc = view_run(&watch->infos[i], watch->view, watch->runs.runs[i], &err);
	if (rc < 0) {
		watch_close(watch, false);
		return command_fail(watch->env, &err);
	}
	if (watch->env->json)
		print_json(watch);
	for (int i = 0; !watch->env->json && i < watch->runs.count; i++)
		fprintf(watch->env->out, "run %" PRId64 " %s: %s\n", watch->infos[i].id,
			watch->infos[i].interface, run_state_name(watch->infos[i].state));
	watch_close(watch, false);
	return 0;
}

int64_t process_wait_ms(const struct arguments *args)
{
	int64_t minutes = argument_number(args, "--wait", WAIT_MINUTES);

	return (minutes < WAIT_MINUTES_MAX ? minutes : WAIT_MINUTES_MAX) * 60000;
}

int process_command(struct command_env *env, const struct arguments *args)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	const char **names = calloc(args->words.count + 1, sizeof(*names));
	struct process_request request = { .interfaces = names,
		.limit_rows = argument_number(args, "--limit", 0),
		.initial = argument_flag(args, "--initial"),
		.dry_run = argument_flag(args, "--dry-run"),
		.again = argument_flag(args, "--again"),
		.wait_ms = process_wait_ms(args),
		.trigger = "manual",
		.confirm = argument_text(args, "--confirm"),
		.detached = argument_flag(args, "--detach") };
	struct err err = ERR_INIT;
	int code;

	if (!watch || !names) {
		err_nomem(&err);
		code = command_fail(env, &err);
		goto cleanup;
	}
	for (size_t i = 0; i < args->words.count; i++)
		names[i] = args->words.items[i];
	watch->env = env;
	agent_who(watch->who, sizeof(watch->who));
	request.who = watch->who;
	if (request.detached) {
		code = detach(watch, &request);
	} else if (hand_over(watch, &request, &err) < 0) {
		watch_close(watch, false);
		code = command_fail(env, &err);
	} else {
		code = process_watch(watch);
	}
cleanup:
	free(names);
	free(watch);
	return code;
}
