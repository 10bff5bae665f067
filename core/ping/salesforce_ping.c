/* salesforce_ping.c — Ping Salesforce Connection: the way there, one token request, the user, the
 * org, what is left of its allowance, and what each interface needs. */

#include "base/base.h"
#include "base/text.h"
#include "ping/interface_steps.h"

struct pinging {
	struct steps steps;
	const struct connection *connection;
	const char *pinned_org;
	struct org *org;
};

/* Steps behind the token, told as not reached when it fails. */
static const char *const behind_token[] = { "API version", "user", "org", "limits", "interfaces",
	NULL };

/* "https://acme.my.salesforce.com/x" -> "acme.my.salesforce.com" */
static void host_of(char *out, size_t size, const char *url)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	snprintf(out, size, "%.*s", (int)strcspn(host, "/?#"), host);
}

static bool token_step(struct pinging *ping)
{
	static const char *const rest[] = { "access token", NULL };
	struct steps *steps = &ping->steps;
	const struct http_answer *answer;
	const char *token;
	struct err err = ERR_INIT;
	char host[256];
	int rc = org_token(&token, ping->org, &err);
	bool https = text_starts(ping->connection->salesforce.domain, "https://");

	answer = org_last_answer(ping->org);
	host_of(host, sizeof(host), ping->connection->salesforce.domain);
	if (rc < 0 &&
		err.kind == ERR_CONFIG) { /* a secret that cannot be opened: nothing was sent */
		steps_fail(steps, "settings", err.kind, "settings.secret", "%s", err.text);
		steps_not_reached(steps, rest);
	} else if (!steps_transport(steps, host, https, answer, &err)) {
		steps_not_reached(steps, rest);
	} else if (rc < 0) {
		steps_fail_err(steps, "access token", &err, answer);
	} else {
		text_copy(ping->steps.out->org_id, sizeof(ping->steps.out->org_id),
			org_id(ping->org));
		steps_ok(steps, "access token",
			answer->timing.total_ms - (answer->timing.tls_ms > 0
								  ? answer->timing.tls_ms
								  : answer->timing.connect_ms),
			"issued for org %s", org_id(ping->org));
		return true;
	}
	steps_not_reached(steps, behind_token);
	return false;
}

static bool version_step(struct pinging *ping)
{
	struct err err = ERR_INIT;
	const char *version;

	if (org_version(&version, ping->org, &err) < 0) {
		if (err.kind == ERR_NET)
			steps_fail_err(&ping->steps, "API version", &err, NULL);
		else
			steps_fail(&ping->steps, "API version", err.kind, "rest.version", "%s",
				err.text);
		steps_not_reached(&ping->steps, behind_token + 1);
		return false;
	}
	text_copy(ping->steps.out->api_version, sizeof(ping->steps.out->api_version), version);
	steps_ok(&ping->steps, "API version", -1, "v%s", version);
	return true;
}

static bool user_step(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	struct org_user user;
	struct err err = ERR_INIT;

	if (org_userinfo(&user, ping->org, &err) < 0) {
		/* A stand-in without this endpoint is no reason to stop; the token names the user
		 * too. */
		if (err.kind == ERR_NOT_FOUND) {
			steps_warn(&ping->steps, "user", NULL,
				"%s (the org does not tell its name)", org_user_id(ping->org));
			return true;
		}
		steps_fail_err(&ping->steps, "user", &err, org_last_call(ping->org));
		steps_not_reached(&ping->steps, behind_token + 2);
		return false;
	}
	text_copy(out->username, sizeof(out->username), user.username);
	steps_ok(&ping->steps, "user", -1, "%s", user.username);
	return true;
}

/* What the org says it is must be what the connection says, and the org that was seen before. */
static bool org_fits(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	enum environment wanted = ping->connection->salesforce.environment;

	if (!text_empty(ping->pinned_org) && strcmp(ping->pinned_org, out->org_id) != 0) {
		steps_fail(&ping->steps, "org", ERR_REFUSED, "org.other",
			"the token is of org %s, but this connection belongs to %s", out->org_id,
			ping->pinned_org);
		return false;
	}
	if (out->sandbox && wanted == ENVIRONMENT_PRODUCTION) {
		steps_fail(&ping->steps, "org", ERR_REFUSED, "org.sandbox",
			"\"%s\" is a sandbox, but the connection says Production", out->org_name);
		return false;
	}
	if (!out->sandbox && wanted == ENVIRONMENT_SANDBOX) {
		steps_fail(&ping->steps, "org", ERR_REFUSED, "org.production",
			"\"%s\" is no sandbox, but the connection says Sandbox", out->org_name);
		return false;
	}
	return true;
}

