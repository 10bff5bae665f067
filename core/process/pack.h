/*
 * pack.h — the packet that a reading fills: rows one behind the other in one piece of memory
 * (internal to core/process). One thread at a time.
 */

#ifndef PROCESS_PACK_H
#define PROCESS_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "process/key_map.h"
#include "store/store.h"

#define PACK_MAX (256u << 20) /* bytes of one: a row of 32 MB may grow when it is escaped */

/* Where the parts of a row lie in its packet's memory. */
struct pack_row {
	size_t key_text, source, source_len, record, record_len, reject;
	uint64_t hash;
	uint64_t key, parent; /* hashes; 0 = none */
	int64_t order;	      /* of its reading */
	bool rejected;
};

struct pack {
	struct buf data;
	struct pack_row rows[PACKET_ROWS_MAX];
	struct key_map keys; /* of its rows */
	int count;
	int64_t begun; /* clock_mono() of its first row */
};

void pack_init(struct pack *pack);
void pack_free_fields(struct pack *pack);
void pack_clear(struct pack *pack); /* of its rows; much memory is given back */

/* Is a row of this key in it already? If not, there is now. 0 is no key. */
bool pack_has(struct pack *pack, uint64_t key);

/*
 * Take a row: its record lies at the end of `data` already, from `begun->record` on. `problem` is
 * why it cannot be sent, NULL = it can. ERR_LIMIT beyond PACK_MAX.
 */
int pack_take(struct pack *pack, const struct pack_row *begun, const char *key, const char *source,
	size_t source_len, const struct err *problem, struct err *err);

/* Full by its bytes, however few its rows are. */
bool pack_is_large(const struct pack *pack);

/* Is there a row of this key in it? 0 is no key. */
bool pack_knows(const struct pack *pack, uint64_t key);

/* Rows of `parent` behind the first `from` ones: how many there are; 0 is no parent. */
int pack_count_of(const struct pack *pack, uint64_t parent, int from);

/* Where the rows of `parent` begin that stand at its end; its count when there are none. */
int pack_tail_of(const struct pack *pack, uint64_t parent);

/* The rows that pack_count_of() counts go to the end of `to`, whose keys are others. */
void pack_move_of(struct pack *to, struct pack *pack, uint64_t parent, int from);

/* All rows of `from` join those of `to`, whose keys are others, in the order they were read. */
void pack_join(struct pack *to, struct pack *from);

/* Within a transaction of the writer's. Fails as store_packet_add() does. */
int pack_store(const struct pack *pack, struct store *store, const struct run_claim *claim,
	struct err *err);

#endif
