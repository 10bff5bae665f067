/* janitor.h — once a day, what completed long ago leaves the store (internal to core/agent). */

#ifndef AGENT_JANITOR_H
#define AGENT_JANITOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/writer.h"

#define JANITOR_SETTING "pruned" /* of the store: when it was done last, ms UTC */

/*
 * Prune, some turns a call, when a day has passed since the last time, in short turns of the
 * writer. Ends early when `stop` says so, and begins anew with the next call. Returns how many
 * messages were removed.
 */
int64_t janitor_look(struct writer *writer, const char *home_data, int retention_days,
	bool (*stop)(void *ctx), void *ctx);

#endif
