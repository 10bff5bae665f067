/* Tests of guard.c: which requests to production want the org's name typed. */

#include "base/base.h"
#include "agent/suites.h"

#include "agent/fixture.h"
#include "agent/internal.h"

#define ORG_ID "00D000000000001EAA"

static struct agent agent;
static struct writer *writer;

/* What the first green ping remembered. */
static int apply_pin(void *ctx, struct store *store, struct err *err)
{
	return store_org_pin(store, "conn", ORG_ID, "Acme Corp", *(bool *)ctx, false, err);
}

static void setup(void)
{
	struct err err = ERR_INIT;

	agent = (struct agent){ .home_data = (char *)(uintptr_t)test_folder() };
	ck_ok(writer_start(&writer, agent.home_data, &err), &err);
}

static void teardown(void)
{
	writer_stop(writer);
}

#define PRODUCTION "https://acme.my.salesforce.com"
#define PRACTICE "http://127.0.0.1:8080"

enum pin { UNKNOWN, PINNED, PINNED_SANDBOX };

/* A limit at or below confirm_rows (1,000) needs no look at the source; Delete asks in any case. */
static const struct {
	const char *what;
	const char *domain, *confirm, *trigger;
	enum operation operation;
	enum pin pin;
	int64_t limit;
	bool dry_run;
	const char *says; /* NULL = it may go */
} cases[] = {
	{ "few rows", PRODUCTION, NULL, NULL, OPERATION_UPSERT, PINNED, 1000, false, NULL },
	{ "a delete", PRODUCTION, NULL, NULL, OPERATION_DELETE, PINNED, 1, false,
		"--confirm \"Acme Corp\"" },
	{ "a delete, confirmed", PRODUCTION, "acme corp", NULL, OPERATION_DELETE, PINNED, 1, false,
		NULL },
	{ "a delete, confirmed by id", PRODUCTION, ORG_ID, NULL, OPERATION_DELETE, PINNED, 1, false,
		NULL },
	{ "another org's name", PRODUCTION, "Acme", NULL, OPERATION_DELETE, PINNED, 1, false,
		"not what --confirm names" },
	{ "an empty name", PRODUCTION, "", NULL, OPERATION_DELETE, PINNED, 1, false, "--confirm" },
	{ "an org never seen", PRODUCTION, "Acme Corp", NULL, OPERATION_DELETE, UNKNOWN, 1, false,
		"ping salesforce conn" },
	{ "an empty name for an org never seen", PRODUCTION, "", NULL, OPERATION_DELETE, UNKNOWN, 1,
		false, "ping salesforce conn" },
	{ "a sandbox", PRODUCTION, NULL, NULL, OPERATION_DELETE, PINNED_SANDBOX, 1, false, NULL },
	{ "the practice org", PRACTICE, NULL, NULL, OPERATION_DELETE, PINNED, 1, false, NULL },
	{ "a dry run", PRODUCTION, NULL, NULL, OPERATION_DELETE, PINNED, 1, true, NULL },
	{ "a schedule", PRODUCTION, NULL, "schedule", OPERATION_DELETE, PINNED, 0, false, NULL },
};

START_TEST(production_wants_its_name_typed)
{
	struct process_request request = { .limit_rows = cases[_i].limit,
		.dry_run = cases[_i].dry_run,
		.trigger = cases[_i].trigger ? cases[_i].trigger : "manual",
		.confirm = cases[_i].confirm };
	bool sandbox = cases[_i].pin == PINNED_SANDBOX;
	struct connection connection;
	struct interface interface;
	struct err err = ERR_INIT;
	int rc;

	if (cases[_i].pin != UNKNOWN)
		ck_ok(writer_call(writer, apply_pin, &sandbox, &err), &err);
	connection_init(&connection);
	interface_init(&interface);
	text_set(&connection.name, "conn");
	text_set(&connection.salesforce.domain, cases[_i].domain);
	text_set(&interface.name, "lines");
	interface.operation = cases[_i].operation;
	rc = guard_check(&agent, &request, &connection, &interface, &err);
	ck_assert_msg(
		rc == (cases[_i].says ? -ERR_USAGE : 0), "%s: %d %s", cases[_i].what, rc, err.text);
	if (cases[_i].says)
		ck_assert_msg(strstr(err.text, cases[_i].says), "%s: %s", cases[_i].what, err.text);
	connection_free_fields(&connection);
	interface_free_fields(&interface);
}
END_TEST

static const struct {
	int rows;
	int64_t limit;
	bool initial;
	bool asks;
} sources[] = {
	{ 20, 0, false, false }, { 21, 0, false, true }, { 21, 20, false, false },
	{ 21, 21, false, true }, { 1, 0, true, true }, /* the initial query gives more */
};

START_TEST(rows_are_counted_where_the_source_is_asked)
{
	struct process_request request = { .limit_rows = sources[_i].limit,
		.initial = sources[_i].initial };
	bool sandbox = false;
	struct connection connection;
	struct interface interface;
	struct err err = ERR_INIT;
	char text[700];
	int rc;

	ck_ok(writer_call(writer, apply_pin, &sandbox, &err), &err);
	agent.env.reader_program = TEST_PROGRAM;
	connection_init(&connection);
	interface_init(&interface);
	connection.confirm_rows = 20;
	text_set(&connection.name, "conn");
	text_set(&connection.salesforce.domain, PRODUCTION);
	text_set(&connection.source.odbc, "Driver=SQLite3;Database=:memory:");
	text_set(&interface.name, "lines");
	snprintf(text, sizeof(text),
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" SELECT i FROM n",
		sources[_i].rows);
	text_set(&interface.query, text);
	text_set(&interface.initial_query,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)"
		" SELECT i FROM n");
	rc = guard_check(&agent, &request, &connection, &interface, &err);
	ck_assert_msg(rc == (sources[_i].asks ? -ERR_USAGE : 0), "%d rows: %d %s", sources[_i].rows,
		rc, err.text);
	connection_free_fields(&connection);
	interface_free_fields(&interface);
}
END_TEST

Suite *suite_guard(void)
{
	Suite *suite = suite_create("guard");
	TCase *tcase = tcase_create("guard");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, production_wants_its_name_typed, 0, (int)ARRAY_SIZE(cases));
	tcase_add_loop_test(
		tcase, rows_are_counted_where_the_source_is_asked, 0, (int)ARRAY_SIZE(sources));
	suite_add_tcase(suite, tcase);
	return suite;
}
