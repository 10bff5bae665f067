/* Tests of listener.h and credential.h over real sockets. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/agent.h"
#include "agent/listener.h"
#include "base/clock.h"
#include "http/client.h"

#include <sodium.h>

#define PASSWORD "correct horse 7"

static struct agent_settings settings;
static struct listener *listener;

static void setup(void)
{
	struct err err = ERR_INIT;

	agent_settings_init(&settings);
	settings.port = 0;
	ck_ok(agent_password_hash(&settings.password_hash, PASSWORD, &err), &err);
	ck_ok(listener_start(&listener, &settings, "/home/of/agent", NULL, &err), &err);
}

static void teardown(void)
{
	listener_stop(listener);
	agent_settings_free_fields(&settings);
}

/* Ask the listener; the status, and the body in `body` where wanted. */
static int ask(const char *method, const char *path, const char *username, const char *password,
	char *body, size_t size)
{
	struct http_options options = { 0 };
	struct http_client *client = NULL;
	struct http_answer answer;
	struct err err = ERR_INIT;
	char url[128];
	int status;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", listener_port(listener), path);
	http_answer_init(&answer);
	ck_ok(http_client_new(&client, &options, &err), &err);
	ck_ok(http_call(client,
		      &(struct http_request){ .method = method,
			      .url = url,
			      .username = username,
			      .password = password,
			      .no_network_proxy = true },
		      &answer, NULL, &err),
		&err);
	status = answer.status;
	if (body)
		text_copy(body, size, buf_str(&answer.body));
	http_answer_free(&answer);
	http_client_free(client);
	return status;
}

static const struct {
	const char *what;
	const char *method, *path, *username, *password;
	int status;
} cases[] = {
	{ "the right credential", "GET", "/ping", "skyvva", PASSWORD, 200 },
	{ "a wrong password", "GET", "/ping", "skyvva", "wrong", 401 },
	{ "the default password after it was changed", "GET", "/ping", "skyvva",
		AGENT_DEFAULT_PASSWORD, 401 },
	{ "a wrong username", "GET", "/ping", "root", PASSWORD, 401 },
	{ "an empty password", "GET", "/ping", "skyvva", "", 401 },
	{ "no credential", "GET", "/ping", NULL, NULL, 401 },
	{ "another path", "GET", "/status", "skyvva", PASSWORD, 404 },
	{ "another method", "POST", "/ping", "skyvva", PASSWORD, 405 },
	{ "the root", "GET", "/", NULL, NULL, 404 },
};

START_TEST(answers_by_credential_and_path)
{
	int status = ask(
		cases[_i].method, cases[_i].path, cases[_i].username, cases[_i].password, NULL, 0);

	ck_assert_msg(status == cases[_i].status, "%s: %d", cases[_i].what, status);
}
END_TEST

START_TEST(tells_who_it_is_to_those_who_may_know)
{
	char body[512];

	ck_assert_int_eq(ask("GET", "/ping", "skyvva", PASSWORD, body, sizeof(body)), 200);
	ck_assert_ptr_nonnull(strstr(body, "\"agent\":\"agentboard\""));
	ck_assert_ptr_nonnull(strstr(body, "\"version\":\"" PACKAGE_VERSION "\""));
	ck_assert_ptr_nonnull(strstr(body, "\"home\":\"/home/of/agent\""));
	ck_assert_int_eq(ask("GET", "/ping", "skyvva", "wrong", body, sizeof(body)), 401);
	ck_assert_ptr_null(strstr(body, "/home/of/agent"));
}
END_TEST

START_TEST(guessing_holds_up_the_guesser_alone)
{
	int64_t start = clock_mono();
	int refused = 0;

	ck_assert_int_eq(ask("GET", "/ping", "skyvva", PASSWORD, NULL, 0), 200);
	for (int i = 0; i < 200; i++) {
		int status = ask("GET", "/ping", "skyvva", "guess", NULL, 0);

		ck_assert(status == 401 || status == 429);
		refused += status == 429;
	}
	/* Five, and one more each second, were looked at; the others cost nobody anything. */
	ck_assert_int_ge(refused, 200 - 6 - (int)((clock_mono() - start) / 1000));
	ck_assert_int_eq(ask("GET", "/ping", "skyvva", PASSWORD, NULL, 0), 200);
	ck_assert_int_eq(ask("GET", "/ping", NULL, NULL, NULL, 0), 401);
}
END_TEST

