/* Tests of process_run() against the practice org: what becomes of every row when nothing fails but
 * rows. */

#include "process/suites.h"
#include "process/stage.h"
#include "base/clock.h"

START_TEST(every_row_arrives_once)
{
	struct stage stage;
	struct run_info info;

	stage_open(&stage, 1234);
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.mode, TRANSFER_COLLECTIONS);
	ck_assert_int_eq(info.counts.read, 1234);
	ck_assert_int_eq(info.counts.completed, 1234);
	ck_assert(info.reading_done);
	ck_assert_int_eq(stage_records(&stage), 1234);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 1234);
	ck_assert_int_eq(stage_requests(&stage, "/composite/sobjects"), 7);
	ck_assert_int_eq(info.calls, 9); /* describe, the org's name, seven packets */
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "Line 1");
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Price__c"), "0.25");
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Shipped__c"), "true");
	stage_close(&stage);
}
END_TEST

START_TEST(empty_source_is_a_run_that_is_done)
{
	struct stage stage;

	stage_open(&stage, 0);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).state, RUN_DONE);
	ck_assert_int_eq(stage_info(&stage).counts.read, 0);
	stage_close(&stage);
}
END_TEST

START_TEST(finished_run_is_not_run_again)
{
	struct stage stage;

	stage_open(&stage, 10);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 10);
	stage_close(&stage);
}
END_TEST

START_TEST(bad_rows_fail_with_their_own_words)
{
	struct message_window window;
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 500);
	stage_sql(&stage, "UPDATE order_line SET price = 'cheap' WHERE id = 7;"
			  "UPDATE order_line SET name = NULL WHERE id = 8;"
			  "UPDATE order_line SET name = printf('%%.*c', 81, 'x') WHERE id = 300;"
			  "UPDATE order_line SET order_no = '  ' WHERE id = 9");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.failed, 4);
	ck_assert_int_eq(info.counts.completed, 496);
	stage_message(&stage, &window, "ORD-047514");
	ck_assert_int_eq(window.count, 1);
	ck_assert_int_eq(window.messages[0].status, MESSAGE_FAILED);
	ck_assert_str_eq(window.messages[0].code, "INVALID_TYPE_ON_FIELD_IN_RECORD");
	ck_assert_ptr_nonnull(strstr(window.messages[0].comment, "Price"));
	message_window_free(&window);
	stage_message(&stage, &window, "ORD-055433");
	ck_assert_str_eq(window.messages[0].code, "REQUIRED_FIELD_MISSING");
	ck_assert_str_eq(window.messages[0].fields, "Name");
	message_window_free(&window);
	stage_message(&stage, &window, "ORD-367775");
	ck_assert_str_eq(window.messages[0].code, "STRING_TOO_LONG");
	message_window_free(&window);
	ck_assert_int_eq(stage_records(&stage), 496);
	stage_close(&stage);
}
END_TEST

START_TEST(rows_of_one_key_arrive_in_the_order_read)
{
	struct message_window window;
	struct stage stage;

	stage_open(&stage, 300);
	stage_sql(&stage, "INSERT INTO order_line (order_no, name) VALUES ('ORD-000000', 'second'),"
			  " (' ord-000000', 'third'), ('x', 'between'), ('ORD-000000', 'last')");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 304);
	ck_assert_int_eq(stage_records(&stage), 301);
	ck_assert_str_eq(stage_field(&stage, "ORD-000000", "Name"), "last");
	stage_message(&stage, &window, "ORD-000000");
	for (int i = 1; i < window.count; i++) {
		ck_assert_int_gt(window.messages[i].id, window.messages[i - 1].id);
		ck_assert_int_ne(MESSAGE_PACKET(window.messages[i].id),
			MESSAGE_PACKET(window.messages[i - 1].id));
	}
	message_window_free(&window);
	stage_close(&stage);
}
END_TEST

/* given versions of some rows, of which the org locks many / when the process ends, and the
 * next one goes on, in fair weather or not / then no version comes behind a newer one */
