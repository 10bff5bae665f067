/* Tests of messages that are sent again: today's mapping, edited payloads, order. */

#include "base/base.h"
#include "process/suites.h"

#include "base/clock.h"
#include "base/text.h"
#include "process/retry.h"
#include "process/stage.h"

#define WAIT INT64_C(20000)

static struct stage stage;

static void teardown(void)
{
	stage_close(&stage);
}

/* The only one of the run. */
static int64_t failed_message(void)
{
	struct message_window window;
	int64_t failed;

	stage_find(&stage, &window, "status:failed");
	ck_assert_int_eq(window.count, 1);
	failed = window.messages[0].id;
	message_window_free(&window);
	return failed;
}

/* A run of `rows`, of which the first has no name. The message of that one. */
static int64_t process_one_bad(int rows)
{
	stage_open(&stage, rows);
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id = 1");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	return failed_message();
}

static struct message_detail *detail_of(int64_t message)
{
	struct message_detail *detail = NULL;

	ck_ok(view_message(&detail, stage.view, message, &stage.err), &stage.err);
	return detail;
}

/* Name comes from another column from now on. */
static void map_name(enum mapping_kind kind, const char *from)
{
	struct mapping *mapping = &stage.interface.mapping;

	for (size_t i = 0; i < mapping->count; i++) {
		if (strcmp(mapping->entries[i].field, "Name") != 0)
			continue;
		mapping->entries[i].kind = kind;
		text_set(&mapping->entries[i].text, from);
	}
}

static void send_again(int64_t message, enum message_status expected)
{
	struct message_detail *detail;

	stage_event(&stage, message, EVENT_REPROCESS);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	detail = detail_of(message);
	ck_assert_msg(detail->message.status == expected, "%s: %s", detail->message.code,
		detail->message.comment);
	message_detail_free(detail);
	ck_assert_int_eq(stage_info(&stage).state, RUN_DONE);
}

START_TEST(a_message_sent_again_is_mapped_as_today)
{
	int64_t failed = process_one_bad(50);
	struct message_detail *detail;

	map_name(MAPPING_COLUMN, "order_no");
	/* the source is not asked again: what counts is the stored row */
	stage_sql(&stage, "DROP TABLE order_line");
	send_again(failed, MESSAGE_COMPLETED);
	detail = detail_of(failed);
	ck_assert_int_eq(detail->attempt_count, 2);
	ck_assert_str_eq(stage_field(&stage, detail->message.key, "Name"), detail->message.key);
	ck_assert(detail->mapping_version == mapping_version(&stage.interface.mapping));
	ck_assert(!detail->message.edited);
	message_detail_free(detail);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 50);
	ck_assert_int_eq(stage_records(&stage), 50);
}
END_TEST

START_TEST(an_edited_payload_is_not_mapped_anew)
{
	int64_t failed = process_one_bad(5);
	struct message_detail *detail = detail_of(failed);
	char record[200];

	snprintf(record, sizeof(record), "{\"Order_No__c\":\"%s\",\"Name\":\"by hand\"}",
		detail->message.key);
	stage_edit(&stage, failed, record);
	map_name(MAPPING_COLUMN, "order_no");
	send_again(failed, MESSAGE_COMPLETED);
	ck_assert_str_eq(stage_field(&stage, detail->message.key, "Name"), "by hand");
	message_detail_free(detail);
}
END_TEST

static void check_refused_here(int64_t failed, const char *code)
{
	int64_t requests = stage_requests(&stage, "composite");
	struct message_detail *detail;

	send_again(failed, MESSAGE_FAILED);
	detail = detail_of(failed);
	ck_assert_str_eq(detail->message.code, code);
	ck_assert_int_eq(detail->attempt_count, 1);
	message_detail_free(detail);
	ck_assert_int_eq(stage_requests(&stage, "composite"), requests);
}

START_TEST(what_todays_mapping_refuses_fails_before_anything_is_sent)
{
	int64_t failed = process_one_bad(5);

	map_name(MAPPING_COLUMN, "no_such_column");
	check_refused_here(failed, "MAPPING");
}
END_TEST

