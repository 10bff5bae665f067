/*
 * foretold.h — the keys that the dry runs of one batch would create, so that the interfaces behind
 * find their parents (internal to core/process). Any thread.
 */

#ifndef PROCESS_FORETOLD_H
#define PROCESS_FORETOLD_H

#include "process/lookup.h"
#include "process/process.h"

/* A record with this key would be there. Another batch's keys are forgotten; batch 0 is none. */
void foretold_add(
	struct foretold *foretold, int64_t batch, const struct lookup *lookup, uint64_t hash);

/* Would one be there? `lookup` asks for the same object by the same field. */
bool foretold_has(
	struct foretold *foretold, int64_t batch, const struct lookup *lookup, uint64_t hash);

#endif
