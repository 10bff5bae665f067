/* history.c — the runs of one interface, newest first; Enter goes on to their messages. */

#include "base/base.h"
#include "tui/board/history.h"

#include "base/text.h"
#include "tui/board/agent_job.h"
#include "tui/board/process_dialog.h"
#include "tui/board/run_watch.h"
#include "tui/board/words.h"
#include "tui/widget/table.h"

struct history_page {
	struct table table;
	char interface[65];
	struct run_info *runs; /* owned */
	int count;
	bool loaded;
	int64_t selected; /* run under the cursor */
};

enum { COL_RUN, COL_STARTED, COL_BY, COL_STATE, COL_READ, COL_RESULT, COL_TOOK };

static const struct table_column columns[] = {
	[COL_RUN] = { "Run", 4, 6, 0, true },
	[COL_STARTED] = { "Started", 8, 8, 0, false },
	[COL_BY] = { "By", 8, 24, 2, false },
	[COL_STATE] = { "State", 9, 9, 1, false },
	[COL_READ] = { "Rows", 8, 11, 0, true },
	[COL_RESULT] = { "Result", 18, 0, 0, false },
	[COL_TOOK] = { "Took", 7, 9, 3, true },
};

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct run_info *run = &board->history->runs[row];

	switch (column) {
	case COL_RUN:
		snprintf(out->text, sizeof(out->text), "%" PRId64, run->id);
		out->style = STYLE_STRONG;
		break;
	case COL_STARTED:
		words_when(out->text, run->started ? run->started : run->created);
		break;
	case COL_BY:
		text_copy(out->text, sizeof(out->text),
			text_equal(run->trigger, "manual") ? run->who : run->trigger);
		break;
	case COL_STATE:
		text_copy(out->text, sizeof(out->text), run_state_name(run->state));
		break;
	case COL_READ:
		words_count(out->text, run->counts.read);
		break;
	case COL_RESULT:
		run_result(out->text, sizeof(out->text), run, &out->style);
		break;
	default:
		if (run->ended && run->started)
			words_duration(out->text, (run->ended - run->started) / 1000);
		break;
	}
}

void history_take(struct board *board, struct feed_news *news)
{
	struct history_page *page = board->history;

	if (!page) {
		free(news->history);
		return;
	}
	free(page->runs);
	page->runs = news->history;
	page->count = news->history_count;
	page->loaded = true;
	table_count(&page->table, page->count);
	for (int i = 0; i < page->count; i++) {
		if (page->runs[i].id == page->selected)
			table_select(&page->table, i);
	}
}

static const struct run_info *current(const struct board *board)
{
	const struct history_page *page = board->history;

	return page->table.cursor < page->count ? &page->runs[page->table.cursor] : NULL;
}

/* Why the run is as it is, at the end of `area`; returns its lines, 1 at least. */
static int draw_foot(struct board *board, struct area area, const struct run_info *run)
{
	char text[600] = "";
	struct area foot = { .x = 1, .cols = area.cols - 2 };
	int style = STYLE_QUIET;

	if (run && run->reason[0]) {
		style = STYLE_WARN;
		snprintf(text, sizeof(text), "%s: %s", transfer_mode_name(run->mode), run->reason);
	} else if (run && run->mode_why[0]) {
		snprintf(
			text, sizeof(text), "%s, %s", transfer_mode_name(run->mode), run->mode_why);
	}
	foot.rows = screen_paragraph(board->screen, foot, style, text, 0);
	if (foot.rows < 1)
		foot.rows = 1;
	if (foot.rows > area.rows / 3)
		foot.rows = area.rows / 3;
	foot.y = area.y + area.rows - foot.rows;
	screen_paragraph(board->screen, foot, style, text, 0);
	return foot.rows;
}

static void draw(struct board *board, struct area area)
{
	struct history_page *page = board->history;
	int foot;

	if (!page)
		return;
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG, "Runs of %s",
		page->interface[0] ? page->interface : "all interfaces");
	if (page->count == 0) {
		screen_text(board->screen, area.y + 2, 2, area.cols - 4, STYLE_TEXT,
			page->loaded ? "It never ran. Esc, then p, runs it." : "Loading...");
		screen_cursor(board->screen, area.y + 2, 2);
		return;
	}
	foot = draw_foot(board, area, current(board));
	table_draw(&page->table, board->screen,
		(struct area){ area.y + 1, 0, area.rows - 2 - foot, area.cols }, true);
}

static bool key(struct board *board, int pressed)
{
	const struct run_info *run;

	if (!board->history || !table_key(&board->history->table, pressed))
		return false;
	run = current(board);
	board->history->selected = run ? run->id : 0;
	return true;
}

static void look(struct board *board, struct feed_request *request)
{
	if (board->history)
		text_copy(
			request->interface, sizeof(request->interface), board->history->interface);
}

static void do_messages(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct run_info *run = current(board);
	char filter[64];

	(void)argument;
	if (!run)
		return;
	run_watch(board, run->id, false);
	snprintf(filter, sizeof(filter), "run:%" PRId64, run->id);
	monitor_show(board, filter);
}

static void do_cancel(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct run_info *run = current(board);

	(void)argument;
	if (run && !run_state_final(run->state))
		run_ask_cancel(board, run);
	else
		board_say(board, STYLE_WARN, "This run has ended");
}

static void do_resume(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct run_info *run = current(board);

	(void)argument;
	if (!run)
		return;
	if (run_is_over(run))
		board_say(board, STYLE_WARN,
			"Run %" PRId64 " is over. Enter shows its messages: r there sends failed "
			"ones again",
			run->id);
	else
		agent_ask_resume(board, run->id);
}

static const struct key_binding keys[] = {
	{ K_ENTER, "message list", "Messages", "The messages of this run", BIND_LINE, do_messages },
	{ 'x', "run cancel", "Cancel run", "Cancel it: what was not sent becomes Cancelled",
		BIND_LINE | BIND_WRITE, do_cancel },
	{ 'R', "run resume", "Resume", "Go on with a run that paused or stopped",
		BIND_LINE | BIND_WRITE, do_resume },
	{ 0 },
};

static void open_page(struct board *board)
{
	table_init(&board->history->table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
}

void history_open(struct board *board, const char *interface, int64_t run)
{
	if (board->history)
		return;
	board->history = calloc(1, sizeof(*board->history));
	if (!board->history)
		return;
	text_copy(board->history->interface, sizeof(board->history->interface),
		interface ? interface : "");
	board->history->selected = run;
	board_open_page(board, &history_ops);
	run_watch(board, run, false);
}

static void close_page(struct board *board)
{
	if (board->history)
		free(board->history->runs);
	free(board->history);
	board->history = NULL;
}

static void place(const struct board *board, char *out, size_t size)
{
	if (board->history && board->history->interface[0])
		snprintf(out, size, "runs of %s", board->history->interface);
}

const struct page_ops history_ops = {
	.name = "Runs",
	.about = "Every run of an interface, newest first. The counts always add up to the rows "
		 "that were read.",
	.keys = keys,
	.feed = FEED_HISTORY,
	.place = place,
	.open = open_page,
	.draw = draw,
	.key = key,
	.look = look,
	.close = close_page,
};
