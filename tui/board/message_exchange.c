/* message_exchange.c — the request of an attempt and its answer, in the detail of a message. */

#include "base/base.h"
#include "tui/board/message_exchange.h"

#include "tui/board/message_jump.h"

static void add_part(
	struct pager *pager, const char *label, const char *about, bool any, char *text)
{
	pager_add(pager, "", STYLE_TEXT, "%s", "");
	pager_add(pager, label, STYLE_QUIET, "%s", about);
	if (any && text)
		pager_add(pager, "", STYLE_TEXT, "%s", text);
	free(text);
}

void message_exchange_add(struct pager *pager, const struct message_detail *detail, int attempt)
{
	struct exchange exchange;
	char label[40] = "Request";

	if (detail->attempt_count > 1)
		snprintf(label, sizeof(label), "Request %d/%d", attempt + 1, detail->attempt_count);
	if (exchange_make(&exchange, detail, attempt, NULL) == 0) {
		add_part(pager, label, exchange.about, exchange.method != NULL,
			exchange_request_text(&exchange));
		add_part(pager, "Response", exchange.answer_about, exchange.answer != NULL,
			exchange_answer_text(&exchange));
	}
	exchange_free(&exchange);
}

void message_exchange_copy(struct board *board, const struct message_detail *detail, int attempt,
	enum exchange_part part)
{
	struct exchange exchange;
	bool request = part == EXCHANGE_REQUEST;
	char *text = NULL;

	if (exchange_make(&exchange, detail, attempt, NULL) == 0)
		text = request ? exchange_request_text(&exchange) : exchange_answer_text(&exchange);
	if (!text)
		board_say(board, STYLE_FAIL, "There is no memory left for it");
	else if (request ? !exchange.method : !exchange.answer)
		board_say(board, STYLE_WARN, "There is nothing to copy: %s", text);
	else
		message_copy(board, request ? "The request" : "The response", text);
	free(text);
	exchange_free(&exchange);
}
