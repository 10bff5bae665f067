/* schema.c — every key of every file, and finding them by name or by a near miss. */

#include "base/base.h"
#include "config/schema.h"

#include "base/text.h"
#include "model/agent_settings.h"
#include "model/connection.h"
#include "model/interface.h"

/* ---- words ---- */

static const char *const types[] = { "Agent Database", "Agent File", NULL };
static const char *const grants[] = { "client_credentials", NULL };
static const char *const environments[] = { "Production", "Sandbox", NULL };
static const char *const apps[] = { "external", "connected", NULL };
static const char *const auths[] = { "body", "basic", NULL };
static const char *const formats[] = { "csv", "tsv", "jsonl", "json", NULL };
static const char *const afters[] = { "keep", "archive", "delete", NULL };
static const char *const statuses[] = { "Undeployed", "Deployed", NULL };
static const char *const operations[] = { "Insert", "Update", "Upsert", "Delete", NULL };
static const char *const modes[] = { "Auto", "Collections", "Bulk", NULL };
static const char *const on_errors[] = { "Continue", "Stop", NULL };
static const char *const nulls[] = { "keep", "clear", NULL };
static const char *const misseds[] = { "once", "skip", NULL };
static const char *const uniques[] = { "checked", "assumed", NULL };
static const char *const audiences[] = { "loopback", "everyone", NULL };
static const char *const levels[] = { "error", "warn", "info", "debug", NULL };

/* ---- rows ---- */

#define ROW(base, key_path, key_kind, member, ...)                                                 \
	{                                                                                          \
		.path = (key_path), .kind = (key_kind), .offset = offsetof(struct base, member),   \
		__VA_ARGS__                                                                        \
	}
#define C(key_path, key_kind, member, ...) ROW(connection, key_path, key_kind, member, __VA_ARGS__)
#define I(key_path, key_kind, member, ...) ROW(interface, key_path, key_kind, member, __VA_ARGS__)
#define S(key_path, key_kind, member, ...)                                                         \
	ROW(agent_settings, key_path, key_kind, member, __VA_ARGS__)

