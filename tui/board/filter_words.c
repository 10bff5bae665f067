/*
 * filter_words.c — what may stand at the cursor of a filter: a term, or a value of the term before
 * the colon. Values come from the language, the catalog and the messages that are shown.
 */

#include "base/base.h"
#include "tui/board/filter_words.h"

#include "base/text.h"
#include "store/filter.h"
#include "tui/board/monitor.h"

/* Where the cursor is: [word, value) is "term:" without its `!`, the value goes up to the cursor.
 */
struct spot {
	size_t word, value;
	bool in_value;
};

static struct spot find_spot(const char *text, size_t from, size_t at)
{
	struct spot spot = { from, from, false };
	bool quoted = false;

	for (size_t i = from; i < at; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (text[i] == ' ')
			spot = (struct spot){ i + 1, i + 1, false };
		else if (text[i] == '!' && i == spot.word)
			spot.word = spot.value = i + 1;
		else if (text[i] == ':' && !spot.in_value)
			spot = (struct spot){ spot.word, i + 1, true };
		else if (text[i] == ',' && spot.in_value)
			spot.value = i + 1;
	}
	return spot;
}

/* As it has to be typed; once, and not at all when there is none. */
static void add_value(struct text_list *words, const char *value)
{
	char quoted[300];

	if (text_empty(value) || strchr(value, '"'))
		return;
	snprintf(quoted, sizeof(quoted), strpbrk(value, " ,") ? "\"%s\"" : "%s", value);
	if (!text_list_has(words, quoted))
		text_list_add(words, quoted);
}

static void add_all(struct text_list *words, const char *const *values)
{
	for (; values && *values; values++)
		add_value(words, *values);
}

static void add_connections(struct text_list *words, const struct board *board)
{
	for (int i = 0; board->catalog && i < board->catalog->connection_count; i++)
		add_value(words, board->catalog->connections[i].connection.name);
}

/* `offset`: of one of an interface's texts. */
static void add_of_interfaces(struct text_list *words, const struct board *board, size_t offset)
{
	for (int i = 0; board->catalog && i < board->catalog->interface_count; i++) {
		const char *interface = (const char *)&board->catalog->interfaces[i].interface;
		const char *value;

		memcpy(&value, interface + offset, sizeof(value));
		add_value(words, value);
	}
}

static void add_run(struct text_list *words, const struct board *board)
{
	char number[24];

	if (!board->run.id)
		return;
	snprintf(number, sizeof(number), "%" PRId64, board->run.id);
	add_value(words, number);
}

static void add_values(struct text_list *words, const struct board *board, const char *term)
{
	static const struct {
		const char *term;
		size_t offset;
	} texts[] = { { "interface", offsetof(struct interface, name) },
		{ "integration", offsetof(struct interface, integration) },
		{ "object", offsetof(struct interface, object) } };
	static const char *const spans[] = { "5m", "1h", "1d", "1w", NULL };

	add_all(words, filter_values(term));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (text_equal_fold(term, texts[i].term))
			add_of_interfaces(words, board, texts[i].offset);
	}
	if (text_equal_fold(term, "since") || text_equal_fold(term, "before"))
		add_all(words, spans);
	else if (text_equal_fold(term, "connection"))
		add_connections(words, board);
	else if (text_equal_fold(term, "run"))
		add_run(words, board);
	else if (text_equal_fold(term, "code"))
		monitor_shown_codes(words, board);
}

static void add_terms(struct text_list *words)
{
	for (const char *const *term = filter_terms(); *term; term++) {
		char word[40];

		snprintf(word, sizeof(word), "%s:", *term);
		text_list_add(words, word);
	}
}

void filter_complete(struct board *board, size_t from)
{
	const struct line *line = &board->prompt.line;
	struct text_list words = { NULL, 0 };
	struct spot spot = find_spot(line_text(line), from, line->at);
	char term[40];
	char none[80];

	if (!spot.in_value) {
		add_terms(&words);
		prompt_complete(board, spot.word, &words,
			"No term begins like that; it is searched as a text");
	} else {
		snprintf(term, sizeof(term), "%.*s", (int)strcspn(line_text(line) + spot.word, ":"),
			line_text(line) + spot.word);
		add_values(&words, board, term);
		snprintf(none, sizeof(none), "No known value of %.40s: begins like that", term);
		prompt_complete(board, spot.value, &words, none);
	}
	text_list_free(&words);
}
