/* wire_write.c — the documents of agent.sock, written. Apart from wire_read.c since json-c and our
 * writer both know a json_bool. */

#include "base/base.h"
#include "agent/wire.h"
#include "base/json.h"

static void put_error(struct json *json, const struct err *error)
{
	json_key(json, "error");
	json_open(json, '{');
	json_put_text(json, "kind", err_kind_name(error->kind));
	json_put_bool(json, "retryable", error->retryable);
	json_put_text(json, "code", error->code);
	json_put_text(json, "text", error->text);
	json_close(json, '}');
}

void wire_write_error(struct buf *out, const struct err *error)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	put_error(&json, error);
	json_close(&json, '}');
}

void wire_write_process(struct buf *out, const struct process_request *request)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_key(&json, "interfaces");
	json_open(&json, '[');
	for (const char *const *name = request->interfaces; *name; name++)
		json_text(&json, *name);
	json_close(&json, ']');
	json_put_int(&json, "limit", request->limit_rows);
	json_put_bool(&json, "initial", request->initial);
	json_put_bool(&json, "dry_run", request->dry_run);
	json_put_bool(&json, "again", request->again);
	json_put_int(&json, "wait_ms", request->wait_ms);
	json_put_text(&json, "trigger", request->trigger);
	json_put_text(&json, "who", request->who);
	json_put_text(&json, "confirm", request->confirm);
	json_put_bool(&json, "detached", request->detached);
	json_close(&json, '}');
}

void wire_write_reply(struct buf *out, const struct process_reply *reply)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_key(&json, "runs");
	json_open(&json, '[');
	for (int i = 0; i < reply->count; i++)
		json_int(&json, reply->runs[i]);
	json_close(&json, ']');
	json_close(&json, '}');
}

static void put_told(
	struct json *json, const char *key, const char texts[AGENT_TOLD_MAX][256], int count)
{
	json_key(json, key);
	json_open(json, '[');
	for (int i = 0; i < count && i < AGENT_TOLD_MAX; i++)
		json_text(json, texts[i]);
	json_close(json, ']');
}

void wire_write_messages(struct buf *out, const struct messages_request *request)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_text(&json, "event", message_event_name(request->event));
	json_key(&json, "messages");
	json_open(&json, '[');
	for (int i = 0; i < request->count; i++)
		json_int(&json, request->messages[i]);
	json_close(&json, ']');
	json_put_text(&json, "salesforce_id", request->salesforce_id);
	json_put_int(&json, "total", request->total);
	json_put_text(&json, "confirm", request->confirm);
	json_put_int(&json, "wait_ms", request->wait_ms);
	json_put_text(&json, "who", request->who);
	json_close(&json, '}');
}

void wire_write_answers(struct buf *out, const struct messages_reply *reply)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_key(&json, "answers");
	json_open(&json, '[');
	for (int i = 0; i < reply->count; i++) {
		const struct message_answer *answer = &reply->answers[i];

		json_open(&json, '{');
		json_put_int(&json, "id", answer->message);
		json_put_int(&json, "run", answer->run);
		json_put_text(&json, "status", message_status_name(answer->status));
		if (answer->reason)
			json_put_text(&json, "reason", answer->reason);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
}

void wire_write_edit(struct buf *out, const struct edit_request *request)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_int(&json, "message", request->message);
	json_key(&json, "sets");
	json_open(&json, '[');
	for (const char *const *set = request->sets; *set; set++)
		json_text(&json, *set);
	json_close(&json, ']');
	json_put_text(&json, "who", request->who);
	json_close(&json, '}');
}

void wire_write_status(struct buf *out, const struct agent_status *status)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_bool(&json, "up", status->up);
	json_put_int(&json, "pid", status->pid);
	json_put_int(&json, "since", status->since);
	json_put_text(&json, "listen", status->listen);
	json_put_int(&json, "port", status->port);
	json_put_int(&json, "queued", status->queued);
	json_put_int(&json, "running", status->running);
	json_put_text(&json, "next", status->next);
	json_put_int(&json, "next_at", status->next_at);
	put_told(&json, "problems", status->problems, status->problem_count);
	put_told(&json, "alarms", status->alarms, status->alarm_count);
	json_close(&json, '}');
}

const char *const wire_carry_names[] = { "none", "waiting", "running", "resting", "ended", NULL };

