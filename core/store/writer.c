/*
 * writer.c — one thread, turns, group commit. The queue is the only thing it shares with the
 * threads that post; the store belongs to the writer's thread alone once it runs.
 */

#include "base/base.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/queue.h"
#include "store/writer.h"

#include <pthread.h>

#define QUEUE_JOBS 64
#define TURN_JOBS 64
#define PAUSE_US 2000 /* off the lock between two commits */

struct job {
	writer_apply *apply;
	writer_done *done; /* may be NULL */
	void *ctx;
	bool once; /* `apply` must not be called again */
	int rc;
	struct err err;
};

struct writer {
	pthread_t thread;
	struct queue *queue;
	struct store *store;
	int64_t committed_us; /* when the last commit ended */
};

static void fail_jobs(struct job **jobs, int count, int rc, const struct err *err)
{
	for (int i = 0; i < count; i++) {
		if (jobs[i]->rc != 0)
			continue;
		jobs[i]->rc = rc;
		err_copy(&jobs[i]->err, err);
	}
}

static int begin(struct writer *writer, struct job **jobs, int count)
{
	struct err err = ERR_INIT;
	int rc = store_begin(writer->store, &err);

	if (rc != 0)
		fail_jobs(jobs, count, rc, &err);
	return rc;
}

/* May all of them be applied again? */
static bool are_repeatable(struct job **jobs, int count)
{
	for (int i = 0; i < count; i++)
		if (jobs[i]->once)
			return false;
	return true;
}

/*
 * Nearly always no job of a turn fails, and savepoints cost: SQLite copies every page that two of
 * them change. False: what was done is to be undone, and all applied again with care.
 */
static bool apply_boldly(struct store *store, struct job **jobs, int count)
{
	for (int i = 0; i < count; i++) {
		if (jobs[i]->apply(jobs[i]->ctx, store, &jobs[i]->err) < 0) {
			err_clear(&jobs[i]->err);
			return false;
		}
	}
	return true;
}

/* A job inside a savepoint of its own: whatever it did is undone when it fails. */
static void apply_job(struct store *store, struct job *job)
{
	job->rc = store_savepoint(store, &job->err);
	if (job->rc != 0)
		return;
	job->rc = job->apply(job->ctx, store, &job->err);
	if (job->rc >= 0)
		job->rc = store_release(store, &job->err);
	if (job->rc < 0)
		store_undo(store);
}

/* Returns how many of the jobs were dealt with, or 0 when all are to be committed. */
static int apply_with_care(struct store *store, struct job **jobs, int count)
{
	for (int i = 0; i < count; i++) {
		apply_job(store, jobs[i]);
		if (jobs[i]->rc == 0 || store_alive(store))
			continue;
		fail_jobs(jobs, i, jobs[i]->rc, &jobs[i]->err);
		store_rollback(store);
		return i + 1;
	}
	return 0;
}

/*
 * Apply jobs in one transaction and commit it. Returns how many were dealt with: fewer than
 * `count` when a failure took the whole transaction back, so that the rest needs another one.
 */
static int apply_jobs(struct writer *writer, struct job **jobs, int count)
{
	bool bold = are_repeatable(jobs, count);
	struct err err = ERR_INIT;
	int done = 0;
	int rc;

	if (begin(writer, jobs, count) != 0)
		return count;
	if (bold && !apply_boldly(writer->store, jobs, count)) {
		bold = false;
		store_rollback(writer->store);
		if (begin(writer, jobs, count) != 0)
			return count;
	}
	if (!bold)
		done = apply_with_care(writer->store, jobs, count);
	if (done)
		return done;
	CRASH_POINT(COMMIT_BEFORE);
	rc = store_commit(writer->store, &err);
	CRASH_POINT(COMMIT_AFTER);
	if (rc != 0)
		fail_jobs(jobs, count, rc, &err);
	return count;
}

static void wait_for_turn(const struct writer *writer)
{
	int64_t passed = clock_mono_us() - writer->committed_us;

	if (passed >= 0 && passed < PAUSE_US) {
		struct timespec rest = { .tv_nsec = (PAUSE_US - passed) * 1000 };

		nanosleep(&rest, NULL);
	}
}

