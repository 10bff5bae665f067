/* query.c — query, queryAll and their pages; the columns that `sf data query` asks for. */

#include "base/base.h"
#include "practice/call.h"
#include "base/text.h"
#include "practice/soql.h"

#define BATCH_MAX 2000
#define BATCH_MIN 200

/* ---- records ---- */

static void put_own_field(struct json *json, const struct shown *shown, int field)
{
	json_key(json, shown->object->fields[field].name);
	show_value(json, shown, field);
}

/* All fields of one parent stand together, where its first one was asked for. */
static void put_parent(
	struct json *json, const struct shown *shown, const struct soql_query *query, int first)
{
	const struct soql_path *path = &query->fields[first];
	struct shown parent;

	for (int i = 0; i < first; i++) {
		if (query->fields[i].lookup == path->lookup)
			return;
	}
	json_key(json, path->lookup->relationship);
	if (!soql_follow(&parent, shown, path)) {
		json_null(json);
		return;
	}
	json_open(json, '{');
	show_attributes(json, &parent);
	for (int i = first; i < query->field_count; i++) {
		if (query->fields[i].lookup == path->lookup)
			put_own_field(json, &parent, query->fields[i].field);
	}
	json_close(json, '}');
}

static void put_record(struct json *json, const struct shown *shown, const struct soql_query *query)
{
	json_open(json, '{');
	show_attributes(json, shown);
	for (int i = 0; i < query->field_count; i++) {
		if (query->fields[i].lookup)
			put_parent(json, shown, query, i);
		else
			put_own_field(json, shown, query->fields[i].field);
	}
	json_close(json, '}');
}

/* ---- pages ---- */

struct page {
	const struct soql_query *query;
	const uint32_t *numbers;
	uint32_t count, from, batch;
	uint64_t cursor; /* 0 = everything is on this page */
};

static void put_next(struct json *json, const struct call *call, const struct page *page)
{
	char id[SFID_SIZE];
	char url[120];

	sfid_make(id, "01g", page->cursor);
	snprintf(url, sizeof(url), "/services/data/v%s/query/%s-%u", call->version, id,
		page->from + page->batch);
	json_put_text(json, "nextRecordsUrl", url);
}

static void answer_page(struct call *call, const struct page *page)
{
	struct json json = JSON_INIT(call->out);
	uint32_t to = page->from + page->batch;
	bool done = to >= page->count;
	struct shown shown = {
		.org = call->org, .object = page->query->object, .version = call->version
	};

	json_open(&json, '{');
	json_put_int(&json, "totalSize", page->count);
	json_put_bool(&json, "done", done);
	if (!done)
		put_next(&json, call, page);
	json_key(&json, "records");
	json_open(&json, '[');
	for (uint32_t i = page->from; i < (done ? page->count : to); i++) {
		shown.number = page->numbers[i];
		shown.record = records_get(call->org->records, shown.object, shown.number);
		if (shown.record)
			put_record(&json, &shown, page->query);
	}
	json_close(&json, ']');
	json_close(&json, '}');
}

/* COUNT(field): one row of an aggregate. */
static void answer_count(
	struct call *call, const struct soql_query *query, const uint32_t *numbers, uint32_t total)
{
	struct json json = JSON_INIT(call->out);
	int64_t count = 0;

