/* Tests of timetable.h: what is due, once, and only where a schedule may use it. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/fixture.h"
#include "agent/timetable.h"
#include "base/clock.h"

static struct catalog catalog;
static struct timetable *timetable;
static struct due due;

/* The next time of all, and whose it is. */
static int64_t next_of(const char **name)
{
	const struct schedule_state *state = NULL;
	int64_t next = timetable_next(timetable, &state);

	*name = state ? state->name : NULL;
	return next;
}

/* Who is due, or NULL. */
static const char *due_at(int64_t now)
{
	return timetable_due(&due, timetable, now) ? due.state->name : NULL;
}

/* Noon of a day, and so many minutes. */
static int64_t noon(int minutes)
{
	struct err err = ERR_INIT;
	int64_t ms = 0;

	ck_ok(clock_parse_iso(&ms, "2026-11-23T12:00:00Z", &err), &err);
	return ms + (int64_t)minutes * 60000;
}

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	fixture_catalog(&catalog);
	fixture_schedule("*/15 * * * *", false);
	timetable = timetable_new(&catalog);
	timetable_load(timetable, NULL, NULL, 0, noon(1));
}

static void teardown(void)
{
	timetable_free(timetable);
}

START_TEST(a_time_is_due_once)
{
	const char *name = NULL;

	ck_assert_int_eq(next_of(&name), noon(15));
	ck_assert_str_eq(name, "b");
	ck_assert_ptr_null(due_at(noon(14)));
	ck_assert_str_eq(due_at(noon(15)), "b");
	ck_assert_ptr_null(due_at(noon(15)));
	ck_assert_int_eq(next_of(&name), noon(30));
}
END_TEST

START_TEST(times_missed_count_once)
{
	ck_assert_str_eq(due_at(noon(200)), "b");
	ck_assert_ptr_null(due_at(noon(200)));
}
END_TEST

START_TEST(a_clock_put_back_makes_nothing_due_and_nothing_wait_for_ever)
{
	const char *name;

	ck_assert_str_eq(due_at(noon(600)), "b");
	ck_assert_ptr_null(due_at(noon(20)));
	ck_assert_int_eq(next_of(&name), noon(30));
}
END_TEST

START_TEST(a_changed_schedule_is_read_anew)
{
	const char *name;

	fixture_schedule("0 * * * *", false);
	timetable_load(timetable, NULL, NULL, 0, noon(1));
	ck_assert_int_eq(next_of(&name), noon(60));
	fixture_schedule(NULL, false);
	timetable_load(timetable, NULL, NULL, 0, noon(1));
	ck_assert_int_eq(next_of(&name), 0);
}
END_TEST

START_TEST(neither_a_draft_nor_nonsense_is_scheduled)
{
	const char *name;

	fixture_schedule("* * * * *", true);
	timetable_load(timetable, NULL, NULL, 0, noon(1));
	ck_assert_int_eq(next_of(&name), 0);
	fixture_schedule("now and then", false);
	timetable_load(timetable, NULL, NULL, 0, noon(1));
	ck_assert_int_eq(next_of(&name), 0);
}
END_TEST

/* ---- what the store knows ---- */

static struct schedule_state known_b(int64_t looked)
{
	struct schedule_state state = {
		.kind = SCHEDULE_INTERFACE, .name = "b", .text = "*/15 * * * *", .looked = looked
	};

	return state;
}

START_TEST(a_time_that_came_while_nobody_was_there_is_due_once_and_late)
{
	struct schedule_state known = known_b(noon(1));

	timetable_load(timetable, NULL, &known, 1, noon(100));
	ck_assert_str_eq(due_at(noon(100)), "b");
	ck_assert(due.late);
	ck_assert(!due.skip);
	ck_assert_int_eq(due.state->due, noon(15));
	ck_assert_int_eq(due.state->next, noon(105));
	ck_assert_ptr_null(due_at(noon(100)));
	ck_assert_str_eq(due_at(noon(105)), "b");
	ck_assert(!due.late);
}
END_TEST

START_TEST(missed_skip_says_so)
{
	struct schedule_state known = known_b(noon(1));

	fixture_skip_missed(true);
	timetable_load(timetable, NULL, &known, 1, noon(100));
	ck_assert_str_eq(due_at(noon(100)), "b");
	ck_assert(due.late);
	ck_assert(due.skip);
	fixture_skip_missed(false);
}
END_TEST

START_TEST(a_changed_schedule_catches_nothing_up)
{
	struct schedule_state known = known_b(noon(1));
	const char *name;

	text_copy(known.text, sizeof(known.text), "*/5 * * * *");
	timetable_load(timetable, NULL, &known, 1, noon(100));
	ck_assert_ptr_null(due_at(noon(100)));
	ck_assert_int_eq(next_of(&name), noon(105));
}
END_TEST

START_TEST(the_times_of_a_paused_one_pass)
{
	struct schedule_state known = known_b(noon(1));
	const char *name;

	known.paused_at = noon(2);
	timetable_load(timetable, NULL, &known, 1, noon(3));
	ck_assert_ptr_null(due_at(noon(100)));
	ck_assert_int_eq(next_of(&name), 0);
	/* Resumed: what passed stays passed. */
	known.paused_at = 0;
	known.looked = noon(100);
	timetable_load(timetable, NULL, &known, 1, noon(100));
	ck_assert_ptr_null(due_at(noon(100)));
	ck_assert_int_eq(next_of(&name), noon(105));
}
END_TEST

