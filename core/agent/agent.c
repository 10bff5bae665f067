/* agent.c — puts the service together: lock, writer, carrier, doors; and takes it apart again. */

#include "base/base.h"
#include "agent/agent.h"
#include "agent/internal.h"
#include "agent/service.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/schedules.h"

#include <unistd.h>

#define LOCK_PATIENCE_MS 3000
#define LOOP_TICK_MS 200
#define LOOK_EVERY_MS 1000 /* at files */

static int copy_settings(
	struct agent_settings *to, const struct agent_settings *from, struct err *err)
{
	if (from)
		return agent_settings_copy(to, from, err);
	agent_settings_init(to);
	return to->listen && to->username ? 0 : err_nomem(err);
}

/*
 * An agent that is just ending still holds the lock when its socket is gone already: wait a moment
 * for it. One that answers is up, and that is that.
 */
static int take_home(struct agent *agent, const char *socket_path, struct err *err)
{
	int64_t until = clock_mono() + LOCK_PATIENCE_MS;
	struct agent_status status;
	int rc;

	for (;;) {
		rc = home_lock_take(&agent->home_lock, agent->home_data, err);
		if (rc != -ERR_UNFINISHED || clock_mono() >= until ||
			agent_client_status(&status, socket_path, NULL) == 0)
			return rc;
		clock_sleep(50);
	}
}

static int start_rooms(struct agent *agent, const struct agent_options *options, struct err *err)
{
	struct carrier_options carrier = { .env = &agent->env,
		.catalog = agent->catalog,
		.parallel = agent->settings.parallel_runs,
		.go_on = options->listen };
	int rc = writer_start(&agent->env.writer, agent->home_data, err);

	if (rc < 0)
		return rc;
	agent->env.home_data = agent->home_data;
	agent->env.disk = &agent->disk;
	atomic_store(&agent->disk.floor, agent->settings.disk_floor);
	agent->env.keyring = agent->catalog->keyring;
	agent->env.reader_program = options->reader_program;
	agent->env.tokens = token_cache_new();
	agent->env.gate = key_gate_new();
	agent->env.foretold = foretold_new();
	if (!agent->env.tokens || !agent->env.gate || !agent->env.foretold)
		return err_nomem(err);
	carrier.alerts = agent->alerts = alerts_new(agent->settings.alert);
	if (!agent->alerts)
		return err_nomem(err);
	return carrier_start(&agent->carrier, &carrier, err);
}

static int watch_home(struct agent *agent, const struct agent_options *options, struct err *err)
{
	int rc = view_open(&agent->view, agent->home_data, err);

	if (rc == 0)
		rc = home_watch_new(
			&agent->watch, options->home_config, agent->home_data, agent->view, err);
	return rc;
}

/* A run that is Done is carried once more when its Unknown messages can be looked for. */
static int watch_unknown(struct agent *agent, const struct run_info *run, struct err *err)
{
	const struct catalog *catalog = agent->catalog;
	struct carrier_job job = { .run = run->id, .interface = run->interface };
	struct interface interface;
	int rc = 0;

	interface_init(&interface);
	if (catalog->interface(catalog->self, &interface, run->interface, NULL) == 0)
		job.check_at = process_reconcile_due(&agent->env, run->id, &interface);
	interface_free_fields(&interface);
	if (job.check_at)
		rc = carrier_add(agent->carrier, &job, err);
	return rc;
}

static int take_unknown(struct agent *agent, struct view *view, struct err *err)
{
	struct run_info *runs = NULL;
	int count = 0;
	int rc = view_unknown_runs(&runs, &count, view, err);

	for (int i = 0; rc == 0 && i < count; i++)
		rc = watch_unknown(agent, &runs[i], err);
	free(runs);
	return rc;
}

/* Does an interface hold what follows it until it ended well? */
static bool holds_what_follows(const struct agent *agent, const char *name)
{
	const struct catalog *catalog = agent->catalog;
	struct interface interface;
	bool holds;

	interface_init(&interface);
	holds = catalog->interface(catalog->self, &interface, name, NULL) == 0 &&
		interface.stop_integration;
	interface_free_fields(&interface);
	return holds;
}

