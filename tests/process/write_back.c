/* Tests of the write-back: what became of each row stands in the source, at least once. */

#include "process/stage.h"
#include "process/suites.h"
#include "process/write_back.h"
#include "base/clock.h"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#define GUARDED                                                                                    \
	"UPDATE order_line SET state = 'sent', sf = :salesforce_id, word = :status || ':'"         \
	" || :comment WHERE order_no = :order_no AND changed = :changed"

/* The classic: rows that are new, and a statement that marks them as sent. */
static void open_stage(struct stage *stage, int rows)
{
	stage_open(stage, rows);
	stage_sql(stage,
		"ALTER TABLE order_line ADD COLUMN state TEXT DEFAULT 'new';"
		"ALTER TABLE order_line ADD COLUMN sf TEXT; ALTER TABLE order_line ADD COLUMN word "
		"TEXT;"
		"ALTER TABLE order_line ADD COLUMN changed TEXT DEFAULT '2026-01-01 00:00:00'");
	text_set(&stage->interface.query,
		"SELECT order_no, name, quantity, price, shipped, note, changed FROM order_line"
		" WHERE state = 'new' ORDER BY id");
	text_set(&stage->interface.after_success, GUARDED);
}

static sqlite3 *open_source(struct stage *stage)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(stage->database, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	return db;
}

static int64_t count(struct stage *stage, const char *where)
{
	sqlite3 *db = open_source(stage);
	sqlite3_stmt *stmt;
	char sql[300];
	int64_t number;

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM order_line WHERE %s", where);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, "%s", sql);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return number;
}

START_TEST(second_run_reads_nothing)
{
	struct stage stage;
	struct run_info info;

	open_stage(&stage, 450);
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.write_back.done, 450);
	ck_assert_int_eq(info.write_back.open, 0);
	ck_assert_int_eq(
		count(&stage, "state = 'sent' AND length(sf) = 18 AND word = 'Completed:created'"),
		450);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.read, 0);
	stage_close(&stage);
}
END_TEST

/* given rows of an Upsert whose first answer was lost / when they were sent again / then the source
 * reads what their messages say */
START_TEST(a_repeated_upsert_is_written_back_as_created_or_updated)
{
	struct stage stage;

	open_stage(&stage, 100);
	stage.interface.packet = 5;
	stage_switch(&stage, "faults", "{\"truncate\": 0.3, \"seed\": 44}");
	ck_ok(stage_process(&stage, 60000), &stage.err);
	ck_assert_int_gt(count(&stage, "word = 'Completed:created or updated'"), 0);
	ck_assert_int_eq(count(&stage, "word = 'Completed:updated'"), 0);
	stage_close(&stage);
}
END_TEST

/* While the org has the row, its source changes: the statement's guard finds nothing. */
START_TEST(row_changed_since_it_was_read_is_told_and_read_again)
{
	struct message_window window;
	struct stage stage;
	struct run_info info;

	open_stage(&stage, 3);
	text_set(&stage.interface.after_success,
		"UPDATE order_line SET state = 'sent' WHERE order_no = :order_no AND changed ="
		" CASE :order_no WHEN 'ORD-000000' THEN 'other' ELSE :changed END");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.write_back.done, 3);
	ck_assert_int_eq(info.write_back.unmatched, 1);
	stage_message(&stage, &window, "ORD-000000");
	ck_assert_int_eq(window.messages[0].write_back, WRITE_BACK_UNMATCHED);
	message_window_free(&window);
	ck_assert_int_eq(count(&stage, "state = 'new'"), 1);
	stage_sql(&stage, "UPDATE order_line SET name = 'newer' WHERE state = 'new'");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed, 1);
	ck_assert_int_eq(info.counts.held, 0);
	ck_assert_str_eq(stage_field(&stage, "ORD-000000", "Name"), "newer");
	stage_close(&stage);
}
END_TEST

START_TEST(statement_that_touches_two_rows_stays_open_and_is_told)
{
	struct message_window window;
	struct message_detail *detail = NULL;
	struct stage stage;
	struct run_info info;
	int64_t first;

	open_stage(&stage, 4);
	stage_sql(&stage, "UPDATE order_line SET note = 'twin' WHERE id <= 2");
	text_set(&stage.interface.after_success,
		"UPDATE order_line SET state = 'sent' WHERE note = :note");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_SOURCE);
	info = stage_info(&stage);
	first = stage.run;
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_int_eq(info.counts.completed, 4);
	ck_assert_int_eq(info.write_back.open, 2);
	ck_assert_int_eq(info.write_back.failing, 2);
	ck_assert_msg(strstr(info.reason, "touched 2 rows"), "%s", info.reason);
	ck_assert_int_eq(count(&stage, "state = 'new'"), 2);
	stage_message(&stage, &window, "ORD-000000");
	ck_assert_int_eq(window.messages[0].write_back, WRITE_BACK_OPEN);
	ck_ok(view_message(&detail, stage.view, window.messages[0].id, &stage.err), &stage.err);
	ck_assert_msg(
		strstr(detail->write_back_text, "touched 2 rows"), "%s", detail->write_back_text);
	message_detail_free(detail);
	message_window_free(&window);

	/* The next reading holds them, for they are in Salesforce ... */
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.held, 2);
	ck_assert_int_eq(info.counts.completed, 0);

	/* ... until the statement is mended; the run before the next reading sees to it. */
	text_set(&stage.interface.after_success, GUARDED);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.read, 0);
	ck_assert_int_eq(count(&stage, "state = 'sent'"), 4);
	stage.run = first;
	ck_ok(stage_resume(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.write_back.failing, 0);
	stage_close(&stage);
}
END_TEST

