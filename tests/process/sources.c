/*
 * The same rows out of SQLite, PostgreSQL, MariaDB and a CSV file leave the same records in the
 * org, in all types. AB_SOURCE_ROWS sets how many rows (50000 is what the product promises).
 */

#include "process/suites.h"
#include "process/stage.h"
#include "source/server.h"
#include "base/file.h"

#include <json-c/json.h>
#include <sqlite3.h>

#define ROWS 1200
#define ZONE "Europe/Berlin"

static struct server server;

static void teardown(void)
{
	server_stop(&server);
}

static int rows_wanted(void)
{
	const char *text = getenv("AB_SOURCE_ROWS");
	int64_t rows = ROWS;

	if (text)
		ck_assert(text_int(&rows, text, 1, 1000000));
	return (int)rows;
}

/* ---- the rows ---- */

/*
 * What each source computes from a row's number in its own words. Text with letters beyond Latin-1,
 * quotes and line breaks, some longer than a bound buffer; money; a double; zoneless times on both
 * sides of the clock's change, and moments; every seventh row has NULLs, every eleventh an empty
 * text.
 */
#define PLACE "2026-03-28 23:30:00"

static const char *const sqlite[] = {
	"CREATE TABLE line (no varchar(40), name varchar(80), quantity integer, price "
	"decimal(12,2),"
	" discount double, shipped boolean, ship_date date, placed_at timestamp,"
	" changed_at varchar(40), country varchar(80), note text);"
	"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s LIMIT %d)"
	" INSERT INTO line SELECT printf('K-%%06d', i), 'Zo\xc3\xab \xe2\x82\xac \"' || i || '\"',"
	" i * 7, printf('%%d.%%02d', i * 3, i %% 100), (i %% 100) / 8.0, i %% 2,"
	" date('2026-02-27', '+' || (i %% 500) || ' days'),"
	" datetime('" PLACE "', '+' || (i %% 5000) || ' minutes'),"
	" strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', '2026-10-25 00:30:00', '+' || (i %% 300) || ' "
	"minutes'),"
	" iif(i %% 11 = 0, '', 'Land ' || (i %% 9)),"
	" replace(hex(zeroblob(i %% 700)), '00', 'ab,') || char(10) || 'end' FROM s;"
	"UPDATE line SET quantity = NULL, price = NULL, shipped = NULL, ship_date = NULL,"
	" placed_at = NULL, changed_at = NULL, note = NULL WHERE (substr(no, 3) + 0) %% 7 = 0",
	NULL,
};

static const char *const postgresql[] = {
	"CREATE TABLE line (no varchar(40), name varchar(80), quantity bigint,"
	" price numeric(12,2), discount double precision, shipped boolean, ship_date date,"
	" placed_at timestamp, changed_at timestamptz, country varchar(80), note text)",
	"INSERT INTO line SELECT 'K-' || lpad(i::text, 6, '0'),"
	" 'Zo\xc3\xab \xe2\x82\xac \"' || i || '\"', i * 7,"
	" (i * 3 || '.' || lpad((i %% 100)::text, 2, '0'))::numeric, (i %% 100) / 8.0::double "
	"precision, i %% 2 = 1,"
	" date '2026-02-27' + i %% 500,"
	" timestamp '" PLACE "' + (i %% 5000) * interval '1 minute',"
	" timestamptz '2026-10-25 00:30:00+00' + (i %% 300) * interval '1 minute',"
	" CASE WHEN i %% 11 = 0 THEN '' ELSE 'Land ' || i %% 9 END,"
	" repeat('ab,', i %% 700) || chr(10) || 'end' FROM generate_series(1, %d) i",
	"UPDATE line SET quantity = NULL, price = NULL, shipped = NULL, ship_date = NULL,"
	" placed_at = NULL, changed_at = NULL, note = NULL WHERE substr(no, 3)::int %% 7 = 0",
	NULL,
};

