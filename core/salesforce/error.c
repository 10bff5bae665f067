/*
 * error.c — what an answer that is no 2xx means: its kind, whether the same call may succeed later,
 * and the org's own code and words (REST API guide: "Status Codes and Error Responses"; OAuth: help
 * page "OAuth 2.0 Authorization Errors").
 */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/org.h"
#include "salesforce/reply.h"

#include <ctype.h>
#include <strings.h>

/* Codes whose meaning differs from what their HTTP status would tell. */
static const struct {
	const char *code;
	enum err_kind kind;
	bool retryable;
} codes[] = {
	{ "REQUEST_LIMIT_EXCEEDED", ERR_LIMIT, true },
	{ "LIMIT_EXCEEDED", ERR_LIMIT, true },
	{ "EXCEEDED_QUOTA", ERR_LIMIT, true },
	{ "EXCEEDEDQUOTA", ERR_LIMIT, true },
	{ "TOO_MANY_APEX_REQUESTS", ERR_LIMIT, true },
	{ "TOOMANYLOCKFAILURE", ERR_LIMIT, true },
	{ "REQUEST_RUNNING_TOO_LONG", ERR_LIMIT, true },
	{ "QUERY_TIMEOUT", ERR_LIMIT, true },
	{ "STORAGE_LIMIT_EXCEEDED", ERR_LIMIT, false },
	{ "EXCEEDED_MAX_SIZE_REQUEST", ERR_LIMIT, false },
	{ "EXCEEDED_ID_LIMIT", ERR_PROTOCOL, false },
	{ "SERVER_UNAVAILABLE", ERR_NET, true },
	{ "UNKNOWN_EXCEPTION", ERR_NET, true },
	{ "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", ERR_NET, true },
	{ "UNABLE_TO_LOCK_ROW", ERR_REFUSED, true },
	{ "ENTITY_IS_LOCKED", ERR_REFUSED, true },
	{ "NOT_FOUND", ERR_NOT_FOUND, false },
	{ "JSON_PARSER_ERROR", ERR_PROTOCOL, false },
	{ "METHOD_NOT_ALLOWED", ERR_PROTOCOL, false },
};

static const struct {
	int status;
	enum err_kind kind;
	bool retryable;
	const char *words; /* when the body says nothing */
} statuses[] = {
	{ 300, ERR_REFUSED, false, "several records match the external ID" },
	{ 304, ERR_PROTOCOL, false, "unchanged, though nothing was asked conditionally" },
	{ 400, ERR_REFUSED, false, "the request was refused" },
	{ 401, ERR_REFUSED, false, "not authenticated" },
	{ 403, ERR_REFUSED, false, "not permitted" },
	{ 404, ERR_NOT_FOUND, false, "no such address" },
	{ 405, ERR_PROTOCOL, false, "the method is not allowed there" },
	{ 407, ERR_REFUSED, false, "the proxy asks for a user and a password" },
	{ 408, ERR_NET, true, "the request took too long to arrive" },
	{ 413, ERR_LIMIT, false, "the request is too large" },
	{ 414, ERR_LIMIT, false, "the address is too long" },
	{ 420, ERR_NET, true, "the edge cannot reach the org" },
	{ 429, ERR_LIMIT, true, "too many requests" },
	{ 431, ERR_LIMIT, false, "address and headers are too long" },
	{ 500, ERR_NET, true, "an error inside the org" },
	{ 502, ERR_NET, true, "the edge got no answer from the org" },
	{ 503, ERR_NET, true, "the org is down or overloaded" },
	{ 504, ERR_NET, true, "the edge waited in vain for the org" },
};

bool salesforce_code_retryable(const char *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		if (text_equal(codes[i].code, code))
			return codes[i].retryable;
	}
	return false;
}

/* Kind, retryable and a first text by status alone. */
static void by_status(struct err *err, const struct http_answer *answer)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (statuses[i].status != answer->status)
			continue;
		err_set(err, statuses[i].kind, "HTTP %d: %s", answer->status, statuses[i].words);
		err->retryable = statuses[i].retryable;
		goto coded;
	}
	if (answer->status / 100 == 3) {
		err_set(err, ERR_PROTOCOL,
			"HTTP %d: sent on to %s, which is not followed: no token leaves for "
			"another address",
			answer->status, answer->location[0] ? answer->location : "nowhere");
	} else {
		err_set(err, answer->status >= 500 ? ERR_NET : ERR_PROTOCOL, "HTTP %d",
			answer->status);
		err->retryable = answer->status >= 500;
	}
coded:
	snprintf(err->code, sizeof(err->code), "HTTP_%d", answer->status);
}

