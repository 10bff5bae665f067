/* server.c — the HTTP server: libmicrohttpd with one thread a connection; collects the body, calls
 * the handler, sends (or, for faults, delays, cuts or drops) the answer. */

#include "base/base.h"
#include "http/server.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "http/deadline.h"
#include "http/listen.h"
#include "http/response.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BODY_MAX_DEFAULT (1u << 20)
#define ANSWER_MAX (64u << 20)
#define PEM_MAX (1u << 20)
#define OVERRUN_MAX (16u << 20) /* read and thrown away so that the client sees its 413 */
#define HEADER_MAX_DEFAULT (64u << 10)
#define DRAIN_MS 5000
#define HANG_UP_MS 1000
#define CUT_MAX                                                                                    \
	64 /* lines that lost their places and are not closed yet, beside those that have one */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* An open connection; in the server's list from its beginning until it is about to be closed. */
struct line {
	struct line *next;
	int fd;
	bool busy; /* a request came, and its answer has not left */
	struct deadline *deadline;
};

struct http_server {
	struct MHD_Daemon *daemon;	    /* NULL once it is retired */
	int fd;				    /* that it listens on; the daemon's */
	struct http_server_options options; /* strings are not used after the start */
	struct buf cert, key;
	char *unix_path;
	ino_t unix_inode;
	int port;
	struct deadlines *deadlines; /* NULL = no limit */

	pthread_mutex_t lock; /* guards what is below */
	pthread_cond_t changed;
	bool stopping, hurried;
	int in_flight; /* requests between the handler's call and the end of their answer */
	struct line *lines;
};

/* One request, from its first line to its completion; belongs to the connection's thread. */
struct request {
	char *target;
	struct buf body;
	bool begun, counted, refused;
	size_t overrun;
};

static void request_free(struct request *req)
{
	if (!req)
		return;
	buf_wipe(&req->body);
	free(req->target);
	free(req);
}

static struct line *line_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static struct deadline *deadline_of(struct MHD_Connection *connection)
{
	const struct line *line = line_of(connection);

	return line ? line->deadline : NULL;
}

static void line_busy(struct http_server *server, struct line *line, bool busy)
{
	if (!line)
		return;
	pthread_mutex_lock(&server->lock);
	line->busy = busy;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
}

/* libmicrohttpd calls this first, with the request line as sent. */
static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
	struct http_server *server = ctx;
	struct request *req = calloc(1, sizeof(*req));

	if (!req)
		return NULL;
	buf_init(&req->body, server->options.body_max);
	req->target = strdup(uri);
	if (!req->target) {
		request_free(req);
		return NULL;
	}
	line_busy(server, line_of(connection), true);
	return req;
}

static void line_add(struct http_server *server, struct line *line)
{
	pthread_mutex_lock(&server->lock);
	line->next = server->lines;
	server->lines = line;
	pthread_mutex_unlock(&server->lock);
}

static void line_drop(struct http_server *server, struct line *line)
{
	struct line **at = &server->lines;

	if (!line)
		return;
	deadline_drop(server->deadlines, line->deadline);
	pthread_mutex_lock(&server->lock);
	while (*at != line)
		at = &(*at)->next;
	*at = line->next;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
	free(line);
}

/* A connection came, or is about to be closed; *context is its own. */
static void on_connection(void *ctx, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct http_server *server = ctx;
	const union MHD_ConnectionInfo *info, *from;
	struct line *line;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		line_drop(server, *context);
		*context = NULL;
		return;
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	line = info ? calloc(1, sizeof(*line)) : NULL;
	*context = line;
	if (!line)
		return;
	line->fd = info->connect_fd;
	from = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	line->deadline =
		deadline_watch(server->deadlines, line->fd, from ? from->client_addr : NULL);
	line_add(server, line);
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **con_cls,
	enum MHD_RequestTerminationCode why)
{
	struct http_server *server = ctx;
	struct request *req = *con_cls;

	(void)why;
	deadline_again(server->deadlines, deadline_of(connection));
	if (req && req->counted) {
		pthread_mutex_lock(&server->lock);
		server->in_flight--;
		pthread_cond_broadcast(&server->changed);
		pthread_mutex_unlock(&server->lock);
	}
	line_busy(server, line_of(connection), false);
	request_free(req);
	*con_cls = NULL;
}

PRINTF_LIKE(2, 0)
static void on_log(void *ctx, const char *fmt, va_list ap)
{
	char text[256];

	(void)ctx;
	vsnprintf(text, sizeof(text), fmt, ap);
	log_line(LOG_LEVEL_DEBUG, 0, "http server: %s", text_trim(text));
}

