/* Tests of what a watermark and page_by ask of the query's columns. */

#include "process/suites.h"
#include "process/process.h"

static const struct column columns[] = {
	{ "id", COLUMN_INTEGER, 0, 0 },
	{ "changed_at", COLUMN_DATETIME, 0, 0 },
	{ "day", COLUMN_DATE, 0, 0 },
	{ "amount", COLUMN_DECIMAL, 10, 2 },
	{ "number", COLUMN_DECIMAL, 10, 0 },
	{ "ratio", COLUMN_FLOAT, 0, 0 },
	{ "open", COLUMN_BOOLEAN, 0, 0 },
	{ "picture", COLUMN_BINARY, 0, 0 },
	{ "at", COLUMN_TIME, 0, 0 },
	{ "stamp", COLUMN_TEXT, 0, 0 },
};

static const struct {
	const char *watermark, *overlap, *page_by, *key; /* key NULL: it is fine */
} cases[] = {
	{ NULL, NULL, NULL, NULL },
	{ "CHANGED_AT", NULL, "id", NULL },
	{ "changed_at", "5m", NULL, NULL },
	{ "changed_at", "5", NULL, "watermark.overlap" },
	{ "changed_at", "5 minutes", NULL, "watermark.overlap" },
	{ "day", "2d", NULL, NULL },
	{ "id", "1000", NULL, NULL },
	{ "id", "1d", NULL, "watermark.overlap" },
	{ "number", "10", NULL, NULL },
	{ "amount", "10", NULL, "watermark.overlap" },
	{ "amount", NULL, NULL, NULL },
	{ "ratio", "1", NULL, "watermark.overlap" },
	{ "stamp", "1h", NULL, NULL },
	{ "changed", NULL, NULL, "watermark.column" },
	{ "open", NULL, NULL, "watermark.column" },
	{ "picture", NULL, NULL, "watermark.column" },
	{ "at", NULL, NULL, "watermark.column" },
	{ NULL, NULL, "stamp", NULL },
	{ NULL, NULL, "ident", "page_by" },
	{ NULL, NULL, "ratio", "page_by" },
	{ NULL, NULL, "picture", "page_by" },
};

START_TEST(columns_that_do_not_serve_are_told_beforehand)
{
	struct interface interface;
	struct err err = ERR_INIT;
	int rc;

	interface_init(&interface);
	text_set(&interface.watermark_column, cases[_i].watermark);
	text_set(&interface.watermark_overlap, cases[_i].overlap);
	text_set(&interface.page_by, cases[_i].page_by);
	rc = process_check_reading(&interface, columns, ARRAY_SIZE(columns), &err);
	ck_assert_msg(rc == (cases[_i].key ? -ERR_CONFIG : 0), "%s", err.text);
	ck_assert_str_eq(err.code, cases[_i].key ? cases[_i].key : "");
	interface_free_fields(&interface);
}
END_TEST

Suite *suite_mark(void)
{
	Suite *suite = suite_create("mark");
	TCase *tc = tcase_create("mark");

	tcase_add_loop_test(
		tc, columns_that_do_not_serve_are_told_beforehand, 0, ARRAY_SIZE(cases));
	suite_add_tcase(suite, tc);
	return suite;
}
