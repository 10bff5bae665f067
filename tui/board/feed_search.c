/*
 * feed_search.c — the window of messages. What an index answers comes at once; what has to be
 * searched in payloads comes in slices, each shown as it is found, so that a search can be watched,
 * and ended by looking at something else.
 */

#include "base/base.h"
#include "tui/board/feed_private.h"

#include "base/clock.h"
#include "base/text.h"

/* The first slice is what a person waits for; the others only move a number. */
#define FIRST_SLICE_MS 25
#define SLICE_MS 100

void search_forget(struct feed *feed)
{
	message_window_free(&feed->search.found);
	memset(&feed->search, 0, sizeof(feed->search));
}

/* ---- sorting ---- */

static int compare_text(const char *a, const char *b)
{
	return strcasecmp(a ? a : "", b ? b : "");
}

static int compare_by(enum feed_sort sort, const struct message *a, const struct message *b)
{
	switch (sort) {
	case SORT_KEY:
		return compare_text(a->key, b->key);
	case SORT_STATUS:
		return (a->status > b->status) - (a->status < b->status);
	case SORT_CAUSE: {
		int order = compare_text(a->code, b->code);

		return order ? order : compare_text(a->comment, b->comment);
	}
	case SORT_INTERFACE:
		return compare_text(a->interface, b->interface);
	case SORT_CHANGED:
		return (a->time > b->time) - (a->time < b->time);
	default:
		return 0;
	}
}

static int compare(const void *x, const void *y, void *ctx)
{
	const struct feed_request *request = ctx;
	const struct message *a = x;
	const struct message *b = y;
	int order = compare_by(request->sort, a, b);

	if (order == 0)
		order = (a->id > b->id) - (a->id < b->id);
	return request->downwards ? -order : order;
}

static void sort_window(struct message_window *window, const struct feed_request *request)
{
	struct feed_request by = *request;

	if (window->count > 1)
		qsort_r(window->messages, (size_t)window->count, sizeof(*window->messages), compare,
			&by);
}

/* ---- slices ---- */

static int ask(struct message_window *out, struct feed *feed, const struct feed_request *request,
	enum window_from from, int64_t anchor, int rows, struct err *err)
{
	struct filter *filter = NULL;
	int rc = filter_parse(&filter, request->filter, clock_now(), NULL, err);

	if (rc == 0)
		rc = view_messages(out, feed->view, filter, from, anchor, rows, err);
	filter_free(filter);
	return rc;
}

static int newest_message(int64_t *newest, struct feed *feed, struct err *err)
{
	struct message_window window;
	int rc = view_messages(&window, feed->view, NULL, WINDOW_TAIL, 0, 1, err);

	if (rc == 0 && window.count)
		*newest = window.messages[0].id;
	message_window_free(&window);
	return rc;
}

static bool is_backwards(const struct feed_request *request)
{
	return request->sort != SORT_TIME || request->from != WINDOW_AFTER;
}

static int rows_of(const struct feed_request *request)
{
	return request->sort != SORT_TIME ? SORT_ROWS_MAX : request->rows;
}

static int percent_of(const struct feed *feed, const struct feed_request *request)
{
	int64_t newest = feed->search.newest;
	int64_t done = is_backwards(request) ? newest - feed->search.anchor : feed->search.anchor;

	return newest > 0 && done > 0 && done <= newest ? (int)(done * 99 / newest) : 0;
}

/* Put a slice to what was found before it, and remember where it ended. */
static int add_slice(struct feed *feed, const struct feed_request *request,
	struct message_window *slice, struct err *err)
{
	struct message_window *found = &feed->search.found;
	struct message_window both;
	bool back = is_backwards(request);
	int rc = message_window_join(&both, back ? slice : found, back ? found : slice, err);

	feed->search.on = slice->partial;
	feed->search.anchor = slice->searched_to;
	if (!feed->search.newest) /* only the first one looked at the other side */
		*(back ? &feed->search.more_after : &feed->search.more_before) =
			back ? slice->more_after : slice->more_before;
	*(back ? &feed->search.more_before : &feed->search.more_after) =
		back ? slice->more_before : slice->more_after;
	message_window_free(slice);
	if (rc != 0)
		return rc;
	message_window_free(found);
	*found = both;
	return feed->search.on && !feed->search.newest
		       ? newest_message(&feed->search.newest, feed, err)
		       : 0;
}

/* The board gets a copy while the search goes on, and what was found at its end. */
static int hand_over(struct feed *feed, const struct feed_request *request, struct feed_news *news,
	struct err *err)
{
	const struct message_window nothing = { 0 };
	struct message_window *found = &feed->search.found;
	int rc = 0;

	if (feed->search.on)
		rc = message_window_join(&news->window, found, &nothing, err);
	else
		news->window = *found;
	if (rc != 0)
		return rc;
	news->window.more_before = feed->search.more_before;
	news->window.more_after = feed->search.more_after;
	news->window.partial = feed->search.on;
	news->searched = feed->search.on ? percent_of(feed, request) : 100;
	if (request->sort != SORT_TIME) {
		news->too_many = !feed->search.on && feed->search.more_before;
		if (!news->too_many)
			sort_window(&news->window, request);
	}
	news->parts |= FEED_WINDOW;
	if (!feed->search.on)
		memset(&feed->search, 0, sizeof(feed->search));
	return 0;
}

int search_window(
	struct feed *feed, const struct feed_turn *turn, struct feed_news *news, struct err *err)
{
	const struct feed_request *request = &turn->request;
	bool back = is_backwards(request);
	struct message_window slice;
	int rc;

	if (turn->asked || !feed->search.on) {
		search_forget(feed);
		feed->search.anchor = request->anchor;
		view_patience(feed->view, FIRST_SLICE_MS);
		rc = ask(&slice, feed, request, back && request->sort ? WINDOW_TAIL : request->from,
			request->anchor, rows_of(request), err);
	} else {
		view_patience(feed->view, SLICE_MS);
		rc = ask(&slice, feed, request, back ? WINDOW_BEFORE : WINDOW_AFTER,
			feed->search.anchor, rows_of(request) - feed->search.found.count, err);
	}
	if (rc == 0)
		rc = add_slice(feed, request, &slice, err);
	if (rc == 0)
		rc = hand_over(feed, request, news, err);
	if (rc != 0)
		search_forget(feed);
	return rc;
}
