/* listener.c — routes of the port, who may take which, and the refusal to listen to the whole
 * world while the default password is in force. */

#include "base/base.h"
#include "base/clock.h"
#include "agent/listener.h"
#include "agent/calls.h"
#include "agent/credential.h"
#include "agent/metrics.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>

#define OPEN_MS 1000   /* the loop waits as long, and the port is closed */
#define REOPEN_MS 5000 /* of what was in force: without it nobody is answered */

struct listener {
	struct agent *agent; /* NULL = the ping alone */
	char *home;
	atomic_bool monitored_by_all;
	pthread_rwlock_t lock; /* guards these two */
	struct http_server *server;
	struct credential *credential;
	struct http_server *old; /* lets its requests end, on a thread of its own; NULL = none */
	pthread_t old_thread;	 /* these two are the loop's thread's alone */
	atomic_int_fast64_t answers[6], refused;
};

static int check_address(bool *loopback, const char *address, struct err *err)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, address, &v4) == 1)
		*loopback = ntohl(v4.s_addr) >> 24 == 127;
	else if (inet_pton(AF_INET6, address, &v6) == 1)
		*loopback = IN6_IS_ADDR_LOOPBACK(&v6);
	else
		return err_set(err, ERR_CONFIG,
			"\"%s\" is no numeric address such as 127.0.0.1, 0.0.0.0 or ::", address);
	return 0;
}

/* ---- who may ---- */

static void ask_credential(struct http_outgoing *out)
{
	calls_refuse(out, 401, "wrong or missing username and password");
	http_outgoing_header(out, "WWW-Authenticate", "Basic realm=\"agentboard\"");
}

static bool may_call(
	struct listener *listener, const struct http_incoming *in, struct http_outgoing *out)
{
	enum credential_verdict verdict;

	pthread_rwlock_rdlock(&listener->lock);
	verdict = credential_check(listener->credential, in);
	pthread_rwlock_unlock(&listener->lock);
	if (verdict == CREDENTIAL_RIGHT)
		return true;
	atomic_fetch_add(&listener->refused, 1);
	/* What was not even looked at is no news: a flood shall not fill the log. */
	log_line(verdict == CREDENTIAL_WRONG ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, 0,
		"%s on the port from %s: %s credential", in->method, in->peer,
		verdict == CREDENTIAL_WRONG ? "a wrong" : "no");
	if (verdict == CREDENTIAL_WAIT) {
		calls_refuse(out, 429, "too many wrong passwords from this address: wait");
		http_outgoing_header(out, "Retry-After", "1");
	} else {
		ask_credential(out);
	}
	return false;
}

/* A proxy on this machine brings the whole world over loopback, and says so. */
static bool is_local(const struct http_incoming *in)
{
	return in->peer_loopback && !http_incoming_header(in, "X-Forwarded-For") &&
	       !http_incoming_header(in, "Forwarded");
}

static bool may_monitor(
	struct listener *listener, const struct http_incoming *in, struct http_outgoing *out)
{
	if (is_local(in) || atomic_load(&listener->monitored_by_all))
		return true;
	calls_refuse(out, 403, "this is told on the agent's own machine alone");
	return false;
}

/* Beyond this machine the names of interfaces are for those who know the password. */
static bool may_measure(
	struct listener *listener, const struct http_incoming *in, struct http_outgoing *out)
{
	return may_monitor(listener, in, out) && (is_local(in) || may_call(listener, in, out));
}

/* ---- answers; `part` is what the route's * stands for ---- */

static void answer_ping(struct listener *listener, const struct http_incoming *in, const char *part,
	struct http_outgoing *out)
{
	struct json json = JSON_INIT(&out->body);

	(void)part;
	log_line(LOG_LEVEL_INFO, 0, "ping from %s", in->peer);
	json_open(&json, '{');
	json_put_text(&json, "agent", "agentboard");
	json_put_text(&json, "version", PACKAGE_VERSION);
	json_put_text(&json, "home", listener->home);
	json_close(&json, '}');
}

