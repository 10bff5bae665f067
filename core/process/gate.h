/*
 * gate.h — the key gate (internal to core/process; made and freed by process.h): for one org,
 * object and key at most one message is on its way, whichever run it belongs to. Safe for all
 * threads.
 *
 * A message holds its key from its first request until it is settled, also while it waits for its
 * next try: a later row of the same key must not overtake it. Where a later one of another run was
 * faster all the same, the earlier one is out of date.
 */

#ifndef PROCESS_GATE_H
#define PROCESS_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "process/process.h"

/* A run's part in the gate. `wake` is called on any thread, under the gate's lock (so it must not
 * use the gate), when a key that somebody was refused is free again, or a packet's parents are. */
struct gate_member {
	void (*wake)(void *ctx);
	void *ctx;
	uint64_t space;		  /* runs of one space mean the same record by the same key */
	struct gate_member *next; /* the gate's */
};

void key_gate_join(struct key_gate *gate, struct gate_member *member);
void key_gate_leave(struct key_gate *gate, struct gate_member *member);

/* Take the key for `message`; true also when it has it already. */
bool key_gate_take(struct key_gate *gate, uint64_t hash, int64_t message);

/* Let go of it, if `message` has it. */
void key_gate_release(struct key_gate *gate, uint64_t hash, int64_t message);

/* `message` completed. It is remembered while another run of its space is there. */
void key_gate_completed(
	struct key_gate *gate, const struct gate_member *member, uint64_t hash, int64_t message);

/* Has a younger message of the key completed? */
bool key_gate_overtaken(
	struct key_gate *gate, const struct gate_member *member, uint64_t hash, int64_t message);

/* Has somebody the key? Then its release wakes, as after a refusal. */
bool key_gate_want(struct key_gate *gate, uint64_t hash);

/*
 * A packet's rows are about to leave, and saving them locks these parents (hashes, in any order,
 * some twice). True: none of those that came before it shares a parent with it, so it may; it is
 * counted as being in the air until key_gate_left(). False: it has its place, and waits.
 */
bool key_gate_enter(struct key_gate *gate, int64_t packet, const uint64_t *parents, int count);

/* May the packet that entered leave now? */
bool key_gate_open_for(struct key_gate *gate, int64_t packet);

/* Its request is over, or it does not leave after all. A packet that never entered is legal. */
void key_gate_left(struct key_gate *gate, int64_t packet);

/* The hash of a key within its org and object: `scope` comes from key_gate_scope(). */
uint64_t key_gate_scope(const char *org_id, const char *object);
static inline uint64_t key_gate_hash(uint64_t scope, uint64_t key_hash)
{
	uint64_t hash = (key_hash ^ scope) * UINT64_C(0x9e3779b97f4a7c15);

	hash ^= hash >> 32;
	return hash ? hash : 1;
}

#endif
