/* arena.h — memory that lives as long as one request and is released in one go. */

#ifndef PRACTICE_ARENA_H
#define PRACTICE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks;
};

#define ARENA_INIT                                                                                 \
	{                                                                                          \
		NULL                                                                               \
	}

/* Zeroed memory, aligned for anything; NULL when out of memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* `len` bytes of `text` with a NUL behind them; NULL when out of memory. */
char *arena_text(struct arena *arena, const char *text, size_t len);

char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void arena_free(struct arena *arena);

#endif
