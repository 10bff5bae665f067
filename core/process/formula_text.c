/* formula_text.c — functions on texts, counted in characters and not in bytes; NULL in, NULL out,
 * unless told otherwise. */

#include "base/base.h"
#include "process/formula_private.h"
#include "base/text.h"

#include <ctype.h>
#include <locale.h>
#include <pthread.h>
#include <wctype.h>

#define REPEAT_MAX 100000 /* characters that a text is padded to */

struct slice {
	const char *text;
	int len;
};

static void result(sqlite3_context *context, const char *text, int len)
{
	sqlite3_result_text(context, text, len, SQLITE_TRANSIENT);
}

static void result_buf(sqlite3_context *context, struct buf *buf)
{
	if (buf->broken)
		sqlite3_result_error_toobig(context);
	else
		result(context, buf_str(buf), (int)buf->len);
	buf_free(buf);
}

bool formula_text(const char **text, int *len, sqlite3_context *context, sqlite3_value *value)
{
	*text = (const char *)sqlite3_value_text(value);
	*len = sqlite3_value_bytes(value);
	if (!*text)
		sqlite3_result_null(context);
	return *text != NULL;
}

static bool take(struct slice *slice, sqlite3_context *context, sqlite3_value *value)
{
	return formula_text(&slice->text, &slice->len, context, value);
}

static bool is_start(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static int characters(struct slice slice)
{
	int count = 0;

	for (int i = 0; i < slice.len; i++)
		count += is_start(slice.text[i]);
	return count;
}

/* Bytes of the first `count` characters. */
static int prefix_bytes(struct slice slice, int64_t count)
{
	int at = 0;

	while (at < slice.len && count-- > 0)
		do
			at++;
		while (at < slice.len && !is_start(slice.text[at]));
	return at;
}

static int find(struct slice text, struct slice what, int from)
{
	const char *hit;

	if (what.len == 0)
		return from;
	hit = memmem(text.text + from, (size_t)(text.len - from), what.text, (size_t)what.len);
	return hit ? (int)(hit - text.text) : -1;
}

/* ---- parts ---- */

void formula_left(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct slice text;

	(void)count;
	if (take(&text, context, values[0]))
		result(context, text.text, prefix_bytes(text, sqlite3_value_int64(values[1])));
}

void formula_right(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct slice text;
	int64_t wanted = sqlite3_value_int64(values[1]);
	int skip;

	(void)count;
	if (!take(&text, context, values[0]))
		return;
	skip = prefix_bytes(text, characters(text) - (wanted < 0 ? 0 : wanted));
	result(context, text.text + skip, text.len - skip);
}

void formula_mid(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct slice text;
	int skip;

	if (!take(&text, context, values[0]))
		return;
	skip = prefix_bytes(text, sqlite3_value_int64(values[1]) - 1);
	text = (struct slice){ text.text + skip, text.len - skip };
	if (count > 2)
		text.len = prefix_bytes(text, sqlite3_value_int64(values[2]));
	result(context, text.text, text.len);
}

/* Part `n`, from 1, of a text that `separator` divides; there is none behind the last: NULL. */
void formula_part(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct slice text, separator;
	int64_t wanted = sqlite3_value_int64(values[2]);
	int from = 0, end;

	(void)count;
	if (!take(&text, context, values[0]) || !take(&separator, context, values[1]))
		return;
	if (separator.len == 0 || wanted < 1) {
		formula_error(context, "part: the separator is empty, or the number is below 1");
		return;
	}
	while ((end = find(text, separator, from)) >= 0 && --wanted > 0)
		from = end + separator.len;
	if (end < 0 && --wanted > 0)
		sqlite3_result_null(context);
	else
		result(context, text.text + from, (end < 0 ? text.len : end) - from);
}

/* ---- questions ---- */

void formula_find(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct slice what, text;
	int at;

	(void)count;
	if (!take(&what, context, values[0]) || !take(&text, context, values[1]))
		return;
	at = find(text, what, 0);
	sqlite3_result_int(context, at < 0 ? 0 : characters((struct slice){ text.text, at }) + 1);
}

void formula_contains(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct slice text, what;

	(void)count;
	if (take(&text, context, values[0]) && take(&what, context, values[1]))
		sqlite3_result_int(context, find(text, what, 0) >= 0);
}

void formula_starts(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct slice text, what;

	(void)count;
	if (take(&text, context, values[0]) && take(&what, context, values[1]))
		sqlite3_result_int(context,
			what.len <= text.len && !memcmp(text.text, what.text, (size_t)what.len));
}

void formula_ends(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct slice text, what;

	(void)count;
	if (take(&text, context, values[0]) && take(&what, context, values[1]))
		sqlite3_result_int(
			context, what.len <= text.len && !memcmp(text.text + text.len - what.len,
								 what.text, (size_t)what.len));
}

/* ---- letters ---- */

enum letters { UPPER, LOWER, PROPER };

static locale_t unicode;

static void make_unicode(void)
{
	/* Whatever the terminal's: a formula gives the same everywhere. */
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!unicode)
		unicode = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

static wint_t decode_char(const char *at, int len)
{
	unsigned char first = (unsigned char)*at;
	wint_t c = len == 1 ? first : first & (0xffu >> (len + 1));

	for (int i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)at[i] & 0x3f);
	return c;
}