START_TEST(a_mapping_that_gives_another_key_is_not_the_same_message)
{
	int64_t failed = process_one_bad(5);

	text_set(&stage.interface.mapping.entries[0].text, "quantity");
	check_refused_here(failed, "KEY_CHANGED");
}
END_TEST

START_TEST(a_reopened_run_reads_nothing_more)
{
	int64_t failed = process_one_bad(5);

	stage_sql(&stage, "INSERT INTO order_line (order_no, name) VALUES ('ORD-NEW', 'x')");
	map_name(MAPPING_COLUMN, "order_no");
	send_again(failed, MESSAGE_COMPLETED);
	ck_assert_int_eq(stage_info(&stage).counts.read, 5);
}
END_TEST

/* given an older row that failed and a younger one of its key that waits / when the older is sent
 * again and the run goes on / then the younger one still comes last */
START_TEST(an_older_row_sent_again_does_not_overwrite_a_younger_that_waits)
{
	int64_t failed;

	stage_open(&stage, 0);
	stage_sql(&stage, "INSERT INTO order_line (order_no, name)"
			  " VALUES ('K', printf('%%.*c', 81, 'x')), ('K', 'younger')");
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_info(&stage).counts.pending, 1);
	stage_switch(&stage, "faults", "{\"lock\": 0}");
	failed = failed_message();
	stage_edit(&stage, failed, "{\"Order_No__c\":\"K\",\"Name\":\"older\"}");
	stage_event(&stage, failed, EVENT_REPROCESS);
	ck_ok(stage_resume(&stage, 60000), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 2);
	ck_assert_str_eq(stage_field(&stage, "K", "Name"), "younger");
}
END_TEST

/* given a row that waits for its next try, and a younger one of its key that was never sent / when
 * the run goes on before that time / then the younger one does not go first */
START_TEST(a_row_that_waits_holds_its_key_when_the_run_goes_on)
{
	stage_open(&stage, 0);
	stage_sql(
		&stage, "INSERT INTO order_line (order_no, name) VALUES ('K', 'v1'), ('K', 'v2')");
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	retry_hurry(1);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_info(&stage).counts.pending, 2);
	stage_switch(&stage, "faults", "{\"lock\": 0}");
	ck_ok(stage_resume(&stage, 60000), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 2);
	ck_assert_str_eq(stage_field(&stage, "K", "Name"), "v2");
}
END_TEST

/* As an operator at the board: the first row that fails is mended and sent again at once. */
static void *mend_first_failed(void *ctx)
{
	struct message_window window = { 0 };
	struct filter *filter = NULL;
	struct view *view = NULL;

	(void)ctx;
	ck_assert_int_eq(view_open(&view, stage.home, NULL), 0);
	ck_assert_int_eq(filter_parse(&filter, "status:failed", 0, NULL, NULL), 0);
	while (window.count == 0) {
		message_window_free(&window);
		clock_sleep(5);
		ck_assert_int_eq(view_messages(&window, view, filter, WINDOW_AFTER, 0, 1, NULL), 0);
	}
	clock_sleep(300); /* what comes next is on its way: each answer takes 200 ms */
	stage_edit(&stage, window.messages[0].id, "{\"Order_No__c\":\"K\",\"Name\":\"older\"}");
	stage_event(&stage, window.messages[0].id, EVENT_REPROCESS);
	message_window_free(&window);
	filter_free(filter);
	view_close(view);
	return NULL;
}

/* given a run on its way, its younger row of a key still to come / when the older one, which
 * failed, is sent again meanwhile / then it is given up once the younger has completed */
START_TEST(an_older_row_sent_again_in_mid_run_does_not_overwrite_the_younger)
{
	pthread_t thread;

	stage_open(&stage, 0);
	stage_sql(&stage,
		"INSERT INTO order_line (order_no, name) VALUES ('K', printf('%%.*c', 81, 'x'));"
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20)"
		" INSERT INTO order_line (order_no, name) SELECT 'N' || i, i FROM n;"
		"INSERT INTO order_line (order_no, name) VALUES ('K', 'younger')");
	stage.interface.parallel = 1;
	stage.interface.packet = 5;
	stage.interface.mode = _i ? TRANSFER_BULK : TRANSFER_COLLECTIONS;
	stage_switch(&stage, "faults", "{\"slow\": \"1:200\"}");
	ck_assert_int_eq(pthread_create(&thread, NULL, mend_first_failed, NULL), 0);
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	pthread_join(thread, NULL);
	/* With jobs it may still go before the younger one. */
	ck_assert_int_ge(stage_info(&stage).counts.completed, 21);
	ck_assert(_i || stage_info(&stage).counts.cancelled == 1);
	ck_assert_str_eq(stage_field(&stage, "K", "Name"), "younger");
}
END_TEST

