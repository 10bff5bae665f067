/*
 * disk_guard.h — a run pauses while its disk still has room to record what is under way: below a
 * floor nothing new is stored and nothing new is sent. One for all runs of a process.
 */

#ifndef PROCESS_DISK_GUARD_H
#define PROCESS_DISK_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct disk_guard {
	_Atomic int64_t floor; /* bytes that stay free; 0 = not watched */
	atomic_bool low;       /* it was below the floor when somebody looked last */
};

/*
 * From any thread. 0 = go on; -ERR_STORE, worth repeating, with what is free and what is wanted:
 * below the floor, and then until an eighth more than the floor is free, so that nothing flaps.
 * A disk that cannot be asked stops nobody. `guard` may be NULL.
 */
int disk_guard_look(struct disk_guard *guard, const char *folder, struct err *why);

/* Was it for want of room, by the floor or for want of the last byte? */
bool disk_is_reason(const struct err *why);

#endif
