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

/* The same as a piece of work for a writer: `ctx` is a struct ping_keeping, which borrows. */
struct ping_keeping {
	const struct connection *connection;
	enum ping_kind kind;
	const struct ping_result *result;
};
int ping_keep_work(void *ctx, struct store *store, struct err *err);

/*
 * The last ping of a kind with its remedies in today's words. Returns when it was (ms UTC), 0 when
 * there was none, or an error. `stale`: the settings are others since.
 */
int64_t ping_recall(struct ping_result *out, bool *stale, struct view *view,
	const struct connection *connection, enum ping_kind kind, struct err *err);

/* "" when no org was seen yet, or there is no store to remember it. */
void ping_pinned_org(char out[19], const char *data_folder, const char *connection);

/* All is borrowed; `catalog` has the keyring. */
struct ping_wish {
	const struct connection *connection;
	const struct catalog *catalog;
	const char *data_folder;
	const atomic_bool *cancel;
};

/* The ping of that kind, Salesforce's against the org that is pinned. */
void ping_of_kind(struct ping_result *out, enum ping_kind kind, const struct ping_wish *wish,
	ping_on_step *on_step, void *ctx);

/*
 * The parents of a connection's mappings, as the org described them to the last ping that saw any:
 * lines as in ping_result. Owned; NULL when none are known. `data` is the home's.
 */
char *ping_recall_parents(const char *data, const char *connection);

#endif
