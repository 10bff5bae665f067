/* schedule_report.h — schedules as commands and board tell them; the board borrows it. */

#ifndef COMMAND_SCHEDULE_REPORT_H
#define COMMAND_SCHEDULE_REPORT_H

#include "base/json.h"
#include "model/interface.h"
#include "store/schedules.h"

/* All of them, none when there is no store yet. Caller frees *states. */
int schedules_load(
	struct schedule_state **states, int *count, const char *home_data, struct err *err);

/* The one that starts this interface, its own or its integration's; NULL = none is known. */
const struct schedule_state *schedules_of(
	const struct schedule_state *states, int count, const struct interface *interface);

enum schedule_mood { SCHEDULE_QUIET, SCHEDULE_FINE, SCHEDULE_WARN, SCHEDULE_BAD };

/* A word or the next time: "06:30:00", "paused", "held", "LATE". */
enum schedule_mood schedule_word(
	char *out, size_t size, const struct schedule_state *state, int64_t now);

/* What became of the last time: "06:30:00 held: orders: connection erp is held ..."; "" = none. */
void schedule_last(char *out, size_t size, const struct schedule_state *state, int64_t now);

/* The members of its object. */
void schedule_json(struct json *json, const struct schedule_state *state, int64_t now);

#endif
