/*
 * message_verb.c — the verbs that change messages: chosen by number or filter, given to the live
 * agent batch by batch, else carried by this process; then the runs that send again are watched.
 */

#include "base/base.h"
#include "agent/selection.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/filter.h"
#include "tui/command/message_report.h"
#include "tui/command/message_verb.h"
#include "tui/command/process.h"
#include "tui/command/report.h"
#include "tui/command/watch.h"

#define REFUSALS_SHOWN 20 /* lines; --json tells all */

struct verb {
	struct command_env *env;
	const struct arguments *args;
	struct watch *watch;
	struct filter *filter;
	int64_t *messages;
	struct view *view;
	struct selection selection;
	struct selection_result result;
	char salesforce_id[19];
	const char *word;   /* "reprocess" */
	const char *done;   /* "sent again" */
	bool sends;	    /* runs go on afterwards */
	bool preview;	    /* --dry-run */
	bool detach;	    /* do not wait for them */
	int64_t told;	    /* messages in the JSON document, or refusals on the screen */
	size_t watched;	    /* of result.runs, those behind us */
	struct outcome out; /* of runs that were watched before the last ones */
	int64_t begun;	    /* ms UTC */
	int64_t bad;	    /* of what was sent again: failed or Unknown */
	int first_refusal;  /* exit code of the first message that was refused */
};

int message_number(int64_t *id, const char *text, struct err *err)
{
	if (text_int(id, text[0] == '#' ? text + 1 : text, 1, INT64_MAX))
		return 0;
	return err_set(
		err, ERR_USAGE, "\"%s\" is no message: give its number from `message list`", text);
}

/* ---- which ---- */

static int choose(struct verb *verb, struct err *err)
{
	const struct arguments *args = verb->args;
	const char *text = argument_text(args, "--filter");
	int rc = 0;

	if (!text && args->words.count == 0)
		return err_set(
			err, ERR_USAGE, "which messages? Name them, or give --filter FILTER");
	if (text && args->words.count)
		return err_set(err, ERR_USAGE, "name messages or give --filter, not both");
	if (text) {
		rc = filter_parse(&verb->filter, text, clock_now(), NULL, err);
		verb->selection.filter = verb->filter;
		return rc;
	}
	verb->messages = calloc(args->words.count, sizeof(*verb->messages));
	if (!verb->messages)
		return err_nomem(err);
	for (size_t i = 0; rc == 0 && i < args->words.count; i++)
		rc = message_number(&verb->messages[i], args->words.items[i], err);
	verb->selection.messages = verb->messages;
	verb->selection.count = args->words.count;
	return rc;
}

/* ---- giving them to whoever carries runs ---- */

static int send_batch(void *ctx, struct messages_reply *out, const struct messages_request *request,
	struct err *err)
{
	struct verb *verb = ctx;
	struct watch *watch = verb->watch;
	const struct command_env *env = verb->env;
	int rc;

	if (!watch->local) {
		rc = agent_client_messages(out, env->home->socket, request, err);
		if (rc != -ERR_NET)
			return rc;
		err_clear(err);
		if (verb->detach && verb->sends) {
			rc = agent_spawn(env->program, env->home->argument, env->home->socket, err);
			return rc ? rc
				  : agent_client_messages(out, env->home->socket, request, err);
		}
		rc = watch_open_local(watch, err);
		if (rc < 0)
			return rc;
	}
	return agent_messages(out, watch->local, request, err);
}

/* ---- telling ---- */

static void tell_json(struct verb *verb, const struct message_answer *answer)
{
	struct buf text = BUF_INIT(8192);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_put_int(&json, "id", answer->message);
	json_put_int(&json, "run", answer->run);
	json_put_bool(&json, "done", !answer->reason);
	json_put_text(&json, "status", answer->run ? message_status_name(answer->status) : NULL);
	if (answer->reason)
		json_put_text(&json, "reason", answer->reason);
	json_close(&json, '}');
	fprintf(verb->env->out, "%s%s", verb->told++ ? "," : "{\"messages\":[", buf_str(&text));
	verb->env->printed = true;
	buf_free(&text);
}

