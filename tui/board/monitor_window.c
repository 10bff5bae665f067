/*
 * monitor_window.c — the list is a window over the store that moves with the cursor; following
 * keeps it at the newest message.
 */

#include "base/base.h"
#include "tui/board/monitor_private.h"

#include "base/text.h"
#include "tui/widget/keys.h"

/* Rows fetched at once, in screens; moving within them asks nobody. */
#define WINDOW_PAGES 6
#define WINDOW_ROWS_MIN 100

void monitor_shown_codes(struct text_list *codes, const struct board *board)
{
	const struct message_window *window = &board->monitor->window;

	for (int i = 0; i < window->count; i++) {
		const char *code = window->messages[i].code;

		if (!text_empty(code) && !text_list_has(codes, code))
			text_list_add(codes, code);
	}
}

const char *monitor_filter(const struct board *board)
{
	return board->monitor->filter;
}

const struct message *monitor_current(const struct board *board)
{
	const struct monitor_page *page = board->monitor;

	return page->table.cursor < page->window.count ? &page->window.messages[page->table.cursor]
						       : NULL;
}

void monitor_ask(struct board *board, enum window_from from, int64_t anchor)
{
	struct monitor_page *page = board->monitor;

	page->from = from;
	page->anchor = anchor;
	page->asked = true;
	board_look(board);
}

/* The place of message `id`, or of the first one behind it. */
static int place_of(const struct monitor_page *page, int64_t id)
{
	const struct message_window *window = &page->window;
	int low = 0;
	int high = window->count;

	for (int i = 0; page->sort != SORT_TIME && i < window->count; i++) {
		if (window->messages[i].id == id)
			return i;
	}
	if (page->sort != SORT_TIME)
		return 0;
	while (low < high) {
		int middle = (low + high) / 2;

		if (window->messages[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < window->count ? low : window->count - 1;
}

void monitor_stand_still(struct board *board)
{
	struct monitor_page *page = board->monitor;

	if (!page->follow && page->from != WINDOW_TAIL)
		return;
	page->follow = false;
	if (page->window.count && page->sort == SORT_TIME)
		monitor_ask(board, WINDOW_AFTER, page->window.messages[0].id - 1);
}

void monitor_move_window(struct board *board)
{
	struct monitor_page *page = board->monitor;
	const struct message_window *window = &page->window;
	int64_t cursor = page->table.cursor;
	int64_t edge = page->table.page;

	if (page->asked)
		return;
	if (window->more_after && cursor >= window->count - edge && cursor > 2 * edge)
		monitor_ask(board, WINDOW_AFTER, window->messages[cursor - 2 * edge].id);
	else if (window->more_before && cursor < edge && cursor + 2 * edge < window->count)
		monitor_ask(board, WINDOW_BEFORE, window->messages[cursor + 2 * edge].id);
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
	if (monitor_current(board))
		page->selected = monitor_current(board)->id;
	if (owed)
		monitor_move_window(board);
}

static int64_t newest_in(const struct message_window *window)
{
	int64_t newest = 0;

	for (int i = 0; i < window->count; i++) {
		if (window->messages[i].id > newest)
			newest = window->messages[i].id;
	}
	return newest;
}

/* Does another list begin with the cursor in its first line? */
static bool at_top(const struct monitor_page *page)
{
	return page->from == WINDOW_AFTER || page->sort != SORT_TIME;
}

static void refuse_sort(struct board *board)
{
	board_say(board, STYLE_WARN, "More than %d pass the filter: narrow it, then sort",
		SORT_ROWS_MAX);
	monitor_sort(board, SORT_TIME, false);
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
	if (page->from == WINDOW_TAIL) {
		page->newer_than = newest_in(&page->window);
		page->newer = 0;
	}
	if (page->follow || !page->loaded || !page->selected) {
		table_select(&page->table, at_top(page) ? 0 : page->window.count - 1);
	} else {
		page->table.top = place_of(page, page->selected) - offset;
		table_select(&page->table, place_of(page, page->selected));
	}
	page->loaded = true;
	pay(board);
	if (news->too_many)
		refuse_sort(board);
}

void monitor_take_newer(struct board *board, const struct feed_news *news)
{
	if (news->generation != board->generation)
		return;
	board->monitor->newer = news->newer;
	board->monitor->newer_exact = news->newer_exact;
}

/* What following shows. */
static const char *following_filter(const struct board *board)
{
	const struct monitor_page *page = board->monitor;
	bool under_way = board->run.state == RUN_SENDING && board->run.id;

	return !page->filter[0] && under_way ? SENT : page->filter;
}

static const char *effective_filter(const struct board *board)
{
	return board->monitor->follow ? following_filter(board) : board->monitor->filter;
}

/* A run that began or ended changes what following shows. */
void monitor_news(struct board *board, unsigned parts)
{
	struct monitor_page *page = board->monitor;

	if (parts & FEED_RUN && page->follow && board_page(board) == &monitor_ops &&
		!text_equal(page->asked_filter, effective_filter(board)))
		monitor_ask(board, WINDOW_TAIL, 0);
}

void monitor_look(struct board *board, struct feed_request *request)
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
	request->sort = page->sort;
	request->downwards = page->downwards;
	if (page->from != WINDOW_TAIL && page->newer_than) {
		request->parts |= FEED_NEWER;
		request->newer_than = page->newer_than;
		text_copy(request->newer_filter, sizeof(request->newer_filter),
			following_filter(board));
	}
	if (run && (run == page->filter || run[-1] == ' ')) {
		snprintf(digits, sizeof(digits), "%.*s", (int)strspn(run + 4, "0123456789"),
			run + 4);
		if (text_int(&number, digits, 1, INT64_MAX))
			request->run = number;
	}
}

void monitor_set_filter(struct board *board, const char *filter)
{
	struct monitor_page *page = board->monitor;

	monitor_unmark(board);
	text_copy(page->filter, sizeof(page->filter), filter);
	page->loaded = false;
	page->selected = 0;
	monitor_ask(board, WINDOW_TAIL, 0);
}

void monitor_show(struct board *board, const char *filter)
{
	board->monitor->follow = false;
	board_show_tab(board, 2);
	monitor_set_filter(board, filter);
}

bool monitor_go_to_end(struct board *board, bool newest)
{
	struct monitor_page *page = board->monitor;

	page->selected = 0;
	page->loaded = false;
	if (!newest)
		page->follow = false;
	monitor_ask(board, newest ? WINDOW_TAIL : WINDOW_AFTER, 0);
	return true;
}

void monitor_owe(struct monitor_page *page, int motion)
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

/* ---- sorting ---- */

const char *const monitor_sort_names[SORT_COUNT] = { [SORT_TIME] = "time",
	[SORT_KEY] = "key",
	[SORT_STATUS] = "status",
	[SORT_CAUSE] = "cause",
	[SORT_INTERFACE] = "interface",
	[SORT_CHANGED] = "changed" };

void monitor_sort(struct board *board, enum feed_sort sort, bool downwards)
{
	struct monitor_page *page = board->monitor;

	page->follow = false;
	page->sort = sort;
	page->downwards = downwards && sort != SORT_TIME;
	page->loaded = false;
	page->selected = 0;
	monitor_ask(board, WINDOW_TAIL, 0);
}
