/*
 * monitor_verbs.c — which messages a verb is meant for: all that pass the filter, those marked by
 * hand, or the one under the cursor.
 */

#include "base/base.h"
#include "tui/board/monitor_private.h"

#include "base/text.h"
#include "tui/board/payload_form.h"
#include "tui/board/verb_dialog.h"
#include "tui/widget/keys.h"

#define MARKS_MAX 10000

/* ---- marks ---- */

/* The place of `message` among the marks, or where it would be. */
static size_t place_of(const struct monitor_page *page, int64_t message)
{
	size_t low = 0;
	size_t high = page->mark_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (page->marks[middle] < message)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool monitor_is_marked(const struct monitor_page *page, int64_t message)
{
	size_t place = place_of(page, message);

	return page->all_marked || (place < page->mark_count && page->marks[place] == message);
}

bool monitor_marks(int64_t **marks, size_t *count, const struct board *board)
{
	const struct monitor_page *page = board->monitor;

	*marks = NULL;
	*count = 0;
	if (!page || page->all_marked || !page->mark_count)
		return true;
	*marks = reallocarray(NULL, page->mark_count, sizeof(**marks));
	if (!*marks)
		return false;
	memcpy(*marks, page->marks, page->mark_count * sizeof(**marks));
	*count = page->mark_count;
	return true;
}

void monitor_unmark(struct board *board)
{
	struct monitor_page *page = board->monitor;

	if (page->mark_count || page->all_marked)
		table_forget_widths(&page->table);
	free(page->marks);
	page->marks = NULL;
	page->mark_count = 0;
	page->all_marked = false;
}

static void add_mark(struct monitor_page *page, size_t place, int64_t message)
{
	int64_t *marks = reallocarray(page->marks, page->mark_count + 1, sizeof(*marks));

	if (!marks)
		return;
	page->marks = marks;
	memmove(&marks[place + 1], &marks[place], (page->mark_count - place) * sizeof(*marks));
	marks[place] = message;
	page->mark_count++;
}

static void remove_mark(struct board *board, size_t place)
{
	struct monitor_page *page = board->monitor;

	page->mark_count--;
	memmove(&page->marks[place], &page->marks[place + 1],
		(page->mark_count - place) * sizeof(*page->marks));
	if (!page->mark_count)
		monitor_unmark(board);
}

void monitor_do_mark(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct monitor_page *page = board->monitor;
	const struct message *msg = monitor_current(board);
	size_t place;

	(void)argument;
	if (!msg)
		return;
	if (page->all_marked)
		monitor_unmark(board);
	monitor_stand_still(board);
	place = place_of(page, msg->id);
	if (monitor_is_marked(page, msg->id))
		remove_mark(board, place);
	else if (page->mark_count < MARKS_MAX)
		add_mark(page, place, msg->id);
	else
		board_say(board, STYLE_WARN,
			"No more than %d by hand: filter, and * marks them all", MARKS_MAX);
	monitor_ops.key(board, K_DOWN);
}

void monitor_do_mark_all(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct monitor_page *page = board->monitor;
	bool all = page->all_marked;

	(void)argument;
	monitor_unmark(board);
	page->all_marked = !all;
}

/* ---- verbs ---- */

/* The messages meant; false when there is none. */
static bool make_wish(struct message_wish *wish, struct board *board, enum message_event event)
{
	const struct monitor_page *page = board->monitor;
	const struct message *msg = monitor_current(board);
	size_t count = page->mark_count ? page->mark_count : 1;

	*wish = (struct message_wish){ .event = event };
	if (page->all_marked) {
		text_copy(wish->filter, sizeof(wish->filter), page->asked_filter);
		return true;
	}
	if (!page->mark_count && !msg)
		return false;
	wish->messages = calloc(count, sizeof(*wish->messages));
	if (!wish->messages)
		return false;
	wish->count = count;
	if (page->mark_count)
		memcpy(wish->messages, page->marks, count * sizeof(*wish->messages));
	else
		wish->messages[0] = msg->id;
	return true;
}

static void do_event(struct board *board, enum message_event event, const char *argument)
{
	struct message_wish wish;
	bool some = make_wish(&wish, board, event);

	verb_start(board, &wish, some, argument);
}

void monitor_do_reprocess(void *ctx, const char *argument)
{
	do_event(ctx, EVENT_REPROCESS, argument);
}

void monitor_do_cancel(void *ctx, const char *argument)
{
	do_event(ctx, EVENT_CANCEL, argument);
}

void monitor_do_resolve(void *ctx, const char *argument)
{
	do_event(ctx, VERB_RESOLVE, argument);
}

void monitor_do_edit(void *ctx, const char *argument)
{
	int64_t id = monitor_message_of(ctx, argument);

	if (id)
		payload_form_open(ctx, id);
}
