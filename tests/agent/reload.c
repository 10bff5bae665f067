/* Tests of reload.h and kept.h: what changes while the agent is up. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/agent.h"
#include "agent/fixture.h"
#include "agent/kept.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/file.h"
#include "harness/certificate.h"
#include "http/client.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *dir;
static char *socket_path;
static struct catalog catalog;
static struct agent_settings settings; /* in force at the start */
static struct agent_settings next;     /* what the file says; under no lock: set before `ask` */
static const char *broken;	       /* or how it cannot be read */
static struct agent *agent;
static atomic_bool stop, ask_reload;
static pthread_t thread;

static int load(void *ctx, struct agent_settings *out, struct err *err)
{
	(void)ctx;
	if (broken)
		return err_set(err, ERR_CONFIG, "%s", broken);
	agent_settings_free_fields(out);
	return agent_settings_copy(out, &next, err);
}

static void *loop(void *ctx)
{
	(void)ctx;
	agent_loop(agent, &stop, &ask_reload, NULL);
	return NULL;
}

static void setup(void)
{
	struct err err = ERR_INIT;

	dir = test_folder();
	socket_path = file_join(dir, "agent.sock");
	fixture_catalog(&catalog);
	broken = NULL;
	agent_settings_init(&settings);
	settings.port = 0;
	ck_ok(agent_settings_copy(&next, &settings, &err), &err);
	struct agent_options options = { .home_config = dir,
		.home_data = dir,
		.catalog = &catalog,
		.settings = &settings,
		.socket_path = socket_path,
		.load_settings = load,
		.settings_path = "/nowhere/agent.cfg",
		.listen = true };
	ck_ok(agent_new(&agent, &options, &err), &err);
	ck_assert_int_eq(pthread_create(&thread, NULL, loop, NULL), 0);
}

static void teardown(void)
{
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	agent_free(agent);
	agent_settings_free_fields(&settings);
	agent_settings_free_fields(&next);
	free(socket_path);
}

/* As after SIGHUP. */
static void reload(void)
{
	atomic_store(&ask_reload, true);
	while (atomic_load(&ask_reload))
		clock_sleep(5);
}

/* `ca` NULL = in clear; else only over a certificate that this file vouches for. 0 = no answer. */
static int ping_over(const char *ca, const char *password)
{
	struct http_options options = { .ca_file = ca };
	struct http_client *client = NULL;
	struct http_answer answer;
	struct err err = ERR_INIT;
	char url[128];
	int status;

	snprintf(url, sizeof(url), "http%s://127.0.0.1:%d/ping", ca ? "s" : "", agent_port(agent));
	http_answer_init(&answer);
	ck_ok(http_client_new(&client, &options, &err), &err);
	http_call(client,
		&(struct http_request){ .method = "GET",
			.url = url,
			.username = "skyvva",
			.password = password,
			.no_network_proxy = true },
		&answer, NULL, NULL);
	status = answer.status;
	http_answer_free(&answer);
	http_client_free(client);
	return status;
}

static int ping(const char *password)
{
	return ping_over(NULL, password);
}

/* The loop's turn may still be at work when the flag is back: look until it is so. */
#define AWAIT(condition)                                                                           \
	do {                                                                                       \
		int64_t until_then = clock_mono() + 15000;                                         \
		while (!(condition) && clock_mono() < until_then)                                  \
			clock_sleep(10);                                                           \
		ck_assert(condition);                                                              \
	} while (0)

START_TEST(a_new_password_is_in_force_without_a_restart)
{
	struct err err = ERR_INIT;
	int port = agent_port(agent);

	ck_assert_int_eq(ping(AGENT_DEFAULT_PASSWORD), 200);
	ck_ok(agent_password_hash(&next.password_hash, "another password", &err), &err);
	reload();
	AWAIT(ping("another password") == 200);
	ck_assert_int_eq(ping(AGENT_DEFAULT_PASSWORD), 401);
	ck_assert_int_eq(agent_port(agent), port);
}
END_TEST

