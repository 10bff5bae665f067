/* Tests of runs by Bulk against the practice org: every row accounted for, whatever happens. */

#include "process/suites.h"
#include "process/stage.h"
#include "process/bulk_mode.h"
#include "base/clock.h"

#define WAIT 120000

static void open_bulk(struct stage *stage, int rows)
{
	stage_open(stage, rows);
	stage->interface.mode = TRANSFER_BULK;
}

static struct job_info last_job(struct stage *stage, int *count)
{
	struct job_info *jobs, job = { 0 };

	ck_ok(view_jobs(&jobs, count, stage->view, stage->run, &stage->err), &stage->err);
	if (*count)
		job = jobs[*count - 1];
	free(jobs);
	return job;
}

START_TEST(every_row_arrives_by_one_job)
{
	struct message_detail *detail;
	struct message_window window;
	struct run_info info;
	struct job_info job;
	struct stage stage;
	int jobs;

	open_bulk(&stage, 2500);
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.mode, TRANSFER_BULK);
	ck_assert_str_eq(info.mode_why, "set by the interface");
	ck_assert_int_eq(info.counts.completed, 2500);
	ck_assert_int_eq(stage_records(&stage), 2500);
	ck_assert_int_eq(stage_requests(&stage, "/composite"), 0);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 2500);
	job = last_job(&stage, &jobs);
	ck_assert_int_eq(jobs, 1);
	ck_assert_str_eq(job.state, "JobComplete");
	ck_assert_int_eq(job.processed, 2500);
	ck_assert_int_eq(job.open, 0);
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "Line 1");
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Price__c"), "0.25");
	stage_message(&stage, &window, "ORD-007919");
	ck_assert(window.messages[0].created);
	ck_assert_int_eq(strlen(window.messages[0].salesforce_id), 18);
	ck_ok(view_message(&detail, stage.view, window.messages[0].id, &stage.err), &stage.err);
	ck_assert_str_eq(detail->attempts[0].job, job.salesforce_id);
	message_detail_free(detail);
	message_window_free(&window);
	stage_close(&stage);
}
END_TEST

/* ---- which way ---- */

START_TEST(auto_counts_before_it_chooses)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 1001);
	stage.interface.mode = TRANSFER_AUTO;
	stage.interface.threshold = 1001;
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.mode, TRANSFER_COLLECTIONS);
	ck_assert_msg(strstr(info.mode_why, "1001 rows") != NULL, "%s", info.mode_why);
	ck_assert_int_eq(stage_requests(&stage, "/jobs/ingest"), 0);
	stage.interface.threshold = 1000;
	stage_sql(&stage, "UPDATE order_line SET note = 'again'");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.mode, TRANSFER_BULK);
	ck_assert_str_eq(info.mode_why, "Auto: more than 1000 rows");
	ck_assert_int_eq(info.counts.completed, 1001);
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Note__c"), "again");
	ck_assert_int_eq(stage_records(&stage), 1001);
	stage_close(&stage);
}
END_TEST

/* given a run that chose its way, and pauses / when the interface says otherwise by the time it
 * goes on / then it keeps to what it chose */
START_TEST(a_run_that_goes_on_keeps_its_way)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 50);
	stage.interface.mode = TRANSFER_AUTO;
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	stage_switch(&stage, "faults", "{\"lock\": 0}");
	stage.interface.mode = TRANSFER_BULK;
	ck_ok(stage_resume(&stage, 60000), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed, 50);
	ck_assert_int_eq(info.mode, TRANSFER_COLLECTIONS);
	ck_assert_int_eq(stage_requests(&stage, "/jobs/ingest"), 0);
	stage_close(&stage);
}
END_TEST

START_TEST(auto_stays_with_collections_where_bulk_would_not_leave_the_same)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 50);
	stage.interface.mode = TRANSFER_AUTO;
	stage.interface.threshold = 10;
	stage_sql(&stage, "UPDATE order_line SET note = '#N/A' WHERE id = 7");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.mode, TRANSFER_COLLECTIONS);
	ck_assert_msg(strstr(info.mode_why, "#N/A") != NULL, "%s", info.mode_why);
	ck_assert_int_eq(info.counts.completed, 50);
	stage_close(&stage);
}
END_TEST

static void in_order(struct interface *interface)
{
	interface->on_error = ON_ERROR_STOP;
}

static void all_or_none(struct interface *interface)
{
	interface->all_or_none = true;
}

