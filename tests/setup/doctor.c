/* Tests of the command `doctor`: it finds what is wrong, says what to do, and tells no secret. */

#include "setup/suites.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "config/files.h"
#include "harness/wire.h"
#include "practice/practice.h"
#include "setup/called.h"
#include "setup/sample.h"
#include "store/brake.h"
#include "store/store.h"

/* A connection to the practice org or to nobody, whose source is there. */
static void make_connection(struct called *called, struct connection *connection, const char *url)
{
	struct err err = ERR_INIT;

	connection_init(connection);
	connection->name = text_dup("orders");
	connection->agent.called_by_salesforce = false;
	connection->source.folder = text_dup(called->root);
	connection->type = CONNECTION_AGENT_FILE;
	connection->salesforce.domain = text_dup(url);
	connection->salesforce.consumer_key = text_dup(PRACTICE_CONSUMER_KEY);
	ck_ok(secret_seal(&connection->salesforce.consumer_secret, called->env.keyring,
		      PRACTICE_CONSUMER_SECRET, &err),
		&err);
}

/* The line of a finding, or "" when there is none; in static memory. */
static const char *line_of(const struct called *called, const char *name)
{
	static char line[2048];
	const char *at = called->out;

	while (at && *at) {
		size_t len = strcspn(at, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, at);
		if (strlen(line) > 6 && text_starts(line + 6, name) &&
			line[6 + strlen(name)] == ' ')
			return line;
		at += len + (at[len] == '\n');
	}
	return "";
}

static void check_line(
	const struct called *called, const char *name, const char *verdict, const char *words)
{
	const char *line = line_of(called, name);

	ck_assert_msg(text_starts(line, verdict) && strstr(line, words),
		"%s: wanted %s ... %s, got \"%s\" in\n%s", name, verdict, words, line, called->out);
}

static void put(const struct called *called, const char *path, const char *text, mode_t mode)
{
	char full[1024];
	struct err err = ERR_INIT;

	text_copy(full, sizeof(full), called_path(called, path));
	ck_ok(file_write(full, text, strlen(text), mode, &err), &err);
}

START_TEST(an_empty_home_is_well)
{
	struct called called;

	called_open(&called, false);
	ck_assert_int_eq(called_run(&called, "doctor"), 0);
	ck_assert_str_eq(called.errout, "");
	check_line(&called, "versions", "OK", "sqlite/");
	check_line(&called, "clock", "OK", "Z");
	check_line(&called, "disk", "OK", "free in");
	check_line(&called, "key", "OK", "none yet");
	check_line(&called, "settings", "OK", "no problem");
	check_line(&called, "store", "OK", "none yet");
	check_line(&called, "agent", "OK", "not up");
	check_line(&called, "ODBC", "OK", "drivers:");
	called_close(&called);
}
END_TEST

START_TEST(a_good_connection_is_well_from_name_to_permissions)
{
	struct practice_options options = { 0 };
	struct practice *practice = NULL;
	struct connection connection;
	struct called called;
	struct err err = ERR_INIT;

	ck_ok(practice_start(&practice, &options, &err), &err);
	called_open(&called, true);
	make_connection(&called, &connection, practice_url(practice));
	called_save(&called, &connection);
	ck_assert_msg(called_run(&called, "doctor") == 0, "%s", called.out);
	check_line(&called, "secrets", "OK", "1 can be opened");
	check_line(&called, "orders: source", "OK", called.root);
	check_line(&called, "orders: proxy", "OK", "none");
	check_line(&called, "orders: clock", "OK", "agrees");
	check_line(&called, "orders: access token", "OK", "");
	check_line(&called, "orders: limits", "OK", " of ");
	ck_assert_ptr_null(strstr(called.out, "FAIL"));
	connection_free_fields(&connection);
	called_close(&called);
	practice_stop(practice);
}
END_TEST

/* What is wrong in the org, the exit code it gives, and the step that finds it. */
static const struct {
	const char *mistake;
	int code;
	const char *name;
} mistakes[] = {
	{ "wrong-secret", 4, "orders: access token" },
	{ "no-run-as-user", 4, "orders: access token" },
	{ "limit-reached", 7, "orders: " },
	{ "field-hidden:Account.Phone", 4, "orders: accounts: fields" },
};

