/* Tests of org.h against a scripted server: exact requests, renewal, versions, facts. */

#include "salesforce/suites.h"

#include "base/clock.h"
#include "base/text.h"
#include "harness/wire.h"
#include "salesforce/describe.h"
#include "salesforce/org.h"

#include <pthread.h>

#define SECRET "s+cr/et"
#define ORG_ID "00D5g00000ABCDEEA4"
#define USER_ID "0055g00000ABCDEAA4"
#define VERSIONS "[{\"version\":\"60.0\"},{\"version\":\"68.0\"},{\"version\":\"9.0\"}]"
#define EXPIRED                                                                                    \
	"[{\"message\":\"Session expired or invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]"
#define NOT_FOR_REST                                                                               \
	"[{\"message\":\"This session is not valid for use with the REST API\","                   \
	"\"errorCode\":\"INVALID_SESSION_ID\"}]"

/* Up to so many answers, given in order; set before start(). */
static struct wire_step script[16];
static size_t steps;
static struct wire *wire;
static struct connection connection;
static struct org *org;
static struct http_answer answer;

static void setup(void)
{
	http_global_init();
	http_answer_init(&answer);
	connection_init(&connection);
	steps = 0;
	wire = NULL;
	org = NULL;
	setenv("AGENTBOARD_TEST_SECRET", SECRET, 1);
	ck_assert(text_set(&connection.name, "test"));
	ck_assert(text_set(&connection.salesforce.consumer_key, "3MVG9.key"));
	connection.salesforce.consumer_secret.kind = SECRET_ENV;
	ck_assert(text_set(&connection.salesforce.consumer_secret.ref, "AGENTBOARD_TEST_SECRET"));
}

static void teardown(void)
{
	org_free(org);
	connection_free_fields(&connection);
	http_answer_free(&answer);
	if (wire)
		wire_stop(wire);
}

static void will_answer(int status, const char *body)
{
	script[steps++] = (struct wire_step){ .answer = wire_json(status, body) };
}

/* A token good for this server; the text differs by `n`. */
static void will_give_token(int n)
{
	static char answers[8][1024];
	char *text = answers[steps % 8];

	/* The address is known once the server runs: start() fills it in. */
	snprintf(text, sizeof(answers[0]), "TOKEN%d", n);
	script[steps++] = (struct wire_step){ .answer = text };
}

static void start(void)
{
	struct err err = ERR_INIT;

	wire = wire_start(script, steps);
	for (size_t i = 0; i < steps; i++) {
		const char *text = script[i].answer;
		char body[900];

		if (!text || !text_starts(text, "TOKEN"))
			continue;
		snprintf(body, sizeof(body),
			"{\"access_token\":\"00D5g00000ABCDE!AQ%s\",\"signature\":\"x=\","
			"\"scope\":\"api\",\"instance_url\":\"%s\",\"id\":"
			"\"https://login.salesforce.com/id/" ORG_ID "/" USER_ID
			"\",\"token_type\":\"Bearer\",\"issued_at\":\"1725700000000\"}",
			text + 5, wire_url(wire));
		script[i].answer = wire_json(200, body);
	}
	ck_assert(text_set(&connection.salesforce.domain, wire_url(wire)));
	ck_ok(org_new(&org, &connection, NULL, NULL, NULL, &err), &err);
}

static void expect_request(size_t i, const char *format, ...) PRINTF_LIKE(2, 3);

static void expect_request(size_t i, const char *format, ...)
{
	char expected[4096];
	va_list ap;

	va_start(ap, format);
	vsnprintf(expected, sizeof(expected), format, ap);
	va_end(ap);
	ck_assert_str_eq(wire_request(wire, i), expected);
}

/* ---- exact requests ---- */

#define AGENT "User-Agent: agentboard/" PACKAGE_VERSION "\r\n"

