/* Ping Salesforce Connection against settings and servers that are wrong in ways no org shows. */

#include "ping/suites.h"

#include "base/text.h"
#include "harness/certificate.h"
#include "harness/wire.h"
#include "http/server.h"
#include "ping/rig.h"

static struct rig rig;

static void setup(void)
{
	rig_open(&rig, NULL);
}

static void teardown(void)
{
	rig_close(&rig);
}

static void domain(const char *url)
{
	ck_assert(text_set(&rig.connection.salesforce.domain, url));
}

static void expect_failure(const char *step, const char *remedy_id)
{
	const struct ping_step *worst;

	rig_ping_salesforce(&rig, "");
	worst = rig_worst(&rig);
	if (!worst || !text_equal(worst->remedy_id, remedy_id) || !text_equal(worst->name, step))
		rig_show(&rig);
	ck_assert_ptr_nonnull(worst);
	ck_assert_str_eq(worst->name, step);
	ck_assert_str_eq(worst->remedy_id, remedy_id);
	ck_assert(!rig.result.ok);
}

START_TEST(wrong_settings_stop_the_ping_before_any_call)
{
	struct wire *wire = wire_start(NULL, 0);

	domain(wire_url(wire));
	ck_assert(text_set(&rig.connection.salesforce.consumer_key, " 3MVG9 "));
	expect_failure("settings", "settings.value");
	ck_assert_int_eq(rig.result.kind, ERR_CONFIG);
	ck_assert_int_eq(rig_step(&rig, "access token")->verdict, VERDICT_NOT_REACHED);
	ck_assert(text_set(&rig.connection.salesforce.consumer_key, "3MVG9"));
	unsetenv("AGENTBOARD_TEST_SECRET");
	expect_failure("settings", "settings.secret");
	setenv("AGENTBOARD_TEST_SECRET", " pasted\n", 1);
	expect_failure("settings", "settings.value");
	ck_assert_ptr_nonnull(strstr(rig_worst(&rig)->detail, "salesforce.consumer_secret"));
	ck_assert_ptr_null(strstr(rig_worst(&rig)->detail, "pasted"));
	ping_agent_from_salesforce(&rig.result, &rig.connection, NULL, NULL, NULL, NULL);
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "settings.value");
	setenv("AGENTBOARD_TEST_SECRET", "secret", 1);
	domain("https://acme.my.salesfroce.com");
	expect_failure("settings", "settings.value");
	ck_assert_ptr_nonnull(strstr(rig_worst(&rig)->detail, "did you mean"));
	ck_assert_int_eq(rig_step(&rig, "name resolves")->verdict, VERDICT_NOT_REACHED);
	domain("https://login.salesforce.com");
	expect_failure("settings", "oauth.wrong_host");
	domain("http://acme.my.salesforce.com");
	expect_failure("settings", "settings.value");
	domain(NULL);
	expect_failure("settings", "settings.value");
	ck_assert_uint_eq(wire_count(wire), 0);
	wire_stop(wire);
}
END_TEST

START_TEST(trouble_of_another_part_of_the_connection_is_not_this_pings)
{
	struct wire *wire = wire_start(NULL, 0);

	domain(wire_url(wire));
	ck_assert(text_set(&rig.connection.agent.host, "what is this"));
	rig_ping_salesforce(&rig, "");
	ck_assert_uint_eq(wire_count(wire), 1);
	wire_stop(wire);
}
END_TEST

START_TEST(a_host_that_is_not_there_is_told_by_the_step_it_broke_at)
{
	struct wire *wire = wire_start(NULL, 0);
	char url[64];

	snprintf(url, sizeof(url), "%s", wire_url(wire));
	wire_stop(wire);
	domain(url);
	expect_failure("TCP", "net.refused");
	ck_assert_int_eq(rig_step(&rig, "name resolves")->verdict, VERDICT_OK);
	ck_assert_int_eq(rig.result.kind, ERR_NET);
}
END_TEST

START_TEST(a_captive_portal_is_told_as_a_web_page)
{
	const struct wire_step script[] = {
		{ .answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
			    "<html>Please sign in to the guest network</html>",
			.end = WIRE_CLOSE }
	};
	struct wire *wire = wire_start(script, 1);

	domain(wire_url(wire));
	expect_failure("access token", "net.portal");
	ck_assert_uint_eq(wire_count(wire), 1);
	wire_stop(wire);
}
END_TEST

START_TEST(a_line_that_breaks_in_the_talk_is_told_as_such)
{
	const struct wire_step script[] = { { .end = WIRE_RESET } };
	struct wire *wire = wire_start(script, 1);

	domain(wire_url(wire));
	expect_failure("access token", "net.broken");
	ck_assert_uint_eq(wire_count(wire), 1);
	wire_stop(wire);
}
END_TEST

START_TEST(a_session_that_expires_at_once_costs_no_second_token)
{
	struct wire_step script[4] = { { 0 } };
	struct wire *wire = wire_start(script, ARRAY_SIZE(script));
	char token[1024];

	snprintf(token, sizeof(token),
		"{\"access_token\":\"00D000000000001!x\",\"instance_url\":\"%s\",\"id\":"
		"\"https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA\"}",
		wire_url(wire));
	script[0] = (struct wire_step){ .answer = wire_json(200, token) };
	script[1] = (struct wire_step){ .answer = wire_json(200, "[{\"version\":\"66.0\"}]") };
	script[2] = (struct wire_step){ .answer = wire_json(401,
						"[{\"message\":\"Session expired or invalid\","
						"\"errorCode\":\"INVALID_SESSION_ID\"}]") };
	script[3] = (struct wire_step){ .answer = wire_json(200, token) };
	domain(wire_url(wire));
	expect_failure("user", "rest.session_expired");
	ck_assert_uint_eq(wire_count(wire), 3);
	wire_stop(wire);
}
END_TEST

