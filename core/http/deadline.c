/* deadline.c — a list of connections and a thread that looks at it once a second. */

#include "base/base.h"
#include "http/deadline.h"
#include "base/clock.h"

#include <pthread.h>
#include <sys/socket.h>

#define LOOK_EVERY_MS 500

struct deadline {
	struct deadline *next;
	int fd;
	int64_t until; /* clock_mono(); INT64_MAX = paused */
};

struct deadlines {
	int64_t patience;
	pthread_t thread;
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	struct deadline *list;
	bool stopping;
};

/* The connection's own thread finds its line dead and ends it in order. */
static void cut_late(struct deadlines *deadlines)
{
	int64_t now = clock_mono();

	for (struct deadline *at = deadlines->list; at; at = at->next) {
		if (at->until > now)
			continue;
		shutdown(at->fd, SHUT_RDWR);
		at->until = INT64_MAX;
	}
}

static void *look(void *ctx)
{
	struct deadlines *deadlines = ctx;
	struct timespec until;

	pthread_mutex_lock(&deadlines->lock);
	while (!deadlines->stopping) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += LOOK_EVERY_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&deadlines->changed, &deadlines->lock, &until);
		cut_late(deadlines);
	}
	pthread_mutex_unlock(&deadlines->lock);
	return NULL;
}

int deadlines_start(struct deadlines **out, int64_t patience_ms, struct err *err)
{
	struct deadlines *deadlines = calloc(1, sizeof(*deadlines));
	pthread_condattr_t attr;

	*out = NULL;
	if (!deadlines)
		return err_nomem(err);
	deadlines->patience = patience_ms;
	pthread_mutex_init(&deadlines->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&deadlines->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&deadlines->thread, NULL, look, deadlines) != 0) {
		free(deadlines);
		return err_set(err, ERR_NOMEM, "could not start a thread");
	}
	*out = deadlines;
	return 0;
}

void deadlines_stop(struct deadlines *deadlines)
{
	if (!deadlines)
		return;
	pthread_mutex_lock(&deadlines->lock);
	deadlines->stopping = true;
	pthread_cond_broadcast(&deadlines->changed);
	pthread_mutex_unlock(&deadlines->lock);
	pthread_join(deadlines->thread, NULL);
	while (deadlines->list) {
		struct deadline *next = deadlines->list->next;

		free(deadlines->list);
		deadlines->list = next;
	}
	pthread_cond_destroy(&deadlines->changed);
	pthread_mutex_destroy(&deadlines->lock);
	free(deadlines);
}

struct deadline *deadline_watch(struct deadlines *deadlines, int fd)
{
	struct deadline *deadline = deadlines ? malloc(sizeof(*deadline)) : NULL;

	if (!deadline)
		return NULL;
	pthread_mutex_lock(&deadlines->lock);
	*deadline = (struct deadline){
		.next = deadlines->list, .fd = fd, .until = clock_mono() + deadlines->patience
	};
	deadlines->list = deadline;
	pthread_mutex_unlock(&deadlines->lock);
	return deadline;
}

void deadline_drop(struct deadlines *deadlines, struct deadline *deadline)
{
	struct deadline **at;

	if (!deadline)
		return;
	pthread_mutex_lock(&deadlines->lock);
	for (at = &deadlines->list; *at && *at != deadline; at = &(*at)->next)
		;
	if (*at)
		*at = deadline->next;
	pthread_mutex_unlock(&deadlines->lock);
	free(deadline);
}

static void set_until(struct deadlines *deadlines, struct deadline *deadline, int64_t until)
{
	if (!deadline)
		return;
	pthread_mutex_lock(&deadlines->lock);
	deadline->until = until;
	pthread_mutex_unlock(&deadlines->lock);
}

void deadline_pause(struct deadlines *deadlines, struct deadline *deadline)
{
	set_until(deadlines, deadline, INT64_MAX);
}

void deadline_again(struct deadlines *deadlines, struct deadline *deadline)
{
	if (deadline)
		set_until(deadlines, deadline, clock_mono() + deadlines->patience);
}
