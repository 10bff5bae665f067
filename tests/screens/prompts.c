/* prompts.c — what `:` and `/` help to type: completions, by pages. */

#include "screens/suites.h"

#include "base/text.h"
#include "screens/fixture.h"

static void start_narrow(struct fixture *fx)
{
	fixture_init(fx);
	fx->terminal = (struct pty_options){ .rows = 15, .cols = 60 };
	fixture_start(fx);
	pty_wait(fx->pty, "agent up");
}

/* The page of the list that is shown, and how many there are. */
static void page_of(struct fixture *fx, int *page, int *pages)
{
	const char *at;

	pty_wait(fx->pty, "  Tab: ");
	pty_settle(fx->pty, 60);
	at = strstr(pty_text(fx->pty), "  Tab: ");
	ck_assert_int_eq(sscanf(at, "  Tab: %d/%d", page, pages), 2);
}

START_TEST(tab_turns_the_pages_until_every_name_was_there)
{
	static const char *const names[] = { "connection list", "ping salesforce", "refresh",
		"message reprocess", "interface edit", "bell" };
	bool seen[ARRAY_SIZE(names)] = { false };
	struct fixture fx;
	int page;
	int pages;

	start_narrow(&fx);
	pty_type(fx.pty, ":\t");
	page_of(&fx, &page, &pages);
	ck_assert_int_eq(page, 1);
	for (int i = 1; i <= pages; i++) {
		char expected[32];

		snprintf(expected, sizeof(expected), "  Tab: %d/%d", i, pages);
		pty_wait(fx.pty, expected);
		for (size_t n = 0; n < ARRAY_SIZE(names); n++)
			seen[n] = seen[n] || strstr(pty_line(fx.pty, 14), names[n]);
		pty_type(fx.pty, "\t");
	}
	page_of(&fx, &page, &pages);
	ck_assert_int_eq(page, 1);
	for (size_t n = 0; n < ARRAY_SIZE(names); n++)
		ck_assert_msg(seen[n], "%s", names[n]);
	pty_type(fx.pty, KEY_BTAB);
	page_of(&fx, &page, &pages);
	ck_assert_int_eq(page, pages);
	fixture_end(&fx);
}
END_TEST

START_TEST(the_list_narrows_down_as_one_types)
{
	struct fixture fx;

	start_narrow(&fx);
	pty_type(fx.pty, ":\t");
	pty_wait(fx.pty, "  Tab: 1/");
	pty_type(fx.pty, "ref");
	pty_wait_gone(fx.pty, "  Tab: 1/");
	ck_assert_str_eq(pty_line(fx.pty, 14), " refresh");
	pty_type(fx.pty, "\b\b\b");
	pty_wait(fx.pty, "  Tab: 1/");
	pty_type(fx.pty, "zz");
	pty_wait(fx.pty, "Tab complete");
	fixture_end(&fx);
}
END_TEST

Suite *suite_prompts(void)
{
	Suite *suite = suite_create("screens/prompts");
	TCase *tc = tcase_create("prompts");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, tab_turns_the_pages_until_every_name_was_there);
	tcase_add_test(tc, the_list_narrows_down_as_one_types);
	suite_add_tcase(suite, tc);
	return suite;
}
