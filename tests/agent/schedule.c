/* Tests of scheduler.h and schedules.h with a whole agent: what comes of a time, and is written. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/agent.h"
#include "agent/alarm.h"
#include "agent/fixture.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/brake.h"
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

START_TEST(a_schedule_every_minute_fires_at_the_minute)
{
	const int64_t noon = INT64_C(1795435200000);

	clock_freeze(noon + 30000);
	fixture_schedule("every minute", false);
	start();
	AWAIT(look().next == noon + 60000);
	ck_assert_int_eq(look().due, 0);
	for (int minute = 1; minute <= 2; minute++) {
		int64_t due = noon + minute * INT64_C(60000);

		clock_freeze(due);
		AWAIT(look().due == due);
		ck_assert_int_eq(look().looked, due); /* then, and not some time later */
		ck_assert_int_eq(look().next, due + 60000);
		if (minute == 1) /* the second may find its run under way */
			ck_assert_int_eq(look().verdict, SCHEDULE_STARTED);
	}
	clock_freeze(-1);
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

typedef int store_change(void *ctx, struct store *store, struct err *err);

static int apply_hold(void *ctx, struct store *store, struct err *err)
{
	(void)ctx;
	return store_hold(store, "conn", "anna", "the org moves", err);
}

static int apply_block(void *ctx, struct store *store, struct err *err)
{
	(void)ctx;
	return store_block(store, "conn", "invalid_client", err);
}

static int apply_release(void *ctx, struct store *store, struct err *err)
{
	(void)ctx;
	return store_let_go(store, "conn", "anna", err);
}

/* As another process does it. */
static void change(store_change *apply)
{
	struct writer *writer = NULL;
	struct err err = ERR_INIT;

	ck_ok(writer_start(&writer, dir, &err), &err);
	ck_ok(writer_call(writer, apply, NULL, &err), &err);
	writer_stop(writer);
}

static int run_count(void)
{
	struct run_info *runs = NULL;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int count = 0;

	ck_ok(view_open(&view, dir, &err), &err);
	ck_ok(view_runs(&runs, &count, view, "b", 0, 10, &err), &err);
	free(runs);
	view_close(view);
	return count;
}

START_TEST(a_held_connection_is_passed_over_visibly_and_caught_up_once_when_released)
{
	struct agent_status status = { .up = false };
	struct err err = ERR_INIT;

	fixture_schedule("@yearly", false);
	leave("@yearly", INT64_C(2) * 366 * 24 * 3600000);
	change(apply_hold);
	start();
	AWAIT(look().verdict == SCHEDULE_HELD);
	ck_assert_ptr_nonnull(strstr(look().note, "connection conn is held since"));
	ck_assert_ptr_nonnull(strstr(look().note, "the org moves"));
	ck_assert_int_eq(run_count(), 0);
	ck_ok(agent_client_status(&status, socket_path, &err), &err);
	ck_assert_int_eq(status.alarm_count, 0); /* a person wants it so */
	stop();					 /* and the next agent knows */
	change(apply_release);
	start();
	AWAIT(look().verdict == SCHEDULE_CAUGHT_UP);
	ck_assert_int_gt(look().run, 0);
	ck_assert_int_eq(run_count(), 1);
}
END_TEST

START_TEST(a_blocked_connection_is_passed_over_until_it_may_be_probed_and_is_an_alarm)
{
	struct agent_status status = { .up = false };
	struct err err = ERR_INIT;

	fixture_schedule("@yearly", false);
	leave("@yearly", INT64_C(2) * 366 * 24 * 3600000);
	change(apply_block);
	start();
	AWAIT(look().verdict == SCHEDULE_BLOCKED);
	ck_assert_int_eq(run_count(), 0);
	ck_ok(agent_client_status(&status, socket_path, &err), &err);
	ck_assert_int_eq(status.alarm_count, 1);
	ck_assert_ptr_nonnull(strstr(status.alarms[0], "connection conn is blocked"));
	stop();
	clock_freeze(clock_now() - BRAKE_PROBE_MS);
	change(apply_block);
	clock_freeze(-1);
	start();
	AWAIT(look().verdict == SCHEDULE_CAUGHT_UP);
	ck_assert_int_eq(run_count(), 1);
}
END_TEST