static void encode_char(struct buf *out, wint_t c)
{
	static const wint_t limits[] = { 0x80, 0x800, 0x10000, 0x200000 };
	int more = 0;

	while (more < 3 && c >= limits[more])
		more++;
	if (!more) {
		buf_add_char(out, (char)c);
		return;
	}
	buf_add_char(out, (char)((0xff00u >> (more + 1) & 0xffu) | c >> (6 * more)));
	while (more-- > 0)
		buf_add_char(out, (char)(0x80 | (c >> (6 * more) & 0x3f)));
}

static void change_letters(sqlite3_context *context, sqlite3_value **values, enum letters how)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct buf out = BUF_INIT(FORMULA_RESULT_MAX);
	struct slice text;
	bool inside = false;

	if (!take(&text, context, values[0]))
		return;
	pthread_once(&once, make_unicode);
	for (int at = 0, len; at < text.len; at += len) {
		wint_t c;

		len = prefix_bytes((struct slice){ text.text + at, text.len - at }, 1);
		c = decode_char(text.text + at, len);
		if (how == UPPER || (how == PROPER && !inside))
			encode_char(&out, towupper_l(c, unicode));
		else
			encode_char(&out, towlower_l(c, unicode));
		inside = iswalnum_l(c, unicode) || c == '\'';
	}
	result_buf(context, &out);
}

void formula_upper(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	change_letters(context, values, UPPER);
}

void formula_lower(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	change_letters(context, values, LOWER);
}

void formula_proper(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	change_letters(context, values, PROPER);
}

/* ---- filling and cleaning ---- */

/* A text that is longer already stays as it is: nothing is cut without being told to. */
static void pad(sqlite3_context *context, int count, sqlite3_value **values, bool left)
{
	struct buf out = BUF_INIT(FORMULA_RESULT_MAX);
	struct slice text, with = { " ", 1 };
	int64_t missing;

	if (!take(&text, context, values[0]) || (count > 2 && !take(&with, context, values[2])))
		return;
	missing = sqlite3_value_int64(values[1]) - characters(text);
	if (missing > REPEAT_MAX || (missing > 0 && !with.len)) {
		formula_error(
			context, "pad: to %d characters at most, with at least one", REPEAT_MAX);
		return;
	}
	if (!left)
		buf_add(&out, text.text, (size_t)text.len);
	for (int width = characters(with); missing > 0; missing -= width)
		buf_add(&out, with.text, (size_t)prefix_bytes(with, missing));
	if (left)
		buf_add(&out, text.text, (size_t)text.len);
	result_buf(context, &out);
}

void formula_lpad(sqlite3_context *context, int count, sqlite3_value **values)
{
	pad(context, count, values, true);
}

void formula_rpad(sqlite3_context *context, int count, sqlite3_value **values)
{
	pad(context, count, values, false);
}

/* No blanks around it, one between words. */
void formula_squeeze(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct buf out = BUF_INIT(FORMULA_RESULT_MAX);
	struct slice text;
	bool blank = false;

	(void)count;
	if (!take(&text, context, values[0]))
		return;
	for (int i = 0; i < text.len; i++) {
		if (isspace((unsigned char)text.text[i])) {
			blank = true;
			continue;
		}
		if (blank && out.len)
			buf_add_char(&out, ' ');
		blank = false;
		buf_add_char(&out, text.text[i]);
	}
	result_buf(context, &out);
}

void formula_digits(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct buf out = BUF_INIT(FORMULA_RESULT_MAX);
	struct slice text;

	(void)count;
	if (!take(&text, context, values[0]))
		return;
	for (int i = 0; i < text.len; i++)
		if (text.text[i] >= '0' && text.text[i] <= '9')
			buf_add_char(&out, text.text[i]);
	result_buf(context, &out);
}

/* ---- together ---- */

static void add_value(struct buf *out, sqlite3_value *value)
{
	const char *text = (const char *)sqlite3_value_text(value);

	if (text)
		buf_add(out, text, (size_t)sqlite3_value_bytes(value));
}

/* Unlike ||, a NULL takes nothing away from the others. */
void formula_concat(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct buf out = BUF_INIT(FORMULA_RESULT_MAX);

	for (int i = 0; i < count; i++)
		add_value(&out, values[i]);
	result_buf(context, &out);
}

/* The same with a separator between those that are not blank. */
void formula_join(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct buf out = BUF_INIT(FORMULA_RESULT_MAX);

	for (int i = 1; i < count; i++) {
		const char *text = (const char *)sqlite3_value_text(values[i]);

		if (text_empty(text))
			continue;
		if (out.len)
			add_value(&out, values[0]);
		add_value(&out, values[i]);
	}
	result_buf(context, &out);
}
