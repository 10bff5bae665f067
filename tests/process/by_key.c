/* Tests of Update and Delete by external ID: Ids that are looked up right before rows leave. */

#include "process/suites.h"
#include "process/stage.h"

#include <json-c/json.h>

#define WAIT 120000

/* Map `field`=column pairs, as the interface's whole mapping. */
static void map(struct stage *stage, enum operation operation, const char *external_id,
	const char *const *pairs)
{
	struct interface *interface = &stage->interface;

	mapping_free(&interface->mapping);
	interface->operation = operation;
	text_set(&interface->external_id, external_id);
	for (; pairs[0]; pairs += 2)
		ck_assert_int_eq(mapping_add(&interface->mapping, pairs[0], MAPPING_COLUMN,
					 pairs[1], NULL_KEEP, NULL),
			0);
}

static const char *const by_order_no[] = { "Order_No__c", "order_no", "Name", "name", NULL };

/* So many records in the org, then an interface of that operation over the same rows. */
static void open_with_records(struct stage *stage, int rows, enum operation operation)
{
	stage_open(stage, rows);
	ck_ok(stage_process(stage, 0), &stage->err);
	map(stage, operation, "Order_No__c", by_order_no);
}

static void ck_message(struct stage *stage, const char *key, const char *code, const char *comment)
{
	struct message_window window;

	stage_message(stage, &window, key);
	ck_assert_int_eq(window.count, 1);
	ck_assert_str_eq(window.messages[0].code, code);
	ck_assert_msg(
		strstr(window.messages[0].comment, comment), "\"%s\"", window.messages[0].comment);
	message_window_free(&window);
}

/* The one message that failed with that code. */
static void ck_failed(struct stage *stage, const char *code, const char *comment)
{
	struct message_window window;
	char filter[100];

	snprintf(filter, sizeof(filter), "status:failed code:%s", code);
	stage_find(stage, &window, filter);
	ck_assert_int_eq(window.count, 1);
	ck_assert_msg(
		strstr(window.messages[0].comment, comment), "\"%s\"", window.messages[0].comment);
	message_window_free(&window);
}

START_TEST(update_finds_its_records_by_their_key)
{
	struct message_detail *detail;
	struct message_window window;
	struct stage stage;

	open_with_records(&stage, 450, OPERATION_UPDATE);
	stage_sql(&stage, "UPDATE order_line SET name = 'v2 ' || id;"
			  "UPDATE order_line SET order_no = '  ' || lower(order_no) WHERE id = 2;"
			  "UPDATE order_line SET order_no = 'O' || char(39, 92) WHERE id = 300;"
			  "UPDATE order_line SET order_no = '' WHERE id = 301");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 448);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 2);
	ck_message(&stage, "O'\\", "NOT_FOUND", "no Order_Line__c has Order_No__c O'\\");
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "v2 2");
	ck_assert_int_eq(stage_records(&stage), 450);
	ck_assert_int_eq(stage_requests(&stage, "/query"), 4); /* one for the org's name */

	/* the Id goes into the request alone: whoever sends the row again asks anew */
	stage_message(&stage, &window, "ord-007919");
	ck_ok(view_message(&detail, stage.view, window.messages[0].id, &stage.err), &stage.err);
	ck_assert_str_eq(detail->record, "{\"Order_No__c\":\"  ord-007919\",\"Name\":\"v2 2\"}");
	ck_assert_str_eq(detail->message.salesforce_id, stage_field(&stage, "ORD-007919", "Id"));
	message_detail_free(detail);
	message_window_free(&window);
	stage_close(&stage);
}
END_TEST

/* given a row whose record is not there / when it comes and the message is sent again / then its
 * Id is found */
START_TEST(a_message_that_is_sent_again_looks_anew)
{
	struct message_window window;
	struct stage stage;
	int64_t message;

	open_with_records(&stage, 3, OPERATION_UPDATE);
	stage_sql(&stage, "INSERT INTO order_line (order_no, name) VALUES ('LATE', 'v2')");
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage_find(&stage, &window, "status:failed");
	message = window.messages[0].id;
	message_window_free(&window);
	stage.interface.operation = OPERATION_UPSERT;
	stage_sql(&stage, "UPDATE order_line SET name = 'v1' WHERE order_no = 'LATE'");
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage.interface.operation = OPERATION_UPDATE;
	stage.run--;
	stage_event(&stage, message, EVENT_FORCE);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 4);
	ck_assert_str_eq(stage_field(&stage, "LATE", "Name"), "v2");
	stage_close(&stage);
}
END_TEST

