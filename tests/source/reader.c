/* Tests of reader.c and the child: streaming, and every way a child can end. */

#include "source/suites.h"
#include "source/reader.h"
#include "source/reader_environment.h"
#include "source/sample.h"
#include "base/clock.h"
#include "base/text.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define SERIES(n)                                                                                  \
	"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < " #n ") "
#define ENDLESS "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k) "

static struct reader *started(const struct reader_spec *spec)
{
	struct reader *reader = NULL;
	struct err err = ERR_INIT;

	ck_ok(reader_start(&reader, spec, &err), &err);
	return reader;
}

/* Read to the end; returns the rows, and what the last call said in *last. */
static int64_t drain(struct reader *reader, int *last, struct err *err)
{
	const struct cell *cells;
	const char *row;
	size_t len;
	int64_t rows = 0;

	while ((*last = reader_next(&cells, &row, &len, reader, err)) > 0)
		rows++;
	return rows;
}

START_TEST(hundred_thousand_rows_stream_in_flat_memory)
{
	struct reader_spec spec = { .odbc = sample_database("CREATE TABLE t (a)"),
		.query = SERIES(100000) "SELECT i, printf('%.200c', 'x') AS filler FROM k" };
	struct reader *reader = started(&spec);
	const struct column *columns;
	const struct cell *cells;
	struct err err = ERR_INIT;
	const char *row;
	size_t len;
	long before, child = 0;
	char number[16];
	int count, rc, i = 0;

	ck_ok(reader_columns(&columns, &count, reader, &err), &err);
	ck_assert_int_eq(count, 2);
	ck_assert_str_eq(columns[0].name, "i");
	before = sample_memory_kb(getpid(), "VmHWM:");
	while ((rc = reader_next(&cells, &row, &len, reader, &err)) > 0) {
		snprintf(number, sizeof(number), "%d", ++i);
		ck_assert_uint_eq(cells[0].len, strlen(number));
		ck_assert_mem_eq(cells[0].text, number, cells[0].len);
		if (i == 90000)
			child = sample_memory_kb(reader_pid(reader), "VmHWM:");
	}
	ck_ok(rc, &err);
	ck_assert_int_eq(i, 100000);
	if (!TEST_SANITIZED) {
		ck_assert_int_lt(sample_memory_kb(getpid(), "VmHWM:") - before, 4 * 1024);
		ck_assert_int_lt(child, 20 * 1024); /* the result set has 22 MB */
	}
	reader_free(reader);
}
END_TEST

START_TEST(encoded_row_is_the_cells)
{
	struct reader_spec spec = { .odbc = sample_database(
					    "CREATE TABLE t (a text, b text, c blob);"
					    "INSERT INTO t VALUES ('Zo\xc3\xab', NULL, x'00ff10')"),
		.query = "SELECT * FROM t" };
	struct reader *reader = started(&spec);
	const struct cell *cells;
	struct cell again[3];
	struct err err = ERR_INIT;
	const char *row;
	size_t len;

	ck_assert_int_eq(reader_next(&cells, &row, &len, reader, &err), 1);
	ck_assert(source_row_decode(again, 3, row, len));
	ck_assert_uint_eq(again[0].len, 4);
	ck_assert_mem_eq(again[0].text, "Zo\xc3\xab", 4);
	ck_assert_ptr_null(again[1].text);
	ck_assert_mem_eq(cells[2].text, "AP8Q", 4);
	ck_assert_int_eq(reader_next(&cells, &row, &len, reader, &err), 0);
	ck_assert_int_eq(reader_next(&cells, &row, &len, reader, &err), 0);
	reader_free(reader);
}
END_TEST

START_TEST(limit_ends_the_reading)
{
	struct reader_spec spec = { .odbc = sample_database("CREATE TABLE t (a)"),
		.query = ENDLESS "SELECT i FROM k",
		.limit_rows = 1234 };
	struct reader *reader = started(&spec);
	struct err err = ERR_INIT;
	int last;

	ck_assert_int_eq(drain(reader, &last, &err), 1234);
	ck_ok(last, &err);
	reader_free(reader);
}
END_TEST

START_TEST(error_in_the_middle_comes_behind_the_rows)
{
	struct reader_spec spec = { .odbc = sample_database("CREATE TABLE t (a)"),
		.query = SERIES(10) "SELECT i, iif(i = 8, json('{'), i) FROM k" };
	struct reader *reader = started(&spec);
	struct err err = ERR_INIT;
	int last;

	ck_assert_int_eq(drain(reader, &last, &err), 7);
	ck_assert_int_eq(last, -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, "malformed JSON"), "%s", err.text);
	ck_assert_str_eq(err.code, "HY000");
	reader_free(reader);
}
END_TEST