/* ---- run after run over the same source ---- */

static void check_run(int64_t completed, int64_t failed, int64_t held)
{
	struct run_info info = stage_info(&stage);

	ck_assert_int_eq(info.counts.completed, completed);
	ck_assert_int_eq(info.counts.failed, failed);
	ck_assert_int_eq(info.counts.held, held);
	ck_assert_int_eq(info.counts.read, completed + failed + held + info.counts.pending);
}

START_TEST(a_bad_row_is_stored_once_until_it_changes_and_never_undoes_its_newer_version)
{
	int64_t first = process_one_bad(6);
	struct message_detail *detail = detail_of(first);

	stage_sql(&stage, "UPDATE order_line SET name = 'changed' WHERE id = 2");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	check_run(5, 0, 1); /* still bad, unchanged: held, not stored again */
	stage_sql(&stage, "UPDATE order_line SET quantity = 77 WHERE id = 1");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	check_run(5, 1, 0); /* changed, still bad: a new message */
	stage_sql(&stage, "UPDATE order_line SET name = 'good' WHERE id = 1");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	check_run(6, 0, 0);
	ck_assert_str_eq(stage_field(&stage, detail->message.key, "Name"), "good");
	message_detail_free(detail);
	detail = detail_of(first);
	ck_assert(detail->message.superseded);
	message_detail_free(detail);
	ck_assert_int_eq(stage_records(&stage), 6);
}
END_TEST

