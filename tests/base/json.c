/* Tests of json.h: commas, escapes, bytes that are not UTF-8. */

#include "base/suites.h"

#include "base/json.h"

START_TEST(places_commas_between_values_only)
{
	struct buf buf = BUF_INIT(1000);
	struct json json = JSON_INIT(&buf);

	json_open(&json, '{');
	json_put_int(&json, "a", 1);
	json_key(&json, "b");
	json_open(&json, '[');
	json_bool(&json, true);
	json_null(&json);
	json_open(&json, '{');
	json_close(&json, '}');
	json_close(&json, ']');
	json_put_text(&json, "c", "x");
	json_close(&json, '}');
	ck_assert_str_eq(buf_str(&buf), "{\"a\":1,\"b\":[true,null,{}],\"c\":\"x\"}");
	buf_free(&buf);
}
END_TEST

static const struct {
	const char *text;
	size_t len;
	const char *json;
} escapes[] = {
	{ "plain", 5, "\"plain\"" },
	{ "q\"b\\", 4, "\"q\\\"b\\\\\"" },
	{ "\b\t\n\f\r\v\x1f", 7, "\"\\b\\t\\n\\f\\r\\u000b\\u001f\"" },
	{ "a\0b", 3, "\"a\\u0000b\"" },
	{ "\xc3\xa9", 2, "\"\xc3\xa9\"" },
	{ "a\xff\xc3\xa9", 4, "\"a\xef\xbf\xbd\xc3\xa9\"" },
	{ "\x7f", 1, "\"\\u007f\"" },
};

START_TEST(escapes_what_json_forbids)
{
	struct buf buf = BUF_INIT(1000);

	json_escape(&buf, escapes[_i].text, escapes[_i].len);
	ck_assert_str_eq(buf_str(&buf), escapes[_i].json);
	buf_free(&buf);
}
END_TEST

/* given any byte anywhere in a text / then it is written as it is where it stands alone */
START_TEST(escapes_alike_wherever_a_byte_stands)
{
	static const char around[] = "a text of plain bytes only";
	struct buf alone = BUF_INIT(1024), out = BUF_INIT(1024);

	for (int c = 1; c < 0x100; c++) {
		char byte = (char)c;

		buf_reset(&alone);
		json_escape(&alone, &byte, 1);
		for (size_t at = 0; at < strlen(around); at++) {
			char text[sizeof(around)], expected[64];

			memcpy(text, around, sizeof(text));
			text[at] = byte;
			buf_reset(&out);
			json_escape(&out, text, strlen(around));
			snprintf(expected, sizeof(expected), "\"%.*s%.*s%s\"", (int)at, around,
				(int)alone.len - 2, buf_str(&alone) + 1, around + at + 1);
			ck_assert_str_eq(buf_str(&out), expected);
		}
	}
	buf_free(&alone);
	buf_free(&out);
}
END_TEST

Suite *suite_json(void)
{
	Suite *suite = suite_create("base/json");
	TCase *tc = tcase_create("json");

	tcase_add_test(tc, places_commas_between_values_only);
	tcase_add_loop_test(tc, escapes_what_json_forbids, 0, ARRAY_SIZE(escapes));
	tcase_add_test(tc, escapes_alike_wherever_a_byte_stands);
	suite_add_tcase(suite, tc);
	return suite;
}