static void never(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	(void)ctx;
	(void)in;
	(void)out;
	ck_abort_msg("a request came through a certificate that is not trusted");
}

START_TEST(a_certificate_that_is_refused_is_told_with_its_issuer)
{
	static const struct {
		const char *san;
		int days;
		bool trusted;
		const char *remedy_id;
	} cases[] = {
		{ "IP:127.0.0.1", 30, false, "tls.unknown_issuer" },
		{ "IP:127.0.0.1", -1, true, "tls.expired" },
		{ "DNS:elsewhere.example", 30, true, "tls.wrong_host" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char cert[512];
		char key[512];
		char url[64];
		struct http_server_options options = {
			.handler = never, .tls_cert = cert, .tls_key = key
		};
		struct http_server *server;
		struct err err = ERR_INIT;

		certificate_make(test_folder(), "/O=Inspecting Firewall/CN=x", cases[i].san,
			cases[i].days, cert, key);
		ck_ok(http_server_start(&server, &options, &err), &err);
		snprintf(url, sizeof(url), "https://127.0.0.1:%d", http_server_port(server));
		domain(url);
		ck_assert(text_set(
			&rig.connection.salesforce.ca_file, cases[i].trusted ? cert : NULL));
		expect_failure("TLS", cases[i].remedy_id);
		if (!cases[i].trusted)
			ck_assert_ptr_nonnull(
				strstr(rig_step(&rig, "TLS")->detail, "Inspecting Firewall"));
		http_server_stop(server);
	}
}
END_TEST

START_TEST(a_proxy_in_the_way_has_a_step_of_its_own)
{
	static const struct {
		const char *answer, *remedy_id;
	} cases[] = {
		{ "HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n", "proxy.auth" },
		{ "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "proxy.refused" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire_step step = { .answer = cases[i].answer, .end = WIRE_CLOSE };
		struct wire *wire = wire_start(&step, 1);

		domain("https://acme.my.salesforce.com");
		ck_assert(text_set(&rig.connection.salesforce.proxy.url, wire_url(wire)));
		expect_failure("proxy", cases[i].remedy_id);
		ck_assert_int_eq(rig_step(&rig, "TLS")->verdict, VERDICT_NOT_REACHED);
		wire_stop(wire);
	}
	ck_assert(text_set(&rig.connection.salesforce.proxy.url, "http://proxy.invalid:3128"));
	expect_failure("proxy", "proxy.name");
}
END_TEST

static atomic_bool cancelled = true;

START_TEST(a_cancelled_ping_is_interrupted_not_failed_for_a_made_up_reason)
{
	struct wire *wire = wire_start(NULL, 0);

	domain(wire_url(wire));
	ping_salesforce(&rig.result, &rig.connection, NULL, NULL, "", &cancelled, NULL, NULL);
	ck_assert(!rig.result.ok);
	ck_assert_int_eq(rig.result.kind, ERR_INTERRUPTED);
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "");
	ck_assert_uint_eq(wire_count(wire), 0);
	wire_stop(wire);
}
END_TEST

START_TEST(the_hash_changes_with_what_a_ping_depends_on_and_with_nothing_else)
{
	struct connection *c = &rig.connection;
	char before[2][40];
	char after[40];

	domain("https://acme.my.salesforce.com");
	ping_config_hash(before[0], c, false);
	ping_config_hash(before[1], c, true);
	ck_assert(text_set(&c->description, "changed"));
	ck_assert(text_set(&c->source.odbc, "DSN=x"));
	ping_config_hash(after, c, false);
	ck_assert_str_eq(after, before[0]);
	ping_config_hash(after, c, true);
	ck_assert_str_eq(after, before[1]);
	ck_assert(text_set(&c->salesforce.consumer_key, "other"));
	ping_config_hash(after, c, false);
	ck_assert_str_ne(after, before[0]);
	ping_config_hash(after, c, true);
	ck_assert_str_eq(after, before[1]);
	c->agent.port++;
	ping_config_hash(after, c, true);
	ck_assert_str_ne(after, before[1]);
}
END_TEST

Suite *suite_trouble(void)
{
	Suite *suite = suite_create("ping/trouble");
	TCase *tc = tcase_create("trouble");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, wrong_settings_stop_the_ping_before_any_call);
	tcase_add_test(tc, trouble_of_another_part_of_the_connection_is_not_this_pings);
	tcase_add_test(tc, a_host_that_is_not_there_is_told_by_the_step_it_broke_at);
	tcase_add_test(tc, a_captive_portal_is_told_as_a_web_page);
	tcase_add_test(tc, a_line_that_breaks_in_the_talk_is_told_as_such);
	tcase_add_test(tc, a_session_that_expires_at_once_costs_no_second_token);
	tcase_add_test(tc, a_certificate_that_is_refused_is_told_with_its_issuer);
	tcase_add_test(tc, a_proxy_in_the_way_has_a_step_of_its_own);
	tcase_add_test(tc, a_cancelled_ping_is_interrupted_not_failed_for_a_made_up_reason);
	tcase_add_test(tc, the_hash_changes_with_what_a_ping_depends_on_and_with_nothing_else);
	suite_add_tcase(suite, tc);
	return suite;
}
