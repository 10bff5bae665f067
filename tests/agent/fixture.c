/* fixture.c — a catalog in memory; runs in a store. */

#include "base/base.h"
#include "agent/fixture.h"

#include <stdatomic.h>

static const struct {
	const char *name;
	const char *integration;
	int sequence;
} interfaces[] = {
	{ "a1", "ERP", 10 },
	{ "a2", "ERP", 10 },
	{ "b", "ERP", 20 },
	{ "c", "ERP", 30 },
	{ "x", NULL, 0 },
};

/* Set by the test, read by the agent's threads. */
static const char *_Atomic schedule_of_b;
static atomic_bool is_draft, skip_missed, no_query, in_order, holds;
static const char *_Atomic broken_b;
static atomic_uint_fast64_t version;

void fixture_schedule(const char *schedule, bool draft)
{
	schedule_of_b = schedule;
	is_draft = draft;
	version++;
}

void fixture_skip_missed(bool skip)
{
	skip_missed = skip;
	version++;
}

void fixture_no_query(bool none)
{
	no_query = none;
	version++;
}

void fixture_in_order(bool is)
{
	in_order = is;
	version++;
}

void fixture_holds(bool what_follows)
{
	holds = what_follows;
	version++;
}

void fixture_break(const char *why)
{
	broken_b = why;
	version++;
}

static uint64_t tell_version(void *self)
{
	(void)self;
	return version;
}

static int list_interfaces(void *self, struct text_list *names, struct err *err)
{
	(void)self;
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		if (!text_list_add(names, interfaces[i].name))
			return err_nomem(err);
	}
	return 0;
}

static int load_interface(void *self, struct interface *out, const char *name, struct err *err)
{
	const char *broken = broken_b;

	(void)self;
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		if (strcmp(interfaces[i].name, name) != 0)
			continue;
		if (broken && strcmp(name, "b") == 0)
			return err_set(err, ERR_CONFIG, "%s", broken);
		text_set(&out->name, name);
		text_set(&out->connection, "conn");
		text_set(&out->integration, interfaces[i].integration);
		text_set(&out->object, "Account");
		text_set(&out->external_id, "Ext__c");
		text_set(&out->query, "SELECT no FROM t");
		out->operation = OPERATION_UPSERT;
		if (strcmp(name, "x") == 0)
			text_set(&out->reconcile_key, "Ext__c");
		out->sequence = interfaces[i].sequence;
		out->deployed = true;
		if (strcmp(name, "b") == 0)
			text_set(&out->schedule, schedule_of_b);
		if (strcmp(name, "b") == 0 && no_query)
			text_set(&out->query, NULL);
		if (strcmp(name, "b") == 0 && skip_missed)
			out->missed = MISSED_SKIP;
		if (strcmp(name, "b") == 0 && in_order)
			out->on_error = ON_ERROR_STOP;
		out->stop_integration = holds && strcmp(name, "a1") == 0;
		return mapping_add(&out->mapping, "Ext__c", MAPPING_COLUMN, "no", NULL_KEEP, err);
	}
	return err_set(err, ERR_NOT_FOUND, "there is no interface %s", name);
}

static int load_connection(void *self, struct connection *out, const char *name, struct err *err)
{
	(void)self;
	if (strcmp(name, "conn") != 0)
		return err_set(err, ERR_NOT_FOUND, "there is no connection %s", name);
	text_set(&out->name, name);
	out->draft = is_draft;
	text_set(&out->agent.host, "http://127.0.0.1");
	text_set(&out->agent.username, "skyvva");
	text_set(&out->salesforce.domain, "http://127.0.0.1:9");
	text_set(&out->salesforce.consumer_key, "key");
	text_set(&out->source.odbc, "Driver=SQLite3;Database=/nowhere.db");
	out->agent.password.kind = out->salesforce.consumer_secret.kind = SECRET_ENV;
	text_set(&out->agent.password.ref, "UNSET");
	text_set(&out->salesforce.consumer_secret.ref, "UNSET");
	return 0;
}

void fixture_catalog(struct catalog *out)
{
	fixture_schedule(NULL, false);
	*out = (struct catalog){ .interfaces = list_interfaces,
		.interface = load_interface,
		.connection = load_connection,
		.version = tell_version };
}

struct making {
	const char *interface;
	int64_t batch;
	int64_t run;
};

static int apply_make(void *ctx, struct store *store, struct err *err)
{
	struct making *making = ctx;
	struct run_spec spec = { .interface = making->interface,
		.connection = "conn",
		.object = "Account",
		.operation = OPERATION_UPSERT,
		.trigger = "manual",
		.who = "test",
		.batch = making->batch };

	return store_run_create(&making->run, store, &spec, err);
}

int64_t fixture_run(struct writer *writer, const char *interface, int64_t batch)
{
	struct making making = { .interface = interface, .batch = batch };
	struct err err = ERR_INIT;

	ck_ok(writer_call(writer, apply_make, &making, &err), &err);
	return making.run;
}

struct setting {
	int64_t run;
	enum run_state state;
};

static int apply_state(void *ctx, struct store *store, struct err *err)
{
	struct setting *setting = ctx;
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *claim = NULL;
	int rc = store_run_claim(&claim, store, setting->run, err);

	change.state = setting->state;
	if (rc == 0)
		rc = store_run_update(store, claim, &change, err);
	run_claim_free(claim);
	return rc;
}

int fixture_set_state(struct writer *writer, int64_t run, enum run_state state, struct err *err)
{
	struct setting setting = { .run = run, .state = state };

	return writer_call(writer, apply_state, &setting, err);
}

enum run_state fixture_state(const char *dir, int64_t run)
{
	struct view *view = NULL;
	struct run_info info;
	struct err err = ERR_INIT;

	ck_ok(view_open(&view, dir, &err), &err);
	ck_ok(view_run(&info, view, run, &err), &err);
	view_close(view);
	return info.state;
}

int fixture_lose(void *ctx, struct store *store, struct err *err)
{
	const int64_t *run = ctx;
	struct row_in row = { .key = "K", .source = "", .record = "{}", .record_len = 2 };
	struct row_result result = { .event = EVENT_LOSE };
	struct run_claim *claim = NULL;
	struct row_set rows = { { 1 } };
	int64_t packet, attempt;
	int rc = store_run_claim(&claim, store, *run, err);

	if (!rc)
		rc = store_packet_add(&packet, store, claim, &row, 1, err);
	if (!rc)
		rc = store_attempt_begin(&attempt, store, claim, packet, &rows, "r", err);
	if (!rc)
		rc = store_attempt_done(store, claim, attempt, 0, NULL, &result, 1, err);
	run_claim_free(claim);
	return rc;
}
