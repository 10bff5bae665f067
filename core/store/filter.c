/* filter.c — the filter language: words into terms, and errors that point at the wrong word. */

#include "base/base.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/message.h"
#include "store/cause.h"
#include "store/filter_private.h"

#include <ctype.h>

#define FILTER_TEXT_MAX 4096
#define FILTER_TERMS_MAX 64
#define TERM_VALUES_MAX 64

/* ---- what is being parsed ---- */

struct parser {
	const char *text;
	const char *at; /* the next character */
	int64_t now;
	const char *wrong; /* where the wrong word begins */
	struct err *err;
};

/* Reads one value, already unquoted, into the term; `value` is its last value. */
typedef int value_parser(struct parser *parser, struct term *term, struct term_value *value);

static int refuse(struct parser *parser, const char *what, const char *word, const char *hint,
	const char *const *words)
{
	const char *nearest = words ? text_nearest(word, words) : NULL;

	if (nearest)
		return err_set(parser->err, ERR_USAGE, "\"%s\" is not %s: did you mean %s?", word,
			what, nearest);
	return err_set(parser->err, ERR_USAGE, "\"%s\" is not %s: %s", word, what, hint);
}

static const char *const status_words[] = { "new", "processing", "pending", "completed", "failed",
	"unknown", "cancelled", NULL };

static int parse_status(struct parser *parser, struct term *term, struct term_value *value)
{
	enum message_status status;

	if (!message_status_parse(&status, value->text))
		return refuse(parser, "a status", value->text,
			"new, processing, pending, completed, failed, unknown or cancelled",
			status_words);
	term->mask |= 1u << status;
	return 0;
}

static const char *const property_words[] = { [IS_CREATED] = "created",
	[IS_UPDATED] = "updated",
	[IS_EDITED] = "edited",
	[IS_SUPERSEDED] = "superseded",
	[IS_RETRIED] = "retried",
	NULL };

static int parse_property(struct parser *parser, struct term *term, struct term_value *value)
{
	for (unsigned i = 0; property_words[i]; i++) {
		if (text_equal_fold(property_words[i], value->text)) {
			term->mask |= 1u << i;
			return 0;
		}
	}
	return refuse(parser, "something a message can be", value->text,
		"created, updated, edited, superseded or retried", property_words);
}

/* 12 or 12-15 */
static int parse_number(struct parser *parser, struct term *term, struct term_value *value)
{
	char first[32];
	const char *dash = strchr(value->text, '-');
	const char *last = dash ? dash + 1 : value->text;

	(void)term;
	text_copy(first, sizeof(first), value->text);
	if (dash && (size_t)(dash - value->text) < sizeof(first))
		first[dash - value->text] = '\0';
	if (!text_int(&value->first, first, 0, INT64_MAX) ||
		!text_int(&value->last, last, 0, INT64_MAX) || value->first > value->last)
		return refuse(parser, "a number", value->text, "write 12 or 12-15", NULL);
	return 0;
}

/* 30s 5m 1h 2d 1w: that long ago */
static bool parse_ago(int64_t *time, const char *text, int64_t now)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 },
		{ 'w', 604800000 } };
	size_t len = strlen(text);
	char number[16];
	int64_t count;

	if (len < 2 || len > sizeof(number))
		return false;
	memcpy(number, text, len - 1);
	number[len - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (tolower((unsigned char)text[len - 1]) != units[i].unit ||
			!text_int(&count, number, 0, 1000000))
			continue;
		*time = now - count * units[i].ms;
		return true;
	}
	return false;
}

/* A local date, date and time, or time of today; what is left out is 0. */
static bool parse_local(int64_t *time, const char *text, int64_t now)
{
	static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M" };
	time_t seconds = (time_t)(now / 1000);

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct tm tm;
		const char *end;

		localtime_r(&seconds, &tm);
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		tm.tm_isdst = -1;
		end = strptime(text, formats[i], &tm);
		if (!end || *end)
			continue;
		*time = (int64_t)mktime(&tm) * 1000;
		return true;
	}
	return false;
}