START_TEST(what_is_wrong_in_the_org_is_told_with_its_remedy)
{
	static const char *const fields[] = { "Ext_Id__c", "Phone", NULL };
	struct practice_options options = { 0 };
	struct practice *practice = NULL;
	struct connection connection;
	struct interface interface;
	struct called called;
	struct err err = ERR_INIT;
	const char *line;

	ck_assert(text_list_add(&options.misconfigure, mistakes[_i].mistake));
	ck_ok(practice_start(&practice, &options, &err), &err);
	called_open(&called, true);
	make_connection(&called, &connection, practice_url(practice));
	called_save(&called, &connection);
	sample_interface(&interface, "accounts", "Account", OPERATION_UPSERT, "Ext_Id__c", fields);
	interface.connection = text_dup("orders");
	called_save_interface(&called, &interface);
	ck_assert_msg(called_run(&called, "doctor orders") == mistakes[_i].code, "%s", called.out);
	line = strstr(called.out, "FAIL");
	ck_assert_ptr_nonnull(line);
	ck_assert_msg(text_starts(line + 6, mistakes[_i].name), "%s", line);
	ck_assert_ptr_nonnull(strstr(line, " -> "));
	interface_free_fields(&interface);
	connection_free_fields(&connection);
	called_close(&called);
	practice_stop(practice);
	text_list_free(&options.misconfigure);
}
END_TEST

