/* bell.c — the bell rings once, when a run ends that somebody waits for, and only where it is on.
 */

#include "screens/suites.h"

#include "screens/fixture.h"

#define ENDED "Run 3 of order-lines ended: 9 failed"

static int rings(const struct fixture *fx)
{
	const struct buf *raw = pty_raw(fx->pty);
	int found = 0;

	for (size_t i = 0; i < raw->len; i++)
		found += raw->data[i] == '\a';
	return found;
}

static void start(struct fixture *fx)
{
	fixture_init(fx);
	fx->bell = true;
	fx->process_joins = true;
	fixture_start(fx);
	pty_wait(fx->pty, "agent up");
}

static void open_run(struct fixture *fx)
{
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
	pty_type(fx->pty, "j");
	pty_wait(fx->pty, ">[ ]  20");
	pty_type(fx->pty, "\r");
	pty_wait(fx->pty, "Runs of order-lines");
	pty_wait(fx->pty, "Sending");
	pty_type(fx->pty, "\r");
	pty_wait(fx->pty, "filter  run:3");
}

static void finish(struct fixture *fx)
{
	for (int i = 8; i < 20; i++)
		fixture_send(fx, i, 0);
	fixture_finish(fx);
	pty_wait(fx->pty, "Done");
	pty_settle(fx->pty, 300);
}

START_TEST(the_end_of_a_run_that_was_opened_rings_once)
{
	struct fixture fx;

	start(&fx);
	open_run(&fx);
	ck_assert_int_eq(rings(&fx), 0);
	finish(&fx);
	pty_wait(fx.pty, ENDED);
	ck_assert_int_eq(rings(&fx), 1);
	pty_type(fx.pty, "2\r");
	pty_wait(fx.pty, "Runs of order-lines");
	pty_wait(fx.pty, "Done");
	pty_type(fx.pty, "\r"); /* opened again, it is over already */
	pty_wait(fx.pty, "filter  run:3");
	pty_settle(fx.pty, 300);
	ck_assert_int_eq(rings(&fx), 1);
	fixture_end(&fx);
}
END_TEST

START_TEST(the_end_of_a_run_that_was_started_here_rings)
{
	struct fixture fx;

	start(&fx);
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, "p");
	pty_wait(fx.pty, "The agent carries it");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Run 3 is on the agent");
	pty_type(fx.pty, "3");
	finish(&fx);
	pty_wait(fx.pty, ENDED);
	ck_assert_int_eq(rings(&fx), 1);
	fixture_end(&fx);
}
END_TEST

START_TEST(a_run_that_nobody_watches_ends_in_silence)
{
	struct fixture fx;

	start(&fx);
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	finish(&fx);
	ck_assert_int_eq(rings(&fx), 0);
	ck_assert(!pty_shows(fx.pty, ENDED));
	fixture_end(&fx);
}
END_TEST

START_TEST(it_is_off_until_asked_for)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	open_run(&fx);
	finish(&fx);
	ck_assert_int_eq(rings(&fx), 0);
	ck_assert(!pty_shows(fx.pty, ENDED));
	fixture_end(&fx);
}
END_TEST

Suite *suite_bell(void)
{
	Suite *suite = suite_create("screens/bell");
	TCase *tc = tcase_create("bell");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_end_of_a_run_that_was_opened_rings_once);
	tcase_add_test(tc, the_end_of_a_run_that_was_started_here_rings);
	tcase_add_test(tc, a_run_that_nobody_watches_ends_in_silence);
	tcase_add_test(tc, it_is_off_until_asked_for);
	suite_add_tcase(suite, tc);
	return suite;
}