static int parse_time(struct parser *parser, struct term *term, struct term_value *value)
{
	if (term->count > 1)
		return refuse(parser, "needed here", value->text, "one time is enough", NULL);
	if (parse_ago(&term->time, value->text, parser->now) ||
		parse_local(&term->time, value->text, parser->now) ||
		clock_parse_iso(&term->time, value->text, NULL) == 0)
		return 0;
	return refuse(parser, "a time", value->text,
		"write 30s, 5m, 1h, 2d, 12:30, 2026-11-23 or 2026-11-23T12:30", NULL);
}

static int parse_pattern(struct parser *parser, struct term *term, struct term_value *value)
{
	const char *part;

	(void)parser;
	(void)term;
	value->wild = strpbrk(value->folded, "*?") != NULL;
	for (part = value->folded; *part;) {
		size_t len = strcspn(part, "*?");

		if (len > value->literal_len) {
			value->literal = part;
			value->literal_len = len;
		}
		part += len + (part[len] != '\0');
	}
	return 0;
}

/* A comment, or the form of one. */
static int parse_form(struct parser *parser, struct term *term, struct term_value *value)
{
	char form[CAUSE_FORM_MAX];

	(void)term;
	cause_form(form, value->text);
	free(value->folded);
	value->folded = strdup(form);
	return value->folded ? 0 : err_nomem(parser->err);
}

/* ---- the words before the colon ---- */

static const struct {
	const char *name;
	enum term_kind kind;
	value_parser *parse;
} kinds[] = {
	{ "status", TERM_STATUS, parse_status },
	{ "interface", TERM_INTERFACE, parse_pattern },
	{ "run", TERM_RUN, parse_number },
	{ "key", TERM_KEY, parse_pattern },
	{ "code", TERM_CODE, parse_pattern },
	{ "since", TERM_SINCE, parse_time },
	{ "before", TERM_BEFORE, parse_time },
	{ "connection", TERM_CONNECTION, parse_pattern },
	{ "integration", TERM_INTEGRATION, parse_pattern },
	{ "object", TERM_OBJECT, parse_pattern },
	{ "field", TERM_FIELD, parse_pattern },
	{ "comment", TERM_COMMENT, parse_pattern },
	{ "like", TERM_LIKE, parse_form },
	{ "id", TERM_ID, parse_pattern },
	{ "message", TERM_MESSAGE, parse_number },
	{ "is", TERM_IS, parse_property },
};

static const char *const names[] = { "status", "interface", "run", "key", "code", "since", "before",
	"connection", "integration", "object", "field", "comment", "like", "id", "message", "is",
	NULL };

const char *const *filter_terms(void)
{
	return names;
}

const char *const *filter_values(const char *term)
{
	if (text_equal_fold(term, "status"))
		return status_words;
	return text_equal_fold(term, "is") ? property_words : NULL;
}

/* ---- words ---- */

static void skip_blanks(struct parser *parser)
{
	while (isspace((unsigned char)*parser->at))
		parser->at++;
}

/* One value up to a blank (or a comma, where commas divide); quotes hold blanks together. */
static int read_value(struct buf *out, struct parser *parser, bool commas)
{
	bool quoted = false;

	buf_reset(out);
	parser->wrong = parser->at;
	for (; *parser->at; parser->at++) {
		char c = *parser->at;

		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (!quoted && (isspace((unsigned char)c) || (commas && c == ',')))
			break;
		if (quoted && c == '\\' && (parser->at[1] == '"' || parser->at[1] == '\\'))
			c = *++parser->at;
		buf_add_char(out, c);
	}
	if (quoted)
		return err_set(
			parser->err, ERR_USAGE, "the quote before %s is not closed", buf_str(out));
	return buf_check(out, "a word of the filter", parser->err);
}

static int add_value(
	struct parser *parser, struct term *term, const char *text, value_parser *parse)
{
	struct term_value *values;
	struct term_value *value;
	size_t len = strlen(text);

