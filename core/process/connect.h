/*
 * connect.h — a run's way to its org (internal to core/process): token, the pin, version, what the
 * object's fields take.
 */

#ifndef PROCESS_CONNECT_H
#define PROCESS_CONNECT_H

#include "process/process.h"

struct connect_spec {
	const struct process_env *env;
	const struct connection *connection;
	const char *object;
	enum operation operation;
	const char *external_id;
	bool unique_key_assumed;
	bool looks_up;		 /* Ids, by external_id */
	const atomic_bool *ends; /* gives up when true */
	int64_t wait_ms;	 /* how long an org that cannot be reached is tried again */
};

struct link {
	struct org *org;
	struct describe *describe;
	char org_id[19];
	int64_t calls; /* requests that count against the org's allowance */
};

/*
 * ERR_REFUSED: the credential, or another org than the pinned one, or the connection is blocked
 * since its last refusal; ERR_CONFIG: no such external ID, or one that is not unique; ERR_NET after
 * `wait_ms`. `out` may hold a part also on failure: end it with link_free().
 */
int link_open(struct link *out, const struct connect_spec *spec, struct err *err);
void link_free(struct link *link);

/* Remember for all processes that the org refused a token, so that nobody asks again too soon. */
void link_block(const struct process_env *env, const char *connection, const struct err *why);

/* Store what the org said of its allowance. */
void link_record_usage(
	const struct link *link, const struct process_env *env, const char *connection);

#endif
