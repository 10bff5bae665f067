/* cursor.h — query results that are read page by page. The oldest makes room for the newest. */

#ifndef PRACTICE_CURSOR_H
#define PRACTICE_CURSOR_H

#include <stdint.h>

#include "practice/arena.h"

#define CURSORS_MAX 16

struct soql_query;

struct cursor {
	uint64_t id;	    /* 0 = free */
	struct arena arena; /* holds the query */
	struct soql_query *query;
	uint32_t *numbers; /* owned */
	uint32_t count;
	uint32_t batch;
};

struct cursors {
	struct cursor items[CURSORS_MAX];
	uint64_t last;
};

/* Takes arena and numbers over. */
struct cursor *cursor_add(struct cursors *cursors, struct arena *arena, struct soql_query *query,
	uint32_t *numbers, uint32_t count, uint32_t batch);
struct cursor *cursor_find(struct cursors *cursors, uint64_t id);
void cursor_drop_all(struct cursors *cursors);

#endif
