/*
 * filled.c — the home that pictures and tests look at: files, and a store in which runs happened.
 * It is made once a program and copied, since its durable commits take longer than most tests.
 */

#include "screens/filled.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <spawn.h>
#include <sys/wait.h>

#define ROWS_A_PACKET 200

void filled_write(const char *folder, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	char *path = file_join(folder, name);

	ck_ok(file_write(path, text, strlen(text), 0600, &err), &err);
	free(path);
}

static void write_files(const struct home *home)
{
	filled_write(home->connections, "orders-prod.cfg",
		"name = \"orders-prod\";\ndescription = \"ERP orders\";\ntype = \"Agent "
		"Database\";\n"
		"agent: { host = \"https://18.158.217.193\"; port = 9055; username = \"skyvva\";\n"
		"  password = { env = \"AGENT_PASSWORD\"; }; };\n"
		"salesforce: { environment = \"Production\"; domain = "
		"\"https://acme.my.salesforce.com\";\n"
		"  consumer_key = \"3MVG9abc\"; consumer_secret = { env = \"SECRET\"; }; };\n"
		"source: { odbc = \"Driver=SQLite3;Database=/srv/erp/orders.db\"; };\n");
	filled_write(home->connections, "crm-sandbox.cfg",
		"name = \"crm-sandbox\";\ntype = \"Agent File\";\n"
		"agent: { host = \"https://agent.acme.example\"; port = 9055; username = "
		"\"skyvva\";\n"
		"  password = { env = \"AGENT_PASSWORD\"; }; };\n"
		"salesforce: { environment = \"Sandbox\"; domain = "
		"\"https://acme--dev.sandbox.my.salesforce.com\";\n"
		"  consumer_key = \"3MVG9def\"; consumer_secret = { env = \"SECRET\"; }; };\n"
		"source: { folder = \"/srv/in\"; pattern = \"*.csv\"; format = \"csv\"; };\n");
	filled_write(home->interfaces, "accounts.cfg",
		"name = \"accounts\"; connection = \"orders-prod\"; sequence = 10;\n"
		"object = \"Account\"; operation = \"Upsert\"; external_id = \"Ext_Id__c\";\n"
		"query = \"SELECT cust_no, name FROM customer\";\n"
		"mapping = ( { field = \"Ext_Id__c\"; column = \"cust_no\"; },\n"
		"  { field = \"Name\"; column = \"name\"; } );\n"
		"schedule = \"*/15 6-20 * * 1-5\";\n");
	filled_write(home->interfaces, "order-lines.cfg",
		"name = \"order-lines\"; connection = \"orders-prod\"; sequence = 20;\n"
		"object = \"Order_Line__c\"; operation = \"Upsert\"; external_id = "
		"\"Order_No__c\";\n"
		"query = \"SELECT order_no, name, price\\nFROM order_line WHERE status = 'new'\";\n"
		"mapping = ( { field = \"Order_No__c\"; column = \"order_no\"; },\n"
		"  { field = \"Name\"; column = \"name\"; },\n"
		"  { field = \"Price__c\"; formula = \"round(price * 1.19, 2)\"; },\n"
		"  { field = \"Source__c\"; value = \"ERP\"; } );\n");
	filled_write(home->interfaces, "contacts.cfg",
		"name = \"contacts\"; connection = \"orders-prod\"; sequence = 30;\n"
		"object = \"Contact\"; operation = \"Upsert\"; external_id = \"Ext_Id__c\";\n"
		"query = \"SELECT contact_no, last_name FROM contact\";\n"
		"mapping = ( { field = \"Ext_Id__c\"; column = \"contact_no\"; },\n"
		"  { field = \"LastName\"; column = \"last_name\"; } );\n");
}

