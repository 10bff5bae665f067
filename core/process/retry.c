/* retry.c — the tables of retry.h and the walk over them. The first row that fits counts. */

#include "base/base.h"
#include "process/retry.h"
#include "base/text.h"
#include "salesforce/org.h"

#include <sodium.h>
#include <stdatomic.h>

#define MINUTE INT64_C(60000)
#define RETRY_AFTER_MAX (60 * MINUTE)

static const struct retry_pace pace_network = { 1000, 2 * MINUTE, 0 };
static const struct retry_pace pace_busy = { 2000, 5 * MINUTE, 0 };
static const struct retry_pace pace_lock = { 1000, MINUTE, 8 };
static const struct retry_pace pace_parent = { 1000, 5 * MINUTE, 0 };
static const struct retry_pace pace_limit = { 5000, 5 * MINUTE, 8 };

/* ---- requests ---- */

static const struct request_rule {
	int status_from, status_to;
	const char *code; /* NULL = any */
	const char *text; /* a part of the org's words; NULL = any */
	enum request_class class;
	const struct retry_pace *pace;
	bool fewer;
	enum run_state stop_state;
} request_rules[] = {
	/* limits: the daily one is over for hours, the others pass */
	{ 400, 599, "REQUEST_LIMIT_EXCEEDED", "TotalRequests", REQUEST_STOP, NULL, false,
		RUN_PAUSED },
	{ 400, 599, "REQUEST_LIMIT_EXCEEDED", "Concurrent", REQUEST_AGAIN, &pace_busy, true,
		RUN_SENDING },
	{ 400, 599, "REQUEST_LIMIT_EXCEEDED", NULL, REQUEST_STOP, NULL, false, RUN_PAUSED },
	{ 400, 599, "STORAGE_LIMIT_EXCEEDED", NULL, REQUEST_STOP, NULL, false, RUN_STOPPED },
	{ 429, 429, NULL, NULL, REQUEST_AGAIN, &pace_busy, true, RUN_SENDING },
	/* not executed for certain: the API itself says that it is closed */
	{ 503, 503, "SERVER_UNAVAILABLE", NULL, REQUEST_AGAIN, &pace_busy, false, RUN_SENDING },
	/* one row of the wrong shape spoils its request; a large one is smaller in halves */
	{ 400, 400, "INVALID_TYPE", NULL, REQUEST_STOP, NULL, false, RUN_STOPPED },
	{ 400, 400, NULL, NULL, REQUEST_SPLIT, NULL, false, RUN_SENDING },
	{ 413, 414, NULL, NULL, REQUEST_SPLIT, NULL, false, RUN_SENDING },
	{ 431, 431, NULL, NULL, REQUEST_SPLIT, NULL, false, RUN_SENDING },
	/* 401 and 403: what a new token mends was looked at before */
	{ 401, 401, NULL, NULL, REQUEST_STOP, NULL, false, RUN_PAUSED },
	{ 403, 403, NULL, NULL, REQUEST_STOP, NULL, false, RUN_PAUSED },
	/* an address that is not there, a redirect, a method refused: none of the others will do */
	{ 300, 399, NULL, NULL, REQUEST_STOP, NULL, false, RUN_STOPPED },
	{ 404, 407, NULL, NULL, REQUEST_STOP, NULL, false, RUN_STOPPED },
	{ 410, 412, NULL, NULL, REQUEST_STOP, NULL, false, RUN_STOPPED },
	{ 415, 415, NULL, NULL, REQUEST_STOP, NULL, false, RUN_STOPPED },
	/* everything else came from a server or an edge in trouble, after it had the rows */
	{ 0, 999, NULL, NULL, REQUEST_LOST, &pace_busy, false, RUN_SENDING },
};

static const struct request_rule *request_rule(int status, const struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(request_rules); i++) {
		const struct request_rule *rule = &request_rules[i];

		if (status >= rule->status_from && status <= rule->status_to &&
			(!rule->code || text_equal(rule->code, err->code)) &&
			(!rule->text || strstr(err->text, rule->text)))
			return rule;
	}
	return &request_rules[ARRAY_SIZE(request_rules) - 1];
}

void retry_request(struct request_verdict *verdict, const struct http_answer *answer)
{
	const struct request_rule *rule;

	*verdict = (struct request_verdict){ .class = REQUEST_ROWS };
	if (answer->reach == HTTP_ANSWERED && answer->status == 200)
		return;
	salesforce_error(answer, &verdict->err);
	if (answer->reach != HTTP_ANSWERED) {
		verdict->class = answer->reach == HTTP_NOT_SENT ? REQUEST_AGAIN : REQUEST_LOST;
		verdict->pace = &pace_network;
		return;
	}
	if (salesforce_session_expired(answer)) {
		verdict->class = REQUEST_RENEW;
		return;
	}
	rule = request_rule(answer->status, &verdict->err);
	verdict->class = rule->class;
	verdict->pace = rule->pace;
	verdict->fewer = rule->fewer;
	verdict->stop_state = rule->stop_state;
	if (answer->retry_after_ms > 0)
		verdict->retry_after_ms = answer->retry_after_ms < RETRY_AFTER_MAX
						  ? answer->retry_after_ms
						  : RETRY_AFTER_MAX;
}

