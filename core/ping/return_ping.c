/*
 * return_ping.c — Ping Agent Connection from Salesforce: the Apex class of the set-up package calls
 * the agent and tells what it saw. Remote site, name, firewall and certificate as they look from
 * there are things that nothing on this machine can know.
 */

#include "base/base.h"
#include "base/json.h"
#include "base/text.h"
#include "model/address.h"
#include "ping/greeting.h"
#include "ping/return_answer.h"
#include "ping/steps.h"

#define APEX_PATH "/services/apexrest/agentboard/ping"

struct pinging {
	struct steps steps;
	const struct connection *connection;
	struct org *org;
	struct address address;
	char *password;
};

static const char *const names[] = { "name resolves", "TCP", "access token", "Apex class",
	"call-out", "credential", "our agent", NULL };

static void give_up_from(struct pinging *ping, const char *name)
{
	const char *const *rest = names;

	while (*rest && strcmp(*rest, name) != 0)
		rest++;
	steps_not_reached(&ping->steps, rest);
}

/* ---- before anything is asked ---- */

static bool settings_step(struct pinging *ping, const struct keyring *keyring)
{
	const struct agent_access *agent = &ping->connection->agent;
	struct err err = ERR_INIT;

	if (!steps_settings(&ping->steps, ping->connection, "agent.") ||
		!steps_settings(&ping->steps, ping->connection, "salesforce."))
		return false;
	if (text_empty(agent->host) || !address_parse(&ping->address, agent->host)) {
		steps_fail(&ping->steps, "settings", ERR_CONFIG, "settings.value",
			"agent.host: not set: enter the address Salesforce reaches the agent at");
		return false;
	}
	if (agent->password.kind != SECRET_NONE &&
		secret_reveal(&ping->password, &agent->password, keyring, &err) < 0) {
		steps_fail(&ping->steps, "settings", err.kind, "settings.secret",
			"agent.password: %s", err.text);
		return false;
	}
	return true;
}

static bool token_step(struct pinging *ping)
{
	const char *domain = ping->connection->salesforce.domain;
	struct address asked;
	const char *token;
	struct err err = ERR_INIT;
	int rc = org_token(&token, ping->org, &err);
	const struct http_answer *answer = org_last_answer(ping->org);

	if (rc == -ERR_CONFIG) {
		steps_fail_secret(&ping->steps, &err);
		give_up_from(ping, "name resolves");
		return false;
	}
	if (!steps_transport(&ping->steps, address_parse(&asked, domain) ? asked.host : domain,
		    text_starts(domain, "https://"), answer, &err)) {
		give_up_from(ping, "access token");
		return false;
	}
	if (rc < 0) {
		steps_fail_err(&ping->steps, "access token", &err, answer);
		give_up_from(ping, "Apex class");
		return false;
	}
	steps_ok(&ping->steps, "access token", -1, "issued for org %s", org_id(ping->org));
	return true;
}

/* ---- what Salesforce saw ---- */

static void judge_agent(struct pinging *ping, const struct return_answer *seen)
{
	const char *username = ping->connection->agent.username;
	struct steps *steps = &ping->steps;
	int status = seen->status;
	struct greeting greeting;

	steps_ok(steps, "call-out", seen->ms, "%s:%d answered %d to Salesforce", ping->address.host,
		ping->connection->agent.port, status);
	if (status == 401) {
		steps_fail(steps, "credential", ERR_REFUSED, "agent.credential",
			"user \"%s\" with this password is refused", username ? username : "");
		give_up_from(ping, "our agent");
	} else if (status == 429 || status == 503) {
		steps_fail(steps, "credential", ERR_NET, "agent.busy",
			"the agent answered %d: it is busy or slows down wrong passwords", status);
		give_up_from(ping, "our agent");
	} else if (status != 200 || !greeting_read(&greeting, seen->body)) {
		steps_ok(steps, "credential", 0, "not refused");
		steps_fail(steps, "our agent", ERR_REFUSED, "agent.not_ours",
			"something answers there, but it is no Agentboard agent");
	} else {
		steps_ok(steps, "credential", 0, "user %s accepted", username ? username : "");
		steps_ok(steps, "our agent", 0, "agentboard %s", greeting.version);
	}
}

/* The exception's words decide: its type is the same for all of these. */
static void judge_exception(struct pinging *ping, const struct return_answer *seen)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_NET, "%s", seen->message);
	steps_fail_err(&ping->steps, "call-out", &err, NULL);
	give_up_from(ping, "credential");
}

static void judge(struct pinging *ping, const struct http_answer *answer)
{
	struct return_answer seen;

	if (!return_answer_read(&seen, buf_str(&answer->body))) {
		steps_fail(&ping->steps, "Apex class", ERR_PROTOCOL, "apex.other",
			"the class answers something else than this version understands");
		give_up_from(ping, "call-out");
		return;
	}
	steps_ok(&ping->steps, "Apex class", -1, "AgentboardPing answers");
	if (seen.reached)
		judge_agent(ping, &seen);
	else
		judge_exception(ping, &seen);
}

static void write_request(struct pinging *ping, struct buf *body)
{
	const struct agent_access *agent = &ping->connection->agent;
	bool v6 = strchr(ping->address.host, ':');
	char url[ADDRESS_HOST_MAX + 32];
	struct json json = JSON_INIT(body);

	snprintf(url, sizeof(url), "%s://%s%s%s:%d", ping->address.scheme, v6 ? "[" : "",
		ping->address.host, v6 ? "]" : "", agent->port);
	json_open(&json, '{');
	json_put_text(&json, "url", url);
	json_put_text(&json, "username", agent->username ? agent->username : "");
	json_put_text(&json, "password", ping->password ? ping->password : "");
	json_close(&json, '}');
}

static void ask(struct pinging *ping)
{
	struct buf body = BUF_INIT(1u << 16);
	struct http_answer answer;
	struct err err = ERR_INIT;

	http_answer_init(&answer);
	write_request(ping, &body);
	if (org_call(ping->org, "POST", APEX_PATH, buf_str(&body), body.len, &answer, &err) < 0) {
		steps_fail_err(&ping->steps, "Apex class", &err, &answer);
		give_up_from(ping, "call-out");
	} else {
		judge(ping, &answer);
	}
	buf_wipe(&body);
	http_answer_free(&answer);
}

void ping_agent_from_salesforce(struct ping_result *out, const struct connection *connection,
	const struct keyring *keyring, const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	struct pinging ping = { .connection = connection };
	struct err err = ERR_INIT;

	steps_start(&ping.steps, out, connection->salesforce.app, on_step, ctx);
	if (!settings_step(&ping, keyring)) {
		give_up_from(&ping, "name resolves");
	} else if (org_new(&ping.org, connection, keyring, NULL, cancel, &err) < 0) {
		steps_fail(&ping.steps, "settings", err.kind, "settings.value", "%s", err.text);
		give_up_from(&ping, "name resolves");
	} else {
		org_renew_never(ping.org);
		if (token_step(&ping))
			ask(&ping);
	}
	org_free(ping.org);
	secret_wipe(ping.password);
}
