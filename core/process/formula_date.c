/*
 * formula_date.c — dates and times in formulas. A date is the text 2026-11-23, a time the text
 * 2026-11-23 12:04:11, as SQLite has it; patterns are written dd.MM.yyyy HH:mm:ss.
 */

#include "base/base.h"
#include "process/formula_private.h"
#include "process/zone.h"
#include "base/clock.h"

#include <ctype.h>

struct stamp {
	int year, month, day, hour, minute, second, ms;
	const char *rest; /* behind the date, as it was: time and zone */
};

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };

static int month_days(int year, int month)
{
	return (int)(civil_days(year + month / 12, month % 12 + 1, 1) - civil_days(year, month, 1));
}

static bool is_date(const struct stamp *stamp)
{
	return stamp->year >= 1 && stamp->year <= 9999 && stamp->month >= 1 && stamp->month <= 12 &&
	       stamp->day >= 1 && stamp->day <= month_days(stamp->year, stamp->month) &&
	       stamp->hour >= 0 && stamp->hour <= 23 && stamp->minute >= 0 && stamp->minute <= 59 &&
	       stamp->second >= 0 && stamp->second <= 59;
}

/* ---- patterns ---- */

static const struct {
	char letter;
	size_t offset;
} letters[] = {
	{ 'y', offsetof(struct stamp, year) },
	{ 'M', offsetof(struct stamp, month) },
	{ 'd', offsetof(struct stamp, day) },
	{ 'H', offsetof(struct stamp, hour) },
	{ 'm', offsetof(struct stamp, minute) },
	{ 's', offsetof(struct stamp, second) },
	{ 'S', offsetof(struct stamp, ms) },
};

/* The member that a pattern's letter stands for, or NULL. */
static int *member(struct stamp *stamp, char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (letters[i].letter == letter)
			return (int *)((char *)stamp + letters[i].offset);
	return NULL;
}

static int run_length(const char *at)
{
	int len = 1;

	while (at[len] == *at)
		len++;
	return len;
}

/* A text in '...' stands for itself; *len is what the pattern spends on it. */
static const char *literal(const char *at, int *spent, int *len)
{
	const char *end;

	if (*at != '\'') {
		*spent = *len = 1;
		return at;
	}
	end = strchr(at + 1, '\'');
	*len = end ? (int)(end - at) - 1 : (int)strlen(at + 1);
	*spent = *len + (end ? 2 : 1);
	return at + 1;
}

static bool read_month(struct stamp *stamp, const char **at, const char *end)
{
	for (int i = 0; i < 12; i++) {
		if (end - *at >= 3 && strncasecmp(*at, months[i], 3) == 0) {
			stamp->month = i + 1;
			*at += 3;
			return true;
		}
	}
	return false;
}

/* dd takes exactly two digits, d one or two; yy is of this century. */
static bool read_number(int *value, const char **at, const char *end, char letter, int width)
{
	int most = width > 1 ? width : letter == 'y' ? 4 : 2;
	int count = 0;

	*value = 0;
	for (; count < most && *at < end && isdigit((unsigned char)**at); count++, (*at)++)
		*value = *value * 10 + **at - '0';
	if (letter == 'y' && count == 2)
		*value += 2000;
	return count > 0 && (width == 1 || count == width);
}

static bool read_pattern(struct stamp *stamp, const char *text, int len, const char *pattern)
{
	const char *end = text + len;
	int spent, literal_len;

	*stamp = (struct stamp){ .year = 2000, .month = 1, .day = 1 };
	for (; *pattern; pattern += spent) {
		int *value = member(stamp, *pattern);
		const char *words;
		bool good;

		if (value) {
			spent = run_length(pattern);
			good = *pattern == 'M' && spent == 3
				       ? read_month(stamp, &text, end)
				       : read_number(value, &text, end, *pattern, spent);
		} else {
			words = literal(pattern, &spent, &literal_len);
			good = end - text >= literal_len &&
			       !memcmp(text, words, (size_t)literal_len);
			text += good ? literal_len : 0;
		}
		if (!good)
			return false;
	}
	return text == end && is_date(stamp);
}

