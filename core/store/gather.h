/*
 * gather.h — messages as lines of the monitor, with their texts in one piece of memory (internal to
 * core/store).
 */

#ifndef STORE_GATHER_H
#define STORE_GATHER_H

#include "store/scan.h"

/* Texts of a message, as offsets while the memory still grows. */
struct text_offsets {
	size_t interface, key, code, comment, fields;
};

struct gather {
	struct message *messages;
	struct text_offsets *offsets;
	int count, room;
	struct buf texts;
};

void gather_init(struct gather *gather);
void gather_free(struct gather *gather);

/* Add the message at `position` of scan->packet. */
int gather_add(struct gather *gather, struct scan *scan, int position, struct err *err);

/* Reverse the order of what was gathered. */
void gather_reverse(struct gather *gather);

/* Hand over: *messages with texts in *arena (free both). The gather is empty then. */
int gather_finish(struct message **messages, void **arena, int *count, struct gather *gather,
	struct err *err);

#endif
