/*
 * blob.h — how the rows of a packet lie in its blobs (internal to core/store).
 *
 * keys     the keys in order, each with a NUL behind it
 * records  32-bit lengths of all records, then the records
 * sources  64-bit hashes of all source rows, 32-bit lengths, then the rows
 * result   what the org said of the rows of one attempt; see blob_result_add()
 *
 * Numbers are little-endian. Everything read is checked: a damaged blob is ERR_STORE.
 */

#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

/* The error of a blob that does not fit its packet; `what` is what it holds. */
int blob_damaged(const char *what, struct err *err);

#define BLOB_SET_LEN 32

void blob_set_write(unsigned char out[BLOB_SET_LEN], const struct row_set *set);
/* NULL or a wrong length reads as the empty set. */
void blob_set_read(struct row_set *set, const void *data, size_t len);

void blob_keys_write(struct buf *out, const struct row_in *rows, int count);
void blob_records_write(struct buf *out, const struct row_in *rows, int count);
void blob_sources_write(struct buf *out, const struct row_in *rows, int count);

/* Slices of a blob, borrowed from it. */
struct slice {
	const char *data;
	uint32_t len;
};

int blob_keys_read(
	const char *keys[PACKET_ROWS_MAX], const void *data, size_t len, int rows, struct err *err);
int blob_records_read(struct slice records[PACKET_ROWS_MAX], const void *data, size_t len, int rows,
	struct err *err);
int blob_sources_read(struct slice sources[PACKET_ROWS_MAX], const void *data, size_t len, int rows,
	struct err *err);

/* Where the hash of the row at `position` lies in a sources blob. */
#define BLOB_HASH_OFFSET(position) ((position)*8)
uint64_t blob_u64(const void *data);

/*
 * A result: the Salesforce ids of the successes without what they share, then the words of the
 * other rows. `results` are the rows of the attempt in the order of their positions.
 */
void blob_result_write(struct buf *out, const struct row_result *const *results, int count);

/* What a result says of the row at `position`; texts are borrowed from it, not NUL-terminated. */
struct result_row {
	enum message_event event;
	bool created;
	char salesforce_id[19];
	struct slice code, text, fields;
	struct slice answer; /* of what did not succeed; see struct row_result */
	bool answer_cut;     /* there was more of it */
	bool unsent;
};

/* ERR_NOT_FOUND when `position` was not in the attempt. `set` are the attempt's rows. */
int blob_result_read(struct result_row *out, const void *data, size_t len,
	const struct row_set *set, int position, struct err *err);

/* All successes at once; the ids of other rows are left alone. */
struct result_ids {
	char ids[PACKET_ROWS_MAX][19];
	struct row_set created;
	struct row_set succeeded;
};
int blob_result_ids(struct result_ids *out, const void *data, size_t len, const struct row_set *set,
	struct err *err);

#endif
