/* bulk.c — the calls of a bulk job's life, from "Open" to its last result file. */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/bulk.h"
#include "salesforce/reply.h"

/* A file of 100 MB may take long on a thin line; one that does not move at all is given up. */
#define FILE_TIMEOUT_MS (4 * INT64_C(3600000))
#define FILE_STALL_MS INT64_C(120000)

static const char *const state_names[] = {
	[BULK_OPEN] = "Open",
	[BULK_UPLOAD_COMPLETE] = "UploadComplete",
	[BULK_IN_PROGRESS] = "InProgress",
	[BULK_JOB_COMPLETE] = "JobComplete",
	[BULK_FAILED] = "Failed",
	[BULK_ABORTED] = "Aborted",
};

static const char *const file_names[BULK_FILE_COUNT] = {
	[BULK_FILE_SUCCESSFUL] = "successfulResults",
	[BULK_FILE_FAILED] = "failedResults",
	[BULK_FILE_UNPROCESSED] = "unprocessedrecords",
};

const char *bulk_state_word(enum bulk_state state)
{
	return state_names[state];
}

bool bulk_state_parse(enum bulk_state *state, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(state_names); i++) {
		if (text_equal(state_names[i], name)) {
			*state = (enum bulk_state)i;
			return true;
		}
	}
	return false;
}

bool bulk_state_final(enum bulk_state state)
{
	return state >= BULK_JOB_COMPLETE;
}

const char *bulk_file_name(enum bulk_file file)
{
	return file_names[file];
}

/*
 * Job-level errors begin with the name of their class (guide, "Errors"): of these, the same data
 * and the same settings would fail again. Others (a lock that lasted, the org's own trouble) pass.
 */
bool bulk_error_is_final(const char *error)
{
	static const char *const classes[] = { "InvalidBatch", "ClientInputError", "InvalidJob",
		"InvalidEntity", "FeatureNotEnabled", "InvalidUser" };

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (text_starts(error, classes[i]))
			return true;
	return false;
}

/* ---- job info ---- */

static int read_info(struct bulk_info *out, const struct http_answer *answer, struct err *err)
{
	struct json_object *reply;
	const char *id, *state, *error;
	int rc = reply_parse_as(&reply, json_type_object, buf_str(&answer->body), answer->body.len,
		"the answer about a bulk job", err);

	if (rc)
		return rc;
	id = reply_text(reply, "id");
	state = reply_text(reply, "state");
	error = reply_text(reply, "errorMessage");
	if (!id || !reply_is_id(id, strlen(id)) ||
		!bulk_state_parse(&out->state, state ? state : ""))
		rc = err_set(err, ERR_PROTOCOL,
			"the answer about a bulk job names no job and no state that is known");
	text_copy(out->id, sizeof(out->id), id ? id : "");
	out->processed = reply_int(reply, "numberRecordsProcessed", 0);
	out->failed = reply_int(reply, "numberRecordsFailed", 0);
	reply_one_line(out->error, sizeof(out->error), error ? error : "");
	json_object_put(reply);
	return rc;
}

static void job_path(char path[BULK_PATH_MAX], const char *id, const char *part)
{
	snprintf(path, BULK_PATH_MAX, "/jobs/ingest/%.18s%s%s", id, *part ? "/" : "", part);
}

/* `body` (consumed, NULL = none) is what the job is to be. */
static int call(struct bulk_info *out, struct org *org, const char *method, const char *id,
	struct json_object *body, struct http_answer *answer, struct err *err)
{
	char path[BULK_PATH_MAX] = "/jobs/ingest";
	struct org_request request = { .method = method, .path = path };
	int rc;

	*out = (struct bulk_info){ .state = BULK_OPEN };
	if (id)
		job_path(path, id, "");
	if (body) {
		request.body = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN);
		request.body_len = request.body ? strlen(request.body) : 0;
	}
	rc = org_exchange(org, &request, answer, err);
	json_object_put(body);
	return rc ? rc : read_info(out, answer, err);
}

static void put(struct json_object *body, const char *key, const char *value)
{
	json_object_object_add(body, key, json_object_new_string(value));
}

int bulk_create(struct bulk_info *out, struct org *org, const struct bulk_spec *spec,
	struct http_answer *answer, struct err *err)
{
	static const char *const operations[] = {
		[OPERATION_INSERT] = "insert",
		[OPERATION_UPDATE] = "update",
		[OPERATION_UPSERT] = "upsert",
		[OPERATION_DELETE] = "delete",
	};
	struct json_object *body = json_object_new_object();

	if (!body)
		return err_nomem(err);
	put(body, "object", spec->object);
	put(body, "operation", operations[spec->operation]);
	if (spec->operation == OPERATION_UPSERT)
		put(body, "externalIdFieldName", spec->external_id);
	put(body, "contentType", "CSV");
	put(body, "lineEnding", "LF");
	put(body, "columnDelimiter", "COMMA");
	return call(out, org, "POST", NULL, body, answer, err);
}

void bulk_upload_request(struct org_request *request, char path[BULK_PATH_MAX], const char *id)
{
	job_path(path, id, "batches");
	*request = (struct org_request){ .method = "PUT",
		.path = path,
		.content_type = "text/csv; charset=UTF-8",
		.timeout_ms = FILE_TIMEOUT_MS,
		.stall_ms = FILE_STALL_MS };
}

int bulk_upload(struct org *org, const char *id, size_t bytes, http_body_read *read, void *ctx,
	struct http_answer *answer, struct err *err)
{
	char path[BULK_PATH_MAX];
	struct org_request request;

	bulk_upload_request(&request, path, id);
	request.body_len = bytes;
	request.read = read;
	request.read_ctx = ctx;
	return org_exchange(org, &request, answer, err);
}

int bulk_move(struct bulk_info *out, struct org *org, const char *id, enum bulk_state state,
	struct http_answer *answer, struct err *err)
{
	struct json_object *body = json_object_new_object();

	if (!body)
		return err_nomem(err);
	put(body, "state", bulk_state_word(state));
	return call(out, org, "PATCH", id, body, answer, err);
}

int bulk_ask(struct bulk_info *out, struct org *org, const char *id, struct http_answer *answer,
	struct err *err)
{
	return call(out, org, "GET", id, NULL, answer, err);
}

/* ---- result files ---- */

struct stream {
	struct bulk_reader *reader;
	int rc;
	struct err err;
};

static bool take(void *ctx, const char *data, size_t len)
{
	struct stream *stream = ctx;

	stream->rc = bulk_reader_feed(stream->reader, data, len, &stream->err);
	return stream->rc == 0;
}

int bulk_results(struct org *org, const char *id, enum bulk_file file, struct bulk_sheet *sheet,
	bulk_each *each, void *ctx, struct http_answer *answer, struct err *err)
{
	char path[BULK_PATH_MAX];
	struct stream stream = { .rc = 0 };
	struct org_request request = { .method = "GET",
		.path = path,
		.write = take,
		.write_ctx = &stream,
		.accept = "text/csv",
		.timeout_ms = FILE_TIMEOUT_MS,
		.stall_ms = FILE_STALL_MS };
	int rc = bulk_reader_new(&stream.reader, file, sheet, each, ctx, err);

	if (rc)
		return rc;
	job_path(path, id, file_names[file]);
	rc = org_exchange(org, &request, answer, err);
	if (stream.rc)
		rc = err_copy(err, &stream.err);
	if (!rc)
		rc = bulk_reader_end(stream.reader, err);
	bulk_reader_free(stream.reader);
	return rc;
}
