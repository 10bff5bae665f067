/*
 * connection_check.c — everything that can be said of a connection before the first call is made.
 * Each function looks for one kind of slip; the table at the end is the order they are told in.
 */

#include "base/base.h"
#include "model/connection.h"

#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "model/address.h"
#include "model/my_domain.h"
#include "model/problem.h"

static int check_name(const struct connection *connection, struct err *err)
{
	if (text_empty(connection->name))
		return problem(err, "name", "not set: give the connection a name");
	if (!model_name_ok(connection->name))
		return problem(err, "name",
			"\"%s\" must be letters, digits, - and _, at most %d, and not start with -",
			connection->name, MODEL_NAME_MAX);
	return 0;
}

/* Values that come out of a clipboard, often with a blank or a line end around them. */
static const struct pasted {
	const char *key;
	size_t offset;
	bool inner; /* blanks inside are fine */
} pasted[] = {
	{ "agent.host", offsetof(struct connection, agent.host), false },
	{ "agent.username", offsetof(struct connection, agent.username), true },
	{ "salesforce.consumer_key", offsetof(struct connection, salesforce.consumer_key), false },
	{ "salesforce.api_version", offsetof(struct connection, salesforce.api_version), false },
	{ "salesforce.ca_file", offsetof(struct connection, salesforce.ca_file), true },
	{ "salesforce.proxy.url", offsetof(struct connection, salesforce.proxy.url), false },
	{ "source.username", offsetof(struct connection, source.username), true },
	{ "source.folder", offsetof(struct connection, source.folder), true },
	{ "source.url", offsetof(struct connection, source.url), false },
	{ "source.archive", offsetof(struct connection, source.archive), true },
};

static int check_blanks(const struct connection *connection, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(pasted); i++) {
		const char *text = *(char *const *)((const char *)connection + pasted[i].offset);
		size_t len = text ? strlen(text) : 0;

		if (len == 0)
			continue;
		if (strchr(" \t\r\n", text[0]) || strchr(" \t\r\n", text[len - 1]))
			return problem(err, pasted[i].key,
				"starts or ends with a blank or line end: paste it once more");
		if (text[strcspn(text, pasted[i].inner ? "\r\n" : " \t\r\n")])
			return problem(err, pasted[i].key,
				"has a blank or line end in it: paste it once more");
	}
	return 0;
}

static int check_domain(const struct connection *connection, struct err *err)
{
	return my_domain_check(connection, err);
}

static int check_credential(const struct connection *connection, struct err *err)
{
	const struct salesforce_access *sf = &connection->salesforce;
	const char *app = sf->app == APP_EXTERNAL
				  ? "External Client App Manager > the app > Settings > "
				    "OAuth Settings > Consumer Key and Secret"
				  : "App Manager > the app > View > Manage Consumer Details";

	if (!text_empty(sf->grant_type) && strcmp(sf->grant_type, "client_credentials") != 0)
		return problem(err, "salesforce.grant_type",
			"\"%s\" is not spoken here: use client_credentials", sf->grant_type);
	if (text_empty(sf->consumer_key))
		return problem(err, "salesforce.consumer_key",
			"not set: copy it from Salesforce Setup > %s", app);
	if (sf->consumer_secret.kind == SECRET_NONE)
		return problem(err, "salesforce.consumer_secret",
			"not set: copy it from Salesforce Setup > %s", app);
	return 0;
}

static int check_version(const struct connection *connection, struct err *err)
{
	const char *version = connection->salesforce.api_version;
	const char *digits = version && version[0] == 'v' ? version + 1 : version;
	size_t len = digits ? strspn(digits, "0123456789") : 0;

	if (text_empty(version) || strcmp(version, "auto") == 0)
		return 0;
	if (len == 0 || len > 3 || (digits[len] && strcmp(digits + len, ".0") != 0))
		return problem(err, "salesforce.api_version",
			"\"%s\" is no version: use \"auto\", or a number like \"66.0\"", version);
	if (digits != version || !digits[len])
		return problem(
			err, "salesforce.api_version", "write it as \"%.*s.0\"", (int)len, digits);
	/* Versions up to 30.0 were retired in Summer '25 (Salesforce API end-of-life policy). */
	if (strtol(digits, NULL, 10) < 31)
		return problem(err, "salesforce.api_version",
			"%s is retired: use \"auto\", or 31.0 and above", version);
	return 0;
}

static int check_readable(const struct connection *connection, struct err *err)
{
	const char *path = connection->salesforce.ca_file;

	if (!text_empty(path) && access(path, R_OK) != 0)
		return problem(err, "salesforce.ca_file", "cannot read %s", path);
	return 0;
}

