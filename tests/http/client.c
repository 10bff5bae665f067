/* Tests of client.h against a scripted server: what leaves, what is read, and every broken line. */

#include "http/suites.h"

#include "base/clock.h"
#include "base/text.h"
#include "harness/certificate.h"
#include "http/client_rig.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- what leaves ---- */

START_TEST(requests_leave_exactly_as_asked)
{
	static const struct http_header headers[] = {
		{ "Content-Type", "text/csv" },
		{ "X-Two", "b" },
		{ NULL, NULL },
	};
	static const struct {
		struct http_request request;
		const char *bytes;
	} cases[] = {
		{ { .method = "GET" }, "GET /x HTTP/1.1\r\nHost: H\r\nUser-Agent: test/1\r\n"
				       "Accept: */*\r\nAccept-Encoding: gzip\r\n\r\n" },
		{ { .method = "POST", .body = "a\0b", .body_len = 3, .headers = headers },
			"POST /x HTTP/1.1\r\nHost: H\r\nUser-Agent: test/1\r\nAccept: */*\r\n"
			"Accept-Encoding: gzip\r\nContent-Type: text/csv\r\nX-Two: b\r\n"
			"Content-Length: 3\r\n\r\na" },
		{ { .method = "PATCH", .body = "p", .body_len = 1 },
			"PATCH /x HTTP/1.1\r\nHost: H\r\nUser-Agent: test/1\r\nAccept: */*\r\n"
			"Accept-Encoding: gzip\r\nContent-Length: 1\r\n\r\np" },
		{ { .method = "POST" },
			"POST /x HTTP/1.1\r\nHost: H\r\nUser-Agent: test/1\r\nAccept: */*\r\n"
			"Accept-Encoding: gzip\r\nContent-Length: 0\r\n\r\n" },
		{ { .method = "DELETE", .username = "us", .password = "p:w" },
			"DELETE /x HTTP/1.1\r\nHost: H\r\nAuthorization: Basic dXM6cDp3\r\n"
			"User-Agent: test/1\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n" },
	};
	const struct wire_step script[] = { { .answer = OK_ANSWER }, { .answer = OK_ANSWER },
		{ .answer = OK_ANSWER }, { .answer = OK_ANSWER }, { .answer = OK_ANSWER } };
	struct wire *wire = wire_start(script, ARRAY_SIZE(script));
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct http_request request = cases[i].request;
		char host[64];
		struct buf expected = BUF_INIT(4096);
		const char *mark = strstr(cases[i].bytes, "Host: H");

		snprintf(host, sizeof(host), "Host: 127.0.0.1:%d", wire_port(wire));
		buf_add(&expected, cases[i].bytes, (size_t)(mark - cases[i].bytes));
		buf_add_str(&expected, host);
		buf_add_str(&expected, mark + 7);
		request.url = url_of(wire, "/x");
		request.no_network_proxy = true;
		ck_ok(http_call(client, &request, &answer, NULL, &err), &err);
		ck_assert_str_eq(wire_request(wire, i), buf_str(&expected));
		buf_free(&expected);
	}
	/* The NUL and what follows it are part of the body. */
	ck_assert_int_eq(memcmp(strstr(wire_request(wire, 1), "\r\n\r\n") + 4, "a\0b", 3), 0);
	ck_assert_uint_eq(wire_connections(wire), 1);
	wire_stop(wire);
}
END_TEST

START_TEST(a_large_body_has_a_length_and_no_expectation)
{
	const struct wire_step script[] = { { .answer = OK_ANSWER } };
	struct wire *wire = wire_start(script, 1);
	struct err err = ERR_INIT;
	char *body = malloc(3000001);

	memset(body, 'x', 3000000);
	body[3000000] = '\0';
	ck_ok(call(wire, "POST", body, &err), &err);
	ck_assert_ptr_nonnull(strstr(wire_request(wire, 0), "Content-Length: 3000000\r\n"));
	ck_assert_ptr_null(strstr(wire_request(wire, 0), "Expect"));
	ck_assert_ptr_null(strstr(wire_request(wire, 0), "chunked"));
	free(body);
	wire_stop(wire);
}
END_TEST