START_TEST(a_pending_row_is_not_stored_twice_nor_overtaken)
{
	struct message_window window;
	int64_t first;

	stage_open(&stage, 4);
	stage_switch(&stage, "faults", "{\"lock\":1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_info(&stage).counts.pending, 4);
	first = stage.run;
	stage_sql(&stage, "UPDATE order_line SET name = 'newer' WHERE id = 1");
	stage_switch(&stage, "faults", "{\"lock\":0}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	check_run(0, 0, 4); /* its keys are taken by what waits */
	ck_assert_int_eq(stage_records(&stage), 0);
	stage.run = first;
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	check_run(4, 0, 0);
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	check_run(4, 0, 0);
	stage_find(&stage, &window, "run:3");
	ck_assert_str_eq(stage_field(&stage, window.messages[0].key, "Name"), "newer");
	message_window_free(&window);
	ck_assert_int_eq(stage_records(&stage), 4);
}
END_TEST

/* given rows that wait, and the run of another interface that ended in the middle, when it had sent
 * some newer versions / when the first run goes on / then these are not undone */
START_TEST(a_run_that_goes_on_undoes_nothing_of_another_one)
{
	struct run_info info;

	stage_open(&stage, 400);
	stage.interface.packet = 20;
	stage.interface.parallel = 1;
	stage_switch(&stage, "faults", "{\"lock\":1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_info(&stage).counts.pending, 400);
	stage_sql(&stage, "UPDATE order_line SET name = 'newer'");
	text_set(&stage.interface.name, "other");
	stage_switch(&stage, "faults", "{\"lock\":0, \"slow\":\"1:20\"}");
	stage_switch_later(&stage, 20, "stop", NULL);
	ck_assert_int_eq(stage_process(&stage, WAIT), -ERR_INTERRUPTED);
	info = stage_info(&stage);
	ck_assert_int_ge(info.counts.completed, 20);
	ck_assert_int_gt(info.counts.pending, 0);
	pthread_join(stage.later.thread, NULL);
	stage.later.running = false;
	atomic_store(&stage.control.stop, false);
	stage_restart(&stage);
	text_set(&stage.interface.name, "order-lines");
	stage_switch(&stage, "faults", "{\"slow\":0}");
	stage.run--;
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.cancelled, info.counts.completed);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 400 - info.counts.completed);
}
END_TEST

/* given rows of an Insert, or of an external ID that minds case, whose keys differ in case alone /
 * when the first fails and the other is made / then that does not supersede it: it is another
 * record */
START_TEST(keys_of_another_case_are_other_records_where_case_counts)
{
	struct message_window window;

	stage_open(&stage, 1);
	mapping_free(&stage.interface.mapping);
	if (_i) {
		text_set(&stage.interface.external_id, "Ref__c");
		ck_assert_int_eq(mapping_add(&stage.interface.mapping, "Ref__c", MAPPING_COLUMN,
					 "order_no", NULL_KEEP, NULL),
			0);
	} else {
		stage.interface.operation = OPERATION_INSERT;
		ck_assert(text_list_add(&stage.interface.row_key, "order_no"));
	}
	ck_assert_int_eq(mapping_add(&stage.interface.mapping, "Name", MAPPING_COLUMN, "name",
				 NULL_KEEP, NULL),
		0);
	stage_sql(&stage,
		"DELETE FROM order_line;"
		"INSERT INTO order_line (order_no, name) VALUES ('abc', NULL), ('ABC', 'x')");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	check_run(1, 1, 0);
	stage_find(&stage, &window, "status:failed");
	ck_assert_str_eq(window.messages[0].key, "abc");
	ck_assert(!window.messages[0].superseded);
	message_window_free(&window);
}
END_TEST

/* ---- Unknown, settled by evidence ---- */

/* Inserts whose answers were lost, some of them executed; how many are Unknown. */
static int64_t lose_answers(void)
{
	struct run_info info;

	stage_open(&stage, 400);
	stage_insert(&stage);
	stage.interface.packet = 20;
	stage_switch(&stage, "faults", "{\"reset-before\":0.3,\"truncate\":0.3,\"seed\":3}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	stage_switch(&stage, "faults", "{\"reset-before\":0,\"truncate\":0}");
	info = stage_info(&stage);
	ck_assert_int_gt(info.counts.unknown, 0);
	ck_assert_int_gt(stage_records(&stage), info.counts.completed);
	ck_assert_int_lt(stage_records(&stage), 400);
	return info.counts.unknown;
}

START_TEST(lost_answers_are_settled_by_what_the_org_has)
{
	int64_t unknown = lose_answers();
	struct message_window window;
	struct run_info info;
	int64_t queries;

	text_set(&stage.interface.reconcile_key, "Order_No__c");
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.unknown, unknown); /* a call may still work */
	clock_freeze(clock_now() + 11 * 60000);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.completed, stage_records(&stage));
	ck_assert_int_eq(info.counts.completed + info.counts.unknown, 400);
	stage_find(&stage, &window, "status:unknown");
	ck_assert_str_eq(window.messages[0].comment,
		"checked by Order_No__c: nothing that we created since it was sent");
	message_window_free(&window);
	stage_find(&stage, &window, "status:completed comment:\"found by Order_No__c\"");
	ck_assert_int_eq(strlen(window.messages[0].salesforce_id), 18);
	message_window_free(&window);
	/* what was looked for once is not looked for again */
	queries = stage_requests(&stage, "/query");
	ck_assert_int_gt(queries, 0);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_requests(&stage, "/query"), queries);
	clock_freeze(-1);
}
END_TEST

/* A run of two Inserts, the second with that name; what happens to it is `fault`, NULL = nothing.
 */
static int64_t insert_one(const char *no, const char *name, const char *fault)
{
	char json[64];

	stage_sql(&stage,
		"DELETE FROM order_line; INSERT INTO order_line (order_no, name) VALUES"
		" ('1-%s', 'first'), ('%s', '%s')",
		no, no, name);
	snprintf(json, sizeof(json), "{\"%s\": 1}", fault ? fault : "slow");
	stage_switch(&stage, "faults", "{\"slow\": \"1:200\"}");
	stage_switch_later(&stage, stage_records(&stage) + 1, "faults", json);
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	pthread_join(stage.later.thread, NULL);
	stage.later.running = false;
	stage_switch(&stage, "faults", "{\"reset-before\": 0, \"truncate\": 0, \"slow\": 0}");
	return stage.run;
}

