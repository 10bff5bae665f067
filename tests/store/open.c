/* Tests of opening a store: a new one, an old one, one that is not ours, and who may read it. */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/file.h"
#include "store/lock.h"
#include "store/schema.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *db_path(const char *dir)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/store.db", dir);
	return path;
}

/* Behind the store's back. */
static void run_sql(const char *dir, const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(db_path(dir), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int64_t number(const char *dir, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	int64_t value;

	ck_assert_int_eq(sqlite3_open(db_path(dir), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return value;
}

static void make_store(const char *dir)
{
	struct store *store = NULL;
	struct err err = ERR_INIT;

	ck_ok(store_open(&store, dir, &err), &err);
	store_close(store);
}

START_TEST(a_new_store_is_laid_out_for_good)
{
	const char *dir = test_folder();
	struct stat st;

	make_store(dir);
	ck_assert_int_eq(number(dir, "PRAGMA page_size"), 8192);
	ck_assert_int_eq(number(dir, "PRAGMA auto_vacuum"), 2);
	ck_assert_int_eq(number(dir, "PRAGMA application_id"), 0x41674264);
	ck_assert_int_eq(number(dir, "PRAGMA user_version"), schema_version());
	ck_assert_int_eq(number(dir, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	ck_assert_int_eq(stat(db_path(dir), &st), 0);
	ck_assert_int_eq(st.st_mode & 007, 0);
}
END_TEST

START_TEST(what_was_committed_is_there_when_it_is_opened_again)
{
	struct fixture fx;
	struct fixture again = { .dir = NULL };
	struct err err = ERR_INIT;

	fixture_open(&fx);
	fixture_send(&fx, fixture_packet(&fx, "ORD", 3), 0, "sfr");
	again.dir = fx.dir;
	again.run = fx.run;
	fixture_close(&fx);
	ck_ok(store_open(&again.store, again.dir, &err), &err);
	ck_ok(view_open(&again.view, again.dir, &err), &err);
	ck_assert_int_eq(fixture_counts(&again, again.run).completed, 1);
	fixture_verify(&again);
	fixture_close(&again);
}
END_TEST

START_TEST(there_is_no_view_before_there_is_a_store)
{
	const char *dir = test_folder();
	struct view *view = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(view_open(&view, dir, &err), -ERR_NOT_FOUND);
	ck_ok(file_write(db_path(dir), "", 0, 0600, &err), &err);
	ck_assert_int_eq(view_open(&view, dir, &err), -ERR_NOT_FOUND);
	ck_assert_ptr_null(view);
}
END_TEST

START_TEST(a_newer_schema_is_refused_by_both)
{
	const char *dir = test_folder();
	struct store *store = NULL;
	struct view *view = NULL;
	struct err err = ERR_INIT;

	make_store(dir);
	run_sql(dir, "PRAGMA user_version = 99");
	ck_assert_int_eq(store_open(&store, dir, &err), -ERR_STORE);
	ck_assert_ptr_nonnull(strstr(err.text, "newer version"));
	ck_assert_int_eq(view_open(&view, dir, &err), -ERR_STORE);
	ck_assert_ptr_nonnull(strstr(err.text, "newer version"));
}
END_TEST

START_TEST(a_database_of_another_program_is_left_alone)
{
	const char *dir = test_folder();
	struct store *store = NULL;
	struct view *view = NULL;
	struct err err = ERR_INIT;

	run_sql(dir, "CREATE TABLE theirs (x)");
	ck_assert_int_eq(store_open(&store, dir, &err), -ERR_STORE);
	ck_assert_ptr_nonnull(strstr(err.text, "another program"));
	ck_assert_int_eq(number(dir, "SELECT count(*) FROM sqlite_schema"), 1);
	ck_assert_int_lt(view_open(&view, dir, &err), 0);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused)
{
	const char *dir = test_folder();
	struct store *store = NULL;
	struct err err = ERR_INIT;
	char junk[9000];

	memset(junk, 'j', sizeof(junk));
	ck_ok(file_write(db_path(dir), junk, sizeof(junk), 0600, &err), &err);
	ck_assert_int_eq(store_open(&store, dir, &err), -ERR_STORE);
	ck_assert_ptr_nonnull(strstr(err.text, "not a store"));
}
END_TEST

START_TEST(a_missing_folder_is_said_to_be_missing)
{
	struct store *store = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(store_open(&store, "/nonexistent/folder", &err), -ERR_STORE);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/folder"));
}
END_TEST

START_TEST(network_file_systems_are_known_by_name)
{
	ck_assert_str_eq(lock_network_name(0x6969), "NFS");
	ck_assert_str_eq(lock_network_name(0xff534d42), "CIFS");
	ck_assert_str_eq(lock_network_name(0xffffffffff534d42u), "CIFS");
	ck_assert_str_eq(lock_network_name(0x01021997), "9P");
	ck_assert_ptr_null(lock_network_name(0xef53));	   /* ext4 */
	ck_assert_ptr_null(lock_network_name(0x58465342)); /* XFS */
	ck_assert_ptr_null(lock_network_name(0x9123683e)); /* btrfs */
}
END_TEST

static bool on_nfs;

/* The kernel's answer, unless a test says that all is on NFS. */
int statfs(const char *path, struct statfs *to)
{
	int rc = (int)syscall(SYS_statfs, path, to);

	if (on_nfs)
		to->f_type = 0x6969;
	return rc;
}

START_TEST(a_store_on_a_network_file_system_is_refused)
{
	struct store *store = NULL;
	struct err err = ERR_INIT;
	const char *dir = test_folder();

	on_nfs = true;
	ck_assert_int_eq(store_open(&store, dir, &err), -ERR_STORE);
	on_nfs = false;
	ck_assert_ptr_nonnull(strstr(err.text, "network file system (NFS)"));
	ck_assert_int_ne(access(db_path(dir), F_OK), 0);
}
END_TEST

#define OPENERS 8

START_TEST(many_may_make_the_store_at_once)
{
	const char *dir = test_folder();
	pid_t children[OPENERS];

	for (int i = 0; i < OPENERS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct store *store = NULL;

			_exit(store_open(&store, dir, NULL) == 0 ? 0 : 1);
		}
	}
	for (int i = 0; i < OPENERS; i++) {
		int status = -1;

		waitpid(children[i], &status, 0);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(number(dir, "PRAGMA user_version"), schema_version());
}
END_TEST

/* Can another process take an exclusive lock on the file, as if nobody used it? */
static bool seems_unused(const char *path)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		int fd = open(path, O_RDWR | O_CLOEXEC);

		_exit(fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

START_TEST(opening_twice_leaves_the_locks_of_the_first)
{
	struct store *second = NULL;
	struct fixture fx;
	struct err err = ERR_INIT;

	fixture_open(&fx);
	ck_assert(!seems_unused(db_path(fx.dir)));
	ck_ok(store_open(&second, fx.dir, &err), &err);
	ck_assert(!seems_unused(db_path(fx.dir)));
	store_close(second);
	ck_assert(!seems_unused(db_path(fx.dir)));
	fixture_close(&fx);
}
END_TEST

/* In a child without permission to write: 0 when it could read the run. */
static int read_as_nobody(const char *dir)
{
	struct view *view = NULL;
	struct run_info run;
	struct err err = ERR_INIT;

	if (setgid(65534) != 0 || setuid(65534) != 0)
		return 2;
	if (view_open(&view, dir, &err) != 0 || view_run(&run, view, 1, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	view_close(view);
	return 0;
}

static int status_as_nobody(const char *dir)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(read_as_nobody(dir));
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(reading_needs_no_permission_to_write)
{
	struct fixture fx;
	char path[512];
	char *slash;

	if (getuid() != 0)
		return; /* only root can become somebody with fewer rights */
	fixture_open(&fx);
	snprintf(path, sizeof(path), "%s", fx.dir);
	slash = strrchr(path, '/');
	*slash = '\0';
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(chmod(fx.dir, 0755), 0);
	ck_assert_int_eq(chmod(db_path(fx.dir), 0644), 0);
	snprintf(path, sizeof(path), "%s-wal", db_path(fx.dir));
	ck_assert_int_eq(chmod(path, 0644), 0);
	snprintf(path, sizeof(path), "%s-shm", db_path(fx.dir));
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(status_as_nobody(fx.dir), 0); /* beside the one who writes */
	fixture_close(&fx);
	ck_assert_int_eq(status_as_nobody(fx.dir), 0); /* and alone */
}
END_TEST

Suite *suite_open(void)
{
	Suite *suite = suite_create("store/open");
	TCase *tc = tcase_create("open");

	tcase_add_test(tc, a_new_store_is_laid_out_for_good);
	tcase_add_test(tc, what_was_committed_is_there_when_it_is_opened_again);
	tcase_add_test(tc, there_is_no_view_before_there_is_a_store);
	tcase_add_test(tc, a_newer_schema_is_refused_by_both);
	tcase_add_test(tc, a_database_of_another_program_is_left_alone);
	tcase_add_test(tc, a_file_that_is_no_database_is_refused);
	tcase_add_test(tc, a_missing_folder_is_said_to_be_missing);
	tcase_add_test(tc, network_file_systems_are_known_by_name);
	tcase_add_test(tc, a_store_on_a_network_file_system_is_refused);
	tcase_add_test(tc, many_may_make_the_store_at_once);
	tcase_add_test(tc, opening_twice_leaves_the_locks_of_the_first);
	tcase_add_test(tc, reading_needs_no_permission_to_write);
	suite_add_tcase(suite, tc);
	return suite;
}
