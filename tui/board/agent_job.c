/* agent_job.c — status, process, cancel and resume over agent.sock, away from the drawing thread.
 */

#include "base/base.h"
#include "tui/board/agent_job.h"

#include "tui/board/run_watch.h"
#include "tui/board/state.h"

#include <sys/stat.h>
#include <unistd.h>

enum agent_verb { VERB_STATUS, VERB_PROCESS, VERB_CANCEL, VERB_RESUME };

/* Strings of the environment are borrowed: board_run() ends after its jobs. */
struct agent_job {
	struct job job;
	enum agent_verb verb;
	const struct board_env *env;
	const struct board_services *services;
	struct process_wish wish;
	int64_t run;
	bool started; /* an agent had to be started */
	struct agent_status status;
	struct process_reply reply;
};

void process_wish_free(struct process_wish *wish)
{
	text_list_free(&wish->interfaces);
}

static void free_job(struct job *job)
{
	struct agent_job *aj = (struct agent_job *)job;

	process_wish_free(&aj->wish);
	free(aj);
}

/* The agent opens secrets with the rights of whoever owns the home: nobody else starts it. */
static int start_agent(
	const struct board_env *env, const struct board_services *services, struct err *err)
{
	struct stat st;

	if (env->read_only)
		return err_set(err, ERR_NET, "no agent is up, and a read-only board starts none");
	if (stat(env->home->data, &st) == 0 && st.st_uid != geteuid())
		return err_set(err, ERR_NET,
			"no agent is up, and this home belongs to another user: ask them to start "
			"it with `agentboard agent start`");
	return services->agent_spawn(env->program, env->home->argument, env->home->socket, err);
}

int agent_bring_up(
	const struct board_env *env, const struct board_services *services, struct err *err)
{
	struct agent_status status;

	if (services->agent_status(&status, env->home->socket, NULL) == 0)
		return -ERR_NET;
	err_clear(err);
	return start_agent(env, services, err);
}

static int process_once(struct agent_job *aj, struct err *err)
{
	const char *names[PROCESS_RUNS_MAX + 1] = { NULL };
	struct process_request request = { .interfaces = names,
		.limit_rows = aj->wish.limit_rows,
		.initial = aj->wish.initial,
		.dry_run = aj->wish.dry_run,
		.trigger = "manual",
		.who = aj->env->who,
		.confirm = aj->wish.confirm[0] ? aj->wish.confirm : NULL };

	for (size_t i = 0; i < aj->wish.interfaces.count && i < PROCESS_RUNS_MAX; i++)
		names[i] = aj->wish.interfaces.items[i];
	return aj->services->agent_process(&aj->reply, aj->env->home->socket, &request, err);
}

static int work_process(struct agent_job *aj, struct err *err)
{
	int rc = process_once(aj, err);

	if (rc == -ERR_NET)
		rc = agent_bring_up(aj->env, aj->services, err);
	else
		return rc;
	if (rc)
		return rc;
	aj->started = true;
	return process_once(aj, err);
}

static int work(struct job *job, struct err *err)
{
	struct agent_job *aj = (struct agent_job *)job;
	const char *socket = aj->env->home->socket;

	switch (aj->verb) {
	case VERB_STATUS:
		return aj->services->agent_status(&aj->status, socket, err);
	case VERB_PROCESS:
		return work_process(aj, err);
	case VERB_CANCEL:
		return aj->services->agent_cancel(socket, aj->run, aj->env->who, err);
	default:
		return aj->services->agent_resume(socket, aj->run, aj->env->who, err);
	}
}

/* ---- answers, on the board's thread ---- */

static void done_status(struct board *board, struct job *job)
{
	struct agent_job *aj = (struct agent_job *)job;

	board->agent_asked = false;
	board->agent_known = true;
	board->agent = aj->status;
	board->agent.up = job->rc == 0;
}

static void release_wish(void *ctx)
{
	process_wish_free(ctx);
	free(ctx);
}

static void org_named(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	struct process_wish *wish = ctx;

	if (event != DIALOG_YES) {
		board_say(board, STYLE_TEXT, "Nothing was started");
		return;
	}
	text_copy(wish->confirm, sizeof(wish->confirm), form_text(&dialog->form, 0));
	agent_ask_process(board, wish);
}

/* Offset of `part` in `text`, or of its end. */
static size_t offset_of(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	return at ? (size_t)(at - text) : strlen(text);
}

