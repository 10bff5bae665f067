/* monitor.c — the third tab: what became of every row, live. Its keys and what they do. */

#include "base/base.h"
#include "tui/board/monitor_private.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/filter.h"
#include "tui/board/backlog.h"
#include "tui/board/causes.h"
#include "tui/board/export.h"
#include "tui/board/filter_words.h"
#include "tui/board/message.h"
#include "tui/board/message_jump.h"
#include "tui/board/process_dialog.h"
#include "tui/board/verb_job.h"

#define FAILURES "status:failed,unknown"
#define NOT_SUPERSEDED "!is:superseded"

static bool key(struct board *board, int pressed)
{
	struct monitor_page *page = board->monitor;
	int motion = keys_motion(pressed);

	if (pressed == K_ESC && verb_under_way(board)) {
		verb_stop(board);
		return true;
	}
	if (pressed == K_ESC && (page->mark_count || page->all_marked)) {
		monitor_unmark(board);
		return true;
	}
	if (pressed == K_ESC && page->filter[0]) {
		monitor_set_filter(board, "");
		return true;
	}
	if (motion == K_END && page->window.more_after)
		return monitor_go_to_end(board, true);
	if (motion == K_HOME && page->window.more_before)
		return monitor_go_to_end(board, false);
	if (motion == K_UP || motion == K_PAGE_UP || motion == K_HOME)
		monitor_stand_still(board);
	monitor_owe(page, motion);
	if (!table_key(&page->table, pressed))
		return false;
	if (monitor_current(board))
		page->selected = monitor_current(board)->id;
	monitor_move_window(board);
	return true;
}

static void do_follow(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct monitor_page *page = board->monitor;

	(void)argument;
	if (page->follow) {
		monitor_stand_still(board);
		return;
	}
	page->follow = true;
	page->sort = SORT_TIME;
	monitor_ask(board, WINDOW_TAIL, 0);
}

/* "key", "key down"; by the key alone the next one. */
static void do_sort(void *ctx, const char *argument)
{
	struct board *board = ctx;
	size_t len = argument ? strcspn(argument, " ") : 0;
	bool down = argument && text_equal(argument + len + strspn(argument + len, " "), "down");

	if (!argument) {
		monitor_sort(board, (board->monitor->sort + 1) % SORT_COUNT, false);
		return;
	}
	for (int i = 0; i < SORT_COUNT; i++) {
		if (strlen(monitor_sort_names[i]) == len &&
			strncasecmp(monitor_sort_names[i], argument, len) == 0) {
			monitor_sort(board, (enum feed_sort)i, down);
			return;
		}
	}
	board_say(board, STYLE_WARN,
		"Sort by time, key, status, cause, interface or changed; down turns it round");
}

static void do_turn(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct monitor_page *page = board->monitor;

	(void)argument;
	if (page->sort == SORT_TIME)
		board_say(board, STYLE_WARN,
			"The last stored stand at the end; s sorts by another column");
	else
		monitor_sort(board, page->sort, !page->downwards);
}

/* Take `word` and the blanks behind it out of `text`; false: it is not there. */
static bool take_away(char *text, const char *word)
{
	char *at = strstr(text, word);
	char *end = at ? at + strlen(word) : NULL;

	if (!at)
		return false;
	end += strspn(end, " ");
	memmove(at, end, strlen(end) + 1);
	for (size_t len = strlen(text); len && text[len - 1] == ' '; len--)
		text[len - 1] = '\0';
	return true;
}

static void add_word(char *text, size_t size, const char *word)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s%s", len ? " " : "", word);
}

/* Does the filter say itself whether superseded ones pass? */
static bool tells_superseded(const char *filter)
{
	return strstr(filter, "is:superseded") != NULL;
}

void monitor_filter_of_causes(char *out, size_t size, const char *filter)
{
	bool told = strstr(filter, "status:") || tells_superseded(filter);

	text_copy(out, size, filter);
	take_away(out, FAILURES);
	if (!told)
		add_word(out, size, NOT_SUPERSEDED);
}

static void do_failures(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct monitor_page *page = board->monitor;
	char filter[FILTER_MAX + 1];

	(void)argument;
	text_copy(filter, sizeof(filter), page->filter);
	/* The same key takes it away again. */
	if (!take_away(filter, FAILURES " " NOT_SUPERSEDED) && !take_away(filter, FAILURES)) {
		add_word(filter, sizeof(filter), FAILURES);
		if (!tells_superseded(filter))
			add_word(filter, sizeof(filter), NOT_SUPERSEDED);
	}
	monitor_set_filter(board, filter);
}

static void do_causes(void *ctx, const char *argument)
{
	(void)argument;
	causes_open(ctx);
}

static void do_backlog(void *ctx, const char *argument)
{
	(void)argument;
	backlog_open(ctx);
}

static void do_run(void *ctx, const char *argument)
{
	(void)argument;
	message_jump_run(ctx, monitor_current(ctx));
}

static void do_interface(void *ctx, const char *argument)
{
	(void)argument;
	message_jump_interface(ctx, monitor_current(ctx));
}

static void do_link(void *ctx, const char *argument)
{
	(void)argument;
	message_copy_link(ctx, monitor_current(ctx));
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
	monitor_set_filter(board, text);
	return true;
}

