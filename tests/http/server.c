/* Tests of server.h over real sockets, with libcurl as the other side. */

#include "http/suites.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static atomic_int entered; /* handlers that began to wait */

/* Answers with what it saw, or with the fault that the path names. */
static void echo(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	const char *q = http_incoming_query(in, "q");
	char *user;
	char *password;

	(void)ctx;
	if (text_equal(in->path, "/drop"))
		out->drop = true;
	if (text_equal(in->path, "/cut"))
		out->truncate_at = 5;
	if (text_equal(in->path, "/slow")) {
		atomic_fetch_add(&entered, 1);
		out->delay_ms = 60000;
	}
	if (text_equal(in->path, "/busy")) {
		atomic_fetch_add(&entered, 1);
		clock_sleep(200);
	}
	if (text_equal(in->path, "/inject"))
		http_outgoing_header(out, "X-Echo", q);
	buf_addf(&out->body, "%s %s|%s|q=%s|%zu:%s|%s %d %d", in->method, in->path, in->target,
		q ? q : "-", in->body_len, in->body, in->peer, in->peer_loopback,
		in->peer_uid == getuid());
	if (http_incoming_basic(in, &user, &password)) {
		buf_addf(&out->body, "|%s,%s", user, password);
		free(user);
		free(password);
	}
	out->content_type = "text/plain";
}

static struct http_server *start(struct http_server_options options)
{
	struct err err = ERR_INIT;
	struct http_server *server;

	options.handler = echo;
	ck_ok(http_server_start(&server, &options, &err), &err);
	return server;
}

struct reply {
	CURLcode code;
	long status;
	struct buf body, headers;
};

static size_t collect(char *data, size_t size, size_t n, void *ctx)
{
	buf_add(ctx, data, size * n);
	return size * n;
}

static size_t feed(char *to, size_t size, size_t n, void *ctx)
{
	size_t *left = ctx;
	size_t part = *left < size * n ? *left : size * n;

	memset(to, 'x', part);
	*left -= part;
	return part;
}

/* One request; `prepare` sets what the test needs beyond the URL. */
static struct reply call(const char *scheme, int port, const char *path,
	void (*prepare)(CURL *curl, const void *arg), const void *arg)
{
	struct reply reply = { .body = BUF_INIT(1 << 20), .headers = BUF_INIT(1 << 16) };
	CURL *curl = curl_easy_init();
	char url[512];

	snprintf(url, sizeof(url), "%s://127.0.0.1:%d%s", scheme, port ? port : 1, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply.headers);
	if (prepare)
		prepare(curl, arg);
	reply.code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
	curl_easy_cleanup(curl);
	return reply;
}

static void reply_free(struct reply *reply)
{
	buf_free(&reply->body);
	buf_free(&reply->headers);
}

static void post(CURL *curl, const void *body)
{
	curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_USERPWD, "skyvva:se:cret");
}

START_TEST(handler_sees_the_request_as_it_was_sent)
{
	struct http_server *server = start((struct http_server_options){ 0 });
	struct reply reply =
		call("http", http_server_port(server), "/a%20b%2Fc?q=x+%26y", post, "{\"a\":1}");

	ck_assert_int_eq(reply.status, 200);
	ck_assert_str_eq(buf_str(&reply.body),
		"POST /a b/c|/a%20b%2Fc?q=x+%26y|q=x &y|7:{\"a\":1}|127.0.0.1 1 0|skyvva,se:cret");
	reply_free(&reply);
	http_server_stop(server);
}
END_TEST

static void upload(CURL *curl, const void *arg)
{
	static size_t left;

	left = *(const size_t *)arg;
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L); /* no size told: chunked */
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, feed);
	curl_easy_setopt(curl, CURLOPT_READDATA, &left);
}

static void upload_told(CURL *curl, const void *arg)
{
	upload(curl, arg);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)(*(const size_t *)arg));
}

