/* Tests of theme.c: that what must be told apart can be, whatever the eyes and the terminal. */

#include "tests/tui/suites.h"

#include "tui/widget/theme.h"

static const enum style states[] = { STYLE_OK, STYLE_FAIL, STYLE_WARN, STYLE_BUSY };

static bool same(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

START_TEST(states_differ_where_there_are_colours)
{
	enum theme theme = (enum theme)(_i / 3);
	enum theme_depth depth = (enum theme_depth)(THEME_8 + _i % 3);

	for (size_t a = 0; a < ARRAY_SIZE(states); a++) {
		for (size_t b = a + 1; b < ARRAY_SIZE(states); b++)
			ck_assert_msg(!same(theme_look(theme, depth, (int)states[a]),
					      theme_look(theme, depth, (int)states[b])),
				"styles %d and %d", (int)states[a], (int)states[b]);
	}
}
END_TEST

/* Of the eight colours red and green; of the 256 those without the other one in
 * them (orange has green). */
static bool is_red_or_green(short colour, enum theme_depth depth)
{
	int r, g, b;

	if (depth != THEME_256)
		return colour % 8 == 1 || colour % 8 == 2;
	if (colour < 16 || colour > 231)
		return false;
	r = (colour - 16) / 36;
	g = (colour - 16) / 6 % 6;
	b = (colour - 16) % 6;
	return (r >= 2 && g == 0 && b <= 1) || (g >= 2 && g > 2 * r && g > b);
}

START_TEST(no_state_is_red_or_green_for_colour_blind_eyes)
{
	for (enum theme_depth depth = THEME_8; depth <= THEME_256; depth++) {
		for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
			struct look look = theme_look(THEME_COLOUR_BLIND, depth, (int)states[i]);

			ck_assert_msg(look.fg < 0 || !is_red_or_green(look.fg, depth),
				"style %d at depth %d", (int)states[i], (int)depth);
		}
		ck_assert(!is_red_or_green(
			theme_look(THEME_COLOUR_BLIND, depth, STYLE_PRODUCTION).bg, depth));
	}
	ck_assert(is_red_or_green(theme_look(THEME_NORMAL, THEME_256, STYLE_FAIL).fg, THEME_256));
	ck_assert(is_red_or_green(theme_look(THEME_NORMAL, THEME_256, STYLE_OK).fg, THEME_256));
}
END_TEST

START_TEST(contrast_has_no_grey_and_no_ground_of_its_own)
{
	for (enum theme_depth depth = THEME_MONO; depth <= THEME_256; depth++) {
		for (int style = 0; style < STYLE_COUNT; style++) {
			struct look look = theme_look(THEME_CONTRAST, depth, style);

			ck_assert_msg(look.fg < 232 && (look.bg < 0 || style == STYLE_PRODUCTION),
				"style %d at depth %d", style, (int)depth);
		}
	}
}
END_TEST

START_TEST(without_colours_a_theme_has_none)
{
	for (enum theme theme = THEME_NORMAL; theme < THEME_COUNT; theme++) {
		for (int style = 0; style < STYLE_COUNT; style++) {
			struct look look = theme_look(theme, THEME_MONO, style);

			ck_assert(look.fg < 0 && look.bg < 0);
			look = theme_look(theme, THEME_MONO, style | STYLE_SELECTED);
			ck_assert(look.fg < 0 && look.bg < 0 && look.attributes & LOOK_REVERSE);
		}
	}
}
END_TEST

START_TEST(themes_have_names)
{
	enum theme theme;

	ck_assert(theme_named(&theme, "color-blind"));
	ck_assert_int_eq(theme, THEME_COLOUR_BLIND);
	ck_assert(theme_named(&theme, "contrast"));
	ck_assert(!theme_named(&theme, "Contrasty"));
	ck_assert(!theme_named(&theme, ""));
}
END_TEST

Suite *suite_theme(void)
{
	Suite *suite = suite_create("theme");
	TCase *tc = tcase_create("theme");

	tcase_add_loop_test(tc, states_differ_where_there_are_colours, 0, 3 * THEME_COUNT);
	tcase_add_test(tc, no_state_is_red_or_green_for_colour_blind_eyes);
	tcase_add_test(tc, contrast_has_no_grey_and_no_ground_of_its_own);
	tcase_add_test(tc, without_colours_a_theme_has_none);
	tcase_add_test(tc, themes_have_names);
	suite_add_tcase(suite, tc);
	return suite;
}
