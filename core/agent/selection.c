/* selection.c — the walk over what was chosen, and the counts of what became of it. */

#include "base/base.h"
#include "agent/selection.h"
#include "base/text.h"
#include "store/filter.h"

#define WINDOW_ROWS 500

struct walk {
	const struct selection *selection;
	struct selection_result *result;
	struct view *view;
	selection_send *send; /* NULL = a preview */
	void *send_ctx;
	struct messages_request request;
	int64_t batch[MESSAGES_BATCH_MAX];
	int count;
};

void selection_result_free(struct selection_result *result)
{
	free(result->runs);
	*result = (struct selection_result){ 0 };
}

/* ---- counting ---- */

/* "message 77: it is New" without the number. */
static const char *without_number(const char *reason)
{
	const char *colon = strncmp(reason, "message ", 8) == 0 ? strstr(reason, ": ") : NULL;

	return colon ? colon + 2 : reason;
}

static void count_reason(struct selection_result *result, const char *reason)
{
	int i = 0;

	reason = without_number(reason);
	for (; i < result->reason_count; i++) {
		if (strncmp(result->reasons[i].why, reason, sizeof(result->reasons[i].why) - 1) ==
			0)
			break;
	}
	if (i == SELECTION_REASONS) {
		i--;
		text_copy(result->reasons[i].why, sizeof(result->reasons[i].why), "other reasons");
	} else if (i == result->reason_count) {
		result->reason_count++;
		text_copy(result->reasons[i].why, sizeof(result->reasons[i].why), reason);
	}
	result->reasons[i].count++;
}

/* Messages come in the order of their packets, so a run is most often the one before. */
static int count_run(struct selection_result *result, int64_t run, struct err *err)
{
	for (size_t i = result->run_count; i-- > 0;) {
		if (result->runs[i] == run)
			return 0;
	}
	if (result->run_count == result->run_room) {
		size_t room = result->run_room ? result->run_room * 2 : 16;
		int64_t *runs = reallocarray(result->runs, room, sizeof(*runs));

		if (!runs)
			return err_nomem(err);
		result->runs = runs;
		result->run_room = room;
	}
	result->runs[result->run_count++] = run;
	return 0;
}

static int count_answer(struct walk *walk, const struct message_answer *answer, struct err *err)
{
	const struct selection *selection = walk->selection;
	struct selection_result *result = walk->result;

	result->matched++;
	if (selection->each)
		selection->each(selection->each_ctx, answer);
	if (answer->reason) {
		result->refused++;
		count_reason(result, answer->reason);
		return 0;
	}
	result->done++;
	return count_run(result, answer->run, err);
}

/* ---- batches ---- */

static int flush(struct walk *walk, struct err *err)
{
	struct messages_reply reply = { NULL, 0 };
	int rc = 0;

	if (!walk->count)
		return 0;
	walk->request.messages = walk->batch;
	walk->request.count = walk->count;
	walk->count = 0;
	rc = walk->send(walk->send_ctx, &reply, &walk->request, err);
	for (int i = 0; rc == 0 && i < reply.count; i++)
		rc = count_answer(walk, &reply.answers[i], err);
	messages_reply_free(&reply);
	return rc;
}

static int refuse(struct walk *walk, const struct message *msg, const char *why, struct err *err)
{
	char reason[sizeof(err->text)];
	struct message_answer answer = {
		.message = msg->id, .run = msg->run, .status = msg->status, .reason = reason
	};

	text_copy(reason, sizeof(reason), why);
	return count_answer(walk, &answer, err);
}

/*
 * What the transition table says needs nobody's asking. A failed message is given up by its number
 * alone: "cancel all of run 12" means what has not been sent.
 */
static const char *obstacle(const struct walk *walk, const struct message *msg, struct err *why)
{
	enum message_event event = walk->request.event;
	enum message_status to;

	if (message_next(&to, msg->status, event, ACTOR_OPERATOR, why) < 0)
		return why->text;
	if (event == EVENT_CANCEL && msg->status == MESSAGE_FAILED && walk->selection->filter)
		return "it is Failed, so nothing of it is going to be sent; to give it up, mark it "
		       "with Space on the board, or name its number";
	if (msg->superseded && (event == EVENT_REPROCESS || event == EVENT_RESOLVE_NOT_SENT))
		return "a younger message of its key was completed, and this one would undo it; "
		       "`message reprocess --force` does it anyway";
	return NULL;
}

