/* Tests of how runs end early, and of what a run that goes on makes of them. */

#include "process/suites.h"
#include "process/stage.h"
#include "store/brake.h"
#include "base/clock.h"

#define WAIT 120000

START_TEST(cancel_ends_the_run_in_two_seconds)
{
	struct run_info info;
	struct stage stage;
	int64_t from;

	stage_open(&stage, 20000);
	stage.interface.packet = 20;
	stage_switch_later(&stage, 400, "cancel", NULL);
	stage_create_run(&stage);
	ck_assert_int_eq(stage_resume(&stage, 0), -ERR_INTERRUPTED);
	from = clock_mono();
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_CANCELLED);
	ck_assert_int_gt(info.counts.cancelled, 0);
	ck_assert_int_eq(info.counts.pending, 0);
	ck_assert_int_eq(info.counts.completed, stage_records(&stage)); /* nothing is left open */
	ck_assert_int_lt(clock_mono() - from, 2000);
	stage_close(&stage);
}
END_TEST

static int apply_ask(void *ctx, struct store *store, struct err *err)
{
	const struct stage *stage = ctx;

	return store_run_ask_cancel(store, stage->run, "operator", err);
}

static void *ask_cancel(void *ctx)
{
	struct stage *stage = ctx;

	while (stage_records(stage) < 400)
		clock_sleep(2);
	writer_call(stage->env.writer, apply_ask, stage, NULL);
	return NULL;
}

START_TEST(cancel_asked_in_the_store_is_heeded)
{
	struct stage stage;
	pthread_t thread;

	stage_open(&stage, 20000);
	stage.interface.packet = 20;
	stage_create_run(&stage);
	ck_assert_int_eq(pthread_create(&thread, NULL, ask_cancel, &stage), 0);
	ck_assert_int_eq(stage_resume(&stage, 0), -ERR_INTERRUPTED);
	pthread_join(thread, NULL);
	ck_assert_int_eq(stage_info(&stage).state, RUN_CANCELLED);
	ck_assert_str_eq(stage_info(&stage).reason, "cancelled by operator");
	stage_close(&stage);
}
END_TEST

START_TEST(cancel_does_not_wait_for_a_hanging_query)
{
	struct stage stage;
	int64_t from = clock_mono();

	stage_open(&stage, 10);
	text_set(&stage.interface.query, "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1"
					 " FROM k) SELECT o.* FROM order_line o, k WHERE i < 0");
	stage_switch_later(&stage, 0, "cancel", NULL);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_INTERRUPTED);
	ck_assert_int_lt(clock_mono() - from, 2000);
	ck_assert_int_eq(stage_info(&stage).state, RUN_CANCELLED);
	stage_close(&stage);
}
END_TEST

/* Found nothing at its first look, the sender is woken by the first packet, not by its clock. */
START_TEST(sending_begins_with_the_first_packet_of_a_long_reading)
{
	struct stage stage;
	int64_t from = clock_mono();

	stage_open(&stage, 2000);
	text_set(&stage.interface.query, "SELECT * FROM order_line UNION ALL SELECT o.* FROM"
					 " order_line o, (WITH RECURSIVE k(i) AS (SELECT 1 UNION"
					 " ALL SELECT i + 1 FROM k) SELECT i FROM k) WHERE i < 0");
	stage_switch_later(&stage, 200, "cancel", NULL);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_INTERRUPTED);
	ck_assert_int_lt(clock_mono() - from, 2000);
	ck_assert_int_ge(stage_info(&stage).counts.completed, 200);
	stage_close(&stage);
}
END_TEST

START_TEST(cancel_does_not_wait_for_an_org_out_of_reach)
{
	struct stage stage;
	int64_t from;

	stage_open(&stage, 10);
	text_set(&stage.connection.salesforce.domain, "http://127.0.0.1:1");
	stage_switch_later(&stage, 0, "cancel", NULL);
	from = clock_mono();
	ck_assert_int_eq(stage_process(&stage, WAIT), -ERR_INTERRUPTED);
	ck_assert_int_lt(clock_mono() - from, 2000);
	ck_assert_int_eq(stage_info(&stage).state, RUN_CANCELLED);
	stage_close(&stage);
}
END_TEST

