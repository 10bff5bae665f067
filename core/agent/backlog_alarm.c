/* backlog_alarm.c — what waits too long now against what did at the last look. */

#include "base/base.h"
#include "agent/backlog_alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/service.h"

#define LOOK_MS INT64_C(60000)
#define PATIENCE_MS (15 * LOOK_MS)
#define HOUR_MS (60 * LOOK_MS)

static struct backlog_alarm *find(struct backlog_alarms *alarms, const char *interface)
{
	for (int i = 0; i < alarms->count; i++)
		if (strcmp(alarms->items[i].interface, interface) == 0)
			return &alarms->items[i];
	return NULL;
}

static void tell(
	struct backlog_alarm *alarm, const struct backlog_state *state, struct alerts *alerts)
{
	char when[CLOCK_TEXT_MAX];
	char text[256];

	snprintf(text, sizeof(text),
		"%" PRId64 " messages of %s wait, the oldest since %s: see `agentboard message "
		"list status:pending interface:%s`",
		state->messages, state->interface, clock_local_full(when, state->since),
		state->interface);
	if (!alarm->told)
		log_line(LOG_LEVEL_ERROR, 0, "ALARM: %s", text);
	alarm->told = true;
	alerts_backlog(alerts, state->interface, text);
}

static void look_at(
	struct backlog_alarms *alarms, const struct backlog_state *state, struct alerts *alerts)
{
	struct backlog_alarm *alarm = find(alarms, state->interface);

	if (!alarm && alarms->count < BACKLOG_INTERFACES_MAX) {
		alarm = &alarms->items[alarms->count++];
		*alarm = (struct backlog_alarm){ .seen = clock_mono() };
		text_copy(alarm->interface, sizeof(alarm->interface), state->interface);
	}
	if (alarm && clock_mono() - alarm->seen >= PATIENCE_MS)
		tell(alarm, state, alerts);
}

static bool is_old(
	const struct backlog_state *states, int count, const char *interface, int64_t before)
{
	for (int i = 0; i < count; i++)
		if (strcmp(states[i].interface, interface) == 0)
			return states[i].since < before;
	return false;
}

static void forget(struct backlog_alarms *alarms, int index, struct alerts *alerts)
{
	struct backlog_alarm *alarm = &alarms->items[index];

	if (alarm->told) {
		log_line(LOG_LEVEL_INFO, 0, "the backlog of %s is gone", alarm->interface);
		alerts_backlog(alerts, alarm->interface, NULL);
	}
	*alarm = alarms->items[--alarms->count];
}

void backlog_alarms_look(
	struct backlog_alarms *alarms, struct view *view, int hours, struct alerts *alerts)
{
	int64_t before = hours ? clock_now() - hours * HOUR_MS : INT64_MIN;
	struct backlog_state *states = NULL;
	int count = 0;

	if (alarms->looked && clock_mono() - alarms->looked < LOOK_MS)
		return;
	if (view_backlogs(&states, &count, view, NULL) < 0)
		return; /* what is not known is no news */
	alarms->looked = clock_mono();
	for (int i = alarms->count - 1; i >= 0; i--)
		if (!is_old(states, count, alarms->items[i].interface, before))
			forget(alarms, i, alerts);
	for (int i = 0; i < count; i++)
		if (states[i].since < before)
			look_at(alarms, &states[i], alerts);
	free(states);
}
