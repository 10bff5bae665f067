/* wire.c — the scripted server: one thread accepts, one thread serves each connection. */

#include "harness/check_main.h"
#include "harness/wire.h"

#include "base/buf.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define REQUEST_MAX (64 << 20)

struct line {
	struct wire *wire;
	int fd;
	pthread_t thread;
};

struct wire {
	const struct wire_step *script;
	size_t steps;
	int listener;
	int stop[2]; /* closed to stop: every poll() sees it */
	int port;
	char url[64];
	pthread_t acceptor;
	pthread_mutex_t lock;
	pthread_cond_t came;
	struct line lines[CONNECTIONS_MAX];
	size_t line_count;
	size_t used; /* steps taken */
	struct buf requests[WIRE_REQUESTS_MAX];
	size_t request_count;
};

/* Wait for bytes or for the end of the test; false = end. */
static bool readable(struct wire *wire, int fd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
		{ .fd = wire->stop[0], .events = POLLIN } };

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return fds[1].revents == 0;
}

static bool read_some(struct line *line, struct buf *in)
{
	char bytes[65536];
	ssize_t got;

	if (!readable(line->wire, line->fd))
		return false;
	got = recv(line->fd, bytes, sizeof(bytes), 0);
	if (got <= 0)
		return false;
	buf_add(in, bytes, (size_t)got);
	return true;
}

/* Length of head and body by what the head says; 0 = more bytes are needed. */
static size_t request_length(const struct buf *in)
{
	const char *head = buf_str(in);
	const char *end = strstr(head, "\r\n\r\n");
	const char *length = strcasestr(head, "\r\nContent-Length:");
	size_t total;

	if (!end)
		return 0;
	total = (size_t)(end + 4 - head);
	if (length && length < end)
		total += (size_t)strtoul(length + 17, NULL, 10);
	return in->len >= total ? total : 0;
}

static void hold(struct line *line)
{
	char byte;

	while (readable(line->wire, line->fd) && recv(line->fd, &byte, 1, 0) > 0)
		;
}