START_TEST(stop_leaves_the_rest_for_the_next_owner)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 20000);
	stage.interface.packet = 50;
	stage_switch_later(&stage, 400, "stop", NULL);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_INTERRUPTED);
	info = stage_info(&stage);
	ck_assert(!run_state_final(info.state));
	ck_assert_int_eq(info.counts.cancelled, 0);
	ck_assert_int_lt(info.counts.completed, 20000);
	pthread_join(stage.later.thread, NULL);
	stage.later.running = false;
	atomic_store(&stage.control.stop, false);
	stage_restart(&stage);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.read, 20000);
	ck_assert_int_eq(info.counts.completed, 20000);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 20000);
	stage_close(&stage);
}
END_TEST

START_TEST(org_out_of_reach_pauses_the_run)
{
	struct stage stage;

	stage_open(&stage, 10);
	text_set(&stage.connection.salesforce.domain, "http://127.0.0.1:1");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_NET);
	ck_assert_int_eq(stage_info(&stage).state, RUN_PAUSED);
	text_set(&stage.connection.salesforce.domain, practice_url(stage.practice));
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 10);
	stage_close(&stage);
}
END_TEST

/* One kill behind the other: so many milliseconds after so many records. */
static const struct kill {
	int64_t records, ms;
} kills[][4] = {
	{ { 1, 0 }, { 50, 3 }, { 200, 0 }, { 1000, 1 } },
	{ { 0, 120 }, { 0, 150 }, { 0, 180 }, { 500, 5 } },
	{ { 1500, 2 }, { 1, 1 }, { 1, 7 }, { 1500, 0 } },
};

START_TEST(killed_upsert_loses_and_doubles_nothing)
{
	int killed = 0;
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 6000);
	stage_create_run(&stage);
	for (int i = 0; i < 4; i++) {
		killed += stage_kill_child(&stage, kills[_i][i].records, kills[_i][i].ms);
		stage_info(&stage);
	}
	ck_assert_int_gt(killed, 0); /* else nothing was tried */
	ck_assert_int_gt(stage_info(&stage).counts.read, 0);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.read, 6000);
	ck_assert_int_eq(info.counts.completed, 6000);
	ck_assert_int_eq(stage_records(&stage), 6000);
	stage_close(&stage);
}
END_TEST

START_TEST(killed_insert_doubles_nothing_and_tells_what_is_unknown)
{
	int killed = 0;
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 6000);
	stage_insert(&stage);
	stage_create_run(&stage);
	for (int i = 0; i < 4; i++)
		killed += stage_kill_child(&stage, kills[_i][i].records, kills[_i][i].ms);
	ck_assert_int_gt(killed, 0);
	ck_assert_int_gt(stage_info(&stage).counts.read, 0);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.read, 6000);
	ck_assert_int_eq(info.counts.failed, 0); /* a double would be refused: the key is unique */
	ck_assert_int_eq(info.counts.completed + info.counts.unknown, 6000);
	ck_assert_int_ge(stage_records(&stage), info.counts.completed);
	stage_close(&stage);
}
END_TEST

/* given an Insert under way / when it is killed / then only what was about to leave is in doubt */
START_TEST(killed_insert_leaves_few_rows_unknown)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 10000);
	stage_insert(&stage);
	stage_create_run(&stage);
	ck_assert(stage_kill_child(&stage, 1000, 0));
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed + info.counts.unknown, 10000);
	ck_assert_int_le(info.counts.unknown, (stage.interface.parallel + 1) * STAGE_CHILD_PACKET);
	stage_close(&stage);
}
END_TEST