static const char *const mariadb[] = {
	"CREATE DATABASE erp CHARACTER SET utf8mb4",
	"SET time_zone = '-05:00'",
	"CREATE TABLE erp.line (no varchar(40) PRIMARY KEY, name varchar(80), quantity bigint,"
	" price decimal(12,2), discount double, shipped bit(1), ship_date date,"
	" placed_at datetime, changed_at timestamp NULL, country varchar(80), note text)",
	"INSERT INTO erp.line SELECT concat('K-', lpad(seq, 6, '0')),"
	" concat('Zo\xc3\xab \xe2\x82\xac \"', seq, '\"'), seq * 7,"
	" concat(seq * 3, '.', lpad(seq %% 100, 2, '0')), (seq %% 100) / 8e0, seq %% 2,"
	" date '2026-02-27' + interval (seq %% 500) day,"
	" timestamp '" PLACE "' + interval (seq %% 5000) minute,"
	" timestamp '2026-10-24 19:30:00' + interval (seq %% 300) minute,"
	" if(seq %% 11 = 0, '', concat('Land ', seq %% 9)),"
	" concat(repeat('ab,', seq %% 700), char(10), 'end') FROM seq_1_to_%d",
	"UPDATE erp.line SET quantity = NULL, price = NULL, shipped = NULL, ship_date = NULL,"
	" placed_at = NULL, changed_at = NULL, note = NULL WHERE substr(no, 3) %% 7 = 0",
	NULL,
};

/* `%d` is the number of rows, `%%` a percent sign. */
static void fill(char *to, size_t size, const char *from, int rows)
{
	size_t len = 0;

	for (; *from && len + 12 < size; from++) {
		if (from[0] == '%' && from[1] == 'd') {
			len += (size_t)snprintf(to + len, size - len, "%d", rows);
			from++;
		} else {
			from += from[0] == '%' && from[1] == '%';
			to[len++] = *from;
		}
	}
	to[len] = '\0';
}

static void prepare(const char *const *statements, int rows)
{
	static char texts[8][2048];
	const char *list[9] = { NULL };

	for (int i = 0; statements[i]; i++) {
		fill(texts[i], sizeof(texts[i]), statements[i], rows);
		list[i] = texts[i];
	}
	server_run(&server, list);
}

/* ---- the records ---- */

static void add_record(struct buf *out, struct json_object *record)
{
	json_object_object_del(record, "attributes"); /* they name the Id */
	buf_add_str(out, json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN));
	buf_add_char(out, '\n');
}

/* All of the org's order lines, in the order of their keys. */
static void list_records(struct buf *out, struct stage *stage)
{
	char path[512] = "/query?q=SELECT+Order_No__c,Name,Quantity__c,Price__c,Discount__c,"
			 "Shipped__c,Ship_Date__c,Placed_At__c,Changed_At__c,Country__c,Note__c+"
			 "FROM+Order_Line__c+ORDER+BY+Order_No__c";
	struct org *org = NULL;

	ck_ok(org_new(&org, &stage->connection, NULL, NULL, NULL, &stage->err), &stage->err);
	while (path[0]) {
		struct json_object *reply, *records, *next;
		struct http_answer answer;

		http_answer_init(&answer);
		ck_ok(org_call(org, "GET", path, NULL, 0, &answer, &stage->err), &stage->err);
		reply = json_tokener_parse(buf_str(&answer.body));
		records = json_object_object_get(reply, "records");
		for (size_t i = 0; i < json_object_array_length(records); i++)
			add_record(out, json_object_array_get_idx(records, i));
		next = json_object_object_get(reply, "nextRecordsUrl");
		snprintf(path, sizeof(path), "%s", next ? json_object_get_string(next) : "");
		json_object_put(reply);
		http_answer_free(&answer);
	}
	org_free(org);
}

static const char *const mapped[] = { "Order_No__c", "no", "Name", "name", "Quantity__c",
	"quantity", "Price__c", "price", "Discount__c", "discount", "Shipped__c", "shipped",
	"Ship_Date__c", "ship_date", "Placed_At__c", "placed_at", "Changed_At__c", "changed_at",
	"Country__c", "country", "Note__c", "note", NULL };

static void open_run(struct stage *stage)
{
	struct interface *interface = &stage->interface;

	stage_open(stage, 0);
	mapping_free(&interface->mapping);
	for (const char *const *pair = mapped; *pair; pair += 2)
		ck_ok(mapping_add(&interface->mapping, pair[0], MAPPING_COLUMN, pair[1], NULL_KEEP,
			      &stage->err),
			&stage->err);
	interface->mode = TRANSFER_AUTO;
	text_set(&interface->query, "SELECT * FROM line ORDER BY no");
	text_set(&stage->connection.source.time_zone, ZONE);
}

