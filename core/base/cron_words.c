/* cron_words.c — schedules in words: "at 06:30 weekdays", "every 15 minutes 06:00-20:00 mon-fri".
 */

#include "base/base.h"
#include "base/cron.h"
#include "base/text.h"

#include <ctype.h>
#include <strings.h>

#define DAY_MINUTES 1440
#define WORDS_MAX 64
#define PERIOD_MAX 1000

static const char *const day_names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

/* What was read so far. */
struct reading {
	char *words[WORDS_MAX + 1];
	int count, at;
	int times[WORDS_MAX];
	int time_count;
	int every; /* minutes, 0 = none */
	bool window;
	int from, to; /* minutes of the day */
	uint32_t weekdays, days;
	enum cron_unit unit; /* of `period` */
	int64_t period;	     /* 0 = none */
	struct tm first;     /* when dated */
	bool dated, once;
	const char *wrong;
};

static const char *peek(const struct reading *reading)
{
	return reading->at < reading->count ? reading->words[reading->at] : NULL;
}

static bool take(struct reading *reading, const char *word)
{
	if (!peek(reading) || !text_equal_fold(peek(reading), word))
		return false;
	reading->at++;
	return true;
}

/* "6:30", "06:30" at the start of a text, which moves behind it. */
static bool take_time(int *minutes, const char **text)
{
	int hour = 0;
	int minute = 0;
	const char *at = *text;
	const char *start = at;

	for (; isdigit((unsigned char)*at) && at - start < 2; at++)
		hour = hour * 10 + (*at - '0');
	if (at == start || *at++ != ':' || !isdigit((unsigned char)at[0]) ||
		!isdigit((unsigned char)at[1]))
		return false;
	minute = (at[0] - '0') * 10 + (at[1] - '0');
	at += 2;
	if (hour > 23 || minute > 59 || isdigit((unsigned char)*at))
		return false;
	*minutes = hour * 60 + minute;
	*text = at;
	return true;
}

static bool is_time(const char *word, int *minutes)
{
	return word && take_time(minutes, &word) && !*word;
}

static bool read_at(struct reading *reading)
{
	int minutes;

	while (is_time(peek(reading), &minutes) && reading->time_count < WORDS_MAX) {
		reading->times[reading->time_count++] = minutes;
		reading->at++;
	}
	return reading->time_count > 0;
}

/* "3 days", "week": how many of them lie between two. */
static bool read_period(struct reading *reading, int64_t number)
{
	static const struct {
		const char *one, *many;
		enum cron_unit unit;
	} units[] = { { "day", "days", CRON_DAYS }, { "week", "weeks", CRON_WEEKS },
		{ "month", "months", CRON_MONTHS } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!take(reading, units[i].one) && !take(reading, units[i].many))
			continue;
		if (reading->period || number > PERIOD_MAX)
			return false;
		reading->period = number;
		reading->unit = units[i].unit;
		return true;
	}
	return false;
}

/* "15 minutes", "2 hours", "minute", "hour"; "3 days", "week", "2 months". */
static bool read_every(struct reading *reading)
{
	static const struct {
		const char *word;
		int minutes;
	} units[] = { { "minute", 1 }, { "minutes", 1 }, { "min", 1 }, { "hour", 60 },
		{ "hours", 60 } };
	int64_t number = 1;

	if (peek(reading) && text_int(&number, peek(reading), 1, DAY_MINUTES))
		reading->at++;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!take(reading, units[i].word))
			continue;
		if (reading->every)
			return false;
		reading->every = (int)number * units[i].minutes;
		return reading->every <= DAY_MINUTES;
	}
	return read_period(reading, number);
}

/* "2026-12-01", and there is such a day. */
static bool read_date(struct reading *reading)
{
	const char *word = peek(reading);
	struct tm tm = { .tm_isdst = 0 };
	const char *end = word ? strptime(word, "%Y-%m-%d", &tm) : NULL;
	struct tm same = tm;

	if (!end || *end || strlen(word) != strlen("2026-12-01") || reading->dated)
		return false;
	timegm(&same);
	if (same.tm_mday != tm.tm_mday || tm.tm_year < 70)
		return false;
	reading->first = same;
	reading->dated = true;
	reading->at++;
	return true;
}