static const struct {
	size_t len;
	bool told;
	int status;
} bodies[] = {
	{ 1000, true, 200 },
	{ 1000, false, 200 },
	{ 1001, true, 413 },
	{ 1001, false, 413 },
	{ 300000, true, 413 },
	{ 300000, false, 413 },
};

START_TEST(body_above_the_maximum_gets_413)
{
	struct http_server *server = start((struct http_server_options){ .body_max = 1000 });
	struct reply reply = call("http", http_server_port(server), "/",
		bodies[_i].told ? upload_told : upload, &bodies[_i].len);

	ck_assert_int_eq(reply.status, bodies[_i].status);
	reply_free(&reply);
	http_server_stop(server);
}
END_TEST

START_TEST(faults_reach_the_wire)
{
	struct http_server *server = start((struct http_server_options){ 0 });
	int port = http_server_port(server);
	struct reply reply = call("http", port, "/drop", NULL, NULL);

	ck_assert_int_eq(reply.code, CURLE_GOT_NOTHING);
	reply_free(&reply);
	reply = call("http", port, "/cut", NULL, NULL);
	ck_assert_int_eq(reply.code, CURLE_PARTIAL_FILE);
	ck_assert_str_eq(buf_str(&reply.body), "GET /");
	reply_free(&reply);
	reply = call("http", port, "/fine", NULL, NULL);
	ck_assert_int_eq(reply.code, CURLE_OK);
	reply_free(&reply);
	http_server_stop(server);
}
END_TEST

START_TEST(header_values_cannot_smuggle_in_headers)
{
	struct http_server *server = start((struct http_server_options){ 0 });
	struct reply reply =
		call("http", http_server_port(server), "/inject?q=a%0D%0AX-Evil:%20b", NULL, NULL);

	ck_assert_ptr_nonnull(strstr(buf_str(&reply.headers), "X-Echo: a  X-Evil: b\r\n"));
	reply_free(&reply);
	http_server_stop(server);
}
END_TEST

struct background {
	pthread_t thread;
	int port;
	const char *path;
	struct reply reply;
};

static void *background_call(void *arg)
{
	struct background *bg = arg;

	bg->reply = call("http", bg->port, bg->path, NULL, NULL);
	return NULL;
}

static void background_start(struct background *bg, struct http_server *server, const char *path)
{
	int before = atomic_load(&entered);

	bg->port = http_server_port(server);
	bg->path = path;
	ck_assert_int_eq(pthread_create(&bg->thread, NULL, background_call, bg), 0);
	while (atomic_load(&entered) == before)
		clock_sleep(1);
}

START_TEST(a_delayed_answer_blocks_nobody_and_stop_cuts_it_short)
{
	struct http_server *server = start((struct http_server_options){ 0 });
	struct background bg;
	struct reply reply;
	int64_t begin = clock_mono();

	background_start(&bg, server, "/slow");
	reply = call("http", http_server_port(server), "/quick", NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
	http_server_stop(server);
	pthread_join(bg.thread, NULL);
	ck_assert_int_lt(clock_mono() - begin, 30000);
	ck_assert_int_eq(bg.reply.status, 200);
	reply_free(&bg.reply);
}
END_TEST

START_TEST(stop_lets_a_running_handler_answer)
{
	struct http_server *server = start((struct http_server_options){ 0 });
	struct background bg;

	background_start(&bg, server, "/busy");
	http_server_stop(server);
	pthread_join(bg.thread, NULL);
	ck_assert_int_eq(bg.reply.status, 200);
	reply_free(&bg.reply);
}
END_TEST

static void over_unix(CURL *curl, const void *path)
{
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, (const char *)path);
}

