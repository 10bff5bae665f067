/*
 * follow.c — follows the monitor. New ids are not enough: a message is stored New and becomes
 * Completed later. So the loop remembers the messages behind the oldest one that is still open,
 * and looks at those again whenever the store changed.
 */

#include "base/base.h"
#include "base/clock.h"
#include "tui/command/follow.h"
#include "tui/command/message_report.h"

#include <poll.h>

#define LOOK_EVERY_MS 250
#define WINDOW_ROWS 500
#define SEEN_MAX 20000 /* beyond, the oldest open ones are no longer looked at */

struct seen {
	int64_t id;
	enum message_status status;
	int attempts;
};

struct follow {
	struct command_env *env;
	struct view *view;
	const struct filter *filter;
	struct seen *seen; /* ascending ids, all above `settled` */
	int count;
	int64_t settled; /* nothing up to here will be told again */
};

static struct seen *find(struct follow *follow, int64_t id)
{
	int low = 0;
	int high = follow->count;

	while (low < high) {
		int middle = (low + high) / 2;

		if (follow->seen[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < follow->count && follow->seen[low].id == id ? &follow->seen[low] : NULL;
}

static void tell(struct follow *follow, const struct message *msg)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	if (msg->status == MESSAGE_NEW || msg->status == MESSAGE_PROCESSING)
		return;
	if (follow->env->json) {
		message_json(&json, msg);
		command_print_json(follow->env, &text);
	} else {
		message_line(follow->env->out, msg);
	}
	buf_free(&text);
}

/* Forget what cannot change any more, from the oldest on. */
static void settle(struct follow *follow)
{
	int gone = 0;

	while (gone < follow->count && (!message_status_open(follow->seen[gone].status) ||
					       follow->count - gone > SEEN_MAX - WINDOW_ROWS))
		follow->settled = follow->seen[gone++].id;
	memmove(follow->seen, follow->seen + gone,
		sizeof(*follow->seen) * (size_t)(follow->count - gone));
	follow->count -= gone;
}

static void look_at(struct follow *follow, const struct message *msg)
{
	struct seen *known = find(follow, msg->id);

	if (!known) {
		if (follow->count == SEEN_MAX)
			settle(follow);
		known = &follow->seen[follow->count++];
		*known = (struct seen){ .id = msg->id, .status = MESSAGE_NEW, .attempts = -1 };
	}
	if (known->status != msg->status || known->attempts != msg->attempts)
		tell(follow, msg);
	known->status = msg->status;
	known->attempts = msg->attempts;
}

/* Every message behind the settled ones, window by window. */
static int look(struct follow *follow, struct err *err)
{
	int64_t anchor = follow->settled;
	bool more = true;
	int rc = 0;

	while (rc == 0 && more) {
		struct message_window window = { 0 };

		rc = view_messages(&window, follow->view, follow->filter, WINDOW_AFTER, anchor,
			WINDOW_ROWS, err);
		for (int i = 0; i < window.count; i++) {
			look_at(follow, &window.messages[i]);
			anchor = window.messages[i].id;
		}
		more = window.more_after && window.count > 0;
		message_window_free(&window);
	}
	settle(follow);
	fflush(follow->env->out);
	return rc;
}

int follow_messages(struct command_env *env, struct view *view, const struct filter *filter,
	int64_t anchor, struct err *err)
{
	struct follow follow = { .env = env, .view = view, .filter = filter, .settled = anchor };
	const atomic_bool *stop = command_interrupt();
	int64_t version = -1;
	int rc = 0;

	follow.seen = calloc(SEEN_MAX, sizeof(*follow.seen));
	if (!follow.seen)
		rc = err_nomem(err);
	env->printed = true; /* a stream of documents: none at all is fine too */
	while (rc == 0 && !atomic_load(stop) && !ferror(env->out)) {
		int64_t now = view_version(view);

		if (now != version)
			rc = look(&follow, err);
		version = now;
		poll(NULL, 0, LOOK_EVERY_MS);
	}
	free(follow.seen);
	return rc;
}
