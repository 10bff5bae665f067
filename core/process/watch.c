/* watch.c — one small thread per run; it never holds a lock while it looks into the store. */

#include "base/base.h"
#include "process/watch.h"

#include <pthread.h>

#define LOOK_MS 100
#define LOOKS_PER_STORE 5

struct watch {
	pthread_t thread;
	struct view *view;
	int64_t run;
	const struct run_control *control;
	atomic_bool ends, cancelled;

	pthread_mutex_t lock; /* guards what is below */
	pthread_cond_t changed;
	bool over;
	void (*wake)(void *ctx);
	void *ctx;
};

/* Someone may have asked by way of the store. */
static bool cancel_asked(struct watch *watch)
{
	struct run_info info;

	return view_run(&info, watch->view, watch->run, NULL) == 0 && info.cancel_asked;
}

static void look(struct watch *watch, bool into_store)
{
	bool cancel = atomic_load(&watch->control->cancel);
	bool stop = atomic_load(&watch->control->stop);

	if (!cancel && into_store)
		cancel = cancel_asked(watch);
	if (cancel)
		atomic_store(&watch->cancelled, true);
	if (cancel || stop)
		atomic_store(&watch->ends, true);
}

/* Wait a little; false when the run is over. */
static bool rest(struct watch *watch)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&watch->lock);
	if (!watch->over)
		pthread_cond_timedwait(&watch->changed, &watch->lock, &until);
	go_on = !watch->over;
	/* Every time, since the wake-up may come to a call that has not begun to wait. */
	if (atomic_load(&watch->ends) && watch->wake)
		watch->wake(watch->ctx);
	pthread_mutex_unlock(&watch->lock);
	return go_on;
}

static void *watch_main(void *arg)
{
	struct watch *watch = arg;
	unsigned looks = 0;

	do
		look(watch, looks++ % LOOKS_PER_STORE == 0);
	while (rest(watch));
	return NULL;
}

int watch_start(struct watch **out, const char *home_data, int64_t run,
	const struct run_control *control, struct err *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	pthread_condattr_t attr;
	int rc;

	if (!watch)
		return err_nomem(err);
	watch->run = run;
	watch->control = control;
	rc = view_open(&watch->view, home_data, err);
	if (rc) {
		free(watch);
		return rc;
	}
	pthread_mutex_init(&watch->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->changed, &attr);
	pthread_condattr_destroy(&attr);
	look(watch, true);
	rc = pthread_create(&watch->thread, NULL, watch_main, watch);
	if (rc) {
		view_close(watch->view);
		free(watch);
		return err_set_errno(err, ERR_NOMEM, rc, "could not start a thread");
	}
	*out = watch;
	return 0;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->over = true;
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	view_close(watch->view);
	pthread_cond_destroy(&watch->changed);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

void watch_on_end(struct watch *watch, void (*wake)(void *ctx), void *ctx)
{
	pthread_mutex_lock(&watch->lock);
	watch->wake = wake;
	watch->ctx = ctx;
	pthread_mutex_unlock(&watch->lock);
}

const atomic_bool *watch_ends(const struct watch *watch)
{
	return &watch->ends;
}

bool watch_cancelled(const struct watch *watch)
{
	return atomic_load(&watch->cancelled);
}
