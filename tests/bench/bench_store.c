/*
 * bench_store.c — what the store costs: CPU a message from New to Completed, durable, against a
 * floor that writes the same bytes and nothing else, and against a schema of one row a message;
 * then how long a board waits for its windows on that store.
 *
 *   bench_store [MESSAGES] [FOLDER]
 */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/blob.h"
#include "store/store.h"
#include "store/view.h"

#include <ftw.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#define PACKETS_A_TURN 8
#define RECORD_BYTES 250
#define SOURCE_BYTES 120
#define FAIL_EVERY 997 /* one row in so many fails */

static void check(int rc, const struct err *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_store: %s\n", err->text);
	exit(EXIT_FAILURE);
}

static void check_sqlite(sqlite3 *db, int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	fprintf(stderr, "bench_store: %s\n", sqlite3_errmsg(db));
	exit(EXIT_FAILURE);
}

/* ---- rows ---- */

struct rows {
	struct row_in in[PACKET_ROWS_MAX];
	char keys[PACKET_ROWS_MAX][16];
	char records[PACKET_ROWS_MAX][RECORD_BYTES + 64];
	char sources[PACKET_ROWS_MAX][SOURCE_BYTES + 64];
};

/* A permutation of 0..n-1 without a table: n is prime to the step. */
static int64_t shuffled(int64_t i, int64_t n)
{
	return (int64_t)((unsigned __int128)i * 7919u * 104729u % (uint64_t)n);
}

static void make_rows(struct rows *rows, int64_t first, int64_t total)
{
	static const char filler[] =
		"lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor "
		"incididunt ut labore et dolore magna aliqua ut enim ad minim veniam quis nostrud "
		"exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat duis aute "
		"irure dolor in reprehenderit";

	for (int i = 0; i < PACKET_ROWS_MAX; i++) {
		int64_t number = shuffled(first + i, total);
		int start = (int)(number % 40);

		snprintf(rows->keys[i], sizeof(rows->keys[i]), "ORD-%08" PRId64, number);
		snprintf(rows->records[i], sizeof(rows->records[i]),
			"{\"Order_No__c\":\"%s\",\"Name\":\"%.160s\",\"Quantity__c\":%d,"
			"\"Price__c\":%d.%02d}",
			rows->keys[i], filler + start, (int)(number % 997), (int)(number % 8191),
			(int)(number % 100));
		snprintf(rows->sources[i], sizeof(rows->sources[i]), "%s|%.100s|%d", rows->keys[i],
			filler + 40 + start, (int)(number % 997));
		rows->in[i] = (struct row_in){
			.key = rows->keys[i],
			.source = rows->sources[i],
			.source_len = strlen(rows->sources[i]),
			.record = rows->records[i],
			.record_len = strlen(rows->records[i]),
			.hash = (uint64_t)number * 0x9e3779b97f4a7c15u,
		};
	}
}

static void make_id(char id[19], int64_t number)
{
	snprintf(id, 19, "a015g00000%05X", (unsigned)(number & 0xfffff));
	record_id_suffix(id + 15, id);
}

/* ---- measuring ---- */

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	return ftw->level == 0 && flag == FTW_DP ? 0 : remove(path);
}