/* The org's own code and message over what the status said. */
static void by_code(struct err *err, const char *code, const char *message)
{
	char line[400];

	reply_one_line(line, sizeof(line), message ? message : "");
	text_copy(err->code, sizeof(err->code), code);
	snprintf(err->text, sizeof(err->text), "%.63s%s%s", code, line[0] ? ": " : "", line);
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		if (strcmp(codes[i].code, code) == 0) {
			err->kind = codes[i].kind;
			err->retryable = codes[i].retryable;
		}
	}
}

/* [{"message","errorCode","fields"}]; the first one counts. */
static bool read_rest_error(struct err *err, struct json_object *reply)
{
	struct json_object *first;
	const char *code;

	if (!json_object_is_type(reply, json_type_array) || json_object_array_length(reply) == 0)
		return false;
	first = json_object_array_get_idx(reply, 0);
	code = reply_text(first, "errorCode");
	if (!code)
		code = reply_text(first, "statusCode");
	if (text_empty(code))
		return false;
	by_code(err, code, reply_text(first, "message"));
	return true;
}

/* {"error","error_description"}: a refusal for good, but for the org's own trouble (5xx). */
static bool read_oauth_error(struct err *err, struct json_object *reply, int status)
{
	const char *error = reply_text(reply, "error");

	if (text_empty(error))
		return false;
	by_code(err, error, reply_text(reply, "error_description"));
	if (status < 500) {
		err->kind = ERR_REFUSED;
		err->retryable = false;
	}
	return true;
}

/* Plain words instead of JSON: userinfo's "Bad_OAuth_Token", an edge's web page. */
static void read_plain(struct err *err, const struct http_answer *answer)
{
	const char *body = buf_str(&answer->body);
	char line[200];

	if (reply_is_html(body, answer->body.len)) {
		size_t used = strlen(err->text);

		snprintf(err->text + used, sizeof(err->text) - used,
			" (a web page, not the org's API)");
		return;
	}
	reply_one_line(line, sizeof(line), body);
	if (strcmp(line, "Bad_OAuth_Token") == 0 || strcmp(line, "Missing_OAuth_Token") == 0) {
		by_code(err, line, NULL);
		err->kind = ERR_REFUSED;
	}
}

int salesforce_error(const struct http_answer *answer, struct err *err)
{
	struct err found = ERR_INIT;
	struct json_object *reply = NULL;

	if (answer->reach != HTTP_ANSWERED) {
		found = answer->err;
		if (found.kind == ERR_NONE)
			err_set(&found, ERR_NET, "no answer");
		return err_copy(err, &found);
	}
	by_status(&found, answer);
	if (reply_parse(&reply, buf_str(&answer->body), answer->body.len, "the answer", NULL) ==
		0) {
		if (!read_rest_error(&found, reply))
			read_oauth_error(&found, reply, answer->status);
		json_object_put(reply);
	} else {
		read_plain(&found, answer);
	}
	return err_copy(err, &found);
}

bool salesforce_session_expired(const struct http_answer *answer)
{
	struct err found = ERR_INIT;

	if (answer->reach != HTTP_ANSWERED || (answer->status != 401 && answer->status != 403))
		return false;
	salesforce_error(answer, &found);
	if (strcmp(found.code, "Bad_OAuth_Token") == 0)
		return true;
	return answer->status == 401 && strcmp(found.code, "INVALID_SESSION_ID") == 0 &&
	       strcasestr(found.text, "session expired or invalid") != NULL;
}

/* Digits at `text`; the character behind them in `end`. */
static bool read_number(int64_t *value, const char *text, const char **end)
{
	int64_t number = 0;
	int digits = 0;

	for (; isdigit((unsigned char)text[digits]) && digits < 18; digits++)
		number = number * 10 + (text[digits] - '0');
	*value = number;
	*end = text + digits;
	return digits > 0;
}

bool salesforce_limit_info(const char *header, int64_t *used, int64_t *allowed)
{
	static const char key[] = "api-usage=";
	const char *at = header;
	int64_t first, second;

	/* "per-app-api-usage=" holds the same words: only the start of an entry counts. */
	while ((at = strstr(at, key))) {
		const char *before = at;

		at += sizeof(key) - 1;
		while (before > header && before[-1] == ' ')
			before--;
		if (before > header && before[-1] != ';' && before[-1] != ',')
			continue;
		if (!read_number(&first, at, &at) || *at != '/' ||
			!read_number(&second, at + 1, &at))
			return false;
		*used = first;
		*allowed = second;
		return true;
	}
	return false;
}