START_TEST(big_value_crosses_the_pipe)
{
	struct reader_spec spec = { .odbc = sample_database("CREATE TABLE t (a)"),
		.query = "SELECT printf('%.*c', 16777216, 'x') AS a, printf('%.*c', 17000000, 'x') "
			 "AS b, "
			 "'c' AS c" };
	struct reader *reader = started(&spec);
	const struct cell *cells;
	struct err err = ERR_INIT;
	const char *row;
	size_t len;

	ck_assert_int_eq(reader_next(&cells, &row, &len, reader, &err), 1);
	ck_assert_uint_eq(cells[0].len, 16777216);
	ck_assert_ptr_null(cells[0].bad);
	ck_assert_ptr_nonnull(cells[1].bad);
	ck_assert_mem_eq(cells[2].text, "c", 1);
	reader_free(reader);
}
END_TEST

START_TEST(hanging_driver_is_ended_by_the_time_out)
{
	struct reader_spec spec = { .odbc = sample_database("CREATE TABLE t (a)"),
		.query = ENDLESS "SELECT i FROM k WHERE i < 0",
		.timeout_s = 1 };
	struct reader *reader = started(&spec);
	struct err err = ERR_INIT;
	int64_t from = clock_mono();
	int last;

	drain(reader, &last, &err);
	ck_assert_int_eq(last, -ERR_SOURCE);
	ck_assert_int_ge(clock_mono() - from, 900);
	ck_assert_msg(strstr(err.text, "1 s") || strstr(err.text, "too long"), "%s", err.text);
	ck_assert(err.retryable);
	reader_free(reader);
}
END_TEST

static void *stop_soon(void *ctx)
{
	clock_sleep(200);
	reader_stop(ctx);
	return NULL;
}

START_TEST(stop_ends_a_waiting_reader_at_once)
{
	struct reader_spec spec = { .odbc = sample_database("CREATE TABLE t (a)"),
		.query = ENDLESS "SELECT i FROM k WHERE i < 0" };
	struct reader *reader = started(&spec);
	struct err err = ERR_INIT;
	int64_t from = clock_mono();
	pthread_t thread;
	int last;

	ck_assert_int_eq(pthread_create(&thread, NULL, stop_soon, reader), 0);
	drain(reader, &last, &err);
	pthread_join(thread, NULL);
	ck_assert_int_eq(last, -ERR_INTERRUPTED);
	ck_assert_int_lt(clock_mono() - from, 2000);
	reader_free(reader);
}
END_TEST

static const struct {
	int signal;
	const char *words;
} deaths[] = {
#if !TEST_SANITIZED /* a sanitizer turns it into an exit */
	{ SIGSEGV, "signal 11" },
#endif
	{ SIGABRT, "signal 6" },
	{ SIGKILL, "signal 9" },
};

START_TEST(dead_child_is_told_with_its_signal)
{
	struct reader_spec spec = { .odbc = sample_database("CREATE TABLE t (a)"),
		.query = ENDLESS "SELECT i FROM k WHERE i < 10 OR i > 1000000000" };
	struct reader *reader = started(&spec);
	const struct column *columns;
	struct err err = ERR_INIT;
	int count, last;

	ck_ok(reader_columns(&columns, &count, reader, &err), &err);
	ck_assert_int_eq(kill(reader_pid(reader), deaths[_i].signal), 0);
	drain(reader, &last, &err);
	ck_assert_int_eq(last, -ERR_SOURCE);
	ck_assert_msg(strstr(err.text, deaths[_i].words), "%s", err.text);
	ck_assert(err.retryable);
	ck_assert_int_eq(reader_pid(reader), 0);
	reader_free(reader);
}
END_TEST

START_TEST(program_that_is_not_there_is_told)
{
	struct reader_spec spec = {
		.program = "/nonexistent/agentboard", .odbc = "x", .query = "y"
	};
	struct reader *reader = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(reader_start(&reader, &spec, &err), -ERR_SOURCE);
	ck_assert_ptr_null(reader);
	ck_assert_msg(strstr(err.text, "/nonexistent/agentboard"), "%s", err.text);
}
END_TEST

