/*
 * sender_guard.c — what stops a run from outside of it while it sends: its connection was held or
 * blocked, by whichever process, or the org's allowance is used up as far as we may.
 */

#include "base/base.h"
#include "process/sender_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/brake.h"

#define LOOK_MS INT64_C(1000)

static void heed_brake(struct sender *sender)
{
	const char *connection = sender->spec.info->connection;
	struct brake_state state;
	struct err why = ERR_INIT;

	if (view_brake(&state, sender->view, connection, NULL) || state.brake == BRAKE_ACTIVE)
		return;
	brake_refusal(&state, connection, &why);
	sender_stop(sender, RUN_PAUSED, &why);
}

static void heed_budget(struct sender *sender)
{
	const struct connection *connection = sender->spec.connection;
	int share = connection->api_stop_percent;
	struct err why = ERR_INIT;
	int64_t used, allowed;

	if (!org_api_usage(sender->spec.org, &used, &allowed) || allowed <= 0)
		return;
	if (used * 100 >= allowed * API_WARN_PERCENT && !sender->warned_of_budget) {
		sender->warned_of_budget = true;
		log_line(LOG_LEVEL_WARN, sender->spec.info->id,
			"%" PRId64 " of the %" PRId64
			" daily requests of the org behind %s are used",
			used, allowed, connection->name);
	}
	if (!share || used * 100 < allowed * share)
		return;
	err_set(&why, ERR_LIMIT,
		"%" PRId64 " of the org's %" PRId64
		" daily requests are used, and salesforce.api_stop "
		"of %s is %d %%: asked again from time to time",
		used, allowed, connection->name, share);
	why.retryable = true;
	sender_stop(sender, RUN_PAUSED, &why);
}

void sender_heed_guards(struct sender *sender)
{
	if (sender->stopped)
		return;
	heed_budget(sender);
	if (clock_mono() - sender->guarded_at < LOOK_MS)
		return;
	sender->guarded_at = clock_mono();
	heed_brake(sender);
}
