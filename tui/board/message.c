/*
 * message.c — one message in full: why it is in its state, what to do about it, the payload, every
 * attempt with the org's answer. What came from databases or from the org is shown, never obeyed.
 */

#include "base/base.h"
#include "tui/board/message.h"

#include "base/clock.h"
#include "base/text.h"
#include "salesforce/remedy.h"
#include "tui/board/words.h"

#include <json-c/json.h>

#define TEXT_MAX (1u << 20)
#define LABEL_COLS 14

/* One paragraph; `label` stands before its first line. */
struct passage {
	char label[16];
	int style;
	size_t from, len; /* in `text` */
};

#define PASSAGES_MAX 256

struct message_page {
	int64_t id;
	struct message_detail *detail; /* owned */
	struct buf text;
	struct passage passages[PASSAGES_MAX];
	int count;
	int skip, rows, page;
};

/* ---- from the detail to passages ---- */

static void add(struct message_page *page, const char *label, int style, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void add(struct message_page *page, const char *label, int style, const char *fmt, ...)
{
	struct passage *passage = &page->passages[page->count];
	char *text = NULL;
	va_list args;
	int len;

	if (page->count == PASSAGES_MAX)
		return;
	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	text_copy(passage->label, sizeof(passage->label), label);
	passage->style = style;
	passage->from = page->text.len;
	passage->len = (size_t)len;
	buf_add(&page->text, text, (size_t)len + 1);
	free(text);
	page->count++;
}

static void add_head(struct message_page *page, const struct message_detail *detail)
{
	const struct message *msg = &detail->message;
	char when[CLOCK_TEXT_MAX];
	char comment[1024];

	message_comment(comment, sizeof(comment), msg);
	add(page, "Status", status_style(msg->status), "%s%s   %s",
		message_status_name(msg->status), msg->superseded ? " (superseded)" : "",
		clock_local_full(when, msg->time));
	add(page, "Why", STYLE_TEXT, "%s", comment);
	if (msg->salesforce_id[0])
		add(page, "Salesforce Id", STYLE_TEXT, "%s", msg->salesforce_id);
	add(page, "Object", STYLE_TEXT, "%s over %s, run %" PRId64,
		detail->object ? detail->object : "", detail->connection ? detail->connection : "",
		msg->run);
	if (msg->edited && detail->edited_by)
		add(page, "Edited", STYLE_TEXT, "by %s, %s", detail->edited_by,
			clock_local_full(when, detail->edited_at));
}

static void add_remedy(struct message_page *page, const struct message *msg)
{
	const struct remedy *remedy = remedy_for_row(msg->code, msg->comment);

	if (!remedy)
		return;
	add(page, "Cause", STYLE_TEXT, "%s", remedy->cause);
	add(page, "What to do", STYLE_STRONG, "%s", remedy->action);
}

static void add_payload(struct message_page *page, const char *record)
{
	struct json_object *object = record ? json_tokener_parse(record) : NULL;
	const char *text = record ? record : "";

	if (object)
		text = json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
					JSON_C_TO_STRING_NOSLASHESCAPE);
	add(page, "", STYLE_TEXT, "%s", "");
	add(page, "Payload", STYLE_TEXT, "%s", text);
	json_object_put(object);
}

static void add_attempt(struct message_page *page, int number, const struct attempt_info *attempt)
{
	char when[CLOCK_TEXT_MAX];
	char took[WORDS_MAX] = "";
	char status[32] = "no answer recorded";

	if (attempt->done)
		snprintf(took, sizeof(took), "  %" PRId64 " ms", attempt->done - attempt->sent);
	if (attempt->http_status)
		snprintf(status, sizeof(status), "HTTP %d", attempt->http_status);
	add(page, number == 1 ? "Attempts" : "",
		attempt->http_status >= 400 || !attempt->done ? STYLE_WARN : STYLE_TEXT,
		"%d  %s  %s%s  request %s", number, clock_local_full(when, attempt->sent), status,
		took, attempt->request_id);
	if (!text_empty(attempt->note))
		add(page, "", STYLE_TEXT, "   %s", attempt->note);
	if (!text_empty(attempt->result))
		add(page, "", STYLE_TEXT, "   %s", attempt->result);
}