START_TEST(an_integration_starts_its_interfaces_but_those_with_their_own)
{
	struct text_list integrations = { NULL, 0 };

	text_list_add(&integrations, "ERP: at 12:10; missed skip");
	text_list_add(&integrations, "CRM at noon");
	timetable_load(timetable, &integrations, NULL, 0, noon(1));
	ck_assert_str_eq(due_at(noon(10)), "ERP");
	ck_assert_int_eq(due.state->kind, SCHEDULE_INTEGRATION);
	ck_assert(due.skip);
	ck_assert_int_eq(due.interfaces->count, 3); /* b has its own */
	ck_assert_str_eq(due.interfaces->items[0], "a1");
	ck_assert_str_eq(due.interfaces->items[2], "c");
	ck_assert_str_eq(due_at(noon(15)), "b");
	text_list_free(&integrations);
}
END_TEST

static const struct {
	const char *what;
	struct schedule_state state;
	int minutes; /* after noon */
	bool alarm;
} alarms[] = {
	{ "waits for its time", { .next = 15 }, 14, false },
	{ "came a moment ago", { .next = 15 }, 16, false },
	{ "nobody came", { .next = 15 }, 18, true },
	{ "paused", { .next = 15, .paused_at = 1 }, 18, false },
	{ "ran", { .next = 30, .due = 15, .verdict = SCHEDULE_STARTED }, 18, false },
	{ "was caught up", { .next = 30, .due = 15, .verdict = SCHEDULE_CAUGHT_UP }, 18, false },
	{ "its last run goes on", { .next = 30, .due = 15, .verdict = SCHEDULE_PASSED }, 18,
		false },
	{ "was missed", { .next = 30, .due = 15, .verdict = SCHEDULE_MISSED }, 18, true },
	{ "could not start", { .next = 30, .due = 15, .verdict = SCHEDULE_FAILED }, 18, true },
	{ "never comes", { .next = 0 }, 18, false },
};

START_TEST(what_should_have_run_and_did_not_is_an_alarm)
{
	struct schedule_state state = alarms[_i].state;
	char text[300];

	state.next = state.next ? noon((int)state.next) : 0;
	state.due = noon((int)state.due);
	ck_assert_msg(schedule_alarm(text, sizeof(text), &state, noon(alarms[_i].minutes)) ==
			      alarms[_i].alarm,
		"%s", alarms[_i].what);
}
END_TEST

/* How many wait for a brake to come off. */
static int braked(void)
{
	size_t at = 0;
	int count = 0;

	while (timetable_braked(&due, timetable, &at))
		count++;
	return count;
}

START_TEST(what_a_brake_passed_over_is_caught_up_only_where_missed_times_are)
{
	struct schedule_state state;

	ck_assert_str_eq(due_at(noon(15)), "b");
	ck_assert_int_eq(braked(), 0);
	state = *due.state;
	state.verdict = SCHEDULE_HELD;
	timetable_came(timetable, &state);
	ck_assert_int_eq(braked(), 1);
	ck_assert(due.released);
	/* A new load (a changed file) knows of it, unless it is another schedule by now. */
	timetable_load(timetable, NULL, &state, 1, noon(16));
	ck_assert_int_eq(braked(), 1);
	fixture_schedule("*/20 * * * *", false);
	timetable_load(timetable, NULL, &state, 1, noon(16));
	ck_assert_int_eq(braked(), 0);
	fixture_schedule("*/15 * * * *", false);
	fixture_skip_missed(true);
	timetable_load(timetable, NULL, &state, 1, noon(16));
	ck_assert_int_eq(braked(), 0);
	fixture_skip_missed(false);
	state.paused_at = noon(16);
	timetable_load(timetable, NULL, &state, 1, noon(16));
	ck_assert_int_eq(braked(), 0);
}
END_TEST

Suite *suite_timetable(void)
{
	Suite *suite = suite_create("timetable");
	TCase *tcase = tcase_create("timetable");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_time_is_due_once);
	tcase_add_test(tcase, times_missed_count_once);
	tcase_add_test(tcase, a_clock_put_back_makes_nothing_due_and_nothing_wait_for_ever);
	tcase_add_test(tcase, a_changed_schedule_is_read_anew);
	tcase_add_test(tcase, neither_a_draft_nor_nonsense_is_scheduled);
	tcase_add_test(tcase, a_time_that_came_while_nobody_was_there_is_due_once_and_late);
	tcase_add_test(tcase, missed_skip_says_so);
	tcase_add_test(tcase, a_changed_schedule_catches_nothing_up);
	tcase_add_test(tcase, the_times_of_a_paused_one_pass);
	tcase_add_test(tcase, an_integration_starts_its_interfaces_but_those_with_their_own);
	tcase_add_loop_test(
		tcase, what_should_have_run_and_did_not_is_an_alarm, 0, (int)ARRAY_SIZE(alarms));
	tcase_add_test(tcase, what_a_brake_passed_over_is_caught_up_only_where_missed_times_are);
	suite_add_tcase(suite, tcase);
	return suite;
}
