/* worker.c — lanes of threads with a list of jobs each, and one list of what is done. */

#include "base/base.h"
#include "tui/board/worker.h"

#include <pthread.h>
#include <sys/eventfd.h>

#define LANE_THREADS_MAX 4
/* How long leaving the board may wait for threads that were asked to end. */
#define STOP_WAIT_MS 400
/* ... and for what is done even then. */
#define KEPT_WAIT_MS 3000

static const int lane_threads[LANE_COUNT] = {
	[LANE_FILES] = 1,
	[LANE_AGENT] = 1,
	[LANE_PING] = LANE_THREADS_MAX,
	[LANE_SOURCE] = 1,
	[LANE_MESSAGES] = 1,
	[LANE_TRIAL] = 1,
};

struct list {
	struct job *first, *last;
};

struct worker {
	pthread_mutex_t lock;
	pthread_cond_t work; /* there is a job, or the end */
	bool closing;
	int kept; /* jobs of that kind that wait or run */
	int wake;
	struct list waiting[LANE_COUNT];
	struct list finished;
	struct job *running[LANE_COUNT][LANE_THREADS_MAX];
	pthread_t threads[LANE_COUNT][LANE_THREADS_MAX];
	bool started[LANE_COUNT][LANE_THREADS_MAX];
};

struct seat {
	struct worker *worker;
	int lane, place;
};

static void list_add(struct list *list, struct job *job)
{
	job->next = NULL;
	if (list->last)
		list->last->next = job;
	else
		list->first = job;
	list->last = job;
}

static struct job *list_take(struct list *list)
{
	struct job *job = list->first;

	if (job) {
		list->first = job->next;
		if (!list->first)
			list->last = NULL;
		job->next = NULL;
	}
	return job;
}

static void list_drop(struct list *list)
{
	struct job *job;

	while ((job = list_take(list)))
		job->free(job);
}

static void list_drop_but_kept(struct list *list)
{
	struct list all = *list;
	struct job *job;

	*list = (struct list){ NULL, NULL };
	while ((job = list_take(&all))) {
		if (job->kept)
			list_add(list, job);
		else
			job->free(job);
	}
}

void worker_nudge(struct worker *worker)
{
	eventfd_write(worker->wake, 1);
}

static struct job *next_job(const struct seat *seat)
{
	struct worker *worker = seat->worker;
	struct job *job = NULL;

	pthread_mutex_lock(&worker->lock);
	while (!(job = list_take(&worker->waiting[seat->lane])) && !worker->closing)
		pthread_cond_wait(&worker->work, &worker->lock);
	worker->running[seat->lane][seat->place] = job;
	pthread_mutex_unlock(&worker->lock);
	return job;
}

static void finish(const struct seat *seat, struct job *job)
{
	struct worker *worker = seat->worker;

	pthread_mutex_lock(&worker->lock);
	worker->running[seat->lane][seat->place] = NULL;
	list_add(&worker->finished, job);
	if (job->kept && --worker->kept == 0)
		pthread_cond_broadcast(&worker->work);
	pthread_mutex_unlock(&worker->lock);
	worker_nudge(worker);
}

static void *lane_main(void *arg)
{
	struct seat seat = *(struct seat *)arg;
	struct job *job;

	free(arg);
	while ((job = next_job(&seat))) {
		job->rc = job->work(job, &job->err);
		finish(&seat, job);
	}
	return NULL;
}

static int start_threads(struct worker *worker, struct err *err)
{
	for (int lane = 0; lane < LANE_COUNT; lane++) {
		for (int place = 0; place < lane_threads[lane]; place++) {
			struct seat *seat = malloc(sizeof(*seat));

			if (!seat)
				return err_nomem(err);
			*seat = (struct seat){ worker, lane, place };
			if (pthread_create(&worker->threads[lane][place], NULL, lane_main, seat)) {
				free(seat);
				return err_set(err, ERR_NOMEM, "No thread could be started");
			}
			worker->started[lane][place] = true;
		}
	}
	return 0;
}

int worker_start(struct worker **out, int wake, struct err *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int rc;

	*out = NULL;
	if (!worker)
		return err_nomem(err);
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->work, NULL);
	worker->wake = wake;
	rc = start_threads(worker, err);
	if (rc) {
		worker_stop(worker);
		return rc;
	}
	*out = worker;
	return 0;
}

static void ask_to_end(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->closing = true;
	for (int lane = 0; lane < LANE_COUNT; lane++) {
		list_drop_but_kept(&worker->waiting[lane]);
		for (int place = 0; place < LANE_THREADS_MAX; place++) {
			struct job *job = worker->running[lane][place];

			if (job)
				atomic_store(&job->cancel, true);
		}
	}
	pthread_cond_broadcast(&worker->work);
	pthread_mutex_unlock(&worker->lock);
}

static struct timespec from_now(int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	return until;
}

static void wait_for_kept(struct worker *worker)
{
	struct timespec until = from_now(KEPT_WAIT_MS);

	pthread_mutex_lock(&worker->lock);
	while (worker->kept &&
		pthread_cond_timedwait(&worker->work, &worker->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&worker->lock);
}

/* Wait for all threads until a common deadline; false when one is left. */
static bool join_threads(struct worker *worker)
{
	struct timespec until = from_now(STOP_WAIT_MS);
	bool all = true;

	for (int lane = 0; lane < LANE_COUNT; lane++) {
		for (int place = 0; place < LANE_THREADS_MAX; place++) {
			if (!worker->started[lane][place])
				continue;
			if (pthread_timedjoin_np(worker->threads[lane][place], NULL, &until) == 0)
				continue;
			pthread_detach(worker->threads[lane][place]);
			all = false;
		}
	}
	return all;
}

void worker_stop(struct worker *worker)
{
	if (!worker)
		return;
	ask_to_end(worker);
	wait_for_kept(worker);
	if (!join_threads(worker))
		return; /* a thread that hangs may still look at it */
	list_drop(&worker->finished);
	pthread_cond_destroy(&worker->work);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

bool worker_post(struct worker *worker, enum lane lane, struct job *job)
{
	bool closing;

	job->worker = worker;
	pthread_mutex_lock(&worker->lock);
	closing = worker->closing;
	if (!closing) {
		list_add(&worker->waiting[lane], job);
		worker->kept += job->kept;
		pthread_cond_broadcast(&worker->work);
	}
	pthread_mutex_unlock(&worker->lock);
	if (closing)
		job->free(job);
	return !closing;
}

struct job *worker_take(struct worker *worker)
{
	struct job *job;

	pthread_mutex_lock(&worker->lock);
	job = list_take(&worker->finished);
	pthread_mutex_unlock(&worker->lock);
	return job;
}