START_TEST(rows_of_one_key_keep_their_order_through_locks_and_a_resume)
{
	struct stage stage;

	stage_open(&stage, 0);
	stage.interface.packet = 7;
	stage_sql(&stage,
		"WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k LIMIT 300)"
		" INSERT INTO order_line (order_no, name) SELECT 'K' || (i %% 30), 'v' || (i / 30)"
		" FROM k");
	stage_switch(&stage, "faults", "{\"lock\": 0.2, \"seed\": 4}");
	stage_switch_later(&stage, 15, "stop", NULL);
	ck_assert_int_eq(stage_process(&stage, 120000), -ERR_INTERRUPTED);
	pthread_join(stage.later.thread, NULL);
	stage.later.running = false;
	atomic_store(&stage.control.stop, false);
	if (_i)
		stage_switch(&stage, "faults", "{\"lock\": 0}");
	stage_restart(&stage);
	ck_ok(stage_resume(&stage, 120000), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.cancelled, 0);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 0);
	ck_assert_int_eq(stage_records(&stage), 30);
	for (int i = 0; i < 30; i++) {
		char key[16];

		snprintf(key, sizeof(key), "K%d", i);
		ck_assert_str_eq(stage_field(&stage, key, "Name"), "v9");
	}
	stage_close(&stage);
}
END_TEST

START_TEST(many_rows_of_one_key_go_one_by_one)
{
	struct stage stage;

	stage_open(&stage, 0);
	stage_sql(&stage,
		"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k LIMIT 60)"
		" INSERT INTO order_line (order_no, name) SELECT 'ORD-1', 'v' || i FROM k");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 60);
	ck_assert_int_eq(stage_records(&stage), 1);
	ck_assert_str_eq(stage_field(&stage, "ORD-1", "Name"), "v60");
	stage_close(&stage);
}
END_TEST

START_TEST(failed_row_is_held_until_it_changes)
{
	struct stage stage;
	struct run_info info;

	stage_open(&stage, 50);
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id = 8");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 1);
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.held, 1);
	ck_assert_int_eq(info.counts.read, 50);
	ck_assert_int_eq(info.counts.completed, 49);
	stage_sql(&stage, "UPDATE order_line SET name = 'mended' WHERE id = 8");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.held, 0);
	ck_assert_int_eq(info.counts.completed, 50);
	ck_assert_str_eq(stage_field(&stage, "ORD-055433", "Name"), "mended");
	stage_close(&stage);
}
END_TEST

START_TEST(dry_run_counts_and_stores_nothing)
{
	struct message_window window;
	struct filter *filter = NULL;
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 700);
	stage_sql(&stage, "UPDATE order_line SET price = 'cheap' WHERE id < 4");
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.read, 700);
	ck_assert_int_eq(info.counts.skipped, 700);
	ck_assert_msg(strstr(info.reason, "697 would be sent"), "%s", info.reason);
	ck_assert_msg(strstr(info.reason, "3 cannot be sent: INVALID_TYPE"), "%s", info.reason);
	ck_ok(view_messages(&window, stage.view, filter, WINDOW_TAIL, 0, 10, &stage.err),
		&stage.err);
	ck_assert_int_eq(window.count, 0);
	message_window_free(&window);
	ck_assert_int_eq(stage_records(&stage), 0);
	stage_close(&stage);
}
END_TEST

/* What a dry run foretells, member by member. */
static void ck_foretold(struct stage *stage, const char *words)
{
	char name[96];
	char *json = NULL;

	snprintf(name, sizeof(name), PROCESS_SETTING_DRY_RUN "%s", stage->interface.name);
	ck_ok(view_setting(&json, stage->view, name, &stage->err), &stage->err);
	ck_assert_msg(json && strstr(json, words), "%s is not in %s", words, json ? json : "?");
	free(json);
}

/*
 * given records that are there, rows that are bad, odd keys / when a dry run is followed by a real
 * one / then the first has foretold what the second does, and sent nothing
 */
