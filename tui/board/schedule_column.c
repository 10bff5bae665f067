/* schedule_column.c — next run, last result and pause of a schedule. */

#include "base/base.h"
#include "tui/board/schedule_column.h"

#include "agent/agent.h"
#include "base/clock.h"
#include "base/text.h"
#include "tui/command/schedule_report.h"

const struct schedule_state *schedule_of(
	const struct board *board, const struct interface *interface)
{
	return schedules_of(board->schedules, board->schedule_count, interface);
}

static const int styles[] = { [SCHEDULE_QUIET] = STYLE_QUIET,
	[SCHEDULE_FINE] = STYLE_OK,
	[SCHEDULE_WARN] = STYLE_WARN,
	[SCHEDULE_BAD] = STYLE_FAIL };

void schedule_cell(
	struct table_cell *out, const struct board *board, const struct interface *interface)
{
	const struct schedule_state *state = schedule_of(board, interface);

	out->style = STYLE_QUIET;
	if (state)
		out->style =
			styles[schedule_word(out->text, sizeof(out->text), state, clock_now())];
}

int schedule_line(
	char *out, size_t size, const struct board *board, const struct interface *interface)
{
	const struct schedule_state *state = schedule_of(board, interface);
	int64_t now = clock_now();
	char name[SCHEDULE_NAME_MAX + 16];
	char next[CLOCK_TEXT_MAX] = "never";
	char last[480];

	*out = '\0';
	if (!state)
		return STYLE_TEXT;
	if (schedule_alarm(out, size, state, now))
		return STYLE_FAIL;
	schedule_name(name, sizeof(name), state);
	schedule_last(last, sizeof(last), state, now);
	if (state->next)
		clock_local_short(next, state->next, now);
	if (state->paused_at)
		snprintf(out, size, "The schedule of %s is paused by %s since %s", name,
			state->paused_who, clock_local_full(next, state->paused_at));
	else
		snprintf(out, size, "Next %s%s%s", next, *last ? "; " : "", last);
	return state->verdict == SCHEDULE_PASSED || state->verdict == SCHEDULE_HELD ? STYLE_WARN
										    : STYLE_TEXT;
}

/* ---- pause ---- */

struct pause_job {
	struct job job;
	const struct board_env *env; /* borrowed */
	enum schedule_kind kind;
	char name[SCHEDULE_NAME_MAX + 1];
	bool pause;
};

static int work(struct job *job, struct err *err)
{
	struct pause_job *pj = (struct pause_job *)job;
	const struct board_env *env = pj->env;
	int rc = agent_client_pause_schedule(
		env->home->socket, pj->kind, pj->name, pj->pause, env->who, err);

	if (rc != -ERR_NET)
		return rc;
	err_clear(err);
	return agent_pause_schedule_alone(
		env->home->data, pj->kind, pj->name, pj->pause, env->who, err);
}

static void done(struct board *board, struct job *job)
{
	struct pause_job *pj = (struct pause_job *)job;

	if (job->rc)
		board_say(board, STYLE_FAIL, "The schedule of %s was not changed: %s", pj->name,
			job->err.text);
	else
		board_say(board, STYLE_OK, "The schedule of %s%s %s",
			pj->kind == SCHEDULE_INTEGRATION ? "integration " : "", pj->name,
			pj->pause ? "is paused: its times pass until s resumes it" : "goes on");
	feed_refresh(board->feed);
}

static void free_job(struct job *job)
{
	free(job);
}

void schedule_toggle(struct board *board, const struct interface *interface)
{
	const struct schedule_state *state = schedule_of(board, interface);
	struct pause_job *pj = state ? calloc(1, sizeof(*pj)) : NULL;

	if (!state)
		board_say(board, STYLE_WARN, "%s %s", interface->name,
			text_empty(interface->schedule)
				? "has no schedule: give it one with e, like at 06:30 weekdays"
				: "is not scheduled yet: an agent must have seen it, so start one");
	if (!pj)
		return;
	pj->job.work = work;
	pj->job.done = done;
	pj->job.free = free_job;
	pj->env = board->env;
	pj->kind = state->kind;
	pj->pause = !state->paused_at;
	text_copy(pj->name, sizeof(pj->name), state->name);
	board_post(board, LANE_AGENT, &pj->job);
}
