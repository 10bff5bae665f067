/* message_timeline.c — what happened to a message, as passages to read. */

#include "base/base.h"
#include "tui/board/message_timeline.h"

#include "base/clock.h"
#include "base/text.h"
#include "tui/board/words.h"
#include "tui/command/message_report.h"

static void add_attempt(
	struct pager *pager, const char *label, int number, const struct attempt_info *attempt)
{
	char when[CLOCK_TEXT_MAX];
	char took[WORDS_MAX] = "";
	char status[32] = "no answer recorded";

	if (attempt->done)
		snprintf(took, sizeof(took), "  %" PRId64 " ms", attempt->done - attempt->sent);
	if (attempt->http_status)
		snprintf(status, sizeof(status), "HTTP %d", attempt->http_status);
	pager_add(pager, label,
		attempt->http_status >= 400 || !attempt->done ? STYLE_WARN : STYLE_TEXT,
		"%d  %s  %s%s  %s %s", number, clock_local_full(when, attempt->sent), status, took,
		attempt->job[0] ? "bulk job" : "request", attempt->request_id);
	if (!text_empty(attempt->note))
		pager_add(pager, "", STYLE_TEXT, "   %s", attempt->note);
	if (!text_empty(attempt->result))
		pager_add(pager, "", STYLE_TEXT, "   %s", attempt->result);
}

static void add_audit(struct pager *pager, const char *label, const struct audit_entry *entry)
{
	char when[CLOCK_TEXT_MAX];

	pager_add(pager, label, STYLE_STRONG, "   %s  %s by %s",
		clock_local_full(when, entry->time), entry->action, entry->who);
	if (!text_empty(entry->detail))
		pager_add(pager, "", STYLE_TEXT, "   %s", entry->detail);
}

void message_timeline(struct pager *pager, const struct message_detail *detail,
	const struct audit_entry *audit, int left)
{
	const char *label = "Attempts";
	int attempt = 0;

	if (!detail->attempt_count && !left)
		pager_add(pager, label, STYLE_QUIET, "none so far");
	for (; attempt < detail->attempt_count || left > 0; label = "") {
		if (message_attempt_is_next(detail, attempt, audit, left)) {
			add_attempt(pager, label, attempt + 1, &detail->attempts[attempt]);
			attempt++;
		} else {
			add_audit(pager, label, &audit[--left]);
		}
	}
}