/* Runs that a crash or a stop left open go on where they were. */
static int take_leftovers(struct agent *agent, struct err *err)
{
	struct run_info *runs = NULL;
	struct view *view = NULL;
	int count = 0;
	int rc = view_open(&view, agent->home_data, err);

	if (rc == 0)
		rc = view_open_runs(&runs, &count, view, err);
	for (int i = 0; rc == 0 && i < count; i++) {
		struct carrier_job job = { .run = runs[i].id,
			.batch = runs[i].batch,
			.interface = runs[i].interface,
			.integration = runs[i].integration,
			.sequence = i, /* as they were created */
			.stops = holds_what_follows(agent, runs[i].interface),
			.wait_ms = AGENT_WAIT_DEFAULT_MS,
			.cancel = runs[i].cancel_asked };

		log_line(LOG_LEVEL_INFO, runs[i].id, "taking up what was left");
		rc = carrier_add(agent->carrier, &job, err);
	}
	if (rc == 0)
		rc = take_unknown(agent, view, err);
	free(runs);
	view_close(view);
	return rc;
}

static int open_doors(struct agent *agent, const struct agent_options *options, struct err *err)
{
	int rc = 0;

	if (options->listen)
		rc = listener_start(
			&agent->listener, &agent->settings, options->home_config, agent, err);
	if (rc == 0)
		rc = control_start(&agent->control, agent, options->socket_path, err);
	return rc;
}

/* The doors are open already, and a caller may ask what comes next. */
static int start_schedules(struct agent *agent, struct err *err)
{
	struct scheduler *scheduler = NULL;
	int rc = scheduler_start(&scheduler, agent, err);

	pthread_mutex_lock(&agent->lock);
	agent->scheduler = scheduler;
	pthread_mutex_unlock(&agent->lock);
	return rc;
}

static void stop_schedules(struct agent *agent)
{
	struct scheduler *scheduler;

	pthread_mutex_lock(&agent->lock);
	scheduler = agent->scheduler;
	agent->scheduler = NULL;
	pthread_mutex_unlock(&agent->lock);
	scheduler_stop(scheduler);
}

int agent_new(struct agent **out, const struct agent_options *options, struct err *err)
{
	struct agent *agent = calloc(1, sizeof(*agent));
	pthread_condattr_t attr;
	int rc;

	*out = NULL;
	if (!agent)
		return err_nomem(err);
	pthread_mutex_init(&agent->lock, NULL);
	pthread_mutex_init(&agent->queueing, NULL);
	errands_init(&agent->errands);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&agent->changed, &attr);
	pthread_condattr_destroy(&attr);
	agent->files = options->catalog;
	agent->listens = options->listen;
	agent->since = clock_now();
	agent->home_data = text_dup(options->home_data);
	rc = copy_settings(&agent->settings, options->settings, err);
	if (rc == 0)
		rc = kept_new(&agent->kept, options->catalog, err);
	if (rc == 0) {
		agent->catalog = kept_catalog(agent->kept);
		agent->reload = reload_new(agent, options);
	}
	if (rc == 0 && !agent->home_data)
		rc = err_nomem(err);
	if (rc == 0)
		rc = take_home(agent, options->socket_path, err);
	if (rc == 0)
		rc = start_rooms(agent, options, err);
	if (rc == 0)
		rc = watch_home(agent, options, err);
	if (rc == 0)
		rc = open_doors(agent, options, err);
	if (rc == 0 && options->take_leftovers)
		rc = take_leftovers(agent, err);
	if (rc == 0 && options->listen)
		rc = start_schedules(agent, err);
	if (rc < 0) {
		agent_free(agent);
		return rc;
	}
	*out = agent;
	return 0;
}