static void reset(struct line *line)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* The peer may have gone; that is its right. */
static void send_answer(struct line *line, const struct wire_step *step)
{
	size_t len = step->len ? step->len : step->answer ? strlen(step->answer) : 0;
	size_t piece = step->chop > 0 ? (size_t)step->chop : len;

	for (size_t at = 0; at < len;) {
		size_t want = len - at < piece ? len - at : piece;
		ssize_t done = send(line->fd, step->answer + at, want, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		at += (size_t)done;
	}
}

static const struct wire_step *record(struct wire *wire, struct buf *in, size_t len)
{
	static const struct wire_step over = {
		.answer = "HTTP/1.1 500 Script over\r\nContent-Length: 0\r\n\r\n",
		.end = WIRE_CLOSE,
	};
	const struct wire_step *step = &over;

	pthread_mutex_lock(&wire->lock);
	if (wire->used < wire->steps)
		step = &wire->script[wire->used];
	wire->used++;
	if (wire->request_count < WIRE_REQUESTS_MAX) {
		struct buf *kept = &wire->requests[wire->request_count++];

		buf_init(kept, REQUEST_MAX);
		buf_add(kept, buf_str(in), len);
	}
	pthread_cond_broadcast(&wire->came);
	pthread_mutex_unlock(&wire->lock);
	return step;
}

/* How much of the next request the step wants to see first. */
static enum wire_read next_read(struct wire *wire)
{
	enum wire_read how = WIRE_READ_ALL;

	pthread_mutex_lock(&wire->lock);
	if (wire->used < wire->steps)
		how = wire->script[wire->used].read;
	pthread_mutex_unlock(&wire->lock);
	return how;
}

static size_t await_request(struct line *line, struct buf *in)
{
	for (;;) {
		const char *end = strstr(buf_str(in), "\r\n\r\n");
		size_t len = request_length(in);

		if (len)
			return len;
		if (end && next_read(line->wire) == WIRE_READ_HEAD)
			return (size_t)(end + 4 - buf_str(in));
		if (!read_some(line, in))
			return 0;
	}
}

static void *serve(void *arg)
{
	struct line *line = arg;
	struct buf in = BUF_INIT(REQUEST_MAX);

	for (;;) {
		bool blind = next_read(line->wire) == WIRE_READ_NOTHING;
		size_t len = blind ? 0 : await_request(line, &in);
		const struct wire_step *step;

		if (!len && !blind)
			break;
		step = record(line->wire, &in, len);
		send_answer(line, step);
		if (in.len > len)
			memmove(in.data, in.data + len, in.len - len);
		buf_cut(&in, in.len - len);
		if (step->end == WIRE_HOLD)
			hold(line);
		if (step->end == WIRE_RESET)
			reset(line);
		if (step->end != WIRE_KEEP)
			break;
	}
	close(line->fd);
	buf_free(&in);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct wire *wire = arg;

	while (readable(wire, wire->listener)) {
		int fd = accept(wire->listener, NULL, NULL);
		struct line *line;

		if (fd < 0)
			continue;
		pthread_mutex_lock(&wire->lock);
		line = wire->line_count < CONNECTIONS_MAX ? &wire->lines[wire->line_count] : NULL;
		if (line) {
			*line = (struct line){ .wire = wire, .fd = fd };
			pthread_create(&line->thread, NULL, serve, line);
			wire->line_count++;
		} else {
			close(fd);
		}
		pthread_mutex_unlock(&wire->lock);
	}
	return NULL;
}

struct wire *wire_start(const struct wire_step *script, size_t steps)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t at_len = sizeof(at);

	ck_assert_ptr_nonnull(wire);
	wire->script = script;
	wire->steps = steps;
	pthread_mutex_init(&wire->lock, NULL);
	pthread_cond_init(&wire->came, NULL);
	wire->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(wire->listener, 0);
	ck_assert_int_eq(bind(wire->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(wire->listener, 16), 0);
	ck_assert_int_eq(getsockname(wire->listener, (struct sockaddr *)&at, &at_len), 0);
	wire->port = ntohs(at.sin_port);
	snprintf(wire->url, sizeof(wire->url), "http://127.0.0.1:%d", wire->port);
	ck_assert_int_eq(pipe(wire->stop), 0);
	ck_assert_int_eq(pthread_create(&wire->acceptor, NULL, accept_all, wire), 0);
	return wire;
}

void wire_stop(struct wire *wire)
{
	close(wire->stop[1]);
	pthread_join(wire->acceptor, NULL);
	for (size_t i = 0; i < wire->line_count; i++)
		pthread_join(wire->lines[i].thread, NULL);
	close(wire->stop[0]);
	close(wire->listener);
	for (size_t i = 0; i < wire->request_count; i++)
		buf_free(&wire->requests[i]);
	pthread_cond_destroy(&wire->came);
	pthread_mutex_destroy(&wire->lock);
	free(wire);
}

int wire_port(const struct wire *wire)
{
	return wire->port;
}

const char *wire_url(const struct wire *wire)
{
	return wire->url;
}

size_t wire_count(struct wire *wire)
{
	size_t count;

	pthread_mutex_lock(&wire->lock);
	count = wire->used;
	pthread_mutex_unlock(&wire->lock);
	return count;
}

size_t wire_connections(struct wire *wire)
{
	size_t count;

	pthread_mutex_lock(&wire->lock);
	count = wire->line_count;
	pthread_mutex_unlock(&wire->lock);
	return count;
}

const char *wire_request(struct wire *wire, size_t i)
{
	const char *text = "";

	pthread_mutex_lock(&wire->lock);
	if (i < wire->request_count)
		text = buf_str(&wire->requests[i]);
	pthread_mutex_unlock(&wire->lock);
	return text;
}

void wire_await(struct wire *wire, size_t requests)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 20;
	pthread_mutex_lock(&wire->lock);
	while (wire->used < requests &&
		pthread_cond_timedwait(&wire->came, &wire->lock, &until) == 0)
		;
	ck_assert_uint_ge(wire->used, requests);
	pthread_mutex_unlock(&wire->lock);
}

const char *wire_json(int status, const char *body)
{
	static char answers[32][8192];
	static unsigned used;
	char *answer = answers[used++ % ARRAY_SIZE(answers)];

	ck_assert_int_lt(snprintf(answer, sizeof(answers[0]),
				 "HTTP/1.1 %d Status\r\n"
				 "Content-Type: application/json;charset=UTF-8\r\n"
				 "Content-Length: %zu\r\n\r\n%s",
				 status, strlen(body), body),
		(int)sizeof(answers[0]));
	return answer;
}
