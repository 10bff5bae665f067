/* Tests of salesforce_error(), salesforce_session_expired() and salesforce_limit_info(). */

#include "salesforce/suites.h"

#include "salesforce/damage.h"
#include "salesforce/org.h"

static int error_of(int status, const char *body, size_t len, struct err *err)
{
	struct http_answer answer;
	int rc;

	http_answer_init(&answer);
	answer.reach = HTTP_ANSWERED;
	answer.status = status;
	buf_add(&answer.body, body, len);
	rc = salesforce_error(&answer, err);
	http_answer_free(&answer);
	return rc;
}

START_TEST(refusals_become_kind_code_and_one_line)
{
	static const struct {
		int status;
		const char *body;
		enum err_kind kind;
		bool retryable;
		const char *code, *words;
	} cases[] = {
		{ 400,
			"{\"error\":\"invalid_grant\",\"error_description\":\"no client "
			"credentials "
			"user enabled\"}",
			ERR_REFUSED, false, "invalid_grant",
			"invalid_grant: no client credentials user enabled" },
		{ 400, "{\"error\":\"invalid_client\"}", ERR_REFUSED, false, "invalid_client",
			"invalid_client" },
		{ 400,
			"{\"error\":\"rate_limit_exceeded\",\"error_description\":\"Number of "
			"logins exceeded\"}",
			ERR_REFUSED, false, "rate_limit_exceeded", "logins exceeded" },
		{ 500, "{\"error\":\"server_error\",\"error_description\":\"x\"}", ERR_NET, true,
			"server_error", "x" },
		{ 401,
			"[{\"message\":\"Session expired or invalid\",\"errorCode\":"
			"\"INVALID_SESSION_ID\"}]",
			ERR_REFUSED, false, "INVALID_SESSION_ID", "Session expired or invalid" },
		{ 403,
			"[{\"message\":\"TotalRequests Limit exceeded.\",\"errorCode\":"
			"\"REQUEST_LIMIT_EXCEEDED\"}]",
			ERR_LIMIT, true, "REQUEST_LIMIT_EXCEEDED", "TotalRequests" },
		{ 403, "[{\"message\":\"no\",\"errorCode\":\"INSUFFICIENT_ACCESS\"}]", ERR_REFUSED,
			false, "INSUFFICIENT_ACCESS", "no" },
		{ 403, "Bad_OAuth_Token", ERR_REFUSED, false, "Bad_OAuth_Token", "" },
		{ 404,
			"[{\"errorCode\":\"NOT_FOUND\",\"message\":\"The requested resource does "
			"not exist\"}]",
			ERR_NOT_FOUND, false, "NOT_FOUND", "does not exist" },
		{ 503,
			"[{\"message\":\"Server Unavailable\",\"errorCode\":"
			"\"SERVER_UNAVAILABLE\"}]",
			ERR_NET, true, "SERVER_UNAVAILABLE", "Server Unavailable" },
		{ 503, "<html><h1>Maintenance</h1>", ERR_NET, true, "HTTP_503", "web page" },
		{ 502, "", ERR_NET, true, "HTTP_502", "" },
		{ 420, "", ERR_NET, true, "HTTP_420", "" },
		{ 429, "slow down", ERR_LIMIT, true, "HTTP_429", "too many" },
		{ 414, "", ERR_LIMIT, false, "HTTP_414", "" },
		{ 300, "[\"/services/data/v66.0/sobjects/Account/001\"]", ERR_REFUSED, false,
			"HTTP_300", "several records" },
		{ 400,
			"[{\"message\":\"\\nSELECT Id FRM Account\\n          ^\\nERROR\","
			"\"errorCode\":\"MALFORMED_QUERY\"}]",
			ERR_REFUSED, false, "MALFORMED_QUERY",
			"MALFORMED_QUERY: SELECT Id FRM Account ^ ERROR" },
		{ 400,
			"[{\"message\":\"Cannot deserialize\",\"errorCode\":"
			"\"JSON_PARSER_ERROR\"}]",
			ERR_PROTOCOL, false, "JSON_PARSER_ERROR", "Cannot" },
		{ 400, "{\"unexpected\":1}", ERR_REFUSED, false, "HTTP_400", "refused" },
		{ 400, "[]", ERR_REFUSED, false, "HTTP_400", "" },
		{ 599, "", ERR_NET, true, "HTTP_599", "" },
		{ 418, "", ERR_PROTOCOL, false, "HTTP_418", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = ERR_INIT;
		int rc = error_of(cases[i].status, cases[i].body, strlen(cases[i].body), &err);

		ck_assert_msg(rc == -(int)cases[i].kind && err.kind == cases[i].kind,
			"%d %s: kind %d", cases[i].status, cases[i].body, err.kind);
		ck_assert_msg(err.retryable == cases[i].retryable, "%s", cases[i].body);
		ck_assert_str_eq(err.code, cases[i].code);
		ck_assert_msg(strstr(err.text, cases[i].words), "%s", err.text);
		ck_assert_ptr_null(strchr(err.text, '\n'));
	}
}
END_TEST

START_TEST(a_redirect_says_where_to_and_that_it_is_not_followed)
{
	struct http_answer answer;
	struct err err = ERR_INIT;

	http_answer_init(&answer);
	answer.reach = HTTP_ANSWERED;
	answer.status = 302;
	snprintf(answer.location, sizeof(answer.location), "https://login.portal.example/");
	ck_assert_int_eq(salesforce_error(&answer, &err), -ERR_PROTOCOL);
	ck_assert_ptr_nonnull(strstr(err.text, "login.portal.example"));
	http_answer_free(&answer);
}
END_TEST

START_TEST(no_answer_is_the_errors_own_story)
{
	struct http_answer answer;
	struct err err = ERR_INIT;

	http_answer_init(&answer);
	err_set(&answer.err, ERR_NET, "acme: could not resolve host");
	ck_assert_int_eq(salesforce_error(&answer, &err), -ERR_NET);
	ck_assert_str_eq(err.text, "acme: could not resolve host");
}
END_TEST

START_TEST(only_the_one_refusal_that_a_new_token_mends_counts_as_expired)
{
	static const struct {
		int status;
		const char *body;
		bool expired;
	} cases[] = {
		{ 401,
			"[{\"message\":\"Session expired or invalid\",\"errorCode\":"
			"\"INVALID_SESSION_ID\"}]",
			true },
		{ 401,
			"[{\"message\":\"This session is not valid for use with the REST API\","
			"\"errorCode\":\"INVALID_SESSION_ID\"}]",
			false },
		{ 401,
			"[{\"message\":\"INVALID_HEADER_TYPE\",\"errorCode\":"
			"\"INVALID_AUTH_HEADER\"}]",
			false },
		{ 401,
			"[{\"message\":\"Connected app is not attached to Agent\",\"errorCode\":"
			"\"INVALID_SESSION_ID\"}]",
			false },
		{ 401, "<html>", false },
		{ 401, "", false },
		{ 403, "Bad_OAuth_Token", true },
		{ 403,
			"[{\"message\":\"Session expired or invalid\",\"errorCode\":"
			"\"INVALID_SESSION_ID\"}]",
			false },
		{ 200, "Bad_OAuth_Token", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct http_answer answer;

		http_answer_init(&answer);
		answer.reach = HTTP_ANSWERED;
		answer.status = cases[i].status;
		buf_add_str(&answer.body, cases[i].body);
		ck_assert_msg(salesforce_session_expired(&answer) == cases[i].expired, "%s",
			cases[i].body);
		http_answer_free(&answer);
	}
}
END_TEST

START_TEST(the_allowance_is_the_orgs_not_the_apps)
{
	static const struct {
		const char *header;
		bool ok;
		int64_t used, allowed;
	} cases[] = {
		{ "api-usage=18/5000", true, 18, 5000 },
		{ "api-usage=25/5000; per-app-api-usage=17/250(appName=sample)", true, 25, 5000 },
		{ "per-app-api-usage=17/250(appName=sample); api-usage=25/5000", true, 25, 5000 },
		{ "per-app-api-usage=17/250(appName=sample)", false, 0, 0 },
		{ "api-usage=", false, 0, 0 },
		{ "api-usage=12", false, 0, 0 },
		{ "api-usage=1/x", false, 0, 0 },
		{ "", false, 0, 0 },
		{ "api-usage=999999999999999999999999/5", false, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t used = 0;
		int64_t allowed = 0;

		ck_assert_msg(
			salesforce_limit_info(cases[i].header, &used, &allowed) == cases[i].ok,
			"%s", cases[i].header);
		ck_assert_int_eq(used, cases[i].used);
		ck_assert_int_eq(allowed, cases[i].allowed);
	}
}
END_TEST

static void try_damaged(const char *text, size_t len, void *ctx)
{
	struct err err = ERR_INIT;

	ck_assert_int_lt(error_of(*(int *)ctx, text, len, &err), 0);
	ck_assert(err.kind != ERR_NONE && err.text[0]);
}

START_TEST(damaged_errors_stay_errors)
{
	static const char *const bodies[] = {
		"[{\"message\":\"not valid\",\"errorCode\":\"INVALID_SESSION_ID\"}]",
		"{\"error\":\"invalid_grant\",\"error_description\":\"no valid scopes\"}",
		"[{\"message\":\"a\\u00e9\\n\",\"errorCode\":\"X\",\"fields\":[\"A\"]}]",
	};
	int statuses[] = { 400, 401, 403, 500 };

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(statuses); j++)
			damage(bodies[i], strlen(bodies[i]), 1000, try_damaged, &statuses[j]);
	}
}
END_TEST

Suite *suite_error(void)
{
	Suite *suite = suite_create("salesforce/error");
	TCase *tc = tcase_create("error");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, refusals_become_kind_code_and_one_line);
	tcase_add_test(tc, a_redirect_says_where_to_and_that_it_is_not_followed);
	tcase_add_test(tc, no_answer_is_the_errors_own_story);
	tcase_add_test(tc, only_the_one_refusal_that_a_new_token_mends_counts_as_expired);
	tcase_add_test(tc, the_allowance_is_the_orgs_not_the_apps);
	tcase_add_test(tc, damaged_errors_stay_errors);
	suite_add_tcase(suite, tc);
	return suite;
}
