/* Tests of process_run() against an org in trouble: nothing lost, nothing doubled, nobody pestered.
 */

#include "process/suites.h"
#include "store/brake.h"
#include "process/stage.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#define WAIT 120000

/* Upsert by a unique key: whatever happens, each row arrives, and leaves one record. */
static const char *const storms[] = {
	"{\"503\": 0.3, \"seed\": 11}",
	"{\"reset-before\": 0.3, \"seed\": 12}",
	"{\"reset-after\": 0.3, \"seed\": 13}",
	"{\"truncate\": 0.3, \"seed\": 14}",
	"{\"500-html\": 0.3, \"seed\": 15}",
	"{\"401\": 0.2, \"seed\": 16}",
	"{\"lock\": 0.05, \"seed\": 17}",
	("{\"503\": 0.05, \"reset-before\": 0.05, \"reset-after\": 0.05, \"truncate\": 0.05,"
	 " \"401\": 0.05, \"lock\": 0.02, \"seed\": 18}"),
};

START_TEST(upsert_weathers_every_storm)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 600);
	ck_ok(stage_process(&stage, 0), &stage.err); /* a quiet one: the org is pinned now */
	stage_sql(&stage, "UPDATE order_line SET note = 'again'");
	stage.interface.packet = 100;
	stage.interface.parallel = 2;
	stage_switch(&stage, "faults", storms[_i]);
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.completed, 600);
	ck_assert_int_eq(stage_records(&stage), 600);
	stage_close(&stage);
}
END_TEST

/* Insert: what was certainly not executed is repeated, what may have been is Unknown. */
static const struct {
	const char *storm;
	bool loses;
} insert_storms[] = {
	{ "{\"503\": 0.3, \"seed\": 21}", false },
	{ "{\"reset-before\": 0, \"401\": 0.2, \"seed\": 22}", false },
	{ "{\"lock\": 0.05, \"seed\": 23}", false },
	{ "{\"reset-after\": 0.3, \"seed\": 24}", true },
	{ "{\"truncate\": 0.3, \"seed\": 25}", true },
	{ "{\"500-html\": 0.3, \"seed\": 26}", true },
};

START_TEST(insert_never_doubles)
{
	struct message_window window;
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 1);
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage_sql(&stage,
		"DELETE FROM order_line;"
		"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k LIMIT 600)"
		" INSERT INTO order_line (order_no, name) SELECT 'I-' || i, 'line' FROM k");
	stage_insert(&stage);
	stage.interface.packet = 100;
	stage_switch(&stage, "faults", insert_storms[_i].storm);
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_DONE);
	ck_assert_int_eq(info.counts.completed + info.counts.unknown, 600);
	ck_assert_int_eq(info.counts.unknown > 0, insert_storms[_i].loses);
	ck_assert_int_ge(stage_ledger(&stage, "\"I-"), (int)info.counts.completed);
	ck_assert_int_le(stage_ledger(&stage, "\"I-"), 600); /* unique: a double would be refused */
	ck_assert_int_eq(info.counts.failed, 0);	     /* ... and seen here */
	if (insert_storms[_i].loses) {
		stage_find(&stage, &window, "status:unknown");
		ck_assert_msg(strstr(window.messages[0].comment, "answer was lost"), "%s",
			window.messages[0].comment);
		message_window_free(&window);
	}
	stage_close(&stage);
}
END_TEST

START_TEST(refused_credential_is_asked_once_and_blocks)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 400);
	stage_switch(&stage, "misconfigure", "{\"names\": [\"no-run-as-user\"]}");
	ck_assert_int_eq(stage_process(&stage, 60000), -ERR_REFUSED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_int_eq(stage_requests(&stage, "/oauth2/token"), 1);
	ck_assert_int_eq(stage_resume(&stage, 0), -ERR_REFUSED);
	ck_assert_msg(strstr(stage.err.text, "blocked"), "%s", stage.err.text);
	ck_assert_int_eq(stage_requests(&stage, "/oauth2/token"), 1);
	ck_assert_int_eq(stage_requests(&stage, "/composite"), 0);
	stage_close(&stage);
}
END_TEST

static int apply_brake(void *ctx, struct store *store, struct err *err)
{
	return ctx ? store_hold(store, "orders", "anna", "month end", err)
		   : store_let_go(store, "orders", "anna", err);
}

