/* bulk_query.c — query jobs of Bulk API 2.0: the calls, the search, the pages of the result. */

#include "base/base.h"
#include "practice/bulk_query.h"
#include "base/clock.h"
#include "base/text.h"
#include "practice/call.h"
#include "practice/soql.h"

#include <sodium.h>

#define PAGE_RECORDS 50000 /* when the client names no maximum */
#define PAGE_BYTES (32u << 20)
#define LOCATOR_MAX 32

/* ---- create ---- */

static bool take_query(struct call *call, struct bulk_job *job, const char *text)
{
	struct soql_error error;

	job->query = soql_parse(call->org, &job->arena, text, &error);
	if (!job->query) {
		call_fail(call, 400, error.code, "%s", error.message);
		return false;
	}
	if (job->query->count != SOQL_NO_COUNT || job->query->offset) {
		call_fail(call, 400, "FEATURENOTENABLED",
			"FeatureNotEnabled : %s not supported in Bulk Query",
			job->query->offset ? "OFFSET" : "Aggregate functions");
		return false;
	}
	job->object = job->query->object;
	return true;
}

static bool within_limits(struct call *call)
{
	if (call->org->bulk.queries_used < BULK_QUERIES_PER_DAY)
		return true;
	call_fail(call, 400, "EXCEEDEDQUOTA",
		"ExceededQuota : Max bulk v2 query jobs (%d) per 24 hrs has been reached",
		BULK_QUERIES_PER_DAY);
	return false;
}

static void answer_job(struct call *call, const struct bulk_job *job, bool brief)
{
	struct json json = JSON_INIT(call->out);

	bulk_put_job(&json, call->org, job, brief);
}

static void create(struct call *call)
{
	const char *operation = jtree_string(call->json.root, "operation");
	const char *text = jtree_string(call->json.root, "query");
	struct bulk_job *job;
	bool all = operation && strcmp(operation, "queryAll") == 0;

	if (!operation || (!all && strcmp(operation, "query") != 0)) {
		call_fail(call, 400, "API_ERROR",
			"Invalid value: '%s' supplied for property: 'operation'",
			operation ? operation : "null");
		return;
	}
	if (!within_limits(call))
		return;
	job = bulk_add(call->org);
	if (!job) {
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		return;
	}
	job->is_query = true;
	job->version = call->version_number;
	job->operation = all ? "queryAll" : "query";
	if (!take_query(call, job, text ? text : "") || !bulk_take_format(call, job)) {
		bulk_drop(call->org, job);
		return;
	}
	call->org->bulk.queries_used++;
	bulk_start(call->org, job);
	answer_job(call, job, true);
}

void bulk_query_run(struct practice *org, struct bulk_job *job)
{
	int64_t began = clock_mono_us();

	pthread_mutex_lock(&org->lock);
	if (job->state == BULK_IN_PROGRESS) {
		job->numbers = soql_run(&job->number_count, org, job->query,
			strcmp(job->operation, "queryAll") == 0);
		if (job->numbers)
			bulk_job_enter(job, BULK_JOB_COMPLETE);
		else
			bulk_fail(job, "UnknownException : out of memory");
	}
	job->work_us += clock_mono_us() - began;
	pthread_mutex_unlock(&org->lock);
}

/* ---- the result ---- */

static void put_header(struct buf *out, const struct bulk_job *job)
{
	const struct soql_query *query = job->query;
	char name[160];

	for (int i = 0; i < query->field_count; i++) {
		const struct soql_path *path = &query->fields[i];

		snprintf(name, sizeof(name), "%s%s%s",
			path->lookup ? path->lookup->relationship : "", path->lookup ? "." : "",
			path->object->fields[path->field].name);
		if (i)
			buf_add_char(out, job->delimiter);
		bulk_csv_quote(out, name, strlen(name));
	}
	buf_add_str(out, job->crlf ? "\r\n" : "\n");
}

static void put_value(struct buf *out, const struct shown *shown, const struct soql_path *path)
{
	struct shown at;
	char room[64];
	char number[80];
	uint32_t len = 0;
	const char *text =
		soql_follow(&at, shown, path) ? show_text(&at, path->field, room, &len) : NULL;

	switch (path->object->fields[path->field].type) {
	case SCHEMA_DOUBLE:
	case SCHEMA_CURRENCY:
	case SCHEMA_PERCENT:
		if (text && !memchr(text, '.', len)) { /* as in JSON: 5.0 */
			len = (uint32_t)snprintf(number, sizeof(number), "%.*s.0", (int)len, text);
			text = number;
		}
		break;
	default:
		break;
	}
	bulk_csv_quote(out, text ? text : "", text ? len : 0);
}

