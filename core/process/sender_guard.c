/*
 * sender_guard.c — what stops a run from outside of it while it sends: its connection was held or
 * blocked, by whichever process, the org's allowance is used up as far as we may, or the disk is
 * nearly full.
 */

#include "base/base.h"
#include "process/sender_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/brake.h"

#define LOOK_MS INT64_C(1000)

int guard_brake(const struct sender_spec *spec, struct view *view, struct err *why)
{
	const char *connection = spec->info->connection;
	struct brake_state state;

	if (view_brake(&state, view, connection, NULL) || state.brake == BRAKE_ACTIVE)
		return 0;
	brake_refusal(&state, connection, why);
	return -(int)why->kind;
}

int guard_budget(const struct sender_spec *spec, bool *warned, struct err *why)
{
	const struct connection *connection = spec->connection;
	int share = connection->api_stop_percent;
	int64_t used, allowed;
	int rc;

	if (!org_api_usage(spec->org, &used, &allowed) || allowed <= 0)
		return 0;
	if (used * 100 >= allowed * API_WARN_PERCENT && !*warned) {
		*warned = true;
		log_line(LOG_LEVEL_WARN, spec->info->id,
			"%" PRId64 " of the %" PRId64
			" daily requests of the org behind %s are used",
			used, allowed, connection->name);
	}
	if (!share || used * 100 < allowed * share)
		return 0;
	rc = err_set(why, ERR_LIMIT,
		"%" PRId64 " of the org's %" PRId64
		" daily requests are used, and salesforce.api_stop "
		"of %s is %d %%: asked again from time to time",
		used, allowed, connection->name, share);
	why->retryable = true;
	return rc;
}

void sender_heed_guards(struct sender *sender)
{
	struct err why = ERR_INIT;

	if (sender->stopped)
		return;
	if (guard_budget(&sender->spec, &sender->warned_of_budget, &why))
		sender_stop(sender, RUN_PAUSED, &why);
	if (sender->stopped || clock_mono() - sender->guarded_at < LOOK_MS)
		return;
	sender->guarded_at = clock_mono();
	if (guard_brake(&sender->spec, sender->view, &why) ||
		disk_guard_look(sender->spec.env->disk, sender->spec.env->home_data, &why))
		sender_stop(sender, RUN_PAUSED, &why);
}
