/* Tests of file.h: whole files, modes, leftovers. */

#include "base/suites.h"

#include "base/file.h"
#include "harness/small_disk.h"

#include <dirent.h>
#include <sys/stat.h>

static int entries(const char *dir)
{
	DIR *d = opendir(dir);
	int count = 0;

	while (readdir(d))
		count++;
	closedir(d);
	return count - 2;
}

START_TEST(replaces_a_file_and_leaves_no_other)
{
	const char *dir = test_folder();
	char *path = file_join(dir, "a.cfg");
	struct buf buf = BUF_INIT(100);
	struct err err = ERR_INIT;
	struct stat st;

	ck_ok(file_write(path, "one", 3, 0600, &err), &err);
	ck_ok(file_write(path, "two!", 4, 0640, &err), &err);
	ck_ok(file_read(&buf, path, &err), &err);
	ck_assert_str_eq(buf_str(&buf), "two!");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	ck_assert_int_eq(entries(dir), 1);
	buf_free(&buf);
	free(path);
}
END_TEST

START_TEST(makes_a_file_once)
{
	struct buf text = BUF_INIT(100);
	struct err err = ERR_INIT;
	char *path = file_join(test_folder(), "once");
	struct stat st;

	ck_ok(file_create(path, "first", 5, 0600, &err), &err);
	ck_assert_int_eq(file_create(path, "second", 6, 0600, &err), -ERR_EXISTS);
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_str_eq(buf_str(&text), "first");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(st.st_nlink, 1); /* nothing is left beside it */
	free(path);
	buf_free(&text);
}
END_TEST

START_TEST(refuses_a_file_above_the_maximum)
{
	char *path = file_join(test_folder(), "big");
	struct buf buf = BUF_INIT(3);
	struct err err = ERR_INIT;

	ck_ok(file_write(path, "four", 4, 0600, &err), &err);
	ck_assert_int_eq(file_read(&buf, path, &err), -ERR_LIMIT);
	buf_free(&buf);
	buf_init(&buf, 4);
	ck_ok(file_read(&buf, path, &err), &err);
	buf_free(&buf);
	free(path);
}
END_TEST

START_TEST(tells_a_missing_file_apart)
{
	struct buf buf = BUF_INIT(3);
	struct err err = ERR_INIT;

	ck_assert_int_eq(file_read(&buf, "/nonexistent/file", &err), -ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/file"));
}
END_TEST

START_TEST(makes_folders_all_the_way_down)
{
	char *path = file_join(test_folder(), "a/b/c");
	struct err err = ERR_INIT;

	ck_ok(file_mkdirs(path, 0700, &err), &err);
	ck_ok(file_mkdirs(path, 0700, &err), &err);
	ck_assert(file_exists(path));
	free(path);
}
END_TEST

START_TEST(a_full_disk_leaves_the_old_file_and_says_why)
{
	bool real = small_disk_allowed("a file on a full disk");
	const char *dir = test_folder();
	char *path = file_join(dir, "a.cfg");
	char *other = file_join(dir, "b.cfg");
	struct buf buf = BUF_INIT(100);
	struct err err = ERR_INIT;
	struct err err_other = ERR_INIT;
	int rc, rc_other;

	if (real)
		small_disk_mount(dir, 64u << 10);
	ck_ok(file_write(path, "one", 3, 0600, &err), &err);
	small_disk_fill(dir);
	rc = file_write(path, "two!", 4, 0600, &err);
	rc_other = file_create(other, "new", 3, 0600, &err_other);
	small_disk_free(dir);
	ck_assert_int_lt(rc, 0);
	ck_assert_msg(strstr(err.text, real ? "No space left on device" : "File too large") &&
			      strstr(err.text, "a.cfg"),
		"%s", err.text);
	ck_assert_int_lt(rc_other, 0);
	ck_ok(file_read(&buf, path, &err), &err);
	ck_assert_str_eq(buf_str(&buf), "one");
	ck_assert_int_eq(entries(dir), 1); /* nothing half, nothing beside */
	ck_ok(file_write(path, "two!", 4, 0600, &err), &err);
	small_disk_end(dir);
	buf_free(&buf);
	free(other);
	free(path);
}
END_TEST

Suite *suite_file(void)
{
	Suite *suite = suite_create("base/file");
	TCase *tc = tcase_create("file");

	tcase_add_test(tc, replaces_a_file_and_leaves_no_other);
	tcase_add_test(tc, makes_a_file_once);
	tcase_add_test(tc, refuses_a_file_above_the_maximum);
	tcase_add_test(tc, tells_a_missing_file_apart);
	tcase_add_test(tc, a_full_disk_leaves_the_old_file_and_says_why);
	tcase_add_test(tc, makes_folders_all_the_way_down);
	suite_add_tcase(suite, tc);
	return suite;
}
