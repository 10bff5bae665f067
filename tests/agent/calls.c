/* Tests of calls.h, metrics.h and of the port under bad requests: a whole agent, over sockets. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/agent.h"
#include "agent/fixture.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "http/client.h"
#include "store/service.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PASSWORD "correct horse 7"

static const char *dir;
static char *socket_path;
static struct catalog catalog;
static struct agent_settings settings;
static struct agent *agent;

static void start(void)
{
	struct agent_options options = { .home_config = dir,
		.home_data = dir,
		.catalog = &catalog,
		.settings = &settings,
		.socket_path = socket_path,
		.listen = true };
	struct err err = ERR_INIT;

	ck_ok(agent_new(&agent, &options, &err), &err);
}

static void setup(void)
{
	struct err err = ERR_INIT;

	agent = NULL;
	dir = test_folder();
	socket_path = file_join(dir, "agent.sock");
	fixture_catalog(&catalog);
	agent_settings_init(&settings);
	settings.port = 0;
	ck_ok(agent_password_hash(&settings.password_hash, PASSWORD, &err), &err);
}

static void teardown(void)
{
	agent_free(agent);
	agent_settings_free_fields(&settings);
	free(socket_path);
}

static char answer_body[65536];

static int ask_with(const char *method, const char *path, const char *password, const char *header,
	const char *body)
{
	struct http_options options = { 0 };
	struct http_client *client = NULL;
	struct http_answer answer;
	struct err err = ERR_INIT;
	struct http_header headers[2] = { { NULL, NULL }, { NULL, NULL } };
	char name[512];
	char *colon;
	char url[256];
	int status;

	text_copy(name, sizeof(name), header ? header : ":");
	colon = strchr(name, ':');
	*colon = '\0';
	if (header)
		headers[0] = (struct http_header){ name, text_trim(colon + 1) };

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", agent_port(agent), path);
	http_answer_init(&answer);
	ck_ok(http_client_new(&client, &options, &err), &err);
	ck_ok(http_call(client,
		      &(struct http_request){ .method = method,
			      .url = url,
			      .headers = header ? headers : NULL,
			      .username = password ? "skyvva" : NULL,
			      .password = password,
			      .body = body,
			      .body_len = body ? strlen(body) : 0,
			      .no_network_proxy = true },
		      &answer, NULL, &err),
		&err);
	status = answer.status;
	text_copy(answer_body, sizeof(answer_body), buf_str(&answer.body));
	http_answer_free(&answer);
	http_client_free(client);
	return status;
}

static int ask(const char *method, const char *path, const char *password)
{
	return ask_with(method, path, password, NULL, NULL);
}

static int64_t number_behind(const char *words)
{
	const char *at = strstr(answer_body, words);

	return at ? strtoll(at + strlen(words), NULL, 10) : -1;
}

static int64_t call(const char *key, const char *body, int expected)
{
	char header[300];
	int status;

	snprintf(header, sizeof(header), "Idempotency-Key: %s", key ? key : "");
	status = ask_with("POST", "/interfaces/a1/process", PASSWORD, key ? header : NULL, body);
	ck_assert_msg(status == expected, "%d: %s", status, answer_body);
	return number_behind("\"run\":");
}

START_TEST(a_call_starts_a_run_that_can_be_followed)
{
	int64_t run;
	char path[64];

	start();
	run = call(NULL, NULL, 202);
	ck_assert_int_eq(run, 1);
	snprintf(path, sizeof(path), "/runs/%" PRId64, run);
	ck_assert_ptr_nonnull(strstr(answer_body, "\"location\":\"/runs/1\""));
	ck_assert_int_eq(ask("GET", path, PASSWORD), 200);
	ck_assert_int_eq(number_behind("\"id\":"), run);
	ck_assert_ptr_nonnull(strstr(answer_body, "\"interface\":\"a1\""));
	ck_assert_ptr_nonnull(strstr(answer_body, "\"trigger\":\"call\""));
	ck_assert_int_eq(number_behind("\"completed\":"), 0);
	/* What a run says of its rows or of persons stays at home. */
	ck_assert_ptr_null(strstr(answer_body, "reason"));
	ck_assert_ptr_null(strstr(answer_body, "who"));
}
END_TEST