START_TEST(run_that_another_process_carries_is_left_alone)
{
	struct run_claim *claim = NULL;
	struct store *store = NULL;
	struct stage stage;

	stage_open(&stage, 10);
	stage_create_run(&stage);
	ck_ok(store_open(&store, stage.home, &stage.err), &stage.err);
	ck_ok(store_begin(store, &stage.err), &stage.err);
	ck_ok(store_run_claim(&claim, store, stage.run, &stage.err), &stage.err);
	ck_ok(store_commit(store, &stage.err), &stage.err);
	ck_assert_int_eq(stage_resume(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_info(&stage).state, RUN_QUEUED);
	run_claim_free(claim);
	store_close(store);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	stage_close(&stage);
}
END_TEST

/* ---- on_error = Stop ---- */

static void make_stopping(struct stage *stage, int rows)
{
	stage_open(stage, rows);
	stage->interface.on_error = ON_ERROR_STOP;
	stage_sql(stage, "UPDATE order_line SET name = NULL WHERE id = 250");
}

START_TEST(stop_sends_what_is_before_the_failed_row_alone)
{
	struct message_window window;
	struct run_info info;
	struct stage stage;

	make_stopping(&stage, 600);
	ck_assert_int_eq(stage_process(&stage, WAIT), -ERR_UNFINISHED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_STOPPED);
	ck_assert_int_eq(info.counts.completed, 249);
	ck_assert_int_eq(info.counts.failed, 1);
	ck_assert_int_eq(info.counts.pending, 350);
	ck_assert_int_eq(stage_records(&stage), 249);
	ck_assert_msg(strstr(info.reason, "stopped behind ORD-"), "%s", info.reason);
	stage_find(&stage, &window, "status:pending");
	ck_assert_msg(text_starts(window.messages[0].comment, "held behind ORD-"), "%s",
		window.messages[0].comment);
	message_window_free(&window);
	/* it stays so until somebody settles the row */
	ck_assert_int_eq(stage_resume(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_records(&stage), 249);
	stage_close(&stage);
}
END_TEST

/* given a run that stopped at its last row, or one in the middle / when the next one comes / then
 * it reads nothing until that row is settled */
START_TEST(stop_lets_no_later_run_pass_the_failed_row)
{
	struct message_window window;
	struct stage stage;
	int64_t first, failed;

	make_stopping(&stage, _i ? 600 : 250);
	ck_assert_int_eq(stage_process(&stage, WAIT), -ERR_UNFINISHED);
	first = stage.run;
	stage_find(&stage, &window, "status:failed");
	failed = window.messages[0].id;
	message_window_free(&window);
	stage.dry_run = true;
	stage_process(&stage, 0); /* a look at what is to come changes nothing */
	stage.dry_run = false;
	stage_sql(&stage, "INSERT INTO order_line (order_no, name) VALUES ('LATE', 'late')");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_info(&stage).state, RUN_PAUSED);
	ck_assert_int_eq(stage_info(&stage).counts.read, 0);
	ck_assert_msg(strstr(stage_info(&stage).reason, "in order, run 1 goes first"), "%s",
		stage_info(&stage).reason);
	stage_event(&stage, failed, EVENT_CANCEL);
	stage.run = first;
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	stage_sql(&stage, "UPDATE order_line SET name = 'mended' WHERE id = 250");
	stage.run = first + 2;
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_str_eq(stage_field(&stage, "LATE", "Name"), "late");
	stage_close(&stage);
}
END_TEST

START_TEST(stop_goes_on_once_the_failed_row_is_mended)
{
	struct message_window window;
	struct run_info info;
	struct stage stage;
	int64_t failed;

	make_stopping(&stage, 600);
	ck_assert_int_eq(stage_process(&stage, WAIT), -ERR_UNFINISHED);
	stage_find(&stage, &window, "status:failed");
	failed = window.messages[0].id;
	message_window_free(&window);
	stage_edit(&stage, failed, "{\"Order_No__c\":\"mended\",\"Name\":\"mended\"}");
	stage_event(&stage, failed, EVENT_REPROCESS);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.completed, 600);
	ck_assert_str_eq(stage_field(&stage, "mended", "Name"), "mended");
	stage_close(&stage);
}
END_TEST

START_TEST(stop_heeds_a_row_that_failed_while_reading)
{
	struct run_info info;
	struct stage stage;

	make_stopping(&stage, 600);
	stage_sql(&stage, "UPDATE order_line SET price = 'cheap' WHERE id = 100");
	ck_assert_int_eq(stage_process(&stage, WAIT), -ERR_UNFINISHED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_STOPPED);
	ck_assert_int_eq(info.counts.completed, 99);
	ck_assert_int_eq(stage_records(&stage), 99);
	stage_close(&stage);
}
END_TEST

