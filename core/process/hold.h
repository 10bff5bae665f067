/*
 * hold.h — which rows of a reading are not stored (internal to core/process): those whose key has
 * an unsettled message of an earlier run, those that failed before and did not change, and those
 * that an interrupted reading of the same run has stored already.
 */

#ifndef PROCESS_HOLD_H
#define PROCESS_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "model/interface.h"
#include "process/key.h"
#include "store/view.h"

struct hold;

/*
 * Built once, before the first row: a look-up in the store per row would cost too much. `again`:
 * this run has rows of an interrupted reading.
 */
int hold_new(struct hold **out, struct view *view, const struct run_info *info, enum key_kind kind,
	bool again, struct err *err);

/* An earlier run read the same rows, in part: what it sent, or has yet to send, is skipped. */
int hold_add_earlier(struct hold *hold, struct view *view, int64_t run, struct err *err);
/* Rows whose key's last message Completed with the same content, under this mapping, are skipped.
 * So many keys are known at most, the newest: what is beyond them is sent again. */
#define HOLD_SENT_MAX (4u << 20)
int hold_add_sent(struct hold *hold, struct view *view, const struct run_info *info,
	uint64_t mapping, struct err *err);
void hold_free(struct hold *hold);

enum hold_verdict {
	HOLD_STORE,
	HOLD_HELD,    /* counted as held */
	HOLD_SKIPPED, /* sent already, as it is: counted as skipped */
	HOLD_PASSED   /* stored already by this run: not counted again */
};

/* `key` is the hash of the row's key, 0 when it has none; `row` that of the source row. */
enum hold_verdict hold_check(struct hold *hold, uint64_t key, uint64_t row);

#endif