static const struct key connection_keys[] = {
	C("name", KEY_TEXT, name, .help = "name of the connection and of its file"),
	C("description", KEY_TEXT, description, .help = "what it is for"),
	C("type", KEY_CHOICE, type, .words = types, .shown = true,
		.help = "kind of source: rows of a database, or files of a folder"),
	C("draft", KEY_SWITCH, draft, .help = "saved before both pings were green; not scheduled"),
	C("confirm_rows", KEY_NUMBER, confirm_rows, .min = 0, .max = INT32_MAX,
		.help = "more rows than this to production are confirmed by typing the org's name"),

	C("agent.host", KEY_TEXT, agent.host,
		.help = "address Salesforce reaches the agent at, like https://agent.acme.example"),
	C("agent.port", KEY_NUMBER, agent.port, .min = 1, .max = 65535, .shown = true,
		.help = "port forward of the agent"),
	C("agent.username", KEY_TEXT, agent.username, .help = "user Salesforce signs in as"),
	C("agent.password", KEY_SECRET, agent.password, .help = "that user's password"),
	C("agent.allow_clear_text", KEY_SWITCH, agent.allow_clear_text,
		.help = "accept plain HTTP to the agent beyond this machine"),
	C("agent.called_by_salesforce", KEY_SWITCH, agent.called_by_salesforce,
		.help = "false: push only, nothing reaches the agent from outside"),

	C("salesforce.grant_type", KEY_TEXT, salesforce.grant_type, .words = grants,
		.otherwise = "client_credentials", .help = "OAuth 2 grant type"),
	C("salesforce.environment", KEY_CHOICE, salesforce.environment, .words = environments,
		.shown = true, .help = "server environment"),
	C("salesforce.domain", KEY_TEXT, salesforce.domain,
		.help = "My Domain, like https://acme.my.salesforce.com"),
	C("salesforce.app", KEY_CHOICE, salesforce.app, .words = apps, .shown = true,
		.help = "External Client App, or an existing connected app"),
	C("salesforce.consumer_key", KEY_TEXT, salesforce.consumer_key,
		.help = "consumer key of the app"),
	C("salesforce.consumer_secret", KEY_SECRET, salesforce.consumer_secret,
		.help = "consumer secret of the app"),
	C("salesforce.client_auth", KEY_CHOICE, salesforce.client_auth, .words = auths,
		.help = "how key and secret travel to the token endpoint"),
	C("salesforce.api_version", KEY_TEXT, salesforce.api_version, .otherwise = "auto",
		.help = "\"auto\", or the highest version to use, like \"66.0\""),
	C("salesforce.api_stop", KEY_NUMBER, api_stop_percent, .min = 0, .max = 100,
		.help = "percent of the org's daily requests at which runs pause; 0 = never"),
	C("salesforce.ca_file", KEY_TEXT, salesforce.ca_file,
		.help = "file of the certificate authority to trust"),
	C("salesforce.proxy.url", KEY_TEXT, salesforce.proxy.url,
		.help = "proxy towards Salesforce, like http://proxy.acme.example:3128"),
	C("salesforce.proxy.username", KEY_TEXT, salesforce.proxy.username,
		.help = "user of the proxy"),
	C("salesforce.proxy.password", KEY_SECRET, salesforce.proxy.password,
		.help = "that user's password"),
	C("salesforce.proxy.no_proxy", KEY_TEXT, salesforce.proxy.no_proxy,
		.help = "hosts reached without the proxy, separated by commas"),

	C("source.odbc", KEY_TEXT, source.odbc,
		.help = "ODBC string, like DSN=erp or Driver=SQLite3;Database=/srv/erp.db"),
	C("source.username", KEY_TEXT, source.username, .help = "user of the source"),
	C("source.password", KEY_SECRET, source.password, .help = "that user's password"),
	C("source.time_zone", KEY_TEXT, source.time_zone,
		.help = "zone of times without one, like Europe/Berlin"),
	C("source.query_timeout", KEY_NUMBER, source.query_timeout, .min = 0, .max = 86400,
		.help = "seconds without a row before a query is given up; 0 = none"),
	C("source.folder", KEY_TEXT, source.folder, .help = "folder that files come into"),
	C("source.url", KEY_TEXT, source.url, .help = "remote folder, like sftp://host/in"),
	C("source.pattern", KEY_TEXT, source.pattern, .otherwise = "*",
		.help = "names of the files to read, like *.csv"),
	C("source.format", KEY_TEXT, source.format, .words = formats, .otherwise = "csv",
		.help = "what the files hold"),
	C("source.delimiter", KEY_TEXT, source.delimiter, .otherwise = ",",
		.help = "one character between values, or \"tab\""),
	C("source.encoding", KEY_TEXT, source.encoding, .otherwise = "UTF-8",
		.help = "character encoding of the files"),
	C("source.after", KEY_TEXT, source.after, .words = afters, .otherwise = "keep",
		.help = "what becomes of a file that was read"),
	C("source.archive", KEY_TEXT, source.archive, .help = "folder for after = archive"),
	C("source.marker", KEY_TEXT, source.marker,
		.help = "ending of the file that says another is complete, like .done"),
	C("source.settle", KEY_NUMBER, source.settle, .min = 0, .max = 3600,
		.help = "seconds between two looks at a file that may still grow"),
	C("source.key_file", KEY_TEXT, source.key_file,
		.help = "private key for sftp; source.password is its passphrase then"),
	C("source.known_hosts", KEY_TEXT, source.known_hosts,
		.help = "file of known host keys; ~/.ssh/known_hosts unless set"),
};

