/* Tests of carrier.h: who may go when. The carrying itself is a stand-in that keeps a record. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/carrier.h"
#include "agent/fixture.h"
#include "base/clock.h"

#include <pthread.h>

#define RUNS_MAX 16

/* What the stand-in saw, and what it waits for. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int64_t begun[RUNS_MAX], ended[RUNS_MAX];
	int begun_count, ended_count;
	bool hold;		/* do not end before this is false, or cancel or stop is asked */
	enum run_state end_in;	/* the state a run ends in */
	enum err_kind end_with; /* what carrying returns */
	const char *end_code;	/* and its code */
} record = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static struct writer *writer;
static const char *dir;
static struct process_env env;
static struct catalog catalog;
static struct carrier *carrier;

static int stand_in(const struct process_env *process, int64_t run,
	const struct connection *connection, const struct interface *interface,
	struct run_control *control, int64_t wait_ms, struct err *err)
{
	enum run_state state = record.end_in;

	(void)connection;
	(void)interface;
	(void)wait_ms;
	pthread_mutex_lock(&record.lock);
	record.begun[record.begun_count++] = run;
	pthread_cond_broadcast(&record.changed);
	while (record.hold && !atomic_load(&control->cancel) && !atomic_load(&control->stop)) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 10000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&record.changed, &record.lock, &until);
	}
	pthread_mutex_unlock(&record.lock);
	if (atomic_load(&control->cancel))
		state = RUN_CANCELLED;
	else if (atomic_load(&control->stop))
		state = RUN_PAUSED;
	if (fixture_set_state(process->writer, run, state, err) < 0)
		return -(int)err->kind;
	pthread_mutex_lock(&record.lock);
	record.ended[record.ended_count++] = run;
	pthread_cond_broadcast(&record.changed);
	pthread_mutex_unlock(&record.lock);
	if (record.end_with == ERR_NONE)
		return 0;
	err_set(err, record.end_with, "as told");
	snprintf(err->code, sizeof(err->code), "%s", record.end_code);
	return -(int)record.end_with;
}

static void setup(void)
{
	struct err err = ERR_INIT;

	record.begun_count = record.ended_count = 0;
	record.hold = false;
	record.end_in = RUN_DONE;
	record.end_with = ERR_NONE;
	record.end_code = "";
	carrier = NULL;
	dir = test_folder();
	fixture_catalog(&catalog);
	ck_ok(writer_start(&writer, dir, &err), &err);
	env = (struct process_env){ .home_data = dir, .writer = writer };
}

static void start(int parallel, bool go_on)
{
	struct carrier_options options = { .env = &env,
		.catalog = &catalog,
		.parallel = parallel,
		.go_on = go_on,
		.carry = stand_in };
	struct err err = ERR_INIT;

	ck_ok(carrier_start(&carrier, &options, &err), &err);
}

static void teardown(void)
{
	carrier_free(carrier);
	writer_stop(writer);
}

/* A run of `interface` on its way; its number. */
static int64_t add(const char *interface, const char *integration, int sequence, int64_t batch)
{
	int64_t run = fixture_run(writer, interface, batch);
	struct carrier_job job = { .run = run,
		.batch = batch,
		.interface = interface,
		.integration = integration,
		.sequence = sequence };
	struct err err = ERR_INIT;

	ck_ok(carrier_add(carrier, &job, &err), &err);
	return run;
}

static void set_hold(bool hold)
{
	pthread_mutex_lock(&record.lock);
	record.hold = hold;
	pthread_cond_broadcast(&record.changed);
	pthread_mutex_unlock(&record.lock);
}

static void wait_begun(int count)
{
	pthread_mutex_lock(&record.lock);
	while (record.begun_count < count)
		pthread_cond_wait(&record.changed, &record.lock);
	pthread_mutex_unlock(&record.lock);
}

static void wait_state(int64_t run, enum carry_state state)
{
	struct agent_run now;

	do {
		carrier_state(&now, carrier, run);
		clock_sleep(2);
	} while (now.state != state);
}

START_TEST(runs_of_one_interface_never_overlap)
{
	int64_t first;
	int64_t second;
	struct agent_run state;

	start(4, false);
	set_hold(true);
	first = add("a1", "ERP", 10, 0);
	second = add("a1", "ERP", 10, 0);
	add("x", NULL, 0, 0);
	wait_begun(2); /* the first and x: a third never begins while they are held */
	carrier_state(&state, carrier, second);
	ck_assert_int_eq(state.state, CARRY_WAITING);
	carrier_state(&state, carrier, first);
	ck_assert_int_eq(state.state, CARRY_RUNNING);
	set_hold(false);
	wait_state(second, CARRY_ENDED);
	ck_assert_int_eq(record.begun_count, 3);
}
END_TEST