START_TEST(held_connection_sends_nothing_until_it_is_released)
{
	struct stage stage;

	stage_open(&stage, 20);
	ck_ok(writer_call(stage.env.writer, apply_brake, &stage, &stage.err), &stage.err);
	ck_assert_int_eq(stage_process(&stage, 60000), -ERR_REFUSED);
	ck_assert_int_eq(stage_info(&stage).state, RUN_PAUSED);
	ck_assert_int_eq(stage_requests(&stage, "/oauth2/token"), 0);
	ck_ok(writer_call(stage.env.writer, apply_brake, NULL, &stage.err), &stage.err);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_records(&stage), 20);
	stage_close(&stage);
}
END_TEST

/* given an org whose allowance is nearly used / when a run learns of it / then that is in the log,
 * once */
START_TEST(used_allowance_is_warned_of_once)
{
	struct buf log = BUF_INIT(1u << 20);
	struct stage stage;
	const char *first;
	char path[500];

	stage_open_allowed(&stage, 200, 20);
	snprintf(path, sizeof(path), "%s/agent.log", stage.home);
	ck_ok(log_open(path, LOG_LEVEL_INFO, &stage.err), &stage.err);
	stage.interface.packet = 10;
	stage.connection.api_stop_percent = 95;
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_LIMIT);
	log_close();
	ck_ok(file_read(&log, path, &stage.err), &stage.err);
	first = strstr(buf_str(&log), "of the 20 daily requests of the org behind");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(strstr(first + 1, "of the 20 daily requests of the org behind"));
	buf_free(&log);
	stage_close(&stage);
}
END_TEST

/* The practice org allows 15,000 requests a day. */
START_TEST(run_pauses_at_the_share_of_the_allowance)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 1000);
	stage.interface.packet = 5;
	stage.interface.parallel = 1;
	stage.connection.api_stop_percent = 1;
	ck_assert_int_eq(stage_process(&stage, 60000), -ERR_LIMIT);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_msg(strstr(info.reason, "daily requests"), "%s", info.reason);
	ck_assert_int_gt(info.counts.pending, 0);
	ck_assert_int_lt(info.calls, 160);
	stage.connection.api_stop_percent = 0;
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_records(&stage), 1000);
	stage_close(&stage);
}
END_TEST

static int apply_unblock(void *ctx, struct store *store, struct err *err)
{
	return store_unblock(store, ctx, err);
}

/* given tokens that die now and then / when the org refuses a new one in mid-run / then nobody asks
 * for another, and once the cause is mended every row goes at once */
START_TEST(credential_refused_in_mid_run_leaves_the_rest_waiting)
{
	struct run_info info;
	struct stage stage;
	int64_t tokens;

	stage_open(&stage, 4000);
	stage.interface.packet = 20;
	stage_switch(&stage, "faults", "{\"401\": 0.1}");
	stage_switch_later(&stage, 400, "misconfigure", "{\"names\": [\"no-run-as-user\"]}");
	ck_assert_int_eq(stage_process(&stage, 60000), -ERR_REFUSED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_int_ge(info.counts.completed, 400);
	ck_assert_int_eq(info.counts.completed + info.counts.pending, info.counts.read);
	tokens = stage_requests(&stage, "/oauth2/token");
	ck_assert_int_eq(stage_resume(&stage, 60000), -ERR_REFUSED);
	ck_assert_int_eq(stage_requests(&stage, "/oauth2/token"), tokens);
	stage_switch(&stage, "faults", "{\"401\": 0}");
	stage_switch(&stage, "misconfigure", "{\"names\": []}");
	ck_ok(writer_call(stage.env.writer, apply_unblock, stage.connection.name, &stage.err),
		&stage.err);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 4000);
	stage_close(&stage);
}
END_TEST

START_TEST(token_that_dies_is_renewed_once_for_all)
{
	struct stage stage;

	stage_open(&stage, 4000);
	stage.interface.packet = 20;
	stage.interface.parallel = 8;
	stage_switch_later(&stage, 800, "expire", "{}");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 4000);
	ck_assert_int_eq(stage_requests(&stage, "/oauth2/token"), 2);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 4000);
	stage_close(&stage);
}
END_TEST

/* given an org that takes no token for longer than a request / when two new ones were no better /
 * then nobody asks for more */
START_TEST(tokens_that_keep_dying_pause_the_run)
{
	struct stage stage;

	stage_open(&stage, 10);
	stage_switch(&stage, "faults", "{\"401\": 1}");
	ck_assert_int_lt(stage_process(&stage, 0), 0);
	ck_assert_int_eq(stage_info(&stage).state, RUN_PAUSED);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 0);
	ck_assert_int_le(stage_requests(&stage, "/oauth2/token"), 4);
	stage_close(&stage);
}
END_TEST

