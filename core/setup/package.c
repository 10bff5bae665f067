/* package.c — makes a Salesforce project in memory: a table of files, each a template with this
 * connection's values. */

#include "base/base.h"
#include "setup/package.h"
#include "setup/package_parts.h"

#include "base/text.h"
#include "model/address.h"

#define SOURCE "force-app/main/default/"

const struct package_row package_rows[] = {
	{ SOURCE "classes/AgentboardPing.cls", "AgentboardPing.cls", PART_PING, "ApexClass",
		"AgentboardPing", "makes the call from Salesforce to the agent" },
	{ SOURCE "classes/AgentboardPing.cls-meta.xml", "class.xml", PART_PING, NULL, NULL, NULL },
	{ SOURCE "classes/AgentboardPingTest.cls", "AgentboardPingTest.cls", PART_PING, "ApexClass",
		"AgentboardPingTest",
		"its tests, which Salesforce runs before it takes the class" },
	{ SOURCE "classes/AgentboardPingTest.cls-meta.xml", "class.xml", PART_PING, NULL, NULL,
		NULL },
	{ SOURCE "externalClientApps/@name@.eca-meta.xml", "app.xml", PART_APP,
		"ExternalClientApplication", "@name@", "the External Client App" },
	{ SOURCE "extlClntAppGlobalOauthSets/@name@_glbloauth.ecaGlblOauth-meta.xml",
		"global-oauth.xml", PART_APP, "ExtlClntAppGlobalOauthSettings", "@name@_glbloauth",
		"its OAuth settings: the client-credentials flow" },
	{ SOURCE "extlClntAppOauthPolicies/@name@_oauthPlcy.ecaOauthPlcy-meta.xml",
		"oauth-policy.xml", PART_APP, "ExtlClntAppOauthConfigurablePolicies",
		"@name@_oauthPlcy", "its OAuth policy: the user it runs as" },
	{ SOURCE "extlClntAppOauthSettings/@name@_oauth.ecaOauth-meta.xml", "oauth.xml", PART_APP,
		"ExtlClntAppOauthSettings", "@name@_oauth", "its scope: api" },
	{ SOURCE "permissionsets/@name@.permissionset-meta.xml", NULL, PART_ALWAYS, "PermissionSet",
		"@name@", "what the API user may do" },
	{ SOURCE "remoteSiteSettings/@name@.remoteSite-meta.xml", "remote-site.xml", PART_SITE,
		"RemoteSiteSetting", "@name@", "lets Salesforce call the agent's address" },
	{ NULL, NULL, PART_ALWAYS, NULL, NULL, NULL },
};

static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

/* Small letters and digits with single - between: what the API name shows without loss. */
static bool plain_name(const char *name, size_t room)
{
	if (strlen(name) > room || name[0] == '-' || strstr(name, "--"))
		return false;
	if (name[0] && name[strlen(name) - 1] == '-')
		return false;
	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

void package_api_name(char out[PACKAGE_NAME_MAX], const char *connection)
{
	static const char prefix[] = "Agentboard_";
	size_t len = sizeof(prefix) - 1;
	size_t end = PACKAGE_NAME_MAX - 1;
	char tail[8] = "";

	if (!plain_name(connection, end - len))
		snprintf(tail, sizeof(tail), "_%06x", hash_text(connection) & 0xffffffu);
	end -= strlen(tail);
	memcpy(out, prefix, len);
	for (const char *at = connection; *at && len < end; at++) {
		bool letter = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
			      (*at >= 'A' && *at <= 'Z');

		if (letter)
			out[len++] = *at;
		else if (out[len - 1] != '_')
			out[len++] = '_';
	}
	if (out[len - 1] == '_')
		len--;
	memcpy(out + len, tail, strlen(tail) + 1);
}

bool package_wants(const struct package_work *work, const struct package_row *row)
{
	return row->part == PART_ALWAYS || (work->parts & row->part);
}

const char *package_login_url(const struct connection *connection)
{
	const struct salesforce_access *salesforce = &connection->salesforce;

	if (!text_empty(salesforce->domain) && text_starts(salesforce->domain, "https://"))
		return salesforce->domain;
	return salesforce->environment == ENVIRONMENT_SANDBOX ? "https://test.salesforce.com"
							      : "https://login.salesforce.com";
}

/* The form of an e-mail address, which every Salesforce username has. */
static bool email_like(const char *text)
{
	const char *at = strchr(text, '@');

	return at && at != text && !strchr(at + 1, '@') && strchr(at, '.') && strlen(text) <= 80 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "@.!#$%&'*+/=?^_`{|}~-") == strlen(text);
}

