/* End to end: Manual Process and what became of every row. */

#include "base/base.h"
#include "e2e/suites.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "e2e/world.h"

#include <signal.h>
#include <sys/wait.h>

static struct world world;

static void open_with(int customers)
{
	world_open(&world, NULL, NULL);
	world_customers(&world, customers);
	world_connection(&world);
	world_interface(&world);
}

static void teardown(void)
{
	world_close(&world);
}

/* The counts of one run of the last document add up, and are these. */
static void check_counts(const char *run, int64_t read, int64_t completed, int64_t failed)
{
	static const char *const parts[] = { "completed", "failed", "pending", "unknown",
		"cancelled", "held", "skipped" };
	int64_t sum = 0;
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(path, sizeof(path), "%s.%s", run, parts[i]);
		sum += world_number(path);
	}
	snprintf(path, sizeof(path), "%s.read", run);
	ck_assert_int_eq(world_number(path), sum);
	ck_assert_int_eq(sum, read);
	snprintf(path, sizeof(path), "%s.completed", run);
	ck_assert_int_eq(world_number(path), completed);
	snprintf(path, sizeof(path), "%s.failed", run);
	ck_assert_int_eq(world_number(path), failed);
}

START_TEST(twenty_thousand_rows_arrive_once_each)
{
	open_with(20000);
	ck_run(0, &world, "process", "accounts", "--json");
	check_counts("runs.0", 20000, 20000, 0);
	ck_assert_str_eq(world_json("runs.0.interface"), "accounts");
	ck_assert_str_eq(world_json("runs.0.status"), "Done");
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 20000);
	ck_run(0, &world, "run", "show", "1", "--json");
	check_counts("run", 20000, 20000, 0);
	ck_run(0, &world, "message", "list", "status:completed", "--limit", "1", "--json");
	ck_assert_str_eq(world_json("messages.0.status"), "Completed");
	ck_assert_int_eq((int)strlen(world_json("messages.0.salesforce_id")), 18);
}
END_TEST

START_TEST(bad_rows_are_exit_1_and_speak_the_org_s_words)
{
	open_with(100);
	world_sql(&world, "UPDATE t SET name = NULL WHERE no IN ('C-000003', 'C-000050');"
			  "UPDATE t SET zip = 'far too long for a postal code' WHERE no IN"
			  " ('C-000007', 'C-000008', 'C-000009');"
			  "UPDATE t SET state = 'Dormant' WHERE no IN ('C-000070', 'C-000071')");
	ck_run(1, &world, "process", "accounts", "--json");
	check_counts("runs.0", 100, 93, 7);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 93);
	ck_run(0, &world, "message", "list", "status:failed", "--json");
	for (int i = 0; i < 7; i++) {
		char path[64];

		snprintf(path, sizeof(path), "messages.%d.code", i);
		ck_assert(!text_empty(world_json(path)));
		snprintf(path, sizeof(path), "messages.%d.comment", i);
		ck_assert(!text_empty(world_json(path)));
	}
	ck_run(0, &world, "message", "list", "status:failed", "code:REQUIRED_FIELD_MISSING",
		"--json");
	ck_assert_str_eq(world_json("messages.1.key"), "C-000050");
	ck_assert_str_eq(world_json("messages.1.fields"), "Name");
	/* For people: the causes, with the org's words. */
	ck_run(0, &world, "run", "show", "1");
}
END_TEST

START_TEST(bad_rows_are_held_until_they_change)
{
	open_with(10);
	world_sql(&world, "UPDATE t SET name = NULL WHERE no IN ('C-000003', 'C-000005')");
	ck_run(1, &world, "process", "accounts", "--json");
	check_counts("runs.0", 10, 8, 2);
	world_sql(&world, "UPDATE t SET name = 'Corrected' WHERE no = 'C-000003'");
	ck_run(1, &world, "process", "accounts", "--json");
	check_counts("runs.0", 10, 9, 0);
	ck_assert_int_eq(world_number("runs.0.held"), 1);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 9);
}
END_TEST

START_TEST(a_limit_reads_so_many_rows)
{
	open_with(500);
	ck_run(0, &world, "process", "accounts", "--limit", "42", "--json");
	check_counts("runs.0", 42, 42, 0);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 42);
}
END_TEST

START_TEST(a_dry_run_sends_nothing)
{
	open_with(50);
	ck_run(0, &world, "process", "accounts", "--dry-run", "--json");
	ck_assert_int_eq(world_number("dry_runs.0.created"), 50);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 0);
	ck_run(0, &world, "process", "accounts", "--json");
	check_counts("runs.0", 50, 50, 0);
}
END_TEST

START_TEST(an_empty_source_is_a_success)
{
	open_with(1);
	world_sql(&world, "DELETE FROM t");
	ck_run(0, &world, "process", "accounts", "--json");
	check_counts("runs.0", 0, 0, 0);
}
END_TEST

