/* cursor.c — query results that are read page by page. */

#include "base/base.h"
#include "practice/cursor.h"

static void drop(struct cursor *cursor)
{
	free(cursor->numbers);
	arena_free(&cursor->arena);
	*cursor = (struct cursor){ 0 };
}

struct cursor *cursor_add(struct cursors *cursors, struct arena *arena, struct soql_query *query,
	uint32_t *numbers, uint32_t count, uint32_t batch)
{
	struct cursor *cursor = &cursors->items[++cursors->last % CURSORS_MAX];

	drop(cursor);
	*cursor = (struct cursor){ .id = cursors->last,
		.arena = *arena,
		.query = query,
		.numbers = numbers,
		.count = count,
		.batch = batch };
	*arena = (struct arena)ARENA_INIT;
	return cursor;
}

struct cursor *cursor_find(struct cursors *cursors, uint64_t id)
{
	struct cursor *cursor = &cursors->items[id % CURSORS_MAX];

	return id && cursor->id == id ? cursor : NULL;
}

void cursor_drop_all(struct cursors *cursors)
{
	for (int i = 0; i < CURSORS_MAX; i++)
		drop(&cursors->items[i]);
}
