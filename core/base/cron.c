/* cron.c — crontab's five fields as bit sets, and the search for the next minute that fits. */

#include "base/base.h"
#include "base/cron.h"
#include "base/text.h"

#include <ctype.h>
#include <strings.h>

#define MINUTE 60
#define YEARS_AHEAD 8 /* 29 February may be so far away */

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
	"sep", "oct", "nov", "dec", NULL };
static const char *const day_names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

enum { FIELD_MINUTE, FIELD_HOUR, FIELD_DAY, FIELD_MONTH, FIELD_WEEKDAY, FIELD_COUNT };

static const struct {
	const char *name;
	int min, max;
	const char *const *words; /* words[0] is `min` */
} fields[FIELD_COUNT] = {
	[FIELD_MINUTE] = { "minute", 0, 59, NULL },
	[FIELD_HOUR] = { "hour", 0, 23, NULL },
	[FIELD_DAY] = { "day of month", 1, 31, NULL },
	[FIELD_MONTH] = { "month", 1, 12, month_names },
	[FIELD_WEEKDAY] = { "day of week", 0, 7, day_names },
};

static const struct {
	const char *name, *meaning;
} nicknames[] = {
	{ "@hourly", "0 * * * *" },
	{ "@daily", "0 0 * * *" },
	{ "@midnight", "0 0 * * *" },
	{ "@weekly", "0 0 * * 0" },
	{ "@monthly", "0 0 1 * *" },
	{ "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
};

/* ---- parsing ---- */

static int wrong(int field, const char *text, struct err *err)
{
	return err_set(err, ERR_CONFIG, "\"%s\" is no %s: %d to %d, as in 5, 1-3, */15, 1,4", text,
		fields[field].name, fields[field].min, fields[field].max);
}

/* A number or a name at *text, which moves behind it. */
static bool take_value(int *value, int field, const char **text)
{
	const char *const *words = fields[field].words;
	size_t digits = strspn(*text, "0123456789");
	char number[8];
	int64_t parsed;

	for (int i = 0; words && words[i]; i++) {
		if (strncasecmp(*text, words[i], 3) == 0) {
			*value = fields[field].min + i;
			*text += 3;
			return true;
		}
	}
	if (digits == 0 || digits >= sizeof(number))
		return false;
	memcpy(number, *text, digits);
	number[digits] = '\0';
	if (!text_int(&parsed, number, fields[field].min, fields[field].max))
		return false;
	*value = (int)parsed;
	*text += digits;
	return true;
}

/* "*", "5", "1-3", each with or without "/STEP". */
static bool parse_item(uint64_t *bits, int field, const char *text)
{
	int from = fields[field].min;
	int to = fields[field].max;
	int64_t step = 1;

	if (*text == '*') {
		text++;
	} else {
		if (!take_value(&from, field, &text))
			return false;
		to = from;
		if (*text == '-') {
			text++;
			if (!take_value(&to, field, &text) || to < from)
				return false;
		} else if (*text == '/') {
			to = fields[field].max;
		}
	}
	if (*text == '/' && !text_int(&step, text + 1, 1, fields[field].max))
		return false;
	if (*text && *text != '/')
		return false;
	for (int i = from; i <= to; i += (int)step)
		*bits |= UINT64_C(1) << i;
	return true;
}

static int parse_field(uint64_t *bits, bool *any, int field, const char *text, struct err *err)
{
	char copy[128];
	char *rest = copy;
	char *item;

	*bits = 0;
	*any = text[0] == '*';
	if (!text_copy(copy, sizeof(copy), text))
		return wrong(field, text, err);
	while ((item = strsep(&rest, ",")) != NULL) {
		if (!parse_item(bits, field, item))
			return wrong(field, text, err);
	}
	return 0;
}

int cron_parse(struct cron *out, const char *text, struct err *err)
{
	uint64_t bits[FIELD_COUNT];
	bool any[FIELD_COUNT];
	char copy[512];
	char *rest = copy;
	char *word;
	int count = 0;

	if (isalpha((unsigned char)text[strspn(text, " \t")]))
		return cron_parse_words(out, text, err);
	for (size_t i = 0; i < ARRAY_SIZE(nicknames); i++) {
		if (text_equal_fold(text, nicknames[i].name))
			text = nicknames[i].meaning;
	}
	if (!text_copy(copy, sizeof(copy), text))
		return err_set(err, ERR_CONFIG, "a schedule is shorter than that");
	while ((word = strsep(&rest, " \t")) != NULL) {
		int rc;

		if (!*word)
			continue;
		if (count == FIELD_COUNT)
			break;
		rc = parse_field(&bits[count], &any[count], count, word, err);
		if (rc < 0)
			return rc;
		count++;
	}
	if (count != FIELD_COUNT || word)
		return err_set(err, ERR_CONFIG,
			"a schedule has five fields: minute, hour, day of month, month, day of "
			"week, as in */15 6-20 * * 1-5");
	*out = (struct cron){ .hours = (uint32_t)bits[FIELD_HOUR],
		.days = (uint32_t)bits[FIELD_DAY],
		.months = (uint32_t)bits[FIELD_MONTH],
		/* Sunday is 0 and 7 */
		.weekdays = (uint32_t)((bits[FIELD_WEEKDAY] | bits[FIELD_WEEKDAY] >> 7) & 0x7f),
		.any_hour = any[FIELD_HOUR],
		.any_day = any[FIELD_DAY],
		.any_weekday = any[FIELD_WEEKDAY] };
	for (int i = 0; i < 24 * MINUTE; i++) {
		if (bits[FIELD_HOUR] >> (i / MINUTE) & 1 && bits[FIELD_MINUTE] >> (i % MINUTE) & 1)
			out->minutes[i / 64] |= UINT64_C(1) << (i % 64);
	}
	return 0;
}

/* ---- searching ---- */

static bool is_last_day(const struct tm *tm)
{
	struct tm next = *tm;

	next.tm_mday++;
	next.tm_isdst = 0;
	timegm(&next);
	return next.tm_mday == 1;
}

/* Which day, week (of those that begin on Mondays) or month since 1970 is it? */
static int64_t number_of(enum cron_unit unit, int64_t day)
{
	time_t when = (time_t)day * 24 * 60 * MINUTE;
	struct tm tm;

	if (unit == CRON_DAYS)
		return day;
	if (unit == CRON_WEEKS)
		return (day + 3) / 7; /* 1970 began on a Thursday */
	gmtime_r(&when, &tm);
	return tm.tm_year * INT64_C(12) + tm.tm_mon;
}

static bool is_its_turn(const struct cron *cron, const struct tm *tm)
{
	struct tm date = { .tm_year = tm->tm_year, .tm_mon = tm->tm_mon, .tm_mday = tm->tm_mday };
	int64_t day = timegm(&date) / (24 * 60 * MINUTE);

	if (day < cron->first || (cron->last && day > cron->last))
		return false;
	return !cron->every ||
	       (number_of(cron->unit, day) - number_of(cron->unit, cron->first)) % cron->every == 0;
}

static bool day_fits(const struct cron *cron, const struct tm *tm)
{
	bool day =
		(cron->days >> tm->tm_mday & 1) || (cron->days & CRON_LAST_DAY && is_last_day(tm));
	bool weekday = cron->weekdays >> tm->tm_wday & 1;

	if (!(cron->months >> (tm->tm_mon + 1) & 1) || !is_its_turn(cron, tm))
		return false;
	return cron->any_day || cron->any_weekday ? day && weekday : day || weekday;
}

static bool time_fits(const struct cron *cron, const struct tm *tm)
{
	int minute = tm->tm_hour * MINUTE + tm->tm_min;

	return (cron->minutes[minute / 64] >> (minute % 64) & 1) && day_fits(cron, tm);
}

/* Minutes that the wall clock shows, counted as if no zone ever changed. */
static int64_t wall_minutes(const struct tm *tm)
{
	struct tm copy = *tm;

	copy.tm_isdst = 0;
	return timegm(&copy) / MINUTE;
}

/* Was a time that fits skipped when the clock jumped to what it shows at `now`? */
static bool fits_in_gap(const struct cron *cron, time_t now, const struct tm *tm)
{
	time_t before = now - MINUTE;
	struct tm shown;
	int64_t from;
	int64_t to = wall_minutes(tm);

	localtime_r(&before, &shown);
	from = wall_minutes(&shown) + 1;
	if (cron->any_hour || from >= to)
		return false;
	for (int64_t minute = from; minute < to; minute++) {
		time_t skipped = (time_t)(minute * MINUTE);

		gmtime_r(&skipped, &shown);
		if (time_fits(cron, &shown))
			return true;
	}
	return false;
}

/* Does the clock show now what it showed some while ago, having been put back? */
static bool is_second_time(time_t now, const struct tm *tm)
{
	static const int put_back[] = { 3600, 1800, 7200 };

	for (size_t i = 0; i < ARRAY_SIZE(put_back); i++) {
		time_t before = now - put_back[i];
		struct tm shown;

		localtime_r(&before, &shown);
		if (wall_minutes(&shown) == wall_minutes(tm))
			return true;
	}
	return false;
}

/* The next moment worth a look: the next minute, hour or day. */
static time_t step(const struct cron *cron, time_t now, const struct tm *tm)
{
	struct tm next = *tm;
	time_t then;

	if (day_fits(cron, tm) && (cron->hours >> tm->tm_hour & 1))
		return now + MINUTE;
	if (day_fits(cron, tm))
		return now + (60 - tm->tm_min) * MINUTE;
	next.tm_mday++;
	next.tm_hour = next.tm_min = 0;
	next.tm_isdst = -1;
	then = mktime(&next);
	return then > now ? then : now + MINUTE;
}

int64_t cron_next(const struct cron *cron, int64_t after)
{
	time_t now = (time_t)(after / 1000 / MINUTE + 1) * MINUTE;
	time_t end = now + (time_t)YEARS_AHEAD * 366 * 24 * 60 * MINUTE;

	while (now < end) {
		struct tm tm;

		localtime_r(&now, &tm);
		if (time_fits(cron, &tm) && (cron->any_hour || !is_second_time(now, &tm)))
			return (int64_t)now * 1000;
		if (fits_in_gap(cron, now, &tm))
			return (int64_t)now * 1000;
		now = step(cron, now, &tm);
	}
	return 0;
}
