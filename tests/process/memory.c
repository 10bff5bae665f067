/* Tests of what a run needs of memory: it must not depend on the number of rows. */

#include "process/suites.h"
#include "process/bulk.h"
#include "process/stage.h"

static long peak_kb(int rows, enum transfer_mode mode)
{
	struct stage stage;
	long kb;

	stage_open(&stage, rows);
	stage.interface.mode = mode;
	stage_create_run(&stage);
	kb = stage_carry_apart(&stage);
	ck_assert_int_eq(stage_info(&stage).counts.completed, rows);
	stage_close(&stage);
	return kb;
}

static const struct {
	enum transfer_mode mode;
	int few, many;
} cases[] = {
	{ TRANSFER_COLLECTIONS, 20000, 100000 },
	{ TRANSFER_BULK, BULK_JOB_ROWS, 2 * BULK_JOB_ROWS + 10000 },
};

START_TEST(more_rows_need_no_more_memory)
{
	long few = peak_kb(cases[_i].few, cases[_i].mode);
	long many = peak_kb(cases[_i].many, cases[_i].mode);

	ck_assert_msg(many * 20 < few * 21, "%d rows: %ld kB, %d rows: %ld kB", cases[_i].few, few,
		cases[_i].many, many);
}
END_TEST

Suite *suite_memory(void)
{
	Suite *suite = suite_create("memory");
	TCase *tc = tcase_create("memory");

	tcase_set_timeout(tc, 120);
	if (!TEST_SANITIZED)
		tcase_add_loop_test(tc, more_rows_need_no_more_memory, 0, ARRAY_SIZE(cases));
	suite_add_tcase(suite, tc);
	return suite;
}
