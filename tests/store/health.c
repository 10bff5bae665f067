/* Tests of view_health(): what the store says of itself, and that damage is seen. */

#include "store/suites.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/fixture.h"

START_TEST(what_is_in_the_store_is_counted)
{
	struct store_health health;
	struct fixture fx;
	struct err err = ERR_INIT;

	fixture_open(&fx);
	fixture_send(&fx, fixture_packet(&fx, "A", 3), 0, "sfr");
	fixture_begin(&fx, fixture_packet(&fx, "B", 2), 0, 1);
	ck_ok(view_health(&health, fx.view, 1 << 30, &err), &err);
	ck_assert_int_eq(health.runs, 1);
	ck_assert_int_eq(health.packets, 2);
	ck_assert_int_eq(health.messages[MESSAGE_COMPLETED], 1);
	ck_assert_int_eq(health.messages[MESSAGE_FAILED], 1);
	ck_assert_int_eq(health.messages[MESSAGE_PENDING], 1);
	ck_assert_int_eq(health.messages[MESSAGE_PROCESSING], 1);
	ck_assert_int_eq(health.messages[MESSAGE_NEW], 1);
	ck_assert_int_eq(health.open_attempts, 1);
	ck_assert_int_gt(health.version, 0);
	ck_assert_int_gt(health.bytes + health.wal_bytes, 8192);
	ck_assert(health.checked);
	ck_assert_str_eq(health.damage, "");
	fixture_close(&fx);
}
END_TEST

START_TEST(a_store_above_the_limit_is_not_looked_through)
{
	struct store_health health;
	struct fixture fx;
	struct err err = ERR_INIT;

	fixture_open(&fx);
	ck_ok(view_health(&health, fx.view, 0, &err), &err);
	ck_assert(!health.checked);
	ck_assert_str_eq(health.damage, "");
	fixture_close(&fx);
}
END_TEST

/* Overwrite the last page of the file, which is one of the bodies'. */
static void damage(const char *dir)
{
	char *path = file_join(dir, "store.db");
	char page[8192];
	int fd = open(path, O_WRONLY);
	struct stat st;

	memset(page, 0xa5, sizeof(page));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(pwrite(fd, page, sizeof(page), st.st_size - 8192), 8192);
	close(fd);
	free(path);
}

START_TEST(damage_is_found)
{
	struct store_health health;
	struct fixture fx;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	const char *dir;

	fixture_open(&fx);
	for (int i = 0; i < 5; i++)
		fixture_packet(&fx, "A", 200);
	dir = fx.dir;
	fixture_close(&fx); /* the last to close folds the log into the file */
	damage(dir);
	ck_ok(view_open(&view, dir, &err), &err);
	ck_ok(view_health(&health, view, 1 << 30, &err), &err);
	ck_assert(health.checked);
	ck_assert_str_ne(health.damage, "");
	ck_assert_ptr_null(strstr(health.damage, "***"));
	view_close(view);
}
END_TEST

Suite *suite_health(void)
{
	Suite *suite = suite_create("store/health");
	TCase *tc = tcase_create("health");

	tcase_add_test(tc, what_is_in_the_store_is_counted);
	tcase_add_test(tc, a_store_above_the_limit_is_not_looked_through);
	tcase_add_test(tc, damage_is_found);
	suite_add_tcase(suite, tc);
	return suite;
}