static bool set_window(struct reading *reading, int from, int to)
{
	if (reading->window)
		return false;
	reading->window = true;
	reading->from = from;
	reading->to = to;
	return true;
}

/* "06:00-20:00" */
static bool read_window(struct reading *reading, const char *word)
{
	int from, to;

	if (!take_time(&from, &word) || *word++ != '-' || !take_time(&to, &word) || *word)
		return false;
	return set_window(reading, from, to);
}

/* "from 06:00 to 20:00", "between 06:00 and 20:00"; the first word was taken. */
static bool read_spoken_window(struct reading *reading)
{
	int from, to;

	if (!is_time(peek(reading), &from))
		return false;
	reading->at++;
	if (!take(reading, "to") && !take(reading, "and"))
		return false;
	if (!is_time(peek(reading), &to))
		return false;
	reading->at++;
	return set_window(reading, from, to);
}

/* 0 for Sunday; -1 = none. Whole names and their first three letters. */
static int weekday(const char *word, size_t len)
{
	static const char *const whole[] = { "sunday", "monday", "tuesday", "wednesday", "thursday",
		"friday", "saturday" };

	for (int i = 0; i < 7; i++) {
		if ((len == 3 && strncasecmp(word, day_names[i], 3) == 0) ||
			(len == strlen(whole[i]) && strncasecmp(word, whole[i], len) == 0))
			return i;
	}
	return -1;
}

/* "mon", "mon-fri", "sat-sun" */
static bool read_weekdays(struct reading *reading, const char *word)
{
	const char *dash = strchr(word, '-');
	int from = weekday(word, dash ? (size_t)(dash - word) : strlen(word));
	int to = dash ? weekday(dash + 1, strlen(dash + 1)) : from;

	if (from < 0 || to < 0)
		return false;
	for (int day = from;; day = (day + 1) % 7) {
		reading->weekdays |= UINT32_C(1) << day;
		if (day == to)
			return true;
	}
}

/* Days of the month behind "day": numbers. */
static bool read_days(struct reading *reading)
{
	int64_t day;
	bool any = false;

	while (peek(reading) && text_int(&day, peek(reading), 1, 31)) {
		reading->days |= UINT32_C(1) << day;
		reading->at++;
		any = true;
	}
	return any;
}

static bool read_one(struct reading *reading)
{
	const char *word = reading->words[reading->at++];

	if (text_equal_fold(word, "at"))
		return read_at(reading);
	if (text_equal_fold(word, "every"))
		return read_every(reading);
	if (text_equal_fold(word, "from") || text_equal_fold(word, "between"))
		return read_date(reading) || read_spoken_window(reading);
	if (text_equal_fold(word, "starting"))
		return (take(reading, "at"), read_date(reading));
	if (text_equal_fold(word, "on")) {
		reading->once = reading->once || read_date(reading);
		return true;
	}
	if (text_equal_fold(word, "daily"))
		return true;
	if (text_equal_fold(word, "weekdays"))
		return read_weekdays(reading, "mon-fri");
	if (text_equal_fold(word, "weekends"))
		return read_weekdays(reading, "sat-sun");
	if (text_equal_fold(word, "day"))
		return read_days(reading);
	if (text_equal_fold(word, "last") && take(reading, "day")) {
		reading->days |= CRON_LAST_DAY;
		return true;
	}
	return read_weekdays(reading, word) || read_window(reading, word);
}

static void add_minute(struct cron *cron, int minute)
{
	minute %= DAY_MINUTES;
	cron->minutes[minute / 64] |= UINT64_C(1) << (minute % 64);
	cron->hours |= UINT32_C(1) << (minute / 60);
}