static void write_log(const struct home *home)
{
	static const char lines[] =
		"2026-11-23T11:00:00.000Z info run=0 listening on 127.0.0.1:9055\n"
		"2026-11-23T12:00:00.000Z info run=2 accounts began: by schedule\n"
		"2026-11-23T12:00:04.512Z info run=2 accounts ended: Done, 1,204 completed\n"
		"2026-11-23T12:00:09.001Z warn run=0 a caller from 10.0.0.9 gave a wrong password\n"
		"2026-11-23T12:04:11.250Z error run=3 9 rows of a packet were refused: "
		"REQUIRED_FIELD_MISSING: Required fields are missing: [Name]\n"
		"2026-11-23T12:04:12.000Z info run=1 order-lines ended: Done, 88,120 completed\n";

	filled_write(home->data, "agent.log", lines);
}

/* ---- the store ---- */

static int64_t create_run(struct fixture *fx, const char *connection, const char *interface,
	const char *object, const char *trigger, struct run_claim **claim)
{
	struct err err = ERR_INIT;
	struct run_spec spec = { .interface = interface,
		.connection = connection,
		.object = object,
		.external_id = "Ext_Id__c",
		.operation = OPERATION_UPSERT,
		.mode = TRANSFER_AUTO,
		.trigger = trigger,
		.who = "anna (ssh 10.0.0.7)" };
	int64_t run;

	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_run_create(&run, fx->store, &spec, &err), &err);
	ck_ok(store_run_claim(claim, fx->store, run, &err), &err);
	ck_ok(store_run_envelope(fx->store, *claim,
		      "{\"address\":\"https://acme.my.salesforce.com/services/data/v66.0\"}", &err),
		&err);
	ck_ok(store_commit(fx->store, &err), &err);
	return run;
}

