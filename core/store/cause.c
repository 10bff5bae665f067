/*
 * cause.c — failures in groups of one cause each: the code and the fields that the org names, and
 * where it names none the form of its words.
 */

#include "base/base.h"
#include "base/text.h"
#include "store/cause.h"
#include "store/scan.h"

#include <ctype.h>

#define CAUSES_MAX 1000
/* So many forms of words are told apart for one code; what comes behind them is one group. */
#define FORMS_MAX 40

/* ---- the form ---- */

/* A form on its way; no longer than it may be. */
struct form {
	char *text;
	size_t len;
};

static void put(struct form *form, char c)
{
	if (form->len < CAUSE_FORM_MAX - 1)
		form->text[form->len++] = c;
}

/* "*-*" and "*:*" are one value as well. */
static void put_star(struct form *form)
{
	const char *text = form->text;

	if (form->len && text[form->len - 1] == '*')
		return;
	if (form->len > 1 && text[form->len - 2] == '*' && strchr("-./:,+", text[form->len - 1]))
		form->len--;
	else
		put(form, '*');
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* A star stands for what may have been a word. */
static bool is_like_word(char c)
{
	return is_word(c) || c == '*';
}

/* The end of what is quoted at `at`, behind its second quote; NULL: that is no quote. */
static const char *quoted_end(const char *text, const char *at)
{
	if (*at != '\'' && *at != '"')
		return NULL;
	if (*at == '\'' && at > text && is_like_word(at[-1]))
		return NULL; /* "doesn't" */
	for (const char *end = at + 1; (end = strchr(end, *at)); end++)
		if (*at == '"' || !is_like_word(end[1]))
			return end + 1;
	return NULL;
}

/* Is this word a value: a number, a time, an Id, a part of one? Names of fields are none. */
static bool is_value(const char *word, size_t len)
{
	bool digits = false;

	for (size_t i = 0; i < len; i++) {
		digits = digits || isdigit((unsigned char)word[i]);
		if (word[i] == '_')
			return false;
	}
	return isdigit((unsigned char)*word) || (digits && len >= 8);
}

static size_t word_len(const char *word)
{
	size_t len = 0;

	while (is_word(word[len]))
		len++;
	return len;
}

/* An address of mail: the whole of what holds an @. */
static size_t address_len(const char *word)
{
	size_t len = strcspn(word, " \t\r\n\"'<>()[],;");

	return memchr(word, '@', len) ? len : 0;
}

static const char *put_word(struct form *form, const char *word)
{
	size_t len = address_len(word);

	if (!len && is_value(word, word_len(word)))
		len = word_len(word);
	if (len) {
		put_star(form);
		return word + len;
	}
	for (len = word_len(word); len; len--, word++)
		put(form, *word >= 'A' && *word <= 'Z' ? (char)(*word + 32) : *word);
	return word;
}

/* Copy what stands at `at`, or what stands for it; returns what is behind. */
static const char *put_next(struct form *form, const char *comment, const char *at)
{
	const char *end = quoted_end(comment, at);

	if (end) {
		put_star(form);
		return end;
	}
	if (is_word(*at))
		return put_word(form, at);
	if (*at == '*' || *at == '@')
		put_star(form);
	else if ((unsigned char)*at > ' ' && !strchr("\"\\\x7f", *at))
		put(form, *at);
	else if (form->len && form->text[form->len - 1] != ' ')
		put(form, ' ');
	return at + 1;
}

void cause_form(char out[CAUSE_FORM_MAX], const char *comment)
{
	struct form form = { out, 0 };
	const char *at = comment;
	size_t whole;

	while (*at && form.len < CAUSE_FORM_MAX - 1)
		at = put_next(&form, comment, at);
	/* Half a word, or half a quote, would look like another one. */
	whole = text_utf8_prefix(out, form.len);
	if (*at || form.len == CAUSE_FORM_MAX - 1 || whole < form.len)
		while (whole && out[whole - 1] != ' ')
			whole--;
	while (whole && out[whole - 1] == ' ')
		whole--;
	out[whole] = '\0';
}

/* ---- counting ---- */

struct causes {
	struct cause *list; /* sorted by code, fields and form while it is filled */
	int count, room;
};

static int compare(const struct cause *a, const struct cause *b)
{
	int order = strcmp(a->code, b->code);

	if (order == 0)
		order = strcmp(a->fields, b->fields);
	if (order == 0)
		order = (int)a->rest - (int)b->rest;
	return order ? order : strcmp(a->form, b->form);
}

/* Where it is, or where it belongs. */
static int place_of(const struct causes *causes, const struct cause *cause)
{
	int low = 0;
	int high = causes->count;

	while (low < high) {
		int middle = (low + high) / 2;

		if (compare(&causes->list[middle], cause) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct causes *causes, int place, const struct cause *cause)
{
	return place < causes->count && compare(&causes->list[place], cause) == 0;
}

/* How many forms its code has already. */
static int forms_around(const struct causes *causes, int place, const struct cause *cause)
{
	int forms = 0;

	for (int i = place - 1; i >= 0 && text_equal(causes->list[i].code, cause->code); i--)
		forms += causes->list[i].form[0] != '\0';
	for (int i = place; i < causes->count && text_equal(causes->list[i].code, cause->code); i++)
		forms += causes->list[i].form[0] != '\0';
	return forms;
}

static int insert(struct causes *causes, int place, const struct cause *cause, struct err *err)
{
	if (causes->count == causes->room) {
		int room = causes->room ? causes->room * 2 : 16;
		struct cause *list =
			reallocarray(causes->list, (size_t)room, sizeof(*causes->list));

		if (!list)
			return err_nomem(err);
		causes->list = list;
		causes->room = room;
	}
	memmove(&causes->list[place + 1], &causes->list[place],
		(size_t)(causes->count - place) * sizeof(*causes->list));
	causes->list[place] = *cause;
	causes->count++;
	return 0;
}

static int count_cause(struct causes *causes, struct cause *cause, struct err *err)
{
	int place = place_of(causes, cause);

	if (!is_at(causes, place, cause) && cause->form[0] &&
		forms_around(causes, place, cause) >= FORMS_MAX) {
		cause->form[0] = '\0';
		cause->rest = true;
		place = place_of(causes, cause);
	}
	if (is_at(causes, place, cause)) {
		struct cause *known = &causes->list[place];

		known->count++;
		if (cause->message < known->message) {
			known->message = cause->message;
			text_copy(known->comment, sizeof(known->comment), cause->comment);
		}
		return 0;
	}
	return causes->count < CAUSES_MAX ? insert(causes, place, cause, err) : 0;
}

/* Failed messages always have rows of their own. */
static int count_row(struct causes *causes, struct scan *scan, int position, struct err *err)
{
	const struct row_detail *detail = &scan->packet.details[position];
	const char *words = scan->view->words.data;
	struct cause cause = { .count = 1, .message = MESSAGE_ID(scan->packet.head.id, position) };

	text_copy(cause.code, sizeof(cause.code), words + detail->code);
	text_copy(cause.fields, sizeof(cause.fields), words + detail->fields);
	text_copy(cause.comment, sizeof(cause.comment), words + detail->comment);
	if (!cause.fields[0])
		cause_form(cause.form, words + detail->comment);
	return count_cause(causes, &cause, err);
}

static int count_causes(struct causes *causes, struct scan *scan, struct err *err)
{
	const struct packet *packet = &scan->packet.head;
	struct row_set rows;
	int rc;

	while ((rc = scan_next(&rows, scan, err)) == 1) {
		rows = row_set_and(rows, packet->own);
		rc = row_set_empty(&rows) ? 0 : scan_details(scan, err);
		for (int i = 0; rc == 0 && i < packet->count; i++)
			if (row_set_has(&rows, i) && packet->rows[i].status == MESSAGE_FAILED)
				rc = count_row(causes, scan, i, err);
		if (rc != 0)
			break;
	}
	return rc;
}

static int by_count(const void *a, const void *b)
{
	const struct cause *x = a;
	const struct cause *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return compare(x, y);
}

int view_causes(struct cause **out, int *count, struct view *view, const struct filter *filter,
	struct err *err)
{
	struct causes causes = { NULL, 0, 0 };
	struct scan *scan = NULL;
	int rc = view_begin(view, err);

	if (rc == 0)
		rc = scan_open_failed(&scan, view, filter, err);
	if (rc == 0)
		rc = count_causes(&causes, scan, err);
	scan_close(scan);
	view_end(view);
	if (rc != 0) {
		free(causes.list);
		return rc;
	}
	if (causes.count)
		qsort(causes.list, (size_t)causes.count, sizeof(*causes.list), by_count);
	*out = causes.list;
	*count = causes.count;
	return 0;
}