START_TEST(the_name_of_the_program_is_told_unless_another_is_asked_for)
{
	const struct wire_step script[] = { { .answer = OK_ANSWER } };
	struct wire *wire = wire_start(script, 1);
	struct err err = ERR_INIT;

	http_client_free(client);
	ck_ok(http_client_new(&client, NULL, &err), &err);
	ck_ok(call(wire, "GET", NULL, &err), &err);
	ck_assert_ptr_nonnull(
		strstr(wire_request(wire, 0), "User-Agent: agentboard/" PACKAGE_VERSION "\r\n"));
	wire_stop(wire);
}
END_TEST

START_TEST(a_header_with_a_line_break_is_refused_before_it_leaves)
{
	static const struct http_header headers[] = { { "Authorization", "Bearer x\r\nX: y" },
		{ NULL, NULL } };
	struct http_request request = {
		.method = "GET", .url = "http://127.0.0.1:1/", .headers = headers
	};
	struct err err = ERR_INIT;

	ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_USAGE);
	ck_assert_ptr_null(strstr(err.text, "Bearer"));
}
END_TEST

/* ---- what is read ---- */

START_TEST(answers_are_read_whatever_their_framing)
{
	static const char gzip[] = /* "hello hello hello\n" */
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n"
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x5c"
		"\x00\x3b\x7c\x8a\xdf\x12\x00\x00\x00";
	static const struct {
		struct wire_step step;
		int status;
		const char *body;
	} cases[] = {
		{ { .answer = OK_ANSWER }, 200, "ok" },
		{ { .answer = OK_ANSWER, .chop = 3 }, 200, "ok" },
		{ { .answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			      "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
			  .chop = 1 },
			200, "abcde" },
		{ { .answer = "HTTP/1.1 200 OK\r\n\r\nuntil the end", .end = WIRE_CLOSE }, 200,
			"until the end" },
		{ { .answer = "HTTP/1.1 100 Continue\r\n\r\n" OK_ANSWER }, 200, "ok" },
		{ { .answer = "HTTP/1.1 204 No Content\r\n\r\n" }, 204, "" },
		{ { .answer = "HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\n<html" }, 503, "<html" },
		{ { .answer = gzip, .len = sizeof(gzip) - 1 }, 200, "hello hello hello\n" },
	};
	struct wire_step script[ARRAY_SIZE(cases)];
	struct wire *wire;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		script[i] = cases[i].step;
	wire = wire_start(script, ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_ok(call(wire, "POST", "body", &err), &err);
		ck_assert_int_eq(answer.reach, HTTP_ANSWERED);
		ck_assert_int_eq(answer.status, cases[i].status);
		ck_assert_str_eq(buf_str(&answer.body), cases[i].body);
	}
	wire_stop(wire);
}
END_TEST

START_TEST(headers_that_matter_are_kept)
{
	const struct wire_step script[] = {
		{ .answer = "HTTP/1.1 503 Busy\r\ncontent-TYPE:  text/html \r\n"
			    "Sforce-Limit-Info: api-usage=18/5000\r\nRetry-After: 7\r\n"
			    "Location: https://elsewhere/\r\nSforce-Locator: null\r\n"
			    "Date: Mon, 23 Nov 2026 12:04:11 GMT\r\n"
			    "Content-Length: 0\r\n\r\n" },
		{ .answer = OK_ANSWER },
	};
	struct wire *wire = wire_start(script, 2);
	struct err err = ERR_INIT;

	ck_ok(call(wire, "GET", NULL, &err), &err);
	ck_assert_str_eq(answer.content_type, "text/html");
	ck_assert_str_eq(answer.limit_info, "api-usage=18/5000");
	ck_assert_str_eq(answer.location, "https://elsewhere/");
	ck_assert_str_eq(answer.locator, "null");
	ck_assert_int_eq(answer.retry_after_ms, 7000);
	ck_assert_int_eq(answer.date, INT64_C(1795435451000));
	ck_assert_str_eq(answer.peer_address, "127.0.0.1");
	ck_assert(answer.timing.connect_ms >= 0 && answer.timing.total_ms > 0);
	ck_ok(call(wire, "GET", NULL, &err), &err);
	ck_assert_str_eq(answer.limit_info, "");
	ck_assert_int_eq(answer.retry_after_ms, -1);
	ck_assert_int_eq(answer.date, 0);
	ck_assert_double_eq(answer.timing.connect_ms, 0); /* the connection was there already */
	wire_stop(wire);
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
	struct wire_step script[] = { { .answer = NULL }, { .answer = OK_ANSWER } };
	char redirect[256];
	struct wire *wire;
	struct err err = ERR_INIT;

	script[0].answer = redirect;
	wire = wire_start(script, 2);
	snprintf(redirect, sizeof(redirect),
		"HTTP/1.1 302 Found\r\nLocation: %s/y\r\nContent-Length: 0\r\n\r\n",
		wire_url(wire));
	ck_ok(call(wire, "GET", NULL, &err), &err);
	ck_assert_int_eq(answer.status, 302);
	ck_assert_uint_eq(wire_count(wire), 1);
	wire_stop(wire);
}
END_TEST

