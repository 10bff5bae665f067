/*
 * scheduler.c — starts what is due. What cannot start now is passed over, visibly in the log, and
 * comes again at its next time: runs of one interface neither overlap nor pile up. What a brake of
 * its connection kept from starting is caught up once when that is off, where missed times are.
 */

#include "base/base.h"
#include "agent/scheduler.h"
#include "agent/internal.h"
#include "agent/janitor.h"
#include "agent/timetable.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"
#include "store/brake.h"
#include "store/schedules.h"

#define LOOK_EVERY_MS 1000 /* for changed files and changed clocks */

struct scheduler {
	struct agent *agent;
	struct timetable *timetable; /* the thread's alone */
	pthread_t thread;

	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	bool stopping, poked;
	char next[64];
	int64_t next_at;
};

/* In order: what is behind the rows of a run that waits, or stopped, must not overtake them. */
static bool waits_in_order(struct agent *agent, const struct interface *interface, struct err *why)
{
	struct run_info front;
	struct view *view = NULL;
	bool waits;

	if (interface->on_error != ON_ERROR_STOP || view_open(&view, agent->home_data, NULL))
		return false;
	waits = view_run_in_front(&front, view, interface->name, 0, NULL) == 0;
	view_close(view);
	if (waits && front.state == RUN_STOPPED)
		err_set(why, ERR_UNFINISHED,
			"it is stopped, in order, until the failed row of run %" PRId64
			" is settled",
			front.id);
	else if (waits)
		err_set(why, ERR_UNFINISHED, "in order, the rows of run %" PRId64 " go first",
			front.id);
	return waits;
}

/* Would its run be refused a token? Fills why; a Blocked connection is probed when it is time. */
static enum schedule_verdict brake_of(struct agent *agent, const char *connection, struct err *why)
{
	struct brake_state state = { .brake = BRAKE_ACTIVE };
	struct view *view = NULL;

	if (view_open(&view, agent->home_data, NULL) == 0)
		view_brake(&state, view, connection, NULL);
	view_close(view);
	if (!brake_holds(&state, clock_now()))
		return SCHEDULE_NONE;
	brake_refusal(&state, connection, why);
	return state.brake == BRAKE_HELD ? SCHEDULE_HELD : SCHEDULE_BLOCKED;
}

/* What keeps it from starting now, and why; SCHEDULE_NONE when nothing does. */
static enum schedule_verdict obstacle(struct err *why, struct agent *agent, const char *name)
{
	const struct catalog *catalog = agent->catalog;
	enum schedule_verdict verdict = SCHEDULE_NONE;
	struct interface interface;

	if (carrier_is_busy(agent->carrier, name)) {
		err_set(why, ERR_UNFINISHED, "its last run has not ended");
		return SCHEDULE_PASSED;
	}
	interface_init(&interface);
	if (catalog->interface(catalog->self, &interface, name, NULL) == 0) {
		verdict = brake_of(agent, interface.connection, why);
		if (!verdict && waits_in_order(agent, &interface, why))
			verdict = SCHEDULE_PASSED;
	}
	interface_free_fields(&interface);
	return verdict;
}

/* ---- one time that came ---- */

struct coming {
	struct schedule_state state;
	const char *names[PROCESS_RUNS_MAX + 1]; /* what may start */
	int count;
	enum schedule_verdict obstacle; /* the gravest of what keeps the others from it */
	char passed[256];		/* "b: its last run has not ended" */
};

static void judge(struct coming *coming, struct agent *agent, const struct due *due)
{
	for (size_t i = 0; i < due->interfaces->count; i++) {
		const char *name = due->interfaces->items[i];
		struct err why = ERR_INIT;
		enum schedule_verdict verdict = obstacle(&why, agent, name);
		size_t used = strlen(coming->passed);

		if (!verdict && coming->count < PROCESS_RUNS_MAX)
			coming->names[coming->count++] = name;
		if (!verdict)
			continue;
		if (verdict > coming->obstacle)
			coming->obstacle = verdict;
		snprintf(coming->passed + used, sizeof(coming->passed) - used, "%s%s: %s",
			used ? "; " : "", name, why.text);
	}
}

/* A brake may last for days: the same is said once. */
static void tell_passed(const struct coming *coming, const struct due *due)
{
	if (coming->passed[0] && !text_equal(coming->passed, due->state->note))
		log_line(LOG_LEVEL_WARN, 0, "the schedule of %s passes over %s", coming->state.name,
			coming->passed);
}

