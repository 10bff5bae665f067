/* Tests of errand.h: what the agent does for people who may not open its secrets. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/agent.h"
#include "agent/errand.h"
#include "agent/fixture.h"
#include "base/clock.h"
#include "base/file.h"
#include "ping/ping_record.h"
#include "practice/practice.h"

#include <pthread.h>

static const char *dir;
static char *socket_path;
static struct catalog catalog;
static struct agent_settings settings;
static struct agent *agent;
static struct practice *org;
static struct connection connection; /* as the agent's files have it */

static int load(void *self, struct connection *out, const char *name, struct err *err)
{
	(void)self;
	if (strcmp(name, "conn") != 0)
		return err_set(err, ERR_NOT_FOUND, "there is no connection %s", name);
	return connection_copy(out, &connection, err);
}

static void start_org(int64_t latency_ms)
{
	struct practice_options options = { .seed = 1, .latency_ms = latency_ms };
	struct err err = ERR_INIT;

	ck_ok(practice_start(&org, &options, &err), &err);
	ck_assert(text_set(&connection.salesforce.domain, practice_url(org)));
}

static void setup(void)
{
	struct agent_options options;
	struct err err = ERR_INIT;

	dir = test_folder();
	socket_path = file_join(dir, "agent.sock");
	fixture_catalog(&catalog);
	connection_init(&connection);
	ck_ok(catalog.connection(catalog.self, &connection, "conn", &err), &err);
	setenv("TEST_ERRAND_SECRET", PRACTICE_CONSUMER_SECRET, 1);
	ck_assert(text_set(&connection.salesforce.grant_type, "client_credentials"));
	ck_assert(text_set(&connection.salesforce.consumer_key, PRACTICE_CONSUMER_KEY));
	ck_assert(text_set(&connection.salesforce.consumer_secret.ref, "TEST_ERRAND_SECRET"));
	setenv("TEST_ERRAND_PASSWORD", AGENT_DEFAULT_PASSWORD, 1);
	ck_assert(text_set(&connection.agent.password.ref, "TEST_ERRAND_PASSWORD"));
	catalog.connection = load;
	agent_settings_init(&settings);
	settings.port = 0;
	options = (struct agent_options){ .home_config = dir,
		.home_data = dir,
		.catalog = &catalog,
		.settings = &settings,
		.socket_path = socket_path,
		.listen = true };
	ck_ok(agent_new(&agent, &options, &err), &err);
	connection.agent.port = agent_port(agent);
}

static void teardown(void)
{
	agent_free(agent);
	practice_stop(org);
	org = NULL;
	connection_free_fields(&connection);
	agent_settings_free_fields(&settings);
	free(socket_path);
}

static int ask(struct ping_reply *reply, const char *name, enum ping_kind kind, bool record,
	struct err *err)
{
	struct ping_request request = {
		.connection = name, .kind = kind, .record = record, .who = "anna"
	};

	return agent_client_ping(reply, socket_path, &request, NULL, err);
}

/* When the store last saw such a ping; 0 = never. */
static int64_t recorded(enum ping_kind kind)
{
	struct ping_result kept;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	bool stale;
	int64_t at;

	ck_ok(view_open(&view, dir, &err), &err);
	at = ping_recall(&kept, &stale, view, &connection, kind, &err);
	ck_assert_int_ge(at, 0);
	view_close(view);
	return at;
}

START_TEST(a_ping_over_the_socket_tells_what_a_ping_here_tells)
{
	enum ping_kind kind = _i ? PING_AGENT : PING_SALESFORCE;
	struct ping_result here;
	struct ping_reply reply;
	struct err err = ERR_INIT;

	start_org(0);
	if (kind == PING_AGENT)
		ping_agent(&here, &connection, NULL, NULL, NULL, NULL);
	else
		ping_salesforce(&here, &connection, &catalog, NULL, "", NULL, NULL, NULL);
	ck_assert_int_eq(recorded(kind), 0);
	ck_ok(ask(&reply, "conn", kind, true, &err), &err);
	ck_assert_int_eq(reply.result.ok, here.ok);
	ck_assert_int_eq(reply.result.kind, here.kind);
	ck_assert_int_eq(reply.result.count, here.count);
	ck_assert_int_ge(here.count, 4);
	for (int i = 0; i < here.count; i++) {
		const struct ping_step *step = &reply.result.steps[i];

		ck_assert_str_eq(step->name, here.steps[i].name);
		ck_assert_int_eq(step->verdict, here.steps[i].verdict);
		ck_assert_str_eq(step->remedy, here.steps[i].remedy);
		ck_assert_ptr_null(strstr(step->detail, PRACTICE_CONSUMER_SECRET));
	}
	ck_assert_str_eq(reply.result.org_id, here.org_id);
	ck_assert_str_eq(reply.result.username, here.username);
	ck_assert_int_eq(reply.kept.kind, ERR_NONE);
	ck_assert_int_gt(recorded(kind), 0);
}
END_TEST

