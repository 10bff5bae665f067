/* exchange.c — a request as it was sent, rebuilt for one row; and what is kept of its answer. */

#include "base/base.h"
#include "process/exchange.h"
#include "base/json.h"
#include "process/envelope.h"
#include "salesforce/bulk.h"
#include "salesforce/collections.h"

#define REQUEST_MAX (256u << 20)
/* Where an Id was, that a query found right before: only of what succeeded is it kept. */
#define LOOKED_UP "looked up when it was sent, not kept"

/* What a request is made from. */
struct making {
	const struct message_detail *detail;
	const struct attempt_info *attempt;
	struct envelope envelope;
	const char *record;
	struct buf path, body;
	struct org_request request;
	struct http_header headers[ENVELOPE_HEADERS];
	char upload_path[BULK_PATH_MAX];
};

static int say(char **about, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int say(char **about, struct err *err, const char *fmt, ...)
{
	va_list args;
	int len;

	free(*about);
	va_start(args, fmt);
	len = vasprintf(about, fmt, args);
	va_end(args);
	if (len >= 0)
		return 0;
	*about = NULL;
	return err_nomem(err);
}

/* ---- why there is none ---- */

static const char *why_not(const struct making *making)
{
	const struct message_detail *detail = making->detail;

	if (making->attempt->unsent)
		return "the row was in no request that left";
	if (!making->record)
		return "the payload was replaced since, and what this attempt carried is not kept";
	if (!*making->record)
		return "not kept: the payload left the store when the message completed";
	if (text_empty(detail->envelope) || making->attempt->sent < detail->envelope_since)
		return "not kept: the address and the settings of its time are not known any more";
	if (!making->attempt->bulk && making->envelope.looks_up &&
		detail->operation == OPERATION_UPSERT && !making->attempt->succeeded)
		return "not kept: whether it went as an insert or an update was found out by a "
		       "query right before";
	return NULL;
}

/* ---- Collections ---- */

static bool has_id(const struct making *making)
{
	const char *id;
	size_t len;

	return collection_record_id(making->record, strlen(making->record), &id, &len);
}

static enum operation sent_as(const struct making *making)
{
	const struct message_detail *detail = making->detail;

	if (detail->operation != OPERATION_UPSERT)
		return detail->operation;
	if (making->envelope.looks_up)
		return making->attempt->created ? OPERATION_INSERT : OPERATION_UPDATE;
	return making->envelope.may_go_by_id && has_id(making) ? OPERATION_UPDATE
							       : OPERATION_UPSERT;
}

static const char *found_id(const struct making *making)
{
	const char *id = making->attempt->salesforce_id;

	return *id ? id : LOOKED_UP;
}

static int make_call(struct making *making, struct err *err)
{
	const struct message_detail *detail = making->detail;
	const uint32_t len = (uint32_t)strlen(making->record);
	enum operation operation = sent_as(making);
	bool looked_up = making->envelope.looks_up && operation != OPERATION_INSERT;
	const char *id = looked_up ? found_id(making) : NULL;
	struct collection_call call = { .object = detail->object,
		.operation = operation,
		.external_id = detail->external_id,
		.all_or_none = making->envelope.all_or_none,
		.records = &making->record,
		.record_lens = &len,
		.ids = &id,
		.count = 1 };
	int rc = collection_request(
		&making->request.method, &making->path, &making->body, &call, err);

	making->request.path = buf_str(&making->path);
	envelope_headers(&making->request, making->headers, &making->envelope);
	return rc;
}

/* ---- bulk ---- */

static int make_line(struct making *making, struct err *err)
{
	const struct text_list no_keys = { NULL, 0 };
	struct bulk_sheet *sheet = NULL;
	const char *why = NULL;
	int rc = bulk_sheet_new(&sheet, making->detail->operation, &no_keys, err);

	if (rc)
		return rc;
	if (making->envelope.looks_up)
		bulk_sheet_give_id(sheet, making->attempt->salesforce_id);
	rc = bulk_sheet_read(sheet, making->record, strlen(making->record), true, &why, err);
	if (rc == 0) {
		bulk_sheet_write_header(&making->body, sheet);
		bulk_sheet_write_row(&making->body, sheet);
	}
	bulk_sheet_free(sheet);
	bulk_upload_request(&making->request, making->upload_path, making->attempt->job);
	making->request.path = making->upload_path;
	return rc > 0 ? err_set(err, ERR_USAGE, "%s", why) : rc;
}

/* ---- the request ---- */

static int describe_part(struct exchange *out, const struct making *making, struct err *err)
{
	const struct attempt_info *attempt = making->attempt;
	int64_t packet = MESSAGE_PACKET(making->detail->message.id);
	char cut[80] = "";
	int rc;

	if (making->body.len > EXCHANGE_BODY_MAX)
		snprintf(cut, sizeof(cut), "; the first %d of %zu bytes", EXCHANGE_BODY_MAX,
			making->body.len);
	if (attempt->bulk)
		rc = say(&out->about, err,
			"rebuilt: this row's line, with its own columns; the job carried %d rows "
			"of "
			"packet %" PRId64 "%s%s",
			attempt->rows, packet,
			making->envelope.looks_up && !*attempt->salesforce_id
				? "; its Id was looked up then and is not kept"
				: "",
			cut);
	else if (attempt->rows == 1)
		rc = say(&out->about, err, "rebuilt: the row of packet %" PRId64 " alone%s", packet,
			cut);
	else
		rc = say(&out->about, err,
			"rebuilt: this row's part, number %d of the %d rows of packet %" PRId64
			"%s",
			attempt->place, attempt->rows, packet, cut);
	return rc;
}

static int list_headers(struct exchange *out, const struct org_request *request, struct err *err)
{
	struct http_header headers[ORG_HEADERS_MAX];
	int rc = 0;

	org_request_headers(headers, request);
	for (int i = 0; rc == 0 && headers[i].name; i++) {
		char *line = NULL;

		rc = say(&line, err, "%s: %s", headers[i].name, headers[i].value);
		if (rc == 0 && !text_list_add(&out->headers, line))
			rc = err_nomem(err);
		free(line);
	}
	return rc;
}

static int take_request(struct exchange *out, struct making *making, struct err *err)
{
	int rc = describe_part(out, making, err);

	if (rc)
		return rc;
	if (making->body.len > EXCHANGE_BODY_MAX)
		buf_cut(&making->body, text_utf8_prefix(making->body.data, EXCHANGE_BODY_MAX));
	making->request.body = making->body.len ? making->body.data : NULL;
	rc = list_headers(out, &making->request, err);
	if (rc)
		return rc;
	out->method = making->request.method;
	if (asprintf(&out->url, "%s%s", making->envelope.address, making->request.path) < 0)
		out->url = NULL;
	if (making->body.len)
		out->body = buf_detach(&making->body);
	return out->url && (out->body || !making->request.body) ? 0 : err_nomem(err);
}

static int make_request(struct exchange *out, struct making *making, struct err *err)
{
	struct err problem = ERR_INIT;
	const char *why;
	int rc;

	if (!text_empty(making->detail->envelope)) {
		rc = envelope_read(&making->envelope, making->detail->envelope, err);
		if (rc)
			return rc;
	}
	why = why_not(making);
	if (why)
		return say(&out->about, err, "%s", why);
	rc = making->attempt->bulk ? make_line(making, &problem) : make_call(making, &problem);
	if (rc == 0)
		rc = buf_check(&making->body, "the request", &problem);
	if (rc == -ERR_NOMEM)
		return err_copy(err, &problem);
	return rc ? say(&out->about, err, "it cannot be rebuilt: %s", problem.text)
		  : take_request(out, making, err);
}

/* ---- the answer ---- */

static char *success_of(const struct message_detail *detail, const struct attempt_info *attempt)
{
	struct buf text = BUF_INIT(1024);
	struct json json = JSON_INIT(&text);

	if (attempt->bulk) {
		buf_addf(&text, "sf__Id,sf__Created\n%s,%s\n", attempt->salesforce_id,
			attempt->created ? "true" : "false");
		return buf_detach(&text);
	}
	json_open(&json, '{');
	json_put_text(&json, "id", attempt->salesforce_id);
	json_put_bool(&json, "success", true);
	json_key(&json, "errors");
	json_open(&json, '[');
	json_close(&json, ']');
	if (detail->operation == OPERATION_UPSERT)
		json_put_bool(&json, "created", attempt->created);
	json_close(&json, '}');
	return buf_detach(&text);
}

/* Why there is no answer, or nothing of it. */
static const char *silence(const struct attempt_info *attempt)
{
	if (!attempt->done)
		return "no answer is recorded";
	if (attempt->unsent)
		return "none: the row was in no request that left";
	if (!attempt->http_status)
		return "no answer came";
	return attempt->bulk ? "the org's files say nothing about this row"
			     : "what it said in so many words is not kept";
}

static int make_answer(struct exchange *out, const struct message_detail *detail,
	const struct attempt_info *attempt, struct err *err)
{
	if (!text_empty(attempt->answer)) {
		out->answer = strdup(attempt->answer);
		return out->answer ? say(&out->answer_about, err, "as it came%s%s",
					     attempt->bulk ? ", sf__Error of the job's file" : "",
					     attempt->answer_cut ? "; its first 4 kB are kept" : "")
				   : err_nomem(err);
	}
	if (!attempt->succeeded || !attempt->salesforce_id[0])
		return say(&out->answer_about, err, "%s", silence(attempt));
	out->answer = success_of(detail, attempt);
	return out->answer ? say(&out->answer_about, err, "rebuilt from the Id that is kept")
			   : err_nomem(err);
}

/* ---- both ---- */

int exchange_make(
	struct exchange *out, const struct message_detail *detail, int attempt, struct err *err)
{
	struct making making = { .detail = detail,
		.attempt = &detail->attempts[attempt],
		.path = BUF_INIT(32 * 1024),
		.body = BUF_INIT(REQUEST_MAX) };
	int rc;

	*out = (struct exchange){ NULL };
	making.record = attempt_record(detail, making.attempt);
	rc = make_request(out, &making, err);
	if (rc == 0)
		rc = make_answer(out, detail, making.attempt, err);
	envelope_free(&making.envelope);
	buf_free(&making.path);
	buf_free(&making.body);
	return rc;
}

void exchange_free(struct exchange *exchange)
{
	free(exchange->about);
	free(exchange->url);
	text_list_free(&exchange->headers);
	free(exchange->body);
	free(exchange->answer_about);
	free(exchange->answer);
	*exchange = (struct exchange){ NULL };
}

char *exchange_request_text(const struct exchange *exchange)
{
	struct buf text = BUF_INIT(REQUEST_MAX);

	if (!exchange->method)
		return text_dup(exchange->about);
	buf_addf(&text, "%s %s\n", exchange->method, exchange->url);
	for (size_t i = 0; i < exchange->headers.count; i++)
		buf_addf(&text, "%s\n", exchange->headers.items[i]);
	if (exchange->body)
		buf_addf(&text, "\n%s", exchange->body);
	return buf_detach(&text);
}

char *exchange_answer_text(const struct exchange *exchange)
{
	return text_dup(exchange->answer ? exchange->answer : exchange->answer_about);
}
