/* Tests of ping_agent(): who answers there, with which credential, and what is said of it. */

#include "ping/suites.h"

#include "http/server.h"
#include "ping/fixture.h"

/* What the thing behind the port does. */
static struct {
	int status;
	const char *body;
} answer;

static void handle(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	char *username = NULL;
	char *password = NULL;
	bool known = http_incoming_basic(in, &username, &password) &&
		     text_equal(username, "skyvva") && text_equal(password, "right");

	(void)ctx;
	out->status = known ? answer.status : 401;
	buf_add_str(&out->body, known ? answer.body : "{}");
	free(username);
	secret_wipe(password);
}

static const struct {
	const char *password;
	int status;
	const char *body;
	bool ok;
	const char *step;
	const char *remedy_id;
	enum err_kind kind;
} cases[] = {
	{ "right", 200, "{\"agent\":\"agentboard\",\"version\":\"0.1.0\"}", true, NULL, NULL,
		ERR_NONE },
	{ "wrong", 200, "{}", false, "credential", "agent.credential", ERR_REFUSED },
	{ "right", 200, "<html>router</html>", false, "our agent", "agent.not_ours", ERR_REFUSED },
	{ "right", 200, "{\"agent\":\"other\"}", false, "our agent", "agent.not_ours",
		ERR_REFUSED },
	{ "right", 404, "nothing here", false, "our agent", "agent.not_ours", ERR_REFUSED },
	{ "right", 503, "{}", false, "HTTP", "agent.busy", ERR_NET },
};

START_TEST(tells_who_answers_there)
{
	struct http_server_options options = { .handler = handle };
	struct http_server *server;
	struct connection connection;
	struct ping_result result;
	struct err err = ERR_INIT;

	answer.status = cases[_i].status;
	answer.body = cases[_i].body;
	ck_ok(http_server_start(&server, &options, &err), &err);
	connection_init(&connection);
	setenv("TEST_AGENT_PASSWORD", cases[_i].password, 1);
	text_set(&connection.name, "c");
	text_set(&connection.agent.host, "http://127.0.0.1");
	text_set(&connection.agent.username, "skyvva");
	connection.agent.port = http_server_port(server);
	connection.agent.password.kind = SECRET_ENV;
	text_set(&connection.agent.password.ref, "TEST_AGENT_PASSWORD");
	ping_agent(&result, &connection, NULL, NULL, NULL, NULL);
	ck_assert_int_eq(result.ok, cases[_i].ok);
	ck_assert_int_eq(result.kind, cases[_i].kind);
	if (!cases[_i].ok) {
		ck_assert_str_eq(fixture_finding(&result)->name, cases[_i].step);
		ck_assert_str_eq(fixture_finding(&result)->remedy_id, cases[_i].remedy_id);
	}
	for (int i = 0; i < result.count; i++)
		ck_assert_ptr_null(strstr(result.steps[i].detail, cases[_i].password));
	connection_free_fields(&connection);
	http_server_stop(server);
}
END_TEST

START_TEST(clear_text_to_the_world_is_refused_before_any_call)
{
	struct connection connection;
	struct ping_result result;

	connection_init(&connection);
	text_set(&connection.name, "c");
	text_set(&connection.agent.host, "http://203.0.113.7");
	text_set(&connection.agent.username, "skyvva");
	ping_agent(&result, &connection, NULL, NULL, NULL, NULL);
	ck_assert(!result.ok);
	ck_assert_str_eq(fixture_finding(&result)->remedy_id, "agent.clear_text");
	ck_assert_int_eq(result.kind, ERR_CONFIG);
	connection_free_fields(&connection);
}
END_TEST

Suite *suite_agent_ping(void)
{
	Suite *suite = suite_create("ping/agent");
	TCase *tc = tcase_create("agent");

	tcase_add_loop_test(tc, tells_who_answers_there, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, clear_text_to_the_world_is_refused_before_any_call);
	suite_add_tcase(suite, tc);
	return suite;
}
