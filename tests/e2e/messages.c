/* End to end: what a person does to messages, by the commands, with an agent up and without. */

#include "base/base.h"
#include "e2e/suites.h"

#include "base/file.h"
#include "e2e/world.h"

#include <sys/stat.h>

static struct world world;
static char bad[32]; /* the number of the message that failed */

/* 30 customers, of whom one has no name, which only the org refuses. */
static void setup(void)
{
	world_open(&world, NULL, NULL);
	world_customers(&world, 30);
	world_sql(&world, "UPDATE t SET name = NULL WHERE no = 'C-000007'");
	world_connection(&world);
	world_interface(&world);
}

static void teardown(void)
{
	world_close(&world);
}

static void start_agent(void)
{
	ck_run(0, &world, "agent", "start", "--json");
	world.agent = (pid_t)world_number("agent.pid");
}

static void process_and_fail(void)
{
	ck_run(1, &world, "process", "accounts", "--json");
	ck_run(0, &world, "message", "list", "status:failed", "--json");
	snprintf(bad, sizeof(bad), "%" PRId64, world_number("messages.0.id"));
}

static void edit_and_send(void)
{
	ck_run(0, &world, "message", "edit", bad, "--set", "Name=Seven", "--json");
	ck_assert_str_eq(world_json("message.payload.Name"), "Seven");
	ck_run(0, &world, "message", "reprocess", bad, "--json");
	ck_assert_int_eq(world_number("done"), 1);
	ck_assert_str_eq(world_json("messages.0.done"), "true");
	ck_assert_str_eq(world_json("runs.0.status"), "Done");
	ck_assert_int_eq(world_number("runs.0.completed"), 30);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 30);
	ck_run(0, &world, "message", "show", bad, "--json");
	ck_assert_str_eq(world_json("message.status"), "Completed");
	ck_assert_int_eq(world_number("message.attempts"), 2);
	ck_assert_str_ne(world_json("message.edited_by"), "");
	ck_assert_str_eq(world_json("message.timeline.0.what"), "attempt");
	ck_assert_str_eq(world_json("message.timeline.1.what"), "edit");
	ck_assert_str_eq(world_json("message.timeline.2.what"), "reprocess");
	ck_assert_str_ne(world_json("message.timeline.2.who"), "");
	ck_assert_str_eq(world_json("message.timeline.3.what"), "attempt");
	ck_run(0, &world, "message", "show", bad);
}

START_TEST(an_edited_message_is_sent_again_without_an_agent)
{
	process_and_fail();
	edit_and_send();
}
END_TEST

START_TEST(an_edited_message_is_sent_again_by_the_agent)
{
	start_agent();
	process_and_fail();
	edit_and_send();
}
END_TEST

START_TEST(a_filter_reprocesses_what_may_be_and_tells_the_rest)
{
	process_and_fail();
	ck_run(0, &world, "message", "reprocess", "--filter", "status:failed", "--dry-run",
		"--json");
	ck_assert_int_eq(world_number("done"), 1);
	ck_run(0, &world, "message", "show", bad, "--json");
	ck_assert_str_eq(world_json("message.status"), "Failed"); /* it was but asked */
	ck_run(1, &world, "message", "reprocess", "--filter", "interface:accounts", "--json");
	ck_assert_int_eq(world_number("matched"), 30);
	ck_assert_int_eq(world_number("done"), 1);
	ck_assert_int_eq(world_number("refused"), 29);
	ck_assert_int_eq(world_number("reasons.0.count"), 29);
	ck_run(0, &world, "message", "show", bad, "--json");
	ck_assert_int_eq(world_number("message.attempts"), 2);
	ck_assert_str_eq(world_json("message.code"), "REQUIRED_FIELD_MISSING");
	ck_run(0, &world, "message", "reprocess", "--filter", "key:none", "--json");
	ck_assert_int_eq(world_number("matched"), 0);
}
END_TEST

START_TEST(a_failed_message_is_given_up_by_its_number_alone)
{
	process_and_fail();
	ck_run(1, &world, "message", "cancel", "--filter", "run:1 status:failed", "--json");
	ck_assert_int_eq(world_number("cancelled"), 0);
	ck_run(0, &world, "message", "cancel", bad, "--json");
	ck_assert_int_eq(world_number("cancelled"), 1);
	ck_run(0, &world, "message", "show", bad, "--json");
	ck_assert_str_eq(world_json("message.status"), "Cancelled");
	ck_assert_str_eq(
		world_json("message.code"), "REQUIRED_FIELD_MISSING"); /* why is not forgotten */
}
END_TEST

