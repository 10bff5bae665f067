/* Tests of log_read.h. */

#include "base/base.h"
#include "base/suites.h"

#include "base/file.h"
#include "base/log.h"
#include "base/log_read.h"

static const struct {
	const char *filter;
	bool passes;
} filters[] = {
	{ NULL, true },
	{ "", true },
	{ "run:12", true },
	{ "run:1", false },
	{ "run:121", false },
	{ "level:warn", true },
	{ "level:info", true },
	{ "level:error", false },
	{ "ORDER", true },
	{ "order run:12", true },
	{ "order run:13", false },
	{ "!order", false },
	{ "!run:13 !accounts", true },
	{ "!level:error", true },
};

START_TEST(a_line_passes_when_every_word_does)
{
	static const char line[] =
		"2026-11-30T05:00:00.000Z warn run=12 order-lines: Paused: no connection";

	ck_assert_msg(log_line_passes(line, filters[_i].filter) == filters[_i].passes, "%s",
		filters[_i].filter);
}
END_TEST

START_TEST(the_end_is_read_and_then_what_is_added)
{
	char *path = file_join(test_folder(), "agent.log");
	struct log_reader reader = { .path = path };
	struct text_list lines = { NULL, 0 };
	struct err err = ERR_INIT;

	ck_ok(log_read(&lines, &reader, NULL, 2, &err), &err); /* not there yet */
	ck_assert_int_eq(lines.count, 0);
	ck_ok(log_open(path, LOG_LEVEL_INFO, &err), &err);
	for (int i = 1; i <= 5; i++)
		log_line(LOG_LEVEL_INFO, i, "line %d", i);
	ck_ok(log_read(&lines, &reader, NULL, 2, &err), &err);
	ck_assert_int_eq(lines.count, 2);
	ck_assert_ptr_nonnull(strstr(lines.items[0], "line 4"));
	text_list_free(&lines);
	log_line(LOG_LEVEL_WARN, 6, "line 6");
	log_line(LOG_LEVEL_INFO, 7, "line 7");
	ck_ok(log_read(&lines, &reader, "level:warn", 2, &err), &err);
	ck_assert_int_eq(lines.count, 1);
	ck_assert_ptr_nonnull(strstr(lines.items[0], "run=6 line 6"));
	text_list_free(&lines);
	ck_ok(log_read(&lines, &reader, NULL, 2, &err), &err);
	ck_assert_int_eq(lines.count, 0);
	/* Another file of that name is read from its start. */
	ck_ok(file_write(path, "new\n", 4, 0600, &err), &err);
	ck_ok(log_read(&lines, &reader, NULL, 2, &err), &err);
	ck_assert_int_eq(lines.count, 1);
	ck_assert_str_eq(lines.items[0], "new");
	text_list_free(&lines);
	log_close();
	free(path);
}
END_TEST

Suite *suite_log_read(void)
{
	Suite *suite = suite_create("base/log_read");
	TCase *tcase = tcase_create("log_read");

	tcase_add_loop_test(tcase, a_line_passes_when_every_word_does, 0, (int)ARRAY_SIZE(filters));
	tcase_add_test(tcase, the_end_is_read_and_then_what_is_added);
	suite_add_tcase(suite, tcase);
	return suite;
}
