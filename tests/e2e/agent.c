/* End to end: the agent as a process of its own. */

#include "base/base.h"
#include "e2e/suites.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "e2e/world.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct world world;

static void setup(void)
{
	world_open(&world, NULL, NULL);
	world_customers(&world, 1000);
}

static void teardown(void)
{
	world_close(&world);
}

static void start_agent(void)
{
	ck_run(0, &world, "agent", "start", "--json");
	ck_assert_str_eq(world_json("agent.up"), "true");
	world.agent = (pid_t)world_number("agent.pid");
}

/* The connection, with the agent's real port and its password. */
static void connect_agent(int64_t port)
{
	char setting[64];

	world_connection(&world);
	world_interface(&world);
	snprintf(setting, sizeof(setting), "agent.port=%" PRId64, port);
	ck_run(0, &world, "connection", "add", "erp", "--replace", "--set",
		"agent.host=http://127.0.0.1", "--set", setting, "--set", "agent.username=skyvva",
		"--secret", "agent.password=env:E2E_PASSWORD");
}

/* As in a system home, whose key only the agent's user may read. */
START_TEST(who_may_not_open_secrets_pings_through_the_agent)
{
	char key[600];

	start_agent();
	connect_agent(world_number("agent.port"));
	snprintf(key, sizeof(key), "%s/data/key", world.home);
	ck_assert_int_eq(chmod(key, 0), 0);
	unsetenv("E2E_SECRET");
	unsetenv("E2E_PASSWORD");
	world.bound = true;
	ck_run(0, &world, "ping", "agent", "erp", "--json");
	ck_assert_str_eq(world_json("ok"), "true");
	ck_run(0, &world, "ping", "salesforce", "erp", "--json");
	ck_assert_str_eq(world_json("steps.3.verdict"), "ok");
	ck_run(0, &world, "agent", "stop");
	world.agent = 0;
	ck_run(3, &world, "ping", "salesforce", "erp");
}
END_TEST

START_TEST(who_may_not_open_secrets_previews_through_the_agent)
{
	const struct ran *ran;
	char key[600];
	char *here;

	start_agent();
	connect_agent(world_number("agent.port"));
	world_sql(&world, "UPDATE t SET zip = NULL, name = 'A \"quoted\" one' WHERE rowid = 2");
	here = text_dup(world_run(
		&world, "interface", "preview", "accounts", "--limit", "3", "--json", NULL)
				->out);
	ck_assert_ptr_nonnull(strstr(here, "quoted"));
	snprintf(key, sizeof(key), "%s/data/key", world.home);
	ck_assert_int_eq(chmod(key, 0), 0);
	unsetenv("E2E_SECRET");
	world.bound = true;
	ran = world_run(&world, "interface", "preview", "accounts", "--limit", "3", "--json", NULL);
	ck_assert_str_eq(ran->out, here);
	ck_run(3, &world, "interface", "preview", "nowhere");
	free(here);
}
END_TEST

START_TEST(both_pings_and_a_process_over_the_agent)
{
	start_agent();
	connect_agent(world_number("agent.port"));
	ck_run(0, &world, "ping", "agent", "erp", "--json");
	ck_assert_str_eq(world_json("ok"), "true");
	ck_run(0, &world, "ping", "salesforce", "erp");
	ck_run(0, &world, "process", "accounts", "--json");
	ck_assert_int_eq(world_number("runs.0.completed"), 1000);
	ck_run(0, &world, "agent", "stop", "--json");
	ck_assert_str_eq(world_json("agent.up"), "false");
	world.agent = 0;
	ck_run(5, &world, "ping", "agent", "erp");
	ck_run(5, &world, "agent", "status", "--json");
	ck_assert_str_eq(world_json("agent.up"), "false");
}
END_TEST

START_TEST(a_wrong_agent_password_is_exit_4)
{
	setenv("E2E_PASSWORD", "not the password", 1);
	start_agent();
	connect_agent(world_number("agent.port"));
	ck_run(4, &world, "ping", "agent", "erp", "--json");
	ck_assert_str_eq(world_json("ok"), "false");
}
END_TEST