static void identify_peer(struct http_incoming *in, char *name, size_t size)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(in->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *addr = info ? info->client_addr : NULL;
	struct ucred peer;
	socklen_t len = sizeof(peer);

	in->peer = name;
	in->peer_uid = (uid_t)-1;
	text_copy(name, size, "unknown");
	if (addr && addr->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const void *)addr;

		inet_ntop(AF_INET, &v4->sin_addr, name, (socklen_t)size);
		in->peer_loopback = ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	} else if (addr && addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const void *)addr;

		inet_ntop(AF_INET6, &v6->sin6_addr, name, (socklen_t)size);
		in->peer_loopback =
			IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) || text_starts(name, "::ffff:127.");
	} else {
		text_copy(name, size, "unix");
		in->peer_loopback = true;
		info = MHD_get_connection_info(in->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		if (info && getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0)
			in->peer_uid = peer.uid;
	}
}

static struct timespec in_ms(int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return until;
}

/* Sleep, but not beyond the server's stop. */
static void wait_ms(struct http_server *server, int64_t ms)
{
	struct timespec until = in_ms(ms);

	pthread_mutex_lock(&server->lock);
	while (!server->stopping &&
		pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0)
		;
	pthread_mutex_unlock(&server->lock);
}

static bool is_stopping(struct http_server *server)
{
	bool stopping;

	pthread_mutex_lock(&server->lock);
	stopping = server->stopping;
	pthread_mutex_unlock(&server->lock);
	return stopping;
}

static enum MHD_Result send_answer(
	struct http_server *server, struct MHD_Connection *connection, struct http_outgoing *out)
{
	bool has_body = out->body.len > 0 || out->stream;
	struct MHD_Response *response;
	enum MHD_Result rc;

	if (out->body.broken || out->headers.broken) {
		buf_reset(&out->body);
		buf_reset(&out->headers);
		out->status = 500;
		has_body = false;
	}
	response = http_response(out);
	if (!response)
		return MHD_NO;
	if (has_body)
		MHD_add_response_header(response, "Content-Type", out->content_type);
	http_response_headers(response, &out->headers);
	if (is_stopping(server))
		MHD_add_response_header(response, "Connection", "close");
	rc = MHD_queue_response(connection, (unsigned)out->status, response);
	MHD_destroy_response(response);
	return rc;
}

static void outgoing_init(struct http_outgoing *out)
{
	*out = (struct http_outgoing){ .status = 200,
		.content_type = "application/json;charset=UTF-8" };
	buf_init(&out->body, ANSWER_MAX);
	buf_init(&out->headers, 16384);
}

static enum MHD_Result refuse_large(struct http_server *server, struct MHD_Connection *connection)
{
	struct http_outgoing out;
	enum MHD_Result rc;

	outgoing_init(&out);
	out.status = 413;
	buf_addf(&out.body, "{\"error\":\"the body is larger than %zu bytes\"}",
		server->options.body_max);
	rc = send_answer(server, connection, &out);
	buf_free(&out.body);
	buf_free(&out.headers);
	return rc;
}

/* The headers are here: refuse at once what its Content-Length already condemns. */
static enum MHD_Result begin(
	struct http_server *server, struct MHD_Connection *connection, struct request *req)
{
	const char *text =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
	int64_t length = 0;

	req->begun = true;
	if (text && !text_int(&length, text, 0, INT64_MAX))
		return MHD_NO;
	if ((uint64_t)length > server->options.body_max)
		return refuse_large(server, connection);
	if (length)
		buf_room(&req->body, (size_t)length);
	return MHD_YES;
}

/* A piece of the body. One that came in chunks is found too large only now. */
static enum MHD_Result take_body(struct request *req, const char *data, size_t len)
{
	buf_add(&req->body, data, len);
	if (req->body.broken == ERR_NONE)
		return MHD_YES;
	req->refused = true;
	req->overrun += len;
	return req->overrun < OVERRUN_MAX ? MHD_YES : MHD_NO;
}

static enum MHD_Result handle(struct http_server *server, struct MHD_Connection *connection,
	struct request *req, const char *method, const char *path)
{
	char peer[INET6_ADDRSTRLEN];
	struct http_incoming in = { .method = method,
		.path = path,
		.target = req->target,
		.body = buf_str(&req->body),
		.body_len = req->body.len,
		.upload = &req->body,
		.connection = connection };
	struct http_outgoing out;
	enum MHD_Result rc;

