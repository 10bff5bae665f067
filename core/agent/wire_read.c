/* wire_read.c — the documents of agent.sock, read: whatever is missing gets a harmless value. */

#include "base/base.h"
#include "agent/wire.h"
#include "agent/wire_doc.h"
#include "base/text.h"

/* ---- errors ---- */

int wire_read_error(const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	struct err found = ERR_INIT;

	if (!root)
		return -ERR_PROTOCOL;
	if (!wire_error(&found, root) || found.kind == ERR_NONE)
		err_set(&found, ERR_PROTOCOL, "the agent refused without saying why");
	json_object_put(root);
	return err_copy(err, &found);
}

/* ---- POST /runs ---- */

/* Its texts, borrowed from the document, with a NULL behind them. */
static int read_texts(
	const char ***out, struct json_object *root, const char *key, size_t max, struct err *err)
{
	struct json_object *list = wire_list(root, key, max, err);
	size_t count;

	if (!list)
		return -ERR_USAGE;
	count = json_object_array_length(list);
	*out = calloc(count + 1, sizeof(**out));
	if (!*out)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		struct json_object *text = json_object_array_get_idx(list, i);

		if (!json_object_is_type(text, json_type_string))
			return err_set(err, ERR_USAGE, "\"%s\" must hold texts alone", key);
		(*out)[i] = json_object_get_string(text);
	}
	return 0;
}

