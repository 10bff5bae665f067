/* Tests of janitor.c: old messages leave once a day, and no sooner. */

#include "agent/suites.h"
#include "agent/janitor.h"
#include "base/clock.h"

#define START INT64_C(1800000000000)
#define DAY (INT64_C(24) * 3600 * 1000)

/* A run that is over, with one completed message. */
static int add_run(void *ctx, struct store *store, struct err *err)
{
	struct run_spec spec = { .interface = "i", .connection = "c", .object = "Account" };
	struct row_in row = { .key = "K", .source = "", .record = "{}", .record_len = 2 };
	struct row_result result = { .event = EVENT_SUCCEED,
		.salesforce_id = "001000000000001AAA" };
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *claim = NULL;
	struct row_set rows = { { 1 } };
	int64_t run, packet, attempt;
	int rc = store_run_create(&run, store, &spec, err);

	(void)ctx;
	change.state = RUN_DONE;
	if (!rc)
		rc = store_run_claim(&claim, store, run, err);
	if (!rc)
		rc = store_packet_add(&packet, store, claim, &row, 1, err);
	if (!rc)
		rc = store_attempt_begin(&attempt, store, claim, packet, &rows, "r", err);
	if (!rc)
		rc = store_attempt_done(store, claim, attempt, 200, NULL, &result, 1, err);
	if (!rc)
		rc = store_run_update(store, claim, &change, err);
	run_claim_free(claim);
	return rc;
}

static bool never(void *ctx)
{
	(void)ctx;
	return false;
}

START_TEST(old_messages_leave_once_a_day)
{
	const char *home = test_folder();
	struct writer *writer = NULL;
	struct err err = ERR_INIT;

	clock_freeze(START);
	ck_ok(writer_start(&writer, home, &err), &err);
	ck_ok(writer_call(writer, add_run, NULL, &err), &err);
	ck_assert_int_eq(janitor_look(writer, home, 2, never, NULL), 0); /* too young */
	clock_freeze(START + DAY - 1000);
	ck_assert_int_eq(janitor_look(writer, home, 1, never, NULL), 0); /* looked today */
	clock_freeze(START + 3 * DAY);
	ck_assert_int_eq(janitor_look(writer, home, 0, never, NULL), 0); /* never */
	ck_assert_int_eq(janitor_look(writer, home, 2, never, NULL), 1);
	ck_assert_int_eq(janitor_look(writer, home, 2, never, NULL), 0);
	writer_stop(writer);
	clock_freeze(-1);
}
END_TEST

Suite *suite_janitor(void)
{
	Suite *suite = suite_create("janitor");
	TCase *tests = tcase_create("janitor");

	tcase_add_test(tests, old_messages_leave_once_a_day);
	suite_add_tcase(suite, tests);
	return suite;
}