START_TEST(delete_finds_its_records_by_their_key)
{
	struct stage stage;

	open_with_records(&stage, 450, OPERATION_DELETE);
	stage_sql(&stage, "UPDATE order_line SET order_no = 'NONE' WHERE id = 7");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 449);
	ck_message(&stage, "NONE", "NOT_FOUND", "no Order_Line__c has Order_No__c NONE");
	ck_assert_int_eq(stage_records(&stage), 1);
	stage_close(&stage);
}
END_TEST

/* In the first, look-ups fail before anything was sent; in the second, the answers of deletes. */
static const char *const storms[] = {
	"{\"reset-after\": 0.3, \"503\": 0.1, \"seed\": 15}",
	"{\"reset-after\": 0.3, \"503\": 0.1, \"seed\": 18}",
};

/* given deletes whose answers get lost / when they are repeated / then rows that are not there any
 * more are Completed, and one that never was is Failed */
START_TEST(repeated_delete_is_told_from_one_that_found_nothing)
{
	struct stage stage;

	open_with_records(&stage, 60, OPERATION_DELETE);
	stage.interface.packet = 30;
	stage.interface.parallel = 1;
	stage_sql(&stage, "UPDATE order_line SET order_no = 'NONE' WHERE id = 60");
	stage_switch(&stage, "faults", storms[_i]);
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 59);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 1);
	ck_assert_int_eq(stage_records(&stage), 1);
	stage_close(&stage);
}
END_TEST

START_TEST(key_of_several_records_fails)
{
	static const char *const accounts[] = { "Legacy_No__c", "order_no", "Name", "name", NULL };
	struct stage stage;

	stage_open(&stage, 2);
	text_set(&stage.interface.object, "Account");
	stage_sql(&stage, "UPDATE order_line SET order_no = 'A';"
			  "INSERT INTO order_line (order_no, name) VALUES ('B', 'one')");
	map(&stage, OPERATION_INSERT, NULL, accounts);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 3);
	map(&stage, OPERATION_UPDATE, "Legacy_No__c", accounts);
	stage_sql(&stage, "DELETE FROM order_line WHERE id = 1");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 1);
	ck_message(
		&stage, "A", "DUPLICATE_EXTERNAL_ID", "2 records of Account have Legacy_No__c A");
	stage_close(&stage);
}
END_TEST

START_TEST(several_fields_make_a_key)
{
	static const char *const pairs[] = { "Name", "name", "Quantity__c", "quantity", "Note__c",
		"note", NULL };
	struct stage stage;

	stage_open(&stage, 230);
	stage_sql(
		&stage, "UPDATE order_line SET name = 'line ' || (id %% 100), quantity = id / 100");
	ck_ok(stage_process(&stage, 0), &stage.err);
	map(&stage, OPERATION_UPDATE, "Name, Quantity__c", pairs);
	stage_sql(&stage, "UPDATE order_line SET note = 'by two ' || id;"
			  "UPDATE order_line SET name = 'LINE 5' WHERE id = 105;"
			  "UPDATE order_line SET quantity = NULL WHERE id = 106;"
			  "UPDATE order_line SET quantity = 7 WHERE id = 107");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 228);
	ck_failed(&stage, "NOT_FOUND", "has Name line 7, Quantity__c 7");
	ck_failed(&stage, "MISSING_ARGUMENT", "Name, Quantity__c not specified");
	/* id 105: Name and Quantity__c of several rows are those of others, together they are its
	 */
	ck_assert_str_eq(stage_field(&stage, "ORD-823576", "Note__c"), "by two 105");
	stage_close(&stage);
}
END_TEST

