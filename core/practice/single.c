/* single.c — one record by its id or by an external id: create, read, update, upsert, delete. */

#include "base/base.h"
#include "practice/call.h"
#include "base/text.h"
#include "practice/show.h"
#include "practice/write.h"

/* The status of a row's failure when the row is the whole request. */
static const struct {
	const char *code;
	int status;
} statuses[] = {
	{ "ENTITY_IS_DELETED", 404 },
	{ "NOT_FOUND", 404 },
	{ "INSUFFICIENT_ACCESS_OR_READONLY", 403 },
	{ "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 400 },
};

static void fail_row(struct call *call, const struct row_error *error)
{
	int status = 400;

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (strcmp(statuses[i].code, error->code) == 0)
			status = statuses[i].status;
	}
	call_fail_row(call, status, error);
}

static bool bind_body(struct call *call, const struct schema_object *object, struct bound *row)
{
	struct binder binder = {
		.schema = call->org->schema, .tree = &call->json, .arena = call->arena
	};

	if (call->json.root->kind != JOBJECT) {
		call_fail(call, 400, "JSON_PARSER_ERROR",
			"Cannot deserialize instance of %s from START_ARRAY value [line:1, "
			"column:1]",
			object->name);
		return false;
	}
	if (!bind_row(row, &binder, object, call->json.root)) {
		call_fail(call, 400, "JSON_PARSER_ERROR", "%s", binder.message);
		return false;
	}
	if (!row->id)
		return true;
	call_fail(call, 400, "INVALID_FIELD",
		"The Id field should not be specified in the sobject data.");
	return false;
}

static void write_one(struct call *call, struct bound *row, struct row_result *result,
	enum write_op op, int key_field)
{
	const char *update_only = call_param(call, "updateOnly");
	struct write write;

	if (!write_begin(&write, call->org, call->arena, 1, false)) {
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		return;
	}
	write.op = op;
	write.key_field = key_field;
	write.request = call->number;
	write.allow_duplicates = call_allows_duplicates(call);
	write.update_only = update_only && strcasecmp(update_only, "true") == 0;
	write_row(&write, row, result);
	write_end(&write, true);
}

static void answer_saved(struct call *call, const struct row_result *result, bool tell_created)
{
	struct json json = JSON_INIT(call->out);
	char id[SFID_SIZE];

	sfid_make(id, result->object->prefix, result->number);
	call->status = result->created ? 201 : 200;
	if (result->created)
		call_header(call, "Location", "/services/data/v%s/sobjects/%s/%s", call->version,
			result->object->name, id);
	json_open(&json, '{');
	json_put_text(&json, "id", id);
	json_put_bool(&json, "success", true);
	json_key(&json, "errors");
	json_raw(&json, "[]", 2);
	if (tell_created)
		json_put_bool(&json, "created", result->created);
	json_close(&json, '}');
}

static void create(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	struct row_result result;
	struct bound row;

	if (!object || !bind_body(call, object, &row))
		return;
	write_one(call, &row, &result, WRITE_CREATE, -1);
	if (result.error)
		fail_row(call, result.error);
	else
		answer_saved(call, &result, false);
}

/* Does the path name a record that ever was? Answers 404 or 400 when not. */
static bool record_exists(struct call *call, const struct schema_object *object)
{
	const char *id = call->args[1];
	uint64_t number;
	const struct row_error *error =
		write_find(&number, call->org, call->arena, object, id, strlen(id));

	if (!error)
		return true;
	if (strcmp(error->code, "INVALID_CROSS_REFERENCE_KEY") == 0)
		call_not_found(call);
	else
		fail_row(call, error);
	return false;
}

static void update(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	struct row_result result;
	struct bound row;

	if (!object || !bind_body(call, object, &row) || !record_exists(call, object))
		return;
	row.id = call->args[1];
	row.id_len = (uint32_t)strlen(row.id);
	write_one(call, &row, &result, WRITE_UPDATE, -1);
	if (result.error)
		fail_row(call, result.error);
	else
		call->status = 204;
}

static void delete_one(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	struct bound row = { .object = object, .id = call->args[1] };
	struct row_result result;

	if (!object || !record_exists(call, object))
		return;
	row.id_len = (uint32_t)strlen(row.id);
	write_one(call, &row, &result, WRITE_DELETE, -1);
	if (result.error)
		fail_row(call, result.error);
	else
		call->status = 204;
}

/* ---- by external id ---- */

/* The external id field of the path, or NULL and 404 answered. */
static const struct schema_field *key_of_path(struct call *call, const struct schema_object *object)
{
	const char *name = call->args[1];
	const struct schema_field *key = schema_field(object, name, strlen(name));

	if (key && !(key->flags & SCHEMA_HIDDEN) && (key->flags & SCHEMA_EXTERNAL))
		return key;
	call_fail(call, 404, "NOT_FOUND",
		"Provided external ID field does not exist or is not accessible: %s", name);
	return NULL;
}

/* 300: the records that share the external id. */
static void answer_matches(
	struct call *call, const struct schema_object *object, const uint64_t *matches, int count)
{
	struct json json = JSON_INIT(call->out);

