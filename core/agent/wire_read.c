/* wire_read.c — the documents of agent.sock, read: whatever is missing gets a harmless value. */

#include "base/base.h"
#include "agent/wire.h"
#include "base/text.h"

#include <json-c/json.h>

#define DEPTH_MAX 8

/* The document, or NULL with an error. Free with json_object_put(). */
static struct json_object *parse(const char *text, size_t len, struct err *err)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *root = NULL;

	if (tokener && len < INT32_MAX)
		root = json_tokener_parse_ex(tokener, text, (int)len);
	json_tokener_free(tokener);
	if (root && json_object_is_type(root, json_type_object))
		return root;
	json_object_put(root);
	err_set(err, ERR_PROTOCOL, "the agent's socket carried something that is no JSON object");
	return NULL;
}

static const char *get_text(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value) ||
		!json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static int64_t get_int(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_int64(value) : 0;
}

static bool get_bool(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) && json_object_get_boolean(value);
}

/* ---- errors ---- */

static enum err_kind kind_named(const char *name)
{
	for (int kind = ERR_NONE; kind <= ERR_NOMEM; kind++) {
		if (text_equal(name, err_kind_name((enum err_kind)kind)))
			return (enum err_kind)kind;
	}
	return ERR_PROTOCOL;
}

/* Fill `err` from the object's "error". False when there is none. */
static bool get_error(struct err *err, struct json_object *root)
{
	struct json_object *error = NULL;
	const char *code;

	if (!json_object_object_get_ex(root, "error", &error) ||
		!json_object_is_type(error, json_type_object) || !get_text(error, "text"))
		return false;
	err_set(err, kind_named(get_text(error, "kind")), "%s", get_text(error, "text"));
	code = get_text(error, "code");
	text_copy(err->code, sizeof(err->code), code ? code : "");
	err->retryable = get_bool(error, "retryable");
	return true;
}

int wire_read_error(const char *text, size_t len, struct err *err)
{
	struct json_object *root = parse(text, len, err);
	struct err found = ERR_INIT;

	if (!root)
		return -ERR_PROTOCOL;
	if (!get_error(&found, root) || found.kind == ERR_NONE)
		err_set(&found, ERR_PROTOCOL, "the agent refused without saying why");
	json_object_put(root);
	return err_copy(err, &found);
}

/* ---- POST /runs ---- */

/* The array at `key` with 1 to `max` things; NULL with an error. */
static struct json_object *get_list(
	struct json_object *root, const char *key, size_t max, struct err *err)
{
	struct json_object *list = NULL;

	if (json_object_object_get_ex(root, key, &list) &&
		json_object_is_type(list, json_type_array) && json_object_array_length(list) > 0 &&
		json_object_array_length(list) <= max)
		return list;
	err_set(err, ERR_USAGE, "\"%s\" must be a list of 1 to %zu", key, max);
	return NULL;
}

/* Its texts, borrowed from the document, with a NULL behind them. */
static int read_texts(
	const char ***out, struct json_object *root, const char *key, size_t max, struct err *err)
{
	struct json_object *list = get_list(root, key, max, err);
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
	struct json_object *root = parse(text, len, err);
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
		.limit_rows = get_int(root, "limit"),
		.initial = get_bool(root, "initial"),
		.dry_run = get_bool(root, "dry_run"),
		.again = get_bool(root, "again"),
		.wait_ms = get_int(root, "wait_ms"),
		.trigger = get_text(root, "trigger"),
		.who = get_text(root, "who"),
		.confirm = get_text(root, "confirm"),
		.detached = get_bool(root, "detached") };
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
	out->document = parse(text, len, NULL);
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
	struct json_object *root = parse(text, len, err);
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
	struct json_object *root = parse(text, len, err);
	struct json_object *list;
	int count;

	*out = (struct wire_messages){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	list = get_list(root, "messages", MESSAGES_BATCH_MAX, err);
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
	out->request = (struct messages_request){ .event = event_named(get_text(root, "event")),
		.messages = out->messages,
		.count = count,
		.salesforce_id = get_text(root, "salesforce_id"),
		.total = get_int(root, "total"),
		.confirm = get_text(root, "confirm"),
		.wait_ms = get_int(root, "wait_ms"),
		.who = get_text(root, "who") };
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
	const char *status = get_text(object, "status");
	const char *reason = get_text(object, "reason");

	answer->message = get_int(object, "id");
	answer->run = get_int(object, "run");
	if (!status || !message_status_parse(&answer->status, status))
		return err_set(err, ERR_PROTOCOL, "the agent named no status of a message");
	answer->reason = text_dup(reason);
	return reason && !answer->reason ? err_nomem(err) : 0;
}

