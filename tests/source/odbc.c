/* Tests of odbc.c against the SQLite driver, and of the words for SQLSTATEs. */

#include "source/suites.h"
#include "source/odbc.h"
#include "source/odbc_error.h"
#include "source/reader.h"
#include "source/sample.h"
#include "base/text.h"

static int open_query(
	struct odbc_source **out, const char *connection, const char *sql, struct err *err)
{
	static struct odbc_query query; /* borrowed until odbc_close() */

	query = (struct odbc_query){ .sql = sql };
	return odbc_open(out, connection, &query, err);
}

static struct odbc_source *opened(const char *sql, const char *query)
{
	struct odbc_source *source = NULL;
	struct err err = ERR_INIT;

	ck_ok(open_query(&source, sample_database(sql), query, &err), &err);
	return source;
}

static void check_cell(const struct cell *cell, const char *text)
{
	ck_assert_ptr_null(cell->bad);
	if (!text) {
		ck_assert_ptr_null(cell->text);
		return;
	}
	ck_assert_ptr_nonnull(cell->text);
	ck_assert_uint_eq(cell->len, strlen(text));
	ck_assert_mem_eq(cell->text, text, cell->len);
}

START_TEST(declared_types_are_known)
{
	static const enum column_type wanted[] = { COLUMN_INTEGER, COLUMN_INTEGER, COLUMN_FLOAT,
		COLUMN_TEXT, COLUMN_BOOLEAN, COLUMN_DATE, COLUMN_DATETIME, COLUMN_BINARY };
	struct odbc_source *source = opened(
		"CREATE TABLE t (i integer, b bigint, f double, t varchar(20), y boolean, d date, "
		"z timestamp, x blob)",
		"SELECT * FROM t");
	const struct cell *cells;
	const struct column *columns;
	struct err err = ERR_INIT;
	int count;

	columns = odbc_columns(source, &count);
	ck_assert_int_eq(count, (int)ARRAY_SIZE(wanted));
	for (int i = 0; i < count; i++)
		ck_assert_msg(columns[i].type == wanted[i], "%s is %s", columns[i].name,
			column_type_name(columns[i].type));
	ck_assert_int_eq(columns[3].size, 20);
	ck_assert_int_eq(odbc_next(&cells, source, &err), 0);
	odbc_close(source);
}
END_TEST

START_TEST(values_arrive_exactly)
{
	struct odbc_source *source =
		opened("CREATE TABLE t (b bigint, t text, e text, n text, x blob)"
		       ";INSERT INTO t VALUES (9007199254740993, 'Zo\xc3\xab "
		       "\xf0\x9f\x98\x80', '', NULL, x'00ff10')",
			"SELECT * FROM t");
	const struct cell *cells;
	struct err err = ERR_INIT;

	ck_assert_int_eq(odbc_next(&cells, source, &err), 1);
	check_cell(&cells[0], "9007199254740993"); /* beyond what a double holds */
	check_cell(&cells[1], "Zo\xc3\xab \xf0\x9f\x98\x80");
	check_cell(&cells[2], "");
	check_cell(&cells[3], NULL);
	check_cell(&cells[4], "AP8Q");
	ck_assert_int_eq(odbc_next(&cells, source, &err), 0);
	odbc_close(source);
}
END_TEST

/* Lengths around the bound buffer, the pieces and the maximum. */
static const struct {
	const char *expression;
	size_t len;
	bool bad;
} lengths[] = {
	{ "printf('%.*c', 1022, 'x')", 1022, false },
	{ "printf('%.*c', 1023, 'x')", 1023, false },
	{ "printf('%.*c', 1024, 'x')", 1024, false },
	{ "printf('%.*c', 65535, 'x')", 65535, false },
	{ "printf('%.*c', 65536, 'x')", 65536, false },
	{ "printf('%.*c', 300000, 'x')", 300000, false },
	{ "printf('%.*c', 16777216, 'x')", 16777216, false },
	{ "printf('%.*c', 16777217, 'x')", 0, true },
	{ "zeroblob(1)", 4, false },
	{ "zeroblob(70000)", 93336, false },
	{ "zeroblob(12582912)", 16777216, false },
	{ "zeroblob(12582913)", 0, true },
};