START_TEST(an_answer_above_its_maximum_is_an_error_not_a_part)
{
	const struct wire_step script[] = {
		{ .answer = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789X" }
	};
	struct wire *wire = wire_start(script, 1);
	struct http_request request = { .method = "GET",
		.url = url_of(wire, "/"),
		.answer_max = 10,
		.no_network_proxy = true };
	struct err err = ERR_INIT;

	ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_PROTOCOL);
	ck_assert_int_eq(answer.reach, HTTP_SENT);
	ck_assert_ptr_nonnull(strstr(err.text, "larger than 10 bytes"));
	wire_stop(wire);
}
END_TEST

/* ---- broken lines ---- */

START_TEST(a_broken_line_is_classed_by_what_may_have_arrived)
{
	static const struct {
		const char *what;
		struct wire_step step;
		const char *method;
		const char *body;
	} cases[] = {
		{ "reset after the body", { .end = WIRE_RESET }, "POST", "body" },
		{ "closed after the body", { .end = WIRE_CLOSE }, "PATCH", "body" },
		{ "closed after a delete", { .end = WIRE_CLOSE }, "DELETE", NULL },
		{ "half a status line", { .answer = "HTTP/1.", .end = WIRE_CLOSE }, "POST", "b" },
		{ "half a head", { .answer = "HTTP/1.1 200 OK\r\nConte", .end = WIRE_RESET },
			"POST", "b" },
		{ "half a body",
			{ .answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
				.end = WIRE_CLOSE },
			"POST", "b" },
		{ "half a chunk",
			{ .answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
				.end = WIRE_CLOSE },
			"POST", "b" },
		{ "not HTTP", { .answer = "SSH-2.0-OpenSSH\r\n\r\n", .end = WIRE_CLOSE }, "POST",
			"b" },
		{ "damaged gzip",
			{ .answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
				    "Content-Length: 12\r\n\r\nnot gzip....",
				.end = WIRE_CLOSE },
			"POST", "b" },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire *wire = wire_start(&cases[i].step, 1);
		int rc = call(wire, cases[i].method, cases[i].body, &err);

		ck_assert_msg(rc == -ERR_NET && answer.reach == HTTP_SENT, "%s: %d, reach %d, %s",
			cases[i].what, rc, answer.reach, err.text);
		ck_assert_msg(answer.failed_step == HTTP_STEP_TALK, "%s: step %d, %s",
			cases[i].what, answer.failed_step, err.text);
		wire_stop(wire);
	}
}
END_TEST

START_TEST(nobody_listening_is_certainly_not_sent)
{
	struct wire *wire = wire_start(NULL, 0);
	struct err err = ERR_INIT;
	char url[128];
	struct http_request request = {
		.method = "POST", .url = url, .body = "b", .body_len = 1, .no_network_proxy = true
	};

	snprintf(url, sizeof(url), "%s/", wire_url(wire));
	wire_stop(wire);
	ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_NET);
	ck_assert_int_eq(answer.reach, HTTP_NOT_SENT);
	ck_assert_int_eq(answer.failed_step, HTTP_STEP_CONNECT);
	ck_assert(err.retryable);
}
END_TEST

