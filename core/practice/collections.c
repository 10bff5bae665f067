/* collections.c — sObject Collections: up to 200 rows in one call, an answer for each. */

#include "base/base.h"
#include "practice/call.h"
#include "base/text.h"
#include "practice/show.h"
#include "practice/write.h"

#define ROWS_MAX 200
#define READ_MAX 2000
#define CHUNKS_MAX 10

/* The rows of one call on their way through. */
struct batch {
	struct bound *rows;
	struct row_result *results;
	int count;
};

static bool allocate(struct call *call, struct batch *batch, uint32_t count)
{
	if (count > ROWS_MAX) {
		call_fail(call, 400, "EXCEEDED_ID_LIMIT",
			"record limit reached. cannot submit more than %d records into this call",
			ROWS_MAX);
		return false;
	}
	batch->count = (int)count;
	batch->rows = arena_alloc(call->arena, (count + 1) * sizeof(*batch->rows));
	batch->results = arena_alloc(call->arena, (count + 1) * sizeof(*batch->results));
	if (batch->rows && batch->results)
		return true;
	call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
	return false;
}

static void fail_invalid_type(struct call *call, const char *type)
{
	call_fail(call, 400, "INVALID_TYPE",
		"sObject type '%s' is not supported. If you are attempting to use a custom object, "
		"be sure to append the '__c' after the entity name. Please reference your WSDL or "
		"the describe call for the appropriate names.",
		type);
}

/* The object of one record: its attributes name it; a path that names one must agree. */
static const struct schema_object *record_object(
	struct call *call, const struct jnode *record, const struct schema_object *of_path)
{
	const char *type = jtree_string(jtree_get(record, "attributes"), "type");
	const struct schema_object *object;

	if (record->kind != JOBJECT || !type) {
		call_fail(call, 400, "INVALID_INPUT",
			"Include an entity type in the \"attributes\" of every record");
		return NULL;
	}
	object = schema_object(call->org->schema, type);
	if (!object || (object->flags & SCHEMA_OBJECT_HIDDEN)) {
		fail_invalid_type(call, type);
		return NULL;
	}
	if (of_path && object != of_path) {
		call_fail(call, 400, "INVALID_INPUT",
			"All records must be of the type %s that the request names", of_path->name);
		return NULL;
	}
	return object;
}

/* Bind every row before one is written: a value of the wrong JSON kind fails the whole call. */
static bool bind_rows(struct call *call, struct batch *batch, const struct schema_object *of_path)
{
	const struct jnode *records = jtree_get(call->json.root, "records");
	struct binder binder = {
		.schema = call->org->schema, .tree = &call->json, .arena = call->arena
	};
	const struct schema_object *last = NULL;
	int chunks = 0;
	int i = 0;

	if (!records || records->kind != JARRAY) {
		call_fail(call, 400, "JSON_PARSER_ERROR",
			"The request body needs an array of \"records\"");
		return false;
	}
	if (!allocate(call, batch, records->count))
		return false;
	for (const struct jnode *record = records->child; record; record = record->next) {
		const struct schema_object *object = record_object(call, record, of_path);

		if (!object)
			return false;
		if (!bind_row(&batch->rows[i++], &binder, object, record)) {
			call_fail(call, 400, "JSON_PARSER_ERROR", "%s", binder.message);
			return false;
		}
		chunks += object != last;
		last = object;
	}
	if (chunks <= CHUNKS_MAX)
		return true;
	call_fail(call, 400, "INVALID_INPUT",
		"records of different types alternate in more than %d chunks", CHUNKS_MAX);
	return false;
}

/* Rows in order; with all-or-none the first failure takes the others back. */
static void write_all(struct write *write, struct batch *batch, bool all_or_none)
{
	bool failed = false;

	for (int i = 0; i < batch->count; i++) {
		write_row(write, &batch->rows[i], &batch->results[i]);
		failed = failed || batch->results[i].error;
	}
	write_end(write, !(failed && all_or_none));
	for (int i = 0; failed && all_or_none && i < batch->count; i++) {
		if (!batch->results[i].error)
			batch->results[i].error = &write_rolled_back;
	}
}

