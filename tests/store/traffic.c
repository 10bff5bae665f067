/* Tests of what waits, what came since, and what went through; and of windows made of two. */

#include "store/suites.h"

#include "base/clock.h"
#include "store/fixture.h"

#define NOON 1795435200000LL
#define MINUTE 60000LL

static struct filter *parse(const char *text)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;

	ck_ok(filter_parse(&filter, text, clock_now(), NULL, &err), &err);
	return filter;
}

START_TEST(only_what_came_behind_a_message_is_counted)
{
	struct filter *failed = parse("status:failed");
	struct fixture fx;
	struct err err = ERR_INIT;
	int64_t first;
	int64_t count;
	bool exact;

	fixture_open(&fx);
	first = fixture_packet(&fx, "A", 5);
	fixture_send(&fx, first, 0, "sfsff");
	fixture_send(&fx, fixture_packet(&fx, "B", 3), 0, "ffs");
	ck_ok(view_message_count_after(&count, &exact, fx.view, NULL, MESSAGE_ID(first, 1), &err),
		&err);
	ck_assert_int_eq(count, 6); /* three of the first packet, three of the second */
	ck_assert(exact);
	ck_ok(view_message_count_after(&count, &exact, fx.view, failed, MESSAGE_ID(first, 3), &err),
		&err);
	ck_assert_int_eq(count, 3);
	filter_free(failed);
	fixture_close(&fx);
}
END_TEST

START_TEST(what_waits_is_told_by_interface_and_age)
{
	struct run_claim *other = NULL;
	struct waiting_line *lines = NULL;
	struct fixture fx;
	struct err err = ERR_INIT;
	int count = 0;

	clock_freeze(NOON);
	fixture_open(&fx);
	fixture_run(&fx, "accounts", &other);
	fixture_packet(&fx, "OLD", 4);
	clock_freeze(NOON + 195 * MINUTE);
	fixture_packet_of(&fx, other, "MID", 3);
	clock_freeze(NOON + 199 * MINUTE);
	fixture_send(&fx, fixture_packet(&fx, "NEW", 5), 0, "slr");
	ck_ok(view_waiting_lines(&lines, &count, fx.view, NOON + 200 * MINUTE, &err), &err);
	ck_assert_int_eq(count, 2);
	ck_assert_str_eq(lines[0].interface, "orders"); /* it has the oldest */
	ck_assert_int_eq(lines[0].oldest, NOON);
	ck_assert_int_eq(lines[0].waiting[WAITING_AGES - 1], 4);
	ck_assert_int_eq(lines[0].waiting[0], 3); /* two New, one Pending */
	ck_assert_int_eq(lines[0].unknown, 1);
	ck_assert_str_eq(lines[1].interface, "accounts");
	ck_assert_int_eq(lines[1].waiting[1], 3); /* five minutes are no longer under five */
	free(lines);
	run_claim_free(other);
	fixture_close(&fx);
	clock_freeze(-1);
}
END_TEST

START_TEST(rates_tell_when_rows_ended)
{
	struct rate rates[3];
	struct fixture fx;
	struct err err = ERR_INIT;

	clock_freeze(NOON);
	fixture_open(&fx);
	fixture_send(&fx, fixture_packet(&fx, "A", 3), 0, "ssf");
	clock_freeze(NOON + 2 * MINUTE);
	fixture_send(&fx, fixture_packet(&fx, "B", 2), 0, "ss");
	ck_ok(view_rates(rates, 3, fx.view, NOON + 3 * MINUTE, MINUTE, &err), &err);
	ck_assert_int_eq(rates[0].completed, 2);
	ck_assert_int_eq(rates[0].failed, 1);
	ck_assert_int_eq(rates[1].completed, 0);
	ck_assert_int_eq(rates[2].completed, 2);
	ck_ok(view_rates(rates, 1, fx.view, NOON + 3 * MINUTE, MINUTE, &err), &err);
	ck_assert_int_eq(rates[0].completed, 2);
	fixture_close(&fx);
	clock_freeze(-1);
}
END_TEST

START_TEST(two_windows_become_one_with_texts_of_its_own)
{
	struct message_window first = { 0 };
	struct message_window second = { 0 };
	struct message_window both = { 0 };
	struct fixture fx;
	struct err err = ERR_INIT;

	fixture_open(&fx);
	fixture_send(&fx, fixture_packet(&fx, "A", 2), 0, "sf");
	fixture_packet(&fx, "B", 1);
	ck_ok(view_messages(&first, fx.view, NULL, WINDOW_AFTER, 0, 2, &err), &err);
	ck_ok(view_messages(&second, fx.view, NULL, WINDOW_AFTER, first.messages[1].id, 9, &err),
		&err);
	ck_ok(message_window_join(&both, &first, &second, &err), &err);
	message_window_free(&first);
	message_window_free(&second);
	ck_assert_int_eq(both.count, 3);
	ck_assert_str_eq(both.messages[0].key, "A-00000");
	ck_assert_int_eq(both.messages[1].status, MESSAGE_FAILED);
	ck_assert_str_ne(both.messages[1].code, "");
	ck_assert_str_eq(both.messages[2].key, "B-00000");
	ck_assert_str_eq(both.messages[2].interface, "orders");
	ck_assert(!both.more_after);
	message_window_free(&both);
	fixture_close(&fx);
}
END_TEST

Suite *suite_traffic(void)
{
	Suite *suite = suite_create("store/traffic");
	TCase *tc = tcase_create("traffic");

	tcase_add_test(tc, only_what_came_behind_a_message_is_counted);
	tcase_add_test(tc, what_waits_is_told_by_interface_and_age);
	tcase_add_test(tc, rates_tell_when_rows_ended);
	tcase_add_test(tc, two_windows_become_one_with_texts_of_its_own);
	suite_add_tcase(suite, tc);
	return suite;
}
