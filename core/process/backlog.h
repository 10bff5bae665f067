/*
 * backlog.h — what a run's sender remembers of rows that are neither untouched nor settled
 * (internal to core/process): the keys it holds in the gate, rows that wait behind another of their
 * key, how often a row was tried, and which packets are to be looked at again. All of it could be
 * made anew from the store; it is here to keep the order and to save look-ups. One thread.
 */

#ifndef PROCESS_BACKLOG_H
#define PROCESS_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/message.h"
#include "process/process.h"

struct backlog;

/* `wake` is called on any thread when a key that a row waits for may be free. `space`: runs of one
 * space mean the same record by the same key. */
int backlog_new(struct backlog **out, struct key_gate *gate, uint64_t space,
	void (*wake)(void *ctx), void *ctx, struct err *err);

/* Lets go of every key that waits. */
void backlog_free(struct backlog *backlog);

/*
 * May the row leave now? If another one of its key is under way, or waits before it, it is
 * remembered and its packet looked at again when the key is free. A younger one that only waits
 * makes way. `hash` 0 = no key, always true.
 */
bool backlog_admit(struct backlog *backlog, uint64_t hash, int64_t message);

/* The row was sent in vain and waits: it keeps its key until then. */
void backlog_keep(struct backlog *backlog, uint64_t hash, int64_t message);

/* The row was admitted but does not leave now: forget that, unless it waits. */
void backlog_withdraw(struct backlog *backlog, uint64_t hash, int64_t message);

/* Was the row overtaken: has a younger one of its key completed in another run? */
bool backlog_overtaken(struct backlog *backlog, uint64_t hash, int64_t message);

/* The row has come to this end: its key is free. */
void backlog_settle(
	struct backlog *backlog, uint64_t hash, int64_t message, enum message_event event);

/* The row is neither due nor waiting any more (an operator saw to it): forget it. */
void backlog_forget(struct backlog *backlog, uint64_t hash, int64_t message);

/* What is remembered of a row that was sent in vain. */
struct row_memory {
	int tries;    /* failures that may pass */
	int together; /* send at most so many rows in its request; 0 = no limit */
	bool unsent;  /* tried, and it certainly never left */
};
struct row_memory backlog_row(const struct backlog *backlog, int64_t message);
int backlog_set_row(
	struct backlog *backlog, int64_t message, struct row_memory memory, struct err *err);

/* Look at `packet` again, not before `when` (ms UTC; the earlier of two times counts). */
int backlog_visit(struct backlog *backlog, int64_t packet, int64_t when, struct err *err);
void backlog_visited(struct backlog *backlog, int64_t packet);

/*
 * The first packet to be looked at again at `now` for which `busy` is false, 0 = none. Packets
 * whose keys became free are among them.
 */
int64_t backlog_next(
	struct backlog *backlog, int64_t now, bool (*busy)(void *ctx, int64_t packet), void *ctx);

/* When the earliest visit is due; INT64_MAX = none. */
int64_t backlog_next_time(const struct backlog *backlog);

/* Do rows wait behind others of their key? */
bool backlog_blocked(const struct backlog *backlog);

/* So much waits that nothing new should be taken up: this is what bounds its memory. */
bool backlog_full(const struct backlog *backlog);

#endif
