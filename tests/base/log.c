/* Tests of log.h: levels, control bytes, silence before opening, the journal. */

#include "base/suites.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "harness/small_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* The file's content; the caller frees. */
static char *content(const char *path)
{
	struct buf text = BUF_INIT(10000);
	struct err err = ERR_INIT;

	ck_ok(file_read(&text, path, &err), &err);
	return buf_detach(&text);
}

/* _i = 0: standard error is what the variable names; 1: it is something else by now. */
START_TEST(journal_gets_priorities_and_no_second_time)
{
	char *path = file_join(test_folder(), "log");
	char *journal = file_join(test_folder(), "journal");
	int fd = open(journal, O_RDWR | O_CREAT, 0600);
	int before = dup(STDERR_FILENO);
	struct err err = ERR_INIT;
	char stream[64];
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
		(uintmax_t)st.st_ino + (unsigned)_i);
	setenv("JOURNAL_STREAM", stream, 1);
	dup2(fd, STDERR_FILENO);
	ck_ok(log_open(path, LOG_LEVEL_INFO, &err), &err);
	clock_freeze(1500);
	log_line(LOG_LEVEL_ERROR, 12, "lost\n<7>forged");
	log_line(LOG_LEVEL_INFO, 0, "up");
	log_line(LOG_LEVEL_DEBUG, 0, "too detailed");
	clock_freeze(-1);
	log_close();
	dup2(before, STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	char *written = content(path);
	char *told = content(journal);

	ck_assert_str_eq(written, "1970-01-01T00:00:01.500Z error run=12 lost <7>forged\n"
				  "1970-01-01T00:00:01.500Z info run=0 up\n");
	ck_assert_str_eq(told, _i ? "" : "<3>error run=12 lost <7>forged\n<6>info run=0 up\n");
	free(told);
	free(written);
	close(before);
	close(fd);
	free(journal);
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

/* Lines of the run are whole, or told as missing; one may be torn. */
static void check_lines(char *text, int wanted)
{
	int whole = 0, torn = 0, missing = 0;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strstr(line, " error run=7 ") && strstr(line, " end"))
			whole++;
		else if (strstr(line, " error run=7 "))
			torn++;
		else if (strstr(line, " lines are missing here: "))
			missing = (int)strtol(strstr(line, "run=0 ") + 6, NULL, 10);
	}
	ck_assert_int_eq(whole + missing, wanted);
	ck_assert_int_gt(missing, 0);
	ck_assert_int_le(torn, 1);
}

START_TEST(a_full_disk_costs_lines_and_tells_how_many)
{
	bool real = small_disk_allowed("a log on a full disk");
	const char *dir = test_folder();
	char *path = file_join(dir, "log");
	struct err err = ERR_INIT;
	const char *last;
	char *text;

	if (real)
		small_disk_mount(dir, 256u << 10);
	ck_ok(log_open(path, LOG_LEVEL_INFO, &err), &err);
	log_line(LOG_LEVEL_INFO, 0, "before");
	small_disk_fill(dir);
	for (int i = 0; i < 100; i++) /* some fit into the file's last page */
		log_line(LOG_LEVEL_ERROR, 7, "%0800d end", i);
	small_disk_free(dir);
	log_line(LOG_LEVEL_INFO, 0, "behind");
	log_close();
	text = content(path);
	ck_assert_ptr_nonnull(strstr(text, "info run=0 before\n"));
	last = strstr(text, "info run=0 behind\n");
	ck_assert(last && last[strlen("info run=0 behind\n")] == '\0');
	check_lines(text, 100);
	small_disk_end(dir);
	free(text);
	free(path);
}
END_TEST

Suite *suite_log(void)
{
	Suite *suite = suite_create("base/log");
	TCase *tc = tcase_create("log");

	tcase_add_test(tc, writes_one_clean_line_each);
	tcase_add_loop_test(tc, journal_gets_priorities_and_no_second_time, 0, 2);
	tcase_add_test(tc, rotates_instead_of_growing_for_ever);
	tcase_add_test(tc, a_full_disk_costs_lines_and_tells_how_many);
	suite_add_tcase(suite, tc);
	return suite;
}