/* given rows of which some have their Salesforce Id / then these are not looked for */
START_TEST(a_row_with_its_own_id_goes_by_it)
{
	static const char *const pairs[] = { "Id", "note", "Order_No__c", "order_no", "Name",
		"name", NULL };
	struct stage stage;
	char id[32];

	open_with_records(&stage, 4, OPERATION_UPDATE);
	map(&stage, OPERATION_UPDATE, "Order_No__c", pairs);
	snprintf(id, sizeof(id), "%s", stage_field(&stage, "ORD-007919", "Id"));
	stage_sql(&stage,
		"UPDATE order_line SET name = 'v2', note = NULL;"
		"UPDATE order_line SET order_no = NULL, note = '%s' WHERE id = 2;"
		"UPDATE order_line SET note = '  ' WHERE id = 3;"
		"UPDATE order_line SET note = 'a0' WHERE id = 4",
		id);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 3);
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "v2");
	ck_assert_str_eq(stage_field(&stage, "ORD-015838", "Name"), "v2");
	ck_message(&stage, id, "", "");
	ck_message(&stage, "ORD-023757", "MALFORMED_ID", "malformed id a0");
	stage_close(&stage);
}
END_TEST

/* In order, and all or none: a row that has no record holds the others as one that the org refused.
 */
START_TEST(a_missing_record_stops_what_is_in_order)
{
	struct stage stage;
	struct run_info info;

	open_with_records(&stage, 50, OPERATION_UPDATE);
	stage.interface.on_error = ON_ERROR_STOP;
	stage_sql(&stage, "UPDATE order_line SET name = 'v2';"
			  "UPDATE order_line SET order_no = 'NONE' WHERE id = 20");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_STOPPED);
	ck_assert_int_eq(info.counts.completed, 19);
	ck_assert_int_eq(info.counts.failed, 1);
	ck_assert_int_eq(info.counts.pending, 30);
	ck_assert_msg(strstr(info.reason, "stopped behind NONE: NOT_FOUND"), "%s", info.reason);
	ck_assert_str_eq(stage_field(&stage, "ORD-166299", "Name"), "Line 21");
	stage_close(&stage);
}
END_TEST

START_TEST(a_missing_record_spoils_all_or_none)
{
	struct stage stage;

	open_with_records(&stage, 50, OPERATION_UPDATE);
	stage.interface.all_or_none = true;
	stage.interface.packet = 25;
	stage_sql(&stage, "UPDATE order_line SET name = 'v2';"
			  "UPDATE order_line SET order_no = 'NONE' WHERE id = 20");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 25);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 25);
	ck_message(&stage, "ORD-007919", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "not all rows");
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "Line 1");
	stage_close(&stage);
}
END_TEST

/* given an org in trouble / then rows wait for their look-up as for the call itself */
START_TEST(look_ups_that_fail_are_repeated)
{
	struct stage stage;

	open_with_records(&stage, 90, OPERATION_UPDATE);
	stage.interface.packet = 30;
	stage.interface.parallel = 1;
	stage_sql(&stage, "UPDATE order_line SET name = 'v2'");
	stage_switch(
		&stage, "faults", "{\"503\": 0.15, \"truncate\": 0.15, \"401\": 0.2, \"seed\": 7}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 90);
	stage_switch(&stage, "faults", "{\"503\": 0, \"truncate\": 0, \"401\": 0}");
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "v2");
	stage_close(&stage);
}
END_TEST

START_TEST(killed_on_its_way_it_goes_on)
{
	struct stage stage;

	open_with_records(&stage, 600, OPERATION_UPDATE);
	stage.interface.packet = 50;
	stage.interface.parallel = 1;
	stage_sql(&stage, "UPDATE order_line SET name = 'v2'");
	stage_create_run(&stage);
	stage.kill_path = "/query";
	ck_assert(stage_kill_child(&stage, 4, 0));
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 600);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 0);
	stage_close(&stage);
}
END_TEST

START_TEST(bulk_carries_the_ids_that_were_found)
{
	struct stage stage;

	open_with_records(&stage, 450, OPERATION_UPDATE);
	stage.interface.mode = TRANSFER_BULK;
	stage_sql(&stage, "UPDATE order_line SET name = 'v2';"
			  "UPDATE order_line SET order_no = 'NONE-' || id WHERE id IN (7, 300)");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 448);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 2);
	ck_message(&stage, "NONE-7", "NOT_FOUND", "no Order_Line__c has");
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "v2");
	ck_assert_int_eq(stage_requests(&stage, "/composite/sobjects"), 3); /* all of the upsert */

	stage.interface.operation = OPERATION_DELETE;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 448);
	ck_assert_int_eq(stage_records(&stage), 2);
	ck_assert_int_eq(stage_requests(&stage, "/composite/sobjects"), 3);
	stage_close(&stage);
}
END_TEST

