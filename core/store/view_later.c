/* view_later.c — which message made a superseded one good. */

#include "base/base.h"
#include "base/text.h"
#include "store/filter.h"
#include "store/view.h"

/* So many are looked at for one with just that key: a * or ? in it finds others, too. */
#define LOOKED_AT 20

static void add_term(struct buf *out, const char *term, const char *value)
{
	buf_addf(out, " %s\"", term);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *value);
	}
	buf_add_char(out, '"');
}

int view_message_later(struct message_detail *detail, struct view *view, struct err *err)
{
	const struct message *msg = &detail->message;
	struct message_window window = { 0 };
	struct filter *filter = NULL;
	struct buf text = BUF_INIT(65536);
	int rc;

	if (!msg->superseded || text_empty(msg->key))
		return 0;
	buf_add_str(&text, "status:completed");
	add_term(&text, "connection:", detail->connection);
	add_term(&text, "object:", detail->object);
	add_term(&text, "key:", msg->key);
	rc = filter_parse(&filter, buf_str(&text), 0, NULL, err);
	if (rc == 0)
		rc = view_messages(&window, view, filter, WINDOW_AFTER, msg->id, LOOKED_AT, err);
	for (int i = 0; rc == 0 && i < window.count && !detail->completed_later; i++) {
		if (text_equal_fold(window.messages[i].key, msg->key))
			detail->completed_later = window.messages[i].id;
	}
	message_window_free(&window);
	filter_free(filter);
	buf_free(&text);
	return rc;
}

const char *message_later(char out[MESSAGE_LATER_MAX], const struct message_detail *detail)
{
	if (!detail->message.superseded || detail->message.status == MESSAGE_COMPLETED)
		return NULL;
	if (detail->completed_later)
		snprintf(out, MESSAGE_LATER_MAX,
			"Nothing: message %" PRId64 " of the same key completed later",
			detail->completed_later);
	else
		text_copy(out, MESSAGE_LATER_MAX,
			"Nothing: a later message of the same key completed");
	return out;
}
