/* Tests of wal_file.h: few pieces for a commit, and nothing held that it could do harm with. */

#include "store/fixture.h"
#include "store/suites.h"

#include "store/wal_file.h"

#define BLOB_BYTES 1000000

static const char *path(void)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/wal.db", test_folder());
	return path;
}

static void run_sql(sqlite3 *db, const char *sql)
{
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3 *open_db(const char *file, const char *vfs)
{
	sqlite3 *db;

	ck_assert_int_eq(
		sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs),
		SQLITE_OK);
	/* Pages leave for the log long before the commit. */
	run_sql(db, "PRAGMA journal_mode = WAL; PRAGMA cache_size = 10;"
		    "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, data)");
	return db;
}

static int64_t number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	int64_t value;

	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

/* How often this process wrote. */
static long writes(void)
{
	FILE *file = fopen("/proc/self/io", "re");
	char line[128];
	long count = -1;

	ck_assert_ptr_nonnull(file);
	while (count < 0 && fgets(line, sizeof(line), file))
		sscanf(line, "syscw: %ld", &count);
	fclose(file);
	return count;
}

START_TEST(a_commit_goes_to_the_log_in_few_pieces)
{
	struct store *store = NULL;
	struct err err = ERR_INIT;
	char *value = calloc(1, BLOB_BYTES + 1);
	long before;

	ck_assert_ptr_nonnull(value);
	memset(value, 'x', BLOB_BYTES);
	ck_ok(store_open(&store, test_folder(), &err), &err);
	ck_ok(store_begin(store, &err), &err);
	ck_ok(store_setting(store, "large", value, &err), &err);
	before = writes();
	ck_ok(store_commit(store, &err), &err);
	ck_assert_int_lt(writes() - before, 30); /* its pages are 122, and each has a head */
	store_close(store);
	free(value);
}
END_TEST

START_TEST(what_is_held_can_be_read)
{
	sqlite3 *db = open_db(path(), wal_vfs());

	run_sql(db, "BEGIN IMMEDIATE");
	wal_hold(db, true);
	run_sql(db, "INSERT INTO t VALUES (1, zeroblob(300000)), (2, hex(randomblob(300000)))");
	ck_assert_int_eq(number(db, "SELECT sum(length(data)) FROM t"), 900000);
	run_sql(db, "COMMIT");
	wal_hold(db, false);
	sqlite3_close(db);
}
END_TEST

/* given a commit that failed half-way / when another process writes its own / then nothing of the
 * first one comes over it */
START_TEST(what_a_failed_commit_held_is_forgotten)
{
	static const char intact[] =
		"SELECT count(*) FROM t WHERE length(data) = 600000 AND trim(data, '0') = ''";
	const char *file = path();
	sqlite3 *db = open_db(file, wal_vfs());
	sqlite3 *other = open_db(file, NULL);

	/* From an empty log, else undoing it reads there and hands over what is held in time. */
	run_sql(db, "PRAGMA wal_checkpoint(TRUNCATE); BEGIN IMMEDIATE;"
		    "INSERT INTO t VALUES (1, hex(randomblob(50000)))");
	wal_hold(db, true);
	run_sql(db, "INSERT INTO t VALUES (2, hex(randomblob(200000)))");
	wal_hold(db, false);
	run_sql(db, "ROLLBACK");
	run_sql(other, "INSERT INTO t VALUES (3, hex(zeroblob(300000)))");
	ck_assert_int_eq(number(db, intact), 1);
	sqlite3_close(other);
	sqlite3_close(db);
}
END_TEST

START_TEST(nothing_is_held_behind_a_sync)
{
	const char *file = path();
	sqlite3 *db = open_db(file, wal_vfs());

	run_sql(db, "BEGIN IMMEDIATE; INSERT INTO t VALUES (1, 'x')");
	wal_hold(db, true);
	run_sql(db, "COMMIT; BEGIN; INSERT INTO t VALUES (2, hex(randomblob(20000)))");
	wal_hold(db, false);
	run_sql(db, "COMMIT");
	sqlite3_close(db);
	db = open_db(file, NULL);
	ck_assert_int_eq(number(db, "SELECT sum(length(data)) FROM t"), 40001);
	sqlite3_close(db);
}
END_TEST

Suite *suite_wal_file(void)
{
	Suite *suite = suite_create("store/wal_file");
	TCase *tc = tcase_create("wal_file");

	tcase_add_test(tc, a_commit_goes_to_the_log_in_few_pieces);
	tcase_add_test(tc, what_is_held_can_be_read);
	tcase_add_test(tc, what_a_failed_commit_held_is_forgotten);
	tcase_add_test(tc, nothing_is_held_behind_a_sync);
	suite_add_tcase(suite, tc);
	return suite;
}
