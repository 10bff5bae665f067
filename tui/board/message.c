/*
 * message.c — one message in full: why it is in its state, what to do about it, the payload, what
 * an attempt sent and what came back, and all attempts in order. What came from databases or from
 * the org is shown, never obeyed.
 */

#include "base/base.h"
#include "tui/board/message.h"

#include "base/clock.h"
#include "base/text.h"
#include "salesforce/remedy.h"
#include "tui/board/message_exchange.h"
#include "tui/board/message_jump.h"
#include "tui/board/message_timeline.h"
#include "tui/board/payload_form.h"
#include "tui/board/verb_dialog.h"
#include "tui/board/words.h"
#include "tui/widget/pager.h"

#include <json-c/json.h>

#define LABEL_COLS 15

struct message_page {
	int64_t id;
	struct message_detail *detail; /* owned */
	struct row_place place;
	struct audit_entry *audit; /* owned, newest first */
	int audit_count;
	int attempt; /* whose request is shown, from 0; -1 = the newest's */
	struct pager pager;
};

/* ---- from the detail to passages ---- */

static void add_head(struct pager *pager, const struct message_detail *detail)
{
	const struct message *msg = &detail->message;
	char when[CLOCK_TEXT_MAX];
	char comment[1024];

	message_comment(comment, sizeof(comment), msg);
	pager_add(pager, "Status", status_style(msg->status), "%s%s   %s",
		message_status_name(msg->status), msg->superseded ? " (superseded)" : "",
		clock_local_full(when, msg->time));
	pager_add(pager, "Why", STYLE_TEXT, "%s", comment);
	if (msg->salesforce_id[0])
		pager_add(pager, "Salesforce Id", STYLE_TEXT, "%s", msg->salesforce_id);
	pager_add(pager, "Object", STYLE_TEXT, "%s over %s, run %" PRId64,
		detail->object ? detail->object : "", detail->connection ? detail->connection : "",
		msg->run);
	if (msg->edited && detail->edited_by)
		pager_add(pager, "Edited", STYLE_TEXT, "by %s, %s", detail->edited_by,
			clock_local_full(when, detail->edited_at));
}

/* Of a superseded one there is nothing to do any more. */
static void add_remedy(struct pager *pager, const struct message_detail *detail)
{
	const struct message *msg = &detail->message;
	const struct remedy *remedy = remedy_for_row(msg->code, msg->comment);
	char later[MESSAGE_LATER_MAX];
	const char *nothing = message_later(later, detail);

	if (remedy)
		pager_add(pager, "Cause", STYLE_TEXT, "%s", remedy->cause);
	if (nothing)
		pager_add(pager, "What to do", STYLE_STRONG, "%s", nothing);
	else if (remedy)
		pager_add(pager, "What to do", STYLE_STRONG, "%s", remedy->action);
}

static void add_payload(struct pager *pager, const char *record)
{
	struct json_object *object = record ? json_tokener_parse(record) : NULL;
	const char *text = !text_empty(record) ? record : MESSAGE_PAYLOAD_GONE;

	if (object)
		text = json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
					JSON_C_TO_STRING_NOSLASHESCAPE);
	pager_add(pager, "", STYLE_TEXT, "%s", "");
	pager_add(pager, "Payload", STYLE_TEXT, "%s", text);
	json_object_put(object);
}

/* The attempt that is looked at, or -1: there is none. */
static int attempt_of(const struct message_page *page)
{
	int last = page->detail ? page->detail->attempt_count - 1 : -1;

	return page->attempt >= 0 && page->attempt < last ? page->attempt : last;
}

static void build(struct message_page *page)
{
	const struct message_detail *detail = page->detail;
	struct pager *pager = &page->pager;

	pager_reset(pager);
	add_head(pager, detail);
	if (page->place.file[0])
		pager_add(pager, "Read from", STYLE_TEXT, "%s, line %" PRId64, page->place.file,
			page->place.line);
	add_remedy(pager, detail);
	add_payload(pager, detail->record);
	if (detail->attempt_count)
		message_exchange_add(pager, detail, attempt_of(page));
	pager_add(pager, "", STYLE_TEXT, "%s", "");
	message_timeline(pager, detail, page->audit, page->audit_count);
}

