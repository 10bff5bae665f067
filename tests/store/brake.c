/* Tests of brake.c and prune.c. */

#include "store/suites.h"
#include "store/fixture.h"
#include "base/clock.h"
#include "store/brake.h"
#include "store/prune.h"

static struct brake_state state_of(struct fixture *fx)
{
	struct brake_state state;
	struct err err = ERR_INIT;

	ck_ok(view_brake(&state, fx->view, "acme", &err), &err);
	return state;
}

START_TEST(held_by_a_person_until_released)
{
	struct fixture fx;
	struct err err = ERR_INIT;

	fixture_open(&fx);
	ck_assert_int_eq(state_of(&fx).brake, BRAKE_ACTIVE);
	ck_commit(&fx, store_hold(fx.store, "acme", "anna", "month end", &err), &err);
	ck_assert_int_eq(state_of(&fx).brake, BRAKE_HELD);
	ck_refused(&fx, store_brake_pass(fx.store, "acme", &err), ERR_REFUSED, &err);
	ck_assert_msg(strstr(err.text, "anna: month end"), "%s", err.text);

	/* Neither a refusal nor a good token changes what a person said. */
	ck_commit(&fx, store_block(fx.store, "acme", "invalid_client", &err), &err);
	ck_commit(&fx, store_unblock(fx.store, "acme", &err), &err);
	ck_assert_int_eq(state_of(&fx).brake, BRAKE_HELD);
	ck_commit(&fx, store_let_go(fx.store, "acme", "anna", &err), &err);
	ck_commit(&fx, store_brake_pass(fx.store, "acme", &err), &err);
	fixture_close(&fx);
}
END_TEST

START_TEST(blocked_lets_one_probe_pass_in_a_quarter_of_an_hour)
{
	struct ping_record ping = { "acme", "salesforce", false, "", "" };
	struct fixture fx;
	struct err err = ERR_INIT;
	int64_t now = 1800000000000;

	clock_freeze(now);
	fixture_open(&fx);
	ck_commit(&fx, store_block(fx.store, "acme", "invalid_client", &err), &err);
	ck_refused(&fx, store_brake_pass(fx.store, "acme", &err), ERR_REFUSED, &err);
	clock_freeze(now + BRAKE_PROBE_MS);
	ck_commit(&fx, store_brake_pass(fx.store, "acme", &err), &err);
	ck_refused(&fx, store_brake_pass(fx.store, "acme", &err), ERR_REFUSED, &err);
	ck_commit(&fx, store_ping_record(fx.store, &ping, &err), &err);
	ck_assert_int_eq(state_of(&fx).brake, BRAKE_BLOCKED);
	ping.ok = true;
	ck_commit(&fx, store_ping_record(fx.store, &ping, &err), &err);
	ck_assert_int_eq(state_of(&fx).brake, BRAKE_ACTIVE);
	fixture_close(&fx);
}
END_TEST

static int64_t prune(struct fixture *fx, int64_t before)
{
	struct err err = ERR_INIT;
	int64_t removed;

	ck_commit(fx, store_prune(&removed, fx->store, before, PRUNE_TURN, &err), &err);
	fixture_verify(fx);
	return removed;
}

START_TEST(only_what_completed_long_ago_in_runs_that_are_over_is_removed)
{
	struct fixture fx;
	struct err err = ERR_INIT;
	int64_t late, good, bad, count;

	fixture_open(&fx);
	good = fixture_packet(&fx, "GOOD", 10);
	bad = fixture_packet(&fx, "BAD", 10);
	fixture_send(&fx, good, 0, letters('s', 10));
	fixture_send(&fx, bad, 0, "sssssssssf");
	late = clock_now() + 1000;
	ck_assert_int_eq(prune(&fx, late), 0); /* the run is under way */
	fixture_state(&fx, fx.claim, RUN_DONE);
	ck_assert_int_eq(prune(&fx, 1), 0); /* nothing is that old */
	ck_ok(view_prunable(&count, fx.view, late, &err), &err);
	ck_assert_int_eq(count, 10);
	ck_assert_int_eq(prune(&fx, late), 10);
	ck_assert_int_eq(prune(&fx, late), 0); /* a packet with a failure stays */
	ck_assert_int_eq(fixture_counts(&fx, fx.run).completed, 19);
	fixture_close(&fx);
}
END_TEST

/* given a row whose end is still to be written into the source, in a run that was cancelled / when
 * what is old is removed / then it stays until that is done */
START_TEST(what_is_to_be_written_back_is_not_removed)
{
	struct written_row row = { .position = 0, .as = WRITTEN_DONE };
	struct run_change change = RUN_CHANGE_NONE;
	struct fixture fx;
	struct err err = ERR_INIT;
	int64_t packet, late;

	fixture_open(&fx);
	change.wants = WRITE_BACK_SUCCESS;
	ck_commit(&fx, store_run_update(fx.store, fx.claim, &change, &err), &err);
	packet = fixture_packet(&fx, "OWED", 1);
	fixture_send(&fx, packet, 0, "s");
	fixture_state(&fx, fx.claim, RUN_CANCELLED);
	late = clock_now() + 1000;
	ck_assert_int_eq(prune(&fx, late), 0);
	ck_commit(&fx, store_written(fx.store, fx.claim, packet, &row, 1, &err), &err);
	ck_assert_int_eq(prune(&fx, late), 1);
	fixture_close(&fx);
}
END_TEST

Suite *suite_brake(void)
{
	Suite *suite = suite_create("brake");
	TCase *tests = tcase_create("brake");

	tcase_add_test(tests, held_by_a_person_until_released);
	tcase_add_test(tests, blocked_lets_one_probe_pass_in_a_quarter_of_an_hour);
	tcase_add_test(tests, only_what_completed_long_ago_in_runs_that_are_over_is_removed);
	tcase_add_test(tests, what_is_to_be_written_back_is_not_removed);
	suite_add_tcase(suite, tests);
	return suite;
}
