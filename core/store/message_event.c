/*
 * message_event.c — what persons, and the check by key, do to messages: one at a time or by the
 * thousand, each through the transition table, each with a record of who and when.
 */

#include "base/base.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/text.h"
#include "store/private.h"

#include <ctype.h>

/* One call of store_messages_event(). */
struct doing {
	struct store *store;
	const struct messages_event *what;
	message_event_each *each;
	void *ctx;
	int64_t now;
	int64_t *superseded; /* of the messages at hand, ascending */
	size_t superseded_count;
};

static bool is_salesforce_id(const char *id)
{
	size_t len = strlen(id);

	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)id[i]))
			return false;
	}
	return len == 15 || len == 18;
}

/*
 * A run that had ended has something to do again. What it had not read it shall not read now: a
 * person asked for these messages, not for another look at the source.
 */
static int reopen_run(struct store *store, int64_t run, struct err *err)
{
	static const char sql[] =
		"UPDATE run SET state = ?2, ended = 0, cancel_asked = 0,"
		" reading_done = iif(state = ?3, reading_done, 1),"
		" reason = 'messages of it are to be sent again' WHERE id = ?1 AND state >= 4";

	return db_run(
		&store->db, sql, BINDS(B_INT(run), B_INT(RUN_PAUSED), B_INT(RUN_STOPPED)), err);
}