/* given a trigger that cannot do more than 50 rows at once / when packets of 200 come / then they
 * are halved until it can */
START_TEST(packet_that_is_too_much_for_a_trigger_is_halved)
{
	struct stage stage;

	stage_open(&stage, 400);
	stage.interface.packet = 200;
	stage_switch(&stage, "misconfigure", "{\"names\": [\"trigger-limit\"]}");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 400);
	ck_assert_int_eq(stage_requests(&stage, "/composite"), 2 * (1 + 2 + 4));
	stage_close(&stage);
}
END_TEST

START_TEST(daily_limit_stops_all_sending)
{
	struct run_info info;
	struct stage stage;
	int64_t calls;

	stage_open(&stage, 4000);
	stage.interface.packet = 20;
	stage_switch_later(&stage, 400, "faults", "{\"limit\": 1}");
	ck_assert_int_eq(stage_process(&stage, 60000), -ERR_LIMIT);
	calls = stage_requests(&stage, "/composite");
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_msg(strstr(info.reason, "REQUEST_LIMIT_EXCEEDED"), "%s", info.reason);
	ck_assert_int_ge(info.counts.completed, 400);
	ck_assert_int_eq(info.counts.completed + info.counts.pending, info.counts.read);
	ck_assert_int_eq(info.counts.failed, 0);
	ck_assert_int_le(calls * 20, 4000 + 200);
	stage_close(&stage);
}
END_TEST

START_TEST(outage_leaves_rows_waiting_and_a_resume_sends_them)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 4000);
	stage.interface.packet = 20;
	stage_switch_later(&stage, 400, "faults", "{\"503\": 1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_int_ge(info.counts.completed, 400);
	ck_assert_int_eq(info.counts.completed + info.counts.pending, 4000);
	ck_assert(info.reading_done); /* reading does not wait for the org */
	stage_switch(&stage, "faults", "{\"503\": 0}");
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 4000);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 4000);
	stage_close(&stage);
}
END_TEST

START_TEST(open_rows_of_an_earlier_run_are_held)
{
	int64_t first;
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 300);
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_info(&stage).counts.pending, 300);
	first = stage.run;
	stage_sql(&stage, "INSERT INTO order_line (order_no, name) VALUES ('new', 'new')");
	stage_switch(&stage, "faults", "{\"lock\": 0}");
	ck_ok(stage_process(&stage, 0), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.read, 301);
	ck_assert_int_eq(info.counts.held, 300);
	ck_assert_int_eq(info.counts.completed, 1);
	stage.run = first;
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 300);
	stage_close(&stage);
}
END_TEST

/* given inserts whose answers are lost, one packet after the other / when none came for as long as
 * the run may wait / then it pauses, instead of losing the rest as well */
START_TEST(inserts_are_not_lost_one_by_one_for_ever)
{
	struct run_info info;
	struct stage stage;

	stage_open(&stage, 4000);
	stage_insert(&stage);
	stage.interface.packet = 10;
	stage.interface.parallel = 1;
	stage_switch_later(&stage, 20, "faults", "{\"reset-before\": 1}");
	ck_assert_int_eq(stage_process(&stage, 600), -ERR_UNFINISHED);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_int_gt(info.counts.unknown, 0);
	ck_assert_int_gt(info.counts.pending, 2000);
	stage_close(&stage);
}
END_TEST

START_TEST(locked_row_is_given_up_in_the_end)
{
	struct message_window window;
	struct stage stage;

	stage_open(&stage, 3);
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	stage_message(&stage, &window, "ORD-007919");
	ck_assert_int_eq(window.messages[0].status, MESSAGE_PENDING);
	ck_assert_str_eq(window.messages[0].code, "UNABLE_TO_LOCK_ROW");
	ck_assert_int_gt(window.messages[0].next_try, clock_now() - 1000);
	message_window_free(&window);
	ck_ok(stage_resume(&stage, 120000), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 3);
	stage_message(&stage, &window, "ORD-007919");
	ck_assert_msg(strstr(window.messages[0].comment, "(given up after 8 tries)"), "%s",
		window.messages[0].comment);
	message_window_free(&window);
	stage_close(&stage);
}
END_TEST

