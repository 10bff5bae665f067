/*
 * alarm.h — says it once, in the log and to the operator's command, when a schedule should have run
 * and did not, and when that is over. Asks the store, so that a scheduler that hangs is seen, too.
 */

#ifndef AGENT_ALARM_H
#define AGENT_ALARM_H

#include "agent/alert.h"
#include "base/text.h"

struct alarms {
	struct text_list told; /* names of schedules */
};

/* Now and then, on one thread, which is the view's. */
void alarms_look(struct alarms *alarms, struct view *view, struct alerts *alerts);

void alarms_free_fields(struct alarms *alarms);

#endif
