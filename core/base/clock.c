/* clock.c — wall clock, monotonic clock, and their text forms. */

#include "base/base.h"
#include "base/clock.h"

#include <stdatomic.h>

static _Atomic int64_t frozen = -1;

static int64_t read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	int64_t ms = atomic_load(&frozen);

	return ms >= 0 ? ms : read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_mono_us(void)
{
	int64_t ms = atomic_load(&frozen);

	return ms >= 0 ? ms * 1000 : read_us(CLOCK_MONOTONIC);
}

int64_t clock_mono(void)
{
	return clock_mono_us() / 1000;
}

void clock_sleep(int64_t ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000 };

	while (ms > 0 && nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

void clock_freeze(int64_t ms)
{
	atomic_store(&frozen, ms);
}

char *clock_iso(char text[CLOCK_TEXT_MAX], int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	size_t used;

	gmtime_r(&seconds, &tm);
	used = strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + used, CLOCK_TEXT_MAX - used, ".%03dZ", (int)(ms % 1000));
	return text;
}

int clock_parse_iso(int64_t *ms, const char *text, struct err *err)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	int64_t fraction = 0;
	int64_t scale = 100;
	int hours = 0;
	int minutes = 0;
	int sign = 0;

	if (!rest)
		return err_set(
			err, ERR_USAGE, "\"%s\" is not a time like 2026-11-23T12:04:11Z", text);
	if (*rest == '.') {
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, scale /= 10)
			fraction += (*rest - '0') * scale;
	}
	if (*rest == '+' || *rest == '-') {
		sign = *rest == '+' ? 1 : -1;
		if (sscanf(rest + 1, "%2d:%2d", &hours, &minutes) != 2 &&
			sscanf(rest + 1, "%2d%2d", &hours, &minutes) != 2)
			return err_set(err, ERR_USAGE, "\"%s\" has no proper time zone", text);
	} else if (strcmp(rest, "Z") != 0) {
		return err_set(err, ERR_USAGE, "\"%s\" does not end in Z or a zone offset", text);
	}
	*ms = (int64_t)timegm(&tm) * 1000 + fraction -
	      (int64_t)sign * (hours * 60 + minutes) * 60000;
	return 0;
}

char *clock_local_short(char text[CLOCK_TEXT_MAX], int64_t ms, int64_t now)
{
	time_t then = (time_t)(ms / 1000);
	time_t today = (time_t)(now / 1000);
	struct tm a;
	struct tm b;

	localtime_r(&then, &a);
	localtime_r(&today, &b);
	if (a.tm_year == b.tm_year && a.tm_yday == b.tm_yday)
		strftime(text, CLOCK_TEXT_MAX, "%H:%M:%S", &a);
	else
		strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%d", &a);
	return text;
}

char *clock_local_full(char text[CLOCK_TEXT_MAX], int64_t ms)
{
	time_t then = (time_t)(ms / 1000);
	struct tm tm;

	localtime_r(&then, &tm);
	strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &tm);
	return text;
}