START_TEST(a_ping_that_shall_leave_no_trace_leaves_none)
{
	struct ping_reply reply;
	struct err err = ERR_INIT;

	ck_ok(ask(&reply, "conn", PING_AGENT, false, &err), &err);
	ck_assert_int_gt(reply.result.count, 0);
	ck_assert_int_eq(recorded(PING_AGENT), 0);
}
END_TEST

START_TEST(a_connection_that_is_none_is_told)
{
	struct ping_reply reply;
	struct err err = ERR_INIT;

	ck_assert_int_eq(ask(&reply, "other", PING_AGENT, true, &err), -ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(err.text, "other"));
}
END_TEST

static const struct {
	const char *interface;
	int limit;
	int rc;
} refused[] = {
	{ "nowhere", 10, -ERR_NOT_FOUND }, { "c", 0, -ERR_USAGE },
	{ "c", ERRAND_ROWS_MAX + 1, -ERR_USAGE },
	{ "c", 10, -ERR_SOURCE }, /* its database is none */
};

START_TEST(a_preview_that_cannot_be_is_told)
{
	struct preview_request request = {
		.interface = refused[_i].interface, .limit = refused[_i].limit, .who = "anna"
	};
	struct preview *preview = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(
		agent_client_preview(&preview, socket_path, &request, NULL, &err), refused[_i].rc);
	ck_assert_ptr_null(preview);
}
END_TEST

static void *ask_slowly(void *ctx)
{
	struct err err = ERR_INIT;

	ask(ctx, "conn", PING_SALESFORCE, true, &err);
	return NULL;
}

START_TEST(an_agent_that_stops_waits_for_no_ping)
{
	struct ping_reply reply;
	pthread_t thread;
	int64_t before;

	start_org(8000);
	ck_assert_int_eq(pthread_create(&thread, NULL, ask_slowly, &reply), 0);
	while (practice_request_count(org, "/services/oauth2/token") == 0)
		clock_sleep(2);
	before = clock_mono();
	agent_free(agent);
	agent = NULL;
	ck_assert_int_lt(clock_mono() - before, 3000);
	pthread_join(thread, NULL);
	ck_assert(!reply.result.ok);
}
END_TEST

START_TEST(a_few_errands_at_once_and_no_more)
{
	struct errand *taken[ERRANDS_MAX];
	struct errand *another = NULL;
	struct errands errands;
	struct err err = ERR_INIT;

	errands_init(&errands);
	for (int i = 0; i < ERRANDS_MAX; i++)
		ck_ok(errands_begin(&taken[i], &errands, &err), &err);
	ck_assert_int_eq(errands_begin(&another, &errands, &err), -ERR_UNFINISHED);
	ck_assert_ptr_null(another);
	errands_end(&errands, taken[1]);
	ck_ok(errands_begin(&another, &errands, &err), &err);
	errands_free_fields(&errands);
}
END_TEST

START_TEST(an_errand_ends_with_its_time_or_with_the_agent)
{
	struct errand *first = NULL;
	struct errand *second = NULL;
	struct errands errands;
	struct err err = ERR_INIT;

	errands_init(&errands);
	ck_ok(errands_begin(&first, &errands, &err), &err);
	ck_ok(errands_begin(&second, &errands, &err), &err);
	first->until = clock_mono();
	errands_look(&errands);
	ck_assert(atomic_load(&first->cancel));
	ck_assert(!atomic_load(&second->cancel));
	errands_stop(&errands);
	ck_assert(atomic_load(&second->cancel));
	errands_end(&errands, first);
	ck_assert_int_eq(errands_begin(&first, &errands, &err), -ERR_UNFINISHED);
	errands_free_fields(&errands);
}
END_TEST

Suite *suite_errand(void)
{
	Suite *suite = suite_create("errand");
	TCase *tcase = tcase_create("errand");

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_few_errands_at_once_and_no_more);
	tcase_add_test(tcase, an_errand_ends_with_its_time_or_with_the_agent);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("over the socket");
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_ping_over_the_socket_tells_what_a_ping_here_tells, 0, 2);
	tcase_add_test(tcase, a_ping_that_shall_leave_no_trace_leaves_none);
	tcase_add_test(tcase, a_connection_that_is_none_is_told);
	tcase_add_loop_test(tcase, a_preview_that_cannot_be_is_told, 0, (int)ARRAY_SIZE(refused));
	tcase_add_test(tcase, an_agent_that_stops_waits_for_no_ping);
	suite_add_tcase(suite, tcase);
	return suite;
}
