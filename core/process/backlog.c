/* backlog.c — small tables; only the rows that wait are in them, and only so many. */

#include "base/base.h"
#include "process/backlog.h"
#include "process/gate.h"
#include "process/key_map.h"

#include <stdatomic.h>

#define ROWS_MAX 20000	 /* rows that wait for their next try */
#define BLOCKED_MAX 4000 /* rows that wait behind another of their key */

struct blocked {
	uint64_t hash;
	int64_t message;
};

struct visit {
	int64_t packet;
	int64_t when;
};

struct backlog {
	struct key_gate *gate;
	struct gate_member member;
	void (*wake)(void *ctx);
	void *ctx;
	atomic_bool keys_freed;

	struct key_map held; /* hash of a key -> the message that waits with it; negative while its
				next try is under way */
	struct key_map rows; /* message -> tries and together */

	struct blocked *blocked; /* by message */
	size_t blocked_count, blocked_room;
	struct key_map blocked_keys; /* hash -> how many are blocked by it */
	struct key_map seen;	     /* scratch of visit_freed() */

	struct visit *visits; /* by packet */
	size_t visit_count, visit_room;
};

/* Any thread, under the gate's lock. */
static void key_freed(void *ctx)
{
	struct backlog *backlog = ctx;

	atomic_store(&backlog->keys_freed, true);
	backlog->wake(backlog->ctx);
}

int backlog_new(struct backlog **out, struct key_gate *gate, uint64_t space,
	void (*wake)(void *ctx), void *ctx, struct err *err)
{
	struct backlog *backlog = calloc(1, sizeof(*backlog));

	if (!backlog)
		return err_nomem(err);
	backlog->gate = gate;
	backlog->wake = wake;
	backlog->ctx = ctx;
	backlog->member = (struct gate_member){ .wake = key_freed, .ctx = backlog, .space = space };
	key_gate_join(gate, &backlog->member);
	*out = backlog;
	return 0;
}

void backlog_free(struct backlog *backlog)
{
	if (!backlog)
		return;
	key_gate_leave(backlog->gate, &backlog->member);
	for (size_t i = 0; i < backlog->held.size; i++)
		if (backlog->held.slots[i].hash)
			key_gate_release(backlog->gate, backlog->held.slots[i].hash,
				llabs(backlog->held.slots[i].value));
	key_map_free(&backlog->held);
	key_map_free(&backlog->rows);
	key_map_free(&backlog->blocked_keys);
	key_map_free(&backlog->seen);
	free(backlog->blocked);
	free(backlog->visits);
	free(backlog);
}

/* Message numbers follow each other; spread them. Never 0. */
static uint64_t message_hash(int64_t message)
{
	return (uint64_t)message * UINT64_C(0x9e3779b97f4a7c15);
}

/* ---- blocked rows ---- */