static const struct key interface_keys[] = {
	I("name", KEY_TEXT, name, .help = "name of the interface and of its file"),
	I("description", KEY_TEXT, description, .help = "what it is for"),
	I("connection", KEY_TEXT, connection, .help = "name of its connection"),
	I("integration", KEY_TEXT, integration, .help = "group whose interfaces run in sequence"),
	I("sequence", KEY_NUMBER, sequence, .min = 0, .max = 1000000, .shown = true,
		.help = "place in its integration"),
	I("status", KEY_EITHER, deployed, .words = statuses, .shown = true,
		.help = "Deployed runs; Undeployed does not"),
	I("object", KEY_TEXT, object, .help = "Salesforce object, like Account or Order_Line__c"),
	I("operation", KEY_CHOICE, operation, .words = operations, .shown = true,
		.help = "what is done with each row"),
	I("external_id", KEY_TEXT, external_id, .help = "field that records are found by"),
	I("unique_key", KEY_EITHER, unique_key_assumed, .words = uniques,
		.help = "\"assumed\" vouches for an external ID the org does not call unique"),
	I("mode", KEY_CHOICE, mode, .words = modes, .shown = true,
		.help = "how rows travel; Auto decides by their number"),
	I("threshold", KEY_NUMBER, threshold, .min = 0, .max = 150000000,
		.help = "Auto takes Bulk above this many rows"),
	I("packet", KEY_NUMBER, packet, .min = 1, .max = PACKET_ROWS_MAX,
		.help = "rows in one packet"),
	I("parallel", KEY_NUMBER, parallel, .min = 1, .max = INTERFACE_PARALLEL_MAX,
		.help = "packets in flight"),
	I("on_error", KEY_CHOICE, on_error, .words = on_errors,
		.help = "Stop: in order, what follows a failed row waits"),
	I("all_or_none", KEY_SWITCH, all_or_none, .help = "a packet succeeds or fails as a whole"),
	I("stop_integration", KEY_SWITCH, stop_integration,
		.help = "unless every row of it went well, hold the interfaces behind it in its "
			"integration"),
	I("allow_duplicates", KEY_SWITCH, allow_duplicates,
		.help = "save what a duplicate rule would only warn of"),
	I("auto_assign", KEY_SWITCH, auto_assign, .help = "let Salesforce's assignment rules run"),
	I("halt", KEY_NUMBER, halt, .min = 1, .max = 1000000000,
		.help = "rows failing in succession with one code stop the run"),
	I("supersede", KEY_SWITCH, supersede,
		.help = "a newer Completed message marks older failed ones of its key"),
	I("keep_payload", KEY_SWITCH, keep_payload,
		.help = "false: payload and source row of a message leave the store once it "
			"completed"),
	I("reconcile_key", KEY_TEXT, reconcile_key,
		.help = "field by which a message whose answer was lost is looked for"),
	I("query", KEY_LINES, query, .help = "SELECT that gives the rows"),
	I("initial_query", KEY_LINES, initial_query, .help = "SELECT of an initial run"),
	I("after_success", KEY_LINES, after_success,
		.help = "statement for a row that was accepted, with :column places"),
	I("after_failure", KEY_LINES, after_failure,
		.help = "statement for a row that was refused, with :column places"),
	I("page_by", KEY_TEXT, page_by, .help = "column for reading by ranges of keys"),
	I("row_key", KEY_LIST, row_key, .help = "columns that tell one row from another"),
	I("watermark.column", KEY_TEXT, watermark_column,
		.help = "column that grows with every change"),
	I("watermark.overlap", KEY_TEXT, watermark_overlap,
		.help = "how far to read back behind the mark"),
	I("null", KEY_CHOICE, nulls, .words = nulls,
		.help = "an empty column leaves the field alone, or clears it"),
	I("mapping", KEY_MAPPING, mapping, .help = "where each field comes from (--map)"),
	I("schedule", KEY_TEXT, schedule,
		.help = "like at 06:30 weekdays, or every 15 minutes 06:00-20:00, or */15 6-20 * * "
			"1-5"),
	I("missed", KEY_CHOICE, missed, .words = misseds,
		.help = "a time when no agent was up is caught up once, or skipped"),
};

