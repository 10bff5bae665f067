/* million.c — rows, packets and answers as a run makes them, without a source and without an org.
 */

#include "bench/million.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "config/home.h"
#include "harness/check_main.h"
#include "store/blob.h"
#include "store/store.h"

#include <poll.h>

#define RUNS 10
#define INTERFACES 5
#define PACKETS_A_COMMIT 32
#define DAY_MS 86400000LL

static const char *const interfaces[INTERFACES] = { "accounts", "order-lines", "contacts",
	"invoices", "prices" };

/* ---- files ---- */

static void write_text(const char *folder, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	char *path = file_join(folder, name);

	ck_ok(file_write(path, text, strlen(text), 0600, &err), &err);
	free(path);
}

static void write_files(const struct home *home)
{
	char name[80];
	char text[600];

	write_text(home->connections, "orders-prod.cfg",
		"name = \"orders-prod\"; type = \"Agent Database\";\n"
		"agent: { host = \"https://18.158.217.193\"; port = 9055; username = \"skyvva\";\n"
		"  password = { env = \"AGENT_PASSWORD\"; }; };\n"
		"salesforce: { environment = \"Production\"; domain = "
		"\"https://acme.my.salesforce.com\";\n"
		"  consumer_key = \"3MVG9abc\"; consumer_secret = { env = \"SECRET\"; }; };\n"
		"source: { odbc = \"Driver=SQLite3;Database=/srv/erp/orders.db\"; };\n");
	for (int i = 0; i < INTERFACES; i++) {
		snprintf(name, sizeof(name), "%s.cfg", interfaces[i]);
		snprintf(text, sizeof(text),
			"name = \"%s\"; connection = \"orders-prod\"; sequence = %d;\n"
			"object = \"Order_Line__c\"; operation = \"Upsert\"; external_id = "
			"\"Order_No__c\";\n"
			"query = \"SELECT order_no, name FROM order_line\";\n"
			"mapping = ( { field = \"Order_No__c\"; column = \"order_no\"; },\n"
			"  { field = \"Name\"; column = \"name\"; } );\n",
			interfaces[i], i * 10 + 10);
		write_text(home->interfaces, name, text);
	}
}

/* ---- rows ---- */

struct rows {
	struct row_in in[PACKET_ROWS_MAX];
	char keys[PACKET_ROWS_MAX][16];
	char records[PACKET_ROWS_MAX][256];
};

static void make_rows(struct rows *rows, int64_t first)
{
	for (int i = 0; i < PACKET_ROWS_MAX; i++) {
		int64_t number = first + i;

		snprintf(rows->keys[i], sizeof(rows->keys[i]), "ORD-%08" PRId64, number);
		snprintf(rows->records[i], sizeof(rows->records[i]),
			"{\"Order_No__c\":\"%s\",\"Name\":\"Hexagon bolt M%d, galvanised, box of "
			"%d, for the plant in row %d\",\"Quantity__c\":%d,\"Price__c\":%d.%02d}",
			rows->keys[i], (int)(number % 30), (int)(number % 500), (int)(number % 77),
			(int)(number % 997), (int)(number % 8191), (int)(number % 100));
		rows->in[i] = (struct row_in){ .key = rows->keys[i],
			.source = rows->keys[i],
			.source_len = strlen(rows->keys[i]),
			.record = rows->records[i],
			.record_len = strlen(rows->records[i]),
			.hash = (uint64_t)number * 0x9e3779b97f4a7c15u };
	}
}

static void answer_row(struct row_result *result, int position, int64_t number)
{
	static const char *const codes[] = { "REQUIRED_FIELD_MISSING", "UNABLE_TO_LOCK_ROW",
		"DUPLICATE_VALUE", "STRING_TOO_LONG" };

	*result = (struct row_result){
		.position = position, .event = EVENT_SUCCEED, .created = true
	};
	snprintf(result->salesforce_id, sizeof(result->salesforce_id), "a015g00000%05X",
		(unsigned)(number & 0xfffff));
	record_id_suffix(result->salesforce_id + 15, result->salesforce_id);
	if (number % MILLION_FAIL_EVERY != MILLION_FAIL_EVERY - 1)
		return;
	result->event = EVENT_FAIL;
	result->salesforce_id[0] = '\0';
	text_copy(result->code, sizeof(result->code),
		codes[number / MILLION_FAIL_EVERY % (int64_t)ARRAY_SIZE(codes)]);
	result->text = "Required fields are missing: [Name]";
	result->fields = "Name";
}