/* An org whose clock is `offset` ahead of ours; it knows nothing else. */
static int doctor_with_skew(struct called *called, int64_t offset_ms)
{
	char answer[256], date[64];
	time_t then = (time_t)((clock_now() + offset_ms) / 1000);
	struct wire_step script[1] = { { .answer = answer } };
	struct connection connection;
	struct wire *wire;
	struct tm tm;
	int code;

	gmtime_r(&then, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	snprintf(answer, sizeof(answer),
		"HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: 2\r\n\r\n[]", date);
	wire = wire_start(script, 1);
	called_open(called, true);
	make_connection(called, &connection, wire_url(wire));
	called_save(called, &connection);
	code = called_run(called, "doctor orders");
	connection_free_fields(&connection);
	wire_stop(wire);
	return code;
}

static const struct {
	int64_t offset_ms;
	const char *verdict, *words;
} skews[] = {
	{ 0, "OK", "agrees" },
	{ 20000, "OK", "agrees" },
	{ -120000, "WARN", "ahead of" },
	{ 120000, "WARN", "behind" },
	{ 3600000, "FAIL", "timedatectl" },
};

START_TEST(a_clock_that_differs_from_the_orgs_is_told)
{
	struct called called;

	doctor_with_skew(&called, skews[_i].offset_ms);
	check_line(&called, "orders: clock", skews[_i].verdict, skews[_i].words);
	called_close(&called);
}
END_TEST

START_TEST(a_clock_before_this_program_is_a_failure)
{
	struct called called;

	called_open(&called, false);
	clock_freeze(INT64_C(946684800000));
	ck_assert_int_eq(called_run(&called, "doctor"), 3);
	clock_freeze(-1);
	check_line(&called, "clock", "FAIL", "2000-01-01");
	called_close(&called);
}
END_TEST

START_TEST(a_clock_that_was_set_back_is_told)
{
	struct timespec times[2] = { { .tv_sec = 4102444800 }, { .tv_sec = 4102444800 } };
	struct called called;

	called_open(&called, false);
	put(&called, "home/data/agent.log", "", 0600);
	ck_assert_int_eq(
		utimensat(AT_FDCWD, called_path(&called, "home/data/agent.log"), times, 0), 0);
	ck_assert_int_eq(called_run(&called, "doctor"), 0);
	check_line(&called, "clock", "WARN", "agent.log");
	called_close(&called);
}
END_TEST

static const struct {
	const char *path;
	mode_t mode;
	const char *verdict, *words;
} modes[] = {
	{ "home/data/key", 0640, "FAIL", "chmod 600" },
	{ "home/connections.d", 0775, "FAIL", "chmod 755" },
	{ "home/connections.d/orders.cfg", 0666, "FAIL", "chmod 644" },
	{ "home/data", 0755, "WARN", "chmod 700" },
	{ "home/data", 0770, "FAIL", "chmod 750" },
};

START_TEST(files_that_are_open_to_others_are_told)
{
	struct connection connection;
	struct called called;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	called_open(&called, true);
	make_connection(&called, &connection, "http://127.0.0.1:1");
	called_save(&called, &connection);
	ck_ok(store_open(&store, called.env.home->data, &err), &err);
	store_close(store);
	ck_assert_int_eq(chmod(called_path(&called, modes[_i].path), modes[_i].mode), 0);
	called_run(&called, "doctor");
	check_line(&called, "file modes", modes[_i].verdict, modes[_i].words);
	check_line(&called, "file modes", modes[_i].verdict,
		called_path(&called, modes[_i].path) + strlen(called.root));
	connection_free_fields(&connection);
	called_close(&called);
}
END_TEST

START_TEST(a_damaged_store_is_a_failure)
{
	struct called called;
	struct store *store = NULL;
	struct err err = ERR_INIT;
	int fd;

	called_open(&called, false);
	ck_ok(store_open(&store, called.env.home->data, &err), &err);
	store_close(store);
	fd = open(called_path(&called, "home/data/store.db"), O_WRONLY);
	ck_assert_int_eq(pwrite(fd, "damaged", 7, 8192 * 2), 7);
	close(fd);
	ck_assert_int_eq(called_run(&called, "doctor"), 8);
	check_line(&called, "store", "FAIL", "backup");
	called_close(&called);
}
END_TEST

/* A run of "lines" whose one row is in Salesforce, and not yet written back. */
static void owe_a_row(struct store *store)
{
	struct run_spec spec = {
		.interface = "lines", .connection = "orders", .object = "Account"
	};
	struct row_in row = { .key = "K", .source = "", .record = "{}", .record_len = 2 };
	struct row_result result = { .event = EVENT_SUCCEED,
		.salesforce_id = "001000000000001AAA" };
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *claim = NULL;
	struct row_set rows = { { 1 } };
	struct err err = ERR_INIT;
	int64_t run, packet, attempt;

	change.wants = WRITE_BACK_SUCCESS;
	change.write_back_note = "no such table";
	ck_ok(store_begin(store, &err), &err);
	ck_ok(store_run_create(&run, store, &spec, &err), &err);
	ck_ok(store_run_claim(&claim, store, run, &err), &err);
	ck_ok(store_run_update(store, claim, &change, &err), &err);
	ck_ok(store_packet_add(&packet, store, claim, &row, 1, &err), &err);
	ck_ok(store_attempt_begin(&attempt, store, claim, packet, &rows, "r", &err), &err);
	ck_ok(store_attempt_done(store, claim, attempt, 200, NULL, &result, 1, &err), &err);
	ck_ok(store_commit(store, &err), &err);
	run_claim_free(claim);
}

START_TEST(what_keeps_runs_waiting_is_told)
{
	struct connection connection;
	struct called called;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	called_open(&called, true);
	make_connection(&called, &connection,
		"http:\x2f\x2f"
		"127.0.0.1:1");
	called_save(&called, &connection);
	put(&called, "home/interfaces.d/lines.cfg",
		"name = \"lines\"; connection = \"orders\"; object = \"Account\";\n", 0600);
	ck_assert_int_eq(called_run(&called, "connection hold orders --reason stocktaking"), 0);
	ck_ok(store_open(&store, called.env.home->data, &err), &err);
	owe_a_row(store);
	called_run(&called, "doctor orders");
	check_line(&called, "orders: runs", "WARN", "stocktaking");
	check_line(&called, "orders: write-back", "WARN",
		"lines: 1 rows of run 1 are not written back into the source: no such table");
	called_run(&called, "connection release orders");
	ck_ok(store_begin(store, &err), &err);
	ck_ok(store_block(store, "orders", "invalid_client", &err), &err);
	ck_ok(store_commit(store, &err), &err);
	called_run(&called, "doctor orders");
	check_line(&called, "orders: runs", "FAIL", "invalid_client");
	store_close(store);
	connection_free_fields(&connection);
	called_close(&called);
}
END_TEST

/* The connection reads a database by this string. */
static void save_database(struct called *called, const char *odbc)
{
	struct connection connection;

	make_connection(called, &connection, "http://127.0.0.1:1");
	connection.type = CONNECTION_AGENT_DATABASE;
	free(connection.source.folder);
	connection.source.folder = NULL;
	connection.source.odbc = text_dup(odbc);
	called_save(called, &connection);
	connection_free_fields(&connection);
}

START_TEST(a_driver_that_is_not_there_is_told)
{
	struct called called;

	called_open(&called, true);
	save_database(&called, "Driver={No Such Driver};Database=/x");
	ck_assert_int_eq(called_run(&called, "doctor orders"), 6);
	check_line(&called, "orders: source", "FAIL", "No Such Driver");
	called_close(&called);
}
END_TEST

START_TEST(a_database_is_connected_to_and_its_tables_counted)
{
	struct called called;
	char odbc[1100];
	sqlite3 *db;

	called_open(&called, true);
	ck_assert_int_eq(sqlite3_open(called_path(&called, "erp.db"), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE a (x); CREATE VIEW b AS SELECT * FROM a",
				 NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	snprintf(odbc, sizeof(odbc), "Driver=SQLite3;Database=%s", called_path(&called, "erp.db"));
	save_database(&called, odbc);
	called_run(&called, "doctor orders");
	check_line(&called, "orders: source", "OK", "the source answers: 2 tables");
	called_close(&called);
}
END_TEST

START_TEST(a_database_that_refuses_is_told_in_the_drivers_words_with_what_to_do)
{
	struct called called;
	char odbc[1100];

	called_open(&called, true);
	snprintf(odbc, sizeof(odbc), "Driver=SQLite3;Database=%s", called_path(&called, "erp.db"));
	save_database(&called, odbc);
	ck_assert_int_eq(called_run(&called, "doctor orders"), 6);
	check_line(&called, "orders: source", "FAIL", "there is no database file");
	put(&called, "erp.db", "customer;item\nnothing that SQLite could read as its own file\n",
		0600);
	ck_assert_int_eq(called_run(&called, "doctor orders"), 6);
	check_line(&called, "orders: source", "FAIL", "file is not a database");
	ck_assert_msg(strstr(called.out, "-> correct what"), "%s", called.out);
	called_close(&called);
}
END_TEST

START_TEST(a_secret_that_cannot_be_opened_is_told_with_its_key)
{
	struct connection connection;
	struct called called;

	called_open(&called, true);
	make_connection(&called, &connection, "http://127.0.0.1:1");
	secret_free(&connection.salesforce.consumer_secret);
	connection.salesforce.consumer_secret =
		(struct secret){ SECRET_ENV, text_dup("AGENTBOARD_TEST_NOT_SET") };
	called_save(&called, &connection);
	ck_assert_int_eq(called_run(&called, "doctor orders"), 3);
	check_line(&called, "secrets", "FAIL", "salesforce.consumer_secret");
	connection_free_fields(&connection);
	called_close(&called);
}
END_TEST

/* The key is root's, and who asks is not: root steps down, anybody else is shown a file of root's.
 */
static int doctor_beside_the_owner(struct called *called)
{
	int code;

	if (geteuid() != 0) {
		ck_assert_int_eq(unlink(called->env.home->key), 0);
		ck_assert_int_eq(symlink("/etc/shadow", called->env.home->key), 0);
		called_run(called, "doctor");
		return 0; /* the modes of that file are no key's */
	}
	ck_assert_int_eq(seteuid(54321), 0);
	code = called_run(called, "doctor");
	ck_assert_int_eq(seteuid(0), 0);
	return code;
}

START_TEST(a_key_of_the_agents_user_is_nothing_to_mend_for_others)
{
	static const char *const shared[] = { "..", "", "home", "home/data", "home/connections.d",
		"home/interfaces.d", "home/connections.d/orders.cfg" };
	struct connection connection;
	struct called called;
	struct err err = ERR_INIT;

	called_open(&called, true);
	make_connection(&called, &connection, "http://127.0.0.1:1");
	called_save(&called, &connection);
	keyring_free(called.env.keyring); /* as in another process */
	called.env.keyring = NULL;
	files_catalog_free(&called.env.catalog);
	ck_ok(files_catalog(&called.env.catalog, called.env.home, NULL, &err), &err);
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		ck_assert_int_eq(chmod(called_path(&called, shared[i]), 0755), 0);
	ck_assert_msg(doctor_beside_the_owner(&called) == 0, "%s", called.out);
	check_line(&called, "key", "OK", "only the agent's user opens secrets here");
	check_line(&called, "orders: salesforce", "WARN", "opens for the agent's user alone");
	ck_assert_ptr_null(strstr(called.out, "backup"));
	ck_assert_ptr_null(strstr(called.out, "enter it once more"));
	connection_free_fields(&connection);
	called_close(&called);
}
END_TEST

START_TEST(a_file_that_does_not_parse_is_told_with_its_place)
{
	struct called called;

	called_open(&called, false);
	put(&called, "home/connections.d/broken.cfg", "name = \"broken\";\ntyp = 1;\n", 0600);
	ck_assert_int_eq(called_run(&called, "doctor"), 3);
	check_line(&called, "settings", "FAIL", "broken.cfg:2");
	called_close(&called);
}
END_TEST

START_TEST(a_connection_that_is_not_there_is_refused)
{
	struct called called;

	called_open(&called, false);
	ck_assert_int_eq(called_run(&called, "doctor orders"), 3);
	ck_assert_ptr_nonnull(strstr(called.errout, "orders"));
	ck_assert_str_eq(called.out, "");
	called_close(&called);
}
END_TEST

/* ---- no secret gets out ---- */

#define MARK_SEALED "marker-sealed-4711"
#define MARK_ENV "marker-env-4711"
#define MARK_ODBC "marker-odbc-4711"
#define MARK_PROXY "marker-proxy-4711"
#define MARK_HASH "marker-hash-4711"
#define MARK_ROW "marker-row-4711"

static int fail_a_row(struct store *store, const char *reason)
{
	struct run_spec spec = { .interface = "lines",
		.connection = "orders",
		.object = "Account",
		.operation = OPERATION_INSERT,
		.trigger = "manual",
		.who = "anna" };
	struct run_change change = RUN_CHANGE_NONE;
	struct row_in row = { .key = MARK_ROW,
		.source = MARK_ROW,
		.source_len = strlen(MARK_ROW),
		.record = "{\"Name\":\"" MARK_ROW "\"}",
		.record_len = strlen("{\"Name\":\"" MARK_ROW "\"}"),
		.reject = "MARKED_CODE: bad value " MARK_ROW };
	struct run_claim *claim = NULL;
	struct err err = ERR_INIT;
	int64_t run, packet;

	change.state = RUN_STOPPED;
	change.reason = reason;
	ck_ok(store_begin(store, &err), &err);
	ck_ok(store_run_create(&run, store, &spec, &err), &err);
	ck_ok(store_run_claim(&claim, store, run, &err), &err);
	ck_ok(store_packet_add(&packet, store, claim, &row, 1, &err), &err);
	ck_ok(store_run_update(store, claim, &change, &err), &err);
	ck_ok(store_commit(store, &err), &err);
	run_claim_free(claim);
	return 0;
}

/* Secrets in every place that holds one, and in some that should not. */
static void plant(struct called *called)
{
	struct connection connection;
	struct store *store = NULL;
	struct err err = ERR_INIT;

	called_open(called, true);
	setenv("AGENTBOARD_TEST_SECRET", MARK_ENV, 1);
	setenv("https_proxy", "http://me:" MARK_PROXY "@127.0.0.1:1", 1);
	make_connection(called, &connection, "https://acme--x.sandbox.my.salesforce.com");
	connection.salesforce.environment = ENVIRONMENT_SANDBOX;
	secret_free(&connection.salesforce.consumer_secret);
	ck_ok(secret_seal(&connection.salesforce.consumer_secret, called->env.keyring, MARK_SEALED,
		      &err),
		&err);
	connection.source.password =
		(struct secret){ SECRET_ENV, text_dup("AGENTBOARD_TEST_SECRET") };
	connection.type = CONNECTION_AGENT_DATABASE;
	free(connection.source.folder);
	connection.source.folder = NULL;
	connection.source.odbc = text_dup("Driver=SQLite3;PWD={" MARK_ODBC "};Database=/x");
	called_save(called, &connection);
	connection_free_fields(&connection);
	put(called, "home/agent.cfg", "password_hash = \"$argon2id$" MARK_HASH "\";\n", 0600);
	put(called, "home/data/agent.log",
		"2026-11-23T12:04:11.123Z ERROR run=1 could not sign in with " MARK_SEALED "\n"
		"2026-11-23T12:04:11.123Z INFO run=1 not of interest\n",
		0600);
	ck_ok(store_open(&store, called->env.home->data, &err), &err);
	fail_a_row(store, "the driver said: " MARK_ENV " is wrong for PWD=" MARK_ODBC ";");
	store_close(store);
}

static void check_no_marker(const char *where, const char *text)
{
	const char *at = strstr(text, "marker-");

	ck_assert_msg(!at, "%s tells %.40s:\n%s", where, at ? at : "", text);
}

START_TEST(no_secret_and_no_row_is_in_any_output)
{
	struct buf bundle = BUF_INIT(1 << 24);
	struct called called;
	struct err err = ERR_INIT;
	struct stat st;

	plant(&called);
	called_run(&called, "doctor --bundle ROOT/bundle");
	check_no_marker("the output", called.out);
	check_no_marker("the error output", called.errout);
	ck_ok(file_read(&bundle, called_path(&called, "bundle"), &err), &err);
	check_no_marker("the bundle", buf_str(&bundle));
	ck_assert_int_eq(stat(called_path(&called, "bundle"), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	called_run(&called, "doctor orders --json");
	check_no_marker("the JSON", called.out);
	buf_free(&bundle);
	called_close(&called);
}
END_TEST

START_TEST(the_bundle_holds_what_a_helper_needs)
{
	static const char *const wanted[] = { ("agentboard " PACKAGE_VERSION), "libcurl/",
		"connection orders", "source.odbc = Driver=SQLite3;PWD=***;Database=/x",
		"salesforce.consumer_secret = sealed", "password_hash = set", "1 x MARKED_CODE",
		"Failed 1", "the driver said: *** is wrong",
		"ERROR run=1 could not sign in with ***",
		"OK   versions: ", "consumer_key = 3MVG***" };
	struct buf bundle = BUF_INIT(1 << 24);
	struct called called;
	struct err err = ERR_INIT;

	plant(&called);
	called_run(&called, "doctor orders --bundle ROOT/bundle");
	ck_ok(file_read(&bundle, called_path(&called, "bundle"), &err), &err);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		ck_assert_msg(strstr(buf_str(&bundle), wanted[i]) != NULL, "no \"%s\" in\n%s",
			wanted[i], buf_str(&bundle));
	ck_assert_ptr_null(strstr(buf_str(&bundle), "not of interest"));
	buf_free(&bundle);
	called_close(&called);
}
END_TEST

START_TEST(a_bundle_replaces_no_file)
{
	struct buf text = BUF_INIT(100);
	struct called called;
	struct err err = ERR_INIT;

	called_open(&called, false);
	put(&called, "mine", "mine", 0600);
	ck_assert_int_ne(called_run(&called, "doctor --bundle ROOT/mine"), 0);
	ck_ok(file_read(&text, called_path(&called, "mine"), &err), &err);
	ck_assert_str_eq(buf_str(&text), "mine");
	buf_free(&text);
	called_close(&called);
}
END_TEST

START_TEST(json_is_one_document_with_every_finding)
{
	struct called called;

	called_open(&called, false);
	ck_assert_int_eq(called_run(&called, "doctor --json"), 0);
	ck_assert(text_starts(called.out,
		"{\"ok\":true,\"findings\":[{\"verdict\":\"ok\",\"connection\":null,"
		"\"name\":\"versions\",\"detail\":\"agentboard "));
	ck_assert_str_eq(called.out + called.out_len - 3, "]}\n");
	called_close(&called);
}
END_TEST

Suite *suite_doctor(void)
{
	Suite *suite = suite_create("doctor");
	TCase *tc = tcase_create("doctor");

	tcase_add_test(tc, an_empty_home_is_well);
	tcase_add_test(tc, a_good_connection_is_well_from_name_to_permissions);
	tcase_add_loop_test(
		tc, what_is_wrong_in_the_org_is_told_with_its_remedy, 0, ARRAY_SIZE(mistakes));
	tcase_add_loop_test(tc, a_clock_that_differs_from_the_orgs_is_told, 0, ARRAY_SIZE(skews));
	tcase_add_test(tc, a_clock_before_this_program_is_a_failure);
	tcase_add_test(tc, a_clock_that_was_set_back_is_told);
	tcase_add_loop_test(tc, files_that_are_open_to_others_are_told, 0, ARRAY_SIZE(modes));
	tcase_add_test(tc, a_damaged_store_is_a_failure);
	tcase_add_test(tc, what_keeps_runs_waiting_is_told);
	tcase_add_test(tc, a_driver_that_is_not_there_is_told);
	tcase_add_test(tc, a_database_is_connected_to_and_its_tables_counted);
	tcase_add_test(tc, a_database_that_refuses_is_told_in_the_drivers_words_with_what_to_do);
	tcase_add_test(tc, a_secret_that_cannot_be_opened_is_told_with_its_key);
	tcase_add_test(tc, a_key_of_the_agents_user_is_nothing_to_mend_for_others);
	tcase_add_test(tc, a_file_that_does_not_parse_is_told_with_its_place);
	tcase_add_test(tc, a_connection_that_is_not_there_is_refused);
	tcase_add_test(tc, no_secret_and_no_row_is_in_any_output);
	tcase_add_test(tc, the_bundle_holds_what_a_helper_needs);
	tcase_add_test(tc, a_bundle_replaces_no_file);
	tcase_add_test(tc, json_is_one_document_with_every_finding);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return suite;
}
