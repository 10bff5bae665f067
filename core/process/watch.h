/*
 * watch.h — whether a run is to end early (internal to core/process): a thread looks at the run's
 * control ten times a second, and twice a second into the store, where another process may
 * have asked for a cancel. So the run's own thread may block in a call and still be interrupted.
 */

#ifndef PROCESS_WATCH_H
#define PROCESS_WATCH_H

#include <stdatomic.h>

#include "process/process.h"

struct watch;

int watch_start(struct watch **out, const char *home_data, int64_t run,
	const struct run_control *control, struct err *err);
void watch_free(struct watch *watch);

/* Called on the watch's thread once the run is to end; replaces an earlier one. NULL = none. */
void watch_on_end(struct watch *watch, void (*wake)(void *ctx), void *ctx);

/* True once the run is to end early, for calls that block. Borrowed. */
const atomic_bool *watch_ends(const struct watch *watch);

/* ... because a person cancelled it (else the process stops). */
bool watch_cancelled(const struct watch *watch);

#endif
