/* Tests of log.h: levels, control bytes, silence before opening. */

#include "base/suites.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

START_TEST(writes_one_clean_line_each)
{
	char *path = file_join(test_folder(), "log");
	struct buf text = BUF_INIT(10000);
	struct err err = ERR_INIT;

	log_line(LOG_LEVEL_ERROR, 0, "before opening");
	ck_ok(log_open(path, LOG_LEVEL_INFO, &err), &err);
	clock_freeze(1500);
	log_line(LOG_LEVEL_WARN, 12, "a\nforged\x1b[2J line");
	log_line(LOG_LEVEL_DEBUG, 0, "too detailed");
	clock_freeze(-1);
	log_close();
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_str_eq(
		buf_str(&text), "1970-01-01T00:00:01.500Z warn run=12 a forged [2J line\n");
	buf_free(&text);
	free(path);
}
END_TEST

START_TEST(rotates_instead_of_growing_for_ever)
{
	char *path = file_join(test_folder(), "log");
	char *old = NULL;
	char filler[900];
	struct err err = ERR_INIT;

	memset(filler, 'x', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	ck_ok(log_open(path, LOG_LEVEL_INFO, &err), &err);
	for (int i = 0; i < 10000; i++)
		log_line(LOG_LEVEL_INFO, i, "%s", filler);
	log_close();
	ck_assert_int_gt(asprintf(&old, "%s.1", path), 0);
	ck_assert(file_exists(old));
	ck_assert(file_exists(path));
	free(old);
	free(path);
}
END_TEST

Suite *suite_log(void)
{
	Suite *suite = suite_create("base/log");
	TCase *tc = tcase_create("log");

	tcase_add_test(tc, writes_one_clean_line_each);
	tcase_add_test(tc, rotates_instead_of_growing_for_ever);
	suite_add_tcase(suite, tc);
	return suite;
}
