/* Tests of text.h: copies, numbers, UTF-8, wildcards, nearest word. */

#include "base/suites.h"

#include "base/text.h"

START_TEST(copy_truncates_and_says_so)
{
	char to[4];

	ck_assert(text_copy(to, sizeof(to), "abc"));
	ck_assert(!text_copy(to, sizeof(to), "abcd"));
	ck_assert_str_eq(to, "abc");
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	int64_t value;
} numbers[] = {
	{ "0", true, 0 },
	{ "-5", true, -5 },
	{ "100", true, 100 },
	{ "101", false, 0 },
	{ "", false, 0 },
	{ " 1", false, 0 },
	{ "1 ", false, 0 },
	{ "+1", false, 0 },
	{ "1x", false, 0 },
	{ "0x1", false, 0 },
	{ "-6", false, 0 },
	{ "99999999999999999999", false, 0 },
};

START_TEST(numbers_are_whole_texts_within_bounds)
{
	int64_t value = 0;

	ck_assert_int_eq(text_int(&value, numbers[_i].text, -5, 100), numbers[_i].ok);
	if (numbers[_i].ok)
		ck_assert_int_eq(value, numbers[_i].value);
}
END_TEST

static const struct {
	const char *text;
	int64_t bytes; /* -1 = no size */
	const char *exact;
} sizes[] = {
	{ "512 MB", INT64_C(512) << 20, "512 MB" },
	{ "1024mb", INT64_C(1) << 30, "1 GB" },
	{ "1536 KB", 1536 * 1024, "1536 KB" },
	{ "1000", 1000, "1000 bytes" },
	{ "1000 bytes", 1000, "1000 bytes" },
	{ "4096  KB", INT64_C(4) << 20, "4 MB" },
	{ "2048 TB", INT64_C(2048) << 40, "2048 TB" },
	{ "0", 0, "0" },
	{ "0 GB", 0, "0" },
	{ "", -1, NULL },
	{ "MB", -1, NULL },
	{ "-1 MB", -1, NULL },
	{ "1.5 GB", -1, NULL },
	{ "12 MBit", -1, NULL },
	{ "12 megabytes", -1, NULL },
	{ "12 MB ", -1, NULL },
	{ "9999999 TB", -1, NULL },
	{ "99999999999999999999", -1, NULL },
};

START_TEST(size_has_a_unit_and_comes_back_as_it_was_meant)
{
	char exact[TEXT_SIZE_MAX];
	int64_t bytes = -1;

	ck_assert_int_eq(text_size(&bytes, sizes[_i].text), sizes[_i].bytes >= 0);
	ck_assert_int_eq(bytes, sizes[_i].bytes);
	if (bytes >= 0)
		ck_assert_str_eq(text_size_exact(exact, bytes), sizes[_i].exact);
}
END_TEST

static const struct {
	const char *bytes;
	size_t valid;
} sequences[] = {
	{ "plain", 5 }, { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9 }, { "a\xff", 1 },
	{ "\xc0\xaf", 0 },	   /* overlong */
	{ "\xed\xa0\x80", 0 },	   /* surrogate */
	{ "\xf4\x90\x80\x80", 0 }, /* beyond U+10FFFF */
	{ "ab\xe2\x82", 2 },	   /* cut short */
};

START_TEST(utf8_stops_at_the_first_bad_byte)
{
	ck_assert_uint_eq(text_utf8_prefix(sequences[_i].bytes, strlen(sequences[_i].bytes)),
		sequences[_i].valid);
}
END_TEST

START_TEST(wildcards_match)
{
	ck_assert(text_match("ORD-1*", "ORD-100", false));
	ck_assert(text_match("*LOCK*", "UNABLE_TO_LOCK_ROW", false));
	ck_assert(text_match("a?c", "ABC", true));
	ck_assert(!text_match("a?c", "ABC", false));
	ck_assert(!text_match("a", "ab", false));
	ck_assert(text_match("*", "", false));
}
END_TEST

START_TEST(nearest_finds_the_slip_and_not_just_anything)
{
	static const char *const keys[] = { "consumer_key", "consumer_secret", "domain", NULL };

	ck_assert_str_eq(text_nearest("consumer_kye", keys), "consumer_key");
	ck_assert_str_eq(text_nearest("domian", keys), "domain");
	ck_assert_ptr_null(text_nearest("zzzz", keys));
}
END_TEST

START_TEST(trim_cuts_both_ends)
{
	char text[] = " \t a b\n";

	ck_assert_str_eq(text_trim(text), "a b");
}
END_TEST

Suite *suite_text(void)
{
	Suite *suite = suite_create("base/text");
	TCase *tc = tcase_create("text");

	tcase_add_test(tc, copy_truncates_and_says_so);
	tcase_add_loop_test(tc, numbers_are_whole_texts_within_bounds, 0, ARRAY_SIZE(numbers));
	tcase_add_loop_test(
		tc, size_has_a_unit_and_comes_back_as_it_was_meant, 0, ARRAY_SIZE(sizes));
	tcase_add_loop_test(tc, utf8_stops_at_the_first_bad_byte, 0, ARRAY_SIZE(sequences));
	tcase_add_test(tc, wildcards_match);
	tcase_add_test(tc, nearest_finds_the_slip_and_not_just_anything);
	tcase_add_test(tc, trim_cuts_both_ends);
	suite_add_tcase(suite, tc);
	return suite;
}
