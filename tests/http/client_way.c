/* Tests of client.h: what stands between here and the host, proxies and certificates. */

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

/* ---- proxies ---- */

START_TEST(a_proxy_is_used_and_its_refusals_are_its_own)
{
	static const struct {
		const char *answer, *target;
		int status, proxy_status;
		enum http_reach reach;
	} cases[] = {
		{ "HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic realm=x\r\n"
		  "Content-Length: 0\r\n\r\n",
			"https://org.invalid/", 0, 407, HTTP_NOT_SENT },
		{ "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", "https://org.invalid/", 0, 502,
			HTTP_NOT_SENT },
		{ "HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n", "http://org.invalid/", 407, 0,
			HTTP_ANSWERED },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire_step step = { .answer = cases[i].answer, .end = WIRE_CLOSE };
		struct wire *wire = wire_start(&step, 1);
		struct http_request request = {
			.method = "POST", .url = cases[i].target, .body = "b", .body_len = 1
		};

		http_client_free(client);
		ck_ok(http_client_new(
			      &client, &(struct http_options){ .proxy_url = wire_url(wire) }, &err),
			&err);
		http_call(client, &request, &answer, NULL, &err);
		ck_assert_int_eq(answer.reach, cases[i].reach);
		ck_assert_int_eq(answer.status, cases[i].status);
		ck_assert_int_eq(answer.proxy_status, cases[i].proxy_status);
		if (answer.reach != HTTP_ANSWERED)
			ck_assert_int_eq(answer.failed_step, HTTP_STEP_PROXY);
		ck_assert(answer.via_proxy);
		wire_stop(wire);
		http_client_free(client); /* its strings were the wire's */
		client = NULL;
	}
}
END_TEST

START_TEST(a_proxy_gets_its_own_password_and_not_the_token)
{
	static const struct http_header headers[] = { { "Authorization", "Bearer secret" },
		{ NULL, NULL } };
	const struct wire_step script[] = {
		{ .answer = "HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
			    "Content-Length: 0\r\n\r\n" },
		{ .answer = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", .end = WIRE_CLOSE },
	};
	struct wire *wire = wire_start(script, 2);
	struct http_options options = { .proxy_url = wire_url(wire),
		.proxy_username = "u",
		.proxy_password = "p",
		.no_proxy = "other.example" };
	struct http_request request = {
		.method = "GET", .url = "https://org.invalid/", .headers = headers
	};
	struct err err = ERR_INIT;

	http_client_free(client);
	ck_ok(http_client_new(&client, &options, &err), &err);
	http_call(client, &request, &answer, NULL, &err);
	ck_assert(text_starts(wire_request(wire, 0), "CONNECT org.invalid:443 HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(wire_request(wire, 1), "Proxy-Authorization: Basic dTpw\r\n"));
	for (size_t i = 0; i < 2; i++)
		ck_assert_ptr_null(strstr(wire_request(wire, i), "secret"));
	ck_assert_int_eq(answer.reach, HTTP_NOT_SENT);
	wire_stop(wire);
	http_client_free(client);
	client = NULL;
}
END_TEST

START_TEST(a_proxy_that_cannot_be_reached_is_told_from_the_host)
{
	struct wire *wire = wire_start(NULL, 0);
	char closed[64];
	const struct {
		const char *proxy, *no_proxy;
		enum http_step step;
	} cases[] = {
		{ "http://proxy.invalid:3128", NULL, HTTP_STEP_PROXY },
		{ closed, NULL, HTTP_STEP_PROXY },
		{ "http://proxy.invalid:3128", "org.invalid", HTTP_STEP_NAME },
		{ "http://proxy.invalid:3128", "x, .invalid", HTTP_STEP_NAME },
		{ "http://proxy.invalid:3128", "*", HTTP_STEP_NAME },
	};
	struct http_request request = { .method = "GET", .url = "https://org.invalid/" };
	struct err err = ERR_INIT;

	snprintf(closed, sizeof(closed), "%s", wire_url(wire));
	wire_stop(wire);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct http_options options = { .proxy_url = cases[i].proxy,
			.no_proxy = cases[i].no_proxy };

		http_client_free(client);
		ck_ok(http_client_new(&client, &options, &err), &err);
		ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_NET);
		ck_assert_int_eq(answer.failed_step, cases[i].step);
	}
}
END_TEST

/* ---- TLS ---- */

static void say_ok(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	(void)ctx;
	(void)in;
	buf_add_str(&out->body, "ok");
}

START_TEST(certificates_are_verified_whatever_else_is_set)
{
	static const struct {
		const char *what, *san;
		int days;
		bool trusted;
		const char *words; /* in the error; NULL = must work */
	} cases[] = {
		{ "good", "IP:127.0.0.1", 30, true, NULL },
		{ "unknown issuer", "IP:127.0.0.1", 30, false, "self-signed" },
		{ "expired", "IP:127.0.0.1", -1, true, "expired" },
		{ "another host's", "DNS:elsewhere.example", 30, true, "127.0.0.1" },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char cert[512];
		char key[512];
		char url[64];
		struct http_server_options server_options = {
			.handler = say_ok, .tls_cert = cert, .tls_key = key
		};
		struct http_options options = { .ca_file = cases[i].trusted ? cert : NULL };
		struct http_request request = { .method = "POST",
			.url = url,
			.body = "secret",
			.body_len = 6,
			.no_network_proxy = true };
		struct http_server *server;

		certificate_make(test_folder(), "/O=Acme Test/CN=issuer", cases[i].san,
			cases[i].days, cert, key);
		ck_ok(http_server_start(&server, &server_options, &err), &err);
		snprintf(url, sizeof(url), "https://127.0.0.1:%d/", http_server_port(server));
		http_client_free(client);
		ck_ok(http_client_new(&client, &options, &err), &err);
		if (cases[i].words) {
			ck_assert_int_eq(
				http_call(client, &request, &answer, NULL, &err), -ERR_NET);
			ck_assert_int_eq(answer.failed_step, HTTP_STEP_TLS);
			ck_assert_int_eq(answer.reach, HTTP_NOT_SENT);
			ck_assert(!err.retryable);
			ck_assert_msg(strstr(err.text, cases[i].words), "%s: %s", cases[i].what,
				err.text);
		} else {
			ck_ok(http_call(client, &request, &answer, NULL, &err), &err);
			ck_assert(answer.certificate_until > clock_now());
			ck_assert_ptr_nonnull(strstr(answer.certificate_issuer, "Acme Test"));
		}
		http_client_free(client);
		client = NULL;
		http_server_stop(server);
	}
}
END_TEST

static atomic_int requests_seen;

static void count_request(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	(void)ctx;
	(void)in;
	(void)out;
	atomic_fetch_add(&requests_seen, 1);
}

/* To tell an operator who signed the certificate that was refused, without trusting it. */
START_TEST(peeking_at_a_certificate_sends_nothing_and_trusts_nothing)
{
	char cert[512];
	char key[512];
	char url[64];
	struct http_server_options options = {
		.handler = count_request, .tls_cert = cert, .tls_key = key
	};
	struct http_request request = { .method = "GET", .url = url, .no_network_proxy = true };
	struct http_server *server;
	struct err err = ERR_INIT;

	certificate_make(
		test_folder(), "/O=Inspecting Firewall/CN=x", "DNS:other.example", -1, cert, key);
	ck_ok(http_server_start(&server, &options, &err), &err);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", http_server_port(server));
	ck_ok(http_peek_certificate(client, url, &answer, NULL, &err), &err);
	ck_assert_ptr_nonnull(strstr(answer.certificate_issuer, "Inspecting Firewall"));
	ck_assert_int_lt(answer.certificate_until, clock_now());
	/* The next request of the same client does not profit from it. */
	ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_NET);
	ck_assert_int_eq(answer.failed_step, HTTP_STEP_TLS);
	ck_assert_int_eq(atomic_load(&requests_seen), 0);
	http_server_stop(server);
}
END_TEST

