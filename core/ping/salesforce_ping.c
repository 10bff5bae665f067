/* salesforce_ping.c — Ping Salesforce Connection: the way there, one token request, the user, the
 * org, what is left of its allowance, and what each interface needs. */

#include "base/base.h"
#include "base/text.h"
#include "model/address.h"
#include "ping/interface_steps.h"

#include <strings.h>

struct pinging {
	struct steps steps;
	const struct connection *connection;
	const char *pinned_org;
	struct org *org;
};

/* The steps that need no interface, in their order. */
static const char *const names[] = { "name resolves", "TCP", "access token", "instance",
	"API version", "user", "org", "limits", "interfaces", NULL };

/* Those from `name` on will not be reached any more. */
static void give_up_from(struct pinging *ping, const char *name)
{
	const char *const *rest = names;

	while (*rest && strcmp(*rest, name) != 0)
		rest++;
	steps_not_reached(&ping->steps, rest);
}

static void fail_call(struct pinging *ping, const char *name, const struct err *err)
{
	steps_fail_err(&ping->steps, name, err, org_last_call(ping->org));
}

static void host_of(char *out, size_t size, const char *url)
{
	struct address address;

	text_copy(out, size, address_parse(&address, url) ? address.host : url);
}

/* A firewall that opens TLS signs with its own CA: its name tells the operator whom to ask. */
static void tell_issuer(struct pinging *ping, struct err *err)
{
	struct http_answer seen;
	size_t used = strlen(err->text);

	if (!strcasestr(err->text, "certificate"))
		return;
	http_answer_init(&seen);
	if (http_peek_certificate(org_http(ping->org), ping->connection->salesforce.domain, &seen,
		    NULL, NULL) == 0)
		snprintf(err->text + used, sizeof(err->text) - used, " (issued by %s)",
			seen.certificate_issuer);
	http_answer_free(&seen);
}

static void tell_token(struct pinging *ping, const struct http_answer *answer)
{
	const struct http_timing *t = &answer->timing;
	double before = t->tls_ms > 0 ? t->tls_ms : t->connect_ms;

	text_copy(ping->steps.out->org_id, sizeof(ping->steps.out->org_id), org_id(ping->org));
	steps_ok(&ping->steps, "access token", before > 0 ? t->total_ms - before : t->total_ms,
		"issued for org %s", org_id(ping->org));
}

static bool token_step(struct pinging *ping)
{
	const char *domain = ping->connection->salesforce.domain;
	const struct http_answer *answer;
	const char *token;
	struct err err = ERR_INIT;
	char host[ADDRESS_HOST_MAX];
	int rc = org_token(&token, ping->org, &err);

	answer = org_last_answer(ping->org);
	host_of(host, sizeof(host), domain);
	if (rc == -ERR_CONFIG) { /* a secret that cannot be opened: nothing was sent */
		steps_fail_secret(&ping->steps, &err);
		give_up_from(ping, "name resolves");
		return false;
	}
	if (rc < 0 && answer->reach != HTTP_ANSWERED && answer->failed_step == HTTP_STEP_TLS)
		tell_issuer(ping, &err);
	if (!steps_transport(&ping->steps, host, text_starts(domain, "https://"), answer, &err)) {
		give_up_from(ping, "access token");
		return false;
	}
	if (rc < 0) {
		steps_fail_err(&ping->steps, "access token", &err, answer);
		give_up_from(ping, "instance");
		return false;
	}
	tell_token(ping, answer);
	return true;
}

/* Where the rows will go; My Domain as a rule, but the org decides. */
static bool instance_step(struct pinging *ping)
{
	char told[ADDRESS_HOST_MAX];
	char asked[ADDRESS_HOST_MAX];

	host_of(told, sizeof(told), org_instance_url(ping->org));
	host_of(asked, sizeof(asked), ping->connection->salesforce.domain);
	steps_ok(&ping->steps, "instance", 0, "%s%s", told,
		strcasecmp(told, asked) == 0 ? "" : " (not the name in salesforce.domain)");
	return true;
}

