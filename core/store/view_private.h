/* view_private.h — what the files that implement view.h share (internal to core/store). */

#ifndef STORE_VIEW_PRIVATE_H
#define STORE_VIEW_PRIVATE_H

#include "base/buf.h"
#include "store/db.h"
#include "store/view.h"

/* What never changes about a run, kept while windows are filled. */
struct run_names {
	int64_t id;
	uint64_t mapping_version;
	char interface[65], connection[65], integration[65], object[81];
	bool upserts;
};

#define RUN_NAMES_KEPT 64 /* a power of two */

struct view {
	struct db db;
	char *dir;
	int lock_fd; /* of store.lock, to see who owns a run; -1 until there is one */
	struct buf keys, body, rows, result; /* scratch: blobs of one packet */
	struct buf folded;		     /* scratch: what is searched, in lower case */
	struct buf words;		     /* scratch: texts of the rows of one packet */
	int64_t patience_ms;		     /* see view_patience() */
	struct run_names runs[RUN_NAMES_KEPT];
};

/* One snapshot for all statements of a call. */
int view_begin(struct view *view, struct err *err);
void view_end(struct view *view);

/* Copy one blob into scratch memory; ERR_STORE when it is not there. */
int view_blob(struct buf *out, struct view *view, const char *sql, int64_t id, struct err *err);

/* The hashes of a packet's source rows: they lie at the start of a large blob and are read alone.
 */
int view_hashes(uint64_t hashes[PACKET_ROWS_MAX], struct view *view, int64_t packet, int rows,
	struct err *err);

extern const char view_sql_keys[];
extern const char view_sql_body[];
extern const char view_sql_rows[];
extern const char view_sql_result[];

/* ERR_INTERRUPTED once the view was asked to stop. */
int view_check_stop(const struct view *view, struct err *err);

#endif
