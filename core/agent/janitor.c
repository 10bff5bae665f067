/* janitor.c — turns of the writer, with a pause between them: a run's own turns come first. */

#include "base/base.h"
#include "agent/janitor.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "store/prune.h"
#include "store/view.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define PAUSE_MS 10
#define TURNS_MAX 40 /* in one call: schedules are looked at in between */

struct turn {
	int64_t before, removed;
};

static int apply_turn(void *ctx, struct store *store, struct err *err)
{
	struct turn *turn = ctx;

	return store_prune(&turn->removed, store, turn->before, PRUNE_TURN, err);
}

static int apply_done(void *ctx, struct store *store, struct err *err)
{
	char when[32];

	(void)ctx;
	snprintf(when, sizeof(when), "%" PRId64, clock_now());
	return store_setting(store, JANITOR_SETTING, when, err);
}

static bool is_due(const char *home_data)
{
	struct view *view = NULL;
	char *last = NULL;
	bool due = false;

	if (view_open(&view, home_data, NULL) == 0 &&
		view_setting(&last, view, JANITOR_SETTING, NULL) == 0)
		due = !last || clock_now() - strtoll(last, NULL, 10) >= DAY_MS;
	free(last);
	view_close(view);
	return due;
}

int64_t janitor_look(struct writer *writer, const char *home_data, int retention_days,
	bool (*stop)(void *ctx), void *ctx)
{
	struct turn turn = { .before = clock_now() - retention_days * DAY_MS };
	struct err err = ERR_INIT;
	int64_t removed = 0;
	int turns = 0;
	int rc;

	if (!retention_days || !is_due(home_data))
		return 0;
	do {
		rc = writer_call(writer, apply_turn, &turn, &err);
		CRASH_POINT(PRUNED);
		removed += rc ? 0 : turn.removed;
		if (turn.removed)
			clock_sleep(PAUSE_MS);
		if (turn.removed && (++turns == TURNS_MAX || stop(ctx)))
			return removed; /* the rest the next time */
	} while (!rc && turn.removed);
	CRASH_POINT(JANITOR_DONE);
	if (!rc)
		rc = writer_call(writer, apply_done, NULL, &err);
	if (rc)
		log_line(LOG_LEVEL_WARN, 0, "could not remove old messages: %s", err.text);
	else if (removed)
		log_line(LOG_LEVEL_INFO, 0,
			"removed %" PRId64 " messages that completed over %d days ago", removed,
			retention_days);
	return removed;
}