START_TEST(dry_run_foretells_what_the_run_does)
{
	struct stage stage;

	stage_open(&stage, 450);
	stage.limit_rows = 150;
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage.limit_rows = 0;
	stage_sql(&stage, "UPDATE order_line SET price = 'cheap' WHERE id < 4");
	stage_sql(&stage, "UPDATE order_line SET name = name || '!' WHERE id < 151");
	stage_sql(&stage, "UPDATE order_line SET order_no = 'O' || char(39, 92) WHERE id = 200");
	stage_sql(&stage, "UPDATE order_line SET order_no = lower(order_no) WHERE id = 20");
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_msg(
		strstr(stage_info(&stage).reason, "300 would be created, 147 would be updated"),
		"%s", stage_info(&stage).reason);
	ck_assert_int_eq(stage_records(&stage), 150);
	ck_foretold(&stage, "\"code\":\"INVALID_TYPE_ON_FIELD_IN_RECORD\",\"count\":3,");
	ck_foretold(&stage, "\"created\":300,\"updated\":147,");
	ck_foretold(&stage, "\"failed\":3,\"not_looked_up\":0,\"note\":null");
	stage.dry_run = false;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 3);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 447);
	ck_assert_int_eq(stage_records(&stage), 450);
	stage_close(&stage);
}
END_TEST

/* given rows of which the org refuses one with all of its packet, by a rule of its own / when a dry
 * run goes first / then it says that it cannot tell which */
START_TEST(dry_run_leaves_packets_that_fail_as_a_whole_to_the_org)
{
	struct stage stage;

	stage_open(&stage, 10);
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_foretold(&stage, "locks, triggers\"");
	stage.interface.all_or_none = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_foretold(&stage,
		"triggers, and which rows go back with one that these refuse (all_or_none)\"");
	stage.interface.on_error = ON_ERROR_STOP;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_foretold(&stage, "triggers, and how far it comes (on_error = Stop)\"");
	stage_close(&stage);
}
END_TEST

#define NO_ASSIGNMENT "\"Sforce-Auto-Assign\":\"FALSE\""
#define SAVES_DUPLICATES "\"Sforce-Duplicate-Rule-Header\":\"allowSave=true\""
#define TOGETHER "{\\\"allOrNone\\\":true,"

START_TEST(what_a_packet_may_do_is_told_to_the_org)
{
	struct stage stage;

	stage_open(&stage, 3);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_logged(&stage, NO_ASSIGNMENT), 1);
	ck_assert_int_eq(stage_logged(&stage, SAVES_DUPLICATES), 0);
	ck_assert_int_eq(stage_logged(&stage, TOGETHER), 0);
	stage.interface.auto_assign = true;
	stage.interface.allow_duplicates = true;
	stage.interface.all_or_none = true;
	stage_sql(&stage, "UPDATE order_line SET name = name || '!'");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_logged(&stage, NO_ASSIGNMENT), 1);
	ck_assert_int_eq(stage_logged(&stage, SAVES_DUPLICATES), 1);
	ck_assert_int_eq(stage_logged(&stage, TOGETHER), 1);
	stage_close(&stage);
}
END_TEST

START_TEST(limit_reads_so_many_rows)
{
	struct stage stage;

	stage_open(&stage, 700);
	stage.limit_rows = 250;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 250);
	stage_close(&stage);
}
END_TEST

START_TEST(insert_update_and_delete_do_as_they_are_called)
{
	struct interface *interface;
	struct mapping ids = { NULL, 0 };
	struct stage stage;
	char id[32];

	stage_open(&stage, 450);
	interface = &stage.interface;
	stage_insert(&stage);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 450);
	ck_assert_int_eq(stage_records(&stage), 450);

	snprintf(id, sizeof(id), "%s", stage_field(&stage, "ORD-007919", "Id"));
	stage_sql(&stage,
		"DELETE FROM order_line; INSERT INTO order_line (order_no, name)"
		" VALUES ('%s', 'renamed'), ('a0', 'no id'), ('a010000000999ZZAAA', 'gone')",
		id);
	interface->operation = OPERATION_UPDATE;
	ck_assert_int_eq(mapping_add(&ids, "Id", MAPPING_COLUMN, "order_no", NULL_KEEP, NULL), 0);
	ck_assert_int_eq(mapping_add(&ids, "Name", MAPPING_COLUMN, "name", NULL_KEEP, NULL), 0);
	mapping_free(&interface->mapping);
	interface->mapping = ids;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 1);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 2);
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "renamed");

	stage_sql(&stage, "DELETE FROM order_line WHERE name <> 'renamed'");
	interface->operation = OPERATION_DELETE;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 1);
	ck_assert_int_eq(stage_records(&stage), 449);
	stage_close(&stage);
}
END_TEST