START_TEST(the_token_is_asked_for_in_the_body)
{
	const char *token;
	struct err err = ERR_INIT;

	will_give_token(1);
	start();
	ck_ok(org_token(&token, org, &err), &err);
	ck_assert_str_eq(token, "00D5g00000ABCDE!AQ1");
	ck_assert_str_eq(org_id(org), ORG_ID);
	ck_assert_str_eq(org_user_id(org), USER_ID);
	ck_assert_str_eq(org_instance_url(org), wire_url(wire));
	ck_assert_int_eq(org_last_answer(org)->status, 200);
	expect_request(0,
		"POST /services/oauth2/token HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" AGENT
		"Accept-Encoding: gzip\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\n"
		"Accept: application/json\r\nContent-Length: 75\r\n\r\n"
		"grant_type=client_credentials&client_id=3MVG9.key&client_secret=s%%2Bcr%%2Fet",
		wire_port(wire));
}
END_TEST

START_TEST(the_token_is_asked_for_with_http_basic)
{
	const char *token;
	struct err err = ERR_INIT;

	connection.salesforce.client_auth = CLIENT_AUTH_BASIC;
	will_give_token(1);
	start();
	ck_ok(org_token(&token, org, &err), &err);
	expect_request(0,
		"POST /services/oauth2/token HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		"Authorization: Basic M01WRzkua2V5OnMrY3IvZXQ=\r\n" AGENT
		"Accept-Encoding: gzip\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\n"
		"Accept: application/json\r\nContent-Length: 29\r\n\r\n"
		"grant_type=client_credentials",
		wire_port(wire));
}
END_TEST

START_TEST(calls_carry_the_token_and_the_chosen_version)
{
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(200, "[]");
	will_answer(200, "{}");
	start();
	ck_ok(org_call(org, "POST", "/composite/sobjects", "{}", 2, &answer, &err), &err);
	ck_ok(org_call(org, "GET", "/services/oauth2/userinfo", NULL, 0, &answer, &err), &err);
	expect_request(1,
		"GET /services/data/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" AGENT
		"Accept-Encoding: gzip\r\nAccept: application/json\r\n\r\n",
		wire_port(wire));
	expect_request(2,
		"POST /services/data/v66.0/composite/sobjects HTTP/1.1\r\n"
		"Host: 127.0.0.1:%d\r\n" AGENT
		"Accept-Encoding: gzip\r\nAuthorization: Bearer 00D5g00000ABCDE!AQ1\r\n"
		"Accept: application/json\r\nContent-Type: application/json; charset=UTF-8\r\n"
		"Sforce-Call-Options: client=agentboard\r\nContent-Length: 2\r\n\r\n{}",
		wire_port(wire));
	expect_request(3,
		"GET /services/oauth2/userinfo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" AGENT
		"Accept-Encoding: gzip\r\nAuthorization: Bearer 00D5g00000ABCDE!AQ1\r\n"
		"Accept: application/json\r\nSforce-Call-Options: client=agentboard\r\n\r\n",
		wire_port(wire));
	ck_assert_uint_eq(wire_count(wire), 4);
}
END_TEST

/* given the org's own limit of ten minutes for a call / when rows are written / then nobody hangs
 * up before, while a question has its answer sooner */
START_TEST(a_write_may_work_for_ten_minutes)
{
	static const struct {
		const char *method;
		int64_t least, most;
	} calls[] = {
		{ "GET", 30000, 300000 },
		{ "POST", 610000, 900000 },
		{ "PATCH", 610000, 900000 },
		{ "DELETE", 610000, 900000 },
	};
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	start();
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct org_request request = { .method = calls[i].method, .path = "/limits" };
		struct org_prepared prepared = { 0 };

		ck_ok(org_prepare(&prepared, org, &request, &err), &err);
		ck_assert_int_ge(prepared.request.timeout_ms, calls[i].least);
		ck_assert_int_le(prepared.request.timeout_ms, calls[i].most);
		org_prepared_free(&prepared);
	}
}
END_TEST

