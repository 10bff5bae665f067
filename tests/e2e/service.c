/* End to end: the board in a terminal, the port over HTTP, schedules, and an agent that is killed.
 */

#include "base/base.h"
#include "e2e/suites.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "e2e/terminal.h"
#include "e2e/world.h"
#include "http/client.h"
#include "store/schedules.h"
#include "store/writer.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS 8000
#define PATIENCE_MS 20000

static struct world world;

static void setup(void)
{
	world_open_slow(&world, 20);
	world_customers(&world, ROWS);
	world_connection(&world);
	world_interface(&world);
}

static void teardown(void)
{
	world_close(&world);
}

static void note_agent(void)
{
	ck_run(0, &world, "agent", "status", "--json");
	world.agent = (pid_t)world_number("agent.pid");
}

static void start_agent(void)
{
	ck_run(0, &world, "agent", "start", "--json");
	world.agent = (pid_t)world_number("agent.pid");
}

/* ---- the board in a terminal ---- */

static void process_by_board(struct terminal *terminal)
{
	int64_t until = clock_mono() + 3 * PATIENCE_MS;

	terminal_open(terminal, &world);
	terminal_await(terminal, "Agent Control Board");
	terminal_await(terminal, "agent down");
	terminal_type(terminal, "2");
	terminal_await(terminal, "Source rows");
	terminal_type(terminal, "p");
	terminal_await(terminal, "leaving this board stops nothing");
	terminal_type(terminal, "\033OB\r");
	while (practice_record_count(world.practice, "Account") < 200) {
		ck_assert_int_lt(clock_mono(), until);
		clock_sleep(5);
	}
}

static void expect_all_rows(void)
{
	ck_run(0, &world, "run", "resume", "1", "--json");
	ck_assert_int_eq(world_number("runs.0.completed"), ROWS);
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), ROWS);
}

START_TEST(a_run_outlives_the_board_that_started_it)
{
	struct terminal first, second;

	process_by_board(&first);
	world_delay(&world, 500);
	if (_i == 0) {
		kill(first.pid, SIGKILL);
	} else { /* the terminal is closed */
		close(first.fd);
		first.fd = -1;
	}
	terminal_close(&first);
	note_agent();
	ck_assert_int_lt(practice_record_count(world.practice, "Account"), ROWS);
	world_delay(&world, 0);
	/* Another board shows it, to its end. */
	terminal_open(&second, &world);
	terminal_await(&second, "Agent Control Board");
	terminal_type(&second, "3");
	terminal_await(&second, "Run 1 accounts");
	expect_all_rows();
	terminal_await(&second, "ok 8,000");
	kill(second.pid, SIGTERM);
	terminal_close(&second);
}
END_TEST

START_TEST(a_board_takes_what_agent_cfg_says_of_it)
{
	static const char text[] = "port = 0;\nboard: { mouse = true; bell = true; };\n";
	struct terminal terminal;
	struct err err = ERR_INIT;

	ck_ok(file_write(world.settings, text, strlen(text), 0600, &err), &err);
	terminal_open(&terminal, &world);
	terminal_await(&terminal, "\033[?1006h");
	terminal_await(&terminal, "agent down");
	terminal_type(&terminal, ":bell\r");
	terminal_await(&terminal, "The bell is off"); /* so it was on */
	kill(terminal.pid, SIGTERM);
	terminal_close(&terminal);
}
END_TEST

/* ---- an agent that is killed ---- */

START_TEST(an_agent_killed_under_load_resumes_by_itself)
{
	start_agent();
	ck_run(0, &world, "process", "accounts", "--detach");
	for (int kills = 0; kills < 2; kills++) {
		int64_t before = practice_record_count(world.practice, "Account");

		while (practice_record_count(world.practice, "Account") < before + 400)
			clock_sleep(2);
		kill(world.agent, SIGKILL);
		start_agent();
	}
	/* Nobody asks for it: the new agent takes it up. */
	while (practice_record_count(world.practice, "Account") < ROWS)
		clock_sleep(10);
	expect_all_rows();
}
END_TEST

/* ---- the port ---- */

static char body[16384];

static int ask(const char *method, const char *path, const char *password, const char *key)
{
	struct http_header headers[2] = { { "Idempotency-Key", key }, { NULL, NULL } };
	struct http_options options = { 0 };
	struct http_client *client = NULL;
	struct http_answer answer;
	struct err err = ERR_INIT;
	char url[200];
	int status;

	ck_run(0, &world, "agent", "status", "--json");
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", (int)world_number("agent.port"), path);
	http_answer_init(&answer);
	ck_ok(http_client_new(&client, &options, &err), &err);
	ck_ok(http_call(client,
		      &(struct http_request){ .method = method,
			      .url = url,
			      .headers = key ? headers : NULL,
			      .username = password ? "skyvva" : NULL,
			      .password = password,
			      .no_network_proxy = true },
		      &answer, NULL, &err),
		&err);
	status = answer.status;
	text_copy(body, sizeof(body), buf_str(&answer.body));
	http_answer_free(&answer);
	http_client_free(client);
	return status;
}

