/* Tests of cron.h. */

#include "base/base.h"
#include "base/suites.h"

#include "base/clock.h"
#include "base/cron.h"

static int64_t at(const char *iso)
{
	struct err err = ERR_INIT;
	int64_t ms = 0;

	ck_ok(clock_parse_iso(&ms, iso, &err), &err);
	return ms;
}

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

/* Berlin is two hours ahead in summer; it changes on 2026-03-29 and 2026-10-25. */
static const struct {
	const char *text, *zone, *after, *next;
} cases[] = {
	{ "* * * * *", "UTC", "2026-11-23T12:00:00Z", "2026-11-23T12:01:00Z" },
	{ "* * * * *", "UTC", "2026-11-23T12:00:59.999Z", "2026-11-23T12:01:00Z" },
	{ "*/15 6-20 * * 1-5", "UTC", "2026-11-23T12:03:00Z", "2026-11-23T12:15:00Z" },
	{ "*/15 6-20 * * 1-5", "UTC", "2026-11-27T20:45:00Z", "2026-11-30T06:00:00Z" },
	{ "0 0 * * *", "UTC", "2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z" },
	{ "30 4 1,15 * *", "UTC", "2026-11-01T04:30:00Z", "2026-11-15T04:30:00Z" },
	{ "0 12 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T12:00:00Z" },
	{ "0 0 * * 7", "UTC", "2026-11-23T00:00:00Z", "2026-11-29T00:00:00Z" },
	{ "0 0 * * sun", "UTC", "2026-11-23T00:00:00Z", "2026-11-29T00:00:00Z" },
	{ "0 0 1 JAN-mar/2 *", "UTC", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z" },
	{ "5/20 * * * *", "UTC", "2026-11-23T12:26:00Z", "2026-11-23T12:45:00Z" },
	/* both days restricted: either fits, as in crontab(5) */
	{ "0 0 13 * 5", "UTC", "2026-11-23T00:00:00Z", "2026-11-27T00:00:00Z" },
	{ "0 0 13 * 5", "UTC", "2026-12-12T00:00:00Z", "2026-12-13T00:00:00Z" },
	{ "@hourly", "UTC", "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z" },
	{ "@Weekly", "UTC", "2026-11-23T12:00:00Z", "2026-11-29T00:00:00Z" },
	{ "0 6 * * *", BERLIN, "2026-11-23T12:00:00Z", "2026-11-24T05:00:00Z" },
	{ "0 6 * * *", BERLIN, "2026-07-01T12:00:00Z", "2026-07-02T04:00:00Z" },
	/* 02:30 does not exist on 29 March: 03:00 summer time instead, and only once */
	{ "30 2 * * *", BERLIN, "2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z" },
	{ "30 2 * * *", BERLIN, "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z" },
	{ "30 * * * *", BERLIN, "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z" },
	/* 02:30 comes twice on 25 October: the first one */
	{ "30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z" },
	{ "30 2 * * *", BERLIN, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z" },
	{ "30 * * * *", BERLIN, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z" },
};

START_TEST(the_next_time_is_the_first_that_fits)
{
	struct err err = ERR_INIT;
	struct cron cron;
	char found[CLOCK_TEXT_MAX];
	char expected[CLOCK_TEXT_MAX];

	set_zone(cases[_i].zone);
	ck_ok(cron_parse(&cron, cases[_i].text, &err), &err);
	clock_iso(found, cron_next(&cron, at(cases[_i].after)));
	clock_iso(expected, at(cases[_i].next));
	ck_assert_msg(strcmp(found, expected) == 0, "%s after %s: %s", cases[_i].text,
		cases[_i].after, found);
}
END_TEST

START_TEST(a_day_that_never_comes_is_told)
{
	struct err err = ERR_INIT;
	struct cron cron;

	set_zone("UTC");
	ck_ok(cron_parse(&cron, "0 0 30 2 *", &err), &err);
	ck_assert_int_eq(cron_next(&cron, at("2026-01-01T00:00:00Z")), 0);
}
END_TEST

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "", "five fields" },
	{ "* * * *", "five fields" },
	{ "* * * * * *", "five fields" },
	{ "60 * * * *", "is no minute" },
	{ "* 24 * * *", "is no hour" },
	{ "* * 0 * *", "is no day of month" },
	{ "* * * 13 *", "is no month" },
	{ "* * * * 8", "is no day of week" },
	{ "*/0 * * * *", "is no minute" },
	{ "5-1 * * * *", "is no minute" },
	{ "1, * * * *", "is no minute" },
	{ "1-2-3 * * * *", "is no minute" },
	{ "*5 * * * *", "is no minute" },
	{ "99999999999 * * * *", "is no minute" },
	{ "* * * foo *", "is no month" },
	{ "@sometimes", "is no minute" },
};

START_TEST(what_is_no_schedule_is_refused_with_the_field)
{
	struct err err = ERR_INIT;
	struct cron cron;

	ck_assert_int_eq(cron_parse(&cron, wrong[_i].text, &err), -ERR_CONFIG);
	ck_assert_msg(strstr(err.text, wrong[_i].says), "%s: %s", wrong[_i].text, err.text);
}
END_TEST

Suite *suite_cron(void)
{
	Suite *suite = suite_create("base/cron");
	TCase *tcase = tcase_create("cron");

	tcase_add_loop_test(tcase, the_next_time_is_the_first_that_fits, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tcase, a_day_that_never_comes_is_told);
	tcase_add_loop_test(
		tcase, what_is_no_schedule_is_refused_with_the_field, 0, (int)ARRAY_SIZE(wrong));
	suite_add_tcase(suite, tcase);
	return suite;
}
