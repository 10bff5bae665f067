/* agent_ping.c — Ping Agent Connection: the way to the agent's port, its credential, and whether
 * it is really our agent that answers there. */

#include "base/base.h"
#include "base/text.h"
#include "ping/steps.h"

#include <json-c/json.h>

#define STEP_TIMEOUT_MS 10000
#define ANSWER_MAX 65536

/* The agent's address, taken apart. */
struct address {
	char host[256]; /* as in a URL, [::1] in brackets */
	int port;
	bool https;
	bool loopback;
};

static void take_apart(struct address *out, const struct agent_access *agent)
{
	const char *rest = agent->host;
	const char *end;
	const char *colon;
	int64_t port;
	char number[8];

	*out = (struct address){ .port = agent->port, .https = text_starts(rest, "https://") };
	out->loopback = model_is_loopback(rest);
	if (strstr(rest, "://"))
		rest = strstr(rest, "://") + 3;
	end = rest + strcspn(rest, "/?#");
	colon = memchr(rest, ':', (size_t)(end - rest));
	if (*rest == '[') {
		const char *bracket = memchr(rest, ']', (size_t)(end - rest));

		colon = bracket && bracket[1] == ':' ? bracket + 1 : NULL;
	}
	if (colon) { /* a port in the address itself wins */
		snprintf(number, sizeof(number), "%.*s", (int)(end - colon - 1), colon + 1);
		if (text_int(&port, number, 1, 65535))
			out->port = (int)port;
		end = colon;
	}
	snprintf(out->host, sizeof(out->host), "%.*s", (int)(end - rest), rest);
}

struct pinging {
	struct steps steps;
	const struct connection *connection;
	const atomic_bool *cancel;
	struct http_client *client;
	char *password;
};

static int call(struct pinging *ping, const struct address *address, struct http_answer *answer,
	struct err *err)
{
	char url[400];
	struct http_request request = { .method = "GET",
		.url = url,
		.username = ping->connection->agent.username,
		.password = ping->password,
		.timeout_ms = STEP_TIMEOUT_MS,
		.answer_max = ANSWER_MAX,
		.no_network_proxy = address->loopback };

	snprintf(url, sizeof(url), "%s://%s:%d/ping", address->https ? "https" : "http",
		address->host, address->port);
	return http_call(ping->client, &request, answer, ping->cancel, err);
}

/* Does this body come from an agent of ours? Its version goes to `version`. */
static bool ours(char *version, size_t size, const struct http_answer *answer)
{
	struct json_object *json = json_tokener_parse(buf_str(&answer->body));
	struct json_object *member;
	bool yes = json_object_object_get_ex(json, "agent", &member) &&
		   text_equal(json_object_get_string(member), "agentboard");

	text_copy(version, size, "");
	if (yes && json_object_object_get_ex(json, "version", &member))
		text_copy(version, size, json_object_get_string(member));
	json_object_put(json);
	return yes;
}

static void judge(struct pinging *ping, const struct http_answer *answer)
{
	static const char *const after_http[] = { "credential", "our agent", NULL };
	static const char *const after_credential[] = { "our agent", NULL };
	struct steps *steps = &ping->steps;
	char version[64];

	if (answer->status == 401) {
		steps_ok(steps, "HTTP", answer->timing.first_byte_ms, "it answers");
		steps_fail(steps, "credential", ERR_REFUSED, "agent.credential",
			"the agent does not accept user \"%s\" with this password",
			ping->connection->agent.username ? ping->connection->agent.username : "");
		steps_not_reached(steps, after_credential);
		return;
	}
	if (answer->status == 429 || answer->status == 503) {
		steps_fail(steps, "HTTP", ERR_NET, "agent.busy",
			"the agent answered %d: it is busy or slows down wrong passwords",
			answer->status);
		steps_not_reached(steps, after_http);
		return;
	}
	steps_ok(steps, "HTTP", answer->timing.first_byte_ms, "answered %d", answer->status);
	if (answer->status != 200 || !ours(version, sizeof(version), answer)) {
		steps_fail(steps, "our agent", ERR_REFUSED, "agent.not_ours",
			"something answers there, but it is no Agentboard agent");
		return;
	}
	steps_ok(steps, "credential", 0, "user %s accepted",
		ping->connection->agent.username ? ping->connection->agent.username : "");
	steps_ok(steps, "our agent", 0, "agentboard %s", version);
}

/*
 * Many routers do not lead one's own public address back. When the address cannot be reached from
 * here, the agent may still be this machine's own: ask it over loopback, and say so.
 */
static bool try_loopback(struct pinging *ping, const struct address *address)
{
	struct address local = *address;
	struct http_answer answer;
	struct err err = ERR_INIT;
	char version[64];
	bool found;

	if (address->https || address->loopback)
		return false;
	text_copy(local.host, sizeof(local.host), "127.0.0.1");
	local.loopback = true;
	http_answer_init(&answer);
	found = call(ping, &local, &answer, &err) == 0 &&
		((answer.status == 200 && ours(version, sizeof(version), &answer)) ||
			answer.status == 401);
	if (found) {
		steps_ok(&ping->steps, "name resolves", -1, "%s", address->host);
		steps_warn(&ping->steps, "TCP", "agent.loopback",
			"%s:%d is not reachable from here; asked this machine's agent over "
			"loopback",
			address->host, address->port);
		judge(ping, &answer);
	}
	http_answer_free(&answer);
	return found;
}

static void go(struct pinging *ping, const struct address *address)
{
	static const char *const rest[] = { "HTTP", "credential", "our agent", NULL };
	struct http_answer answer;
	struct err err = ERR_INIT;
	int rc;

	http_answer_init(&answer);
	rc = call(ping, address, &answer, &err);
	if (rc == -ERR_NET && answer.failed_step == HTTP_STEP_CONNECT &&
		try_loopback(ping, address)) {
		http_answer_free(&answer);
		return;
	}
	if (!steps_transport(&ping->steps, address->host, address->https, &answer, &err)) {
		steps_not_reached(&ping->steps, rest);
	} else if (rc < 0) {
		steps_fail_err(&ping->steps, "HTTP", &err, &answer);
		steps_not_reached(&ping->steps, rest + 1);
	} else {
		judge(ping, &answer);
	}
	http_answer_free(&answer);
}

void ping_agent(struct ping_result *out, const struct connection *connection,
	const struct keyring *keyring, const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	static const char *const all[] = { "name resolves", "TCP", "HTTP", "credential",
		"our agent", NULL };
	struct pinging ping = { .connection = connection, .cancel = cancel };
	struct http_options options = { .ca_file = NULL, .connect_timeout_ms = STEP_TIMEOUT_MS };
	struct address address;
	struct err err = ERR_INIT;

	steps_start(&ping.steps, out, connection->salesforce.app, on_step, ctx);
	ping.steps.agent = true;
	if (!steps_settings(&ping.steps, connection, "agent.")) {
		steps_not_reached(&ping.steps, all);
		return;
	}
	take_apart(&address, &connection->agent);
	if (secret_reveal(&ping.password, &connection->agent.password, keyring, &err) < 0) {
		err_prefix(&err, "agent.password");
		steps_fail(&ping.steps, "settings", err.kind, "settings.secret", "%s", err.text);
		steps_not_reached(&ping.steps, all);
		return;
	}
	if (http_client_new(&ping.client, &options, &err) < 0)
		steps_fail(&ping.steps, "settings", err.kind, "settings.value", "%s", err.text);
	else
		go(&ping, &address);
	http_client_free(ping.client);
	secret_wipe(ping.password);
}