static void change_run(struct fixture *fx, struct run_claim *claim, enum run_state state,
	bool reading_done, const char *why)
{
	struct err err = ERR_INIT;
	struct run_change change = RUN_CHANGE_NONE;

	change.state = (int)state;
	change.reading_done = reading_done;
	change.mode = TRANSFER_COLLECTIONS;
	change.mode_why = why;
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_run_update(fx->store, claim, &change, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
}

static int64_t add_packet(
	struct fixture *fx, struct run_claim *claim, const char *prefix, int first, int count)
{
	struct row_in rows[ROWS_A_PACKET];
	char keys[ROWS_A_PACKET][32];
	char records[ROWS_A_PACKET][160];
	struct err err = ERR_INIT;
	int64_t packet;

	for (int i = 0; i < count; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%s-%08d", prefix, first + i);
		snprintf(records[i], sizeof(records[i]),
			"{\"Order_No__c\":\"%s\",\"Name\":\"Bolt M%d\",\"Price__c\":%d.%02d,"
			"\"Source__c\":\"ERP\"}",
			keys[i], i % 12 + 1, first + i, i % 100);
		rows[i] = (struct row_in){ .key = keys[i],
			.source = "",
			.record = records[i],
			.record_len = strlen(records[i]),
			.hash = (uint64_t)(first + i) };
	}
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_packet_add(&packet, fx->store, claim, rows, count, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
	return packet;
}

/* How rows end that do not succeed. */
struct ending {
	enum message_event event;
	const char *code, *text, *fields, *answer;
};

static const struct ending refused = { EVENT_FAIL, "REQUIRED_FIELD_MISSING",
	"Required fields are missing: [Name]", "Name",
	"{\"success\":false,\"errors\":[{\"statusCode\":\"REQUIRED_FIELD_MISSING\",\"message\":"
	"\"Required fields are missing: [Name]\",\"fields\":[\"Name\"]}]}" };
static const struct ending lost = { EVENT_LOSE, "", "The connection broke before the answer came",
	NULL, NULL };

/* Send a packet; its last `bad` rows end like that. */
static void send_packet(struct fixture *fx, struct run_claim *claim, int64_t packet, int count,
	int bad, const struct ending *ending)
{
	struct row_result results[ROWS_A_PACKET];
	struct row_set set = { { 0 } };
	struct err err = ERR_INIT;
	char request[40];
	int64_t attempt;

	memset(results, 0, sizeof(results));
	for (int i = 0; i < count; i++) {
		struct row_result *result = &results[i];

		row_set_add(&set, i);
		result->position = i;
		if (i < count - bad) {
			result->event = EVENT_SUCCEED;
			result->created = true;
			snprintf(result->salesforce_id, sizeof(result->salesforce_id),
				"a015g00000%05dAAA", (int)(packet % 100) * 200 + i);
			continue;
		}
		result->event = ending->event;
		result->text = ending->text;
		result->fields = ending->fields;
		result->answer = ending->answer;
		text_copy(result->code, sizeof(result->code), ending->code);
	}
	snprintf(request, sizeof(request), "9a7c-%06d", (int)packet);
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_attempt_begin(&attempt, fx->store, claim, packet, &set, request, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_attempt_done(fx->store, claim, attempt, 200, NULL, results, count, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
}

void fixture_send(struct fixture *fx, int packet, int failed)
{
	send_packet(fx, fx->claim, fx->packets[packet], ROWS_A_PACKET, failed, &refused);
}

void fixture_fail(struct fixture *fx, int packet, int failed, const char *code, const char *text,
	const char *fields)
{
	struct ending ending = { EVENT_FAIL, code, text, fields, NULL };

	send_packet(fx, fx->claim, fx->packets[packet], ROWS_A_PACKET, failed, &ending);
}

void fixture_lose(struct fixture *fx, int packet, int count)
{
	send_packet(fx, fx->claim, fx->packets[packet], ROWS_A_PACKET, count, &lost);
}

void fixture_finish(struct fixture *fx)
{
	change_run(fx, fx->claim, RUN_DONE, true, "4,000 rows");
}

void fixture_overtake(struct fixture *fx, int packet, int count)
{
	struct row_set rows = { { 0 } };
	struct err err = ERR_INIT;

	for (int i = ROWS_A_PACKET - count; i < ROWS_A_PACKET; i++)
		row_set_add(&rows, i);
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_overtaken(fx->store, fx->claim, fx->packets[packet], &rows, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
}

void fixture_stop(struct fixture *fx, const char *reason)
{
	struct err err = ERR_INIT;
	struct run_change change = RUN_CHANGE_NONE;

	change.state = RUN_STOPPED;
	change.reason = reason;
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_run_update(fx->store, fx->claim, &change, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
}

void fixture_hold(struct fixture *fx, int rows)
{
	struct err err = ERR_INIT;
	struct run_change change = RUN_CHANGE_NONE;

	change.read_add = rows;
	change.held_add = rows;
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_run_update(fx->store, fx->claim, &change, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
}

static void past_run(struct fixture *fx, const char *interface, const char *object,
	const char *trigger, const char *prefix, int rows, int failed)
{
	struct run_claim *claim = NULL;

	create_run(fx, "orders-prod", interface, object, trigger, &claim);
	change_run(fx, claim, RUN_READING, false, NULL);
	for (int first = 0; first < rows; first += ROWS_A_PACKET) {
		int count = rows - first < ROWS_A_PACKET ? rows - first : ROWS_A_PACKET;
		int64_t packet = add_packet(fx, claim, prefix, first, count);
		bool last = first + count == rows;

		send_packet(fx, claim, packet, count, last ? failed : 0, &refused);
	}
	change_run(fx, claim, RUN_DONE, true, "1,204 rows are within the threshold");
	run_claim_free(claim);
}

static void record_ping(
	struct fixture *fx, const char *name, bool agent, bool ok, const char *summary)
{
	struct err err = ERR_INIT;
	struct connection connection;
	char hash[40];
	struct ping_record record = { .connection = name,
		.kind = agent ? "agent" : "salesforce",
		.ok = ok,
		.summary = summary,
		.config_hash = hash };

	connection_init(&connection);
	ck_ok(fx->catalog.connection(fx->catalog.self, &connection, name, &err), &err);
	ping_config_hash(hash, &connection, agent);
	connection_free_fields(&connection);
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_ping_record(fx->store, &record, &err), &err);
	if (ok && !agent) {
		ck_ok(store_org_pin(
			      fx->store, name, "00D5g000001AbcdEAC", "ACME", false, false, &err),
			&err);
		ck_ok(store_org_limits(fx->store, name, 1812, 15000, &err), &err);
	}
	ck_ok(store_commit(fx->store, &err), &err);
}

static void add_reject(
	struct fixture *fx, const char *connection, struct row_in *row, const char *why)
{
	struct run_claim *claim = NULL;
	struct err err = ERR_INIT;
	int64_t packet;

	create_run(fx, connection, "accounts", "Account", "manual", &claim);
	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_packet_add(&packet, fx->store, claim, row, 1, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
	change_run(fx, claim, RUN_DONE, true, why);
	run_claim_free(claim);
}

/* A row to another org than that of the run under way. */
static void add_other_org(struct fixture *fx)
{
	struct row_in row = { .key = "SBX-1",
		.source = "",
		.record = "{}",
		.record_len = 2,
		.hash = 3,
		.reject = "BAD_VALUE: none of ours" };

	add_reject(fx, "crm-sandbox", &row, "one row");
}

/* A row, what a server said of it, what a ping did, a file's description, and the log. */
static void add_hostile(struct fixture *fx)
{
	struct row_in row = { .key = FIXTURE_EVIL,
		.source = "",
		.record = "{\"Name\":\"" FIXTURE_EVIL "after the evil\"}",
		.hash = 1,
		.reject = "BAD_VALUE: " FIXTURE_EVIL " gone" };
	char *log = file_join(fx->home->data, "agent.log");
	FILE *to = fopen(log, "a");

	row.record_len = strlen(row.record);
	add_reject(fx, "orders-prod", &row, "one " FIXTURE_EVIL);
	fixture_fail(fx, 8, 2, "EVIL_CODE", FIXTURE_EVIL, FIXTURE_EVIL);
	record_ping(fx, "crm-sandbox", false, false, FIXTURE_EVIL);
	filled_write(fx->home->interfaces, "evil.cfg",
		"name = \"evil\"; connection = \"orders-prod\"; sequence = 40;\n"
		"object = \"EVIL\\x1b[2J\"; operation = \"Upsert\"; external_id = \"Ext_Id__c\";\n"
		"query = \"SELECT 'EVIL\\x1b]0;owned\\x07\\x9b'\";\n");
	ck_assert_ptr_nonnull(to);
	fprintf(to, "2026-11-23T12:04:13.000Z warn run=4 %s\n",
		"EVIL\033]0;owned\a\033[2J\xc2\x9b");
	fclose(to);
	free(log);
}

#define HUGE_BYTES (10u << 20)

/* A value that no screen holds, between texts that are easily measured wrongly. */
static void add_huge(struct fixture *fx)
{
	struct buf record = BUF_INIT(HUGE_BYTES + 4096);
	struct row_in row = {
		.key = "WIDE-\xe6\xbc\xa2\xe5\xad\x97-e\xcc\x81", .source = "", .hash = 2
	};

	row.reject =
		"BAD_VALUE: \xe6\xbc\xa2\xe5\xad\x97 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d end of words";
	buf_add_str(&record, "{\"Name\":\"\xe6\xbc\xa2\xe5\xad\x97\",\"Lone\":\"\\ud800\","
			     "\"Nul\":\"a\\u0000b\",\"Note__c\":\"");
	memset(buf_room(&record, HUGE_BYTES), 'x', HUGE_BYTES);
	buf_grew(&record, HUGE_BYTES);
	buf_add_str(&record, "\"}");
	row.record = buf_str(&record);
	row.record_len = record.len;
	add_reject(fx, "orders-prod", &row, "one row");
	buf_free(&record);
}

static void fill_store(struct fixture *fx)
{
	clock_freeze(FIXTURE_NOW - 86400000);
	past_run(fx, "contacts", "Contact", "manual", "CON", 310, 3);
	clock_freeze(FIXTURE_NOW - 300000);
	past_run(fx, "accounts", "Account", "schedule", "ACC", 1204, 0);
	clock_freeze(FIXTURE_NOW - 196000);
	record_ping(fx, "orders-prod", true, true, "");
	record_ping(fx, "orders-prod", false, true, "");
	record_ping(fx, "crm-sandbox", false, false, "no client credentials user enabled");
	clock_freeze(FIXTURE_NOW - 49000);
	fx->run =
		create_run(fx, "orders-prod", "order-lines", "Order_Line__c", "manual", &fx->claim);
	change_run(fx, fx->claim, RUN_READING, false, NULL);
	for (int i = 0; i < 20; i++)
		fx->packets[fx->packet_count++] =
			add_packet(fx, fx->claim, "ORD", i * ROWS_A_PACKET, ROWS_A_PACKET);
	change_run(fx, fx->claim, RUN_SENDING, true, "4,000 rows");
	for (int i = 0; i < 8; i++)
		fixture_send(fx, i, i == 4 ? 9 : 0);
}

/* ---- made once, then copied ---- */

/* What the test knows of the run under way, beside the store. */
static void keep_numbers(const struct fixture *fx, const char *home)
{
	char *path = file_join(home, "numbers");
	FILE *to = fopen(path, "w");

	ck_assert_ptr_nonnull(to);
	fprintf(to, "%" PRId64 "\n", fx->run);
	for (int i = 0; i < fx->packet_count; i++)
		fprintf(to, "%" PRId64 "\n", fx->packets[i]);
	fclose(to);
	free(path);
}

static void read_numbers(struct fixture *fx, const char *home)
{
	char *path = file_join(home, "numbers");
	FILE *from = fopen(path, "r");
	int64_t number;

	ck_assert_ptr_nonnull(from);
	ck_assert_int_eq(fscanf(from, "%" SCNd64, &fx->run), 1);
	while (fscanf(from, "%" SCNd64, &number) == 1)
		fx->packets[fx->packet_count++] = number;
	fclose(from);
	free(path);
}

/* Like the test's own, which it becomes; `home` is the folder of all. */
static void make_filled(const char *home)
{
	struct fixture fx;
	struct err err = ERR_INIT;
	char *folder = file_join(test_folder(), "home");

	fixture_init(&fx);
	ck_ok(home_find(&fx.home, folder, &err), &err);
	ck_ok(home_make(fx.home, &err), &err);
	ck_ok(keyring_open(&fx.keyring, fx.home->key, true, &err), &err);
	ck_ok(files_catalog(&fx.catalog, fx.home, fx.keyring, &err), &err);
	write_files(fx.home);
	write_log(fx.home);
	ck_ok(store_open(&fx.store, fx.home->data, &err), &err);
	fill_store(&fx);
	keep_numbers(&fx, folder);
	run_claim_free(fx.claim);
	store_close(fx.store);
	files_catalog_free(&fx.catalog);
	keyring_free(fx.keyring);
	home_free(fx.home);
	ck_assert_int_eq(rename(folder, home), 0);
	free(folder);
}

void filled_copy(const char *folder)
{
	char *home = file_join(test_root(), "filled");
	const char *argv[] = { "cp", "-a", home, folder, NULL };
	int status = -1;
	pid_t pid;

	if (!file_exists(home))
		make_filled(home);
	ck_assert_int_eq(
		posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ),
		0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	free(home);
}

static void name_org(struct fixture *fx)
{
	struct err err = ERR_INIT;

	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_org_pin(fx->store, "orders-prod", "00D5g000001AbcdEAC", fx->org_name, false,
		      false, &err),
		&err);
	ck_ok(store_commit(fx->store, &err), &err);
}

void filled_open(struct fixture *fx, const char *folder)
{
	struct err err = ERR_INIT;

	read_numbers(fx, folder);
	ck_ok(store_open(&fx->store, fx->home->data, &err), &err);
	clock_freeze(FIXTURE_NOW - 49000);
	ck_ok(store_begin(fx->store, &err), &err);
	if (!fx->abandoned)
		ck_ok(store_run_claim(&fx->claim, fx->store, fx->run, &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
	if (fx->org_name)
		name_org(fx);
	if (fx->other_org)
		add_other_org(fx);
	if (fx->hostile)
		add_hostile(fx);
	if (fx->huge)
		add_huge(fx);
}
