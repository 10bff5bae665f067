/*
 * zone.c — reads a TZif file: the changes of a zone's clock that were, and behind them the rule for
 * those to come (a POSIX TZ string such as "CET-1CEST,M3.5.0,M10.5.0/3").
 */

#include "base/base.h"
#include "process/zone.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"

#include <ctype.h>
#include <endian.h>

#define ZONE_FILE_MAX (256 * 1024)
#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define DAY 86400

/* A day of each year on which the clock is changed: the month's nth weekday, or a plain day. */
struct change_day {
	enum { DAY_MONTH, DAY_JULIAN, DAY_ZERO } kind; /* M, J (no 29 February), n */
	int month, week, day;
	int32_t second; /* of the day, by the clock before the change */
};

struct rule {
	bool known;
	bool summer; /* is there summer time at all? */
	int32_t standard_offset, summer_offset;
	struct change_day begin, end;
};

struct zone {
	size_t count;
	int64_t *times;	      /* moments at which the offset changed ... */
	int32_t *offsets;     /* ... and to what */
	int32_t first_offset; /* before all of them */
	struct rule rule;     /* behind all of them */
};

/* ---- calendar ---- */

int64_t civil_days(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void civil_date(int64_t *year, int *month, int *day, int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int shifted = (int)((5 * day_of_year + 2) / 153);

	*day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
	*month = shifted < 10 ? shifted + 3 : shifted - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* ---- the rule ---- */

static bool parse_digits(int *value, const char **at, int max)
{
	int number = 0;

	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at) && number <= max; (*at)++)
		number = number * 10 + **at - '0';
	*value = number;
	return number <= max;
}