START_TEST(describe_asks_for_the_object_by_an_escaped_name)
{
	struct describe *describe;
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(200, "{\"name\":\"A__c\",\"fields\":[]}");
	will_answer(404, "[{\"message\":\"The requested resource does not exist\","
			 "\"errorCode\":\"NOT_FOUND\"}]");
	start();
	ck_ok(describe_fetch(&describe, org, "A__c", &err), &err);
	describe_free(describe);
	ck_assert(text_starts(wire_request(wire, 2),
		"GET /services/data/v66.0/sobjects/A__c/describe HTTP/1.1\r\n"));
	ck_assert_int_eq(describe_fetch(&describe, org, "../x y", &err), -ERR_NOT_FOUND);
	ck_assert_ptr_null(describe);
	ck_assert(text_starts(wire_request(wire, 3),
		"GET /services/data/v66.0/sobjects/..%2Fx%20y/describe HTTP/1.1\r\n"));
}
END_TEST

START_TEST(objects_are_listed_in_order)
{
	struct text_list names;
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(200, "{\"sobjects\":[{\"name\":\"Lead\"},{\"x\":1},{\"name\":\"Account\"}]}");
	start();
	ck_ok(describe_objects(&names, org, &err), &err);
	ck_assert_uint_eq(names.count, 2);
	ck_assert_str_eq(names.items[0], "Account");
	text_list_free(&names);
}
END_TEST

/* ---- the token's refusals ---- */

START_TEST(an_oauth_refusal_costs_exactly_one_request)
{
	const char *token;
	struct err err = ERR_INIT;

	will_answer(400, "{\"error\":\"invalid_client\",\"error_description\":"
			 "\"invalid client credentials\"}");
	will_give_token(1);
	start();
	ck_assert_int_eq(org_call(org, "GET", "/limits", NULL, 0, &answer, &err), -ERR_REFUSED);
	ck_assert_str_eq(err.code, "invalid_client");
	ck_assert(!err.retryable);
	ck_assert_uint_eq(wire_count(wire), 1);
	ck_assert_ptr_null(strstr(err.text, SECRET));
	/* A later call of the operator's is free to try again. */
	ck_ok(org_token(&token, org, &err), &err);
}
END_TEST

START_TEST(what_is_no_token_is_refused)
{
	static const struct {
		int status;
		const char *body;
		enum err_kind kind;
		const char *words;
	} cases[] = {
		{ 200, "<html>Please sign in to the guest network</html>", ERR_PROTOCOL,
			"web page" },
		{ 200, "", ERR_PROTOCOL, "empty" },
		{ 200, "{\"access_token\":\"00D!x\"", ERR_PROTOCOL, "cut off" },
		{ 200, "[]", ERR_PROTOCOL, "JSON array" },
		{ 200, "{\"access_token\":5}", ERR_PROTOCOL, "access_token" },
		{ 200, "{\"access_token\":\"\"}", ERR_PROTOCOL, "access_token" },
		{ 200, "{\"access_token\":\"a\\r\\nX: y\",\"instance_url\":\"https://x\"}",
			ERR_PROTOCOL, "access_token" },
		{ 200, "{\"access_token\":\"t\"}", ERR_PROTOCOL, "instance_url" },
		{ 200, "{\"access_token\":\"t\",\"instance_url\":\"http://evil.example\"}",
			ERR_PROTOCOL, "not encrypted" },
		{ 200, "{\"access_token\":\"t\",\"instance_url\":\"https://a@evil.example\"}",
			ERR_PROTOCOL, "strange" },
		{ 503, "<html>", ERR_NET, "web page" },
	};
	const char *token;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		will_answer(cases[i].status, cases[i].body);
	start();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_msg(org_token(&token, org, &err) == -(int)cases[i].kind, "%s: %s",
			cases[i].body, err.text);
		ck_assert_msg(strstr(err.text, cases[i].words), "%s: %s", cases[i].body, err.text);
		ck_assert_ptr_null(token);
	}
	ck_assert_uint_eq(wire_count(wire), ARRAY_SIZE(cases));
}
END_TEST

