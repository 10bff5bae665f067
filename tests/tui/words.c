/* Tests of words.h, of mapping lines, and of what an ODBC string may show. */

#include "tests/tui/suites.h"

#include "base/clock.h"
#include "tui/board/connections.h"
#include "tui/board/interface_form.h"
#include "tui/board/words.h"
#include "tui/widget/theme.h"

static const struct {
	int64_t count;
	const char *words;
} counts[] = {
	{ 0, "0" },
	{ 999, "999" },
	{ 1000, "1,000" },
	{ 88120, "88,120" },
	{ 1234567, "1,234,567" },
	{ -1000, "-1,000" },
	{ INT64_MAX, "9,223,372,036,854,775,807" },
};

START_TEST(numbers_have_their_commas)
{
	char out[WORDS_MAX];

	ck_assert_str_eq(words_count(out, counts[_i].count), counts[_i].words);
}
END_TEST

static const struct {
	int64_t seconds;
	const char *words;
} durations[] = {
	{ 0, "0s" },
	{ 59, "59s" },
	{ 60, "1m00s" },
	{ 3599, "59m59s" },
	{ 7500, "2h05m" },
};

START_TEST(durations_are_short)
{
	char out[WORDS_MAX];

	ck_assert_str_eq(words_duration(out, durations[_i].seconds), durations[_i].words);
}
END_TEST

static const struct {
	struct run_info run;
	const char *words;
	int style;
} results[] = {
	{ { .state = RUN_DONE, .counts = { .read = 10, .completed = 10 } }, "10 ok", STYLE_OK },
	{ { .state = RUN_DONE, .counts = { .read = 10, .completed = 7, .failed = 3 } },
		"3 failed 7 ok", STYLE_FAIL },
	{ { .state = RUN_DONE }, "no rows", STYLE_QUIET },
	{ { .state = RUN_QUEUED }, "queued", STYLE_BUSY },
	{ { .state = RUN_CANCELLED, .counts = { .read = 5, .cancelled = 5 } },
		"Cancelled: 5 cancelled", STYLE_WARN },
	{ { .state = RUN_SENDING,
		  .reading_done = true,
		  .owner_pid = 1,
		  .responding = true,
		  .rows_per_second = 10,
		  .counts = { .read = 100, .completed = 50, .pending = 50 } },
		"50% 10/s 6s", STYLE_BUSY },
	{ { .state = RUN_SENDING, .owner_pid = 77, .responding = false }, "not responding, pid 77",
		STYLE_WARN },
	{ { .state = RUN_SENDING }, "waits for the agent", STYLE_WARN },
	{ { .state = RUN_READING, .owner_pid = 1, .responding = true, .counts = { .read = 1200 } },
		"1,200 read", STYLE_BUSY },
};

START_TEST(a_run_is_told_by_what_matters_most)
{
	char out[128];
	int style = -1;

	ck_assert_str_eq(run_result(out, sizeof(out), &results[_i].run, &style), results[_i].words);
	ck_assert_int_eq(style, results[_i].style);
}
END_TEST

static const struct {
	const char *odbc, *shown;
} strings[] = {
	{ "Driver=SQLite3;Database=/a.db", "Driver=SQLite3;Database=/a.db" },
	{ "DSN=x;UID=u;PWD=geheim", "DSN=x;UID=u;PWD=***" },
	{ "dsn=x;pwd = geheim;uid=u", "dsn=x;PWD=***;uid=u" },
	{ "Password=geheim", "PWD=***" },
	{ "PWD={ge;heim};UID=u", "PWD=***;UID=u" },
	{ "PWDX=1", "PWDX=1" },
	{ "", "" },
};

START_TEST(a_password_in_an_odbc_string_is_never_shown)
{
	char out[128];

	odbc_without_password(out, sizeof(out), strings[_i].odbc);
	ck_assert_str_eq(out, strings[_i].shown);
}
END_TEST

START_TEST(a_mapping_survives_being_lines)
{
	static const char lines[] = "Ext_Id__c = cust_no\n"
				    "Account__r.Ext_Id__c = parent\n"
				    "Source__c = \"ERP = \"x\"\"\n"
				    "Price__c = formula: round(price * 1.19, 2)\n";
	struct mapping mapping = { NULL, 0 };
	struct buf text = BUF_INIT(4096);
	struct err err = ERR_INIT;

	ck_ok(mapping_from_lines(&mapping, lines, NULL, NULL_KEEP, &err), &err);
	ck_assert_uint_eq(mapping.count, 4);
	ck_assert_str_eq(mapping.entries[2].text, "ERP = \"x\"");
	ck_assert_int_eq(mapping.entries[3].kind, MAPPING_FORMULA);
	ck_ok(mapping_to_lines(&text, &mapping, &err), &err);
	ck_assert_str_eq(buf_str(&text), lines);
	mapping_free(&mapping);
	buf_free(&text);
}
END_TEST

START_TEST(an_edited_mapping_keeps_what_lines_do_not_say)
{
	struct mapping before = { NULL, 0 };
	struct mapping after = { NULL, 0 };
	struct err err = ERR_INIT;

	ck_ok(mapping_add(&before, "A", MAPPING_COLUMN, "a", NULL_CLEAR, &err), &err);
	ck_ok(mapping_from_lines(&after, "A = b\n\n B = c ", &before, NULL_KEEP, &err), &err);
	ck_assert_int_eq(after.entries[0].nulls, NULL_CLEAR);
	ck_assert_int_eq(after.entries[1].nulls, NULL_KEEP);
	ck_assert_str_eq(after.entries[1].field, "B");
	mapping_free(&before);
	mapping_free(&after);
}
END_TEST

static const struct {
	const char *lines, *says;
} wrong_lines[] = {
	{ "A = b\nBroken", "line 2 has no '='" },
	{ "A =", "line 1 is not whole" },
	{ "= b", "line 1 is not whole" },
	{ "A = \"open", "line 1 lacks the closing quote" },
};

START_TEST(a_wrong_line_of_a_mapping_is_named)
{
	struct mapping mapping = { NULL, 0 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(mapping_from_lines(&mapping, wrong_lines[_i].lines, NULL, NULL_KEEP, &err),
		-ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, wrong_lines[_i].says));
	mapping_free(&mapping);
}
END_TEST

Suite *suite_words(void)
{
	Suite *suite = suite_create("tui/words");
	TCase *tc = tcase_create("words");

	tcase_add_loop_test(tc, numbers_have_their_commas, 0, (int)ARRAY_SIZE(counts));
	tcase_add_loop_test(tc, durations_are_short, 0, (int)ARRAY_SIZE(durations));
	tcase_add_loop_test(tc, a_run_is_told_by_what_matters_most, 0, (int)ARRAY_SIZE(results));
	tcase_add_loop_test(
		tc, a_password_in_an_odbc_string_is_never_shown, 0, (int)ARRAY_SIZE(strings));
	tcase_add_test(tc, a_mapping_survives_being_lines);
	tcase_add_test(tc, an_edited_mapping_keeps_what_lines_do_not_say);
	tcase_add_loop_test(
		tc, a_wrong_line_of_a_mapping_is_named, 0, (int)ARRAY_SIZE(wrong_lines));
	suite_add_tcase(suite, tc);
	return suite;
}
