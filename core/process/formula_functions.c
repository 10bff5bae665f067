/* formula_functions.c — the list of what a formula may call, our own functions among SQLite's; the
 * numbers and the choices are here, too. */

#include "base/base.h"
#include "process/formula_private.h"
#include "base/text.h"

#include <ctype.h>

#define NUMBER_MAX 60 /* characters of a number in a text */

void formula_error(sqlite3_context *context, const char *fmt, ...)
{
	char words[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	sqlite3_result_error(context, words, (int)text_utf8_prefix(words, strlen(words)));
}

/* ---- numbers ---- */

/* "1.234,56" with the mark ',' is 1234.56; what groups the digits is dropped. */
void formula_number(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text, *mark = ".";
	char digits[NUMBER_MAX];
	size_t used = 0;
	int len, mark_len = 1;
	bool fraction = false;

	if (!formula_text(&text, &len, context, values[0]) ||
		(count > 1 && !formula_text(&mark, &mark_len, context, values[1])))
		return;
	for (int i = 0; i < len && used < sizeof(digits) - 1; i++) {
		if (text[i] == *mark && !fraction) {
			digits[used++] = '.';
			fraction = true;
		} else if (isdigit((unsigned char)text[i]) ||
			   (!used && (text[i] == '-' || text[i] == '+'))) {
			digits[used++] = text[i];
		} else if (!isspace((unsigned char)text[i]) &&
			   (fraction || !strchr(".,'", text[i]) || !text[i])) {
			formula_error(context, "\"%.40s\" is no number", text);
			return;
		}
	}
	digits[used] = '\0';
	if (!used)
		sqlite3_result_null(context); /* blank is no value */
	else if (!strpbrk(digits, "0123456789"))
		formula_error(context, "\"%.40s\" is no number", text);
	else
		sqlite3_result_text(context, digits, (int)used, SQLITE_TRANSIENT);
}

void formula_numberformat(sqlite3_context *context, int count, sqlite3_value **values)
{
	int64_t decimals = sqlite3_value_int64(values[1]);
	char *text;

	(void)count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	decimals = decimals < 0 ? 0 : decimals > 15 ? 15 : decimals;
	text = sqlite3_mprintf("%.*f", (int)decimals, sqlite3_value_double(values[0]));
	if (text)
		sqlite3_result_text(context, text, -1, sqlite3_free);
	else
		sqlite3_result_error_nomem(context);
}

/* ---- choices ---- */

static bool same(sqlite3_value *a, sqlite3_value *b)
{
	const char *left = (const char *)sqlite3_value_text(a);
	const char *right = (const char *)sqlite3_value_text(b);

	return left && right ? strcmp(left, right) == 0 : left == right;
}

/* decode(value, from, to, from, to, ..., else); NULL is the same as NULL. */
void formula_decode(sqlite3_context *context, int count, sqlite3_value **values)
{
	int i = 1;

	for (; i + 1 < count; i += 2) {
		if (same(values[0], values[i])) {
			sqlite3_result_value(context, values[i + 1]);
			return;
		}
	}
	if (i < count)
		sqlite3_result_value(context, values[i]);
}

void formula_isblank(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);

	(void)count;
	while (text && isspace((unsigned char)*text))
		text++;
	sqlite3_result_int(context, text_empty(text));
}

void formula_fail(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);

	(void)count;
	formula_error(context, "%s", text ? text : "the formula says so");
}

/* ---- the list ---- */