void wire_write_run(struct buf *out, const struct agent_run *run)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_text(&json, "state", wire_carry_names[run->state]);
	if (run->result.kind != ERR_NONE)
		put_error(&json, &run->result);
	json_close(&json, '}');
}

void wire_write_schedule(struct buf *out, const struct wire_schedule *schedule)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_int(&json, "kind", schedule->kind);
	json_put_text(&json, "name", schedule->name);
	json_put_bool(&json, "pause", schedule->pause);
	json_put_text(&json, "who", schedule->who);
	json_close(&json, '}');
}

void wire_write_ping(struct buf *out, const struct ping_request *request)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_text(&json, "connection", request->connection);
	json_put_text(&json, "kind", ping_kind_name(request->kind));
	json_put_bool(&json, "record", request->record);
	json_put_text(&json, "who", request->who);
	json_close(&json, '}');
}

static void put_step(struct json *json, const struct ping_step *step)
{
	json_open(json, '{');
	json_put_text(json, "name", step->name);
	json_put_text(json, "verdict", ping_verdict_name(step->verdict));
	json_put_real(json, "ms", step->ms);
	json_put_text(json, "detail", step->detail);
	json_put_text(json, "remedy_id", step->remedy_id);
	json_put_text(json, "remedy", step->remedy);
	json_close(json, '}');
}

void wire_write_pinged(struct buf *out, const struct ping_reply *reply)
{
	const struct ping_result *result = &reply->result;
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_bool(&json, "ok", result->ok);
	json_key(&json, "steps");
	json_open(&json, '[');
	for (int i = 0; i < result->count; i++)
		put_step(&json, &result->steps[i]);
	json_close(&json, ']');
	json_put_text(&json, "kind", err_kind_name(result->kind));
	json_put_text(&json, "org_id", result->org_id);
	json_put_text(&json, "org_name", result->org_name);
	json_put_bool(&json, "org_known", result->org_known);
	json_put_bool(&json, "sandbox", result->sandbox);
	json_put_text(&json, "username", result->username);
	json_put_text(&json, "api_version", result->api_version);
	json_put_int(&json, "api_used", result->api_used);
	json_put_int(&json, "api_allowed", result->api_allowed);
	json_put_text(&json, "interfaces", result->interfaces);
	if (reply->kept.kind != ERR_NONE)
		put_error(&json, &reply->kept);
	json_close(&json, '}');
}

void wire_write_preview(struct buf *out, const struct preview_request *request)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_text(&json, "interface", request->interface);
	json_put_int(&json, "limit", request->limit);
	json_put_text(&json, "who", request->who);
	json_close(&json, '}');
}

static void put_column(struct json *json, const struct column *column)
{
	json_open(json, '{');
	json_put_text(json, "name", column->name);
	json_put_text(json, "type", column_type_name(column->type));
	json_put_int(json, "size", column->size);
	json_put_int(json, "scale", column->scale);
	json_close(json, '}');
}

static void put_row(struct json *json, const struct preview *preview, int i)
{
	const struct preview_row *row = &preview->rows[i];
	char **cells = preview->cells + (size_t)i * (size_t)preview->column_count;

	json_open(json, '{');
	json_put_text(json, "key", row->key);
	json_put_text(json, "record", row->record);
	json_put_text(json, "problem", row->problem);
	json_put_text(json, "missing", row->missing);
	json_key(json, "cells");
	json_open(json, '[');
	for (int column = 0; column < preview->column_count; column++) {
		if (cells[column])
			json_text(json, cells[column]);
		else
			json_null(json);
	}
	json_close(json, ']');
	json_close(json, '}');
}

void wire_write_rows(struct buf *out, const struct preview *preview)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_text(&json, "note", preview->note);
	json_key(&json, "columns");
	json_open(&json, '[');
	for (int i = 0; i < preview->column_count; i++)
		put_column(&json, &preview->columns[i]);
	json_close(&json, ']');
	json_key(&json, "rows");
	json_open(&json, '[');
	for (int i = 0; i < preview->row_count; i++)
		put_row(&json, preview, i);
	json_close(&json, ']');
	json_close(&json, '}');
}

void wire_write_who(struct buf *out, const char *who)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_text(&json, "who", who);
	json_close(&json, '}');
}