START_TEST(scheduled_insert_needs_a_row_key)
{
	struct stage stage;

	stage_open(&stage, 5);
	stage_insert(&stage);
	stage.trigger = "schedule";
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(stage.err.text, "row_key"));
	ck_assert_int_eq(stage_info(&stage).state, RUN_STOPPED);
	ck_assert_int_eq(stage_records(&stage), 0);
	stage_close(&stage);
}
END_TEST

/* What is wrong before the first row, and the words it gets. */
static const struct {
	const char *object, *external_id, *query, *column;
	int kind;
	const char *words;
} mistakes[] = {
	{ "Order_Line__c", "Order_No__c", "SELECT * FROM nowhere", "order_no", ERR_SOURCE,
		"nowhere" },
	{ "Order_Line__c", "Order_No__c", "SELECT 1 AS one", "order_no", ERR_CONFIG, "no column" },
	{ "Order_Lines__c", "Order_No__c", "SELECT * FROM order_line", "order_no", ERR_CONFIG,
		"no Order_Lines__c" },
	{ "Order_Line__c", "Status__c", "SELECT * FROM order_line", "order_no", ERR_CONFIG,
		"no external ID" },
	{ "Account", "Legacy_No__c", "SELECT * FROM order_line", "order_no", ERR_CONFIG,
		"not unique" },
	{ "Order_Line__c", "Nope__c", "SELECT * FROM order_line", "order_no", ERR_CONFIG,
		"Nope__c" },
};

START_TEST(mistake_stops_the_run_in_plain_words)
{
	struct stage stage;
	struct interface *interface = &stage.interface;

	stage_open(&stage, 5);
	mapping_free(&interface->mapping);
	ck_assert_int_eq(mapping_add(&interface->mapping, mistakes[_i].external_id, MAPPING_COLUMN,
				 mistakes[_i].column, NULL_KEEP, NULL),
		0);
	text_set(&interface->object, mistakes[_i].object);
	text_set(&interface->external_id, mistakes[_i].external_id);
	text_set(&interface->query, mistakes[_i].query);
	ck_assert_int_eq(stage_process(&stage, 0), -mistakes[_i].kind);
	ck_assert_msg(strstr(stage.err.text, mistakes[_i].words), "%s", stage.err.text);
	ck_assert_int_eq(stage_info(&stage).state, RUN_STOPPED);
	ck_assert_str_eq(stage_info(&stage).reason, stage.err.text);
	ck_assert_int_eq(stage_requests(&stage, "/composite"), 0);
	stage_close(&stage);
}
END_TEST

START_TEST(key_that_is_not_unique_may_be_assumed)
{
	struct stage stage;
	struct interface *interface = &stage.interface;

	stage_open(&stage, 5);
	mapping_free(&interface->mapping);
	mapping_add(
		&interface->mapping, "Legacy_No__c", MAPPING_COLUMN, "order_no", NULL_KEEP, NULL);
	mapping_add(&interface->mapping, "Name", MAPPING_COLUMN, "name", NULL_KEEP, NULL);
	text_set(&interface->object, "Account");
	text_set(&interface->external_id, "Legacy_No__c");
	interface->unique_key_assumed = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 5);
	stage_close(&stage);
}
END_TEST

/* A row of the source that cannot be computed. */
#define BROKEN "SELECT *, iif(note = 'bad', json('{'), 1) AS broken FROM order_line ORDER BY id"
#define BREAK "UPDATE order_line SET note = 'bad' WHERE id = 351"
#define MEND "UPDATE order_line SET note = 'good' WHERE id = 351"