START_TEST(stop_keeps_the_order_through_locks)
{
	struct stage stage;
	char previous[64] = "";
	FILE *ledger;
	char *line = NULL;
	size_t room = 0;
	int rows = 0;

	stage_open(&stage, 120);
	stage_sql(&stage, "UPDATE order_line SET order_no = printf('S-%%06d', id)");
	stage.interface.on_error = ON_ERROR_STOP;
	stage.interface.packet = 20;
	stage_switch(&stage, "faults", "{\"lock\": 0.02, \"seed\": 5}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 120);
	ledger = fopen(stage.ledger, "re");
	while (getline(&line, &room, ledger) > 0) {
		const char *key = strstr(line, "S-0");

		ck_assert_ptr_nonnull(key);
		ck_assert_int_lt(strncmp(previous, key, 8), 0);
		snprintf(previous, sizeof(previous), "%.8s", key);
		rows++;
	}
	ck_assert_int_eq(rows, 120);
	free(line);
	fclose(ledger);
	stage_close(&stage);
}
END_TEST

/* ---- while it runs ---- */

struct onlooker {
	const char *home;
	int64_t run;
	atomic_bool over;
	int looks;
	bool wrong;
};

static void *look_on(void *ctx)
{
	struct onlooker *onlooker = ctx;
	struct view *view = NULL;
	struct run_info info;

	if (view_open(&view, onlooker->home, NULL))
		return NULL;
	while (!atomic_load(&onlooker->over)) {
		if (view_run(&info, view, onlooker->run, NULL) == 0 &&
			!run_counts_add_up(&info.counts))
			onlooker->wrong = true;
		onlooker->looks++;
		clock_sleep(1);
	}
	view_close(view);
	return NULL;
}

START_TEST(counts_add_up_at_every_moment)
{
	struct onlooker onlooker = { .over = false };
	struct stage stage;
	pthread_t thread;

	stage_open(&stage, 10000);
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id %% 50 = 0;"
			  "UPDATE order_line SET price = 'cheap' WHERE id %% 70 = 0");
	stage_create_run(&stage);
	onlooker.home = stage.home;
	onlooker.run = stage.run;
	ck_assert_int_eq(pthread_create(&thread, NULL, look_on, &onlooker), 0);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	atomic_store(&onlooker.over, true);
	pthread_join(thread, NULL);
	ck_assert_int_gt(onlooker.looks, 10);
	ck_assert(!onlooker.wrong);
	stage_close(&stage);
}
END_TEST

struct parallel_run {
	struct stage *stage;
	int64_t run;
	struct interface *interface;
	struct run_control control;
	int rc;
	struct err err;
};

static void *carry_parallel(void *ctx)
{
	struct parallel_run *run = ctx;

	run->rc = process_run(&run->stage->env, run->run, &run->stage->connection, run->interface,
		&run->control, WAIT, &run->err);
	return NULL;
}

static int apply_hold(void *ctx, struct store *store, struct err *err)
{
	return store_hold(store, ctx, "anna", "month end", err);
}

/* given a run that sends / when its connection is held, by whichever process / then it stops within
 * seconds, and what it had not sent waits */
START_TEST(a_hold_stops_what_is_being_sent)
{
	struct parallel_run run;
	struct stage stage;
	pthread_t thread;

	stage_open(&stage, 4000);
	stage.interface.packet = 20;
	stage.interface.parallel = 1;
	stage_create_run(&stage);
	run = (struct parallel_run){
		.stage = &stage, .run = stage.run, .interface = &stage.interface
	};
	stage_switch(&stage, "faults", "{\"slow\":\"1:50\"}");
	ck_assert_int_eq(pthread_create(&thread, NULL, carry_parallel, &run), 0);
	while (stage_records(&stage) < 40)
		clock_sleep(5);
	ck_ok(writer_call(stage.env.writer, apply_hold, stage.connection.name, &stage.err),
		&stage.err);
	pthread_join(thread, NULL);
	ck_assert_int_eq(run.rc, -ERR_REFUSED);
	ck_assert_msg(strstr(run.err.text, "is held since"), "%s", run.err.text);
	ck_assert_int_eq(stage_info(&stage).state, RUN_PAUSED);
	ck_assert_int_eq(stage_info(&stage).counts.completed, stage_records(&stage));
	ck_assert_int_lt(stage_records(&stage), 2000);
	stage_close(&stage);
}
END_TEST

/* given rows of one run that wait, and a run of another interface that read their newer versions /
 * when both send at once, the second one from the other end / then no older version comes behind a
 * newer one: what was overtaken is not sent */