/* A job whose owner was killed, before or behind its upload: the next one looks the Ids up anew. */
static const struct {
	enum operation operation;
	int requests;
} killed_jobs[] = {
	{ OPERATION_UPDATE, 4 },
	{ OPERATION_DELETE, 4 },
};

START_TEST(killed_in_a_job_it_goes_on)
{
	struct stage stage;

	open_with_records(&stage, 300, killed_jobs[_i].operation);
	stage.interface.mode = TRANSFER_BULK;
	stage_sql(&stage, "UPDATE order_line SET name = 'v2';"
			  "UPDATE order_line SET order_no = 'NONE' WHERE id = 7");
	stage_create_run(&stage);
	stage.kill_path = "/jobs/ingest";
	ck_assert(stage_kill_child(&stage, killed_jobs[_i].requests, 0));
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 299);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 1);
	ck_assert_int_eq(
		stage_records(&stage), killed_jobs[_i].operation == OPERATION_DELETE ? 1 : 300);
	stage_close(&stage);
}
END_TEST

START_TEST(key_that_is_not_there_is_refused_at_once)
{
	static const char *const pairs[] = { "Nope__c", "order_no", "Name", "name", NULL };
	struct stage stage;

	stage_open(&stage, 2);
	map(&stage, OPERATION_UPDATE, "Nope__c", pairs);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_CONFIG);
	ck_assert_msg(strstr(stage.err.text, "no field Nope__c"), "%s", stage.err.text);
	stage_close(&stage);
}
END_TEST

/* Dry run and real run count alike. */
static const struct {
	enum operation operation;
	const char *foretold;
	int completed, failed;
} foretold[] = {
	{ OPERATION_UPDATE, "247 would be updated", 247, 3 },
	{ OPERATION_DELETE, "247 would be deleted", 247, 3 },
};

START_TEST(dry_run_foretells_what_is_found)
{
	struct stage stage;

	open_with_records(&stage, 250, foretold[_i].operation);
	stage_sql(&stage, "UPDATE order_line SET order_no = 'NONE-' || id WHERE id > 248;"
			  "UPDATE order_line SET order_no = lower(order_no) WHERE id = 3;"
			  "UPDATE order_line SET order_no = ' ' WHERE id = 4");
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_msg(strstr(stage_info(&stage).reason, foretold[_i].foretold), "%s",
		stage_info(&stage).reason);
	ck_assert_msg(strstr(stage_info(&stage).reason, "3 cannot be sent: "), "%s",
		stage_info(&stage).reason);
	stage.dry_run = false;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, foretold[_i].completed);
	ck_assert_int_eq(stage_info(&stage).counts.failed, foretold[_i].failed);
	stage_close(&stage);
}
END_TEST

/*
 * given lines of which some name a parent that is not there, or one that several accounts have /
 * when a dry run is followed by a real one / then both fail the same rows with the same codes
 */
START_TEST(dry_run_foretells_missing_parents)
{
	static const char *const accounts[] = { "Ext_Id__c", "order_no", "Name", "name", NULL };
	static const char *const lines[] = { "Order_No__c", "order_no", "Name", "name",
		"Account__r.Ext_Id__c", "note", NULL };
	struct stage stage;
	char *found = NULL;

	stage_open(&stage, 3);
	text_set(&stage.interface.object, "Account");
	map(&stage, OPERATION_UPSERT, "Ext_Id__c", accounts);
	ck_ok(stage_process(&stage, 0), &stage.err);
	text_set(&stage.interface.object, "Order_Line__c");
	map(&stage, OPERATION_UPSERT, "Order_No__c", lines);
	stage_sql(&stage,
		"DELETE FROM order_line;"
		"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k LIMIT 450)"
		" INSERT INTO order_line (order_no, name, note) SELECT 'L-' || i, 'line',"
		" CASE i %% 5 WHEN 0 THEN 'NONE-' || i WHEN 1 THEN 'ord-007919'"
		" WHEN 2 THEN NULL ELSE 'ORD-000000' END FROM k;"
		"UPDATE order_line SET name = NULL WHERE id IN (1, 5)");
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_msg(strstr(stage_info(&stage).reason, "359 would be created"), "%s",
		stage_info(&stage).reason);
	ck_ok(view_setting(&found, stage.view, PROCESS_SETTING_DRY_RUN "order-lines", &stage.err),
		&stage.err);
	ck_assert_msg(strstr(found, "\"code\":\"INVALID_FIELD\",\"count\":90,"), "%s", found);
	ck_assert_msg(
		strstr(found, "\"code\":\"REQUIRED_FIELD_MISSING\",\"count\":1,"), "%s", found);
	free(found);
	stage.dry_run = false;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 359);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 91);
	ck_failed(&stage, "REQUIRED_FIELD_MISSING", "Name");
	stage_close(&stage);
}
END_TEST

