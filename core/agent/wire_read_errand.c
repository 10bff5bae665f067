/* wire_read_errand.c — the documents of agent.sock about pings and previews, read. */

#include "base/base.h"
#include "agent/wire.h"
#include "agent/wire_doc.h"
#include "base/text.h"

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
	struct json_object *root = wire_parse(text, len, err);
	enum ping_kind kind;

	*out = (struct wire_ping){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	if (!read_ping_kind(&kind, wire_text(root, "kind")) || !wire_text(root, "connection")) {
		wire_ping_free(out);
		return err_set(err, ERR_PROTOCOL, "no ping of a connection was named");
	}
	out->request = (struct ping_request){ .connection = wire_text(root, "connection"),
		.kind = kind,
		.record = wire_bool(root, "record"),
		.who = wire_text(root, "who") };
	return 0;
}

void wire_ping_free(struct wire_ping *ping)
{
	json_object_put(ping->document);
	*ping = (struct wire_ping){ .document = NULL };
}

static int read_step(struct ping_step *step, struct json_object *object, struct err *err)
{
	const char *verdict = wire_text(object, "verdict");
	struct json_object *ms = NULL;
	int i = VERDICT_OK;

	while (i < VERDICT_NOT_REACHED && !text_equal(verdict, ping_verdict_name((enum verdict)i)))
		i++;
	if (!text_equal(verdict, ping_verdict_name((enum verdict)i)))
		return err_set(err, ERR_PROTOCOL, "the agent gave a step no verdict");
	step->verdict = (enum verdict)i;
	if (json_object_object_get_ex(object, "ms", &ms))
		step->ms = json_object_get_double(ms);
	wire_copy(step->name, sizeof(step->name), object, "name");
	wire_copy(step->detail, sizeof(step->detail), object, "detail");
	wire_copy(step->remedy_id, sizeof(step->remedy_id), object, "remedy_id");
	wire_copy(step->remedy, sizeof(step->remedy), object, "remedy");
	return 0;
}

static int read_result(struct ping_result *out, struct json_object *root, struct err *err)
{
	struct json_object *steps = wire_list(root, "steps", PING_STEPS_MAX, err);
	size_t count = steps ? json_object_array_length(steps) : 0;
	int rc = steps ? 0 : -ERR_PROTOCOL;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = read_step(&out->steps[i], json_object_array_get_idx(steps, i), err);
	out->count = rc == 0 ? (int)count : 0;
	out->ok = wire_bool(root, "ok");
	out->kind = out->ok ? ERR_NONE : wire_kind(wire_text(root, "kind"));
	wire_copy(out->org_id, sizeof(out->org_id), root, "org_id");
	wire_copy(out->org_name, sizeof(out->org_name), root, "org_name");
	out->org_known = wire_bool(root, "org_known");
	out->sandbox = wire_bool(root, "sandbox");
	wire_copy(out->username, sizeof(out->username), root, "username");
	wire_copy(out->api_version, sizeof(out->api_version), root, "api_version");
	out->api_used = wire_int(root, "api_used");
	out->api_allowed = wire_int(root, "api_allowed");
	wire_copy(out->interfaces, sizeof(out->interfaces), root, "interfaces");
	return rc;
}

int wire_read_pinged(struct ping_reply *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	int rc;

	*out = (struct ping_reply){ .kept = ERR_INIT };
	if (!root)
		return -ERR_PROTOCOL;
	wire_error(&out->kept, root);
	rc = read_result(&out->result, root, err);
	json_object_put(root);
	return rc;
}

/* ---- POST /preview ---- */

int wire_read_preview(struct wire_preview *out, const char *text, size_t len, struct err *err)
{
	struct json_object *root = wire_parse(text, len, err);
	int64_t limit;

	*out = (struct wire_preview){ .document = root };
	if (!root)
		return -ERR_PROTOCOL;
	if (!wire_text(root, "interface")) {
		wire_preview_free(out);
		return err_set(err, ERR_PROTOCOL, "no interface was named");
	}
	limit = wire_int(root, "limit");
	out->request = (struct preview_request){ .interface = wire_text(root, "interface"),
		.limit = limit >= 0 && limit <= PREVIEW_MAX ? (int)limit : 0,
		.who = wire_text(root, "who") };
	return 0;
}

void wire_preview_free(struct wire_preview *preview)
{
	json_object_put(preview->document);
	*preview = (struct wire_preview){ .document = NULL };
}

static void read_column(struct column *out, struct json_object *object)
{
	const char *type = wire_text(object, "type");

	wire_copy(out->name, sizeof(out->name), object, "name");
	for (int i = 0; i <= COLUMN_BINARY; i++) {
		if (text_equal(type, column_type_name((enum column_type)i)))
			out->type = (enum column_type)i;
	}
	out->size = (int)wire_int(object, "size");
	out->scale = (int)wire_int(object, "scale");
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
	struct json_object *list = wire_array(object, "cells", columns);
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
	struct json_object *columns = wire_array(root, "columns", COLUMNS_MAX);
	struct json_object *rows = wire_array(root, "rows", ERRAND_ROWS_MAX);
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
	struct json_object *root = wire_parse(text, len, err);
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