static void assigns(struct interface *interface)
{
	interface->auto_assign = true;
}

static void saves_duplicates(struct interface *interface)
{
	interface->allow_duplicates = true;
}

static void keyless_insert(struct interface *interface)
{
	interface->operation = OPERATION_INSERT;
	text_set(&interface->external_id, NULL);
}

static void number_key(struct interface *interface)
{
	keyless_insert(interface);
	text_list_add(&interface->row_key, "quantity");
}

static const struct {
	void (*set)(struct interface *interface);
	const char *words;
} obstacles[] = {
	{ in_order, "on_error" },
	{ all_or_none, "all_or_none" },
	{ assigns, "auto_assign" },
	{ saves_duplicates, "allow_duplicates" },
	{ keyless_insert, "row_key" },
	{ number_key, "no text field" },
};

START_TEST(what_is_in_the_way_of_bulk_is_said)
{
	struct stage stage;

	stage_open(&stage, 20);
	stage.interface.mode = TRANSFER_BULK;
	obstacles[_i].set(&stage.interface);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_CONFIG);
	ck_assert_msg(strstr(stage.err.text, obstacles[_i].words) != NULL, "%s", stage.err.text);
	ck_assert_int_eq(stage_info(&stage).counts.read, 0);
	stage.interface.mode = TRANSFER_AUTO;
	stage.interface.threshold = 1;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).mode, TRANSFER_COLLECTIONS);
	ck_assert_msg(strstr(stage_info(&stage).mode_why, obstacles[_i].words) != NULL, "%s",
		stage_info(&stage).mode_why);
	stage_close(&stage);
}
END_TEST

/* ---- both ways leave the same ---- */

START_TEST(bulk_leaves_what_collections_leaves)
{
	static const char *const fields[] = { "Name", "Quantity__c", "Price__c", "Shipped__c",
		"Note__c" };
	char values[6][ARRAY_SIZE(fields)][128];
	struct stage stage;

	stage_open(&stage, 0);
	stage.interface.nulls = NULL_CLEAR;
	for (size_t i = 0; i < stage.interface.mapping.count; i++)
		stage.interface.mapping.entries[i].nulls = NULL_CLEAR;
	for (int round = 0; round < 2; round++) {
		stage.interface.mode = round ? TRANSFER_BULK : TRANSFER_COLLECTIONS;
		stage_sql(&stage,
			"DELETE FROM order_line; INSERT INTO order_line (order_no, name, quantity,"
			" price, shipped, note) VALUES ('K0', 'a \"b\", c', 1, 2.50, 1, 'x'),"
			" ('K1', 'caf\u00e9', -7, 0.1, 0, 'two' || char(10) || 'lines'),"
			" ('K2', ' spaced ', 0, 1e3, 1, ''), ('K3', 'n', NULL, NULL, 0, NULL),"
			" ('K4', 'comma,', 100, 912260031, 1, '\"'), ('K5', 'tab' || char(9), 5,"
			" 5, 1, 'end')");
		/* what was there before is cleared, or not, by both alike */
		stage_sql(&stage, "UPDATE order_line SET note = ifnull(note, NULL)");
		ck_ok(stage_process(&stage, 0), &stage.err);
		ck_assert_int_eq(stage_info(&stage).counts.completed, 6);
		for (int row = 0; row < 6; row++)
			for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
				char key[8];
				const char *value;

				snprintf(key, sizeof(key), "K%d", row);
				value = stage_field(&stage, key, fields[i]);
				if (round)
					ck_assert_str_eq(value, values[row][i]);
				else
					snprintf(values[row][i], sizeof(values[0][0]), "%s", value);
			}
		/* others see to it that there is something to be overwritten */
		stage.interface.mode = TRANSFER_COLLECTIONS;
		stage_sql(&stage, "UPDATE order_line SET name = 'other', quantity = 9, price = 9,"
				  " shipped = 1 - shipped, note = 'other'");
		ck_ok(stage_process(&stage, 0), &stage.err);
	}
	stage_close(&stage);
}
END_TEST

/* ---- rows that fail ---- */