int wire_read_answers(struct messages_reply *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = parse(text, len, err);
	struct json_object *list = root ? get_list(root, "answers", MESSAGES_BATCH_MAX, err) : NULL;
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
	struct json_object *root = parse(text, len, err);
	int rc;

	*out = (struct wire_edit){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	rc = read_texts(&out->sets, root, "sets", EDIT_SETS_MAX, err);
	if (rc < 0) {
		wire_edit_free(out);
		return rc;
	}
	out->request = (struct edit_request){
		.message = get_int(root, "message"), .sets = out->sets, .who = get_text(root, "who")
	};
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
	struct json_object *root = parse(text, len, err);
	const char *value;

	*out = (struct agent_status){ .up = false };
	if (!root)
		return -ERR_PROTOCOL;
	out->up = get_bool(root, "up");
	out->pid = get_int(root, "pid");
	out->since = get_int(root, "since");
	out->port = (int)get_int(root, "port");
	out->queued = (int)get_int(root, "queued");
	out->running = (int)get_int(root, "running");
	value = get_text(root, "listen");
	text_copy(out->listen, sizeof(out->listen), value ? value : "");
	out->next_at = get_int(root, "next_at");
	value = get_text(root, "next");
	text_copy(out->next, sizeof(out->next), value ? value : "");
	out->problem_count = get_told(out->problems, root, "problems");
	out->alarm_count = get_told(out->alarms, root, "alarms");
	json_object_put(root);
	return 0;
}

/* ---- GET /runs/ID ---- */

int wire_read_run(struct agent_run *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = parse(text, len, err);
	const char *name;

	*out = (struct agent_run){ .state = CARRY_NONE };
	if (!root)
		return -ERR_PROTOCOL;
	name = get_text(root, "state");
	for (size_t i = 0; wire_carry_names[i]; i++) {
		if (text_equal(name, wire_carry_names[i]))
			out->state = (enum carry_state)i;
	}
	get_error(&out->result, root);
	json_object_put(root);
	return 0;
}

/* ---- POST /schedule ---- */

int wire_read_schedule(struct wire_schedule *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = parse(text, len, err);

	*out = (struct wire_schedule){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	out->kind = (int)get_int(root, "kind");
	out->name = get_text(root, "name");
	out->pause = get_bool(root, "pause");
	out->who = get_text(root, "who");
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

/* ---- POST /ping ---- */

static bool read_ping_kind(enum ping_kind *out, const char *name)
{
	for (int kind = 0; kind < PING_KINDS; kind++) {
		*out = (enum ping_kind)kind;
		if (text_equal(name, ping_kind_name(*out)))
			return true;
	}
	return false;
}

int wire_read_ping(struct wire_ping *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = parse(text, len, err);
	enum ping_kind kind;

	*out = (struct wire_ping){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	if (!read_ping_kind(&kind, get_text(root, "kind")) || !get_text(root, "connection")) {
		wire_ping_free(out);
		return err_set(err, ERR_PROTOCOL, "no ping of a connection was named");
	}
	out->request = (struct ping_request){ .connection = get_text(root, "connection"),
		.kind = kind,
		.record = get_bool(root, "record"),
		.who = get_text(root, "who") };
	return 0;
}

void wire_ping_free(struct wire_ping *ping)
{
	json_object_put(ping->document);
	*ping = (struct wire_ping){ .document = NULL };
}

static void copy_text(char *to, size_t size, struct json_object *object, const char *key)
{
	const char *text = get_text(object, key);

	text_copy(to, size, text ? text : "");
}

static int read_step(struct ping_step *step, struct json_object *object, struct err *err)
{
	const char *verdict = get_text(object, "verdict");
	struct json_object *ms = NULL;
	int i = VERDICT_OK;

	while (i < VERDICT_NOT_REACHED && !text_equal(verdict, ping_verdict_name((enum verdict)i)))
		i++;
	if (!text_equal(verdict, ping_verdict_name((enum verdict)i)))
		return err_set(err, ERR_PROTOCOL, "the agent gave a step no verdict");
	step->verdict = (enum verdict)i;
	if (json_object_object_get_ex(object, "ms", &ms))
		step->ms = json_object_get_double(ms);
	copy_text(step->name, sizeof(step->name), object, "name");
	copy_text(step->detail, sizeof(step->detail), object, "detail");
	copy_text(step->remedy_id, sizeof(step->remedy_id), object, "remedy_id");
	copy_text(step->remedy, sizeof(step->remedy), object, "remedy");
	return 0;
}

static int read_result(struct ping_result *out, struct json_object *root, struct err *err)
{
	struct json_object *steps = get_list(root, "steps", PING_STEPS_MAX, err);
	size_t count = steps ? json_object_array_length(steps) : 0;
	int rc = steps ? 0 : -ERR_PROTOCOL;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = read_step(&out->steps[i], json_object_array_get_idx(steps, i), err);
	out->count = rc == 0 ? (int)count : 0;
	out->ok = get_bool(root, "ok");
	out->kind = out->ok ? ERR_NONE : kind_named(get_text(root, "kind"));
	copy_text(out->org_id, sizeof(out->org_id), root, "org_id");
	copy_text(out->org_name, sizeof(out->org_name), root, "org_name");
	out->org_known = get_bool(root, "org_known");
	out->sandbox = get_bool(root, "sandbox");
	copy_text(out->username, sizeof(out->username), root, "username");
	copy_text(out->api_version, sizeof(out->api_version), root, "api_version");
	out->api_used = get_int(root, "api_used");
	out->api_allowed = get_int(root, "api_allowed");
	copy_text(out->interfaces, sizeof(out->interfaces), root, "interfaces");
	return rc;
}

int wire_read_pinged(struct ping_reply *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = parse(text, len, err);
	int rc;

	*out = (struct ping_reply){ .kept = ERR_INIT };
	if (!root)
		return -ERR_PROTOCOL;
	get_error(&out->kept, root);
	rc = read_result(&out->result, root, err);
	json_object_put(root);
	return rc;
}

/* ---- POST /preview ---- */

int wire_read_preview(struct wire_preview *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = parse(text, len, err);
	int64_t limit;

	*out = (struct wire_preview){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	if (!get_text(root, "interface")) {
		wire_preview_free(out);
		return err_set(err, ERR_PROTOCOL, "no interface was named");
	}
	limit = get_int(root, "limit");
	out->request = (struct preview_request){ .interface = get_text(root, "interface"),
		.limit = limit >= 0 && limit <= PREVIEW_MAX ? (int)limit : 0,
		.who = get_text(root, "who") };
	return 0;
}

void wire_preview_free(struct wire_preview *preview)
{
	json_object_put(preview->document);
	*preview = (struct wire_preview){ .document = NULL };
}

/* The array at `key`, which may be empty; NULL when there is none, or more than `max`. */
static struct json_object *get_array(struct json_object *object, const char *key, size_t max)
{
	struct json_object *list = NULL;

	return json_object_object_get_ex(object, key, &list) &&
			       json_object_is_type(list, json_type_array) &&
			       json_object_array_length(list) <= max
		       ? list
		       : NULL;
}

static void read_column(struct column *out, struct json_object *object)
{
	const char *type = get_text(object, "type");

	copy_text(out->name, sizeof(out->name), object, "name");
	for (int i = 0; i <= COLUMN_BINARY; i++) {
		if (text_equal(type, column_type_name((enum column_type)i)))
			out->type = (enum column_type)i;
	}
	out->size = (int)get_int(object, "size");
	out->scale = (int)get_int(object, "scale");
}

/* A copy of the text, or NULL where there is none. False when out of memory. */
static bool keep_text(char **to, struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return true;
	*to = text_dup(json_object_get_string(value));
	return *to != NULL;
}

static int read_row(struct preview *preview, struct json_object *object, struct err *err)
{
	size_t columns = (size_t)preview->column_count;
	char **cells = preview->cells + (size_t)preview->row_count * columns;
	struct preview_row *row = &preview->rows[preview->row_count++];
	struct json_object *list = get_array(object, "cells", columns);
	bool kept;

	if (!list || json_object_array_length(list) != columns)
		return err_set(err, ERR_PROTOCOL, "the agent sent a row that does not fit");
	kept = keep_text(&row->key, json_object_object_get(object, "key")) &&
	       keep_text(&row->record, json_object_object_get(object, "record")) &&
	       keep_text(&row->problem, json_object_object_get(object, "problem")) &&
	       keep_text(&row->missing, json_object_object_get(object, "missing"));
	for (size_t i = 0; kept && i < columns; i++)
		kept = keep_text(&cells[i], json_object_array_get_idx(list, i));
	return kept ? 0 : err_nomem(err);
}

static int fill_preview(struct preview *preview, struct json_object *root, struct err *err)
{
	struct json_object *columns = get_array(root, "columns", COLUMNS_MAX);
	struct json_object *rows = get_array(root, "rows", ERRAND_ROWS_MAX);
	size_t column_count = columns ? json_object_array_length(columns) : 0;
	size_t row_count = rows ? json_object_array_length(rows) : 0;
	int rc = 0;

	if (!columns || !rows)
		return err_set(err, ERR_PROTOCOL, "the agent sent no preview");
	preview->columns = calloc(column_count + 1, sizeof(*preview->columns));
	preview->rows = calloc(row_count + 1, sizeof(*preview->rows));
	preview->cells = calloc(row_count * column_count + 1, sizeof(*preview->cells));
	if (!preview->columns || !preview->rows || !preview->cells ||
		!keep_text(&preview->note, json_object_object_get(root, "note")))
		return err_nomem(err);
	preview->column_count = (int)column_count;
	for (size_t i = 0; i < column_count; i++)
		read_column(&preview->columns[i], json_object_array_get_idx(columns, i));
	for (size_t i = 0; rc == 0 && i < row_count; i++)
		rc = read_row(preview, json_object_array_get_idx(rows, i), err);
	return rc;
}

int wire_read_rows(struct preview **out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = parse(text, len, err);
	struct preview *preview = root ? calloc(1, sizeof(*preview)) : NULL;
	int rc = root ? 0 : -ERR_PROTOCOL;

	*out = NULL;
	if (root)
		rc = preview ? fill_preview(preview, root, err) : err_nomem(err);
	json_object_put(root);
	if (rc < 0)
		preview_free(preview);
	else
		*out = preview;
	return rc;
}

/* ---- who asks ---- */

void wire_read_who(char *out, size_t size, const char *text, size_t len)
{
	struct json_object *root = len ? parse(text, len, NULL) : NULL;
	const char *who = root ? get_text(root, "who") : NULL;

	text_copy(out, size, who ? who : "");
	json_object_put(root);
}