static int check_options(const struct package_options *options, struct err *err)
{
	const struct {
		const char *option, *text;
	} texts[] = { { "--user", options->username }, { "--contact", options->contact } };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i].text && !email_like(texts[i].text))
			return err_set(err, ERR_USAGE,
				"%s \"%s\" has not the form name@domain.example", texts[i].option,
				texts[i].text);
	}
	return 0;
}

/* The agent's address as Salesforce sees it: a bare host is plain HTTP, as for the agent's ping. */
static int agent_url(char *out, size_t size, const struct agent_access *agent, struct err *err)
{
	struct address address;
	bool v6;

	out[0] = '\0';
	if (text_empty(agent->host))
		return 0;
	if (!address_parse(&address, agent->host) || address.user || address.path ||
		(address.scheme[0] && strcmp(address.scheme, "http") != 0 &&
			strcmp(address.scheme, "https") != 0))
		return err_set(err, ERR_CONFIG,
			"agent.host: \"%s\" is no address that Salesforce can call: enter it like "
			"https://agent.acme.example",
			agent->host);
	v6 = strchr(address.host, ':') != NULL;
	snprintf(out, size, "%s://%s%s%s:%d", address.scheme[0] ? address.scheme : "http",
		v6 ? "[" : "", address.host, v6 ? "]" : "",
		address.port ? address.port : agent->port);
	return 0;
}

static int find_parts(struct package_work *work, struct err *err)
{
	const struct connection *connection = work->connection;
	int rc;

	if (connection->salesforce.app == APP_EXTERNAL && !work->options->permissions_only)
		work->parts |= PART_APP;
	if (!connection->agent.called_by_salesforce)
		return 0;
	work->parts |= PART_PING;
	rc = agent_url(work->url, sizeof(work->url), &connection->agent, err);
	if (rc == 0 && work->url[0] && !work->options->permissions_only)
		work->parts |= PART_SITE;
	return rc;
}

static struct package_file *add_file(struct package *package, const char *path)
{
	struct package_file *file = &package->files[package->file_count++];

	text_copy(file->path, sizeof(file->path), path);
	buf_init(&file->text, PACKAGE_FILE_MAX);
	return file;
}

static int add_component(struct package_work *work, const struct package_row *row, struct err *err)
{
	struct buf path = BUF_INIT(PACKAGE_PATH_MAX - 1);
	struct package_file *file;
	int rc;

	template_fill(&path, row->path, SLOTS(SLOT("name", work->package->name)));
	file = add_file(work->package, buf_str(&path));
	rc = buf_check(&path, row->path, err);
	buf_free(&path);
	return rc < 0 ? rc : package_component(&file->text, row, work, err);
}

static int add_files(struct package_work *work, struct err *err)
{
	static const struct {
		const char *path;
		int (*make)(struct buf *out, const struct package_work *work, struct err *err);
	} frame[] = {
		{ "manifest/package.xml", package_manifest },
		{ "sfdx-project.json", package_project },
		{ "README.md", package_readme },
	};
	int rc = 0;

	for (const struct package_row *row = package_rows; rc == 0 && row->path; row++) {
		if (package_wants(work, row))
			rc = add_component(work, row, err);
	}
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(frame); i++)
		rc = frame[i].make(&add_file(work->package, frame[i].path)->text, work, err);
	return rc;
}

int package_make(struct package **out, const struct connection *connection,
	const struct interface *const *interfaces, size_t count,
	const struct package_options *options, struct err *err)
{
	struct package_work work = { .connection = connection, .options = options };
	struct permissions *permissions = NULL;
	struct package *package;
	int rc;

	*out = NULL;
	if (!model_name_ok(connection->name))
		return err_set(err, ERR_CONFIG, "the connection has no name that can be used");
	package = work.package = calloc(1, sizeof(*package));
	if (!package || !text_set(&package->connection, connection->name)) {
		rc = err_nomem(err);
		goto cleanup;
	}
	package_api_name(package->name, connection->name);
	snprintf(work.label, sizeof(work.label), "Agentboard %s", connection->name);
	rc = check_options(options, err);
	if (rc == 0)
		rc = find_parts(&work, err);
	if (rc == 0)
		rc = permissions_derive(
			&permissions, interfaces, count, options->required, options->parents, err);
	work.permissions = permissions;
	if (rc == 0)
		rc = package_add_notes(&work, err);
	if (rc == 0)
		rc = add_files(&work, err);
	if (rc == 0) {
		*out = package;
		package = NULL;
	}
cleanup:
	permissions_free(permissions);
	package_free(package);
	return rc;
}

void package_free(struct package *package)
{
	if (!package)
		return;
	for (int i = 0; i < package->file_count; i++)
		buf_free(&package->files[i].text);
	for (size_t i = 0; i < package->note_count; i++)
		free(package->notes[i].text);
	free(package->notes);
	free(package->connection);
	free(package);
}
