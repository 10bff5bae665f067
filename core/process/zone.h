/*
 * zone.h — wall-clock times of a named time zone to UTC, from the system's zone files (TZif, RFC
 * 8536). The C library converts only the zone of the whole process, which would not do here.
 */

#ifndef PROCESS_ZONE_H
#define PROCESS_ZONE_H

#include <stdint.h>

#include "base/err.h"

struct zone;

/* `name` as in "UTC", "Europe/Berlin". Fails with ERR_CONFIG when the system knows no such zone. */
int zone_load(struct zone **out, const char *name, struct err *err);
void zone_free(struct zone *zone);

/*
 * Seconds since 1970 UTC of a wall clock that shows `local` (counted as if it were UTC). A time
 * that came twice (autumn) is the first of the two; one that never was (spring) is told by the
 * clock that was not put forward yet.
 */
int64_t zone_to_utc(const struct zone *zone, int64_t local);

/* How far its clocks are ahead of UTC, in seconds, at a moment. */
int32_t zone_offset_at(const struct zone *zone, int64_t utc);

/* Days since 1970-01-01 of a date of the Gregorian calendar, and the reverse. */
int64_t civil_days(int64_t year, int month, int day);
void civil_date(int64_t *year, int *month, int *day, int64_t days);

#endif
