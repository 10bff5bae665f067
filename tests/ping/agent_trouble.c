/* Ping Agent Connection: each step, and above all that nothing but our agent passes for it. */

#include "ping/suites.h"

#include "base/text.h"
#include "harness/certificate.h"
#include "harness/wire.h"
#include "http/server.h"
#include "ping/rig.h"
#include "ping/own_address.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define GREETING "{\"agent\":\"agentboard\",\"version\":\"0.1.0\",\"home\":\"/var/lib/agentboard\"}"

static struct rig rig;

static void setup(void)
{
	rig_open(&rig, "https://acme.my.salesforce.com");
}

static void teardown(void)
{
	rig_close(&rig);
}

static void point_at(struct wire *wire)
{
	rig.connection.agent.port = wire_port(wire);
}

START_TEST(our_agent_is_greeted_with_the_credential)
{
	const struct wire_step script[] = { { .answer = wire_json(200, GREETING) } };
	struct wire *wire = wire_start(script, 1);
	char expected[512];

	point_at(wire);
	rig_ping_agent(&rig);
	ck_assert(rig.result.ok);
	ck_assert_ptr_null(rig_worst(&rig));
	ck_assert_str_eq(
		rig_step(&rig, "our agent")->detail, "agentboard 0.1.0, home /var/lib/agentboard");
	snprintf(expected, sizeof(expected),
		"GET /ping HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		"Authorization: Basic c2t5dnZhOmFnZW50IHBhc3N3b3Jk\r\n"
		"User-Agent: agentboard/" PACKAGE_VERSION
		"\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n",
		wire_port(wire));
	ck_assert_str_eq(wire_request(wire, 0), expected);
	wire_stop(wire);
}
END_TEST

START_TEST(what_answers_is_told_apart)
{
	static const struct {
		int status;
		const char *body, *step, *remedy_id;
	} cases[] = {
		{ 401, "{\"error\":\"wrong\"}", "credential", "agent.credential" },
		{ 503, "", "HTTP", "agent.busy" },
		{ 429, "", "HTTP", "agent.busy" },
		{ 404, "not found", "our agent", "agent.not_ours" },
		{ 302, "", "our agent", "agent.not_ours" },
		{ 200, "<html>nginx</html>", "our agent", "agent.not_ours" },
		{ 200, "", "our agent", "agent.not_ours" },
		{ 200, "{}", "our agent", "agent.not_ours" },
		{ 200, "[]", "our agent", "agent.not_ours" },
		{ 200, "\"agentboard\"", "our agent", "agent.not_ours" },
		{ 200, "{\"agent\":\"skyvva\"}", "our agent", "agent.not_ours" },
		{ 200, "{\"agent\":{\"agentboard\":1}}", "our agent", "agent.not_ours" },
		{ 500, GREETING, "our agent", "agent.not_ours" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire_step step = { .answer = wire_json(cases[i].status, cases[i].body) };
		struct wire *wire = wire_start(&step, 1);
		const struct ping_step *worst;

		point_at(wire);
		rig_ping_agent(&rig);
		worst = rig_worst(&rig);
		ck_assert_msg(worst != NULL, "%s passes for our agent", cases[i].body);
		ck_assert_str_eq(worst->name, cases[i].step);
		ck_assert_str_eq(worst->remedy_id, cases[i].remedy_id);
		ck_assert(!rig.result.ok);
		ck_assert_uint_eq(wire_count(wire), 1);
		wire_stop(wire);
	}
}
END_TEST

START_TEST(an_agent_that_is_down_is_told_at_tcp)
{
	struct wire *wire = wire_start(NULL, 0);

	point_at(wire);
	wire_stop(wire);
	rig_ping_agent(&rig);
	ck_assert_str_eq(rig_worst(&rig)->name, "TCP");
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "agent.refused");
	ck_assert_int_eq(rig.result.kind, ERR_NET);
	ck_assert_int_eq(rig_step(&rig, "our agent")->verdict, VERDICT_NOT_REACHED);
}
END_TEST

