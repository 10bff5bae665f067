/*
 * tale.h — what the store and the org's ledger tell of each row of a round, by its number: the
 * means of every verdict of the crash matrix.
 */

#ifndef TESTS_CRASH_TALE_H
#define TESTS_CRASH_TALE_H

#include "e2e/world.h"

#include "store/view.h"

#define TALE_ROWS_MAX 50000

/* How often each was stored, made and written, and how it ended. */
struct tale {
	int stored[TALE_ROWS_MAX + 1];
	int created[TALE_ROWS_MAX + 1];
	int written[TALE_ROWS_MAX + 1];
	enum message_status status[TALE_ROWS_MAX + 1];
};

/* All there is in the home's store and in the ledger, a file. The same memory each time. */
const struct tale *tale_read(const struct world *world, const char *ledger);

int tale_open_view(struct view **view, const struct world *world, struct err *err);
int tale_count(struct view *view, const char *filter);

/* The store opens, and counted anew it is what it says of itself. */
void tale_check_store(const struct world *world);

#endif
