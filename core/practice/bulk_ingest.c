/* bulk_ingest.c — ingest jobs of Bulk API 2.0: the calls that make, feed, move and read them. */

#include "base/base.h"
#include "practice/bulk.h"
#include "base/clock.h"
#include "practice/bulk_multipart.h"
#include "practice/call.h"

/* ---- create ---- */

static const struct {
	const char *name;
	enum write_op op;
	unsigned forbidden;
} operations[] = {
	{ "insert", WRITE_CREATE, SCHEMA_OBJECT_NO_CREATE },
	{ "update", WRITE_UPDATE, SCHEMA_OBJECT_NO_EDIT },
	{ "upsert", WRITE_UPSERT, SCHEMA_OBJECT_NO_CREATE },
	{ "delete", WRITE_DELETE, SCHEMA_OBJECT_NO_DELETE },
};

static bool take_operation(struct call *call, struct bulk_job *job)
{
	const char *name = jtree_string(call->json.root, "operation");
	size_t i = 0;

	if (name && strcmp(name, "hardDelete") == 0) {
		call_fail(call, 400, "FEATURENOTENABLED",
			"FeatureNotEnabled : hardDelete operation requires special user profile "
			"permission, please contact your system administrator");
		return false;
	}
	while (i < ARRAY_SIZE(operations) && strcmp(operations[i].name, name ? name : "") != 0)
		i++;
	if (i == ARRAY_SIZE(operations)) {
		call_fail(call, 400, "API_ERROR",
			"Invalid value: '%s' supplied for property: 'operation'",
			name ? name : "null");
		return false;
	}
	job->operation = operations[i].name;
	job->op = operations[i].op;
	return true;
}

static bool take_object(struct call *call, struct bulk_job *job)
{
	const char *name = jtree_string(call->json.root, "object");
	const struct schema_object *object = schema_object(call->org->schema, name ? name : "");
	const unsigned fixed =
		SCHEMA_OBJECT_NO_CREATE | SCHEMA_OBJECT_NO_EDIT | SCHEMA_OBJECT_NO_DELETE;

	if (!object || (object->flags & SCHEMA_OBJECT_HIDDEN)) {
		call_fail(call, 400, "INVALIDJOB", "InvalidJob : Unable to find object: %s",
			name ? name : "null");
		return false;
	}
	if ((object->flags & fixed) == fixed) {
		call_fail(call, 400, "INVALIDENTITY",
			"InvalidEntity : Entity '%s' is not supported by the Bulk API.",
			object->name);
		return false;
	}
	job->object = object;
	return true;
}

static bool take_key(struct call *call, struct bulk_job *job)
{
	const char *name = jtree_string(call->json.root, "externalIdFieldName");
	const struct schema_field *field;

	if (job->op != WRITE_UPSERT)
		return true;
	if (!name) {
		call_fail(call, 400, "INVALIDJOB",
			"InvalidJob : External ID was blank for %s. An External ID must be "
			"specified for upsert.",
			job->object->name);
		return false;
	}
	field = schema_field(job->object, name, strlen(name));
	if (!field || (field->flags & SCHEMA_HIDDEN) ||
		(!(field->flags & SCHEMA_EXTERNAL) && field->type != SCHEMA_ID)) {
		call_fail(call, 400, "INVALIDJOB",
			"InvalidJob : Field name provided, %s does not match an External ID for "
			"%s",
			name, job->object->name);
		return false;
	}
	job->key_field = schema_field_index(job->object, field);
	return true;
}

/* From the parsed body; NULL when it was answered with a refusal. */
static struct bulk_job *create_job(struct call *call)
{
	struct bulk_job wanted = { .version = call->version_number };
	struct bulk_job *job;

	if (!take_operation(call, &wanted) || !take_object(call, &wanted) ||
		!take_key(call, &wanted) || !bulk_take_format(call, &wanted))
		return NULL;
	job = bulk_add(call->org);
	if (!job) {
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		return NULL;
	}
	job->version = wanted.version;
	job->operation = wanted.operation;
	job->op = wanted.op;
	job->object = wanted.object;
	job->key_field = wanted.key_field;
	job->crlf = wanted.crlf;
	job->delimiter = wanted.delimiter;
	job->delimiter_name = wanted.delimiter_name;
	return job;
}

static void answer_job(struct call *call, const struct bulk_job *job, bool brief)
{
	struct json json = JSON_INIT(call->out);

	bulk_put_job(&json, call->org, job, brief);
}

static void start(struct call *call, struct bulk_job *job)
{
	job->request = call->number;
	bulk_start(call->org, job);
}

