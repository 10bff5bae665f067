/*
 * prompt_words.c — what the prompts help to type: Tab completes the word at the cursor, Up and Down
 * bring back what was entered. Each kind of question has a history of its own, for the session.
 */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/text.h"

#include <ctype.h>

#define SHOWN_MAX 8
#define HISTORY_MAX 100

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

/* Words that begin with the `len` bytes typed; *common = how many bytes they share. */
static int matches_of(const struct text_list *words, const char *typed, size_t len,
	const char **first, size_t *common, char *shown, size_t size)
{
	int count = 0;

	shown[0] = '\0';
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];

		if (same_until(typed, word, len) < len)
			continue;
		if (count++ == 0) {
			*first = word;
			*common = strlen(word);
		}
		*common = same_until(*first, word, *common);
		if (count <= SHOWN_MAX)
			snprintf(shown + strlen(shown), size - strlen(shown), "%s%s",
				count > 1 ? "  " : "", word);
	}
	if (count > SHOWN_MAX)
		snprintf(shown + strlen(shown), size - strlen(shown), "  and %d more",
			count - SHOWN_MAX);
	return count;
}

void prompt_complete(
	struct board *board, size_t from, const struct text_list *words, const char *none)
{
	struct prompt *prompt = &board->prompt;
	struct line *line = &prompt->line;
	const char *text = line_text(line);
	const char *first = NULL;
	size_t common = 0;
	char whole[PROMPT_MAX + 1];
	const char *behind = text + line->at;
	const char *blank;
	int count = matches_of(words, text + from, line->at - from, &first, &common, prompt->info,
		sizeof(prompt->info));

	prompt->error[0] = '\0';
	prompt->error_at = -1;
	if (count == 0) {
		text_copy(prompt->info, sizeof(prompt->info), none);
		return;
	}
	blank = count == 1 && first[common - 1] != ':' && *behind != ' ' ? " " : "";
	snprintf(whole, sizeof(whole), "%.*s%.*s%s%s", (int)from, text, (int)common, first, blank,
		behind);
	line_set(line, whole);
	common += from + strlen(blank);
	line->at = common < line->text.len ? common : line->text.len;
}

/* ---- history ---- */

/* That of the question which is open, or NULL when there are too many kinds. */
static struct prompt_history *history_of(struct board *board)
{
	for (size_t i = 0; i < ARRAY_SIZE(board->histories); i++) {
		struct prompt_history *history = &board->histories[i];

		if (!history->of)
			history->of = board->prompt.entered;
		if (history->of == board->prompt.entered)
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

void prompt_remember(struct board *board, const char *text)
{
	struct prompt_history *history = history_of(board);

	if (!history || !*text)
		return;
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

bool prompt_recall(struct board *board, bool older)
{
	struct prompt *prompt = &board->prompt;
	struct prompt_history *history = history_of(board);
	size_t count = history ? history->entered.count : 0;

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