	if (term->count == TERM_VALUES_MAX)
		return err_set(
			parser->err, ERR_USAGE, "a term may have %d values", TERM_VALUES_MAX);
	values = realloc(term->values, ((size_t)term->count + 1) * sizeof(*values));
	if (!values)
		return err_nomem(parser->err);
	term->values = values;
	value = &values[term->count++];
	*value = (struct term_value){ .text = strdup(text), .folded = strdup(text) };
	if (!value->text || !value->folded)
		return err_nomem(parser->err);
	fold_bytes(value->folded, value->folded, len);
	if (len == 0)
		return err_set(parser->err, ERR_USAGE, "something is missing after the %c",
			term->count > 1 ? ',' : ':');
	return parse(parser, term, value);
}

/* "a,b,c" behind the colon */
static int read_values(struct parser *parser, struct term *term, value_parser *parse)
{
	struct buf word = BUF_INIT(FILTER_TEXT_MAX);
	int rc;

	do {
		rc = read_value(&word, parser, true);
		if (rc == 0)
			rc = add_value(parser, term, buf_str(&word), parse);
	} while (rc == 0 && *parser->at == ',' && parser->at++);
	buf_free(&word);
	return rc;
}

static int read_text(struct parser *parser, struct term *term)
{
	struct buf word = BUF_INIT(FILTER_TEXT_MAX);
	int rc = read_value(&word, parser, false);

	term->kind = TERM_TEXT;
	if (rc == 0)
		rc = add_value(parser, term, buf_str(&word), parse_pattern);
	buf_free(&word);
	return rc;
}

static int read_term(struct parser *parser, struct term *term)
{
	char name[32];
	size_t len;

	parser->wrong = parser->at;
	if (*parser->at == '!') {
		term->inverted = true;
		parser->at++;
		parser->wrong = parser->at;
		if (!*parser->at || isspace((unsigned char)*parser->at))
			return err_set(parser->err, ERR_USAGE,
				"! inverts the word behind it, and there is none");
	}
	len = strspn(parser->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	if (len == 0 || parser->at[len] != ':')
		return read_text(parser, term);
	text_copy(name, len < sizeof(name) ? len + 1 : sizeof(name), parser->at);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!text_equal_fold(kinds[i].name, name))
			continue;
		parser->at += len + 1;
		term->kind = kinds[i].kind;
		return read_values(parser, term, kinds[i].parse);
	}
	return refuse(parser, "something to filter by", name,
		"to search for it as a text, put it in quotes", names);
}

/* ---- the normal form ---- */

static bool needs_quotes(const char *text)
{
	return *text == '!' || strpbrk(text, " \t\r\n\",:\\") != NULL || *text == '\0';
}

static void add_word(struct buf *out, const char *text, bool quotes)
{
	if (quotes)
		buf_add_char(out, '"');
	for (; *text; text++) {
		if (quotes && (*text == '"' || *text == '\\'))
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
	if (quotes)
		buf_add_char(out, '"');
}

static void add_term(struct buf *out, const struct term *term)
{
	bool times = term->kind == TERM_SINCE || term->kind == TERM_BEFORE;
	bool exact = term->kind == TERM_STATUS || term->kind == TERM_IS;

	if (out->len)
		buf_add_char(out, ' ');
	if (term->inverted)
		buf_add_char(out, '!');
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].kind == term->kind)
			buf_addf(out, "%s:", kinds[i].name);
	}
	for (int i = 0; i < term->count; i++) {
		const struct term_value *value = &term->values[i];

		if (i)
			buf_add_char(out, ',');
		add_word(out, exact ? value->folded : value->text,
			times ? strpbrk(value->text, " \t") != NULL : needs_quotes(value->text));
	}
}

/* ---- the whole ---- */

static int by_kind(const void *a, const void *b)
{
	const struct term *x = a;
	const struct term *y = b;

	return (int)x->kind - (int)y->kind;
}

/* The order in which they were typed is kept in the text, the order of asking in the terms. */
static int finish(struct filter *filter, struct err *err)
{
	struct buf text = BUF_INIT(FILTER_TEXT_MAX * 4);
	int rc;

	for (int i = 0; i < filter->count; i++)
		add_term(&text, &filter->terms[i]);
	if (filter->count)
		qsort(filter->terms, (size_t)filter->count, sizeof(*filter->terms), by_kind);
	rc = buf_check(&text, "the filter", err);
	filter->text = buf_detach(&text);
	if (rc == 0 && !filter->text)
		rc = err_nomem(err);
	return rc;
}

