/* Tests of glyph.h: what reaches a cell, how wide it is, where it is cut and wrapped. */

#include "tests/tui/suites.h"

#include "tui/widget/glyph.h"

static const struct {
	const char *bytes;
	const wchar_t *shown;
	int columns;
	bool ascii;
} shown[] = {
	{ "a", L"a", 1, false }, { "\xc3\xa9", L"\u00e9", 1, false }, { "\xc3\xa9", L"?", 1, true },
	{ "e\xcc\x81", L"e\u0301", 1, false }, /* combining acute */
	{ "e\xcc\x81", L"e", 1, true }, { "\xe4\xb8\xad", L"\u4e2d", 2, false },
	{ "\033", L"\ufffd", 1, false }, { "\033", L"?", 1, true }, { "\x7f", L"\ufffd", 1, false },
	{ "\xc2\x9b", L"\ufffd", 1, false }, /* CSI of 8-bit terminals, as UTF-8 */
	{ "\x9b", L"\ufffd", 1, false },     /* and as a bare byte */
	{ "\n", L" ", 1, false }, { "\t", L" ", 1, false },
	{ "\xe2\x80\xae", L"\ufffd", 1, false }, /* right-to-left override */
	{ "\xe2\x81\xa6", L"\ufffd", 1, false }, /* isolate */
	{ "\xe2\x80\xa8", L"\ufffd", 1, false }, /* line separator */
	{ "\xed\xa0\x80", L"\ufffd", 1, false }, /* surrogate */
	{ "\xee\x80\x80", L"\ufffd", 1, false }, /* private use */
	{ "\xe2\x80\x8b"
	  "x",
		L"x", 1, false }, /* zero-width space leaves nothing */
	{ "\xef\xbb\xbf"
	  "x",
		L"x", 1, false },	     /* byte order mark */
	{ "a\xe2\x80\xae", L"a", 1, false }, /* does not hide behind a letter */
};

START_TEST(a_cell_shows_nothing_that_a_terminal_acts_upon)
{
	const char *at = shown[_i].bytes;
	struct glyph glyph;

	ck_assert(glyph_next(&glyph, &at, shown[_i].ascii));
	ck_assert_int_eq(wcscmp(glyph.text, shown[_i].shown), 0);
	ck_assert_int_eq(glyph.columns, shown[_i].columns);
}
END_TEST

START_TEST(a_tower_of_marks_is_cut_to_two)
{
	char text[256] = "a";
	const char *at = text;
	struct glyph glyph;

	for (int i = 0; i < 100; i++)
		memcpy(text + strlen(text), "\xcc\x81", 3);
	ck_assert(glyph_next(&glyph, &at, false));
	ck_assert_uint_eq(wcslen(glyph.text), 3);
	ck_assert(!glyph_next(&glyph, &at, false));
}
END_TEST

static const struct {
	const char *text;
	int columns;
	size_t fits;
	int used;
} fits[] = {
	{ "abc", 2, 2, 2 },
	{ "abc", 3, 3, 3 },
	{ "\xe4\xb8\xad\xe4\xb8\xad", 3, 3, 2 }, /* a wide one is not halved */
	{ "e\xcc\x81x", 1, 3, 1 },		 /* the mark goes with its letter */
	{ "", 5, 0, 0 },
	{ "abc", 0, 0, 0 },
};

START_TEST(text_is_cut_between_glyphs)
{
	int used;

	ck_assert_uint_eq(glyph_fit(fits[_i].text, fits[_i].columns, false, &used), fits[_i].fits);
	ck_assert_int_eq(used, fits[_i].used);
}
END_TEST

static const struct {
	const char *text;
	int columns;
	size_t line, next;
} wraps[] = {
	{ "one two three", 8, 7, 8 }, { "one two", 80, 7, 7 }, { "one\ntwo", 80, 3, 4 },
	{ "onetwothree", 4, 4, 4 }, { "one   two", 4, 4, 6 }, { "\n\n", 10, 0, 1 },
	{ "\xe4\xb8\xad", 1, 3, 3 }, /* too wide for the line: never stands still */
};

START_TEST(lines_break_at_blanks_and_always_go_on)
{
	size_t next = 0;

	ck_assert_uint_eq(
		glyph_wrap(wraps[_i].text, wraps[_i].columns, false, &next), wraps[_i].line);
	ck_assert_uint_eq(next, wraps[_i].next);
}
END_TEST

START_TEST(motions_go_by_whole_glyphs)
{
	const char *text = "ae\xcc\x81\xe4\xb8\xad";

	ck_assert_uint_eq(glyph_after(text, 0), 1);
	ck_assert_uint_eq(glyph_after(text, 1), 4);
	ck_assert_uint_eq(glyph_before(text, 7), 4);
	ck_assert_uint_eq(glyph_before(text, 4), 1);
	ck_assert_uint_eq(glyph_before(text, 0), 0);
}
END_TEST

Suite *suite_glyph(void)
{
	Suite *suite = suite_create("tui/glyph");
	TCase *tc = tcase_create("glyph");

	tcase_add_loop_test(
		tc, a_cell_shows_nothing_that_a_terminal_acts_upon, 0, (int)ARRAY_SIZE(shown));
	tcase_add_test(tc, a_tower_of_marks_is_cut_to_two);
	tcase_add_loop_test(tc, text_is_cut_between_glyphs, 0, (int)ARRAY_SIZE(fits));
	tcase_add_loop_test(tc, lines_break_at_blanks_and_always_go_on, 0, (int)ARRAY_SIZE(wraps));
	tcase_add_test(tc, motions_go_by_whole_glyphs);
	suite_add_tcase(suite, tc);
	return suite;
}