static const struct function {
	struct formula_doc doc;
	int args[3];	    /* numbers of arguments it takes, ended by 0; -1 = any */
	formula_call *call; /* NULL: SQLite's own */
	bool varies;	    /* from call to call */
} functions[] = {
	{ { "Text", "concat", "concat(a, b, ...)",
		  "texts one behind the other; a NULL is left out (a || b is NULL then)" },
		{ -1 }, formula_concat, false },
	{ { "Text", "join", "join(separator, a, b, ...)",
		  "the same with a separator, blank ones left out" },
		{ -1 }, formula_join, false },
	{ { "Text", "left", "left(text, n)", "the first n characters" }, { 2 }, formula_left,
		false },
	{ { "Text", "right", "right(text, n)", "the last n characters" }, { 2 }, formula_right,
		false },
	{ { "Text", "mid", "mid(text, from[, n])",
		  "n characters from the one of that number on, the first is 1" },
		{ 2, 3 }, formula_mid, false },
	{ { "Text", "substr", "substr(text, from[, n])",
		  "the same; a negative number counts from the end" },
		{ 0 }, NULL, false },
	{ { "Text", "substring", "substring(text, from[, n])", "is substr" }, { 0 }, NULL, false },
	{ { "Text", "part", "part(text, separator, n)",
		  "the n-th part of a divided text, NULL when there are fewer" },
		{ 3 }, formula_part, false },
	{ { "Text", "upper", "upper(text)", "capital letters" }, { 1 }, formula_upper, false },
	{ { "Text", "lower", "lower(text)", "small letters" }, { 1 }, formula_lower, false },
	{ { "Text", "proper", "proper(text)", "Each Word With A Capital" }, { 1 }, formula_proper,
		false },
	{ { "Text", "trim", "trim(text[, characters])",
		  "without blanks (or these) around it; ltrim, rtrim: at one end" },
		{ 0 }, NULL, false },
	{ { "Text", "ltrim", "ltrim(text[, characters])", "without blanks (or these) before it" },
		{ 0 }, NULL, false },
	{ { "Text", "rtrim", "rtrim(text[, characters])", "without blanks (or these) behind it" },
		{ 0 }, NULL, false },
	{ { "Text", "squeeze", "squeeze(text)",
		  "without blanks around it, one blank between words" },
		{ 1 }, formula_squeeze, false },
	{ { "Text", "lpad", "lpad(text, n[, with])", "filled at the left up to n characters" },
		{ 2, 3 }, formula_lpad, false },
	{ { "Text", "rpad", "rpad(text, n[, with])", "filled at the right up to n characters" },
		{ 2, 3 }, formula_rpad, false },
	{ { "Text", "digits", "digits(text)", "its digits alone" }, { 1 }, formula_digits, false },
	{ { "Text", "replace", "replace(text, what, with)", "every occurrence replaced" }, { 0 },
		NULL, false },
	{ { "Text", "length", "length(text)", "how many characters" }, { 0 }, NULL, false },
	{ { "Text", "find", "find(what, text)", "where it is, from 1; 0 = nowhere" }, { 2 },
		formula_find, false },
	{ { "Text", "instr", "instr(text, what)", "the same, the other way round" }, { 0 }, NULL,
		false },
	{ { "Text", "contains", "contains(text, what)", "1 or 0; case matters" }, { 2 },
		formula_contains, false },
	{ { "Text", "starts", "starts(text, what)", "1 or 0: does it start so?" }, { 2 },
		formula_starts, false },
	{ { "Text", "ends", "ends(text, what)", "1 or 0: does it end so?" }, { 2 }, formula_ends,
		false },
	{ { "Text", "like", "text LIKE 'A%'", "% any characters, _ one; ASCII case ignored" },
		{ 0 }, NULL, false },
	{ { "Text", "glob", "text GLOB 'A*'",
		  "* any characters, ? one, [a-z] one of these; case matters" },
		{ 0 }, NULL, false },
	{ { "Text", "char", "char(code, ...)", "characters by their Unicode numbers" }, { 0 }, NULL,
		false },
	{ { "Text", "unicode", "unicode(text)", "the number of the first character" }, { 0 }, NULL,
		false },
	{ { "Text", "format", "format('%05d', n)", "like printf" }, { 0 }, NULL, false },
	{ { "Text", "printf", "printf('%05d', n)", "is format" }, { 0 }, NULL, false },
	{ { "Text", "json_extract", "json_extract(text, '$.a.b')",
		  "a value out of JSON; also text ->> '$.a.b'" },
		{ 0 }, NULL, false },
	{ { "Text", "->>", "text ->> '$.a.b'", "a value out of JSON" }, { 0 }, NULL, false },
	{ { "Text", "->", "text -> '$.a'", "a part of JSON, as JSON" }, { 0 }, NULL, false },
	{ { "Number", "round", "round(x[, decimals])", "rounded" }, { 0 }, NULL, false },
	{ { "Number", "ceil", "ceil(x)", "the whole number above; ceiling" }, { 0 }, NULL, false },
	{ { "Number", "ceiling", "ceiling(x)", "is ceil" }, { 0 }, NULL, false },
	{ { "Number", "floor", "floor(x)", "the whole number below" }, { 0 }, NULL, false },
	{ { "Number", "trunc", "trunc(x)", "without what is behind the point" }, { 0 }, NULL,
		false },
	{ { "Number", "abs", "abs(x)", "without its sign" }, { 0 }, NULL, false },
	{ { "Number", "sign", "sign(x)", "-1, 0 or 1" }, { 0 }, NULL, false },
	{ { "Number", "mod", "mod(x, y)", "the remainder; for whole numbers also x % y" }, { 0 },
		NULL, false },
	{ { "Number", "power", "power(x, y)", "x to the power of y; pow" }, { 0 }, NULL, false },
	{ { "Number", "pow", "pow(x, y)", "is power" }, { 0 }, NULL, false },
	{ { "Number", "sqrt", "sqrt(x)", "the square root" }, { 0 }, NULL, false },
	{ { "Number", "min", "min(a, b, ...)", "the least; NULL when one is NULL" }, { 0 }, NULL,
		false },
	{ { "Number", "max", "max(a, b, ...)", "the greatest; NULL when one is NULL" }, { 0 }, NULL,
		false },
	{ { "Number", "number", "number(text[, mark])",
		  "a number out of a text: number('1.234,56', ',') is 1234.56" },
		{ 1, 2 }, formula_number, false },
	{ { "Number", "numberformat", "numberformat(x, decimals)",
		  "a text with that many decimals" },
		{ 2 }, formula_numberformat, false },
	{ { "Date", "todate", "todate(text, 'dd.MM.yyyy')",
		  "a date out of a text; yyyy yy MM M MMM dd d HH mm ss SSS" },
		{ 2 }, formula_todate, false },
	{ { "Date", "todatetime", "todatetime(text, 'dd.MM.yyyy HH:mm')", "a date with its time" },
		{ 2 }, formula_todatetime, false },
	{ { "Date", "dateformat", "dateformat(date, 'dd.MM.yyyy')", "a date as a text" }, { 2 },
		formula_dateformat, false },
	{ { "Date", "adddays", "adddays(date, n)", "n days later; a time behind the date stays" },
		{ 2 }, formula_adddays, false },
	{ { "Date", "addmonths", "addmonths(date, n)",
		  "n months later, at most the last of the month" },
		{ 2 }, formula_addmonths, false },
	{ { "Date", "datediff", "datediff(a, b)", "days from b to a" }, { 2 }, formula_datediff,
		false },
	{ { "Date", "year", "year(date)", "of a date" }, { 1 }, formula_year, false },
	{ { "Date", "month", "month(date)", "1 to 12" }, { 1 }, formula_month, false },
	{ { "Date", "day", "day(date)", "1 to 31" }, { 1 }, formula_day, false },
	{ { "Date", "weekday", "weekday(date)", "1 Monday to 7 Sunday" }, { 1 }, formula_weekday,
		false },
	{ { "Date", "today", "today()", "the date, UTC" }, { -1 }, formula_today, true },
	{ { "Date", "now", "now()", "date and time, UTC" }, { -1 }, formula_now, true },
	{ { "Date", "date", "date(x, modifier, ...)", "SQLite's: date(ms / 1000, 'unixepoch')" },
		{ 0 }, NULL, false },
	{ { "Date", "time", "time(x, modifier, ...)", "SQLite's" }, { 0 }, NULL, false },
	{ { "Date", "datetime", "datetime(x, modifier, ...)",
		  "SQLite's: datetime(ms / 1000, 'unixepoch')" },
		{ 0 }, NULL, false },
	{ { "Date", "strftime", "strftime('%d.%m.%Y', x, ...)", "SQLite's" }, { 0 }, NULL, false },
	{ { "Date", "julianday", "julianday(x)", "SQLite's" }, { 0 }, NULL, false },
	{ { "Date", "unixepoch", "unixepoch(x)", "seconds since 1970" }, { 0 }, NULL, false },
	{ { "Choice", "iif", "iif(test, then, else)", "the one or the other; if()" }, { 0 }, NULL,
		false },
	{ { "Choice", "if", "if(test, then, else)", "is iif" }, { 0 }, NULL, false },
	{ { "Choice", "decode", "decode(x, 'DE', 'Germany', ..., else)",
		  "a small table; NULL when nothing fits and there is no else" },
		{ -1 }, formula_decode, false },
	{ { "Choice", "coalesce", "coalesce(a, b, ...)", "the first that is not NULL" }, { 0 },
		NULL, false },
	{ { "Choice", "ifnull", "ifnull(a, b)", "a, or b when a is NULL" }, { 0 }, NULL, false },
	{ { "Choice", "nullif", "nullif(a, b)", "NULL when both are the same, else a" }, { 0 },
		NULL, false },
	{ { "Choice", "isblank", "isblank(text)", "1 when NULL, empty or blanks, else 0" }, { 1 },
		formula_isblank, false },
	{ { "Choice", "fail", "fail('why')", "fails the row with these words" }, { 1 },
		formula_fail, false },
	{ { "Choice", "typeof", "typeof(x)", "integer, real, text or null" }, { 0 }, NULL, false },
};

const struct formula_doc *formula_doc(size_t index)
{
	return index < ARRAY_SIZE(functions) ? &functions[index].doc : NULL;
}

bool formula_allows(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		if (text_equal_fold(functions[i].doc.name, name))
			return true;
	return false;
}

const char *formula_nearest(const char *name)
{
	const char *names[ARRAY_SIZE(functions) + 1] = { NULL };

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		names[i] = functions[i].doc.name;
	return text_nearest(name, names);
}

int formula_register(sqlite3 *db, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		const struct function *function = &functions[i];
		int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS |
			    (function->varies ? 0 : SQLITE_DETERMINISTIC);

		for (int n = 0; function->call && function->args[n]; n++)
			if (sqlite3_create_function_v2(db, function->doc.name,
				    function->varies ? 0 : function->args[n], flags, NULL,
				    function->call, NULL, NULL, NULL) != SQLITE_OK)
				return err_set(err, ERR_NOMEM, "formulas: %s", sqlite3_errmsg(db));
	}
	return 0;
}