/* True when the runs are there, and recorded with them that this time came. */
static bool start_runs(struct coming *coming, struct agent *agent, const struct due *due)
{
	struct schedule_state *state = &coming->state;
	struct process_request request = { .interfaces = coming->names,
		.wait_ms = AGENT_WAIT_DEFAULT_MS,
		.trigger = "schedule",
		.who = "schedule",
		.schedule = state };
	struct process_reply reply;
	struct err err = ERR_INIT;

	state->verdict = due->late || due->released ? SCHEDULE_CAUGHT_UP : SCHEDULE_STARTED;
	text_copy(state->note, sizeof(state->note), coming->passed);
	if (agent_process(&reply, agent, &request, &err) == 0)
		return true;
	state->run = 0;
	state->verdict = SCHEDULE_FAILED;
	text_copy(state->note, sizeof(state->note), err.text);
	log_line(LOG_LEVEL_ERROR, 0, "schedule could not start %s: %s", state->name, err.text);
	return false;
}

static int apply_came(void *ctx, struct store *store, struct err *err)
{
	return store_schedule_came(store, ctx, err);
}

static void tell_late(const struct due *due)
{
	const struct schedule_state *state = due->state;
	char when[CLOCK_TEXT_MAX];

	if (due->late && !due->skip)
		log_line(LOG_LEVEL_WARN, 0,
			"%s should have run at %s, when no agent was there: caught up once",
			state->name, clock_local_full(when, state->due));
	else if (due->released)
		log_line(LOG_LEVEL_INFO, 0,
			"%s catches up what should have run at %s: its connection is free again",
			state->name, clock_local_full(when, state->due));
}

static void begin(struct scheduler *scheduler, const struct due *due)
{
	struct agent *agent = scheduler->agent;
	struct coming coming = { .state = *due->state };
	struct schedule_state *state = &coming.state;
	struct err err = ERR_INIT;
	bool recorded = false;

	state->run = 0;
	state->note[0] = '\0';
	if (!due->late || !due->skip)
		judge(&coming, agent, due);
	if (due->released && coming.obstacle)
		return; /* not yet */
	CRASH_POINT(SCHEDULE_DUE);
	tell_late(due);
	tell_passed(&coming, due);
	if (due->late && due->skip) {
		state->verdict = SCHEDULE_MISSED;
		text_copy(state->note, sizeof(state->note), "no agent was there at that time");
	} else if (coming.count) {
		recorded = start_runs(&coming, agent, due);
	} else {
		state->verdict = coming.obstacle ? coming.obstacle : SCHEDULE_PASSED;
		text_copy(state->note, sizeof(state->note),
			coming.passed[0] ? coming.passed : "no interface goes with it");
	}
	CRASH_POINT(SCHEDULE_RECORDED);
	if (!recorded && writer_call(agent->env.writer, apply_came, state, &err) < 0)
		log_line(LOG_LEVEL_ERROR, 0, "could not record the schedule of %s: %s", state->name,
			err.text);
	timetable_came(scheduler->timetable, state);
}

/* ---- loading ---- */

struct syncing {
	struct schedule_state *states;
	int count;
};

static int apply_sync(void *ctx, struct store *store, struct err *err)
{
	const struct syncing *syncing = ctx;

	return store_schedules_sync(store, syncing->states, syncing->count, err);
}

static int load_known(
	struct schedule_state **known, int *count, struct agent *agent, struct err *err)
{
	struct view *view = NULL;
	int rc = view_open(&view, agent->home_data, err);

	*known = NULL;
	*count = 0;
	if (rc == 0)
		rc = view_schedules(known, count, view, err);
	view_close(view);
	return rc;
}

static void load(struct scheduler *scheduler)
{
	struct agent *agent = scheduler->agent;
	struct text_list integrations = { NULL, 0 };
	struct schedule_state *known = NULL;
	struct syncing syncing = { NULL, 0 };
	struct err err = ERR_INIT;
	int known_count = 0;
	int rc;

	agent_copy_schedules(agent, &integrations);
	rc = load_known(&known, &known_count, agent, &err);
	timetable_load(scheduler->timetable, &integrations, known, known_count, clock_now());
	syncing.count = timetable_states(&syncing.states, scheduler->timetable);
	if (rc == 0 && syncing.count >= 0)
		rc = writer_call(agent->env.writer, apply_sync, &syncing, &err);
	if (rc < 0)
		log_line(LOG_LEVEL_ERROR, 0, "could not record the schedules: %s", err.text);
	free(syncing.states);
	free(known);
	text_list_free(&integrations);
}