START_TEST(locked_database_is_tried_again)
{
	struct stage stage;
	struct run_info info;
	char odbc[500];
	sqlite3 *db;

	open_stage(&stage, 20);
	snprintf(odbc, sizeof(odbc), "%s;Timeout=50", stage.connection.source.odbc);
	text_set(&stage.connection.source.odbc, odbc);
	db = open_source(&stage);
	ck_assert_int_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_SOURCE);
	ck_assert(stage.err.retryable);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_int_eq(info.write_back.open, 20);
	ck_assert_msg(strstr(info.write_back.note, "locked"), "%s", info.write_back.note);
	ck_assert_int_eq(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_str_eq(info.write_back.note, "");
	ck_assert_int_eq(count(&stage, "state = 'sent'"), 20);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 20); /* nothing was sent again */
	stage_close(&stage);
}
END_TEST

/* A writer's lock keeps the write-back waiting in a process that is then killed. */
START_TEST(kill_between_completion_and_write_back_loses_nothing)
{
	struct stage stage;
	struct run_info info = { .id = 0 };
	int status;
	pid_t pid;
	sqlite3 *db;

	open_stage(&stage, 120);
	db = open_source(&stage);
	ck_assert_int_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	stage_create_run(&stage);
	setenv("STAGE_QUERY", stage.interface.query, 1);
	setenv("STAGE_AFTER_SUCCESS", GUARDED, 1);
	pid = stage_start_child(&stage, STAGE_CHILD_PACKET);
	while (info.counts.completed < 120 && waitpid(pid, &status, WNOHANG) == 0) {
		clock_sleep(5);
		info = stage_info(&stage);
	}
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	info = stage_info(&stage);
	ck_assert_int_eq(info.write_back.open, 120);
	ck_assert_int_eq(count(&stage, "state = 'sent'"), 0);
	practice_stop(stage.practice); /* what is left needs no org */
	stage.practice = NULL;
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).state, RUN_DONE);
	ck_assert_int_eq(count(&stage, "state = 'sent'"), 120);
	unsetenv("STAGE_QUERY");
	unsetenv("STAGE_AFTER_SUCCESS");
	stage_close(&stage);
}
END_TEST

START_TEST(failures_are_written_back_by_their_own_statement)
{
	struct stage stage;
	struct run_info info;

	open_stage(&stage, 5);
	stage_sql(&stage, "UPDATE order_line SET order_no = '' WHERE id = 3");
	text_set(&stage.interface.after_failure,
		"UPDATE order_line SET state = :code, word = :comment WHERE name = :name");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.failed, 1);
	ck_assert_int_eq(info.write_back.done, 5);
	ck_assert_int_eq(count(&stage, "state = 'sent'"), 4);
	ck_assert_int_eq(count(&stage, "id = 3 AND state <> 'new' AND length(word) > 5"), 1);
	stage_close(&stage);
}
END_TEST

START_TEST(unknown_place_stops_the_run_before_a_row_is_sent)
{
	struct stage stage;

	open_stage(&stage, 5);
	text_set(&stage.interface.after_success,
		"UPDATE order_line SET state = 'x' WHERE id = :order_nr");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_CONFIG);
	ck_assert_msg(strstr(stage.err.text, "did you mean :order_no"), "%s", stage.err.text);
	ck_assert_int_eq(stage_records(&stage), 0);
	stage_close(&stage);
}
END_TEST

START_TEST(without_a_row_key_open_write_backs_bar_the_next_insert)
{
	struct stage stage;

	open_stage(&stage, 5);
	stage_insert(&stage);
	text_set(&stage.interface.after_success, "UPDATE no_table SET a = :order_no");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_SOURCE);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_SOURCE);
	ck_assert_int_eq(stage_info(&stage).state, RUN_PAUSED);
	ck_assert_int_eq(stage_records(&stage), 5);

	/* Who takes the statement away takes the write-back away. */
	text_set(&stage.interface.after_success, NULL);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.read, 5);
	stage_close(&stage);
}
END_TEST

START_TEST(a_name_in_quotes_is_the_column)
{
	const struct column columns[] = { { .name = "status" }, { .name = "Order No" } };
	struct interface interface;
	struct err err = ERR_INIT;

	interface_init(&interface);
	text_set(&interface.after_success,
		"SET a = :\"status\", b = :status WHERE c = :\"order no\"");
	ck_ok(process_check_write_back(&interface, columns, 2, &err), &err);
	text_set(&interface.after_success, "SET a = :\"code\"");
	ck_assert_int_eq(process_check_write_back(&interface, columns, 2, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "after_success");
	interface_free_fields(&interface);
}
END_TEST

Suite *suite_write_back(void)
{
	Suite *suite = suite_create("write_back");
	TCase *tests = tcase_create("write_back");

	tcase_set_timeout(tests, 90);
	tcase_add_test(tests, second_run_reads_nothing);
	tcase_add_test(tests, a_repeated_upsert_is_written_back_as_created_or_updated);
	tcase_add_test(tests, row_changed_since_it_was_read_is_told_and_read_again);
	tcase_add_test(tests, statement_that_touches_two_rows_stays_open_and_is_told);
	tcase_add_test(tests, locked_database_is_tried_again);
	tcase_add_test(tests, kill_between_completion_and_write_back_loses_nothing);
	tcase_add_test(tests, failures_are_written_back_by_their_own_statement);
	tcase_add_test(tests, unknown_place_stops_the_run_before_a_row_is_sent);
	tcase_add_test(tests, without_a_row_key_open_write_backs_bar_the_next_insert);
	tcase_add_test(tests, a_name_in_quotes_is_the_column);
	suite_add_tcase(suite, tests);
	return suite;
}