START_TEST(a_redirected_token_request_is_not_followed)
{
	const char *token;
	struct err err = ERR_INIT;

	script[steps++] = (struct wire_step){
		.answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/steal\r\n"
			  "Content-Length: 0\r\n\r\n"
	};
	will_give_token(1);
	start();
	ck_assert_int_eq(org_token(&token, org, &err), -ERR_PROTOCOL);
	ck_assert_uint_eq(wire_count(wire), 1);
}
END_TEST

START_TEST(a_token_without_identity_is_still_a_token)
{
	struct err err = ERR_INIT;
	const char *token;
	char body[256];

	steps = 1;
	wire = wire_start(script, 1);
	snprintf(body, sizeof(body),
		"{\"access_token\":\"eyJh.x.y\",\"instance_url\":\"%s/\",\"id\":\"odd\"}",
		wire_url(wire));
	script[0] = (struct wire_step){ .answer = wire_json(200, body) };
	ck_assert(text_set(&connection.salesforce.domain, wire_url(wire)));
	ck_ok(org_new(&org, &connection, NULL, NULL, NULL, &err), &err);
	ck_ok(org_token(&token, org, &err), &err);
	ck_assert_str_eq(org_id(org), "");
	ck_assert_str_eq(org_instance_url(org), wire_url(wire));
}
END_TEST

/* ---- renewal ---- */

START_TEST(an_expired_session_is_renewed_once_and_the_call_repeated_once)
{
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(401, EXPIRED);
	will_give_token(2);
	will_answer(200, "{\"ok\":1}");
	start();
	ck_ok(org_call(org, "POST", "/x", "b", 1, &answer, &err), &err);
	ck_assert_str_eq(buf_str(&answer.body), "{\"ok\":1}");
	ck_assert_uint_eq(wire_count(wire), 5);
	ck_assert_ptr_nonnull(strstr(wire_request(wire, 4), "Bearer 00D5g00000ABCDE!AQ2\r\n"));
}
END_TEST

START_TEST(a_session_that_expires_again_at_once_is_not_renewed_twice)
{
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(401, EXPIRED);
	will_give_token(2);
	will_answer(401, EXPIRED);
	will_give_token(3);
	start();
	ck_assert_int_eq(org_call(org, "GET", "/x", NULL, 0, &answer, &err), -ERR_REFUSED);
	ck_assert_str_eq(err.code, "INVALID_SESSION_ID");
	ck_assert_uint_eq(wire_count(wire), 5);
}
END_TEST

START_TEST(other_401s_never_ask_for_a_new_token)
{
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(401, NOT_FOR_REST);
	will_give_token(2);
	start();
	ck_assert_int_eq(org_call(org, "GET", "/x", NULL, 0, &answer, &err), -ERR_REFUSED);
	ck_assert_uint_eq(wire_count(wire), 3);
}
END_TEST

START_TEST(a_ping_asks_for_one_token_whatever_comes)
{
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(401, EXPIRED);
	will_give_token(2);
	start();
	org_renew_never(org);
	ck_assert_int_eq(org_call(org, "GET", "/x", NULL, 0, &answer, &err), -ERR_REFUSED);
	ck_assert_int_eq(org_last_call(org)->status, 401);
	ck_assert_uint_eq(wire_count(wire), 3);
}
END_TEST

START_TEST(a_refused_renewal_is_the_calls_error)
{
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(401, EXPIRED);
	will_answer(
		400, "{\"error\":\"inactive_user\",\"error_description\":\"User is inactive\"}");
	start();
	ck_assert_int_eq(org_call(org, "GET", "/x", NULL, 0, &answer, &err), -ERR_REFUSED);
	ck_assert_str_eq(err.code, "inactive_user");
	ck_assert_uint_eq(wire_count(wire), 4);
}
END_TEST

START_TEST(expiring_a_token_that_was_replaced_keeps_the_new_one)
{
	struct err err = ERR_INIT;
	const char *token;

	will_give_token(1);
	will_give_token(2);
	start();
	ck_ok(org_token(&token, org, &err), &err);
	org_token_expire(org, "00D5g00000ABCDE!AQ1");
	ck_ok(org_token(&token, org, &err), &err);
	org_token_expire(org, "00D5g00000ABCDE!AQ1");
	ck_ok(org_token(&token, org, &err), &err);
	ck_assert_str_eq(token, "00D5g00000ABCDE!AQ2");
	ck_assert_uint_eq(wire_count(wire), 2);
}
END_TEST

