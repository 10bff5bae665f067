/* Tests of clock.h: text forms and the frozen clock. */

#include "base/suites.h"

#include "base/clock.h"

static const struct {
	const char *text;
	int64_t ms; /* -1 = refused */
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00:01.500Z", 1500 },
	{ "1970-01-01T01:00:00+01:00", 0 },
	{ "2018-12-18T22:51:36.000+0000", 1545173496000 },
	{ "2020-02-29T12:00:00.123Z", 1582977600123 },
	{ "2020-02-29 12:00:00", -1 },
	{ "2020-02-29T12:00:00", -1 },
	{ "yesterday", -1 },
};

START_TEST(parses_times_with_a_zone_only)
{
	int64_t ms = -2;
	int rc = clock_parse_iso(&ms, times[_i].text, NULL);

	if (times[_i].ms < 0) {
		ck_assert_int_lt(rc, 0);
	} else {
		ck_assert_int_eq(rc, 0);
		ck_assert_int_eq(ms, times[_i].ms);
	}
}
END_TEST

START_TEST(writes_what_it_reads)
{
	char text[CLOCK_TEXT_MAX];
	int64_t ms = 0;

	ck_assert_str_eq(clock_iso(text, 1582977600123), "2020-02-29T12:00:00.123Z");
	ck_assert_int_eq(clock_parse_iso(&ms, text, NULL), 0);
	ck_assert_int_eq(ms, 1582977600123);
}
END_TEST

START_TEST(stands_still_when_frozen)
{
	clock_freeze(5000);
	ck_assert_int_eq(clock_now(), 5000);
	ck_assert_int_eq(clock_mono(), 5000);
	clock_freeze(-1);
	ck_assert_int_gt(clock_now(), 5000);
}
END_TEST

Suite *suite_clock(void)
{
	Suite *suite = suite_create("base/clock");
	TCase *tc = tcase_create("clock");

	tcase_add_loop_test(tc, parses_times_with_a_zone_only, 0, ARRAY_SIZE(times));
	tcase_add_test(tc, writes_what_it_reads);
	tcase_add_test(tc, stands_still_when_frozen);
	suite_add_tcase(suite, tc);
	return suite;
}
