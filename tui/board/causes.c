/* causes.c — the monitor's failures in groups of one cause each, the largest first, with what to do
 * about it; a group is looked at, or sent again. */

#include "base/base.h"
#include "tui/board/causes.h"

#include "base/text.h"
#include "salesforce/remedy.h"
#include "tui/board/monitor.h"
#include "tui/board/verb_dialog.h"
#include "tui/board/words.h"
#include "tui/widget/table.h"

/* Below the list: a rule, the cause, what to do. */
#define REMEDY_ROWS 5
#define WORDS_ROWS 4 /* more, where there is room: what the org said of one of the group */
#define WORDS_LINES_MAX 3

struct causes_page {
	struct table table;
	char within[512];     /* the monitor's, as monitor_filter_of_causes() makes it */
	struct cause *causes; /* owned */
	int count;
	bool loaded;
	struct cause current; /* the one under the cursor */
};

enum { COL_COUNT, COL_CODE, COL_FIELDS };

static const struct table_column columns[] = {
	[COL_COUNT] = { "Messages", 8, 11, 0, true },
	[COL_CODE] = { "Cause", 20, 60, 0, false },
	[COL_FIELDS] = { "About", 8, 0, 0, false },
};

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct cause *cause = &board->causes->causes[row];

	switch (column) {
	case COL_COUNT:
		words_count(out->text, cause->count);
		out->style = STYLE_STRONG;
		break;
	case COL_CODE:
		text_copy(out->text, sizeof(out->text), cause->code[0] ? cause->code : "no code");
		out->style = STYLE_FAIL;
		break;
	default:
		if (cause->fields[0])
			snprintf(out->text, sizeof(out->text), "[%s]", cause->fields);
		else
			text_copy(out->text, sizeof(out->text),
				cause->rest ? "in many other words" : cause->form);
		break;
	}
}

/* ---- the page ---- */

static const struct cause *current(const struct board *board)
{
	const struct causes_page *page = board->causes;

	return page && page->table.cursor < page->count ? &page->causes[page->table.cursor] : NULL;
}

static void remember(struct board *board)
{
	const struct cause *cause = current(board);

	if (cause)
		board->causes->current = *cause;
}

static bool is_same(const struct cause *a, const struct cause *b)
{
	return text_equal(a->code, b->code) && text_equal(a->fields, b->fields) &&
	       text_equal(a->form, b->form) && a->rest == b->rest;
}

void causes_take(struct board *board, struct feed_news *news)
{
	struct causes_page *page = board->causes;

	if (!page) {
		free(news->causes);
		return;
	}
	free(page->causes);
	page->causes = news->causes;
	page->count = news->cause_count;
	page->loaded = true;
	table_count(&page->table, page->count);
	for (int i = 0; i < page->count; i++) {
		if (is_same(&page->causes[i], &page->current))
			table_select(&page->table, i);
	}
	remember(board);
}

/* Put `text` where `area` begins, in `most` lines at most, and take these from it. */
static void draw_part(struct board *board, struct area *area, int most, int style, const char *text)
{
	int lines = screen_paragraph(board->screen,
		(struct area){
			area->y, area->x, most < area->rows ? most : area->rows, area->cols },
		style, text, 0);

	lines = lines > most ? most : lines;
	area->y += lines;
	area->rows -= lines;
}

/* What the org said of one of the group, where there is room, and what it means and asks for. */
static void draw_remedy(struct board *board, struct area area, const struct cause *cause)
{
	const struct remedy *remedy = remedy_for_row(cause->code, cause->comment);
	struct area text = { area.y + 1, 1, area.rows - 1, area.cols - 2 };
	char words[sizeof(cause->comment) + 8];

	screen_sign(board->screen, area.y, 0, area.cols, STYLE_RULE, SIGN_RULE);
	if (area.rows > REMEDY_ROWS && cause->comment[0]) {
		snprintf(words, sizeof(words), "e.g. %s", cause->comment);
		draw_part(board, &text, WORDS_LINES_MAX, STYLE_QUIET, words);
	}
	if (!remedy)
		return;
	draw_part(board, &text, 2, STYLE_TEXT, remedy->cause);
	screen_paragraph(board->screen, text, STYLE_STRONG, remedy->action, 0);
}

