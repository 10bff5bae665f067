/*
 * monitor.c — the third tab: what became of every row, live. The list is a window over the store
 * that moves with the cursor; following keeps it at the newest message.
 */

#include "base/base.h"
#include "tui/board/monitor.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/filter.h"
#include "tui/board/export.h"
#include "tui/board/message.h"
#include "tui/board/process_dialog.h"
#include "tui/board/run_panel.h"
#include "tui/board/words.h"
#include "tui/widget/table.h"

#define FILTER_MAX 500
#define FAILURES "status:failed,unknown"
/* While a run is under way, following shows what was sent: what waits behind it says nothing yet.
 */
#define SENT "!status:new"
/* Rows fetched at once, in screens; moving within them asks nobody. */
#define WINDOW_PAGES 6
#define WINDOW_ROWS_MIN 100

struct monitor_page {
	struct table table;
	struct message_window window; /* owned */
	int searched;		      /* percent, while the window is partial */
	bool loaded;
	bool follow;
	char filter[FILTER_MAX + 1];
	char asked_filter[FILTER_MAX + 1]; /* what the feed was asked with */
	enum window_from from;		   /* what the feed is asked for */
	int64_t anchor;
	int64_t selected; /* message under the cursor */
	bool asked;	  /* for a window that did not come yet */
	int64_t owed;	  /* rows that keys went beyond the window: made good when it comes */
};

enum { COL_TIME, COL_INTERFACE, COL_KEY, COL_STATUS, COL_ID, COL_COMMENT };

static const struct table_column columns[] = {
	[COL_TIME] = { "Time", 8, 8, 1, false },
	[COL_INTERFACE] = { "Interface", 10, 20, 2, false },
	[COL_KEY] = { "Key", 12, 24, 0, false },
	[COL_STATUS] = { "Status", 10, 10, 0, false },
	[COL_ID] = { "Id", 18, 18, 3, false, true },
	[COL_COMMENT] = { "Comment", 14, 0, 0, false },
};

void message_comment(char *out, size_t size, const struct message *msg)
{
	char when[CLOCK_TEXT_MAX];
	size_t used = 0;

	out[0] = '\0';
	if (msg->status == MESSAGE_PENDING && msg->next_try)
		used = (size_t)snprintf(out, size, "next try %s  ",
			clock_local_short(when, msg->next_try, clock_now()));
	if (!text_empty(msg->code) && used < size)
		used += (size_t)snprintf(out + used, size - used, "%s%s%s%s%s", msg->code,
			text_empty(msg->fields) ? "" : " [", msg->fields ? msg->fields : "",
			text_empty(msg->fields) ? "" : "]", text_empty(msg->comment) ? "" : " ");
	if (!text_empty(msg->comment) && used < size)
		snprintf(out + used, size - used, "%s", msg->comment);
	else if (!used && msg->status == MESSAGE_COMPLETED)
		text_copy(out, size, msg->created ? "created" : "updated");
}

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct message *msg = &board->monitor->window.messages[row];

	switch (column) {
	case COL_TIME:
		words_when(out->text, msg->time);
		break;
	case COL_INTERFACE:
		snprintf(out->text, sizeof(out->text), "%s", msg->interface ? msg->interface : "");
		break;
	case COL_KEY:
		snprintf(out->text, sizeof(out->text), "%s", msg->key ? msg->key : "");
		break;
	case COL_STATUS:
		text_copy(out->text, sizeof(out->text), message_status_name(msg->status));
		out->style = status_style(msg->status);
		break;
	case COL_ID:
		text_copy(out->text, sizeof(out->text), msg->salesforce_id);
		break;
	default:
		message_comment(out->text, sizeof(out->text), msg);
		break;
	}
}

const char *monitor_filter(const struct board *board)
{
	return board->monitor->filter;
}

/* ---- the window ---- */

static const struct message *current(const struct board *board)
{
	const struct monitor_page *page = board->monitor;

	return page->table.cursor < page->window.count ? &page->window.messages[page->table.cursor]
						       : NULL;
}

static void ask(struct board *board, enum window_from from, int64_t anchor)
{
	struct monitor_page *page = board->monitor;

	page->from = from;
	page->anchor = anchor;
	page->asked = true;
	board_look(board);
}

