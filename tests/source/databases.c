/*
 * The same rows from SQLite, PostgreSQL, MariaDB and CSV are the same rows. AB_SOURCE_ROWS sets how
 * many (50000 is what the product promises), AB_SOURCE_MEMORY_ROWS how many are read to see that
 * memory stays flat.
 */

#include "source/suites.h"
#include "source/reader.h"
#include "source/sample.h"
#include "source/server.h"
#include "base/file.h"
#include "base/text.h"

#include <unistd.h>

static struct server server;

static void teardown(void)
{
	server_stop(&server);
}

static int rows_wanted(const char *variable, int otherwise)
{
	const char *text = getenv(variable);
	int64_t rows = otherwise;

	if (text)
		ck_assert(text_int(&rows, text, 1, 100000000));
	return (int)rows;
}

/* What must come, by each row's number; a NULL is "~". Numbers keep their digits. */
static const char *expected(char out[1024], int i)
{
	static const char *const zone_text = "2026-07-01 10:04:11Z";

	if (i % 7 == 0)
		snprintf(out, 1024, "%d|~|~|~||~|~|~|~|~", i);
	else
		snprintf(out, 1024,
			"%d|900719925474%04d|12345678901234567.%04d|%d|Zo\xc3\xab \xe2\x82\xac %d|"
			"2026-11-23|12:04:11|2026-11-23 12:04:11|%s|AP8Q",
			i, i % 10000, i % 10000, i % 2, i, zone_text);
	return out;
}

static void row_text(struct buf *out, const struct cell *cells, int count)
{
	buf_reset(out);
	for (int i = 0; i < count; i++) {
		ck_assert_msg(!cells[i].bad, "column %d: %s", i, cells[i].bad);
		if (i)
			buf_add_char(out, '|');
		if (cells[i].text)
			buf_add(out, cells[i].text, cells[i].len);
		else
			buf_add_char(out, '~');
	}
}

static void check_rows(const struct reader_spec *spec, int rows)
{
	struct buf text = BUF_INIT(1u << 20);
	struct reader *reader = NULL;
	const struct column *columns;
	const struct cell *cells;
	struct err err = ERR_INIT;
	const char *row;
	char wanted[1024];
	size_t len;
	int count, rc, seen = 0;

	ck_ok(reader_start(&reader, spec, &err), &err);
	ck_ok(reader_columns(&columns, &count, reader, &err), &err);
	if (spec->files)
		count -= FILE_COLUMNS;
	while ((rc = reader_next(&cells, &row, &len, reader, &err)) > 0) {
		row_text(&text, cells, count);
		ck_assert_str_eq(buf_str(&text), expected(wanted, ++seen));
	}
	ck_ok(rc, &err);
	ck_assert_int_eq(seen, rows);
	reader_free(reader);
	buf_free(&text);
}

/* The driver lists the table, and no more than `most` tables and views in all. */
static void check_tables(const char *odbc, const char *schema, const char *name, int most)
{
	struct reader_spec spec = { .odbc = odbc, .tables = true };
	struct reader *reader = NULL;
	const struct column *columns;
	const struct cell *cells;
	struct err err = ERR_INIT;
	const char *row;
	size_t len;
	int count, rc, seen = 0;
	bool found = false;

	ck_ok(reader_start(&reader, &spec, &err), &err);
	ck_ok(reader_columns(&columns, &count, reader, &err), &err);
	ck_assert_int_ge(count, 4);
	while ((rc = reader_next(&cells, &row, &len, reader, &err)) > 0) {
		seen++;
		if (cells[2].len == strlen(name) && !memcmp(cells[2].text, name, cells[2].len) &&
			cells[3].len == 5 && !memcmp(cells[3].text, "TABLE", 5))
			found = cells[1].len == strlen(schema) &&
				(!*schema || !memcmp(cells[1].text, schema, cells[1].len));
	}
	ck_ok(rc, &err);
	ck_assert(found);
	ck_assert_msg(seen <= most, "%d tables", seen);
	reader_free(reader);
}

/* Read by pages of a column that is not unique: each row once. What goes wrong is in `err`. */
static int count_paged(const char *query, struct err *err)
{
	struct reader_spec spec = { .odbc = server.odbc, .query = query, .page_by = "k" };
	struct reader *reader = NULL;
	const struct cell *cells;
	const char *row;
	int rc, seen = 0;
	long sum = 0;
	size_t len;

	ck_ok(reader_start(&reader, &spec, err), err);
	while ((rc = reader_next(&cells, &row, &len, reader, err)) > 0) {
		sum += strtol(cells[1].text, NULL, 10);
		seen++;
	}
	if (rc == 0)
		ck_assert_int_eq(sum, (long)seen * (seen + 1) / 2);
	reader_free(reader);
	return rc ? rc : seen;
}

