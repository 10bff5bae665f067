/*
 * worker.h — what may take time: files, the agent, pings, the source, Salesforce,
 * what is done to many messages. Each lane has
 * threads of its own, so that a ping that hangs keeps nobody from saving.
 *
 * A job is a struct that begins with `struct job`. The board posts it and does not touch it until
 * it comes back through worker_take(); from then on it is the board's again.
 */

#ifndef BOARD_WORKER_H
#define BOARD_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"

struct board;
struct worker;

enum lane { LANE_FILES, LANE_AGENT, LANE_PING, LANE_SOURCE, LANE_MESSAGES, LANE_TRIAL, LANE_COUNT };

struct job {
	int (*work)(struct job *job, struct err *err);	    /* on the lane's thread */
	void (*done)(struct board *board, struct job *job); /* on the board's thread */
	void (*free)(struct job *job);			    /* on any thread, last */
	atomic_bool cancel;				    /* asked to end early */
	bool kept;	       /* done even when the board ends, as far as that waits */
	struct worker *worker; /* for worker_nudge() */
	int rc;
	struct err err;
	struct job *next;
};

/* `wake` is an eventfd that is written when a job ended or has news. */
int worker_start(struct worker **out, int wake, struct err *err);

/*
 * Asks what is running to end, drops what waits and is not `kept`, and waits a moment. A thread
 * that hangs in a library is left behind: the process is about to end. NULL is legal.
 */
void worker_stop(struct worker *worker);

/* Takes the job over. False (and it is freed) when the worker is closing. */
bool worker_post(struct worker *worker, enum lane lane, struct job *job);

/* The next finished job, or NULL. The caller calls job->done, then job->free. */
struct job *worker_take(struct worker *worker);

/* From a job's thread: let the board look at what it shows while it runs. */
void worker_nudge(struct worker *worker);

#endif