START_TEST(a_call_starts_a_run_and_follows_it_to_its_end)
{
	static const char password[] = "skyvva@12!";
	int64_t until = clock_mono() + 60000;

	start_agent();
	ck_assert_int_eq(ask("GET", "/ping", password, NULL), 200);
	ck_assert_int_eq(ask("GET", "/ping", "wrong", NULL), 401);
	ck_assert_int_eq(ask("GET", "/ping", NULL, NULL), 401);
	ck_assert_int_eq(ask("POST", "/interfaces/accounts/process", password, "night 1"), 202);
	ck_assert_ptr_nonnull(strstr(body, "\"run\":1"));
	/* Killed between: the call, made again, gives the same run, and it goes on. */
	kill(world.agent, SIGKILL);
	start_agent();
	ck_assert_int_eq(ask("POST", "/interfaces/accounts/process", password, "night 1"), 202);
	ck_assert_ptr_nonnull(strstr(body, "\"run\":1"));
	do {
		ck_assert_int_lt(clock_mono(), until);
		clock_sleep(50);
		ck_assert_int_eq(ask("GET", "/runs/1", password, NULL), 200);
	} while (!strstr(body, "\"finished\":true"));
	ck_assert_ptr_nonnull(strstr(body, "\"completed\":8000"));
	ck_assert_ptr_null(strstr(body, "C-0")); /* no key of any row */
	ck_assert_int_eq(practice_record_count(world.practice, "Account"), ROWS);
	ck_assert_int_eq(ask("GET", "/metrics", NULL, NULL), 200);
	ck_assert_ptr_nonnull(strstr(
		body, "agentboard_messages{interface=\"accounts\",status=\"completed\"} 8000\n"));
	ck_assert_int_eq(ask("GET", "/health", NULL, NULL), 200);
}
END_TEST

/* ---- schedules ---- */

START_TEST(a_schedule_is_listed_paused_and_resumed)
{
	int64_t until = clock_mono() + PATIENCE_MS;

	ck_run(0, &world, "interface", "add", "accounts", "--replace", "--set",
		"schedule=at 06:30 weekdays");
	ck_run(3, &world, "interface", "add", "accounts", "--replace", "--set",
		"schedule=at half past six");
	start_agent();
	do {
		ck_assert_int_lt(clock_mono(), until);
		ck_run(0, &world, "schedule", "list", "--json");
	} while (!text_equal(world_json("schedules.0.name"), "accounts"));
	ck_assert_str_eq(world_json("schedules.0.schedule"), "at 06:30 weekdays");
	ck_run(0, &world, "schedule", "pause", "accounts", "--json");
	ck_assert_str_eq(world_json("schedules.0.paused"), "true");
	ck_run(3, &world, "schedule", "pause", "nobody");
	ck_run(0, &world, "schedule", "resume", "accounts", "--json");
	ck_assert_str_eq(world_json("schedules.0.paused"), "false");
	ck_run(0, &world, "agent", "log", "paused by", "--json");
	ck_assert_ptr_nonnull(strstr(world_json("lines.0"), "accounts was paused by"));
}
END_TEST

static int apply_sync(void *ctx, struct store *store, struct err *err)
{
	return store_schedules_sync(store, ctx, 1, err);
}

/* As an agent leaves the schedule of accounts that went away long ago. */
static void leave_schedule(const char *text)
{
	struct schedule_state state = { .kind = SCHEDULE_INTERFACE, .name = "accounts" };
	struct writer *writer = NULL;
	char data[600];
	struct err err = ERR_INIT;

	snprintf(data, sizeof(data), "%s/data", world.home);
	text_copy(state.text, sizeof(state.text), text);
	state.looked = clock_now() - INT64_C(2) * 366 * 24 * 3600000;
	ck_ok(writer_start(&writer, data, &err), &err);
	ck_ok(writer_call(writer, apply_sync, &state, &err), &err);
	writer_stop(writer);
}

static void await_result(const char *result)
{
	int64_t until = clock_mono() + PATIENCE_MS;

	do {
		ck_assert_int_lt(clock_mono(), until);
		ck_run(0, &world, "interface", "show", "accounts", "--json");
	} while (!text_equal(world_json("interface.schedule_state.result"), result));
}

START_TEST(a_held_connection_s_schedule_is_shown_as_held_and_goes_on_when_released)
{
	ck_run(0, &world, "interface", "add", "accounts", "--replace", "--set", "schedule=@yearly");
	ck_run(0, &world, "connection", "hold", "erp");
	leave_schedule("@yearly");
	start_agent();
	await_result("held");
	ck_assert_ptr_nonnull(
		strstr(world_json("interface.schedule_state.note"), "connection erp is held"));
	ck_run(0, &world, "interface", "list", "--json");
	ck_assert_str_eq(world_json("interfaces.0.schedule_state.result"), "held");
	ck_assert_int_eq(world_number("interfaces.0.schedule_state.run"), 0);
	ck_run(0, &world, "connection", "release", "erp");
	await_result("caught up");
	ck_run(0, &world, "run", "resume", world_json("interface.schedule_state.run"), "--json");
	ck_assert_int_eq(world_number("runs.0.completed"), ROWS);
}
END_TEST

Suite *suite_e2e_service(void)
{
	Suite *suite = suite_create("e2e-service");
	TCase *tcase = tcase_create("service");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_run_outlives_the_board_that_started_it, 0, 2);
	tcase_add_test(tcase, a_board_takes_what_agent_cfg_says_of_it);
	tcase_add_test(tcase, an_agent_killed_under_load_resumes_by_itself);
	tcase_add_test(tcase, a_call_starts_a_run_and_follows_it_to_its_end);
	tcase_add_test(
		tcase, a_held_connection_s_schedule_is_shown_as_held_and_goes_on_when_released);
	tcase_add_test(tcase, a_schedule_is_listed_paused_and_resumed);
	suite_add_tcase(suite, tcase);
	return suite;
}
