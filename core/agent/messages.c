/*
 * messages.c — what a person does to messages, on the agent that owns the runs: one transaction a
 * batch, and the runs that have something to send again go on.
 */

#include "base/base.h"
#include "agent/internal.h"
#include "agent/payload.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"

struct doing {
	const struct messages_request *request;
	struct messages_event what;
	int64_t *messages; /* ascending, each once */
	int count;
	struct messages_reply *reply;
	bool broken; /* out of memory for an answer */
	struct view *view;
	int64_t *runs; /* that were touched */
	size_t run_count;
};

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static bool may_be_asked(enum message_event event)
{
	return event == EVENT_CANCEL || event == EVENT_REPROCESS || event == EVENT_FORCE ||
	       event == EVENT_RESOLVE_COMPLETED || event == EVENT_RESOLVE_NOT_SENT;
}

static bool sends_again(enum message_event event)
{
	return event == EVENT_REPROCESS || event == EVENT_FORCE || event == EVENT_RESOLVE_NOT_SENT;
}

static int prepare(struct doing *doing, struct agent *agent, struct err *err)
{
	const struct messages_request *request = doing->request;
	size_t room = (size_t)(request->count > 0 ? request->count : 1);

	if (agent_stop_asked(agent))
		return err_set(err, ERR_UNFINISHED, "the agent is stopping");
	if (!may_be_asked(request->event))
		return err_set(err, ERR_USAGE, "\"%s\" is not for a person to do",
			message_event_name(request->event));
	if (request->count < 1 || request->count > MESSAGES_BATCH_MAX)
		return err_set(err, ERR_USAGE, "a batch has 1 to %d messages", MESSAGES_BATCH_MAX);
	doing->what = (struct messages_event){ .event = request->event,
		.actor = ACTOR_OPERATOR,
		.who = request->who,
		.salesforce_id =
			text_empty(request->salesforce_id) ? NULL : request->salesforce_id };
	if (doing->what.salesforce_id && request->count > 1)
		return err_set(err, ERR_USAGE, "one Salesforce id is for one message");
	doing->messages = calloc(room, sizeof(*doing->messages));
	doing->runs = calloc(room, sizeof(*doing->runs));
	doing->reply->answers = calloc(room, sizeof(*doing->reply->answers));
	if (!doing->messages || !doing->runs || !doing->reply->answers)
		return err_nomem(err);
	memcpy(doing->messages, request->messages, room * sizeof(*doing->messages));
	qsort(doing->messages, room, sizeof(*doing->messages), by_number);
	for (size_t i = 0; i < room; i++) {
		if (i == 0 || doing->messages[i] != doing->messages[i - 1])
			doing->messages[doing->count++] = doing->messages[i];
	}
	return view_open(&doing->view, agent->home_data, err);
}

/* Rows of these runs are about to go to their orgs. */
static int guard(struct doing *doing, struct agent *agent, struct err *err)
{
	const struct messages_request *request = doing->request;
	int64_t last = 0;
	int rc = 0;

	if (!sends_again(request->event))
		return 0;
	for (int i = 0; rc == 0 && i < doing->count; i++) {
		struct run_info info;
		int64_t run;

		if (view_run_of(&run, doing->view, doing->messages[i], NULL) < 0 || run == last)
			continue;
		last = run;
		rc = view_run(&info, doing->view, run, err);
		if (rc == 0)
			rc = guard_check_messages(agent, &info,
				request->total > doing->count ? request->total : doing->count,
				request->event != EVENT_REPROCESS, request->confirm, err);
	}
	return rc;
}

/* On the writer's thread. */
static void take_verdict(void *ctx, const struct message_verdict *verdict)
{
	struct doing *doing = ctx;
	struct message_answer *answer = &doing->reply->answers[doing->reply->count++];

	*answer = (struct message_answer){
		.message = verdict->message, .run = verdict->run, .status = verdict->status
	};
	if (verdict->why) {
		answer->reason = text_dup(verdict->why->text);
		doing->broken = doing->broken || !answer->reason;
	} else if (!doing->run_count || doing->runs[doing->run_count - 1] != verdict->run) {
		doing->runs[doing->run_count++] = verdict->run;
	}
}

