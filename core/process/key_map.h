/* key_map.h — 64-bit hashes to 64-bit numbers, in one flat table. Not for several threads. */

#ifndef PROCESS_KEY_MAP_H
#define PROCESS_KEY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_map {
	struct key_slot {
		uint64_t hash; /* 0 = free */
		int64_t value;
	} * slots;   /* owned */
	size_t size; /* a power of two, or 0 */
	size_t count;
};

#define KEY_MAP_INIT                                                                               \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void key_map_free(struct key_map *map);

/* Forget everything, keep the memory. */
void key_map_clear(struct key_map *map);

/* Where the value of `hash` (never 0) lies, or NULL; until the next put or delete. */
int64_t *key_map_get(const struct key_map *map, uint64_t hash);

/* The same, made with value 0 where there is none; NULL when out of memory. */
int64_t *key_map_put(struct key_map *map, uint64_t hash);

void key_map_delete(struct key_map *map, uint64_t hash);

#endif