static void tell_one(void *ctx, const struct message_answer *answer)
{
	struct verb *verb = ctx;
	FILE *to = verb->env->out;

	if (answer->reason && !verb->first_refusal)
		verb->first_refusal =
			answer->run ? err_exit_code(ERR_USAGE) : err_exit_code(ERR_NOT_FOUND);
	if (verb->env->json) {
		tell_json(verb, answer);
		return;
	}
	/* Of many that a filter chose, the reasons and their counts say more. */
	if (!answer->reason || verb->filter || verb->told++ >= REFUSALS_SHOWN)
		return;
	if (strncmp(answer->reason, "there is no", 11) != 0 &&
		strncmp(answer->reason, "message ", 8) != 0)
		fprintf(to, "message %" PRId64 ": ", answer->message);
	report_text(to, answer->reason, 0);
	fputc('\n', to);
}

static void put_counts(struct json *json, const struct verb *verb)
{
	const struct selection_result *result = &verb->result;

	json_put_text(json, "verb", verb->word);
	json_put_bool(json, "dry_run", verb->preview);
	json_put_int(json, "matched", result->matched);
	json_put_int(json, "done", result->done);
	json_put_int(json, "refused", result->refused);
	if (verb->selection.how.event == EVENT_CANCEL)
		json_put_int(json, "cancelled", verb->preview ? 0 : result->done);
	json_key(json, "reasons");
	json_open(json, '[');
	for (int i = 0; i < result->reason_count; i++) {
		json_open(json, '{');
		json_put_text(json, "reason", result->reasons[i].why);
		json_put_int(json, "count", result->reasons[i].count);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void end_json(struct verb *verb, const struct err *failure)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);
	const struct watch *watch = verb->watch;

	json_open(&json, '{');
	put_counts(&json, verb);
	json_key(&json, "runs");
	json_open(&json, '[');
	for (int i = 0; i < watch->runs.count; i++)
		report_run_json(&json, &watch->infos[i], false);
	json_close(&json, ']');
	if (failure && failure->kind) {
		json_key(&json, "error");
		json_open(&json, '{');
		json_put_text(&json, "kind", err_kind_name(failure->kind));
		json_put_text(&json, "code", failure->code);
		json_put_text(&json, "text", failure->text);
		json_close(&json, '}');
	}
	json_close(&json, '}');
	/* The document was begun by its first message. */
	fprintf(verb->env->out, "%s%s\n", verb->told ? "]," : "{\"messages\":[],",
		buf_str(&text) + 1);
	verb->env->printed = true;
	buf_free(&text);
}

static void tell_counts(const struct verb *verb)
{
	const struct selection_result *result = &verb->result;
	char number[REPORT_NUMBER_MAX];
	FILE *to = verb->env->out;

	if (!result->matched) {
		fputs("no message fits\n", to);
		return;
	}
	fprintf(to, "%s%s %s", report_number(number, result->done),
		verb->preview ? " would be"
		: verb->sends ? " to be"
			      : "",
		verb->done);
	if (result->refused)
		fprintf(to, ", %s refused", report_number(number, result->refused));
	fputc('\n', to);
	for (int i = 0; verb->filter && i < result->reason_count; i++) {
		fprintf(to, "    %6s ", report_number(number, result->reasons[i].count));
		report_text(to, result->reasons[i].why, 0);
		fputc('\n', to);
	}
}

/*
 * Who says a verb again that was cut off finds nothing more that fits: what he asked for is
 * written, and waits in a run that nobody carries.
 */
static void tell_waiting(const struct verb *verb)
{
	struct run_info *runs = NULL;
	char number[REPORT_NUMBER_MAX];
	int count = 0;

	if (!verb->sends || verb->preview || verb->result.done || verb->env->json ||
		view_open_runs(&runs, &count, verb->view, NULL) < 0)
		return;
	for (int i = 0; i < count; i++)
		if (runs[i].counts.pending > 0 && !runs[i].dry_run && !runs[i].owner_pid)
			fprintf(verb->env->out,
				"run %" PRId64 " %s: %s wait to be sent, `agentboard run resume "
				"%" PRId64 "` sends them\n",
				runs[i].id, runs[i].interface,
				report_number(number, runs[i].counts.pending), runs[i].id);
	free(runs);
}

