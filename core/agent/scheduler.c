/*
 * scheduler.c — starts what is due. What cannot start now is passed over, visibly in the log, and
 * comes again at its next time: runs of one interface neither overlap nor pile up.
 */

#include "base/base.h"
#include "agent/scheduler.h"
#include "agent/internal.h"
#include "agent/timetable.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define LOOK_EVERY_MS 20000 /* for changed files and changed clocks */

struct scheduler {
	struct agent *agent;
	struct timetable *timetable; /* the thread's alone */
	pthread_t thread;

	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	bool stopping;
	char next[64];
};

/* In order, and its last run stopped at a row: what is behind that row must not overtake it. */
static bool waits_for_a_row(struct agent *agent, const struct interface *interface)
{
	struct run_info *runs = NULL;
	struct view *view = NULL;
	int count = 0;
	bool waits = false;

	if (interface->on_error == ON_ERROR_STOP && view_open(&view, agent->home_data, NULL) == 0 &&
		view_runs(&runs, &count, view, interface->name, 0, 1, NULL) == 0 && count == 1)
		waits = runs[0].state == RUN_STOPPED && runs[0].counts.pending > 0;
	free(runs);
	view_close(view);
	return waits;
}

/* Why it cannot start now, or NULL. */
static const char *obstacle(struct agent *agent, const char *name)
{
	const struct catalog *catalog = agent->catalog;
	const char *why = NULL;
	struct interface interface;

	if (carrier_is_busy(agent->carrier, name))
		return "its last run has not ended";
	interface_init(&interface);
	if (catalog->interface(catalog->self, &interface, name, NULL) == 0 &&
		waits_for_a_row(agent, &interface))
		why = "it is stopped, in order, until the failed row is settled";
	interface_free_fields(&interface);
	return why;
}

static void begin(struct agent *agent, const char *name)
{
	const char *names[] = { name, NULL };
	struct process_request request = { .interfaces = names,
		.wait_ms = AGENT_WAIT_DEFAULT_MS,
		.trigger = "schedule",
		.who = "schedule" };
	const char *why = obstacle(agent, name);
	struct process_reply reply;
	struct err err = ERR_INIT;

	if (why)
		log_line(LOG_LEVEL_WARN, 0, "schedule passes over %s: %s", name, why);
	else if (agent_process(&reply, agent, &request, &err) < 0)
		log_line(LOG_LEVEL_ERROR, 0, "schedule could not start %s: %s", name, err.text);
}

/* How long nothing will be due; also writes down what comes next. */
static int64_t look_ahead(struct scheduler *scheduler)
{
	const char *interface = NULL;
	int64_t now = clock_now();
	int64_t next = timetable_next(scheduler->timetable, &interface);
	char when[CLOCK_TEXT_MAX];

	pthread_mutex_lock(&scheduler->lock);
	if (next)
		snprintf(scheduler->next, sizeof(scheduler->next), "%.20s %.40s",
			clock_local_short(when, next, now), interface);
	else
		scheduler->next[0] = '\0';
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
	while (!scheduler->stopping &&
		pthread_cond_timedwait(&scheduler->changed, &scheduler->lock, &until) == 0)
		;
	stopping = scheduler->stopping;
	pthread_mutex_unlock(&scheduler->lock);
	return !stopping;
}

static void *work(void *ctx)
{
	struct scheduler *scheduler = ctx;
	const char *name;

	do {
		while ((name = timetable_due(scheduler->timetable, clock_now())) != NULL)
			begin(scheduler->agent, name);
		timetable_load(scheduler->timetable, clock_now());
	} while (rest(scheduler, look_ahead(scheduler)));
	return NULL;
}

int scheduler_start(struct scheduler **out, struct agent *agent, struct err *err)
{
	struct scheduler *scheduler = calloc(1, sizeof(*scheduler));
	pthread_condattr_t attr;

	*out = NULL;
	if (!scheduler)
		return err_nomem(err);
	scheduler->agent = agent;
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

void scheduler_next(struct scheduler *scheduler, char *out, size_t size)
{
	pthread_mutex_lock(&scheduler->lock);
	text_copy(out, size, scheduler->next);
	pthread_mutex_unlock(&scheduler->lock);
}
