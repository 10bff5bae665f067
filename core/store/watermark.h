/*
 * watermark.h — how far an interface has read its source. Belongs to one org and one version of the
 * mapping: with another of either, what was read before was not sent so.
 */

#ifndef STORE_WATERMARK_H
#define STORE_WATERMARK_H

#include "store/store.h"
#include "store/view.h"

struct watermark {
	char column[129];
	char value[256];
	int type;	 /* enum column_type of the value */
	char org_id[19]; /* "" = set by hand: of whatever org and mapping comes first */
	uint64_t mapping_version;
	int64_t run; /* that moved it; 0 = set by hand */
	int64_t changed;
};

/* In the transaction that is open. What it was before is kept until the next move. */
int store_watermark(
	struct store *store, const char *interface, const struct watermark *mark, struct err *err);
int store_watermark_clear(struct store *store, const char *interface, struct err *err);

/* `run` was cancelled: if it moved the mark, the mark goes back. */
int store_watermark_undo(struct store *store, int64_t run, struct err *err);

/* ERR_NOT_FOUND, without a text, when there is none. */
int view_watermark(
	struct watermark *out, struct view *view, const char *interface, struct err *err);

/*
 * The last row of each key that `interface` has stored in the org it sends to now, newest first (a
 * key may come again: its first call counts): 64-bit hash and whether it Completed as `mapping`
 * makes it. `each` returns 1 to end.
 */
typedef int last_row_each(void *ctx, const char *key, uint64_t hash, bool sent_so, struct err *err);
int view_last_rows(struct view *view, const char *interface, int64_t except_run, uint64_t mapping,
	last_row_each *each, void *ctx, struct err *err);

#endif
