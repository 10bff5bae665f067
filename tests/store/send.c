/* Tests of what the sender and the reader of a source ask: due packets, and keys to hold. */

#include "store/fixture.h"
#include "store/suites.h"

static struct fixture fx;

static void setup(void)
{
	fixture_open(&fx);
}

static void teardown(void)
{
	fixture_close(&fx);
}

static int due_rows(const struct packet_out *out)
{
	return row_set_count(&out->due);
}

START_TEST(a_new_packet_is_due_with_keys_and_records)
{
	int64_t packet = fixture_packet(&fx, "ORD", 3);
	struct packet_out out;
	struct err err = ERR_INIT;

	ck_ok(view_packet_due(&out, fx.view, fx.run, 0, 1, NULL, &err), &err);
	ck_assert_int_eq(out.packet, packet);
	ck_assert_int_eq(out.rows, 3);
	ck_assert_int_eq(due_rows(&out), 3);
	ck_assert_str_eq(out.keys[2], "ORD-00002");
	ck_assert_int_eq(out.record_lens[1], strlen("{\"Order_No__c\":\"ORD-00001\",\"Note\":"
						    "\"Row 1\"}"));
	ck_assert_mem_eq(out.records[1], "{\"Order_No__c\":\"ORD-00001\"", 26);
	packet_out_free(&out);
	ck_assert_int_eq(
		view_packet_due(&out, fx.view, fx.run, packet, 1, NULL, &err), -ERR_NOT_FOUND);
	ck_assert_int_eq(
		view_packet_due(&out, fx.view, fx.run + 1, 0, 1, NULL, &err), -ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_retry_is_due_when_its_time_has_come)
{
	int64_t packet = fixture_packet(&fx, "ORD", 4);
	struct packet_out out;
	struct err err = ERR_INIT;
	int64_t next = -1;

	fixture_send(&fx, packet, 0, "srsf"); /* next_try 5000 */
	ck_assert_int_eq(
		view_packet_due(&out, fx.view, fx.run, 0, 4999, &next, &err), -ERR_NOT_FOUND);
	ck_assert_int_eq(next, 5000);
	ck_ok(view_packet_due(&out, fx.view, fx.run, 0, 5000, &next, &err), &err);
	ck_assert_int_eq(due_rows(&out), 1);
	ck_assert(row_set_has(&out.due, 1));
	ck_assert_int_eq(next, 0);
	packet_out_free(&out);
	fixture_send(&fx, packet, 1, "s");
	ck_assert_int_eq(
		view_packet_due(&out, fx.view, fx.run, 0, 9999, &next, &err), -ERR_NOT_FOUND);
	ck_assert_int_eq(next, 0);
}
END_TEST

START_TEST(the_earliest_of_several_retries_is_told)
{
	static const int64_t times[] = { 9000, 7000, 8000, 9000 };
	int64_t packet = fixture_packet(&fx, "ORD", 4);
	int64_t attempt = fixture_begin(&fx, packet, 0, 4);
	struct row_result results[4];
	struct packet_out out;
	struct err err = ERR_INIT;
	int64_t next = 0;

	for (int i = 0; i < 4; i++)
		results[i] = (struct row_result){
			.position = i, .event = EVENT_RETRY, .next_try = times[i]
		};
	ck_commit(&fx, store_attempt_done(fx.store, fx.claim, attempt, 0, NULL, results, 4, &err),
		&err);
	ck_assert_int_eq(view_packet_due(&out, fx.view, fx.run, 0, 1, &next, &err), -ERR_NOT_FOUND);
	ck_assert_int_eq(next, 7000);
	ck_ok(view_packet_due(&out, fx.view, fx.run, 0, 8000, &next, &err), &err);
	ck_assert_int_eq(row_set_count(&out.due), 2);
	packet_out_free(&out);
}
END_TEST

START_TEST(a_packet_of_retries_does_not_hide_the_next_packet)
{
	int64_t first = fixture_packet(&fx, "A", 2);
	int64_t second = fixture_packet(&fx, "B", 2);
	struct packet_out out;
	struct err err = ERR_INIT;

	fixture_send(&fx, first, 0, "rr");
	ck_ok(view_packet_due(&out, fx.view, fx.run, 0, 100, NULL, &err), &err);
	ck_assert_int_eq(out.packet, second);
	packet_out_free(&out);
}
END_TEST

START_TEST(what_is_under_way_is_not_due_again)
{
	int64_t packet = fixture_packet(&fx, "ORD", 10);
	struct packet_out out;
	struct err err = ERR_INIT;

	fixture_begin(&fx, packet, 0, 9);
	ck_ok(view_packet_due(&out, fx.view, fx.run, 0, 1, NULL, &err), &err);
	ck_assert_int_eq(due_rows(&out), 1);
	ck_assert(row_set_has(&out.due, 9));
	packet_out_free(&out);
}
END_TEST

START_TEST(an_edited_payload_is_what_is_sent)
{
	int64_t packet = fixture_packet(&fx, "ORD", 2);
	struct packet_out out;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "ff");
	ck_commit(&fx,
		store_message_edit(
			fx.store, MESSAGE_ID(packet, 1), "{\"Name\":\"x\"}", "anna", &err),
		&err);
	fixture_event(&fx, MESSAGE_ID(packet, 0), EVENT_REPROCESS);
	fixture_event(&fx, MESSAGE_ID(packet, 1), EVENT_REPROCESS);
	ck_ok(view_packet_due(&out, fx.view, fx.run, 0, INT64_MAX, NULL, &err), &err);
	ck_assert_int_eq(due_rows(&out), 2);
	ck_assert_str_eq(out.records[1], "{\"Name\":\"x\"}");
	ck_assert_int_eq(out.record_lens[1], 12);
	ck_assert_mem_eq(out.records[0], "{\"Order_No__c\":\"ORD-00000\"", 26);
	packet_out_free(&out);
}
END_TEST

