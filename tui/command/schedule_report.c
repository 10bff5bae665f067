/* schedule_report.c — one table of words for what became of a schedule's time. */

#include "base/base.h"
#include "tui/command/schedule_report.h"
#include "base/clock.h"
#include "base/text.h"

int schedules_load(
	struct schedule_state **states, int *count, const char *home_data, struct err *err)
{
	struct view *view = NULL;
	int rc = view_open(&view, home_data, err);

	*states = NULL;
	*count = 0;
	if (rc == 0)
		rc = view_schedules(states, count, view, err);
	view_close(view);
	if (rc != -ERR_NOT_FOUND)
		return rc;
	err_clear(err); /* no store yet: nothing was ever scheduled */
	return 0;
}

const struct schedule_state *schedules_of(
	const struct schedule_state *states, int count, const struct interface *interface)
{
	bool own = !text_empty(interface->schedule);
	enum schedule_kind kind = own ? SCHEDULE_INTERFACE : SCHEDULE_INTEGRATION;
	const char *name = own ? interface->name : interface->integration;

	for (int i = 0; name && i < count; i++) {
		if (states[i].kind == kind && text_equal(states[i].name, name))
			return &states[i];
	}
	return NULL;
}

static const struct {
	const char *word; /* NULL = as long as all goes well, the next time says more */
	enum schedule_mood mood;
} verdicts[] = {
	[SCHEDULE_NONE] = { NULL, SCHEDULE_FINE },
	[SCHEDULE_STARTED] = { NULL, SCHEDULE_FINE },
	[SCHEDULE_CAUGHT_UP] = { NULL, SCHEDULE_FINE },
	[SCHEDULE_PASSED] = { "passed", SCHEDULE_WARN },
	[SCHEDULE_MISSED] = { "MISSED", SCHEDULE_BAD },
	[SCHEDULE_FAILED] = { "FAILED", SCHEDULE_BAD },
	[SCHEDULE_HELD] = { "held", SCHEDULE_WARN },
	[SCHEDULE_BLOCKED] = { "BLOCKED", SCHEDULE_BAD },
};

enum schedule_mood schedule_word(
	char *out, size_t size, const struct schedule_state *state, int64_t now)
{
	char when[CLOCK_TEXT_MAX];

	if (state->paused_at) {
		text_copy(out, size, "paused");
		return SCHEDULE_QUIET;
	}
	if (schedule_is_late(state, now)) {
		text_copy(out, size, "LATE");
		return SCHEDULE_BAD;
	}
	if (verdicts[state->verdict].word) {
		text_copy(out, size, verdicts[state->verdict].word);
		return verdicts[state->verdict].mood;
	}
	if (!state->next) {
		text_copy(out, size, "never");
		return SCHEDULE_QUIET;
	}
	text_copy(out, size, clock_local_short(when, state->next, now));
	return SCHEDULE_FINE;
}

void schedule_last(char *out, size_t size, const struct schedule_state *state, int64_t now)
{
	char when[CLOCK_TEXT_MAX];

	*out = '\0';
	if (state->due)
		snprintf(out, size, "%s %s%s%s", clock_local_short(when, state->due, now),
			schedule_verdict_name(state->verdict), state->note[0] ? ": " : "",
			state->note);
}

static void put_time(struct json *json, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	json_put_text(json, key, ms > 0 ? clock_iso(text, ms) : NULL);
}

void schedule_json(struct json *json, const struct schedule_state *state, int64_t now)
{
	char alarm[512];
	bool late = schedule_alarm(alarm, sizeof(alarm), state, now);

	json_put_text(
		json, "kind", state->kind == SCHEDULE_INTEGRATION ? "integration" : "interface");
	json_put_text(json, "name", state->name);
	json_put_text(json, "schedule", state->text);
	put_time(json, "next", state->paused_at ? 0 : state->next);
	put_time(json, "last", state->due);
	json_put_text(
		json, "result", state->verdict ? schedule_verdict_name(state->verdict) : NULL);
	json_put_text(json, "note", state->note);
	json_put_int(json, "run", state->run);
	json_put_bool(json, "paused", state->paused_at != 0);
	json_put_text(json, "paused_by", state->paused_who);
	json_put_text(json, "alarm", late ? alarm : NULL);
}
