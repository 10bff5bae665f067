/* Tests of agent.h: one agent a home, its socket's verbs, and what it does with leftovers. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/agent.h"
#include "agent/fixture.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "http/client.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *dir;
static char *socket_path;
static struct catalog catalog;
static struct agent_settings settings;
static struct agent *agent;

static struct agent_options options(void)
{
	return (struct agent_options){ .home_config = dir,
		.home_data = dir,
		.catalog = &catalog,
		.settings = &settings,
		.socket_path = socket_path,
		.listen = true };
}

static void setup(void)
{
	agent = NULL;
	dir = test_folder();
	socket_path = file_join(dir, "agent.sock");
	fixture_catalog(&catalog);
	agent_settings_init(&settings);
	settings.port = 0;
}

static void start(bool take_leftovers)
{
	struct agent_options with = options();
	struct err err = ERR_INIT;

	with.take_leftovers = take_leftovers;
	ck_ok(agent_new(&agent, &with, &err), &err);
}

static void teardown(void)
{
	agent_free(agent);
	agent_settings_free_fields(&settings);
	free(socket_path);
}

START_TEST(the_socket_tells_the_status)
{
	struct agent_status status;
	struct err err = ERR_INIT;
	struct stat st;

	ck_assert_int_eq(agent_client_status(&status, socket_path, &err), -ERR_NET);
	start(false);
	ck_ok(agent_client_status(&status, socket_path, &err), &err);
	ck_assert(status.up);
	ck_assert_int_eq(status.pid, getpid());
	ck_assert_int_eq(status.port, agent_port(agent));
	ck_assert_int_gt(status.port, 0);
	ck_assert_str_eq(status.listen, "127.0.0.1");
	ck_assert_int_eq(stat(socket_path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0660);
}
END_TEST

START_TEST(the_status_tells_what_is_scheduled_next)
{
	char when[CLOCK_TEXT_MAX];
	struct agent_status status;
	struct err err = ERR_INIT;

	setenv("TZ", "UTC", 1);
	tzset();
	fixture_schedule("0 0 1 1 *", false);
	start(false);
	do {
		ck_ok(agent_client_status(&status, socket_path, &err), &err);
		clock_sleep(2);
	} while (!status.next[0]);
	ck_assert_ptr_nonnull(strstr(status.next, "-01-01 b"));
	ck_assert_str_eq(clock_iso(when, status.next_at) + 4, "-01-01T00:00:00.000Z");
}
END_TEST

/* Boards and commands get their answers, whoever of the group holds lines open and says nothing. */
START_TEST(lines_that_are_held_open_delay_no_board)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	struct agent_status status;
	struct err err = ERR_INIT;
	int64_t before;
	int held[64];

	start(false);
	ck_assert(text_copy(where.sun_path, sizeof(where.sun_path), socket_path));
	for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
		held[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(
			connect(held[i], (const struct sockaddr *)&where, sizeof(where)), 0);
	}
	clock_sleep(400);
	before = clock_mono();
	ck_ok(agent_client_status(&status, socket_path, &err), &err);
	ck_assert_int_lt(clock_mono() - before, 1000 * test_patience());
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		close(held[i]);
}
END_TEST

START_TEST(a_second_agent_of_a_home_is_refused_and_told_who_is_up)
{
	struct agent_options second = options();
	struct agent *other = NULL;
	struct err err = ERR_INIT;
	char pid[24];

	start(false);
	ck_assert_int_eq(agent_new(&other, &second, &err), -ERR_UNFINISHED);
	ck_assert_ptr_null(other);
	snprintf(pid, sizeof(pid), "pid %ld", (long)getpid());
	ck_assert_ptr_nonnull(strstr(err.text, pid));
}
END_TEST

START_TEST(a_home_is_free_again_when_its_agent_has_gone)
{
	start(false);
	agent_free(agent);
	agent = NULL;
	start(false);
}
END_TEST

static void *loop(void *stop)
{
	struct err err = ERR_INIT;

	agent_loop(agent, stop, NULL, &err);
	return NULL;
}