	pthread_mutex_lock(&server->lock);
	server->in_flight++;
	pthread_mutex_unlock(&server->lock);
	req->counted = true;
	if (!deadline_pause(server->deadlines, deadline_of(connection)))
		return MHD_NO;
	identify_peer(&in, peer, sizeof(peer));
	outgoing_init(&out);
	server->options.handler(server->options.ctx, &in, &out);
	buf_wipe(&req->body);
	if (out.delay_ms > 0)
		wait_ms(server, out.delay_ms);
	deadline_answer(server->deadlines, deadline_of(connection));
	rc = out.drop ? MHD_NO : send_answer(server, connection, &out);
	if (out.stream)
		out.stream_free(out.stream_ctx);
	buf_free(&out.body);
	buf_free(&out.headers);
	return rc;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload_data, size_t *upload_data_size,
	void **con_cls)
{
	struct http_server *server = ctx;
	struct request *req = *con_cls;
	enum MHD_Result rc;

	(void)version;
	if (!req)
		return MHD_NO;
	if (!req->begun)
		return begin(server, connection, req);
	if (*upload_data_size) {
		rc = take_body(req, upload_data, *upload_data_size);
		*upload_data_size = 0;
		return rc;
	}
	if (req->refused)
		return refuse_large(server, connection);
	return handle(server, connection, req, method, url);
}

static void set_defaults(struct http_server_options *options)
{
	if (!options->listen)
		options->listen = "127.0.0.1";
	if (!options->body_max)
		options->body_max = BODY_MAX_DEFAULT;
	if (!options->connections_max)
		options->connections_max = 64;
	if (!options->idle_timeout_s)
		options->idle_timeout_s = 30;
	if (!options->header_max)
		options->header_max = HEADER_MAX_DEFAULT;
}

static int load_tls(struct http_server *server, struct err *err)
{
	const struct http_server_options *options = &server->options;
	int rc;

	if (!options->tls_cert && !options->tls_key)
		return 0;
	if (!options->tls_cert || !options->tls_key)
		return err_set(err, ERR_USAGE, "TLS needs both a certificate and a key file");
	rc = file_read(&server->cert, options->tls_cert, err);
	return rc < 0 ? rc : file_read(&server->key, options->tls_key, err);
}

static int open_socket(struct http_server *server, int *fd, struct err *err)
{
	const struct http_server_options *options = &server->options;
	struct stat st;
	int rc;

	if (options->successor_of) {
		server->port = options->successor_of->port;
		*fd = fcntl(options->successor_of->fd, F_DUPFD_CLOEXEC, 3);
		return *fd < 0 ? err_set_errno(err, ERR_CONFIG, errno,
					 "could not share the listening socket")
			       : 0;
	}
	if (!options->unix_path)
		return listen_tcp(fd, &server->port, options->listen, options->port, err);
	rc = listen_unix(fd, options->unix_path, err);
	if (rc < 0)
		return rc;
	server->unix_path = strdup(options->unix_path);
	if (stat(options->unix_path, &st) == 0)
		server->unix_inode = st.st_ino;
	return 0;
}

static int start_daemon(struct http_server *server, int fd, struct err *err)
{
	const struct http_server_options *options = &server->options;
	bool tls = server->cert.len > 0;
	unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION |
			 MHD_USE_ITC | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls_items[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert.data },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.data },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem items[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT,
			options->connections_max + (server->deadlines ? CUT_MAX : 0), NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_s, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->header_max, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_uri, server },
		{ tls ? MHD_OPTION_ARRAY : MHD_OPTION_END, 0, tls_items },
		{ MHD_OPTION_END, 0, NULL },
	};

	server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, server,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
	server->fd = fd;
	if (server->daemon)
		return 0;
	if (!tls)
		return err_set(err, ERR_CONFIG, "could not start the HTTP server");
	return err_set(err, ERR_CONFIG,
		"could not start the HTTP server: the TLS certificate %s and the key %s are no "
		"matching pair of PEM files",
		options->tls_cert, options->tls_key);
}

static void server_free(struct http_server *server)
{
	struct stat st;

	if (server->unix_path && stat(server->unix_path, &st) == 0 &&
		st.st_ino == server->unix_inode)
		unlink(server->unix_path);
	free(server->unix_path);
	deadlines_stop(server->deadlines);
	buf_wipe(&server->key);
	buf_free(&server->cert);
	pthread_cond_destroy(&server->changed);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

static int watch_lines(struct http_server *server, struct err *err)
{
	struct deadlines_options options = { .patience_ms = server->options.request_timeout_s *
							    INT64_C(1000),
		.places = server->options.connections_max,
		.address_places = server->options.connections_per_address_max };

	return deadlines_start(&server->deadlines, &options, err);
}

int http_server_start(
	struct http_server **out, const struct http_server_options *options, struct err *err)
{
	struct http_server *server = calloc(1, sizeof(*server));
	pthread_condattr_t attr;
	int fd = -1;
	int rc;

	*out = NULL;
	if (!server)
		return err_nomem(err);
	server->options = *options;
	set_defaults(&server->options);
	buf_init(&server->cert, PEM_MAX);
	buf_init(&server->key, PEM_MAX);
	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&server->changed, &attr);
	pthread_condattr_destroy(&attr);
	rc = load_tls(server, err);
	if (rc == 0 && options->request_timeout_s)
		rc = watch_lines(server, err);
	if (rc == 0)
		rc = open_socket(server, &fd, err);
	if (rc == 0)
		rc = start_daemon(server, fd, err);
	if (rc < 0) {
		if (fd >= 0)
			close(fd);
		server_free(server);
		return rc;
	}
	*out = server;
	return 0;
}