START_TEST(failed_rows_have_the_orgs_words)
{
	struct message_window window;
	struct run_info info;
	struct stage stage;

	open_bulk(&stage, 300);
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id %% 50 = 0");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed, 294);
	ck_assert_int_eq(info.counts.failed, 6);
	stage_find(&stage, &window, "status:failed");
	ck_assert_str_eq(window.messages[0].code, "REQUIRED_FIELD_MISSING");
	ck_assert_str_eq(window.messages[0].fields, "Name");
	ck_assert_msg(strstr(window.messages[0].comment, "[Name]") != NULL, "%s",
		window.messages[0].comment);
	message_window_free(&window);
	stage_close(&stage);
}
END_TEST

START_TEST(a_key_is_in_a_job_once_and_in_order)
{
	struct run_info info;
	struct stage stage;
	int jobs;

	open_bulk(&stage, 300);
	stage_sql(&stage, "INSERT INTO order_line (order_no, name) VALUES ('ORD-007919', 'second');"
			  "INSERT INTO order_line (order_no, name) VALUES ('ORD-007919', 'third');"
			  "INSERT INTO order_line (order_no, name) VALUES ('ord-007919', 'last')");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed, 303);
	last_job(&stage, &jobs);
	ck_assert_int_eq(jobs, 4);
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "last");
	ck_assert_int_eq(stage_records(&stage), 300);
	stage_close(&stage);
}
END_TEST

START_TEST(rows_without_a_place_in_csv_go_by_collections)
{
	struct run_info info;
	struct stage stage;

	open_bulk(&stage, 300);
	stage_sql(&stage, "UPDATE order_line SET note = '#N/A' WHERE id IN (3, 200)");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed, 300);
	ck_assert_int_eq(info.mode, TRANSFER_BULK);
	ck_assert_int_ge(stage_requests(&stage, "/composite"), 1);
	ck_assert_str_eq(stage_field(&stage, "ORD-015838", "Note__c"), "#N/A");
	stage_close(&stage);
}
END_TEST

START_TEST(locked_rows_are_tried_again_in_small_company)
{
	struct run_info info;
	struct stage stage;

	open_bulk(&stage, 600);
	stage_switch(&stage, "faults", "{\"lock\": 0.05, \"seed\": 31}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed, 600);
	ck_assert_int_eq(stage_records(&stage), 600);
	stage_close(&stage);
}
END_TEST

START_TEST(a_job_that_the_org_refuses_stops_the_run_with_a_remedy)
{
	struct message_window window;
	struct run_info info;
	struct stage stage;
	int jobs;

	open_bulk(&stage, 30);
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id = 3");
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage_find(&stage, &window, "status:failed");
	stage_edit(&stage, window.messages[0].id, "{\"Order_No__c\":\"x\",\"Foo__c\":\"1\"}");
	stage_event(&stage, window.messages[0].id, EVENT_REPROCESS);
	message_window_free(&window);
	stage.interface.threshold = 0; /* so that one row is a job */
	ck_assert_int_eq(stage_resume(&stage, 0), -ERR_REFUSED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_STOPPED);
	ck_assert_int_eq(info.counts.pending, 1);
	ck_assert_msg(
		strstr(info.reason, "Foo__c") && strstr(info.reason, "mapping"), "%s", info.reason);
	ck_assert_str_eq(last_job(&stage, &jobs).state, "Failed");
	ck_assert_int_eq(jobs, 2);
	stage_close(&stage);
}
END_TEST

/* ---- jobs that fail half-way ---- */

/* What was done is kept, what was not is sent again in another job; an Insert, too. */
START_TEST(job_that_fails_half_way_loses_and_doubles_nothing)
{
	struct run_info info;
	struct job_info job;
	struct stage stage;
	int64_t done = 0;
	int jobs;

	open_bulk(&stage, 1000);
	if (_i) {
		stage_insert(&stage);
		stage.interface.mode = TRANSFER_BULK;
		text_list_add(&stage.interface.row_key, "order_no");
	}
	stage.interface.threshold = 0; /* so that the rest is a job, too */
	stage_switch(&stage, "faults", "{\"bulk-fail\": 1}");
	stage_create_run(&stage);
	for (int round = 1; round <= 3; round++) {
		ck_assert_int_eq(stage_resume(&stage, 0), -ERR_UNFINISHED);
		info = stage_info(&stage);
		job = last_job(&stage, &jobs);
		ck_assert_int_eq(jobs, round);
		ck_assert_str_eq(job.state, "Failed");
		ck_assert_int_eq(info.state, RUN_PAUSED);
		ck_assert_msg(strstr(info.reason, "TooManyLockFailure"), "%s", info.reason);
		ck_assert_int_gt(info.counts.completed, done);
		ck_assert_int_gt(info.counts.pending, 0);
		ck_assert_int_eq(info.counts.completed + info.counts.pending, 1000);
		ck_assert_int_eq(stage_records(&stage), info.counts.completed);
		done = info.counts.completed;
	}
	stage_switch(&stage, "faults", "{\"bulk-fail\": 0}");
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 1000);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 1000);
	stage_close(&stage);
}
END_TEST

