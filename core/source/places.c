/* places.c — one walk over the statement: what is quoted is copied, a name behind ':' becomes '?'.
 */

#include "base/base.h"
#include "source/places.h"
#include "base/buf.h"
#include "base/text.h"

#include <ctype.h>

#define SQL_MAX (1u << 20)

static bool starts_name(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool goes_on(char c)
{
	return starts_name(c) || isdigit((unsigned char)c) || c == '$';
}

/* Behind the closing `quote`, which is doubled to stand for itself; NULL without an end. */
static const char *quoted_end(const char *at, char quote)
{
	for (at++; *at; at++) {
		if (*at != quote)
			continue;
		if (at[1] != quote)
			return at + 1;
		at++;
	}
	return NULL;
}

/* Behind "$tag$ ... $tag$"; `at` itself when no such quote begins here. */
static const char *dollar_end(const char *at)
{
	size_t tag = 1;
	const char *end;
	char mark[66];

	while (goes_on(at[tag]) && at[tag] != '$' && tag < sizeof(mark) - 2)
		tag++;
	if (at[tag] != '$' || isdigit((unsigned char)at[1]))
		return at;
	tag++;
	memcpy(mark, at, tag);
	mark[tag] = '\0';
	end = strstr(at + tag, mark);
	return end ? end + tag : NULL;
}

static const char *behind(const char *at, const char *mark)
{
	const char *end = strstr(at, mark);

	return end ? end + strlen(mark) : NULL;
}

/* Behind what is to be copied as it is and begins at `at`; `at` when nothing does; NULL = no end.
 */
static const char *skip(const char *at, const char *start)
{
	if (*at == '\'' || *at == '"' || *at == '`')
		return quoted_end(at, *at);
	if (*at == '[')
		return quoted_end(at, ']');
	if (at[0] == '-' && at[1] == '-')
		return strchrnul(at, '\n');
	if (at[0] == '/' && at[1] == '*')
		return behind(at + 2, "*/");
	if (*at == '$' && (at == start || !goes_on(at[-1])))
		return dollar_end(at);
	if (at[0] == ':' && (at[1] == ':' || at[1] == '='))
		return at + 2;
	return at;
}

/* The name behind the ':' at `at`; how long it is there, 0 = none. */
static size_t take_name(struct place *place, const char *at, const char *start)
{
	const char *name = at + 1;
	size_t len = 0;

	if (at > start && goes_on(at[-1]))
		return 0;
	*place = (struct place){ .quoted = *name == '"' };
	if (place->quoted) {
		len = strcspn(++name, "\"");
		if (!name[len])
			return 0;
	} else if (starts_name(*name)) {
		while (goes_on(name[len]))
			len++;
	}
	if (!len || len >= sizeof(place->name))
		return 0;
	memcpy(place->name, name, len);
	place->name[len] = '\0';
	return len + (place->quoted ? 3 : 1);
}

static int take_place(
	struct places *places, struct buf *sql, const char **at, const char *start, struct err *err)
{
	struct place place;
	size_t len = take_name(&place, *at, start);

	if (!len) {
		buf_add_char(sql, *(*at)++);
		return 0;
	}
	if (places->count == PLACES_MAX)
		return err_set(err, ERR_CONFIG, "has more than %d places", PLACES_MAX);
	places->items[places->count++] = place;
	buf_add_char(sql, '?');
	*at += len;
	return 0;
}

static int walk(struct places *places, struct buf *out, const char *sql, struct err *err)
{
	const char *at = sql;
	int rc = 0;

	while (!rc && *at) {
		const char *end = skip(at, sql);

		if (!end)
			return err_set(err, ERR_CONFIG,
				"a quote or comment that begins at \"%.20s\" has no end", at);
		if (end > at) {
			buf_add(out, at, (size_t)(end - at));
			at = end;
		} else if (*at == ':') {
			rc = take_place(places, out, &at, sql, err);
		} else if (*at == '?') {
			return err_set(err, ERR_CONFIG,
				"has a place without a name (?): name the column, like :order_no");
		} else {
			buf_add_char(out, *at++);
		}
	}
	return rc;
}

int places_parse(struct places *out, const char *sql, struct err *err)
{
	struct buf text = BUF_INIT(SQL_MAX);
	int rc;

	out->sql = NULL;
	out->count = 0;
	rc = walk(out, &text, sql, err);
	if (!rc)
		rc = buf_check(&text, "a statement", err);
	if (!rc && !(out->sql = text.len ? buf_detach(&text) : text_dup("")))
		rc = err_nomem(err);
	buf_free(&text);
	return rc;
}

void places_free(struct places *places)
{
	free(places->sql);
	places->sql = NULL;
}