START_TEST(two_runs_share_keys_in_the_order_read)
{
	struct parallel_run runs[2] = { { .rc = 1 }, { .rc = 1 } };
	struct interface other;
	struct run_info first;
	struct stage stage;
	pthread_t threads[2];

	stage_open(&stage, 3000);
	stage.interface.packet = 40;
	stage.interface.parallel = 1;
	interface_init(&other);
	ck_ok(interface_copy(&other, &stage.interface, &stage.err), &stage.err);
	text_set(&other.query, "SELECT * FROM order_line ORDER BY id DESC");
	stage_create_run(&stage);
	runs[0] = (struct parallel_run){
		.stage = &stage, .run = stage.run, .interface = &stage.interface
	};
	text_set(&stage.interface.name, "other");
	stage_create_run(&stage);
	text_set(&other.name, "other");
	text_set(&stage.interface.name, "order-lines");
	runs[1] = (struct parallel_run){ .stage = &stage, .run = stage.run, .interface = &other };
	stage_switch(&stage, "faults", "{\"slow\":\"1:10\"}");
	ck_assert_int_eq(pthread_create(&threads[0], NULL, carry_parallel, &runs[0]), 0);
	do {
		clock_sleep(5);
		ck_ok(view_run(&first, stage.view, runs[0].run, &stage.err), &stage.err);
	} while (!first.reading_done);
	ck_assert_int_lt(first.counts.completed, 1500);
	stage_sql(&stage, "UPDATE order_line SET name = 'newer'");
	ck_assert_int_eq(pthread_create(&threads[1], NULL, carry_parallel, &runs[1]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ck_ok(runs[0].rc, &runs[0].err);
	ck_ok(runs[1].rc, &runs[1].err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 3000);
	stage.run = runs[0].run;
	first = stage_info(&stage);
	ck_assert_int_gt(first.counts.cancelled, 0);
	ck_assert_int_eq(first.counts.completed + first.counts.cancelled, 3000);
	ck_assert_int_eq(first.state, RUN_DONE);
	ck_assert_int_eq(stage_records(&stage), 3000);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 3000 + first.counts.completed);
	ck_assert_int_eq(stage_requests(&stage, "/oauth2/token"), 1);
	stage_switch(&stage, "faults", "{\"slow\":0}");
	for (int i = 1; i <= 3000; i += 50) {
		char key[32];

		snprintf(key, sizeof(key), "ORD-%06d", i * 7919 % 1000003);
		ck_assert_str_eq(stage_field(&stage, key, "Name"), "newer");
	}
	interface_free_fields(&other);
	stage_close(&stage);
}
END_TEST

Suite *suite_run_ends(void)
{
	Suite *suite = suite_create("run_ends");
	TCase *tc = tcase_create("run_ends");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, cancel_ends_the_run_in_two_seconds);
	tcase_add_test(tc, cancel_asked_in_the_store_is_heeded);
	tcase_add_test(tc, cancel_does_not_wait_for_a_hanging_query);
	tcase_add_test(tc, sending_begins_with_the_first_packet_of_a_long_reading);
	tcase_add_test(tc, cancel_does_not_wait_for_an_org_out_of_reach);
	tcase_add_test(tc, stop_leaves_the_rest_for_the_next_owner);
	tcase_add_test(tc, org_out_of_reach_pauses_the_run);
	tcase_add_loop_test(tc, killed_upsert_loses_and_doubles_nothing, 0, ARRAY_SIZE(kills));
	tcase_add_loop_test(
		tc, killed_insert_doubles_nothing_and_tells_what_is_unknown, 0, ARRAY_SIZE(kills));
	tcase_add_test(tc, killed_insert_leaves_few_rows_unknown);
	tcase_add_test(tc, run_that_another_process_carries_is_left_alone);
	tcase_add_test(tc, stop_sends_what_is_before_the_failed_row_alone);
	tcase_add_loop_test(tc, stop_lets_no_later_run_pass_the_failed_row, 0, 2);
	tcase_add_test(tc, stop_goes_on_once_the_failed_row_is_mended);
	tcase_add_test(tc, stop_heeds_a_row_that_failed_while_reading);
	tcase_add_test(tc, stop_keeps_the_order_through_locks);
	tcase_add_test(tc, counts_add_up_at_every_moment);
	tcase_add_test(tc, a_hold_stops_what_is_being_sent);
	tcase_add_test(tc, two_runs_share_keys_in_the_order_read);
	suite_add_tcase(suite, tc);
	return suite;
}