/*
 * given two interfaces of one batch, parents and children, and nothing in the org / when both run
 * dry / then the children find the parents that would be there, and no others
 */
START_TEST(dry_runs_of_a_batch_know_of_each_other)
{
	static const char *const accounts[] = { "Ext_Id__c", "order_no", "Name", "name", NULL };
	static const char *const lines[] = { "Order_No__c", "order_no", "Name", "name",
		"Account__r.Ext_Id__c", "note", NULL };
	struct stage stage;

	stage_open(&stage, 20);
	stage_sql(&stage, "UPDATE order_line SET note = lower(order_no);"
			  "UPDATE order_line SET note = 'NOBODY' WHERE id = 20;"
			  "UPDATE order_line SET name = NULL WHERE id = 3");
	stage.dry_run = true;
	for (stage.batch = 7; stage.batch < 9; stage.batch++) {
		text_set(&stage.interface.object, "Account");
		map(&stage, OPERATION_UPSERT, "Ext_Id__c", accounts);
		if (stage.batch == 7)
			ck_ok(stage_process(&stage, 0), &stage.err);
		text_set(&stage.interface.object, "Order_Line__c");
		map(&stage, OPERATION_UPSERT, "Order_No__c", lines);
		ck_ok(stage_process(&stage, 0), &stage.err);
		/* not the row without a name, whose parent would not be there either */
		ck_assert_msg(strstr(stage_info(&stage).reason,
				      stage.batch == 7 ? " 18 would be sent" : " 0 would be sent"),
			"%s", stage_info(&stage).reason);
	}
	stage_close(&stage);
}
END_TEST

/* ---- a dry run and the run behind it, code by code ---- */

static int64_t foretold_count(struct json_object *found, const char *code)
{
	struct json_object *problems = json_object_object_get(found, "problems");

	for (size_t i = 0; i < json_object_array_length(problems); i++) {
		struct json_object *problem = json_object_array_get_idx(problems, i);

		if (text_equal(
			    json_object_get_string(json_object_object_get(problem, "code")), code))
			return json_object_get_int64(json_object_object_get(problem, "count"));
	}
	return 0;
}

/* What became of the last run's messages is what the dry run said. */
static void ck_agrees(struct stage *stage, struct json_object *found)
{
	static const char *const codes[] = { "INVALID_TYPE_ON_FIELD_IN_RECORD",
		"REQUIRED_FIELD_MISSING", "STRING_TOO_LONG", "MISSING_ARGUMENT", "INVALID_FIELD",
		"NUMBER_OUTSIDE_VALID_RANGE" };
	int64_t counts[ARRAY_SIZE(codes)] = { 0 }, created = 0, updated = 0, failed = 0;
	struct message_window window;

	ck_ok(view_messages(&window, stage->view, NULL, WINDOW_TAIL, 0, 1000, &stage->err),
		&stage->err);
	for (int i = 0; i < window.count; i++) {
		const struct message *message = &window.messages[i];

		if (message->run != stage->run)
			continue;
		failed += message->status == MESSAGE_FAILED;
		created += message->status == MESSAGE_COMPLETED && message->created;
		updated += message->status == MESSAGE_COMPLETED && !message->created;
		for (size_t k = 0; k < ARRAY_SIZE(codes); k++)
			counts[k] += text_equal(message->code, codes[k]);
	}
	message_window_free(&window);
	for (size_t k = 0; k < ARRAY_SIZE(codes); k++) {
		ck_assert_msg(counts[k] == foretold_count(found, codes[k]),
			"%s: %" PRId64 ", foretold %" PRId64, codes[k], counts[k],
			foretold_count(found, codes[k]));
		ck_assert_msg(counts[k] > 0, "%s is not among the rows", codes[k]);
	}
	ck_assert_int_eq(created, json_object_get_int64(json_object_object_get(found, "created")));
	ck_assert_int_eq(updated, json_object_get_int64(json_object_object_get(found, "updated")));
	ck_assert_int_eq(failed, json_object_get_int64(json_object_object_get(found, "failed")));
}