static void put_success(struct buf *out, const struct row_result *result, enum write_op op)
{
	char id[SFID_SIZE];

	sfid_make(id, result->object->prefix, result->number);
	buf_add_str(out, "{\"id\":\"");
	buf_add(out, id, SFID_SIZE - 1);
	buf_add_str(out, "\",\"success\":true,\"errors\":[]");
	if (op == WRITE_UPSERT)
		buf_add_str(out, result->created ? ",\"created\":true" : ",\"created\":false");
	buf_add_char(out, '}');
}

static void put_failure(struct buf *out, const struct row_error *error)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	json_put_bool(&json, "success", false);
	json_key(&json, "errors");
	json_open(&json, '[');
	call_put_row_error(&json, error);
	json_close(&json, ']');
	json_close(&json, '}');
}

static void answer(struct call *call, const struct batch *batch, enum write_op op)
{
	buf_add_char(call->out, '[');
	for (int i = 0; i < batch->count; i++) {
		if (i)
			buf_add_char(call->out, ',');
		if (batch->results[i].error)
			put_failure(call->out, batch->results[i].error);
		else
			put_success(call->out, &batch->results[i], op);
	}
	buf_add_char(call->out, ']');
}

static void run(struct call *call, struct batch *batch, enum write_op op, int key, bool all_or_none)
{
	struct write write;

	if (!write_begin(&write, call->org, call->arena, batch->count, all_or_none)) {
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		return;
	}
	write.op = op;
	write.key_field = key;
	write.request = call->number;
	write.allow_duplicates = call_allows_duplicates(call);
	write_all(&write, batch, all_or_none);
	answer(call, batch, op);
}

static bool all_or_none(const struct call *call)
{
	return jtree_is_true(jtree_get(call->json.root, "allOrNone"));
}

static void create(struct call *call)
{
	struct batch batch;

	if (bind_rows(call, &batch, NULL))
		run(call, &batch, WRITE_CREATE, -1, all_or_none(call));
}

static void update(struct call *call)
{
	struct batch batch;

	if (bind_rows(call, &batch, NULL))
		run(call, &batch, WRITE_UPDATE, -1, all_or_none(call));
}

static void upsert(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	const char *name = call->args[1];
	const struct schema_field *key;
	struct batch batch;

	if (!object)
		return;
	key = schema_field(object, name, strlen(name));
	if (!key || (key->flags & SCHEMA_HIDDEN) || !(key->flags & SCHEMA_EXTERNAL)) {
		call_fail(call, 404, "NOT_FOUND",
			"Provided external ID field does not exist or is not accessible: %s", name);
		return;
	}
	if (bind_rows(call, &batch, object))
		run(call, &batch, WRITE_UPSERT, schema_field_index(object, key), all_or_none(call));
}

/* A row for an id of any object; what cannot be one fails later as that row. */
static void bind_id(struct call *call, struct bound *row, const char *id, size_t len)
{
	char *text = arena_text(call->arena, id, len);

	*row = (struct bound){ .id = text,
		.id_len = (uint32_t)len,
		.object = schema_object_by_prefix(call->org->schema, text ? text : "") };
	if (!row->object)
		row->error = row_error(
			call->arena, "MALFORMED_ID", NULL, "malformed id %s", text ? text : "");
}

static uint32_t count_items(const char *list)
{
	uint32_t count = *list ? 1 : 0;

	for (; *list; list++)
		count += *list == ',';
	return count;
}

static void delete_many(struct call *call)
{
	const char *ids = call_param(call, "ids");
	const char *flag = call_param(call, "allOrNone");
	struct batch batch;

	if (!ids) {
		call_fail(call, 400, "MISSING_ARGUMENT", "the parameter ids is missing");
		return;
	}
	if (!allocate(call, &batch, count_items(ids)))
		return;
	for (int i = 0; i < batch.count; i++) {
		size_t len = strcspn(ids, ",");

		bind_id(call, &batch.rows[i], ids, len);
		ids += len + (ids[len] == ',');
	}
	run(call, &batch, WRITE_DELETE, -1, flag && strcasecmp(flag, "true") == 0);
}