/* ---- many threads, one token ---- */

#define THREADS 6

struct worker {
	pthread_t thread;
	struct token_cache *cache;
	int rc;
	struct err err;
	char token[64];
};

static void *ask_for_token(void *arg)
{
	struct worker *worker = arg;
	struct org *mine;
	const char *token;

	worker->rc = org_new(&mine, &connection, NULL, worker->cache, NULL, &worker->err);
	if (worker->rc == 0)
		worker->rc = org_token(&token, mine, &worker->err);
	if (worker->rc == 0)
		snprintf(worker->token, sizeof(worker->token), "%s", token);
	org_free(mine);
	return NULL;
}

static void ask_at_once(struct worker workers[THREADS])
{
	struct token_cache *cache = token_cache_new();

	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .cache = cache };
		ck_assert_int_eq(
			pthread_create(&workers[i].thread, NULL, ask_for_token, &workers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	token_cache_free(cache);
}

START_TEST(many_runs_share_one_token_request)
{
	struct worker workers[THREADS];

	will_give_token(1);
	start();
	ask_at_once(workers);
	for (int i = 0; i < THREADS; i++) {
		ck_ok(workers[i].rc, &workers[i].err);
		ck_assert_str_eq(workers[i].token, "00D5g00000ABCDE!AQ1");
	}
	ck_assert_uint_eq(wire_count(wire), 1);
}
END_TEST

START_TEST(those_who_waited_share_the_refusal)
{
	struct worker workers[THREADS];

	/* Slow enough that all of them wait: the answer comes when the last one has asked. */
	for (int i = 0; i < THREADS; i++)
		will_answer(400, "{\"error\":\"invalid_client_id\",\"error_description\":"
				 "\"client identifier invalid\"}");
	start();
	ask_at_once(workers);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(workers[i].rc, -ERR_REFUSED);
		ck_assert_str_eq(workers[i].err.code, "invalid_client_id");
	}
	ck_assert_uint_le(wire_count(wire), THREADS);
}
END_TEST

/* ---- version ---- */

START_TEST(the_version_is_the_lower_of_configured_and_highest)
{
	static const struct {
		const char *configured, *list, *version;
		enum err_kind kind;
	} cases[] = {
		{ "auto", VERSIONS, "66.0", ERR_NONE },
		{ NULL, "[{\"version\":\"64.0\"},{\"version\":\"65.0\"}]", "65.0", ERR_NONE },
		{ "62.0", VERSIONS, "62.0", ERR_NONE },
		{ "67.0", VERSIONS, "67.0", ERR_NONE },
		{ "99.0", VERSIONS, "68.0", ERR_NONE },
		{ "50.0", "[{\"version\":\"60.0\"},{\"version\":\"68.0\"}]", NULL, ERR_CONFIG },
		{ "latest", VERSIONS, NULL, ERR_CONFIG },
		{ "auto", "[{\"version\":\"45.0\"}]", NULL, ERR_PROTOCOL },
		{ "auto", "{}", NULL, ERR_PROTOCOL },
		{ "auto", "[]", NULL, ERR_PROTOCOL },
		{ "auto", "[{\"version\":\"x\"},5,{\"version\":66}]", NULL, ERR_PROTOCOL },
		{ "auto", "<html>", NULL, ERR_PROTOCOL },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		will_answer(200, cases[i].list);
	start();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *version;
		int rc;

		org_free(org);
		ck_assert(text_set(&connection.salesforce.api_version, cases[i].configured));
		ck_ok(org_new(&org, &connection, NULL, NULL, NULL, &err), &err);
		rc = org_version(&version, org, &err);
		ck_assert_msg(rc == -(int)cases[i].kind, "case %zu: %s", i, err.text);
		if (cases[i].version)
			ck_assert_str_eq(version, cases[i].version);
	}
	ck_assert_uint_eq(wire_count(wire), ARRAY_SIZE(cases));
}
END_TEST

