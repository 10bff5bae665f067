/* Tests of alert.c: a real command is told once, told when it is over, and never waited for. */

#include "agent/suites.h"
#include "agent/alert.h"
#include "agent/backlog_alarm.h"
#include "base/clock.h"
#include "store/writer.h"

#include <json-c/json.h>

static char path[400];

/* The lines that the command has written by now. */
static int lines(char *last, size_t size)
{
	FILE *file = fopen(path, "re");
	int count = 0;

	while (file && fgets(last, (int)size, file))
		count++;
	if (file)
		fclose(file);
	return count;
}

static void wait_for(int wanted, char *last, size_t size)
{
	int64_t until = clock_mono() + 20000;

	while (lines(last, size) < wanted && clock_mono() < until)
		clock_sleep(10);
	ck_assert_int_eq(lines(last, size), wanted);
}

static const char *member(const char *text, const char *name)
{
	static char value[64];
	struct json_object *root = json_tokener_parse(text);

	snprintf(value, sizeof(value), "%s",
		json_object_get_string(json_object_object_get(root, name)));
	json_object_put(root);
	return value;
}

START_TEST(trouble_is_told_once_and_then_that_it_is_over)
{
	struct run_info run = { .id = 7, .interface = "orders", .state = RUN_DONE };
	struct err none = ERR_INIT, silent = ERR_INIT;
	struct alerts *alerts;
	char command[500], last[4096] = "";

	snprintf(path, sizeof(path), "%s/told", test_folder());
	snprintf(command, sizeof(command), "(cat; echo) >> %s", path);
	alerts = alerts_new(command);
	ck_assert_ptr_nonnull(alerts);
	alerts_run(alerts, &run, &none); /* all well: nothing to tell */
	run.counts.failed = 3;
	alerts_run(alerts, &run, &none);
	alerts_run(alerts, &run, &none); /* the same once more */
	run.state = RUN_STOPPED;
	alerts_run(alerts, &run, &none);
	wait_for(2, last, sizeof(last));
	ck_assert_str_eq(member(last, "alert"), "stopped");
	run.state = RUN_PAUSED;
	err_set(&silent, ERR_SOURCE, "nobody answers there");
	alerts_run(alerts, &run, &silent);
	wait_for(3, last, sizeof(last));
	ck_assert_str_eq(member(last, "alert"), "source");
	run.state = RUN_DONE;
	run.counts.failed = 0;
	alerts_run(alerts, &run, &none);
	alerts_run(alerts, &run, &none);
	wait_for(4, last, sizeof(last));
	ck_assert_str_eq(member(last, "alert"), "clear");
	ck_assert_str_eq(member(last, "interface"), "orders");
	alerts_free(alerts);
}
END_TEST

/* Runs that pause for want of room are one trouble of the agent, not one of each interface. */
START_TEST(full_disk_is_told_once_for_all_interfaces)
{
	struct run_info run = { .id = 7, .interface = "orders", .state = RUN_PAUSED };
	struct err full = ERR_INIT;
	struct err none = ERR_INIT;
	struct alerts *alerts;
	char command[500], last[4096] = "";

	snprintf(path, sizeof(path), "%s/told", test_folder());
	snprintf(command, sizeof(command), "(cat; echo) >> %s", path);
	err_set(&full, ERR_STORE, "the disk is full");
	snprintf(full.code, sizeof(full.code), STORE_CODE_DISK_FULL);
	alerts = alerts_new(command);
	alerts_disk(alerts, NULL); /* all is well: nothing to tell */
	alerts_run(alerts, &run, &full);
	snprintf(run.interface, sizeof(run.interface), "accounts");
	alerts_run(alerts, &run, &full);
	alerts_disk(alerts, "nearly full");
	wait_for(1, last, sizeof(last));
	ck_assert_str_eq(member(last, "alert"), "disk");
	ck_assert_str_eq(member(last, "text"), "the disk is full");
	/* A run that went well does not say that there is room: the disk does. */
	run.state = RUN_DONE;
	alerts_run(alerts, &run, &none);
	alerts_disk(alerts, NULL);
	alerts_disk(alerts, NULL);
	wait_for(2, last, sizeof(last));
	ck_assert_str_eq(member(last, "alert"), "clear");
	alerts_free(alerts);
}
END_TEST

/* ---- what waits too long ---- */

