/* fixture.c — a store in a fresh folder with a run, and rows to put into it. */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/clock.h"
#include "store/blob.h"

#define ROW_TEXT_MAX 96

int64_t fixture_run(struct fixture *fx, const char *interface, struct run_claim **claim)
{
	struct run_spec spec = {
		.interface = interface,
		.connection = "erp",
		.integration = "ERP",
		.object = "Order__c",
		.external_id = fx->external_id ? fx->external_id : "Order_No__c",
		.operation = fx->inserts ? OPERATION_INSERT : OPERATION_UPSERT,
		.mode = TRANSFER_AUTO,
		.trigger = "manual",
		.who = "anna",
		.mapping_version = 0xfedcba9876543210u,
		.keep_older = fx->keep_older,
	};
	struct err err = ERR_INIT;
	int64_t run = 0;

	ck_commit(fx, store_run_create(&run, fx->store, &spec, &err), &err);
	ck_commit(fx, store_run_claim(claim, fx->store, run, &err), &err);
	return run;
}

void fixture_open(struct fixture *fx)
{
	struct err err = ERR_INIT;

	memset(fx, 0, sizeof(*fx));
	fx->dir = test_folder();
	ck_ok(store_open(&fx->store, fx->dir, &err), &err);
	ck_ok(view_open(&fx->view, fx->dir, &err), &err);
	fx->run = fixture_run(fx, "orders", &fx->claim);
}

void fixture_close(struct fixture *fx)
{
	run_claim_free(fx->claim);
	view_close(fx->view);
	store_close(fx->store);
	clock_freeze(-1); /* the next test of this process has a clock that runs */
}

int64_t fixture_packet_of(
	struct fixture *fx, const struct run_claim *claim, const char *prefix, int count)
{
	static struct row_in rows[PACKET_ROWS_MAX];
	static char keys[PACKET_ROWS_MAX][ROW_TEXT_MAX];
	static char records[PACKET_ROWS_MAX][ROW_TEXT_MAX];
	static char sources[PACKET_ROWS_MAX][ROW_TEXT_MAX];
	struct err err = ERR_INIT;
	int64_t packet = 0;

	for (int i = 0; i < count; i++) {
		snprintf(keys[i], ROW_TEXT_MAX, "%s-%05d", prefix, i);
		snprintf(records[i], ROW_TEXT_MAX, "{\"Order_No__c\":\"%s\",\"Note\":\"Row %d\"}",
			keys[i], i);
		snprintf(sources[i], ROW_TEXT_MAX, "source of %s", keys[i]);
		rows[i] = (struct row_in){
			.key = keys[i],
			.source = sources[i],
			.source_len = strlen(sources[i]),
			.record = records[i],
			.record_len = strlen(records[i]),
			.hash = 1000000u + (unsigned)i,
		};
	}
	ck_commit(fx, store_packet_add(&packet, fx->store, claim, rows, count, &err), &err);
	return packet;
}

int64_t fixture_packet(struct fixture *fx, const char *prefix, int count)
{
	return fixture_packet_of(fx, fx->claim, prefix, count);
}

int64_t fixture_begin(struct fixture *fx, int64_t packet, int from, int to)
{
	struct row_set rows = { { 0 } };
	struct err err = ERR_INIT;
	int64_t attempt = 0;

	for (int i = from; i < to; i++)
		row_set_add(&rows, i);
	ck_commit(fx,
		store_attempt_begin(&attempt, fx->store, fx->claim, packet, &rows, "req-1", &err),
		&err);
	return attempt;
}

const char *fixture_salesforce_id(int position)
{
	static char id[19];

	snprintf(id, sizeof(id), "a015g00000ABC%02X", position);
	record_id_suffix(id + 15, id);
	return id;
}

static struct row_result result_of(char letter, int position)
{
	struct row_result result = { .position = position };

	switch (letter) {
	case 's':
		result.event = EVENT_SUCCEED;
		result.created = position % 2 == 0;
		snprintf(result.salesforce_id, sizeof(result.salesforce_id), "%s",
			fixture_salesforce_id(position));
		break;
	case 'f':
		result.event = EVENT_FAIL;
		snprintf(result.code, sizeof(result.code), "REQUIRED_FIELD_MISSING");
		result.text = "Required fields are missing: [Name]";
		result.fields = "Name";
		break;
	case 'r':
		result.event = EVENT_RETRY;
		snprintf(result.code, sizeof(result.code), "UNABLE_TO_LOCK_ROW");
		result.text = "unable to obtain exclusive access";
		result.next_try = 5000;
		break;
	default:
		result.event = EVENT_LOSE;
		result.text = "the line broke";
		break;
	}
	return result;
}

void fixture_done(struct fixture *fx, int64_t attempt, int from, const char *outcome)
{
	struct row_result results[PACKET_ROWS_MAX];
	struct err err = ERR_INIT;
	int count = (int)strlen(outcome);

	for (int i = 0; i < count; i++)
		results[i] = result_of(outcome[i], from + i);
	ck_commit(fx,
		store_attempt_done(fx->store, fx->claim, attempt, 200, NULL, results, count, &err),
		&err);
}

void fixture_send(struct fixture *fx, int64_t packet, int from, const char *outcome)
{
	int64_t attempt = fixture_begin(fx, packet, from, from + (int)strlen(outcome));

	fixture_done(fx, attempt, from, outcome);
}

const char *letters(char letter, int count)
{
	static char text[PACKET_ROWS_MAX + 1];

	memset(text, letter, (size_t)count);
	text[count] = '\0';
	return text;
}

void fixture_event(struct fixture *fx, int64_t message, enum message_event event)
{
	struct err err = ERR_INIT;

	ck_commit(fx, store_message_event(fx->store, message, event, "anna", NULL, &err), &err);
}

void fixture_state(struct fixture *fx, const struct run_claim *claim, enum run_state state)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct err err = ERR_INIT;

	change.state = (int)state;
	ck_commit(fx, store_run_update(fx->store, claim, &change, &err), &err);
}

struct run_counts fixture_counts(struct fixture *fx, int64_t run)
{
	struct err err = ERR_INIT;
	struct run_info info;

	ck_ok(view_run(&info, fx->view, run, &err), &err);
	ck_assert(run_counts_add_up(&info.counts));
	return info.counts;
}

void fixture_verify(struct fixture *fx)
{
	struct err err = ERR_INIT;

	ck_ok(store_verify(fx->store, &err), &err);
}