START_TEST(connecting_elsewhere_keeps_the_name)
{
	const struct wire_step script[] = { { .answer = OK_ANSWER } };
	struct wire *wire = wire_start(script, 1);
	struct err err = ERR_INIT;
	char url[64];
	char host[64];
	struct http_request request = {
		.method = "GET", .url = url, .no_network_proxy = true, .connect_to = "127.0.0.1"
	};

	snprintf(url, sizeof(url), "http://agent.invalid:%d/ping", wire_port(wire));
	snprintf(host, sizeof(host), "Host: agent.invalid:%d\r\n", wire_port(wire));
	ck_ok(http_call(client, &request, &answer, NULL, &err), &err);
	ck_assert_ptr_nonnull(strstr(wire_request(wire, 0), host));
	request.connect_to = NULL;
	ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_NET);
	ck_assert_int_eq(answer.failed_step, HTTP_STEP_NAME);
	wire_stop(wire);
}
END_TEST

START_TEST(a_ca_file_that_cannot_be_read_is_told)
{
	struct err err = ERR_INIT;
	struct http_request request = {
		.method = "GET", .url = "https://127.0.0.1:1/", .no_network_proxy = true
	};
	struct wire *wire = wire_start(NULL, 0);
	char url[64];

	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", wire_port(wire));
	request.url = url;
	http_client_free(client);
	ck_ok(http_client_new(&client, &(struct http_options){ .ca_file = "/nowhere.pem" }, &err),
		&err);
	ck_assert_int_eq(http_call(client, &request, &answer, NULL, &err), -ERR_NET);
	ck_assert_int_eq(answer.curl_code, CURLE_SSL_CACERT_BADFILE);
	wire_stop(wire);
}
END_TEST

Suite *suite_client_way(void)
{
	Suite *suite = suite_create("http/client_way");
	TCase *tc = tcase_create("way");

	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_proxy_is_used_and_its_refusals_are_its_own);
	tcase_add_test(tc, a_proxy_gets_its_own_password_and_not_the_token);
	tcase_add_test(tc, a_proxy_that_cannot_be_reached_is_told_from_the_host);
	tcase_add_test(tc, certificates_are_verified_whatever_else_is_set);
	tcase_add_test(tc, peeking_at_a_certificate_sends_nothing_and_trusts_nothing);
	tcase_add_test(tc, connecting_elsewhere_keeps_the_name);
	tcase_add_test(tc, a_ca_file_that_cannot_be_read_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}
