/* actors.c — they run inside the board's process, on its worker threads, and know the fixture. */

#include "screens/actors.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <poll.h>

static const struct fixture *play;

/* A copy, with more behind it where everybody is hostile; the caller frees it. */
static char *said(const char *text)
{
	char *all = NULL;

	if (!text || !play->hostile)
		return text_dup(text);
	return asprintf(&all, "%s" FIXTURE_EVIL, text) < 0 ? NULL : all;
}

static void say(char *out, size_t size, const char *text)
{
	char *all = said(text);

	text_copy(out, size, all ? all : "");
	free(all);
}

/* ---- pings ---- */

struct line {
	const char *name, *detail;
	double ms;
};

static const struct line agent_lines[] = {
	{ "name resolves", "18.158.217.193", 3 },
	{ "TCP", "port 9055", 4 },
	{ "HTTP", "agentboard 0.1.0", 3 },
	{ "credential", "user skyvva", 2 },
	{ "our agent", "agentboard 0.1.0", 0 },
};

static const struct line salesforce_lines[] = {
	{ "name resolves", "acme.my.salesforce.com", 3 },
	{ "TLS", "certificate valid until 2027-03-01", 41 },
	{ "access token", "client_credentials", 120 },
	{ "API version", "66.0", 35 },
	{ "user", "api.user@acme.example", 28 },
	{ "org", "ACME, Production", 30 },
	{ "limits", "1,812 of 15,000 calls used today", 22 },
	{ "Order_Line__c", "create, read, edit; 4 fields visible", 60 },
};

#define NO_USER                                                                                    \
	"Setup > External Client App Manager > the app > Policies > OAuth Policies: Run As = the " \
	"API user. It takes effect within a few minutes."

static void add_step(struct ping_result *out, const struct line *line, enum verdict verdict)
{
	struct ping_step *step = &out->steps[out->count++];

	memset(step, 0, sizeof(*step));
	text_copy(step->name, sizeof(step->name), line->name);
	step->verdict = verdict;
	if (verdict == VERDICT_NOT_REACHED)
		return;
	step->ms = line->ms;
	say(step->detail, sizeof(step->detail), line->detail);
	if (verdict == VERDICT_FAIL) {
		say(step->detail, sizeof(step->detail),
			"invalid_grant: no client credentials user enabled");
		text_copy(step->remedy_id, sizeof(step->remedy_id), "oauth.no_run_as_user");
		text_copy(step->remedy, sizeof(step->remedy), NO_USER);
	}
}

static void hang(const atomic_bool *cancel)
{
	while (!atomic_load(cancel))
		poll(NULL, 0, 10);
}

static void perform(struct ping_result *out, const struct line *lines, int count,
	enum ping_play how, const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < count; i++) {
		enum verdict verdict = VERDICT_OK;

		if (how == PING_PLAYS_HANG && i == 1)
			hang(cancel);
		if (how == PING_PLAYS_RED && i >= 2)
			verdict = i == 2 ? VERDICT_FAIL : VERDICT_NOT_REACHED;
		add_step(out, &lines[i], verdict);
		on_step(ctx, out);
	}
	out->ok = how == PING_PLAYS_GREEN;
	out->kind = out->ok ? ERR_NONE : ERR_REFUSED;
}

static void play_ping_agent(struct ping_result *out, const struct connection *connection,
	const struct keyring *keyring, const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	(void)connection;
	(void)keyring;
	perform(out, agent_lines, (int)ARRAY_SIZE(agent_lines), play->agent_ping, cancel, on_step,
		ctx);
}

static const struct line return_lines[] = {
	{ "access token", "issued for org 00D5g000001AbcdEAC", 120 },
	{ "Apex class", "AgentboardPing answers", 210 },
	{ "call-out", "18.158.217.193:9055 answered 200 to Salesforce", 95 },
	{ "credential", "user skyvva accepted", 0 },
	{ "our agent", "agentboard 0.1.0", 0 },
};

static void play_ping_return(struct ping_result *out, const struct connection *connection,
	const struct keyring *keyring, const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	(void)connection;
	(void)keyring;
	perform(out, return_lines, (int)ARRAY_SIZE(return_lines), play->agent_ping, cancel, on_step,
		ctx);
}