void message_take(struct board *board, struct feed_news *news)
{
	struct message_page *page = board->message;

	if (!page || !news->detail || news->detail->message.id != page->id) {
		feed_news_free(news, FEED_DETAIL);
		return;
	}
	message_detail_free(page->detail);
	audit_entries_free(page->audit, page->audit_count);
	page->detail = news->detail;
	page->place = news->place;
	page->audit = news->audit;
	page->audit_count = news->audit_count;
	build(page);
}

/* ---- the page ---- */

/* At the right end of this row: which lines are shown, where not all of them are. */
static void draw_more(struct board *board, int y, int cols)
{
	const struct pager *pager = &board->message->pager;
	int last = pager->skip + pager->page;
	char text[64];

	if (pager->rows <= pager->page)
		return;
	snprintf(text, sizeof(text), "lines %d-%d of %d", pager->skip + 1,
		last < pager->rows ? last : pager->rows, pager->rows);
	screen_text(board->screen, y, cols - 1 - (int)strlen(text), (int)strlen(text), STYLE_QUIET,
		text);
}

static void draw(struct board *board, struct area area)
{
	struct message_page *page = board->message;
	const struct message *msg = page && page->detail ? &page->detail->message : NULL;

	if (!page)
		return;
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG,
		"Message %" PRId64 "  %s  %s", page->id, msg && msg->key ? msg->key : "",
		msg && msg->interface ? msg->interface : "");
	screen_cursor(board->screen, area.y, 1);
	if (msg) {
		pager_draw(&page->pager, board->screen,
			(struct area){ area.y + 2, 1, area.rows - 2, area.cols - 2 });
		draw_more(board, area.y + 1, area.cols);
	} else {
		screen_text(board->screen, area.y + 2, 1, area.cols - 2, STYLE_TEXT,
			board->feed_err.kind ? "It is no longer in the store" : "Loading...");
	}
}

static bool key(struct board *board, int pressed)
{
	return board->message && pager_key(&board->message->pager, pressed);
}

static void look(struct board *board, struct feed_request *request)
{
	if (board->message)
		request->message = board->message->id;
}

static void do_copy(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct message_detail *detail = board->message ? board->message->detail : NULL;

	(void)argument;
	if (!detail || !detail->record)
		return;
	message_copy(board, "The payload", detail->record);
}

static void copy_part(struct board *board, enum exchange_part part)
{
	const struct message_page *page = board->message;
	int attempt = page ? attempt_of(page) : -1;

	if (attempt < 0)
		board_say(board, STYLE_WARN, "It was not sent so far");
	else
		message_exchange_copy(board, page->detail, attempt, part);
}

static void do_copy_request(void *ctx, const char *argument)
{
	(void)argument;
	copy_part(ctx, EXCHANGE_REQUEST);
}

static void do_copy_response(void *ctx, const char *argument)
{
	(void)argument;
	copy_part(ctx, EXCHANGE_RESPONSE);
}

/* Look at the request of an earlier attempt, or of a later one. */
static void step(struct board *board, int by)
{
	struct message_page *page = board->message;
	int to = page ? attempt_of(page) + by : -1;

	if (to < 0 || to >= page->detail->attempt_count) {
		board_say(
			board, STYLE_TEXT, "There is no %s attempt", by < 0 ? "earlier" : "later");
		return;
	}
	page->attempt = to;
	build(page);
}

static void do_earlier(void *ctx, const char *argument)
{
	(void)argument;
	step(ctx, -1);
}

static void do_later(void *ctx, const char *argument)
{
	(void)argument;
	step(ctx, 1);
}

static void do_same_cause(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct message_detail *detail = board->message ? board->message->detail : NULL;
	char filter[160];

	(void)argument;
	if (!detail || text_empty(detail->message.code)) {
		board_say(board, STYLE_WARN, "This message has no error code");
		return;
	}
	snprintf(filter, sizeof(filter), "run:%" PRId64 " code:%s", detail->message.run,
		detail->message.code);
	monitor_show(board, filter);
}

