/*
 * cron.h — when is it time? Five fields as in crontab(5): minute, hour, day of month, month, day of
 * week; lists, ranges, steps and English names; @hourly, @daily, @weekly, @monthly, @yearly. As
 * there, days match either field when both are restricted.
 *
 * Times are local. When clocks are put forward, what falls into the gap is due at the first minute
 * after it; when they are put back, a time of given hours is due once, and what is due in every
 * hour goes on as time goes on.
 */

#ifndef BASE_CRON_H
#define BASE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct cron {
	uint64_t minutes; /* bit n: minute n */
	uint32_t hours;
	uint32_t days; /* bits 1..31 */
	uint32_t months;
	uint32_t weekdays; /* bit 0: Sunday */
	bool any_hour, any_day, any_weekday;
};

/* ERR_CONFIG says which field is wrong, and what it may be. */
int cron_parse(struct cron *out, const char *text, struct err *err);

/* The first due minute after `after` (ms UTC), or 0 when none comes within eight years. */
int64_t cron_next(const struct cron *cron, int64_t after);

#endif
