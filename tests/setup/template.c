/* Tests of template.h: values cannot break out of the file they are put into. */

#include "setup/suites.h"

#include "setup/template.h"

static void check_text(struct buf *out, const char *wanted)
{
	ck_assert_int_eq(out->broken, ERR_NONE);
	ck_assert_str_eq(buf_str(out), wanted);
	buf_free(out);
}

static const struct {
	const char *text, *wanted;
} xml_cases[] = {
	{ "plain", "plain" },
	{ "a&b <c> \"d\" 'e'", "a&amp;b &lt;c&gt; &quot;d&quot; &apos;e&apos;" },
	{ "]]>", "]]&gt;" },
	{ "tab\tline\n", "tab\tline\n" },
	{ "\x01"
	  "bell\x07",
		"\xef\xbf\xbd"
		"bell\xef\xbf\xbd" },
	{ "Jos\xc3\xa9", "Jos\xc3\xa9" },
	{ "\xff"
	  "cut\xc3",
		"\xef\xbf\xbd"
		"cut\xef\xbf\xbd" },
	{ "", "" },
};

START_TEST(xml_holds_any_text)
{
	struct buf out = BUF_INIT(1000);

	template_escape_xml(&out, xml_cases[_i].text);
	check_text(&out, xml_cases[_i].wanted);
}
END_TEST

static const struct {
	const char *text, *wanted;
} shell_cases[] = {
	{ "agent@acme.example", "agent@acme.example" },
	{ "o'neill@acme.example", "'o'\\''neill@acme.example'" },
	{ "a b;rm -rf $HOME", "'a b;rm -rf $HOME'" },
	{ "", "''" },
};

START_TEST(a_shell_sees_one_word)
{
	struct buf out = BUF_INIT(1000);

	template_quote_shell(&out, shell_cases[_i].text);
	check_text(&out, shell_cases[_i].wanted);
}
END_TEST

START_TEST(placeholders_are_replaced_and_all_else_is_kept)
{
	struct buf out = BUF_INIT(1000);

	template_fill(&out, "@name@ @HttpPost a@b.example @name@@x@ @unknown@ @",
		SLOTS(SLOT("name", "N<"), SLOT("x", NULL)));
	check_text(&out, "N< @HttpPost a@b.example N< @unknown@ @");
}
END_TEST

START_TEST(the_kind_of_file_decides_the_escape)
{
	struct buf xml = BUF_INIT(10000), json = BUF_INIT(10000);
	struct err err = ERR_INIT;

	ck_ok(template_render(&xml, "field.xml",
		      SLOTS(SLOT("field", "A&B"), SLOT_RAW("editable", "<raw/>")), &err),
		&err);
	ck_assert_ptr_nonnull(strstr(buf_str(&xml), "<field>A&amp;B</field>"));
	ck_assert_ptr_nonnull(strstr(buf_str(&xml), "<editable><raw/></editable>"));
	ck_ok(template_render(&json, "replacement.json",
		      SLOTS(SLOT("path", "a\"b\\"), SLOT("run_as", "x")), &err),
		&err);
	ck_assert_ptr_nonnull(strstr(buf_str(&json), "\"filename\": \"a\\\"b\\\\\""));
	buf_free(&xml);
	buf_free(&json);
}
END_TEST

START_TEST(a_missing_template_and_a_full_buffer_are_told)
{
	struct buf out = BUF_INIT(10);
	struct err err = ERR_INIT;

	ck_assert_int_eq(
		template_render(&out, "none.xml", SLOTS(SLOT("a", "b")), &err), -ERR_USAGE);
	ck_assert_int_lt(template_render(&out, "app.xml", SLOTS(SLOT("a", "b")), &err), 0);
	buf_free(&out);
}
END_TEST

Suite *suite_template(void)
{
	Suite *suite = suite_create("template");
	TCase *tc = tcase_create("template");

	tcase_add_loop_test(tc, xml_holds_any_text, 0, ARRAY_SIZE(xml_cases));
	tcase_add_loop_test(tc, a_shell_sees_one_word, 0, ARRAY_SIZE(shell_cases));
	tcase_add_test(tc, placeholders_are_replaced_and_all_else_is_kept);
	tcase_add_test(tc, the_kind_of_file_decides_the_escape);
	tcase_add_test(tc, a_missing_template_and_a_full_buffer_are_told);
	suite_add_tcase(suite, tc);
	return suite;
}
