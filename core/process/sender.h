/*
 * sender.h — the sending half of a run (internal to core/process): takes due packets out of the
 * store, records each attempt before its first byte leaves, keeps several requests in flight, and
 * records what became of every row. It runs on the run's thread; the writer's thread touches a
 * flight only while it has a job of it.
 */

#ifndef PROCESS_SENDER_H
#define PROCESS_SENDER_H

#include "process/intake.h"
#include "process/key.h"
#include "process/process.h"
#include "process/watch.h"

struct sender_spec {
	const struct process_env *env;
	const struct run_claim *claim;
	const struct run_info *info; /* object, operation, external_id as the run began */
	const struct interface *interface;
	const struct connection *connection;
	const struct describe *describe;
	struct org *org;
	const char *org_id; /* nothing leaves with another org's token */
	enum key_kind kind;
	struct intake *intake; /* NULL: reading is over */
	struct watch *watch;
	int64_t wait_ms; /* for retries that become due, without any answer meanwhile */
	int64_t calls;	 /* requests made before, not recorded yet */
};

/* Must every row be read before the first one is sent? */
bool sender_needs_all(const struct interface *interface, enum operation operation);

/* Does one request of a run go after the other, whatever `parallel` says? */
bool sender_one_by_one(const struct interface *interface, enum operation operation);

/* Is the run to pause, since its connection is held or blocked ... */
int guard_brake(const struct sender_spec *spec, struct view *view, struct err *why);

/* ... or the org's daily requests are used as far as we may? *warned: told in the log already. */
int guard_budget(const struct sender_spec *spec, bool *warned, struct err *why);

struct sender_end {
	enum run_state state; /* that the run should have */
	bool token_refused;   /* the org refused to give a token */
};

/*
 * Send until nothing of the run is left: 0. Otherwise negative: ERR_INTERRUPTED (cancelled or
 * stopped; all answers that came within 20 s are recorded), ERR_UNFINISHED (rows wait longer than
 * `wait_ms`), or why no more can be sent.
 */
int sender_run(struct sender_end *end, const struct sender_spec *spec, struct err *err);

#endif