static bool org_step(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	struct org_identity identity;
	struct err err = ERR_INIT;
	bool read = org_identity(&identity, ping->org, &err) == 0;

	if (!read && (err.kind == ERR_NET || err.kind == ERR_LIMIT || err.kind == ERR_INTERRUPTED ||
			     strcmp(err.code, "INVALID_SESSION_ID") == 0 ||
			     strncmp(err.code, "API_", 4) == 0)) {
		steps_fail_err(&ping->steps, "org", &err, org_last_call(ping->org));
		steps_not_reached(&ping->steps, behind_token + 3);
		return false;
	}
	out->sandbox = read ? identity.sandbox
			    : ping->connection->salesforce.environment == ENVIRONMENT_SANDBOX;
	if (read)
		text_copy(out->org_name, sizeof(out->org_name), identity.name);
	else
		host_of(out->org_name, sizeof(out->org_name), ping->connection->salesforce.domain);
	if (!org_fits(ping)) {
		steps_not_reached(&ping->steps, behind_token + 3);
		return false;
	}
	out->org_known = out->org_id[0] != '\0';
	if (read)
		steps_ok(&ping->steps, "org", -1, "%s, %s%s", identity.name, identity.type,
			identity.sandbox ? ", sandbox" : "");
	else
		steps_warn(&ping->steps, "org", "rest.organization_hidden",
			"%s (the user may not read the Organization record)", out->org_id);
	return true;
}

static void limits_step(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	int64_t remaining, allowed, used;
	struct err err = ERR_INIT;

	if (org_limits(&remaining, &allowed, ping->org, &err) == 0) {
		out->api_allowed = allowed;
		out->api_used = allowed - remaining;
	} else if (org_api_usage(ping->org, &used, &allowed)) {
		/* Not permitted is no failure: every answer's header tells the same. */
		out->api_allowed = allowed;
		out->api_used = used;
		steps_warn(&ping->steps, "limits", "rest.limits_refused",
			"not permitted; the answers' header says %" PRId64 " of %" PRId64, used,
			allowed);
		return;
	} else {
		steps_warn(&ping->steps, "limits", "rest.limits_refused", "not told: %s", err.text);
		return;
	}
	if (out->api_allowed > 0 && out->api_used >= out->api_allowed / 5 * 4)
		steps_warn(&ping->steps, "limits", "rest.limit",
			"%" PRId64 " of %" PRId64 " API calls of 24 hours are used", out->api_used,
			out->api_allowed);
	else
		steps_ok(&ping->steps, "limits", -1, "%" PRId64 " of %" PRId64 " API calls used",
			out->api_used, out->api_allowed);
}

void ping_salesforce(struct ping_result *out, const struct connection *connection,
	const struct catalog *catalog, const struct keyring *keyring, const char *pinned_org,
	const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	static const char *const all[] = { "name resolves", "TCP", "access token", "API version",
		"user", "org", "limits", "interfaces", NULL };
	struct pinging ping = { .connection = connection, .pinned_org = pinned_org };
	struct err err = ERR_INIT;

	steps_start(&ping.steps, out, connection->salesforce.app, on_step, ctx);
	if (!steps_settings(&ping.steps, connection, "salesforce.")) {
		steps_not_reached(&ping.steps, all);
		return;
	}
	if (org_new(&ping.org, connection, keyring, NULL, cancel, &err) < 0) {
		steps_fail(&ping.steps, "settings", err.kind, "settings.value", "%s", err.text);
		steps_not_reached(&ping.steps, all);
		return;
	}
	org_renew_never(ping.org);
	if (token_step(&ping) && version_step(&ping) && user_step(&ping) && org_step(&ping)) {
		limits_step(&ping);
		if (catalog)
			interface_steps(&ping.steps, connection, catalog, ping.org, cancel);
	}
	org_free(ping.org);
}
