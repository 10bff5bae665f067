/*
 * selection.h — messages chosen by number or by filter, and what is done to all of them: a batch at
 * a time, so that a million cost no more memory than a thousand. For commands and boards alike; on
 * the caller's thread, which is not one that draws.
 */

#ifndef AGENT_SELECTION_H
#define AGENT_SELECTION_H

#include <stdatomic.h>

#include "agent/agent.h"
#include "store/view.h"

/* Give a batch to whoever carries runs: agent_client_messages(), agent_messages(), or both. */
typedef int selection_send(void *ctx, struct messages_reply *out,
	const struct messages_request *request, struct err *err);

struct selection {
	/* One of these: */
	const struct filter *filter;
	const int64_t *messages;
	size_t count;

	struct messages_request how; /* messages, count and total are filled in here */
	const atomic_bool *stop;     /* NULL, or ends it between two batches */
	/* NULL, or told of every message as its batch is done (in a preview: as it would be). */
	void (*each)(void *ctx, const struct message_answer *answer);
	void *each_ctx;
};

#define SELECTION_REASONS 16

struct selection_result {
	int64_t matched, done, refused; /* matched = done + refused, unless it was stopped */
	struct {
		char why[160]; /* without the message's number */
		int64_t count;
	} reasons[SELECTION_REASONS]; /* in the order they came; the last one takes the others */
	int reason_count;
	int64_t *runs; /* with messages that were done, each once */
	size_t run_count, run_room;
	int64_t last; /* the last message there was */
};
void selection_result_free(struct selection_result *result);

/* What would become of them as the store is now. Changes nothing. */
int selection_preview(struct selection_result *out, struct view *view,
	const struct selection *selection, struct err *err);

/*
 * Do it. Messages that come while it goes on are not touched. What was done before a failure stays
 * done and is in *out; ERR_INTERRUPTED when it was stopped.
 */
int selection_apply(struct selection_result *out, struct view *view,
	const struct selection *selection, selection_send *send, void *ctx, struct err *err);

#endif