#define START INT64_C(1800000000000)
#define HOUR INT64_C(3600000)

static int add_waiting(void *ctx, struct store *store, struct err *err)
{
	struct run_spec spec = { .interface = "orders", .connection = "c", .object = "Account" };
	struct row_in rows[2] = { { .key = "A", .source = "", .record = "{}", .record_len = 2 },
		{ .key = "B", .source = "", .record = "{}", .record_len = 2 } };
	struct run_claim *claim = NULL;
	int64_t packet;
	int64_t *run = ctx;
	int rc = store_run_create(run, store, &spec, err);

	if (!rc)
		rc = store_run_claim(&claim, store, *run, err);
	if (!rc)
		rc = store_packet_add(&packet, store, claim, rows, 2, err);
	run_claim_free(claim);
	return rc;
}

static int cancel_all(void *ctx, struct store *store, struct err *err)
{
	struct run_claim *claim = NULL;
	int64_t *run = ctx;
	int64_t rows;
	int rc = store_run_claim(&claim, store, *run, err);

	if (!rc)
		rc = store_run_cancel_rest(&rows, store, claim, "tester", err);
	run_claim_free(claim);
	return rc;
}

START_TEST(backlog_is_told_when_it_is_old_and_stays)
{
	struct backlog_alarms *alarms = calloc(1, sizeof(*alarms));
	const char *home = test_folder();
	struct writer *writer = NULL;
	struct view *view = NULL;
	struct alerts *alerts;
	struct err err = ERR_INIT;
	char command[500], last[4096] = "";
	int64_t run;

	clock_freeze(START);
	snprintf(path, sizeof(path), "%s/told", home);
	snprintf(command, sizeof(command), "(cat; echo) >> %s", path);
	alerts = alerts_new(command);
	ck_ok(writer_start(&writer, home, &err), &err);
	ck_ok(writer_call(writer, add_waiting, &run, &err), &err);
	ck_ok(view_open(&view, home, &err), &err);
	backlog_alarms_look(alarms, view, 24, alerts);
	ck_assert_int_eq(alarms->count, 0); /* it is young */
	clock_freeze(START + 24 * HOUR + 1);
	backlog_alarms_look(alarms, view, 0, alerts);
	ck_assert_int_eq(alarms->count, 0); /* it may become as old as it likes */
	clock_freeze(START + 24 * HOUR + 60001);
	backlog_alarms_look(alarms, view, 24, alerts);
	ck_assert_int_eq(alarms->count, 1);
	ck_assert(!alarms->items[0].told); /* it may be on its way just now */
	clock_freeze(START + 25 * HOUR);
	backlog_alarms_look(alarms, view, 24, alerts);
	ck_assert(alarms->items[0].told);
	ck_ok(writer_call(writer, cancel_all, &run, &err), &err);
	clock_freeze(START + 26 * HOUR);
	backlog_alarms_look(alarms, view, 24, alerts);
	ck_assert_int_eq(alarms->count, 0);
	clock_freeze(-1);
	wait_for(2, last, sizeof(last));
	ck_assert_str_eq(member(last, "alert"), "clear");
	ck_assert_str_eq(member(last, "interface"), "orders");
	alerts_free(alerts);
	view_close(view);
	writer_stop(writer);
	free(alarms);
}
END_TEST

START_TEST(command_that_hangs_holds_nobody_up)
{
	struct run_info run = { .id = 7, .state = RUN_STOPPED };
	struct err none = ERR_INIT;
	struct alerts *alerts = alerts_new("sleep 600 & sleep 600");
	int64_t begun = clock_mono();

	for (int i = 0; i < 300; i++) {
		snprintf(run.interface, sizeof(run.interface), "i%d", i);
		alerts_run(alerts, &run, &none);
	}
	alerts_free(alerts);
	ck_assert_int_lt(clock_mono() - begun, 10000);
}
END_TEST

Suite *suite_alert(void)
{
	Suite *suite = suite_create("alert");
	TCase *tests = tcase_create("alert");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, trouble_is_told_once_and_then_that_it_is_over);
	tcase_add_test(tests, full_disk_is_told_once_for_all_interfaces);
	tcase_add_test(tests, backlog_is_told_when_it_is_old_and_stays);
	tcase_add_test(tests, command_that_hangs_holds_nobody_up);
	suite_add_tcase(suite, tests);
	return suite;
}