static void remove_stores(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int64_t cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

struct cost {
	int64_t cpu, wall;
};

static struct cost now(void)
{
	return (struct cost){ cpu_us(), clock_mono_us() };
}

static void add_since(struct cost *sum, struct cost start)
{
	struct cost end = now();

	sum->cpu += end.cpu - start.cpu;
	sum->wall += end.wall - start.wall;
}

/* The cheapest of some rounds: the machine is seldom ours alone. */
typedef struct cost bench(const char *dir, int64_t messages);

static struct cost cheapest(bench *measure, const char *dir, int64_t messages, int rounds)
{
	struct cost best = { INT64_MAX, INT64_MAX };

	for (int i = 0; i < rounds; i++) {
		struct cost cost;

		remove_stores(dir);
		cost = measure(dir, messages);
		if (cost.cpu < best.cpu)
			best = cost;
	}
	return best;
}

static double report(const char *what, struct cost cost, int64_t messages, double floor)
{
	double us = (double)cost.cpu / (double)messages;

	printf("%-34s %6.2f us CPU a message, %6.2f us wall", what, us,
		(double)cost.wall / (double)messages);
	if (floor > 0)
		printf(", %4.1f x the floor", us / floor);
	printf("\n");
	return us;
}

/* ---- the store ---- */

static int64_t begin_run(struct store *store, struct run_claim **claim)
{
	struct run_spec spec = {
		.interface = "order-lines",
		.connection = "orders-prod",
		.object = "Order_Line__c",
		.external_id = "Order_No__c",
		.operation = OPERATION_UPSERT,
		.mode = TRANSFER_COLLECTIONS,
		.trigger = "manual",
		.who = "bench",
	};
	struct err err = ERR_INIT;
	int64_t run = 0;

	check(store_begin(store, &err), &err);
	check(store_run_create(&run, store, &spec, &err), &err);
	check(store_run_claim(claim, store, run, &err), &err);
	check(store_commit(store, &err), &err);
	return run;
}

static void answer(
	struct store *store, const struct run_claim *claim, int64_t attempt, int64_t first)
{
	static struct row_result results[PACKET_ROWS_MAX];
	struct err err = ERR_INIT;

	for (int i = 0; i < PACKET_ROWS_MAX; i++) {
		results[i] = (struct row_result){
			.position = i,
			.event = EVENT_SUCCEED,
			.created = true,
		};
		make_id(results[i].salesforce_id, first + i);
		if ((first + i) % FAIL_EVERY != FAIL_EVERY - 1)
			continue;
		results[i].event = EVENT_FAIL;
		results[i].salesforce_id[0] = '\0';
		text_copy(results[i].code, sizeof(results[i].code),
			(first + i) % 3 ? "REQUIRED_FIELD_MISSING" : "UNABLE_TO_LOCK_ROW");
		results[i].text = "Required fields are missing: [Name]";
		results[i].fields = "Name";
	}
	check(store_attempt_done(store, claim, attempt, 200, NULL, results, PACKET_ROWS_MAX, &err),
		&err);
}

/* Turns as the writer makes them: packets read, attempts about to leave, answers that came. */
static struct cost bench_packets(const char *dir, int64_t messages)
{
	static struct rows rows[PACKETS_A_TURN];
	int64_t attempts[PACKETS_A_TURN] = { 0 };
	int64_t packets[PACKETS_A_TURN];
	struct row_set all = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, 0xff } };
	struct run_change change = RUN_CHANGE_NONE;
	struct cost cost = { 0, 0 };
	struct run_claim *claim = NULL;
	struct store *store = NULL;
	struct err err = ERR_INIT;
	struct cost start;

	check(store_open(&store, dir, &err), &err);
	begin_run(store, &claim);
	for (int64_t done = 0; done < messages; done += PACKETS_A_TURN * PACKET_ROWS_MAX) {
		for (int i = 0; i < PACKETS_A_TURN; i++)
			make_rows(&rows[i], done + i * PACKET_ROWS_MAX, messages);
		start = now();
		check(store_begin(store, &err), &err);
		for (int i = 0; i < PACKETS_A_TURN; i++) {
			if (attempts[i])
				answer(store, claim, attempts[i], packets[i] * PACKET_ROWS_MAX);
			check(store_packet_add(
				      &packets[i], store, claim, rows[i].in, PACKET_ROWS_MAX, &err),
				&err);
			check(store_attempt_begin(&attempts[i], store, claim, packets[i], &all,
				      "5f0c1a52-77aa-4f8e-b6a1-0d9a55f1c3e7", &err),
				&err);
		}
		check(store_commit(store, &err), &err);
		add_since(&cost, start);
	}
	start = now();
	change.state = RUN_DONE;
	check(store_begin(store, &err), &err);
	for (int i = 0; i < PACKETS_A_TURN; i++)
		answer(store, claim, attempts[i], packets[i] * PACKET_ROWS_MAX);
	check(store_run_update(store, claim, &change, &err), &err);
	check(store_commit(store, &err), &err);
	run_claim_free(claim);
	store_close(store);
	add_since(&cost, start);
	return cost;
}

/* ---- plain SQLite, for comparison ---- */