START_TEST(a_key_that_came_before_gives_the_run_of_the_first_call)
{
	int64_t first, other;

	start();
	first = call("order 4711", "{\"limit\":5}", 202);
	ck_assert_int_eq(call("order 4711", "{ \"limit\": 5 }", 202), first);
	other = call("order 4712", "{\"limit\":5}", 202);
	ck_assert_int_gt(other, first);
	call("order 4711", "{\"limit\":6}", 422); /* the same key, another request */
	ck_assert_int_gt(call(NULL, "{\"limit\":5}", 202), other);
	/* Also after the agent was started anew. */
	agent_free(agent);
	agent = NULL;
	start();
	ck_assert_int_eq(call("order 4711", "{\"limit\":5}", 202), first);
}
END_TEST

struct caller {
	pthread_t thread;
	int64_t run;
};

static void *call_once(void *ctx)
{
	struct http_options options = { 0 };
	const struct http_header headers[] = { { "Idempotency-Key", "the same" }, { NULL, NULL } };
	struct http_client *client = NULL;
	struct http_answer answer;
	struct caller *caller = ctx;
	const char *at;
	char url[128];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/interfaces/a1/process", agent_port(agent));
	http_answer_init(&answer);
	if (http_client_new(&client, &options, NULL) == 0 &&
		http_call(client,
			&(struct http_request){ .method = "POST",
				.url = url,
				.headers = headers,
				.username = "skyvva",
				.password = PASSWORD,
				.no_network_proxy = true },
			&answer, NULL, NULL) == 0 &&
		(at = strstr(buf_str(&answer.body), "\"run\":")) != NULL)
		caller->run = strtoll(at + 6, NULL, 10);
	http_answer_free(&answer);
	http_client_free(client);
	return NULL;
}

