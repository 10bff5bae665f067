/* Tests of scheduler.h and schedules.h with a whole agent: what comes of a time, and is written. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/agent.h"
#include "agent/fixture.h"
#include "base/clock.h"
#include "base/file.h"
#include "store/schedules.h"

static const char *dir;
static char *socket_path;
static struct catalog catalog;
static struct agent_settings settings;
static struct agent *agent;

static void start(void)
{
	struct agent_options options = { .home_config = dir,
		.home_data = dir,
		.catalog = &catalog,
		.settings = &settings,
		.socket_path = socket_path,
		.listen = true };
	struct err err = ERR_INIT;

	ck_ok(agent_new(&agent, &options, &err), &err);
}

static void stop(void)
{
	agent_free(agent);
	agent = NULL;
}

static void setup(void)
{
	agent = NULL;
	dir = test_folder();
	socket_path = file_join(dir, "agent.sock");
	fixture_catalog(&catalog);
	agent_settings_init(&settings);
	settings.port = 0;
}

static void teardown(void)
{
	stop();
	agent_settings_free_fields(&settings);
	free(socket_path);
}

/* The one schedule in the store; zeroed when there is none. */
static struct schedule_state look(void)
{
	struct schedule_state *states = NULL;
	struct schedule_state first = { .kind = SCHEDULE_INTERFACE };
	struct view *view = NULL;
	int count = 0;

	if (view_open(&view, dir, NULL) == 0 && view_schedules(&states, &count, view, NULL) == 0 &&
		count)
		first = states[0];
	free(states);
	view_close(view);
	return first;
}

#define AWAIT(condition)                                                                           \
	do {                                                                                       \
		int64_t until_then = clock_mono() + 15000;                                         \
		while (!(condition) && clock_mono() < until_then)                                  \
			clock_sleep(10);                                                           \
		ck_assert(condition);                                                              \
	} while (0)

static int apply_sync(void *ctx, struct store *store, struct err *err)
{
	return store_schedules_sync(store, ctx, 1, err);
}

/* As an agent leaves it that went away so long ago. */
static void leave(const char *text, int64_t ago_ms)
{
	struct schedule_state state = { .kind = SCHEDULE_INTERFACE,
		.name = "b",
		.looked = clock_now() - ago_ms,
		.next = clock_now() - ago_ms + 60000 };
	struct writer *writer = NULL;
	struct err err = ERR_INIT;

	text_copy(state.text, sizeof(state.text), text);
	ck_ok(writer_start(&writer, dir, &err), &err);
	ck_ok(writer_call(writer, apply_sync, &state, &err), &err);
	writer_stop(writer);
}

START_TEST(a_missed_time_is_caught_up_once)
{
	struct run_info *runs = NULL;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int count = 0;

	fixture_schedule("every minute", false);
	leave("every minute", 3600000);
	start();
	AWAIT(look().verdict == SCHEDULE_CAUGHT_UP);
	ck_assert_int_gt(look().run, 0);
	ck_assert_int_gt(look().next, clock_now() - 1000);
	ck_ok(view_open(&view, dir, &err), &err);
	ck_ok(view_runs(&runs, &count, view, "b", 0, 10, &err), &err);
	ck_assert_int_le(count, 2); /* it may just have become time for the next one */
	ck_assert_str_eq(runs[count - 1].trigger, "schedule");
	free(runs);
	view_close(view);
}
END_TEST

START_TEST(a_missed_time_that_is_to_be_skipped_is_an_alarm)
{
	struct agent_status status = { .up = false };
	struct err err = ERR_INIT;

	fixture_schedule("@yearly", false);
	fixture_skip_missed(true);
	leave("@yearly", INT64_C(2) * 366 * 24 * 3600000);
	start();
	AWAIT(look().verdict == SCHEDULE_MISSED);
	ck_assert_int_eq(look().run, 0);
	ck_ok(agent_client_status(&status, socket_path, &err), &err);
	ck_assert_int_eq(status.alarm_count, 1);
	ck_assert_ptr_nonnull(strstr(status.alarms[0], "b should have run at"));
}
END_TEST

START_TEST(a_run_that_cannot_be_created_is_an_alarm)
{
	struct agent_status status = { .up = false };
	struct err err = ERR_INIT;

	fixture_schedule("@yearly", false);
	leave("@yearly", INT64_C(2) * 366 * 24 * 3600000);
	fixture_no_query(true); /* its own checks refuse it */
	start();
	AWAIT(look().verdict == SCHEDULE_FAILED);
	ck_ok(agent_client_status(&status, socket_path, &err), &err);
	ck_assert_int_eq(status.alarm_count, 1);
	fixture_no_query(false);
}
END_TEST

START_TEST(a_person_pauses_and_resumes_and_is_named)
{
	struct err err = ERR_INIT;
	struct agent_status status;

	fixture_schedule("@yearly", false);
	start();
	AWAIT(look().next > 0);
	ck_assert_int_eq(agent_client_pause_schedule(socket_path, 0, "nobody", true, "anna", &err),
		-ERR_NOT_FOUND);
	ck_ok(agent_client_pause_schedule(socket_path, 0, "b", true, "anna (ssh 10.0.0.7)", &err),
		&err);
	ck_assert_int_gt(look().paused_at, 0);
	ck_assert_ptr_nonnull(strstr(look().paused_who, "(ssh 10.0.0.7)"));
	do { /* what is paused comes not next */
		ck_ok(agent_client_status(&status, socket_path, &err), &err);
	} while (status.next[0]);
	/* It stays so over a restart. */
	stop();
	start();
	ck_assert_int_gt(look().paused_at, 0);
	stop();
	/* Without an agent the store is asked itself. */
	ck_ok(agent_pause_schedule_alone(dir, 0, "b", false, "anna", &err), &err);
	ck_assert_int_eq(look().paused_at, 0);
}
END_TEST

START_TEST(a_schedule_that_is_gone_is_forgotten)
{
	fixture_schedule("@yearly", false);
	start();
	AWAIT(look().name[0]);
	fixture_schedule(NULL, false);
	AWAIT(!look().name[0]);
}
END_TEST

Suite *suite_schedule(void)
{
	Suite *suite = suite_create("schedule");
	TCase *tcase = tcase_create("schedule");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_missed_time_is_caught_up_once);
	tcase_add_test(tcase, a_missed_time_that_is_to_be_skipped_is_an_alarm);
	tcase_add_test(tcase, a_run_that_cannot_be_created_is_an_alarm);
	tcase_add_test(tcase, a_person_pauses_and_resumes_and_is_named);
	tcase_add_test(tcase, a_schedule_that_is_gone_is_forgotten);
	suite_add_tcase(suite, tcase);
	return suite;
}
