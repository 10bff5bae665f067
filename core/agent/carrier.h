/*
 * carrier.h — carries runs to their end: a few threads, and the rules by which runs take turns.
 *
 * Runs of one interface never overlap and keep their order; runs of one batch and integration go
 * by sequence, equal ones side by side; at most `parallel` at once. All verbs are safe for every
 * thread. The store is the only truth: what is lost here is found there as an open run.
 */

#ifndef AGENT_CARRIER_H
#define AGENT_CARRIER_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "agent/alert.h"
#include "process/process.h"

struct carrier;

/* process_run(), or what a test puts in its place. Runs on one of the carrier's threads. */
typedef int carry_run(const struct process_env *env, int64_t run,
	const struct connection *connection, const struct interface *interface,
	struct run_control *control, int64_t wait_ms, struct err *err);

struct carrier_options {
	const struct process_env *env; /* borrowed for the carrier's life */
	const struct catalog *catalog;
	int parallel;
	bool go_on;	       /* take resting runs up again when their time has come */
	struct alerts *alerts; /* NULL = nobody is told */
	carry_run *carry;      /* NULL = process_run */
};

struct carrier_job {
	int64_t run;
	int64_t batch; /* 0 = alone */
	const char *interface;
	const char *integration; /* NULL or "" = none */
	int sequence;
	bool stops;	 /* unless all its rows go well, what is behind it in its batch is held */
	int64_t wait_ms; /* for retries that become due */
	bool detached;
	bool cancel;	  /* taken up to be ended */
	int64_t check_at; /* ms UTC; not now, but then: a Done run's Unknown messages; 0 = now */
	bool again;	  /* if it runs just now: once more behind that, should anything be left */
};

int carrier_start(struct carrier **out, const struct carrier_options *options, struct err *err);

/*
 * Nothing new is sent; waits for the answers that process_run() waits for (up to 20 s). The verbs
 * stay legal until carrier_free(), which stops first where that was not done. NULL is legal.
 */
void carrier_stop(struct carrier *carrier);
void carrier_free(struct carrier *carrier);

/* Queue a run. One that is here already is left as it is, or woken when it rests. */
int carrier_add(struct carrier *carrier, const struct carrier_job *job, struct err *err);

/* False when the run is not here. A waiting one gets its turn at once, to be ended. */
bool carrier_cancel(struct carrier *carrier, int64_t run);

/* Does a run of this interface wait or run here? */
bool carrier_is_busy(struct carrier *carrier, const char *interface);

void carrier_state(struct agent_run *out, struct carrier *carrier, int64_t run);
bool carrier_has_detached(struct carrier *carrier); /* ... that have not ended */

/* From here on at most so many at once; what is above ends first. */
void carrier_set_parallel(struct carrier *carrier, int parallel);
void carrier_counts(struct carrier *carrier, int *waiting, int *running);

#endif