static void play_ping_salesforce(struct ping_result *out, const struct connection *connection,
	const struct catalog *catalog, const struct keyring *keyring, const char *pinned_org,
	const atomic_bool *cancel, ping_on_step *on_step, void *ctx)
{
	(void)connection;
	(void)catalog;
	(void)keyring;
	(void)pinned_org;
	perform(out, salesforce_lines, (int)ARRAY_SIZE(salesforce_lines), play->salesforce_ping,
		cancel, on_step, ctx);
	if (!out->ok)
		return;
	out->org_known = true;
	text_copy(out->org_id, sizeof(out->org_id), "00D5g000001AbcdEAC");
	text_copy(out->org_name, sizeof(out->org_name), "ACME");
	out->api_used = 1812;
	out->api_allowed = 15000;
}

/* ---- the agent ---- */

static bool started;

static void take_time(void)
{
	struct buf text = BUF_INIT(32);
	struct err err = ERR_INIT;
	char *path = file_join(play->home->data, FIXTURE_CLOCK);
	int64_t ms = 0;

	if (path && file_exists(path) && file_read(&text, path, &err) == 0 &&
		text_int(&ms, buf_str(&text), 1, INT64_MAX))
		clock_freeze(ms);
	buf_free(&text);
	free(path);
}

static int play_status(struct agent_status *out, const char *socket_path, struct err *err)
{
	(void)socket_path;
	take_time();
	memset(out, 0, sizeof(*out));
	if (play->agent_down && !started)
		return err_set(err, ERR_NET, "no agent answers");
	out->up = true;
	out->pid = 4711;
	out->port = 9055;
	return 0;
}

/* Production wants its name, as the agent says it. */
static int refuse(const char *what, const char *confirm, struct err *err)
{
	int rc = err_set(err, ERR_USAGE,
		"order-lines: more than 1000 %s would go in the production org ACME%s: to "
		"confirm, type its name: --confirm \"ACME\"",
		what, confirm ? ", which is not what --confirm names" : "");

	if (err)
		text_copy(err->code, sizeof(err->code), AGENT_CODE_CONFIRM);
	return rc;
}

static int play_process(struct process_reply *out, const char *socket_path,
	const struct process_request *request, struct err *err)
{
	(void)socket_path;
	memset(out, 0, sizeof(*out));
	if (play->agent_down && !started)
		return err_set(err, ERR_NET, "no agent answers");
	if (play->process_refused && !text_equal(request->confirm, "ACME"))
		return refuse("rows", request->confirm, err);
	for (int i = 0; request->interfaces[i]; i++)
		out->runs[out->count++] = play->process_joins ? play->run : 100 + i;
	return 0;
}

static int play_verb(const char *socket_path, int64_t run, const char *who, struct err *err)
{
	(void)socket_path;
	(void)run;
	(void)who;
	(void)err;
	return 0;
}

static int play_spawn(
	const char *program, const char *home, const char *socket_path, struct err *err)
{
	(void)program;
	(void)home;
	(void)socket_path;
	(void)err;
	started = true;
	return 0;
}

/* What was asked for, where the test can read it: the board is another process. */
__attribute__((format(printf, 1, 2))) static void note(const char *fmt, ...)
{
	char *path = file_join(play->home->data, "asked.txt");
	FILE *to = fopen(path, "a");
	va_list ap;

	va_start(ap, fmt);
	if (to) {
		vfprintf(to, fmt, ap);
		fclose(to);
	}
	va_end(ap);
	free(path);
}

static int play_messages(struct messages_reply *out, const char *socket_path,
	const struct messages_request *request, struct err *err)
{
	(void)socket_path;
	memset(out, 0, sizeof(*out));
	if (play->agent_down && !started)
		return err_set(err, ERR_NET, "no agent answers");
	if (play->process_refused && !text_equal(request->confirm, "ACME"))
		return refuse("messages", request->confirm, err);
	out->answers = calloc((size_t)request->count, sizeof(*out->answers));
	if (!out->answers)
		return err_nomem(err);
	for (int i = 0; i < request->count; i++)
		out->answers[out->count++] =
			(struct message_answer){ request->messages[i], 1, MESSAGE_PENDING, NULL };
	note("%s %d of %d by %s%s%s\n", message_event_name(request->event), request->count,
		(int)request->total, request->who, request->salesforce_id ? " as " : "",
		request->salesforce_id ? request->salesforce_id : "");
	return 0;
}