static void write_pattern(struct buf *out, struct stamp *stamp, const char *pattern)
{
	int spent, len;

	for (; *pattern; pattern += spent) {
		int *value = member(stamp, *pattern);
		const char *words;

		if (!value) {
			words = literal(pattern, &spent, &len);
			buf_add(out, words, (size_t)len);
			continue;
		}
		spent = run_length(pattern);
		if (*pattern == 'M' && spent == 3)
			buf_add_str(out, months[*value - 1]);
		else
			buf_addf(out, "%0*d", spent > 9 ? 9 : spent,
				*pattern == 'y' && spent == 2 ? *value % 100 : *value);
	}
}

/* ---- values ---- */

/* Leading and trailing blanks do not count; a text of blanks is no value, like NULL. */
static bool take(const char **text, int *len, sqlite3_context *context, sqlite3_value *value)
{
	if (!formula_text(text, len, context, value))
		return false;
	while (*len && isspace((unsigned char)**text)) {
		(*text)++;
		(*len)--;
	}
	while (*len && isspace((unsigned char)(*text)[*len - 1]))
		(*len)--;
	if (!*len)
		sqlite3_result_null(context);
	return *len > 0;
}

/* 2026-11-23, alone or with a time behind it. */
static bool take_stamp(struct stamp *stamp, sqlite3_context *context, sqlite3_value *value)
{
	const char *text, *rest;
	int len, count;

	if (!take(&text, &len, context, value))
		return false;
	rest = text + (len < 10 ? len : 10);
	if (read_pattern(stamp, text, (int)(rest - text), "yyyy-MM-dd") &&
		(len == 10 || *rest == ' ' || *rest == 'T')) {
		stamp->rest = rest;
		count = sscanf(rest, "%*1[ T]%2d:%2d:%2d.%3d", &stamp->hour, &stamp->minute,
			&stamp->second, &stamp->ms);
		if (len == 10 || (count >= 2 && is_date(stamp)))
			return true;
	}
	formula_error(context, "\"%.*s\" is no date: write 2026-11-23, or read it with todate()",
		len > 40 ? 40 : len, text);
	return false;
}

static void parse(sqlite3_context *context, sqlite3_value **values, const char *written)
{
	const char *text, *pattern;
	int len, pattern_len;
	struct stamp stamp;
	struct buf out = BUF_INIT(64);

	if (!take(&text, &len, context, values[0]) ||
		!formula_text(&pattern, &pattern_len, context, values[1]))
		return;
	if (!read_pattern(&stamp, text, len, pattern)) {
		formula_error(context, "\"%.*s\" is no date of the form %.60s", len > 40 ? 40 : len,
			text, pattern);
		return;
	}
	write_pattern(&out, &stamp, written);
	sqlite3_result_text(context, buf_str(&out), (int)out.len, SQLITE_TRANSIENT);
	buf_free(&out);
}

void formula_todate(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	parse(context, values, "yyyy-MM-dd");
}

void formula_todatetime(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	parse(context, values, "yyyy-MM-dd HH:mm:ss");
}

void formula_dateformat(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct buf out = BUF_INIT(4096);
	struct stamp stamp;
	const char *pattern;
	int len;

	(void)count;
	if (!take_stamp(&stamp, context, values[0]) ||
		!formula_text(&pattern, &len, context, values[1]))
		return;
	write_pattern(&out, &stamp, pattern);
	if (out.broken)
		sqlite3_result_error_toobig(context);
	else
		sqlite3_result_text(context, buf_str(&out), (int)out.len, SQLITE_TRANSIENT);
	buf_free(&out);
}

/* ---- reckoning ---- */

