/* view_window.c — windows as values: two of them as one, for searches that come in slices. */

#include "base/base.h"
#include "base/buf.h"
#include "store/view.h"

#define TEXTS_MAX (256u << 20)

struct joining {
	struct message *messages;
	int count;
	struct buf texts;
};

static void keep(struct buf *texts, const char *text)
{
	buf_add(texts, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void add_all(struct joining *to, const struct message_window *window)
{
	for (int i = 0; i < window->count; i++) {
		const struct message *msg = &window->messages[i];

		to->messages[to->count++] = *msg;
		keep(&to->texts, msg->interface);
		keep(&to->texts, msg->key);
		keep(&to->texts, msg->code);
		keep(&to->texts, msg->comment);
		keep(&to->texts, msg->fields);
	}
}

static const char *next_text(const char **at)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return text;
}

int message_window_join(struct message_window *out, const struct message_window *first,
	const struct message_window *second, struct err *err)
{
	struct joining to = { NULL, 0, BUF_INIT(TEXTS_MAX) };
	const char *at;

	memset(out, 0, sizeof(*out));
	to.messages = calloc((size_t)(first->count + second->count) + 1, sizeof(*to.messages));
	if (!to.messages)
		return err_nomem(err);
	buf_add_char(&to.texts, '\0');
	add_all(&to, first);
	add_all(&to, second);
	if (buf_check(&to.texts, "the texts of a window", err) != 0) {
		free(to.messages);
		buf_free(&to.texts);
		return -ERR_LIMIT;
	}
	at = to.texts.data + 1;
	for (int i = 0; i < to.count; i++) {
		to.messages[i].interface = next_text(&at);
		to.messages[i].key = next_text(&at);
		to.messages[i].code = next_text(&at);
		to.messages[i].comment = next_text(&at);
		to.messages[i].fields = next_text(&at);
	}
	out->messages = to.messages;
	out->count = to.count;
	out->more_before = first->more_before;
	out->more_after = second->more_after;
	out->arena = to.texts.data;
	return 0;
}