START_TEST(dry_run_and_run_agree_on_nasty_rows)
{
	static const char *const lines[] = { "Order_No__c", "order_no", "Name", "name", "Price__c",
		"price", "Quantity__c", "quantity", "Account__r.Ext_Id__c", "note", NULL };
	static const char *const accounts[] = { "Ext_Id__c", "order_no", "Name", "name", NULL };
	struct json_object *found;
	struct stage stage;
	char *text = NULL;

	stage_open(&stage, 5);
	text_set(&stage.interface.object, "Account");
	map(&stage, OPERATION_UPSERT, "Ext_Id__c", accounts);
	ck_ok(stage_process(&stage, 0), &stage.err);
	text_set(&stage.interface.object, "Order_Line__c");
	map(&stage, OPERATION_UPSERT, "Order_No__c", lines);
	stage_sql(&stage,
		"DELETE FROM order_line;"
		"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k LIMIT 460)"
		" INSERT INTO order_line (id, order_no, name, quantity, price, note)"
		" SELECT i, 'N-' || i, 'line', i, i / 2.0, 'ORD-007919' FROM k");
	stage.limit_rows = 150;
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage.limit_rows = 0;
	stage_sql(&stage,
		"UPDATE order_line SET name = 'v2';"
		"UPDATE order_line SET price = 'cheap' WHERE id %% 17 = 1;"
		"UPDATE order_line SET name = NULL WHERE id %% 17 = 2;"
		"UPDATE order_line SET name = printf('%%.*c', 81, 'x') WHERE id %% 17 = 3;"
		"UPDATE order_line SET order_no = '  ' WHERE id %% 17 = 4;"
		"UPDATE order_line SET note = 'NOBODY-' || id WHERE id %% 17 = 5;"
		"UPDATE order_line SET order_no = 'N''-' || char(92) || id WHERE id %% 17 = 6;"
		"UPDATE order_line SET order_no = 'n-' || (id - 1) WHERE id %% 17 = 8;"
		"UPDATE order_line SET order_no = lower(order_no) WHERE id %% 17 = 9;"
		"UPDATE order_line SET quantity = 99999999999 WHERE id %% 17 = 10;"
		"UPDATE order_line SET note = NULL WHERE id %% 17 = 11;"
		"UPDATE order_line SET order_no = ' N-' || (id - 1), name = NULL WHERE id %% 17 = "
		"12;"
		"UPDATE order_line SET note = 'nobody', name = NULL WHERE id %% 17 = 13");
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_ok(view_setting(&text, stage.view, PROCESS_SETTING_DRY_RUN "order-lines", &stage.err),
		&stage.err);
	found = json_tokener_parse(text);
	stage.dry_run = false;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_agrees(&stage, found);
	json_object_put(found);
	free(text);
	stage_close(&stage);
}
END_TEST

static struct json_object *foretell(struct stage *stage)
{
	struct json_object *found;
	char *text = NULL;

	stage->dry_run = true;
	ck_ok(stage_process(stage, 0), &stage->err);
	ck_ok(view_setting(&text, stage->view, PROCESS_SETTING_DRY_RUN "order-lines", &stage->err),
		&stage->err);
	found = json_tokener_parse(text);
	free(text);
	stage->dry_run = false;
	return found;
}

