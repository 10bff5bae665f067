/* Tests of backlog.c: rows of one key keep their order, whatever becomes of those before them. */

#include "process/suites.h"
#include "process/backlog.h"
#include "process/gate.h"

static struct key_gate *gate;
static int wakes;

static void wake(void *ctx)
{
	(void)ctx;
	wakes++;
}

static struct backlog *fresh(void)
{
	struct backlog *backlog = NULL;
	struct err err = ERR_INIT;

	if (!gate)
		gate = key_gate_new();
	ck_ok(backlog_new(&backlog, gate, 1, wake, NULL, &err), &err);
	return backlog;
}

static bool never_busy(void *ctx, int64_t packet)
{
	(void)ctx;
	(void)packet;
	return false;
}

static bool busy_is(void *ctx, int64_t packet)
{
	return packet == *(int64_t *)ctx;
}

static int64_t next(struct backlog *backlog, int64_t now)
{
	return backlog_next(backlog, now, never_busy, NULL);
}

START_TEST(later_row_waits_until_the_earlier_is_settled)
{
	struct backlog *backlog = fresh();
	int64_t first = MESSAGE_ID(1, 0), second = MESSAGE_ID(2, 5), third = MESSAGE_ID(3, 1);

	ck_assert(backlog_admit(backlog, 7, first));
	ck_assert(!backlog_admit(backlog, 7, second));
	ck_assert(!backlog_admit(backlog, 7, third));
	ck_assert(backlog_blocked(backlog));
	ck_assert_int_eq(next(backlog, 0), 0);
	backlog_settle(backlog, 7, first, EVENT_SUCCEED);
	ck_assert_int_eq(next(backlog, 0), 2);	      /* the second's packet, not the third's */
	ck_assert(!backlog_admit(backlog, 7, third)); /* who comes too early waits */
	ck_assert(backlog_admit(backlog, 7, second));
	backlog_visited(backlog, 2);
	ck_assert_int_eq(next(backlog, 0), 0);
	backlog_settle(backlog, 7, second, EVENT_SUCCEED);
	ck_assert_int_eq(next(backlog, 0), 3);
	ck_assert(backlog_admit(backlog, 7, third));
	ck_assert(!backlog_blocked(backlog));
	backlog_free(backlog);
}
END_TEST

START_TEST(row_that_waits_for_its_next_try_keeps_its_key)
{
	struct backlog *backlog = fresh();
	struct backlog *other = fresh();
	int64_t first = MESSAGE_ID(1, 0), second = MESSAGE_ID(2, 0), foreign = MESSAGE_ID(9, 0);

	ck_assert(backlog_admit(backlog, 7, first));
	backlog_keep(backlog, 7, first);
	ck_assert(!backlog_admit(backlog, 7, second));
	ck_assert(!backlog_admit(other, 7, foreign));
	ck_assert(backlog_admit(backlog, 7, first)); /* its own next try */
	wakes = 0;
	backlog_settle(backlog, 7, first, EVENT_SUCCEED);
	ck_assert_int_gt(wakes, 0); /* the other run hears of it */
	ck_assert_int_eq(next(other, 0), 9);
	ck_assert(backlog_admit(other, 7, foreign));
	ck_assert(!backlog_admit(backlog, 7, second));
	backlog_free(backlog);
	backlog_settle(other, 7, foreign, EVENT_SUCCEED);
	backlog_free(other);
	ck_assert(!key_gate_want(gate, 7));
}
END_TEST

/* given a younger row that waits for its next try / when an older one of its key is to be sent
 * again / then that goes first, unless the younger one is under way */
START_TEST(younger_row_that_waits_makes_way_for_an_older_one)
{
	struct backlog *backlog = fresh();
	int64_t older = MESSAGE_ID(1, 0), younger = MESSAGE_ID(2, 0);

	ck_assert(backlog_admit(backlog, 7, younger));
	backlog_keep(backlog, 7, younger);
	ck_assert(backlog_admit(backlog, 7, younger));
	ck_assert(!backlog_admit(backlog, 7, older)); /* the next try is under way */
	backlog_keep(backlog, 7, younger);
	ck_assert(!backlog_admit(backlog, 7, younger));
	ck_assert_int_eq(next(backlog, 0), 1);
	ck_assert(backlog_admit(backlog, 7, older));
	ck_assert(!backlog_admit(backlog, 7, younger));
	backlog_settle(backlog, 7, older, EVENT_FAIL);
	backlog_visited(backlog, 1);
	ck_assert_int_eq(next(backlog, 0), 2);
	ck_assert(backlog_admit(backlog, 7, younger));
	backlog_keep(backlog, 7, younger);
	ck_assert(backlog_admit(backlog, 7, older)); /* and once more, without having met it */
	backlog_settle(backlog, 7, older, EVENT_FAIL);
	ck_assert(backlog_admit(backlog, 7, younger));
	backlog_settle(backlog, 7, younger, EVENT_SUCCEED);
	ck_assert(!backlog_blocked(backlog));
	backlog_free(backlog);
	ck_assert(!key_gate_want(gate, 7));
}
END_TEST

/* given a row that waits with its key / when one of the same key that has come to its end is looked
 * at in passing, and the run ends / then the key is free */
START_TEST(row_of_the_same_key_that_is_over_takes_no_key_away)
{
	struct backlog *backlog = fresh();

	ck_assert(backlog_admit(backlog, 7, MESSAGE_ID(2, 0)));
	backlog_keep(backlog, 7, MESSAGE_ID(2, 0));
	backlog_forget(backlog, 7, MESSAGE_ID(1, 0));
	ck_assert(key_gate_want(gate, 7));
	backlog_free(backlog);
	ck_assert(!key_gate_want(gate, 7));
}
END_TEST

