/* Tests of ping_agent_from_salesforce(): the practice org makes the call-out for real, and what it
 * meets is told by the step and the remedy it belongs to. */

#include "ping/suites.h"

#include "base/text.h"
#include "http/server.h"
#include "ping/fixture.h"
#include "practice/practice.h"

static struct practice *org;
static struct connection connection;
static struct ping_result result;

static void setup(void)
{
	struct practice_options options = { .seed = 1 };
	struct err err = ERR_INIT;

	ck_ok(practice_start(&org, &options, &err), &err);
	fixture_connection(&connection, practice_url(org));
}

static void teardown(void)
{
	connection_free_fields(&connection);
	practice_stop(org);
}

static const char *greeting;

static void handle(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	char *username = NULL;
	char *password = NULL;
	bool known = http_incoming_basic(in, &username, &password) &&
		     text_equal(username, "skyvva") && text_equal(password, "right");

	(void)ctx;
	out->status = known ? 200 : 401;
	buf_add_str(&out->body, known ? greeting : "{}");
	free(username);
	secret_wipe(password);
}

static void call_back(int port, const char *password)
{
	setenv("TEST_AGENT_PASSWORD", password, 1);
	text_set(&connection.agent.host, "http://127.0.0.1");
	text_set(&connection.agent.username, "skyvva");
	connection.agent.port = port;
	connection.agent.password.kind = SECRET_ENV;
	text_set(&connection.agent.password.ref, "TEST_AGENT_PASSWORD");
	ping_agent_from_salesforce(&result, &connection, NULL, NULL, NULL, NULL);
}

static const struct {
	const char *password, *greeting;
	const char *step, *remedy_id; /* NULL = green */
	enum err_kind kind;
} cases[] = {
	{ "right", "{\"agent\":\"agentboard\",\"version\":\"0.1.0\"}", NULL, NULL, ERR_NONE },
	{ "wrong", "{}", "credential", "agent.credential", ERR_REFUSED },
	{ "right", "<html>router</html>", "our agent", "agent.not_ours", ERR_REFUSED },
};

START_TEST(tells_what_salesforce_finds_at_the_agent)
{
	struct http_server_options options = { .handler = handle };
	struct http_server *server;
	struct err err = ERR_INIT;

	greeting = cases[_i].greeting;
	ck_ok(http_server_start(&server, &options, &err), &err);
	call_back(http_server_port(server), cases[_i].password);
	ck_assert_int_eq(result.ok, cases[_i].step == NULL);
	ck_assert_int_eq(result.kind, cases[_i].kind);
	if (cases[_i].step) {
		ck_assert_str_eq(fixture_finding(&result)->name, cases[_i].step);
		ck_assert_str_eq(fixture_finding(&result)->remedy_id, cases[_i].remedy_id);
	}
	ck_assert_int_eq(fixture_step(&result, "call-out")->verdict, VERDICT_OK);
	ck_assert_int_eq(practice_request_count(org, "/services/oauth2/token"), 1);
	http_server_stop(server);
}
END_TEST

START_TEST(tells_that_nobody_listens_there)
{
	struct http_server_options options = { .handler = handle };
	struct http_server *server;
	struct err err = ERR_INIT;
	int port;

	ck_ok(http_server_start(&server, &options, &err), &err);
	port = http_server_port(server);
	http_server_stop(server);
	call_back(port, "right");
	ck_assert_str_eq(fixture_finding(&result)->name, "call-out");
	ck_assert_str_eq(fixture_finding(&result)->remedy_id, "agent.outside_refused");
	ck_assert_int_eq(result.kind, ERR_NET);
}
END_TEST

START_TEST(asks_nothing_when_no_address_is_set)
{
	text_set(&connection.agent.host, NULL);
	ping_agent_from_salesforce(&result, &connection, NULL, NULL, NULL, NULL);
	ck_assert_str_eq(fixture_finding(&result)->name, "settings");
	ck_assert_int_eq(practice_request_count(org, "/"), 0);
}
END_TEST

Suite *suite_return_ping(void)
{
	Suite *suite = suite_create("ping/return_ping");
	TCase *tc = tcase_create("from salesforce");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, tells_what_salesforce_finds_at_the_agent, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, tells_that_nobody_listens_there);
	tcase_add_test(tc, asks_nothing_when_no_address_is_set);
	suite_add_tcase(suite, tc);
	return suite;
}
