/* gate.c — one table of the keys under way. A refusal is remembered in the entry, so that letting
 * go of a key costs a wake-up only where somebody waits. */

#include "base/base.h"
#include "process/gate_private.h"
#include "process/key.h"

#include <ctype.h>

#define WANTED 1 /* in the lowest bit of a value: somebody was refused */

struct key_gate *key_gate_new(void)
{
	struct key_gate *gate = calloc(1, sizeof(*gate));

	if (gate)
		pthread_mutex_init(&gate->lock, NULL);
	return gate;
}

void key_gate_free(struct key_gate *gate)
{
	if (!gate)
		return;
	key_map_free(&gate->keys);
	key_map_free(&gate->completed);
	key_gate_free_packets(gate);
	pthread_mutex_destroy(&gate->lock);
	free(gate);
}

void key_gate_join(struct key_gate *gate, struct gate_member *member)
{
	pthread_mutex_lock(&gate->lock);
	member->next = gate->members;
	gate->members = member;
	pthread_mutex_unlock(&gate->lock);
}

/* Under the lock: how many other runs could be overtaken by one of `member`? */
static bool has_company(const struct key_gate *gate, const struct gate_member *member)
{
	for (const struct gate_member *other = gate->members; other; other = other->next)
		if (other != member && other->space == member->space)
			return true;
	return false;
}

/* Under the lock. */
static bool anybody_has_company(const struct key_gate *gate)
{
	for (const struct gate_member *member = gate->members; member; member = member->next)
		if (has_company(gate, member))
			return true;
	return false;
}

void key_gate_leave(struct key_gate *gate, struct gate_member *member)
{
	pthread_mutex_lock(&gate->lock);
	for (struct gate_member **at = &gate->members; *at; at = &(*at)->next) {
		if (*at == member) {
			*at = member->next;
			break;
		}
	}
	if (gate->completed.count && !anybody_has_company(gate))
		key_map_free(&gate->completed);
	pthread_mutex_unlock(&gate->lock);
}

bool key_gate_take(struct key_gate *gate, uint64_t hash, int64_t message)
{
	int64_t *value;
	bool ours = false;

	pthread_mutex_lock(&gate->lock);
	value = key_map_put(&gate->keys, hash);
	if (value && *value == 0)
		*value = message << 1;
	if (value) {
		ours = *value >> 1 == message;
		*value |= ours ? 0 : WANTED;
	}
	pthread_mutex_unlock(&gate->lock);
	return ours;
}

void key_gate_wake(struct key_gate *gate)
{
	for (struct gate_member *member = gate->members; member; member = member->next)
		member->wake(member->ctx);
}

void key_gate_release(struct key_gate *gate, uint64_t hash, int64_t message)
{
	int64_t *value;

	pthread_mutex_lock(&gate->lock);
	value = key_map_get(&gate->keys, hash);
	if (value && *value >> 1 == message) {
		bool wanted = *value & WANTED;

		key_map_delete(&gate->keys, hash);
		if (wanted)
			key_gate_wake(gate);
	}
	pthread_mutex_unlock(&gate->lock);
}

static uint64_t hash_in_space(const struct gate_member *member, uint64_t hash)
{
	return key_gate_hash(member->space, hash);
}

void key_gate_completed(
	struct key_gate *gate, const struct gate_member *member, uint64_t hash, int64_t message)
{
	int64_t *youngest = NULL;

	pthread_mutex_lock(&gate->lock);
	if (has_company(gate, member))
		youngest = key_map_put(&gate->completed, hash_in_space(member, hash));
	if (youngest && *youngest < message)
		*youngest = message;
	pthread_mutex_unlock(&gate->lock);
}

bool key_gate_overtaken(
	struct key_gate *gate, const struct gate_member *member, uint64_t hash, int64_t message)
{
	const int64_t *youngest = NULL;
	bool overtaken;

	pthread_mutex_lock(&gate->lock);
	if (gate->completed.count)
		youngest = key_map_get(&gate->completed, hash_in_space(member, hash));
	overtaken = youngest && *youngest > message;
	pthread_mutex_unlock(&gate->lock);
	return overtaken;
}

bool key_gate_want(struct key_gate *gate, uint64_t hash)
{
	int64_t *value;

	pthread_mutex_lock(&gate->lock);
	value = key_map_get(&gate->keys, hash);
	if (value)
		*value |= WANTED;
	pthread_mutex_unlock(&gate->lock);
	return value != NULL;
}

uint64_t key_gate_scope(const char *org_id, const char *object)
{
	char words[160];

	snprintf(words, sizeof(words), "%.15s %.120s", org_id, object);
	return key_hash(words, KEY_FOLDED);
}