/* A run of "b" that stopped at its only row. */
static int apply_stopped(void *ctx, struct store *store, struct err *err)
{
	struct run_spec spec = { .interface = "b", .connection = "conn", .object = "Account" };
	struct row_in row = {
		.key = "K", .source = "", .record = "{}", .record_len = 2, .reject = "BAD: bad"
	};
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *claim = NULL;
	int64_t run, packet;
	int rc = store_run_create(&run, store, &spec, err);

	(void)ctx;
	change.state = RUN_STOPPED;
	if (rc == 0)
		rc = store_run_claim(&claim, store, run, err);
	if (rc == 0)
		rc = store_packet_add(&packet, store, claim, &row, 1, err);
	if (rc == 0)
		rc = store_run_update(store, claim, &change, err);
	run_claim_free(claim);
	return rc;
}

static int apply_settle(void *ctx, struct store *store, struct err *err)
{
	(void)ctx;
	return store_message_event(store, MESSAGE_ID(1, 0), EVENT_CANCEL, "anna", NULL, err);
}

/* given rows in order, and a run that stopped at one / when its time comes / then the schedule
 * passes over it visibly, until a person has settled the row */
START_TEST(a_run_that_stopped_in_order_is_passed_over_until_its_row_is_settled)
{
	fixture_in_order(true);
	fixture_schedule("@yearly", false);
	leave("@yearly", INT64_C(2) * 366 * 24 * 3600000);
	change(apply_stopped);
	start();
	AWAIT(look().verdict == SCHEDULE_PASSED);
	ck_assert_ptr_nonnull(strstr(look().note, "until the failed row of run 1 is settled"));
	ck_assert_int_eq(run_count(), 1);
	stop();
	change(apply_settle);
	leave("@yearly", INT64_C(2) * 366 * 24 * 3600000);
	start();
	AWAIT(look().verdict == SCHEDULE_CAUGHT_UP);
	ck_assert_int_eq(run_count(), 2);
	fixture_in_order(false);
}
END_TEST

/* Lines of the file that hold the words. */
static int count_lines(const char *path, const char *words)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	int count = 0;

	while (file && fgets(line, sizeof(line), file))
		count += strstr(line, words) != NULL;
	if (file)
		fclose(file);
	return count;
}

START_TEST(an_overdue_schedule_is_told_once_and_that_it_is_over)
{
	struct alarms alarms = { .told = { NULL, 0 } };
	char *log = file_join(dir, "agent.log");
	char *told = file_join(dir, "told");
	struct view *view = NULL;
	struct alerts *alerts;
	struct err err = ERR_INIT;
	char command[600];

	snprintf(command, sizeof(command), "(cat; echo) >> %s", told);
	alerts = alerts_new(command);
	ck_ok(log_open(log, LOG_LEVEL_INFO, &err), &err);
	leave("every minute", 3600000);
	ck_ok(view_open(&view, dir, &err), &err);
	alarms_look(&alarms, view, alerts);
	alarms_look(&alarms, view, alerts);
	ck_assert_int_eq(count_lines(log, "ALARM: b should have run at"), 1);
	leave("every minute", 1000);
	alarms_look(&alarms, view, alerts);
	alarms_look(&alarms, view, alerts);
	ck_assert_int_eq(count_lines(log, "ALARM"), 1);
	ck_assert_int_eq(count_lines(log, "the alarm of the schedule of b is over"), 1);
	AWAIT(count_lines(told, "\"alert\":\"clear\"") == 1);
	ck_assert_int_eq(count_lines(told, "\"alert\":\"schedule\""), 1);
	log_close();
	view_close(view);
	alerts_free(alerts);
	alarms_free_fields(&alarms);
	free(told);
	free(log);
}
END_TEST

Suite *suite_schedule(void)
{
	Suite *suite = suite_create("schedule");
	TCase *tcase = tcase_create("schedule");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_schedule_every_minute_fires_at_the_minute);
	tcase_add_test(tcase, a_missed_time_is_caught_up_once);
	tcase_add_test(tcase, a_missed_time_that_is_to_be_skipped_is_an_alarm);
	tcase_add_test(tcase, a_run_that_cannot_be_created_is_an_alarm);
	tcase_add_test(
		tcase, a_held_connection_is_passed_over_visibly_and_caught_up_once_when_released);
	tcase_add_test(
		tcase, a_blocked_connection_is_passed_over_until_it_may_be_probed_and_is_an_alarm);
	tcase_add_test(tcase, a_run_that_stopped_in_order_is_passed_over_until_its_row_is_settled);
	tcase_add_test(tcase, an_overdue_schedule_is_told_once_and_that_it_is_over);
	tcase_add_test(tcase, a_person_pauses_and_resumes_and_is_named);
	tcase_add_test(tcase, a_schedule_that_is_gone_is_forgotten);
	suite_add_tcase(suite, tcase);
	return suite;
}
