/*
 * backlog_alarm.h — messages that wait too long: says so once, in the log and to the operator's
 * command, and when it is over (internal to core/agent). One thread.
 */

#ifndef AGENT_BACKLOG_ALARM_H
#define AGENT_BACKLOG_ALARM_H

#include "agent/alert.h"
#include "store/view.h"

#define BACKLOG_INTERFACES_MAX 256

struct backlog_alarms {
	struct backlog_alarm {
		char interface[65];
		int64_t seen; /* clock_mono() of the first look that found it too old */
		bool told;
	} items[BACKLOG_INTERFACES_MAX];
	int count;
	int64_t looked; /* clock_mono(), 0 = never */
};

/*
 * Now and then; looks once a minute. A backlog that is `hours` old (0 = is never too old) is told
 * when it was so for 15 minutes: what a person sends again is old, too, and gone in a moment.
 */
void backlog_alarms_look(
	struct backlog_alarms *alarms, struct view *view, int hours, struct alerts *alerts);

#endif
