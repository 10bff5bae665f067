/* Tests of buf.h: growth, the maximum, the sticky error. */

#include "base/suites.h"

#include "base/buf.h"

START_TEST(keeps_what_was_added)
{
	struct buf buf = BUF_INIT(10000);

	for (int i = 0; i < 1000; i++)
		buf_addf(&buf, "%d,", i % 10);
	ck_assert_uint_eq(buf.len, 2000);
	ck_assert_int_eq(buf.data[buf.len], '\0');
	ck_assert_int_eq(buf_check(&buf, "it", NULL), 0);
	buf_free(&buf);
}
END_TEST

START_TEST(refuses_to_pass_its_maximum_and_stays_broken)
{
	struct buf buf = BUF_INIT(4);
	struct err err = ERR_INIT;

	buf_add_str(&buf, "abc");
	buf_add_str(&buf, "de");
	buf_add_str(&buf, "f");
	ck_assert_str_eq(buf_str(&buf), "abc");
	ck_assert_int_eq(buf_check(&buf, "the answer", &err), -ERR_LIMIT);
	ck_assert_str_eq(err.text, "the answer is larger than 4 bytes");
	ck_assert_ptr_null(buf_detach(&buf));
}
END_TEST

START_TEST(fills_up_to_exactly_its_maximum)
{
	struct buf buf = BUF_INIT(4);

	buf_add_str(&buf, "abcd");
	ck_assert_int_eq(buf_check(&buf, "it", NULL), 0);
	ck_assert_str_eq(buf_str(&buf), "abcd");
	buf_free(&buf);
}
END_TEST

START_TEST(detaches_an_empty_string_from_an_empty_buffer)
{
	struct buf buf = BUF_INIT(4);
	char *text = buf_detach(&buf);

	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

Suite *suite_buf(void)
{
	Suite *suite = suite_create("base/buf");
	TCase *tc = tcase_create("buf");

	tcase_add_test(tc, keeps_what_was_added);
	tcase_add_test(tc, refuses_to_pass_its_maximum_and_stays_broken);
	tcase_add_test(tc, fills_up_to_exactly_its_maximum);
	tcase_add_test(tc, detaches_an_empty_string_from_an_empty_buffer);
	suite_add_tcase(suite, tc);
	return suite;
}