/* The place of message `id`, or of the first one behind it. */
static int place_of(const struct message_window *window, int64_t id)
{
	int low = 0;
	int high = window->count;

	while (low < high) {
		int middle = (low + high) / 2;

		if (window->messages[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < window->count ? low : window->count - 1;
}

/* Stand still: from now on the window begins where it begins, whatever comes behind it. */
static void stand_still(struct board *board)
{
	struct monitor_page *page = board->monitor;

	if (!page->follow && page->from != WINDOW_TAIL)
		return;
	page->follow = false;
	if (page->window.count)
		ask(board, WINDOW_AFTER, page->window.messages[0].id - 1);
}

/* Near an end of the window with more behind it: ask for the next one, overlapping this. */
static void move_window(struct board *board)
{
	struct monitor_page *page = board->monitor;
	const struct message_window *window = &page->window;
	int64_t cursor = page->table.cursor;
	int64_t edge = page->table.page;

	if (page->asked)
		return;
	if (window->more_after && cursor >= window->count - edge && cursor > 2 * edge)
		ask(board, WINDOW_AFTER, window->messages[cursor - 2 * edge].id);
	else if (window->more_before && cursor < edge && cursor + 2 * edge < window->count)
		ask(board, WINDOW_BEFORE, window->messages[cursor + 2 * edge].id);
}

/* Go on where keys went beyond the window before. */
static void pay(struct board *board)
{
	struct monitor_page *page = board->monitor;
	int64_t owed = page->owed;

	page->owed = 0;
	if (owed) {
		int64_t to = page->table.cursor + owed;

		table_select(&page->table, to);
		if (to >= page->window.count && page->window.more_after)
			page->owed = to - page->window.count + 1;
		else if (to < 0 && page->window.more_before)
			page->owed = to;
	}
	if (current(board))
		page->selected = current(board)->id;
	if (owed)
		move_window(board);
}

void monitor_take(struct board *board, struct feed_news *news)
{
	struct monitor_page *page = board->monitor;
	int64_t offset = page->table.cursor - page->table.top;

	if (news->generation != board->generation) {
		message_window_free(&news->window); /* of a request that is over */
		return;
	}
	message_window_free(&page->window);
	page->window = news->window;
	page->searched = news->searched;
	page->asked = false;
	if (!page->loaded)
		table_forget_widths(&page->table);
	page->table.count = page->window.count;
	if (page->follow || !page->loaded || !page->selected) {
		table_select(&page->table, page->from == WINDOW_AFTER ? 0 : page->window.count - 1);
	} else {
		page->table.top = place_of(&page->window, page->selected) - offset;
		table_select(&page->table, place_of(&page->window, page->selected));
	}
	page->loaded = true;
	pay(board);
}

static const char *effective_filter(const struct board *board)
{
	const struct monitor_page *page = board->monitor;
	bool under_way = board->run.state == RUN_SENDING && board->run.id;

	return page->follow && !page->filter[0] && under_way ? SENT : page->filter;
}

/* A run that began or ended changes what following shows. */
static void news(struct board *board, unsigned parts)
{
	struct monitor_page *page = board->monitor;

	if (parts & FEED_RUN && page->follow && board_page(board) == &monitor_ops &&
		!text_equal(page->asked_filter, effective_filter(board)))
		ask(board, WINDOW_TAIL, 0);
}

static void look(struct board *board, struct feed_request *request)
{
	struct monitor_page *page = board->monitor;
	const char *run = strstr(page->filter, "run:");
	int64_t number = 0;
	char digits[24];

	text_copy(page->asked_filter, sizeof(page->asked_filter), effective_filter(board));
	text_copy(request->filter, sizeof(request->filter), page->asked_filter);
	request->from = page->from;
	request->anchor = page->anchor;
	request->rows = page->table.page * WINDOW_PAGES;
	if (request->rows < WINDOW_ROWS_MIN)
		request->rows = WINDOW_ROWS_MIN;
	if (run && (run == page->filter || run[-1] == ' ')) {
		snprintf(digits, sizeof(digits), "%.*s", (int)strspn(run + 4, "0123456789"),
			run + 4);
		if (text_int(&number, digits, 1, INT64_MAX))
			request->run = number;
	}
}

static void set_filter(struct board *board, const char *filter)
{
	struct monitor_page *page = board->monitor;

	text_copy(page->filter, sizeof(page->filter), filter);
	page->loaded = false;
	page->selected = 0;
	ask(board, WINDOW_TAIL, 0);
}

void monitor_show(struct board *board, const char *filter)
{
	board->monitor->follow = false;
	board_show_tab(board, 2);
	set_filter(board, filter);
}

/* ---- drawing ---- */

static void draw_empty(struct board *board, struct area area)
{
	struct monitor_page *page = board->monitor;
	struct area text = { area.y + 1, 2, area.rows - 1, area.cols - 4 };
	const char *words;

	if (page->window.partial)
		words = "Searching. What is found is shown at once; Esc ends it.";
	else if (page->asked && !board->feed_err.kind)
		words = "Looking...";
	else if (page->filter[0])
		words = "No message passes this filter. Esc shows all of them again.";
	else
		words = "No message yet. Each row that an interface reads becomes one.\n\nPress 2, "
			"tick an interface with Space, and p for Manual Process.";
	screen_paragraph(board->screen, text, STYLE_TEXT, words, 0);
	screen_cursor(board->screen, text.y, text.x);
}

static void draw_foot(struct board *board, int y, int cols)
{
	struct monitor_page *page = board->monitor;
	bool sent = page->follow && text_equal(page->asked_filter, SENT);
	char searching[40];
	const char *state = page->window.partial      ? searching
			    : sent		      ? "following what is sent"
			    : page->follow	      ? "following"
			    : page->window.more_after ? "more below: G"
						      : "";
	int right;

	snprintf(searching, sizeof(searching), "searching %d%%", page->searched);
	right = (int)strlen(state);
	if (page->filter[0])
		screen_printf(board->screen, y, 1, cols - right - 4, STYLE_QUIET,
			"filter  %s   (Esc clears it)", page->filter);
	screen_text(board->screen, y, cols - right - 1, right,
		page->follow ? STYLE_BUSY : STYLE_QUIET, state);
}

static void draw(struct board *board, struct area area)
{
	struct monitor_page *page = board->monitor;
	int head = board->run.id ? run_panel_rows(area.cols - 2, &board->run) : 1;

	if (board->run.id)
		run_panel_draw(board->screen, area.y, 1, area.cols - 2, &board->run);
	else
		screen_text(board->screen, area.y, 1, area.cols - 2, STYLE_QUIET,
			"Nothing ran in this home so far");
	if (page->window.count == 0)
		draw_empty(
			board, (struct area){ area.y + head, 0, area.rows - head - 1, area.cols });
	else
		table_draw(&page->table, board->screen,
			(struct area){ area.y + head, 0, area.rows - head - 1, area.cols }, true);
	draw_foot(board, area.y + area.rows - 1, area.cols);
}

/* ---- keys ---- */

static bool go_to_end(struct board *board, bool newest)
{
	struct monitor_page *page = board->monitor;

	page->selected = 0;
	page->loaded = false;
	if (!newest)
		page->follow = false;
	ask(board, newest ? WINDOW_TAIL : WINDOW_AFTER, 0);
	return true;
}

/* Typed faster than windows come: what a motion lacks is remembered. */
static void owe(struct monitor_page *page, int motion)
{
	int64_t step = motion == K_DOWN	       ? 1
		       : motion == K_UP	       ? -1
		       : motion == K_PAGE_DOWN ? page->table.page
		       : motion == K_PAGE_UP   ? -page->table.page
					       : 0;
	int64_t to = page->table.cursor + step;

	if (!page->asked)
		page->owed = 0;
	else if (to >= page->window.count && page->window.more_after)
		page->owed += to - page->window.count + 1;
	else if (to < 0 && page->window.more_before)
		page->owed += to;
}

static bool key(struct board *board, int pressed)
{
	struct monitor_page *page = board->monitor;
	int motion = keys_motion(pressed);

	if (pressed == K_ESC && page->filter[0]) {
		set_filter(board, "");
		return true;
	}
	if (motion == K_END && page->window.more_after)
		return go_to_end(board, true);
	if (motion == K_HOME && page->window.more_before)
		return go_to_end(board, false);
	if (motion == K_UP || motion == K_PAGE_UP || motion == K_HOME)
		stand_still(board);
	owe(page, motion);
	if (!table_key(&page->table, pressed))
		return false;
	if (current(board))
		page->selected = current(board)->id;
	move_window(board);
	return true;
}

static void do_follow(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct monitor_page *page = board->monitor;

	(void)argument;
	if (page->follow) {
		stand_still(board);
		return;
	}
	page->follow = true;
	ask(board, WINDOW_TAIL, 0);
}

static void do_failures(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct monitor_page *page = board->monitor;
	char *at = strstr(page->filter, FAILURES);
	char filter[FILTER_MAX + 1];

	(void)argument;
	if (at) { /* the same key takes it away again */
		size_t before = (size_t)(at - page->filter);

		snprintf(filter, sizeof(filter), "%.*s%s", (int)before, page->filter,
			at + strlen(FAILURES) + strspn(at + strlen(FAILURES), " "));
		while (before && filter[strlen(filter) - 1] == ' ')
			filter[strlen(filter) - 1] = '\0';
	} else {
		snprintf(filter, sizeof(filter), "%s%s%s", page->filter, *page->filter ? " " : "",
			FAILURES);
	}
	set_filter(board, filter);
}

static bool filter_entered(struct board *board, const char *text)
{
	struct prompt *prompt = &board->prompt;
	struct filter *filter = NULL;
	struct err err = ERR_INIT;
	int wrong_at = -1;

	if (filter_parse(&filter, text, clock_now(), &wrong_at, &err) != 0) {
		text_copy(prompt->error, sizeof(prompt->error), err.text);
		prompt->error_at = wrong_at;
		return false;
	}
	filter_free(filter);
	set_filter(board, text);
	return true;
}

static void do_filter(void *ctx, const char *argument)
{
	struct board *board = ctx;

	if (argument && filter_entered(board, argument))
		return;
	board_prompt(board, '/', argument ? argument : board->monitor->filter,
		"status: interface: run: key: code: since: before: or any word; ! inverts; * and ?",
		filter_entered);
	if (argument)
		filter_entered(board, argument);
}

static void do_detail(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct message *msg = current(board);
	int64_t id = msg ? msg->id : 0;

	if (argument && !text_int(&id, argument, 1, INT64_MAX)) {
		board_say(board, STYLE_WARN, "A message has a number, not '%s'", argument);
		return;
	}
	if (id)
		message_open(board, id);
}

static void do_write(void *ctx, const char *argument)
{
	export_ask(ctx, argument);
}

static void do_cancel(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (board->run.id && !run_state_final(board->run.state))
		run_ask_cancel(board, &board->run);
	else
		board_say(board, STYLE_WARN, "The run above has ended");
}

static const struct key_binding keys[] = {
	{ 'f', "follow", "Follow", "Keep at the newest message; any move up stops it", BIND_LINE,
		do_follow },
	{ 'F', "failures", "Failures only", "Only Failed and Unknown; again shows all", BIND_LINE,
		do_failures },
	{ '/', "filter", "Filter", "Filter: status:failed interface:a run:12 key:ORD-1* since:1h",
		BIND_LINE, do_filter },
	{ K_ENTER, "message show", "Detail", "Payload, attempts, the org's answer and the remedy",
		BIND_LINE, do_detail },
	{ 'w', "message export", "Write CSV", "Write what passes the filter to a CSV or JSON file",
		BIND_LINE, do_write },
	{ 'x', "run cancel", "Cancel run", "Cancel the run above", BIND_WRITE, do_cancel },
	{ 0 },
};

static void open_page(struct board *board)
{
	struct monitor_page *page = calloc(1, sizeof(*page));

	board->monitor = page;
	if (!page)
		return;
	table_init(&page->table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
	page->follow = true;
	page->from = WINDOW_TAIL;
	page->asked = true;
}

static void close_page(struct board *board)
{
	if (board->monitor)
		message_window_free(&board->monitor->window);
	free(board->monitor);
	board->monitor = NULL;
}

const struct page_ops monitor_ops = {
	.name = "Message Monitor",
	.about = "Every source row is a message here before it is sent, and ends as exactly one of "
		 "Completed, Failed, Pending, Unknown or Cancelled. The newest stand at the end.",
	.keys = keys,
	.feed = FEED_STATES | FEED_RUN | FEED_WINDOW,
	.open = open_page,
	.draw = draw,
	.key = key,
	.news = news,
	.look = look,
	.close = close_page,
};
