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

Suite *suite_json(void)
{
	Suite *suite = suite_create("base/json");
	TCase *tc = tcase_create("json");

	tcase_add_test(tc, places_commas_between_values_only);
	tcase_add_loop_test(tc, escapes_what_json_forbids, 0, ARRAY_SIZE(escapes));
	suite_add_tcase(suite, tc);
	return suite;
}
