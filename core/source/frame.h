/*
 * frame.h — what travels on the pipe between the reader child and its parent. Both are the same
 * program on the same machine.
 *
 * A frame is one byte of kind, a 32-bit little-endian length and that many bytes:
 *   FRAME_COLUMNS  per column: type, size, scale, name, each as framed below
 *   FRAME_ROWS     rows, one behind the other: its length, its number of bad cells, per bad
 *                  cell its index and its reason, then the encoded row (source.h)
 *   FRAME_END      empty: the result set is complete
 *   FRAME_READY    empty: the child is connected and waits for rows to write back
 *   FRAME_UPDATED  per row: how many rows it touched, a text
 *   FRAME_ERROR    kind, retryable, code, text of a struct err
 * Numbers are 32-bit little-endian, texts a number and that many bytes.
 */

#ifndef SOURCE_FRAME_H
#define SOURCE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "source/source.h"

enum frame_kind {
	FRAME_COLUMNS = 'C',
	FRAME_ROWS = 'R',
	FRAME_END = 'E',
	FRAME_READY = 'Y',
	FRAME_UPDATED = 'U',
	FRAME_ERROR = 'X',
};

#define FRAME_HEAD 5
#define FRAME_BATCH (64 * 1024)		 /* rows are sent when so many bytes are there */
#define FRAME_MAX (ROW_MAX + (1u << 20)) /* bytes of the longest legal frame */

/* ---- writing ---- */

void frame_begin(struct buf *out, enum frame_kind kind); /* empties `out` */
void frame_end(struct buf *out);			 /* fills the length in */
void frame_columns(struct buf *out, const struct column *columns, int count);
void frame_row(struct buf *out, const struct cell *cells, int count);
void frame_updated(struct buf *out, int rows, const char *text); /* one row of it */
void frame_error(struct buf *out, const struct err *err);

/* ---- reading: a cursor over one frame's bytes ---- */

struct frame_cursor {
	const char *at;
	const char *end;
};

/* The length of the frame that starts with these FRAME_HEAD bytes; false when it is none. */
bool frame_head(enum frame_kind *kind, uint32_t *len, const char *head);

/* The columns, owned by the caller; false when malformed or out of memory. */
bool frame_read_columns(struct column **columns, int *count, struct frame_cursor *cursor);

/*
 * The next row of a FRAME_ROWS: the cells' reasons are borrowed from the frame, so the cells live
 * as long as its bytes. 1 = a row, 0 = no more, -1 = malformed.
 */
int frame_read_row(struct cell *cells, int count, const char **row, size_t *row_len,
	struct frame_cursor *cursor);

/* One row's part; the text is borrowed. */
bool frame_read_updated(int *rows, const char **text, struct frame_cursor *cursor);

bool frame_read_error(struct err *err, struct frame_cursor *cursor);

#endif