/* The date anew, and what was behind it. */
static void result_date(sqlite3_context *context, const struct stamp *stamp)
{
	char text[80];

	if (!is_date(stamp)) {
		formula_error(context, "the date is out of range");
		return;
	}
	snprintf(text, sizeof(text), "%04d-%02d-%02d%.40s", stamp->year, stamp->month, stamp->day,
		stamp->rest);
	sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static bool take_count(int *out, sqlite3_context *context, sqlite3_value *value)
{
	int64_t count = sqlite3_value_int64(value);

	if (sqlite3_value_type(value) == SQLITE_NULL) {
		sqlite3_result_null(context);
		return false;
	}
	if (count < -4000000 || count > 4000000) {
		formula_error(context, "the date is out of range");
		return false;
	}
	*out = (int)count;
	return true;
}

void formula_adddays(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct stamp stamp;
	int64_t year;
	int days;

	(void)count;
	if (!take_stamp(&stamp, context, values[0]) || !take_count(&days, context, values[1]))
		return;
	civil_date(&year, &stamp.month, &stamp.day,
		civil_days(stamp.year, stamp.month, stamp.day) + days);
	stamp.year = (int)year;
	result_date(context, &stamp);
}

/* From 31 January one month on is the last of February. */
void formula_addmonths(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct stamp stamp;
	int more, months_on;

	(void)count;
	if (!take_stamp(&stamp, context, values[0]) || !take_count(&more, context, values[1]))
		return;
	months_on = stamp.year * 12 + stamp.month - 1 + more;
	if (months_on < 12) {
		formula_error(context, "the date is out of range");
		return;
	}
	stamp.year = months_on / 12;
	stamp.month = months_on % 12 + 1;
	if (stamp.day > month_days(stamp.year, stamp.month))
		stamp.day = month_days(stamp.year, stamp.month);
	result_date(context, &stamp);
}

void formula_datediff(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct stamp to, from;

	(void)count;
	if (take_stamp(&to, context, values[0]) && take_stamp(&from, context, values[1]))
		sqlite3_result_int64(context, civil_days(to.year, to.month, to.day) -
						      civil_days(from.year, from.month, from.day));
}

void formula_year(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct stamp stamp;

	(void)count;
	if (take_stamp(&stamp, context, values[0]))
		sqlite3_result_int(context, stamp.year);
}

void formula_month(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct stamp stamp;

	(void)count;
	if (take_stamp(&stamp, context, values[0]))
		sqlite3_result_int(context, stamp.month);
}

void formula_day(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct stamp stamp;

	(void)count;
	if (take_stamp(&stamp, context, values[0]))
		sqlite3_result_int(context, stamp.day);
}

/* 1970-01-01 was a Thursday. */
void formula_weekday(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct stamp stamp;
	int64_t days;

	(void)count;
	if (!take_stamp(&stamp, context, values[0]))
		return;
	days = civil_days(stamp.year, stamp.month, stamp.day) + 3;
	sqlite3_result_int(context, (int)(days % 7 + 7) % 7 + 1);
}

static void result_now(sqlite3_context *context, const char *pattern)
{
	int64_t seconds = clock_now() / 1000;
	struct stamp stamp = { .hour = (int)(seconds / 3600 % 24),
		.minute = (int)(seconds / 60 % 60),
		.second = (int)(seconds % 60) };
	struct buf out = BUF_INIT(64);
	int64_t year;

	civil_date(&year, &stamp.month, &stamp.day, seconds / 86400);
	stamp.year = (int)year;
	write_pattern(&out, &stamp, pattern);
	sqlite3_result_text(context, buf_str(&out), (int)out.len, SQLITE_TRANSIENT);
	buf_free(&out);
}

void formula_today(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	(void)values;
	result_now(context, "yyyy-MM-dd");
}

void formula_now(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	(void)values;
	result_now(context, "yyyy-MM-dd'T'HH:mm:ss'Z'");
}