static int take_jobs(struct job *jobs[TURN_JOBS], struct writer *writer)
{
	int count = 0;

	jobs[0] = queue_take(writer->queue, -1);
	if (!jobs[0])
		return 0;
	wait_for_turn(writer);
	for (count = 1; count < TURN_JOBS; count++) {
		jobs[count] = queue_take(writer->queue, 0);
		if (!jobs[count])
			break;
	}
	return count;
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;
	struct job *jobs[TURN_JOBS];
	int count;

	while ((count = take_jobs(jobs, writer)) > 0) {
		for (int done = 0; done < count;)
			done += apply_jobs(writer, jobs + done, count - done);
		writer->committed_us = clock_mono_us();
		for (int i = 0; i < count; i++) {
			if (jobs[i]->done)
				jobs[i]->done(jobs[i]->ctx, jobs[i]->rc, &jobs[i]->err);
			free(jobs[i]);
		}
	}
	store_close(writer->store);
	return NULL;
}

int writer_start(struct writer **out, const char *dir, struct err *err)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int rc;

	if (!writer)
		return err_nomem(err);
	writer->queue = queue_new(QUEUE_JOBS);
	rc = writer->queue ? store_open(&writer->store, dir, err) : err_nomem(err);
	if (rc == 0) {
		int errnum = pthread_create(&writer->thread, NULL, writer_main, writer);

		if (errnum)
			rc = err_set_errno(err, ERR_STORE, errnum, "could not start the writer");
	}
	if (rc != 0) {
		store_close(writer->store);
		queue_free(writer->queue);
		free(writer);
		return rc;
	}
	*out = writer;
	return 0;
}

void writer_stop(struct writer *writer)
{
	if (!writer)
		return;
	queue_close(writer->queue);
	pthread_join(writer->thread, NULL);
	queue_free(writer->queue);
	free(writer);
}

static int post(struct writer *writer, const struct job *wanted, struct err *err)
{
	struct job *job = malloc(sizeof(*job));

	if (!job)
		return err_nomem(err);
	*job = *wanted;
	if (queue_put(writer->queue, job))
		return 0;
	free(job);
	return err_set(err, ERR_INTERRUPTED, "nothing more is written: the program is stopping");
}

int writer_post(
	struct writer *writer, writer_apply *apply, writer_done *done, void *ctx, struct err *err)
{
	struct job job = { .apply = apply, .done = done, .ctx = ctx };

	return post(writer, &job, err);
}

/* ---- waiting for one job ---- */

struct call {
	writer_apply *apply;
	void *ctx;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool done;
	int rc;
	struct err err;
};

static int call_apply(void *ctx, struct store *store, struct err *err)
{
	struct call *call = ctx;

	return call->apply(call->ctx, store, err);
}

static void call_done(void *ctx, int rc, const struct err *err)
{
	struct call *call = ctx;

	pthread_mutex_lock(&call->lock);
	call->done = true;
	call->rc = rc;
	if (rc < 0)
		err_copy(&call->err, err);
	pthread_cond_signal(&call->ended);
	pthread_mutex_unlock(&call->lock);
}

int writer_call(struct writer *writer, writer_apply *apply, void *ctx, struct err *err)
{
	struct call call = { .apply = apply, .ctx = ctx };
	struct job job = { .apply = call_apply, .done = call_done, .ctx = &call, .once = true };
	int rc;

	if (pthread_equal(pthread_self(), writer->thread))
		return err_set(err, ERR_USAGE, "the writer cannot wait for itself");
	pthread_mutex_init(&call.lock, NULL);
	pthread_cond_init(&call.ended, NULL);
	rc = post(writer, &job, err);
	if (rc == 0) {
		pthread_mutex_lock(&call.lock);
		while (!call.done)
			pthread_cond_wait(&call.ended, &call.lock);
		pthread_mutex_unlock(&call.lock);
		rc = call.rc;
		if (rc < 0)
			err_copy(err, &call.err);
	}
	pthread_cond_destroy(&call.ended);
	pthread_mutex_destroy(&call.lock);
	return rc;
}
