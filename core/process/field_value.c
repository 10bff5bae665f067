/* field_value.c — one converter a kind of field, chosen by a table. None allocates but into `out`.
 */

#include "base/base.h"
#include "process/field_value.h"
#include "base/json.h"
#include "base/text.h"

#include <ctype.h>

#define NUMBER_MAX 400 /* characters; the longest number a field holds has 18 digits */

struct slice {
	const char *at;
	const char *end;
};

typedef bool converter(
	struct buf *out, struct slice text, const struct zone *zone, const char **hint);

static struct slice trimmed(const char *text, size_t len)
{
	struct slice slice = { text, text + len };

	while (slice.at < slice.end && isspace((unsigned char)*slice.at))
		slice.at++;
	while (slice.end > slice.at && isspace((unsigned char)slice.end[-1]))
		slice.end--;
	return slice;
}

/* ---- numbers ---- */

static size_t digits(const struct slice *text)
{
	const char *at = text->at;

	while (at < text->end && isdigit((unsigned char)*at))
		at++;
	return (size_t)(at - text->at);
}

struct number {
	bool negative;
	struct slice whole, fraction, exponent; /* the exponent with its sign */
};

static bool scan_number(struct number *number, struct slice text)
{
	memset(number, 0, sizeof(*number));
	if (text.end - text.at > NUMBER_MAX)
		return false;
	if (text.at < text.end && (*text.at == '-' || *text.at == '+'))
		number->negative = *text.at++ == '-';
	number->whole = (struct slice){ text.at, text.at + digits(&text) };
	text.at = number->whole.end;
	if (text.at < text.end && *text.at == '.') {
		text.at++;
		number->fraction = (struct slice){ text.at, text.at + digits(&text) };
		text.at = number->fraction.end;
	}
	if (number->whole.at == number->whole.end && number->fraction.at == number->fraction.end)
		return false;
	if (text.at < text.end && (*text.at == 'e' || *text.at == 'E')) {
		number->exponent.at = ++text.at;
		if (text.at < text.end && (*text.at == '-' || *text.at == '+'))
			text.at++;
		if (digits(&text) < 1 || digits(&text) > 2)
			return false;
		text.at += digits(&text);
		number->exponent.end = text.at;
	}
	while (number->whole.end - number->whole.at > 1 && *number->whole.at == '0')
		number->whole.at++; /* JSON knows no leading zeros */
	return text.at == text.end;
}

static void add_slice(struct buf *out, struct slice slice)
{
	buf_add(out, slice.at, (size_t)(slice.end - slice.at));
}

static bool to_double(
	struct buf *out, struct slice text, const struct zone *zone, const char **hint)
{
	struct number number;

	(void)zone;
	*hint = "a number is written 1234.56";
	if (!scan_number(&number, text))
		return false;
	if (number.negative)
		buf_add_char(out, '-');
	if (number.whole.at == number.whole.end)
		buf_add_char(out, '0');
	add_slice(out, number.whole);
	if (number.fraction.at < number.fraction.end) {
		buf_add_char(out, '.');
		add_slice(out, number.fraction);
	}
	if (number.exponent.at) {
		buf_add_char(out, 'e');
		add_slice(out, number.exponent);
	}
	return true;
}

static bool to_int(struct buf *out, struct slice text, const struct zone *zone, const char **hint)
{
	struct number number;

	(void)zone;
	*hint = "a whole number is written 1234";
	if (!scan_number(&number, text) || number.exponent.at ||
		number.whole.at == number.whole.end)
		return false;
	for (const char *at = number.fraction.at; at < number.fraction.end; at++)
		if (*at != '0')
			return false;
	if (number.negative)
		buf_add_char(out, '-');
	add_slice(out, number.whole);
	return true;
}

/* ---- booleans ---- */

static bool to_boolean(
	struct buf *out, struct slice text, const struct zone *zone, const char **hint)
{
	static const struct {
		const char *word;
		const char *json;
	} words[] = {
		{ "1", "true" },
		{ "0", "false" },
		{ "true", "true" },
		{ "false", "false" },
		{ "t", "true" },
		{ "f", "false" },
		{ "yes", "true" },
		{ "no", "false" },
		{ "y", "true" },
		{ "n", "false" },
		{ "on", "true" },
		{ "off", "false" },
	};
	size_t len = (size_t)(text.end - text.at);