/* Job and content in one request: it begins in UploadComplete. */
static void create_with_content(struct call *call, const char *type)
{
	struct bulk_multipart parts;
	struct bulk_job *job;

	if (!bulk_multipart_split(&parts, type, call->body, call->body_len)) {
		call_fail(call, 400, "API_ERROR",
			"The multipart body needs the parts \"job\" and \"content\"");
		return;
	}
	if (parts.content_len > BULK_MULTIPART_MAX) {
		call_fail(call, 400, "API_ERROR",
			"The content of a multipart request is limited to %d characters",
			BULK_MULTIPART_MAX);
		return;
	}
	call->body = parts.job;
	call->body_len = parts.job_len;
	if (!call_parse_body(call, &(struct route){ .flags = ROUTE_JSON }))
		return;
	job = create_job(call);
	if (!job)
		return;
	job->upload = strndup(parts.content, parts.content_len);
	job->upload_len = job->upload ? parts.content_len : 0;
	start(call, job);
	answer_job(call, job, true);
}

static void create(struct call *call)
{
	const char *type = http_incoming_header(call->in, "Content-Type");
	const struct bulk_job *job;

	if (type && strncasecmp(type, "multipart/form-data", 19) == 0) {
		create_with_content(call, type);
		return;
	}
	if (!call_parse_body(call, &(struct route){ .flags = ROUTE_JSON }))
		return;
	job = create_job(call);
	if (job)
		answer_job(call, job, true);
}

/* ---- the upload ---- */

static void put_content(struct call *call)
{
	const char *type = http_incoming_header(call->in, "Content-Type");
	struct bulk_job *job = bulk_find(call, false);

	if (!job)
		return;
	if (!type || strncasecmp(type, "text/csv", 8) != 0 ||
		http_incoming_header(call->in, "Content-Encoding")) {
		call_fail(call, 415, "UNSUPPORTED_MEDIA_TYPE",
			"The HTTP entity body's Content-Type or Content-Encoding is not supported");
		return;
	}
	if (job->upload || job->state != BULK_OPEN) {
		call_fail(call, 400, "BULK_API_ERROR",
			"Found multiple contents for job: <%.15s>, please 'Close' / 'Abort' / "
			"'Delete' the current Job then create a new Job and make sure you only do "
			"'PUT' once on a given Job.",
			job->id);
		return;
	}
	job->upload_len = call->body_len;
	job->upload = buf_detach(call->in->upload);
	if (!job->upload) {
		job->upload_len = 0;
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		return;
	}
	job->modified = clock_now();
	call->status = 201;
}

/* ---- states ---- */

static void change_state(struct call *call)
{
	struct bulk_job *job = bulk_find(call, false);
	const char *state = jtree_string(call->json.root, "state");

	if (!job)
		return;
	if (state && strcmp(state, "UploadComplete") == 0) {
		if (job->state != BULK_OPEN) {
			bulk_refuse_state(call, job, "Closing");
			return;
		}
		start(call, job);
	} else if (state && strcmp(state, "Aborted") == 0) {
		if (bulk_is_final(job)) {
			bulk_refuse_state(call, job, "Aborting");
			return;
		}
		bulk_job_enter(job, BULK_ABORTED);
	} else {
		call_fail(call, 400, "API_ERROR",
			"Invalid value: '%s' supplied for property: 'state'",
			state ? state : "null");
		return;
	}
	answer_job(call, job, true);
}

static void show(struct call *call)
{
	const struct bulk_job *job = bulk_find(call, false);

	if (job)
		answer_job(call, job, false);
}

static void list(struct call *call)
{
	bulk_answer_list(call, false);
}

static void delete_job(struct call *call)
{
	bulk_delete(call, false);
}

/* ---- results ---- */

static void results(struct call *call, enum bulk_results which)
{
	struct bulk_job *job = bulk_find(call, false);

	if (!job)
		return;
	if (bulk_is_final(job))
		bulk_answer_results(call, job, which);
	else
		call_fail(call, 400, "INVALIDJOBSTATE",
			"InvalidJobState : Results of a Job in state %s are not available",
			bulk_job_state_name(job->state));
}

static void successful_results(struct call *call)
{
	results(call, BULK_SUCCESSFUL);
}

static void failed_results(struct call *call)
{
	results(call, BULK_FAILED_ROWS);
}

static void unprocessed_records(struct call *call)
{
	results(call, BULK_UNPROCESSED);
}

#define JOBS "services/data/v{}/jobs/ingest"

const struct route bulk_ingest_routes[] = {
	{ "POST", JOBS, create, ROUTE_WIRE },
	{ "GET", JOBS, list, ROUTE_WIRE },
	{ "PUT", JOBS "/{}/batches", put_content, ROUTE_WIRE | ROUTE_LARGE },
	{ "GET", JOBS "/{}", show, ROUTE_WIRE },
	{ "PATCH", JOBS "/{}", change_state, ROUTE_WIRE | ROUTE_JSON },
	{ "DELETE", JOBS "/{}", delete_job, ROUTE_WIRE },
	{ "GET", JOBS "/{}/successfulResults", successful_results, ROUTE_WIRE },
	{ "GET", JOBS "/{}/failedResults", failed_results, ROUTE_WIRE },
	{ "GET", JOBS "/{}/unprocessedrecords", unprocessed_records, ROUTE_WIRE },
	{ NULL, NULL, NULL, 0 },
};