int wire_read_process(struct wire_process *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	int rc;

	*out = (struct wire_process){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	rc = read_texts(&out->names, root, "interfaces", PROCESS_RUNS_MAX, err);
	if (rc < 0) {
		wire_process_free(out);
		return rc;
	}
	out->request = (struct process_request){ .interfaces = out->names,
		.limit_rows = wire_int(root, "limit"),
		.initial = wire_bool(root, "initial"),
		.dry_run = wire_bool(root, "dry_run"),
		.again = wire_bool(root, "again"),
		.wait_ms = wire_int(root, "wait_ms"),
		.trigger = wire_text(root, "trigger"),
		.who = wire_text(root, "who"),
		.confirm = wire_text(root, "confirm"),
		.detached = wire_bool(root, "detached") };
	return 0;
}

static int read_call_member(struct process_request *request, const char *key,
	struct json_object *value, struct err *err)
{
	if (text_equal(key, "limit") && json_object_is_type(value, json_type_int) &&
		json_object_get_int64(value) > 0)
		request->limit_rows = json_object_get_int64(value);
	else if (text_equal(key, "initial") && json_object_is_type(value, json_type_boolean))
		request->initial = json_object_get_boolean(value);
	else if (text_equal(key, "confirm") && json_object_is_type(value, json_type_string))
		request->confirm = json_object_get_string(value);
	else
		return err_set(err, ERR_PROTOCOL,
			"the body may hold \"limit\" (a number above 0), \"initial\" (true or "
			"false) and \"confirm\" (a text)");
	return 0;
}

int wire_read_call(struct wire_process *out, const char *text, size_t len, struct err *err)
{
	int rc = 0;

	*out = (struct wire_process){ .document = NULL };
	if (len == 0)
		return 0;
	out->document = wire_parse(text, len, NULL);
	if (!out->document)
		return err_set(err, ERR_PROTOCOL, "the body is no JSON object");
	json_object_object_foreach((struct json_object *)out->document, key, value)
	{
		if (rc == 0)
			rc = read_call_member(&out->request, key, value, err);
	}
	if (rc < 0)
		wire_process_free(out);
	return rc;
}

void wire_process_free(struct wire_process *process)
{
	free(process->names);
	json_object_put(process->document);
	*process = (struct wire_process){ .document = NULL };
}

int wire_read_reply(struct process_reply *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	struct json_object *runs = NULL;

	out->count = 0;
	if (!root)
		return -ERR_PROTOCOL;
	if (json_object_object_get_ex(root, "runs", &runs) &&
		json_object_is_type(runs, json_type_array)) {
		for (size_t i = 0;
			i < json_object_array_length(runs) && out->count < PROCESS_RUNS_MAX; i++)
			out->runs[out->count++] =
				json_object_get_int64(json_object_array_get_idx(runs, i));
	}
	json_object_put(root);
	return out->count ? 0 : err_set(err, ERR_PROTOCOL, "the agent named no run");
}

/* ---- POST /messages ---- */

static enum message_event event_named(const char *name)
{
	for (int event = 0; event < MESSAGE_EVENT_COUNT; event++) {
		if (text_equal(name, message_event_name((enum message_event)event)))
			return (enum message_event)event;
	}
	return EVENT_SEND; /* which nobody may ask for */
}

int wire_read_messages(struct wire_messages *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	struct json_object *list;
	int count;

	*out = (struct wire_messages){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	list = wire_list(root, "messages", MESSAGES_BATCH_MAX, err);
	count = list ? (int)json_object_array_length(list) : 0;
	out->messages = calloc((size_t)count + 1, sizeof(*out->messages));
	if (!list || !out->messages) {
		if (list)
			err_nomem(err);
		wire_messages_free(out);
		return -(int)err->kind;
	}
	for (int i = 0; i < count; i++)
		out->messages[i] =
			json_object_get_int64(json_object_array_get_idx(list, (size_t)i));
	out->request = (struct messages_request){ .event = event_named(wire_text(root, "event")),
		.messages = out->messages,
		.count = count,
		.salesforce_id = wire_text(root, "salesforce_id"),
		.total = wire_int(root, "total"),
		.confirm = wire_text(root, "confirm"),
		.wait_ms = wire_int(root, "wait_ms"),
		.who = wire_text(root, "who") };
	return 0;
}

void wire_messages_free(struct wire_messages *messages)
{
	free(messages->messages);
	json_object_put(messages->document);
	*messages = (struct wire_messages){ .document = NULL };
}

void messages_reply_free(struct messages_reply *reply)
{
	for (int i = 0; i < reply->count; i++)
		free(reply->answers[i].reason);
	free(reply->answers);
	*reply = (struct messages_reply){ NULL, 0 };
}

static int read_answer(struct message_answer *answer, struct json_object *object, struct err *err)
{
	const char *status = wire_text(object, "status");
	const char *reason = wire_text(object, "reason");

	answer->message = wire_int(object, "id");
	answer->run = wire_int(object, "run");
	if (!status || !message_status_parse(&answer->status, status))
		return err_set(err, ERR_PROTOCOL, "the agent named no status of a message");
	answer->reason = text_dup(reason);
	return reason && !answer->reason ? err_nomem(err) : 0;
}

int wire_read_answers(struct messages_reply *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	struct json_object *list =
		root ? wire_list(root, "answers", MESSAGES_BATCH_MAX, err) : NULL;
	int count = list ? (int)json_object_array_length(list) : 0;
	int rc = list ? 0 : -ERR_PROTOCOL;

	*out = (struct messages_reply){ NULL, 0 };
	if (list)
		out->answers = calloc((size_t)count, sizeof(*out->answers));
	if (list && !out->answers)
		rc = err_nomem(err);
	for (int i = 0; rc == 0 && i < count; i++) {
		rc = read_answer(&out->answers[i], json_object_array_get_idx(list, (size_t)i), err);
		out->count++;
	}
	json_object_put(root);
	if (rc < 0)
		messages_reply_free(out);
	return rc;
}

int wire_read_edit(struct wire_edit *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	int rc;

	*out = (struct wire_edit){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	rc = read_texts(&out->sets, root, "sets", EDIT_SETS_MAX, err);
	if (rc < 0) {
		wire_edit_free(out);
		return rc;
	}
	out->request = (struct edit_request){ .message = wire_int(root, "message"),
		.sets = out->sets,
		.who = wire_text(root, "who") };
	return 0;
}

void wire_edit_free(struct wire_edit *edit)
{
	free(edit->sets);
	json_object_put(edit->document);
	*edit = (struct wire_edit){ .document = NULL };
}

/* ---- GET /status ---- */

static int get_told(char texts[AGENT_TOLD_MAX][256], struct json_object *root, const char *key)
{
	struct json_object *list = NULL;
	int count = 0;

	if (!json_object_object_get_ex(root, key, &list) ||
		!json_object_is_type(list, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(list) && count < AGENT_TOLD_MAX; i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(list, i));

		text_copy(texts[count++], sizeof(texts[0]), text ? text : "");
	}
	return count;
}

int wire_read_status(struct agent_status *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	const char *value;

	*out = (struct agent_status){ .up = false };
	if (!root)
		return -ERR_PROTOCOL;
	out->up = wire_bool(root, "up");
	out->pid = wire_int(root, "pid");
	out->since = wire_int(root, "since");
	out->port = (int)wire_int(root, "port");
	out->queued = (int)wire_int(root, "queued");
	out->running = (int)wire_int(root, "running");
	value = wire_text(root, "listen");
	text_copy(out->listen, sizeof(out->listen), value ? value : "");
	out->next_at = wire_int(root, "next_at");
	value = wire_text(root, "next");
	text_copy(out->next, sizeof(out->next), value ? value : "");
	out->problem_count = get_told(out->problems, root, "problems");
	out->alarm_count = get_told(out->alarms, root, "alarms");
	json_object_put(root);
	return 0;
}

/* ---- GET /runs/ID ---- */

int wire_read_run(struct agent_run *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	const char *name;

	*out = (struct agent_run){ .state = CARRY_NONE };
	if (!root)
		return -ERR_PROTOCOL;
	name = wire_text(root, "state");
	for (size_t i = 0; wire_carry_names[i]; i++) {
		if (text_equal(name, wire_carry_names[i]))
			out->state = (enum carry_state)i;
	}
	wire_error(&out->result, root);
	json_object_put(root);
	return 0;
}

/* ---- POST /schedule ---- */

int wire_read_schedule(struct wire_schedule *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);

	*out = (struct wire_schedule){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	out->kind = (int)wire_int(root, "kind");
	out->name = wire_text(root, "name");
	out->pause = wire_bool(root, "pause");
	out->who = wire_text(root, "who");
	if (out->name && (out->kind == 0 || out->kind == 1))
		return 0;
	wire_schedule_free(out);
	return err_set(err, ERR_PROTOCOL, "no schedule was named");
}

void wire_schedule_free(struct wire_schedule *schedule)
{
	json_object_put(schedule->document);
	*schedule = (struct wire_schedule){ .document = NULL };
}

/* ---- who asks ---- */

void wire_read_who(char *out, size_t size, const char *text, size_t len)
{
	struct json_object *root = len ? wire_parse(text, len, NULL) : NULL;
	const char *who = root ? wire_text(root, "who") : NULL;

	text_copy(out, size, who ? who : "");
	json_object_put(root);
}
