/*
 * fault.h — bad weather on demand, repeatable: whether the n-th chance of a kind strikes depends on
 * seed, kind and n alone.
 */

#ifndef PRACTICE_FAULT_H
#define PRACTICE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum fault_kind {
	FAULT_RESET_BEFORE, /* the line breaks, nothing was done */
	FAULT_RESET_AFTER,  /* it was done, then the line breaks */
	FAULT_503,	    /* SERVER_UNAVAILABLE, nothing was done */
	FAULT_500_HTML,	    /* a page of HTML; every other time it was done all the same */
	FAULT_TRUNCATE,	    /* done, but the answer ends half-way */
	FAULT_SLOW,	    /* done, answered late */
	FAULT_LOCK,	    /* of a row: UNABLE_TO_LOCK_ROW */
	FAULT_LIMIT,	    /* 403 REQUEST_LIMIT_EXCEEDED, nothing was done */
	FAULT_401,	    /* the token dies, nothing was done */
	FAULT_BULK_FAIL,    /* of a bulk job: it fails half-way */
	FAULT_BULK_LOCK,    /* of a row of a bulk job: UNABLE_TO_LOCK_ROW */
	FAULT_BULK_LOST,    /* of a row of a bulk job: it is in none of the result files */
	FAULT_BULK_SLOW,    /* of a bulk job: it stands still for a while */
	FAULT_KINDS,
};

struct faults {
	uint64_t seed;
	struct {
		double rate;
		int64_t ms; /* of the slow ones */
		uint64_t chances;
	} kinds[FAULT_KINDS];
};

void fault_init(struct faults *faults, uint64_t seed);

/* "503=0.1", "lock=0.01", "slow=0.5:2000", "bulk-slow=1:500" (milliseconds). ERR_USAGE names the
 * kinds. */
int fault_set(struct faults *faults, const char *text, struct err *err);

/* Take the next chance of this kind. */
bool fault_hits(struct faults *faults, enum fault_kind kind);

const char *fault_name(enum fault_kind kind);
/* What the kind does, for --help. */
const char *fault_help(enum fault_kind kind);

/* {"503":0.1,...} */
void fault_list(struct buf *out, const struct faults *faults);

#endif