static int check_proxy(const struct connection *connection, struct err *err)
{
	const struct proxy_access *proxy = &connection->salesforce.proxy;
	struct address address;

	if (text_empty(proxy->url)) {
		if (!text_empty(proxy->username) || proxy->password.kind != SECRET_NONE)
			return problem(err, "salesforce.proxy.url",
				"not set, though a user or password of a proxy is: enter "
				"http://HOST:PORT");
		return 0;
	}
	if (!address_parse(&address, proxy->url))
		return problem(err, "salesforce.proxy.url",
			"is no address: enter it like http://proxy.acme.example:3128");
	if (address.user)
		return problem(err, "salesforce.proxy.url",
			"carries a user: put it into salesforce.proxy.username and .password");
	if (address.path)
		return problem(
			err, "salesforce.proxy.url", "leave out what follows the host and port");
	return 0;
}

static int check_agent_host(const struct agent_access *agent, struct err *err)
{
	struct address address;

	if (!address_parse(&address, agent->host))
		return problem(err, "agent.host",
			"\"%s\" is no host: enter it like https://agent.acme.example", agent->host);
	if (address.user)
		return problem(err, "agent.host",
			"carries a user: put it into agent.username and agent.password");
	if (address.scheme[0] && strcmp(address.scheme, "http") != 0 &&
		strcmp(address.scheme, "https") != 0)
		return problem(err, "agent.host", "must start with https:// or http://, not %s://",
			address.scheme);
	if (address.port)
		return problem(err, "agent.host",
			"carries the port: leave :%d out and set agent.port = %d", address.port,
			address.port);
	if (address.path || address.slash)
		return problem(err, "agent.host", "leave out what follows the host");
	if (strcmp(address.scheme, "https") != 0 && !address_is_loopback(&address) &&
		!agent->allow_clear_text)
		return problem(err, "agent.allow_clear_text",
			"plain HTTP to %s shows the agent's password on the way: use https://, or "
			"say yes with agent.allow_clear_text = true",
			address.host);
	return 0;
}

static int check_agent(const struct connection *connection, struct err *err)
{
	const struct agent_access *agent = &connection->agent;
	int rc;

	if (agent->port < 1 || agent->port > 65535)
		return problem(err, "agent.port", "%d is no port: use 1 to 65535, usually %d",
			agent->port, AGENT_PORT_DEFAULT);
	if (!text_empty(agent->username) && strchr(agent->username, ':'))
		return problem(err, "agent.username", "must not hold a colon (HTTP basic sign-in)");
	if (!text_empty(agent->host)) {
		rc = check_agent_host(agent, err);
		if (rc < 0)
			return rc;
	}
	if (!agent->called_by_salesforce)
		return 0;
	if (text_empty(agent->host))
		return problem(err, "agent.host",
			"not set: enter the address Salesforce reaches the agent at, or set "
			"agent.called_by_salesforce = false when it only pushes");
	if (text_empty(agent->username))
		return problem(err, "agent.username", "not set: enter the agent's user");
	if (agent->password.kind == SECRET_NONE)
		return problem(err, "agent.password", "not set: enter the agent's password");
	return 0;
}

/* Is there a keyword like PWD= in an ODBC string? Braces quote a value: {a;PWD=b}. */
static bool odbc_has(const char *odbc, const char *keyword)
{
	size_t len = strlen(keyword);

	while (*odbc) {
		odbc += strspn(odbc, "; \t");
		if (strncasecmp(odbc, keyword, len) == 0 &&
			odbc[len + strspn(odbc + len, " \t")] == '=')
			return true;
		for (; *odbc && *odbc != ';'; odbc++) {
			const char *brace = *odbc == '{' ? strchr(odbc, '}') : NULL;

			if (brace)
				odbc = brace;
		}
	}
	return false;
}

bool connection_odbc_has_password(const char *odbc)
{
	return odbc && (odbc_has(odbc, "PWD") || odbc_has(odbc, "Password"));
}

static int check_database(const struct connection *connection, struct err *err)
{
	const struct source_access *source = &connection->source;

	if (connection->type != CONNECTION_AGENT_DATABASE)
		return 0;
	if (text_empty(source->odbc))
		return problem(err, "source.odbc",
			"not set: enter an ODBC string like \"DSN=erp\" or \"Driver=SQLite3;"
			"Database=/srv/erp.db\"");
	if (!strchr(source->odbc, '='))
		return problem(err, "source.odbc",
			"is no ODBC string: for a data source write \"DSN=%s\"", source->odbc);
	if (connection_odbc_has_password(source->odbc))
		return problem(err, "source.odbc",
			"carries a password: take PWD out and set source.password instead");
	if (!text_empty(source->folder) || !text_empty(source->url))
		return problem(err, text_empty(source->url) ? "source.folder" : "source.url",
			"belongs to an Agent File connection: remove it, or change type");
	return 0;
}

