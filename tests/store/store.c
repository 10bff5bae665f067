/* Tests of store.h: runs, claims, packets and attempts, and that every count stays true. */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/clock.h"
#include "store/private.h"

static struct fixture fx;

static void setup(void)
{
	fixture_open(&fx);
}

static void teardown(void)
{
	fixture_verify(&fx);
	fixture_close(&fx);
}

static enum message_status status_of(int64_t packet, int position)
{
	struct message_detail *detail = NULL;
	struct err err = ERR_INIT;
	enum message_status status;

	ck_ok(view_message(&detail, fx.view, MESSAGE_ID(packet, position), &err), &err);
	status = detail->message.status;
	message_detail_free(detail);
	return status;
}

/* One letter a row: N P(rocessing) W(aiting) C F U X. */
static void check_statuses(int64_t packet, const char *expected)
{
	for (int i = 0; expected[i]; i++)
		ck_assert_msg("NPWCFUX"[status_of(packet, i)] == expected[i],
			"row %d is %s, expected %c of %s", i,
			message_status_name(status_of(packet, i)), expected[i], expected);
}

/* ---- packets and attempts ---- */

START_TEST(counts_follow_a_packet_from_new_to_its_end)
{
	int64_t packet = fixture_packet(&fx, "ORD", 5);
	struct run_counts counts = fixture_counts(&fx, fx.run);
	int64_t attempt;

	ck_assert_int_eq(counts.read, 5);
	ck_assert_int_eq(counts.pending, 5);
	attempt = fixture_begin(&fx, packet, 0, 5);
	fixture_verify(&fx);
	check_statuses(packet, "PPPPP");
	fixture_done(&fx, attempt, 0, "ssfrl");
	check_statuses(packet, "CCFWU");
	counts = fixture_counts(&fx, fx.run);
	ck_assert_int_eq(counts.read, 5);
	ck_assert_int_eq(counts.completed, 2);
	ck_assert_int_eq(counts.failed, 1);
	ck_assert_int_eq(counts.pending, 1);
	ck_assert_int_eq(counts.unknown, 1);
}
END_TEST

/* What is sent from a fresh packet of eight, what is answered, and what the rows are then. */
static const struct {
	int from, to;
	const char *answer, *statuses;
} parts[] = {
	{ 0, 8, "ssssssss", "CCCCCCCC" },
	{ 0, 8, "ffffffff", "FFFFFFFF" },
	{ 0, 8, "rrrrrrrr", "WWWWWWWW" },
	{ 0, 8, "llllllll", "UUUUUUUU" },
	{ 0, 8, "rrrrrrrs", "WWWWWWWC" },
	{ 0, 8, "srrflrsl", "CWWFUWCU" },
	{ 0, 1, "s", "CNNNNNNN" },
	{ 7, 8, "f", "NNNNNNNF" },
	{ 0, 4, "srfl", "CWFUNNNN" },
	{ 4, 8, "ssss", "NNNNCCCC" },
	{ 1, 8, "ssssssr", "NCCCCCCW" },
	{ 0, 7, "lllllll", "UUUUUUUN" },
};

START_TEST(a_part_of_a_packet_moves_alone)
{
	int64_t packet = fixture_packet(&fx, "ORD", 8);
	int64_t attempt = fixture_begin(&fx, packet, parts[_i].from, parts[_i].to);

	fixture_verify(&fx);
	fixture_done(&fx, attempt, parts[_i].from, parts[_i].answer);
	check_statuses(packet, parts[_i].statuses);
}
END_TEST

START_TEST(halves_may_be_under_way_together)
{
	int64_t packet = fixture_packet(&fx, "ORD", 200);
	int64_t first = fixture_begin(&fx, packet, 0, 100);
	int64_t second = fixture_begin(&fx, packet, 100, 200);

	fixture_verify(&fx);
	fixture_done(&fx, second, 100, letters('s', 100));
	fixture_verify(&fx);
	fixture_done(&fx, first, 0, letters('r', 100));
	ck_assert_int_eq(status_of(packet, 99), MESSAGE_PENDING);
	ck_assert_int_eq(status_of(packet, 100), MESSAGE_COMPLETED);
}
END_TEST

