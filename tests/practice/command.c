/* Tests of `agentboard practice`: what it prints, and that it ends when told to. */

#include "practice/suites.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "tui/command/command.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run the command in a child; its output comes through the pipe. */
static pid_t start(int *from, bool json, int argc, const char *const *argv)
{
	int ends[2];
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct command_env env = { .json = json };

		close(ends[0]);
		env.out = env.errout = fdopen(ends[1], "w");
		_exit(command_main(&env, argc, (char **)argv));
	}
	close(ends[1]);
	*from = ends[0];
	return pid;
}

static void read_until(int from, struct buf *out, const char *end)
{
	char chunk[4096];
	ssize_t got;

	while ((!end || !strstr(buf_str(out), end)) && (got = read(from, chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t)got);
}

static int finish(int from, struct buf *out, pid_t pid)
{
	int status = 0;

	read_until(from, out, NULL);
	close(from);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const int signals[] = { SIGTERM, SIGINT };

START_TEST(practice_tells_where_it_listens_and_ends_on_a_signal)
{
	const char *const argv[] = { "practice", "--fault", "503=0.5", "--misconfigure", "sandbox",
		NULL };
	struct buf out = BUF_INIT(1 << 16);
	int from;
	pid_t pid = start(&from, true, 5, argv);

	read_until(from, &out, "\n");
	ck_assert_msg(
		text_match(
			"{\"practice\":{\"url\":\"http://127.0.0.1:*\",\"port\":*,\"consumer_key\":"
			"\"3MVG9*\",\"consumer_secret\":\"*\",\"username\":\"*\",\"seed\":1}}\n",
			buf_str(&out), false),
		"%s", buf_str(&out));
	kill(pid, signals[_i]);
	ck_assert_int_eq(finish(from, &out, pid), 0);
	buf_free(&out);
}
END_TEST

START_TEST(practice_prints_for_people_too)
{
	const char *const argv[] = { "practice", "--misconfigure", "no-scopes", NULL };
	struct buf out = BUF_INIT(1 << 16);
	int from;
	pid_t pid = start(&from, false, 3, argv);

	read_until(from, &out, "Ctrl-C ends it.\n");
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "My Domain        http://127.0.0.1:"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "Misconfigured    no-scopes\n"));
	kill(pid, SIGTERM);
	ck_assert_int_eq(finish(from, &out, pid), 0);
	buf_free(&out);
}
END_TEST

START_TEST(wrong_option_value_ends_with_usage)
{
	const char *const argv[] = { "practice", "--misconfigure", "no-scope", NULL };
	struct buf out = BUF_INIT(1 << 16);
	int from;
	pid_t pid = start(&from, true, 3, argv);

	ck_assert_int_eq(finish(from, &out, pid), 2);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "did you mean \\\"no-scopes\\\"?"));
	buf_free(&out);
}
END_TEST

START_TEST(list_names_every_fault_and_misconfiguration)
{
	const char *const argv[] = { "practice", "--list", NULL };

	for (int json = 0; json < 2; json++) {
		struct buf out = BUF_INIT(1 << 16);
		int from;
		pid_t pid = start(&from, json, 2, argv);

		ck_assert_int_eq(finish(from, &out, pid), 0);
		ck_assert_ptr_nonnull(strstr(buf_str(&out), "reset-after"));
		ck_assert_ptr_nonnull(strstr(buf_str(&out), "another-org"));
		buf_free(&out);
	}
}
END_TEST

Suite *suite_command(void)
{
	Suite *suite = suite_create("practice/command");
	TCase *tc = tcase_create("command");

	tcase_add_loop_test(
		tc, practice_tells_where_it_listens_and_ends_on_a_signal, 0, ARRAY_SIZE(signals));
	tcase_add_test(tc, practice_prints_for_people_too);
	tcase_add_test(tc, wrong_option_value_ends_with_usage);
	tcase_add_test(tc, list_names_every_fault_and_misconfiguration);
	suite_add_tcase(suite, tc);
	return suite;
}