START_TEST(a_second_agent_is_refused_and_start_is_content_with_the_first)
{
	int64_t pid;

	start_agent();
	pid = world_number("agent.pid");
	ck_run(9, &world, "agent", "run", "--json");
	ck_run(0, &world, "agent", "start", "--json");
	ck_assert_int_eq(world_number("agent.pid"), pid);
}
END_TEST

START_TEST(an_agent_that_cannot_start_says_why)
{
	struct err err = ERR_INIT;
	char path[600];
	static const char text[] = "listen = \"0.0.0.0\";\nport = 0;\n";

	snprintf(path, sizeof(path), "%s/agent.cfg", world.home);
	ck_ok(file_write(path, text, strlen(text), 0600, &err), &err);
	ck_run(3, &world, "agent", "start", "--json");
	ck_assert_ptr_nonnull(strstr(world_json("error.text"), "agent password"));
}
END_TEST

/* Wait until `agent status` holds these words, or not any more. */
static void await_status(const char *words, bool there)
{
	int64_t until = clock_mono() + 15000;
	const struct ran *ran;

	do {
		clock_sleep(20);
		ran = world_run(&world, "agent", "status", NULL);
	} while (!strstr(ran->out, words) == there && clock_mono() < until);
	ck_assert_msg(!strstr(ran->out, words) != there, "%s", ran->out);
}

START_TEST(a_bad_file_is_told_by_line_and_mended_while_the_agent_is_up)
{
	static const char wrong[] = "port = 0;\nlog_levle = \"debug\";\n";
	static const char right[] = "port = 0;\nlog_level = \"debug\";\n";
	struct err err = ERR_INIT;
	char path[600];

	snprintf(path, sizeof(path), "%s/agent.cfg", world.home);
	start_agent();
	ck_ok(file_write(path, wrong, strlen(wrong), 0600, &err), &err);
	await_status("agent.cfg:2", true);
	ck_ok(file_write(path, right, strlen(right), 0600, &err), &err);
	await_status("agent.cfg", false);
	/* SIGHUP takes it anew, and stops nothing. */
	kill(world.agent, SIGHUP);
	clock_sleep(50);
	ck_run(0, &world, "agent", "status", "--json");
	ck_assert_int_eq(world_number("agent.pid"), world.agent);
}
END_TEST

static void await_told(int fd, const char *words)
{
	struct timeval patience = { .tv_sec = 20 };
	char text[256] = "";

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	do {
		ssize_t got = recv(fd, text, sizeof(text) - 1, 0);

		ck_assert_msg(got > 0, "%s was never told", words);
		text[got] = '\0';
	} while (!strstr(text, words));
}

#ifdef HAVE_SYSTEMD
START_TEST(a_service_manager_is_told_that_it_is_ready_alive_and_stopping)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", world.home);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	pid = world_spawn(&world, "agent", "run", NULL);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	await_told(fd, "READY=1");
	ck_run(0, &world, "agent", "status");
	await_told(fd, "WATCHDOG=1");
	kill(pid, SIGTERM);
	await_told(fd, "STOPPING=1");
	ck_assert_int_eq(world_wait(pid), 0);
	close(fd);
}
END_TEST
#endif

START_TEST(a_detached_process_is_carried_by_the_agent)
{
	world_connection(&world);
	world_interface(&world);
	ck_run(0, &world, "process", "accounts", "--detach", "--json");
	ck_assert_int_eq(world_number("runs.0.id"), 1);
	ck_run(0, &world, "agent", "status", "--json");
	world.agent = (pid_t)world_number("agent.pid");
	ck_run(0, &world, "run", "resume", "1", "--json");
	ck_assert_int_eq(world_number("runs.0.completed"), 1000);
}
END_TEST

/* An interface whose run of `LONG_RUN` rows, one packet after the other, takes seconds. */
#define LONG_RUN 8000

static void long_run(void)
{
	world_sql(&world, "DROP TABLE t");
	world_customers(&world, LONG_RUN);
	world_connection(&world);
	world_interface(&world);
	ck_run(0, &world, "interface", "add", "accounts", "--replace", "--set", "parallel=1");
	world_delay(&world, 300);
}

