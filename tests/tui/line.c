/* Tests of line.h: typing, deleting and moving in one line and in several. */

#include "tests/tui/suites.h"

#include "tui/widget/keys.h"
#include "tui/widget/line.h"

#define KEYS_MAX 12

static const struct {
	const char *before;
	int keys[KEYS_MAX];
	const char *after;
	bool several;
} edits[] = {
	{ "", { 'a', 'b', 'c' }, "abc", false }, { "abc", { K_LEFT, K_BACKSPACE }, "ac", false },
	{ "abc", { K_HOME, K_DELETE }, "bc", false }, { "abc", { K_LEFT, 'X' }, "abXc", false },
	{ "one two", { K_CTRL('W') }, "one ", false },
	{ "one two", { K_HOME, K_RIGHT, K_CTRL('K') }, "o", false },
	{ "one two", { K_LEFT, K_CTRL('U') }, "o", false },
	{ "e\xcc\x81", { K_BACKSPACE }, "", false }, /* letter and mark together */
	{ "", { 0xe9, 0x4e2d, 0x1f600 }, "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80", false },
	{ "", { K_BACKSPACE, K_DELETE, K_LEFT, K_RIGHT }, "", false },
	{ "a", { K_ENTER }, "a", false }, { "a", { K_ENTER, 'b' }, "a\nb", true },
	{ "ab\ncd", { K_UP, 'X' }, "abX\ncd", true },
	{ "ab\ncd", { K_HOME, K_BACKSPACE }, "abcd", true },
	{ "ab\nc", { K_UP, K_CTRL('K') }, "a\nc", true },
	{ "long line\nab", { K_UP, K_END, K_DOWN, 'X' }, "long line\nabX", true },
	{ "1234567890", { 'x' }, "1234567890", false }, /* full */
};

START_TEST(keys_change_the_text_as_a_person_expects)
{
	struct line line;

	line_init(&line, 10 + (size_t)(edits[_i].several ? 10 : 0), edits[_i].several);
	line_set(&line, edits[_i].before);
	for (int i = 0; i < KEYS_MAX && edits[_i].keys[i]; i++)
		line_key(&line, edits[_i].keys[i]);
	ck_assert_str_eq(line_text(&line), edits[_i].after);
	line_free(&line);
}
END_TEST

START_TEST(keys_without_meaning_are_left_to_others)
{
	static const int keys[] = { K_TAB, K_ESC, K_ENTER, K_UP, K_DOWN, K_F(2), K_PAGE_UP };
	struct line line;

	line_init(&line, 10, false);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		ck_assert_msg(!line_key(&line, keys[i]), "key %d", keys[i]);
	line_free(&line);
}
END_TEST

START_TEST(text_too_long_is_cut_between_characters)
{
	struct line line;

	line_init(&line, 4, false);
	line_set(&line, "abc\xe4\xb8\xad");
	ck_assert_str_eq(line_text(&line), "abc");
	line_free(&line);
}
END_TEST

START_TEST(control_characters_cannot_be_typed_or_pasted)
{
	struct line line;

	line_init(&line, 10, false);
	line_insert(&line, 27);
	line_insert(&line, 0x7f);
	line_insert(&line, '\n');
	ck_assert(line_empty(&line));
	line_free(&line);
}
END_TEST

Suite *suite_line(void)
{
	Suite *suite = suite_create("tui/line");
	TCase *tc = tcase_create("line");

	tcase_add_loop_test(
		tc, keys_change_the_text_as_a_person_expects, 0, (int)ARRAY_SIZE(edits));
	tcase_add_test(tc, keys_without_meaning_are_left_to_others);
	tcase_add_test(tc, text_too_long_is_cut_between_characters);
	tcase_add_test(tc, control_characters_cannot_be_typed_or_pasted);
	suite_add_tcase(suite, tc);
	return suite;
}