	buf_reset(call->out);
	call->status = 300;
	json_open(&json, '[');
	for (int i = 0; i < count; i++) {
		char id[SFID_SIZE];
		char url[160];

		sfid_make(id, object->prefix, matches[i]);
		snprintf(url, sizeof(url), "/services/data/v%s/sobjects/%s/%s", call->version,
			object->name, id);
		json_text(&json, url);
	}
	json_close(&json, ']');
}

static bool add_key(struct call *call, struct bound *row, int field, const char *value)
{
	for (int i = 0; i < row->count; i++) {
		if (row->cells[i].field == field) {
			call_fail(call, 400, "INVALID_FIELD",
				"The %s field should not be specified in the sobject data.",
				row->object->fields[field].name);
			return false;
		}
	}
	row->cells[row->count++] = (struct cell){
		.field = (uint8_t)field, .text = value, .len = (uint32_t)strlen(value)
	};
	return true;
}

static void upsert(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	const struct schema_field *key = object ? key_of_path(call, object) : NULL;
	struct row_result result;
	struct bound row;

	if (!key || !bind_body(call, object, &row) ||
		!add_key(call, &row, schema_field_index(object, key), call->args[2]))
		return;
	write_one(call, &row, &result, WRITE_UPSERT, schema_field_index(object, key));
	if (result.match_count > 1)
		answer_matches(call, object, result.matches, result.match_count);
	else if (result.error)
		fail_row(call, result.error);
	else if (!result.created && call->version_number <= 45)
		call->status = 204;
	else
		answer_saved(call, &result, call->version_number >= 46);
}

/* The record that an external id names; 0 and an answer when it is not exactly one. */
static uint64_t find_by_key(
	struct call *call, const struct schema_object *object, const struct schema_field *key)
{
	uint64_t matches[WRITE_MATCHES_MAX];
	uint64_t number = 0;
	int count = 0;

	while (count < WRITE_MATCHES_MAX &&
		(number = records_find(call->org->records, object, schema_field_index(object, key),
			 call->args[2], (uint32_t)strlen(call->args[2]), number)) != 0)
		matches[count++] = number;
	if (count == 1)
		return matches[0];
	if (count > 1)
		answer_matches(call, object, matches, count);
	else
		call_not_found(call);
	return 0;
}

static void delete_by_key(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	const struct schema_field *key = object ? key_of_path(call, object) : NULL;
	uint64_t number = key ? find_by_key(call, object, key) : 0;
	char id[SFID_SIZE];

	if (!number)
		return;
	sfid_make(id, object->prefix, number);
	call->args[1] = id;
	delete_one(call);
}

/* ---- reading ---- */

static bool wanted_fields(
	struct call *call, const struct schema_object *object, int *fields, int *count)
{
	const char *list = call_param(call, "fields");

	*count = 0;
	if (!list)
		return true;
	for (size_t len; *list; list += len + (list[len] == ',')) {
		const struct schema_field *field;

		len = strcspn(list, ",");
		field = schema_field(object, list, len);
		if (!field || (field->flags & SCHEMA_HIDDEN)) {
			call_fail(call, 400, "INVALID_FIELD",
				"No such column '%.*s' on sobject of type %s", (int)len, list,
				object->name);
			return false;
		}
		if (*count < SCHEMA_FIELDS_MAX)
			fields[(*count)++] = schema_field_index(object, field);
	}
	return true;
}

static void show(struct call *call, const struct schema_object *object, uint64_t number)
{
	struct shown shown = { .org = call->org,
		.object = object,
		.record = records_get(call->org->records, object, number),
		.number = number,
		.version = call->version };
	struct json json = JSON_INIT(call->out);
	int fields[SCHEMA_FIELDS_MAX];
	int count;

	if (wanted_fields(call, object, fields, &count))
		show_record(&json, &shown, count ? fields : NULL, count);
}

static void retrieve(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	const struct row_error *error;
	uint64_t number;

	if (!object)
		return;
	error = write_find(
		&number, call->org, call->arena, object, call->args[1], strlen(call->args[1]));
	if (error && strcmp(error->code, "MALFORMED_ID") == 0)
		call_fail_row(call, 400, error);
	else if (error)
		call_not_found(call);
	else
		show(call, object, number);
}

static void retrieve_by_key(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	const struct schema_field *key = object ? key_of_path(call, object) : NULL;
	uint64_t number = key ? find_by_key(call, object, key) : 0;

	if (number)
		show(call, object, number);
}

const struct route record_routes[] = {
	{ "POST", "services/data/v{}/sobjects/{}", create, ROUTE_JSON },
	{ "GET", "services/data/v{}/sobjects/{}/{}", retrieve, 0 },
	{ "PATCH", "services/data/v{}/sobjects/{}/{}", update, ROUTE_JSON },
	{ "DELETE", "services/data/v{}/sobjects/{}/{}", delete_one, 0 },
	{ "GET", "services/data/v{}/sobjects/{}/{}/{}", retrieve_by_key, 0 },
	{ "PATCH", "services/data/v{}/sobjects/{}/{}/{}", upsert, ROUTE_JSON },
	{ "DELETE", "services/data/v{}/sobjects/{}/{}/{}", delete_by_key, 0 },
	{ NULL, NULL, NULL, 0 },
};
