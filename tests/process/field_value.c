/* Tests of field_value.c: what a database writes and what Salesforce takes. */

#include "process/suites.h"
#include "process/field_value.h"

#define NO NULL /* the field cannot take it */

static const struct {
	enum field_type type;
	const char *text;
	const char *json;
} values[] = {
	/* numbers: the source's own digits */
	{ FIELD_DOUBLE, "12.50", "12.50" },
	{ FIELD_DOUBLE, "9007199254740993", "9007199254740993" },
	{ FIELD_DOUBLE, "0.1000000000000000055511151231257827",
		"0.1000000000000000055511151231257827" },
	{ FIELD_DOUBLE, "-0", "-0" },
	{ FIELD_DOUBLE, "+5", "5" },
	{ FIELD_DOUBLE, ".5", "0.5" },
	{ FIELD_DOUBLE, "-.5", "-0.5" },
	{ FIELD_DOUBLE, "5.", "5" },
	{ FIELD_DOUBLE, "007", "7" },
	{ FIELD_DOUBLE, "00", "0" },
	{ FIELD_DOUBLE, " 7 ", "7" },
	{ FIELD_DOUBLE, "1e5", "1e5" },
	{ FIELD_DOUBLE, "1.5E-07", "1.5e-07" },
	{ FIELD_DOUBLE, "1e999", NO },
	{ FIELD_DOUBLE, "1,5", NO },
	{ FIELD_DOUBLE, "1.234,5", NO },
	{ FIELD_DOUBLE, "NaN", NO },
	{ FIELD_DOUBLE, "inf", NO },
	{ FIELD_DOUBLE, "0x10", NO },
	{ FIELD_DOUBLE, "--1", NO },
	{ FIELD_DOUBLE, ".", NO },
	{ FIELD_DOUBLE, "12a", NO },
	{ FIELD_DOUBLE, "1e", NO },
	{ FIELD_CURRENCY, "19.99", "19.99" },
	{ FIELD_PERCENT, "7", "7" },
	{ FIELD_INT, "42", "42" },
	{ FIELD_INT, "42.000", "42" },
	{ FIELD_INT, "-3", "-3" },
	{ FIELD_INT, "42.5", NO },
	{ FIELD_INT, "4e2", NO },
	/* checkboxes */
	{ FIELD_BOOLEAN, "1", "true" },
	{ FIELD_BOOLEAN, "0", "false" },
	{ FIELD_BOOLEAN, "TRUE", "true" },
	{ FIELD_BOOLEAN, "f", "false" },
	{ FIELD_BOOLEAN, "Yes", "true" },
	{ FIELD_BOOLEAN, "no", "false" },
	{ FIELD_BOOLEAN, " t ", "true" },
	{ FIELD_BOOLEAN, "2", NO },
	{ FIELD_BOOLEAN, "ja", NO },
	/* dates */
	{ FIELD_DATE, "2026-11-23", "\"2026-11-23\"" },
	{ FIELD_DATE, "2026-11-23 00:00:00", "\"2026-11-23\"" },
	{ FIELD_DATE, "2026-11-23T22:15:00Z", "\"2026-11-23\"" },
	{ FIELD_DATE, "2024-02-29", "\"2024-02-29\"" },
	{ FIELD_DATE, "2026-02-29", NO },
	{ FIELD_DATE, "2026-02-30", NO },
	{ FIELD_DATE, "2026-13-01", NO },
	{ FIELD_DATE, "23.11.2026", NO },
	{ FIELD_DATE, "20261123", NO },
	{ FIELD_DATE, "2026-11-23x", NO },
	/* times with a zone */
	{ FIELD_DATETIME, "2026-11-23T12:04:11Z", "\"2026-11-23T12:04:11.000Z\"" },
	{ FIELD_DATETIME, "2026-11-23 12:04:11.123456+02:00", "\"2026-11-23T12:04:11.123+02:00\"" },
	{ FIELD_DATETIME, "2026-11-23 12:04:11-0530", "\"2026-11-23T12:04:11.000-05:30\"" },
	{ FIELD_DATETIME, "2026-11-23 12:04:11+00", "\"2026-11-23T12:04:11.000Z\"" },
	{ FIELD_DATETIME, "2026-11-23 12:04 +01", "\"2026-11-23T12:04:00.000+01:00\"" },
	{ FIELD_DATETIME, "2026-11-23 12:04:11.5Z", "\"2026-11-23T12:04:11.500Z\"" },
	{ FIELD_DATETIME, "2026-11-23 25:04:11Z", NO },
	{ FIELD_DATETIME, "2026-11-23 12:60:11Z", NO },
	{ FIELD_DATETIME, "2026-11-23 12:04:11 CET", NO },
	{ FIELD_DATETIME, "2026-11-23 12:04:11.Z", NO },
	{ FIELD_DATETIME, "1700000000", NO },
	/* without one, and no zone is set: a guess would be wrong silently */
	{ FIELD_DATETIME, "2026-11-23 12:04:11", NO },
	{ FIELD_DATETIME, "2026-11-23", NO },
	{ FIELD_TIME, "12:04:11", "\"12:04:11.000Z\"" },
	{ FIELD_TIME, "12:04", "\"12:04:00.000Z\"" },
	{ FIELD_TIME, "24:00", NO },
	/* texts */
	{ FIELD_STRING, " as \"it\" is\n", "\" as \\\"it\\\" is\\n\"" },
	{ FIELD_STRING, "12.50", "\"12.50\"" },
	{ FIELD_STRING, "", "\"\"" },
	{ FIELD_PICKLIST, "Zo\xc3\xab", "\"Zo\xc3\xab\"" },
	{ FIELD_REFERENCE, "001000000000001AAA", "\"001000000000001AAA\"" },
	{ FIELD_OTHER, "x", "\"x\"" },
};

