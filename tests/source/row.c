/* Tests of row.c: the encoding that the store keeps for years, and the fitness of texts. */

#include "source/suites.h"
#include "source/source.h"

START_TEST(row_survives_encoding_with_null_empty_and_binary)
{
	struct cell cells[4] = { { "a\0b", 3, NULL }, { NULL, 0, NULL }, { "", 0, NULL },
		{ "\xf0\x9f\x98\x80", 4, NULL } };
	struct cell back[4];
	struct buf row = BUF_INIT(1024);

	source_row_encode(&row, cells, 4);
	ck_assert(source_row_decode(back, 4, row.data, row.len));
	ck_assert_uint_eq(back[0].len, 3);
	ck_assert_mem_eq(back[0].text, "a\0b", 3);
	ck_assert_ptr_null(back[1].text);
	ck_assert_ptr_nonnull(back[2].text);
	ck_assert_uint_eq(back[2].len, 0);
	ck_assert_mem_eq(back[3].text, cells[3].text, 4);
	buf_free(&row);
}
END_TEST

START_TEST(row_decoder_refuses_what_is_cut_or_too_long)
{
	struct cell cells[2] = { { "abc", 3, NULL }, { "de", 2, NULL } };
	struct cell back[3];
	struct buf row = BUF_INIT(1024);

	source_row_encode(&row, cells, 2);
	for (size_t len = 0; len < row.len; len++)
		ck_assert_msg(!source_row_decode(back, 2, row.data, len), "cut at %zu", len);
	ck_assert(!source_row_decode(back, 1, row.data, row.len));
	ck_assert(!source_row_decode(back, 3, row.data, row.len));
	buf_free(&row);
}
END_TEST

static const struct {
	const char *text;
	size_t len;
	const char *problem; /* a part of it, NULL = none */
} texts[] = {
	{ "", 0, NULL },
	{ "plain and long enough for the eight-byte steps", 46, NULL },
	{ "Zo\xc3\xab \xf0\x9f\x98\x80", 9, NULL },
	{ "ab\0cd", 5, "NUL byte at position 3" },
	{ "latin Zo\xeb", 9, "not UTF-8 from byte 9" },
	{ "\xed\xa0\x80", 3, "not UTF-8 from byte 1" }, /* a surrogate */
	{ "12345678\xc3", 9, "not UTF-8 from byte 9" },
};

START_TEST(unfit_text_is_told_with_its_place)
{
	char words[128];
	const char *problem =
		source_text_problem(words, sizeof(words), texts[_i].text, texts[_i].len);

	if (texts[_i].problem)
		ck_assert_msg(problem && strstr(problem, texts[_i].problem), "%s", problem);
	else
		ck_assert_ptr_null(problem);
}
END_TEST

Suite *suite_row(void)
{
	Suite *suite = suite_create("row");
	TCase *tc = tcase_create("row");

	tcase_add_test(tc, row_survives_encoding_with_null_empty_and_binary);
	tcase_add_test(tc, row_decoder_refuses_what_is_cut_or_too_long);
	tcase_add_loop_test(tc, unfit_text_is_told_with_its_place, 0, ARRAY_SIZE(texts));
	suite_add_tcase(suite, tc);
	return suite;
}