static void build(struct message_page *page)
{
	const struct message_detail *detail = page->detail;

	buf_reset(&page->text);
	page->count = 0;
	add_head(page, detail);
	add_remedy(page, &detail->message);
	add_payload(page, detail->record);
	add(page, "", STYLE_TEXT, "%s", "");
	for (int i = 0; i < detail->attempt_count; i++)
		add_attempt(page, i + 1, &detail->attempts[i]);
	if (!detail->attempt_count)
		add(page, "Attempts", STYLE_QUIET, "none so far");
}

void message_take(struct board *board, struct feed_news *news)
{
	struct message_page *page = board->message;

	if (!page || !news->detail || news->detail->message.id != page->id) {
		message_detail_free(news->detail);
		return;
	}
	message_detail_free(page->detail);
	page->detail = news->detail;
	build(page);
}

/* ---- drawing ---- */

static int draw_passage(
	struct board *board, struct area area, const struct passage *passage, int first)
{
	const char *text = board->message->text.data + passage->from;
	int skip = first < 0 ? -first : 0;
	struct area rest = { area.y + first + skip, area.x + LABEL_COLS, area.rows - first - skip,
		area.cols - LABEL_COLS };
	int lines;

	if (rest.rows < 0)
		rest.rows = 0;
	if (first >= 0 && first < area.rows)
		screen_text(board->screen, area.y + first, area.x, LABEL_COLS - 1, STYLE_LABEL,
			passage->label);
	lines = screen_paragraph(board->screen, rest, passage->style, text, skip);
	return lines ? lines : 1;
}

static void draw(struct board *board, struct area area)
{
	struct message_page *page = board->message;
	struct area body = { area.y + 2, 1, area.rows - 2, area.cols - 2 };
	int line;

	if (!page)
		return;
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG,
		"Message %" PRId64 "  %s  %s", page->id,
		page->detail && page->detail->message.key ? page->detail->message.key : "",
		page->detail && page->detail->message.interface ? page->detail->message.interface : "");
	screen_cursor(board->screen, area.y, 1);
	if (!page->detail) {
		screen_text(board->screen, body.y, 1, body.cols, STYLE_TEXT,
			board->feed_err.kind ? "It is no longer in the store" : "Loading...");
		return;
	}
	line = -page->skip;
	for (int i = 0; i < page->count; i++)
		line += draw_passage(board, body, &page->passages[i], line);
	page->rows = line + page->skip;
	page->page = body.rows;
}

/* ---- keys ---- */

static bool key(struct board *board, int pressed)
{
	struct message_page *page = board->message;
	int most;
	int to;

	if (!page)
		return false;
	most = page->rows > page->page ? page->rows - page->page : 0;
	to = page->skip;
	switch (keys_motion(pressed)) {
	case K_UP:
		to--;
		break;
	case K_DOWN:
		to++;
		break;
	case K_PAGE_UP:
		to -= page->page;
		break;
	case K_PAGE_DOWN:
		to += page->page;
		break;
	case K_HOME:
		to = 0;
		break;
	case K_END:
		to = most;
		break;
	default:
		return false;
	}
	page->skip = to < 0 ? 0 : to > most ? most : to;
	return true;
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
	screen_clipboard(board->screen, detail->record);
	board_say(board, STYLE_OK,
		"The payload is on the clipboard, if your terminal allows that (OSC 52)");
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

static const struct key_binding keys[] = {
	{ 'y', "copy", "Copy payload", "Put the payload on your terminal's clipboard", BIND_LINE,
		do_copy },
	{ 's', "same cause", "Same cause", "All messages of this run with the same error code",
		BIND_LINE, do_same_cause },
	{ 0 },
};

void message_open(struct board *board, int64_t id)
{
	if (board->message)
		return;
	board->message = calloc(1, sizeof(*board->message));
	if (!board->message)
		return;
	buf_init(&board->message->text, TEXT_MAX);
	board->message->id = id;
	board_open_page(board, &message_ops);
}

static void close_page(struct board *board)
{
	if (board->message) {
		message_detail_free(board->message->detail);
		buf_free(&board->message->text);
	}
	free(board->message);
	board->message = NULL;
}

const struct page_ops message_ops = {
	.name = "Message",
	.about = "One row's way to Salesforce: its state and why, what to do about it, what was "
		 "sent, and what the org said to each attempt.",
	.keys = keys,
	.feed = FEED_DETAIL,
	.draw = draw,
	.key = key,
	.look = look,
	.close = close_page,
};