START_TEST(rows_locked_in_a_job_arrive_by_collections)
{
	struct stage stage;

	open_bulk(&stage, 600);
	stage_switch(
		&stage, "faults", "{\"bulk-lock\": 0.05, \"bulk-slow\": \"1:50\", \"seed\": 3}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 600);
	ck_assert_int_ge(stage_requests(&stage, "/composite"), 1);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 600);
	stage_close(&stage);
}
END_TEST

/* Beside the looks at it, a job without failures is four calls. */
START_TEST(a_slow_job_is_asked_at_longer_and_longer_intervals)
{
	struct stage stage;
	int64_t from;

	open_bulk(&stage, 600);
	stage_switch(&stage, "faults", "{\"bulk-slow\": \"1:1600\", \"seed\": 3}");
	from = clock_mono();
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 600);
	ck_assert_int_ge(clock_mono() - from, 1600);
	ck_assert_int_ge(stage_requests(&stage, "/jobs/ingest"), 4 + 3);
	ck_assert_int_le(stage_requests(&stage, "/jobs/ingest"), 4 + 7);
	stage_close(&stage);
}
END_TEST

/* ---- ends ---- */

/* Killed once the org has seen so many requests about jobs: creation, upload, completion, looks,
 * results. */
START_TEST(killed_in_each_phase_nothing_is_lost_or_doubled)
{
	bool insert = _i % 2;
	struct run_info info;
	struct stage stage;

	open_bulk(&stage, 2300);
	if (insert) {
		stage_insert(&stage);
		stage.interface.mode = TRANSFER_BULK;
		text_list_add(&stage.interface.row_key, "order_no");
	}
	stage_create_run(&stage);
	stage.kill_path = "/jobs/ingest";
	stage_kill_child(&stage, _i + 1, 0);
	stage_kill_child(&stage, _i + 1, 1);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.completed, 2300);
	ck_assert_int_eq(info.counts.unknown, 0);
	ck_assert_int_eq(stage_records(&stage), 2300);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 2300); /* each once: no job ran twice */
	stage_close(&stage);
}
END_TEST

START_TEST(cancel_in_mid_job_keeps_what_was_done)
{
	struct run_info info;
	struct job_info job;
	struct stage stage;
	int jobs;

	open_bulk(&stage, 30000);
	stage_switch_later(&stage, 2000, "cancel", NULL);
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_INTERRUPTED);
	info = stage_info(&stage);
	job = last_job(&stage, &jobs);
	ck_assert_int_eq(info.state, RUN_CANCELLED);
	ck_assert_int_gt(stage_logged(&stage, "Aborted"), 0); /* the org was told */
	ck_assert_int_eq(info.counts.completed, stage_records(&stage));
	ck_assert_int_eq(info.counts.completed + info.counts.cancelled, info.counts.read);
	ck_assert_int_eq(info.counts.pending, 0);
	ck_assert_int_eq(info.counts.unknown, 0);
	ck_assert_msg(text_equal(job.state, "Aborted") || text_equal(job.state, "JobComplete"),
		"%s", job.state);
	stage_close(&stage);
}
END_TEST

START_TEST(stopped_in_mid_job_the_next_owner_takes_its_results)
{
	struct run_info info;
	struct stage stage;
	int jobs;

	open_bulk(&stage, 20000);
	stage_switch_later(&stage, 1000, "stop", NULL);
	if (stage_process(&stage, 0)) {
		ck_assert_int_eq(stage.err.kind, ERR_INTERRUPTED);
		ck_assert_int_eq(stage_info(&stage).counts.unknown, 0);
	}
	atomic_store(&stage.control.stop, false);
	pthread_join(stage.later.thread, NULL);
	stage.later.running = false;
	atomic_store(&stage.control.stop, false);
	stage_restart(&stage);
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed, 20000);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 20000);
	last_job(&stage, &jobs);
	ck_assert_int_eq(jobs, 1);
	stage_close(&stage);
}
END_TEST