/* How the chain may break, and the exit code that says where. */
static const struct {
	const char *sql;	  /* done to the source */
	const char *from, *to;	  /* changed in the connection's file */
	const char *misconfigure; /* of the org */
	int code;
} breaks[] = {
	{ "DROP TABLE t", NULL, NULL, NULL, 6 },
	{ NULL, "Driver=SQLite3", "Driver=NoSuchDriver", NULL, 6 },
	{ NULL, "http://127.0.0.1:", "http://127.0.0.1:1?", NULL, 3 },
	{ NULL, PRACTICE_CONSUMER_KEY, "3MVG9unknown", NULL, 4 },
	{ NULL, NULL, NULL, "limit-reached", 7 },
};

START_TEST(each_broken_link_has_its_exit_code)
{
	world_open(&world, breaks[_i].misconfigure, NULL);
	world_customers(&world, 5);
	world_connection(&world);
	world_interface(&world);
	if (breaks[_i].sql)
		world_sql(&world, breaks[_i].sql);
	if (breaks[_i].from)
		world_edit_connection(&world, breaks[_i].from, breaks[_i].to);
	ck_run(breaks[_i].code, &world, "process", "accounts", "--wait", "0", "--json");
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 0);
}
END_TEST

START_TEST(an_org_that_is_away_leaves_rows_that_the_next_process_sends)
{
	const char *nobody = world_nobody();

	open_with(300);
	world_edit_connection(&world, practice_url(world.practice), nobody);
	ck_run(5, &world, "process", "accounts", "--wait", "0", "--json");
	world_edit_connection(&world, nobody, practice_url(world.practice));
	ck_run(0, &world, "process", "accounts", "--json");
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 300);
}
END_TEST

START_TEST(attempts_while_the_org_is_away_do_not_pile_up)
{
	const char *nobody = world_nobody();

	open_with(30);
	world_edit_connection(&world, practice_url(world.practice), nobody);
	ck_run(5, &world, "process", "accounts", "--wait", "0", "--json");
	ck_run(5, &world, "process", "accounts", "--wait", "0", "--json");
	world_edit_connection(&world, nobody, practice_url(world.practice));
	ck_run(0, &world, "process", "accounts", "--json");
	check_counts("runs.0", 30, 30, 0);
	for (int run = 1; run <= 2; run++) {
		ck_run(0, &world, "run", "show", run == 1 ? "1" : "2", "--json");
		ck_assert_str_eq(world_json("run.status"), "Cancelled");
		ck_assert_int_eq(world_number("run.read"), 0);
	}
}
END_TEST

START_TEST(faults_on_the_way_double_and_lose_nothing)
{
	world_open(&world, NULL, "503=0.2");
	world_customers(&world, 2000);
	world_connection(&world);
	world_interface(&world);
	ck_run(0, &world, "process", "accounts", "--json");
	check_counts("runs.0", 2000, 2000, 0);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 2000);
}
END_TEST

START_TEST(a_killed_process_goes_on_where_it_was)
{
	pid_t pid;

	open_with(8000);
	pid = world_spawn(&world, "process", "accounts", NULL);
	while (practice_record_count(world.practice, "Account") < 1000)
		clock_sleep(2);
	kill(pid, SIGKILL);
	ck_assert_int_eq(world_wait(pid), 128 + SIGKILL);
	ck_run(0, &world, "run", "resume", "1", "--json");
	check_counts("runs.0", 8000, 8000, 0);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 8000);
}
END_TEST

START_TEST(resume_of_a_finished_run_exits_as_that_run_did)
{
	open_with(10);
	world_sql(&world, "UPDATE t SET name = NULL WHERE no = 'C-000003'");
	ck_run(1, &world, "process", "accounts", "--json");
	ck_run(1, &world, "run", "resume", "1", "--json");
	check_counts("runs.0", 10, 9, 1);
	ck_run(0, &world, "process", "accounts", "--limit", "2", "--json");
	ck_run(0, &world, "run", "resume", "2", "--json");
}
END_TEST

START_TEST(messages_can_be_shown_and_exported)
{
	struct buf csv = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;
	char path[600];
	char id[32];

	open_with(3);
	ck_run(0, &world, "process", "accounts", "--json");
	ck_run(0, &world, "message", "list", "key:C-000002", "--json");
	text_copy(id, sizeof(id), world_json("messages.0.id"));
	ck_run(0, &world, "message", "show", id, "--json");
	ck_assert_str_eq(world_json("message.payload.Name"), "Customer 2");
	ck_assert_str_eq(world_json("message.attempts_made.0.http_status"), "200");
	snprintf(path, sizeof(path), "%s/out.csv", world.home);
	ck_run(0, &world, "message", "export", "--csv", path, "--json");
	ck_assert_int_eq(world_number("exported"), 3);
	ck_ok(file_read(&csv, path, &err), &err);
	ck_assert_ptr_nonnull(strstr(buf_str(&csv), "\"C-000003\",\"Completed\""));
	buf_free(&csv);
}
END_TEST