START_TEST(a_name_that_does_not_exist_is_told_as_such)
{
	struct err err = ERR_INIT;
	struct http_request request = { .method = "POST",
		.url = "https://nowhere.invalid/",
		.body = "b",
		.body_len = 1,
		.no_network_proxy = true };

	ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_NET);
	ck_assert_int_eq(answer.reach, HTTP_NOT_SENT);
	ck_assert_int_eq(answer.failed_step, HTTP_STEP_NAME);
}
END_TEST

/* libcurl would send these again by itself on a fresh connection. */
START_TEST(a_write_on_a_dying_kept_connection_leaves_exactly_once)
{
	static const struct {
		const char *method, *body;
	} cases[] = {
		{ "POST", "twenty rows" },
		{ "PATCH", "twenty rows" },
		{ "DELETE", NULL },
		{ "POST", NULL },
	};
	const struct wire_step script[] = { { .answer = OK_ANSWER }, { .end = WIRE_RESET },
		{ .answer = OK_ANSWER } };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire *wire = wire_start(script, 3);

		ck_ok(call(wire, "GET", NULL, &err), &err);
		ck_assert_int_eq(call(wire, cases[i].method, cases[i].body, &err), -ERR_NET);
		ck_assert_int_eq(answer.reach, HTTP_SENT);
		ck_assert_uint_eq(wire_count(wire), 2);
		/* And the client is fit for the next one. */
		ck_ok(call(wire, "GET", NULL, &err), &err);
		wire_stop(wire);
	}
}
END_TEST

START_TEST(a_read_on_a_dying_kept_connection_is_repeated_quietly)
{
	const struct wire_step script[] = { { .answer = OK_ANSWER }, { .end = WIRE_CLOSE },
		{ .answer = OK_ANSWER } };
	struct wire *wire = wire_start(script, 3);
	struct err err = ERR_INIT;

	ck_ok(call(wire, "GET", NULL, &err), &err);
	ck_ok(call(wire, "GET", NULL, &err), &err);
	ck_assert_uint_eq(wire_count(wire), 3);
	wire_stop(wire);
}
END_TEST

START_TEST(an_early_refusal_of_a_large_body_is_an_answer)
{
	const struct wire_step script[] = { { .answer = "HTTP/1.1 413 Too large\r\nContent-Length: "
							"0\r\nConnection: close\r\n\r\n",
		.read = WIRE_READ_HEAD,
		.end = WIRE_HOLD } };
	struct wire *wire = wire_start(script, 1);
	struct err err = ERR_INIT;
	char *body = malloc(8000001);

	memset(body, 'x', 8000000);
	body[8000000] = '\0';
	ck_ok(call(wire, "POST", body, &err), &err);
	ck_assert_int_eq(answer.status, 413);
	free(body);
	wire_stop(wire);
}
END_TEST

/* ---- time and cancelling ---- */

START_TEST(a_server_that_says_nothing_is_left_after_the_time_out)
{
	const struct wire_step script[] = { { .end = WIRE_HOLD } };
	struct wire *wire = wire_start(script, 1);
	struct http_request request = { .method = "POST",
		.url = url_of(wire, "/"),
		.body = "b",
		.body_len = 1,
		.timeout_ms = 150,
		.no_network_proxy = true };
	struct err err = ERR_INIT;

	ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_NET);
	ck_assert_int_eq(answer.curl_code, CURLE_OPERATION_TIMEDOUT);
	ck_assert_int_eq(answer.reach, HTTP_SENT);
	ck_assert_int_eq(answer.failed_step, HTTP_STEP_TALK);
	wire_stop(wire);
}
END_TEST

struct canceller {
	struct wire *wire;
	atomic_bool *cancel;
};

static void *cancel_once_asked(void *arg)
{
	struct canceller *canceller = arg;

	wire_await(canceller->wire, 1);
	atomic_store(canceller->cancel, true);
	return NULL;
}