static void answer_process(struct listener *listener, const struct http_incoming *in,
	const char *part, struct http_outgoing *out)
{
	calls_process(listener->agent, in, part, out);
}

static void answer_run(struct listener *listener, const struct http_incoming *in, const char *part,
	struct http_outgoing *out)
{
	(void)in;
	calls_run(listener->agent, part, out);
}

/* Can the store be read, and is new work taken? */
static const char *ailment(struct agent *agent)
{
	struct view *view = NULL;
	int rc = view_open(&view, agent->home_data, NULL);

	view_close(view);
	if (rc < 0)
		return "store";
	return agent_stop_asked(agent) ? "stopping" : NULL;
}

static void answer_health(struct listener *listener, const struct http_incoming *in,
	const char *part, struct http_outgoing *out)
{
	const char *ails = ailment(listener->agent);

	(void)in;
	(void)part;
	out->status = ails ? 503 : 200;
	buf_addf(&out->body, "{\"status\":\"%s\"}", ails ? ails : "ok");
}

static void answer_metrics(struct listener *listener, const struct http_incoming *in,
	const char *part, struct http_outgoing *out)
{
	struct listener_counts counts = { .refused = atomic_load(&listener->refused) };
	struct err err = ERR_INIT;

	(void)in;
	(void)part;
	for (size_t i = 0; i < ARRAY_SIZE(counts.answers); i++)
		counts.answers[i] = atomic_load(&listener->answers[i]);
	if (metrics_write(&out->body, listener->agent, &counts, &err) < 0) {
		log_line(LOG_LEVEL_ERROR, 0, "no metrics: %s", err.text);
		calls_refuse(out, 503, "the store could not be read");
		return;
	}
	out->content_type = METRICS_TYPE;
}

/* ---- routes ---- */

typedef bool may_ask(
	struct listener *listener, const struct http_incoming *in, struct http_outgoing *out);
typedef void answerer(struct listener *listener, const struct http_incoming *in, const char *part,
	struct http_outgoing *out);

/* A path may hold one *, for one segment. */
static const struct {
	const char *method, *path;
	may_ask *may;
	answerer *answer;
	bool needs_agent;
} routes[] = {
	{ "GET", "/ping", may_call, answer_ping, false },
	{ "POST", "/interfaces/*/process", may_call, answer_process, true },
	{ "GET", "/runs/*", may_call, answer_run, true },
	{ "GET", "/health", may_monitor, answer_health, true },
	{ "GET", "/metrics", may_measure, answer_metrics, true },
};

static bool path_fits(const char *route, const char *path, char *part, size_t size)
{
	const char *star = strchr(route, '*');
	size_t before;
	size_t len;

	*part = '\0';
	if (!star)
		return strcmp(route, path) == 0;
	before = (size_t)(star - route);
	if (strncmp(route, path, before) != 0)
		return false;
	len = strcspn(path + before, "/");
	if (len == 0 || len >= size || strcmp(path + before + len, star + 1) != 0)
		return false;
	memcpy(part, path + before, len);
	part[len] = '\0';
	return true;
}

static void route(
	struct listener *listener, const struct http_incoming *in, struct http_outgoing *out)
{
	const char *method = strcmp(in->method, "HEAD") == 0 ? "GET" : in->method;
	char part[128];

	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		if ((routes[i].needs_agent && !listener->agent) ||
			!path_fits(routes[i].path, in->path, part, sizeof(part)))
			continue;
		if (strcmp(method, routes[i].method) != 0) {
			calls_refuse(out, 405, "not with this method");
			http_outgoing_header(out, "Allow", routes[i].method);
		} else if (routes[i].may(listener, in, out)) {
			routes[i].answer(listener, in, part, out);
		}
		return;
	}
	calls_refuse(out, 404, "there is nothing here");
}

static void handle(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	struct listener *listener = ctx;

	http_outgoing_header(out, "Cache-Control", "no-store");
	route(listener, in, out);
	atomic_fetch_add(&listener->answers[out->status / 100 % 6], 1);
}

/* ---- life ---- */

