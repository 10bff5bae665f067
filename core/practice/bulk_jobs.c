/* bulk_jobs.c — the list of bulk jobs: life, states, and how a job looks as JSON. */

#include "base/base.h"
#include "practice/bulk.h"
#include "base/clock.h"
#include "base/text.h"
#include "practice/call.h"
#include "practice/convert.h"

#define LIST_PAGE 1000

static const char *const state_names[] = { "Open", "UploadComplete", "InProgress", "Aborted",
	"JobComplete", "Failed" };

const char *bulk_job_state_name(enum bulk_state state)
{
	return state_names[state];
}

struct bulk_job *bulk_hold(struct bulk_job *job)
{
	job->refs++;
	return job;
}

void bulk_release(struct bulk_job *job)
{
	if (--job->refs > 0)
		return;
	arena_free(&job->arena);
	for (size_t i = 0; i < job->error_count; i++)
		free(job->errors[i]);
	free(job->errors);
	free(job->rows);
	free(job->numbers);
	free(job->upload);
	free(job);
}

void bulk_drop(struct practice *org, struct bulk_job *job)
{
	struct bulk_job **at = &org->bulk.jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	bulk_release(job);
}

/* Jobs are kept for seven days. */
static void drop_old(struct practice *org)
{
	int64_t before = clock_now() - BULK_KEPT_MS;
	struct bulk_job *next;

	for (struct bulk_job *job = org->bulk.jobs; job; job = next) {
		next = job->next;
		if (job->modified < before && (bulk_is_final(job) || job->state == BULK_OPEN))
			bulk_drop(org, job);
	}
}

struct bulk_job *bulk_add(struct practice *org)
{
	struct bulk_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	drop_old(org);
	job->refs = 1;
	job->number = ++org->bulk.last;
	sfid_make(job->id, BULK_PREFIX, job->number);
	job->created = job->modified = clock_now();
	job->next = org->bulk.jobs;
	org->bulk.jobs = job;
	return job;
}

struct bulk_job *bulk_find(struct call *call, bool is_query)
{
	const char *id = call->args[0];
	uint64_t number;
	struct bulk_job *job = NULL;

	drop_old(call->org);
	if (sfid_parse(&number, id, strlen(id), BULK_PREFIX) == SFID_OK) {
		job = call->org->bulk.jobs;
		while (job && (job->number != number || job->is_query != is_query))
			job = job->next;
	}
	if (!job) {
		call_not_found(call);
		return NULL;
	}
	if (job->version == call->version_number)
		return job;
	call_fail(call, 409, "API_ERROR",
		"The job was created with API version %d.0 and cannot be used with version %s",
		job->version, call->version);
	return NULL;
}

bool bulk_is_final(const struct bulk_job *job)
{
	return job->state >= BULK_ABORTED;
}

void bulk_job_enter(struct bulk_job *job, enum bulk_state state)
{
	job->state = state;
	job->modified = clock_now();
}

void bulk_fail(struct bulk_job *job, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(job->error, sizeof(job->error), fmt, ap);
	va_end(ap);
	job->error[text_utf8_prefix(job->error, strlen(job->error))] = '\0';
	bulk_job_enter(job, BULK_FAILED);
}

void bulk_refuse_state(struct call *call, const struct bulk_job *job, const char *doing)
{
	static const char *const names[] = { "Open", "Closed", "Closed", "Aborted", "Completed",
		"Failed" };

	call_fail(call, 400, "INVALIDJOBSTATE", "%s already %s Job not allowed", doing,
		names[job->state]);
}

void bulk_delete(struct call *call, bool is_query)
{
	struct bulk_job *job = bulk_find(call, is_query);

	if (!job)
		return;
	if (job->state == BULK_OPEN || job->state == BULK_IN_PROGRESS) {
		call_fail(call, 400, "INVALIDJOBSTATE",
			"InvalidJobState : Deleting a Job in state %s not allowed",
			state_names[job->state]);
		return;
	}
	bulk_drop(call->org, job);
	call->status = 204;
}

/* ---- format ---- */

static const struct {
	const char *name;
	char delimiter;
} delimiters[] = {
	{ "COMMA", ',' },
	{ "TAB", '\t' },
	{ "PIPE", '|' },
	{ "SEMICOLON", ';' },
	{ "CARET", '^' },
	{ "BACKQUOTE", '`' },
};

static bool invalid_value(struct call *call, const char *value, const char *property)
{
	call_fail(call, 400, "API_ERROR", "Invalid value: '%s' supplied for property: '%s'", value,
		property);
	return false;
}