/* "CET" or "<+03>". */
static bool skip_name(const char **at)
{
	const char *start = *at;

	if (**at == '<') {
		*at += strcspn(*at, ">");
		return *(*at)++ == '>';
	}
	while (isalpha((unsigned char)**at))
		(*at)++;
	return *at > start;
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool parse_span(int32_t *seconds, const char **at)
{
	int parts[3] = { 0, 0, 0 };
	int sign = **at == '-' ? -1 : 1;

	if (**at == '-' || **at == '+')
		(*at)++;
	for (int i = 0; i < 3; i++) {
		if (i > 0 && *(*at)++ != ':')
			return false;
		if (!parse_digits(&parts[i], at, i ? 59 : 167))
			return false;
		if (**at != ':')
			break;
	}
	*seconds = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
	return true;
}

static bool parse_day(struct change_day *day, const char **at)
{
	*day = (struct change_day){ .kind = DAY_ZERO, .second = 2 * 3600 };
	if (*(*at)++ != ',')
		return false;
	if (**at == 'M') {
		(*at)++;
		day->kind = DAY_MONTH;
		if (!parse_digits(&day->month, at, 12) || *(*at)++ != '.' ||
			!parse_digits(&day->week, at, 5) || *(*at)++ != '.' ||
			!parse_digits(&day->day, at, 6))
			return false;
	} else {
		if (**at == 'J') {
			(*at)++;
			day->kind = DAY_JULIAN;
		}
		if (!parse_digits(&day->day, at, 365))
			return false;
	}
	if (**at != '/')
		return true;
	(*at)++;
	return parse_span(&day->second, at);
}

/* POSIX counts offsets westward, hence the signs. */
static bool parse_rule(struct rule *rule, const char *text)
{
	int32_t west;

	if (!skip_name(&text) || !parse_span(&west, &text))
		return false;
	rule->standard_offset = -west;
	if (!*text)
		return true;
	if (!skip_name(&text))
		return false;
	rule->summer_offset = rule->standard_offset + 3600;
	if (*text != ',') {
		if (!parse_span(&west, &text))
			return false;
		rule->summer_offset = -west;
	}
	rule->summer = true;
	return parse_day(&rule->begin, &text) && parse_day(&rule->end, &text) && !*text;
}

/* The wall-clock second at which the change of `year` happens. */
static int64_t change_second(const struct change_day *day, int64_t year)
{
	int64_t first = civil_days(year, 1, 1);
	int64_t at;

	if (day->kind == DAY_MONTH) {
		int64_t month = civil_days(year, day->month, 1);
		int64_t next = day->month == 12 ? civil_days(year + 1, 1, 1)
						: civil_days(year, day->month + 1, 1);
		int weekday = (int)(((month + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */

		at = month + (day->day - weekday + 7) % 7 + (day->week - 1) * 7;
		if (at >= next)
			at -= 7;
	} else if (day->kind == DAY_JULIAN) {
		at = first + day->day - 1 + (is_leap(year) && day->day >= 60);
	} else {
		at = first + day->day;
	}
	return at * DAY + day->second;
}

static int32_t rule_offset(const struct rule *rule, int64_t utc)
{
	int64_t days = (utc + rule->standard_offset) / DAY;
	int64_t year, begin, end;
	int month, day;
	bool inside;

	if (!rule->summer)
		return rule->standard_offset;
	civil_date(&year, &month, &day, days);
	begin = change_second(&rule->begin, year) - rule->standard_offset;
	end = change_second(&rule->end, year) - rule->summer_offset;
	inside = begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;
	return inside ? rule->summer_offset : rule->standard_offset;
}

/* ---- the file ---- */

/* The counts in the header of a TZif block, in their order. */
enum { UT_COUNT, STANDARD_COUNT, LEAP_COUNT, TIME_COUNT, TYPE_COUNT, CHAR_COUNT, COUNTS };

#define HEADER_SIZE 44

static bool read_header(uint32_t counts[COUNTS], const char *data, size_t len)
{
	if (len < HEADER_SIZE || memcmp(data, "TZif", 4) != 0)
		return false;
	for (int i = 0; i < COUNTS; i++) {
		memcpy(&counts[i], data + 20 + i * 4, 4);
		counts[i] = be32toh(counts[i]);
		if (counts[i] > 100000)
			return false;
	}
	return true;
}

static size_t block_size(const uint32_t counts[COUNTS], size_t time_size)
{
	return HEADER_SIZE + counts[TIME_COUNT] * (time_size + 1) + counts[TYPE_COUNT] * 6 +
	       counts[CHAR_COUNT] + counts[LEAP_COUNT] * (time_size + 4) + counts[STANDARD_COUNT] +
	       counts[UT_COUNT];
}

static int32_t type_offset(const char *types, uint32_t index)
{
	uint32_t offset;

	memcpy(&offset, types + index * 6, sizeof(offset));
	return (int32_t)be32toh(offset);
}

/* The 64-bit block; `data` was found long enough for it. */
static bool read_changes(struct zone *zone, const char *data, const uint32_t counts[COUNTS])
{
	const char *times = data + HEADER_SIZE;
	const char *indexes = times + counts[TIME_COUNT] * sizeof(int64_t);
	const char *types = indexes + counts[TIME_COUNT];

	zone->count = counts[TIME_COUNT];
	zone->times = calloc(zone->count + 1, sizeof(*zone->times));
	zone->offsets = calloc(zone->count + 1, sizeof(*zone->offsets));
	if (!zone->times || !zone->offsets || !counts[TYPE_COUNT])
		return false;
	zone->first_offset = type_offset(types, 0);
	for (size_t i = 0; i < zone->count; i++) {
		uint64_t at;
		unsigned char type = (unsigned char)indexes[i];

		memcpy(&at, times + i * sizeof(at), sizeof(at));
		if (type >= counts[TYPE_COUNT])
			return false;
		zone->times[i] = (int64_t)be64toh(at);
		zone->offsets[i] = type_offset(types, type);
	}
	return true;
}

static bool read_footer(struct zone *zone, char *footer, size_t len)
{
	char *end = len > 1 && *footer == '\n' ? memchr(footer + 1, '\n', len - 1) : NULL;

	if (!end)
		return false;
	*end = '\0';
	zone->rule.known = footer[1] != '\0';
	return !zone->rule.known || parse_rule(&zone->rule, footer + 1);
}

static bool read_file(struct zone *zone, char *data, size_t len)
{
	uint32_t counts[COUNTS];
	size_t first, second;

	if (!read_header(counts, data, len) || data[4] < '2')
		return false;
	first = block_size(counts, 4);
	if (first > len || !read_header(counts, data + first, len - first))
		return false;
	second = block_size(counts, 8);
	return second <= len - first && read_changes(zone, data + first, counts) &&
	       read_footer(zone, data + first + second, len - first - second);
}

int zone_load(struct zone **out, const char *name, struct err *err)
{
	struct zone *zone = calloc(1, sizeof(*zone));
	struct buf file = BUF_INIT(ZONE_FILE_MAX);
	char path[256];
	int rc = 0;

	if (!zone)
		return err_nomem(err);
	if (text_equal_fold(name, "UTC") || text_equal_fold(name, "Z")) {
		*out = zone;
		return 0;
	}
	snprintf(path, sizeof(path), ZONE_FOLDER "%s", name);
	if (text_empty(name) || *name == '/' || *name == '.' || strstr(name, "..") ||
		file_read(&file, path, NULL) || !read_file(zone, file.data, file.len))
		rc = err_set(err, ERR_CONFIG,
			"source.time_zone: this machine knows no time zone \"%s\": write UTC or a "
			"name "
			"like Europe/Berlin (package tzdata)",
			name);
	buf_free(&file);
	if (rc)
		zone_free(zone);
	else
		*out = zone;
	return rc;
}

void zone_free(struct zone *zone)
{
	if (!zone)
		return;
	free(zone->times);
	free(zone->offsets);
	free(zone);
}

int32_t zone_offset_at(const struct zone *zone, int64_t utc)
{
	size_t low = 0, high = zone->count; /* how many changes were before `utc` */

	if (zone->rule.known && (!zone->count || utc >= zone->times[zone->count - 1]))
		return rule_offset(&zone->rule, utc);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (zone->times[middle] <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? zone->offsets[low - 1] : zone->first_offset;
}

int64_t zone_to_utc(const struct zone *zone, int64_t local)
{
	int32_t before = zone_offset_at(zone, local - DAY);
	int32_t after = zone_offset_at(zone, local + DAY);

	if (zone_offset_at(zone, local - before) == before)
		return local - before;
	if (zone_offset_at(zone, local - after) == after)
		return local - after;
	return local - before;
}
