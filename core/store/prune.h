/*
 * prune.h — retention: messages that completed long ago leave the store. Nothing open is ever
 * removed: only whole packets of runs that are over, all of whose rows are Completed and written
 * back.
 */

#ifndef STORE_PRUNE_H
#define STORE_PRUNE_H

#include "store/store.h"

struct view;

#define PRUNE_TURN 25 /* packets in one transaction: runs wait no longer for it */

/*
 * Remove at most `packets` packets that have not changed since `before` (ms UTC). *messages counts
 * what was removed; 0 = there is no more. Also gives back free pages of the file.
 */
int store_prune(
	int64_t *messages, struct store *store, int64_t before, int packets, struct err *err);

/* How many messages store_prune() would remove in all. */
int view_prunable(int64_t *messages, struct view *view, int64_t before, struct err *err);

#endif