	(void)zone;
	*hint = "a checkbox takes true, false, 1, 0, yes, no";
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) == len && !strncasecmp(words[i].word, text.at, len)) {
			buf_add_str(out, words[i].json);
			return true;
		}
	}
	return false;
}

/* ---- dates and times ---- */

/* Exactly `count` digits. */
static bool take_digits(int *value, struct slice *text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++, text->at++) {
		if (text->at == text->end || !isdigit((unsigned char)*text->at))
			return false;
		number = number * 10 + *text->at - '0';
	}
	*value = number;
	return true;
}

static bool take_char(struct slice *text, char c)
{
	if (text->at == text->end || *text->at != c)
		return false;
	text->at++;
	return true;
}

struct moment {
	int year, month, day;
	int hour, minute, second, ms;
	bool has_zone;
	int offset; /* seconds ahead of UTC */
};

static bool take_date(struct moment *moment, struct slice *text)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year;
	int month, day;

	if (!take_digits(&moment->year, text, 4) || !take_char(text, '-') ||
		!take_digits(&moment->month, text, 2) || !take_char(text, '-') ||
		!take_digits(&moment->day, text, 2))
		return false;
	if (moment->month < 1 || moment->month > 12 || moment->day < 1 ||
		moment->day > lengths[moment->month - 1])
		return false;
	civil_date(&year, &month, &day, civil_days(moment->year, moment->month, moment->day));
	return day == moment->day; /* no 29 February in other years */
}

/* "12:04", "12:04:11", "12:04:11.123456": what is finer than a millisecond is cut. */
static bool take_time(struct moment *moment, struct slice *text)
{
	if (!take_digits(&moment->hour, text, 2) || !take_char(text, ':') ||
		!take_digits(&moment->minute, text, 2))
		return false;
	if (take_char(text, ':') && !take_digits(&moment->second, text, 2))
		return false;
	if (take_char(text, '.') || take_char(text, ',')) {
		size_t count = digits(text);

		if (!count)
			return false;
		for (size_t i = 0; i < 3; i++)
			moment->ms = moment->ms * 10 + (i < count ? text->at[i] - '0' : 0);
		text->at += count;
	}
	return moment->hour <= 23 && moment->minute <= 59 && moment->second <= 59;
}

/* "Z", "+01:00", "+0100", "+01", or nothing. */
static bool take_offset(struct moment *moment, struct slice *text)
{
	int hours, minutes = 0;
	int sign;

	take_char(text, ' ');
	if (text->at == text->end)
		return true;
	moment->has_zone = true;
	if (take_char(text, 'Z') || take_char(text, 'z'))
		return true;
	sign = *text->at == '-' ? -1 : 1;
	if (!take_char(text, '+') && !take_char(text, '-'))
		return false;
	if (!take_digits(&hours, text, 2))
		return false;
	take_char(text, ':');
	if (text->at < text->end && !take_digits(&minutes, text, 2))
		return false;
	moment->offset = sign * (hours * 3600 + minutes * 60);
	return hours <= 14 && minutes <= 59;
}

static bool take_moment(struct moment *moment, struct slice *text)
{
	memset(moment, 0, sizeof(*moment));
	if (!take_date(moment, text))
		return false;
	if (text->at == text->end)
		return true;
	if (!take_char(text, 'T') && !take_char(text, 't') && !take_char(text, ' '))
		return false;
	return take_time(moment, text) && take_offset(moment, text);
}