static void add_every(struct cron *cron, const struct reading *reading)
{
	int from = reading->window ? reading->from : 0;
	int to = reading->window ? reading->to : DAY_MINUTES - 1;

	if (to < from)
		to += DAY_MINUTES; /* over midnight */
	for (int minute = from; minute <= to; minute += reading->every)
		add_minute(cron, minute);
}

static int64_t day_number(const struct tm *tm)
{
	struct tm copy = *tm;

	return timegm(&copy) / (DAY_MINUTES * INT64_C(60));
}

/* What is counted is counted from a date, which also says the day where nothing else does. */
static int fill_period(struct cron *cron, const struct reading *reading, struct err *err)
{
	if (reading->period > 1 && !reading->dated)
		return err_set(err, ERR_CONFIG,
			"\"every %" PRId64
			"\" days, weeks or months are counted from a date: every "
			"2 weeks on mon at 06:30 from 2026-12-01",
			reading->period);
	if (reading->period && reading->once)
		return err_set(err, ERR_CONFIG,
			"a schedule is either for one date (on 2026-12-24) or comes again (every 2 "
			"weeks from 2026-12-01)");
	cron->unit = reading->unit;
	cron->every = reading->period > 1 ? reading->period : 0;
	if (!reading->dated)
		return 0;
	cron->first = day_number(&reading->first);
	cron->last = reading->once ? cron->first : 0;
	if (reading->period && reading->unit == CRON_WEEKS && cron->any_weekday) {
		cron->weekdays = UINT32_C(1) << reading->first.tm_wday;
		cron->any_weekday = false;
	}
	if (reading->period && reading->unit == CRON_MONTHS && cron->any_day) {
		cron->days = UINT32_C(1) << reading->first.tm_mday;
		cron->any_day = false;
	}
	return 0;
}

static int fill(struct cron *out, const struct reading *reading, struct err *err)
{
	int rc;
	struct cron cron = { .days = reading->days ? reading->days : ~UINT32_C(1),
		.months = 0x1ffe,
		.weekdays = reading->weekdays ? reading->weekdays : 0x7f,
		.any_hour = reading->every > 0,
		.any_day = !reading->days,
		.any_weekday = !reading->weekdays };

	if (!reading->every == !reading->time_count)
		return err_set(err, ERR_CONFIG,
			"a schedule in words says either \"at\" some time or \"every\" so many "
			"minutes: at 06:30, every 15 minutes");
	if (reading->window && !reading->every)
		return err_set(err, ERR_CONFIG,
			"%02d:%02d-%02d:%02d wants \"every\" so many minutes before it",
			reading->from / 60, reading->from % 60, reading->to / 60, reading->to % 60);
	for (int i = 0; i < reading->time_count; i++)
		add_minute(&cron, reading->times[i]);
	if (reading->every)
		add_every(&cron, reading);
	rc = fill_period(&cron, reading, err);
	if (rc == 0)
		*out = cron;
	return rc;
}

int cron_parse_words(struct cron *out, const char *text, struct err *err)
{
	struct reading reading = { .count = 0 };
	char copy[512];
	char *rest = copy;
	char *word;

	if (!text_copy(copy, sizeof(copy), text))
		return err_set(err, ERR_CONFIG, "a schedule is shorter than that");
	while (reading.count < WORDS_MAX && (word = strsep(&rest, " \t,")) != NULL) {
		if (*word)
			reading.words[reading.count++] = word;
	}
	while (reading.at < reading.count) {
		int at = reading.at;

		if (!read_one(&reading))
			return err_set(err, ERR_CONFIG,
				"\"%s\" was not understood in the schedule \"%s\": write, for "
				"instance, at 06:30 weekdays; every 15 minutes 06:00-20:00 "
				"mon-fri; at 22:00 on day 1, 15; at 23:00 last day; every 2 "
				"weeks on mon at 06:30 from 2026-12-01; or the five "
				"fields */15 6-20 * * 1-5",
				reading.words[at], text);
	}
	return fill(out, &reading, err);
}
