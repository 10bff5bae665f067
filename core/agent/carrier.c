/* carrier.c — the list of runs at hand and the threads that carry them. */

#include "base/base.h"
#include "agent/carrier.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <pthread.h>

#define PARALLEL_MAX 32
#define ENDED_KEPT 256 /* so that whoever asked can still learn how it ended */
#define REST_FIRST_MS 30000
#define REST_DOUBLINGS 5
#define REST_DISK_MS 60000
#define CHECK_AGAIN_MS (11 * 60000)
#define REST_REFUSED_MS (15 * 60000) /* a refused credential is tried no more often */

struct job {
	struct job *next;
	int64_t run, batch;
	char interface[65], integration[65];
	int sequence;
	bool stops;
	int64_t held_by; /* the run whose rows did not all go well; 0 = none */
	int64_t wait_ms;
	bool detached;
	bool once_more; /* asked for while it ran: its end may have come too early */
	enum carry_state state;
	int64_t wake; /* RESTING: clock_mono(), INT64_MAX = only when asked */
	int rests;
	int64_t check_at; /* ENDED: clock_mono(), taken up once more for what is Unknown; 0 = not */
	struct run_control control;
	struct err result;
};

struct carrier {
	struct carrier_options options;
	pthread_t threads[PARALLEL_MAX];
	int thread_count;

	pthread_mutex_t lock; /* guards all below, but a running job's control and names */
	pthread_cond_t changed;
	struct job *jobs; /* in the order they came */
	int parallel;
	bool stopping;
};

static struct job *find(struct carrier *carrier, int64_t run)
{
	struct job *job = carrier->jobs;

	while (job && job->run != run)
		job = job->next;
	return job;
}

static bool moving(const struct job *job)
{
	return job->state == CARRY_WAITING || job->state == CARRY_RUNNING;
}

/* Is `job` behind `other` in one batch of an integration? */
static bool behind(const struct job *job, const struct job *other)
{
	return job->batch && job->batch == other->batch && other->sequence < job->sequence &&
	       strcmp(job->integration, other->integration) == 0;
}

/* Must `job` let `other` go first? `earlier`: other came before it. */
static bool yields(const struct job *job, const struct job *other, bool earlier)
{
	if (!moving(other))
		return false;
	if (strcmp(job->interface, other->interface) == 0)
		return earlier || other->state == CARRY_RUNNING;
	return behind(job, other);
}

static bool may_start(const struct carrier *carrier, const struct job *job)
{
	bool earlier = true;

	if (atomic_load(&job->control.cancel))
		return true; /* it only puts its papers in order */
	for (const struct job *other = carrier->jobs; other; other = other->next) {
		if (other == job)
			earlier = false;
		else if (yields(job, other, earlier))
			return false;
	}
	return true;
}

/* When a job that is not at work is taken up by itself: clock_mono(), INT64_MAX = never. */
static int64_t wakes_at(const struct carrier *carrier, const struct job *job)
{
	if (carrier->options.go_on && job->state == CARRY_RESTING)
		return job->wake;
	if (carrier->options.go_on && job->state == CARRY_ENDED && job->check_at)
		return job->check_at;
	return INT64_MAX;
}

/* Runs whose rest is over are waiting again. */
static void wake_rested(struct carrier *carrier)
{
	int64_t now = clock_mono();

	for (struct job *job = carrier->jobs; job; job = job->next) {
		if (wakes_at(carrier, job) > now)
			continue;
		job->state = CARRY_WAITING;
		job->check_at = 0;
	}
}

static struct job *pick(struct carrier *carrier)
{
	int running = 0;

	wake_rested(carrier);
	for (const struct job *job = carrier->jobs; job; job = job->next)
		running += job->state == CARRY_RUNNING;
	if (running >= carrier->parallel)
		return NULL;
	for (struct job *job = carrier->jobs; job; job = job->next) {
		if (job->state == CARRY_WAITING && may_start(carrier, job))
			return job;
	}
	return NULL;
}