static int64_t failed_with(struct stage *stage, const char *code)
{
	struct message_window window;
	struct filter *filter = NULL;
	char words[100];
	int count;

	snprintf(words, sizeof(words), "run:%" PRId64 " status:failed code:%s", stage->run, code);
	ck_ok(filter_parse(&filter, words, 0, NULL, &stage->err), &stage->err);
	ck_ok(view_messages(&window, stage->view, filter, WINDOW_AFTER, 0, 1000, &stage->err),
		&stage->err);
	filter_free(filter);
	count = window.count;
	message_window_free(&window);
	return count;
}

/*
 * given packets that come or go back as a whole, and rows in two of them that fail / when a dry run
 * is followed by a real one / then it has foretold which others go back, and that what went back is
 * not there for rows behind
 */
START_TEST(dry_run_foretells_what_goes_back_with_a_bad_row)
{
	static const char *const lines[] = { "Order_No__c", "order_no", "Name", "name", "Price__c",
		"price", "Account__r.Ext_Id__c", "note", NULL };
	struct json_object *found;
	struct stage stage;

	stage_open(&stage, 200);
	map(&stage, OPERATION_UPSERT, "Order_No__c", lines);
	stage.interface.all_or_none = true;
	stage.interface.packet = 20;
	stage.interface.parallel = 1;
	stage_sql(&stage,
		"UPDATE order_line SET note = NULL;"
		"UPDATE order_line SET note = 'NOBODY' WHERE id IN (25, 26);" /* 21 .. 40 */
		"UPDATE order_line SET price = 'cheap' WHERE id IN (50, 70);" /* refused here */
		"UPDATE order_line SET name = NULL WHERE id = 105;"	      /* 101 .. 110 */
		"UPDATE order_line SET order_no = (SELECT o.order_no FROM order_line AS o WHERE"
		" o.id = 103) WHERE id = 111;" /* a packet ends before it, and it comes after all */
		"UPDATE order_line SET order_no = (SELECT o.order_no FROM order_line AS o WHERE"
		" o.id = 90) WHERE id = 130");
	found = foretell(&stage);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.failed,
		json_object_get_int64(json_object_object_get(found, "failed")));
	ck_assert_int_eq(failed_with(&stage, "ALL_OR_NONE_OPERATION_ROLLED_BACK"), 18 + 9);
	ck_assert_int_eq(foretold_count(found, "ALL_OR_NONE_OPERATION_ROLLED_BACK"), 18 + 9);
	ck_assert_int_eq(foretold_count(found, "INVALID_FIELD"), 2);
	ck_assert_int_eq(json_object_get_int64(json_object_object_get(found, "created")),
		stage_records(&stage));
	ck_assert_int_eq(json_object_get_int64(json_object_object_get(found, "updated")), 1);
	json_object_put(found);
	stage_close(&stage);
}
END_TEST

/* ---- Upsert ---- */

static const char *const with_ids[] = { "Id", "note", "Order_No__c", "order_no", "Name", "name",
	NULL };

/*
 * given rows of an Upsert of which some have their Salesforce Id / then these are updated by it,
 * the others go by their external ID, and a dry run has foretold it
 */
START_TEST(upsert_goes_by_the_id_of_a_row_that_has_one)
{
	struct stage stage;
	char id[32];

	open_with_records(&stage, 10, OPERATION_UPSERT);
	map(&stage, OPERATION_UPSERT, "Order_No__c", with_ids);
	stage.interface.on_error = _i ? ON_ERROR_STOP : ON_ERROR_CONTINUE;
	snprintf(id, sizeof(id), "%s", stage_field(&stage, "ORD-007919", "Id"));
	stage_sql(&stage,
		"UPDATE order_line SET name = 'v2', note = NULL;"
		"UPDATE order_line SET order_no = NULL, note = '%s' WHERE id = 2;"
		"UPDATE order_line SET order_no = 'NEW' WHERE id = 4",
		id);
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_msg(strstr(stage_info(&stage).reason, "1 would be created, 9 would be updated"),
		"%s", stage_info(&stage).reason);
	stage.dry_run = false;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 10);
	ck_assert_int_eq(stage_records(&stage), 11);
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "v2");
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Id"), id);
	ck_assert_str_eq(stage_field(&stage, "NEW", "Name"), "v2");
	/* in order: one row, the one with its Id, the rest; else those without it first */
	ck_assert_int_eq(stage_requests(&stage, "/composite/sobjects"), 1 + (_i ? 3 : 2));
	stage_close(&stage);
}
END_TEST