START_TEST(long_values_come_whole_or_marked)
{
	struct odbc_source *source = NULL;
	const struct cell *cells;
	struct err err = ERR_INIT;
	bool blob = text_starts(lengths[_i].expression, "zeroblob");
	char sql[256];

	snprintf(sql, sizeof(sql),
		"CREATE TABLE t (a text, v %s, z text);"
		"INSERT INTO t VALUES ('before', %s, 'behind')",
		blob ? "blob" : "text", lengths[_i].expression);
	source = opened(sql, "SELECT * FROM t UNION ALL SELECT a, NULL, z FROM t");
	if (blob) {
		odbc_close(source);
		source = opened(sql, "SELECT * FROM t");
	}
	ck_assert_int_eq(odbc_next(&cells, source, &err), 1);
	check_cell(&cells[0], "before");
	check_cell(&cells[2], "behind");
	ck_assert_uint_eq(cells[1].len, lengths[_i].len);
	ck_assert_int_eq(cells[1].bad != NULL, lengths[_i].bad);
	for (uint32_t i = 0; !blob && i < cells[1].len; i++)
		if (cells[1].text[i] != 'x')
			ck_abort_msg("byte %u is not x", i);
	odbc_close(source);
}
END_TEST

static const struct {
	const char *query;
	const char *words;
} refused[] = {
	{ "SELECT * FROM nowhere", "nowhere" },
	{ "SELEC 1", "SELEC" },
	{ "UPDATE t SET a = 2", "readonly" },
	{ "PRAGMA foreign_keys = ON", "must be a SELECT" },
};

START_TEST(query_that_fails_is_told_in_the_drivers_words)
{
	struct odbc_source *source = NULL;
	struct err err = ERR_INIT;
	const char *connection =
		sample_database("CREATE TABLE t (a integer); INSERT INTO t VALUES (1)");

	ck_assert_int_eq(open_query(&source, connection, refused[_i].query, &err), -ERR_SOURCE);
	ck_assert_ptr_null(source);
	ck_assert_msg(strstr(err.text, refused[_i].words), "%s", err.text);
	ck_assert_ptr_null(strstr(err.text, "["));
}
END_TEST

START_TEST(query_that_writes_changes_nothing)
{
	struct odbc_source *source = NULL;
	struct err err = ERR_INIT;
	const char *connection =
		sample_database("CREATE TABLE t (a integer); INSERT INTO t VALUES (1)");
	const struct cell *cells;

	ck_assert_int_lt(open_query(&source, connection, "DELETE FROM t", &err), 0);
	ck_ok(open_query(&source, connection, "SELECT a FROM t", &err), &err);
	ck_assert_int_eq(odbc_next(&cells, source, &err), 1);
	odbc_close(source);
}
END_TEST

static const struct {
	const char *state, *text, *connection;
	const char *wanted;
	bool retryable;
} words[] = {
	{ "IM002", "[unixODBC][Driver Manager]Data source name not found", NULL,
		"no ODBC driver or data source of that name (Data source name not found)", false },
	{ "28000", "[X]Login failed", NULL, "refused user or password (Login failed)", false },
	{ "08S01", "gone", NULL, "the line to the database broke (gone)", true },
	{ "40001", "deadlock", NULL, "may work next time (deadlock)", true },
	{ "HYT00", "timeout", NULL, "took too long (timeout)", true },
	{ "XX000", "[A][B] odd\nthing", NULL, "the database said: odd thing", false },
	{ "08001", "cannot use s3cr;et here", "Driver=x;PWD={s3cr;et};Port=1",
		"cannot use ******* here", true },
	{ "08001", "PWD=hush and more", "pwd=hush", "PWD=**** and more", true },
};

START_TEST(driver_words_are_plain_and_hold_no_password)
{
	struct err err = ERR_INIT;

	odbc_error_words(&err, "connecting", words[_i].state, words[_i].text, words[_i].connection);
	ck_assert_msg(strstr(err.text, words[_i].wanted), "%s", err.text);
	ck_assert_int_eq(err.retryable, words[_i].retryable);
	ck_assert_str_eq(err.code, words[_i].state);
	ck_assert_ptr_null(strstr(err.text, "s3cr"));
	ck_assert_ptr_null(strstr(err.text, "hush"));
}
END_TEST

START_TEST(missing_driver_is_told)
{
	struct odbc_source *source = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(
		open_query(&source, "Driver=NoSuchDriver;PWD=hush", "SELECT 1", &err), -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "driver"), "%s", err.text);
	ck_assert_str_ne(err.code, "");
}
END_TEST

START_TEST(installed_drivers_are_listed)
{
	struct text_list names = { NULL, 0 };
	struct err err = ERR_INIT;

	ck_ok(source_odbc_drivers(&names, &err), &err);
	ck_assert(text_list_has(&names, "SQLite3"));
	text_list_free(&names);
	ck_ok(source_odbc_data_sources(&names, &err), &err);
	text_list_free(&names);
}
END_TEST

/* ---- pages ---- */

#define PAGED_ROWS 25003

/*
 * Rows of equal keys where a page of 10,000 ends, in some ways to be equal; `times`: how often each
 * number is to come.
 */