static bool sends_again(enum message_event event)
{
	return event == EVENT_REPROCESS || event == EVENT_FORCE;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int refuse_superseded(const struct doing *doing, int64_t message, struct err *err)
{
	if (!doing->superseded_count ||
		!bsearch(&message, doing->superseded, doing->superseded_count, sizeof(message),
			by_number))
		return 0;
	return err_set(err, ERR_USAGE,
		"a younger message of its key was completed, and this one would undo it; "
		"`message reprocess --force` does it anyway");
}

/* What the store says of a row beside its state. */
struct row_words {
	char code[64];
	char comment[256];
	bool edited;
};

static int load_words(struct row_words *words, struct store *store, int position, struct err *err)
{
	static const char sql[] = "SELECT code, comment, edited_at FROM message WHERE id = ?";
	const struct packet *packet = &store->packet;
	sqlite3_stmt *stmt;
	int rc;

	memset(words, 0, sizeof(*words));
	if (!row_set_has(&packet->own, position)) {
		text_copy(words->code, sizeof(words->code), packet->code ? packet->code : "");
		text_copy(words->comment, sizeof(words->comment),
			packet->comment ? packet->comment : "");
		return 0;
	}
	rc = db_query(&stmt, &store->db, sql, BINDS(B_INT(MESSAGE_ID(packet->id, position))), err);
	if (rc == 0)
		rc = db_next(&store->db, stmt, err);
	if (rc <= 0)
		return rc;
	text_copy(words->code, sizeof(words->code), db_text(stmt, 0));
	text_copy(words->comment, sizeof(words->comment), db_text(stmt, 1));
	words->edited = db_int(stmt, 2) != 0;
	sqlite3_reset(stmt);
	return 0;
}

/* A value that could not travel is not in the store either: there is nothing to map anew. */
static int refuse_lost_value(const struct row_words *words, struct err *err)
{
	if (words->edited || !text_equal(words->code, "VALUE_NOT_SENDABLE"))
		return 0;
	return err_set(err, ERR_USAGE,
		"one of its values could not be read, so it is not in the store: mend it in the "
		"source and process the interface again, or edit the payload");
}

static int mark_remap(struct store *store, int64_t message, struct err *err)
{
	static const char sql[] =
		"UPDATE message SET remap = (edited_at = 0), checked = 0 WHERE id = ?";

	return db_run(&store->db, sql, BINDS(B_INT(message)), err);
}

static int move(const struct doing *doing, int position, struct outcome *outcome, struct err *err)
{
	struct store *store = doing->store;
	const struct messages_event *what = doing->what;
	int64_t message = MESSAGE_ID(store->packet.id, position);
	int rc = packet_move_row(&store->packet, &store->db, position, outcome, err);

	if (rc == 0 && sends_again(what->event))
		rc = mark_remap(store, message, err);
	if (rc == 0)
		rc = store_audit(store, what->who, message_event_name(what->event),
			store->packet.run, message,
			what->comment ? what->comment : outcome->salesforce_id, err);
	return rc;
}

/* Words of a row that is given up stay with it: why it had failed. */
static void word_outcome(struct outcome *outcome, char *comment, size_t size,
	const struct messages_event *what, const struct row_words *words)
{
	if (what->comment)
		text_copy(comment, size, what->comment);
	else
		snprintf(comment, size, "%s by %s", message_event_name(what->event),
			text_empty(what->who) ? "nobody named" : what->who);
	if (what->event != EVENT_CANCEL || !words->code[0])
		return;
	outcome->code = words->code;
	snprintf(comment + strlen(comment), size - strlen(comment), "; before: %s", words->comment);
}

/* Apply the event to one row of store->packet. ERR_USAGE: it is refused, and nothing changed. */
static int do_row(const struct doing *doing, int position, struct err *err)
{
	struct store *store = doing->store;
	const struct messages_event *what = doing->what;
	const struct packet_row *row = packet_row(&store->packet, position);
	struct outcome outcome = { .row = *row,
		.time = doing->now,
		.salesforce_id =
			what->event == EVENT_RESOLVE_COMPLETED ? what->salesforce_id : NULL };
	char comment[RUN_WHO_MAX + 384];
	struct row_words words;
	int rc = message_next(&outcome.row.status, row->status, what->event, what->actor, err);

	if (rc == 0)
		rc = refuse_superseded(doing, MESSAGE_ID(store->packet.id, position), err);
	if (rc == 0)
		rc = load_words(&words, store, position, err);
	if (rc == 0 && sends_again(what->event))
		rc = refuse_lost_value(&words, err);
	if (rc != 0)
		return rc;
	word_outcome(&outcome, comment, sizeof(comment), what, &words);
	outcome.comment = comment;
	outcome.row.next_try = outcome.row.status == MESSAGE_PENDING ? doing->now : 0;
	return move(doing, position, &outcome, err);
}

static void tell(const struct doing *doing, int64_t message, const struct err *why)
{
	struct message_verdict verdict = { .message = message, .why = why };

	if (!why || why->kind != ERR_NOT_FOUND) {
		verdict.run = doing->store->packet.run;
		verdict.status =
			packet_row(&doing->store->packet, MESSAGE_POSITION(message))->status;
	}
	doing->each(doing->ctx, &verdict);
}

/* Messages of one packet, which is loaded. */
static int do_packet(const struct doing *doing, const int64_t *messages, int count, struct err *err)
{
	struct packet *packet = &doing->store->packet;
	bool waits = false;
	int rc = 0;

	for (int i = 0; rc == 0 && i < count; i++) {
		int position = MESSAGE_POSITION(messages[i]);
		struct err why = ERR_INIT;

		if (position >= packet->count)
			rc = err_set(
				&why, ERR_NOT_FOUND, "there is no message %" PRId64, messages[i]);
		else
			rc = do_row(doing, position, &why);
		if (rc == 0)
			waits = waits || packet_row(packet, position)->status == MESSAGE_PENDING;
		if (rc == 0 || rc == -ERR_USAGE || rc == -ERR_NOT_FOUND) {
			tell(doing, messages[i], rc ? &why : NULL);
			CRASH_POINT(MESSAGES_PART);
			rc = 0;
		} else {
			err_copy(err, &why);
		}
	}
	if (rc == 0)
		rc = packet_save(packet, &doing->store->db, doing->now, err);
	return rc == 0 && waits ? reopen_run(doing->store, packet->run, err) : rc;
}

static int packet_run(int64_t *run, struct store *store, int64_t message, struct err *err)
{
	static const char sql[] = "SELECT run FROM packet WHERE id = ?";

	*run = 0;
	return message > 0
		       ? db_value(run, &store->db, sql, BINDS(B_INT(MESSAGE_PACKET(message))), err)
		       : -ERR_NOT_FOUND;
}

/* Messages of one run. */
static int do_run(
	struct doing *doing, int64_t run, const int64_t *messages, int count, struct err *err)
{
	enum message_event event = doing->what->event;
	int rc = 0;
	int next;

	doing->superseded = NULL;
	doing->superseded_count = 0;
	if (event == EVENT_REPROCESS || event == EVENT_RESOLVE_NOT_SENT)
		rc = store_superseded_among(&doing->superseded, &doing->superseded_count,
			doing->store, run, messages, count, err);
	for (int i = 0; rc == 0 && i < count; i = next) {
		for (next = i + 1; next < count; next++) {
			if (MESSAGE_PACKET(messages[next]) != MESSAGE_PACKET(messages[i]))
				break;
		}
		rc = packet_load(
			&doing->store->packet, &doing->store->db, MESSAGE_PACKET(messages[i]), err);
		if (rc == 0)
			rc = do_packet(doing, messages + i, next - i, err);
	}
	free(doing->superseded);
	doing->superseded = NULL;
	return rc;
}

static void tell_missing(const struct doing *doing, int64_t message)
{
	struct err why = ERR_INIT;

	err_set(&why, ERR_NOT_FOUND, "there is no message %" PRId64, message);
	tell(doing, message, &why);
}

static int do_all(struct doing *doing, const int64_t *messages, int count, struct err *err)
{
	int rc = 0;
	int next;

	for (int i = 0; rc == 0 && i < count; i = next) {
		int64_t run;
		int64_t other;

		next = i + 1;
		rc = packet_run(&run, doing->store, messages[i], err);
		if (rc == -ERR_NOT_FOUND) {
			tell_missing(doing, messages[i]);
			rc = 0;
			continue;
		}
		for (; rc == 0 && next < count; next++) {
			if (MESSAGE_PACKET(messages[next]) == MESSAGE_PACKET(messages[next - 1]))
				continue;
			if (packet_run(&other, doing->store, messages[next], err) || other != run)
				break;
		}
		if (rc == 0)
			rc = do_run(doing, run, messages + i, next - i, err);
	}
	return rc;
}

int store_messages_event(struct store *store, const struct messages_event *what,
	const int64_t *messages, int count, message_event_each *each, void *ctx, struct err *err)
{
	struct doing doing = {
		.store = store, .what = what, .each = each, .ctx = ctx, .now = clock_now()
	};
	int rc = store_check_writing(store, err);

	if (rc != 0)
		return rc;
	if (what->event == EVENT_RESOLVE_COMPLETED && !text_empty(what->salesforce_id) &&
		!is_salesforce_id(what->salesforce_id))
		return err_set(err, ERR_USAGE,
			"\"%s\" is not a Salesforce id (15 or 18 letters and digits)",
			what->salesforce_id);
	for (int i = 1; i < count; i++) {
		if (messages[i] <= messages[i - 1])
			return err_set(err, ERR_USAGE, "messages must be told in ascending order");
	}
	return do_all(&doing, messages, count, err);
}

int store_message_checked(
	struct store *store, int64_t message, const char *comment, struct err *err)
{
	static const char sql[] =
		"UPDATE message SET comment = ?2, checked = ?3, time = ?3 WHERE id = ?1";
	struct packet *packet = &store->packet;
	struct row_set row = { { 0 } };
	int64_t now = clock_now();
	int position;
	int rc = store_load_message(&position, store, message, err);

	if (rc != 0 || packet_row(packet, position)->status != MESSAGE_UNKNOWN)
		return rc; /* a person was faster */
	row_set_add(&row, position);
	rc = packet_split(packet, &store->db, &row, err);
	packet->changed = true;
	if (rc == 0)
		rc = packet_save(packet, &store->db, now, err);
	return rc ? rc
		  : db_run(&store->db, sql, BINDS(B_INT(message), B_TEXT(comment), B_INT(now)),
			    err);
}

/* ---- one message ---- */

static void keep_refusal(void *ctx, const struct message_verdict *verdict)
{
	if (verdict->why)
		err_copy(ctx, verdict->why);
}

int store_message_event(struct store *store, int64_t message, enum message_event event,
	const char *who, const char *salesforce_id, struct err *err)
{
	struct messages_event what = { .event = event,
		.actor = ACTOR_OPERATOR,
		.who = who,
		.salesforce_id = text_empty(salesforce_id) ? NULL : salesforce_id };
	struct err refusal = ERR_INIT;
	int rc = store_messages_event(store, &what, &message, 1, keep_refusal, &refusal, err);

	if (rc != 0 || refusal.kind == ERR_NONE)
		return rc;
	rc = err_copy(err, &refusal);
	if (rc == -ERR_USAGE)
		err_prefix(err, "message %" PRId64, message);
	return rc;
}