START_TEST(the_loop_ends_when_the_socket_or_the_flag_says_so)
{
	atomic_bool stop = false;
	struct err err = ERR_INIT;
	pthread_t thread;

	start(false);
	ck_assert_int_eq(pthread_create(&thread, NULL, loop, &stop), 0);
	if (_i == 0)
		ck_ok(agent_client_stop(socket_path, &err), &err);
	else
		atomic_store(&stop, true);
	pthread_join(thread, NULL);
}
END_TEST

static const struct {
	const char *gone, *copied, *says;
} losses[] = {
	{ "data", NULL, "data is gone" },
	{ "config", NULL, "config is gone" },
	{ "data/store.db", NULL, "was removed, moved or replaced" },
	{ "data/store.db", "data/store.db", "was removed, moved or replaced" },
};

/* Away with it, or another file of the same content in its place. */
static void lose(const char *home, const char *gone, const char *copied)
{
	struct buf text = BUF_INIT(4u << 20);
	struct err err = ERR_INIT;
	char from[600], to[600];

	snprintf(from, sizeof(from), "%s/%s", home, gone);
	snprintf(to, sizeof(to), "%s/lost", home);
	ck_assert_int_eq(rename(from, to), 0);
	if (!copied)
		return;
	ck_ok(file_read(&text, to, &err), &err);
	ck_ok(file_write(from, text.data, text.len, 0600, &err), &err);
	buf_free(&text);
}

START_TEST(an_agent_whose_home_vanishes_says_so_and_ends)
{
	char *config = file_join(dir, "config");
	char *data = file_join(dir, "data");
	char *log = file_join(dir, "log");
	struct agent_options lost = options();
	struct buf said = BUF_INIT(65536);
	atomic_bool stop = false, at_once = true;
	struct err err = ERR_INIT;

	lost.home_config = config;
	lost.home_data = data;
	ck_assert_int_eq(mkdir(config, 0700), 0);
	ck_assert_int_eq(mkdir(data, 0700), 0);
	ck_ok(log_open(log, LOG_LEVEL_INFO, &err), &err);
	ck_ok(agent_new(&agent, &lost, &err), &err);
	lose(dir, losses[_i].gone, losses[_i].copied);
	ck_assert_int_eq(agent_loop(agent, &stop, &at_once, &err), -ERR_STORE);
	ck_assert_ptr_nonnull(strstr(err.text, losses[_i].says));
	agent_free(agent);
	agent = NULL;
	log_close();
	ck_ok(file_read(&said, log, &err), &err);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), losses[_i].says));
	buf_free(&said);
	free(log);
	free(data);
	free(config);
}
END_TEST

/* given a process that listens at the socket, and is stopped / when a command asks it / then that
 * is told at once, with its number, and not taken for an agent that is down */