/* What most rows do is said once, by the packet; a row of its own is for the others. */
static const struct {
	char most, other;
	int own;
} shares[] = { { 's', 'f', 1 }, { 'r', 's', 1 }, { 'l', 's', 1 }, { 's', 'r', 1 },
	{ 'f', 's', 199 }, { 'r', 'r', 0 } };

START_TEST(only_exceptions_have_rows_of_their_own)
{
	static const char sql[] = "SELECT count(*) FROM message";
	int64_t packet = fixture_packet(&fx, "ORD", 200);
	char answer[201];
	struct err err = ERR_INIT;
	int64_t own = -1;

	snprintf(answer, sizeof(answer), "%s", letters(shares[_i].most, 200));
	answer[77] = shares[_i].other;
	fixture_send(&fx, packet, 0, answer);
	ck_ok(db_number(&own, &fx.store->db, sql, &err), &err);
	ck_assert_int_eq(own, shares[_i].own);
}
END_TEST

START_TEST(a_message_is_tried_until_it_ends)
{
	int64_t packet = fixture_packet(&fx, "ORD", 3);
	struct message_detail *detail = NULL;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "srr");
	fixture_send(&fx, packet, 1, "rf");
	fixture_send(&fx, packet, 1, "s");
	check_statuses(packet, "CCF");
	ck_ok(view_message(&detail, fx.view, MESSAGE_ID(packet, 1), &err), &err);
	ck_assert_int_eq(detail->message.attempts, 3);
	ck_assert_int_eq(detail->attempt_count, 3);
	ck_assert_str_eq(detail->attempts[0].result,
		"UNABLE_TO_LOCK_ROW: unable to obtain exclusive access");
	ck_assert_str_eq(detail->attempts[2].result, "updated a015g00000ABC01AAH");
	ck_assert_str_eq(detail->attempts[0].request_id, "req-1");
	ck_assert_int_eq(detail->attempts[0].http_status, 200);
	ck_assert_str_eq(detail->message.salesforce_id, fixture_salesforce_id(1));
	ck_assert_str_eq(detail->message.comment, "");
	ck_assert_str_eq(detail->record, "{\"Order_No__c\":\"ORD-00001\",\"Note\":\"Row 1\"}");
	ck_assert_str_eq(detail->source, "source of ORD-00001");
	ck_assert_str_eq(detail->object, "Order__c");
	ck_assert_str_eq(detail->connection, "erp");
	ck_assert(detail->mapping_version == 0xfedcba9876543210u);
	message_detail_free(detail);
}
END_TEST

START_TEST(rows_refused_here_fail_with_code_and_text)
{
	struct row_in rows[3] = {
		{ .key = "A", .source = "a", .source_len = 1, .record = "{}", .record_len = 2 },
		{ .key = "",
			.source = "b",
			.source_len = 1,
			.record = "",
			.record_len = 0,
			.reject = "BLANK_KEY: the key is blank" },
		{ .key = "C",
			.source = "",
			.source_len = 0,
			.record = "{}",
			.record_len = 2,
			.reject = "value too long: 300 of 255" },
	};
	struct message_window window;
	struct err err = ERR_INIT;
	int64_t packet;

	ck_commit(&fx, store_packet_add(&packet, fx.store, fx.claim, rows, 3, &err), &err);
	check_statuses(packet, "NFF");
	ck_assert_int_eq(fixture_counts(&fx, fx.run).failed, 2);
	ck_ok(view_messages(&window, fx.view, NULL, WINDOW_TAIL, 0, 3, &err), &err);
	ck_assert_str_eq(window.messages[1].code, "BLANK_KEY");
	ck_assert_str_eq(window.messages[1].comment, "the key is blank");
	ck_assert_str_eq(window.messages[2].code, "");
	ck_assert_str_eq(window.messages[2].comment, "value too long: 300 of 255");
	message_window_free(&window);
	fixture_send(&fx, packet, 0, "s");
}
END_TEST

START_TEST(a_packet_has_one_to_two_hundred_rows)
{
	static struct row_in rows[PACKET_ROWS_MAX + 1];
	struct err err = ERR_INIT;
	int64_t packet;

	ck_refused(
		&fx, store_packet_add(&packet, fx.store, fx.claim, rows, 0, &err), ERR_USAGE, &err);
	ck_refused(&fx,
		store_packet_add(&packet, fx.store, fx.claim, rows, PACKET_ROWS_MAX + 1, &err),
		ERR_USAGE, &err);
}
END_TEST

