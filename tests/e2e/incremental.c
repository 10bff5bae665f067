/* End to end: reading what is new alone. */

#include "base/base.h"
#include "e2e/suites.h"

#include "e2e/world.h"

static struct world world;

static void setup(void)
{
	world_open(&world, NULL, NULL);
	world_sql(&world,
		"CREATE TABLE t (no TEXT, name TEXT, at TEXT);"
		"INSERT INTO t VALUES ('A', 'one', '2026-11-01 10:00:00'), "
		"('B', 'two', '2026-11-02 10:00:00'), ('C', 'three', '2026-11-03 10:00:00')");
	world_connection(&world);
	ck_run(0, &world, "interface", "add", "news", "--set", "connection=erp", "--set",
		"object=Account", "--set", "external_id=Ext_Id__c", "--set",
		"query=SELECT no, name, at FROM t WHERE at >= :watermark ORDER BY at", "--set",
		"initial_query=SELECT no, name, at FROM t", "--set", "watermark.column=at", "--set",
		"watermark.overlap=1d", "--map", "Ext_Id__c=no", "--map", "Name=name");
}

static void teardown(void)
{
	world_close(&world);
}

static void check_counts(int64_t completed, int64_t skipped, int64_t held)
{
	ck_assert_int_eq(world_number("runs.0.completed"), completed);
	ck_assert_int_eq(world_number("runs.0.skipped"), skipped);
	ck_assert_int_eq(world_number("runs.0.held"), held);
}

static void check_mark(const char *value)
{
	ck_run(0, &world, "interface", "watermark", "news", "--json");
	ck_assert_str_eq(world_json("watermark.value"), value);
}

START_TEST(only_what_is_new_is_sent)
{
	ck_run(0, &world, "process", "news", "--json");
	check_counts(3, 0, 0);
	check_mark("2026-11-03 10:00:00");
	/* The overlap brings B and C again: they are as they were. */
	ck_run(0, &world, "process", "news", "--json");
	check_counts(0, 2, 0);
	world_sql(&world, "UPDATE t SET name = 'changed' WHERE no = 'C';"
			  "INSERT INTO t VALUES ('D', 'four', '2026-11-04 10:00:00')");
	ck_run(0, &world, "process", "news", "--json");
	check_counts(2, 1, 0);
	check_mark("2026-11-04 10:00:00");
	ck_run(0, &world, "process", "news", "--initial", "--json");
	check_counts(4, 0, 0);
}
END_TEST

START_TEST(a_row_that_went_back_to_what_it_was_is_sent)
{
	ck_run(0, &world, "process", "news", "--json");
	world_sql(&world, "UPDATE t SET name = 'changed' WHERE no = 'C'");
	ck_run(0, &world, "process", "news", "--json");
	check_counts(1, 1, 0);
	world_sql(&world, "UPDATE t SET name = 'three' WHERE no = 'C'");
	ck_run(0, &world, "process", "news", "--json");
	check_counts(1, 1, 0);
}
END_TEST

START_TEST(a_limited_run_moves_nothing)
{
	ck_run(0, &world, "process", "news", "--limit", "1", "--json");
	ck_run(0, &world, "interface", "watermark", "news", "--json");
	ck_assert_str_eq(world_json("watermark"), "null");
	ck_run(0, &world, "process", "news", "--dry-run", "--json");
	ck_run(0, &world, "interface", "watermark", "news", "--json");
	ck_assert_str_eq(world_json("watermark"), "null");
}
END_TEST

START_TEST(the_mark_does_not_pass_a_held_row)
{
	ck_run(0, &world, "process", "news", "--json");
	world_sql(&world, "INSERT INTO t VALUES ('E', NULL, '2026-11-05 10:00:00')");
	ck_run(1, &world, "process", "news", "--json");
	check_mark("2026-11-05 10:00:00");
	world_sql(&world, "INSERT INTO t VALUES ('F', 'six', '2026-11-07 10:00:00')");
	ck_run(1, &world, "process", "news", "--json");
	check_counts(1, 0, 1);
	check_mark("2026-11-05 10:00:00");
	world_sql(&world, "UPDATE t SET name = 'five' WHERE no = 'E'");
	ck_run(0, &world, "process", "news", "--json");
	check_counts(1, 1, 0);
	check_mark("2026-11-07 10:00:00");
}
END_TEST

START_TEST(another_mapping_reads_from_the_beginning)
{
	ck_run(0, &world, "process", "news", "--json");
	ck_run(0, &world, "interface", "add", "news", "--replace", "--map",
		"BillingPostalCode=value:20457");
	ck_run(0, &world, "process", "news", "--json");
	check_counts(3, 0, 0);
	ck_run(0, &world, "run", "show", "2", "--json");
	ck_assert(strstr(world_json("run.reason"), "mapping was changed"));
}
END_TEST

START_TEST(a_mark_is_set_and_cleared_by_hand)
{
	ck_run(0, &world, "interface", "add", "news", "--replace", "--set", "initial_query=");
	ck_run(3, &world, "process", "news", "--json");
	ck_run(0, &world, "interface", "watermark", "news", "--set", "2026-11-04 09:00:00");
	ck_run(0, &world, "process", "news", "--json");
	check_counts(1, 0, 0);
	ck_run(0, &world, "interface", "watermark", "news", "--clear");
	ck_run(3, &world, "process", "news", "--json");
	ck_run(2, &world, "interface", "watermark", "news", "--set", "x", "--clear");
}
END_TEST

Suite *suite_e2e_incremental(void)
{
	Suite *suite = suite_create("e2e incremental");
	TCase *tcase = tcase_create("incremental");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, only_what_is_new_is_sent);
	tcase_add_test(tcase, a_row_that_went_back_to_what_it_was_is_sent);
	tcase_add_test(tcase, a_limited_run_moves_nothing);
	tcase_add_test(tcase, the_mark_does_not_pass_a_held_row);
	tcase_add_test(tcase, another_mapping_reads_from_the_beginning);
	tcase_add_test(tcase, a_mark_is_set_and_cleared_by_hand);
	suite_add_tcase(suite, tcase);
	return suite;
}
