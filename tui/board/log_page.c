/*
 * log_page.c — the agent's log in the board: its end, filtered, followed. A job reads it, now and
 * once a second while the page is open.
 */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/log_read.h"
#include "base/text.h"
#include "tui/widget/table.h"

#define LINES_KEPT 2000

struct log_page {
	struct table table;
	struct text_list lines;
	struct log_reader reader;
	char filter[512];
	bool follow, asked;
	unsigned turn; /* another filter makes what is under way stale */
	struct err err;
};

struct log_job {
	struct job job;
	struct log_reader reader;
	char filter[512];
	unsigned turn;
	struct text_list lines;
};

enum { COL_TIME, COL_LEVEL, COL_RUN, COL_TEXT };

static const struct table_column columns[] = {
	[COL_TIME] = { "Time (UTC)", 10, 12, 1, false },
	[COL_LEVEL] = { "Level", 5, 5, 0, false },
	[COL_RUN] = { "Run", 3, 8, 2, true },
	[COL_TEXT] = { "What", 20, 0, 0, false },
};

/* "2026-11-30T05:00:00.000Z warn run=12 text": the part of a column. */
static void part_of(char *out, size_t size, const char *line, int column)
{
	const char *end;

	for (int i = 0; i < column && *line; i++) {
		line += strcspn(line, " ");
		line += *line == ' ';
	}
	end = column == COL_TEXT ? line + strlen(line) : line + strcspn(line, " ");
	if (column == COL_TIME && end - line > 23) {
		line += 11;
		end--;
	}
	if (column == COL_RUN && text_starts(line, "run="))
		line += text_starts(line, "run=0 ") ? 5 : 4;
	snprintf(out, size, "%.*s", (int)(end > line ? end - line : 0), line);
}

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const char *line = board->log->lines.items[row];
	char level[16];

	part_of(level, sizeof(level), line, COL_LEVEL);
	part_of(out->text, sizeof(out->text), line, column);
	out->style = text_equal(level, "error")	 ? STYLE_FAIL
		     : text_equal(level, "warn") ? STYLE_WARN
						 : STYLE_TEXT;
	if (column == COL_TIME || column == COL_RUN)
		out->style = STYLE_QUIET;
}

/* ---- reading ---- */

static int work(struct job *job, struct err *err)
{
	struct log_job *lj = (struct log_job *)job;

	return log_read(&lj->lines, &lj->reader, lj->filter, LINES_KEPT, err);
}

static void free_job(struct job *job)
{
	struct log_job *lj = (struct log_job *)job;

	text_list_free(&lj->lines);
	free(lj);
}

static void forget_oldest(struct text_list *lines)
{
	size_t many = lines->count > LINES_KEPT ? lines->count - LINES_KEPT : 0;

	for (size_t i = 0; i < many; i++)
		free(lines->items[i]);
	memmove(lines->items, lines->items + many, (lines->count - many) * sizeof(*lines->items));
	lines->count -= many;
}

static void done(struct board *board, struct job *job)
{
	struct log_job *lj = (struct log_job *)job;
	struct log_page *page = board->log;

	if (!page || page->turn != lj->turn)
		return;
	page->asked = false;
	page->err = job->err;
	if (job->rc)
		return;
	page->reader = lj->reader;
	for (size_t i = 0; i < lj->lines.count; i++)
		text_list_add(&page->lines, lj->lines.items[i]);
	if (page->lines.count > LINES_KEPT)
		forget_oldest(&page->lines);
	table_count(&page->table, (int64_t)page->lines.count);
	if (page->follow && page->lines.count)
		table_select(&page->table, (int64_t)page->lines.count - 1);
}

void log_look(struct board *board)
{
	struct log_page *page = board->log;
	struct log_job *lj;

	if (!page || page->asked || !(lj = calloc(1, sizeof(*lj))))
		return;
	lj->job.work = work;
	lj->job.done = done;
	lj->job.free = free_job;
	lj->reader = page->reader;
	lj->turn = page->turn;
	text_copy(lj->filter, sizeof(lj->filter), page->filter);
	page->asked = true;
	board_post(board, LANE_FILES, &lj->job);
}

/* Another filter: everything anew. */
static void read_anew(struct board *board)
{
	struct log_page *page = board->log;

	text_list_free(&page->lines);
	table_count(&page->table, 0);
	page->reader = (struct log_reader){ .path = board->env->home->log };
	page->turn++;
	page->asked = false;
	log_look(board);
}

/* ---- the page ---- */

static void draw(struct board *board, struct area area)
{
	struct log_page *page = board->log;

	if (!page)
		return;
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG,
		"Log of the agent%s%s%s", page->filter[0] ? "   filter  " : "", page->filter,
		page->follow ? "   following" : "");
	screen_cursor(board->screen, area.y, 1);
	if (page->err.kind)
		screen_paragraph(board->screen,
			(struct area){ area.y + 2, 2, area.rows - 2, area.cols - 4 }, STYLE_FAIL,
			page->err.text, 0);
	else if (page->lines.count == 0)
		screen_text(board->screen, area.y + 2, 2, area.cols - 4, STYLE_TEXT,
			page->asked	  ? "Reading..."
			: page->filter[0] ? "No line passes this filter"
					  : "Nothing was logged yet");
	else
		table_draw(&page->table, board->screen,
			(struct area){ area.y + 1, 0, area.rows - 1, area.cols }, true);
}

static bool key(struct board *board, int pressed)
{
	struct log_page *page = board->log;
	bool moved = page && table_key(&page->table, pressed);

	if (moved)
		page->follow = page->table.cursor == (int64_t)page->lines.count - 1;
	return moved;
}

static void do_follow(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	board->log->follow = !board->log->follow;
	if (board->log->follow && board->log->lines.count)
		table_select(&board->log->table, (int64_t)board->log->lines.count - 1);
}

static bool filter_entered(struct board *board, const char *text)
{
	if (board->log) {
		text_copy(board->log->filter, sizeof(board->log->filter), text);
		read_anew(board);
	}
	return true;
}

static void do_filter(void *ctx, const char *argument)
{
	struct board *board = ctx;

	board_filter(board, argument, board->log->filter,
		"Words in the line; run:12  level:warn (or worse); ! inverts", filter_entered);
}

static const struct key_binding keys[] = {
	{ 'f', "follow", "Follow", "Stay at the last line as the log grows", BIND_LINE, do_follow },
	{ '/', "filter", "Filter", "Only lines with these words, this run, this level", BIND_LINE,
		do_filter },
	{ 0 },
};

static void open_page(struct board *board)
{
	struct log_page *page = calloc(1, sizeof(*page));

	board->log = page;
	if (!page)
		return;
	page->follow = true;
	table_init(&page->table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
	read_anew(board);
}

static void close_page(struct board *board)
{
	if (board->log)
		text_list_free(&board->log->lines);
	free(board->log);
	board->log = NULL;
}

const struct page_ops log_ops = {
	.name = "Log",
	.about = "What the agent and its runs wrote down, newest last. Times are UTC, as in the "
		 "file.",
	.keys = keys,
	.open = open_page,
	.draw = draw,
	.key = key,
	.close = close_page,
};