START_TEST(a_batch_goes_by_sequence_and_equals_go_side_by_side)
{
	int64_t a1;
	int64_t a2;
	int64_t b;
	int64_t c;
	struct agent_run state;

	start(4, false);
	set_hold(true);
	c = add("c", "ERP", 30, 7); /* the order they are given in does not matter ... */
	wait_begun(1);
	a1 = add("a1", "ERP", 10, 8);
	b = add("b", "ERP", 20, 8);
	a2 = add("a2", "ERP", 10, 8);
	wait_begun(3);
	carrier_state(&state, carrier, b);
	ck_assert_int_eq(state.state, CARRY_WAITING);
	set_hold(false);
	wait_state(b, CARRY_ENDED);
	wait_state(c, CARRY_ENDED);
	/* ... b began after both a1 and a2 had ended. */
	ck_assert_int_eq(record.begun[3], b);
	ck_assert(record.begun[0] == c && record.begun[1] == a1 && record.begun[2] == a2);
}
END_TEST

static int64_t add_stopping(const char *interface, int sequence, int64_t batch)
{
	int64_t run = fixture_run(writer, interface, batch);
	struct carrier_job job = { .run = run,
		.batch = batch,
		.interface = interface,
		.integration = "ERP",
		.sequence = sequence,
		.stops = true };
	struct err err = ERR_INIT;

	ck_ok(carrier_add(carrier, &job, &err), &err);
	return run;
}

/* given parents that end badly, and are to stop what follows / then the children do not begin ...
 */
START_TEST(what_follows_is_held_until_all_is_well)
{
	struct agent_run state;
	int64_t parents, children, others;
	struct err err = ERR_INIT;

	start(4, false);
	set_hold(true);
	record.end_in = RUN_STOPPED;
	record.end_with = ERR_CONFIG;
	parents = add_stopping("a1", 10, 8);
	children = add("b", "ERP", 20, 8);
	others = add("c", "ERP", 30, 9); /* of another batch: nobody waits for it */
	wait_begun(2);
	set_hold(false);
	wait_state(children, CARRY_RESTING);
	carrier_state(&state, carrier, children);
	ck_assert_msg(strstr(state.result.text, "held: a1"), "%s", state.result.text);
	wait_state(others, CARRY_ENDED);
	ck_assert_int_eq(record.begun_count, 2);
	/* ... until the parents ended well in another turn */
	record.end_in = RUN_DONE;
	record.end_with = ERR_NONE;
	ck_ok(carrier_add(
		      carrier, &(struct carrier_job){ .run = parents, .interface = "a1" }, &err),
		&err);
	wait_state(children, CARRY_ENDED);
	ck_assert_int_eq(record.begun[3], children);
}
END_TEST

START_TEST(parallel_runs_is_a_limit)
{
	int waiting;
	int running;

	start(2, false);
	set_hold(true);
	add("a1", NULL, 0, 0);
	add("b", NULL, 0, 0);
	add("c", NULL, 0, 0);
	wait_begun(2);
	carrier_counts(carrier, &waiting, &running);
	ck_assert_int_eq(running, 2);
	ck_assert_int_eq(waiting, 1);
	set_hold(false);
	wait_begun(3);
}
END_TEST

START_TEST(cancelling_a_waiting_run_ends_it_without_carrying_it)
{
	int64_t first;
	int64_t second;

	start(1, false);
	set_hold(true);
	first = add("a1", NULL, 0, 0);
	second = add("a1", NULL, 0, 0);
	wait_begun(1);
	ck_assert(carrier_cancel(carrier, second));
	set_hold(false);
	wait_state(second, CARRY_ENDED);
	ck_assert_int_eq(fixture_state(dir, second), RUN_CANCELLED);
	ck_assert_int_eq(fixture_state(dir, first), RUN_DONE);
	ck_assert_int_eq(record.begun_count, 1);
}
END_TEST

START_TEST(cancelling_a_running_run_reaches_it)
{
	int64_t run;

	start(1, false);
	set_hold(true);
	run = add("a1", NULL, 0, 0);
	wait_begun(1);
	ck_assert(carrier_cancel(carrier, run));
	wait_state(run, CARRY_ENDED);
	ck_assert_int_eq(fixture_state(dir, run), RUN_CANCELLED);
	ck_assert(!carrier_cancel(carrier, run));
	ck_assert(!carrier_cancel(carrier, run + 1));
}
END_TEST

START_TEST(an_interface_that_is_gone_stops_its_run_with_the_reason)
{
	struct agent_run state;
	int64_t run;

	start(1, false);
	run = add("gone", NULL, 0, 0);
	wait_state(run, CARRY_ENDED);
	carrier_state(&state, carrier, run);
	ck_assert_int_eq(state.result.kind, ERR_NOT_FOUND);
	ck_assert_int_eq(fixture_state(dir, run), RUN_STOPPED);
	ck_assert_int_eq(record.begun_count, 0);
}
END_TEST

