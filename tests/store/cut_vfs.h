/*
 * cut_vfs.h — SQLite over a disk that loses its power. While it is on, every database that is
 * opened works as always; at random operations it also lays down, in a folder of its own, what the
 * disk would hold had the power gone right then: what was synced, and of what was written since
 * then nothing, the beginning, or any part of it, the last piece torn.
 */

#ifndef TESTS_STORE_CUT_VFS_H
#define TESTS_STORE_CUT_VFS_H

#include <stdint.h>

struct cut_plan {
	const char *into; /* a folder: cut number N is in N, beginning with 0 */
	uint64_t seed;
	int cuts;     /* at most */
	int distance; /* operations between two of them, on average */
	/* On the thread that is writing: the power went now. */
	void (*on_cut)(void *ctx, int number);
	void *ctx;
};

void cut_vfs_on(const struct cut_plan *plan);

/* Once all databases are closed. How many cuts there were. */
int cut_vfs_off(void);

#endif
