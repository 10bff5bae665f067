/*
 * frame.c — the picture: title, tabs, page, notice or prompt, keys, and a dialog over it. Drawn
 * whole each time; ncurses sends only what differs.
 */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/text.h"
#include "tui/board/connections.h"
#include "tui/board/dashboard.h"
#include "tui/widget/glyph.h"

#define LEFT_MARGIN 1

/* ---- the first line ---- */

static void home_name(char *out, size_t size, const struct home *home)
{
	const char *slash;

	out[0] = '\0';
	if (home->system) {
		text_copy(out, size, "system");
	} else if (home->argument) {
		slash = strrchr(home->argument, '/');
		text_copy(out, size, slash && slash[1] ? slash + 1 : home->argument);
	}
}

static void agent_words(char *out, size_t size, const struct board *board)
{
	if (board->env->read_only)
		text_copy(out, size, "read-only");
	else
		out[0] = '\0';
	if (!board->agent_known)
		return;
	if (*out)
		snprintf(out + strlen(out), size - strlen(out), "  ");
	snprintf(
		out + strlen(out), size - strlen(out), "agent %s", board->agent.up ? "up" : "down");
	if (board->agent.up && board->agent.alarm_count)
		snprintf(out + strlen(out), size - strlen(out), ", %d ALARM%s",
			board->agent.alarm_count, board->agent.alarm_count > 1 ? "S" : "");
	else if (board->agent.up && board->agent.problem_count)
		snprintf(out + strlen(out), size - strlen(out), ", a file is wrong");
}

/* The org by the name it gave itself, else the connection; and what kind of org it is. */
static void org_words(char *out, size_t size, const struct connection *connection,
	const struct connection_state *state)
{
	bool seen = state && state->org_name[0];
	const char *kind = "";

	if (connection->salesforce.domain && model_is_loopback(connection->salesforce.domain))
		kind = "  practice";
	else if (connection->salesforce.domain && !connection_is_production(connection, state))
		kind = "  sandbox";
	if (seen && text_equal(state->org_name, kind + strspn(kind, " ")))
		kind = "";
	snprintf(out, size, "%s%s%s", seen ? "ORG:" : "",
		seen		   ? state->org_name
		: connection->name ? connection->name
				   : "",
		kind);
}

static void gauge_words(char *out, size_t size, const struct connection_state *state)
{
	out[0] = '\0';
	if (state && state->api_allowed > 0)
		snprintf(out, size, "api %" PRId64 "/%" PRId64 " (%" PRId64 "%%)", state->api_used,
			state->api_allowed, state->api_used * 100 / state->api_allowed);
}

/* What stands in the first line, from left to right, and what leaves it last when it is narrow. */
enum { TITLE_NAME, TITLE_HOME, TITLE_PRODUCTION, TITLE_ORG, TITLE_API, TITLE_AGENT, TITLE_COUNT };

static const int title_drops[] = { TITLE_HOME, TITLE_API, TITLE_NAME, TITLE_AGENT };

#define TITLE_GAP 2

static int title_cols(char texts[TITLE_COUNT][160], bool ascii)
{
	int cols = 0;

	for (int i = 0; i < TITLE_COUNT; i++) {
		if (texts[i][0])
			cols += glyph_columns(texts[i], ascii) + TITLE_GAP;
	}
	return cols;
}

static void title_texts(struct board *board, char texts[TITLE_COUNT][160])
{
	int current = board_current_connection(board);
	const struct connection_state *state = board_state(board, current);
	const struct connection *connection =
		current >= 0 ? &board->catalog->connections[current].connection : NULL;

	memset(texts, 0, TITLE_COUNT * sizeof(texts[0]));
	text_copy(texts[TITLE_NAME], sizeof(texts[0]), "Agent Control Board");
	home_name(texts[TITLE_HOME], sizeof(texts[0]), board->env->home);
	agent_words(texts[TITLE_AGENT], sizeof(texts[0]), board);
	gauge_words(texts[TITLE_API], sizeof(texts[0]), state);
	if (!connection)
		return;
	org_words(texts[TITLE_ORG], sizeof(texts[0]), connection, state);
	if (connection_is_production(connection, state))
		text_copy(texts[TITLE_PRODUCTION], sizeof(texts[0]), " PRODUCTION ");
}

static void draw_title(struct board *board)
{
	struct screen *screen = board->screen;
	bool ascii = screen_ascii(screen);
	int cols = screen_cols(screen) - 2 * LEFT_MARGIN + TITLE_GAP;
	char texts[TITLE_COUNT][160];
	int x = LEFT_MARGIN;

	title_texts(board, texts);
	for (size_t i = 0; i < ARRAY_SIZE(title_drops) && title_cols(texts, ascii) > cols; i++)
		texts[title_drops[i]][0] = '\0';
	screen_fill(screen, (struct area){ 0, 0, 1, screen_cols(screen) }, STYLE_TITLE);
	for (int i = 0; i < TITLE_COUNT; i++) {
		if (i == TITLE_PRODUCTION) { /* from here on at the right end */
			int rest = LEFT_MARGIN + cols - title_cols(texts, ascii);

			if (rest > x)
				x = rest;
		}
		if (!texts[i][0])
			continue;
		x += screen_text(screen, 0, x, LEFT_MARGIN + cols - TITLE_GAP - x,
			     i == TITLE_PRODUCTION ? STYLE_PRODUCTION : STYLE_TITLE, texts[i]) +
		     TITLE_GAP;
		texts[i][0] = '\0';
	}
}

static void draw_tabs(struct board *board)
{
	int x = LEFT_MARGIN;
	int end;

	for (int i = 0; i < BOARD_TABS; i++) {
		bool on = i == board->tab;

		x += screen_printf(board->screen, 1, x, screen_cols(board->screen) - x,
			     on ? STYLE_TAB_ON : STYLE_TAB, "%d %s", i + 1, board_tabs[i]->name) +
		     2;
	}
	end = screen_cols(board->screen) - LEFT_MARGIN;
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
		if (b->flags & BIND_LINE && x + key_cols(b) <= end - reserved + 2)
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
		draw_title(board);
		draw_tabs(board);
		board_page(board)->draw(board, area);
		draw_bottom(board);
		if (board->asking)
			dialog_draw(&board->dialog, screen);
	}
	screen_flush(screen);
}