/* Everything refused that was asked for by name is wrong usage; some of it, a thing to look at. */
static int own_exit_code(const struct verb *verb)
{
	if (!verb->result.refused)
		return 0;
	return verb->result.done || verb->filter ? 1 : verb->first_refusal;
}

/* ---- the runs that send again ---- */

/* Take the next runs under watch; those of an agent elsewhere that sends nothing are its own. */
static void next_runs(struct verb *verb)
{
	struct watch *watch = verb->watch;
	const struct selection_result *result = &verb->result;

	watch->runs.count = 0;
	memset(watch->states, 0, sizeof(watch->states));
	while (verb->watched < result->run_count && watch->runs.count < PROCESS_RUNS_MAX) {
		int64_t run = result->runs[verb->watched++];
		struct agent_run state = { .state = CARRY_WAITING };

		if (!verb->sends && watch->local)
			agent_run_state(&state, watch->local, run);
		if (verb->sends || (watch->local && state.state != CARRY_NONE))
			watch->runs.runs[watch->runs.count++] = run;
	}
}

/* Of the messages of this run that changed since we began: how many came to no good end? */
static int64_t count_bad(const struct verb *verb, struct view *view, int64_t run)
{
	char begun[CLOCK_TEXT_MAX];
	char text[160];
	struct filter *filter = NULL;
	int64_t count = 0;
	bool exact;

	snprintf(text, sizeof(text), "run:%" PRId64 " status:failed,unknown since:%s", run,
		clock_iso(begun, verb->begun));
	if (filter_parse(&filter, text, clock_now(), NULL, NULL) == 0)
		view_message_count(&count, &exact, view, filter, NULL);
	filter_free(filter);
	return count;
}

/* What became of the runs now at hand; rows that failed in them before are not our doing. */
static void add_outcomes(struct verb *verb, const struct watch *watch)
{
	for (int i = 0; i < watch->runs.count; i++) {
		struct run_info info = watch->infos[i];
		int64_t bad = count_bad(verb, watch->view, info.id);

		info.counts.failed = bad;
		info.counts.unknown = info.counts.held = 0;
		outcome_add(&verb->out, &info, &watch->states[i].result);
		verb->bad += bad;
		if (!verb->env->json)
			report_run_line(verb->env->out, &watch->infos[i]);
	}
}

static int print_end(struct watch *watch, void *ctx)
{
	struct verb *verb = ctx;

	add_outcomes(verb, watch);
	if (verb->env->json)
		end_json(verb, NULL);
	else if (verb->bad)
		fprintf(verb->env->out,
			"%" PRId64 " did not go through: `agentboard message list "
			"status:failed,unknown since:5m` says why\n",
			verb->bad);
	if (watch->cancelled || watch->signalled || watch->left)
		return process_exit_code(watch);
	return outcome_exit_code(&verb->out);
}

static int watch_all(struct verb *verb)
{
	struct watch *watch = verb->watch;
	struct err err = ERR_INIT;

	next_runs(verb);
	while (verb->watched < verb->result.run_count && !watch->left) {
		if (watch_runs(watch, &err) < 0)
			break;
		add_outcomes(verb, watch);
		next_runs(verb);
	}
	if (watch->runs.count)
		return process_watch_with(watch, print_end, verb);
	if (verb->env->json)
		end_json(verb, NULL);
	watch_close(watch, false);
	return outcome_exit_code(&verb->out);
}

/* ---- all together ---- */

static int end_early(struct verb *verb, const struct err *err)
{
	if (verb->env->json && verb->told)
		end_json(verb, err);
	else if (!verb->env->json && verb->result.matched)
		tell_counts(verb);
	watch_close(verb->watch, verb->result.done > 0);
	return command_fail(verb->env, err);
}