START_TEST(reading_that_breaks_sends_what_was_read_and_stops)
{
	struct stage stage;
	struct run_info info;

	stage_open(&stage, 500);
	text_set(&stage.interface.query, BROKEN);
	stage_sql(&stage, BREAK);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_SOURCE);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_STOPPED);
	ck_assert(!info.reading_done);
	ck_assert_msg(strstr(info.reason, "malformed JSON"), "%s", info.reason);
	ck_assert_int_eq(info.counts.completed, 350);
	stage_sql(&stage, MEND);
	ck_ok(stage_resume(&stage, 0), &stage.err); /* reads again and passes over what is stored */
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.read, 500);
	ck_assert_int_eq(info.counts.completed, 500);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 500);
	stage_close(&stage);
}
END_TEST

START_TEST(insert_without_a_key_sends_all_or_nothing_of_a_reading)
{
	struct stage stage;
	struct run_info info;

	stage_open(&stage, 500);
	stage_insert(&stage);
	text_set(&stage.interface.query, BROKEN);
	stage_sql(&stage, BREAK);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_SOURCE);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_STOPPED);
	ck_assert_int_eq(info.counts.cancelled, 350);
	ck_assert_int_eq(stage_records(&stage), 0);
	stage_close(&stage);
}
END_TEST

START_TEST(rows_that_all_fail_alike_halt_the_run)
{
	struct stage stage;
	struct run_info info;

	stage_open(&stage, 2000);
	stage_sql(&stage, "UPDATE order_line SET name = NULL");
	stage.interface.halt = 300;
	stage.interface.parallel = 1;
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_REFUSED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_STOPPED);
	ck_assert_msg(strstr(info.reason, "300 rows in a row failed with REQUIRED_FIELD_MISSING"),
		"%s", info.reason);
	ck_assert_int_ge(info.counts.failed, 300);
	ck_assert_int_le(info.counts.failed, 600);
	ck_assert_int_eq(info.counts.failed + info.counts.pending, 2000);
	stage_close(&stage);
}
END_TEST

/* given an external ID that is unique by word of mouth alone / when many packets go / then one
 * after the other: two at once could create a record twice */
START_TEST(assumed_uniqueness_sends_one_request_at_a_time)
{
	int64_t begun = clock_mono();
	struct stage stage;

	stage_open(&stage, 100);
	stage.interface.packet = 10;
	stage.interface.parallel = 8;
	stage.interface.unique_key_assumed = true;
	stage_switch(&stage, "faults", "{\"slow\": \"1:100\"}");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 100);
	ck_assert_int_ge(clock_mono() - begun, 10 * 100);
	stage_close(&stage);
}
END_TEST

START_TEST(rows_that_fail_now_and_then_halt_nothing)
{
	struct stage stage;

	stage_open(&stage, 1000);
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id %% 2 = 0");
	stage.interface.halt = 300;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 500);
	stage_close(&stage);
}
END_TEST

START_TEST(rows_that_none_can_be_mapped_halt_the_reading)
{
	struct stage stage;

	stage_open(&stage, 2000);
	stage_sql(&stage, "UPDATE order_line SET price = 'cheap'");
	stage.interface.halt = 300;
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_CONFIG);
	ck_assert_int_eq(stage_info(&stage).state, RUN_STOPPED);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 299);
	stage_close(&stage);
}
END_TEST

START_TEST(row_that_spoils_its_request_fails_alone)
{
	struct message_window window;
	struct stage stage;
	struct run_info info;
	int64_t bad;

	stage_open(&stage, 400);
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	ck_assert_msg(stage_process(&stage, 0) == -ERR_UNFINISHED, "%s", stage.err.text);
	stage_message(&stage, &window, "ORD-047514");
	bad = window.messages[0].id;
	message_window_free(&window);
	stage_edit(&stage, bad, "{\"Order_No__c\":\"ORD-047514\",\"Ship_Date__c\":\"never\"}");
	stage_switch(&stage, "faults", "{\"lock\": 0}");
	ck_ok(stage_resume(&stage, 60000), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.completed, 399);
	ck_assert_int_eq(info.counts.failed, 1);
	stage_message(&stage, &window, "ORD-047514");
	ck_assert_str_eq(window.messages[0].code, "JSON_PARSER_ERROR");
	message_window_free(&window);
	ck_assert_int_eq(stage_records(&stage), 399);
	stage_close(&stage);
}
END_TEST

