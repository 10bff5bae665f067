/*
 * my_domain.c — catches the ways in which a My Domain URL goes wrong before a secret is sent there.
 * Client credentials are answered by the My Domain host alone (Salesforce help, "OAuth 2.0 Client
 * Credentials Flow"); every other host gives errors that tell little.
 */

#include "base/base.h"
#include "model/my_domain.h"

#include "base/text.h"
#include "model/address.h"
#include "model/problem.h"

#define KEY "salesforce.domain"

/* Hosts of an org that are shown in a browser but answer no API, and what belongs in their place.
 */
static const struct {
	const char *suffix, *right;
} look_alikes[] = {
	{ ".lightning.force.com", ".my.salesforce.com" },
	{ ".my.salesforce-setup.com", ".my.salesforce.com" },
	{ ".salesforce-setup.com", ".my.salesforce.com" },
	{ ".my.site.com", ".my.salesforce.com" },
};

static const char *const suffixes[] = {
	".my.salesforce.com",
	".my.salesforce.mil",
	".my.sfcrmproducts.cn",
};

/* What may follow the first dot; for "did you mean". */
static const char *const shapes[] = {
	"my.salesforce.com",
	"sandbox.my.salesforce.com",
	"develop.my.salesforce.com",
	"scratch.my.salesforce.com",
	"trailblaze.my.salesforce.com",
	NULL,
};

static bool ends_with(const char *text, const char *suffix)
{
	size_t len = strlen(text);
	size_t tail = strlen(suffix);

	return len > tail && strcmp(text + len - tail, suffix) == 0;
}

static bool is_my_domain(const char *host)
{
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (ends_with(host, suffixes[i]))
			return true;
	}
	return false;
}

static int check_look_alike(const char *host, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(look_alikes); i++) {
		size_t kept = strlen(host) - strlen(look_alikes[i].suffix);

		if (ends_with(host, look_alikes[i].suffix))
			return problem(err, KEY,
				"%s is a page address and answers no API: use https://%.*s%s", host,
				(int)kept, host, look_alikes[i].right);
	}
	return 0;
}

static int check_host(const struct connection *connection, const char *host, struct err *err)
{
	const char *dot = strchr(host, '.');
	const char *near;
	int rc;

	if (text_equal(host, "login.salesforce.com") || text_equal(host, "test.salesforce.com"))
		return problem(err, KEY,
			"%s refuses this flow: enter your My Domain, "
			"https://NAME%s.my.salesforce.com "
			"(Salesforce Setup > My Domain)",
			host, host[0] == 't' ? "--SANDBOX.sandbox" : "");
	rc = check_look_alike(host, err);
	if (rc < 0 || is_my_domain(host))
		return rc;
	/* An own CA says that the other side is deliberately not Salesforce itself: a gateway, a
	 * practice org on another machine. */
	if (!text_empty(connection->salesforce.ca_file))
		return 0;
	near = dot ? text_nearest(dot + 1, shapes) : NULL;
	if (near)
		return problem(err, KEY, "%s is no My Domain host: did you mean https://%.*s.%s?",
			host, (int)(dot - host), host, near);
	return problem(err, KEY,
		"%s is no My Domain host: enter https://NAME.my.salesforce.com (Salesforce Setup > "
		"My "
		"Domain)",
		host);
}

/* Sandboxes are X--NAME.sandbox.my.salesforce.com, before enhanced domains X--NAME.my. or
 * X--NAME.cs12.my. */
static int check_environment(const struct connection *connection, const char *host, struct err *err)
{
	bool chosen = connection->salesforce.environment == ENVIRONMENT_SANDBOX;
	const char *dot = strchr(host, '.');
	const char *dashes = strstr(host, "--");
	bool named = dashes && dot && dashes < dot;
	bool partition = dot && text_starts(dot, ".sandbox.my.");
	bool scratch = dot && text_starts(dot, ".scratch.my.");

	if (partition && !named)
		return problem(err, KEY,
			"%s lacks the sandbox's name: "
			"https://%.*s--SANDBOX.sandbox.my.salesforce.com",
			host, (int)(dot - host), host);
	if (!is_my_domain(host) || scratch)
		return 0;
	if (chosen && !named)
		return problem(err, KEY,
			"Sandbox is chosen, but %s is a production domain: set "
			"salesforce.environment to Production, or the domain to "
			"https://%.*s--SANDBOX.sandbox.my.salesforce.com",
			host, (int)(dot - host), host);
	if (!chosen && named)
		return problem(err, KEY,
			"Production is chosen, but %s is a sandbox: set salesforce.environment to "
			"Sandbox, or the domain to https://%.*s.my.salesforce.com",
			host, (int)(dashes - host), host);
	return 0;
}

int my_domain_check(const struct connection *connection, struct err *err)
{
	const char *domain = connection->salesforce.domain;
	struct address address;
	int rc;

	if (text_empty(domain))
		return problem(err, KEY,
			"not set: enter your My Domain, https://NAME.my.salesforce.com (Salesforce "
			"Setup "
			"> My Domain)");
	if (domain[strcspn(domain, " \t\r\n")])
		return problem(err, KEY, "has a blank or line end in it: paste it once more");
	if (!address_parse(&address, domain))
		return problem(
			err, KEY, "\"%s\" is no URL: enter https://NAME.my.salesforce.com", domain);
	if (address.user)
		return problem(err, KEY,
			"has a user part before \"@\": enter https://NAME.my.salesforce.com alone");
	if (!address.scheme[0])
		return problem(err, KEY, "must start with https://: https://%s", address.host);
	if (strcmp(address.scheme, "https") != 0 && strcmp(address.scheme, "http") != 0)
		return problem(
			err, KEY, "must start with https://, not with %s://", address.scheme);
	if (address.path) /* a lone slash, as browsers copy it, does no harm */
		return problem(err, KEY, "leave out what follows the host: %s://%s", address.scheme,
			address.host);
	if (address_is_loopback(&address))
		return 0;
	if (strcmp(address.scheme, "http") == 0)
		return problem(err, KEY,
			"plain HTTP would show key and secret to everybody on the way: use "
			"https://%s",
			address.host);
	rc = check_host(connection, address.host, err);
	return rc < 0 ? rc : check_environment(connection, address.host, err);
}