static struct row_set one_row(int position)
{
	struct row_set set = { { 0 } };

	row_set_add(&set, position);
	return set;
}

START_TEST(what_is_not_waiting_cannot_be_sent)
{
	int64_t packet = fixture_packet(&fx, "ORD", 4);
	struct row_set none = { { 0 } };
	struct err err = ERR_INIT;
	int64_t attempt;

	fixture_send(&fx, packet, 0, "sfl");
	for (int i = 0; i < 3; i++) {
		struct row_set row = one_row(i);

		ck_refused(&fx,
			store_attempt_begin(&attempt, fx.store, fx.claim, packet, &row, "r", &err),
			ERR_UNFINISHED, &err);
		ck_assert(err.retryable);
		ck_assert_ptr_nonnull(strstr(err.text, "cannot be sent"));
	}
	for (int i = 4; i < 201; i += 196) {
		struct row_set row = one_row(i);

		ck_refused(&fx,
			store_attempt_begin(&attempt, fx.store, fx.claim, packet, &row, "r", &err),
			ERR_USAGE, &err);
	}
	ck_refused(&fx, store_attempt_begin(&attempt, fx.store, fx.claim, packet, &none, "r", &err),
		ERR_USAGE, &err);
	ck_refused(&fx,
		store_attempt_begin(&attempt, fx.store, fx.claim, packet + 1, &none, "r", &err),
		ERR_NOT_FOUND, &err);
}
END_TEST

START_TEST(an_answer_must_fit_its_attempt)
{
	static const struct {
		int positions[4];
		int count;
	} answers[] = {
		{ { 1, 2 }, 2 },       /* one missing */
		{ { 1, 2, 2 }, 3 },    /* one twice */
		{ { 1, 2, 3, 0 }, 4 }, /* one that was not sent */
		{ { 1, 2, 9 }, 3 },    /* one that does not exist */
		{ { 1, 2, -1 }, 3 },
	};
	int64_t packet = fixture_packet(&fx, "ORD", 5);
	int64_t attempt = fixture_begin(&fx, packet, 1, 4);
	struct row_result results[4];
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		for (int j = 0; j < answers[i].count; j++)
			results[j] = (struct row_result){ .position = answers[i].positions[j],
				.event = EVENT_SUCCEED };
		ck_refused(&fx,
			store_attempt_done(fx.store, fx.claim, attempt, 200, NULL, results,
				answers[i].count, &err),
			ERR_PROTOCOL, &err);
	}
	fixture_done(&fx, attempt, 1, "sss");
	ck_refused(&fx,
		store_attempt_done(fx.store, fx.claim, attempt, 200, NULL, results, 3, &err),
		ERR_USAGE, &err);
}
END_TEST

START_TEST(cancelling_the_rest_leaves_what_was_sent)
{
	int64_t sent = fixture_packet(&fx, "A", 6);
	int64_t fresh = fixture_packet(&fx, "B", 200);
	struct err err = ERR_INIT;
	int64_t rows = 0;

	fixture_send(&fx, sent, 0, "sfrl");
	fixture_begin(&fx, sent, 4, 5);
	ck_commit(&fx, store_run_cancel_rest(&rows, fx.store, fx.claim, "bert", &err), &err);
	check_statuses(sent, "CFXUPX");
	ck_assert_int_eq(status_of(fresh, 199), MESSAGE_CANCELLED);
	ck_assert_int_eq(rows, 2 + 200);
	ck_assert_int_eq(fixture_counts(&fx, fx.run).cancelled, 202);
}
END_TEST

/* ---- runs ---- */

