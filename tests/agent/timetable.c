/* Tests of timetable.h: what is due, once, and only where a schedule may use it. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/fixture.h"
#include "agent/timetable.h"
#include "base/clock.h"

static struct catalog catalog;
static struct timetable *timetable;

/* Noon of a day, and so many minutes. */
static int64_t noon(int minutes)
{
	struct err err = ERR_INIT;
	int64_t ms = 0;

	ck_ok(clock_parse_iso(&ms, "2026-11-23T12:00:00Z", &err), &err);
	return ms + (int64_t)minutes * 60000;
}

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	fixture_catalog(&catalog);
	fixture_schedule("*/15 * * * *", false);
	timetable = timetable_new(&catalog);
	timetable_load(timetable, noon(1));
}

static void teardown(void)
{
	timetable_free(timetable);
}

START_TEST(a_time_is_due_once)
{
	const char *name = NULL;

	ck_assert_int_eq(timetable_next(timetable, &name), noon(15));
	ck_assert_str_eq(name, "b");
	ck_assert_ptr_null(timetable_due(timetable, noon(14)));
	ck_assert_str_eq(timetable_due(timetable, noon(15)), "b");
	ck_assert_ptr_null(timetable_due(timetable, noon(15)));
	ck_assert_int_eq(timetable_next(timetable, &name), noon(30));
}
END_TEST

START_TEST(times_missed_count_once)
{
	ck_assert_str_eq(timetable_due(timetable, noon(200)), "b");
	ck_assert_ptr_null(timetable_due(timetable, noon(200)));
}
END_TEST

START_TEST(a_clock_put_back_makes_nothing_due_and_nothing_wait_for_ever)
{
	const char *name;

	ck_assert_str_eq(timetable_due(timetable, noon(600)), "b");
	ck_assert_ptr_null(timetable_due(timetable, noon(20)));
	ck_assert_int_eq(timetable_next(timetable, &name), noon(30));
}
END_TEST

START_TEST(a_changed_schedule_is_read_anew)
{
	const char *name;

	fixture_schedule("0 * * * *", false);
	timetable_load(timetable, noon(1));
	ck_assert_int_eq(timetable_next(timetable, &name), noon(60));
	fixture_schedule(NULL, false);
	timetable_load(timetable, noon(1));
	ck_assert_int_eq(timetable_next(timetable, &name), 0);
}
END_TEST

START_TEST(neither_a_draft_nor_nonsense_is_scheduled)
{
	const char *name;

	fixture_schedule("* * * * *", true);
	timetable_load(timetable, noon(1));
	ck_assert_int_eq(timetable_next(timetable, &name), 0);
	fixture_schedule("now and then", false);
	timetable_load(timetable, noon(1));
	ck_assert_int_eq(timetable_next(timetable, &name), 0);
}
END_TEST

Suite *suite_timetable(void)
{
	Suite *suite = suite_create("timetable");
	TCase *tcase = tcase_create("timetable");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_time_is_due_once);
	tcase_add_test(tcase, times_missed_count_once);
	tcase_add_test(tcase, a_clock_put_back_makes_nothing_due_and_nothing_wait_for_ever);
	tcase_add_test(tcase, a_changed_schedule_is_read_anew);
	tcase_add_test(tcase, neither_a_draft_nor_nonsense_is_scheduled);
	suite_add_tcase(suite, tcase);
	return suite;
}
