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

#define NEW_YORK "EST5EDT,M3.2.0,M11.1.0"
#define LORD_HOWE "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
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
	/* New York changes on 2026-03-08 and 2026-11-01, at 2 in the morning */
	{ "30 2 * * *", NEW_YORK, "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z" },
	{ "30 2 * * *", NEW_YORK, "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z" },
	{ "30 1 * * *", NEW_YORK, "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z" },
	{ "30 1 * * *", NEW_YORK, "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z" },
	{ "at 01:30", NEW_YORK, "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z" },
	/* Lord Howe changes by half an hour, on 2026-10-04 and 2026-04-05 */
	{ "15 2 * * *", LORD_HOWE, "2026-10-02T16:00:00Z", "2026-10-03T15:30:00Z" },
	{ "15 2 * * *", LORD_HOWE, "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z" },
	{ "45 1 * * *", LORD_HOWE, "2026-04-04T12:00:00Z", "2026-04-04T14:45:00Z" },
	{ "45 1 * * *", LORD_HOWE, "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z" },
	/* every so many minutes goes on as time does, whatever the clock shows */
	{ "every 15 minutes", BERLIN, "2026-10-25T00:45:00Z", "2026-10-25T01:00:00Z" },
	{ "every 15 minutes", BERLIN, "2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z" },
	{ "every 15 minutes 00:00-06:00", BERLIN, "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z" },
	/* in words */
	{ "at 06:30", "UTC", "2026-11-23T06:30:00Z", "2026-11-24T06:30:00Z" },
	{ "at 6:30, 18:00", "UTC", "2026-11-23T06:30:00Z", "2026-11-23T18:00:00Z" },
	{ "at 06:30 weekdays", "UTC", "2026-11-27T12:00:00Z", "2026-11-30T06:30:00Z" },
	{ "weekends at 06:30", "UTC", "2026-11-23T12:00:00Z", "2026-11-28T06:30:00Z" },
	{ "at 06:30 on Monday, thu", "UTC", "2026-11-23T12:00:00Z", "2026-11-26T06:30:00Z" },
	{ "at 06:30 fri-mon", "UTC", "2026-11-24T12:00:00Z", "2026-11-27T06:30:00Z" },
	{ "at 22:00 on day 1, 15", "UTC", "2026-11-02T00:00:00Z", "2026-11-15T22:00:00Z" },
	{ "at 23:00 day 31", "UTC", "2026-11-01T00:00:00Z", "2026-12-31T23:00:00Z" },
	{ "at 23:00 last day", "UTC", "2026-11-23T00:00:00Z", "2026-11-30T23:00:00Z" },
	{ "at 23:00 last day", "UTC", "2027-02-01T00:00:00Z", "2027-02-28T23:00:00Z" },
	{ "at 23:00 last day", "UTC", "2028-02-01T00:00:00Z", "2028-02-29T23:00:00Z" },
	{ "every minute", "UTC", "2026-11-23T12:00:00Z", "2026-11-23T12:01:00Z" },
	{ "every 2 hours", "UTC", "2026-11-23T12:00:00Z", "2026-11-23T14:00:00Z" },
	{ "every 15 minutes 06:00-20:00", "UTC", "2026-11-23T20:00:00Z", "2026-11-24T06:00:00Z" },
	{ "every 15 minutes 06:00-20:00", "UTC", "2026-11-23T19:45:00Z", "2026-11-23T20:00:00Z" },
	{ "every 15 minutes from 06:00 to 20:00", "UTC", "2026-11-23T19:45:00Z",
		"2026-11-23T20:00:00Z" },
	/* counted from the first minute of the window */
	{ "every 25 minutes 06:00-20:00", "UTC", "2026-11-23T06:26:00Z", "2026-11-23T06:50:00Z" },
	{ "every 30 minutes 22:00-02:00", "UTC", "2026-11-23T23:45:00Z", "2026-11-24T00:00:00Z" },
	{ "every 30 minutes 22:00-02:00", "UTC", "2026-11-24T02:00:00Z", "2026-11-24T22:00:00Z" },
	/* counted from a date */
	{ "every day at 06:30", "UTC", "2026-11-23T06:30:00Z", "2026-11-24T06:30:00Z" },
	{ "at 06:30 from 2026-12-05", "UTC", "2026-11-23T06:30:00Z", "2026-12-05T06:30:00Z" },
	{ "at 06:30 weekdays starting at 2026-12-05", "UTC", "2026-11-23T06:30:00Z",
		"2026-12-07T06:30:00Z" },
	{ "every 3 days at 06:30 from 2026-12-01", "UTC", "2026-11-23T00:00:00Z",
		"2026-12-01T06:30:00Z" },
	{ "every 3 days at 06:30 from 2026-12-01", "UTC", "2026-12-01T06:30:00Z",
		"2026-12-04T06:30:00Z" },
	/* also over the end of a year, and over the hour that a night lost */
	{ "every 3 days at 06:30 from 2026-12-01", "UTC", "2026-12-31T06:30:00Z",
		"2027-01-03T06:30:00Z" },
	{ "every 2 days at 02:30 from 2026-03-27", BERLIN, "2026-03-27T12:00:00Z",
		"2026-03-29T01:00:00Z" },
	{ "every 2 days at 02:30 from 2026-03-27", BERLIN, "2026-03-29T01:00:00Z",
		"2026-03-31T00:30:00Z" },
	/* 2026-12-01 is a Tuesday: its week is the first one, from its Monday on */
	{ "every 2 weeks on mon, thu at 06:30 from 2026-12-01", "UTC", "2026-11-23T00:00:00Z",
		"2026-12-03T06:30:00Z" },
	{ "every 2 weeks on mon, thu at 06:30 from 2026-12-01", "UTC", "2026-12-03T06:30:00Z",
		"2026-12-14T06:30:00Z" },
	{ "every 2 weeks at 06:30 from 2026-12-01", "UTC", "2026-12-01T06:30:00Z",
		"2026-12-15T06:30:00Z" },
	{ "every 3 months at 22:00 on day 1 from 2026-12-01", "UTC", "2026-12-02T00:00:00Z",
		"2027-03-01T22:00:00Z" },
	{ "every 2 months at 22:00 from 2026-12-31", "UTC", "2027-01-01T00:00:00Z",
		"2027-08-31T22:00:00Z" },
	{ "every 2 months at 22:00 last day from 2026-12-01", "UTC", "2027-01-01T00:00:00Z",
		"2027-02-28T22:00:00Z" },
	{ "every 2 hours every 2 days from 2026-12-01", "UTC", "2026-12-01T22:00:00Z",
		"2026-12-03T00:00:00Z" },
	{ "at 06:30 on 2026-12-24", "UTC", "2026-11-23T00:00:00Z", "2026-12-24T06:30:00Z" },
	{ "every 90 minutes between 08:00 and 18:00 weekdays", "UTC", "2026-11-27T17:30:00Z",
		"2026-11-30T08:00:00Z" },
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
	ck_ok(cron_parse(&cron, "at 06:30 on 2026-12-24", &err), &err);
	ck_assert_int_eq(cron_next(&cron, at("2026-12-24T06:30:00Z")), 0);
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
	{ "now and then", "\"now\" was not understood" },
	{ "at noon", "\"at\" was not understood" },
	{ "at 24:00", "\"at\" was not understood" },
	{ "at 6:3", "\"at\" was not understood" },
	{ "every fortnight", "\"every\" was not understood" },
	{ "every day", "either" },
	{ "every 3 days at 06:30", "counted from a date" },
	{ "every 3 days every 2 weeks at 06:30 from 2026-12-01", "\"every\" was not understood" },
	{ "every 3 days at 06:30 from 2026-02-30", "\"from\" was not understood" },
	{ "every 3 days at 06:30 from 26-12-01", "\"from\" was not understood" },
	{ "every 3 days at 06:30 on 2026-12-01", "for one date" },
	{ "every 1001 days at 06:30 from 2026-12-01", "\"every\" was not understood" },
	{ "every 0 minutes", "\"every\" was not understood" },
	{ "every 2000 minutes", "\"every\" was not understood" },
	{ "at 06:30 every 5 minutes", "either" },
	{ "weekdays", "either" },
	{ "at 06:30 06:00-20:00", "\"every\"" },
	{ "every 5 minutes 06:00-25:00", "\"06:00-25:00\" was not understood" },
	{ "at 06:30 mon-foo", "\"mon-foo\" was not understood" },
	{ "at 06:30 day 32", "\"day\" was not understood" },
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