START_TEST(a_name_that_does_not_exist_is_told_at_the_name)
{
	ck_assert(text_set(&rig.connection.agent.host, "https://agent.invalid"));
	rig_ping_agent(&rig);
	ck_assert_str_eq(rig_worst(&rig)->name, "name resolves");
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "agent.name");
}
END_TEST

START_TEST(clear_text_to_another_machine_is_refused_before_a_call)
{
	ck_assert(text_set(&rig.connection.agent.host, "http://agent.invalid"));
	rig_ping_agent(&rig);
	ck_assert_str_eq(rig_worst(&rig)->name, "settings");
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "agent.clear_text");
	rig.connection.agent.allow_clear_text = true;
	rig_ping_agent(&rig);
	ck_assert_str_eq(rig_worst(&rig)->name, "name resolves");
}
END_TEST

START_TEST(an_agent_that_nothing_has_to_reach_is_no_failure)
{
	struct wire *wire = wire_start(NULL, 0);

	point_at(wire);
	wire_stop(wire);
	rig.connection.agent.called_by_salesforce = false;
	ck_assert(text_set(&rig.connection.agent.host, NULL));
	rig_ping_agent(&rig);
	ck_assert(rig.result.ok);
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "agent.not_needed");
	ck_assert_str_eq(rig_worst(&rig)->name, "TCP");
	rig.connection.agent.called_by_salesforce = true;
	rig_ping_agent(&rig);
	ck_assert(!rig.result.ok);
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "settings.value");
}
END_TEST

/* What answers on this machine's port, and what that says where Salesforce never calls. */
static const struct {
	const char *answer, *step, *remedy_id;
} here[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n"
	  "{\"agent\":\"agentboard\",\"version\":\"0.1.0\"}",
		"our agent", "" },
	{ "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "credential", "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "our agent", "agent.not_needed" },
};

START_TEST(an_agent_that_only_pushes_is_asked_over_loopback)
{
	struct wire_step step = { .answer = here[_i].answer, .end = WIRE_CLOSE };
	struct wire *wire = wire_start(&step, 1);

	point_at(wire);
	rig.connection.agent.called_by_salesforce = false;
	ck_assert(text_set(&rig.connection.agent.host, NULL));
	rig_ping_agent(&rig);
	ck_assert(rig.result.ok);
	ck_assert_uint_eq(wire_count(wire), 1);
	ck_assert_str_eq(rig_step(&rig, here[_i].step)->remedy_id, here[_i].remedy_id);
	wire_stop(wire);
}
END_TEST

START_TEST(a_password_that_cannot_be_opened_stops_before_a_call)
{
	struct wire *wire = wire_start(NULL, 0);

	point_at(wire);
	unsetenv("AGENTBOARD_TEST_PASSWORD");
	rig_ping_agent(&rig);
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "settings.secret");
	ck_assert_uint_eq(wire_count(wire), 0);
	wire_stop(wire);
}
END_TEST

static void greet(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	(void)ctx;
	(void)in;
	buf_add_str(&out->body, GREETING);
}

START_TEST(https_needs_a_certificate_that_salesforce_would_accept)
{
	char cert[512];
	char key[512];
	struct http_server_options options = { .handler = greet, .tls_cert = cert, .tls_key = key };
	struct http_server *server;
	struct err err = ERR_INIT;

	certificate_make(test_folder(), "/CN=agent", "IP:127.0.0.1", 30, cert, key);
	ck_ok(http_server_start(&server, &options, &err), &err);
	rig.connection.agent.port = http_server_port(server);
	ck_assert(text_set(&rig.connection.agent.host, "https://127.0.0.1"));
	rig_ping_agent(&rig);
	ck_assert_str_eq(rig_worst(&rig)->name, "TLS");
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "tls.agent_issuer");
	/* http where the agent speaks https */
	ck_assert(text_set(&rig.connection.agent.host, "http://127.0.0.1"));
	rig_ping_agent(&rig);
	ck_assert(!rig.result.ok);
	http_server_stop(server);
}
END_TEST

