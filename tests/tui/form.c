/* Tests of form.h and dialog.h: focus, values, buttons, pasting, typed confirmation. */

#include "tests/tui/suites.h"

#include "tui/widget/dialog.h"
#include "tui/widget/form.h"
#include "tui/widget/keys.h"

enum { NAME, KIND, NOTE, EXTRA, TICK, PORT, OK, CANCEL };

static const char *const kinds[] = { "one", "two", "three", NULL };

static bool is_two(const struct form *form)
{
	return form->fields[KIND].choice == 1;
}

static const struct field_spec specs[] = {
	[NAME] = { FIELD_TEXT, "name", "Name", "its help" },
	[KIND] = { FIELD_CHOICE, "kind", "Kind", .choices = kinds },
	[NOTE] = { FIELD_NOTE, NULL, "Note" },
	[EXTRA] = { FIELD_SECRET, "extra", "Extra", .shown = is_two },
	[TICK] = { FIELD_CHECK, NULL, "Tick" },
	[PORT] = { FIELD_NUMBER, "port", "Port" },
	[OK] = { FIELD_BUTTON, NULL, "OK" },
	[CANCEL] = { FIELD_BUTTON, NULL, "Cancel" },
};

static struct form form;

static void setup(void)
{
	form_init(&form, specs, (int)ARRAY_SIZE(specs), NULL);
}

static void teardown(void)
{
	form_free(&form);
}

START_TEST(the_cursor_passes_over_what_is_hidden_or_not_edited)
{
	form_key(&form, K_TAB);
	ck_assert_int_eq(form.focus, KIND);
	form_key(&form, K_TAB);
	ck_assert_int_eq(form.focus, TICK);
	form_key(&form, K_BACKTAB);
	ck_assert_int_eq(form_key(&form, K_RIGHT), FORM_CHANGED);
	ck_assert_str_eq(form_choice(&form, KIND), "two");
	form_key(&form, K_DOWN);
	ck_assert_int_eq(form.focus, EXTRA);
}
END_TEST

START_TEST(enter_goes_on_and_presses_only_buttons)
{
	form_key(&form, 'x');
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(form_key(&form, K_ENTER), FORM_MOVED);
	ck_assert_int_eq(form.focus, OK);
	ck_assert_int_eq(form_key(&form, K_ENTER), FORM_PRESSED);
	form.fields[OK].off = true;
	ck_assert_int_eq(form_key(&form, K_ENTER), FORM_IGNORED);
	form_key(&form, K_RIGHT);
	ck_assert_int_eq(form.focus, CANCEL);
	form_key(&form, K_RIGHT);
	ck_assert_int_eq(form.focus, CANCEL);
	form_key(&form, K_UP); /* out of the whole row of buttons */
	ck_assert_int_eq(form.focus, PORT);
}
END_TEST

START_TEST(a_number_takes_digits_alone)
{
	int64_t value;

	form_focus(&form, PORT);
	ck_assert(form_number(&value, &form, PORT, 1, 65535, 9055));
	ck_assert_int_eq(value, 9055);
	form_key(&form, 'x');
	form_key(&form, '8');
	form_key(&form, '0');
	ck_assert_str_eq(form_text(&form, PORT), "80");
	ck_assert(form_number(&value, &form, PORT, 1, 65535, 9055));
	ck_assert_int_eq(value, 80);
	form_set_text(&form, PORT, "70000");
	ck_assert(!form_number(&value, &form, PORT, 1, 65535, 9055));
}
END_TEST

START_TEST(an_error_goes_to_its_field_and_with_the_next_letter)
{
	bool wrong;

	form_fail(&form, form_find(&form, "port"), "%d is no port", 0);
	ck_assert_int_eq(form.focus, PORT);
	ck_assert_str_eq(form_help(&form, &wrong), "0 is no port");
	ck_assert(wrong);
	form_key(&form, '1');
	form_help(&form, &wrong);
	ck_assert(!wrong);
	ck_assert_int_eq(form_find(&form, "extra"), -1); /* hidden */
}
END_TEST

START_TEST(pasting_into_one_line_drops_its_line_ends)
{
	static const int pasted[] = { K_PASTE_BEGIN, 'a', K_ENTER, K_TAB, K_ESC, '?', 'b',
		K_PASTE_END };

	for (size_t i = 0; i < ARRAY_SIZE(pasted); i++)
		form_key(&form, pasted[i]);
	ck_assert_int_eq(form.focus, NAME);
	ck_assert_str_eq(form_text(&form, NAME), "a?b");
}
END_TEST

START_TEST(new_choices_keep_the_chosen_word)
{
	static const char *const more[] = { "zero", "one", "two", NULL };

	form.fields[KIND].choice = 1;
	form_set_choices(&form, KIND, more);
	ck_assert_str_eq(form_choice(&form, KIND), "two");
	form_set_choices(&form, KIND, NULL);
	ck_assert_str_eq(form_choice(&form, KIND), "");
}
END_TEST

START_TEST(a_typed_confirmation_opens_with_the_last_letter)
{
	struct dialog dialog;

	dialog_typed(&dialog, "Remove", "Really?", "abc", "Remove");
	dialog_key(&dialog, 'a');
	dialog_key(&dialog, 'b');
	dialog_key(&dialog, K_ENTER);
	ck_assert_int_eq(dialog_key(&dialog, K_ENTER), DIALOG_OPEN);
	dialog_key(&dialog, K_UP);
	dialog_key(&dialog, 'c');
	dialog_key(&dialog, K_ENTER);
	ck_assert_int_eq(dialog_key(&dialog, K_ENTER), DIALOG_YES);
	dialog_free(&dialog);
}
END_TEST

START_TEST(a_confirmation_says_no_unless_told_otherwise)
{
	struct dialog dialog;

	dialog_confirm(&dialog, "Leave", "Really?", "Leave");
	ck_assert_int_eq(dialog_key(&dialog, K_ENTER), DIALOG_NO);
	ck_assert_int_eq(dialog_key(&dialog, K_ESC), DIALOG_NO);
	ck_assert_int_eq(dialog_key(&dialog, 'y'), DIALOG_YES);
	dialog_free(&dialog);
}
END_TEST

Suite *suite_form(void)
{
	Suite *suite = suite_create("tui/form");
	TCase *tc = tcase_create("form");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_cursor_passes_over_what_is_hidden_or_not_edited);
	tcase_add_test(tc, enter_goes_on_and_presses_only_buttons);
	tcase_add_test(tc, a_number_takes_digits_alone);
	tcase_add_test(tc, an_error_goes_to_its_field_and_with_the_next_letter);
	tcase_add_test(tc, pasting_into_one_line_drops_its_line_ends);
	tcase_add_test(tc, new_choices_keep_the_chosen_word);
	tcase_add_test(tc, a_typed_confirmation_opens_with_the_last_letter);
	tcase_add_test(tc, a_confirmation_says_no_unless_told_otherwise);
	suite_add_tcase(suite, tc);
	return suite;
}
