/*
 * rules.h — what an org's administrators add: a duplicate rule, a validation rule, and the locks of
 * parents that many children share. Each is switched on by name (mistake.c).
 */

#ifndef PRACTICE_RULES_H
#define PRACTICE_RULES_H

#include "practice/write.h"

/* Who wrote children of which parents last. */
struct parent_locks {
	struct parent_lock {
		const struct schema_object *object; /* NULL = nobody */
		uint64_t number;
		int64_t request;
		int64_t until_us; /* clock_mono_us() */
	} slots[1024];
};

/*
 * Does a rule refuse the row? Its error, or NULL. `old` NULL: a new record. A
 * parent is locked for a request that came before another one's write to a child of it was over:
 * both would have been at work at once.
 */
const struct row_error *rules_refuse(
	struct write *write, const struct record *old, const struct bound *row);

#endif
