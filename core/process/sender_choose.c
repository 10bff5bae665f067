/*
 * sender_choose.c — which packet comes next, and which of its rows may leave: the rules of order
 * (one message a key, halves of a refused request, nothing behind a failed row) are all here.
 */

#include "base/base.h"
#include "process/sender_private.h"
#include "process/gate.h"
#include "process/overtaken.h"
#include "base/clock.h"

/* ---- whether ---- */

/* In order, a message of the run that failed before (or here, while reading) stops what is behind.
 */
static void find_failed(struct sender *sender)
{
	struct message_window window = { 0 };
	struct filter *filter = NULL;
	struct err err = ERR_INIT;
	char words[64];
	int rc;

	snprintf(words, sizeof(words), "run:%" PRId64 " status:failed", sender->spec.info->id);
	rc = filter_parse(&filter, words, clock_now(), NULL, &err);
	if (!rc)
		rc = view_messages(&window, sender->view, filter, WINDOW_AFTER, 0, 1, &err);
	if (rc) {
		sender_stop(sender, RUN_SENDING, &err);
	} else if (window.count) {
		const struct message *failed = &window.messages[0];

		sender->stop_before = failed->id;
		err_set(&sender->err, ERR_UNFINISHED, "stopped behind %s: %s: %s", failed->key,
			failed->code, failed->comment);
		text_copy(sender->err.code, sizeof(sender->err.code), failed->code);
	}
	message_window_free(&window);
	filter_free(filter);
}

bool sender_may_send(struct sender *sender)
{
	struct intake *intake = sender->spec.intake;

	if (sender->sending)
		return true;
	/* Neither before the whole is known, nor when reading failed half-way. */
	if (intake && sender_needs_all(sender->spec.interface, sender->spec.info->operation) &&
		(!intake_over(intake) || intake_result(intake, NULL)))
		return false;
	sender->sending = true;
	if (sender->in_order)
		find_failed(sender);
	return true;
}

/* ---- 1. which packet ---- */

static bool is_busy(void *ctx, int64_t packet)
{
	const struct sender *sender = ctx;

	for (int i = 0; i < FLIGHTS_MAX; i++)
		if (sender->flights[i].stage != FLIGHT_IDLE &&
			sender->flights[i].packet.packet == packet)
			return true;
	return false;
}

bool sender_at_stop(const struct sender *sender)
{
	return sender->stop_before &&
	       (sender->at_end || sender->cursor >= MESSAGE_PACKET(sender->stop_before));
}

/* In order, nothing overtakes a packet that waits. */
static bool may_look_ahead(const struct sender *sender)
{
	if (sender->in_order && (backlog_next_time(sender->backlog) != INT64_MAX ||
					backlog_blocked(sender->backlog)))
		return false;
	return !sender_at_stop(sender) && !backlog_full(sender->backlog);
}

bool sender_look_ahead(struct sender *sender, struct flight *flight)
{
	struct intake *intake = sender->spec.intake;
	int64_t next_due;
	int rc;

	if (!may_look_ahead(sender))
		return false;
	if (sender->at_end && (!intake || !intake_more(intake, &sender->seen)))
		return false;
	/* Whoever finds nothing asks to be woken, or has missed something: then once more. */
	do {
		rc = view_packet_due(&flight->packet, sender->view, sender->spec.info->id,
			sender->cursor, clock_now(), &next_due, &flight->err);
		sender->at_end = rc == -ERR_NOT_FOUND;
	} while (sender->at_end && intake && intake_more(intake, &sender->seen));
	if (rc) {
		if (!sender->at_end)
			sender_stop(sender, RUN_SENDING, &flight->err);
		err_clear(&flight->err);
		return false;
	}
	sender->cursor = flight->packet.packet;
	return true;
}

/*
 * Of a run that goes on, packets wait that were not looked at in passing: those before them may
 * hold older rows of their keys, and come first. (In order, the first one that waits is the first.)
 */
static bool is_not_its_turn(void *ctx, int64_t packet)
{
	const struct sender *sender = ctx;

	return is_busy(ctx, packet) ||
	       (packet > sender->cursor && !sender->at_end && !sender->in_order);
}