static int check_exposure(
	const struct credential *credential, const struct agent_settings *settings, struct err *err)
{
	bool loopback = false;
	int rc = check_address(&loopback, settings->listen, err);

	if (rc < 0 || loopback || !credential_is_default(credential))
		return rc;
	return err_set(err, ERR_CONFIG,
		"%s needs a password other than the default, which everybody knows: set one with "
		"`agentboard agent password`",
		settings->listen);
}

int agent_check_exposure(const struct agent_settings *settings, struct err *err)
{
	struct credential *credential = NULL;
	int rc = credential_new(&credential, settings, err);

	if (rc == 0)
		rc = check_exposure(credential, settings, err);
	credential_free(credential);
	return rc;
}

static void warn_of_clear_text(const struct agent_settings *settings)
{
	bool loopback = true;

	if (check_address(&loopback, settings->listen, NULL) == 0 && !loopback &&
		!settings->tls_cert)
		log_line(LOG_LEVEL_WARN, 0,
			"listening on %s without TLS: the password crosses the network readably",
			settings->listen);
}

static int start_server(struct http_server **out, struct listener *listener,
	const struct agent_settings *settings, const struct http_server *successor_of,
	struct err *err)
{
	struct http_server_options options = { .listen = settings->listen,
		.port = settings->port,
		.tls_cert = settings->tls_cert,
		.tls_key = settings->tls_key,
		.successor_of = successor_of,
		.body_max = (size_t)settings->limits.body,
		.header_max = (size_t)settings->limits.header,
		.connections_max = settings->limits.connections,
		.connections_per_address_max = settings->limits.connections_per_address,
		.idle_timeout_s = settings->limits.request_timeout,
		.request_timeout_s = settings->limits.request_timeout,
		.handler = handle,
		.ctx = listener };

	return http_server_start(out, &options, err);
}

int listener_start(struct listener **out, const struct agent_settings *settings, const char *home,
	struct agent *agent, struct err *err)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int rc;

	*out = NULL;
	if (!listener)
		return err_nomem(err);
	listener->agent = agent;
	pthread_rwlock_init(&listener->lock, NULL);
	listener->monitored_by_all = text_equal(settings->monitoring, "everyone");
	listener->home = text_dup(home);
	rc = listener->home ? credential_new(&listener->credential, settings, err) : err_nomem(err);
	if (rc == 0)
		rc = check_exposure(listener->credential, settings, err);
	if (rc == 0)
		rc = start_server(&listener->server, listener, settings, NULL, err);
	if (rc < 0) {
		listener_stop(listener);
		return rc;
	}
	warn_of_clear_text(settings);
	*out = listener;
	return 0;
}

static void *retire(void *ctx)
{
	http_server_retire(ctx);
	return NULL;
}

static void stop_old(struct listener *listener)
{
	if (!listener->old)
		return;
	http_server_hurry(listener->old);
	pthread_join(listener->old_thread, NULL);
	http_server_stop(listener->old);
	listener->old = NULL;
}

/* Another one takes the calls: what this one has begun may end. */
static void retire_old(struct listener *listener, struct http_server *server)
{
	stop_old(listener);
	listener->old = server;
	if (pthread_create(&listener->old_thread, NULL, retire, server) == 0)
		return;
	listener->old = NULL;
	http_server_stop(server);
}

void listener_stop(struct listener *listener)
{
	if (!listener)
		return;
	stop_old(listener);
	http_server_stop(listener->server);
	credential_free(listener->credential);
	pthread_rwlock_destroy(&listener->lock);
	free(listener->home);
	free(listener);
}

/* ---- new settings ---- */

static bool same_place(const struct agent_settings *a, const struct agent_settings *b)
{
	return text_equal(a->listen, b->listen) && a->port == b->port;
}

static bool same_limits(const struct agent_settings *a, const struct agent_settings *b)
{
	return a->limits.body == b->limits.body && a->limits.header == b->limits.header &&
	       a->limits.connections == b->limits.connections &&
	       a->limits.connections_per_address == b->limits.connections_per_address &&
	       a->limits.request_timeout == b->limits.request_timeout;
}

