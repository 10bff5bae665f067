/* Tests of collection_results_parse(): every shape an answer may have, and all that is none. */

#include "salesforce/suites.h"

#include "base/buf.h"
#include "base/text.h"
#include "salesforce/collections.h"
#include "salesforce/damage.h"

#define ID "0015g00000ABCDEAA4"
#define GOOD(extra) "{\"id\":\"" ID "\",\"success\":true,\"errors\":[]" extra "}"
#define BAD                                                                                        \
	"{\"success\":false,\"errors\":[{\"statusCode\":\"REQUIRED_FIELD_MISSING\","               \
	"\"message\":\"Required fields are missing: [Name]\",\"fields\":[\"Name\"]}]}"

static struct collection_results results;

static int parse(const char *body, int expected, struct err *err)
{
	return collection_results_parse(&results, body, strlen(body), expected, err);
}

START_TEST(successes_are_read_in_every_documented_shape)
{
	static const struct {
		const char *body;
		bool created;
	} cases[] = {
		{ "[" GOOD("") "]", false },
		{ "[" GOOD(",\"created\":true") "]", true },
		{ "[" GOOD(",\"created\":false") "]", false },
		{ "[\n { \"success\" : true, \"created\": true, \"errors\" : [], \"id\" : \"" ID
		  "\" }\n]\n",
			true },
		{ "[{\"id\":\"" ID "\",\"success\":true,\"errors\":[],\"created\":true,"
		  "\"later\":{\"a\":1}}]",
			true },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_ok(parse(cases[i].body, 1, &err), &err);
		ck_assert_int_eq(results.count, 1);
		ck_assert(results.rows[0].success);
		ck_assert_int_eq(results.rows[0].created, cases[i].created);
		ck_assert_str_eq(results.rows[0].id, ID);
		ck_assert_str_eq(results.rows[0].text, "");
		ck_assert_str_eq(results.rows[0].code, "");
		collection_results_free(&results);
	}
}
END_TEST

/* given an answer with blanks and escapes of its own / then a failed row keeps its part as it came
 */
START_TEST(a_failed_row_keeps_its_part_of_the_answer_byte_by_byte)
{
	static const char odd[] = "{ \"errors\" :[ {\"statusCode\":\"A_B\",\n\"message\":"
				  "\"\\u0041 ],} \\\" \\/\"} ],\"success\":false }";
	struct err err = ERR_INIT;
	struct buf body = BUF_INIT(1 << 16);

	buf_addf(&body, "\n[ %s,\t%s , %s]", GOOD(""), odd, BAD);
	ck_ok(parse(buf_str(&body), 3, &err), &err);
	ck_assert_str_eq(results.rows[0].answer, "");
	ck_assert_str_eq(results.rows[1].answer, odd);
	ck_assert_str_eq(results.rows[2].answer, BAD);
	collection_results_free(&results);
	buf_free(&body);
}
END_TEST

START_TEST(a_failed_row_keeps_code_text_and_fields_and_its_place)
{
	struct err err = ERR_INIT;

	ck_ok(parse("[" GOOD("") "," BAD "," GOOD(",\"created\":true") "]", 3, &err), &err);
	ck_assert(results.rows[0].success && !results.rows[1].success && results.rows[2].success);
	ck_assert_str_eq(results.rows[1].code, "REQUIRED_FIELD_MISSING");
	ck_assert_str_eq(results.rows[1].text, "Required fields are missing: [Name]");
	ck_assert_str_eq(results.rows[1].fields, "Name");
	ck_assert_str_eq(results.rows[1].id, "");
	collection_results_free(&results);
}
END_TEST

START_TEST(several_errors_of_a_row_are_all_told)
{
	struct err err = ERR_INIT;

	ck_ok(parse("[{\"success\":false,\"errors\":["
		    "{\"statusCode\":\"STRING_TOO_LONG\",\"message\":\"a\",\"fields\":[\"A\",\"B\"]"
		    "},"
		    "{\"statusCode\":\"INVALID_EMAIL_ADDRESS\",\"message\":\"b\","
		    "\"fields\":[\"C\"]}]}]",
		      1, &err),
		&err);
	ck_assert_str_eq(results.rows[0].code, "STRING_TOO_LONG");
	ck_assert_str_eq(results.rows[0].text, "a; INVALID_EMAIL_ADDRESS: b");
	ck_assert_str_eq(results.rows[0].fields, "A,B,C");
	collection_results_free(&results);
}
END_TEST