START_TEST(local_socket_knows_its_peer_and_cleans_up)
{
	char path[400];
	struct http_server *server;
	struct reply reply;
	struct stat st;

	snprintf(path, sizeof(path), "%s/agent.sock", test_folder());
	server = start((struct http_server_options){ .unix_path = path });
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0660);
	reply = call("http", 0, "/who", over_unix, path);
	ck_assert_str_eq(buf_str(&reply.body), "GET /who|/who|q=-|0:|unix 1 1");
	reply_free(&reply);
	http_server_stop(server);
	ck_assert(!file_exists(path));
}
END_TEST

/* A socket file as a killed server leaves it. */
static void leave_stale(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	text_copy(addr.sun_path, sizeof(addr.sun_path), path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
}

START_TEST(stale_socket_is_replaced_a_live_one_or_a_file_is_not)
{
	struct err err = ERR_INIT;
	struct http_server_options options = { .handler = echo };
	struct http_server *server;
	struct http_server *second;
	char path[400];

	snprintf(path, sizeof(path), "%s/agent.sock", test_folder());
	options.unix_path = path;
	leave_stale(path);
	server = start(options);
	ck_assert_int_eq(http_server_start(&second, &options, &err), -ERR_EXISTS);
	ck_assert_ptr_null(second);
	http_server_stop(server);
	ck_ok(file_write(path, "x", 1, 0600, &err), &err);
	ck_assert_int_eq(http_server_start(&second, &options, &err), -ERR_EXISTS);
	ck_assert(file_exists(path));
}
END_TEST

START_TEST(taken_port_is_told_in_words)
{
	struct http_server *server = start((struct http_server_options){ 0 });
	struct http_server_options options = { .handler = echo, .port = http_server_port(server) };
	struct http_server *second;
	struct err err = ERR_INIT;
	char words[64];

	ck_assert_int_eq(http_server_start(&second, &options, &err), -ERR_EXISTS);
	snprintf(words, sizeof(words), "could not listen on 127.0.0.1 port %d", options.port);
	ck_assert_ptr_nonnull(strstr(err.text, words));
	options.listen = "localhost";
	ck_assert_int_eq(http_server_start(&second, &options, &err), -ERR_CONFIG);
	http_server_stop(server);
}
END_TEST

static void make_certificate(const char *cert, const char *key)
{
	const char *const argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
		"-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert, "-batch",
		NULL };
	posix_spawn_file_actions_t quiet;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);

	ck_assert_int_eq(
		posix_spawnp(&pid, "openssl", &quiet, NULL, (char *const *)argv, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "this test needs the openssl command");
}

static void trust(CURL *curl, const void *cert)
{
	curl_easy_setopt(curl, CURLOPT_CAINFO, (const char *)cert);
}

static void trust_old_tls(CURL *curl, const void *cert)
{
	trust(curl, cert);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_MAX_TLSv1_1);
}

START_TEST(tls_serves_its_certificate_and_refuses_old_versions)
{
	const char *dir = test_folder();
	struct http_server_options options = { .handler = echo };
	struct http_server *server;
	struct err err = ERR_INIT;
	struct reply reply;
	char cert[400];
	char key[400];

	snprintf(cert, sizeof(cert), "%s/cert.pem", dir);
	snprintf(key, sizeof(key), "%s/key.pem", dir);
	make_certificate(cert, key);
	options.tls_cert = cert;
	ck_assert_int_eq(http_server_start(&server, &options, &err), -ERR_USAGE);
	options.tls_key = cert;
	ck_assert_int_eq(http_server_start(&server, &options, &err), -ERR_CONFIG);
	options.tls_key = key;
	server = start(options);
	reply = call("https", http_server_port(server), "/x", trust, cert);
	ck_assert_msg(reply.code == CURLE_OK, "%s", curl_easy_strerror(reply.code));
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
	reply = call("https", http_server_port(server), "/x", trust_old_tls, cert);
	ck_assert_int_eq(reply.code, CURLE_SSL_CONNECT_ERROR);
	reply_free(&reply);
	http_server_stop(server);
}
END_TEST