/* given a file of failed rows that breaks off, behind one of successful rows that did not / when
 * both are read anew / then no line counts twice */
START_TEST(result_files_that_break_off_are_read_anew)
{
	struct stage stage;
	char faults[64];

	open_bulk(&stage, 600);
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id %% 6 = 0");
	snprintf(faults, sizeof(faults), "{\"truncate\": 0.5, \"seed\": %d}", _i);
	stage_switch(&stage, "faults", faults);
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 500);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 100);
	stage_close(&stage);
}
END_TEST

/* given a job whose result files do not have all of its rows / when the job is over / then rows of
 * an Upsert go once more, and those of an Insert are Unknown */
START_TEST(rows_in_none_of_the_result_files_are_sent_again_or_unknown)
{
	struct message_window window;
	struct run_info info;
	struct stage stage;
	bool insert = _i;

	open_bulk(&stage, 600);
	if (insert) {
		stage_insert(&stage);
		stage.interface.mode = TRANSFER_BULK;
		text_list_add(&stage.interface.row_key, "order_no");
	}
	stage_switch(&stage, "faults", "{\"bulk-lost\": 0.1, \"seed\": 4}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(stage_records(&stage), 600);
	ck_assert_int_eq(info.counts.completed + info.counts.unknown, 600);
	if (insert) {
		ck_assert_int_gt(info.counts.unknown, 0);
		ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 600);
		stage_find(&stage, &window, "status:unknown");
		ck_assert_msg(strstr(window.messages[0].comment, "in none of the result files"),
			"%s", window.messages[0].comment);
		message_window_free(&window);
	} else {
		ck_assert_int_eq(info.counts.unknown, 0);
		ck_assert_int_gt(stage_ledger(&stage, "ORD-"), 600);
	}
	stage_close(&stage);
}
END_TEST

/* given rows that all fail alike in a job, or every second one / when the job is over / then the
 * first halts the run, and the other does not */
START_TEST(rows_that_all_fail_alike_in_a_job_halt_the_run)
{
	struct run_info info;
	struct stage stage;

	open_bulk(&stage, 500);
	stage.interface.halt = 300;
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id %% 2 = 0 OR %d", !_i);
	ck_assert_int_eq(stage_process(&stage, 0), _i ? 0 : -ERR_REFUSED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, _i ? RUN_DONE : RUN_STOPPED);
	ck_assert_int_eq(info.counts.failed, _i ? 250 : 500);
	if (!_i)
		ck_assert_msg(strstr(info.reason, "300 rows in a row failed"), "%s", info.reason);
	stage_close(&stage);
}
END_TEST

static const char *const bulk_storms[] = {
	"{\"503\": 0.2, \"seed\": 41}",
	"{\"reset-before\": 0.2, \"seed\": 42}",
	"{\"reset-after\": 0.2, \"seed\": 43}",
	"{\"truncate\": 0.2, \"seed\": 44}",
	"{\"500-html\": 0.2, \"seed\": 45}",
	"{\"401\": 0.2, \"seed\": 46}",
};

START_TEST(a_job_weathers_every_storm)
{
	struct run_info info;
	struct stage stage;
	bool insert = _i % 2;

	stage_open(&stage, 1);
	ck_ok(stage_process(&stage, 0), &stage.err); /* the org is pinned now */
	stage_sql(&stage,
		"DELETE FROM order_line;"
		"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k LIMIT 600)"
		" INSERT INTO order_line (order_no, name) SELECT 'I-' || i, 'line' FROM k");
	if (insert) {
		stage_insert(&stage);
		text_list_add(&stage.interface.row_key, "order_no");
	}
	stage.interface.mode = TRANSFER_BULK;
	stage_switch(&stage, "faults", bulk_storms[_i]);
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.completed, 600);
	ck_assert_int_eq(stage_ledger(&stage, "\"I-"), 600);
	stage_close(&stage);
}
END_TEST

START_TEST(an_upload_that_was_not_taken_is_made_again_in_the_same_job)
{
	struct stage stage;
	int jobs;

	open_bulk(&stage, 600);
	stage_switch(&stage, "faults", "{\"503\": 0.5, \"seed\": 55}");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 600);
	ck_assert_int_ge(stage_requests(&stage, "/batches"), 2);
	last_job(&stage, &jobs);
	ck_assert_int_eq(jobs, 1);
	stage_close(&stage);
}
END_TEST

