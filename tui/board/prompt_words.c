/*
 * prompt_words.c — what the prompts help to type: Tab completes the word at the cursor, Up and Down
 * bring back what was entered. Each kind of question has a history of its own; see prompt_file.h.
 */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/text.h"
#include "tui/board/prompt_file.h"
#include "tui/widget/glyph.h"

#include <ctype.h>

#define WORD_GAP 2
/* "  Tab: 12/15" behind a page of the list. */
#define PAGE_COLS 12
#define HISTORY_MAX 200

/* ---- completion ---- */

/* How far two words are the same, whatever their case. */
static size_t same_until(const char *a, const char *b, size_t most)
{
	size_t same = 0;

	while (same < most && b[same] &&
		tolower((unsigned char)a[same]) == tolower((unsigned char)b[same]))
		same++;
	return same;
}

/* Those of `words` that begin with the `len` bytes typed; *common = how many bytes they share. */
static void find_matches(struct text_list *matches, size_t *common, const struct text_list *words,
	const char *typed, size_t len)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];

		if (same_until(typed, word, len) < len || !text_list_add(matches, word))
			continue;
		*common = matches->count == 1 ? strlen(word)
					      : same_until(matches->items[0], word, *common);
	}
}

/* Page `wanted` of the words in lines of `cols` columns; returns how many pages there are. */
static int lay_page(char *out, size_t size, const struct text_list *words, int cols, int wanted)
{
	int page = 0;
	int x = 0;

	out[0] = '\0';
	for (size_t i = 0; i < words->count; i++) {
		int width = glyph_columns(words->items[i], false);

		if (x && x + WORD_GAP + width > cols) {
			page++;
			x = 0;
		}
		if (page == wanted)
			snprintf(out + strlen(out), size - strlen(out), "%s%s", x ? "  " : "",
				words->items[i]);
		x += width + (x ? WORD_GAP : 0);
	}
	return page + 1;
}

static void show_list(struct board *board, const struct text_list *matches)
{
	struct prompt *prompt = &board->prompt;
	int cols = screen_cols(board->screen) - 2;
	size_t size = sizeof(prompt->info);
	int pages = lay_page(prompt->info, size, matches, cols, 0);

	prompt->listing = true;
	if (pages == 1) {
		prompt->page = 0;
		return;
	}
	pages = lay_page(prompt->info, size, matches, cols - PAGE_COLS, 0);
	prompt->page = (prompt->page + pages) % pages;
	lay_page(prompt->info, size, matches, cols - PAGE_COLS, prompt->page);
	snprintf(prompt->info + strlen(prompt->info), size - strlen(prompt->info), "  Tab: %d/%d",
		prompt->page + 1, pages);
}

/* Put the part that they share in the place of what was typed; false: it stands there already. */
static bool put_in(struct line *line, size_t from, const struct text_list *matches, size_t common)
{
	const char *text = line_text(line);
	const char *behind = text + line->at;
	const char *word = matches->items[0];
	bool whole = matches->count == 1 && word[common - 1] != ':' && *behind != ' ';
	bool more = whole || common > line->at - from;
	char put[PROMPT_MAX + 1];

	snprintf(put, sizeof(put), "%.*s%.*s%s%s", (int)from, text, (int)common, word,
		whole ? " " : "", behind);
	line_set(line, put);
	common += from + whole;
	line->at = common < line->text.len ? common : line->text.len;
	return more;
}

void prompt_complete(
	struct board *board, size_t from, const struct text_list *words, const char *none)
{
	struct prompt *prompt = &board->prompt;
	struct text_list matches = { NULL, 0 };
	bool listed = prompt->listing;
	size_t common = 0;

	find_matches(
		&matches, &common, words, line_text(&prompt->line) + from, prompt->line.at - from);
	prompt->error[0] = '\0';
	prompt->error_at = -1;
	if (matches.count == 0) {
		text_copy(prompt->info, sizeof(prompt->info), prompt->step ? none : prompt->hint);
	} else if (prompt->step == 0 || put_in(&prompt->line, from, &matches, common)) {
		prompt->page = 0;
		show_list(board, &matches);
	} else {
		prompt->page = listed ? prompt->page + prompt->step : 0;
		show_list(board, &matches);
	}
	text_list_free(&matches);
}

/* ---- history ---- */

static void kind_of_open(char out[PROMPT_KIND_MAX], const struct board *board)
{
	char sign = board->prompt.sign;

	snprintf(out, PROMPT_KIND_MAX, "%c%s", sign, sign == ':' ? "" : board_page(board)->name);
}

/* That of a kind of question, or NULL when there are too many kinds. */
static struct prompt_history *history_of(struct board *board, const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(board->histories); i++) {
		struct prompt_history *history = &board->histories[i];

		if (!history->of[0])
			text_copy(history->of, sizeof(history->of), kind);
		if (text_equal(history->of, kind))
			return history;
	}
	return NULL;
}

static void drop(struct text_list *list, size_t place)
{
	free(list->items[place]);
	list->count--;
	memmove(&list->items[place], &list->items[place + 1],
		(list->count - place) * sizeof(*list->items));
}

static void add(struct prompt_history *history, const char *text)
{
	for (size_t i = 0; i < history->entered.count; i++) {
		if (text_equal(history->entered.items[i], text)) {
			drop(&history->entered, i);
			break;
		}
	}
	if (history->entered.count == HISTORY_MAX)
		drop(&history->entered, 0);
	text_list_add(&history->entered, text);
}

void prompt_remember(struct board *board, const char *text)
{
	char kind[PROMPT_KIND_MAX];
	struct prompt_history *history;

	kind_of_open(kind, board);
	history = history_of(board, kind);
	if (!history || !*text)
		return;
	add(history, text);
	prompt_file_add(board, kind, text);
}

/* Before what was entered meanwhile. */
void prompt_restore(struct board *board, const char *kind, const char *text)
{
	struct prompt_history *history = history_of(board, kind);
	struct text_list *list = history ? &history->entered : NULL;
	char *last;

	if (!list || list->count == HISTORY_MAX || text_list_has(list, text) ||
		!text_list_add(list, text))
		return;
	last = list->items[list->count - 1];
	memmove(&list->items[history->restored + 1], &list->items[history->restored],
		(list->count - 1 - history->restored) * sizeof(*list->items));
	list->items[history->restored++] = last;
}

bool prompt_recall(struct board *board, bool older)
{
	struct prompt *prompt = &board->prompt;
	char kind[PROMPT_KIND_MAX];
	struct prompt_history *history;
	size_t count;

	kind_of_open(kind, board);
	history = history_of(board, kind);
	count = history ? history->entered.count : 0;
	if (older ? prompt->back >= count : prompt->back == 0)
		return false;
	if (prompt->back == 0)
		text_copy(prompt->draft, sizeof(prompt->draft), line_text(&prompt->line));
	prompt->back += older ? 1 : (size_t)-1;
	line_set(&prompt->line,
		prompt->back ? history->entered.items[count - prompt->back] : prompt->draft);
	return true;
}

void prompt_forget_all(struct board *board)
{
	for (size_t i = 0; i < ARRAY_SIZE(board->histories); i++)
		text_list_free(&board->histories[i].entered);
}