/* All of a file of /proc/PID, NULs as blanks. */
static void proc_text(char *text, size_t size, int pid, const char *name)
{
	char path[64];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	len = file ? fread(text, 1, size - 1, file) : 0;
	text[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	if (file)
		fclose(file);
}

static int open_files(int pid)
{
	char path[64];
	DIR *dir;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count - 2;
}

START_TEST(child_shows_no_secret_and_inherits_no_file)
{
	char odbc[600], text[16384] = "";
	struct reader_spec spec = { .odbc = odbc, .query = ENDLESS "SELECT i FROM k WHERE i < 0" };
	struct reader *reader;
	int extra[8], pid;

	ck_assert_int_eq(setenv("CONSUMER_SECRET", "open-sesame", 1), 0);
	snprintf(odbc, sizeof(odbc), "%s;PWD=open-sesame", sample_database("CREATE TABLE t (a)"));
	for (size_t i = 0; i < ARRAY_SIZE(extra); i++)
		extra[i] = dup(STDOUT_FILENO);
	reader = started(&spec);
	pid = reader_pid(reader);
	for (int i = 0; i < 500 && !text[0]; i++) { /* spawn returns before exec is over */
		clock_sleep(10);
		proc_text(text, sizeof(text), pid, "cmdline");
	}
	ck_assert_str_eq(text, "agentboard reader ");
	proc_text(text, sizeof(text), pid, "environ"); /* unreadable once the child settled in */
	ck_assert_ptr_null(strstr(text, "open-sesame"));
	ck_assert_int_lt(open_files(pid), 8);
	for (size_t i = 0; i < ARRAY_SIZE(extra); i++)
		close(extra[i]);
	reader_free(reader);
}
END_TEST

static const char *const variables[] = { "PATH", "CONSUMER_SECRET", "ODBCSYSINI", "PATHOLOGY",
	"LC_ALL", "PGPASSWORD", "TNS_ADMIN" };

START_TEST(environment_passes_what_drivers_need_alone)
{
	char **to;

	clearenv();
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		setenv(variables[i], "x", 1);
	to = reader_environment(environ);
	ck_assert_ptr_nonnull(to);
	ck_assert_str_eq(to[0], "PATH=x");
	ck_assert_str_eq(to[1], "ODBCSYSINI=x");
	ck_assert_str_eq(to[2], "LC_ALL=x");
	ck_assert_str_eq(to[3], "TNS_ADMIN=x");
	ck_assert_ptr_null(to[4]);
	free(to);
}
END_TEST

START_TEST(child_dies_with_the_thread_that_started_it)
{
	int pipes[2];
	pid_t parent;
	int child = 0;

	ck_assert_int_eq(pipe(pipes), 0);
	parent = fork();
	if (parent == 0) {
		struct reader_spec spec = { .odbc = sample_database("CREATE TABLE t (a)"),
			.query = ENDLESS "SELECT i FROM k WHERE i < 0" };
		struct reader *reader = NULL;

		if (reader_start(&reader, &spec, NULL) == 0)
			child = reader_pid(reader);
		if (write(pipes[1], &child, sizeof(child)) < 0)
			_exit(1);
		clock_sleep(300); /* the child is at its query by now */
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(read(pipes[0], &child, sizeof(child)), sizeof(child));
	ck_assert_int_gt(child, 0);
	for (int i = 0; i < 500 && kill(child, 0) == 0 && sample_memory_kb(child, "VmHWM:") >= 0;
		i++)
		clock_sleep(10);
	ck_assert_int_lt(
		sample_memory_kb(child, "VmHWM:"), 0); /* gone, or a zombie without memory */
}
END_TEST

Suite *suite_reader(void)
{
	Suite *suite = suite_create("reader");
	TCase *tc = tcase_create("reader");

	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, hundred_thousand_rows_stream_in_flat_memory);
	tcase_add_test(tc, encoded_row_is_the_cells);
	tcase_add_test(tc, limit_ends_the_reading);
	tcase_add_test(tc, error_in_the_middle_comes_behind_the_rows);
	tcase_add_test(tc, big_value_crosses_the_pipe);
	tcase_add_test(tc, hanging_driver_is_ended_by_the_time_out);
	tcase_add_test(tc, stop_ends_a_waiting_reader_at_once);
	tcase_add_loop_test(tc, dead_child_is_told_with_its_signal, 0, ARRAY_SIZE(deaths));
	tcase_add_test(tc, program_that_is_not_there_is_told);
	tcase_add_test(tc, child_shows_no_secret_and_inherits_no_file);
	tcase_add_test(tc, environment_passes_what_drivers_need_alone);
	tcase_add_test(tc, child_dies_with_the_thread_that_started_it);
	suite_add_tcase(suite, tc);
	return suite;
}