/* Carry the rows over, and compare what is there with what the first source left. */
static void carry_and_compare(struct stage *stage, struct buf *first, int rows)
{
	struct buf records = BUF_INIT(512u << 20);
	const char *one, *other;

	ck_ok(stage_process(stage, 60000), &stage->err);
	ck_assert_msg(stage_info(stage).counts.completed == rows, "%" PRId64 " failed",
		stage_info(stage).counts.failed);
	ck_assert_int_eq(stage_records(stage), rows);
	list_records(first->len ? &records : first, stage);
	for (one = buf_str(first), other = buf_str(&records); records.len && *one;) {
		size_t len = strcspn(one, "\n") + 1;

		ck_assert_msg(!strncmp(one, other, len), "\n%.*s is\n%.*s", (int)len, one,
			(int)strcspn(other, "\n"), other);
		one += len;
		other += len;
	}
	buf_free(&records);
	stage_close(stage);
}

/* ---- the sources ---- */

static void put_field(struct buf *out, const char *text)
{
	if (text)
		buf_add_char(out, '"');
	for (; text && *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	if (text)
		buf_add_char(out, '"');
}

static int put_row(void *ctx, int count, char **values, char **names)
{
	struct buf *out = ctx;
	bool first = !out->len;

	for (int row = first ? 0 : 1; row < 2; row++)
		for (int i = 0; i < count; i++) {
			put_field(out, row ? values[i] : names[i]);
			buf_add_char(out, i + 1 < count ? ',' : '\n');
		}
	return 0;
}

/* The same table as a file; what is NULL is nothing between its commas. */
static void write_csv(struct stage *stage, const char *folder)
{
	struct buf text = BUF_INIT(512u << 20);
	char path[600];
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(stage->database, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "SELECT * FROM line ORDER BY no", put_row, &text, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	snprintf(path, sizeof(path), "%s/lines.csv", folder);
	ck_ok(file_write(path, text.data, text.len, 0600, &stage->err), &stage->err);
	buf_free(&text);
}

static void make_sqlite(struct stage *stage, int rows)
{
	char sql[4096];

	for (int i = 0; sqlite[i]; i++) {
		fill(sql, sizeof(sql), sqlite[i], rows);
		stage_sql(stage, "%s", sql);
	}
}

static void carry_files(struct buf *first, int rows)
{
	struct stage stage;
	const char *folder;

	open_run(&stage);
	folder = test_folder();
	make_sqlite(&stage, rows);
	write_csv(&stage, folder);
	stage.connection.type = CONNECTION_AGENT_FILE;
	text_set(&stage.connection.source.folder, folder);
	text_set(&stage.interface.query, NULL);
	carry_and_compare(&stage, first, rows);
}

START_TEST(four_kinds_of_source_leave_the_same_records)
{
	struct buf first = BUF_INIT(512u << 20);
	int rows = rows_wanted();
	struct stage stage;

	open_run(&stage);
	make_sqlite(&stage, rows);
	carry_and_compare(&stage, &first, rows);
	carry_files(&first, rows);

	server_postgresql(&server);
	prepare(postgresql, rows);
	open_run(&stage);
	text_set(&stage.connection.source.odbc, server.odbc);
	carry_and_compare(&stage, &first, rows);
	server_stop(&server);

	server_mariadb(&server);
	prepare(mariadb, rows);
	open_run(&stage);
	text_set(&stage.connection.source.odbc, server.odbc);
	text_set(&stage.interface.query, "SELECT * FROM erp.line");
	text_set(&stage.interface.page_by, "no");
	carry_and_compare(&stage, &first, rows);
	buf_free(&first);
}
END_TEST

Suite *suite_sources(void)
{
	Suite *suite = suite_create("sources");
	TCase *tc = tcase_create("sources");

	tcase_set_timeout(tc, 600);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, four_kinds_of_source_leave_the_same_records);
	suite_add_tcase(suite, tc);
	return suite;
}
