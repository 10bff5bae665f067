/*
 * ping_record.h — what the store keeps of pings: the verdict beside its connection, the org that
 * the first green one pins, and all steps of the last ping of each kind.
 */

#ifndef PING_PING_RECORD_H
#define PING_PING_RECORD_H

#include "ping/ping.h"
#include "store/store.h"
#include "store/view.h"

/* Within a transaction of the caller's. Fails as store_ping_record() and store_org_pin() do. */
int ping_record(struct store *store, const struct connection *connection, enum ping_kind kind,
	const struct ping_result *result, struct err *err);

/*
 * The last ping of a kind with its remedies in today's words. Returns when it was (ms UTC), 0 when
 * there was none, or an error. `stale`: the settings are others since.
 */
int64_t ping_recall(struct ping_result *out, bool *stale, struct view *view,
	const struct connection *connection, enum ping_kind kind, struct err *err);

/* "" when no org was seen yet, or there is no store to remember it. */
void ping_pinned_org(char out[19], const char *data_folder, const char *connection);

#endif
