/*
 * write_back.h — after_success and after_failure: what became of each row, written into the source
 * it came from (internal to core/process, and for `interface check`).
 *
 * At least once, until it succeeds: what is open stands in the store from the very transaction that
 * recorded the message's end. Values are bound to the statement's named places: a column of the
 * row, or salesforce_id, status, code, comment of the message (:"status" is the column).
 */

#ifndef PROCESS_WRITE_BACK_H
#define PROCESS_WRITE_BACK_H

#include <stdatomic.h>

#include "process/process.h"
#include "process/watch.h"

/* Which ends the interface writes back (WRITE_BACK_... bits). */
unsigned write_back_ends(const struct interface *interface);

struct write_back_spec {
	const struct process_env *env;
	const struct connection *connection;
	const struct interface *interface;
	struct watch *watch;	 /* ends it early ... */
	const atomic_bool *ends; /* ... when this is true */
};

/*
 * Write back what is open of the run that `claim` holds. 0 when nothing is left. ERR_SOURCE: the
 * note of the run says why, and rows stay open; retryable when it may pass by itself.
 */
int write_back_run(const struct write_back_spec *spec, struct run_claim *claim, struct err *err);

/* The same, again and again while it may pass by itself, for `wait_ms` at most. */
int write_back_patiently(const struct write_back_spec *spec, struct run_claim *claim,
	int64_t wait_ms, struct err *err);

/* One try for every other run of the interface that has something open and that nobody carries.
 * Returns how many rows stay open. */
int64_t write_back_leftovers(const struct write_back_spec *spec, int64_t except_run);

#endif