void agent_free(struct agent *agent)
{
	if (!agent)
		return;
	agent_ask_stop(agent); /* nothing new is taken from here on */
	service_stopping();
	stop_schedules(agent);
	carrier_stop(agent->carrier); /* the doors stay open meanwhile: who asks gets an answer */
	control_stop(agent->control);
	listener_stop(agent->listener);
	carrier_free(agent->carrier);
	alerts_free(agent->alerts);
	alarms_free_fields(&agent->alarms);
	home_watch_free(agent->watch);
	view_close(agent->view);
	writer_stop(agent->env.writer);
	token_cache_free(agent->env.tokens);
	key_gate_free(agent->env.gate);
	foretold_free(agent->env.foretold);
	reload_free(agent->reload);
	kept_free(agent->kept);
	home_lock_free(agent->home_lock);
	agent_settings_free_fields(&agent->settings);
	pthread_cond_destroy(&agent->changed);
	pthread_mutex_destroy(&agent->lock);
	pthread_mutex_destroy(&agent->queueing);
	errands_free_fields(&agent->errands);
	free(agent->home_data);
	free(agent);
}

/* Wait for a word of another thread, or a tick: a signal handler can set a flag but wake no
 * condition. False when it is time to stop. */
static bool rest(struct agent *agent, const atomic_bool *stop)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOP_TICK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&agent->lock);
	if (!agent->stop_asked && !atomic_load(stop))
		pthread_cond_timedwait(&agent->changed, &agent->lock, &until);
	stopping = agent->stop_asked || atomic_load(stop);
	pthread_mutex_unlock(&agent->lock);
	return !stopping;
}

static void look_at_files(struct agent *agent, atomic_bool *reload)
{
	bool always = reload && atomic_exchange(reload, false);

	if (always)
		log_line(LOG_LEVEL_INFO, 0, "asked to take all files anew");
	kept_refresh(agent->kept);
	reload_look(agent->reload, always);
}

/* Also when no run is under way: there is time to make room before the next one. */
static void look_at_disk(struct agent *agent)
{
	bool before = atomic_load(&agent->disk.low);
	struct err why = ERR_INIT;
	bool low = disk_guard_look(&agent->disk, agent->home_data, &why) < 0;

	if (low != before)
		log_line(low ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, 0, "%s",
			low ? why.text : "there is room on the disk again");
	alerts_disk(agent->alerts, low ? why.text : NULL);
}

int agent_loop(struct agent *agent, const atomic_bool *stop, atomic_bool *reload, struct err *err)
{
	int64_t looked = clock_mono();
	struct err why = ERR_INIT;

	service_ready();
	while (rest(agent, stop)) {
		service_alive();
		if (clock_mono() - looked < LOOK_EVERY_MS && !(reload && atomic_load(reload)))
			continue;
		if (home_watch_look(agent->watch, &why) < 0) {
			log_line(LOG_LEVEL_ERROR, 0, "%s: the agent ends", why.text);
			return err_set(err, why.kind, "%s", why.text);
		}
		look_at_files(agent, reload);
		if (agent->listens)
			alarms_look(&agent->alarms, agent->view, agent->alerts);
		if (agent->listens)
			backlog_alarms_look(&agent->backlogs, agent->view,
				agent->settings.backlog_hours, agent->alerts);
		look_at_disk(agent);
		errands_look(&agent->errands);
		looked = clock_mono();
	}
	return 0;
}

static void set_settings(struct agent *agent, struct agent_settings *settings)
{
	struct agent_settings before;

	pthread_mutex_lock(&agent->lock);
	before = agent->settings;
	agent->settings = *settings;
	alerts_command(agent->alerts, settings->alert);
	pthread_mutex_unlock(&agent->lock);
	agent_settings_free_fields(&before);
}

int agent_apply_settings(
	struct agent *agent, const struct agent_settings *settings, struct err *err)
{
	struct agent_settings copy;
	enum log_level level;
	int rc = agent_settings_copy(&copy, settings, err);