START_TEST(another_limit_opens_the_same_port_anew)
{
	int port = agent_port(agent);

	next.limits.connections = 7;
	reload();
	AWAIT(agent_port(agent) == port && ping(AGENT_DEFAULT_PASSWORD) == 200);
}
END_TEST

static const char *told(void)
{
	static struct agent_status status;

	if (agent_client_status(&status, socket_path, NULL) < 0 || !status.problem_count)
		return "";
	return status.problems[0];
}

START_TEST(what_cannot_be_in_force_is_told_and_the_old_stays)
{
	struct err err = ERR_INIT;

	switch (_i) {
	case 0:
		broken = "/etc/agent.cfg:3: there is no \"prot\": did you mean port?";
		break;
	case 1: /* with the default password */
		text_set(&next.listen, "0.0.0.0");
		break;
	case 2:
		text_set(&next.password_hash, "in clear");
		break;
	default:
		text_set(&next.tls_cert, "/nowhere/cert.pem");
		text_set(&next.tls_key, "/nowhere/key.pem");
		break;
	}
	reload();
	AWAIT(*told());
	if (broken)
		ck_assert_str_eq(told(), broken);
	ck_assert_int_eq(ping(AGENT_DEFAULT_PASSWORD), 200);
	/* Mended, it is in force and nothing is told any more. */
	broken = NULL;
	agent_settings_free_fields(&next);
	ck_ok(agent_settings_copy(&next, &settings, &err), &err);
	reload();
	AWAIT(!*told());
	ck_assert_int_eq(ping(AGENT_DEFAULT_PASSWORD), 200);
}
END_TEST

/* A connection to the port that says nothing yet. */
static int call_port(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)agent_port(agent)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static bool is_answered(int fd)
{
	static const char request[] = "GET /health HTTP/1.0\r\n\r\n";
	char answer[64] = "";

	return send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0 &&
	       recv(fd, answer, sizeof(answer) - 1, 0) > 0 && strstr(answer, "200");
}

/* 192.0.2.1 is for documentation and nobody's. */
START_TEST(an_address_that_is_not_ours_leaves_the_open_port_untouched)
{
	struct err err = ERR_INIT;
	int port = agent_port(agent);
	int fd = call_port();

	text_set(&next.listen, "192.0.2.1");
	ck_ok(agent_password_hash(&next.password_hash, "another password", &err), &err);
	reload();
	AWAIT(strstr(told(), "192.0.2.1"));
	ck_assert(is_answered(fd));
	ck_assert_int_eq(agent_port(agent), port);
	ck_assert_int_eq(ping(AGENT_DEFAULT_PASSWORD), 200);
	close(fd);
}
END_TEST