/* What else has the name of the row whose answer was lost, when and in which weather it was
 * made. */
static const struct {
	const char *lost_by, *other, *comment;
	bool before;
} look_alikes[] = {
	{ "reset-before", NULL, "checked by Name: nothing that we created since it was sent",
		true },
	{ "truncate", NULL, "checked by Name: 2 records since it was sent", false },
	{ "reset-before", NULL, "is there, but message", false },
	{ "reset-before", "truncate", "is there, but 2 Unknown messages have this value", false },
};

/* given a lost answer / when the org has a record of the same value that is not for certain this
 * row's / then it stays Unknown, and says so */
START_TEST(a_look_alike_is_no_evidence)
{
	struct message_window window;
	int64_t lost;

	stage_open(&stage, 1);
	stage_insert(&stage);
	stage.interface.packet = 1;
	stage.interface.parallel = 1;
	text_set(&stage.interface.reconcile_key, "Name");
	if (look_alikes[_i].before) {
		clock_freeze(clock_now() - INT64_C(86400000));
		insert_one("OTHER", "same", look_alikes[_i].other);
		clock_freeze(-1);
	}
	lost = insert_one("LOST", "same", look_alikes[_i].lost_by);
	ck_assert_int_eq(stage_info(&stage).counts.unknown, 1);
	if (!look_alikes[_i].before)
		insert_one("OTHER", "same", look_alikes[_i].other);
	clock_freeze(clock_now() + 11 * 60000);
	stage.run = lost;
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.unknown, 1);
	stage_find(&stage, &window, "status:unknown");
	ck_assert_msg(strstr(window.messages[0].comment, look_alikes[_i].comment), "%s",
		window.messages[0].comment);
	message_window_free(&window);
	ck_assert_int_gt(stage_logged(&stage, "CreatedById"), 0);
	clock_freeze(-1);
}
END_TEST

START_TEST(evidence_that_fits_two_messages_settles_none)
{
	int64_t unknown = lose_answers();

	text_set(&stage.interface.reconcile_key, "Quantity__c"); /* many rows share a quantity */
	clock_freeze(clock_now() + 11 * 60000);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.unknown, unknown);
	clock_freeze(-1);
}
END_TEST

Suite *suite_run_again(void)
{
	Suite *suite = suite_create("run_again");
	TCase *tcase = tcase_create("run_again");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_message_sent_again_is_mapped_as_today);
	tcase_add_test(tcase, an_edited_payload_is_not_mapped_anew);
	tcase_add_test(tcase, what_todays_mapping_refuses_fails_before_anything_is_sent);
	tcase_add_test(tcase, a_mapping_that_gives_another_key_is_not_the_same_message);
	tcase_add_test(tcase,
		a_bad_row_is_stored_once_until_it_changes_and_never_undoes_its_newer_version);
	tcase_add_test(tcase, a_pending_row_is_not_stored_twice_nor_overtaken);
	tcase_add_test(tcase, a_run_that_goes_on_undoes_nothing_of_another_one);
	tcase_add_loop_test(tcase, keys_of_another_case_are_other_records_where_case_counts, 0, 2);
	tcase_add_test(tcase, lost_answers_are_settled_by_what_the_org_has);
	tcase_add_loop_test(tcase, a_look_alike_is_no_evidence, 0, ARRAY_SIZE(look_alikes));
	tcase_add_test(tcase, evidence_that_fits_two_messages_settles_none);
	tcase_add_test(tcase, a_row_that_waits_holds_its_key_when_the_run_goes_on);
	tcase_add_test(tcase, an_older_row_sent_again_does_not_overwrite_a_younger_that_waits);
	tcase_add_loop_test(
		tcase, an_older_row_sent_again_in_mid_run_does_not_overwrite_the_younger, 0, 2);
	tcase_add_test(tcase, a_reopened_run_reads_nothing_more);
	suite_add_tcase(suite, tcase);
	return suite;
}