static const struct {
	const char *listen;
	bool own_password;
	bool refused;
} exposures[] = {
	{ "127.0.0.1", false, false },
	{ "127.8.8.8", false, false },
	{ "0.0.0.0", false, true },
	{ "::", false, true },
	{ "0.0.0.0", true, false },
};

START_TEST(default_password_is_for_loopback_alone)
{
	struct agent_settings exposed;
	struct listener *other = NULL;
	struct err err = ERR_INIT;
	int rc;

	agent_settings_init(&exposed);
	exposed.port = 0;
	text_set(&exposed.listen, exposures[_i].listen);
	if (exposures[_i].own_password)
		text_set(&exposed.password_hash, settings.password_hash);
	rc = listener_start(&other, &exposed, "/home", NULL, &err);
	if (exposures[_i].refused) {
		ck_assert_int_eq(rc, -ERR_CONFIG);
		ck_assert_ptr_null(other);
		ck_assert_ptr_nonnull(strstr(err.text, "agentboard agent password"));
	} else {
		ck_ok(rc, &err);
	}
	listener_stop(other);
	agent_settings_free_fields(&exposed);
}
END_TEST

START_TEST(a_hash_of_the_default_password_is_the_default_password)
{
	char hash[crypto_pwhash_STRBYTES];
	struct agent_settings exposed;
	struct listener *other = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(
		crypto_pwhash_str(hash, AGENT_DEFAULT_PASSWORD, strlen(AGENT_DEFAULT_PASSWORD),
			crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN),
		0);
	agent_settings_init(&exposed);
	exposed.port = 0;
	text_set(&exposed.listen, "0.0.0.0");
	text_set(&exposed.password_hash, hash);
	ck_assert_int_eq(listener_start(&other, &exposed, "/home", NULL, &err), -ERR_CONFIG);
	agent_settings_free_fields(&exposed);
}
END_TEST

START_TEST(a_password_in_the_place_of_its_hash_is_refused)
{
	struct agent_settings mistaken;
	struct listener *other = NULL;
	struct err err = ERR_INIT;

	agent_settings_init(&mistaken);
	mistaken.port = 0;
	text_set(&mistaken.password_hash, "plain text");
	ck_assert_int_eq(listener_start(&other, &mistaken, "/home", NULL, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "password_hash"));
	ck_assert_ptr_null(strstr(err.text, "plain text"));
	agent_settings_free_fields(&mistaken);
}
END_TEST

static const struct {
	const char *password;
	enum err_kind kind;
} passwords[] = {
	{ "", ERR_USAGE },
	{ NULL, ERR_USAGE },
	{ AGENT_DEFAULT_PASSWORD, ERR_USAGE },
	{ "a fine password", ERR_NONE },
};

START_TEST(passwords_that_protect_nothing_are_refused)
{
	char *hash = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(
		agent_password_hash(&hash, passwords[_i].password, &err), -(int)passwords[_i].kind);
	ck_assert(!!hash == (passwords[_i].kind == ERR_NONE));
	free(hash);
}
END_TEST

Suite *suite_listener(void)
{
	Suite *suite = suite_create("listener");
	TCase *tcase = tcase_create("listener");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, answers_by_credential_and_path, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tcase, tells_who_it_is_to_those_who_may_know);
	tcase_add_test(tcase, guessing_holds_up_the_guesser_alone);
	tcase_add_loop_test(
		tcase, default_password_is_for_loopback_alone, 0, (int)ARRAY_SIZE(exposures));
	tcase_add_test(tcase, a_hash_of_the_default_password_is_the_default_password);
	tcase_add_test(tcase, a_password_in_the_place_of_its_hash_is_refused);
	tcase_add_loop_test(
		tcase, passwords_that_protect_nothing_are_refused, 0, (int)ARRAY_SIZE(passwords));
	suite_add_tcase(suite, tcase);
	return suite;
}
