/*
 * writer.h — the one thread of a process that writes the store.
 *
 * Jobs queue up; each turn of the thread takes what is there, applies it in one transaction,
 * commits, and only then tells the jobs that they are durable. Between commits it stays off the
 * lock for 2 ms so that other processes get a turn. A job that fails is undone alone.
 */

#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "base/err.h"
#include "store/store.h"

struct writer;

/* `apply` runs inside the transaction; `done` after the commit (rc 0) or the failure. Both on the
 * writer's thread. */
typedef int writer_apply(void *ctx, struct store *store, struct err *err);
typedef void writer_done(void *ctx, int rc, const struct err *err);

int writer_start(struct writer **out, const char *dir, struct err *err);

/* Applies what is queued, commits, closes the store. NULL is legal. */
void writer_stop(struct writer *writer);

/*
 * Queue a job; waits while the queue is full (that is the back-pressure). `done` may be NULL. When
 * another job of its turn fails, `apply` may be called again after what it wrote was undone.
 */
int writer_post(
	struct writer *writer, writer_apply *apply, writer_done *done, void *ctx, struct err *err);

/* Post and wait until it is durable; `apply` is called once. Not from the writer's own thread. */
int writer_call(struct writer *writer, writer_apply *apply, void *ctx, struct err *err);

#endif