	if (rc == 0 && !log_level_parse(&level, copy.log_level))
		rc = err_set(err, ERR_CONFIG,
			"log_level \"%s\" is none of error, warn, info, debug", copy.log_level);
	if (rc == 0 && agent->listener)
		rc = listener_apply(agent->listener, &agent->settings, &copy, err);
	if (rc < 0) {
		agent_settings_free_fields(&copy);
		return rc;
	}
	log_set_level(level);
	carrier_set_parallel(agent->carrier, copy.parallel_runs);
	atomic_store(&agent->disk.floor, copy.disk_floor);
	set_settings(agent, &copy);
	agent_poke_schedules(agent);
	return 0;
}

void agent_ask_stop(struct agent *agent)
{
	pthread_mutex_lock(&agent->lock);
	agent->stop_asked = true;
	pthread_cond_broadcast(&agent->changed);
	pthread_mutex_unlock(&agent->lock);
	errands_stop(&agent->errands);
}

bool agent_stop_asked(struct agent *agent)
{
	bool asked;

	pthread_mutex_lock(&agent->lock);
	asked = agent->stop_asked;
	pthread_mutex_unlock(&agent->lock);
	return asked;
}

bool agent_has_detached(struct agent *agent)
{
	return carrier_has_detached(agent->carrier);
}

int agent_port(const struct agent *agent)
{
	return agent->listener ? listener_port(agent->listener) : 0;
}

void agent_copy_schedules(struct agent *agent, struct text_list *out)
{
	pthread_mutex_lock(&agent->lock);
	for (size_t i = 0; i < agent->settings.schedules.count; i++)
		text_list_add(out, agent->settings.schedules.items[i]);
	pthread_mutex_unlock(&agent->lock);
}

int agent_limit_waiting(struct agent *agent)
{
	int waiting;

	pthread_mutex_lock(&agent->lock);
	waiting = agent->settings.limits.waiting;
	pthread_mutex_unlock(&agent->lock);
	return waiting;
}

void agent_poke_schedules(struct agent *agent)
{
	pthread_mutex_lock(&agent->lock);
	scheduler_poke(agent->scheduler);
	pthread_mutex_unlock(&agent->lock);
}

static void add_alarm(struct agent_status *status, const char *text)
{
	if (status->alarm_count < AGENT_TOLD_MAX)
		text_copy(status->alarms[status->alarm_count], sizeof(status->alarms[0]), text);
	status->alarm_count++;
}

static void fill_alarms(struct agent_status *out, struct agent *agent)
{
	struct schedule_state *states = NULL;
	struct view *view = NULL;
	struct err why = ERR_INIT;
	int count = 0;
	char text[512];

	if (disk_guard_look(&agent->disk, agent->home_data, &why))
		add_alarm(out, why.text);
	if (view_open(&view, agent->home_data, NULL) == 0)
		view_schedules(&states, &count, view, NULL);
	view_close(view);
	for (int i = 0; i < count; i++) {
		if (schedule_alarm(text, sizeof(text), &states[i], clock_now()))
			add_alarm(out, text);
	}
	free(states);
}

static void add_problem(void *ctx, const char *text)
{
	struct agent_status *status = ctx;

	if (status->problem_count < AGENT_TOLD_MAX)
		text_copy(
			status->problems[status->problem_count], sizeof(status->problems[0]), text);
	status->problem_count++;
}

static void fill_problems(struct agent_status *out, struct agent *agent)
{
	char text[512];

	reload_problem(agent->reload, text, sizeof(text));
	if (*text)
		add_problem(out, text);
	kept_problems(agent->kept, add_problem, out);
}

void agent_fill_status(struct agent_status *out, struct agent *agent)
{
	*out = (struct agent_status){
		.up = true, .pid = getpid(), .since = agent->since, .port = agent_port(agent)
	};
	carrier_counts(agent->carrier, &out->queued, &out->running);
	pthread_mutex_lock(&agent->lock);
	if (agent->listener)
		text_copy(out->listen, sizeof(out->listen), agent->settings.listen);
	if (agent->scheduler)
		scheduler_next(agent->scheduler, out->next, sizeof(out->next), &out->next_at);
	pthread_mutex_unlock(&agent->lock);
	fill_problems(out, agent);
	if (agent->listens)
		fill_alarms(out, agent);
}
