/*
 * brake.h — what keeps a connection's runs from sending, for all processes together: Held by a
 * person, or Blocked since its org refused a token.
 */

#ifndef STORE_BRAKE_H
#define STORE_BRAKE_H

#include "store/store.h"

enum brake { BRAKE_ACTIVE, BRAKE_HELD, BRAKE_BLOCKED };
const char *brake_name(enum brake brake); /* "Active", "Held", "Blocked" */

#define BRAKE_PROBE_MS (INT64_C(15) * 60000) /* between two askings for a token while Blocked */

struct view;

struct brake_state {
	enum brake brake;
	char reason[256];
	char who[RUN_WHO_MAX];
	int64_t since;	  /* ms UTC */
	int64_t probe_at; /* the last asking for a token while Blocked */
};

/* Active when nothing is known of the connection. */
int view_brake(struct brake_state *out, struct view *view, const char *connection, struct err *err);

/* A person holds the connection, or lets go (which ends a block, too). Audited. */
int store_hold(struct store *store, const char *connection, const char *who, const char *reason,
	struct err *err);
int store_let_go(struct store *store, const char *connection, const char *who, struct err *err);

/* Its org refused a token. A Held one stays Held. */
int store_block(struct store *store, const char *connection, const char *reason, struct err *err);
/* Its org gave one: ends a block, nothing else. */
int store_unblock(struct store *store, const char *connection, struct err *err);

/*
 * May a token be asked for now? ERR_REFUSED, with the reason and what to do, when Held, and when
 * Blocked less than BRAKE_PROBE_MS after the last asking; else that asking is taken down, so that
 * of all processes only one probes.
 */
int store_brake_pass(struct store *store, const char *connection, struct err *err);

/* Would a token be refused now? Takes nothing down. */
bool brake_holds(const struct brake_state *state, int64_t now);

/* ERR_REFUSED in the same words, for a state that was read. */
int brake_refusal(const struct brake_state *state, const char *connection, struct err *err);

#endif