static sqlite3 *open_plain(const char *dir, const char *name, const char *schema)
{
	char path[4096];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	check_sqlite(NULL, sqlite3_open(path, &db));
	check_sqlite(db, sqlite3_exec(db,
				 "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;"
				 "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;"
				 "PRAGMA cache_size = -16384",
				 NULL, NULL, NULL));
	check_sqlite(db, sqlite3_exec(db, schema, NULL, NULL, NULL));
	return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	check_sqlite(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
	return stmt;
}

static void run_statement(sqlite3 *db, sqlite3_stmt *stmt)
{
	check_sqlite(db, sqlite3_step(stmt));
	sqlite3_reset(stmt);
}

/* The bytes of a packet and of its answer, as one blob, and nothing else. */
static struct cost bench_floor(const char *dir, int64_t messages)
{
	static struct rows rows[PACKETS_A_TURN];
	static char blob[PACKET_ROWS_MAX * (RECORD_BYTES + SOURCE_BYTES + 64)];
	sqlite3 *db =
		open_plain(dir, "floor.db", "CREATE TABLE b (id INTEGER PRIMARY KEY, d BLOB)");
	sqlite3_stmt *insert = prepare(db, "INSERT INTO b (d) VALUES (?)");
	struct cost cost = { 0, 0 };
	struct cost start;

	for (int64_t done = 0; done < messages; done += PACKETS_A_TURN * PACKET_ROWS_MAX) {
		for (int i = 0; i < PACKETS_A_TURN; i++)
			make_rows(&rows[i], done + i * PACKET_ROWS_MAX, messages);
		start = now();
		sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		for (int p = 0; p < PACKETS_A_TURN; p++) {
			size_t len = 0;

			for (int i = 0; i < PACKET_ROWS_MAX; i++) {
				const struct row_in *row = &rows[p].in[i];

				memcpy(blob + len, row->key, 12);
				memcpy(blob + len + 12, row->record, row->record_len);
				len += 12 + row->record_len;
				memcpy(blob + len, row->source, row->source_len);
				len += row->source_len;
				make_id(blob + len, done + i);
				len += 19;
			}
			sqlite3_bind_blob(insert, 1, blob, (int)len, SQLITE_STATIC);
			run_statement(db, insert);
		}
		check_sqlite(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
		add_since(&cost, start);
	}
	sqlite3_finalize(insert);
	start = now();
	sqlite3_close(db);
	add_since(&cost, start);
	return cost;
}

static const char row_schema[] =
	"CREATE TABLE message (id INTEGER PRIMARY KEY, run INTEGER, key TEXT, status INTEGER,"
	" record TEXT, source BLOB, hash INTEGER, salesforce_id TEXT, attempts INTEGER,"
	" changed INTEGER);"
	"CREATE INDEX by_key ON message (key); CREATE INDEX by_status ON message (status, id);";

/* One row a message, an index over the keys and one over the states: the obvious schema. */
static struct cost bench_rows(const char *dir, int64_t messages)
{
	static struct rows rows;
	sqlite3 *db = open_plain(dir, "rows.db", row_schema);
	sqlite3_stmt *insert = prepare(db,
		"INSERT INTO message (run, key, status, record, source, hash, attempts, changed)"
		" VALUES (1, ?, 0, ?, ?, ?, 0, ?)");
	sqlite3_stmt *send = prepare(db, "UPDATE message SET status = 1, attempts = 1, changed = ?2"
					 " WHERE id = ?1");
	sqlite3_stmt *finish = prepare(db, "UPDATE message SET status = 3, salesforce_id = ?3,"
					   " changed = ?2 WHERE id = ?1");
	struct cost cost = { 0, 0 };
	struct cost start;
	char id[19];

	for (int64_t done = 0; done < messages; done += PACKET_ROWS_MAX) {
		make_rows(&rows, done, messages);
		start = now();
		if (done / PACKET_ROWS_MAX % PACKETS_A_TURN == 0)
			sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		for (int i = 0; i < PACKET_ROWS_MAX; i++) {
			sqlite3_bind_text(insert, 1, rows.in[i].key, -1, SQLITE_STATIC);
			sqlite3_bind_text(insert, 2, rows.in[i].record, -1, SQLITE_STATIC);
			sqlite3_bind_text(insert, 3, rows.in[i].source, -1, SQLITE_STATIC);
			sqlite3_bind_int64(insert, 4, (int64_t)rows.in[i].hash);
			sqlite3_bind_int64(insert, 5, clock_now());
			run_statement(db, insert);
		}
		for (int i = 0; i < PACKET_ROWS_MAX; i++) {
			sqlite3_bind_int64(send, 1, done + i + 1);
			sqlite3_bind_int64(send, 2, clock_now());
			run_statement(db, send);
		}
		for (int i = 0; i < PACKET_ROWS_MAX; i++) {
			make_id(id, done + i);
			sqlite3_bind_int64(finish, 1, done + i + 1);
			sqlite3_bind_int64(finish, 2, clock_now());
			sqlite3_bind_text(finish, 3, id, -1, SQLITE_STATIC);
			run_statement(db, finish);
		}
		if (done / PACKET_ROWS_MAX % PACKETS_A_TURN == PACKETS_A_TURN - 1)
			check_sqlite(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
		add_since(&cost, start);
	}
	start = now();
	if (!sqlite3_get_autocommit(db))
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_finalize(insert);
	sqlite3_finalize(send);
	sqlite3_finalize(finish);
	sqlite3_close(db);
	add_since(&cost, start);
	return cost;
}

/* ---- what a board waits for ---- */

#define WINDOW_ROWS 40
#define REPEATS 5

static struct filter *parse(const char *text)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;

	check(filter_parse(&filter, text, clock_now(), NULL, &err), &err);
	return filter;
}

static void report_time(const char *what, const char *filter, int64_t us, int64_t found)
{
	printf("%-8s %-40s %8.2f ms  %" PRId64 "\n", what, filter, (double)us / 1000.0, found);
}

/* The fastest of some repeats: the store is warm. */
static void time_window(struct view *view, const char *what, const char *text,
	enum window_from from, int64_t anchor)
{
	struct filter *filter = parse(text);
	struct message_window window;
	struct err err = ERR_INIT;
	int64_t best = INT64_MAX;
	int found = 0;

	for (int i = 0; i < REPEATS; i++) {
		int64_t start = clock_mono_us();

		check(view_messages(&window, view, filter, from, anchor, WINDOW_ROWS, &err), &err);
		if (clock_mono_us() - start < best)
			best = clock_mono_us() - start;
		found = window.count;
		message_window_free(&window);
	}
	report_time(what, text, best, found);
	filter_free(filter);
}

static void time_count(struct view *view, const char *text)
{
	struct filter *filter = parse(text);
	struct err err = ERR_INIT;
	int64_t best = INT64_MAX;
	int64_t count = 0;
	bool exact = false;

	for (int i = 0; i < REPEATS; i++) {
		int64_t start = clock_mono_us();

		check(view_message_count(&count, &exact, view, filter, &err), &err);
		if (clock_mono_us() - start < best)
			best = clock_mono_us() - start;
	}
	report_time(exact ? "count" : "count >=", text, best, count);
	filter_free(filter);
}

static void time_causes(struct view *view)
{
	struct cause *causes = NULL;
	struct err err = ERR_INIT;
	int64_t start = clock_mono_us();
	int count = 0;

	check(view_causes(&causes, &count, view, NULL, &err), &err);
	report_time("causes", "", clock_mono_us() - start, count);
	free(causes);
}

static const char *const searches[] = { "", "status:failed", "status:unknown", "status:completed",
	"code:UNABLE*", "code:NO_SUCH_CODE", "interface:order-lines status:failed", "run:1",
	"run:1 status:failed", "since:1h", "since:1h status:failed", "key:ORD-00500000",
	"key:ORD-0050*", "key:*99999", "key:nobody", "id:a015g0000000123",
	"comment:\"are missing\"", "exercitation", "is in no payload" };

static void bench_windows(const char *dir, int64_t messages)
{
	int64_t middle = MESSAGE_ID(messages / PACKET_ROWS_MAX / 2, 17);
	struct view *view = NULL;
	struct err err = ERR_INIT;

	check(view_open(&view, dir, &err), &err);
	printf("windows of %d rows: the fastest of %d, and how many were found\n", WINDOW_ROWS,
		REPEATS);
	for (size_t i = 0; i < ARRAY_SIZE(searches); i++)
		time_window(view, "tail", searches[i], WINDOW_TAIL, 0);
	time_window(view, "jump", "", WINDOW_AFTER, middle);
	time_window(view, "jump", "status:failed", WINDOW_AFTER, middle);
	for (size_t i = 0; i < ARRAY_SIZE(searches); i++)
		time_count(view, searches[i]);
	time_causes(view);
	view_close(view);
}

/* ---- what a run waits for ---- */

static int count_key(void *ctx, const char *key, bool open, uint64_t hash, struct err *err)
{
	(void)key;
	(void)open;
	(void)hash;
	(void)err;
	(*(int64_t *)ctx)++;
	return 0;
}

/* Read without sending, and without paying attention to time. */
static void read_all(struct store *store, const struct run_claim *claim, int64_t messages)
{
	static struct rows rows;
	struct err err = ERR_INIT;
	int64_t packet;

	for (int64_t done = 0; done < messages; done += PACKET_ROWS_MAX) {
		make_rows(&rows, done, messages);
		if (done % (PACKETS_A_TURN * PACKET_ROWS_MAX) == 0)
			check(store_begin(store, &err), &err);
		check(store_packet_add(&packet, store, claim, rows.in, PACKET_ROWS_MAX, &err),
			&err);
		if ((done / PACKET_ROWS_MAX + 1) % PACKETS_A_TURN == 0)
			check(store_commit(store, &err), &err);
	}
}

static void time_due(struct view *view, int64_t run)
{
	struct packet_out out;
	struct err err = ERR_INIT;
	int64_t start = cpu_us();
	int64_t packet = 0;
	int64_t count = 0;

	while (view_packet_due(&out, view, run, packet, clock_now(), NULL, &err) == 0) {
		packet = out.packet;
		count++;
		packet_out_free(&out);
	}
	printf("loading what is due: %.2f us CPU a message\n",
		(double)(cpu_us() - start) / (double)(count * PACKET_ROWS_MAX));
}

static void send_all(struct store *store, struct view *view, const struct run_claim *claim)
{
	struct packet_out out;
	struct err err = ERR_INIT;
	int64_t packet = 0;
	int64_t attempt;

	while (view_packet_due(&out, view, run_claim_run(claim), packet, clock_now(), NULL, &err) ==
		0) {
		packet = out.packet;
		check(store_begin(store, &err), &err);
		check(store_attempt_begin(&attempt, store, claim, packet, &out.due, "r", &err),
			&err);
		answer(store, claim, attempt, packet * PACKET_ROWS_MAX);
		check(store_commit(store, &err), &err);
		packet_out_free(&out);
	}
}

static void report_step(const char *what, int64_t start, int64_t count)
{
	printf("%-50s %8.2f ms for %" PRId64 "\n", what, (double)(clock_mono_us() - start) / 1000.0,
		count);
}

/* A run that is read and cancelled, and a second one whose messages supersede it. */
static void bench_runs(const char *dir, int64_t messages)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *first = NULL;
	struct run_claim *second = NULL;
	struct store *store = NULL;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int64_t rows = 0;
	int64_t keys = 0;
	int64_t start;

	remove_stores(dir);
	check(store_open(&store, dir, &err), &err);
	check(view_open(&view, dir, &err), &err);
	begin_run(store, &first);
	read_all(store, first, messages);
	time_due(view, run_claim_run(first));
	start = clock_mono_us();
	check(view_open_keys(view, "order-lines", 0, count_key, &keys, &err), &err);
	report_step("keys to hold of a run that was only read", start, keys);
	start = clock_mono_us();
	check(store_begin(store, &err), &err);
	check(store_run_cancel_rest(&rows, store, first, "bench", &err), &err);
	check(store_commit(store, &err), &err);
	report_step("cancelling it", start, rows);
	begin_run(store, &second);
	read_all(store, second, messages);
	send_all(store, view, second);
	start = clock_mono_us();
	change.state = RUN_DONE;
	check(store_begin(store, &err), &err);
	check(store_run_update(store, second, &change, &err), &err);
	check(store_commit(store, &err), &err);
	report_step("the end of a run that supersedes all of it", start, messages);
	run_claim_free(first);
	run_claim_free(second);
	view_close(view);
	store_close(store);
}

#define ROUNDS 3

int main(int argc, char **argv)
{
	int64_t messages = 1000000;
	char dir[4096];
	double floor;

	if (argc > 1 && !text_int(&messages, argv[1], 1, 1000000000))
		return EXIT_FAILURE;
	messages -= messages % (PACKETS_A_TURN * PACKET_ROWS_MAX);
	snprintf(dir, sizeof(dir), "%s/bench-store-XXXXXX", argc > 2 ? argv[2] : "/tmp");
	if (messages == 0 || !mkdtemp(dir))
		return EXIT_FAILURE;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("%" PRId64 " messages, New to Completed, durable, %d packets a commit\n", messages,
		PACKETS_A_TURN);
	floor = report("floor: the same bytes in blobs",
		cheapest(bench_floor, dir, messages, ROUNDS), messages, 0);
	report("one row a message", cheapest(bench_rows, dir, messages, 1), messages, floor);
	report("packets with exceptions", cheapest(bench_packets, dir, messages, ROUNDS), messages,
		floor);
	bench_windows(dir, messages);
	bench_runs(dir, messages);
	remove_stores(dir);
	rmdir(dir);
	return EXIT_SUCCESS;
}