/* The most that the child took for `rows` rows of 200 bytes, "before N after", in kB. */
static long memory_of(const char *before, const char *after, const char *page_by, int rows)
{
	struct reader_spec spec = { .odbc = server.odbc, .page_by = page_by };
	struct reader *reader = NULL;
	const struct cell *cells;
	struct err err = ERR_INIT;
	const char *row;
	char query[256];
	int rc, seen = 0;
	long kb = 0;
	size_t len;

	snprintf(query, sizeof(query), "%s%d%s", before, rows, after);
	spec.query = query;
	ck_ok(reader_start(&reader, &spec, &err), &err);
	while ((rc = reader_next(&cells, &row, &len, reader, &err)) > 0) {
		long now;

		/* Its last rows may come when it is gone already. */
		if (++seen % 500 == 1 &&
			(now = sample_memory_kb(reader_pid(reader), "VmHWM:")) > kb)
			kb = now;
	}
	ck_ok(rc, &err);
	ck_assert_int_eq(seen, rows);
	ck_assert_int_gt(kb, 0);
	reader_free(reader);
	return kb;
}

/* Many rows cost the child no more than a third of them. */
static void check_memory(const char *before, const char *after, const char *page_by)
{
	int rows = rows_wanted("AB_SOURCE_MEMORY_ROWS", 30000);
	long few = memory_of(before, after, page_by, rows / 3);
	long many = memory_of(before, after, page_by, rows);

	if (!TEST_SANITIZED)
		ck_assert_msg(
			many - few < 2048, "%ld kB for %d rows, %ld for a third", many, rows, few);
}

#define COLUMNS "i, b, n, y, t, d, tm, ts, tz, x"

static const char *const postgresql[] = {
	"CREATE TABLE t (i integer PRIMARY KEY, b bigint, n numeric(30,4), y boolean, t "
	"varchar(40),"
	" d date, tm time, ts timestamp, tz timestamptz, x bytea)",
	"INSERT INTO t SELECT i, 9007199254740000 + i % 10000,"
	" 12345678901234567 + (i % 10000) / 10000.0, i % 2 = 1, 'Zo\xc3\xab \xe2\x82\xac ' || i,"
	" '2026-11-23', '12:04:11', '2026-11-23 12:04:11', '2026-07-01 06:04:11-04', '\\x00ff10'"
	" FROM generate_series(1, %d) i",
	"UPDATE t SET b = NULL, n = NULL, y = NULL, t = '', d = NULL, tm = NULL, ts = NULL,"
	" tz = NULL, x = NULL WHERE i %% 7 = 0",
	NULL,
};

static const char *const mariadb[] = {
	"CREATE DATABASE erp CHARACTER SET utf8mb4",
	"CREATE TABLE erp.t (i integer PRIMARY KEY, b bigint, n decimal(30,4), y bit(1),"
	" t varchar(40), d date, tm time, ts datetime, tz timestamp NULL, x blob)",
	"SET time_zone = '-05:00'",
	"INSERT INTO erp.t SELECT seq, 9007199254740000 + seq % 10000,"
	" 12345678901234567 + (seq % 10000) / 10000, seq % 2, concat('Zo\xc3\xab \xe2\x82\xac ', "
	"seq),"
	" '2026-11-23', '12:04:11', '2026-11-23 12:04:11', '2026-07-01 05:04:11', x'00ff10'"
	" FROM seq_1_to_%d",
	"UPDATE erp.t SET b = NULL, n = NULL, y = NULL, t = '', d = NULL, tm = NULL, ts = NULL,"
	" tz = NULL, x = NULL WHERE i %% 7 = 0",
	NULL,
};

/* The statements with the number of rows filled in, where they name it. */
static void prepare(const char *const *statements, int rows)
{
	char texts[8][1024];
	const char *list[9] = { NULL };

	for (int i = 0; statements[i]; i++) {
		const char *at = strstr(statements[i], "%d");
		size_t front = at ? (size_t)(at - statements[i]) : strlen(statements[i]);
		char *percent;

		if (at)
			snprintf(texts[i], sizeof(texts[i]), "%.*s%d%s", (int)front, statements[i],
				rows, at + 2);
		else
			snprintf(texts[i], sizeof(texts[i]), "%s", statements[i]);
		while ((percent = strstr(texts[i], "%%")))
			memmove(percent, percent + 1, strlen(percent));
		list[i] = texts[i];
	}
	server_run(&server, list);
}