/* ---- a run that goes on ---- */

struct visited {
	char keys[16][32];
	int64_t numbers[16];
	int count;
};

static int visit_waiting(
	void *ctx, int64_t message, const char *key, int64_t next_try, struct err *err)
{
	struct visited *visited = ctx;

	(void)err;
	ck_assert_int_gt(message, 0);
	snprintf(visited->keys[visited->count], sizeof(visited->keys[0]), "%s", key);
	visited->numbers[visited->count++] = next_try;
	return 0;
}

static int visit_stored(
	void *ctx, const char *key, uint64_t hash, enum message_status status, struct err *err)
{
	(void)status;
	return visit_waiting(ctx, 1, key, (int64_t)hash, err);
}

START_TEST(what_was_left_behind_is_told_with_its_time)
{
	int64_t first = fixture_packet(&fx, "A", 3);
	int64_t second = fixture_packet(&fx, "B", 2);
	struct visited visited = { .count = 0 };
	struct err err = ERR_INIT;

	fixture_send(&fx, first, 0, "srs");
	fixture_send(&fx, second, 0, "rr");
	ck_ok(view_waiting_rows(fx.view, fx.run, 4999, visit_waiting, &visited, &err), &err);
	ck_assert_int_eq(visited.count, 3);
	ck_assert_str_eq(visited.keys[0], "A-00001");
	ck_assert_str_eq(visited.keys[2], "B-00001");
	ck_assert_int_eq(visited.numbers[1], 5000);
	visited.count = 0;
	ck_ok(view_waiting_rows(fx.view, fx.run, 5000, visit_waiting, &visited, &err), &err);
	ck_assert_int_eq(visited.count, 0);
}
END_TEST

START_TEST(every_stored_row_is_told_with_its_hash)
{
	struct visited visited = { .count = 0 };
	struct err err = ERR_INIT;

	fixture_packet(&fx, "A", 2);
	fixture_send(&fx, fixture_packet(&fx, "B", 1), 0, "s");
	ck_ok(view_stored_rows(fx.view, fx.run, visit_stored, &visited, &err), &err);
	ck_assert_int_eq(visited.count, 3);
	ck_assert_str_eq(visited.keys[1], "A-00001");
	ck_assert_int_eq(visited.numbers[1], 1000001);
	ck_assert_str_eq(visited.keys[2], "B-00000");
	ck_assert_int_eq(visited.numbers[2], 1000000);
}
END_TEST

START_TEST(one_packet_is_seen_as_it_is)
{
	int64_t packet = fixture_packet(&fx, "ORD", 4);
	struct packet_out out;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "sr");
	ck_ok(view_packet(&out, fx.view, packet, 100, &err), &err);
	ck_assert_int_eq(row_set_count(&out.due), 2);
	ck_assert_int_eq(row_set_count(&out.waiting), 1);
	ck_assert_int_eq(row_set_count(&out.tried), 2);
	ck_assert_int_eq(out.next_due, 5000);
	packet_out_free(&out);
	ck_assert_int_eq(view_packet(&out, fx.view, packet + 1, 100, &err), -ERR_NOT_FOUND);
}
END_TEST