bool bulk_take_format(struct call *call, struct bulk_job *job)
{
	const struct jnode *root = call->json.root;
	const char *ending = jtree_string(root, "lineEnding");
	const char *delimiter = jtree_string(root, "columnDelimiter");
	const char *type = jtree_string(root, "contentType");
	size_t i = 0;

	if (type && strcmp(type, "CSV") != 0)
		return invalid_value(call, type, "contentType");
	if (ending && strcmp(ending, "LF") != 0 && strcmp(ending, "CRLF") != 0)
		return invalid_value(call, ending, "lineEnding");
	while (delimiter && i < ARRAY_SIZE(delimiters) &&
		strcmp(delimiters[i].name, delimiter) != 0)
		i++;
	if (i == ARRAY_SIZE(delimiters))
		return invalid_value(call, delimiter, "columnDelimiter");
	job->crlf = ending && strcmp(ending, "CRLF") == 0;
	job->delimiter = delimiters[i].delimiter;
	job->delimiter_name = delimiters[i].name;
	return true;
}

/* ---- as JSON ---- */

static void put_time(struct json *json, const char *key, int64_t ms)
{
	char text[CONVERT_TIME_MAX];

	convert_millis(text, ms);
	json_put_text(json, key, text);
}

static void put_version(struct json *json, const struct bulk_job *job)
{
	char number[16];

	snprintf(number, sizeof(number), "%d.0", job->version);
	json_key(json, "apiVersion");
	json_raw(json, number, strlen(number));
}

static void put_format(struct json *json, const struct bulk_job *job)
{
	json_put_text(json, "lineEnding", job->crlf ? "CRLF" : "LF");
	json_put_text(json, "columnDelimiter", job->delimiter_name);
}

static void put_progress(struct json *json, const struct bulk_job *job)
{
	if (job->is_query) {
		json_put_int(json, "numberRecordsProcessed", job->number_count);
		json_put_int(json, "retries", 0);
		json_put_int(json, "totalProcessingTime", job->work_us / 1000);
		json_put_bool(json, "isPkChunkingSupported", true);
		return;
	}
	json_put_int(json, "numberRecordsProcessed", (int64_t)job->row_count);
	json_put_int(json, "numberRecordsFailed", (int64_t)job->failed_rows);
	json_put_int(json, "retries", 0);
	json_put_int(json, "totalProcessingTime", job->work_us / 1000);
	json_put_int(json, "apiActiveProcessingTime", job->work_us / 1000);
	json_put_int(json, "apexProcessingTime", 0);
}

void bulk_put_job(
	struct json *json, const struct practice *org, const struct bulk_job *job, bool brief)
{
	char url[96];

	json_open(json, '{');
	json_put_text(json, "id", job->id);
	json_put_text(json, "operation", job->operation);
	json_put_text(json, "object", job->object->name);
	json_put_text(json, "createdById", org->user_id);
	put_time(json, "createdDate", job->created);
	put_time(json, "systemModstamp", job->modified);
	json_put_text(json, "state", state_names[job->state]);
	if (job->op == WRITE_UPSERT && !job->is_query)
		json_put_text(
			json, "externalIdFieldName", job->object->fields[job->key_field].name);
	json_put_text(json, "concurrencyMode", "Parallel");
	json_put_text(json, "contentType", "CSV");
	put_version(json, job);
	if (!brief)
		json_put_text(json, "jobType", job->is_query ? "V2Query" : "V2Ingest");
	if (!job->is_query && job->state == BULK_OPEN) {
		snprintf(url, sizeof(url), "services/data/v%d.0/jobs/ingest/%s/batches",
			job->version, job->id);
		json_put_text(json, "contentUrl", url);
	}
	if (!brief || job->is_query || job->state == BULK_OPEN)
		put_format(json, job);
	if (!brief)
		put_progress(json, job);
	if (job->state == BULK_FAILED)
		json_put_text(json, "errorMessage", job->error);
	json_close(json, '}');
}

void bulk_answer_list(struct call *call, bool is_query)
{
	const char *locator = call_param(call, "queryLocator");
	struct json json = JSON_INIT(call->out);
	const struct bulk_job *job;
	int64_t below = INT64_MAX; /* job numbers of this page */
	int count = 0;
	char next[160];

	drop_old(call->org);
	if (locator && !text_int(&below, locator, 1, INT64_MAX)) {
		call_fail(call, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
		return;
	}
	json_open(&json, '{');
	json_key(&json, "records");
	json_open(&json, '[');
	for (job = call->org->bulk.jobs; job; job = job->next) {
		if (job->is_query != is_query || (int64_t)job->number >= below)
			continue;
		if (count++ == LIST_PAGE)
			break;
		below = (int64_t)job->number;
		bulk_put_job(&json, call->org, job, false);
	}
	json_close(&json, ']');
	json_put_bool(&json, "done", !job);
	snprintf(next, sizeof(next), "/services/data/v%s/jobs/%s?queryLocator=%" PRId64,
		call->version, is_query ? "query" : "ingest", below);
	json_put_text(&json, "nextRecordsUrl", job ? next : NULL);
	json_close(&json, '}');
}
