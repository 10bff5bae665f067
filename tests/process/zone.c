/* Tests of zone.c: the C library, told the zone of the whole process, is the judge. */

#include "process/suites.h"
#include "process/zone.h"

static const char *const names[] = { "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin",
	"America/New_York", "America/Sao_Paulo", "America/St_Johns", "Asia/Kolkata", "Asia/Tokyo",
	"Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Apia", "Africa/Casablanca",
	"America/Nuuk", "Antarctica/Troll" };

START_TEST(offsets_are_those_of_the_c_library)
{
	struct zone *zone = NULL;
	struct err err = ERR_INIT;

	ck_ok(zone_load(&zone, names[_i], &err), &err);
	setenv("TZ", names[_i], 1);
	tzset();
	/* 1920 to 2150 in steps that meet every hour of the day and every day of the week */
	for (int64_t at = -1577923200; at < INT64_C(5680281600); at += 86400 * 3 + 3607) {
		time_t t = (time_t)at;
		struct tm tm;

		localtime_r(&t, &tm);
		if (zone_offset_at(zone, at) != tm.tm_gmtoff)
			ck_abort_msg("%s at %lld: %d, not %ld", names[_i], (long long)at,
				zone_offset_at(zone, at), tm.tm_gmtoff);
	}
	zone_free(zone);
}
END_TEST

START_TEST(every_wall_clock_time_leads_back_to_itself)
{
	struct zone *zone = NULL;
	struct err err = ERR_INIT;

	ck_ok(zone_load(&zone, names[_i], &err), &err);
	for (int64_t at = 0; at < INT64_C(3000000000); at += 86400 + 3607) {
		int64_t local = at + zone_offset_at(zone, at);
		int64_t utc = zone_to_utc(zone, local);

		if (utc + zone_offset_at(zone, utc) != local || utc > at)
			ck_abort_msg("%s at %lld", names[_i], (long long)at);
	}
	zone_free(zone);
}
END_TEST

START_TEST(hour_that_came_twice_or_never_is_decided)
{
	struct zone *zone = NULL;
	struct err err = ERR_INIT;
	int64_t autumn = civil_days(2026, 10, 25) * 86400; /* clocks go from 3:00 to 2:00 */
	int64_t spring = civil_days(2026, 3, 29) * 86400;  /* clocks go from 2:00 to 3:00 */

	ck_ok(zone_load(&zone, "Europe/Berlin", &err), &err);
	ck_assert_int_eq(zone_to_utc(zone, autumn + 9000), autumn + 9000 - 7200);
	ck_assert_int_eq(zone_to_utc(zone, autumn + 3 * 3600), autumn + 3 * 3600 - 3600);
	ck_assert_int_eq(zone_to_utc(zone, spring + 9000), spring + 9000 - 3600);
	ck_assert_int_eq(zone_to_utc(zone, spring + 3 * 3600), spring + 3 * 3600 - 7200);
	zone_free(zone);
}
END_TEST

static const char *const unknown[] = { "", "Nowhere/Here", "../../etc/passwd", "/etc/localtime",
	"Europe", "tzdata.zi", "Europe/../../../../etc/hostname" };

START_TEST(unknown_zone_is_refused)
{
	struct zone *zone = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(zone_load(&zone, unknown[_i], &err), -ERR_CONFIG);
	ck_assert_ptr_null(zone);
	ck_assert_ptr_nonnull(strstr(err.text, "source.time_zone"));
}
END_TEST

START_TEST(calendar_agrees_with_the_c_library)
{
	setenv("TZ", "UTC", 1);
	for (int64_t day = -80000; day < 100000; day += 7) {
		time_t t = (time_t)(day * 86400);
		struct tm tm;
		int64_t year;
		int month, mday;

		gmtime_r(&t, &tm);
		civil_date(&year, &month, &mday, day);
		if (year != tm.tm_year + 1900 || month != tm.tm_mon + 1 || mday != tm.tm_mday ||
			civil_days(year, month, mday) != day)
			ck_abort_msg("day %lld", (long long)day);
	}
}
END_TEST

Suite *suite_zone(void)
{
	Suite *suite = suite_create("zone");
	TCase *tc = tcase_create("zone");

	tcase_add_loop_test(tc, offsets_are_those_of_the_c_library, 0, ARRAY_SIZE(names));
	tcase_add_loop_test(tc, every_wall_clock_time_leads_back_to_itself, 0, ARRAY_SIZE(names));
	tcase_add_test(tc, hour_that_came_twice_or_never_is_decided);
	tcase_add_loop_test(tc, unknown_zone_is_refused, 0, ARRAY_SIZE(unknown));
	tcase_add_test(tc, calendar_agrees_with_the_c_library);
	suite_add_tcase(suite, tc);
	return suite;
}