/* ---- keys ---- */

struct held {
	char keys[16][32];
	bool open[16];
	uint64_t hashes[16];
	int count;
};

static int hold(void *ctx, const char *key, bool open, uint64_t failed_hash, struct err *err)
{
	struct held *held = ctx;

	(void)err;
	snprintf(held->keys[held->count], sizeof(held->keys[0]), "%s", key);
	held->open[held->count] = open;
	held->hashes[held->count++] = failed_hash;
	return 0;
}

START_TEST(open_and_failed_keys_are_held_with_their_hashes)
{
	int64_t packet = fixture_packet(&fx, "ORD", 7);
	struct held held = { .count = 0 };
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "sfrls");
	fixture_event(&fx, MESSAGE_ID(packet, 6), EVENT_CANCEL);
	ck_ok(view_open_keys(fx.view, "orders", 0, hold, &held, &err), &err);
	ck_assert_int_eq(held.count, 4);
	ck_assert_str_eq(held.keys[0], "ORD-00001");
	ck_assert(!held.open[0]);
	ck_assert_uint_eq(held.hashes[0], 1000001);
	ck_assert_str_eq(held.keys[1], "ORD-00002"); /* Pending */
	ck_assert_str_eq(held.keys[2], "ORD-00003"); /* Unknown */
	ck_assert_str_eq(held.keys[3], "ORD-00005"); /* New */
	ck_assert(held.open[1] && held.open[2] && held.open[3]);
}
END_TEST

START_TEST(keys_of_other_interfaces_and_of_the_run_itself_are_free)
{
	struct held held = { .count = 0 };
	struct err err = ERR_INIT;

	fixture_packet(&fx, "ORD", 3);
	ck_ok(view_open_keys(fx.view, "lines", 0, hold, &held, &err), &err);
	ck_ok(view_open_keys(fx.view, "orders", fx.run, hold, &held, &err), &err);
	ck_assert_int_eq(held.count, 0);
}
END_TEST

START_TEST(a_failed_message_that_was_superseded_holds_nothing)
{
	int64_t old = fixture_packet(&fx, "ORD", 2);
	struct held held = { .count = 0 };
	struct err err = ERR_INIT;
	int64_t young;

	fixture_send(&fx, old, 0, "fs");
	young = fixture_packet(&fx, "ORD", 1);
	fixture_send(&fx, young, 0, "s");
	fixture_state(&fx, fx.claim, RUN_DONE);
	ck_ok(view_open_keys(fx.view, "orders", 0, hold, &held, &err), &err);
	ck_assert_int_eq(held.count, 0);
}
END_TEST

static int refuse(void *ctx, const char *key, bool open, uint64_t failed_hash, struct err *err)
{
	(void)ctx;
	(void)key;
	(void)open;
	(void)failed_hash;
	return err_set(err, ERR_LIMIT, "enough");
}

START_TEST(a_listener_may_end_the_walk)
{
	struct err err = ERR_INIT;

	fixture_packet(&fx, "ORD", 3);
	ck_assert_int_eq(view_open_keys(fx.view, "orders", 0, refuse, NULL, &err), -ERR_LIMIT);
	fixture_packet(&fx, "NEXT", 1); /* the view left no lock behind */
}
END_TEST

Suite *suite_send(void)
{
	Suite *suite = suite_create("store/send");
	TCase *tc = tcase_create("send");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_new_packet_is_due_with_keys_and_records);
	tcase_add_test(tc, a_retry_is_due_when_its_time_has_come);
	tcase_add_test(tc, the_earliest_of_several_retries_is_told);
	tcase_add_test(tc, a_packet_of_retries_does_not_hide_the_next_packet);
	tcase_add_test(tc, what_is_under_way_is_not_due_again);
	tcase_add_test(tc, an_edited_payload_is_what_is_sent);
	tcase_add_test(tc, what_was_left_behind_is_told_with_its_time);
	tcase_add_test(tc, every_stored_row_is_told_with_its_hash);
	tcase_add_test(tc, one_packet_is_seen_as_it_is);
	tcase_add_test(tc, open_and_failed_keys_are_held_with_their_hashes);
	tcase_add_test(tc, keys_of_other_interfaces_and_of_the_run_itself_are_free);
	tcase_add_test(tc, a_failed_message_that_was_superseded_holds_nothing);
	tcase_add_test(tc, a_listener_may_end_the_walk);
	suite_add_tcase(suite, tc);
	return suite;
}