START_TEST(a_run_says_what_it_was_made_with)
{
	struct run_info run;
	struct err err = ERR_INIT;

	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_str_eq(run.interface, "orders");
	ck_assert_str_eq(run.connection, "erp");
	ck_assert_str_eq(run.integration, "ERP");
	ck_assert_str_eq(run.object, "Order__c");
	ck_assert_str_eq(run.external_id, "Order_No__c");
	ck_assert_str_eq(run.trigger, "manual");
	ck_assert_str_eq(run.who, "anna");
	ck_assert_int_eq(run.operation, OPERATION_UPSERT);
	ck_assert_int_eq(run.state, RUN_QUEUED);
	ck_assert_int_eq(run.started, 0);
	ck_assert_int_eq(view_run(&run, fx.view, fx.run + 1, &err), -ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_run_changes_what_it_is_told_and_nothing_else)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct run_info run;
	struct err err = ERR_INIT;

	clock_freeze(1000);
	change.state = RUN_READING;
	change.mode = TRANSFER_BULK;
	change.mode_why = "3,000 rows are more than 2,000";
	change.held_add = 2;
	change.skipped_add = 3;
	change.calls_add = 7;
	ck_commit(&fx, store_run_update(fx.store, fx.claim, &change, &err), &err);
	clock_freeze(2000);
	change = (struct run_change)RUN_CHANGE_NONE;
	change.reading_done = true;
	change.reason = "waits";
	change.read_add = 1;
	change.held_add = 1;
	ck_commit(&fx, store_run_update(fx.store, fx.claim, &change, &err), &err);
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_int_eq(run.state, RUN_READING);
	ck_assert_int_eq(run.mode, TRANSFER_BULK);
	ck_assert_str_eq(run.mode_why, "3,000 rows are more than 2,000");
	ck_assert_str_eq(run.reason, "waits");
	ck_assert(run.reading_done);
	ck_assert_int_eq(run.started, 1000);
	ck_assert_int_eq(run.progress, 2000);
	ck_assert_int_eq(run.ended, 0);
	ck_assert_int_eq(run.calls, 7);
	ck_assert_int_eq(run.counts.read, 6);
	ck_assert_int_eq(run.counts.held, 3);
	ck_assert_int_eq(run.counts.skipped, 3);
	change = (struct run_change)RUN_CHANGE_NONE;
	change.state = RUN_STOPPED;
	change.reason = "";
	ck_commit(&fx, store_run_update(fx.store, fx.claim, &change, &err), &err);
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_int_eq(run.ended, 2000);
	ck_assert_str_eq(run.reason, "");
	clock_freeze(-1);
}
END_TEST

START_TEST(rows_that_are_read_must_be_somewhere)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct err err = ERR_INIT;

	change.read_add = 5;
	change.held_add = 4;
	ck_refused(&fx, store_run_update(fx.store, fx.claim, &change, &err), ERR_USAGE, &err);
}
END_TEST

START_TEST(a_run_is_not_done_while_something_waits)
{
	struct run_change change = RUN_CHANGE_NONE;
	int64_t packet = fixture_packet(&fx, "ORD", 2);
	struct err err = ERR_INIT;

	change.state = RUN_DONE;
	fixture_send(&fx, packet, 0, "sr");
	ck_refused(&fx, store_run_update(fx.store, fx.claim, &change, &err), ERR_UNFINISHED, &err);
	ck_assert(err.retryable);
	fixture_send(&fx, packet, 1, "l");
	fixture_state(&fx, fx.claim, RUN_DONE);
}
END_TEST

/* given a row that is in Salesforce, and whose write-back is owed / when its run is to be Done /
 * then it is not, until that is recorded */
START_TEST(a_run_is_not_done_while_a_write_back_is_owed)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct written_row row = { .position = 0, .as = WRITTEN_DONE };
	struct err err = ERR_INIT;
	int64_t packet;

	change.wants = WRITE_BACK_SUCCESS;
	ck_commit(&fx, store_run_update(fx.store, fx.claim, &change, &err), &err);
	packet = fixture_packet(&fx, "ORD", 1);
	fixture_send(&fx, packet, 0, "s");
	change.wants = 0;
	change.state = RUN_DONE;
	ck_refused(&fx, store_run_update(fx.store, fx.claim, &change, &err), ERR_UNFINISHED, &err);
	ck_commit(&fx, store_written(fx.store, fx.claim, packet, &row, 1, &err), &err);
	fixture_state(&fx, fx.claim, RUN_DONE);
}
END_TEST

