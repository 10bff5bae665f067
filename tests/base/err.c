/* Tests of err.h: kinds, exit codes, prefixes. */

#include "base/suites.h"

START_TEST(set_returns_the_negative_kind_and_clears_old_details)
{
	struct err err = ERR_INIT;

	err.retryable = true;
	snprintf(err.code, sizeof(err.code), "OLD");
	ck_assert_int_eq(err_set(&err, ERR_NET, "no answer from %s", "x"), -ERR_NET);
	ck_assert_str_eq(err.text, "no answer from x");
	ck_assert_str_eq(err.code, "");
	ck_assert(!err.retryable);
	ck_assert_int_eq(err_set(NULL, ERR_NET, "nobody listens"), -ERR_NET);
}
END_TEST

START_TEST(errno_text_follows_the_words)
{
	struct err err = ERR_INIT;

	err_set_errno(&err, ERR_STORE, ENOSPC, "could not write %s", "a");
	ck_assert_str_eq(err.text, "could not write a: No space left on device");
}
END_TEST

START_TEST(prefix_keeps_the_cause_and_never_overflows)
{
	struct err err = ERR_INIT;
	char big[600];

	err_set(&err, ERR_CONFIG, "cause");
	err_prefix(&err, "file %s", "x.cfg");
	ck_assert_str_eq(err.text, "file x.cfg: cause");
	memset(big, 'p', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_prefix(&err, "%s", big);
	ck_assert_uint_lt(strlen(err.text), sizeof(err.text));
}
END_TEST

/* The contract that scripts depend on. */
static const struct {
	enum err_kind kind;
	int exit_code;
} exit_codes[] = {
	{ ERR_NONE, 0 },
	{ ERR_USAGE, 2 },
	{ ERR_CONFIG, 3 },
	{ ERR_NOT_FOUND, 3 },
	{ ERR_REFUSED, 4 },
	{ ERR_NET, 5 },
	{ ERR_SOURCE, 6 },
	{ ERR_LIMIT, 7 },
	{ ERR_STORE, 8 },
	{ ERR_UNFINISHED, 9 },
	{ ERR_INTERRUPTED, 130 },
};

START_TEST(exit_codes_are_the_documented_ones)
{
	ck_assert_int_eq(err_exit_code(exit_codes[_i].kind), exit_codes[_i].exit_code);
}
END_TEST

Suite *suite_err(void)
{
	Suite *suite = suite_create("base/err");
	TCase *tc = tcase_create("err");

	tcase_add_test(tc, set_returns_the_negative_kind_and_clears_old_details);
	tcase_add_test(tc, errno_text_follows_the_words);
	tcase_add_test(tc, prefix_keeps_the_cause_and_never_overflows);
	tcase_add_loop_test(tc, exit_codes_are_the_documented_ones, 0, ARRAY_SIZE(exit_codes));
	suite_add_tcase(suite, tc);
	return suite;
}