static void send(struct store *store, const struct run_claim *claim, int64_t packet, int64_t first)
{
	static struct row_result results[PACKET_ROWS_MAX];
	struct row_set all = { { 0 } };
	struct err err = ERR_INIT;
	int64_t attempt;

	for (int i = 0; i < PACKET_ROWS_MAX; i++) {
		row_set_add(&all, i);
		answer_row(&results[i], i, first + i);
	}
	ck_ok(store_attempt_begin(&attempt, store, claim, packet, &all, "bench", &err), &err);
	ck_ok(store_attempt_done(store, claim, attempt, 200, NULL, results, PACKET_ROWS_MAX, &err),
		&err);
}

static void add_and_send(struct store *store, const struct run_claim *claim, int64_t first)
{
	static struct rows rows;
	struct err err = ERR_INIT;
	int64_t packet;

	make_rows(&rows, first);
	ck_ok(store_packet_add(&packet, store, claim, rows.in, PACKET_ROWS_MAX, &err), &err);
	send(store, claim, packet, first);
}

/* ---- runs ---- */

static void begin_run(struct store *store, const char *interface, struct run_claim **claim)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct run_spec spec = { .interface = interface,
		.connection = "orders-prod",
		.object = "Order_Line__c",
		.external_id = "Order_No__c",
		.operation = OPERATION_UPSERT,
		.mode = TRANSFER_COLLECTIONS,
		.trigger = "schedule",
		.who = "bench" };
	struct err err = ERR_INIT;
	int64_t run = 0;

	change.state = RUN_SENDING;
	ck_ok(store_begin(store, &err), &err);
	ck_ok(store_run_create(&run, store, &spec, &err), &err);
	ck_ok(store_run_claim(claim, store, run, &err), &err);
	ck_ok(store_run_update(store, *claim, &change, &err), &err);
	ck_ok(store_commit(store, &err), &err);
}

static void end_run(struct store *store, struct run_claim *claim)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct err err = ERR_INIT;

	change.state = RUN_DONE;
	change.reading_done = true;
	ck_ok(store_begin(store, &err), &err);
	ck_ok(store_run_update(store, claim, &change, &err), &err);
	ck_ok(store_commit(store, &err), &err);
	run_claim_free(claim);
}

void million_make(const char *folder, int64_t messages)
{
	int64_t now = clock_now();
	int64_t each = messages / RUNS / PACKET_ROWS_MAX * PACKET_ROWS_MAX;
	struct home *home = NULL;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	ck_ok(home_find(&home, folder, &err), &err);
	ck_ok(home_make(home, &err), &err);
	write_files(home);
	ck_ok(store_open(&store, home->data, &err), &err);
	for (int run = 0; run < RUNS; run++) {
		struct run_claim *claim = NULL;

		clock_freeze(now - (RUNS - 1 - run) * DAY_MS - 60000);
		begin_run(store, interfaces[run % INTERFACES], &claim);
		for (int64_t row = 0; row < each; row += PACKET_ROWS_MAX) {
			if (row / PACKET_ROWS_MAX % PACKETS_A_COMMIT == 0)
				ck_ok(store_begin(store, &err), &err);
			add_and_send(store, claim, run * each + row);
			if (row / PACKET_ROWS_MAX % PACKETS_A_COMMIT == PACKETS_A_COMMIT - 1 ||
				row + PACKET_ROWS_MAX == each)
				ck_ok(store_commit(store, &err), &err);
		}
		end_run(store, claim);
	}
	clock_freeze(-1);
	store_close(store);
	home_free(home);
}

void million_go_on(const char *folder, int rows_per_second, int seconds)
{
	int packets = rows_per_second / PACKET_ROWS_MAX / 10; /* each tenth of a second */
	struct run_claim *claim = NULL;
	struct home *home = NULL;
	struct store *store = NULL;
	struct err err = ERR_INIT;
	int64_t start = clock_mono();

	ck_ok(home_find(&home, folder, &err), &err);
	ck_ok(store_open(&store, home->data, &err), &err);
	begin_run(store, interfaces[0], &claim);
	for (int turn = 0; turn < seconds * 10; turn++) {
		int64_t rest = start + (turn + 1) * 100 - clock_mono();

		for (int i = 0; i < packets; i++) { /* one commit each: as often as it may be */
			ck_ok(store_begin(store, &err), &err);
			add_and_send(store, claim,
				90000000 + (int64_t)(turn * packets + i) * PACKET_ROWS_MAX);
			ck_ok(store_commit(store, &err), &err);
		}
		if (rest > 0)
			poll(NULL, 0, (int)rest);
	}
	end_run(store, claim);
	store_close(store);
	home_free(home);
}