static bool version_step(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	struct err err = ERR_INIT;
	const char *version;

	if (org_version(&version, ping->org, &err) < 0) {
		fail_call(ping, "API version", &err);
		give_up_from(ping, "user");
		return false;
	}
	text_copy(out->api_version, sizeof(out->api_version), version);
	steps_ok(&ping->steps, "API version", -1, "v%s", version);
	return true;
}

static bool user_step(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	struct org_user user;
	struct err err = ERR_INIT;
	int rc = org_userinfo(&user, ping->org, &err);

	if (rc == -ERR_NOT_FOUND) {
		/* A stand-in without this endpoint is no reason to stop. */
		steps_warn(&ping->steps, "user", NULL, "%s (the org does not tell its name)",
			org_user_id(ping->org));
		return true;
	}
	if (rc < 0) {
		fail_call(ping, "user", &err);
		give_up_from(ping, "org");
		return false;
	}
	text_copy(out->username, sizeof(out->username), user.username);
	steps_ok(&ping->steps, "user", -1, "%s", user.username);
	return true;
}

/* ---- is it the right org? ---- */

/* The token says which org it is of: before anything is asked of that org by name. */
static bool pin_fits(struct pinging *ping)
{
	const char *id = ping->steps.out->org_id;

	if (!id[0]) {
		steps_fail(&ping->steps, "org", ERR_PROTOCOL, "org.unknown",
			"the token's answer names no org");
		return false;
	}
	if (!text_empty(ping->pinned_org) && strcmp(ping->pinned_org, id) != 0) {
		steps_fail(&ping->steps, "org", ERR_REFUSED, "org.other",
			"the token is of org %s, but this connection belongs to %s", id,
			ping->pinned_org);
		return false;
	}
	return true;
}

/* Not permitted to read the org's record: that is allowed. Anything else is a failure. */
static bool merely_hidden(const struct err *err)
{
	static const char *const codes[] = { "", "INVALID_TYPE", "INVALID_FIELD", "NOT_FOUND",
		"INSUFFICIENT_ACCESS" };

	for (size_t i = 0; err->kind == ERR_REFUSED && i < ARRAY_SIZE(codes); i++) {
		if (strcmp(err->code, codes[i]) == 0)
			return true;
	}
	return false;
}

/*
 * Sandboxes and scratch orgs carry it in their name (help, "My Domain URL Formats"). A stand-in on
 * this machine carries nothing: it is what the connection says.
 */
static bool looks_like_sandbox(const struct pinging *ping)
{
	const char *url = org_instance_url(ping->org);

	if (model_is_loopback(url))
		return ping->connection->salesforce.environment == ENVIRONMENT_SANDBOX;
	return strstr(url, ".sandbox.my.") || strstr(url, ".scratch.my.");
}

static bool environment_fits(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	enum environment wanted = ping->connection->salesforce.environment;

	if (out->sandbox == (wanted == ENVIRONMENT_SANDBOX))
		return true;
	if (out->sandbox)
		steps_fail(&ping->steps, "org", ERR_REFUSED, "org.sandbox",
			"\"%s\" is a sandbox, but the connection says Production", out->org_name);
	else
		steps_fail(&ping->steps, "org", ERR_REFUSED, "org.production",
			"\"%s\" is no sandbox, but the connection says Sandbox", out->org_name);
	return false;
}

static void tell_org(struct pinging *ping, const struct org_identity *identity)
{
	struct ping_result *out = ping->steps.out;

	out->org_known = true;
	if (identity)
		steps_ok(&ping->steps, "org", -1, "%s, %s%s", identity->name, identity->type,
			identity->sandbox ? ", sandbox" : "");
	else
		steps_warn(&ping->steps, "org", "rest.organization_hidden",
			"%s, by its address a %s", out->org_id,
			out->sandbox ? "sandbox" : "production org");
}

