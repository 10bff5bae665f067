/*
 * buf.h — a growing byte buffer with a stated maximum.
 *
 * Appending never fails silently: a buffer that ran out of memory or would pass its maximum turns
 * `broken` and stays so, ignoring what follows; look once, at the end, with buf_check(). The data
 * always has a NUL behind it that `len` does not count.
 */

#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf {
	char *data; /* owned; NULL until the first byte */
	size_t len;
	size_t cap;
	size_t max; /* bytes, without the NUL */
	enum err_kind broken;
};

#define BUF_INIT(maximum)                                                                          \
	{                                                                                          \
		NULL, 0, 0, (maximum), ERR_NONE                                                    \
	}

void buf_init(struct buf *buf, size_t max);

/* Release the memory; the buffer is then as after buf_init(). NULL is legal. */
void buf_free(struct buf *buf);

/* Empty it, keep the memory, mend `broken`. */
void buf_reset(struct buf *buf);

/* Like buf_free(), but wipe what was there: for secrets. */
void buf_wipe(struct buf *buf);

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_str(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Room for `len` bytes at the end, to be written by the caller and confirmed by buf_grew(); NULL
 * when broken. */
char *buf_room(struct buf *buf, size_t len);
void buf_grew(struct buf *buf, size_t len);

/* Drop everything behind `len` bytes. */
void buf_cut(struct buf *buf, size_t len);

/* The content as a string, "" when empty; borrowed until the next change. */
const char *buf_str(const struct buf *buf);

/* Hand the memory to the caller (free() it) and start anew; NULL when broken or out of memory. */
char *buf_detach(struct buf *buf);

/* 0, or the error that broke it, with `what` naming the content. */
int buf_check(const struct buf *buf, const char *what, struct err *err);

#endif
