/* Tests of the practice org's parts that need no socket: ids, values, JSON positions. */

#include "practice/suites.h"

#include "practice/convert.h"
#include "practice/jtree.h"
#include "practice/sfid.h"

START_TEST(ids_have_the_checksum_that_salesforce_computes)
{
	/* known pairs of 15 and 18 characters */
	static const char *const pairs[][2] = {
		{ "001D000000IqhSL", "001D000000IqhSLIAZ" },
		{ "0038M0000016Wv8", "0038M0000016Wv8QAE" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		char id[SFID_SIZE];

		sfid_canonical(id, pairs[i][0]);
		ck_assert_str_eq(id, pairs[i][1]);
	}
}
END_TEST

static const struct {
	const char *id;
	enum sfid_verdict verdict;
} ids[] = {
	{ "001Pr0000000001", SFID_OK },
	{ "001Pr0000000001IAA", SFID_OK },
	{ "001Pr0000000001iaa", SFID_OK }, /* the checksum survives case folding */
	{ "001Pr0000000001IAB", SFID_MALFORMED },
	{ "001Pr000000000", SFID_MALFORMED },
	{ "001Pr00000000-1", SFID_MALFORMED },
	{ "003Pr0000000001", SFID_OTHER_TYPE },
	{ "0015g0000000001", SFID_UNKNOWN },
};

START_TEST(ids_are_taken_apart_or_refused)
{
	uint64_t number = 0;

	ck_assert_int_eq(
		sfid_parse(&number, ids[_i].id, strlen(ids[_i].id), "001"), ids[_i].verdict);
	if (ids[_i].verdict == SFID_OK)
		ck_assert_uint_eq(number, 1);
}
END_TEST

START_TEST(ids_count_on_beyond_one_digit)
{
	uint64_t number = 0;
	char id[SFID_SIZE];

	sfid_make(id, "001", 3843); /* the last with two digits to base 62 */
	ck_assert_ptr_nonnull(strstr(id, "Pr00000000zz"));
	ck_assert_int_eq(sfid_parse(&number, id, 18, "001"), SFID_OK);
	ck_assert_uint_eq(number, 3843);
}
END_TEST

static const struct {
	const char *text;
	enum schema_type type;
	int length, scale;
	enum convert_verdict verdict;
	const char *stored;
} numbers[] = {
	{ "12.50", SCHEMA_CURRENCY, 16, 2, CONVERT_OK, "12.5" },
	{ "12", SCHEMA_CURRENCY, 16, 2, CONVERT_OK, "12" },
	{ "12.345", SCHEMA_DOUBLE, 16, 2, CONVERT_OK, "12.35" },
	{ "2.5", SCHEMA_DOUBLE, 16, 0, CONVERT_OK, "3" },
	{ "-2.5", SCHEMA_DOUBLE, 16, 0, CONVERT_OK, "-3" },
	{ "-0.001", SCHEMA_DOUBLE, 16, 2, CONVERT_OK, "0" },
	{ "1e3", SCHEMA_DOUBLE, 16, 2, CONVERT_OK, "1000" },
	{ "999", SCHEMA_DOUBLE, 3, 0, CONVERT_OK, "999" },
	{ "1000", SCHEMA_DOUBLE, 3, 0, CONVERT_RANGE, NULL },
	{ "1000.5", SCHEMA_DOUBLE, 3, 2, CONVERT_RANGE, NULL },
	{ "1.5", SCHEMA_INT, 8, 0, CONVERT_NO_NUMBER, NULL },
	{ "5.0", SCHEMA_INT, 8, 0, CONVERT_OK, "5" },
	{ "120,000", SCHEMA_CURRENCY, 16, 2, CONVERT_NO_NUMBER, NULL },
	{ "0x10", SCHEMA_DOUBLE, 16, 2, CONVERT_NO_NUMBER, NULL },
	{ "nan", SCHEMA_DOUBLE, 16, 2, CONVERT_NO_NUMBER, NULL },
	{ "1e999", SCHEMA_DOUBLE, 16, 2, CONVERT_NO_NUMBER, NULL },
	{ "--1", SCHEMA_DOUBLE, 16, 2, CONVERT_NO_NUMBER, NULL },
	{ "-", SCHEMA_DOUBLE, 16, 2, CONVERT_NO_NUMBER, NULL },
	{ "", SCHEMA_DOUBLE, 16, 2, CONVERT_NO_NUMBER, NULL },
};

START_TEST(numbers_are_rounded_to_the_scale_of_their_field)
{
	struct schema_field field = {
		.type = numbers[_i].type, .length = numbers[_i].length, .scale = numbers[_i].scale
	};
	char text[CONVERT_NUMBER_MAX];

	ck_assert_int_eq(convert_number(text, numbers[_i].text, strlen(numbers[_i].text), &field),
		numbers[_i].verdict);
	if (numbers[_i].stored)
		ck_assert_str_eq(text, numbers[_i].stored);
}
END_TEST

static const struct {
	const char *text, *stored; /* NULL = refused */
} times[] = {
	{ "2026-11-23T12:04:11Z", "2026-11-23T12:04:11.000+0000" },
	{ "2026-11-23T12:04:11.5Z", "2026-11-23T12:04:11.500+0000" },
	{ "2026-11-23T00:30:00+01:00", "2026-11-22T23:30:00.000+0000" },
	{ "2026-11-23T12:04:11.123-0530", "2026-11-23T17:34:11.123+0000" },
	{ "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000+0000" },
	{ "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000+0000" },
	{ "1700-01-01T00:00:00Z", "1700-01-01T00:00:00.000+0000" },
	{ "2023-02-29T00:00:00Z", NULL },
	{ "2026-11-23 12:04:11", NULL },
	{ "2026-11-23T12:04:11", NULL },
	{ "2026-11-23T24:00:00Z", NULL },
	{ "2026-13-01T00:00:00Z", NULL },
	{ "2026-11-23T12:04:11Zx", NULL },
	{ "2026-11-23T12:04:11.Z", NULL },
	{ "2026-11-23", NULL },
	{ "", NULL },
};

START_TEST(times_are_stored_in_utc)
{
	char text[CONVERT_TIME_MAX];
	bool ok = convert_datetime(text, times[_i].text, strlen(times[_i].text));

	ck_assert_int_eq(ok, times[_i].stored != NULL);
	if (times[_i].stored)
		ck_assert_str_eq(text, times[_i].stored);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
} dates[] = {
	{ "2026-11-23", true },
	{ "2026-11-23T12:04:11Z", true },
	{ "2026-11-31", false },
	{ "23.11.2026", false },
	{ "2026-11-23x", false },
	{ "2026-1-2", false },
};

START_TEST(dates_exist_in_the_calendar)
{
	char text[CONVERT_TIME_MAX];

	ck_assert_int_eq(convert_date(text, dates[_i].text, strlen(dates[_i].text)), dates[_i].ok);
	if (dates[_i].ok)
		ck_assert_str_eq(text, "2026-11-23");
}
END_TEST

static const struct {
	const char *body, *message; /* NULL = fine */
} bodies[] = {
	{ "{\"a\":[1,-2.5e3,true,null,{\"b\":\"\\u00e9\\ud83d\\ude00\\n\"}]}", NULL },
	{ " 1 ", NULL },
	{ "{", "Unexpected end-of-input: was expecting double-quote to start field name at "
	       "[line:1, column:2]" },
	{ "{\"Name\" j}",
		"Unexpected character ('j' (code 106)): was expecting a colon to separate "
		"field name and value at [line:1, column:9]" },
	{ "{\n\"a\":1\n\"b\":2}", "Unexpected character ('\"' (code 34)): was expecting comma to "
				  "separate OBJECT entries at [line:3, column:1]" },
	{ "[1,]", "Unexpected character (']' (code 93)): was expecting a valid value (number, "
		  "String, array, object, 'true', 'false' or 'null') at [line:1, column:4]" },
	{ "\"\xff\"", "Invalid UTF-8 start byte 0xff at [line:1, column:2]" },
	{ "\"a\nb\"", "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using "
		      "backslash to be included in string value at [line:1, column:3]" },
	{ "\"\\x\"",
		"Unexpected character ('x' (code 120)): was expecting a valid escape character "
		"at [line:1, column:3]" },
	{ "1 2", "Unexpected character ('2' (code 50)): was expecting the end of the body at "
		 "[line:1, column:3]" },
	{ "01", "Unexpected character ('1' (code 49)): was expecting the end of the body at "
		"[line:1, column:2]" },
	{ "\"abc", "Unexpected end-of-input in VALUE_STRING at [line:1, column:5]" },
};

START_TEST(broken_json_is_told_with_its_place)
{
	struct arena arena = ARENA_INIT;
	char message[JTREE_MESSAGE] = "";
	struct jtree tree;
	bool ok = jtree_parse(&tree, &arena, bodies[_i].body, strlen(bodies[_i].body), message);

	ck_assert_int_eq(ok, bodies[_i].message == NULL);
	if (bodies[_i].message)
		ck_assert_str_eq(message, bodies[_i].message);
	arena_free(&arena);
}
END_TEST

START_TEST(deep_nesting_is_refused_and_not_followed)
{
	struct arena arena = ARENA_INIT;
	char message[JTREE_MESSAGE];
	struct jtree tree;
	char body[100000];

	memset(body, '[', sizeof(body));
	ck_assert(!jtree_parse(&tree, &arena, body, sizeof(body), message));
	ck_assert_ptr_nonnull(strstr(message, "nested deeper than 64"));
	arena_free(&arena);
}
END_TEST

START_TEST(texts_are_unescaped)
{
	struct arena arena = ARENA_INIT;
	const char *body = "{\"Text\":\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud800x\"}";
	char message[JTREE_MESSAGE];
	struct jtree tree;

	ck_assert(jtree_parse(&tree, &arena, body, strlen(body), message));
	ck_assert_str_eq(jtree_string(tree.root, "text"), "a\"\\/\b\f\n\r\tA\xef\xbf\xbdx");
	arena_free(&arena);
}
END_TEST

Suite *suite_parts(void)
{
	Suite *suite = suite_create("practice/parts");
	TCase *tc = tcase_create("parts");

	tcase_add_test(tc, ids_have_the_checksum_that_salesforce_computes);
	tcase_add_loop_test(tc, ids_are_taken_apart_or_refused, 0, ARRAY_SIZE(ids));
	tcase_add_test(tc, ids_count_on_beyond_one_digit);
	tcase_add_loop_test(
		tc, numbers_are_rounded_to_the_scale_of_their_field, 0, ARRAY_SIZE(numbers));
	tcase_add_loop_test(tc, times_are_stored_in_utc, 0, ARRAY_SIZE(times));
	tcase_add_loop_test(tc, dates_exist_in_the_calendar, 0, ARRAY_SIZE(dates));
	tcase_add_loop_test(tc, broken_json_is_told_with_its_place, 0, ARRAY_SIZE(bodies));
	tcase_add_test(tc, deep_nesting_is_refused_and_not_followed);
	tcase_add_test(tc, texts_are_unescaped);
	suite_add_tcase(suite, tc);
	return suite;
}