static int play_edit(const char *socket_path, const struct edit_request *request, struct err *err)
{
	(void)socket_path;
	if (play->agent_down && !started)
		return err_set(err, ERR_NET, "no agent answers");
	for (int i = 0; request->sets[i]; i++) {
		if (text_starts(request->sets[i], "Id="))
			return err_set(err, ERR_USAGE, "--set Id: it says which record this is");
	}
	for (int i = 0; request->sets[i]; i++)
		note("set %s by %s\n", request->sets[i], request->who);
	return 0;
}

/* ---- source ---- */

/* ---- what a mapping is made from ---- */

#define PLAYED(name, label, type, more)                                                            \
	"{\"name\":\"" name "\",\"label\":\"" label "\",\"type\":\"" type                          \
	"\",\"createable\":true,\"updateable\":true" more "}"
#define OPTIONAL ",\"nillable\":true"
#define UNIQUE_ID ",\"externalId\":true,\"unique\":true"

static const char mapped_object[] =
	"{\"name\":\"Order_Line__c\",\"label\":\"Order "
	"Line\",\"createable\":true,\"fields\":[" PLAYED("Order_No__c", "Order Number", "string",
		OPTIONAL UNIQUE_ID ",\"length\":40") "," PLAYED("Name", "Product", "string",
		",\"length\":12") "," PLAYED("Price__c", "Price", "currency",
		OPTIONAL ",\"precision\":18,\"scale\":2") "," PLAYED("Source__c", "Source",
		"string",
		OPTIONAL ",\"length\":20") "," PLAYED("Account__c", "Account", "reference",
		",\"relationshipName\":\"Account__r\",\"referenceTo\":["
		"\"Account\"]") "," PLAYED("Customer__c", "Customer", "string",
		OPTIONAL ",\"length\":80") "," PLAYED("Status__c", "Status", "picklist",
		OPTIONAL ",\"restrictedPicklist\":true,\"picklistValues\":"
			 "[{\"value\":\"New\","
			 "\"active\":true},{\"value\":\"Shipped\","
			 "\"active\":true}]") "," PLAYED("Ref__c", "Reference", "string",
		OPTIONAL UNIQUE_ID ",\"length\":30") "]}";

static const char account[] =
	"{\"name\":\"Account\",\"label\":\"Account\",\"fields\":[{\"name\":\"Id\",\"type\":\"id\","
	"\"label\":\"Account ID\"}," PLAYED("Name", "Account Name", "string", "") "," PLAYED(
		"Ext_Id__c", "External Id", "string",
		OPTIONAL UNIQUE_ID
		",\"length\":40") "," PLAYED("Phone", "Phone", "phone", OPTIONAL) "]}";

static const struct column order_columns[] = {
	{ "order_no", COLUMN_TEXT, 20, 0 },
	{ "name", COLUMN_TEXT, 40, 0 },
	{ "price", COLUMN_DECIMAL, 10, 2 },
	{ "customer", COLUMN_TEXT, 40, 0 },
	{ "note", COLUMN_TEXT, 0, 0 },
};

static const char *const order_rows[][ARRAY_SIZE(order_columns)] = {
	{ "ORD-1", "Bolt M8", "12.00", "C-17", NULL },
	{ "ORD-2", "A bolt of great length", "0.50", "C-18", "fragile" },
	{ "ORD-3", "Nut M8", NULL, NULL, "\033[2J\a gone" },
};

static bool play_rows(struct sample *sample)
{
	int width = (int)ARRAY_SIZE(order_columns);

	sample->columns = calloc((size_t)width, sizeof(*sample->columns));
	sample->cells = calloc(ARRAY_SIZE(order_rows) * (size_t)width, sizeof(*sample->cells));
	if (!sample->columns || !sample->cells)
		return false;
	memcpy(sample->columns, order_columns, sizeof(order_columns));
	sample->column_count = width;
	sample->row_count = (int)ARRAY_SIZE(order_rows);
	for (int i = 0; i < sample->row_count * width; i++) {
		char *text = said(order_rows[i / width][i % width]);

		sample->cells[i].text = text;
		sample->cells[i].len = text ? (uint32_t)strlen(text) : 0;
	}
	return true;
}

static int play_sample(struct sample **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const atomic_bool *cancel, struct err *err)
{
	struct sample *sample = calloc(1, sizeof(*sample));

	(void)env;
	(void)connection;
	(void)interface;
	if (play->source_hangs)
		hang(cancel);
	if (!sample || (!play->org_down && describe_parse(&sample->describe, mapped_object,
						   strlen(mapped_object), err) != 0))
		return err_nomem(err);
	if (play->org_down)
		sample->org_note = said("acme.my.salesforce.com does not answer");
	if (!play_rows(sample))
		return err_nomem(err);
	*out = sample;
	return 0;
}