START_TEST(interfaces_of_one_sequence_go_side_by_side)
{
	open_with(3000);
	world_more_interfaces(&world);
	ck_run(0, &world, "process", "accounts", "contacts", "lines", "--json");
	for (int i = 0; i < 3; i++) {
		char run[16];

		snprintf(run, sizeof(run), "runs.%d", i);
		check_counts(run, 3000, 3000, 0);
	}
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 3000);
	ck_assert_int_eq(practice_record_count(world.practice, "Contact"), 3000);
	ck_assert_int_eq(practice_record_count(world.practice, "Order_Line__c"), 3000);
}
END_TEST

/* Two processes of one home without an agent: the second hands its run to the first, and goes on
 * itself when the first has ended (or was killed). */
START_TEST(a_process_survives_the_one_it_handed_its_run_to)
{
	bool killed = _i == 1;
	pid_t first;
	pid_t second;

	world_open_slow(&world, 50);
	world_customers(&world, 4000);
	world_connection(&world);
	world_interface(&world);
	world_more_interfaces(&world);
	/* All rows are here before the first leaves (mode Auto): then the first answers are slow.
	 */
	world_delay(&world, 300);
	first = world_spawn(&world, "process", "accounts", "--limit", "2000", NULL);
	while (practice_record_count(world.practice, "Account") == 0)
		clock_sleep(2);
	/* Its further answers come late: it is still there when the second one begins. */
	world_delay(&world, 2000);
	second = world_spawn(&world, "process", "contacts", NULL);
	while (practice_record_count(world.practice, "Contact") == 0)
		clock_sleep(2);
	world_delay(&world, 0);
	if (killed)
		kill(first, SIGKILL);
	ck_assert_int_eq(world_wait(first), killed ? 128 + SIGKILL : 0);
	ck_assert_int_eq(world_wait(second), 0);
	ck_run(0, &world, "run", "resume", "1", "--json");
	check_counts("runs.0", 2000, 2000, 0);
	ck_assert_int_eq(practice_record_count(world.practice, "Contact"), 4000);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 2000);
}
END_TEST

START_TEST(following_tells_what_becomes_of_rows)
{
	struct buf told = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;
	char path[600];
	pid_t pid;

	open_with(10);
	world_sql(&world, "UPDATE t SET name = NULL WHERE no IN ('C-000003', 'C-000005')");
	ck_run(0, &world, "process", "accounts", "--limit", "1"); /* there is a store to follow */
	pid = world_spawn(&world, "message", "list", "status:failed", "--follow", "--json", NULL);
	snprintf(path, sizeof(path), "%s/spawned", world.home);
	ck_run(1, &world, "process", "accounts");
	do {
		clock_sleep(10);
		buf_reset(&told);
		ck_ok(file_read(&told, path, &err), &err);
	} while (!strstr(buf_str(&told), "C-000003") || !strstr(buf_str(&told), "C-000005"));
	ck_assert_ptr_null(strstr(buf_str(&told), "C-000001"));
	kill(pid, SIGTERM);
	ck_assert_int_eq(world_wait(pid), 0);
	buf_free(&told);
}
END_TEST

Suite *suite_e2e_process(void)
{
	Suite *suite = suite_create("e2e-process");
	TCase *tcase = tcase_create("process");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, twenty_thousand_rows_arrive_once_each);
	tcase_add_test(tcase, bad_rows_are_exit_1_and_speak_the_org_s_words);
	tcase_add_test(tcase, bad_rows_are_held_until_they_change);
	tcase_add_test(tcase, a_limit_reads_so_many_rows);
	tcase_add_test(tcase, a_dry_run_sends_nothing);
	tcase_add_test(tcase, an_empty_source_is_a_success);
	tcase_add_loop_test(tcase, each_broken_link_has_its_exit_code, 0, (int)ARRAY_SIZE(breaks));
	tcase_add_test(tcase, an_org_that_is_away_leaves_rows_that_the_next_process_sends);
	tcase_add_test(tcase, attempts_while_the_org_is_away_do_not_pile_up);
	tcase_add_test(tcase, faults_on_the_way_double_and_lose_nothing);
	tcase_add_test(tcase, a_killed_process_goes_on_where_it_was);
	tcase_add_test(tcase, resume_of_a_finished_run_exits_as_that_run_did);
	tcase_add_test(tcase, messages_can_be_shown_and_exported);
	tcase_add_test(tcase, interfaces_of_one_sequence_go_side_by_side);
	tcase_add_loop_test(tcase, a_process_survives_the_one_it_handed_its_run_to, 0, 2);
	tcase_add_test(tcase, following_tells_what_becomes_of_rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