static const struct {
	const char *key, *query;
	int times;
} paged[] = {
	{ "integer/i", "SELECT k, i AS n FROM t", 1 },
	{ "integer/i / 7", "SELECT k, i AS n FROM t", 1 },
	{ "integer/i / 7", "SELECT k, i AS n FROM t ORDER BY i % 10 -- as it likes;", 1 },
	{ "integer/i / 20", "SELECT k, i / 4 AS n FROM t", 4 }, /* rows that are the same in all */
	{ "integer/1", "SELECT k, i AS n FROM t", 1 },
	{ "integer/i / 20000", "SELECT k, i AS n FROM t", 1 },
	{ "text COLLATE NOCASE/printf('%c-%05d', 65 + i % 2 * 32, i / 8)",
		"SELECT k, i AS n FROM t", 1 },
};

/* `key`: the type of the column k, and what is in it. */
static struct odbc_source *open_paged(struct odbc_query *query, const char *key, const char *sql)
{
	struct odbc_source *source = NULL;
	struct err err = ERR_INIT;
	char make[400];

	snprintf(make, sizeof(make),
		"CREATE TABLE t (i integer, k %.*s);"
		"WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s LIMIT %d)"
		" INSERT INTO t SELECT i, %s FROM s",
		(int)strcspn(key, "/"), key, PAGED_ROWS, strchr(key, '/') + 1);
	*query = (struct odbc_query){ .sql = sql, .page_by = "k" };
	ck_ok(odbc_open(&source, sample_database(make), query, &err), &err);
	return source;
}

static int read_paged(int seen[PAGED_ROWS], struct odbc_source *source, struct err *err)
{
	const struct cell *cells;
	int rc;

	while ((rc = odbc_next(&cells, source, err)) > 0)
		seen[strtol(cells[1].text, NULL, 10)]++;
	odbc_close(source);
	return rc;
}

START_TEST(pages_lose_no_row_and_double_none)
{
	static int seen[PAGED_ROWS];
	struct odbc_query query;
	struct err err = ERR_INIT;

	ck_ok(read_paged(seen, open_paged(&query, paged[_i].key, paged[_i].query), &err), &err);
	for (int i = 0; i < PAGED_ROWS / paged[_i].times; i++)
		ck_assert_msg(seen[i] == paged[_i].times, "%d comes %d times", i, seen[i]);
}
END_TEST

/* What cannot be read by pages without a loss is an error. */
static const struct {
	const char *key, *query, *words;
} not_paged[] = {
	{ "integer/nullif(i, 24000)", "SELECT k, i AS n FROM t", "k is empty in a row" },
	{ "integer/i", "SELECT i / 7 AS k, i AS n FROM t", "not found again" }, /* of no type */
};

START_TEST(pages_that_would_lose_rows_are_refused)
{
	static int seen[PAGED_ROWS];
	struct odbc_query query;
	struct err err = ERR_INIT;

	ck_assert_int_eq(
		read_paged(seen, open_paged(&query, not_paged[_i].key, not_paged[_i].query), &err),
		-ERR_SOURCE);
	ck_assert_msg(strstr(err.text, not_paged[_i].words), "%s", err.text);
}
END_TEST

START_TEST(a_floating_point_number_is_no_key_of_pages)
{
	struct odbc_source *source = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(
		odbc_open(&source, sample_database("CREATE TABLE t (k double)"),
			&(struct odbc_query){ .sql = "SELECT * FROM t", .page_by = "k" }, &err),
		-ERR_CONFIG);
	ck_assert_msg(strstr(err.text, "floating-point"), "%s", err.text);
}
END_TEST

Suite *suite_odbc(void)
{
	Suite *suite = suite_create("odbc");
	TCase *tc = tcase_create("odbc");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, declared_types_are_known);
	tcase_add_test(tc, values_arrive_exactly);
	tcase_add_loop_test(tc, long_values_come_whole_or_marked, 0, ARRAY_SIZE(lengths));
	tcase_add_loop_test(
		tc, query_that_fails_is_told_in_the_drivers_words, 0, ARRAY_SIZE(refused));
	tcase_add_test(tc, query_that_writes_changes_nothing);
	tcase_add_loop_test(tc, driver_words_are_plain_and_hold_no_password, 0, ARRAY_SIZE(words));
	tcase_add_test(tc, missing_driver_is_told);
	tcase_add_test(tc, installed_drivers_are_listed);
	tcase_add_loop_test(tc, pages_lose_no_row_and_double_none, 0, ARRAY_SIZE(paged));
	tcase_add_loop_test(tc, pages_that_would_lose_rows_are_refused, 0, ARRAY_SIZE(not_paged));
	tcase_add_test(tc, a_floating_point_number_is_no_key_of_pages);
	suite_add_tcase(suite, tc);
	return suite;
}
