/* bulk_worker.c — the thread that carries out bulk jobs: one batch of each in turn. */

#include "base/base.h"
#include "practice/bulk.h"
#include "base/clock.h"
#include "practice/bulk_query.h"
#include "practice/inside.h"

#define IDLE_MS 60000

int bulk_init(struct bulk *bulk, int64_t delay_ms, struct err *err)
{
	pthread_condattr_t attr;
	int rc = pthread_condattr_init(&attr);

	if (rc == 0)
		rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (rc == 0)
		rc = pthread_cond_init(&bulk->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (rc != 0)
		return err_nomem(err);
	bulk->delay_ms = delay_ms;
	bulk->ready = true;
	return 0;
}

/* The job to go on with, or NULL and how long to wait. */
static struct bulk_job *choose(const struct bulk *bulk, int64_t *wait)
{
	int64_t now = clock_mono();
	struct bulk_job *chosen = NULL;

	*wait = IDLE_MS;
	for (struct bulk_job *job = bulk->jobs; job; job = job->next) {
		if (job->state != BULK_UPLOAD_COMPLETE && job->state != BULK_IN_PROGRESS)
			continue;
		if (job->due > now)
			*wait = job->due - now < *wait ? job->due - now : *wait;
		else if (!chosen || job->turn < chosen->turn)
			chosen = job;
	}
	return chosen;
}

/* The job's faults; how long it stands still. */
static int64_t strike(struct practice *org, struct bulk_job *job)
{
	if (!job->is_query && fault_hits(&org->faults, FAULT_BULK_FAIL))
		job->fails_at = job->upload_len / 2;
	return fault_hits(&org->faults, FAULT_BULK_SLOW) ? org->faults.kinds[FAULT_BULK_SLOW].ms
							 : 0;
}

/* Called and left with the lock held. */
static void work(struct practice *org, struct bulk_job *job)
{
	job->turn = ++org->bulk.turns;
	if (job->state == BULK_UPLOAD_COMPLETE) {
		int64_t delay = strike(org, job) + org->bulk.delay_ms;

		bulk_job_enter(job, BULK_IN_PROGRESS);
		job->due = clock_mono() + delay;
		if (delay)
			return;
	}
	bulk_hold(job);
	pthread_mutex_unlock(&org->lock);
	if (job->is_query)
		bulk_query_run(org, job);
	else
		bulk_load_batch(org, job);
	pthread_mutex_lock(&org->lock);
	bulk_release(job);
}

static void wait_ms(struct practice *org, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&org->bulk.wake, &org->lock, &until);
}

static void *run(void *ctx)
{
	struct practice *org = ctx;
	int64_t wait;

	pthread_mutex_lock(&org->lock);
	while (!org->bulk.stopping) {
		struct bulk_job *job = choose(&org->bulk, &wait);

		if (job)
			work(org, job);
		else
			wait_ms(org, wait);
	}
	pthread_mutex_unlock(&org->lock);
	return NULL;
}

void bulk_start(struct practice *org, struct bulk_job *job)
{
	struct bulk *bulk = &org->bulk;

	bulk_job_enter(job, BULK_UPLOAD_COMPLETE);
	job->due = clock_mono() + bulk->delay_ms;
	job->turn = ++bulk->turns;
	if (!bulk->running && pthread_create(&bulk->worker, NULL, run, org) != 0) {
		bulk_fail(job, "UnknownException : no thread for the job");
		return;
	}
	bulk->running = true;
	pthread_cond_signal(&bulk->wake);
}

void bulk_stop(struct practice *org)
{
	struct bulk *bulk = &org->bulk;

	if (!bulk->ready)
		return;
	pthread_mutex_lock(&org->lock);
	bulk->stopping = true;
	pthread_cond_signal(&bulk->wake);
	pthread_mutex_unlock(&org->lock);
	if (bulk->running)
		pthread_join(bulk->worker, NULL);
	while (bulk->jobs)
		bulk_drop(org, bulk->jobs);
	pthread_cond_destroy(&bulk->wake);
}
