/* agent_ping.c — Ping Agent Connection: the way to the agent's port, its credential, and whether
 * it is really our agent that answers there. */

#include "base/base.h"
#include "base/text.h"
#include "model/address.h"
#include "ping/greeting.h"
#include "ping/own_address.h"
#include "ping/steps.h"

#define STEP_TIMEOUT_MS 10000
#define ANSWER_MAX 65536

struct pinging {
	struct steps steps;
	const struct connection *connection;
	const atomic_bool *cancel;
	struct http_client *client;
	char *password;
	struct address address;
	bool https;
};

static const char *const names[] = { "name resolves", "TCP", "HTTP", "credential", "our agent",
	NULL };

static void give_up_from(struct pinging *ping, const char *name)
{
	const char *const *rest = names;

	while (*rest && strcmp(*rest, name) != 0)
		rest++;
	steps_not_reached(&ping->steps, rest);
}

/* `instead`: connect to that address, whatever the host's name says; NULL = as the name says. */
static int call(
	struct pinging *ping, const char *instead, struct http_answer *answer, struct err *err)
{
	const struct agent_access *agent = &ping->connection->agent;
	bool v6 = strchr(ping->address.host, ':');
	char url[ADDRESS_HOST_MAX + 64];
	struct http_request request = { .method = "GET",
		.url = url,
		.username = agent->username,
		.password = ping->password,
		.timeout_ms = STEP_TIMEOUT_MS,
		.answer_max = ANSWER_MAX,
		.no_network_proxy = true, /* Salesforce will not come through ours either */
		.connect_to = instead };

	snprintf(url, sizeof(url), "%s://%s%s%s:%d/ping", ping->https ? "https" : "http",
		v6 ? "[" : "", ping->address.host, v6 ? "]" : "", agent->port);
	return http_call(ping->client, &request, answer, ping->cancel, err);
}

/* ---- is it ours? ---- */

static bool ours(struct greeting *out, const struct http_answer *answer)
{
	return answer->status == 200 && greeting_read(out, buf_str(&answer->body));
}

static void judge(struct pinging *ping, const struct http_answer *answer)
{
	const char *username = ping->connection->agent.username;
	struct steps *steps = &ping->steps;
	struct greeting greeting;

	if (answer->status == 429 || answer->status == 503) {
		steps_fail(steps, "HTTP", ERR_NET, "agent.busy",
			"the agent answered %d: it is busy or slows down wrong passwords",
			answer->status);
		give_up_from(ping, "credential");
		return;
	}
	steps_ok(steps, "HTTP", answer->timing.first_byte_ms, "answered %d", answer->status);
	if (answer->status == 401) {
		steps_fail(steps, "credential", ERR_REFUSED, "agent.credential",
			"user \"%s\" with this password is refused", username ? username : "");
		give_up_from(ping, "our agent");
	} else if (!ours(&greeting, answer)) {
		steps_ok(steps, "credential", 0, "not refused");
		steps_fail(steps, "our agent", ERR_REFUSED, "agent.not_ours",
			"something answers there, but it is no Agentboard agent");
	} else {
		steps_ok(steps, "credential", 0, "user %s accepted", username ? username : "");
		steps_ok(steps, "our agent", 0, "agentboard %s%s%s", greeting.version,
			greeting.home[0] ? ", home " : "", greeting.home);
	}
}

/* ---- an agent that Salesforce never calls ---- */

/* It is asked over loopback, where it always listens; that nobody is there harms no push. */
static void ask_here(struct pinging *ping)
{
	static const char *const left[] = { "HTTP", "credential", "our agent", NULL };
	const char *username = ping->connection->agent.username;
	struct steps *steps = &ping->steps;
	struct http_answer answer;
	struct greeting greeting;
	int port = ping->connection->agent.port;

	http_answer_init(&answer);
	if (call(ping, NULL, &answer, NULL) < 0) {
		steps_warn(steps, "TCP", "agent.not_needed", "no agent answers at %s:%d",
			ping->address.host, port);
		steps_not_reached(steps, left);
	} else if (answer.status == 401 || ours(&greeting, &answer)) {
		steps_ok(steps, "TCP", answer.timing.connect_ms, "%s:%d, on this machine alone",
			ping->address.host, port);
		steps_ok(steps, "HTTP", answer.timing.first_byte_ms, "answered %d", answer.status);
		if (answer.status == 401)
			steps_ok(steps, "credential", 0, "asked for, but Salesforce does not call");
		else
			steps_ok(steps, "our agent", 0, "agentboard %s, user %s", greeting.version,
				username ? username : "");
	} else {
		steps_warn(steps, "our agent", "agent.not_needed",
			"something else than an agent answers at %s:%d", ping->address.host, port);
	}
	http_answer_free(&answer);
}