START_TEST(value_becomes_what_the_field_takes)
{
	struct buf out = BUF_INIT(4096);
	const char *hint = NULL;
	bool fits = field_value_json(
		&out, values[_i].type, values[_i].text, strlen(values[_i].text), NULL, &hint);

	ck_assert_msg(fits == (values[_i].json != NULL), "\"%s\" gave %s", values[_i].text,
		buf_str(&out));
	ck_assert_str_eq(buf_str(&out), values[_i].json ? values[_i].json : "");
	if (!fits)
		ck_assert_ptr_nonnull(hint);
	buf_free(&out);
}
END_TEST

static const struct {
	const char *zone, *text, *json;
} wall_clocks[] = {
	{ "UTC", "2026-11-23 12:04:11", "\"2026-11-23T12:04:11.000Z\"" },
	{ "Europe/Berlin", "2026-11-23 12:04:11.25", "\"2026-11-23T11:04:11.250Z\"" },
	{ "Europe/Berlin", "2026-07-01 00:30:00", "\"2026-06-30T22:30:00.000Z\"" },
	{ "Europe/Berlin", "2026-07-01", "\"2026-06-30T22:00:00.000Z\"" },
	{ "Asia/Kolkata", "2026-01-01 02:00", "\"2025-12-31T20:30:00.000Z\"" },
	{ "America/New_York", "1969-07-20 16:17:40", "\"1969-07-20T20:17:40.000Z\"" },
	{ "Europe/Berlin", "2026-11-23T12:04:11+00:00", "\"2026-11-23T12:04:11.000Z\"" },
};

START_TEST(wall_clock_is_told_in_utc_of_its_zone)
{
	struct buf out = BUF_INIT(4096);
	struct zone *zone = NULL;
	struct err err = ERR_INIT;
	const char *hint = NULL;

	ck_ok(zone_load(&zone, wall_clocks[_i].zone, &err), &err);
	ck_assert(field_value_json(&out, FIELD_DATETIME, wall_clocks[_i].text,
		strlen(wall_clocks[_i].text), zone, &hint));
	ck_assert_str_eq(buf_str(&out), wall_clocks[_i].json);
	zone_free(zone);
	buf_free(&out);
}
END_TEST

Suite *suite_field_value(void)
{
	Suite *suite = suite_create("field_value");
	TCase *tc = tcase_create("value");

	tcase_add_loop_test(tc, value_becomes_what_the_field_takes, 0, ARRAY_SIZE(values));
	tcase_add_loop_test(tc, wall_clock_is_told_in_utc_of_its_zone, 0, ARRAY_SIZE(wall_clocks));
	suite_add_tcase(suite, tc);
	return suite;
}