static int play_survey(struct survey **out, const struct process_env *env,
	const struct connection *connection, const char *table, const atomic_bool *cancel,
	struct err *err)
{
	static const char *const names[] = { "sales.customer", "sales.order_line", "sales.v_open" };
	struct survey *survey;

	(void)env;
	(void)connection;
	(void)table;
	if (play->source_hangs)
		hang(cancel);
	if (play->source_refuses) {
		err_set(err, ERR_SOURCE,
			"connecting to the database: the database refused user or password: the "
			"database said: connection to server at \"erp-db.acme.example\", port 5432 "
			"failed: FATAL: password authentication failed for user \"erp\"");
		text_copy(err->code, sizeof(err->code), "28P01");
		return -ERR_SOURCE;
	}
	survey = calloc(1, sizeof(*survey));
	if (!survey)
		return err_nomem(err);
	survey->count = ARRAY_SIZE(names);
	survey->entries = calloc(survey->count, sizeof(*survey->entries));
	for (size_t i = 0; survey->entries && i < survey->count; i++) {
		survey->entries[i].name = said(names[i]);
		text_copy(survey->entries[i].type, sizeof(survey->entries[i].type),
			strstr(names[i], "v_") ? "view" : "table");
	}
	*out = survey;
	return 0;
}

static int play_objects(struct text_list *names, const struct process_env *env,
	const struct connection *connection, const atomic_bool *cancel, struct err *err)
{
	static const char *const objects[] = { "Account", "Contact", "Order_Line__c", "Product2" };

	(void)env;
	(void)connection;
	(void)cancel;
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		if (!text_list_add(names, objects[i]))
			return err_nomem(err);
	}
	return 0;
}

static int play_propose(struct proposal **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const atomic_bool *cancel, struct err *err)
{
	struct proposal *proposal = calloc(1, sizeof(*proposal));

	(void)env;
	(void)connection;
	(void)cancel;
	if (!proposal)
		return err_nomem(err);
	if (!text_equal(interface->object, "Order_Line__c")) {
		free(proposal);
		return err_set(err, ERR_NOT_FOUND, "%s is not for this test", interface->object);
	}
	proposal->external_id = text_dup("Order_No__c");
	*out = proposal;
	return text_list_add(&proposal->columns_left, "legacy_flag") &&
			       text_list_add(&proposal->required_left, "Status__c") &&
			       text_list_add(&proposal->notes,
				       play->hostile ? FIXTURE_EVIL
						     : "price: decimal into Price__c") &&
			       mapping_add(&proposal->mapping, "Order_No__c", MAPPING_COLUMN,
				       "order_no", NULL_KEEP, err) == 0 &&
			       mapping_add(&proposal->mapping, "Price__c", MAPPING_COLUMN, "price",
				       NULL_KEEP, err) == 0
		       ? 0
		       : err_nomem(err);
}

static const struct {
	const char *key, *record, *problem, *missing;
} preview_rows[] = {
	{ "ORD-1",
		"{\"Order_No__c\":\"ORD-1\",\"Name\":\"Bolt M8\",\"Price__c\":14.28,"
		"\"Account__r\":{\"Ext_Id__c\":\"C-17\"},\"Source__c\":\"ERP\"}",
		NULL, NULL },
	{ "ORD-2",
		"{\"Order_No__c\":\"ORD-2\",\"Name\":\"A bolt of great length\",\"Price__c\":0.6,"
		"\"Account__r\":{\"Ext_Id__c\":\"C-18\"},\"Source__c\":\"ERP\"}",
		"STRING_TOO_LONG: Product: data value too large: A bolt of great length (max "
		"length=12)",
		NULL },
	{ "ORD-3", "{\"Order_No__c\":\"ORD-3\",\"Name\":\"Nut M8\",\"Source__c\":\"ERP\"}", NULL,
		"Account__c" },
};

static void copy_row(struct preview *preview, int row)
{
	preview->rows[row] = (struct preview_row){ said(preview_rows[row].key),
		text_dup(preview_rows[row].record), said(preview_rows[row].problem),
		said(preview_rows[row].missing) };
	for (int i = 0; i < preview->column_count; i++)
		preview->cells[row * preview->column_count + i] = said(order_rows[row][i]);
}