bool sender_look_again(struct sender *sender, struct flight *flight)
{
	int64_t now = clock_now();
	int64_t packet = backlog_next(sender->backlog, now, is_not_its_turn, sender);

	if (!packet)
		return false;
	backlog_visited(sender->backlog, packet);
	if (view_packet(&flight->packet, sender->view, packet, now, &flight->err)) {
		sender_stop(sender, RUN_SENDING, &flight->err);
		err_clear(&flight->err);
		return false;
	}
	return true;
}

bool sender_map_anew(struct sender *sender, struct flight *flight)
{
	int64_t packet = flight->packet.packet;
	struct err err = ERR_INIT;
	int rc;

	if (!row_set_count(&flight->packet.remap))
		return true;
	rc = remap_packet(sender->remap, sender->view, &flight->packet, &err);
	packet_out_free(&flight->packet);
	if (!rc)
		rc = view_packet(&flight->packet, sender->view, packet, clock_now(), &err);
	if (rc) {
		sender_stop(sender, RUN_SENDING, &err);
		flight_clear(flight);
	}
	return !rc;
}

/* ---- 2. which of its rows ---- */

static uint64_t key_of(const struct sender *sender, const struct packet_out *packet, int position)
{
	const char *key = packet->keys[position];

	return *key ? key_gate_hash(sender->scope, key_hash(key, sender->spec.kind)) : 0;
}

/* The smallest limit on rows per request among those that are due; 0 = none. */
static int together_limit(const struct sender *sender, const struct packet_out *packet)
{
	int least = 0;

	for (int i = 0; i < packet->rows; i++) {
		int together;

		if (!row_set_has(&packet->due, i))
			continue;
		together = backlog_row(sender->backlog, MESSAGE_ID(packet->packet, i)).together;
		if (together && (!least || together < least))
			least = together;
	}
	return least;
}

/* Rows of an Upsert that have their Ids are updated, in a request of their own. */
static bool goes_along(struct flight *flight, int position)
{
	const char *id;
	size_t len;
	bool by_id = collection_record_id(
		flight->packet.records[position], flight->packet.record_lens[position], &id, &len);

	if (flight->count == 0)
		flight->by_id = by_id;
	return by_id == flight->by_id;
}

/* False when, in order, none of the rows behind it may leave either. */
static bool choose_row(struct sender *sender, struct flight *flight, int position, int limit)
{
	int64_t message = MESSAGE_ID(flight->packet.packet, position);
	uint64_t hash = key_of(sender, &flight->packet, position);

	if (!row_set_has(&flight->packet.due, position)) {
		if (!row_set_has(&flight->packet.waiting, position))
			backlog_forget(sender->backlog, hash, message);
		return true;
	}
	if (sender->stop_before && message >= sender->stop_before)
		return false;
	if (limit && (flight->count >= limit ||
			     backlog_row(sender->backlog, message).together != limit)) {
		flight->rest_due = true;
		return !sender->in_order;
	}
	if (sender->envelope.may_go_by_id && !goes_along(flight, position)) {
		flight->rest_due = true;
		return !sender->in_order;
	}
	if (!backlog_admit(sender->backlog, hash, message))
		return !sender->in_order;
	if (overtaken_row(sender->backlog, &flight->packet, position, hash)) {
		backlog_withdraw(sender->backlog, hash, message);
		row_set_add(&flight->overtaken, position);
		return true;
	}
	row_set_add(&flight->rows, position);
	flight->positions[flight->count] = position;
	flight->hashes[flight->count++] = hash;
	return true;
}

/* They are not due when the packet is looked at again. */
static void cancel_overtaken(struct sender *sender, struct flight *flight)
{
	struct err err = ERR_INIT;

	if (!row_set_count(&flight->overtaken))
		return;
	if (overtaken_cancel(&sender->spec, flight->packet.packet, &flight->overtaken, &err))
		sender_stop(sender, RUN_SENDING, &err);
	backlog_visit(sender->backlog, flight->packet.packet, 0, NULL);
}

bool sender_choose_rows(struct sender *sender, struct flight *flight)
{
	int limit = together_limit(sender, &flight->packet);

	for (int i = 0; i < flight->packet.rows; i++)
		if (!choose_row(sender, flight, i, limit))
			break;
	cancel_overtaken(sender, flight);
	return flight->count > 0;
}
