/* Tests of process_run() against the practice org: what becomes of every row. */

#include "process/suites.h"
#include "process/stage.h"
#include "base/clock.h"

START_TEST(every_row_arrives_once)
{
	struct stage stage;
	struct run_info info;

	stage_open(&stage, 1234);
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.read, 1234);
	ck_assert_int_eq(info.counts.completed, 1234);
	ck_assert_int_eq(stage_records(&stage), 1234);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 1234);
	ck_assert_int_eq(stage_requests(&stage, "/composite/sobjects"), 7);
	stage_close(&stage);
}
END_TEST

Suite *suite_run(void)
{
	Suite *suite = suite_create("run");
	TCase *tc = tcase_create("run");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_row_arrives_once);
	suite_add_tcase(suite, tc);
	return suite;
}