static const struct key settings_keys[] = {
	S("listen", KEY_TEXT, listen, .help = "address the agent listens on"),
	S("port", KEY_NUMBER, port, .min = 0, .max = 65535, .shown = true,
		.help = "port the agent listens on; 0 = any free one"),
	S("username", KEY_TEXT, username, .help = "user Salesforce signs in as"),
	S("password_hash", KEY_TEXT, password_hash,
		.help = "Argon2id hash of that user's password"),
	S("tls.cert", KEY_TEXT, tls_cert, .help = "certificate file (PEM)"),
	S("tls.key", KEY_TEXT, tls_key, .help = "its private key file (PEM)"),
	S("parallel_runs", KEY_NUMBER, parallel_runs, .min = 1, .max = 64,
		.help = "runs carried at the same time"),
	S("alert", KEY_TEXT, alert,
		.help = "command that gets JSON on standard input when a run needs a person"),
	S("retention", KEY_NUMBER, retention_days, .min = 0, .max = 36500,
		.help = "days after which completed messages are removed; 0 = never"),
	S("backlog", KEY_NUMBER, backlog_hours, .min = 0, .max = 8760,
		.help = "hours after which messages that still wait are told; 0 = never"),
	S("disk_floor", KEY_SIZE, disk_floor,
		.help = "free room on the store's disk below which runs pause, like \"512 MB\"; 0 "
			"= "
			"never"),
	S("schedules", KEY_LIST, schedules,
		.help = "of integrations, each like \"ERP: at 06:30 weekdays; missed skip\""),
	S("monitoring", KEY_TEXT, monitoring, .words = audiences, .otherwise = "loopback",
		.help = "who may ask for /health and /metrics"),
	S("limits.connections", KEY_NUMBER, limits.connections, .min = 1, .max = 10000,
		.help = "connections to the port at once"),
	S("limits.connections_per_address", KEY_NUMBER, limits.connections_per_address, .min = 1,
		.max = 10000, .help = "of these, from one address"),
	S("limits.header", KEY_NUMBER, limits.header, .min = 2048, .max = 1048576,
		.help = "bytes of a request's headers"),
	S("limits.body", KEY_NUMBER, limits.body, .min = 256, .max = 1048576,
		.help = "bytes of a request's body"),
	S("limits.request_timeout", KEY_NUMBER, limits.request_timeout, .min = 1, .max = 600,
		.help = "seconds for a request to come in whole"),
	S("limits.waiting", KEY_NUMBER, limits.waiting, .min = 1, .max = 10000,
		.help = "waiting runs above which calls are turned away"),
	S("log_level", KEY_TEXT, log_level, .words = levels, .help = "how much is logged"),
	S("board.mouse", KEY_SWITCH, board.mouse, .help = "the board takes clicks and the wheel"),
	S("board.bell", KEY_SWITCH, board.bell,
		.help = "it rings when a run that was started or opened there ends"),
};

static void init_connection(void *thing)
{
	connection_init(thing);
}

static void free_connection(void *thing)
{
	connection_free_fields(thing);
}

static void init_interface(void *thing)
{
	interface_init(thing);
}

static void free_interface(void *thing)
{
	interface_free_fields(thing);
}

static void init_settings(void *thing)
{
	agent_settings_init(thing);
}

static void free_settings(void *thing)
{
	agent_settings_free_fields(thing);
}

const struct schema schema_connection = {
	.what = "connection",
	.size = sizeof(struct connection),
	.keys = connection_keys,
	.count = ARRAY_SIZE(connection_keys),
	.init = init_connection,
	.free_fields = free_connection,
};

const struct schema schema_interface = {
	.what = "interface",
	.size = sizeof(struct interface),
	.keys = interface_keys,
	.count = ARRAY_SIZE(interface_keys),
	.init = init_interface,
	.free_fields = free_interface,
	.nulls = offsetof(struct interface, nulls),
};

const struct schema schema_settings = {
	.what = "settings",
	.size = sizeof(struct agent_settings),
	.keys = settings_keys,
	.count = ARRAY_SIZE(settings_keys),
	.init = init_settings,
	.free_fields = free_settings,
};

/* ---- finding ---- */

const struct key *schema_key(const struct schema *schema, const char *path)
{
	for (size_t i = 0; i < schema->count; i++) {
		if (strcmp(schema->keys[i].path, path) == 0)
			return &schema->keys[i];
	}
	return NULL;
}

bool schema_is_group(const struct schema *schema, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < schema->count; i++) {
		if (strncmp(schema->keys[i].path, path, len) == 0 &&
			schema->keys[i].path[len] == '.')
			return true;
	}
	return false;
}

/* "domain" for "salesforce.domain". */
static const char *last_part(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

#define NAMES_MAX 64

const char *schema_nearest(const struct schema *schema, const char *path)
{
	const char *names[NAMES_MAX + 1] = { NULL };
	const char *near;
	size_t count = schema->count < NAMES_MAX ? schema->count : NAMES_MAX;

	for (size_t i = 0; i < count; i++)
		names[i] = schema->keys[i].path;
	near = text_nearest(path, names);
	if (near)
		return near;
	/* The right word in the wrong group: compare the last parts alone. */
	for (size_t i = 0; i < count; i++)
		names[i] = last_part(schema->keys[i].path);
	near = text_nearest(last_part(path), names);
	for (size_t i = 0; near && i < count; i++) {
		if (names[i] == near)
			return schema->keys[i].path;
	}
	return NULL;
}