/* The order lines can be read; the other interfaces' tables are not there. */
static int play_preview(struct preview **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface, int limit,
	const atomic_bool *cancel, struct err *err)
{
	struct preview *preview;

	(void)env;
	(void)connection;
	(void)limit;
	(void)cancel;
	*out = NULL;
	if (!text_equal(interface->name, "order-lines"))
		return err_set(err, ERR_SOURCE, "no such table: order_line");
	preview = calloc(1, sizeof(*preview));
	preview->column_count = (int)ARRAY_SIZE(order_columns);
	preview->row_count = (int)ARRAY_SIZE(preview_rows);
	preview->columns = calloc(ARRAY_SIZE(order_columns), sizeof(*preview->columns));
	preview->rows = calloc(ARRAY_SIZE(preview_rows), sizeof(*preview->rows));
	preview->cells = calloc(
		ARRAY_SIZE(preview_rows) * ARRAY_SIZE(order_columns), sizeof(*preview->cells));
	memcpy(preview->columns, order_columns, sizeof(order_columns));
	for (int i = 0; i < preview->row_count; i++)
		copy_row(preview, i);
	*out = preview;
	return describe_parse(&preview->describe, mapped_object, strlen(mapped_object), err);
}

static int play_drivers(struct text_list *names, struct err *err)
{
	static const char *const drivers[] = { "SQLite3", "PostgreSQL Unicode", "MariaDB Unicode" };

	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (!text_list_add(names, drivers[i]))
			return err_nomem(err);
	}
	if (play->hostile && !text_list_add(names, FIXTURE_EVIL))
		return err_nomem(err);
	return 0;
}

static int play_data_sources(struct text_list *names, struct err *err)
{
	return !play->data_source || text_list_add(names, "erp") ? 0 : err_nomem(err);
}

static const char order_line[] =
	"{\"name\":\"Order_Line__c\",\"label\":\"Order Line\",\"createable\":true,"
	"\"updateable\":true,\"fields\":["
	"{\"name\":\"Order_No__c\",\"label\":\"Order No\",\"type\":\"string\",\"length\":20,"
	"\"createable\":true,\"updateable\":true,\"nillable\":true,\"externalId\":true},"
	"{\"name\":\"Name\",\"label\":\"Order Line Name\",\"type\":\"string\",\"length\":10,"
	"\"createable\":true,\"updateable\":true,\"nillable\":false},"
	"{\"name\":\"Price__c\",\"label\":\"Price\",\"type\":\"currency\",\"precision\":10,"
	"\"scale\":2,\"createable\":true,\"updateable\":true,\"nillable\":true},"
	"{\"name\":\"Source__c\",\"label\":\"Source\",\"type\":\"picklist\","
	"\"restrictedPicklist\":true,\"createable\":true,\"updateable\":true,\"nillable\":true,"
	"\"picklistValues\":[{\"value\":\"ERP\",\"active\":true},"
	"{\"value\":\"Shop\",\"active\":true}]}]}";

static int play_describe(struct describe **out, const struct process_env *env,
	const struct connection *connection, const char *object, const atomic_bool *cancel,
	struct err *err)
{
	(void)env;
	(void)connection;
	(void)cancel;
	if (text_equal(object, "Account") && !play->org_down)
		return describe_parse(out, account, sizeof(account) - 1, err);
	if (!text_equal(object, "Order_Line__c"))
		return err_set(err, ERR_NET, "acme.my.salesforce.com cannot be reached");
	return describe_parse(out, order_line, sizeof(order_line) - 1, err);
}

static const struct board_services services = {
	.ping_agent = play_ping_agent,
	.ping_agent_from_salesforce = play_ping_return,
	.ping_salesforce = play_ping_salesforce,
	.agent_status = play_status,
	.agent_process = play_process,
	.agent_cancel = play_verb,
	.agent_resume = play_verb,
	.agent_messages = play_messages,
	.agent_edit = play_edit,
	.agent_spawn = play_spawn,
	.preview = play_preview,
	.describe = play_describe,
	.sample = play_sample,
	.survey = play_survey,
	.objects = play_objects,
	.propose = play_propose,
	.odbc_drivers = play_drivers,
	.odbc_data_sources = play_data_sources,
};

const struct board_services *actors_of(const struct fixture *fx)
{
	play = fx;
	return &services;
}