/* ---- the way there ---- */

/*
 * Many routers do not lead a machine's own public address back to it. Where the address may be this
 * machine's own, the agent is asked over loopback, and the step says that this proves less.
 */
static bool try_loopback(struct pinging *ping)
{
	struct http_answer answer;
	struct greeting greeting;
	bool found;

	if (address_is_loopback(&ping->address) || !own_address_possible(ping->address.host))
		return false;
	http_answer_init(&answer);
	found = call(ping, "127.0.0.1", &answer, NULL) == 0 &&
		(answer.status == 401 || ours(&greeting, &answer));
	if (found) {
		steps_ok(&ping->steps, "name resolves", answer.timing.name_ms, "%s",
			ping->address.host);
		steps_warn(&ping->steps, "TCP", "agent.loopback",
			"%s:%d does not lead back here; the agent of this machine answers over "
			"loopback",
			ping->address.host, ping->connection->agent.port);
		judge(ping, &answer);
	}
	http_answer_free(&answer);
	return found;
}

static void go(struct pinging *ping)
{
	struct http_answer answer;
	struct err err = ERR_INIT;
	int rc;

	http_answer_init(&answer);
	rc = call(ping, NULL, &answer, &err);
	if (rc == -ERR_NET && answer.failed_step == HTTP_STEP_CONNECT && try_loopback(ping)) {
		http_answer_free(&answer);
		return;
	}
	if (!steps_transport(&ping->steps, ping->address.host, ping->https, &answer, &err)) {
		give_up_from(ping, "HTTP");
	} else if (rc < 0) {
		steps_fail_err(&ping->steps, "HTTP", &err, &answer);
		give_up_from(ping, "credential");
	} else {
		judge(ping, &answer);
	}
	http_answer_free(&answer);
}

static bool is_push_only(const struct agent_access *agent)
{
	return text_empty(agent->host) && !agent->called_by_salesforce;
}

/* False when there is no way to call; the step is told. */
static bool make_ready(struct pinging *ping, const struct keyring *keyring)
{
	const struct agent_access *agent = &ping->connection->agent;
	struct http_options options = { .connect_timeout_ms = STEP_TIMEOUT_MS };
	struct err err = ERR_INIT;

	if (!steps_settings(&ping->steps, ping->connection, "agent."))
		return false;
	if (is_push_only(agent)) {
		address_parse(&ping->address, "http://127.0.0.1");
	} else if (text_empty(agent->host) || !address_parse(&ping->address, agent->host)) {
		steps_fail(&ping->steps, "settings", ERR_CONFIG, "settings.value",
			"agent.host: not set: enter the address Salesforce reaches the agent at");
		return false;
	}
	ping->https = strcmp(ping->address.scheme, "https") == 0;
	if (agent->password.kind != SECRET_NONE &&
		secret_reveal(&ping->password, &agent->password, keyring, &err) < 0) {
		steps_fail(&ping->steps, "settings", err.kind, "settings.secret",
			"agent.password: %s", err.text);
		return false;
	}
	if (http_client_new(&ping->client, &options, &err) < 0) {
		steps_fail(&ping->steps, "settings", err.kind, "settings.value", "%s", err.text);
		return false;
	}
	return true;
}

void ping_agent(struct ping_result *out, const struct connection *connection,
	const struct keyring *keyring, const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	struct pinging ping = { .connection = connection, .cancel = cancel };

	steps_start(&ping.steps, out, connection->salesforce.app, on_step, ctx);
	ping.steps.agent = true;
	if (!make_ready(&ping, keyring))
		give_up_from(&ping, "name resolves");
	else if (is_push_only(&connection->agent))
		ask_here(&ping);
	else
		go(&ping);
	http_client_free(ping.client);
	secret_wipe(ping.password);
}