/* Formatted by hand: every row has some of these, and printf would cost more than all the rest. */
static char *put_digits(char *at, int value, int count)
{
	for (int i = count; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + count;
}

static char *put_date(char *at, const struct moment *moment)
{
	at = put_digits(at, moment->year, 4);
	*at++ = '-';
	at = put_digits(at, moment->month, 2);
	*at++ = '-';
	return put_digits(at, moment->day, 2);
}

static char *put_time(char *at, const struct moment *moment)
{
	at = put_digits(at, moment->hour, 2);
	*at++ = ':';
	at = put_digits(at, moment->minute, 2);
	*at++ = ':';
	at = put_digits(at, moment->second, 2);
	*at++ = '.';
	return put_digits(at, moment->ms, 3);
}

static char *put_offset(char *at, int seconds)
{
	int minutes = abs(seconds) / 60;

	if (!minutes) {
		*at++ = 'Z';
		return at;
	}
	*at++ = seconds < 0 ? '-' : '+';
	at = put_digits(at, minutes / 60, 2);
	*at++ = ':';
	return put_digits(at, minutes % 60, 2);
}

static bool to_date(struct buf *out, struct slice text, const struct zone *zone, const char **hint)
{
	char json[16] = "\"";
	char *at = json + 1;
	struct moment moment;

	(void)zone;
	*hint = "a date is written 2026-11-23";
	if (!take_moment(&moment, &text) || text.at < text.end)
		return false;
	at = put_date(at, &moment);
	*at++ = '"';
	buf_add(out, json, (size_t)(at - json));
	return true;
}

static void to_utc(struct moment *moment, const struct zone *zone)
{
	int64_t local = civil_days(moment->year, moment->month, moment->day) * 86400 +
			moment->hour * 3600 + moment->minute * 60 + moment->second;
	int64_t utc = zone_to_utc(zone, local);
	int64_t days = utc / 86400 - (utc % 86400 < 0);
	int second = (int)(utc - days * 86400);
	int64_t year;

	civil_date(&year, &moment->month, &moment->day, days);
	moment->year = (int)year;
	moment->hour = second / 3600;
	moment->minute = second / 60 % 60;
	moment->second = second % 60;
}

static bool to_datetime(
	struct buf *out, struct slice text, const struct zone *zone, const char **hint)
{
	char json[40] = "\"";
	char *at = json + 1;
	struct moment moment;

	*hint = "a time is written 2026-11-23T12:04:11Z";
	if (!take_moment(&moment, &text) || text.at < text.end)
		return false;
	if (!moment.has_zone) {
		*hint = "the time has no time zone: set source.time_zone of the connection to the "
			"one that the database's clocks show, such as UTC or Europe/Berlin";
		if (!zone)
			return false;
		to_utc(&moment, zone);
	}
	at = put_date(at, &moment);
	*at++ = 'T';
	at = put_offset(put_time(at, &moment), moment.offset);
	*at++ = '"';
	buf_add(out, json, (size_t)(at - json));
	return true;
}

static bool to_time(struct buf *out, struct slice text, const struct zone *zone, const char **hint)
{
	char json[24] = "\"";
	char *at = json + 1;
	struct moment moment = { .year = 0 };

	(void)zone;
	*hint = "a time of day is written 12:04:11";
	if (!take_time(&moment, &text))
		return false;
	take_char(&text, 'Z');
	if (text.at < text.end)
		return false;
	at = put_offset(put_time(at, &moment), 0);
	*at++ = '"';
	buf_add(out, json, (size_t)(at - json));
	return true;
}

/* ---- choice ---- */

static converter *const converters[] = {
	[FIELD_BOOLEAN] = to_boolean,
	[FIELD_INT] = to_int,
	[FIELD_DOUBLE] = to_double,
	[FIELD_CURRENCY] = to_double,
	[FIELD_PERCENT] = to_double,
	[FIELD_DATE] = to_date,
	[FIELD_DATETIME] = to_datetime,
	[FIELD_TIME] = to_time,
	[FIELD_OTHER] = NULL,
};

static converter *converter_of(enum field_type type)
{
	return (size_t)type < ARRAY_SIZE(converters) ? converters[type] : NULL;
}

bool field_value_json(struct buf *out, enum field_type type, const char *text, size_t len,
	const struct zone *zone, const char **hint)
{
	converter *convert = converter_of(type);

	if (convert)
		return convert(out, trimmed(text, len), zone, hint);
	json_escape(out, text, len);
	return true;
}

bool field_value_converts(enum field_type type)
{
	return converter_of(type) != NULL;
}

bool field_value_is_number(enum field_type type)
{
	return converter_of(type) == to_int || converter_of(type) == to_double;
}