START_TEST(https_where_the_agent_speaks_http_is_told)
{
	const struct wire_step script[] = {
		{ .answer = "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n",
			.read = WIRE_READ_NOTHING,
			.end = WIRE_CLOSE }
	};
	struct wire *wire = wire_start(script, 1);

	point_at(wire);
	ck_assert(text_set(&rig.connection.agent.host, "https://127.0.0.1"));
	rig_ping_agent(&rig);
	ck_assert_str_eq(rig_worst(&rig)->name, "TLS");
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "tls.no_tls");
	wire_stop(wire);
}
END_TEST

/* An address of this machine beside loopback; false when it has none. */
static bool outer_address(char *to, size_t size)
{
	struct ifaddrs *own = NULL;
	bool found = false;

	ck_assert_int_eq(getifaddrs(&own), 0);
	for (const struct ifaddrs *at = own; at && !found; at = at->ifa_next) {
		if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET ||
			(at->ifa_flags & IFF_LOOPBACK))
			continue;
		found = getnameinfo(at->ifa_addr, sizeof(struct sockaddr_in), to, (socklen_t)size,
				NULL, 0, NI_NUMERICHOST) == 0;
	}
	freeifaddrs(own);
	return found;
}

START_TEST(our_own_address_that_does_not_lead_back_is_asked_over_loopback_and_said_so)
{
	const struct wire_step script[] = { { .answer = wire_json(200, GREETING) } };
	struct wire *wire = wire_start(script, 1); /* on 127.0.0.1 alone */
	const struct ping_step *tcp;
	char address[64];
	char url[80];

	point_at(wire);
	rig.connection.agent.allow_clear_text = true;
	if (outer_address(address, sizeof(address))) {
		snprintf(url, sizeof(url), "http://%s", address);
		ck_assert(text_set(&rig.connection.agent.host, url));
		rig_ping_agent(&rig);
		tcp = rig_step(&rig, "TCP");
		ck_assert(rig.result.ok);
		ck_assert_int_eq(tcp->verdict, VERDICT_WARN);
		ck_assert_str_eq(tcp->remedy_id, "agent.loopback");
		ck_assert_ptr_nonnull(strstr(tcp->detail, address));
	}
	wire_stop(wire);
}
END_TEST

START_TEST(only_an_address_that_may_be_ours_is_asked_over_loopback)
{
	ck_assert(own_address_possible("127.0.0.1"));
	ck_assert(!own_address_possible("10.255.255.254"));
	ck_assert(!own_address_possible("169.254.254.254"));
	ck_assert(!own_address_possible("nowhere.invalid"));
}
END_TEST

Suite *suite_agent_trouble(void)
{
	Suite *suite = suite_create("ping/agent_trouble");
	TCase *tc = tcase_create("agent_trouble");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, our_agent_is_greeted_with_the_credential);
	tcase_add_test(tc, what_answers_is_told_apart);
	tcase_add_test(tc, an_agent_that_is_down_is_told_at_tcp);
	tcase_add_test(tc, a_name_that_does_not_exist_is_told_at_the_name);
	tcase_add_test(tc, clear_text_to_another_machine_is_refused_before_a_call);
	tcase_add_loop_test(
		tc, an_agent_that_only_pushes_is_asked_over_loopback, 0, (int)ARRAY_SIZE(here));
	tcase_add_test(tc, an_agent_that_nothing_has_to_reach_is_no_failure);
	tcase_add_test(tc, a_password_that_cannot_be_opened_stops_before_a_call);
	tcase_add_test(tc, https_needs_a_certificate_that_salesforce_would_accept);
	tcase_add_test(tc, https_where_the_agent_speaks_http_is_told);
	tcase_add_test(
		tc, our_own_address_that_does_not_lead_back_is_asked_over_loopback_and_said_so);
	tcase_add_test(tc, only_an_address_that_may_be_ours_is_asked_over_loopback);
	suite_add_tcase(suite, tc);
	return suite;
}