/* Puts the server in place and gives back what was there. */
static struct http_server *swap_server(struct listener *listener, struct http_server *server)
{
	struct http_server *before;

	pthread_rwlock_wrlock(&listener->lock);
	before = listener->server;
	listener->server = server;
	pthread_rwlock_unlock(&listener->lock);
	return before;
}

/* Somebody's outgoing connection may have got the port for a moment. */
static int start_again(struct http_server **out, struct listener *listener,
	const struct agent_settings *settings, int64_t patience_ms, struct err *err)
{
	int64_t until = clock_mono() + patience_ms;
	int rc;

	while ((rc = start_server(out, listener, settings, NULL, err)) == -ERR_EXISTS &&
		clock_mono() < until)
		clock_sleep(50);
	return rc;
}

/*
 * A new certificate or limit at the same place: the new server shares the old one's socket, so that
 * nobody finds the port closed; and when it cannot start, nothing has happened.
 */
static int renew_server(struct listener *listener, const struct agent_settings *settings,
	bool new_tls, struct err *err)
{
	struct http_server *server = NULL;
	int rc = start_server(&server, listener, settings, listener->server, err);

	if (rc < 0)
		return rc;
	retire_old(listener, swap_server(listener, server));
	if (new_tls && settings->tls_cert)
		log_line(LOG_LEVEL_INFO, 0, "the port shows the certificate that is in %s now",
			settings->tls_cert);
	return 0;
}

/*
 * 0.0.0.0 on its own old port can open only once that is closed; whatever else is in the way leaves
 * the old one untouched.
 */
static int move_server(struct listener *listener, const struct agent_settings *before,
	const struct agent_settings *after, struct err *err)
{
	struct agent_settings wanted = *after; /* borrows the strings */
	struct agent_settings old = *before;
	struct http_server *server = NULL;
	int rc;

	old.port = listener_port(listener);
	if (after->port == before->port && listener->server)
		wanted.port = old.port; /* 0 stays what it became */
	rc = start_server(&server, listener, &wanted, NULL, err);
	if (rc == -ERR_EXISTS && wanted.port == old.port) {
		http_server_stop(swap_server(listener, NULL));
		rc = start_again(&server, listener, &wanted, OPEN_MS, err);
		if (rc < 0 && start_again(&server, listener, &old, REOPEN_MS, NULL) < 0)
			log_line(LOG_LEVEL_ERROR, 0, "the port %d could not be opened again",
				old.port);
	}
	if (server)
		http_server_stop(swap_server(listener, server));
	return rc;
}

static int change_server(struct listener *listener, const struct agent_settings *before,
	const struct agent_settings *after, struct err *err)
{
	struct http_server *server = listener->server;
	bool new_tls = server && !http_server_has_tls(server, after->tls_cert, after->tls_key);

	if (!server || !same_place(before, after))
		return move_server(listener, before, after, err);
	if (new_tls || !same_limits(before, after))
		return renew_server(listener, after, new_tls, err);
	return 0;
}

int listener_apply(struct listener *listener, const struct agent_settings *before,
	const struct agent_settings *after, struct err *err)
{
	struct credential *credential = NULL;
	struct credential *old;
	int rc = credential_new(&credential, after, err);

	if (rc == 0)
		rc = check_exposure(credential, after, err);
	if (rc == 0)
		rc = change_server(listener, before, after, err);
	if (rc < 0) {
		credential_free(credential);
		return rc;
	}
	if (!text_equal(before->listen, after->listen) || (before->tls_cert && !after->tls_cert))
		warn_of_clear_text(after);
	atomic_store(&listener->monitored_by_all, text_equal(after->monitoring, "everyone"));
	pthread_rwlock_wrlock(&listener->lock);
	old = listener->credential;
	listener->credential = credential;
	pthread_rwlock_unlock(&listener->lock);
	credential_free(old);
	return 0;
}

int listener_port(struct listener *listener)
{
	int port;

	pthread_rwlock_rdlock(&listener->lock);
	port = listener->server ? http_server_port(listener->server) : 0;
	pthread_rwlock_unlock(&listener->lock);
	return port;
}
