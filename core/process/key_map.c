/* key_map.c — open addressing with linear probing; deleting moves back what would be lost. */

#include "base/base.h"
#include "process/key_map.h"

#define FIRST_SIZE 256

void key_map_free(struct key_map *map)
{
	free(map->slots);
	*map = (struct key_map)KEY_MAP_INIT;
}

void key_map_clear(struct key_map *map)
{
	if (map->count)
		memset(map->slots, 0, map->size * sizeof(*map->slots));
	map->count = 0;
}

/* Where `hash` is, or would be put. */
static size_t find(const struct key_map *map, uint64_t hash)
{
	size_t at = hash & (map->size - 1);

	while (map->slots[at].hash && map->slots[at].hash != hash)
		at = (at + 1) & (map->size - 1);
	return at;
}

int64_t *key_map_get(const struct key_map *map, uint64_t hash)
{
	size_t at = map->count ? find(map, hash) : 0;

	return map->count && map->slots[at].hash ? &map->slots[at].value : NULL;
}

static bool grow(struct key_map *map)
{
	struct key_map bigger = { NULL, map->size ? map->size * 2 : FIRST_SIZE, map->count };

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].hash)
			bigger.slots[find(&bigger, map->slots[i].hash)] = map->slots[i];
	free(map->slots);
	*map = bigger;
	return true;
}

int64_t *key_map_put(struct key_map *map, uint64_t hash)
{
	size_t at;

	if (map->count * 4 >= map->size * 3 && !grow(map))
		return NULL;
	at = find(map, hash);
	if (!map->slots[at].hash) {
		map->slots[at] = (struct key_slot){ hash, 0 };
		map->count++;
	}
	return &map->slots[at].value;
}

void key_map_delete(struct key_map *map, uint64_t hash)
{
	size_t mask = map->size - 1;
	size_t hole = map->count ? find(map, hash) : 0;

	if (!map->count || !map->slots[hole].hash)
		return;
	map->count--;
	for (size_t at = (hole + 1) & mask; map->slots[at].hash; at = (at + 1) & mask) {
		size_t home = map->slots[at].hash & mask;

		/* It may move into the hole unless its home lies behind the hole. */
		if (((at - home) & mask) >= ((at - hole) & mask)) {
			map->slots[hole] = map->slots[at];
			hole = at;
		}
	}
	map->slots[hole].hash = 0;
}
