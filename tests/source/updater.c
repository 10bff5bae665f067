/* Tests of updater.c, the child behind it and odbc_update.c: what is written, and what is not. */

#include "source/suites.h"
#include "source/places.h"
#include "source/sample.h"
#include "source/updater.h"
#include "base/clock.h"
#include "base/text.h"

#include <sqlite3.h>

#define TABLE                                                                                      \
	"CREATE TABLE t (no TEXT, twin TEXT, state TEXT, CHECK (state <> 'bad'));"                 \
	"INSERT INTO t VALUES ('1', 'a', 'new'), ('2', 'b', 'new'), ('3', 'b', 'new'),"            \
	" ('4', 'd', 'new')"
#define CELL(text)                                                                                 \
	{                                                                                          \
		(text), sizeof(text) - 1, NULL                                                     \
	}

static const char *path_in(const char *odbc)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s", strstr(odbc, "Database=") + strlen("Database="));
	*strchrnul(path, ';') = '\0';
	return path;
}

/* What one SELECT gives, as text. */
static const char *asked(const char *odbc, const char *sql)
{
	static char text[256];
	sqlite3_stmt *stmt;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path_in(odbc), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	snprintf(text, sizeof(text), "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return text;
}

static const char *states(const char *odbc)
{
	return asked(odbc, "SELECT group_concat(state, ' ') FROM (SELECT * FROM t ORDER BY no)");
}

static int start(struct updater **updater, const char *odbc, const char *sql, struct err *err)
{
	struct places places;
	struct updater_spec spec = { .odbc = odbc, .timeout_s = 10 };
	int rc;

	ck_ok(places_parse(&places, sql, err), err);
	spec.sql = places.sql;
	spec.places = places.count;
	rc = updater_start(updater, &spec, err);
	places_free(&places);
	return rc;
}

START_TEST(each_row_says_how_many_it_touched)
{
	const char *odbc = sample_database(TABLE);
	const struct cell cells[] = { CELL("1"), CELL("nobody"), CELL("3"), { NULL, 0, NULL } };
	struct updated results[4];
	struct updater *updater = NULL;
	struct err err = ERR_INIT;

	ck_ok(start(&updater, odbc, "UPDATE t SET state = 'sent' WHERE no = :no", &err), &err);
	ck_ok(updater_run(results, updater, cells, 4, &err), &err);
	ck_assert_int_eq(results[0].rows, 1);
	ck_assert_int_eq(results[1].rows, 0);
	ck_assert_int_eq(results[2].rows, 1);
	ck_assert_int_eq(results[3].rows, 0);
	ck_assert_str_eq(states(odbc), "sent new sent new");
	updater_free(updater);
}
END_TEST

START_TEST(a_row_that_touches_two_is_rolled_back_alone)
{
	const char *odbc = sample_database(TABLE);
	const struct cell cells[] = { CELL("a"), CELL("b"), CELL("d") };
	struct updated results[3];
	struct updater *updater = NULL;
	struct err err = ERR_INIT;

	ck_ok(start(&updater, odbc, "UPDATE t SET state = 'sent' WHERE twin = :t", &err), &err);
	ck_ok(updater_run(results, updater, cells, 3, &err), &err);
	ck_assert_int_eq(results[0].rows, 1);
	ck_assert_int_eq(results[1].rows, UPDATED_FAILED);
	ck_assert_msg(strstr(results[1].text, "touched 2 rows"), "%s", results[1].text);
	ck_assert_int_eq(results[2].rows, 1);
	ck_assert_str_eq(states(odbc), "sent new new sent");
	updater_free(updater);
}
END_TEST

START_TEST(values_are_bound_never_pasted)
{
	const char *odbc = sample_database(TABLE);
	const struct cell cells[] = { CELL("x'; DROP TABLE t; --"), CELL("1"), CELL("bad"),
		CELL("2"), CELL("ÄÖ 'q'"), CELL("4") };
	struct updated results[3];
	struct updater *updater = NULL;
	struct err err = ERR_INIT;

	ck_ok(start(&updater, odbc, "UPDATE t SET state = :s WHERE no = :no", &err), &err);
	ck_ok(updater_run(results, updater, cells, 3, &err), &err);
	ck_assert_int_eq(results[1].rows, UPDATED_FAILED); /* the table's own check */
	ck_assert_str_eq(states(odbc), "x'; DROP TABLE t; -- new new ÄÖ 'q'");
	updater_free(updater);
}
END_TEST

START_TEST(a_lock_fails_all_and_may_pass)
{
	const char *odbc = sample_database(TABLE);
	const struct cell cells[] = { CELL("1") };
	char impatient[600];
	struct updated results[1];
	struct updater *updater = NULL;
	struct err err = ERR_INIT;
	sqlite3 *db;

	snprintf(impatient, sizeof(impatient), "%s;Timeout=50", odbc);
	ck_assert_int_eq(sqlite3_open(path_in(odbc), &db), SQLITE_OK);
	ck_ok(start(&updater, impatient, "UPDATE t SET state = 'sent' WHERE no = :no", &err), &err);
	ck_assert_int_eq(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(updater_run(results, updater, cells, 1, &err), -ERR_SOURCE);
	ck_assert_msg(err.retryable, "%s", err.text);
	sqlite3_close(db);
	updater_free(updater);
	ck_assert_str_eq(states(odbc), "new new new new");
}
END_TEST

START_TEST(a_wrong_statement_fails_all_for_good)
{
	const char *odbc = sample_database(TABLE);
	const struct cell cells[] = { CELL("1") };
	struct updated results[1];
	struct updater *updater = NULL;
	struct err err = ERR_INIT;
	int rc = start(&updater, odbc, "UPDATE nothing SET state = 'sent' WHERE no = :no", &err);

	if (!rc)
		rc = updater_run(results, updater, cells, 1, &err);
	ck_assert_int_eq(rc, -ERR_SOURCE);
	ck_assert_msg(!err.retryable && strstr(err.text, "nothing"), "%s", err.text);
	updater_free(updater);
}
END_TEST

START_TEST(a_silent_database_is_given_up)
{
	const char *odbc = sample_database(TABLE);
	const struct cell cells[] = { CELL("1") };
	struct updated results[1];
	struct updater_spec spec = { .odbc = odbc,
		.sql = "UPDATE t SET state = ? WHERE (WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL"
		       " SELECT i + 1 FROM k) SELECT max(i) FROM k) = 1",
		.places = 1,
		.timeout_s = 1 };
	struct updater *updater = NULL;
	struct err err = ERR_INIT;
	int64_t begun = clock_mono();

	ck_ok(updater_start(&updater, &spec, &err), &err);
	ck_assert_int_eq(updater_run(results, updater, cells, 1, &err), -ERR_SOURCE);
	ck_assert_msg(err.retryable, "%s", err.text);
	ck_assert_int_lt(clock_mono() - begun, 30000);
	updater_free(updater);
}
END_TEST

Suite *suite_updater(void)
{
	Suite *suite = suite_create("updater");
	TCase *tests = tcase_create("updater");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, each_row_says_how_many_it_touched);
	tcase_add_test(tests, a_row_that_touches_two_is_rolled_back_alone);
	tcase_add_test(tests, values_are_bound_never_pasted);
	tcase_add_test(tests, a_lock_fails_all_and_may_pass);
	tcase_add_test(tests, a_wrong_statement_fails_all_for_good);
	tcase_add_test(tests, a_silent_database_is_given_up);
	suite_add_tcase(suite, tests);
	return suite;
}
