/* listener.c — answers Ping Agent Connection, and refuses to do so for the whole world while the
 * default password is in force. */

#include "base/base.h"
#include "agent/listener.h"
#include "agent/credential.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "http/server.h"

#include <arpa/inet.h>

struct listener {
	struct http_server *server;
	struct credential *credential;
	char *home;
};

static bool is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static void answer_ping(
	struct listener *listener, const struct http_incoming *in, struct http_outgoing *out)
{
	struct json json = JSON_INIT(&out->body);

	if (!credential_check(listener->credential, in, &out->delay_ms)) {
		log_line(LOG_LEVEL_WARN, 0, "ping from %s: wrong or missing credential", in->peer);
		out->status = 401;
		http_outgoing_header(out, "WWW-Authenticate", "Basic realm=\"agentboard\"");
		buf_add_str(&out->body, "{\"error\":\"wrong or missing username and password\"}");
		return;
	}
	log_line(LOG_LEVEL_INFO, 0, "ping from %s", in->peer);
	json_open(&json, '{');
	json_put_text(&json, "agent", "agentboard");
	json_put_text(&json, "version", PACKAGE_VERSION);
	json_put_text(&json, "home", listener->home);
	json_close(&json, '}');
}

static void answer_health(
	struct listener *listener, const struct http_incoming *in, struct http_outgoing *out)
{
	(void)listener;
	(void)in;
	buf_add_str(&out->body, "{\"status\":\"ok\"}");
}

static const struct {
	const char *path;
	void (*answer)(struct listener *, const struct http_incoming *, struct http_outgoing *);
} routes[] = {
	{ "/ping", answer_ping },
	{ "/health", answer_health },
};

static void handle(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		if (strcmp(in->method, "GET") == 0 && strcmp(in->path, routes[i].path) == 0) {
			routes[i].answer(ctx, in, out);
			return;
		}
	}
	out->status = 404;
	buf_add_str(&out->body, "{\"error\":\"there is nothing here\"}");
}

static int check_exposure(
	const struct listener *listener, const struct agent_settings *settings, struct err *err)
{
	if (is_loopback(settings->listen))
		return 0;
	if (credential_is_default(listener->credential))
		return err_set(err, ERR_CONFIG,
			"the agent does not listen on %s while its default password is in force, "
			"which everybody knows: set another with `agentboard agent password`",
			settings->listen);
	if (!settings->tls_cert)
		log_line(LOG_LEVEL_WARN, 0,
			"listening on %s without TLS: the password crosses the network readably",
			settings->listen);
	return 0;
}

int listener_start(struct listener **out, const struct agent_settings *settings, const char *home,
	struct err *err)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	struct http_server_options options = { .listen = settings->listen,
		.port = settings->port,
		.tls_cert = settings->tls_cert,
		.tls_key = settings->tls_key,
		.body_max = 4096,
		.connections_max = 256,
		.connections_per_address_max = 32,
		.handler = handle,
		.ctx = listener };
	int rc;

	*out = NULL;
	if (!listener)
		return err_nomem(err);
	listener->home = text_dup(home);
	rc = listener->home ? credential_new(&listener->credential, settings, err) : err_nomem(err);
	if (rc == 0)
		rc = check_exposure(listener, settings, err);
	if (rc == 0)
		rc = http_server_start(&listener->server, &options, err);
	if (rc < 0) {
		listener_stop(listener);
		return rc;
	}
	*out = listener;
	return 0;
}

void listener_stop(struct listener *listener)
{
	if (!listener)
		return;
	http_server_stop(listener->server);
	credential_free(listener->credential);
	free(listener->home);
	free(listener);
}

int listener_port(const struct listener *listener)
{
	return http_server_port(listener->server);
}