START_TEST(a_failed_message_is_resolved_with_the_id_it_has)
{
	process_and_fail();
	ck_run(2, &world, "message", "resolve", bad, "--as", "done");
	ck_run(2, &world, "message", "resolve", bad, "--as", "completed:none");
	ck_run(2, &world, "message", "resolve", bad, "--as", "not-sent", "--json");
	ck_assert_int_eq(world_number("refused"), 1);
	ck_run(0, &world, "message", "resolve", bad, "--as", "completed:001000000000001AAA",
		"--json");
	ck_run(0, &world, "message", "show", bad, "--json");
	ck_assert_str_eq(world_json("message.status"), "Completed");
	ck_assert_str_eq(world_json("message.salesforce_id"), "001000000000001AAA");
}
END_TEST

/* In order: what is behind a failed row goes once that one is settled, by whatever verb. */
static void check_stop_goes_on(const char *verb, const char *option, const char *value)
{
	ck_run(0, &world, "interface", "add", "ordered", "--set", "connection=erp", "--set",
		"object=Account", "--set", "operation=Upsert", "--set", "external_id=Ext_Id__c",
		"--set", "query=SELECT no, name, zip FROM t ORDER BY no", "--set", "on_error=Stop",
		"--map", "Ext_Id__c=no", "--map", "Name=name", "--map", "BillingPostalCode=zip");
	ck_run(9, &world, "process", "ordered", "--json");
	ck_assert_str_eq(world_json("runs.0.status"), "Stopped");
	ck_assert_int_eq(world_number("runs.0.completed"), 6);
	ck_assert_int_eq(world_number("runs.0.pending"), 23);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 6);
	ck_run(0, &world, "message", "list", "status:failed", "--json");
	snprintf(bad, sizeof(bad), "%" PRId64, world_number("messages.0.id"));
	if (option)
		ck_run(0, &world, "message", verb, bad, option, value, "--json");
	else
		ck_run(0, &world, "message", verb, bad, "--json");
	ck_assert_str_eq(world_json("runs.0.status"), "Done");
	ck_assert_int_eq(world_number("runs.0.pending"), 0);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), 29);
}

START_TEST(stop_goes_on_when_the_row_is_given_up)
{
	check_stop_goes_on("cancel", NULL, NULL);
}
END_TEST

START_TEST(stop_goes_on_when_the_row_is_resolved)
{
	check_stop_goes_on("resolve", "--as", "completed");
}
END_TEST

START_TEST(an_export_holds_what_the_filter_shows)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT(1u << 20);
	struct stat st;
	char path[600];

	process_and_fail();
	snprintf(path, sizeof(path), "%s/out.csv", world.home);
	ck_run(0, &world, "message", "export", "status:failed", "--csv", path, "--json");
	ck_assert_int_eq(world_number("exported"), 1);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "\"C-000007\",\"Failed\""));
	ck_run(0, &world, "message", "export", "--jsonl", path, "--json");
	ck_assert_int_eq(world_number("exported"), 30);
	buf_reset(&text);
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_int_eq(strncmp(buf_str(&text), "{\"id\":256,", 10), 0);
	ck_run(2, &world, "message", "export", "--json");
	buf_free(&text);
}
END_TEST

START_TEST(wrong_edits_say_what_is_wrong)
{
	process_and_fail();
	ck_run(2, &world, "message", "edit", bad);
	ck_run(2, &world, "message", "edit", bad, "--set", "Name");
	ck_run(2, &world, "message", "edit", bad, "--set", "Ext_Id__c=C-000008");
	ck_run(2, &world, "message", "edit", bad, "--set", "Name=json:{");
	ck_run(2, &world, "message", "edit", "nonsense", "--set", "Name=x");
	ck_run(3, &world, "message", "edit", "99999", "--set", "Name=x");
	ck_run(2, &world, "message", "edit", "256", "--set", "Name=x"); /* Completed */
}
END_TEST

Suite *suite_e2e_messages(void)
{
	Suite *suite = suite_create("e2e_messages");
	TCase *tcase = tcase_create("messages");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, an_edited_message_is_sent_again_without_an_agent);
	tcase_add_test(tcase, an_edited_message_is_sent_again_by_the_agent);
	tcase_add_test(tcase, a_filter_reprocesses_what_may_be_and_tells_the_rest);
	tcase_add_test(tcase, a_failed_message_is_given_up_by_its_number_alone);
	tcase_add_test(tcase, a_failed_message_is_resolved_with_the_id_it_has);
	tcase_add_test(tcase, stop_goes_on_when_the_row_is_given_up);
	tcase_add_test(tcase, stop_goes_on_when_the_row_is_resolved);
	tcase_add_test(tcase, an_export_holds_what_the_filter_shows);
	tcase_add_test(tcase, wrong_edits_say_what_is_wrong);
	suite_add_tcase(suite, tcase);
	return suite;
}