START_TEST(a_cancelled_call_ends_at_once_and_tells_its_true_reach)
{
	const struct wire_step script[] = { { .end = WIRE_HOLD } };
	struct wire *wire = wire_start(script, 1);
	atomic_bool cancel = false;
	struct canceller canceller = { wire, &cancel };
	struct http_request request = { .method = "POST",
		.url = url_of(wire, "/"),
		.body = "b",
		.body_len = 1,
		.no_network_proxy = true };
	struct err err = ERR_INIT;
	pthread_t thread;
	int64_t start = clock_mono();

	ck_assert_int_eq(pthread_create(&thread, NULL, cancel_once_asked, &canceller), 0);
	ck_assert_int_eq(http_call(client, &request, &answer, &cancel, &err), -ERR_INTERRUPTED);
	ck_assert_int_eq(answer.reach, HTTP_SENT);
	ck_assert_int_lt(clock_mono() - start, 5000);
	ck_assert_int_eq(http_call(client, &request, &answer, &cancel, &err), -ERR_INTERRUPTED);
	ck_assert_int_eq(answer.reach, HTTP_NOT_SENT);
	pthread_join(thread, NULL);
	wire_stop(wire);
}
END_TEST

/* ---- many in flight ---- */

struct seen {
	int done;
	int answered;
	int interrupted;
	enum http_reach last_reach;
	struct wire *start_another_on;
};

static void count_answer(void *ctx, struct http_answer *got)
{
	struct seen *seen = ctx;
	struct wire *wire = seen->start_another_on;
	struct err err = ERR_INIT;

	seen->done++;
	seen->answered += got->reach == HTTP_ANSWERED && text_equal(buf_str(&got->body), "ok");
	seen->interrupted += got->err.kind == ERR_INTERRUPTED;
	seen->last_reach = got->reach;
	if (!wire)
		return;
	seen->start_another_on = NULL;
	ck_ok(http_start(client,
		      &(struct http_request){ .method = "GET",
			      .url = url_of(wire, "/again"),
			      .no_network_proxy = true },
		      count_answer, seen, &err),
		&err);
}

static void start_some(struct wire *wire, int count, struct seen *seen)
{
	struct err err = ERR_INIT;

	for (int i = 0; i < count; i++)
		ck_ok(http_start(client,
			      &(struct http_request){ .method = "POST",
				      .url = url_of(wire, "/m"),
				      .body = "b",
				      .body_len = 1,
				      .no_network_proxy = true },
			      count_answer, seen, &err),
			&err);
}

START_TEST(many_requests_are_answered_and_may_start_others)
{
	struct wire_step script[9];
	struct wire *wire;
	struct seen seen = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(script); i++)
		script[i] = (struct wire_step){ .answer = OK_ANSWER };
	wire = wire_start(script, ARRAY_SIZE(script));
	seen.start_another_on = wire;
	start_some(wire, 8, &seen);
	while (http_turn(client, 1000) > 0)
		;
	ck_assert_int_eq(seen.done, 9);
	ck_assert_int_eq(seen.answered, 9);
	wire_stop(wire);
}
END_TEST

START_TEST(a_blocking_call_amid_others_loses_none_of_their_answers)
{
	struct wire_step script[4];
	struct wire *wire;
	struct seen seen = { 0 };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(script); i++)
		script[i] = (struct wire_step){ .answer = OK_ANSWER };
	wire = wire_start(script, ARRAY_SIZE(script));
	start_some(wire, 3, &seen);
	ck_ok(call(wire, "GET", NULL, &err), &err);
	ck_assert_int_eq(seen.done, 0); /* their callbacks are http_turn()'s */
	while (http_turn(client, 1000) > 0)
		;
	ck_assert_int_eq(seen.answered, 3);
	wire_stop(wire);
}
END_TEST

