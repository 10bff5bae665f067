/* backlog.c — a row that waits long is a problem before it is a failure: who has them, since when,
 * and whether rows move at all. */

#include "base/base.h"
#include "tui/board/backlog.h"

#include "base/clock.h"
#include "base/text.h"
#include "tui/board/monitor.h"
#include "tui/board/words.h"
#include "tui/widget/table.h"

/* Columns left of the chart: the number of its highest bar, and a blank. */
#define SCALE_COLS 10
#define CHART_ROWS_MIN 3
#define CHART_ROWS_MAX 8
#define MINUTE_MS 60000

struct backlog_page {
	struct table table;
	struct waiting_line *lines; /* owned */
	int count;
	bool loaded;
	struct rate rates[RATE_MINUTES];
	int64_t until; /* when they were asked for */
	char interface[65];
};

enum { COL_INTERFACE, COL_AGES, COL_UNKNOWN = COL_AGES + WAITING_AGES, COL_OLDEST, COL_COUNT };

static const struct table_column columns[COL_COUNT] = {
	[COL_INTERFACE] = { "Interface", 10, 30, 0, false },
	[COL_AGES] = { "< 5m", 4, 9, 0, true },
	[COL_AGES + 1] = { "5m", 4, 9, 0, true },
	[COL_AGES + 2] = { "10m", 4, 9, 0, true },
	[COL_AGES + 3] = { "20m", 4, 9, 0, true },
	[COL_AGES + 4] = { "40m", 4, 9, 0, true },
	[COL_AGES + 5] = { "80m", 4, 9, 0, true },
	[COL_AGES + 6] = { "160m", 4, 9, 0, true },
	[COL_UNKNOWN] = { "Unknown", 7, 9, 0, true },
	[COL_OLDEST] = { "Oldest", 8, 8, 1, false },
};

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct waiting_line *line = &board->backlog->lines[row];
	int64_t count = 0;

	if (column == COL_INTERFACE) {
		text_copy(out->text, sizeof(out->text), line->interface);
		out->style = STYLE_STRONG;
		return;
	}
	if (column == COL_OLDEST) {
		if (line->oldest)
			words_when(out->text, line->oldest);
		return;
	}
	count = column == COL_UNKNOWN ? line->unknown : line->waiting[column - COL_AGES];
	if (column == COL_UNKNOWN || column > COL_AGES + 2)
		out->style = STYLE_WARN; /* from twenty minutes on somebody should look */
	if (count)
		words_count(out->text, count);
	else
		text_copy(out->text, sizeof(out->text), ".");
	if (!count)
		out->style = STYLE_QUIET;
}

/* ---- what came ---- */

static const struct waiting_line *current(const struct board *board)
{
	const struct backlog_page *page = board->backlog;

	return page && page->table.cursor < page->count ? &page->lines[page->table.cursor] : NULL;
}

void backlog_take(struct board *board, struct feed_news *news)
{
	struct backlog_page *page = board->backlog;

	if (!page) {
		free(news->backlog);
		return;
	}
	free(page->lines);
	page->lines = news->backlog;
	page->count = news->backlog_count;
	page->loaded = true;
	table_count(&page->table, page->count);
	for (int i = 0; i < page->count; i++) {
		if (text_equal(page->lines[i].interface, page->interface))
			table_select(&page->table, i);
	}
}

void backlog_take_rates(struct board *board, const struct feed_news *news)
{
	if (!board->backlog)
		return;
	memcpy(board->backlog->rates, news->rates, sizeof(news->rates));
	board->backlog->until = clock_now();
}

/* ---- drawing ---- */

static int64_t ended_in(const struct rate *rate)
{
	return rate->completed + rate->failed;
}

static void draw_caption(struct board *board, struct area area)
{
	const struct backlog_page *page = board->backlog;
	int64_t ended = 0;
	int64_t failed = 0;
	char count[WORDS_MAX];
	char bad[WORDS_MAX];

	for (int i = 0; i < RATE_MINUTES; i++) {
		ended += ended_in(&page->rates[i]);
		failed += page->rates[i].failed;
	}
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG,
		"Rows a minute, the last hour: %s ended, %s failed", words_count(count, ended),
		words_count(bad, failed));
}

