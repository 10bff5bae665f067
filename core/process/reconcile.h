/*
 * reconcile.h — Unknown messages settled by evidence (internal to core/process): a query by the
 * interface's `reconcile_key` for records that our own user created since the message was sent. Not
 * before 11 minutes after that, for a call may work for 10. Exactly one hit = Completed; everything
 * else stays Unknown, says what was found, and is left to a person.
 */

#ifndef PROCESS_RECONCILE_H
#define PROCESS_RECONCILE_H

#include "process/process.h"

#define RECONCILE_AFTER_MS (11 * INT64_C(60000))

struct reconcile_spec {
	const struct process_env *env;
	const struct run_info *info; /* connection and object of the messages; who settles them */
	const struct interface *interface;
	struct org *org;
	const atomic_bool *ends;
};

/* All that are old enough and were not checked yet; *calls is raised by the queries made. */
int reconcile_unknown(int64_t *calls, const struct reconcile_spec *spec, struct err *err);

#endif
