/* Tests of mask.h: what is known by heart or looks like a secret does not get out, and all else
 * stays readable. */

#include "setup/suites.h"

#include "base/text.h"
#include "tui/command/mask.h"

static const struct {
	const char *text, *wanted;
} cases[] = {
	/* known by heart: "s3cret!", "s3cret!-longer", "tab\tinside" */
	{ "login with s3cret! failed", "login with *** failed" },
	{ "s3cret!s3cret!", "******" },
	{ "s3cret!-longer", "***" },
	{ "a tab\tinside it", "a *** it" },
	{ "cut off: s3cret", "cut off: ***" },
	{ "s3cre is too little to know it", "s3cre is too little to know it" },
	/* looks like one */
	{ "Driver=SQLite3;PWD=abc;Database=/x", "Driver=SQLite3;PWD=***;Database=/x" },
	{ "pwd={a;b}}c};UID=me", "pwd=***;UID=me" },
	{ "PWD={never closed", "PWD=***" },
	{ "Password=", "Password=" },
	{ "--secret agent.password=-", "--secret agent.password=-" },
	{ "agent.password=-x", "agent.password=***" },
	{ "http://me:pw@proxy:3128/x", "http://***@proxy:3128/x" },
	{ "http://me:p@w@proxy", "http://***@proxy" },
	{ "https://acme.my.salesforce.com/a@b", "https://acme.my.salesforce.com/a@b" },
	{ "Authorization: Bearer abc.def", "Authorization: Bearer ***" },
	{ "Authorization: Basic c2t5dnZh", "Authorization: Basic ***" },
	{ "token 00D5g00000ABCDE!AQ0AQ.x_y end", "token *** end" },
	{ "org 00D5g00000ABCDEEA4 is fine!", "org 00D5g00000ABCDEEA4 is fine!" },
	{ "v1.AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDDEEEEEEEEEE", "***" },
	{ "v1.2", "v1.2" },
	{ "", "" },
};

static struct mask *filled(void)
{
	static const char *const known[] = { "s3cret!", "s3cret!-longer", "tab\tinside", "abc" };
	struct mask *mask = NULL;
	struct err err = ERR_INIT;

	ck_ok(mask_new(&mask, &err), &err);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		ck_ok(mask_learn(mask, known[i], &err), &err);
	return mask;
}

START_TEST(secrets_go_and_the_rest_stays)
{
	struct mask *mask = filled();
	struct buf out = BUF_INIT(1000);

	mask_add(&out, mask, cases[_i].text, strlen(cases[_i].text));
	ck_assert_str_eq(buf_str(&out), cases[_i].wanted);
	buf_free(&out);
	mask_free(mask);
}
END_TEST

START_TEST(a_string_stays_within_its_size)
{
	struct mask *mask = filled();
	char text[] = "x PWD=1";

	mask_string(text, sizeof(text), mask);
	ck_assert_str_eq(text, "x PWD=*");
	mask_free(mask);
}
END_TEST

Suite *suite_mask(void)
{
	Suite *suite = suite_create("mask");
	TCase *tc = tcase_create("mask");

	tcase_add_loop_test(tc, secrets_go_and_the_rest_stays, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, a_string_stays_within_its_size);
	suite_add_tcase(suite, tc);
	return suite;
}
