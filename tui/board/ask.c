/* ask.c — the dialog over the page and the prompt below it: opening, keys, closing. */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/clock.h"
#include "base/text.h"

/* The dialog and what belongs to it leave the board, so that an answer may open the next one. */
struct asked {
	struct dialog dialog;
	board_answer *answered;
	void *ctx;
	board_release *release;
};

static struct asked take_out(struct board *board)
{
	struct asked asked = { board->dialog, board->answered, board->answer_ctx,
		board->answer_free };

	board->asking = false;
	board->answered = NULL;
	board->answer_ctx = NULL;
	board->answer_free = NULL;
	return asked;
}

static void forget(struct asked *asked)
{
	if (asked->release)
		asked->release(asked->ctx);
	dialog_free(&asked->dialog);
}

void board_end_dialog(struct board *board)
{
	struct asked asked;

	if (!board->asking)
		return;
	asked = take_out(board);
	forget(&asked);
}

void board_ask(struct board *board, board_answer *answered, void *ctx, board_release *release)
{
	board->asking = true;
	board->answered = answered;
	board->answer_ctx = ctx;
	board->answer_free = release;
}

void board_message(struct board *board, const char *title, const char *text)
{
	board_end_dialog(board);
	dialog_message(&board->dialog, title, text);
	board_ask(board, NULL, NULL, NULL);
}

void board_dialog_key(struct board *board, int key)
{
	enum dialog_event event = dialog_key(&board->dialog, key);
	struct asked asked;

	if (event == DIALOG_OPEN)
		return;
	asked = take_out(board);
	if (asked.answered)
		asked.answered(board, &asked.dialog, event, asked.ctx);
	forget(&asked);
}

void board_prompt(struct board *board, char sign, const char *text, const char *info,
	bool (*entered)(struct board *board, const char *text))
{
	struct prompt *prompt = &board->prompt;

	line_free(&prompt->line);
	memset(prompt, 0, sizeof(*prompt));
	line_init(&prompt->line, PROMPT_MAX, false);
	line_set(&prompt->line, text);
	prompt->on = true;
	prompt->sign = sign;
	text_copy(prompt->info, sizeof(prompt->info), info);
	text_copy(prompt->hint, sizeof(prompt->hint), info);
	prompt->error_at = -1;
	prompt->entered = entered;
	board->notice[0] = '\0';
}

void board_filter(struct board *board, const char *argument, const char *filter, const char *info,
	bool (*entered)(struct board *board, const char *text))
{
	if (argument)
		entered(board, argument);
	else
		board_prompt(board, '/', filter, info, entered);
}

static void leave(struct board *board)
{
	board->prompt.on = false;
	if (board->prompt.left)
		board->prompt.left(board);
}

static void enter(struct board *board)
{
	struct prompt *prompt = &board->prompt;
	char text[PROMPT_MAX + 1];

	text_copy(text, sizeof(text), line_text(&prompt->line));
	text_trim(text); /* of its end: what is wrong is marked by its place from the front */
	prompt_remember(board, text);
	prompt->back = 0;
	prompt->on = false; /* what it does may open the next prompt */
	if (!prompt->entered(board, text))
		prompt->on = true;
}

static void complete(struct board *board, int step)
{
	board->prompt.step = step;
	board->prompt.complete(board);
}

/* What was typed or brought back stands there: an error is over, a list narrows down. */
static void changed(struct board *board, bool typed)
{
	struct prompt *prompt = &board->prompt;

	prompt->error[0] = '\0';
	prompt->error_at = -1;
	if (!prompt->listing)
		return;
	if (typed) {
		complete(board, 0);
		return;
	}
	prompt->listing = false;
	text_copy(prompt->info, sizeof(prompt->info), prompt->hint);
}

void board_prompt_key(struct board *board, int key)
{
	struct prompt *prompt = &board->prompt;

	if (key == K_ENTER) {
		enter(board);
	} else if (key == K_ESC || key == K_CTRL('C') ||
		   (key == K_BACKSPACE && line_empty(&prompt->line))) {
		leave(board);
	} else if ((key == K_TAB || key == K_BACKTAB) && prompt->complete) {
		complete(board, key == K_TAB ? 1 : -1);
	} else if (key == K_UP || key == K_DOWN) {
		if (prompt_recall(board, key == K_UP))
			changed(board, false);
	} else if (line_key(&prompt->line, key)) {
		changed(board, true);
	}
}

/* ---- pasting ---- */

/* The end of a paste may get lost on a line that tears sequences apart. */
#define PASTE_GAP_MS 2000

static void paste_into_prompt(struct board *board, int key)
{
	if (key == K_ENTER || key == K_TAB)
		key = ' ';
	if (key >= ' ' && key <= 0x10ffff)
		board_prompt_key(board, key);
}

/* To whoever takes text; where nobody does, letters are not to become commands. */
static void paste(struct board *board, int key)
{
	const struct page_ops *page = board_page(board);

	if (board->asking)
		board_dialog_key(board, key);
	else if (board->prompt.on)
		paste_into_prompt(board, key);
	else if (page->typing && page->typing(board))
		page->key(board, key);
	else if (key == K_PASTE_BEGIN)
		board_say(board, STYLE_WARN,
			"What is pasted is no command; to paste it into a line, open one with / or "
			":");
}

bool board_paste_key(struct board *board, int key)
{
	int64_t now = clock_mono();

	if (board->pasting && now - board->pasting_at > PASTE_GAP_MS && key != K_PASTE_END) {
		board->pasting = false;
		paste(board, K_PASTE_END);
	}
	if (!board->pasting && key != K_PASTE_BEGIN)
		return key == K_PASTE_END;
	board->pasting = key != K_PASTE_END;
	board->pasting_at = now;
	paste(board, key);
	return true;
}