static bool ask_org(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	struct org_identity identity;
	struct err err = ERR_INIT;
	bool read = org_identity(&identity, ping->org, &err) == 0;

	if (!read && !merely_hidden(&err)) {
		fail_call(ping, "org", &err);
		return false;
	}
	if (read) {
		out->sandbox = identity.sandbox;
		text_copy(out->org_name, sizeof(out->org_name), identity.name);
	} else {
		out->sandbox = looks_like_sandbox(ping);
		host_of(out->org_name, sizeof(out->org_name), org_instance_url(ping->org));
	}
	if (!environment_fits(ping))
		return false;
	tell_org(ping, read ? &identity : NULL);
	return true;
}

static bool org_step(struct pinging *ping)
{
	if (pin_fits(ping) && ask_org(ping))
		return true;
	give_up_from(ping, "limits");
	return false;
}

/* ---- limits ---- */

static void tell_usage(struct pinging *ping, bool refused)
{
	struct ping_result *out = ping->steps.out;

	if (out->api_allowed > 0 && out->api_used >= out->api_allowed / 5 * 4)
		steps_warn(&ping->steps, "limits", "rest.limit",
			"%" PRId64 " of %" PRId64 " API calls of 24 hours are used", out->api_used,
			out->api_allowed);
	else if (refused)
		steps_warn(&ping->steps, "limits", "rest.limits_refused",
			"%" PRId64 " of %" PRId64 " API calls used, by another answer's header",
			out->api_used, out->api_allowed);
	else
		steps_ok(&ping->steps, "limits", -1, "%" PRId64 " of %" PRId64 " API calls used",
			out->api_used, out->api_allowed);
}

static bool limits_step(struct pinging *ping)
{
	struct ping_result *out = ping->steps.out;
	int64_t remaining, allowed, used;
	struct err err = ERR_INIT;
	int rc = org_limits(&remaining, &allowed, ping->org, &err);

	if (rc == 0) {
		out->api_allowed = allowed;
		out->api_used = allowed - remaining;
		tell_usage(ping, false);
	} else if (rc == -ERR_REFUSED && org_api_usage(ping->org, &used, &allowed)) {
		out->api_allowed = allowed;
		out->api_used = used;
		tell_usage(ping, true);
	} else if (rc == -ERR_REFUSED) {
		steps_warn(&ping->steps, "limits", "rest.limits_refused", "not told: %s", err.text);
	} else {
		fail_call(ping, "limits", &err);
		give_up_from(ping, "interfaces");
		return false;
	}
	return true;
}

void ping_salesforce(struct ping_result *out, const struct connection *connection,
	const struct catalog *catalog, const struct keyring *keyring, const char *pinned_org,
	const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	struct pinging ping = { .connection = connection, .pinned_org = pinned_org };
	struct err err = ERR_INIT;

	steps_start(&ping.steps, out, connection->salesforce.app, on_step, ctx);
	if (!steps_settings(&ping.steps, connection, "salesforce.")) {
		give_up_from(&ping, "name resolves");
		return;
	}
	if (org_new(&ping.org, connection, keyring, NULL, cancel, &err) < 0) {
		steps_fail(&ping.steps, "settings", err.kind,
			strstr(err.text, "proxy.password") ? "settings.secret" : "settings.value",
			"%s", err.text);
		give_up_from(&ping, "name resolves");
		return;
	}
	org_renew_never(ping.org);
	if (token_step(&ping) && instance_step(&ping) && version_step(&ping) && user_step(&ping) &&
		org_step(&ping) && limits_step(&ping) && catalog) {
		ping_interfaces_hash(out->interfaces, connection, catalog);
		interface_steps(&ping.steps, connection, catalog, ping.org);
	}
	org_free(ping.org);
}