/* Under the lock: nothing more is read from these. */
static void hang_up(struct http_server *server, bool all)
{
	for (const struct line *line = server->lines; line; line = line->next) {
		if (all || !line->busy)
			shutdown(line->fd, SHUT_RD);
	}
}

static bool is_busy(const struct http_server *server)
{
	const struct line *line = server->lines;

	while (line && !line->busy)
		line = line->next;
	return line != NULL;
}

/* What has begun may end, but for what comes of no request: an answer says that it is the last. */
static void let_end(struct http_server *server)
{
	int64_t patience_ms = server->options.request_timeout_s * INT64_C(2000);
	struct timespec until = in_ms(patience_ms ? patience_ms : DRAIN_MS);

	pthread_mutex_lock(&server->lock);
	server->stopping = true;
	hang_up(server, false);
	while (is_busy(server) && !server->hurried &&
		pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0)
		;
	pthread_mutex_unlock(&server->lock);
}

/*
 * Wake the delays, give the answers under way a moment to leave, then let every connection end by
 * itself: libmicrohttpd 0.9.75 crashes when it refuses a malformed request while it is being
 * stopped.
 */
static void drain(struct http_server *server)
{
	struct timespec until = in_ms(DRAIN_MS);

	pthread_mutex_lock(&server->lock);
	server->stopping = true;
	pthread_cond_broadcast(&server->changed);
	while (server->in_flight > 0 &&
		pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0)
		;
	hang_up(server, true);
	until = in_ms(HANG_UP_MS);
	while (server->lines &&
		pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0)
		;
	pthread_mutex_unlock(&server->lock);
}

static void stop_daemon(struct http_server *server, bool patient)
{
	MHD_socket fd = MHD_quiesce_daemon(server->daemon);

	if (patient)
		let_end(server);
	drain(server);
	MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
	if (fd != MHD_INVALID_SOCKET)
		close(fd);
}

void http_server_retire(struct http_server *server)
{
	stop_daemon(server, true);
}

void http_server_hurry(struct http_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->hurried = true;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
}

void http_server_stop(struct http_server *server)
{
	if (!server)
		return;
	if (server->daemon)
		stop_daemon(server, false);
	server_free(server);
}

static bool holds(const struct buf *has, const char *path)
{
	struct buf now = BUF_INIT(PEM_MAX);
	bool same = !path && !has->len;

	if (path && file_read(&now, path, NULL) == 0)
		same = now.len == has->len && memcmp(now.data, has->data, now.len) == 0;
	buf_wipe(&now);
	return same;
}

bool http_server_has_tls(struct http_server *server, const char *tls_cert, const char *tls_key)
{
	return holds(&server->cert, tls_cert) && holds(&server->key, tls_key);
}

const char *http_server_version(void)
{
	return MHD_get_version();
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}

const char *http_incoming_header(const struct http_incoming *in, const char *name)
{
	return MHD_lookup_connection_value(in->connection, MHD_HEADER_KIND, name);
}

const char *http_incoming_query(const struct http_incoming *in, const char *name)
{
	return MHD_lookup_connection_value(in->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool http_incoming_basic(const struct http_incoming *in, char **username, char **password)
{
	const char *header = http_incoming_header(in, "Authorization");
	unsigned char plain[1024];
	size_t len = 0;
	const char *end = NULL;
	char *colon;
	bool ok = false;

	*username = *password = NULL;
	if (!header || strncasecmp(header, "Basic ", 6) != 0 ||
		sodium_base642bin(plain, sizeof(plain) - 1, header + 6, strlen(header + 6), " ",
			&len, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		*end)
		goto cleanup;
	plain[len] = '\0';
	colon = memchr(plain, ':', len);
	if (!colon || memchr(plain, '\0', len))
		goto cleanup;
	*username = strndup((char *)plain, (size_t)(colon - (char *)plain));
	*password = strdup(colon + 1);
	ok = *username && *password;
	if (!ok) {
		free(*username);
		free(*password);
		*username = *password = NULL;
	}
cleanup:
	sodium_memzero(plain, sizeof(plain));
	return ok;
}

void http_outgoing_header(struct http_outgoing *out, const char *name, const char *value)
{
	size_t at = out->headers.len;

	buf_addf(&out->headers, "%s: %s", name, value);
	for (; at < out->headers.len; at++) {
		if ((unsigned char)out->headers.data[at] < ' ')
			out->headers.data[at] = ' '; /* no header may smuggle in another */
	}
	buf_add_char(&out->headers, '\n');
}