/* ---- facts ---- */

START_TEST(user_org_and_limits_are_read)
{
	struct org_user user;
	struct org_identity identity;
	int64_t remaining, allowed, used;
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, "{\"user_id\":\"" USER_ID "\",\"organization_id\":\"" ORG_ID
			 "\",\"preferred_username\":\"a@b.c\",\"name\":\"Agent\"}");
	will_answer(200, VERSIONS);
	will_answer(200, "{\"totalSize\":1,\"done\":true,\"records\":[{\"Id\":\"" ORG_ID
			 "\",\"Name\":\"Acme\",\"IsSandbox\":true,\"OrganizationType\":"
			 "\"Developer Edition\",\"InstanceName\":\"DEU1\"}]}");
	script[steps++] = (struct wire_step){
		.answer = "HTTP/1.1 200 OK\r\nSforce-Limit-Info: api-usage=63/5000\r\n"
			  "\r\n"
			  "{\"DailyApiRequests\":{\"Max\":5000,\"Remaining\":4937,\"A\":1}}",
		.end = WIRE_CLOSE
	};
	start();
	ck_assert(!org_api_usage(org, &used, &allowed));
	ck_ok(org_userinfo(&user, org, &err), &err);
	ck_assert_str_eq(user.username, "a@b.c");
	ck_assert_str_eq(user.organization_id, ORG_ID);
	ck_ok(org_identity(&identity, org, &err), &err);
	ck_assert_str_eq(identity.name, "Acme");
	ck_assert(identity.sandbox);
	ck_assert_ptr_nonnull(strstr(wire_request(wire, 3),
		"GET /services/data/v66.0/query?q=SELECT%20Id%2CName%2CIsSandbox%2C"
		"OrganizationType%2CInstanceName%20FROM%20Organization HTTP/1.1\r\n"));
	ck_ok(org_limits(&remaining, &allowed, org, &err), &err);
	ck_assert_int_eq(remaining, 4937);
	ck_assert_int_eq(allowed, 5000);
	ck_assert(org_api_usage(org, &used, &allowed));
	ck_assert_int_eq(used, 63);
}
END_TEST

START_TEST(facts_that_are_not_permitted_are_told_apart_from_failures)
{
	struct org_identity identity;
	int64_t remaining, allowed;
	struct err err = ERR_INIT;

	will_give_token(1);
	will_answer(200, VERSIONS);
	will_answer(400, "[{\"message\":\"sObject type 'Organization' is not supported.\","
			 "\"errorCode\":\"INVALID_TYPE\"}]");
	will_answer(200, "{\"totalSize\":0,\"done\":true,\"records\":[]}");
	will_answer(403, "[{\"message\":\"This feature is not currently enabled for this user\","
			 "\"errorCode\":\"FUNCTIONALITY_NOT_ENABLED\"}]");
	will_answer(404, "[{\"message\":\"The requested resource does not exist\","
			 "\"errorCode\":\"NOT_FOUND\"}]");
	will_answer(200, "{\"DailyApiRequests\":{\"Max\":\"5000\"}}");
	start();
	ck_assert_int_eq(org_identity(&identity, org, &err), -ERR_REFUSED);
	ck_assert_int_eq(org_identity(&identity, org, &err), -ERR_REFUSED);
	ck_assert_int_eq(org_limits(&remaining, &allowed, org, &err), -ERR_REFUSED);
	ck_assert_int_eq(org_limits(&remaining, &allowed, org, &err), -ERR_REFUSED);
	ck_assert_int_eq(org_limits(&remaining, &allowed, org, &err), -ERR_PROTOCOL);
}
END_TEST

/* ---- configuration ---- */

