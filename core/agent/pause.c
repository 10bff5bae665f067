/* pause.c — a person pauses a schedule, or lets it go on. */

#include "base/base.h"
#include "agent/internal.h"
#include "base/log.h"
#include "store/schedules.h"

struct pausing {
	enum schedule_kind kind;
	const char *name, *who;
	bool pause;
};

static int apply(void *ctx, struct store *store, struct err *err)
{
	const struct pausing *pausing = ctx;

	return store_schedule_pause(
		store, pausing->kind, pausing->name, pausing->pause, pausing->who, err);
}

static int change(struct writer *writer, int kind, const char *name, bool pause, const char *who,
	struct err *err)
{
	struct pausing pausing = {
		.kind = (enum schedule_kind)kind, .name = name, .who = who, .pause = pause
	};

	return writer_call(writer, apply, &pausing, err);
}

int agent_pause_schedule(struct agent *agent, int kind, const char *name, bool pause,
	const char *who, struct err *err)
{
	int rc = change(agent->env.writer, kind, name, pause, who, err);

	if (rc < 0)
		return rc;
	log_line(LOG_LEVEL_INFO, 0, "the schedule of %s was %s by %s", name,
		pause ? "paused" : "resumed", who);
	agent_poke_schedules(agent);
	return 0;
}

int agent_pause_schedule_alone(const char *home_data, int kind, const char *name, bool pause,
	const char *who, struct err *err)
{
	struct writer *writer = NULL;
	int rc = writer_start(&writer, home_data, err);

	if (rc == 0)
		rc = change(writer, kind, name, pause, who, err);
	writer_stop(writer);
	return rc;
}