static void put_record(struct buf *out, const struct bulk_job *job, const struct shown *shown)
{
	for (int i = 0; i < job->query->field_count; i++) {
		if (i)
			buf_add_char(out, job->delimiter);
		put_value(out, shown, &job->query->fields[i]);
	}
	buf_add_str(out, job->crlf ? "\r\n" : "\n");
}

/* The place of the next page's first record, as text that no client should read. */
static const char *make_locator(char locator[LOCATOR_MAX], uint32_t place)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", place);
	return sodium_bin2base64(locator, LOCATOR_MAX, (const unsigned char *)digits,
		strlen(digits), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool read_locator(int64_t *place, const char *locator)
{
	char digits[16];
	size_t len;

	*place = 0;
	if (!locator)
		return true;
	if (sodium_base642bin((unsigned char *)digits, sizeof(digits) - 1, locator, strlen(locator),
		    NULL, &len, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return false;
	digits[len] = '\0';
	return text_int(place, digits, 0, UINT32_MAX);
}

static void answer_page(struct call *call, const struct bulk_job *job, uint32_t from, int64_t max)
{
	struct shown shown = { .org = call->org, .object = job->object, .version = call->version };
	char locator[LOCATOR_MAX];
	uint32_t at = from;
	int64_t count = 0;

	put_header(call->out, job);
	for (; at < job->number_count && count < max && call->out->len < PAGE_BYTES; at++) {
		shown.number = job->numbers[at];
		shown.record = records_get(call->org->records, shown.object, shown.number);
		if (!shown.record)
			continue;
		put_record(call->out, job, &shown);
		count++;
	}
	call->content_type = "text/csv";
	call_header(call, "Sforce-NumberOfRecords", "%" PRId64, count);
	call_header(call, "Sforce-Locator", "%s",
		at < job->number_count ? make_locator(locator, at) : "null");
}

static void results(struct call *call)
{
	const struct bulk_job *job = bulk_find(call, true);
	const char *max_text = call_param(call, "maxRecords");
	int64_t max = PAGE_RECORDS;
	int64_t from;

	if (!job)
		return;
	if (job->state != BULK_JOB_COMPLETE) {
		call_fail(call, 400, "INVALIDJOBSTATE",
			"InvalidJobState : Results of a Job in state %s are not available",
			bulk_job_state_name(job->state));
		return;
	}
	if ((max_text && !text_int(&max, max_text, 1, INT32_MAX)) ||
		!read_locator(&from, call_param(call, "locator")) || from > job->number_count) {
		call_fail(call, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
		return;
	}
	answer_page(call, job, (uint32_t)from, max);
}

/* ---- look, abort, delete ---- */

static void show(struct call *call)
{
	const struct bulk_job *job = bulk_find(call, true);

	if (job)
		answer_job(call, job, false);
}

static void list(struct call *call)
{
	bulk_answer_list(call, true);
}

static void change_state(struct call *call)
{
	struct bulk_job *job = bulk_find(call, true);
	const char *state = jtree_string(call->json.root, "state");

	if (!job)
		return;
	if (!state || strcmp(state, "Aborted") != 0) {
		call_fail(call, 400, "API_ERROR",
			"Invalid value: '%s' supplied for property: 'state'",
			state ? state : "null");
		return;
	}
	if (bulk_is_final(job)) {
		bulk_refuse_state(call, job, "Aborting");
		return;
	}
	bulk_job_enter(job, BULK_ABORTED);
	answer_job(call, job, true);
}

static void delete_job(struct call *call)
{
	bulk_delete(call, true);
}

#define JOBS "services/data/v{}/jobs/query"

const struct route bulk_query_routes[] = {
	{ "POST", JOBS, create, ROUTE_WIRE | ROUTE_JSON },
	{ "GET", JOBS, list, ROUTE_WIRE },
	{ "GET", JOBS "/{}", show, ROUTE_WIRE },
	{ "PATCH", JOBS "/{}", change_state, ROUTE_WIRE | ROUTE_JSON },
	{ "DELETE", JOBS "/{}", delete_job, ROUTE_WIRE },
	{ "GET", JOBS "/{}/results", results, ROUTE_WIRE },
	{ NULL, NULL, NULL, 0 },
};
