/* resources.c — versions, the resource list, limits, record counts, objects and describe. */

#include "base/base.h"
#include "practice/call.h"
#include "practice/resources.h"
#include "base/text.h"

#define VERSION_LOWEST 50
#define VERSION_HIGHEST 68

/* Three releases a year; 20 was Winter '11, so 60 is Spring '24. */
static void release_label(char *label, size_t size, int version)
{
	static const char *const seasons[] = { "Winter", "Spring", "Summer" };
	int releases = version - 20; /* since Winter '11 */

	snprintf(label, size, "%s '%02d", seasons[releases % 3], 11 + releases / 3);
}

static int highest_version(const struct practice *org)
{
	const struct mistake *mistake = mistake_named(org, "old-versions");

	return mistake ? (int)strtol(mistake->text, NULL, 10) : VERSION_HIGHEST;
}

static void versions(struct call *call)
{
	const struct mistake *mistake = mistake_at(call->org, MISTAKE_VERSIONS);
	int highest = highest_version(call->org);
	int lowest = highest < VERSION_LOWEST ? highest - 5 : VERSION_LOWEST;
	struct json json = JSON_INIT(call->out);

	if (mistake && mistake->status != 200) {
		call_mistake(call, mistake);
		return;
	}
	json_open(&json, '[');
	for (int version = lowest; version <= highest; version++) {
		char label[32];
		char url[32];

		release_label(label, sizeof(label), version);
		snprintf(url, sizeof(url), "/services/data/v%d.0", version);
		json_open(&json, '{');
		json_put_text(&json, "label", label);
		json_put_text(&json, "url", url);
		json_put_text(&json, "version", strrchr(url, 'v') + 1);
		json_close(&json, '}');
	}
	json_close(&json, ']');
}

bool resources_serves_version(const struct practice *org, int version)
{
	int highest = highest_version(org);

	return version <= highest && version >= (highest < VERSION_LOWEST ? 31 : VERSION_LOWEST);
}

static void resource_list(struct call *call)
{
	static const char *const names[] = { "sobjects", "query", "queryAll", "limits", "composite",
		"jobs" };
	struct json json = JSON_INIT(call->out);
	char url[160];

	json_open(&json, '{');
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(url, sizeof(url), "/services/data/v%s/%s", call->version, names[i]);
		json_put_text(&json, names[i], url);
	}
	snprintf(url, sizeof(url), "%s/id/%s/%s", call->org->url, call->org->organization_id,
		call->org->user_id);
	json_put_text(&json, "identity", url);
	json_close(&json, '}');
}

static void put_limit(struct json *json, const char *name, int64_t max, int64_t remaining)
{
	json_key(json, name);
	json_open(json, '{');
	json_put_int(json, "Max", max);
	json_put_int(json, "Remaining", remaining < 0 ? 0 : remaining);
	json_close(json, '}');
}

static void limits(struct call *call)
{
	const struct {
		const char *name;
		int64_t max, used;
	} others[] = {
		{ "DailyAsyncApexExecutions", 250000, 0 },
		{ "DailyBulkApiBatches", BULK_BATCHES_PER_DAY, call->org->bulk.batches_used },
		{ "DailyBulkV2QueryFileStorageMB", 976562, 0 },
		{ "DailyBulkV2QueryJobs", BULK_QUERIES_PER_DAY, call->org->bulk.queries_used },
		{ "DailyGenericStreamingApiEvents", 10000, 0 },
		{ "DataStorageMB", 1024, 0 },
		{ "FileStorageMB", 1024, 0 },
		{ "HourlyPublishedPlatformEvents", 50000, 0 },
		{ "SingleEmail", 15, 0 },
	};
	const struct mistake *mistake = mistake_at(call->org, MISTAKE_LIMITS);
	struct json json = JSON_INIT(call->out);

	if (mistake) {
		call_mistake(call, mistake);
		return;
	}
	json_open(&json, '{');
	put_limit(&json, "DailyApiRequests", call->org->api_allowed,
		call->org->api_allowed - call->org->api_used);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		put_limit(&json, others[i].name, others[i].max, others[i].max - others[i].used);
	json_close(&json, '}');
}

static void put_count(
	struct json *json, const struct practice *org, const struct schema_object *object)
{
	json_open(json, '{');
	json_put_int(json, "count", records_count(org->records, object));
	json_put_text(json, "name", object->name);
	json_close(json, '}');
}

static void record_count(struct call *call)
{
	const char *names = call_param(call, "sObjects");
	struct json json = JSON_INIT(call->out);

	json_open(&json, '{');
	json_key(&json, "sObjects");
	json_open(&json, '[');
	for (int i = 0; i < call->org->schema->object_count; i++) {
		const struct schema_object *object = &call->org->schema->objects[i];
		const char *hit = names ? strcasestr(names, object->name) : NULL;
		char behind = hit ? hit[strlen(object->name)] : ',';

		if (!(object->flags & SCHEMA_OBJECT_HIDDEN) && (!names || hit) &&
			(behind == ',' || behind == '\0'))
			put_count(&json, call->org, object);
	}
	json_close(&json, ']');
	json_close(&json, '}');
}

static void object_list(struct call *call)
{
	bool first = true;

	buf_add_str(call->out, "{\"encoding\":\"UTF-8\",\"maxBatchSize\":200,\"sobjects\":[");
	for (int i = 0; i < call->org->schema->object_count; i++) {
		const struct schema_object *object = &call->org->schema->objects[i];

		if (object->flags & SCHEMA_OBJECT_HIDDEN)
			continue;
		if (!first)
			buf_add_char(call->out, ',');
		schema_describe_brief(call->out, object, call->version);
		first = false;
	}
	buf_add_str(call->out, "]}");
}

static void object_info(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);

	if (!object)
		return;
	buf_add_str(call->out, "{\"objectDescribe\":");
	schema_describe_brief(call->out, object, call->version);
	buf_add_str(call->out, ",\"recentItems\":[]}");
}

static void describe(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);

	if (object)
		schema_describe(call->out, object, call->version);
}

const struct route resource_routes[] = {
	{ "GET", "services/data", versions, ROUTE_OPEN },
	{ "GET", "services/data/v{}", resource_list, 0 },
	{ "GET", "services/data/v{}/limits", limits, 0 },
	{ "GET", "services/data/v{}/limits/recordCount", record_count, 0 },
	{ "GET", "services/data/v{}/sobjects", object_list, 0 },
	{ "GET", "services/data/v{}/sobjects/{}", object_info, 0 },
	{ "GET", "services/data/v{}/sobjects/{}/describe", describe, 0 },
	{ NULL, NULL, NULL, 0 },
};
