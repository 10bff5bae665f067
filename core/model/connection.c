/* connection.c — a connection's life: defaults, deep copy, release, and the words for its choices.
 */

#include "base/base.h"
#include "model/connection.h"

#include "base/text.h"

/* What a connection owns, so that copy and release cannot forget a member of their own. */
static const size_t strings[] = {
	offsetof(struct connection, name),
	offsetof(struct connection, description),
	offsetof(struct connection, agent.host),
	offsetof(struct connection, agent.username),
	offsetof(struct connection, salesforce.grant_type),
	offsetof(struct connection, salesforce.domain),
	offsetof(struct connection, salesforce.consumer_key),
	offsetof(struct connection, salesforce.api_version),
	offsetof(struct connection, salesforce.ca_file),
	offsetof(struct connection, salesforce.proxy.url),
	offsetof(struct connection, salesforce.proxy.username),
	offsetof(struct connection, salesforce.proxy.no_proxy),
	offsetof(struct connection, source.odbc),
	offsetof(struct connection, source.username),
	offsetof(struct connection, source.time_zone),
	offsetof(struct connection, source.folder),
	offsetof(struct connection, source.url),
	offsetof(struct connection, source.pattern),
	offsetof(struct connection, source.format),
	offsetof(struct connection, source.delimiter),
	offsetof(struct connection, source.encoding),
	offsetof(struct connection, source.after),
	offsetof(struct connection, source.archive),
	offsetof(struct connection, source.marker),
	offsetof(struct connection, source.key_file),
	offsetof(struct connection, source.known_hosts),
};

static const size_t secrets[] = {
	offsetof(struct connection, agent.password),
	offsetof(struct connection, salesforce.consumer_secret),
	offsetof(struct connection, salesforce.proxy.password),
	offsetof(struct connection, source.password),
};

static void *member(const struct connection *connection, size_t offset)
{
	return (char *)(uintptr_t)connection + offset;
}

void connection_init(struct connection *connection)
{
	*connection = (struct connection){
		.agent = { .port = AGENT_PORT_DEFAULT, .called_by_salesforce = true },
		.source = { .settle = SETTLE_DEFAULT },
		.api_stop_percent = 95,
		.confirm_rows = 1000,
	};
}

void connection_free_fields(struct connection *connection)
{
	if (!connection)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		free(*(char **)member(connection, strings[i]));
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
		secret_free(member(connection, secrets[i]));
	*connection = (struct connection){ 0 };
}

int connection_copy(struct connection *out, const struct connection *from, struct err *err)
{
	struct connection copy = *from;
	int rc = 0;

	/* Nothing of `from` may be freed through the copy: first forget, then duplicate. */
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		*(char **)member(&copy, strings[i]) = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
		*(struct secret *)member(&copy, secrets[i]) = (struct secret){ SECRET_NONE, NULL };

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(strings); i++) {
		if (!text_set(member(&copy, strings[i]), *(char **)member(from, strings[i])))
			rc = err_nomem(err);
	}
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(secrets); i++)
		rc = secret_copy(member(&copy, secrets[i]), member(from, secrets[i]), err);
	if (rc < 0) {
		connection_free_fields(&copy);
		return rc;
	}
	connection_free_fields(out);
	*out = copy;
	return 0;
}

bool connection_to_production(const struct connection *connection, bool org_seen, bool sandbox)
{
	const struct salesforce_access *salesforce = &connection->salesforce;

	if (salesforce->domain && model_is_loopback(salesforce->domain))
		return false;
	return org_seen ? !sandbox : salesforce->environment == ENVIRONMENT_PRODUCTION;
}

const char *connection_type_name(enum connection_type type)
{
	return type == CONNECTION_AGENT_FILE ? "Agent File" : "Agent Database";
}

const char *environment_name(enum environment environment)
{
	return environment == ENVIRONMENT_SANDBOX ? "Sandbox" : "Production";
}

const char *app_kind_name(enum app_kind app)
{
	return app == APP_CONNECTED ? "connected" : "external";
}

const char *client_auth_name(enum client_auth auth)
{
	return auth == CLIENT_AUTH_BASIC ? "basic" : "body";
}

bool model_name_ok(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t len;

	/* A name that starts with "-" would read as an option on every command line. */
	if (text_empty(name) || name[0] == '-')
		return false;
	len = strlen(name);
	return len <= MODEL_NAME_MAX && strspn(name, letters) == len;
}