/* Wait for a change, or until the first rest is over. */
static void wait_for_work(struct carrier *carrier)
{
	int64_t wake = INT64_MAX;
	struct timespec until;

	for (const struct job *job = carrier->jobs; job; job = job->next) {
		if (wakes_at(carrier, job) < wake)
			wake = wakes_at(carrier, job);
	}
	if (wake == INT64_MAX) {
		pthread_cond_wait(&carrier->changed, &carrier->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	wake -= clock_mono();
	wake = wake > 0 ? wake : 1;
	until.tv_sec += wake / 1000 + 1; /* whole seconds are exact enough for a rest */
	pthread_cond_timedwait(&carrier->changed, &carrier->lock, &until);
}

/* ---- one run ---- */

/* Record in the store that the run could not even be begun. */
struct stopping {
	int64_t run;
	const char *reason;
	enum run_state state;
};

static int apply_stop(void *ctx, struct store *store, struct err *err)
{
	const struct stopping *stopping = ctx;
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *claim = NULL;
	int rc = store_run_claim(&claim, store, stopping->run, err);

	if (rc < 0)
		return rc;
	change.state = stopping->state;
	change.reason = stopping->reason;
	rc = store_run_update(store, claim, &change, err);
	run_claim_free(claim);
	return rc;
}

static void record_stop(
	struct carrier *carrier, int64_t run, enum run_state state, const char *reason)
{
	struct stopping stopping = { .run = run, .state = state, .reason = reason };
	struct err err = ERR_INIT;

	if (writer_call(carrier->options.env->writer, apply_stop, &stopping, &err) < 0)
		log_line(LOG_LEVEL_ERROR, run, "could not record \"%s\": %s", reason, err.text);
}

static int load(struct carrier *carrier, const char *name, struct interface *interface,
	struct connection *connection, struct err *err)
{
	const struct catalog *catalog = carrier->options.catalog;
	int rc = catalog->interface(catalog->self, interface, name, err);

	if (rc < 0)
		return rc;
	return catalog->connection(catalog->self, connection, interface->connection, err);
}

/* What the store says of the run now; `info->id` is 0 when it cannot say. */
static void look(struct carrier *carrier, int64_t run, struct run_info *info, int64_t *next_due)
{
	struct packet_out packet = { 0 };
	struct view *view = NULL;

	*info = (struct run_info){ 0 };
	*next_due = 0;
	if (view_open(&view, carrier->options.env->home_data, NULL) < 0)
		return;
	if (view_run(info, view, run, NULL) == 0 && info->counts.pending > 0)
		view_packet_due(&packet, view, run, 0, clock_now(), next_due, NULL);
	packet_out_free(&packet);
	view_close(view);
}

/* A run that was cancelled before its turn: nothing was read, so nothing is to be settled. */
static bool cancel_untouched(struct carrier *carrier, struct job *job)
{
	struct run_info info;
	int64_t next_due;
	char reason[256];

	look(carrier, job->run, &info, &next_due);
	if (info.id != job->run || info.state != RUN_QUEUED || info.counts.read > 0)
		return false;
	snprintf(reason, sizeof(reason), "cancelled by %s before it began", info.cancel_who);
	record_stop(carrier, job->run, RUN_CANCELLED, reason);
	return true;
}

/* *check: when what is Unknown is to be looked for, ms UTC; 0 = nothing is. */
static int carry(struct carrier *carrier, struct job *job, int64_t *check, struct err *err)
{
	struct interface interface;
	struct connection connection;
	int rc;

	if (atomic_load(&job->control.cancel) && cancel_untouched(carrier, job))
		return err_set(err, ERR_INTERRUPTED, "cancelled before it began");
	interface_init(&interface);
	connection_init(&connection);
	rc = load(carrier, job->interface, &interface, &connection, err);
	if (rc < 0)
		record_stop(carrier, job->run, RUN_STOPPED, err->text);
	else
		rc = carrier->options.carry(carrier->options.env, job->run, &connection, &interface,
			&job->control, job->wait_ms, err);
	*check = process_reconcile_due(carrier->options.env, job->run, &interface);
	connection_free_fields(&connection);
	interface_free_fields(&interface);
	return rc;
}

/* In clock_mono(), never 0 but for a `due` of 0; what is overdue has `overdue_ms` left. */
static int64_t check_time(int64_t due, int64_t overdue_ms)
{
	int64_t left = due - clock_now();

	return due ? clock_mono() + (left > 0 ? left : overdue_ms) + 1 : 0;
}

/* When to try again by itself what is not finished. */
static int64_t rest_for(const struct job *job, const struct run_info *info, int64_t next_due)
{
	int64_t now = clock_now();
	int doublings = job->rests < REST_DOUBLINGS ? job->rests : REST_DOUBLINGS;

	if (disk_is_reason(&job->result))
		return REST_DISK_MS;
	if (next_due > now)
		return next_due - now;
	if (job->result.kind == ERR_REFUSED)
		return REST_REFUSED_MS;
	if (job->result.retryable || job->result.kind == ERR_UNFINISHED ||
		job->result.kind == ERR_NET || job->result.kind == ERR_LIMIT ||
		(info->id && info->counts.pending > 0 && job->result.kind == ERR_NONE))
		return (int64_t)REST_FIRST_MS << doublings;
	return -1;
}

/* Under the lock: what becomes of a job whose turn is over. */
static void settle(struct job *job, const struct run_info *info, int64_t next_due)
{
	bool once_more = job->once_more && info->counts.pending > 0;
	int64_t rest;

	job->once_more = false;
	if (once_more) {
		job->state = CARRY_WAITING;
		return;
	}
	if (info->id && run_state_final(info->state)) {
		job->state = CARRY_ENDED;
		return;
	}
	rest = rest_for(job, info, next_due);
	job->state = CARRY_RESTING;
	job->wake = rest < 0 ? INT64_MAX : clock_mono() + rest;
	job->rests++;
}

static void forget_oldest(struct carrier *carrier)
{
	int ended = 0;

	for (const struct job *job = carrier->jobs; job; job = job->next)
		ended += job->state == CARRY_ENDED && !job->check_at;
	for (struct job **at = &carrier->jobs; *at && ended > ENDED_KEPT;) {
		struct job *job = *at;

		if (job->state != CARRY_ENDED || job->check_at) {
			at = &job->next;
			continue;
		}
		*at = job->next;
		free(job);
		ended--;
	}
}

/* What a run of an integration leaves behind when it stops the ones that follow. */
struct held {
	int64_t runs[PROCESS_RUNS_MAX];
	int count;
	char reason[256];
};

static bool ended_well(const struct run_info *info)
{
	const struct run_counts *counts = &info->counts;

	return info->id && info->state == RUN_DONE && counts->failed == 0 && counts->unknown == 0 &&
	       counts->pending == 0;
}

/* Under the lock: what an earlier turn of this run held may go now. */
static void let_held_go(struct carrier *carrier, int64_t run)
{
	for (struct job *job = carrier->jobs; job; job = job->next) {
		if (job->held_by != run)
			continue;
		job->held_by = 0;
		if (job->state == CARRY_RESTING)
			job->state = CARRY_WAITING;
	}
}

/* Under the lock: those behind it rest until it ended well, or a person resumes them. */
static void hold_behind(struct held *held, struct carrier *carrier, const struct job *job,
	const struct run_info *info)
{
	snprintf(held->reason, sizeof(held->reason),
		"held: %s (run %" PRId64 ") before it is %s with %" PRId64
		" failed; mend it, then `agentboard run resume`",
		job->interface, job->run, info->id ? run_state_name(info->state) : "unknown",
		info->counts.failed);
	for (struct job *other = carrier->jobs; other && held->count < PROCESS_RUNS_MAX;
		other = other->next) {
		if (other->state != CARRY_WAITING || !behind(other, job) ||
			atomic_load(&other->control.cancel))
			continue;
		other->state = CARRY_RESTING;
		other->wake = INT64_MAX;
		other->held_by = job->run;
		err_set(&other->result, ERR_UNFINISHED, "%s", held->reason);
		held->runs[held->count++] = other->run;
	}
}

/* Called with the lock held; lets go of it while the run is carried. */
static void carry_one(struct carrier *carrier, struct job *job)
{
	struct err err = ERR_INIT;
	struct run_info info;
	struct held held = { .count = 0 };
	int64_t next_due;
	int64_t check = 0;

	job->state = CARRY_RUNNING;
	pthread_mutex_unlock(&carrier->lock);
	log_line(LOG_LEVEL_INFO, job->run, "%s begins", job->interface);
	if (carry(carrier, job, &check, &err) == 0)
		err_clear(&err);
	look(carrier, job->run, &info, &next_due);
	log_line(err.kind ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, job->run, "%s: %s%s%s", job->interface,
		info.id ? run_state_name(info.state) : "ended", err.kind ? ": " : "",
		err.kind ? err.text : "");
	if (carrier->options.alerts && info.id && !info.dry_run)
		alerts_run(carrier->options.alerts, &info, &err);
	pthread_mutex_lock(&carrier->lock);
	job->result = err;
	/* What is overdue was looked for just now: not again at once. */
	job->check_at = check_time(check, CHECK_AGAIN_MS);
	if (job->stops && !ended_well(&info))
		hold_behind(&held, carrier, job, &info);
	else
		let_held_go(carrier, job->run);
	settle(job, &info, next_due);
	forget_oldest(carrier);
	pthread_cond_broadcast(&carrier->changed);
	if (!held.count)
		return;
	pthread_mutex_unlock(&carrier->lock);
	for (int i = 0; i < held.count; i++)
		record_stop(carrier, held.runs[i], RUN_STOPPED, held.reason);
	pthread_mutex_lock(&carrier->lock);
}

static void *work(void *ctx)
{
	struct carrier *carrier = ctx;

	pthread_mutex_lock(&carrier->lock);
	while (!carrier->stopping) {
		struct job *job = pick(carrier);

		if (job)
			carry_one(carrier, job);
		else
			wait_for_work(carrier);
	}
	pthread_mutex_unlock(&carrier->lock);
	return NULL;
}

/* ---- the verbs ---- */

/* Threads are only ever added: one too many just waits. */
void carrier_set_parallel(struct carrier *carrier, int parallel)
{
	parallel = parallel < 1 ? 1 : parallel > PARALLEL_MAX ? PARALLEL_MAX : parallel;
	pthread_mutex_lock(&carrier->lock);
	while (!carrier->stopping && carrier->thread_count < parallel &&
		pthread_create(&carrier->threads[carrier->thread_count], NULL, work, carrier) == 0)
		carrier->thread_count++;
	carrier->parallel = parallel;
	pthread_cond_broadcast(&carrier->changed);
	pthread_mutex_unlock(&carrier->lock);
}

int carrier_start(struct carrier **out, const struct carrier_options *options, struct err *err)
{
	struct carrier *carrier = calloc(1, sizeof(*carrier));
	pthread_condattr_t attr;

	*out = NULL;
	if (!carrier)
		return err_nomem(err);
	carrier->options = *options;
	if (!carrier->options.carry)
		carrier->options.carry = process_run;
	pthread_mutex_init(&carrier->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&carrier->changed, &attr);
	pthread_condattr_destroy(&attr);
	carrier_set_parallel(carrier, options->parallel);
	if (carrier->thread_count == 0) {
		carrier_free(carrier);
		return err_set(err, ERR_NOMEM, "could not start a thread");
	}
	*out = carrier;
	return 0;
}

void carrier_stop(struct carrier *carrier)
{
	if (!carrier)
		return;
	pthread_mutex_lock(&carrier->lock);
	carrier->stopping = true;
	for (struct job *job = carrier->jobs; job; job = job->next)
		atomic_store(&job->control.stop, true);
	pthread_cond_broadcast(&carrier->changed);
	pthread_mutex_unlock(&carrier->lock);
	for (int i = 0; i < carrier->thread_count; i++)
		pthread_join(carrier->threads[i], NULL);
	carrier->thread_count = 0;
}

void carrier_free(struct carrier *carrier)
{
	struct job *next;

	if (!carrier)
		return;
	carrier_stop(carrier);
	for (struct job *job = carrier->jobs; job; job = next) {
		next = job->next;
		free(job);
	}
	pthread_cond_destroy(&carrier->changed);
	pthread_mutex_destroy(&carrier->lock);
	free(carrier);
}

static void append(struct carrier *carrier, struct job *job)
{
	struct job **at = &carrier->jobs;

	while (*at)
		at = &(*at)->next;
	*at = job;
}

/* A run that ended or rests gets another turn, behind those that wait. */
static void again(struct carrier *carrier, struct job *job, int64_t wait_ms)
{
	struct job **at = &carrier->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->next = NULL;
	job->state = CARRY_WAITING;
	job->wait_ms = wait_ms;
	job->rests = 0;
	job->held_by = 0;
	atomic_store(&job->control.cancel, false);
	err_clear(&job->result);
	append(carrier, job);
}

int carrier_add(struct carrier *carrier, const struct carrier_job *what, struct err *err)
{
	struct job *job;
	int rc = 0;

	pthread_mutex_lock(&carrier->lock);
	job = find(carrier, what->run);
	if (job) {
		job->once_more = what->again && job->state == CARRY_RUNNING;
		if (!moving(job))
			again(carrier, job, what->wait_ms);
	} else if ((job = calloc(1, sizeof(*job))) != NULL) {
		job->run = what->run;
		job->batch = what->batch;
		job->sequence = what->sequence;
		job->stops = what->stops;
		job->wait_ms = what->wait_ms;
		job->detached = what->detached;
		job->state = what->check_at ? CARRY_ENDED : CARRY_WAITING;
		job->check_at = check_time(what->check_at, 0);
		text_copy(job->interface, sizeof(job->interface), what->interface);
		text_copy(job->integration, sizeof(job->integration),
			what->integration ? what->integration : "");
		append(carrier, job);
	} else {
		rc = err_nomem(err);
	}
	if (job && what->cancel)
		atomic_store(&job->control.cancel, true);
	pthread_cond_broadcast(&carrier->changed);
	pthread_mutex_unlock(&carrier->lock);
	return rc;
}

bool carrier_cancel(struct carrier *carrier, int64_t run)
{
	struct job *job;
	bool here;

	pthread_mutex_lock(&carrier->lock);
	job = find(carrier, run);
	here = job && job->state != CARRY_ENDED;
	if (here) {
		atomic_store(&job->control.cancel, true);
		if (job->state == CARRY_RESTING)
			job->state = CARRY_WAITING;
		pthread_cond_broadcast(&carrier->changed);
	}
	pthread_mutex_unlock(&carrier->lock);
	return here;
}

bool carrier_is_busy(struct carrier *carrier, const char *interface)
{
	bool busy = false;

	pthread_mutex_lock(&carrier->lock);
	for (const struct job *job = carrier->jobs; job; job = job->next)
		busy = busy || (moving(job) && strcmp(job->interface, interface) == 0);
	pthread_mutex_unlock(&carrier->lock);
	return busy;
}

void carrier_state(struct agent_run *out, struct carrier *carrier, int64_t run)
{
	const struct job *job;

	*out = (struct agent_run){ .state = CARRY_NONE };
	pthread_mutex_lock(&carrier->lock);
	job = find(carrier, run);
	if (job) {
		out->state = job->state;
		out->result = job->result;
	}
	pthread_mutex_unlock(&carrier->lock);
}

bool carrier_has_detached(struct carrier *carrier)
{
	bool found = false;

	pthread_mutex_lock(&carrier->lock);
	for (const struct job *job = carrier->jobs; job; job = job->next)
		found = found || (job->detached && job->state != CARRY_ENDED);
	pthread_mutex_unlock(&carrier->lock);
	return found;
}

void carrier_counts(struct carrier *carrier, int *waiting, int *running)
{
	*waiting = *running = 0;
	pthread_mutex_lock(&carrier->lock);
	for (const struct job *job = carrier->jobs; job; job = job->next) {
		*waiting += job->state == CARRY_WAITING;
		*running += job->state == CARRY_RUNNING;
	}
	pthread_mutex_unlock(&carrier->lock);
}