static void check_sqlite(int rows)
{
	char sql[2048];
	struct reader_spec spec = { .query = "SELECT " COLUMNS " FROM t ORDER BY i" };

	snprintf(sql, sizeof(sql),
		"CREATE TABLE t (i integer, b bigint, n varchar(40), y boolean, t varchar(40),"
		" d date, tm time, ts timestamp, tz varchar(30), x blob);"
		"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < %d)"
		" INSERT INTO t SELECT i, 9007199254740000 + i %% 10000,"
		" printf('12345678901234567.%%04d', i %% 10000), i %% 2,"
		" 'Zo\xc3\xab \xe2\x82\xac ' || i, '2026-11-23', '12:04:11',"
		" '2026-11-23 12:04:11', '2026-07-01 10:04:11Z', x'00ff10' FROM k;"
		"UPDATE t SET b = NULL, n = NULL, y = NULL, t = '', d = NULL, tm = NULL, ts = NULL,"
		" tz = NULL, x = NULL WHERE i %% 7 = 0",
		rows);
	spec.odbc = sample_database(sql);
	check_rows(&spec, rows);
	check_tables(spec.odbc, "", "t", 1);
}

static void check_csv(int rows)
{
	struct buf text = BUF_INIT(64u << 20);
	char path[600], line[1024];
	struct file_item item = { path, "t.csv" };
	struct file_spec files = {
		.format = FILE_CSV, .delimiter = '|', .items = &item, .count = 1
	};
	struct reader_spec spec = { .files = &files };
	struct err err = ERR_INIT;

	buf_add_str(&text, "i|b|n|y|t|d|tm|ts|tz|x\n");
	for (int i = 1; i <= rows; i++) {
		expected(line, i);
		for (const char *at = line; *at; at++) /* "~" is nothing, nothing is "" */
			if (*at == '|' && at[1] == '|')
				buf_add_str(&text, "|\"\"");
			else if (*at != '~')
				buf_add_char(&text, *at);
		buf_add_char(&text, '\n');
	}
	snprintf(path, sizeof(path), "%s/t.csv", test_folder());
	ck_ok(file_write(path, text.data, text.len, 0600, &err), &err);
	buf_free(&text);
	check_rows(&spec, rows);
}

/* All rows of all kinds are compared with the same list, and thereby with each other. */
START_TEST(the_same_rows_come_from_sqlite_and_csv)
{
	int rows = rows_wanted("AB_SOURCE_ROWS", 3000);

	check_sqlite(rows);
	check_csv(rows);
}
END_TEST

START_TEST(the_same_rows_come_from_postgresql)
{
	int rows = rows_wanted("AB_SOURCE_ROWS", 3000);
	struct err err = ERR_INIT;
	struct reader_spec spec = { .odbc = server.odbc,
		.query = "SELECT " COLUMNS " FROM t ORDER BY i" };

	server_postgresql(&server);
	prepare(postgresql, rows);
	check_rows(&spec, rows);
	spec.page_by = "i";
	spec.query = "SELECT " COLUMNS " FROM t -- all of it";
	check_rows(&spec, rows);
	check_tables(server.odbc, "public", "t", 1);
	ck_assert_int_eq(
		count_paged("SELECT i / 9 AS k, i FROM generate_series(1, 10010) i", &err), 10010);
	/* PostgreSQL puts what has no key behind everything else */
	ck_assert_int_eq(
		count_paged("SELECT nullif(i, 3) AS k, i FROM generate_series(1, 10010) i", &err),
		-ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "k is empty in a row"), "%s", err.text);
	check_memory("SELECT i, repeat('x', 200) FROM generate_series(1, ", ") i", NULL);
}
END_TEST

START_TEST(the_same_rows_come_from_mariadb_by_pages)
{
	int rows = rows_wanted("AB_SOURCE_ROWS", 25000);
	struct err err = ERR_INIT;
	struct reader_spec spec = {
		.odbc = server.odbc, .query = "SELECT " COLUMNS " FROM erp.t", .page_by = "i"
	};

	server_mariadb(&server);
	prepare(mariadb, rows);
	check_rows(&spec, rows);
	spec.page_by = NULL;
	check_rows(&spec, rows);
	ck_assert_int_eq(
		count_paged("SELECT concat(if(i % 2, 'a', 'A'), lpad(i div 9, 5, '0')) AS k, i"
			    " FROM erp.t",
			&err),
		rows);
	check_memory("SELECT seq AS k, repeat('x', 200) FROM seq_1_to_", "", "k");
	check_tables(server.odbc, "", "proc", 60); /* of the database that the string names */
}
END_TEST

Suite *suite_databases(void)
{
	Suite *suite = suite_create("source databases");
	TCase *tcase = tcase_create("databases");

	tcase_set_timeout(tcase, 300);
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, the_same_rows_come_from_sqlite_and_csv);
	tcase_add_test(tcase, the_same_rows_come_from_postgresql);
	tcase_add_test(tcase, the_same_rows_come_from_mariadb_by_pages);
	suite_add_tcase(suite, tcase);
	return suite;
}
