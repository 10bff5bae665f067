/* alarm.c — what is an alarm now against what was one at the last look. */

#include "base/base.h"
#include "agent/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/schedules.h"

static void tell(const char *name, const char *text, struct alerts *alerts)
{
	if (text)
		log_line(LOG_LEVEL_ERROR, 0, "ALARM: %s", text);
	else
		log_line(LOG_LEVEL_INFO, 0, "the alarm of the schedule of %s is over", name);
	alerts_schedule(alerts, name, text);
}

void alarms_look(struct alarms *alarms, struct view *view, struct alerts *alerts)
{
	struct schedule_state *states = NULL;
	struct text_list now = { NULL, 0 };
	int count = 0;

	if (view_schedules(&states, &count, view, NULL) < 0)
		return; /* what is not known is no news */
	for (int i = 0; i < count; i++) {
		char name[SCHEDULE_NAME_MAX + 16];
		char text[512];

		schedule_name(name, sizeof(name), &states[i]);
		if (!schedule_alarm(text, sizeof(text), &states[i], clock_now()))
			continue;
		text_list_add(&now, name);
		if (!text_list_has(&alarms->told, name))
			tell(name, text, alerts);
	}
	for (size_t i = 0; i < alarms->told.count; i++) {
		if (!text_list_has(&now, alarms->told.items[i]))
			tell(alarms->told.items[i], NULL, alerts);
	}
	free(states);
	text_list_free(&alarms->told);
	alarms->told = now;
}

void alarms_free_fields(struct alarms *alarms)
{
	text_list_free(&alarms->told);
}