START_TEST(plain_http_is_for_loopback_alone)
{
	static const struct {
		const char *domain;
		bool ok;
	} cases[] = {
		{ "https://acme.my.salesforce.com", true },
		{ "https://acme.my.salesforce.com/", true },
		{ "http://127.0.0.1:8080", true },
		{ "http://localhost:8080/", true },
		{ "http://acme.my.salesforce.com", false },
		{ "http://127.0.0.1.evil.example", false },
		{ "http://127.0.0.1@evil.example", false },
		{ "ftp://127.0.0.1", false },
		{ "acme.my.salesforce.com", false },
		{ "https://acme.my.salesforce.com/path", false },
		{ "", false },
		{ NULL, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = ERR_INIT;
		int rc;

		ck_assert(text_set(&connection.salesforce.domain, cases[i].domain));
		rc = org_new(&org, &connection, NULL, NULL, NULL, &err);
		ck_assert_msg(rc == (cases[i].ok ? 0 : -ERR_CONFIG), "%s", cases[i].domain);
		ck_assert_int_eq(org != NULL, cases[i].ok);
		org_free(org);
		org = NULL;
	}
}
END_TEST

START_TEST(a_missing_secret_is_a_matter_of_configuration)
{
	const char *token;
	struct err err = ERR_INIT;

	start();
	unsetenv("AGENTBOARD_TEST_SECRET");
	ck_assert_int_eq(org_token(&token, org, &err), -ERR_CONFIG);
	ck_assert(text_starts(err.text, "salesforce.consumer_secret: "));
	ck_assert_uint_eq(wire_count(wire), 0);
}
END_TEST

static atomic_bool cancelled;

START_TEST(a_cancelled_org_makes_no_call)
{
	const char *token;
	struct err err = ERR_INIT;

	will_give_token(1);
	start();
	org_free(org);
	atomic_store(&cancelled, true);
	ck_ok(org_new(&org, &connection, NULL, NULL, &cancelled, &err), &err);
	ck_assert_int_eq(org_token(&token, org, &err), -ERR_INTERRUPTED);
	ck_assert_uint_eq(wire_count(wire), 0);
}
END_TEST

Suite *suite_org(void)
{
	Suite *suite = suite_create("salesforce/org");
	TCase *tc = tcase_create("org");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_token_is_asked_for_in_the_body);
	tcase_add_test(tc, the_token_is_asked_for_with_http_basic);
	tcase_add_test(tc, calls_carry_the_token_and_the_chosen_version);
	tcase_add_test(tc, a_write_may_work_for_ten_minutes);
	tcase_add_test(tc, describe_asks_for_the_object_by_an_escaped_name);
	tcase_add_test(tc, objects_are_listed_in_order);
	tcase_add_test(tc, an_oauth_refusal_costs_exactly_one_request);
	tcase_add_test(tc, what_is_no_token_is_refused);
	tcase_add_test(tc, a_redirected_token_request_is_not_followed);
	tcase_add_test(tc, a_token_without_identity_is_still_a_token);
	tcase_add_test(tc, an_expired_session_is_renewed_once_and_the_call_repeated_once);
	tcase_add_test(tc, a_session_that_expires_again_at_once_is_not_renewed_twice);
	tcase_add_test(tc, other_401s_never_ask_for_a_new_token);
	tcase_add_test(tc, a_ping_asks_for_one_token_whatever_comes);
	tcase_add_test(tc, a_refused_renewal_is_the_calls_error);
	tcase_add_test(tc, expiring_a_token_that_was_replaced_keeps_the_new_one);
	tcase_add_test(tc, many_runs_share_one_token_request);
	tcase_add_test(tc, those_who_waited_share_the_refusal);
	tcase_add_test(tc, the_version_is_the_lower_of_configured_and_highest);
	tcase_add_test(tc, user_org_and_limits_are_read);
	tcase_add_test(tc, facts_that_are_not_permitted_are_told_apart_from_failures);
	tcase_add_test(tc, plain_http_is_for_loopback_alone);
	tcase_add_test(tc, a_missing_secret_is_a_matter_of_configuration);
	tcase_add_test(tc, a_cancelled_org_makes_no_call);
	suite_add_tcase(suite, tc);
	return suite;
}