START_TEST(runs_are_listed_newest_first_and_open_ones_oldest_first)
{
	struct run_claim *claims[3] = { NULL };
	struct run_info *runs = NULL;
	struct err err = ERR_INIT;
	int count = 0;

	for (int i = 0; i < 3; i++)
		fixture_run(&fx, i == 1 ? "lines" : "orders", &claims[i]);
	fixture_state(&fx, claims[0], RUN_DONE);
	ck_ok(view_runs(&runs, &count, fx.view, NULL, 0, 3, &err), &err);
	ck_assert_int_eq(count, 3);
	ck_assert_int_eq(runs[0].id, 4);
	ck_assert_int_eq(runs[2].id, 2);
	free(runs);
	ck_ok(view_runs(&runs, &count, fx.view, "orders", 4, 10, &err), &err);
	ck_assert_int_eq(count, 2);
	ck_assert_int_eq(runs[0].id, 2);
	ck_assert_int_eq(runs[1].id, 1);
	free(runs);
	ck_ok(view_open_runs(&runs, &count, fx.view, &err), &err);
	ck_assert_int_eq(count, 3);
	ck_assert_int_eq(runs[0].id, 1);
	ck_assert_int_eq(runs[1].id, 3);
	free(runs);
	for (int i = 0; i < 3; i++)
		run_claim_free(claims[i]);
}
END_TEST

START_TEST(asking_to_cancel_reaches_the_owner_with_a_name)
{
	struct run_info run;
	struct err err = ERR_INIT;

	ck_commit(&fx, store_run_ask_cancel(fx.store, fx.run, "bert", &err), &err);
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert(run.cancel_asked);
	ck_assert_str_eq(run.cancel_who, "bert");
	ck_refused(&fx, store_run_ask_cancel(fx.store, 99, "bert", &err), ERR_NOT_FOUND, &err);
}
END_TEST

START_TEST(the_pace_is_that_of_the_last_seconds)
{
	struct run_info run;
	struct err err = ERR_INIT;
	int64_t packet;

	clock_freeze(100000);
	fixture_state(&fx, fx.claim, RUN_SENDING);
	for (int i = 1; i <= 20; i++) {
		packet = fixture_packet(&fx, "ORD", 100);
		clock_freeze(100000 + i * 1000);
		fixture_send(&fx, packet, 0, letters('s', i <= 10 ? 100 : 10));
	}
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_double_ge(run.rows_per_second, 9.0);
	ck_assert_double_le(run.rows_per_second, 13.0);
	fixture_state(&fx, fx.claim, RUN_STOPPED);
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_double_ge(run.rows_per_second, 54.0);
	ck_assert_double_le(run.rows_per_second, 56.0);
	clock_freeze(-1);
}
END_TEST

START_TEST(a_pause_is_no_part_of_the_pace)
{
	struct run_info run;
	struct err err = ERR_INIT;
	int64_t packets[3];

	clock_freeze(100000);
	fixture_state(&fx, fx.claim, RUN_SENDING);
	for (int i = 0; i < 3; i++)
		packets[i] = fixture_packet(&fx, "ORD", 100);
	for (int i = 0; i < 2; i++) {
		clock_freeze(110000 + i * 10000);
		fixture_send(&fx, packets[i], 0, letters('s', 100));
	}
	fixture_state(&fx, fx.claim, RUN_PAUSED);
	clock_freeze(500000);
	fixture_state(&fx, fx.claim, RUN_SENDING);
	clock_freeze(501000);
	fixture_send(&fx, packets[2], 0, letters('s', 100));
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_double_ge(run.rows_per_second, 99.0);
	ck_assert_double_le(run.rows_per_second, 101.0);
	clock_freeze(-1);
}
END_TEST

/* ---- transactions ---- */

