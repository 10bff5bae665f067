/* convert.c — values between JSON and their stored text. Own date arithmetic, since a million rows
 * with two times each pass through it. */

#include "base/base.h"
#include "practice/convert.h"

#include <math.h>

/* Days since 1970-01-01 of a proleptic Gregorian date (the era method: 400 years are one era). */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

/* Exactly `count` digits. */
static bool digits(int *value, const char **at, const char *end, int count)
{
	*value = 0;
	for (; count; count--, ++*at) {
		if (*at >= end || **at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

static bool character(const char **at, const char *end, char c)
{
	if (*at >= end || **at != c)
		return false;
	++*at;
	return true;
}

static bool parse_date(int64_t *days, const char **at, const char *end)
{
	int year;
	int month;
	int day;
	int y;
	int m;
	int d;

	if (!digits(&year, at, end, 4) || !character(at, end, '-') || !digits(&month, at, end, 2) ||
		!character(at, end, '-') || !digits(&day, at, end, 2) || month < 1 || month > 12)
		return false;
	*days = days_of(year, month, day);
	date_of(*days, &y, &m, &d);
	return y == year && m == month && d == day && year >= 1700 && year <= 4000;
}

static bool parse_fraction(int *ms, const char **at, const char *end)
{
	int scale = 100;

	*ms = 0;
	if (!character(at, end, '.'))
		return true;
	if (*at >= end || **at < '0' || **at > '9')
		return false;
	for (; *at < end && **at >= '0' && **at <= '9'; ++*at, scale /= 10)
		*ms += (**at - '0') * scale;
	return true;
}

static bool parse_zone(int *minutes, const char **at, const char *end)
{
	bool minus = *at < end && **at == '-';
	int hours;
	int rest;

	*minutes = 0;
	if (character(at, end, 'Z'))
		return *at == end;
	if (!minus && (*at >= end || **at != '+'))
		return false;
	++*at;
	if (!digits(&hours, at, end, 2))
		return false;
	character(at, end, ':');
	if (!digits(&rest, at, end, 2) || hours > 14 || rest > 59)
		return false;
	*minutes = (hours * 60 + rest) * (minus ? -1 : 1);
	return *at == end;
}

bool convert_date(char text[CONVERT_TIME_MAX], const char *from, size_t len)
{
	const char *at = from;
	char time[CONVERT_TIME_MAX];
	int64_t days;

	if (!parse_date(&days, &at, from + len))
		return false;
	if (at != from + len && !convert_datetime(time, from, len))
		return false;
	memcpy(text, from, 10);
	text[10] = '\0';
	return true;
}

/* snprintf costs more than the rest of the row; two digits at a time do not. */
static char *put_digits(char *to, int64_t value, int count)
{
	for (int i = count - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + count;
}

void convert_millis(char text[CONVERT_TIME_MAX], int64_t ms)
{
	int64_t days = (ms >= 0 ? ms : ms - 86399999) / 86400000;
	int64_t rest = ms - days * 86400000;
	int year;
	int month;
	int day;
	char *to = text;

	date_of(days, &year, &month, &day);
	to = put_digits(to, year, 4);
	*to++ = '-';
	to = put_digits(to, month, 2);
	*to++ = '-';
	to = put_digits(to, day, 2);
	*to++ = 'T';
	to = put_digits(to, rest / 3600000, 2);
	*to++ = ':';
	to = put_digits(to, rest / 60000 % 60, 2);
	*to++ = ':';
	to = put_digits(to, rest / 1000 % 60, 2);
	*to++ = '.';
	to = put_digits(to, rest % 1000, 3);
	memcpy(to, "+0000", 6);
}

bool convert_datetime(char text[CONVERT_TIME_MAX], const char *from, size_t len)
{
	const char *at = from;
	const char *end = from + len;
	int64_t days;
	int hour;
	int minute;
	int second = 0;
	int ms;
	int zone;

	if (!parse_date(&days, &at, end) || !character(&at, end, 'T') ||
		!digits(&hour, &at, end, 2) || !character(&at, end, ':') ||
		!digits(&minute, &at, end, 2))
		return false;
	if (character(&at, end, ':') && !digits(&second, &at, end, 2))
		return false;
	if (!parse_fraction(&ms, &at, end) || !parse_zone(&zone, &at, end) || hour > 23 ||
		minute > 59 || second > 59)
		return false;
	convert_millis(
		text, ((days * 24 + hour) * 60 + minute - zone) * 60000 + second * 1000 + ms);
	return true;
}

/* A plain whole number that needs no arithmetic. */
static bool is_short_integer(const char *from, size_t len)
{
	size_t i = from[0] == '-' ? 1 : 0;

	if (len > 15 || len == i || (from[i] == '0' && len > i + 1) || (i && from[i] == '0'))
		return false;
	while (i < len && from[i] >= '0' && from[i] <= '9')
		i++;
	return i == len;
}

enum convert_verdict convert_number(char text[CONVERT_NUMBER_MAX], const char *from, size_t len,
	const struct schema_field *field)
{
	char copy[CONVERT_NUMBER_MAX];
	char *end;
	double value;
	double unit;
	size_t n;

	if (is_short_integer(from, len)) {
		if (len - (from[0] == '-') > (size_t)field->length)
			return CONVERT_RANGE;
		memcpy(text, from, len);
		text[len] = '\0';
		return CONVERT_OK;
	}
	if (len >= sizeof(copy) || !len || !strchr("+-.0123456789", from[0]))
		return CONVERT_NO_NUMBER;
	memcpy(copy, from, len);
	copy[len] = '\0';
	value = strtod(copy, &end);
	if (*end || !isfinite(value) || strpbrk(copy, "xXpP"))
		return CONVERT_NO_NUMBER;
	if (field->type == SCHEMA_INT && value != floor(value))
		return CONVERT_NO_NUMBER;
	if (fabs(value) >= pow(10, field->length))
		return CONVERT_RANGE;
	unit = pow(10, field->scale);
	if (fabs(value) < 1e15 / unit) /* half away from zero; printf would take the even one */
		value = round(value * unit) / unit;
	snprintf(text, CONVERT_NUMBER_MAX, "%.*f", field->scale, value);
	n = strlen(text);
	if (strchr(text, '.')) {
		while (text[n - 1] == '0')
			text[--n] = '\0';
		if (text[n - 1] == '.')
			text[--n] = '\0';
	}
	if (strcmp(text, "-0") == 0)
		memcpy(text, "0", 2);
	return CONVERT_OK;
}

size_t convert_characters(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

bool convert_is_email(const char *text, size_t len)
{
	const char *at = memchr(text, '@', len);
	const char *end = text + len;
	const char *dot = NULL;

	if (!at || at == text || memchr(at + 1, '@', (size_t)(end - at - 1)))
		return false;
	for (const char *c = text; c < end; c++) {
		if ((unsigned char)*c <= ' ' || strchr(",;:<>()[]\"\\", *c))
			return false;
		if (c > at && *c == '.')
			dot = c;
	}
	return dot && dot > at + 1 && end - dot > 2;
}