/* How long nothing will be due; also writes down what comes next. */
static int64_t look_ahead(struct scheduler *scheduler)
{
	const struct schedule_state *state = NULL;
	int64_t now = clock_now();
	int64_t next = timetable_next(scheduler->timetable, &state);
	char name[SCHEDULE_NAME_MAX + 16];
	char when[CLOCK_TEXT_MAX];

	pthread_mutex_lock(&scheduler->lock);
	scheduler->next[0] = '\0';
	scheduler->next_at = next;
	if (next) {
		schedule_name(name, sizeof(name), state);
		snprintf(scheduler->next, sizeof(scheduler->next), "%.20s %.40s",
			clock_local_short(when, next, now), name);
	}
	pthread_mutex_unlock(&scheduler->lock);
	if (!next || next - now > LOOK_EVERY_MS)
		return LOOK_EVERY_MS;
	return next > now ? next - now : 0;
}

/* False when it is time to stop. */
static bool rest(struct scheduler *scheduler, int64_t ms)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&scheduler->lock);
	while (!scheduler->stopping && !scheduler->poked &&
		pthread_cond_timedwait(&scheduler->changed, &scheduler->lock, &until) == 0)
		;
	stopping = scheduler->stopping;
	pthread_mutex_unlock(&scheduler->lock);
	return !stopping;
}

static bool take_poke(struct scheduler *scheduler)
{
	bool poked;

	pthread_mutex_lock(&scheduler->lock);
	poked = scheduler->poked;
	scheduler->poked = false;
	pthread_mutex_unlock(&scheduler->lock);
	return poked;
}

static bool is_stopping(void *ctx)
{
	struct scheduler *scheduler = ctx;
	bool stopping;

	pthread_mutex_lock(&scheduler->lock);
	stopping = scheduler->stopping;
	pthread_mutex_unlock(&scheduler->lock);
	return stopping;
}

static void tidy(struct scheduler *scheduler)
{
	struct agent *agent = scheduler->agent;
	int days;

	pthread_mutex_lock(&agent->lock);
	days = agent->settings.retention_days;
	pthread_mutex_unlock(&agent->lock);
	janitor_look(agent->env.writer, agent->home_data, days, is_stopping, scheduler);
}

static void *work(void *ctx)
{
	struct scheduler *scheduler = ctx;
	struct due due;
	size_t at;

	do {
		if (take_poke(scheduler) || timetable_is_stale(scheduler->timetable))
			load(scheduler);
		while (timetable_due(&due, scheduler->timetable, clock_now()))
			begin(scheduler, &due);
		for (at = 0; timetable_braked(&due, scheduler->timetable, &at);)
			begin(scheduler, &due);
		tidy(scheduler);
	} while (rest(scheduler, look_ahead(scheduler)));
	return NULL;
}

void scheduler_poke(struct scheduler *scheduler)
{
	if (!scheduler)
		return;
	pthread_mutex_lock(&scheduler->lock);
	scheduler->poked = true;
	pthread_cond_broadcast(&scheduler->changed);
	pthread_mutex_unlock(&scheduler->lock);
}

int scheduler_start(struct scheduler **out, struct agent *agent, struct err *err)
{
	struct scheduler *scheduler = calloc(1, sizeof(*scheduler));
	pthread_condattr_t attr;

	*out = NULL;
	if (!scheduler)
		return err_nomem(err);
	scheduler->agent = agent;
	scheduler->poked = true; /* load at once */
	scheduler->timetable = timetable_new(agent->catalog);
	if (!scheduler->timetable) {
		free(scheduler);
		return err_nomem(err);
	}
	pthread_mutex_init(&scheduler->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&scheduler->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&scheduler->thread, NULL, work, scheduler) != 0) {
		timetable_free(scheduler->timetable);
		free(scheduler);
		return err_set(err, ERR_NOMEM, "could not start a thread");
	}
	*out = scheduler;
	return 0;
}

void scheduler_stop(struct scheduler *scheduler)
{
	if (!scheduler)
		return;
	pthread_mutex_lock(&scheduler->lock);
	scheduler->stopping = true;
	pthread_cond_broadcast(&scheduler->changed);
	pthread_mutex_unlock(&scheduler->lock);
	pthread_join(scheduler->thread, NULL);
	timetable_free(scheduler->timetable);
	pthread_cond_destroy(&scheduler->changed);
	pthread_mutex_destroy(&scheduler->lock);
	free(scheduler);
}

void scheduler_next(struct scheduler *scheduler, char *out, size_t size, int64_t *at)
{
	pthread_mutex_lock(&scheduler->lock);
	*at = scheduler->next_at;
	text_copy(out, size, scheduler->next);
	pthread_mutex_unlock(&scheduler->lock);
}