START_TEST(a_duplicate_names_its_rule_and_the_record_in_both_spellings)
{
	static const char *const keys[] = { "duplicateResut", "duplicateResult" };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char body[2048];

		snprintf(body, sizeof(body),
			"[{\"success\":false,\"errors\":[{\"%s\":{\"allowSave\":true,"
			"\"duplicateRule\":\"Standard_Contact_Duplicate_Rule\",\"matchResults\":[{"
			"\"entityType\":\"Contact\",\"matchRecords\":[{\"matchConfidence\":100.0,"
			"\"record\":{\"attributes\":{\"type\":\"Contact\"},"
			"\"Id\":\"0038M0000016Wv8QAE\"}}],\"size\":1}]},"
			"\"statusCode\":\"DUPLICATES_DETECTED\",\"message\":\"Use one of these "
			"records?\",\"fields\":[]}]}]",
			keys[i]);
		ck_ok(parse(body, 1, &err), &err);
		ck_assert_str_eq(results.rows[0].code, "DUPLICATES_DETECTED");
		ck_assert_str_eq(results.rows[0].text,
			"Use one of these records? (rule Standard_Contact_Duplicate_Rule) "
			"0038M0000016Wv8QAE");
		collection_results_free(&results);
	}
}
END_TEST

START_TEST(what_is_no_answer_to_this_request_is_refused)
{
	static const struct {
		const char *body;
		int expected;
		const char *words;
	} cases[] = {
		{ "", 1, "empty" },
		{ " \n", 1, "empty" },
		{ "<html><body>Down for maintenance", 1, "web page" },
		{ "[" GOOD(""), 1, "cut off" },
		{ "[" GOOD("") "]x", 1, "no JSON" },
		{ "[" GOOD("") "][]", 1, "no JSON" },
		{ "[" GOOD("") "]", 2, "2 rows were sent, 1 were answered" },
		{ "[" GOOD("") "," GOOD("") "]", 1, "1 rows were sent, 2 were answered" },
		{ "[]", 1, "0 were answered" },
		{ "{\"id\":1}", 1, "JSON object" },
		{ "null", 1, "" },
		{ "[null]", 1, "row 1" },
		{ "[[]]", 1, "row 1" },
		{ "[{\"success\":\"true\",\"id\":\"" ID "\"}]", 1, "whether it succeeded" },
		{ "[{\"success\":true,\"errors\":[]}]", 1, "without an id" },
		{ "[{\"success\":true,\"id\":\"short\",\"errors\":[]}]", 1, "without an id" },
		{ "[{\"success\":false,\"errors\":[]}]", 1, "without a reason" },
		{ "[{\"success\":false}]", 1, "without a reason" },
		{ "[{\"success\":false,\"errors\":[\"x\"]}]", 1, "no code" },
		{ "[{\"success\":false,\"errors\":[{\"message\":\"x\"}]}]", 1, "no code" },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_msg(parse(cases[i].body, cases[i].expected, &err) == -ERR_PROTOCOL, "%s",
			cases[i].body);
		ck_assert_msg(strstr(err.text, cases[i].words), "%s: %s", cases[i].body, err.text);
		ck_assert_int_eq(results.count, 0);
		ck_assert_ptr_null(results.arena);
	}
}
END_TEST

START_TEST(nesting_without_end_is_refused)
{
	struct buf body = BUF_INIT(2 << 20);
	struct err err = ERR_INIT;

	for (int i = 0; i < 1000000; i++)
		buf_add_char(&body, '[');
	ck_assert_int_eq(
		collection_results_parse(&results, body.data, body.len, 1, &err), -ERR_PROTOCOL);
	buf_free(&body);
}
END_TEST

