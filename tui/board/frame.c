/*
 * frame.c — the picture: title, tabs and crumbs, page, notice or prompt, keys, and a dialog over
 * it. Drawn whole each time; ncurses sends only what differs.
 */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/text.h"
#include "tui/board/crumbs.h"
#include "tui/board/dashboard.h"
#include "tui/board/title.h"
#include "tui/widget/glyph.h"
#include "tui/widget/zone.h"

#define LEFT_MARGIN 1
#define TABS_GAP 2

/* ---- the second line ---- */

/* At a tab all three by name; above one their numbers, and the way that led here. */
static void draw_tabs(struct board *board)
{
	int end = screen_cols(board->screen) - LEFT_MARGIN;
	int x = LEFT_MARGIN;

	for (int i = 0; i < BOARD_TABS; i++) {
		int begin = x;

		x += screen_printf(board->screen, 1, x, end - x,
			     i == board->tab ? STYLE_TAB_ON : STYLE_TAB, "%d%s%s", i + 1,
			     board->depth ? "" : " ", board->depth ? "" : board_tabs[i]->name) +
		     (board->depth ? 1 : TABS_GAP);
		zone_add(board->screen, (struct area){ 1, begin, 1, x - begin }, ZONE_TAB, i, NULL);
	}
	if (board->depth)
		x = crumbs_draw(board, 1, x + 1, end - x - 1 - DASHBOARD_COLS_MIN) + TABS_GAP;
	dashboard_draw(board, 1, end, end - x);
}

/* ---- the last line ---- */

static int key_cols(const struct key_binding *binding)
{
	char name[KEY_NAME_MAX];

	return (int)strlen(keys_name(name, binding->key)) + 1 + (int)strlen(binding->label) + 2;
}

static int draw_key(struct board *board, int y, int x, const struct key_binding *binding)
{
	char name[KEY_NAME_MAX];

	keys_name(name, binding->key);
	screen_text(board->screen, y, x, (int)strlen(name), STYLE_KEY, name);
	screen_text(board->screen, y, x + (int)strlen(name) + 1, (int)strlen(binding->label),
		STYLE_KEY_NAME, binding->label);
	zone_add(board->screen, (struct area){ y, x, 1, key_cols(binding) - 2 }, ZONE_KEY,
		binding->key, NULL);
	return key_cols(binding);
}

/*
 * Of the keys that work everywhere: Help and Quit at a tab, Help and Back on the pages above one;
 * while text is being typed, those that are no letters.
 */
static bool shown_globally(struct board *board, const struct key_binding *binding)
{
	const struct page_ops *page = board_page(board);
	bool typing = page->typing && page->typing(board);

	if (typing)
		return binding->key == K_F(1);
	if (board->depth && binding->key == 'q')
		return false;
	if (binding->key == K_ESC)
		return board->depth && !keys_find(board_page_keys(board, page), K_ESC);
	return binding->flags & BIND_LINE;
}

/* What a read-only board would refuse is not offered. */
static bool shown_of_page(const struct board *board, const struct key_binding *binding)
{
	return binding->flags & BIND_LINE &&
	       !(binding->flags & BIND_WRITE && board->env->read_only);
}

/* Those of the page as far as they go; help and quit always. */
static void draw_keys(struct board *board, int y)
{
	const struct page_ops *page = board_page(board);
	int x = LEFT_MARGIN;
	int end = screen_cols(board->screen);
	int reserved = 0;

	for (const struct key_binding *b = board_keys; b->name; b++) {
		if (shown_globally(board, b))
			reserved += key_cols(b);
	}
	for (const struct key_binding *b = board_page_keys(board, page); b && b->name; b++) {
		if (shown_of_page(board, b) && x + key_cols(b) <= end - reserved + 2)
			x += draw_key(board, y, x, b);
	}
	for (const struct key_binding *b = board_keys; b->name; b++) {
		if (shown_globally(board, b) && x + key_cols(b) <= end + 2)
			x += draw_key(board, y, x, b);
	}
}

/* ---- notice and prompt ---- */

static void draw_prompt(struct board *board, int y)
{
	struct prompt *prompt = &board->prompt;
	char sign[2] = { prompt->sign, '\0' };
	int cols = screen_cols(board->screen);
	bool ascii = screen_ascii(board->screen);

	if (prompt->error[0]) {
		char before[512];
		int column = 0;

		if (prompt->error_at > 0) {
			snprintf(before, sizeof(before), "%.*s", prompt->error_at,
				line_text(&prompt->line));
			column = glyph_columns(before, ascii) - prompt->line.scroll;
		}
		if (prompt->error_at >= 0 && column >= 0 && column + 2 < cols)
			screen_text(board->screen, y + 1, 2 + column, 1, STYLE_FAIL, "^");
		else
			column = -2;
		screen_text(board->screen, y + 1, column + 4, cols - column - 4, STYLE_FAIL,
			prompt->error);
	}
	screen_text(board->screen, y, LEFT_MARGIN, 1, STYLE_KEY, sign);
	line_draw(&prompt->line, board->screen, y, LEFT_MARGIN + 1, cols - 3, STYLE_TEXT, true,
		false);
}

static void draw_bottom(struct board *board)
{
	int rows = screen_rows(board->screen);
	int cols = screen_cols(board->screen);

	if (board->prompt.on && !board->asking) {
		if (!board->prompt.error[0])
			screen_text(board->screen, rows - 1, LEFT_MARGIN, cols - LEFT_MARGIN,
				STYLE_KEY_NAME, board->prompt.info);
		draw_prompt(board, rows - 2);
		return;
	}
	draw_keys(board, rows - 1);
	if (board->notice[0])
		screen_text(board->screen, rows - 2, LEFT_MARGIN, cols - 2 * LEFT_MARGIN,
			board->notice_style, board->notice);
	else if (board->feed_err.kind)
		screen_text(board->screen, rows - 2, LEFT_MARGIN, cols - 2 * LEFT_MARGIN,
			STYLE_FAIL, board->feed_err.text);
}

static void draw_too_small(struct screen *screen)
{
	char text[80];

	snprintf(text, sizeof(text), "%d x %d is too small: needs %d x %d", screen_cols(screen),
		screen_rows(screen), SCREEN_MIN_COLS, SCREEN_MIN_ROWS);
	screen_paragraph(screen, (struct area){ 0, 0, screen_rows(screen), screen_cols(screen) },
		STYLE_STRONG, text, 0);
	screen_cursor(screen, 0, 0);
}

void frame_draw(struct board *board)
{
	struct screen *screen = board->screen;

	screen_clear(screen);
	if (screen_too_small(screen)) {
		draw_too_small(screen);
	} else {
		struct area area = { 2, 0, screen_rows(screen) - 4, screen_cols(screen) };

		screen_cursor(screen, 2, 0);
		title_draw(board);
		draw_tabs(board);
		board_page(board)->draw(board, area);
		draw_bottom(board);
		if (board->asking || board->prompt.on)
			zone_forget(screen);
		if (board->asking)
			dialog_draw(&board->dialog, screen);
	}
	screen_flush(screen);
}
