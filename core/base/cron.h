/*
 * cron.h — when is it time? Five fields as in crontab(5): minute, hour, day of month, month, day of
 * week; lists, ranges, steps and English names; @hourly, @daily, @weekly, @monthly, @yearly. As
 * there, days match either field when both are restricted. Or in words:
 *
 *   at 06:30                     at 06:30, 18:00 weekdays       at 22:00 on day 1, 15
 *   every 15 minutes             every 15 minutes 06:00-20:00 mon-fri
 *   every 2 hours weekends       at 23:00 last day
 *   at 06:30 from 2026-12-01     at 06:30 on 2026-12-24 (once)
 *   every 3 days at 06:30 from 2026-12-01
 *   every 2 weeks on mon, thu at 06:30 from 2026-12-01
 *   every 3 months at 22:00 on day 1 from 2026-12-01
 *
 * Days, weeks (from Monday on) and months are counted from the one of that date, which must be
 * given, since nothing else says which ones are meant; the first time is not before it. Weeks
 * without a weekday and months without a day have those of the date.
 *
 * A window counts from its first minute, includes its last one and may go over midnight.
 *
 * Times are local. When clocks are put forward, what falls into the gap is due at the first minute
 * after it; when they are put back, a time of given hours is due once. What is due in every hour,
 * or "every" so many minutes, goes on as time goes on: nothing is caught up, nothing left out.
 */

#ifndef BASE_CRON_H
#define BASE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define CRON_LAST_DAY UINT32_C(1) /* of `days`: the last one of the month */

enum cron_unit { CRON_DAYS, CRON_WEEKS, CRON_MONTHS };

struct cron {
	uint64_t minutes[23]; /* of the day: bit n % 64 of minutes[n / 64] */
	uint32_t hours;	      /* those that have a minute */
	uint32_t days;	      /* bits 1..31, CRON_LAST_DAY */
	uint32_t months;
	uint32_t weekdays; /* bit 0: Sunday */
	bool any_hour, any_day, any_weekday;
	int64_t first, last; /* days since 1970 between which it is in force; 0 = no such end */
	enum cron_unit unit;
	int64_t every; /* so many units, counted from the first day's; 0 = each */
};

/* ERR_CONFIG says which field is wrong, and what it may be. */
int cron_parse(struct cron *out, const char *text, struct err *err);

/* The form in words alone; cron_parse() knows which one it has. */
int cron_parse_words(struct cron *out, const char *text, struct err *err);

/* The first due minute after `after` (ms UTC), or 0 when none comes within eight years. */
int64_t cron_next(const struct cron *cron, int64_t after);

#endif
