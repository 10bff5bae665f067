/* deadline.c — a list of connections and a thread that looks at it twice a second. */

#include "base/base.h"
#include "http/deadline.h"
#include "base/clock.h"

#include <netinet/in.h>
#include <pthread.h>

#define LOOK_EVERY_MS 500
#define GRACE_MS 250 /* for a request to follow its connection: till then it keeps its place */

enum phase { WAITING, HANDLED, ANSWERED, CUT };

struct deadline {
	struct deadline *next;
	int fd;
	enum phase phase;
	int64_t since; /* clock_mono() */
	unsigned char address[16];
};

struct deadlines {
	struct deadlines_options options;
	pthread_t thread;
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	struct deadline *list;
	bool stopping;
};

/* The connection's own thread finds its line dead and ends it in order. */
static void cut(struct deadline *deadline)
{
	shutdown(deadline->fd, SHUT_RDWR);
	deadline->phase = CUT;
}

static void cut_late(struct deadlines *deadlines)
{
	int64_t now = clock_mono();

	for (struct deadline *at = deadlines->list; at; at = at->next)
		if ((at->phase == WAITING || at->phase == ANSWERED) &&
			now - at->since >= deadlines->options.patience_ms)
			cut(at);
}

/* ---- places ---- */

static void note_address(struct deadline *deadline, const struct sockaddr *peer)
{
	memset(deadline->address, 0, sizeof(deadline->address));
	if (peer && peer->sa_family == AF_INET)
		memcpy(deadline->address,
			&((const struct sockaddr_in *)(const void *)peer)->sin_addr,
			sizeof(struct in_addr));
	else if (peer && peer->sa_family == AF_INET6)
		memcpy(deadline->address,
			&((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr,
			sizeof(struct in6_addr));
}

/* `like` NULL = of any address. */
static bool is_of(const struct deadline *deadline, const struct deadline *like)
{
	return !like || memcmp(deadline->address, like->address, sizeof(like->address)) == 0;
}

static int count_open(const struct deadlines *deadlines, const struct deadline *like)
{
	int count = 0;

	for (const struct deadline *at = deadlines->list; at; at = at->next)
		count += at->phase != CUT && is_of(at, like);
	return count;
}

/* The one that has waited longest gives up its place; false when none has waited for long. */
static bool cut_longest(struct deadlines *deadlines, const struct deadline *like)
{
	struct deadline *longest = NULL;

	for (struct deadline *at = deadlines->list; at; at = at->next)
		if (at->phase == WAITING && is_of(at, like) &&
			(!longest || at->since < longest->since))
			longest = at;
	if (!longest || clock_mono() - longest->since < GRACE_MS)
		return false;
	cut(longest);
	return true;
}

/* One too many of all, or of its address: somebody goes, if need be the new one. */
static void make_room(
	struct deadlines *deadlines, struct deadline *new, const struct deadline *like, int places)
{
	if (places && count_open(deadlines, like) > places && !cut_longest(deadlines, like))
		cut(new);
}

/* ---- the thread ---- */

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

int deadlines_start(
	struct deadlines **out, const struct deadlines_options *options, struct err *err)
{
	struct deadlines *deadlines = calloc(1, sizeof(*deadlines));
	pthread_condattr_t attr;

	*out = NULL;
	if (!deadlines)
		return err_nomem(err);
	deadlines->options = *options;
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

struct deadline *deadline_watch(struct deadlines *deadlines, int fd, const struct sockaddr *peer)
{
	struct deadline *deadline = deadlines ? malloc(sizeof(*deadline)) : NULL;

	if (!deadline)
		return NULL;
	pthread_mutex_lock(&deadlines->lock);
	*deadline = (struct deadline){
		.next = deadlines->list, .fd = fd, .phase = WAITING, .since = clock_mono()
	};
	note_address(deadline, peer);
	deadlines->list = deadline;
	make_room(deadlines, deadline, deadline, deadlines->options.address_places);
	make_room(deadlines, deadline, NULL, deadlines->options.places);
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

/* False when it was cut meanwhile. */
static bool set_phase(struct deadlines *deadlines, struct deadline *deadline, enum phase phase)
{
	bool open;

	if (!deadline)
		return true;
	pthread_mutex_lock(&deadlines->lock);
	open = deadline->phase != CUT;
	if (open)
		deadline->phase = phase;
	deadline->since = clock_mono();
	pthread_mutex_unlock(&deadlines->lock);
	return open;
}

bool deadline_pause(struct deadlines *deadlines, struct deadline *deadline)
{
	return set_phase(deadlines, deadline, HANDLED);
}

void deadline_answer(struct deadlines *deadlines, struct deadline *deadline)
{
	set_phase(deadlines, deadline, ANSWERED);
}

void deadline_again(struct deadlines *deadlines, struct deadline *deadline)
{
	set_phase(deadlines, deadline, WAITING);
}