START_TEST(delete_and_update_by_id)
{
	struct message_window window;
	struct stage stage;
	char sql[400] = "DELETE FROM order_line;";

	stage_open(&stage, 3);
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage_find(&stage, &window, "status:completed");
	for (int i = 0; i < 3; i++)
		snprintf(sql + strlen(sql), sizeof(sql) - strlen(sql),
			"INSERT INTO order_line (order_no, name) VALUES ('%s', 'renamed');",
			window.messages[i].salesforce_id);
	message_window_free(&window);
	stage_sql(&stage, "%s", sql);
	mapping_free(&stage.interface.mapping);
	mapping_add(&stage.interface.mapping, "Id", MAPPING_COLUMN, "order_no", NULL_KEEP, NULL);
	mapping_add(&stage.interface.mapping, "Name", MAPPING_COLUMN, "name", NULL_KEEP, NULL);
	text_set(&stage.interface.external_id, NULL);
	stage.interface.mode = TRANSFER_BULK;
	stage.interface.operation = OPERATION_UPDATE;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 3);
	ck_assert_str_eq(stage_field(&stage, "ORD-007919", "Name"), "renamed");
	stage.interface.operation = OPERATION_DELETE;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 3);
	ck_assert_int_eq(stage_records(&stage), 0);
	stage_close(&stage);
}
END_TEST

START_TEST(insert_by_row_key)
{
	struct stage stage;

	open_bulk(&stage, 250);
	stage_insert(&stage);
	stage.interface.mode = TRANSFER_BULK;
	text_list_add(&stage.interface.row_key, "order_no");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 250);
	ck_assert_int_eq(stage_records(&stage), 250);
	ck_assert_int_eq(stage_requests(&stage, "/composite"), 0);
	stage_close(&stage);
}
END_TEST

Suite *suite_bulk_run(void)
{
	Suite *suite = suite_create("bulk_run");
	TCase *tc = tcase_create("bulk_run");

	tcase_set_timeout(tc, 150);
	tcase_add_test(tc, every_row_arrives_by_one_job);
	tcase_add_test(tc, auto_counts_before_it_chooses);
	tcase_add_test(tc, a_run_that_goes_on_keeps_its_way);
	tcase_add_test(tc, auto_stays_with_collections_where_bulk_would_not_leave_the_same);
	tcase_add_loop_test(tc, what_is_in_the_way_of_bulk_is_said, 0, ARRAY_SIZE(obstacles));
	tcase_add_test(tc, bulk_leaves_what_collections_leaves);
	tcase_add_test(tc, failed_rows_have_the_orgs_words);
	tcase_add_test(tc, a_key_is_in_a_job_once_and_in_order);
	tcase_add_test(tc, rows_without_a_place_in_csv_go_by_collections);
	tcase_add_loop_test(tc, job_that_fails_half_way_loses_and_doubles_nothing, 0, 2);
	tcase_add_test(tc, rows_locked_in_a_job_arrive_by_collections);
	tcase_add_test(tc, a_slow_job_is_asked_at_longer_and_longer_intervals);
	tcase_add_test(tc, locked_rows_are_tried_again_in_small_company);
	tcase_add_test(tc, a_job_that_the_org_refuses_stops_the_run_with_a_remedy);
	tcase_add_loop_test(tc, killed_in_each_phase_nothing_is_lost_or_doubled, 0, 6);
	tcase_add_test(tc, cancel_in_mid_job_keeps_what_was_done);
	tcase_add_test(tc, stopped_in_mid_job_the_next_owner_takes_its_results);
	tcase_add_loop_test(tc, result_files_that_break_off_are_read_anew, 0, 4);
	tcase_add_loop_test(tc, rows_in_none_of_the_result_files_are_sent_again_or_unknown, 0, 2);
	tcase_add_loop_test(tc, rows_that_all_fail_alike_in_a_job_halt_the_run, 0, 2);
	tcase_add_loop_test(tc, a_job_weathers_every_storm, 0, ARRAY_SIZE(bulk_storms));
	tcase_add_test(tc, an_upload_that_was_not_taken_is_made_again_in_the_same_job);
	tcase_add_test(tc, delete_and_update_by_id);
	tcase_add_test(tc, insert_by_row_key);
	suite_add_tcase(suite, tc);
	return suite;
}
