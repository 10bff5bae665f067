/*
 * sender_ids.c — Update and Delete by external ID, and Upsert by several fields: the Ids of a
 * request's rows are asked for right before it leaves and go into the request alone, never into the
 * store. So whoever sends a row, a run that goes on or a person, asks anew.
 */

#include "base/base.h"
#include "process/sender_private.h"
#include "base/text.h"

/* ---- the question ---- */

/* On this thread, inside http_turn(). */
static void ids_answered(void *ctx, struct http_answer *answer)
{
	struct flight *flight = ctx;
	struct sender *sender = flight->sender;
	struct request_verdict verdict;
	int rc = 0;

	if (!sender_heard(sender, flight, answer))
		return;
	retry_request(&verdict, answer);
	if (verdict.class == REQUEST_ROWS)
		rc = lookup_answer(
			&sender->lookup, answer, row_ids_found, &flight->ids, &verdict.err);
	if (rc == -ERR_LIMIT)
		verdict.class = REQUEST_SPLIT;
	else if (rc)
		retry_unreadable(&verdict);
	if (verdict.class == REQUEST_ROWS) {
		flight->asked += flight->asking;
		flight->stage = FLIGHT_READY;
		return;
	}
	err_prefix(&verdict.err, "the look-up of Ids");
	flight->http_status = answer->status;
	flight_hear(flight, answer);
	sender_not_asked(sender, flight, &verdict);
	sender_record(sender, flight);
}

void sender_ask_ids(struct sender *sender, struct flight *flight)
{
	const struct packet_out *packet = &flight->packet;
	struct org_request request = { .method = "GET" };
	struct err err = ERR_INIT;
	int rc;

	for (int i = flight->ids.count; i < flight->count; i++)
		row_ids_add(&flight->ids, &sender->lookup, packet->records[flight->positions[i]],
			packet->record_lens[flight->positions[i]]);
	flight->asking = flight->count - flight->asked;
	rc = lookup_path(&flight->path, &sender->lookup, flight->ids.keys + flight->asked,
		&flight->asking, &err);
	if (!rc && !flight->path.len) {
		flight->ids_known = true;
		return;
	}
	request.path = buf_str(&flight->path);
	if (!rc)
		rc = sender_start(sender, flight, &request, ids_answered, &err);
	if (rc) {
		sender_unmade(sender, flight, &err);
		sender_record(sender, flight);
	}
}

/* ---- what it means ---- */

/* The row cannot be sent: one Id is needed, and there is none, or there are several. */
static bool lacks_id(const struct sender *sender, const struct flight *flight, int index)
{
	const struct row_ids *ids = &flight->ids;

	if (!sender->envelope.looks_up || ids->hits[index] == 1)
		return false;
	return ids->hits[index] > 1 || !ids->keys[index].hash ||
	       sender->spec.info->operation != OPERATION_UPSERT;
}

static bool is_gone(struct sender *sender, const struct flight *flight, int index)
{
	return sender->spec.info->operation == OPERATION_DELETE && !flight->ids.hits[index] &&
	       sender_was_sent(sender, flight, index);
}

/* What an Upsert finds is updated, the rest is created: the first row says which it is now. */
static bool goes_along(const struct sender *sender, struct flight *flight, int index)
{
	bool creates = flight->ids.hits[index] == 0;

	if (!sender->envelope.looks_up || sender->spec.info->operation != OPERATION_UPSERT)
		return true;
	if (!flight->sent_count) {
		flight->creates = creates;
		flight->by_id = !creates;
	}
	return flight->creates == creates;
}

bool sender_choose_sent(struct sender *sender, struct flight *flight)
{
	bool together = sender->in_order || sender->spec.interface->all_or_none;
	bool spoilt = false, apart = false;

	flight->sent_count = 0;
	for (int i = 0; i < flight->count; i++) {
		if (lacks_id(sender, flight, i))
			spoilt = spoilt || !is_gone(sender, flight, i);
		else if (goes_along(sender, flight, i) && !(sender->in_order && apart))
			flight->sent[flight->sent_count++] = i;
		else
			apart = true;
	}
	if (together && spoilt)
		flight->sent_count = 0;
	if (flight->sent_count)
		return true;
	sender_spread(sender, flight);
	sender_answer_rows(sender, flight);
	return false;
}

static void describe_key(
	char *words, size_t size, const struct sender *sender, const struct lookup_key *key)
{
	size_t used = 0;

	*words = '\0';
	for (int i = 0; key->hash && i < sender->lookup.count && used < size; i++)
		used += (size_t)snprintf(words + used, size - used, "%s%s %.100s", i ? ", " : "",
			sender->lookup.fields[i].name, key->values[i]);
}

static void fail_row(struct sender *sender, struct flight *flight, int index)
{
	struct collection_result *row = &flight->answer.rows[index];
	const struct row_ids *ids = &flight->ids;
	const char *code = RETRY_NOT_FOUND;
	char key[300], words[400];

	describe_key(key, sizeof(key), sender, &ids->keys[index]);
	if (!lacks_id(sender, flight, index) && flight->sent_count) {
		code = RETRY_APART;
		snprintf(words, sizeof(words), "%s go in a request of their own",
			flight->creates ? "updates" : "new records");
	} else if (!lacks_id(sender, flight, index)) {
		code = "ALL_OR_NONE_OPERATION_ROLLED_BACK";
		snprintf(words, sizeof(words), "not sent, since not all rows could be sent");
	} else if (!ids->keys[index].hash) {
		code = "MISSING_ARGUMENT";
		snprintf(words, sizeof(words), "the row has no %s to be found by",
			sender->spec.interface->external_id);
	} else if (ids->hits[index]) {
		code = "DUPLICATE_EXTERNAL_ID";
		snprintf(words, sizeof(words), "%d records of %s have %s", ids->hits[index],
			sender->spec.info->object, key);
	} else {
		snprintf(words, sizeof(words), "no %s has %s", sender->spec.info->object, key);
	}
	*row = (struct collection_result){
		.text = flight_words(flight, words), .fields = "", .answer = ""
	};
	text_copy(row->code, sizeof(row->code), code);
}

void sender_spread(struct sender *sender, struct flight *flight)
{
	int left = flight->sent_count;

	if (left == flight->count)
		return;
	for (int i = flight->count - 1; i >= 0; i--) {
		if (left && flight->sent[left - 1] == i)
			flight->answer.rows[i] = flight->answer.rows[--left];
		else
			fail_row(sender, flight, i);
	}
	flight->answer.count = flight->count;
}
