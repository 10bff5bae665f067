/* stage.c — everything a run needs, for tests. */

#include "process/stage.h"
#include "process/suites.h"
#include "base/clock.h"
#include "http/client.h"
#include "process/retry.h"
#include "source/sample.h"

#include <json-c/json.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HURRY = 20 }; /* what waits for the org's better times waits so many times less */

static const struct {
	const char *field, *column;
} mapped[] = {
	{ "Order_No__c", "order_no" },
	{ "Name", "name" },
	{ "Quantity__c", "quantity" },
	{ "Price__c", "price" },
	{ "Shipped__c", "shipped" },
	{ "Note__c", "note" },
};

void stage_sql(struct stage *stage, const char *fmt, ...)
{
	char *why = NULL, *sql;
	va_list ap;
	sqlite3 *db;

	va_start(ap, fmt);
	sql = sqlite3_vmprintf(fmt, ap);
	va_end(ap);
	ck_assert_int_eq(sqlite3_open(stage->database, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s: %s", sql, why);
	sqlite3_close(db);
	sqlite3_free(sql);
}

static void make_source(struct stage *stage, int rows)
{
	snprintf(stage->database, sizeof(stage->database), "%s/source.db", stage->home);
	stage_sql(stage,
		"CREATE TABLE order_line (id INTEGER PRIMARY KEY, order_no TEXT, name TEXT,"
		" quantity INTEGER, price DECIMAL(10,2), shipped BOOLEAN, note TEXT);"
		"WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k)"
		" INSERT INTO order_line (order_no, name, quantity, price, shipped, note)"
		" SELECT printf('ORD-%%06d', (i * 7919) %% 1000003), 'Line ' || i, i %% 100,"
		" i / 4.0, i %% 2, 'note of line ' || i FROM k LIMIT %d",
		rows);
}

static void make_connection(struct stage *stage, const char *url)
{
	struct connection *connection = &stage->connection;
	char odbc[512];

	connection_init(connection);
	snprintf(odbc, sizeof(odbc), "Driver=SQLite3;Database=%s", stage->database);
	text_set(&connection->name, "orders");
	text_set(&connection->salesforce.domain, url);
	text_set(&connection->salesforce.consumer_key, PRACTICE_CONSUMER_KEY);
	setenv("STAGE_SECRET", PRACTICE_CONSUMER_SECRET, 1);
	connection->salesforce.consumer_secret.kind = SECRET_ENV;
	text_set(&connection->salesforce.consumer_secret.ref, "STAGE_SECRET");
	text_set(&connection->source.odbc, odbc);
}

static void make_interface(struct stage *stage)
{
	struct interface *interface = &stage->interface;

	interface_init(interface);
	text_set(&interface->name, "order-lines");
	text_set(&interface->connection, "orders");
	text_set(&interface->object, "Order_Line__c");
	text_set(&interface->external_id, "Order_No__c");
	text_set(&interface->query, "SELECT * FROM order_line ORDER BY id");
	interface->operation = OPERATION_UPSERT;
	interface->mode = TRANSFER_COLLECTIONS;
	interface->deployed = true;
	for (size_t i = 0; i < ARRAY_SIZE(mapped); i++)
		mapping_add(&interface->mapping, mapped[i].field, MAPPING_COLUMN, mapped[i].column,
			NULL_KEEP, NULL);
}

void stage_open(struct stage *stage, int rows)
{
	stage_open_allowed(stage, rows, 0);
}

void stage_open_allowed(struct stage *stage, int rows, int64_t api_allowed)
{
	memset(stage, 0, sizeof(*stage));
	stage->home = test_folder();
	snprintf(stage->ledger, sizeof(stage->ledger), "%s/ledger", stage->home);
	snprintf(stage->requests, sizeof(stage->requests), "%s/requests", stage->home);
	stage->options.ledger = stage->ledger;
	stage->options.request_log = stage->requests;
	stage->options.seed = 1;
	stage->options.api_allowed = api_allowed;
	ck_ok(practice_start(&stage->practice, &stage->options, &stage->err), &stage->err);
	make_source(stage, rows);
	make_connection(stage, practice_url(stage->practice));
	make_interface(stage);
	stage_begin_process(stage);
}

/* Without Check's macros: the child process uses it, too. */
static int begin_process(struct stage *stage)
{
	int rc;

	retry_hurry(HURRY);
	stage->env.home_data = stage->home;
	stage->env.reader_program = test_program;
	stage->env.tokens = token_cache_new();
	stage->env.gate = key_gate_new();
	stage->env.foretold = foretold_new();
	rc = writer_start(&stage->env.writer, stage->home, &stage->err);
	return rc ? rc : view_open(&stage->view, stage->home, &stage->err);
}

void stage_begin_process(struct stage *stage)
{
	ck_ok(begin_process(stage), &stage->err);
}

void stage_end_process(struct stage *stage)
{
	view_close(stage->view);
	writer_stop(stage->env.writer);
	token_cache_free(stage->env.tokens);
	key_gate_free(stage->env.gate);
	foretold_free(stage->env.foretold);
}

void stage_restart(struct stage *stage)
{
	stage_end_process(stage);
	stage_begin_process(stage);
}

void stage_close(struct stage *stage)
{
	if (stage->later.running) {
		atomic_store(&stage->later.stop, true);
		pthread_join(stage->later.thread, NULL);
	}
	stage_end_process(stage);
	practice_stop(stage->practice);
	connection_free_fields(&stage->connection);
	interface_free_fields(&stage->interface);
}

void stage_insert(struct stage *stage)
{
	stage->interface.operation = OPERATION_INSERT;
	text_set(&stage->interface.external_id, NULL);
}

static int apply_create(void *ctx, struct store *store, struct err *err)
{
	struct stage *stage = ctx;
	struct run_spec spec = { .interface = stage->interface.name,
		.connection = stage->connection.name,
		.object = stage->interface.object,
		.external_id = stage->interface.external_id,
		.operation = stage->interface.operation,
		.mode = stage->interface.mode,
		.limit_rows = stage->limit_rows,
		.dry_run = stage->dry_run,
		.batch = stage->batch,
		.trigger = stage->trigger ? stage->trigger : "manual",
		.who = "tester",
		.mapping_version = mapping_version(&stage->interface.mapping) };

	return store_run_create(&stage->run, store, &spec, err);
}

void stage_create_run(struct stage *stage)
{
	ck_ok(writer_call(stage->env.writer, apply_create, stage, &stage->err), &stage->err);
}

int stage_resume(struct stage *stage, int64_t wait_ms)
{
	err_clear(&stage->err);
	return process_run(&stage->env, stage->run, &stage->connection, &stage->interface,
		&stage->control, wait_ms, &stage->err);
}

int stage_process(struct stage *stage, int64_t wait_ms)
{
	stage_create_run(stage);
	return stage_resume(stage, wait_ms);
}

struct run_info stage_info(struct stage *stage)
{
	struct run_info info;

	ck_ok(view_run(&info, stage->view, stage->run, &stage->err), &stage->err);
	ck_assert(run_counts_add_up(&info.counts));
	return info;
}

void stage_find(struct stage *stage, struct message_window *window, const char *what)
{
	struct filter *filter = NULL;
	char words[256];

	snprintf(words, sizeof(words), "run:%" PRId64 " %s", stage->run, what);
	ck_ok(filter_parse(&filter, words, 0, NULL, &stage->err), &stage->err);
	ck_ok(view_messages(window, stage->view, filter, WINDOW_AFTER, 0, 10, &stage->err),
		&stage->err);
	filter_free(filter);
	ck_assert_msg(window->count > 0, "no message with %s", what);
}

void stage_message(struct stage *stage, struct message_window *window, const char *key)
{
	char words[256];

	snprintf(words, sizeof(words), "key:%s", key);
	stage_find(stage, window, words);
}

static int64_t event_message;
static enum message_event event_kind;

static int apply_event(void *ctx, struct store *store, struct err *err)
{
	const char *record = ctx;

	if (record)
		return store_message_edit(store, event_message, record, "tester", err);
	return store_message_event(store, event_message, event_kind, "tester", NULL, err);
}

void stage_edit(struct stage *stage, int64_t message, const char *record)
{
	event_message = message;
	ck_ok(writer_call(stage->env.writer, apply_event, (void *)(uintptr_t)record, &stage->err),
		&stage->err);
}

void stage_event(struct stage *stage, int64_t message, enum message_event event)
{
	event_message = message;
	event_kind = event;
	ck_ok(writer_call(stage->env.writer, apply_event, NULL, &stage->err), &stage->err);
}

const char *stage_field(struct stage *stage, const char *key, const char *field)
{
	static char value[1024];
	struct org *org = NULL;
	struct http_answer answer;
	struct json_object *reply;
	const char *text;
	char path[512];

	snprintf(path, sizeof(path), "/sobjects/Order_Line__c/Order_No__c/%s", key);
	http_answer_init(&answer);
	ck_ok(org_new(&org, &stage->connection, NULL, NULL, NULL, &stage->err), &stage->err);
	org_call(org, "GET", path, NULL, 0, &answer, NULL);
	reply = json_tokener_parse(buf_str(&answer.body));
	text = json_object_is_type(reply, json_type_object)
		       ? json_object_get_string(json_object_object_get(reply, field))
		       : NULL;
	snprintf(value, sizeof(value), "%s", text ? text : "");
	json_object_put(reply);
	http_answer_free(&answer);
	org_free(org);
	return value;
}

void stage_switch(struct stage *stage, const char *what, const char *json)
{
	struct http_options options = { 0 };
	struct http_client *client = NULL;
	struct http_answer answer;
	char url[256];
	struct http_header headers[] = { { "Content-Type", "application/json" }, { NULL, NULL } };
	struct err err = ERR_INIT;
	struct http_request request = { .method = "POST",
		.url = url,
		.headers = headers,
		.body = json,
		.body_len = strlen(json),
		.no_network_proxy = true };

	http_global_init();
	snprintf(url, sizeof(url), "%s/practice/%s", practice_url(stage->practice), what);
	http_answer_init(&answer);
	ck_ok(http_client_new(&client, &options, &err), &err);
	ck_ok(http_call(client, &request, &answer, NULL, &err), &err);
	ck_assert_msg(answer.status / 100 == 2, "%s", buf_str(&answer.body));
	http_answer_free(&answer);
	http_client_free(client);
}

static void *switch_later(void *ctx)
{
	struct stage *stage = ctx;
	struct stage_later *later = &stage->later;

	while (!atomic_load(&later->stop) && stage_records(stage) < later->records)
		clock_sleep(2);
	if (text_equal(later->what, "cancel"))
		atomic_store(&stage->control.cancel, true);
	else if (text_equal(later->what, "stop"))
		atomic_store(&stage->control.stop, true);
	else
		stage_switch(stage, later->what, later->json);
	return NULL;
}

void stage_switch_later(struct stage *stage, int64_t records, const char *what, const char *json)
{
	struct stage_later *later = &stage->later;

	later->records = records;
	later->what = what;
	later->json = json;
	later->running = true;
	ck_assert_int_eq(pthread_create(&later->thread, NULL, switch_later, stage), 0);
}

int64_t stage_records(struct stage *stage)
{
	return practice_record_count(stage->practice, "Order_Line__c");
}

int64_t stage_requests(struct stage *stage, const char *path)
{
	return practice_request_count(stage->practice, path);
}

static int count_lines(const char *path, const char *part)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int count = 0;

	ck_assert_ptr_nonnull(file);
	while (getline(&line, &room, file) > 0)
		count += strstr(line, part) != NULL;
	free(line);
	fclose(file);
	return count;
}

int stage_ledger(struct stage *stage, const char *part)
{
	return count_lines(stage->ledger, part);
}

int stage_logged(struct stage *stage, const char *part)
{
	return count_lines(stage->requests, part);
}

/* The other half of stage_kill_child(): a process that carries a run until it is killed. */
int stage_child_main(char **argv)
{
	static struct stage stage;
	int rc;

	stage.home = argv[0];
	snprintf(stage.database, sizeof(stage.database), "%s/source.db", stage.home);
	make_connection(&stage, argv[1]);
	make_interface(&stage);
	if (text_equal(argv[3], operation_name(OPERATION_INSERT)))
		stage_insert(&stage);
	for (int operation = OPERATION_INSERT; operation <= OPERATION_DELETE; operation++)
		if (text_equal(argv[3], operation_name((enum operation)operation)))
			stage.interface.operation = (enum operation)operation;
	if (text_equal(argv[4], "bulk")) {
		stage.interface.mode = TRANSFER_BULK;
		text_list_add(&stage.interface.row_key, "order_no");
	}
	stage.interface.packet = (int)strtol(argv[5], NULL, 10);
	if (getenv("STAGE_QUERY"))
		text_set(&stage.interface.query, getenv("STAGE_QUERY"));
	if (getenv("STAGE_AFTER_SUCCESS"))
		text_set(&stage.interface.after_success, getenv("STAGE_AFTER_SUCCESS"));
	stage.run = strtoll(argv[2], NULL, 10);
	rc = begin_process(&stage);
	if (!rc)
		rc = stage_resume(&stage, 60000);
	stage_end_process(&stage);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int64_t progress(struct stage *stage)
{
	return stage->kill_path ? stage_requests(stage, stage->kill_path) : stage_records(stage);
}

pid_t stage_start_child(struct stage *stage, int packet)
{
	bool bulk = stage->interface.mode == TRANSFER_BULK;
	const char *operation = operation_name(stage->interface.operation);
	char run[32], rows[16];
	pid_t pid;

	snprintf(run, sizeof(run), "%" PRId64, stage->run);
	snprintf(rows, sizeof(rows), "%d", packet);
	pid = fork();
	if (pid == 0) {
		execl(test_program, test_program, "carry", stage->home,
			practice_url(stage->practice), run, operation, bulk ? "bulk" : "", rows,
			(char *)NULL);
		_exit(127);
	}
	return pid;
}

bool stage_kill_child(struct stage *stage, int64_t records, int64_t ms)
{
	bool ended = false;
	int status = 0;
	pid_t pid;

	stage_end_process(stage);
	pid = stage_start_child(stage, STAGE_CHILD_PACKET);
	records += progress(stage);
	while (progress(stage) < records && kill(pid, 0) == 0 && !ended) {
		ended = waitpid(pid, &status, WNOHANG) == pid;
		clock_sleep(1);
	}
	clock_sleep(ms);
	if (!ended) {
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	}
	stage_begin_process(stage);
	return WIFSIGNALED(status);
}

long stage_carry_apart(struct stage *stage)
{
	long peak = 0;
	int status = 0;
	pid_t pid;

	stage_end_process(stage);
	pid = stage_start_child(stage, 200);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		long kb = sample_memory_kb(pid, "VmHWM:");

		peak = kb > 0 ? kb : peak; /* not the highest: it was a copy of this process */
		clock_sleep(2);
	}
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	stage_begin_process(stage);
	return peak;
}