START_TEST(end_of_a_run_lets_go_of_its_keys)
{
	struct backlog *backlog = fresh();
	struct backlog *other = fresh();

	ck_assert(backlog_admit(backlog, 7, MESSAGE_ID(1, 0)));
	backlog_keep(backlog, 7, MESSAGE_ID(1, 0));
	ck_assert(!backlog_admit(other, 7, MESSAGE_ID(2, 0)));
	backlog_free(backlog);
	ck_assert_int_eq(next(other, 0), 2);
	backlog_free(other);
}
END_TEST

START_TEST(row_that_an_operator_settled_holds_up_nobody)
{
	struct backlog *backlog = fresh();

	ck_assert(backlog_admit(backlog, 7, MESSAGE_ID(1, 0)));
	ck_assert(!backlog_admit(backlog, 7, MESSAGE_ID(2, 0)));
	ck_assert(!backlog_admit(backlog, 7, MESSAGE_ID(3, 0)));
	backlog_settle(backlog, 7, MESSAGE_ID(1, 0), EVENT_SUCCEED);
	ck_assert_int_eq(next(backlog, 0), 2);
	backlog_visited(backlog, 2);
	backlog_forget(backlog, 7, MESSAGE_ID(2, 0)); /* found cancelled */
	ck_assert_int_eq(next(backlog, 0), 3);
	ck_assert(backlog_admit(backlog, 7, MESSAGE_ID(3, 0)));
	backlog_free(backlog);
}
END_TEST

START_TEST(rows_without_a_key_never_wait)
{
	struct backlog *backlog = fresh();

	ck_assert(backlog_admit(backlog, 0, MESSAGE_ID(1, 0)));
	ck_assert(backlog_admit(backlog, 0, MESSAGE_ID(1, 1)));
	backlog_settle(backlog, 0, MESSAGE_ID(1, 0), EVENT_SUCCEED);
	backlog_free(backlog);
}
END_TEST

START_TEST(visits_come_in_time_and_order)
{
	struct backlog *backlog = fresh();
	struct err err = ERR_INIT;
	int64_t busy = 4;

	ck_assert_int_eq(backlog_next_time(backlog), INT64_MAX);
	ck_ok(backlog_visit(backlog, 9, 100, &err), &err);
	ck_ok(backlog_visit(backlog, 4, 200, &err), &err);
	ck_ok(backlog_visit(backlog, 4, 150, &err), &err); /* the earlier time counts */
	ck_ok(backlog_visit(backlog, 4, 300, &err), &err);
	ck_assert_int_eq(backlog_next_time(backlog), 100);
	ck_assert_int_eq(next(backlog, 99), 0);
	ck_assert_int_eq(next(backlog, 100), 9);
	ck_assert_int_eq(next(backlog, 150), 4);
	ck_assert_int_eq(backlog_next(backlog, 150, busy_is, &busy), 9);
	backlog_visited(backlog, 4);
	backlog_visited(backlog, 4);
	ck_assert_int_eq(next(backlog, 1000), 9);
	backlog_free(backlog);
}
END_TEST

START_TEST(tries_are_remembered_until_the_row_is_settled)
{
	struct backlog *backlog = fresh();
	struct err err = ERR_INIT;

	ck_assert_int_eq(backlog_row(backlog, 300).tries, 0);
	ck_ok(backlog_set_row(backlog, 300, (struct row_memory){ 3, 100 }, &err), &err);
	ck_assert_int_eq(backlog_row(backlog, 300).tries, 3);
	ck_assert_int_eq(backlog_row(backlog, 300).together, 100);
	ck_assert_int_eq(backlog_row(backlog, 301).tries, 0);
	backlog_settle(backlog, 0, 300, EVENT_SUCCEED);
	ck_assert_int_eq(backlog_row(backlog, 300).tries, 0);
	backlog_free(backlog);
}
END_TEST

START_TEST(backlog_says_when_it_is_full)
{
	struct backlog *backlog = fresh();
	int64_t row = 0;

	while (!backlog_full(backlog) && row < 1000000)
		backlog_set_row(backlog, ++row, (struct row_memory){ 1, 0 }, NULL);
	ck_assert_int_le(row, 100000);
	while (row > 0)
		backlog_settle(backlog, 0, row--, EVENT_SUCCEED);
	ck_assert(!backlog_full(backlog));
	backlog_free(backlog);
}
END_TEST

Suite *suite_backlog(void)
{
	Suite *suite = suite_create("backlog");
	TCase *tc = tcase_create("backlog");

	tcase_add_test(tc, later_row_waits_until_the_earlier_is_settled);
	tcase_add_test(tc, row_that_waits_for_its_next_try_keeps_its_key);
	tcase_add_test(tc, younger_row_that_waits_makes_way_for_an_older_one);
	tcase_add_test(tc, row_of_the_same_key_that_is_over_takes_no_key_away);
	tcase_add_test(tc, end_of_a_run_lets_go_of_its_keys);
	tcase_add_test(tc, row_that_an_operator_settled_holds_up_nobody);
	tcase_add_test(tc, rows_without_a_key_never_wait);
	tcase_add_test(tc, visits_come_in_time_and_order);
	tcase_add_test(tc, tries_are_remembered_until_the_row_is_settled);
	tcase_add_test(tc, backlog_says_when_it_is_full);
	suite_add_tcase(suite, tc);
	return suite;
}