static int do_verb(struct verb *verb)
{
	struct err err = ERR_INIT;
	int code;
	int rc = choose(verb, &err);

	if (rc == 0)
		rc = view_open(&verb->view, verb->env->home->data, &err);
	if (rc == 0 && verb->preview)
		rc = selection_preview(&verb->result, verb->view, &verb->selection, &err);
	else if (rc == 0)
		rc = selection_apply(
			&verb->result, verb->view, &verb->selection, send_batch, verb, &err);
	if (rc < 0)
		return end_early(verb, &err);
	if (!verb->env->json)
		tell_counts(verb);
	tell_waiting(verb);
	if (verb->preview || verb->detach || !verb->result.done) {
		if (verb->env->json)
			end_json(verb, NULL);
		watch_close(verb->watch, verb->detach);
		return own_exit_code(verb);
	}
	code = watch_all(verb);
	return code ? code : own_exit_code(verb);
}

static int run_verb(struct verb *verb)
{
	const struct arguments *args = verb->args;
	struct messages_request *how = &verb->selection.how;
	struct err err = ERR_INIT;
	int code;

	verb->watch = calloc(1, sizeof(*verb->watch));
	if (!verb->watch) {
		err_nomem(&err);
		return command_fail(verb->env, &err);
	}
	verb->begun = clock_now();
	verb->watch->env = verb->env;
	agent_who(verb->watch->who, sizeof(verb->watch->who));
	how->who = verb->watch->who;
	how->confirm = argument_text(args, "--confirm");
	how->wait_ms = process_wait_ms(args);
	verb->preview = argument_flag(args, "--dry-run");
	verb->detach = argument_flag(args, "--detach");
	verb->selection.each = tell_one;
	verb->selection.each_ctx = verb;
	verb->selection.stop = command_interrupt();
	code = do_verb(verb);
	selection_result_free(&verb->result);
	view_close(verb->view);
	filter_free(verb->filter);
	free(verb->messages);
	free(verb->watch);
	return code;
}

#define FILTER_OPTION                                                                              \
	{                                                                                          \
		"--filter", OPTION_TEXT, "FILTER", "all that fit, as `message list` shows them"    \
	}
#define PREVIEW_OPTION                                                                             \
	{                                                                                          \
		"--dry-run", OPTION_FLAG, NULL, "count what would be done and refused, do nothing" \
	}
#define SENDING_OPTIONS                                                                            \
	{ "--wait", OPTION_NUMBER, "MIN",                                                          \
		"minutes to wait for retries that become due (default 15), then exit 9" },         \
		{ "--detach", OPTION_FLAG, NULL, "do not wait: the agent carries the runs" },      \
	{                                                                                          \
		"--confirm", OPTION_TEXT, "ORG", "the org's name, where production asks for it"    \
	}
#define NO_MORE_OPTIONS                                                                            \
	{                                                                                          \
		NULL, OPTION_FLAG, NULL, NULL                                                      \
	}

const struct option_spec message_reprocess_options[] = {
	FILTER_OPTION,
	{ "--force", OPTION_FLAG, NULL,
		"also Unknown ones (which may then be there twice) and superseded ones" },
	PREVIEW_OPTION,
	SENDING_OPTIONS,
	NO_MORE_OPTIONS,
};

int message_reprocess(struct command_env *env, const struct arguments *args)
{
	struct verb verb = {
		.env = env, .args = args, .word = "reprocess", .done = "sent again", .sends = true
	};

	verb.selection.how.event = argument_flag(args, "--force") ? EVENT_FORCE : EVENT_REPROCESS;
	return run_verb(&verb);
}

const struct option_spec message_cancel_options[] = {
	FILTER_OPTION,
	PREVIEW_OPTION,
	NO_MORE_OPTIONS,
};

int message_cancel(struct command_env *env, const struct arguments *args)
{
	struct verb verb = { .env = env, .args = args, .word = "cancel", .done = "cancelled" };

	verb.selection.how.event = EVENT_CANCEL;
	return run_verb(&verb);
}

const struct option_spec message_resolve_options[] = {
	FILTER_OPTION,
	{ "--as", OPTION_TEXT, "WHAT",
		"completed, completed:ID (it is in Salesforce), or not-sent (send it)" },
	PREVIEW_OPTION,
	SENDING_OPTIONS,
	NO_MORE_OPTIONS,
};