void agent_question(char *out, size_t size, const char *refusal, bool again)
{
	char text[512];

	text_copy(text, sizeof(text), refusal);
	text[offset_of(text, ", which is not what --confirm")] = '\0';
	text[offset_of(text, ": to confirm")] = '\0';
	snprintf(out, size, "%s.%s", text, again ? " That is not what you typed." : "");
}

static void ask_org_name(struct board *board, struct agent_job *aj)
{
	static const struct field_spec fields[] = {
		{ .kind = FIELD_TEXT, .label = "Name of the org" },
		{ .kind = FIELD_SPACE },
		{ .kind = FIELD_BUTTON, .label = "Process" },
		{ .kind = FIELD_BUTTON, .label = "Cancel" },
	};
	struct process_wish *wish = malloc(sizeof(*wish));
	char text[sizeof(aj->job.err.text) + 64];
	char question[sizeof(text) + 64];

	if (!wish)
		return;
	*wish = aj->wish;
	memset(&aj->wish, 0, sizeof(aj->wish));
	agent_question(text, sizeof(text), aj->job.err.text, wish->confirm[0]);
	snprintf(question, sizeof(question), "%s\n\nTo confirm, type the name of the org.", text);
	board->notice[0] = '\0';
	board_end_dialog(board);
	dialog_init(
		&board->dialog, "PRODUCTION", question, fields, (int)ARRAY_SIZE(fields), 2, NULL);
	board_ask(board, org_named, wish, release_wish);
}

static void done_process(struct board *board, struct job *job)
{
	struct agent_job *aj = (struct agent_job *)job;

	agent_look(board);
	if (job->rc == -ERR_USAGE && text_equal(job->err.code, AGENT_CODE_CONFIRM)) {
		ask_org_name(board, aj);
		return;
	}
	if (job->rc) {
		board->notice[0] = '\0';
		board_message(board, "Nothing was started", job->err.text);
		return;
	}
	board_say(board, STYLE_OK, "%sRun %" PRId64 "%s on the agent; 3 shows each row as it goes",
		aj->started ? "No agent was up, so one was started. " : "",
		aj->reply.count ? aj->reply.runs[0] : 0,
		aj->reply.count > 1 ? " and those after it are" : " is");
	for (int i = 0; i < aj->reply.count; i++)
		run_watch(board, aj->reply.runs[i], true);
	feed_refresh(board->feed);
}

static void done_verb(struct board *board, struct job *job)
{
	struct agent_job *aj = (struct agent_job *)job;
	const char *verb = aj->verb == VERB_CANCEL ? "cancelled" : "resumed";

	if (job->rc)
		board_say(board, STYLE_FAIL, "Run %" PRId64 " could not be %s: %s", aj->run, verb,
			job->err.text);
	else
		board_say(board, STYLE_OK, "Run %" PRId64 " is being %s", aj->run, verb);
	run_watch(board, aj->run, false);
	feed_refresh(board->feed);
}

/* ---- asking ---- */

static struct agent_job *new_job(struct board *board, enum agent_verb verb)
{
	struct agent_job *aj = calloc(1, sizeof(*aj));

	if (!aj)
		return NULL;
	aj->job.work = work;
	aj->job.free = free_job;
	aj->verb = verb;
	aj->env = board->env;
	aj->services = board->services;
	return aj;
}

void agent_look(struct board *board)
{
	struct agent_job *aj;

	if (board->agent_asked || !(aj = new_job(board, VERB_STATUS)))
		return;
	aj->job.done = done_status;
	board->agent_asked = true;
	board_post(board, LANE_AGENT, &aj->job);
}

void agent_ask_process(struct board *board, struct process_wish *wish)
{
	struct agent_job *aj = new_job(board, VERB_PROCESS);

	if (!aj) {
		process_wish_free(wish);
		return;
	}
	aj->wish = *wish;
	memset(wish, 0, sizeof(*wish));
	aj->job.done = done_process;
	board_say(board, STYLE_BUSY,
		board->agent_known && !board->agent.up
			? "No agent is up: starting one, then handing the run to it..."
			: "Handing the run to the agent...");
	board_post(board, LANE_AGENT, &aj->job);
}

static void ask_verb(struct board *board, enum agent_verb verb, int64_t run)
{
	struct agent_job *aj = new_job(board, verb);

	if (!aj)
		return;
	aj->run = run;
	aj->job.done = done_verb;
	board_post(board, LANE_AGENT, &aj->job);
}

void agent_ask_cancel(struct board *board, int64_t run)
{
	ask_verb(board, VERB_CANCEL, run);
}

void agent_ask_resume(struct board *board, int64_t run)
{
	ask_verb(board, VERB_RESUME, run);
}