START_TEST(aborting_calls_back_each_with_its_true_reach)
{
	const struct wire_step script[] = { { .end = WIRE_HOLD } };
	struct wire *wire = wire_start(script, 1);
	struct seen seen = { 0 };

	start_some(wire, 1, &seen);
	while (wire_count(wire) == 0)
		http_turn(client, 10);
	http_abort_all(client);
	ck_assert_int_eq(seen.interrupted, 1);
	ck_assert_int_eq(seen.last_reach, HTTP_SENT);
	start_some(wire, 1, &seen);
	http_abort_all(client);
	ck_assert_int_eq(seen.interrupted, 2);
	ck_assert_int_eq(seen.last_reach, HTTP_NOT_SENT);
	ck_assert_int_eq(http_turn(client, 0), 0);
	wire_stop(wire);
}
END_TEST

static void *wake(void *arg)
{
	wire_await(arg, 1);
	http_wake(client);
	return NULL;
}

START_TEST(waking_ends_a_waiting_turn)
{
	const struct wire_step script[] = { { .end = WIRE_HOLD } };
	struct wire *wire = wire_start(script, 1);
	struct seen seen = { 0 };
	int64_t start = clock_mono();
	pthread_t thread;

	start_some(wire, 1, &seen);
	ck_assert_int_eq(pthread_create(&thread, NULL, wake, wire), 0);
	while (clock_mono() - start < 20000) {
		int64_t turn = clock_mono();

		http_turn(client, 20000);
		if (clock_mono() - turn < 15000 && wire_count(wire) > 0)
			break;
	}
	ck_assert_int_lt(clock_mono() - start, 15000);
	pthread_join(thread, NULL);
	http_wake(client); /* before the wait: not lost either */
	start = clock_mono();
	http_turn(client, 20000);
	ck_assert_int_lt(clock_mono() - start, 15000);
	http_abort_all(client);
	wire_stop(wire);
}
END_TEST

/* ---- encoding ---- */

START_TEST(form_values_are_percent_encoded)
{
	struct buf body = BUF_INIT(1000);

	http_form_add(&body, "grant_type", "client_credentials");
	http_form_add(&body, "client_secret", "a+b&c=d %\xc3\xa9~-._");
	ck_assert_str_eq(buf_str(&body),
		"grant_type=client_credentials&client_secret=a%2Bb%26c%3Dd%20%25%C3%A9~-._");
	buf_free(&body);
}
END_TEST

Suite *suite_client(void)
{
	Suite *suite = suite_create("http/client");
	TCase *tc = tcase_create("client");

	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, requests_leave_exactly_as_asked);
	tcase_add_test(tc, a_large_body_has_a_length_and_no_expectation);
	tcase_add_test(tc, the_name_of_the_program_is_told_unless_another_is_asked_for);
	tcase_add_test(tc, a_header_with_a_line_break_is_refused_before_it_leaves);
	tcase_add_test(tc, answers_are_read_whatever_their_framing);
	tcase_add_test(tc, headers_that_matter_are_kept);
	tcase_add_test(tc, a_redirect_is_not_followed);
	tcase_add_test(tc, an_answer_above_its_maximum_is_an_error_not_a_part);
	tcase_add_test(tc, a_broken_line_is_classed_by_what_may_have_arrived);
	tcase_add_test(tc, nobody_listening_is_certainly_not_sent);
	tcase_add_test(tc, a_name_that_does_not_exist_is_told_as_such);
	tcase_add_test(tc, a_write_on_a_dying_kept_connection_leaves_exactly_once);
	tcase_add_test(tc, a_read_on_a_dying_kept_connection_is_repeated_quietly);
	tcase_add_test(tc, an_early_refusal_of_a_large_body_is_an_answer);
	tcase_add_test(tc, a_server_that_says_nothing_is_left_after_the_time_out);
	tcase_add_test(tc, a_cancelled_call_ends_at_once_and_tells_its_true_reach);
	tcase_add_test(tc, many_requests_are_answered_and_may_start_others);
	tcase_add_test(tc, a_blocking_call_amid_others_loses_none_of_their_answers);
	tcase_add_test(tc, aborting_calls_back_each_with_its_true_reach);
	tcase_add_test(tc, waking_ends_a_waiting_turn);
	tcase_add_test(tc, form_values_are_percent_encoded);
	suite_add_tcase(suite, tc);
	return suite;
}