static void do_event(struct board *board, enum message_event event, const char *argument)
{
	struct message_wish wish = { .event = event };

	wish.messages = board->message ? malloc(sizeof(*wish.messages)) : NULL;
	if (!wish.messages)
		return;
	wish.messages[wish.count++] = board->message->id;
	verb_start(board, &wish, true, argument);
}

static void do_reprocess(void *ctx, const char *argument)
{
	do_event(ctx, EVENT_REPROCESS, argument);
}

static void do_cancel(void *ctx, const char *argument)
{
	do_event(ctx, EVENT_CANCEL, argument);
}

static void do_resolve(void *ctx, const char *argument)
{
	do_event(ctx, VERB_RESOLVE, argument);
}

static const struct message *shown(const struct board *board)
{
	return board->message && board->message->detail ? &board->message->detail->message : NULL;
}

const char *message_connection(const struct board *board)
{
	return shown(board) ? board->message->detail->connection : NULL;
}

static void do_run(void *ctx, const char *argument)
{
	(void)argument;
	message_jump_run(ctx, shown(ctx));
}

static void do_interface(void *ctx, const char *argument)
{
	(void)argument;
	message_jump_interface(ctx, shown(ctx));
}

static void do_link(void *ctx, const char *argument)
{
	(void)argument;
	message_copy_link(ctx, shown(ctx));
}

static void do_edit(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (board->message)
		payload_form_open(board, board->message->id);
}

static const struct key_binding keys[] = {
	{ 'r', "message reprocess", "Reprocess", "Send it again", BIND_LINE | BIND_WRITE,
		do_reprocess },
	{ 'e', "message edit", "Edit", "Edit the payload; what is saved is sent as it is",
		BIND_LINE | BIND_WRITE, do_edit },
	{ 'c', "message cancel", "Cancel", "Give it up: it is not sent any more",
		BIND_LINE | BIND_WRITE, do_cancel },
	{ 'y', "copy", "Copy payload", "Put the payload on your terminal's clipboard", BIND_LINE,
		do_copy },
	{ 'Y', "copy link", "Copy link", "Put the record's address in the org on the clipboard",
		BIND_LINE, do_link },
	{ 'R', "copy request", "Copy request", "Put the request that is shown on the clipboard", 0,
		do_copy_request },
	{ 'S', "copy response", "Copy response", "Put the response that is shown on the clipboard",
		0, do_copy_response },
	{ '[', "attempt earlier", "Earlier", "Request and response of the attempt before", 0,
		do_earlier },
	{ ']', "attempt later", "Later", "Request and response of the attempt behind", 0,
		do_later },
	{ 'o', "run show", "Run", "To its run, among the runs of its interface", BIND_LINE,
		do_run },
	{ 'i', "interface show", "Interface", "To its interface", BIND_LINE, do_interface },
	{ 's', "same cause", "Same cause", "All messages of this run with the same error code",
		BIND_LINE, do_same_cause },
	{ 'u', "message resolve", "Resolve Unknown",
		"Its answer was lost: say that it is there, or was not sent",
		BIND_LINE | BIND_WRITE, do_resolve },
	{ 0 },
};

void message_open(struct board *board, int64_t id)
{
	if (board->message)
		return;
	board->message = calloc(1, sizeof(*board->message));
	if (!board->message)
		return;
	pager_init(&board->message->pager, LABEL_COLS);
	board->message->id = id;
	board->message->attempt = -1;
	board_open_page(board, &message_ops);
}

static void close_page(struct board *board)
{
	if (board->message) {
		message_detail_free(board->message->detail);
		audit_entries_free(board->message->audit, board->message->audit_count);
		pager_free(&board->message->pager);
	}
	free(board->message);
	board->message = NULL;
}

static void place(const struct board *board, char *out, size_t size)
{
	if (board->message)
		snprintf(out, size, "message %" PRId64, board->message->id);
}

const struct page_ops message_ops = {
	.name = "Message",
	.about = "One row's way to Salesforce: its state and why, what to do about it, what was "
		 "sent, and what the org said to each attempt.",
	.keys = keys,
	.feed = FEED_DETAIL,
	.place = place,
	.draw = draw,
	.key = key,
	.look = look,
	.close = close_page,
};