/* Its own port on all addresses wants the old one closed first; on another it does not. */
START_TEST(another_address_opens_the_same_port)
{
	struct err err = ERR_INIT;
	int port = agent_port(agent);

	ck_ok(agent_password_hash(&next.password_hash, "another password", &err), &err);
	text_set(&next.listen, _i ? "0.0.0.0" : "127.0.0.2");
	reload();
	AWAIT(agent_port(agent) == port && ping("another password") == (_i ? 200 : 0));
	ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(more_runs_at_once_are_possible_without_a_restart)
{
	next.parallel_runs = 9;
	next.limits.waiting = 3;
	reload();
	AWAIT(ping(AGENT_DEFAULT_PASSWORD) == 200);
}
END_TEST

static int alarms(void)
{
	static struct agent_status status;

	return agent_client_status(&status, socket_path, NULL) < 0 ? -1 : status.alarm_count;
}

START_TEST(full_disk_is_an_alarm_until_the_floor_is_another)
{
	disk_pretend(AGENT_DISK_FLOOR - 1, 0);
	AWAIT(alarms() == 1);
	next.disk_floor = AGENT_DISK_FLOOR / 2;
	reload();
	AWAIT(alarms() == 0);
	disk_pretend(-1, 0);
}
END_TEST

/* ---- a certificate that is renewed ---- */

/* A call whose body comes in two parts, the second not before `go_on`. */
static const char slow_body[] = "{\"no such\": 1}";
static atomic_bool half_sent, go_on;
static struct http_answer slow_answer;
static char slow_ca[512];

static size_t read_slowly(void *ctx, size_t offset, char *to, size_t size)
{
	size_t part = offset ? sizeof(slow_body) - 1 - offset : 5;

	(void)ctx;
	ck_assert_int_ge(size, part);
	if (offset)
		atomic_store(&half_sent, true);
	while (offset && !atomic_load(&go_on))
		clock_sleep(5);
	memcpy(to, slow_body + offset, part);
	return part;
}

static void *call_slowly(void *ctx)
{
	struct http_options options = { .ca_file = slow_ca };
	struct http_client *client = NULL;
	struct err err = ERR_INIT;
	char url[128];

	(void)ctx;
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/interfaces/x/process", agent_port(agent));
	ck_ok(http_client_new(&client, &options, &err), &err);
	http_call(client,
		&(struct http_request){ .method = "POST",
			.url = url,
			.read = read_slowly,
			.body_len = sizeof(slow_body) - 1,
			.username = "skyvva",
			.password = AGENT_DEFAULT_PASSWORD,
			.no_network_proxy = true },
		&slow_answer, NULL, NULL);
	http_client_free(client);
	return NULL;
}

/* A new pair in the same files; what vouches for it is kept in another one. */
static void renew(const char *name, char cert[512], char key[512], char ca[512])
{
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;
	char subject[64];

	snprintf(subject, sizeof(subject), "/O=Acme/CN=%s", name);
	certificate_make(dir, subject, "IP:127.0.0.1", 30, cert, key);
	snprintf(ca, 512, "%s/%s.pem", dir, name);
	ck_ok(file_read(&text, cert, &err), &err);
	ck_ok(file_write(ca, text.data, text.len, 0600, &err), &err);
	buf_free(&text);
}

START_TEST(a_renewed_certificate_is_shown_and_a_bad_one_is_not)
{
	char cert[512], key[512], first[512], second[512];
	struct err err = ERR_INIT;
	pthread_t caller;
	int port;

	/* Not there yet: told, and taken as soon as they are. */
	snprintf(cert, sizeof(cert), "%s/cert.pem", dir);
	snprintf(key, sizeof(key), "%s/key.pem", dir);
	text_set(&next.tls_cert, cert);
	text_set(&next.tls_key, key);
	reload();
	AWAIT(*told());
	renew("first", cert, key, first);
	AWAIT(ping_over(first, AGENT_DEFAULT_PASSWORD) == 200);
	port = agent_port(agent);
	/* A request that has begun ends well, though the certificate changes meanwhile. */
	http_answer_init(&slow_answer);
	snprintf(slow_ca, sizeof(slow_ca), "%s", first);
	ck_assert_int_eq(pthread_create(&caller, NULL, call_slowly, NULL), 0);
	AWAIT(atomic_load(&half_sent));
	renew("second", cert, key, second); /* nobody says so: the agent looks */
	AWAIT(ping_over(second, AGENT_DEFAULT_PASSWORD) == 200);
	ck_assert_int_eq(ping_over(first, AGENT_DEFAULT_PASSWORD), 0);
	ck_assert_int_eq(agent_port(agent), port);
	atomic_store(&go_on, true);
	pthread_join(caller, NULL);
	ck_assert_int_eq(slow_answer.status, 400);
	http_answer_free(&slow_answer);
	/* A bad one is told, and the good one stays, however often it is asked for. */
	ck_ok(file_write(cert, "no certificate", 14, 0600, &err), &err);
	reload();
	AWAIT(strstr(told(), "are no matching pair of PEM files"));
	ck_assert_ptr_nonnull(strstr(told(), cert));
	reload();
	ck_assert_int_eq(ping_over(second, AGENT_DEFAULT_PASSWORD), 200);
	renew("third", cert, key, first);
	reload();
	AWAIT(ping_over(first, AGENT_DEFAULT_PASSWORD) == 200 && !*told());
}
END_TEST

/* ---- files of connections and interfaces ---- */

static void count_problem(void *ctx, const char *text)
{
	ck_assert_ptr_nonnull(strstr(text, "b.cfg:4"));
	++*(int *)ctx;
}

START_TEST(a_file_that_breaks_leaves_what_it_said_before_in_force)
{
	struct kept *kept = NULL;
	struct interface interface;
	struct err err = ERR_INIT;
	int problems = 0;

	fixture_schedule("0 6 * * *", false);
	ck_ok(kept_new(&kept, &catalog, &err), &err);
	const struct catalog *stands = kept_catalog(kept);

	interface_init(&interface);
	ck_ok(stands->interface(stands->self, &interface, "b", &err), &err);
	fixture_break("b.cfg:4: a text has no end");
	ck_ok(stands->interface(stands->self, &interface, "b", &err), &err);
	ck_assert_str_eq(interface.schedule, "0 6 * * *");
	kept_problems(kept, count_problem, &problems);
	ck_assert_int_eq(problems, 1);
	/* Whoever comes new to it finds nothing good to stand on. */
	struct kept *newcomer = NULL;

	ck_ok(kept_new(&newcomer, &catalog, &err), &err);
	stands = kept_catalog(newcomer);
	ck_assert_int_eq(stands->interface(stands->self, &interface, "b", &err), -ERR_CONFIG);
	kept_free(newcomer);
	/* Mended, the new words count. */
	fixture_break(NULL);
	fixture_schedule("0 7 * * *", false);
	stands = kept_catalog(kept);
	ck_ok(stands->interface(stands->self, &interface, "b", &err), &err);
	ck_assert_str_eq(interface.schedule, "0 7 * * *");
	problems = 0;
	kept_problems(kept, count_problem, &problems);
	ck_assert_int_eq(problems, 0);
	interface_free_fields(&interface);
	kept_free(kept);
}
END_TEST

static void copy_problem(void *ctx, const char *text)
{
	text_copy(ctx, 512, text);
}

START_TEST(an_interface_that_makes_no_sense_leaves_what_it_said_before_in_force)
{
	struct kept *kept = NULL;
	struct interface interface;
	struct err err = ERR_INIT;
	char problem[512] = "";

	fixture_schedule("0 6 * * *", false);
	ck_ok(kept_new(&kept, &catalog, &err), &err);
	const struct catalog *stands = kept_catalog(kept);

	interface_init(&interface);
	ck_ok(stands->interface(stands->self, &interface, "b", &err), &err);
	fixture_schedule("at noonish", false);
	ck_ok(stands->interface(stands->self, &interface, "b", &err), &err);
	ck_assert_str_eq(interface.schedule, "0 6 * * *");
	kept_problems(kept, copy_problem, problem);
	ck_assert_ptr_nonnull(strstr(problem, "interfaces.d/b.cfg: schedule: \"at\" was not"));
	fixture_schedule("0 7 * * *", false);
	ck_ok(stands->interface(stands->self, &interface, "b", &err), &err);
	ck_assert_str_eq(interface.schedule, "0 7 * * *");
	*problem = '\0';
	kept_problems(kept, copy_problem, problem);
	ck_assert_str_eq(problem, "");
	interface_free_fields(&interface);
	kept_free(kept);
}
END_TEST

Suite *suite_reload(void)
{
	Suite *suite = suite_create("reload");
	TCase *tcase = tcase_create("reload");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_new_password_is_in_force_without_a_restart);
	tcase_add_test(tcase, another_limit_opens_the_same_port_anew);
	tcase_add_loop_test(tcase, what_cannot_be_in_force_is_told_and_the_old_stays, 0, 4);
	tcase_add_test(tcase, an_address_that_is_not_ours_leaves_the_open_port_untouched);
	tcase_add_loop_test(tcase, another_address_opens_the_same_port, 0, 2);
	tcase_add_test(tcase, more_runs_at_once_are_possible_without_a_restart);
	tcase_add_test(tcase, full_disk_is_an_alarm_until_the_floor_is_another);
	tcase_add_test(tcase, a_renewed_certificate_is_shown_and_a_bad_one_is_not);
	tcase_add_test(tcase, a_file_that_breaks_leaves_what_it_said_before_in_force);
	tcase_add_test(tcase, an_interface_that_makes_no_sense_leaves_what_it_said_before_in_force);
	suite_add_tcase(suite, tcase);
	return suite;
}