START_TEST(connections_of_one_address_are_limited)
{
	struct http_server *server = start((struct http_server_options){
		.connections_per_address_max = 1, .request_timeout_s = 30 });
	struct background bg;
	struct reply reply;

	background_start(&bg, server, "/busy");
	reply = call("http", http_server_port(server), "/second", NULL, NULL);
	ck_assert_int_ne(reply.code, CURLE_OK);
	reply_free(&reply);
	pthread_join(bg.thread, NULL);
	ck_assert_int_eq(bg.reply.status, 200);
	reply_free(&bg.reply);
	http_server_stop(server);
}
END_TEST

static const char *const garbage[] = {
	"GET / HTTP/1.1\r\nHost",
	"GET /x HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
	"GET /x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
	"\r\n\r\n\r\n\0\1\2",
	"GET /%00%zz%ff?%00=%00 HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ====\r\n\r\n",
};

START_TEST(garbage_neither_stops_nor_leaks)
{
	struct http_server *server = start((struct http_server_options){ 0 });
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)http_server_port(server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct reply reply;

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_gt(send(fd, garbage[_i], strlen(garbage[_i]), 0), 0);
	shutdown(fd, SHUT_WR);
	close(fd);
	reply = call("http", http_server_port(server), "/still", NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
	http_server_stop(server);
}
END_TEST

/* Nobody who begins no TLS keeps those out who do. */
START_TEST(lines_without_a_word_give_up_their_places)
{
	struct http_server_options options = { .connections_max = 8, .request_timeout_s = 30 };
	struct sockaddr_in where = { .sin_family = AF_INET };
	const char *dir = test_folder();
	struct http_server *server;
	struct reply reply;
	char cert[400], key[400];
	int64_t before;
	int held[8];

	snprintf(cert, sizeof(cert), "%s/cert.pem", dir);
	snprintf(key, sizeof(key), "%s/key.pem", dir);
	make_certificate(cert, key);
	options.tls_cert = cert;
	options.tls_key = key;
	server = start(options);
	where.sin_port = htons((uint16_t)http_server_port(server));
	where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
		held[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(
			connect(held[i], (const struct sockaddr *)&where, sizeof(where)), 0);
	}
	clock_sleep(700);
	before = clock_mono();
	reply = call("https", http_server_port(server), "/x", trust, cert);
	ck_assert_msg(reply.code == CURLE_OK, "%s", curl_easy_strerror(reply.code));
	ck_assert_int_eq(reply.status, 200);
	ck_assert_int_lt(clock_mono() - before, 1000 * test_patience());
	reply_free(&reply);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		close(held[i]);
	http_server_stop(server);
}
END_TEST

Suite *suite_server(void)
{
	Suite *suite = suite_create("http/server");
	TCase *tc = tcase_create("server");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, handler_sees_the_request_as_it_was_sent);
	tcase_add_loop_test(tc, body_above_the_maximum_gets_413, 0, ARRAY_SIZE(bodies));
	tcase_add_test(tc, faults_reach_the_wire);
	tcase_add_test(tc, header_values_cannot_smuggle_in_headers);
	tcase_add_test(tc, a_delayed_answer_blocks_nobody_and_stop_cuts_it_short);
	tcase_add_test(tc, stop_lets_a_running_handler_answer);
	tcase_add_test(tc, local_socket_knows_its_peer_and_cleans_up);
	tcase_add_test(tc, stale_socket_is_replaced_a_live_one_or_a_file_is_not);
	tcase_add_test(tc, taken_port_is_told_in_words);
	tcase_add_test(tc, tls_serves_its_certificate_and_refuses_old_versions);
	tcase_add_test(tc, connections_of_one_address_are_limited);
	tcase_add_test(tc, lines_without_a_word_give_up_their_places);
	tcase_add_loop_test(tc, garbage_neither_stops_nor_leaks, 0, ARRAY_SIZE(garbage));
	suite_add_tcase(suite, tc);
	return suite;
}