	json_open(&json, '{');
	json_put_int(&json, "totalSize", query->count == SOQL_COUNT_ROWS ? total : 1);
	json_put_bool(&json, "done", true);
	json_key(&json, "records");
	json_open(&json, '[');
	if (query->count == SOQL_COUNT_FIELD) {
		for (uint32_t i = 0; i < total; i++) {
			struct shown at;
			struct shown shown = { .org = call->org,
				.object = query->object,
				.number = numbers[i],
				.version = call->version,
				.record = records_get(
					call->org->records, query->object, numbers[i]) };
			char room[64];
			uint32_t len;

			count += soql_follow(&at, &shown, &query->fields[0]) &&
				 show_text(&at, query->fields[0].field, room, &len);
		}
		json_open(&json, '{');
		json_key(&json, "attributes");
		json_raw(&json, "{\"type\":\"AggregateResult\"}", 26);
		json_put_int(&json, query->alias, count);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
}

/* Sforce-Query-Options: batchSize=200 */
static uint32_t batch_size(const struct call *call)
{
	const char *header =
		call->in ? http_incoming_header(call->in, "Sforce-Query-Options") : NULL;
	const char *size = header ? strstr(header, "batchSize=") : NULL;
	char digits[8];
	int64_t value;

	if (!size)
		return BATCH_MAX;
	size += strlen("batchSize=");
	snprintf(digits, sizeof(digits), "%.*s", (int)strspn(size, "0123456789"), size);
	if (!text_int(&value, digits, 0, INT32_MAX))
		return BATCH_MAX;
	return value < BATCH_MIN ? BATCH_MIN : value > BATCH_MAX ? BATCH_MAX : (uint32_t)value;
}

/* ---- columns=true ---- */

static void put_column(struct json *json, const struct schema_field *field, bool open_joins)
{
	bool number = field->type == SCHEMA_INT || field->type == SCHEMA_DOUBLE ||
		      field->type == SCHEMA_CURRENCY || field->type == SCHEMA_PERCENT;

	json_open(json, '{');
	json_put_bool(json, "aggregate", false);
	json_put_text(json, "apexType", schema_type_name(field->type));
	json_put_bool(json, "booleanType", field->type == SCHEMA_BOOLEAN);
	json_put_text(json, "columnName", open_joins ? field->relationship : field->name);
	json_put_bool(json, "custom", schema_is_custom(field->name));
	json_put_text(json, "displayName", open_joins ? field->relationship : field->name);
	json_put_text(json, "foreignKeyName", open_joins ? field->reference_to : NULL);
	json_put_bool(json, "insertable", !(field->flags & SCHEMA_NO_CREATE));
	json_put_bool(json, "numberType", number);
	json_put_bool(json, "textType", !number && field->type != SCHEMA_BOOLEAN);
	json_put_bool(json, "updatable", !(field->flags & SCHEMA_NO_UPDATE));
	json_key(json, "joinColumns");
	json_open(json, '[');
	if (open_joins)
		return;
	json_close(json, ']');
	json_close(json, '}');
}

static void put_parent_column(struct json *json, const struct soql_query *query, int first)
{
	const struct schema_field *lookup = query->fields[first].lookup;

	for (int i = 0; i < first; i++) {
		if (query->fields[i].lookup == lookup)
			return;
	}
	put_column(json, lookup, true);
	for (int i = first; i < query->field_count; i++) {
		const struct soql_path *path = &query->fields[i];

		if (path->lookup == lookup)
			put_column(json, &path->object->fields[path->field], false);
	}
	json_close(json, ']');
	json_close(json, '}');
}

static void put_count_column(struct json *json, const struct soql_query *query)
{
	json_open(json, '{');
	json_put_bool(json, "aggregate", true);
	json_put_text(json, "apexType", "Integer");
	json_put_bool(json, "booleanType", false);
	json_put_text(json, "columnName", query->alias);
	json_put_bool(json, "custom", false);
	json_put_text(json, "displayName", query->alias);
	json_put_text(json, "foreignKeyName", NULL);
	json_put_bool(json, "insertable", false);
	json_key(json, "joinColumns");
	json_raw(json, "[]", 2);
	json_put_bool(json, "numberType", true);
	json_put_bool(json, "textType", false);
	json_put_bool(json, "updatable", false);
	json_close(json, '}');
}

static void answer_columns(struct call *call, const struct soql_query *query)
{
	struct json json = JSON_INIT(call->out);
	bool has_id = false;

	json_open(&json, '{');
	json_key(&json, "columnMetadata");
	json_open(&json, '[');
	for (int i = 0; query->count == SOQL_NO_COUNT && i < query->field_count; i++) {
		const struct soql_path *path = &query->fields[i];

		if (path->lookup)
			put_parent_column(&json, query, i);
		else
			put_column(&json, &path->object->fields[path->field], false);
		has_id = has_id || (!path->lookup && path->field == SCHEMA_F_ID);
	}
	if (query->count == SOQL_COUNT_FIELD)
		put_count_column(&json, query);
	json_close(&json, ']');
	json_put_text(&json, "entityName", query->object->name);
	json_put_bool(&json, "groupBy", false);
	json_put_bool(&json, "idSelected", has_id);
	json_put_text(&json, "keyPrefix", query->object->prefix);
	json_close(&json, '}');
}

/* ---- routes ---- */

/* May this user read Organization? Salesforce answers as if it did not exist. */
static bool readable(struct call *call, const struct soql_query *query)
{
	const struct mistake *mistake = mistake_at(call->org, MISTAKE_ORGANIZATION);

	if (!mistake || strcmp(query->object->name, "Organization") != 0)
		return true;
	call_mistake(call, mistake);
	return false;
}

/* The query is parsed into its own arena, since a cursor may outlive the request. */
static void run_query(struct call *call, bool deleted)
{
	const char *text = call_param(call, "q");
	struct arena arena = ARENA_INIT;
	struct soql_error error;
	struct soql_query *query = soql_parse(call->org, &arena, text ? text : "", &error);
	struct page page = { .query = query, .batch = batch_size(call) };
	uint32_t *numbers = NULL;

	if (!query) {
		call_fail(call, 400, error.code, "%s", error.message);
		goto cleanup;
	}
	if (!readable(call, query))
		goto cleanup;
	if (call_param(call, "columns")) {
		answer_columns(call, query);
		goto cleanup;
	}
	numbers = soql_run(&page.count, call->org, query, deleted);
	if (!numbers) {
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		goto cleanup;
	}
	if (query->count != SOQL_NO_COUNT) {
		answer_count(call, query, numbers, page.count);
		goto cleanup;
	}
	page.numbers = numbers;
	if (page.count > page.batch) {
		page.cursor = cursor_add(
			&call->org->cursors, &arena, query, numbers, page.count, page.batch)
				      ->id;
		numbers = NULL; /* the cursor's now */
	}
	answer_page(call, &page);
cleanup:
	free(numbers);
	arena_free(&arena);
}

static void query_live(struct call *call)
{
	run_query(call, false);
}

static void query_all(struct call *call)
{
	run_query(call, true);
}

/* "01g...-2000" */
static void query_more(struct call *call)
{
	const char *locator = call->args[0];
	const char *dash = strchr(locator, '-');
	struct cursor *cursor = NULL;
	struct page page;
	uint64_t id;
	int64_t from = 0;

	if (dash && text_int(&from, dash + 1, 0, INT32_MAX) &&
		sfid_parse(&id, locator, (size_t)(dash - locator), "01g") == SFID_OK)
		cursor = cursor_find(&call->org->cursors, id);
	if (!cursor || from >= cursor->count) {
		call_fail(call, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
		return;
	}
	page = (struct page){ .query = cursor->query,
		.numbers = cursor->numbers,
		.count = cursor->count,
		.from = (uint32_t)from,
		.batch = cursor->batch,
		.cursor = cursor->id };
	answer_page(call, &page);
}

const struct route query_routes[] = {
	{ "GET", "services/data/v{}/query", query_live, 0 },
	{ "GET", "services/data/v{}/query/{}", query_more, 0 },
	{ "GET", "services/data/v{}/queryAll", query_all, 0 },
	{ "GET", "services/data/v{}/queryAll/{}", query_more, 0 },
	{ NULL, NULL, NULL, 0 },
};