/* The last minutes at the right end; as many as there is room for. */
static void draw_chart(struct board *board, struct area area)
{
	const struct backlog_page *page = board->backlog;
	struct screen *screen = board->screen;
	int wide = area.cols - SCALE_COLS - 2 >= 2 * RATE_MINUTES ? 2 : 1;
	int room = (area.cols - SCALE_COLS - 2) / wide;
	int minutes = room < RATE_MINUTES ? room : RATE_MINUTES;
	int bottom = area.y + area.rows - 2;
	int height = area.rows - 1;
	int64_t most = 1;
	char text[WORDS_MAX];

	for (int i = RATE_MINUTES - minutes; i < RATE_MINUTES; i++) {
		if (ended_in(&page->rates[i]) > most)
			most = ended_in(&page->rates[i]);
	}
	screen_right(screen, area.y, 1, SCALE_COLS - 2, STYLE_QUIET, words_count(text, most));
	for (int i = 0; i < minutes; i++) {
		int64_t ended = ended_in(&page->rates[RATE_MINUTES - minutes + i]);
		int rows = (int)((ended * height + most - 1) / most);

		for (int row = 0; row < rows; row++)
			screen_sign(screen, bottom - row, SCALE_COLS + i * wide, wide, STYLE_BAR,
				SIGN_BAR_FULL);
	}
	screen_text(screen, bottom + 1, SCALE_COLS, 8, STYLE_QUIET,
		words_when(text, page->until - (int64_t)minutes * MINUTE_MS));
	screen_right(screen, bottom + 1, SCALE_COLS + minutes * wide - 8, 8, STYLE_QUIET,
		words_when(text, page->until));
}

static void draw(struct board *board, struct area area)
{
	struct backlog_page *page = board->backlog;
	int chart = area.rows / 3;
	struct area list;

	if (!page)
		return;
	chart = chart < CHART_ROWS_MIN ? CHART_ROWS_MIN : chart;
	chart = chart > CHART_ROWS_MAX ? CHART_ROWS_MAX : chart;
	screen_cursor(board->screen, area.y, 1);
	if (!page->until) {
		screen_text(board->screen, area.y, 1, area.cols - 2, STYLE_TEXT, "Looking...");
		return;
	}
	draw_caption(board, area);
	draw_chart(board, (struct area){ area.y + 1, 0, chart + 1, area.cols });
	list = (struct area){ area.y + chart + 3, 0, area.rows - chart - 3, area.cols };
	if (page->count)
		table_draw(&page->table, board->screen, list, true);
	else if (page->loaded)
		screen_text(board->screen, list.y, 1, list.cols - 2, STYLE_OK,
			"Nothing waits, and nothing is Unknown.");
}

static bool key(struct board *board, int pressed)
{
	if (!board->backlog || !table_key(&board->backlog->table, pressed))
		return false;
	if (current(board))
		text_copy(board->backlog->interface, sizeof(board->backlog->interface),
			current(board)->interface);
	return true;
}

static void do_messages(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct waiting_line *line = current(board);
	char filter[160];

	(void)argument;
	if (!line)
		return;
	snprintf(filter, sizeof(filter), "interface:%s status:new,processing,pending,unknown",
		line->interface);
	monitor_show(board, filter);
}

static const struct key_binding keys[] = {
	{ K_ENTER, "message list", "Messages", "What waits of this interface", BIND_LINE,
		do_messages },
	{ 0 },
};

void backlog_open(struct board *board)
{
	if (board->backlog)
		return;
	board->backlog = calloc(1, sizeof(*board->backlog));
	if (!board->backlog)
		return;
	table_init(&board->backlog->table, columns, COL_COUNT, cell_of, board);
	board_open_page(board, &backlog_ops);
}

static void close_page(struct board *board)
{
	if (board->backlog)
		free(board->backlog->lines);
	free(board->backlog);
	board->backlog = NULL;
}

const struct page_ops backlog_ops = {
	.name = "Backlog",
	.about = "What waits to be sent or tried again, by interface and by the minutes since it "
		 "was "
		 "read, the oldest first; and the rows that ended in each minute of the last hour.",
	.keys = keys,
	.feed = FEED_BACKLOG | FEED_RATES,
	.draw = draw,
	.key = key,
	.close = close_page,
};
