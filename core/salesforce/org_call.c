/* org_call.c — calls that carry the token, renew it once when it grew old, and learn the allowance.
 */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/org_state.h"

#define READ_TIMEOUT_MS 120000
#define WRITE_TIMEOUT_MS 620000 /* a call may work for 10 minutes */

/* ---- allowance ---- */

void org_learn(struct org *org, const struct http_answer *answer)
{
	if (answer->limit_info[0] &&
		salesforce_limit_info(answer->limit_info, &org->used, &org->allowed))
		org->usage_known = true;
}

bool org_api_usage(const struct org *org, int64_t *used, int64_t *allowed)
{
	*used = org->used;
	*allowed = org->allowed;
	return org->usage_known;
}

/* ---- calls ---- */

struct http_client *org_http(struct org *org)
{
	return org->http;
}

int org_address(char **out, struct org *org, const char *path, struct err *err)
{
	const char *version;
	int rc;

	if (text_starts(path, "/services/")) {
		if (asprintf(out, "%s%s", org->token.instance_url, path) < 0)
			*out = NULL;
	} else {
		rc = org_version(&version, org, err);
		if (rc)
			return rc;
		if (asprintf(out, "%s/services/data/v%s%s", org->token.instance_url, version,
			    path) < 0)
			*out = NULL;
	}
	return *out ? 0 : err_nomem(err);
}

static void add_header(struct http_header headers[ORG_HEADERS_MAX], int *count, const char *name,
	const char *value)
{
	if (*count + 1 < ORG_HEADERS_MAX)
		headers[(*count)++] = (struct http_header){ name, value };
	headers[*count] = (struct http_header){ NULL, NULL };
}

void org_request_headers(
	struct http_header headers[ORG_HEADERS_MAX], const struct org_request *request)
{
	const char *type = request->content_type;
	int count = 0;

	add_header(
		headers, &count, "Accept", request->accept ? request->accept : "application/json");
	if (request->body || request->read)
		add_header(headers, &count, "Content-Type",
			type ? type : "application/json; charset=UTF-8");
	/* Lets the org's administrator find our traffic (REST guide, "Call Options Header"). */
	add_header(headers, &count, "Sforce-Call-Options", "client=agentboard");
	for (const struct http_header *more = request->headers; more && more->name; more++)
		add_header(headers, &count, more->name, more->value);
}

int org_prepare(struct org_prepared *out, struct org *org, const struct org_request *request,
	struct err *err)
{
	bool reads = strcmp(request->method, "GET") == 0;
	const char *token;
	int rc;

	*out = (struct org_prepared){ 0 };
	rc = org_token(&token, org, err);
	if (rc == 0 && org->expected[0] && strncmp(org->expected, org->token.org_id, 15) != 0)
		rc = err_set(err, ERR_REFUSED,
			"the new token is for the org %s, not %s: nothing is sent to another org",
			org->token.org_id, org->expected);
	if (rc == 0)
		rc = org_address(&out->url, org, request->path, err);
	if (rc)
		return rc;
	out->token = strdup(token);
	if (asprintf(&out->authorization, "Bearer %s", token) < 0)
		out->authorization = NULL;
	if (!out->token || !out->authorization) {
		org_prepared_free(out);
		return err_nomem(err);
	}
	out->headers[0] = (struct http_header){ "Authorization", out->authorization };
	org_request_headers(out->headers + 1, request);
	out->request = (struct http_request){
		.method = request->method,
		.url = out->url,
		.headers = out->headers,
		.body = request->body,
		.body_len = request->body_len,
		.read = request->read,
		.read_ctx = request->read_ctx,
		.write = request->write,
		.write_ctx = request->write_ctx,
		.stall_ms = request->stall_ms,
		.timeout_ms = request->timeout_ms ? request->timeout_ms
			      : reads		  ? READ_TIMEOUT_MS
						  : WRITE_TIMEOUT_MS,
		.answer_max = request->answer_max,
		.no_network_proxy = org->loopback,
	};
	return 0;
}

void org_prepared_free(struct org_prepared *prepared)
{
	if (!prepared)
		return;
	secret_wipe(prepared->token);
	secret_wipe(prepared->authorization);
	free(prepared->url);
	*prepared = (struct org_prepared){ 0 };
}

static int exchange_once(struct org *org, const struct org_request *request,
	struct http_answer *answer, bool may_renew, bool *renew, struct err *err)
{
	struct org_prepared prepared;
	int rc = org_prepare(&prepared, org, request, err);

	*renew = false;
	if (rc == 0) {
		rc = http_call(org->http, &prepared.request, answer, org->cancel, err);
		org_keep_head(org, answer);
	}
	if (rc == 0) {
		org_learn(org, answer);
		if (may_renew && salesforce_session_expired(answer)) {
			org_token_expire(org, prepared.token);
			*renew = true;
		} else if (answer->status / 100 != 2) {
			rc = salesforce_error(answer, err);
		}
	}
	org_prepared_free(&prepared);
	return rc;
}

int org_exchange(struct org *org, const struct org_request *request, struct http_answer *answer,
	struct err *err)
{
	bool renew;
	int rc;

	http_answer_free(answer);
	http_answer_init(answer);
	rc = exchange_once(org, request, answer, !org->renew_never, &renew, err);
	if (renew)
		rc = exchange_once(org, request, answer, false, &renew, err);
	return rc;
}

int org_call(struct org *org, const char *method, const char *path, const char *body,
	size_t body_len, struct http_answer *answer, struct err *err)
{
	struct org_request request = {
		.method = method,
		.path = path,
		.body = body,
		.body_len = body_len,
	};

	return org_exchange(org, &request, answer, err);
}
