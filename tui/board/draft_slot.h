/*
 * draft_slot.h — which draft is this board's: boards of one user that are open at once have one
 * each, so that none writes over what is typed into another. Whose board is gone, his draft is the
 * next board's.
 */

#ifndef BOARD_DRAFT_SLOT_H
#define BOARD_DRAFT_SLOT_H

#include <stdbool.h>

#include "base/err.h"
#include "config/home.h"

/* A connection that exists is changed under a path of its own: its name says not which it is. */
enum { DRAFT_NEW, DRAFT_EDIT, DRAFT_KINDS };

struct draft_slot {
	int number;  /* from 0 */
	int fd;	     /* has the lock, which dies with the process; -1: none could be had */
	bool others; /* a board that is open has a draft of its own */
};

/*
 * The first slot with a draft that no open board has, else the first that is free. ERR_UNFINISHED:
 * too many boards are open. For a thread that may wait for the disk.
 */
int draft_slot_take(struct draft_slot **out, const struct home *home, struct err *err);
void draft_slot_free(struct draft_slot *slot);

/* Where slot `number` has its draft of that kind. In a system home each user has his own. NULL when
 * out of memory. */
char *draft_slot_path(const struct home *home, int number, int kind);

#endif