static int take(struct walk *walk, const struct message *msg, struct err *err)
{
	struct err why = ERR_INIT;
	const char *reason = obstacle(walk, msg, &why);
	struct message_answer would = { .message = msg->id, .run = msg->run };

	walk->result->last = msg->id;
	if (reason)
		return refuse(walk, msg, reason, err);
	if (!walk->send) {
		message_next(&would.status, msg->status, walk->request.event, ACTOR_OPERATOR, NULL);
		return count_answer(walk, &would, err);
	}
	walk->batch[walk->count++] = msg->id;
	return walk->count == MESSAGES_BATCH_MAX ? flush(walk, err) : 0;
}

/* ---- walks ---- */

static bool is_stopped(const struct walk *walk)
{
	return walk->selection->stop && atomic_load(walk->selection->stop);
}

static int walk_filter(struct walk *walk, int64_t last, struct err *err)
{
	int64_t anchor = 0;
	bool more = true;
	int rc = 0;

	while (rc == 0 && more) {
		struct message_window window = { 0 };

		if (is_stopped(walk))
			return err_set(err, ERR_INTERRUPTED, "stopped");
		rc = view_messages(&window, walk->view, walk->selection->filter, WINDOW_AFTER,
			anchor, WINDOW_ROWS, err);
		more = window.more_after && window.count > 0;
		for (int i = 0; rc == 0 && i < window.count; i++) {
			anchor = window.messages[i].id;
			if (anchor > last) {
				more = false;
				break;
			}
			rc = take(walk, &window.messages[i], err);
		}
		message_window_free(&window);
	}
	return rc ? rc : flush(walk, err);
}

static int take_number(struct walk *walk, int64_t message, struct err *err)
{
	struct message none = { .id = message };
	struct message_detail *detail = NULL;
	int rc = view_message(&detail, walk->view, message, err);

	if (rc == -ERR_NOT_FOUND) {
		struct err why = *err;

		err_clear(err);
		return refuse(walk, &none, why.text, err);
	}
	if (rc == 0)
		rc = take(walk, &detail->message, err);
	message_detail_free(detail);
	return rc;
}

static int walk_numbers(struct walk *walk, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < walk->selection->count; i++) {
		if (is_stopped(walk))
			return err_set(err, ERR_INTERRUPTED, "stopped");
		rc = take_number(walk, walk->selection->messages[i], err);
	}
	return rc ? rc : flush(walk, err);
}

static int run_walk(struct walk *walk, int64_t last, struct err *err)
{
	walk->request = walk->selection->how;
	return walk->selection->filter ? walk_filter(walk, last, err) : walk_numbers(walk, err);
}

int selection_preview(struct selection_result *out, struct view *view,
	const struct selection *selection, struct err *err)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int rc;

	*out = (struct selection_result){ 0 };
	if (!walk)
		return err_nomem(err);
	walk->selection = selection;
	walk->result = out;
	walk->view = view;
	rc = run_walk(walk, INT64_MAX, err);
	free(walk);
	return rc;
}

int selection_apply(struct selection_result *out, struct view *view,
	const struct selection *selection, selection_send *send, void *ctx, struct err *err)
{
	struct selection quiet = *selection;
	struct selection_result before;
	struct walk *walk = calloc(1, sizeof(*walk));
	int rc;

	*out = (struct selection_result){ 0 };
	if (!walk)
		return err_nomem(err);
	/* How many there are is for the guard to know before the first one goes. */
	quiet.each = NULL;
	rc = selection_preview(&before, view, &quiet, err);
	quiet = *selection;
	quiet.how.total = before.done;
	walk->selection = &quiet;
	walk->result = out;
	walk->view = view;
	walk->send = send;
	walk->send_ctx = ctx;
	if (rc == 0)
		rc = run_walk(walk, before.last, err);
	selection_result_free(&before);
	free(walk);
	return rc;
}
