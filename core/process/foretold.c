/* foretold.c — a table of hashes for each object and field. */

#include "base/base.h"
#include "process/foretold.h"
#include "process/key_map.h"
#include "base/text.h"

#include <pthread.h>

#define KINDS_MAX 32

struct foretold {
	pthread_mutex_t lock;
	int64_t batch;
	struct {
		char object[81], field[81];
		struct key_map keys;
	} kinds[KINDS_MAX];
	int count;
};

struct foretold *foretold_new(void)
{
	struct foretold *foretold = calloc(1, sizeof(*foretold));

	if (foretold)
		pthread_mutex_init(&foretold->lock, NULL);
	return foretold;
}

static void forget(struct foretold *foretold)
{
	for (int i = 0; i < foretold->count; i++)
		key_map_free(&foretold->kinds[i].keys);
	foretold->count = 0;
}

void foretold_free(struct foretold *foretold)
{
	if (!foretold)
		return;
	forget(foretold);
	pthread_mutex_destroy(&foretold->lock);
	free(foretold);
}

/* The keys of that object and field, made when `make`; NULL: there are none. */
static struct key_map *keys_of(struct foretold *foretold, const struct lookup *lookup, bool make)
{
	const char *field = lookup->fields[0].name;
	int i = 0;

	while (i < foretold->count &&
		(!text_equal_fold(foretold->kinds[i].object, lookup->object) ||
			!text_equal_fold(foretold->kinds[i].field, field)))
		i++;
	if (i == foretold->count) {
		if (!make || i == KINDS_MAX)
			return NULL;
		foretold->count++;
		text_copy(foretold->kinds[i].object, sizeof(foretold->kinds[i].object),
			lookup->object);
		text_copy(foretold->kinds[i].field, sizeof(foretold->kinds[i].field), field);
		foretold->kinds[i].keys = (struct key_map)KEY_MAP_INIT;
	}
	return &foretold->kinds[i].keys;
}

void foretold_add(
	struct foretold *foretold, int64_t batch, const struct lookup *lookup, uint64_t hash)
{
	struct key_map *keys;

	if (!foretold || !batch || lookup->count != 1)
		return;
	pthread_mutex_lock(&foretold->lock);
	if (foretold->batch != batch)
		forget(foretold);
	foretold->batch = batch;
	keys = keys_of(foretold, lookup, true);
	if (keys)
		key_map_put(keys, hash);
	pthread_mutex_unlock(&foretold->lock);
}

bool foretold_has(
	struct foretold *foretold, int64_t batch, const struct lookup *lookup, uint64_t hash)
{
	struct key_map *keys = NULL;
	bool has;

	if (!foretold || !batch || lookup->count != 1)
		return false;
	pthread_mutex_lock(&foretold->lock);
	if (foretold->batch == batch)
		keys = keys_of(foretold, lookup, false);
	has = keys && keys->count && key_map_get(keys, hash);
	pthread_mutex_unlock(&foretold->lock);
	return has;
}
