/* mistake.c — the table of set-up mistakes. */

#include "base/base.h"
#include "practice/mistake.h"
#include "base/text.h"
#include "practice/inside.h"

#include <pthread.h>

#define EDGE_PAGE                                                                                  \
	"<html><head><title>Error Page</title></head><body><h1>We are down for "                   \
	"maintenance.</h1><p>Sorry for the inconvenience.</p></body></html>"

#define FIELDS_OF_INTEREST "Order_Line__c.Price__c,Account.Phone,Contact.Phone"
#define OBJECTS_OF_INTEREST "Order_Line__c,Account,Contact"
#define KEYS_OF_INTEREST "Order_Line__c.Order_No__c,Account.Ext_Id__c,Contact.Ext_Id__c"

#define NAMED(name, remedy, what)                                                                  \
	.public = {                                                                                \
		name,                                                                              \
		what,                                                                              \
		remedy,                                                                            \
	}

/* clang-format off */
static const struct mistake mistakes[] = {
	/* the token endpoint (Salesforce help, "OAuth 2.0 authorization errors") */
	{ NAMED("token-html", "org.edge", "an edge proxy answers the token call with a page of HTML"),
	  MISTAKE_TOKEN, 502, NULL, EDGE_PAGE },
	{ NAMED("domain-renamed", "oauth.redirect", "My Domain was renamed; the old host redirects"),
	  MISTAKE_TOKEN, 302, NULL, "", .location = "https://renamed.my.salesforce.com/services/oauth2/token" },
	{ NAMED("login-host", "oauth.wrong_host", "the call went to login.salesforce.com and not to My Domain"),
	  MISTAKE_TOKEN, 400, "invalid_grant", "request not supported on this domain" },
	{ NAMED("org-locked", "oauth.org_inactive", "the org is locked, closed or suspended"),
	  MISTAKE_TOKEN, 400, "inactive_org", "Org is locked, closed, or suspended" },
	{ NAMED("app-not-installed", "oauth.app_not_found", "the External Client App is not in this org"),
	  MISTAKE_TOKEN, 400, "app_not_found", "External client app is not installed in this org" },
	{ NAMED("unknown-key", "oauth.consumer_key", "the consumer key is wrong, or the app is not ready yet"),
	  MISTAKE_TOKEN, 400, "invalid_client_id", "client identifier invalid" },
	{ NAMED("wrong-secret", "oauth.consumer_secret", "the consumer secret is wrong"),
	  MISTAKE_TOKEN, 400, "invalid_client", "invalid client credentials" },
	{ NAMED("flow-off", "oauth.flow_disabled", "\"Enable Client Credentials Flow\" is not ticked"),
	  MISTAKE_TOKEN, 400, "invalid_grant", "client credentials flow not enabled" },
	{ NAMED("flow-off-unsupported", "oauth.flow_disabled", "the same, as other orgs tell it"),
	  MISTAKE_TOKEN, 400, "unsupported_grant_type", "grant type not supported" },
	{ NAMED("flow-off-unauthorized", "oauth.flow_disabled", "the same, as other orgs tell it"),
	  MISTAKE_TOKEN, 400, "unauthorized_client", "client credentials flow not enabled" },
	{ NAMED("no-run-as-user", "oauth.no_run_as_user", "no Run As user is chosen, or it cannot be used"),
	  MISTAKE_TOKEN, 400, "invalid_grant", "no client credentials user enabled" },
	{ NAMED("inactive-user", "oauth.user_inactive", "the Run As user is inactive"),
	  MISTAKE_TOKEN, 400, "inactive_user", "User is inactive" },
	{ NAMED("no-scopes", "oauth.no_scopes", "the app has no usable OAuth scope"),
	  MISTAKE_TOKEN, 400, "invalid_grant", "no valid scopes" },
	{ NAMED("not-approved", "oauth.not_approved", "the Run As user's profile or permission set is not assigned to the app"),
	  MISTAKE_TOKEN, 400, "invalid_app_access", "user is not admin approved to access this app" },
	{ NAMED("ip-restricted", "oauth.ip_restricted", "the profile's login IP ranges or hours refuse the agent"),
	  MISTAKE_TOKEN, 400, "invalid_grant", "ip restricted or invalid login hours" },
	{ NAMED("login-rate", "oauth.rate_limit", "too many logins within the hour"),
	  MISTAKE_TOKEN, 400, "rate_limit_exceeded", "Number of logins exceeded" },
	{ NAMED("token-server-error", "org.unavailable", "the token endpoint has an inner error"),
	  MISTAKE_TOKEN, 500, "server_error", "An unexpected error occurred" },

	/* the session */
	{ NAMED("userinfo-refused", "rest.session_not_valid", "the token is no good at the user information endpoint"),
	  MISTAKE_USERINFO, 403, NULL, "Bad_OAuth_Token" },
	{ NAMED("session-not-valid", "rest.session_not_valid", "the session may not use the REST API (IP lock, assurance level)"),
	  MISTAKE_REST, 401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API" },
	{ NAMED("api-disabled", "rest.api_disabled", "the org's edition or licence has no REST API"),
	  MISTAKE_REST, 403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization." },
	{ NAMED("user-api-disabled", "rest.user_api_disabled", "the API user lacks the permission API Enabled"),
	  MISTAKE_REST, 403, "API_CURRENTLY_DISABLED", "API is disabled for this User" },
	{ NAMED("limit-reached", "rest.limit", "the org's API calls of 24 hours are used up"),
	  MISTAKE_REST, 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded." },
	{ NAMED("edge-html", "org.edge", "an edge proxy answers every call with a page of HTML"),
	  MISTAKE_REST, 503, NULL, EDGE_PAGE },
	{ NAMED("edge-420", "org.edge", "the edge cannot route to the org (it was deleted)"),
	  MISTAKE_REST, 420, NULL, "" },
	{ NAMED("maintenance", "org.unavailable", "the org is down for maintenance"),
	  MISTAKE_REST, 503, "SERVER_UNAVAILABLE", "Server Unavailable" },
	{ NAMED("old-versions", "rest.version", "the host lists no version that has what is needed"),
	  MISTAKE_VERSIONS, 200, NULL, "45.0" },
	{ NAMED("no-versions", "rest.version", "the host is no Salesforce org: no version list"),
	  MISTAKE_VERSIONS, 404, NULL, "<html><body>Not found</body></html>" },
	{ NAMED("limits-refused", "rest.limits_refused", "the API user may not read the org's limits"),
	  MISTAKE_LIMITS, 403, "FUNCTIONALITY_NOT_ENABLED", "This feature is not currently enabled for this user." },
	{ NAMED("organization-hidden", "rest.organization_hidden", "the API user may not read Organization"),
	  MISTAKE_ORGANIZATION, 400, "INVALID_TYPE", "sObject type 'Organization' is not supported." },

	/* objects and fields */
	{ NAMED("object-hidden", "object.hidden", "the API user does not see the object"),
	  MISTAKE_OBJECT, .set = SCHEMA_OBJECT_HIDDEN, .targets = OBJECTS_OF_INTEREST },
	{ NAMED("no-create", "object.no_create", "the API user may not create records of the object"),
	  MISTAKE_OBJECT, .set = SCHEMA_OBJECT_NO_CREATE, .targets = OBJECTS_OF_INTEREST },
	{ NAMED("no-edit", "object.no_edit", "the API user may not edit records of the object"),
	  MISTAKE_OBJECT, .set = SCHEMA_OBJECT_NO_EDIT, .targets = OBJECTS_OF_INTEREST },
	{ NAMED("no-delete", "object.no_delete", "the API user may not delete records of the object"),
	  MISTAKE_OBJECT, .set = SCHEMA_OBJECT_NO_DELETE, .targets = OBJECTS_OF_INTEREST },
	{ NAMED("field-hidden", "field.hidden", "field-level security hides a field"),
	  MISTAKE_FIELD, .set = SCHEMA_HIDDEN, .targets = FIELDS_OF_INTEREST },
	{ NAMED("field-read-only", "field.read_only", "field-level security makes a field read-only"),
	  MISTAKE_FIELD, .set = SCHEMA_DENIED, .targets = FIELDS_OF_INTEREST },
	{ NAMED("external-id-hidden", "field.hidden", "field-level security hides the external ID"),
	  MISTAKE_FIELD, .set = SCHEMA_HIDDEN, .targets = KEYS_OF_INTEREST },
	{ NAMED("not-external-id", "field.not_external_id", "the key field is not marked External ID"),
	  MISTAKE_FIELD, .clear = SCHEMA_EXTERNAL, .targets = KEYS_OF_INTEREST },
	{ NAMED("external-id-not-unique", "field.not_unique", "the external ID is not marked Unique"),
	  MISTAKE_FIELD, .clear = SCHEMA_UNIQUE, .targets = KEYS_OF_INTEREST },

	/* rows */
	{ NAMED("storage-full", "row.storage", "the org's data storage is full"),
	  MISTAKE_ROW, .code = "STORAGE_LIMIT_EXCEEDED", .text = "storage limit exceeded" },
	{ NAMED("validation-rule", "row.validation", "a validation rule refuses every row"),
	  MISTAKE_ROW, .code = "FIELD_CUSTOM_VALIDATION_EXCEPTION", .text = "Orders may not be changed after closing" },
	{ NAMED("duplicate-rule", "row.duplicates", "a duplicate rule blocks every row"),
	  MISTAKE_ROW, .code = "DUPLICATES_DETECTED", .text = "Use one of these records?" },
	{ NAMED("negative-quantity", "row.validation", "a validation rule refuses order lines of a quantity below 0"),
	  MISTAKE_VALIDATION, .code = "FIELD_CUSTOM_VALIDATION_EXCEPTION", .text = "Quantity may not be negative" },
	{ NAMED("duplicate-accounts", "row.duplicates", "a duplicate rule blocks new accounts of a name that another has"),
	  MISTAKE_DUPLICATES, .code = "DUPLICATES_DETECTED", .text = "Use one of these records?" },
	{ NAMED("parent-locks", "row.lock", "requests that write records of one parent at the same time lock each other out"),
	  MISTAKE_PARENT_LOCKS },
	{ NAMED("trigger-limit", "row.trigger_limit", "a trigger fails on packets of more than 50 rows"),
	  MISTAKE_ROW, .code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
	  .text = "OrderTrigger: System.LimitException: Too many SOQL queries: 101", .rows_above = 50 },
	{ NAMED("trigger-error", "row.trigger", "a trigger fails on every row"),
	  MISTAKE_ROW, .code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
	  .text = "OrderTrigger: execution of BeforeInsert caused by: System.NullPointerException: Attempt to de-reference a null object" },

	/* the way back: Apex REST's refusals, and System.CalloutException's words */
	{ NAMED("apex-missing", "apex.missing", "the Apex class of the set-up package is not in the org"),
	  MISTAKE_APEX, 404, "NOT_FOUND", "Could not find a match for URL" },
	{ NAMED("apex-no-access", "apex.no_access", "the API user may not use the Apex class"),
	  MISTAKE_APEX, 403, "FORBIDDEN", "You do not have access to the Apex class named: AgentboardPing" },
	{ NAMED("remote-site-missing", "agent.remote_site", "no remote site allows calls to the agent"),
	  MISTAKE_CALLOUT, .text = "Unauthorized endpoint, please check Setup->Security->Remote site settings. endpoint = http://agent:9055/ping" },
	{ NAMED("agent-name-inside", "agent.outside_name", "the agent's name is known inside its network only"),
	  MISTAKE_CALLOUT, .text = "Unknown host: agent.internal" },
	{ NAMED("agent-not-forwarded", "agent.outside_refused", "nothing listens at the agent's public address"),
	  MISTAKE_CALLOUT, .text = "Connection refused (Connection refused)" },
	{ NAMED("agent-firewalled", "agent.outside_timeout", "a firewall drops what Salesforce sends to the agent"),
	  MISTAKE_CALLOUT, .text = "Read timed out" },
	{ NAMED("agent-self-signed", "agent.outside_tls", "Salesforce does not trust the agent's certificate"),
	  MISTAKE_CALLOUT, .text = "PKIX path building failed: unable to find valid certification path to requested target" },

	/* the org itself */
	{ NAMED("sandbox", "org.sandbox", "the org is a sandbox where production is expected"),
	  MISTAKE_ORG },
	{ NAMED("another-org", "org.other", "the token is of another org than before"),
	  MISTAKE_ORG, .text = "00DPr0000000009" },
};
/* clang-format on */

static struct practice_misconfiguration list[ARRAY_SIZE(mistakes) + 1];
static pthread_once_t list_once = PTHREAD_ONCE_INIT;

static void make_list(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
		list[i] = mistakes[i].public;
}

const struct practice_misconfiguration *practice_misconfigurations(void)
{
	pthread_once(&list_once, make_list);
	return list;
}

static int unknown_name(const char *name, struct err *err)
{
	const char *names[ARRAY_SIZE(mistakes) + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
		names[i] = mistakes[i].public.name;
	near = text_nearest(name, names);
	return err_set(err, ERR_USAGE, "there is no misconfiguration \"%s\"%s%s%s", name,
		near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* One "Object" or "Object.Field". */
static int spoil(struct schema *schema, const struct mistake *mistake, const char *target,
	size_t len, struct err *err)
{
	size_t name_len = strcspn(target, ".,");
	char name[64];
	struct schema_object *object;
	struct schema_field *field;

	snprintf(name, sizeof(name), "%.*s", (int)(name_len < len ? name_len : len), target);
	object = schema_object(schema, name);
	if (!object)
		return err_set(err, ERR_USAGE, "the practice org has no object \"%s\"", name);
	if (mistake->place == MISTAKE_OBJECT) {
		object->flags |= mistake->set;
		return 0;
	}
	field = name_len < len ? schema_field(object, target + name_len + 1, len - name_len - 1)
			       : NULL;
	if (!field)
		return err_set(err, ERR_USAGE, "\"%.*s\" is no field: write Object.Field", (int)len,
			target);
	field->flags = (field->flags | mistake->set) & ~mistake->clear;
	return 0;
}

static int spoil_all(
	struct schema *schema, const struct mistake *mistake, const char *targets, struct err *err)
{
	int rc = 0;

	while (rc == 0 && *targets) {
		size_t len = strcspn(targets, ",");

		rc = spoil(schema, mistake, targets, len, err);
		targets += len + (targets[len] == ',');
	}
	return rc;
}

int mistake_set(struct mistakes *on, struct schema *schema, const char *text, struct err *err)
{
	const char *colon = strchr(text, ':');
	char name[64];
	size_t i = 0;
	bool of_schema;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ":"), text);
	while (i < ARRAY_SIZE(mistakes) && strcmp(mistakes[i].public.name, name) != 0)
		i++;
	if (i == ARRAY_SIZE(mistakes))
		return unknown_name(name, err);
	of_schema = mistakes[i].place == MISTAKE_OBJECT || mistakes[i].place == MISTAKE_FIELD;
	if (colon && !of_schema)
		return err_set(err, ERR_USAGE, "\"%s\" takes no object or field", name);
	on->on[i] = true;
	if (!of_schema)
		return 0;
	return spoil_all(schema, &mistakes[i], colon ? colon + 1 : mistakes[i].targets, err);
}

const struct mistake *mistake_at(const struct practice *org, enum mistake_place place)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (org->mistakes.on[i] && mistakes[i].place == place)
			return &mistakes[i];
	}
	return NULL;
}

const struct mistake *mistake_named(const struct practice *org, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (org->mistakes.on[i] && strcmp(mistakes[i].public.name, name) == 0)
			return &mistakes[i];
	}
	return NULL;
}

_Static_assert(ARRAY_SIZE(mistakes) <= MISTAKES_MAX, "struct mistakes has room for the table");