void retry_unmade(struct request_verdict *verdict)
{
	switch (verdict->err.kind) {
	case ERR_USAGE: /* a record that is none, an Id that is none ... */
	case ERR_LIMIT: /* ... or more than an address or a body may hold */
		verdict->class = REQUEST_SPLIT;
		break;
	case ERR_NET:
		verdict->class = REQUEST_AGAIN;
		verdict->pace = &pace_network;
		break;
	case ERR_REFUSED:
		verdict->class = REQUEST_STOP;
		verdict->stop_state = RUN_PAUSED;
		break;
	default:
		verdict->class = REQUEST_STOP;
		verdict->stop_state =
			verdict->err.kind == ERR_INTERRUPTED ? RUN_SENDING : RUN_STOPPED;
	}
}

void retry_unreadable(struct request_verdict *verdict)
{
	verdict->class = REQUEST_LOST;
	verdict->pace = &pace_busy;
}

/* ---- rows ---- */

static const struct row_rule {
	const char *code;
	const char *text; /* a part of the org's words; NULL = any */
	enum row_class class;
	const struct retry_pace *pace;
} row_rules[] = {
	{ "UNABLE_TO_LOCK_ROW", NULL, ROW_AGAIN, &pace_lock },
	{ "ENTITY_IS_LOCKED", NULL, ROW_AGAIN, &pace_limit },
	{ "LIMIT_EXCEEDED", NULL, ROW_AGAIN, &pace_limit },
	{ "TOO_MANY_APEX_REQUESTS", NULL, ROW_AGAIN, &pace_limit },
	{ "REQUEST_LIMIT_EXCEEDED", NULL, ROW_AGAIN, &pace_limit },
	{ "REQUEST_RUNNING_TOO_LONG", NULL, ROW_AGAIN, &pace_limit },
	{ "QUERY_TIMEOUT", NULL, ROW_AGAIN, &pace_limit },
	{ "SERVER_UNAVAILABLE", NULL, ROW_AGAIN, &pace_limit },
	{ "UNKNOWN_EXCEPTION", NULL, ROW_AGAIN, &pace_limit },
	{ "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", NULL, ROW_AGAIN, &pace_limit },
	{ "INVALID_FIELD", NULL, ROW_PARENT, &pace_parent }, /* the words are in any language */
	{ "STORAGE_LIMIT_EXCEEDED", NULL, ROW_STOP, NULL },
	{ RETRY_APART, NULL, ROW_NEXT, NULL },
	{ "ALL_OR_NONE_OPERATION_ROLLED_BACK", NULL, ROW_UNDONE, NULL },
	/* a trigger that cannot do 200 rows at once may do fewer */
	{ "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LimitException", ROW_SPLIT, NULL },
};

enum row_class retry_row(const struct retry_pace **pace, const char *code, const char *text,
	enum operation operation, bool tried)
{
	*pace = NULL;
	if (operation == OPERATION_DELETE && tried &&
		(text_equal(code, "ENTITY_IS_DELETED") || text_equal(code, RETRY_NOT_FOUND)))
		return ROW_GONE;
	for (size_t i = 0; i < ARRAY_SIZE(row_rules); i++) {
		const struct row_rule *rule = &row_rules[i];

		if (text_equal(rule->code, code) &&
			(!rule->text || (text && strstr(text, rule->text)))) {
			*pace = rule->pace;
			return rule->class;
		}
	}
	return ROW_FAIL;
}

/* ---- pace ---- */

static _Atomic int64_t hurry = 1;

void retry_hurry(int64_t times)
{
	atomic_store(&hurry, times);
}

/* Many agents that were refused together must not come back together. */
static int64_t spread(int64_t width)
{
	return (int64_t)randombytes_uniform((uint32_t)width + 1);
}

int64_t retry_delay(const struct retry_pace *pace, int tries, int64_t retry_after_ms)
{
	int64_t delay = pace->first_ms;

	while (tries-- > 1 && delay < pace->cap_ms)
		delay *= 2;
	if (delay > pace->cap_ms)
		delay = pace->cap_ms;
	delay += spread(delay / 2) - delay / 4;
	if (retry_after_ms > 0)
		retry_after_ms += spread(retry_after_ms / 10);
	return (delay > retry_after_ms ? delay : retry_after_ms) / atomic_load(&hurry);
}

bool retry_may_repeat(enum operation operation, bool unique_key_assumed)
{
	if (operation == OPERATION_INSERT)
		return false;
	return operation != OPERATION_UPSERT || !unique_key_assumed;
}
