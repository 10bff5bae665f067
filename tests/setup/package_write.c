/* Tests of package_write(): it never writes over anybody else's work. */

#include "setup/suites.h"

#include <sys/stat.h>

#include "base/file.h"
#include "setup/sample.h"

static struct package *made(const char *name)
{
	struct package_options options = { .username = NULL };
	struct package *package = NULL;
	struct connection connection;
	struct err err = ERR_INIT;

	connection_init(&connection);
	connection.name = text_dup(name);
	ck_ok(package_make(&package, &connection, NULL, 0, &options, &err), &err);
	connection_free_fields(&connection);
	return package;
}

static void check_content(const char *dir, const char *name, const char *wanted)
{
	struct buf text = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;
	char *path = file_join(dir, name);

	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_str_eq(buf_str(&text), wanted);
	buf_free(&text);
	free(path);
}

static void put(const char *dir, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	char *path = file_join(dir, name);

	ck_ok(file_write(path, text, strlen(text), 0600, &err), &err);
	free(path);
}

START_TEST(a_new_folder_is_made_with_all_files)
{
	char *dir = file_join(test_folder(), "a/b");
	struct package *package = made("one");
	struct err err = ERR_INIT;

	ck_ok(package_write(package, dir, &err), &err);
	for (int i = 0; i < package->file_count; i++)
		check_content(dir, package->files[i].path, buf_str(&package->files[i].text));
	package_free(package);
	free(dir);
}
END_TEST

START_TEST(made_again_it_replaces_only_its_own_files)
{
	const char *dir = test_folder();
	struct package *package = made("one");
	struct err err = ERR_INIT;

	ck_ok(package_write(package, dir, &err), &err);
	put(dir, "README.md", "changed");
	put(dir, "notes.txt", "mine");
	ck_ok(package_write(package, dir, &err), &err);
	check_content(dir, "notes.txt", "mine");
	for (int i = 0; i < package->file_count; i++)
		check_content(dir, package->files[i].path, buf_str(&package->files[i].text));
	package_free(package);
}
END_TEST

START_TEST(a_folder_with_other_things_is_left_alone)
{
	const char *dir = test_folder();
	struct package *package = made("one");
	struct err err = ERR_INIT;
	char *path = file_join(dir, "force-app");

	put(dir, "README.md", "mine");
	ck_assert_int_eq(package_write(package, dir, &err), -ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(err.text, dir));
	check_content(dir, "README.md", "mine");
	ck_assert(!file_exists(path));
	free(path);
	package_free(package);
}
END_TEST

START_TEST(another_connections_project_is_left_alone)
{
	const char *dir = test_folder();
	struct package *one = made("one"), *two = made("two");
	struct err err = ERR_INIT;

	ck_ok(package_write(one, dir, &err), &err);
	ck_assert_int_eq(package_write(two, dir, &err), -ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(err.text, "(one)"));
	package_free(one);
	package_free(two);
}
END_TEST

START_TEST(a_file_in_the_way_is_told)
{
	const char *dir = test_folder();
	struct package *package = made("one");
	struct err err = ERR_INIT;
	char *path = file_join(dir, "file");

	put(dir, "file", "mine");
	ck_assert_int_eq(package_write(package, path, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, path));
	check_content(dir, "file", "mine");
	free(path);
	package_free(package);
}
END_TEST

Suite *suite_package_write(void)
{
	Suite *suite = suite_create("package_write");
	TCase *tc = tcase_create("package_write");

	tcase_add_test(tc, a_new_folder_is_made_with_all_files);
	tcase_add_test(tc, made_again_it_replaces_only_its_own_files);
	tcase_add_test(tc, a_folder_with_other_things_is_left_alone);
	tcase_add_test(tc, another_connections_project_is_left_alone);
	tcase_add_test(tc, a_file_in_the_way_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}