static void await_first_rows(void)
{
	while (practice_record_count(world.practice, "Account") < 200)
		clock_sleep(2);
}

/* What was left of the long run gets to its end, each row once. */
static void finish_long_run(void)
{
	world_delay(&world, 0);
	ck_run(0, &world, "run", "resume", "1", "--json");
	ck_assert_int_eq(world_number("runs.0.completed"), LONG_RUN);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), LONG_RUN);
}

START_TEST(a_dropped_line_stops_nothing)
{
	pid_t pid;

	long_run();
	pid = world_spawn(&world, "process", "accounts", NULL);
	await_first_rows();
	kill(pid, SIGHUP);
	ck_assert_int_eq(world_wait(pid), 130);
	ck_run(0, &world, "agent", "status", "--json");
	world.agent = (pid_t)world_number("agent.pid");
	ck_assert_int_ne(world.agent, pid);
	finish_long_run();
}
END_TEST

START_TEST(a_killed_agent_s_run_is_taken_up_by_the_next)
{
	long_run();
	start_agent();
	ck_run(0, &world, "process", "accounts", "--detach");
	await_first_rows();
	kill(world.agent, SIGKILL);
	start_agent();
	finish_long_run();
}
END_TEST

START_TEST(a_stopped_agent_s_run_waits_for_the_next_one)
{
	long_run();
	start_agent();
	ck_run(0, &world, "process", "accounts", "--detach");
	await_first_rows();
	ck_run(0, &world, "agent", "stop");
	ck_run(0, &world, "run", "show", "1", "--json");
	/* What was under way has its answer, what was not is left. */
	ck_assert_int_eq(
		world_number("run.completed"), practice_record_count(world.practice, "Account"));
	ck_assert_int_lt(world_number("run.completed"), LONG_RUN);
	ck_assert_int_eq(world_number("run.unknown"), 0);
	start_agent();
	finish_long_run();
}
END_TEST

START_TEST(a_run_can_be_cancelled_from_elsewhere)
{
	long_run();
	start_agent();
	ck_run(0, &world, "process", "accounts", "--detach");
	await_first_rows();
	ck_run(0, &world, "run", "cancel", "1", "--json");
	ck_assert_str_eq(world_json("run.status"), "Cancelled");
	ck_assert_int_eq(
		world_number("run.completed"), practice_record_count(world.practice, "Account"));
	ck_run(2, &world, "run", "resume", "1");
	/* Who it was stands there. */
	ck_run(0, &world, "run", "show", "1", "--json");
	ck_assert_str_eq(world_json("persons.0.what"), "cancel run");
	ck_assert_str_ne(world_json("persons.0.who"), "");
	ck_assert_int_eq(world_number("persons.0.count"), 1);
}
END_TEST

Suite *suite_e2e_agent(void)
{
	Suite *suite = suite_create("e2e-agent");
	TCase *tcase = tcase_create("agent");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, who_may_not_open_secrets_pings_through_the_agent);
	tcase_add_test(tcase, who_may_not_open_secrets_previews_through_the_agent);
	tcase_add_test(tcase, both_pings_and_a_process_over_the_agent);
	tcase_add_test(tcase, a_wrong_agent_password_is_exit_4);
	tcase_add_test(tcase, a_second_agent_is_refused_and_start_is_content_with_the_first);
	tcase_add_test(tcase, an_agent_that_cannot_start_says_why);
	tcase_add_test(tcase, a_bad_file_is_told_by_line_and_mended_while_the_agent_is_up);
#ifdef HAVE_SYSTEMD
	tcase_add_test(tcase, a_service_manager_is_told_that_it_is_ready_alive_and_stopping);
#endif
	tcase_add_test(tcase, a_detached_process_is_carried_by_the_agent);
	tcase_add_test(tcase, a_dropped_line_stops_nothing);
	tcase_add_test(tcase, a_killed_agent_s_run_is_taken_up_by_the_next);
	tcase_add_test(tcase, a_stopped_agent_s_run_waits_for_the_next_one);
	tcase_add_test(tcase, a_run_can_be_cancelled_from_elsewhere);
	suite_add_tcase(suite, tcase);
	return suite;
}
