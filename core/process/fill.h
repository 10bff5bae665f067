/*
 * fill.h — the packets between a reading, which fills them, and the writer, which stores them
 * (internal to core/process). Memory is a pool of packets that go round; when all are with the
 * writer, the reading waits, and with it the reader child and the database.
 *
 * Where rows have parents and requests go in parallel, several packets are filled at once, and the
 * rows of one parent go into the same one, however far they stand apart in the source: packets that
 * are filled beside each other share no parent. The window is what these packets hold. One thread,
 * that of the reading, but for what is said.
 */

#ifndef PROCESS_FILL_H
#define PROCESS_FILL_H

#include "process/pack.h"
#include "process/process.h"

#define FILL_BINS_MAX INTERFACE_PARALLEL_MAX

struct fill;

struct fill_spec {
	const struct process_env *env;
	const struct run_claim *claim; /* NULL for a dry run: nothing is stored */
	int rows;		       /* of a packet at most */
	/* On the writer's thread: a packet is stored, or why not. */
	void (*stored)(void *ctx, int rc, const struct err *err);
	void *ctx;
};

/* `spec` is copied, what it names is borrowed. */
int fill_new(struct fill **out, const struct fill_spec *spec, struct err *err);
void fill_free(struct fill *fill); /* after fill_drain(). NULL is legal */

/* Rows have parents, and `bins` packets are filled at once: 1 .. FILL_BINS_MAX. Before any row. */
void fill_by_parent(struct fill *fill, int bins);

/*
 * The packet that a row of `parent` goes into (a hash, 0 = none), with room for it: a full one is
 * stored first, without its rows of this parent when it has others.
 */
int fill_pack(struct pack **out, struct fill *fill, uint64_t parent, struct err *err);

/*
 * A row of `key` is about to go into `pack`: rows of one key are stored in the order read, so a
 * packet that has the key already is stored first. 1 when that was `pack` itself: ask again.
 */
int fill_key(struct fill *fill, struct pack *pack, uint64_t key, struct err *err);

/* A row went into `pack`: store what is full, or has waited long enough. */
int fill_look(struct fill *fill, const struct pack *pack, struct err *err);

/* Store all rows. */
int fill_flush(struct fill *fill, struct err *err);

/* Wait until the writer has given all packets back. */
void fill_drain(struct fill *fill);

#endif
