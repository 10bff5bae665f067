/* monitor_draw.c — the list of messages, the run above it, and what the list stands for below. */

#include "base/base.h"
#include "tui/board/monitor_private.h"

#include "base/clock.h"
#include "base/text.h"
#include "tui/board/message.h"
#include "tui/board/run_panel.h"
#include "tui/board/words.h"

enum { COL_MARK, COL_TIME, COL_INTERFACE, COL_KEY, COL_STATUS, COL_ID, COL_COMMENT };

static const struct table_column columns[] = {
	[COL_MARK] = { "", 1, 1, 0, false, true },
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
		text_copy(out, size, message_outcome(msg));
}

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct message *msg = &board->monitor->window.messages[row];

	switch (column) {
	case COL_MARK: /* no column at all while nothing is marked */
		if (board->monitor->mark_count || board->monitor->all_marked)
			text_copy(out->text, sizeof(out->text),
				monitor_is_marked(board->monitor, msg->id) ? "*" : " ");
		out->style = STYLE_STRONG;
		break;
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

/* How the list stands: at the right end of its last line. */
static void state_words(char *out, size_t size, const struct monitor_page *page)
{
	bool sent = page->follow && text_equal(page->asked_filter, SENT);
	char count[WORDS_MAX];

	if (page->window.partial)
		snprintf(out, size, "searching %d%%", page->searched);
	else if (page->sort != SORT_TIME)
		snprintf(out, size, "by %s%s", monitor_sort_names[page->sort],
			page->downwards ? ", downwards" : "");
	else if (page->newer)
		snprintf(out, size, "%s%s newer: G", words_count(count, page->newer),
			page->newer_exact ? "" : "+");
	else
		text_copy(out, size,
			sent			  ? "following what is sent"
			: page->follow		  ? "following"
			: page->window.more_after ? "more below: G"
						  : "");
}

static void draw_foot(struct board *board, int y, int cols)
{
	struct monitor_page *page = board->monitor;
	char marked[60] = "";
	char count[WORDS_MAX];
	char state[80];
	int right;

	state_words(state, sizeof(state), page);
	right = (int)strlen(state);
	if (page->all_marked)
		text_copy(marked, sizeof(marked), "all of these are marked   ");
	else if (page->mark_count)
		snprintf(marked, sizeof(marked), "%s marked   ",
			words_count(count, (int64_t)page->mark_count));
	screen_text(board->screen, y, 1, cols - right - 4, STYLE_STRONG, marked);
	if (page->filter[0])
		screen_printf(board->screen, y, 1 + (int)strlen(marked),
			cols - right - 4 - (int)strlen(marked), STYLE_QUIET, "filter  %s%s",
			page->filter, *marked ? "" : "   (Esc clears it)");
	screen_text(board->screen, y, cols - right - 1, right,
		page->follow ? STYLE_BUSY : STYLE_QUIET, state);
}

void monitor_draw(struct board *board, struct area area)
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

void monitor_table_init(struct monitor_page *page, struct board *board)
{
	table_init(&page->table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
}