START_TEST(a_stopped_process_is_told_and_not_waited_for)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	struct agent_status status;
	struct err err = ERR_INIT;
	int64_t begun = clock_mono();
	char words[64];
	int wait_status;
	pid_t pid;

	text_copy(where.sun_path, sizeof(where.sun_path), socket_path);
	pid = fork();
	if (pid == 0) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		if (bind(fd, (struct sockaddr *)&where, sizeof(where)) || listen(fd, 8))
			_exit(1);
		raise(SIGSTOP);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &wait_status, WUNTRACED), pid);
	ck_assert(WIFSTOPPED(wait_status));
	ck_assert_int_eq(agent_client_status(&status, socket_path, &err), -ERR_UNFINISHED);
	snprintf(words, sizeof(words), "process %ld, which has the runs", (long)pid);
	ck_assert_msg(text_starts(err.text, words), "%s", err.text);
	ck_assert_int_lt(clock_mono() - begun, 5000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(errors_cross_the_socket_with_their_kind)
{
	const char *names[] = { "nobody", NULL };
	struct process_request request = { .interfaces = names, .who = "test" };
	struct process_reply reply;
	struct agent_run run;
	struct err err = ERR_INIT;

	start(false);
	ck_assert_int_eq(agent_client_process(&reply, socket_path, &request, &err), -ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no interface nobody"));
	ck_assert_int_eq(agent_client_cancel(socket_path, 77, "test", &err), -ERR_NOT_FOUND);
	ck_assert_int_eq(agent_client_resume(socket_path, 77, "test", &err), -ERR_NOT_FOUND);
	ck_ok(agent_client_run(&run, socket_path, 77, &err), &err);
	ck_assert_int_eq(run.state, CARRY_NONE);
}
END_TEST

static const struct {
	const char *method, *path;
	int status;
} paths[] = {
	{ "GET", "/status", 200 },
	{ "GET", "/", 404 },
	{ "POST", "/status", 404 },
	{ "GET", "/runs/1", 200 },
	{ "GET", "/runs/", 404 },
	{ "GET", "/runs/-1", 404 },
	{ "GET", "/runs/1x", 404 },
	{ "GET", "/runs/99999999999999999999", 404 },
	{ "POST", "/runs/1/delete", 404 },
	{ "POST", "/runs", 409 },
};

START_TEST(the_socket_knows_its_paths_and_no_others)
{
	struct http_options unix_options = { .unix_socket = socket_path };
	struct http_client *client = NULL;
	struct http_answer answer;
	struct err err = ERR_INIT;
	char url[128];

	start(false);
	snprintf(url, sizeof(url), "http://agent%s", paths[_i].path);
	http_answer_init(&answer);
	ck_ok(http_client_new(&client, &unix_options, &err), &err);
	ck_ok(http_call(client, &(struct http_request){ .method = paths[_i].method, .url = url },
		      &answer, NULL, &err),
		&err);
	ck_assert_msg(answer.status == paths[_i].status, "%s %s: %d", paths[_i].method,
		paths[_i].path, answer.status);
	http_answer_free(&answer);
	http_client_free(client);
}
END_TEST

/* A run that a crash left Queued, of an interface that has meanwhile gone. */
static int64_t leave_run(const char *interface)
{
	struct writer *writer = NULL;
	struct err err = ERR_INIT;
	int64_t run;

	ck_ok(writer_start(&writer, dir, &err), &err);
	run = fixture_run(writer, interface, 0);
	writer_stop(writer);
	return run;
}

START_TEST(leftovers_are_taken_up_at_start_when_asked)
{
	int64_t run = leave_run("gone");
	bool taken = _i == 1;
	struct agent_run state;

	start(taken);
	if (!taken) {
		agent_run_state(&state, agent, run);
		ck_assert_int_eq(state.state, CARRY_NONE);
		ck_assert_int_eq(fixture_state(dir, run), RUN_QUEUED);
		return;
	}
	do {
		agent_run_state(&state, agent, run);
		clock_sleep(2);
	} while (state.state != CARRY_ENDED);
	ck_assert_int_eq(fixture_state(dir, run), RUN_STOPPED);
}
END_TEST

/* given two runs of a batch that a crash left, the first of which holds what follows / when it does
 * not end well / then the second does not begin */
START_TEST(leftovers_are_held_behind_what_did_not_end_well)
{
	struct writer *writer = NULL;
	struct agent_run state;
	struct err err = ERR_INIT;
	int64_t children;

	ck_ok(writer_start(&writer, dir, &err), &err);
	fixture_run(writer, "a1", 5);
	children = fixture_run(writer, "c", 5);
	writer_stop(writer);
	fixture_holds(true);
	start(true);
	do {
		agent_run_state(&state, agent, children);
		clock_sleep(2);
	} while (state.state != CARRY_RESTING && state.state != CARRY_ENDED);
	ck_assert_msg(strstr(state.result.text, "held: a1"), "%s", state.result.text);
	fixture_holds(false);
}
END_TEST

START_TEST(a_run_that_nobody_carries_can_be_cancelled)
{
	int64_t run = leave_run("a1");
	struct agent_run state;
	struct err err = ERR_INIT;

	start(false);
	ck_ok(agent_client_cancel(socket_path, run, "test", &err), &err);
	do {
		agent_run_state(&state, agent, run);
		clock_sleep(2);
	} while (state.state != CARRY_ENDED);
	ck_assert_int_eq(fixture_state(dir, run), RUN_CANCELLED);
	ck_assert_int_eq(agent_client_cancel(socket_path, run, "test", &err), -ERR_USAGE);
	ck_assert_int_eq(agent_client_resume(socket_path, run, "test", &err), -ERR_USAGE);
}
END_TEST

static bool says(int64_t run, const char *words)
{
	struct view *view = NULL;
	struct run_info info = { .reason = "" };

	if (view_open(&view, dir, NULL) == 0)
		view_run(&info, view, run, NULL);
	view_close(view);
	return strstr(info.reason, words) != NULL;
}

/* What was lost before a restart can be looked for by now. Here that cannot be, which shows that it
 * was tried; the run stays Done. */
START_TEST(what_was_unknown_before_a_restart_is_looked_for)
{
	int64_t until = clock_mono() + 15000;
	struct writer *writer = NULL;
	struct err err = ERR_INIT;
	int64_t run, other;

	clock_freeze(clock_now() - 12 * 60000);
	ck_ok(writer_start(&writer, dir, &err), &err);
	run = fixture_run(writer, "x", 0);
	ck_ok(writer_call(writer, fixture_lose, &run, &err), &err);
	ck_ok(fixture_set_state(writer, run, RUN_DONE, &err), &err);
	other = fixture_run(writer, "b", 0); /* without a reconcile_key */
	ck_ok(writer_call(writer, fixture_lose, &other, &err), &err);
	ck_ok(fixture_set_state(writer, other, RUN_DONE, &err), &err);
	writer_stop(writer);
	clock_freeze(-1);
	start(true);
	while (!says(run, "not looked for") && clock_mono() < until)
		clock_sleep(10);
	ck_assert(says(run, "not looked for"));
	ck_assert_int_eq(fixture_state(dir, run), RUN_DONE);
	ck_assert(!says(other, "not looked for"));
}
END_TEST

START_TEST(beyond_loopback_the_default_password_stops_the_agent)
{
	struct agent_options with = options();
	struct err err = ERR_INIT;

	text_set(&settings.listen, "0.0.0.0");
	ck_assert_int_eq(agent_new(&agent, &with, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "agent password"));
}
END_TEST

Suite *suite_service(void)
{
	Suite *suite = suite_create("service");
	TCase *tcase = tcase_create("service");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_socket_tells_the_status);
	tcase_add_test(tcase, the_status_tells_what_is_scheduled_next);
	tcase_add_test(tcase, lines_that_are_held_open_delay_no_board);
	tcase_add_test(tcase, a_second_agent_of_a_home_is_refused_and_told_who_is_up);
	tcase_add_test(tcase, a_home_is_free_again_when_its_agent_has_gone);
	tcase_add_loop_test(tcase, the_loop_ends_when_the_socket_or_the_flag_says_so, 0, 2);
	tcase_add_loop_test(
		tcase, an_agent_whose_home_vanishes_says_so_and_ends, 0, (int)ARRAY_SIZE(losses));
	tcase_add_test(tcase, a_stopped_process_is_told_and_not_waited_for);
	tcase_add_test(tcase, errors_cross_the_socket_with_their_kind);
	tcase_add_loop_test(
		tcase, the_socket_knows_its_paths_and_no_others, 0, (int)ARRAY_SIZE(paths));
	tcase_add_loop_test(tcase, leftovers_are_taken_up_at_start_when_asked, 0, 2);
	tcase_add_test(tcase, leftovers_are_held_behind_what_did_not_end_well);
	tcase_add_test(tcase, a_run_that_nobody_carries_can_be_cancelled);
	tcase_add_test(tcase, what_was_unknown_before_a_restart_is_looked_for);
	tcase_add_test(tcase, beyond_loopback_the_default_password_stops_the_agent);
	suite_add_tcase(suite, tcase);
	return suite;
}