static int check_file_place(const struct source_access *source, struct err *err)
{
	struct address address;

	if (text_empty(source->folder) && text_empty(source->url))
		return problem(err, "source.folder",
			"not set: enter the folder that files come into, or source.url = "
			"\"sftp://...\"");
	if (!text_empty(source->folder) && !text_empty(source->url))
		return problem(err, "source.url", "set source.folder or source.url, not both");
	if (!text_empty(source->folder) && source->folder[0] != '/')
		return problem(err, "source.folder", "must be a full path that starts with /");
	if (text_empty(source->url))
		return 0;
	if (!text_starts(source->url, "sftp://") || !address_parse(&address, source->url))
		return problem(err, "source.url", "must look like sftp://HOST/FOLDER");
	if (address.user)
		return problem(err, "source.url",
			"carries a user: put it into source.username and source.password");
	if (text_empty(source->username))
		return problem(
			err, "source.username", "not set: enter the user at the SFTP server");
	if (text_empty(source->key_file) && source->password.kind == SECRET_NONE)
		return problem(err, "source.password",
			"not set: enter the user's password, or a private key in source.key_file");
	return 0;
}

static const char *const formats[] = { "csv", "tsv", "jsonl", "json", NULL };
static const char *const afters[] = { "keep", "archive", "delete", NULL };

static bool one_of(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(text, *words) == 0)
			return true;
	}
	return false;
}

static int check_file(const struct connection *connection, struct err *err)
{
	const struct source_access *source = &connection->source;
	int rc;

	if (connection->type != CONNECTION_AGENT_FILE)
		return 0;
	if (!text_empty(source->odbc))
		return problem(err, "source.odbc",
			"belongs to an Agent Database connection: remove it, or change type");
	rc = check_file_place(source, err);
	if (rc < 0)
		return rc;
	if (!text_empty(source->format) && !one_of(source->format, formats))
		return problem(err, "source.format", "\"%s\" is none of csv, tsv, jsonl, json",
			source->format);
	if (!text_empty(source->delimiter) && strcmp(source->delimiter, "tab") != 0 &&
		(strlen(source->delimiter) != 1 || strchr("\"\r\n", source->delimiter[0])))
		return problem(err, "source.delimiter",
			"must be one character, or \"tab\"; the quote is none");
	if (!text_empty(source->after) && !one_of(source->after, afters))
		return problem(err, "source.after", "\"%s\" is none of keep, archive, delete",
			source->after);
	if (text_equal(source->after, "archive") && text_empty(source->archive))
		return problem(err, "source.archive",
			"not set: enter the folder that files are moved to after they were read");
	if (!text_empty(source->folder) && !text_empty(source->archive) &&
		source->archive[0] != '/')
		return problem(err, "source.archive", "must be a full path that starts with /");
	return 0;
}

#define ZONES "/usr/share/zoneinfo"

/* An unknown zone is read as UTC by the C library without a word, and shifts every time sent. */
static int check_zone(const struct connection *connection, struct err *err)
{
	const char *zone = connection->source.time_zone;
	char path[512];

	if (text_empty(zone))
		return 0;
	snprintf(path, sizeof(path), ZONES "/%s", zone);
	if (zone[0] == '/' || strstr(zone, "..") ||
		(access(ZONES, R_OK) == 0 && access(path, R_OK) != 0))
		return problem(err, "source.time_zone",
			"\"%s\" is no time zone of this machine: enter one like Europe/Berlin",
			zone);
	return 0;
}

static int check_numbers(const struct connection *connection, struct err *err)
{
	if (connection->source.query_timeout < 0)
		return problem(err, "source.query_timeout", "must be 0 (none) or more seconds");
	if (connection->confirm_rows < 0)
		return problem(err, "confirm_rows", "must be 0 (always ask) or more rows");
	return 0;
}

static int (*const checks[])(const struct connection *connection, struct err *err) = {
	check_name,
	check_agent,
	check_blanks,
	check_domain,
	check_credential,
	check_version,
	check_readable,
	check_proxy,
	check_database,
	check_file,
	check_zone,
	check_numbers,
};

int connection_check_all(const struct connection *connection, model_problem *each, void *ctx)
{
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		struct err err = ERR_INIT;

		if (checks[i](connection, &err) < 0) {
			count++;
			each(ctx, &err);
		}
	}
	return count;
}

int connection_check(const struct connection *connection, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		int rc = checks[i](connection, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}