static const char *const by_two[] = { "Order_No__c", "order_no", "Name", "name", "Quantity__c",
	"quantity", "Note__c", "note", NULL };

static void open_upsert_by_two(struct stage *stage, int rows)
{
	stage_open(stage, rows);
	stage_sql(stage, "UPDATE order_line SET name = 'line ' || (id %% 50), quantity = id / 50");
	map(stage, OPERATION_UPSERT, "Name,Quantity__c", by_two);
	stage->interface.unique_key_assumed = true;
}

START_TEST(upsert_by_several_fields_creates_what_it_does_not_find)
{
	struct message_window window;
	struct stage stage;

	open_upsert_by_two(&stage, 120);
	stage.limit_rows = 60;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_records(&stage), 60);
	stage.limit_rows = 0;
	stage_sql(&stage, "UPDATE order_line SET note = 'v2', order_no = 'N' || id WHERE id %% 2");
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_msg(strstr(stage_info(&stage).reason, "60 would be created, 60 would be updated"),
		"%s", stage_info(&stage).reason);
	stage.dry_run = false;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 120);
	ck_assert_int_eq(stage_records(&stage), 120);
	ck_assert_str_eq(stage_field(&stage, "N59", "Note__c"), "v2");
	stage_find(&stage, &window, "key:\"line 19|1\"");
	ck_assert(window.messages[0].created);
	message_window_free(&window);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_records(&stage), 120);
	stage_close(&stage);
}
END_TEST

/*
 * given records for half of a packet, and an answer to their update that gets lost / then they are
 * Unknown, the other half is created, and none is doubled
 */
START_TEST(upsert_by_several_fields_doubles_nothing)
{
	struct stage stage;
	struct run_info info;

	open_upsert_by_two(&stage, 120);
	stage.limit_rows = 60;
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage.limit_rows = 0;
	stage_switch(&stage, "faults", "{\"reset-after\": 0.3, \"seed\": 9}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed + info.counts.unknown, 120);
	ck_assert_int_eq(info.counts.unknown, 60);
	ck_assert_int_eq(stage_records(&stage), 120);
	stage_close(&stage);
}
END_TEST

Suite *suite_by_key(void)
{
	Suite *suite = suite_create("by_key");
	TCase *tc = tcase_create("by_key");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, update_finds_its_records_by_their_key);
	tcase_add_test(tc, a_message_that_is_sent_again_looks_anew);
	tcase_add_test(tc, delete_finds_its_records_by_their_key);
	tcase_add_loop_test(
		tc, repeated_delete_is_told_from_one_that_found_nothing, 0, ARRAY_SIZE(storms));
	tcase_add_test(tc, key_of_several_records_fails);
	tcase_add_test(tc, several_fields_make_a_key);
	tcase_add_test(tc, a_row_with_its_own_id_goes_by_it);
	tcase_add_test(tc, a_missing_record_stops_what_is_in_order);
	tcase_add_test(tc, a_missing_record_spoils_all_or_none);
	tcase_add_test(tc, look_ups_that_fail_are_repeated);
	tcase_add_test(tc, killed_on_its_way_it_goes_on);
	tcase_add_test(tc, bulk_carries_the_ids_that_were_found);
	tcase_add_loop_test(tc, killed_in_a_job_it_goes_on, 0, ARRAY_SIZE(killed_jobs));
	tcase_add_test(tc, key_that_is_not_there_is_refused_at_once);
	tcase_add_loop_test(tc, dry_run_foretells_what_is_found, 0, ARRAY_SIZE(foretold));
	tcase_add_test(tc, dry_run_foretells_missing_parents);
	tcase_add_test(tc, dry_runs_of_a_batch_know_of_each_other);
	tcase_add_test(tc, dry_run_foretells_what_goes_back_with_a_bad_row);
	tcase_add_test(tc, dry_run_and_run_agree_on_nasty_rows);
	tcase_add_loop_test(tc, upsert_goes_by_the_id_of_a_row_that_has_one, 0, 2);
	tcase_add_test(tc, upsert_by_several_fields_creates_what_it_does_not_find);
	tcase_add_test(tc, upsert_by_several_fields_doubles_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
