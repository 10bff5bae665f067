/* checklist.c — ticking off the set-up of Salesforce on its page. */

#include "screens/suites.h"

#include "base/text.h"
#include "screens/fixture.h"
#include "store/view.h"

static int ticks_of(const struct fixture *fx, const char *connection, struct tick *first)
{
	struct tick ticks[8];
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int count;

	ck_ok(view_open(&view, fx->home->data, &err), &err);
	count = view_ticks(ticks, 8, view, connection, &err);
	view_close(view);
	*first = ticks[0];
	return count;
}

START_TEST(a_tick_is_kept_until_it_is_taken_away)
{
	struct fixture fx;
	struct tick tick;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "crm-sandbox");
	pty_type(fx.pty, "c");
	pty_wait(fx.pty, ">open");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, ">ticked");
	ck_assert_int_eq(ticks_of(&fx, "crm-sandbox", &tick), 1);
	ck_assert_str_eq(tick.item, "api_user");
	ck_assert_str_eq(tick.about, "acme--dev.sandbox.my.salesforce.com");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "n New");
	pty_type(fx.pty, "c");
	pty_wait(fx.pty, "1 known");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, ">open");
	ck_assert_int_eq(ticks_of(&fx, "crm-sandbox", &tick), 0);
	fixture_end(&fx);
}
END_TEST

START_TEST(what_a_ping_refuted_is_not_ticked_away)
{
	struct fixture fx;
	struct tick tick;

	fixture_init(&fx);
	fx.salesforce_ping = PING_PLAYS_RED;
	fixture_start(&fx);
	pty_wait(fx.pty, "crm-sandbox");
	pty_type(fx.pty, "c");
	pty_wait(fx.pty, ">open");
	pty_type(fx.pty, "s");
	pty_wait(fx.pty, "2 refuted");
	pty_type(fx.pty, "jjjjj");
	pty_wait(fx.pty, ">REFUTED");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, "nothing to tick");
	ck_assert_int_eq(ticks_of(&fx, "crm-sandbox", &tick), 0);
	pty_type(fx.pty, "\033"); /* the ping was kept: another look knows it too */
	pty_wait(fx.pty, "n New");
	pty_type(fx.pty, "c");
	pty_wait(fx.pty, "2 refuted");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_connection_without_a_name_has_no_ticks)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "step 1 of 4");
	pty_type(fx.pty, KEY_F6);
	pty_wait(fx.pty, "12 open");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, "Give the connection a name first");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "step 1 of 4");
	fixture_end(&fx);
}
END_TEST

Suite *suite_checklist(void)
{
	Suite *suite = suite_create("screens/checklist");
	TCase *tc = tcase_create("checklist");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_tick_is_kept_until_it_is_taken_away);
	tcase_add_test(tc, what_a_ping_refuted_is_not_ticked_away);
	tcase_add_test(tc, a_connection_without_a_name_has_no_ticks);
	suite_add_tcase(suite, tc);
	return suite;
}