static int apply(void *ctx, struct store *store, struct err *err)
{
	struct doing *doing = ctx;
	int rc = store_messages_event(
		store, &doing->what, doing->messages, doing->count, take_verdict, doing, err);

	return rc == 0 && doing->broken ? err_nomem(err) : rc;
}

/* In order, and stopped: may it go on now? */
static bool is_settled(struct agent *agent, const struct run_info *info)
{
	const struct catalog *catalog = agent->catalog;
	struct interface interface;
	bool in_order;

	if (info->state != RUN_STOPPED || info->counts.failed > 0)
		return false;
	interface_init(&interface);
	in_order = catalog->interface(catalog->self, &interface, info->interface, NULL) == 0 &&
		   interface.on_error == ON_ERROR_STOP;
	interface_free_fields(&interface);
	return in_order;
}

static int go_on(struct doing *doing, struct agent *agent, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < doing->run_count; i++) {
		struct run_info info;

		rc = view_run(&info, doing->view, doing->runs[i], err);
		if (rc == 0 && info.counts.pending > 0 &&
			(sends_again(doing->request->event) || is_settled(agent, &info)))
			rc = agent_take_up(agent, &info, doing->request->wait_ms, err);
	}
	return rc;
}

int agent_messages(struct messages_reply *out, struct agent *agent,
	const struct messages_request *request, struct err *err)
{
	struct doing doing = { .request = request, .reply = out };
	int rc;

	*out = (struct messages_reply){ NULL, 0 };
	rc = prepare(&doing, agent, err);
	if (rc == 0)
		rc = guard(&doing, agent, err);
	if (rc == 0)
		rc = writer_call(agent->env.writer, apply, &doing, err);
	CRASH_POINT(MESSAGES_DONE);
	if (rc == 0)
		rc = go_on(&doing, agent, err);
	view_close(doing.view);
	free(doing.messages);
	free(doing.runs);
	if (rc < 0)
		messages_reply_free(out);
	return rc;
}

/* ---- edit ---- */

struct editing {
	const struct edit_request *request;
	char *record;
};

static int apply_edit(void *ctx, struct store *store, struct err *err)
{
	const struct editing *editing = ctx;

	return store_message_edit(
		store, editing->request->message, editing->record, editing->request->who, err);
}

/* The fields that say which record a message of the run is about. */
static int list_keys(struct text_list *keys, const struct run_info *info, struct err *err)
{
	int rc = info->operation == OPERATION_INSERT
			 ? 0
			 : interface_key_fields(keys, info->external_id, err);

	if (rc == 0 && info->operation != OPERATION_INSERT && !text_list_add(keys, "Id"))
		rc = err_nomem(err);
	return rc;
}

int agent_edit(struct agent *agent, const struct edit_request *request, struct err *err)
{
	struct editing editing = { .request = request };
	struct message_detail *detail = NULL;
	struct text_list keys = { NULL, 0 };
	struct view *view = NULL;
	struct run_info info;
	int rc = agent_stop_asked(agent) ? err_set(err, ERR_UNFINISHED, "the agent is stopping")
					 : view_open(&view, agent->home_data, err);

	if (rc == 0)
		rc = view_message(&detail, view, request->message, err);
	if (rc == 0)
		rc = view_run(&info, view, detail->message.run, err);
	if (rc == 0)
		rc = list_keys(&keys, &info, err);
	if (rc == 0)
		rc = payload_edit(&editing.record, detail->record, request->sets, &keys, err);
	if (rc == 0)
		rc = writer_call(agent->env.writer, apply_edit, &editing, err);
	CRASH_POINT(MESSAGE_EDITED);
	free(editing.record);
	text_list_free(&keys);
	message_detail_free(detail);
	view_close(view);
	return rc;
}