START_TEST(nothing_is_written_outside_of_a_transaction)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct err err = ERR_INIT;
	struct run_claim *claim = NULL;
	struct row_set row = one_row(0);
	int64_t number;

	ck_assert_int_eq(
		store_run_create(&number, fx.store, &(struct run_spec){ 0 }, &err), -ERR_STORE);
	ck_assert_int_eq(store_run_claim(&claim, fx.store, fx.run, &err), -ERR_STORE);
	ck_assert_int_eq(store_run_update(fx.store, fx.claim, &change, &err), -ERR_STORE);
	ck_assert_int_eq(store_run_ask_cancel(fx.store, fx.run, "x", &err), -ERR_STORE);
	ck_assert_int_eq(store_packet_add(&number, fx.store, fx.claim, NULL, 1, &err), -ERR_STORE);
	ck_assert_int_eq(
		store_attempt_begin(&number, fx.store, fx.claim, 1, &row, "r", &err), -ERR_STORE);
	ck_assert_int_eq(
		store_attempt_done(fx.store, fx.claim, 1, 200, NULL, NULL, 0, &err), -ERR_STORE);
	ck_assert_int_eq(store_attempts_settle(&number, fx.store, fx.claim, EVENT_RETRY, "", &err),
		-ERR_STORE);
	ck_assert_int_eq(store_run_cancel_rest(&number, fx.store, fx.claim, "x", &err), -ERR_STORE);
	ck_assert_int_eq(
		store_message_event(fx.store, 256, EVENT_CANCEL, "x", NULL, &err), -ERR_STORE);
	ck_assert_int_eq(store_message_edit(fx.store, 256, "{}", "x", &err), -ERR_STORE);
	ck_assert_int_eq(store_setting(fx.store, "a", "b", &err), -ERR_STORE);
	ck_assert_int_eq(store_audit(fx.store, "x", "y", 0, 0, NULL, &err), -ERR_STORE);
	ck_assert_int_eq(store_savepoint(fx.store, &err), -ERR_STORE);
	ck_assert_int_eq(store_commit(fx.store, &err), -ERR_STORE);
}
END_TEST

START_TEST(undoing_a_job_keeps_the_others_of_its_turn)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct err err = ERR_INIT;

	ck_ok(store_begin(fx.store, &err), &err);
	change.calls_add = 1;
	ck_ok(store_run_update(fx.store, fx.claim, &change, &err), &err);
	ck_ok(store_savepoint(fx.store, &err), &err);
	change.calls_add = 10;
	ck_ok(store_run_update(fx.store, fx.claim, &change, &err), &err);
	store_undo(fx.store);
	ck_ok(store_savepoint(fx.store, &err), &err);
	change.calls_add = 100;
	ck_ok(store_run_update(fx.store, fx.claim, &change, &err), &err);
	ck_ok(store_release(fx.store, &err), &err);
	ck_ok(store_commit(fx.store, &err), &err);
	{
		struct run_info run;

		ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
		ck_assert_int_eq(run.calls, 101);
	}
}
END_TEST

Suite *suite_store(void)
{
	Suite *suite = suite_create("store/store");
	TCase *tc = tcase_create("store");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, counts_follow_a_packet_from_new_to_its_end);
	tcase_add_loop_test(tc, a_part_of_a_packet_moves_alone, 0, (int)ARRAY_SIZE(parts));
	tcase_add_test(tc, halves_may_be_under_way_together);
	tcase_add_loop_test(tc, only_exceptions_have_rows_of_their_own, 0, (int)ARRAY_SIZE(shares));
	tcase_add_test(tc, a_message_is_tried_until_it_ends);
	tcase_add_test(tc, rows_refused_here_fail_with_code_and_text);
	tcase_add_test(tc, a_packet_has_one_to_two_hundred_rows);
	tcase_add_test(tc, what_is_not_waiting_cannot_be_sent);
	tcase_add_test(tc, an_answer_must_fit_its_attempt);
	tcase_add_test(tc, cancelling_the_rest_leaves_what_was_sent);
	tcase_add_test(tc, a_run_says_what_it_was_made_with);
	tcase_add_test(tc, a_run_changes_what_it_is_told_and_nothing_else);
	tcase_add_test(tc, rows_that_are_read_must_be_somewhere);
	tcase_add_test(tc, a_run_is_not_done_while_something_waits);
	tcase_add_test(tc, a_run_is_not_done_while_a_write_back_is_owed);
	tcase_add_test(tc, runs_are_listed_newest_first_and_open_ones_oldest_first);
	tcase_add_test(tc, asking_to_cancel_reaches_the_owner_with_a_name);
	tcase_add_test(tc, the_pace_is_that_of_the_last_seconds);
	tcase_add_test(tc, a_pause_is_no_part_of_the_pace);
	tcase_add_test(tc, nothing_is_written_outside_of_a_transaction);
	tcase_add_test(tc, undoing_a_job_keeps_the_others_of_its_turn);
	suite_add_tcase(suite, tc);
	return suite;
}
