/*
 * errand.h — what the agent does for people who may not open its home's secrets, and wait for the
 * answer: each on a thread of agent.sock, a few at once, none for ever.
 */

#ifndef AGENT_ERRAND_H
#define AGENT_ERRAND_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define ERRANDS_MAX 4
#define ERRAND_MS 120000

struct errand {
	bool taken;
	int64_t until;	    /* clock_mono() */
	atomic_bool cancel; /* for whoever carries it out to look at */
};

/* For all threads. */
struct errands {
	pthread_mutex_t lock; /* guards the rest, but for `cancel` */
	bool stopping;
	struct errand places[ERRANDS_MAX];
};

void errands_init(struct errands *errands);
void errands_free_fields(struct errands *errands);

/* ERR_UNFINISHED when all places are taken, or it is stopping. */
int errands_begin(struct errand **out, struct errands *errands, struct err *err);
void errands_end(struct errands *errands, struct errand *errand);

/* Cancel those whose time is over. */
void errands_look(struct errands *errands);

/* Cancel all, and begin none any more. */
void errands_stop(struct errands *errands);

#endif