START_TEST(what_is_not_finished_rests_and_goes_on_when_asked)
{
	struct agent_run state;
	int64_t run;
	struct carrier_job again = { .interface = "a1" };
	struct err err = ERR_INIT;

	record.end_in = RUN_PAUSED;
	record.end_with = ERR_NET;
	start(1, false);
	run = add("a1", NULL, 0, 0);
	wait_state(run, CARRY_RESTING);
	carrier_state(&state, carrier, run);
	ck_assert_int_eq(state.result.kind, ERR_NET);
	record.end_in = RUN_DONE;
	record.end_with = ERR_NONE;
	again.run = run;
	ck_ok(carrier_add(carrier, &again, &err), &err);
	wait_state(run, CARRY_ENDED);
	ck_assert_int_eq(record.begun_count, 2);
}
END_TEST

START_TEST(run_on_a_full_disk_is_taken_up_again_after_a_minute)
{
	int64_t now = 1000000;
	int64_t run;

	clock_freeze(now);
	record.end_in = RUN_PAUSED;
	record.end_with = ERR_STORE;
	record.end_code = STORE_CODE_DISK_FULL;
	start(1, true);
	run = add("a1", NULL, 0, 0);
	wait_state(run, CARRY_RESTING);
	record.end_in = RUN_DONE;
	record.end_with = ERR_NONE;
	clock_freeze(now + 59999);
	wait_state(add("b", NULL, 0, 0), CARRY_ENDED); /* the carrier has looked */
	ck_assert_int_eq(record.begun_count, 2);
	clock_freeze(now + 60000);
	wait_state(add("b", NULL, 0, 0), CARRY_ENDED);
	wait_state(run, CARRY_ENDED);
	ck_assert_int_eq(record.begun_count, 4);
	clock_freeze(-1);
}
END_TEST

#define ELEVEN_MINUTES (11 * INT64_C(60000))

START_TEST(what_is_unknown_is_looked_for_when_it_can_be_found)
{
	int64_t now = 1000000;
	struct err err = ERR_INIT;
	int64_t run;

	clock_freeze(now);
	run = fixture_run(writer, "x", 0);
	ck_ok(writer_call(writer, fixture_lose, &run, &err), &err);
	start(1, true);
	ck_ok(carrier_add(carrier, &(struct carrier_job){ .run = run, .interface = "x" }, &err),
		&err);
	wait_state(run, CARRY_ENDED);
	clock_freeze(now + ELEVEN_MINUTES - 1);
	wait_state(add("b", NULL, 0, 0), CARRY_ENDED);
	ck_assert_int_eq(record.begun_count, 2);
	clock_freeze(now + ELEVEN_MINUTES + 1);
	wait_state(add("b", NULL, 0, 0), CARRY_ENDED);
	wait_begun(4);
	ck_assert_int_eq(fixture_state(dir, run), RUN_DONE);
	/* It was not settled: once more, but not at once. */
	wait_state(run, CARRY_ENDED);
	wait_state(add("b", NULL, 0, 0), CARRY_ENDED);
	ck_assert_int_eq(record.begun_count, 5);
	clock_freeze(-1);
}
END_TEST

START_TEST(stopping_leaves_the_rest_for_the_next_owner)
{
	int64_t running;
	int64_t waiting;

	start(1, true);
	set_hold(true);
	running = add("a1", NULL, 0, 0);
	waiting = add("b", NULL, 0, 0);
	wait_begun(1);
	carrier_stop(carrier);
	ck_assert_int_eq(fixture_state(dir, running), RUN_PAUSED);
	ck_assert_int_eq(fixture_state(dir, waiting), RUN_QUEUED);
	ck_assert_int_eq(record.begun_count, 1);
}
END_TEST

Suite *suite_carrier(void)
{
	Suite *suite = suite_create("carrier");
	TCase *tcase = tcase_create("carrier");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, runs_of_one_interface_never_overlap);
	tcase_add_test(tcase, a_batch_goes_by_sequence_and_equals_go_side_by_side);
	tcase_add_test(tcase, what_follows_is_held_until_all_is_well);
	tcase_add_test(tcase, parallel_runs_is_a_limit);
	tcase_add_test(tcase, cancelling_a_waiting_run_ends_it_without_carrying_it);
	tcase_add_test(tcase, cancelling_a_running_run_reaches_it);
	tcase_add_test(tcase, an_interface_that_is_gone_stops_its_run_with_the_reason);
	tcase_add_test(tcase, what_is_not_finished_rests_and_goes_on_when_asked);
	tcase_add_test(tcase, run_on_a_full_disk_is_taken_up_again_after_a_minute);
	tcase_add_test(tcase, what_is_unknown_is_looked_for_when_it_can_be_found);
	tcase_add_test(tcase, stopping_leaves_the_rest_for_the_next_owner);
	suite_add_tcase(suite, tcase);
	return suite;
}
