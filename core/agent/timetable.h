/*
 * timetable.h — which interface is due when, as the catalog's schedules say. Used by one thread.
 */

#ifndef AGENT_TIMETABLE_H
#define AGENT_TIMETABLE_H

#include <stdint.h>

#include "base/err.h"
#include "model/catalog.h"

struct timetable;

struct timetable *timetable_new(const struct catalog *catalog);
void timetable_free(struct timetable *timetable);

/*
 * Read the schedules of all deployed interfaces whose connection is no draft, where anything
 * changed since the last time. What cannot be read is logged and has no times until it can.
 */
void timetable_load(struct timetable *timetable, int64_t now);

/*
 * An interface that is due at `now`, whose next time is then set; NULL when none (more) is. Times
 * missed while nobody looked count once. The name lives until the next load.
 */
const char *timetable_due(struct timetable *timetable, int64_t now);

/* The next time (ms UTC) and its interface; 0 when nothing is scheduled. */
int64_t timetable_next(const struct timetable *timetable, const char **interface);

#endif