static void draw(struct board *board, struct area area)
{
	struct causes_page *page = board->causes;
	int below = area.rows > 2 * REMEDY_ROWS ? REMEDY_ROWS : 0;
	int64_t total = 0;
	char count[WORDS_MAX];

	if (!page)
		return;
	if (area.rows >= 2 * (REMEDY_ROWS + WORDS_ROWS))
		below = REMEDY_ROWS + WORDS_ROWS;
	for (int i = 0; i < page->count; i++)
		total += page->causes[i].count;
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG,
		"%s failed by cause%s%s", words_count(count, total), page->within[0] ? ", of " : "",
		page->within);
	screen_cursor(board->screen, area.y, 1);
	if (!page->count) {
		screen_text(board->screen, area.y + 2, 2, area.cols - 4, STYLE_TEXT,
			page->loaded ? "No message failed here." : "Looking...");
		return;
	}
	table_draw(&page->table, board->screen,
		(struct area){ area.y + 1, 0, area.rows - 1 - below, area.cols }, true);
	if (below)
		draw_remedy(board, (struct area){ area.y + area.rows - below, 0, below, area.cols },
			current(board));
}

static bool key(struct board *board, int pressed)
{
	if (!board->causes || !table_key(&board->causes->table, pressed))
		return false;
	remember(board);
	return true;
}

static void look(struct board *board, struct feed_request *request)
{
	if (board->causes)
		text_copy(request->filter, sizeof(request->filter), board->causes->within);
}

/* The filter of the group under the cursor, or false with a notice. */
static bool group(char *out, size_t size, struct board *board)
{
	const struct causes_page *page = board->causes;

	if (!current(board) || !cause_filter(out, size, page->within, page->causes, page->count,
				       (int)page->table.cursor)) {
		board_say(board, STYLE_WARN, "No filter can tell this group from the others");
		return false;
	}
	return true;
}

static void do_messages(void *ctx, const char *argument)
{
	struct board *board = ctx;
	char filter[512];

	(void)argument;
	if (group(filter, sizeof(filter), board))
		monitor_show(board, filter);
}

static void do_reprocess(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct message_wish wish = { .event = EVENT_REPROCESS };

	if (argument || group(wish.filter, sizeof(wish.filter), board))
		verb_start(board, &wish, !argument, argument);
}

static const struct key_binding keys[] = {
	{ K_ENTER, "message list", "Messages", "The messages that failed for this cause", BIND_LINE,
		do_messages },
	{ 'r', "message reprocess", "Reprocess", "Send all of this cause again",
		BIND_LINE | BIND_WRITE, do_reprocess },
	{ 0 },
};

void causes_open(struct board *board)
{
	if (board->causes)
		return;
	board->causes = calloc(1, sizeof(*board->causes));
	if (!board->causes)
		return;
	monitor_filter_of_causes(
		board->causes->within, sizeof(board->causes->within), monitor_filter(board));
	table_init(&board->causes->table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
	board_open_page(board, &causes_ops);
}

static void close_page(struct board *board)
{
	if (board->causes)
		free(board->causes->causes);
	free(board->causes);
	board->causes = NULL;
}

const struct page_ops causes_ops = {
	.name = "Causes",
	.about =
		"The failures that pass the monitor's filter, by what the org said: one line for a "
		"hundred rows that lack the same field. Mend the cause, then send the group again.",
	.keys = keys,
	.feed = FEED_CAUSES,
	.draw = draw,
	.key = key,
	.look = look,
	.close = close_page,
};