static void complete_filter(struct board *board)
{
	filter_complete(board, 0);
}

static void do_filter(void *ctx, const char *argument)
{
	struct board *board = ctx;
	char text[FILTER_MAX + 2];

	if (argument && filter_entered(board, argument))
		return;
	/* What is typed next is a word of its own. */
	snprintf(text, sizeof(text), "%s%s", board->monitor->filter,
		board->monitor->filter[0] ? " " : "");
	board_prompt(board, '/', argument ? argument : text,
		"Tab completes status: interface: run: key: ...  any word  ! inverts  * and ?",
		filter_entered);
	board->prompt.complete = complete_filter;
	if (argument)
		filter_entered(board, argument);
}

int64_t monitor_message_of(struct board *board, const char *argument)
{
	const struct message *msg = monitor_current(board);
	int64_t id = msg ? msg->id : 0;

	if (argument && !text_int(&id, argument, 1, INT64_MAX)) {
		board_say(board, STYLE_WARN, "A message has a number, not '%s'", argument);
		return 0;
	}
	if (!id)
		board_say(board, STYLE_WARN, "There is no message here");
	return id;
}

static void do_detail(void *ctx, const char *argument)
{
	int64_t id = monitor_message_of(ctx, argument);

	if (id)
		message_open(ctx, id);
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
	{ 'F', "failures", "Failures", "Failed, Unknown, not superseded; again: all", BIND_LINE,
		do_failures },
	{ '/', "filter", "Filter", "Filter: status:failed interface:a run:12 key:ORD-1* since:1h",
		BIND_LINE, do_filter },
	{ 'r', "message reprocess", "Reprocess",
		"Send again: the message here, the marked ones, or all that pass the filter",
		BIND_LINE | BIND_WRITE, monitor_do_reprocess },
	{ 'e', "message edit", "Edit", "Edit the payload; what is saved is sent as it is",
		BIND_LINE | BIND_WRITE, monitor_do_edit },
	{ 'c', "message cancel", "Cancel", "Give up what was not sent yet", BIND_LINE | BIND_WRITE,
		monitor_do_cancel },
	{ K_ENTER, "message show", "Detail", "Payload, attempts, the org's answer and the remedy",
		BIND_LINE, do_detail },
	{ 'u', "message resolve", "Resolve Unknown",
		"Say of messages whose answer was lost: they are there, or were not sent",
		BIND_LINE | BIND_WRITE, monitor_do_resolve },
	{ ' ', "mark", "Mark", "Mark or unmark the message for r, c and u", BIND_LINE,
		monitor_do_mark },
	{ '*', "mark all", "Mark all", "Mark all that pass the filter, or none", BIND_LINE,
		monitor_do_mark_all },
	{ 'C', "causes", "Causes", "Failures by cause, and reprocess of all of one cause",
		BIND_LINE, do_causes },
	{ 's', "sort", "Sort", "Sort by the next column: key, status, cause, interface, changed",
		BIND_LINE, do_sort },
	{ 'S', "turn", "Turn round", "Sort from the last to the first", BIND_LINE, do_turn },
	{ 'Y', "copy link", "Copy link", "Put the record's address in the org on the clipboard",
		BIND_LINE, do_link },
	{ 'o', "run show", "Run", "To the run of the message here", BIND_LINE, do_run },
	{ 'i', "interface show", "Interface", "To the interface of the message here", BIND_LINE,
		do_interface },
	{ 'b', "backlog", "Backlog", "What waits, by interface and age, and how fast rows go",
		BIND_LINE, do_backlog },
	{ 'w', "message export", "Write CSV",
		"Write the marked, or what passes the filter, as CSV or JSON", BIND_LINE,
		do_write },
	{ 'x', "run cancel", "Cancel run", "Cancel the run above", BIND_WRITE, do_cancel },
	{ 0 },
};

static void open_page(struct board *board)
{
	struct monitor_page *page = calloc(1, sizeof(*page));

	board->monitor = page;
	if (!page)
		return;
	monitor_table_init(page, board);
	page->follow = true;
	page->from = WINDOW_TAIL;
	page->asked = true;
}

static void close_page(struct board *board)
{
	if (board->monitor) {
		message_window_free(&board->monitor->window);
		free(board->monitor->marks);
	}
	free(board->monitor);
	board->monitor = NULL;
}

static void place(const struct board *board, char *out, size_t size)
{
	const char *filter = board->monitor->filter;
	const char *run = text_starts(filter, "run:") ? filter + strlen("run:") : "";
	bool run_alone = *run && !run[strspn(run, "0123456789")];

	snprintf(out, size, "%s%s", run_alone ? "run " : "", run_alone ? run : filter);
}

const struct page_ops monitor_ops = {
	.name = "Message Monitor",
	.about = "Every source row is a message here before it is sent, and ends as exactly one of "
		 "Completed, Failed, Pending, Unknown or Cancelled. The last stored stand at the "
		 "end; Time is that of the last change.",
	.keys = keys,
	.feed = FEED_STATES | FEED_RUN | FEED_WINDOW,
	.place = place,
	.open = open_page,
	.draw = monitor_draw,
	.key = key,
	.news = monitor_news,
	.look = monitor_look,
	.close = close_page,
};