START_TEST(a_huge_message_is_cut_between_characters)
{
	struct buf body = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;
	size_t len;

	buf_add_str(&body, "[{\"success\":false,\"errors\":[{\"statusCode\":\"X\",\"message\":\"a");
	for (int i = 0; i < 5000; i++)
		buf_add_str(&body, "\xc3\xa9");
	buf_add_str(&body, "\",\"fields\":[]}]}]");
	ck_ok(collection_results_parse(&results, body.data, body.len, 1, &err), &err);
	len = strlen(results.rows[0].text);
	ck_assert_uint_eq(len, 1999);
	ck_assert_uint_eq(text_utf8_prefix(results.rows[0].text, len), len);
	collection_results_free(&results);
	buf_free(&body);
}
END_TEST

static void fill(struct buf *body, int good, int bad)
{
	buf_add_char(body, '[');
	for (int i = 0; i < good + bad; i++)
		buf_addf(body, "%s%s", i ? "," : "", i < good ? GOOD(",\"created\":true") : BAD);
	buf_add_char(body, ']');
}

/* However it was damaged: accepted is only what names exactly the rows of the request. */
static void try_damaged(const char *text, size_t len, void *ctx)
{
	int expected = *(int *)ctx;

	if (collection_results_parse(&results, text, len, expected, NULL) == 0) {
		ck_assert_int_eq(results.count, expected);
		for (int i = 0; i < expected; i++) {
			ck_assert(results.rows[i].success == (results.rows[i].id[0] != '\0') ||
				  !results.rows[i].success);
			ck_assert_ptr_nonnull(results.rows[i].text);
		}
	}
	collection_results_free(&results);
}

START_TEST(damaged_answers_neither_crash_nor_pass_with_a_wrong_count)
{
	static const int shapes[][2] = { { 3, 0 }, { 2, 2 }, { 0, 1 }, { 1, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct buf body = BUF_INIT(1 << 16);
		int expected = shapes[i][0] + shapes[i][1];

		fill(&body, shapes[i][0], shapes[i][1]);
		damage(body.data, body.len, 4000, try_damaged, &expected);
		buf_free(&body);
	}
}
END_TEST

/* A row more or less, or a cut anywhere, must never pass. */
static void must_not_pass(const char *text, size_t len, void *ctx)
{
	ck_assert_int_ne(collection_results_parse(&results, text, len, *(int *)ctx, NULL), 0);
}

START_TEST(no_cut_of_a_full_packet_passes)
{
	struct buf body = BUF_INIT(1 << 20);
	int expected = PACKET_ROWS_MAX;
	struct err err = ERR_INIT;

	fill(&body, PACKET_ROWS_MAX, 0);
	ck_ok(collection_results_parse(&results, body.data, body.len, expected, &err), &err);
	ck_assert_str_eq(results.rows[PACKET_ROWS_MAX - 1].id, ID);
	collection_results_free(&results);
	damage(body.data, body.len, 0, must_not_pass, &expected);
	for (expected = 1; expected < PACKET_ROWS_MAX; expected++)
		must_not_pass(body.data, body.len, &expected);
	buf_free(&body);
}
END_TEST

Suite *suite_results(void)
{
	Suite *suite = suite_create("salesforce/results");
	TCase *tc = tcase_create("results");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, successes_are_read_in_every_documented_shape);
	tcase_add_test(tc, a_failed_row_keeps_code_text_and_fields_and_its_place);
	tcase_add_test(tc, a_failed_row_keeps_its_part_of_the_answer_byte_by_byte);
	tcase_add_test(tc, several_errors_of_a_row_are_all_told);
	tcase_add_test(tc, a_duplicate_names_its_rule_and_the_record_in_both_spellings);
	tcase_add_test(tc, what_is_no_answer_to_this_request_is_refused);
	tcase_add_test(tc, nesting_without_end_is_refused);
	tcase_add_test(tc, a_huge_message_is_cut_between_characters);
	tcase_add_test(tc, damaged_answers_neither_crash_nor_pass_with_a_wrong_count);
	tcase_add_test(tc, no_cut_of_a_full_packet_passes);
	suite_add_tcase(suite, tc);
	return suite;
}