START_TEST(the_same_key_at_the_same_time_starts_one_run)
{
	struct caller callers[8] = { { .run = 0 } };

	start();
	ck_assert_int_eq(ask("GET", "/ping", PASSWORD), 200);
	for (size_t i = 0; i < ARRAY_SIZE(callers); i++)
		ck_assert_int_eq(
			pthread_create(&callers[i].thread, NULL, call_once, &callers[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(callers); i++) {
		pthread_join(callers[i].thread, NULL);
		ck_assert_int_eq(callers[i].run, 1);
	}
}
END_TEST

static const struct {
	const char *what, *method, *path, *password, *header, *body;
	int status;
} calls[] = {
	{ "no credential", "POST", "/interfaces/a1/process", NULL, NULL, NULL, 401 },
	{ "a wrong one", "POST", "/interfaces/a1/process", "x", NULL, NULL, 401 },
	{ "no such interface", "POST", "/interfaces/nobody/process", PASSWORD, NULL, NULL, 404 },
	{ "no name", "POST", "/interfaces//process", PASSWORD, NULL, NULL, 404 },
	{ "another verb", "POST", "/interfaces/a1/delete", PASSWORD, NULL, NULL, 404 },
	{ "another method", "GET", "/interfaces/a1/process", PASSWORD, NULL, NULL, 405 },
	{ "no JSON", "POST", "/interfaces/a1/process", PASSWORD, NULL, "limit=5", 400 },
	{ "an unknown member", "POST", "/interfaces/a1/process", PASSWORD, NULL, "{\"rows\":5}",
		400 },
	{ "a limit in words", "POST", "/interfaces/a1/process", PASSWORD, NULL, "{\"limit\":\"5\"}",
		400 },
	{ "a limit of nothing", "POST", "/interfaces/a1/process", PASSWORD, NULL, "{\"limit\":0}",
		400 },
	{ "a list", "POST", "/interfaces/a1/process", PASSWORD, NULL, "[1]", 400 },
	{ "no such run", "GET", "/runs/77", PASSWORD, NULL, NULL, 404 },
	{ "a run that is no number", "GET", "/runs/x", PASSWORD, NULL, NULL, 404 },
	{ "a run without a credential", "GET", "/runs/1", NULL, NULL, NULL, 401 },
	{ "a run by POST", "POST", "/runs/1", PASSWORD, NULL, NULL, 405 },
	{ "health", "GET", "/health", NULL, NULL, NULL, 200 },
	{ "metrics", "GET", "/metrics", NULL, NULL, NULL, 200 },
	{ "health for a proxy's caller", "GET", "/health", NULL, "X-Forwarded-For: 10.0.0.7", NULL,
		403 },
	{ "metrics for a proxy's caller", "GET", "/metrics", PASSWORD, "Forwarded: for=10.0.0.7",
		NULL, 403 },
};

START_TEST(calls_are_answered_by_credential_path_and_body)
{
	int status;

	start();
	status = ask_with(calls[_i].method, calls[_i].path, calls[_i].password, calls[_i].header,
		calls[_i].body);
	ck_assert_msg(status == calls[_i].status, "%s: %d %s", calls[_i].what, status, answer_body);
}
END_TEST

START_TEST(everyone_who_knows_the_password_sees_metrics_where_told_so)
{
	static const char proxy[] = "X-Forwarded-For: 10.0.0.7";

	text_set(&settings.monitoring, "everyone");
	start();
	ck_assert_int_eq(ask_with("GET", "/health", NULL, proxy, NULL), 200);
	ck_assert_int_eq(ask_with("GET", "/metrics", NULL, proxy, NULL), 401);
	ck_assert_int_eq(ask_with("GET", "/metrics", PASSWORD, proxy, NULL), 200);
}
END_TEST

START_TEST(too_long_keys_and_bodies_are_refused)
{
	char key[400];
	char *body = malloc((size_t)settings.limits.body + 2);

	memset(key, 'k', sizeof(key));
	key[CALL_KEY_MAX + 1] = '\0';
	start();
	call(key, NULL, 400);
	memset(body, ' ', (size_t)settings.limits.body + 1);
	body[settings.limits.body + 1] = '\0';
	call(NULL, body, 413);
	free(body);
}
END_TEST

START_TEST(calls_are_turned_away_when_too_many_runs_wait)
{
	settings.limits.waiting = 1;
	settings.parallel_runs = 1;
	start();
	/* Runs of one interface take turns, and these cannot reach their org or source for long. */
	for (int i = 0; i < 50; i++) {
		if (ask_with("POST", "/interfaces/a1/process", PASSWORD, NULL, NULL) == 429)
			return;
	}
	ck_abort_msg("fifty calls were taken, though one may wait");
}
END_TEST

START_TEST(metrics_are_openmetrics_and_count_what_is_in_the_store)
{
	struct writer *writer = NULL;
	struct err err = ERR_INIT;
	int64_t run;
	char *rest = answer_body;
	char *line;

	ck_ok(writer_start(&writer, dir, &err), &err);
	run = fixture_run(writer, "b", 0);
	ck_ok(fixture_set_state(writer, run, RUN_DONE, &err), &err);
	writer_stop(writer);
	start();
	ck_assert_int_eq(ask("GET", "/ping", NULL), 401);
	ck_assert_int_eq(ask("GET", "/metrics", NULL), 200);
	ck_assert_ptr_nonnull(
		strstr(answer_body, "agentboard_info{version=\"" PACKAGE_VERSION "\"} 1\n"));
	ck_assert_ptr_nonnull(
		strstr(answer_body, "agentboard_runs{interface=\"b\",state=\"done\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(
		answer_body, "agentboard_messages{interface=\"b\",status=\"completed\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(answer_body, "agentboard_http_refused_total 1\n"));
	ck_assert_ptr_nonnull(
		strstr(answer_body, "agentboard_http_answers_total{class=\"4xx\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(answer_body, "agentboard_disk_floor_bytes 536870912\n"));
	ck_assert_ptr_null(strstr(answer_body, "agentboard_store_bytes 0\n"));
	ck_assert_str_eq(answer_body + strlen(answer_body) - 6, "# EOF\n");
	/* Each line is a comment or "name{labels} number", and each family has its type first. */
	while ((line = strsep(&rest, "\n")) != NULL) {
		char *space = strrchr(line, ' ');
		char *end;

		if (line[0] == '#' || !*line)
			continue;
		ck_assert(text_starts(line, "agentboard_"));
		ck_assert_ptr_nonnull(space);
		strtod(space + 1, &end);
		ck_assert_msg(*end == '\0', "%s", line);
	}
}
END_TEST

/* ---- bad requests ---- */

static int dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)agent_port(agent)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_sec = 20 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

#define SECRET_GUESS "Zm9vOnNlY3JldC1ndWVzcw==" /* foo:secret-guess */

/* @ stands for the number of the request. */
static const char *const shapes[] = {
	"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	 "Authorization: Basic " SECRET_GUESS "\r\n\r\n"),
	"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic !!!\r\n\r\n",
	"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer t@\r\n\r\n",
	("POST /interfaces/a1/process HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	 "Content-Length: 9\r\n\r\n{\"limit\":"),
	"POST /interfaces/a1/process HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
	"POST /interfaces/a1/process HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
	"POST /ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"GET /runs/%00%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"\x16\x03\x01\x02\x01\x01\xfc\x03\x03", "GET /n@ HTTP/9.9\r\n\r\n", "GARBAGE\r\n\r\n",
	"\r\n\r\n\r\n", "GET /ping HTTP/1.1\r\nHost x\r\n: y\r\nConnection: close\r\n\r\n",
	"GET /ping", /* and no more */
	"",	     /* comes and goes */
};

static void send_bad(int i)
{
	const char *shape = shapes[i % (int)ARRAY_SIZE(shapes)];
	char text[600];
	char got[1024];
	char *at;
	int fd = dial();

	if (fd < 0)
		return;
	text_copy(text, sizeof(text), shape);
	at = strchr(text, '@');
	if (at)
		*at = (char)('0' + i % 10);
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) > 0 && i % 4 != 0) {
		shutdown(fd, SHUT_WR);
		while (recv(fd, got, sizeof(got), 0) > 0)
			;
	}
	close(fd);
}

struct flood {
	pthread_t thread;
	int from, to;
};

static void *pour(void *ctx)
{
	const struct flood *flood = ctx;

	for (int i = flood->from; i < flood->to; i++)
		send_bad(i);
	return NULL;
}

static void flood(int count)
{
	struct flood parts[4];

	for (int i = 0; i < 4; i++) {
		parts[i] = (struct flood){ .from = count / 4 * i, .to = count / 4 * (i + 1) };
		ck_assert_int_eq(pthread_create(&parts[i].thread, NULL, pour, &parts[i]), 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(parts[i].thread, NULL);
}

static int64_t resident_kib(void)
{
	struct buf text = BUF_INIT(4096);
	struct err err = ERR_INIT;
	int64_t pages = 0;
	const char *second;

	ck_ok(file_read(&text, "/proc/self/statm", &err), &err);
	second = strchr(buf_str(&text), ' ');
	if (second)
		pages = strtoll(second, NULL, 10);
	buf_free(&text);
	return pages * sysconf(_SC_PAGESIZE) / 1024;
}

START_TEST(ten_thousand_bad_requests_leave_it_up_flat_and_silent_about_secrets)
{
	char *log = file_join(dir, "agent.log");
	struct buf text = BUF_INIT(64u << 20);
	struct err err = ERR_INIT;
	int64_t before;

	ck_ok(log_open(log, LOG_LEVEL_DEBUG, &err), &err);
	start();
	flood(2000);
	before = resident_kib();
	flood(10000);
	if (!TEST_SANITIZED)
		ck_assert_int_lt(resident_kib() - before, 8192);
	ck_assert_int_eq(ask("GET", "/health", NULL), 200);
	/* At most a second later the right one is looked at, though guesses came from here. */
	while (ask("GET", "/ping", PASSWORD) == 429)
		clock_sleep(20);
	ck_assert_int_eq(ask("GET", "/ping", PASSWORD), 200);
	log_close();
	ck_ok(file_read(&text, log, &err), &err);
	ck_assert_ptr_null(strstr(buf_str(&text), SECRET_GUESS));
	ck_assert_ptr_null(strstr(buf_str(&text), "secret-guess"));
	ck_assert_ptr_null(strstr(buf_str(&text), PASSWORD));
	buf_free(&text);
	free(log);
}
END_TEST

/* A byte now and then keeps no connection for ever: the whole request has its time. */
START_TEST(a_slow_request_is_cut_and_holds_up_nobody)
{
	int slow[20];
	int64_t start_time;
	char got[64];

	settings.limits.request_timeout = 1;
	start();
	for (size_t i = 0; i < ARRAY_SIZE(slow); i++) {
		slow[i] = dial();
		ck_assert_int_ge(slow[i], 0);
	}
	start_time = clock_mono();
	ck_assert_int_eq(ask("GET", "/ping", PASSWORD), 200);
	for (int i = 0; i < 100; i++) { /* up to 20 s: until all of them are cut */
		size_t open = 0;

		for (size_t k = 0; k < ARRAY_SIZE(slow); k++) {
			if (slow[k] < 0)
				continue;
			if (send(slow[k], "G", 1, MSG_NOSIGNAL) < 0 ||
				recv(slow[k], got, sizeof(got), MSG_DONTWAIT) == 0) {
				close(slow[k]);
				slow[k] = -1;
			} else {
				open++;
			}
		}
		if (!open)
			break;
		clock_sleep(200);
	}
	for (size_t k = 0; k < ARRAY_SIZE(slow); k++)
		ck_assert_int_lt(slow[k], 0);
	ck_assert_int_ge(clock_mono() - start_time, 900);
}
END_TEST

START_TEST(one_address_cannot_take_all_connections)
{
	int held[8];
	int answered = 0;
	char got[16];

	settings.limits.connections_per_address = 4;
	start();
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		held[i] = dial();
	/* What is too much is closed at once, without an answer. */
	for (size_t i = 4; i < ARRAY_SIZE(held); i++)
		ck_assert_int_le(held[i] < 0 ? 0 : recv(held[i], got, sizeof(got), 0), 0);
	for (size_t i = 0; i < 4; i++) {
		static const char request[] =
			"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

		ck_assert_int_gt(send(held[i], request, strlen(request), MSG_NOSIGNAL), 0);
		answered += recv(held[i], got, sizeof(got), 0) > 0;
	}
	ck_assert_int_eq(answered, 4);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		close(held[i]);
}
END_TEST

/* All from here, as whoever asks for the health is: one too many of an address, or of all. */
static const struct {
	int connections, connections_per_address;
} crowds[] = { { 256, 32 }, { 64, 256 }, { 16, 16 } };

static void hold_lines(int *held, size_t count)
{
	static const char half[] = "GET /ping HTTP/1.1\r\nHost";

	for (size_t i = 0; i < count; i++) {
		held[i] = dial();
		ck_assert_int_ge(held[i], 0);
		if (i % 2) /* the others send nothing at all */
			send(held[i], half, strlen(half), MSG_NOSIGNAL);
	}
}

START_TEST(lines_that_are_held_open_do_not_delay_the_health)
{
	int held[64];
	int64_t before;

	settings.limits.connections = crowds[_i].connections;
	settings.limits.connections_per_address = crowds[_i].connections_per_address;
	start();
	hold_lines(held, ARRAY_SIZE(held));
	clock_sleep(400);
	for (int i = 0; i < 5; i++) {
		before = clock_mono();
		ck_assert_int_eq(ask("GET", "/health", NULL), 200);
		ck_assert_int_lt(clock_mono() - before, 1000 * test_patience());
	}
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		close(held[i]);
}
END_TEST

Suite *suite_calls(void)
{
	Suite *suite = suite_create("calls");
	TCase *tcase = tcase_create("calls");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_call_starts_a_run_that_can_be_followed);
	tcase_add_test(tcase, a_key_that_came_before_gives_the_run_of_the_first_call);
	tcase_add_test(tcase, the_same_key_at_the_same_time_starts_one_run);
	tcase_add_loop_test(
		tcase, calls_are_answered_by_credential_path_and_body, 0, (int)ARRAY_SIZE(calls));
	tcase_add_test(tcase, everyone_who_knows_the_password_sees_metrics_where_told_so);
	tcase_add_test(tcase, too_long_keys_and_bodies_are_refused);
	tcase_add_test(tcase, calls_are_turned_away_when_too_many_runs_wait);
	tcase_add_test(tcase, metrics_are_openmetrics_and_count_what_is_in_the_store);
	tcase_add_test(tcase, ten_thousand_bad_requests_leave_it_up_flat_and_silent_about_secrets);
	tcase_add_test(tcase, a_slow_request_is_cut_and_holds_up_nobody);
	tcase_add_test(tcase, one_address_cannot_take_all_connections);
	tcase_add_loop_test(tcase, lines_that_are_held_open_do_not_delay_the_health, 0,
		(int)ARRAY_SIZE(crowds));
	suite_add_tcase(suite, tcase);
	return suite;
}