static int parse_all(struct filter *filter, struct parser *parser)
{
	int rc = 0;

	for (skip_blanks(parser); rc == 0 && *parser->at; skip_blanks(parser)) {
		if (filter->count == FILTER_TERMS_MAX)
			return err_set(parser->err, ERR_USAGE, "a filter may have %d words",
				FILTER_TERMS_MAX);
		rc = read_term(parser, &filter->terms[filter->count++]);
	}
	return rc;
}

int filter_parse(struct filter **out, const char *text, int64_t now, int *wrong_at, struct err *err)
{
	struct parser parser = { .text = text, .at = text, .now = now, .wrong = text, .err = err };
	struct filter *filter;
	int rc;

	if (strlen(text) > FILTER_TEXT_MAX)
		return err_set(err, ERR_USAGE, "a filter may have %d characters", FILTER_TEXT_MAX);
	filter = calloc(1, sizeof(*filter));
	if (filter)
		filter->terms = calloc(FILTER_TERMS_MAX, sizeof(*filter->terms));
	if (!filter || !filter->terms) {
		free(filter);
		return err_nomem(err);
	}
	atomic_init(&filter->users, 1);
	rc = parse_all(filter, &parser);
	if (rc == 0)
		rc = finish(filter, err);
	if (rc != 0) {
		if (wrong_at)
			*wrong_at = (int)(parser.wrong - text);
		filter_free(filter);
		return rc;
	}
	*out = filter;
	return 0;
}

void filter_free(struct filter *filter)
{
	if (!filter || atomic_fetch_sub(&filter->users, 1) > 1)
		return;
	for (int i = 0; i < filter->count; i++) {
		for (int j = 0; j < filter->terms[i].count; j++) {
			free(filter->terms[i].values[j].text);
			free(filter->terms[i].values[j].folded);
		}
		free(filter->terms[i].values);
	}
	free(filter->terms);
	free(filter->text);
	free(filter);
}

/* A filter never changes, so a copy is one user more. */
struct filter *filter_copy(const struct filter *filter)
{
	struct filter *shared = (struct filter *)(uintptr_t)filter;

	if (shared)
		atomic_fetch_add(&shared->users, 1);
	return shared;
}

const char *filter_text(const struct filter *filter)
{
	return filter->text;
}

bool filter_is_empty(const struct filter *filter)
{
	return !filter || filter->count == 0;
}

/* ---- for those who search ---- */

/* The letters among eight bytes at once, in lower case: every byte is compared in its own lane. */
static uint64_t fold_eight(uint64_t bytes)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t low = bytes & ones * 0x7f;
	uint64_t from_a = low + ones * (0x80 - 'A');
	uint64_t past_z = low + ones * (0x80 - 'Z' - 1);
	uint64_t letters = from_a & ~past_z & ~bytes & ones * 0x80;

	return bytes | letters >> 2;
}

void fold_bytes(char *to, const char *from, size_t len)
{
	uint64_t eight;
	size_t i = 0;

	for (; i + sizeof(eight) <= len; i += sizeof(eight)) {
		memcpy(&eight, from + i, sizeof(eight));
		eight = fold_eight(eight);
		memcpy(to + i, &eight, sizeof(eight));
	}
	for (; i < len; i++) {
		char c = from[i];

		to[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
}

bool term_value_matches(const struct term_value *value, const char *text)
{
	return value->wild ? text_match(value->text, text, true)
			   : text_equal_fold(value->text, text);
}

bool term_matches_any(const struct term *term, const char *text)
{
	for (int i = 0; i < term->count; i++) {
		if (term_value_matches(&term->values[i], text))
			return true;
	}
	return false;
}

const struct term *filter_term(const struct filter *filter, enum term_kind kind)
{
	for (int i = 0; filter && i < filter->count; i++) {
		if (filter->terms[i].kind == kind && !filter->terms[i].inverted)
			return &filter->terms[i];
	}
	return NULL;
}
