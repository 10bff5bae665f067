/*
 * gate_parents.c — packets and their parents, in the order they came. A packet may leave when none
 * that came before it, in the air or waiting, shares a parent with it: so none waits in a circle,
 * and none for ever, however many others fit in between. There are some tens of packets at most,
 * whose sorted parents are merged, which is cheaper than a table of all parents.
 */

#include "base/base.h"
#include "process/gate_private.h"

struct gate_packet {
	struct gate_packet *next;
	int64_t packet;
	bool waits;
	int count;
	uint64_t parents[]; /* sorted */
};

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool share(const struct gate_packet *a, const struct gate_packet *b)
{
	for (int i = 0, k = 0; i < a->count && k < b->count;) {
		if (a->parents[i] == b->parents[k])
			return true;
		if (a->parents[i] < b->parents[k])
			i++;
		else
			k++;
	}
	return false;
}

/* Where `packet` is linked from, or the place behind the last one. */
static struct gate_packet **place_of(struct key_gate *gate, int64_t packet)
{
	struct gate_packet **place = &gate->packets;

	while (*place && (*place)->packet != packet)
		place = &(*place)->next;
	return place;
}

static bool is_free(const struct key_gate *gate, const struct gate_packet *packet)
{
	for (const struct gate_packet *other = gate->packets; other != packet; other = other->next)
		if (share(other, packet))
			return false;
	return true;
}

bool key_gate_enter(struct key_gate *gate, int64_t packet, const uint64_t *parents, int count)
{
	struct gate_packet *entry = malloc(sizeof(*entry) + (size_t)count * sizeof(*parents));
	bool waits;

	if (!entry)
		return true; /* the org's own locks are still there */
	entry->packet = packet;
	entry->next = NULL;
	entry->count = count;
	memcpy(entry->parents, parents, (size_t)count * sizeof(*parents));
	qsort(entry->parents, (size_t)count, sizeof(*parents), compare);
	pthread_mutex_lock(&gate->lock);
	*place_of(gate, packet) = entry;
	waits = entry->waits = !is_free(gate, entry);
	pthread_mutex_unlock(&gate->lock);
	return !waits;
}

bool key_gate_open_for(struct key_gate *gate, int64_t packet)
{
	struct gate_packet *entry;
	bool open;

	pthread_mutex_lock(&gate->lock);
	entry = *place_of(gate, packet);
	open = !entry || is_free(gate, entry);
	if (entry)
		entry->waits = !open;
	pthread_mutex_unlock(&gate->lock);
	return open;
}

void key_gate_left(struct key_gate *gate, int64_t packet)
{
	struct gate_packet **place, *entry;
	bool waited_for = false;

	pthread_mutex_lock(&gate->lock);
	place = place_of(gate, packet);
	entry = *place;
	if (entry) {
		*place = entry->next;
		for (struct gate_packet *other = gate->packets; other; other = other->next)
			waited_for = waited_for || (other->waits && share(other, entry));
		free(entry);
	}
	if (waited_for)
		key_gate_wake(gate);
	pthread_mutex_unlock(&gate->lock);
}

void key_gate_free_packets(struct key_gate *gate)
{
	while (gate->packets) {
		struct gate_packet *entry = gate->packets;

		gate->packets = entry->next;
		free(entry);
	}
}