START_TEST(other_orgs_token_sends_nothing)
{
	struct practice_options options = { .seed = 99 };
	struct practice *other = NULL;
	struct stage stage;

	stage_open(&stage, 10);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_ok(practice_start(&other, &options, &stage.err), &stage.err);
	text_set(&stage.connection.salesforce.domain, practice_url(other));
	if (stage_process(&stage, 0) == 0) {
		/* every practice org has the same id: then there is nothing to tell apart */
		ck_assert_int_eq(practice_record_count(other, "Order_Line__c"), 10);
	} else {
		ck_assert_int_eq(stage.err.kind, ERR_REFUSED);
		ck_assert_int_eq(practice_request_count(other, "/composite"), 0);
	}
	practice_stop(other);
	stage_close(&stage);
}
END_TEST

/* Nobody listens at the port of a database or of a server with files: one like the other. */
static const struct {
	enum connection_type type;
	const char *odbc, *url;
	bool insert; /* without a key: it is all of a reading or nothing */
} silent[] = {
	{ CONNECTION_AGENT_DATABASE,
		"Driver=PostgreSQL Unicode;Server=127.0.0.1;Port=1;Database=x;UID=x;PWD=x", NULL,
		false },
	{ CONNECTION_AGENT_DATABASE,
		"Driver=PostgreSQL Unicode;Server=127.0.0.1;Port=1;Database=x;UID=x;PWD=x", NULL,
		true },
	{ CONNECTION_AGENT_FILE, NULL, "sftp://127.0.0.1:1/in", false },
	{ CONNECTION_AGENT_FILE, NULL, "sftp://127.0.0.1:1/in", true },
};

START_TEST(source_out_of_reach_leaves_the_run_paused)
{
	struct stage stage;
	struct run_info info;
	char odbc[512];

	stage_open(&stage, 20);
	text_copy(odbc, sizeof(odbc), stage.connection.source.odbc);
	stage.connection.type = silent[_i].type;
	text_set(&stage.connection.source.odbc, silent[_i].odbc);
	text_set(&stage.connection.source.url, silent[_i].url);
	text_set(&stage.connection.source.username, "x");
	text_set(&stage.connection.source.key_file, stage.database); /* any file does */
	if (silent[_i].insert)
		stage_insert(&stage);
	ck_assert_msg(stage_process(&stage, 0) == -ERR_SOURCE, "%s", stage.err.text);
	ck_assert_msg(stage.err.retryable, "%s", stage.err.text);
	info = stage_info(&stage);
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert(!info.reading_done);
	stage.connection.type = CONNECTION_AGENT_DATABASE;
	text_set(&stage.connection.source.odbc, odbc);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).state, RUN_DONE);
	ck_assert_int_eq(stage_records(&stage), 20);
	stage_close(&stage);
}
END_TEST

Suite *suite_run_faults(void)
{
	Suite *suite = suite_create("run_faults");
	TCase *tc = tcase_create("run_faults");

	tcase_set_timeout(tc, 150);
	tcase_add_loop_test(tc, upsert_weathers_every_storm, 0, ARRAY_SIZE(storms));
	tcase_add_loop_test(tc, insert_never_doubles, 0, ARRAY_SIZE(insert_storms));
	tcase_add_test(tc, held_connection_sends_nothing_until_it_is_released);
	tcase_add_test(tc, used_allowance_is_warned_of_once);
	tcase_add_test(tc, run_pauses_at_the_share_of_the_allowance);
	tcase_add_test(tc, refused_credential_is_asked_once_and_blocks);
	tcase_add_test(tc, credential_refused_in_mid_run_leaves_the_rest_waiting);
	tcase_add_test(tc, token_that_dies_is_renewed_once_for_all);
	tcase_add_test(tc, tokens_that_keep_dying_pause_the_run);
	tcase_add_test(tc, packet_that_is_too_much_for_a_trigger_is_halved);
	tcase_add_test(tc, daily_limit_stops_all_sending);
	tcase_add_test(tc, outage_leaves_rows_waiting_and_a_resume_sends_them);
	tcase_add_test(tc, open_rows_of_an_earlier_run_are_held);
	tcase_add_test(tc, inserts_are_not_lost_one_by_one_for_ever);
	tcase_add_test(tc, locked_row_is_given_up_in_the_end);
	tcase_add_test(tc, other_orgs_token_sends_nothing);
	tcase_add_loop_test(tc, source_out_of_reach_leaves_the_run_paused, 0, ARRAY_SIZE(silent));
	suite_add_tcase(suite, tc);
	return suite;
}