/* ---- reading ---- */

struct reading {
	const struct schema_object *object;
	int fields[SCHEMA_FIELDS_MAX];
	int field_count;
	struct json json;
};

static bool want_field(struct call *call, struct reading *reading, const char *name, size_t len)
{
	const struct schema_field *field = schema_field(reading->object, name, len);

	if (!field || (field->flags & SCHEMA_HIDDEN)) {
		call_fail(call, 400, "INVALID_FIELD", "No such column '%.*s' on sobject of type %s",
			(int)len, name, reading->object->name);
		return false;
	}
	if (reading->field_count < SCHEMA_FIELDS_MAX)
		reading->fields[reading->field_count++] =
			schema_field_index(reading->object, field);
	return true;
}

static void read_one(struct call *call, struct reading *reading, const char *id, size_t len)
{
	struct shown shown = {
		.org = call->org, .object = reading->object, .version = call->version
	};

	if (write_find(&shown.number, call->org, call->arena, reading->object, id, len)) {
		json_null(&reading->json);
		return;
	}
	shown.record = records_get(call->org->records, reading->object, shown.number);
	show_record(&reading->json, &shown, reading->fields, reading->field_count);
}

static void read_by_body(struct call *call)
{
	struct reading reading = { .object = call_object(call, call->args[0]),
		.json = JSON_INIT(call->out) };
	const struct jnode *ids = jtree_get(call->json.root, "ids");
	const struct jnode *fields = jtree_get(call->json.root, "fields");

	if (!reading.object)
		return;
	if (!ids || ids->kind != JARRAY || !fields || fields->kind != JARRAY ||
		ids->count > READ_MAX) {
		call_fail(call, 400, "JSON_PARSER_ERROR",
			"The request body needs arrays of \"ids\" (at most %d) and \"fields\"",
			READ_MAX);
		return;
	}
	for (const struct jnode *field = fields->child; field; field = field->next) {
		if (!want_field(call, &reading, field->text ? field->text : "", field->len))
			return;
	}
	json_open(&reading.json, '[');
	for (const struct jnode *id = ids->child; id; id = id->next)
		read_one(call, &reading, id->text ? id->text : "", id->len);
	json_close(&reading.json, ']');
}

static void read_by_query(struct call *call)
{
	struct reading reading = { .object = call_object(call, call->args[0]),
		.json = JSON_INIT(call->out) };
	const char *ids = call_param(call, "ids");
	const char *fields = call_param(call, "fields");

	if (!reading.object)
		return;
	if (!ids || !fields) {
		call_fail(
			call, 400, "MISSING_ARGUMENT", "the parameters ids and fields are needed");
		return;
	}
	for (size_t len; *fields; fields += len + (fields[len] == ',')) {
		len = strcspn(fields, ",");
		if (!want_field(call, &reading, fields, len))
			return;
	}
	json_open(&reading.json, '[');
	for (size_t len; *ids; ids += len + (ids[len] == ',')) {
		len = strcspn(ids, ",");
		read_one(call, &reading, ids, len);
	}
	json_close(&reading.json, ']');
}

const struct route collection_routes[] = {
	{ "POST", "services/data/v{}/composite/sobjects", create, ROUTE_JSON },
	{ "PATCH", "services/data/v{}/composite/sobjects", update, ROUTE_JSON },
	{ "DELETE", "services/data/v{}/composite/sobjects", delete_many, 0 },
	{ "PATCH", "services/data/v{}/composite/sobjects/{}/{}", upsert, ROUTE_JSON },
	{ "POST", "services/data/v{}/composite/sobjects/{}", read_by_body, ROUTE_JSON },
	{ "GET", "services/data/v{}/composite/sobjects/{}", read_by_query, 0 },
	{ NULL, NULL, NULL, 0 },
};
