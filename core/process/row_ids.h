/* row_ids.h — the Ids of a packet's rows as they are looked up (internal to core/process). */

#ifndef PROCESS_ROW_IDS_H
#define PROCESS_ROW_IDS_H

#include "process/lookup.h"

struct row_ids {
	struct lookup_key keys[PACKET_ROWS_MAX]; /* empty: not looked for */
	char ids[PACKET_ROWS_MAX][19];		 /* "" = in the record itself */
	uint16_t hits[PACKET_ROWS_MAX];		 /* records with the row's key */
	int count;
};

/* The next row; one that has its own Id is not looked for. */
void row_ids_add(struct row_ids *ids, const struct lookup *lookup, const char *record, size_t len);

/* A lookup_found with the ids as `ctx`. */
void row_ids_found(void *ctx, uint64_t hash, const char *id);

void row_ids_clear(struct row_ids *ids);

#endif
