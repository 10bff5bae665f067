/* flight.c — the memory of one request: its rows, its body, its results. */

#include "base/base.h"
#include "process/flight.h"

#define BODY_KEEP (1u << 20)

int flight_build(struct flight *flight, const struct collection_call *call, const char **method,
	struct err *err)
{
	const char *records[PACKET_ROWS_MAX];
	uint32_t lens[PACKET_ROWS_MAX];
	const char *ids[PACKET_ROWS_MAX];
	struct collection_call filled = *call;

	for (int i = 0; i < flight->sent_count; i++) {
		int index = flight->sent[i];

		records[i] = flight->packet.records[flight->positions[index]];
		lens[i] = flight->packet.record_lens[flight->positions[index]];
		ids[i] = flight->ids_known && flight->ids.ids[index][0] ? flight->ids.ids[index]
									: NULL;
	}
	filled.records = records;
	filled.record_lens = lens;
	filled.ids = ids;
	filled.count = flight->sent_count;
	buf_reset(&flight->path);
	buf_reset(&flight->body);
	return collection_request(method, &flight->path, &flight->body, &filled, err);
}

const char *flight_words(struct flight *flight, const char *text)
{
	if (!text_list_add(&flight->words, text))
		return "";
	return flight->words.items[flight->words.count - 1];
}

bool flight_has_left(const struct flight *flight, int index)
{
	for (int i = 0; flight->left && i < flight->sent_count && flight->sent[i] <= index; i++)
		if (flight->sent[i] == index)
			return true;
	return false;
}

void flight_hear(struct flight *flight, const struct http_answer *answer)
{
	char text[ORG_SAID_MAX + 1];

	if (answer->reach != HTTP_ANSWERED || !answer->body.len)
		return;
	snprintf(text, sizeof(text), "%.*s", ORG_SAID_MAX, buf_str(&answer->body));
	flight->said = flight_words(flight, text);
}

void flight_all(
	struct flight *flight, enum message_event event, const struct err *why, int64_t next_try)
{
	const char *text = why && why->text[0] ? flight_words(flight, why->text) : NULL;

	text_copy(flight->note, sizeof(flight->note), text ? text : "");
	for (int i = 0; i < flight->count; i++) {
		struct row_result *result = &flight->results[i];

		*result = (struct row_result){ .position = flight->positions[i],
			.event = event,
			.text = text,
			.next_try = event == EVENT_RETRY ? next_try : 0,
			.answer = flight->said,
			.unsent = !flight_has_left(flight, i) };
		text_copy(result->code, sizeof(result->code), why ? why->code : "");
	}
}

void flight_clear(struct flight *flight)
{
	packet_out_free(&flight->packet);
	collection_results_free(&flight->answer);
	org_prepared_free(&flight->prepared);
	text_list_free(&flight->words);
	row_ids_clear(&flight->ids);
	if (flight->body.cap > BODY_KEEP)
		buf_free(&flight->body);
	flight->prepared = (struct org_prepared){ 0 };
	flight->answer.arena = NULL;
	flight->answer.count = 0;
	flight->stage = FLIGHT_IDLE;
	flight->rows = flight->overtaken = (struct row_set){ { 0 } };
	flight->count = flight->sent_count = 0;
	flight->rest_due = false;
	flight->asked = flight->asking = 0;
	flight->ids_known = false;
	flight->by_id = flight->creates = flight->left = false;
	flight->attempt = 0;
	flight->http_status = 0;
	flight->note[0] = '\0';
	flight->said = NULL;
	flight->calls = 0;
	flight->rc = 0;
	err_clear(&flight->err);
}

void flight_free(struct flight *flight)
{
	flight_clear(flight);
	buf_free(&flight->path);
	buf_free(&flight->body);
}
