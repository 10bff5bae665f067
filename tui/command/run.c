/* run.c — the runs: list, show, cancel, resume; and `process`, which makes them. */

#include "base/base.h"
#include "base/clock.h"
#include "tui/command/process.h"
#include "tui/command/report.h"
#include "tui/command/watch.h"

#define LIST_DEFAULT 50
#define LIST_MAX 100000

/* The run's number in words[0]; a leading "#" is as people write it. */
static int parse_run(int64_t *run, const struct arguments *args, struct err *err)
{
	const char *text = args->words.items[0];

	if (text_int(run, text[0] == '#' ? text + 1 : text, 1, INT64_MAX))
		return 0;
	return err_set(err, ERR_USAGE, "\"%s\" is no run: give its number from `run list`", text);
}

static int open_view(struct view **view, struct command_env *env, struct err *err)
{
	int rc = view_open(view, env->home->data, err);

	if (rc == -ERR_NOT_FOUND)
		err_set(err, ERR_NOT_FOUND, "nothing was ever processed in this home (%s)",
			env->home->data);
	return rc;
}

/* ---- list ---- */

static void print_list_json(struct command_env *env, const struct run_info *runs, int count)
{
	struct buf text = BUF_INIT(256u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_key(&json, "runs");
	json_open(&json, '[');
	for (int i = 0; i < count; i++)
		report_run_json(&json, &runs[i], true);
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

static void print_list(struct command_env *env, const struct run_info *runs, int count)
{
	fprintf(env->out, "%6s  %-19s  %-20s %-9s %9s %9s %7s %7s %7s  %s\n", "Run", "Start",
		"Interface", "State", "Read", "Completed", "Failed", "Pending", "Unknown", "Who");
	for (int i = 0; i < count; i++) {
		const struct run_info *run = &runs[i];
		char when[CLOCK_TEXT_MAX];

		fprintf(env->out,
			"%6" PRId64 "  %-19s  %-20s %-9s %9" PRId64 " %9" PRId64 " %7" PRId64
			" %7" PRId64 " %7" PRId64 "  %s\n",
			run->id, clock_local_full(when, run->started ? run->started : run->created),
			run->interface, run_state_name(run->state), run->counts.read,
			run->counts.completed, run->counts.failed, run->counts.pending,
			run->counts.unknown, run->who);
	}
}

static int run_list(struct command_env *env, const struct arguments *args)
{
	int64_t limit = argument_number(args, "--limit", LIST_DEFAULT);
	struct run_info *runs = NULL;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int count = 0;
	int rc = view_open(&view, env->home->data, &err);

	if (rc == 0)
		rc = view_runs(&runs, &count, view, argument_text(args, "--interface"), 0,
			(int)(limit < LIST_MAX ? limit : LIST_MAX), &err);
	view_close(view);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return command_fail(env, &err);
	if (env->json)
		print_list_json(env, runs, count);
	else if (count)
		print_list(env, runs, count);
	else
		fputs("no runs yet\n", env->out);
	free(runs);
	return 0;
}

/* ---- show ---- */

static void add_jobs(struct json *json, const struct job_info *jobs, int count)
{
	json_open(json, '[');
	for (int i = 0; i < count; i++) {
		json_open(json, '{');
		json_put_text(json, "id", jobs[i].salesforce_id);
		json_put_text(json, "state", jobs[i].state);
		json_put_int(json, "processed", jobs[i].processed);
		json_put_int(json, "failed", jobs[i].failed);
		json_put_text(json, "note", jobs[i].note);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void print_jobs(struct command_env *env, const struct job_info *jobs, int count)
{
	for (int i = 0; i < count; i++)
		fprintf(env->out,
			"    bulk job %s %s, %" PRId64 " processed, %" PRId64 " failed%s%s\n",
			jobs[i].salesforce_id[0] ? jobs[i].salesforce_id : "(no id yet)",
			jobs[i].state, jobs[i].processed, jobs[i].failed,
			jobs[i].note[0] ? ": " : "", jobs[i].note);
}

/* ---- what persons did ---- */

#define SUMS_MAX 50

struct sums {
	struct audit_sum items[SUMS_MAX];
	int count;
};

static void add_sums(struct json *json, const struct sums *sums)
{
	char when[CLOCK_TEXT_MAX];

	json_key(json, "persons");
	json_open(json, '[');
	for (int i = 0; i < sums->count; i++) {
		const struct audit_sum *sum = &sums->items[i];

		json_open(json, '{');
		json_put_text(json, "who", sum->who);
		json_put_text(json, "what", sum->action);
		json_put_int(json, "count", sum->count);
		json_put_text(json, "time", clock_iso(when, sum->time));
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void print_sums(struct command_env *env, const struct sums *sums)
{
	char when[CLOCK_TEXT_MAX];

	for (int i = 0; i < sums->count; i++) {
		const struct audit_sum *sum = &sums->items[i];

		fprintf(env->out, "    %s by ", sum->action);
		report_text(env->out, sum->who, 0);
		if (sum->count > 1)
			fprintf(env->out, ", %" PRId64 " times, last", sum->count);
		fprintf(env->out, " %s\n", clock_local_full(when, sum->time));
	}
}

static void print_one_json(struct command_env *env, const struct run_info *run,
	const struct job_info *jobs, int job_count, const struct sums *sums)
{
	struct buf text = BUF_INIT(65536);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_key(&json, "run");
	report_run_json(&json, run, true);
	json_key(&json, "jobs");
	add_jobs(&json, jobs, job_count);
	add_sums(&json, sums);
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

static void print_one(struct command_env *env, const struct run_info *run)
{
	char when[CLOCK_TEXT_MAX];

	report_run_line(env->out, run);
	fprintf(env->out, "    %s %s over %s, %s%s%s\n", operation_name(run->operation),
		run->object, run->connection, transfer_mode_name(run->mode),
		run->mode_why[0] ? ": " : "", run->mode_why);
	fprintf(env->out, "    asked for by %s (%s), %s", run->who, run->trigger,
		clock_local_full(when, run->created));
	if (run->ended)
		fprintf(env->out, ", ended %s", clock_local_full(when, run->ended));
	fputc('\n', env->out);
	if (run->owner_pid)
		fprintf(env->out, "    carried by pid %" PRId64 "%s\n", run->owner_pid,
			run->responding ? "" : ", which is not responding");
}

/* The same of a run that was watched, with the jobs it had. */
static void print_watched_json(struct command_env *env, const struct run_info *run)
{
	struct job_info *jobs = NULL;
	struct sums sums = { .count = 0 };
	struct view *view = NULL;
	int count = 0;

	if (view_open(&view, env->home->data, NULL) == 0) {
		view_jobs(&jobs, &count, view, run->id, NULL);
		view_audit_sums(sums.items, SUMS_MAX, &sums.count, view, run->id, NULL);
	}
	view_close(view);
	print_one_json(env, run, jobs, count, &sums);
	free(jobs);
}

static int run_show(struct command_env *env, const struct arguments *args)
{
	struct view *view = NULL;
	struct err err = ERR_INIT;
	struct job_info *jobs = NULL;
	struct sums sums = { .count = 0 };
	struct run_info run;
	int job_count = 0;
	int64_t id;
	int rc = parse_run(&id, args, &err);

	if (rc == 0)
		rc = open_view(&view, env, &err);
	if (rc == 0)
		rc = view_run(&run, view, id, &err);
	if (rc == 0)
		rc = view_jobs(&jobs, &job_count, view, id, &err);
	if (rc == 0)
		rc = view_audit_sums(sums.items, SUMS_MAX, &sums.count, view, id, &err);
	if (rc == 0) {
		if (env->json) {
			print_one_json(env, &run, jobs, job_count, &sums);
		} else {
			print_one(env, &run);
			print_sums(env, &sums);
			print_jobs(env, jobs, job_count);
			if (run.counts.failed > 0)
				report_causes(env->out, view, id);
		}
	}
	free(jobs);
	view_close(view);
	return rc < 0 ? command_fail(env, &err) : 0;
}

/* ---- cancel, resume ---- */

typedef int ask_client(const char *socket_path, int64_t run, const char *who, struct err *err);
typedef int ask_local(struct agent *agent, int64_t run, const char *who, struct err *err);

/* Tell the live agent; without one, be it. */
static int ask(struct watch *watch, ask_client *client, ask_local *local, struct err *err)
{
	int64_t run = watch->runs.runs[0];
	int rc = client(watch->env->home->socket, run, watch->who, err);

	if (rc != -ERR_NET)
		return rc;
	rc = watch_open_local(watch, err);
	return rc < 0 ? rc : local(watch->local, run, watch->who, err);
}

static struct watch *new_watch(
	struct command_env *env, const struct arguments *args, struct err *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	struct view *view = NULL;
	int rc;

	if (!watch) {
		err_nomem(err);
		return NULL;
	}
	watch->env = env;
	watch->runs.count = 1;
	agent_who(watch->who, sizeof(watch->who));
	rc = parse_run(&watch->runs.runs[0], args, err);
	if (rc == 0)
		rc = open_view(&view, env, err);
	if (rc == 0)
		rc = view_run(&watch->infos[0], view, watch->runs.runs[0], err);
	view_close(view);
	if (rc < 0) {
		free(watch);
		return NULL;
	}
	return watch;
}

static int run_cancel(struct command_env *env, const struct arguments *args)
{
	struct err err = ERR_INIT;
	struct watch *watch = new_watch(env, args, &err);
	int code = 0;
	int rc;

	if (!watch)
		return command_fail(env, &err);
	rc = ask(watch, agent_client_cancel, agent_cancel, &err);
	if (rc == 0)
		rc = watch_runs(watch, &err);
	if (rc < 0)
		code = command_fail(env, &err);
	else if (env->json)
		print_watched_json(env, &watch->infos[0]);
	else
		report_run_line(env->out, &watch->infos[0]);
	watch_close(watch, false);
	free(watch);
	return code;
}

static int run_resume(struct command_env *env, const struct arguments *args)
{
	struct err err = ERR_INIT;
	struct watch *watch = new_watch(env, args, &err);
	int code;

	if (!watch)
		return command_fail(env, &err);
	if (ask(watch, agent_client_resume, agent_resume, &err) < 0) {
		watch_close(watch, false);
		code = command_fail(env, &err);
	} else {
		code = process_watch(watch);
	}
	free(watch);
	return code;
}

static const struct option_spec list_options[] = {
	{ "--limit", OPTION_NUMBER, "K", "at most K runs, the newest (default 50)" },
	{ "--interface", OPTION_TEXT, "N", "runs of this interface alone" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command run_commands[] = {
	{ "process",
		"N... [--limit K] [--initial] [--dry-run] [--detach] [--wait MIN] [--confirm ORG]",
		"Manual Process: read, store and send what these interfaces have", process_options,
		1, -1, process_command, true },
	{ "run list", "[--interface N] [--limit K]", "The runs, newest first", list_options, 0, 0,
		run_list, false },
	{ "run show", "R", "One run: its counts, its failures by cause", NULL, 1, 1, run_show,
		false },
	{ "run cancel", "R", "End a run: what was not sent stays unsent", NULL, 1, 1, run_cancel,
		true },
	{ "run resume", "R", "Go on with a run that paused or stopped, and wait for it", NULL, 1, 1,
		run_resume, true },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