/* Where `message` is among the blocked, or belongs. */
static size_t blocked_place(const struct backlog *backlog, int64_t message)
{
	size_t low = 0, high = backlog->blocked_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (backlog->blocked[middle].message < message)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_blocked(const struct backlog *backlog, size_t place, int64_t message)
{
	return place < backlog->blocked_count && backlog->blocked[place].message == message;
}

static void block(struct backlog *backlog, uint64_t hash, int64_t message)
{
	size_t place = blocked_place(backlog, message);
	int64_t *count;

	if (is_blocked(backlog, place, message))
		return;
	if (backlog->blocked_count == backlog->blocked_room) {
		size_t room = backlog->blocked_room ? backlog->blocked_room * 2 : 64;
		struct blocked *bigger =
			reallocarray(backlog->blocked, room, sizeof(*backlog->blocked));

		if (!bigger)
			return; /* it is found again by the last look at the store */
		backlog->blocked = bigger;
		backlog->blocked_room = room;
	}
	count = key_map_put(&backlog->blocked_keys, hash);
	if (!count)
		return;
	++*count;
	memmove(&backlog->blocked[place + 1], &backlog->blocked[place],
		(backlog->blocked_count - place) * sizeof(*backlog->blocked));
	backlog->blocked[place] = (struct blocked){ hash, message };
	backlog->blocked_count++;
}

static void unblock(struct backlog *backlog, int64_t message)
{
	size_t place = blocked_place(backlog, message);
	int64_t *count;

	if (!is_blocked(backlog, place, message))
		return;
	count = key_map_get(&backlog->blocked_keys, backlog->blocked[place].hash);
	if (count && --*count == 0)
		key_map_delete(&backlog->blocked_keys, backlog->blocked[place].hash);
	backlog->blocked_count--;
	memmove(&backlog->blocked[place], &backlog->blocked[place + 1],
		(backlog->blocked_count - place) * sizeof(*backlog->blocked));
}

/* Does an earlier row of this run wait for the same key? */
static bool waits_behind(const struct backlog *backlog, uint64_t hash, int64_t message)
{
	if (!backlog->blocked_keys.count || !key_map_get(&backlog->blocked_keys, hash))
		return false;
	for (size_t i = 0; i < backlog->blocked_count; i++) {
		if (backlog->blocked[i].message >= message)
			return false;
		if (backlog->blocked[i].hash == hash)
			return true;
	}
	return false;
}

static bool is_held_by(const struct backlog *backlog, uint64_t hash, int64_t message)
{
	const int64_t *held = key_map_get(&backlog->held, hash);

	return held && llabs(*held) == message;
}

static void let_go(struct backlog *backlog, uint64_t hash, int64_t message)
{
	if (!hash)
		return;
	if (is_held_by(backlog, hash, message))
		key_map_delete(&backlog->held, hash);
	key_gate_release(backlog->gate, hash, message);
	/* Those that wait behind it in this run have not asked the gate. */
	if (key_map_get(&backlog->blocked_keys, hash))
		atomic_store(&backlog->keys_freed, true);
}

/* An older row was sent again while a younger one waits with their key: the older goes first. */
static void make_way(struct backlog *backlog, uint64_t hash, int64_t message)
{
	const int64_t *held = key_map_get(&backlog->held, hash);
	int64_t younger = held ? *held : 0;

	if (younger <= message)
		return;
	key_map_delete(&backlog->held, hash);
	block(backlog, hash, younger);
	key_gate_release(backlog->gate, hash, younger);
}

static void set_under_way(struct backlog *backlog, uint64_t hash, int64_t message)
{
	int64_t *held = key_map_get(&backlog->held, hash);

	if (held && *held == message)
		*held = -message;
}

bool backlog_admit(struct backlog *backlog, uint64_t hash, int64_t message)
{
	if (!hash)
		return true;
	make_way(backlog, hash, message);
	if (waits_behind(backlog, hash, message)) {
		block(backlog, hash, message);
		if (is_held_by(backlog, hash, message))
			let_go(backlog, hash, message); /* the other one has not had it yet */
		return false;
	}
	if (!key_gate_take(backlog->gate, hash, message)) {
		block(backlog, hash, message);
		return false;
	}
	if (backlog->blocked_count)
		unblock(backlog, message);
	set_under_way(backlog, hash, message);
	return true;
}

void backlog_keep(struct backlog *backlog, uint64_t hash, int64_t message)
{
	int64_t *held = hash ? key_map_put(&backlog->held, hash) : NULL;

	if (held)
		*held = message;
	else if (hash) /* without memory of it, nobody would let go of it */
		key_gate_release(backlog->gate, hash, message);
}

void backlog_withdraw(struct backlog *backlog, uint64_t hash, int64_t message)
{
	if (is_held_by(backlog, hash, message))
		backlog_keep(backlog, hash, message); /* it waits again */
	else
		let_go(backlog, hash, message);
}

bool backlog_overtaken(struct backlog *backlog, uint64_t hash, int64_t message)
{
	return hash && key_gate_overtaken(backlog->gate, &backlog->member, hash, message);
}

static void forget(struct backlog *backlog, uint64_t hash, int64_t message)
{
	key_map_delete(&backlog->rows, message_hash(message));
	let_go(backlog, hash, message);
}

void backlog_settle(
	struct backlog *backlog, uint64_t hash, int64_t message, enum message_event event)
{
	if (hash && event == EVENT_SUCCEED) /* before the key is free */
		key_gate_completed(backlog->gate, &backlog->member, hash, message);
	forget(backlog, hash, message);
}

void backlog_forget(struct backlog *backlog, uint64_t hash, int64_t message)
{
	size_t place = blocked_place(backlog, message);

	if (is_blocked(backlog, place, message)) {
		unblock(backlog, message);
		atomic_store(&backlog->keys_freed, true); /* whoever waited behind it may go */
	}
	forget(backlog, hash, message);
}

/* ---- rows that were sent in vain ---- */

/* A row's memory in one number. */
#define TOGETHER_MASK 0xff
#define UNSENT 0x100
#define TRIES_SHIFT 9

struct row_memory backlog_row(const struct backlog *backlog, int64_t message)
{
	const int64_t *value =
		backlog->rows.count ? key_map_get(&backlog->rows, message_hash(message)) : NULL;

	return value ? (struct row_memory){ .tries = (int)(*value >> TRIES_SHIFT),
		.together = (int)(*value & TOGETHER_MASK),
		.unsent = (*value & UNSENT) != 0 }
		     : (struct row_memory){ 0 };
}

int backlog_set_row(
	struct backlog *backlog, int64_t message, struct row_memory memory, struct err *err)
{
	int64_t *value = key_map_put(&backlog->rows, message_hash(message));

	if (!value)
		return err_nomem(err);
	*value = (int64_t)memory.tries << TRIES_SHIFT | (memory.unsent ? UNSENT : 0) |
		 memory.together;
	return 0;
}

/* ---- packets to look at again ---- */

static size_t visit_place(const struct backlog *backlog, int64_t packet)
{
	size_t low = 0, high = backlog->visit_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (backlog->visits[middle].packet < packet)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int backlog_visit(struct backlog *backlog, int64_t packet, int64_t when, struct err *err)
{
	size_t place = visit_place(backlog, packet);
	struct visit *visit = &backlog->visits[place];

	if (place < backlog->visit_count && visit->packet == packet) {
		visit->when = when < visit->when ? when : visit->when;
		return 0;
	}
	if (backlog->visit_count == backlog->visit_room) {
		size_t room = backlog->visit_room ? backlog->visit_room * 2 : 64;
		struct visit *bigger =
			reallocarray(backlog->visits, room, sizeof(*backlog->visits));

		if (!bigger)
			return err_nomem(err);
		backlog->visits = bigger;
		backlog->visit_room = room;
	}
	visit = &backlog->visits[place];
	memmove(visit + 1, visit, (backlog->visit_count - place) * sizeof(*visit));
	*visit = (struct visit){ packet, when };
	backlog->visit_count++;
	return 0;
}

void backlog_visited(struct backlog *backlog, int64_t packet)
{
	size_t place = visit_place(backlog, packet);
	struct visit *visit = &backlog->visits[place];

	if (place == backlog->visit_count || visit->packet != packet)
		return;
	backlog->visit_count--;
	memmove(visit, visit + 1, (backlog->visit_count - place) * sizeof(*visit));
}

/* Packets with a row whose key nobody holds any more are to be looked at now; of several rows with
 * one key, the first. */
static void visit_freed(struct backlog *backlog)
{
	if (!atomic_exchange(&backlog->keys_freed, false))
		return;
	key_map_clear(&backlog->seen);
	for (size_t i = 0; i < backlog->blocked_count; i++) {
		const struct blocked *blocked = &backlog->blocked[i];
		int64_t *seen = key_map_put(&backlog->seen, blocked->hash);

		if (seen && (*seen)++)
			continue;
		if (!key_gate_want(backlog->gate, blocked->hash) &&
			backlog_visit(backlog, MESSAGE_PACKET(blocked->message), 0, NULL))
			atomic_store(&backlog->keys_freed, true);
	}
}

int64_t backlog_next(
	struct backlog *backlog, int64_t now, bool (*busy)(void *ctx, int64_t packet), void *ctx)
{
	visit_freed(backlog);
	for (size_t i = 0; i < backlog->visit_count; i++)
		if (backlog->visits[i].when <= now && !busy(ctx, backlog->visits[i].packet))
			return backlog->visits[i].packet;
	return 0;
}

int64_t backlog_next_time(const struct backlog *backlog)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < backlog->visit_count; i++)
		if (backlog->visits[i].when < next)
			next = backlog->visits[i].when;
	return next;
}

bool backlog_blocked(const struct backlog *backlog)
{
	return backlog->blocked_count > 0;
}

bool backlog_full(const struct backlog *backlog)
{
	return backlog->rows.count >= ROWS_MAX || backlog->blocked_count >= BLOCKED_MAX;
}