START_TEST(preview_shows_rows_and_their_problems)
{
	struct preview *preview = NULL;
	struct stage stage;

	stage_open(&stage, 50);
	stage_sql(&stage, "UPDATE order_line SET price = 'cheap' WHERE id = 2");
	ck_ok(process_preview(&preview, &stage.env, &stage.connection, &stage.interface, 3, NULL,
		      &stage.err),
		&stage.err);
	ck_assert_int_eq(preview->row_count, 3);
	ck_assert_ptr_null(preview->note);
	ck_assert_str_eq(preview->rows[0].key, "ORD-000000");
	ck_assert_ptr_null(preview->rows[0].problem);
	ck_assert_ptr_nonnull(strstr(preview->rows[0].record, "\"Price__c\":0"));
	ck_assert_ptr_nonnull(strstr(preview->rows[1].problem, "Price"));
	ck_assert_str_eq(preview->cells[preview->column_count + 2], "Line 1");
	ck_assert_ptr_nonnull(describe_field(preview->describe, "Price__c"));
	ck_assert_ptr_null(preview->rows[0].missing);
	preview_free(preview);
	preview = NULL;
	text_set(&stage.connection.salesforce.domain, "http://127.0.0.1:1");
	ck_ok(process_preview(&preview, &stage.env, &stage.connection, &stage.interface, 3, NULL,
		      &stage.err),
		&stage.err);
	ck_assert_ptr_nonnull(preview->note);
	ck_assert_int_eq(preview->row_count, 3);
	preview_free(preview);
	stage_close(&stage);
}
END_TEST

Suite *suite_run(void)
{
	Suite *suite = suite_create("run");
	TCase *tc = tcase_create("run");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_row_arrives_once);
	tcase_add_test(tc, empty_source_is_a_run_that_is_done);
	tcase_add_test(tc, finished_run_is_not_run_again);
	tcase_add_test(tc, bad_rows_fail_with_their_own_words);
	tcase_add_test(tc, rows_of_one_key_arrive_in_the_order_read);
	tcase_add_loop_test(tc, rows_of_one_key_keep_their_order_through_locks_and_a_resume, 0, 2);
	tcase_add_test(tc, many_rows_of_one_key_go_one_by_one);
	tcase_add_test(tc, failed_row_is_held_until_it_changes);
	tcase_add_test(tc, dry_run_counts_and_stores_nothing);
	tcase_add_test(tc, dry_run_foretells_what_the_run_does);
	tcase_add_test(tc, dry_run_leaves_packets_that_fail_as_a_whole_to_the_org);
	tcase_add_test(tc, what_a_packet_may_do_is_told_to_the_org);
	tcase_add_test(tc, limit_reads_so_many_rows);
	tcase_add_test(tc, insert_update_and_delete_do_as_they_are_called);
	tcase_add_test(tc, scheduled_insert_needs_a_row_key);
	tcase_add_loop_test(tc, mistake_stops_the_run_in_plain_words, 0, ARRAY_SIZE(mistakes));
	tcase_add_test(tc, key_that_is_not_unique_may_be_assumed);
	tcase_add_test(tc, reading_that_breaks_sends_what_was_read_and_stops);
	tcase_add_test(tc, insert_without_a_key_sends_all_or_nothing_of_a_reading);
	tcase_add_test(tc, rows_that_all_fail_alike_halt_the_run);
	tcase_add_test(tc, assumed_uniqueness_sends_one_request_at_a_time);
	tcase_add_test(tc, rows_that_fail_now_and_then_halt_nothing);
	tcase_add_test(tc, rows_that_none_can_be_mapped_halt_the_reading);
	tcase_add_test(tc, row_that_spoils_its_request_fails_alone);
	tcase_add_test(tc, preview_shows_rows_and_their_problems);
	suite_add_tcase(suite, tc);
	return suite;
}