/* What --as says goes into the verb. */
static int read_as(struct verb *verb, struct err *err)
{
	const char *as = argument_text(verb->args, "--as");
	struct messages_request *how = &verb->selection.how;

	if (as && text_equal_fold(as, "not-sent")) {
		how->event = EVENT_RESOLVE_NOT_SENT;
		verb->sends = true;
		verb->done = "sent";
		return 0;
	}
	how->event = EVENT_RESOLVE_COMPLETED;
	verb->done = "completed";
	if (as && text_equal_fold(as, "completed"))
		return 0;
	if (!as || strncasecmp(as, "completed:", 10) != 0 || !as[10])
		return err_set(err, ERR_USAGE,
			"what is known of them? --as completed (it is in Salesforce), --as "
			"completed:ID, or --as not-sent (it is not, so send it)");
	if (strlen(as + 10) >= sizeof(verb->salesforce_id))
		return err_set(err, ERR_USAGE,
			"\"%s\" is not a Salesforce id (15 or 18 letters and digits)", as + 10);
	if (verb->args->words.count != 1)
		return err_set(err, ERR_USAGE,
			"--as completed:ID is for one message, named by its number");
	text_copy(verb->salesforce_id, sizeof(verb->salesforce_id), as + 10);
	how->salesforce_id = verb->salesforce_id;
	return 0;
}

int message_resolve(struct command_env *env, const struct arguments *args)
{
	struct verb verb = { .env = env, .args = args, .word = "resolve" };
	struct err err = ERR_INIT;

	if (read_as(&verb, &err) < 0)
		return command_fail(env, &err);
	return run_verb(&verb);
}

/* ---- edit ---- */

const struct option_spec message_edit_options[] = {
	{ "--set", OPTION_MANY, "FIELD=VALUE",
		"a field's new value; json:... for null, numbers, true and false" },
	NO_MORE_OPTIONS,
};

static int ask_edit(struct watch *watch, const struct edit_request *request, struct err *err)
{
	int rc = agent_client_edit(watch->env->home->socket, request, err);

	if (rc != -ERR_NET)
		return rc;
	err_clear(err);
	rc = watch_open_local(watch, err);
	return rc < 0 ? rc : agent_edit(watch->local, request, err);
}

static int show_edited(struct command_env *env, int64_t message, struct err *err)
{
	struct message_detail *detail = NULL;
	struct buf text = BUF_INIT(64u << 20);
	struct json json = JSON_INIT(&text);
	struct view *view = NULL;
	int rc = view_open(&view, env->home->data, err);

	if (rc == 0)
		rc = view_message(&detail, view, message, err);
	if (rc == 0 && env->json) {
		json_open(&json, '{');
		json_key(&json, "message");
		message_detail_json(&json, detail);
		json_close(&json, '}');
		command_print_json(env, &text);
	} else if (rc == 0) {
		fprintf(env->out, "message %" PRId64 " is edited: ", message);
		report_text(env->out, detail->record, 0);
		fprintf(env->out, "\n`agentboard message reprocess %" PRId64 "` sends it\n",
			message);
	}
	message_detail_free(detail);
	view_close(view);
	buf_free(&text);
	return rc;
}

int message_edit(struct command_env *env, const struct arguments *args)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	const char *sets[EDIT_SETS_MAX + 1] = { NULL };
	struct edit_request request = { .sets = sets };
	struct err err = ERR_INIT;
	int rc = watch ? message_number(&request.message, args->words.items[0], &err)
		       : err_nomem(&err);

	for (int i = 0; i < EDIT_SETS_MAX && argument_many(args, "--set", i); i++)
		sets[i] = argument_many(args, "--set", i);
	if (rc == 0 && !sets[0])
		rc = err_set(&err, ERR_USAGE, "what is to change? --set FIELD=VALUE");
	if (rc == 0) {
		watch->env = env;
		agent_who(watch->who, sizeof(watch->who));
		request.who = watch->who;
		rc = ask_edit(watch, &request, &err);
		watch_close(watch, false);
	}
	free(watch);
	if (rc == 0)
		rc = show_edited(env, request.message, &err);
	return rc < 0 ? command_fail(env, &err) : 0;
}
