/* attempt.c — packets in, intent before bytes, and what became of the rows. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/blob.h"
#include "store/private.h"

/* ---- packets ---- */

static const char sql_add_keys[] = "INSERT INTO packet_key (packet, data) VALUES (?, ?)";
static const char sql_add_body[] = "INSERT INTO packet_body (packet, data) VALUES (?, ?)";
static const char sql_add_rows[] = "INSERT INTO packet_row (packet, data) VALUES (?, ?)";

typedef void blob_writer(struct buf *out, const struct row_in *rows, int count);

static int add_blob(struct store *store, const char *sql, blob_writer *write,
	const struct row_in *rows, int count, struct err *err)
{
	struct buf *blob = &store->blob;
	int rc;

	buf_reset(blob);
	write(blob, rows, count);
	rc = buf_check(blob, "a packet", err);
	if (rc == 0)
		rc = db_run(&store->db, sql,
			BINDS(B_INT(store->packet.id), B_BLOB(blob->data, blob->len)), err);
	return rc;
}

/* "CODE: text" into its halves; without a code the whole is the text. */
const char *store_split_reject(char code[64], const char *reject)
{
	size_t len = strspn(reject, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	code[0] = '\0';
	if (len == 0 || len >= 64 || strncmp(reject + len, ": ", 2) != 0)
		return reject;
	memcpy(code, reject, len);
	code[len] = '\0';
	return reject + len + 2;
}

static int reject_rows(struct store *store, const struct row_in *rows, int64_t now, struct err *err)
{
	struct packet *packet = &store->packet;
	char code[64];
	int rc = 0;

	for (int i = 0; i < packet->count && rc == 0; i++) {
		struct outcome outcome = { .time = now };

		if (!rows[i].reject)
			continue;
		rc = message_next(&outcome.row.status, MESSAGE_NEW, EVENT_REJECT, ACTOR_RUN, err);
		outcome.comment = store_split_reject(code, rows[i].reject);
		outcome.code = code;
		if (rc == 0)
			rc = packet_move_row(packet, &store->db, i, &outcome, err);
	}
	return rc;
}

int store_packet_add(int64_t *packet, struct store *store, const struct run_claim *claim,
	const struct row_in *rows, int count, struct err *err)
{
	int64_t now = clock_now();
	int rc = store_check_claim(store, claim, err);

	if (rc == 0 && (count < 1 || count > PACKET_ROWS_MAX))
		rc = err_set(err, ERR_USAGE, "a packet has 1 to %d rows", PACKET_ROWS_MAX);
	if (rc == 0)
		rc = packet_insert(&store->packet, &store->db, claim->run, count, now, err);
	if (rc == 0)
		rc = add_blob(store, sql_add_keys, blob_keys_write, rows, count, err);
	if (rc == 0)
		rc = add_blob(store, sql_add_body, blob_records_write, rows, count, err);
	if (rc == 0)
		rc = add_blob(store, sql_add_rows, blob_sources_write, rows, count, err);
	if (rc == 0)
		rc = reject_rows(store, rows, now, err);
	if (rc == 0)
		rc = packet_save(&store->packet, &store->db, now, err);
	if (rc == 0)
		*packet = store->packet.id;
	return rc;
}

/* ---- attempts ---- */

/* A row that is not New or Pending any more: somebody was faster, so load the packet again. */
static int check_sendable(const struct packet *packet, const struct row_set *rows, struct err *err)
{
	enum message_status to;

	for (int i = 0; i < packet->count; i++) {
		if (!row_set_has(rows, i) || message_next(&to, packet_row(packet, i)->status,
						     EVENT_SEND, ACTOR_RUN, err) == 0)
			continue;
		err_prefix(err, "message %" PRId64 " cannot be sent", MESSAGE_ID(packet->id, i));
		if (err) {
			err->kind = ERR_UNFINISHED;
			err->retryable = true;
		}
		return -ERR_UNFINISHED;
	}
	return 0;
}

static struct outcome processing(const struct packet_row *row, int64_t attempt, int64_t now)
{
	return (struct outcome){
		.row = { MESSAGE_PROCESSING, row->attempts + 1, attempt, 0 },
		.time = now,
	};
}

/*
 * The base rows among `rows` become Processing: all base rows as one where that is so, else the
 * smaller part gets rows of its own first.
 */
static int send_base(struct packet *packet, struct db *db, const struct row_set *rows,
	int64_t attempt, int64_t now, struct err *err)
{
	struct outcome outcome = processing(&packet->base, attempt, now);
	struct row_set base = packet_base_rows(packet);
	struct row_set sent = row_set_and(base, *rows);
	struct row_set left = row_set_and_not(base, *rows);
	int rc;

	if (row_set_empty(&sent))
		return 0;
	if (row_set_count(&left) > row_set_count(&sent))
		return packet_split(packet, db, &sent, err);
	rc = packet_split(packet, db, &left, err);
	return rc ? rc : packet_move_base(packet, &outcome, err);
}

static int send_rows(struct packet *packet, struct db *db, const struct row_set *rows,
	int64_t attempt, int64_t now, struct err *err)
{
	int rc = send_base(packet, db, rows, attempt, now, err);

	for (int i = 0; i < packet->count && rc == 0; i++) {
		struct outcome outcome = processing(packet_row(packet, i), attempt, now);

		if (row_set_has(rows, i) && row_set_has(&packet->own, i))
			rc = packet_move_row(packet, db, i, &outcome, err);
	}
	return rc;
}

static const char sql_attempt[] = "INSERT INTO attempt (run, packet, job, epoch, sent, rows, "
				  "request_id) VALUES (?, ?, ?, ?, ?, ?, ?)";

static int add_attempt(int64_t *attempt, struct store *store, const struct run_claim *claim,
	int64_t job, const struct row_set *rows, const char *request_id, int64_t now,
	struct err *err)
{
	struct row_set left = row_set_and_not(store->packet.all, *rows);
	unsigned char set[BLOB_SET_LEN];
	int rc;

	blob_set_write(set, rows);
	rc = db_run(&store->db, sql_attempt,
		BINDS(B_INT(claim->run), B_INT(store->packet.id), B_INT_OR_NULL(job),
			B_INT(claim->epoch), B_INT(now),
			B_BLOB(row_set_empty(&left) ? NULL : set, BLOB_SET_LEN),
			B_TEXT(request_id ? request_id : "")),
		err);
	if (rc == 0)
		*attempt = sqlite3_last_insert_rowid(store->db.handle);
	return rc;
}

int attempt_begin(int64_t *attempt, struct store *store, const struct run_claim *claim, int64_t job,
	int64_t packet, const struct row_set *rows, const char *request_id, struct err *err)
{
	struct packet *loaded = &store->packet;
	int64_t now = clock_now();
	int64_t id = 0;
	struct row_set beyond;
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = packet_load(loaded, &store->db, packet, err);
	if (rc != 0)
		return rc;
	beyond = row_set_and_not(*rows, loaded->all);
	if (loaded->run != claim->run || row_set_empty(rows) || !row_set_empty(&beyond))
		return err_set(err, ERR_USAGE, "packet %" PRId64 " has no such rows", packet);
	rc = check_sendable(loaded, rows, err);
	if (rc == 0)
		rc = add_attempt(&id, store, claim, job, rows, request_id, now, err);
	if (rc == 0)
		rc = send_rows(loaded, &store->db, rows, id, now, err);
	if (rc == 0)
		rc = packet_save(loaded, &store->db, now, err);
	if (rc == 0)
		*attempt = id;
	return rc;
}

int store_attempt_begin(int64_t *attempt, struct store *store, const struct run_claim *claim,
	int64_t packet, const struct row_set *rows, const char *request_id, struct err *err)
{
	return attempt_begin(attempt, store, claim, 0, packet, rows, request_id, err);
}

/* ---- answers ---- */

/* An attempt, its packet, and the result of each of its rows in the order of their positions. */
struct answer {
	int64_t attempt, packet;
	bool done;
	struct row_set rows;
	bool all_rows;
	const struct row_result *results[PACKET_ROWS_MAX];
	int count;
};

static int load_attempt(
	struct answer *answer, struct store *store, int64_t run, int64_t attempt, struct err *err)
{
	static const char sql[] = "SELECT packet, done, rows FROM attempt WHERE id = ? AND run = ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &store->db, sql, BINDS(B_INT(attempt), B_INT(run)), err);

	if (rc == 0)
		rc = db_next(&store->db, stmt, err);
	if (rc == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no attempt %" PRId64, attempt);
	if (rc < 0)
		return rc;
	answer->attempt = attempt;
	answer->packet = db_int(stmt, 0);
	answer->done = db_int(stmt, 1) != 0;
	answer->all_rows = sqlite3_column_type(stmt, 2) == SQLITE_NULL;
	blob_set_read(
		&answer->rows, sqlite3_column_blob(stmt, 2), (size_t)sqlite3_column_bytes(stmt, 2));
	sqlite3_reset(stmt);
	if (answer->done)
		return err_set(err, ERR_USAGE,
			"the answer of attempt %" PRId64 " is recorded already", attempt);
	rc = packet_load(&store->packet, &store->db, answer->packet, err);
	if (rc == 0 && answer->all_rows)
		answer->rows = store->packet.all;
	return rc;
}

static int mismatch(const struct answer *answer, const char *what, int position, struct err *err)
{
	return err_set(err, ERR_PROTOCOL, "%s row %d of attempt %" PRId64, what, position,
		answer->attempt);
}

/* Every row of the attempt must be answered exactly once, and be waiting for this very answer. */
static int sort_results(struct answer *answer, const struct packet *packet,
	const struct row_result *results, int count, struct err *err)
{
	const struct row_result *at[PACKET_ROWS_MAX] = { NULL };

	for (int i = 0; i < count; i++) {
		int position = results[i].position;

		if (position < 0 || position >= packet->count ||
			!row_set_has(&answer->rows, position))
			return mismatch(answer, "an answer came for what is no", position, err);
		if (at[position])
			return mismatch(answer, "two answers came for", position, err);
		at[position] = &results[i];
	}
	for (int i = 0; i < packet->count; i++) {
		if (!row_set_has(&answer->rows, i))
			continue;
		if (!at[i])
			return mismatch(answer, "no answer came for", i, err);
		if (packet_row(packet, i)->attempt != answer->attempt)
			return mismatch(answer, "another attempt was begun for", i, err);
		answer->results[answer->count++] = at[i];
	}
	return 0;
}

static int outcome_of(struct outcome *outcome, const struct packet_row *row,
	const struct row_result *result, int64_t now, struct err *err)
{
	bool succeeded = result->event == EVENT_SUCCEED;

	*outcome = (struct outcome){
		.row = *row,
		.time = now,
		.created = succeeded && result->created,
		.salesforce_id = result->salesforce_id,
		.code = succeeded ? NULL : result->code,
		.comment = succeeded ? NULL : result->text,
		.fields = succeeded ? NULL : result->fields,
	};
	outcome->row.next_try = result->event == EVENT_RETRY ? result->next_try : 0;
	return message_next(&outcome->row.status, row->status, result->event, ACTOR_RUN, err);
}

/* Can both share the packet's base? What a base cannot hold is kept in a row of its own. */
static bool shareable(const struct row_result *a, const struct row_result *b)
{
	if (a->event != b->event || a->event == EVENT_FAIL)
		return false;
	if (a->event == EVENT_SUCCEED)
		return true;
	return a->next_try == b->next_try && strcmp(a->code, b->code) == 0 &&
	       text_equal(a->text, b->text) && text_empty(a->fields) && text_empty(b->fields);
}

/*
 * The result that becomes the base: of those candidates that base rows may share (the first
 * success, the first other), the one that more of them do. NULL = none.
 */
static const struct row_result *choose_base(const struct answer *answer, const struct row_set *base)
{
	const struct row_result *candidates[2] = { NULL, NULL };
	int votes[2] = { 0, 0 };

	for (int i = 0; i < answer->count; i++) {
		const struct row_result *result = answer->results[i];
		int kind = result->event != EVENT_SUCCEED;

		if (!row_set_has(base, result->position))
			continue;
		if (!candidates[kind] && shareable(result, result))
			candidates[kind] = result;
		if (candidates[kind] && shareable(candidates[kind], result))
			votes[kind]++;
	}
	return votes[0] >= votes[1] ? candidates[0] : candidates[1];
}

static int apply_answer(struct packet *packet, struct db *db, const struct answer *answer,
	int64_t now, struct err *err)
{
	struct row_set base = row_set_and(packet_base_rows(packet), answer->rows);
	const struct row_result *shared = choose_base(answer, &base);
	struct outcome outcome;
	int rc = 0;

	for (int i = 0; i < answer->count && rc == 0; i++) {
		const struct row_result *result = answer->results[i];
		bool in_base = row_set_has(&base, result->position);

		rc = outcome_of(&outcome, packet_row(packet, result->position), result, now, err);
		if (rc == 0 && !(in_base && shared && shareable(shared, result)))
			rc = packet_move_row(packet, db, result->position, &outcome, err);
	}
	if (rc == 0 && shared) {
		rc = outcome_of(&outcome, &packet->base, shared, now, err);
		if (rc == 0)
			rc = packet_move_base(packet, &outcome, err);
	}
	return rc;
}

static int save_attempt(struct store *store, const struct answer *answer, int http_status,
	const char *note, int64_t now, struct err *err)
{
	static const char sql_done[] =
		"UPDATE attempt SET done = ?2, http_status = ?3, note = ?4 WHERE id = ?1";
	static const char sql_result[] = "INSERT INTO attempt_result (attempt, data) VALUES (?, ?)";
	int rc;

	buf_reset(&store->blob);
	blob_result_write(&store->blob, answer->results, answer->count);
	rc = buf_check(&store->blob, "a result", err);
	if (rc == 0)
		rc = db_run(&store->db, sql_done,
			BINDS(B_INT(answer->attempt), B_INT(now), B_INT(http_status), B_TEXT(note)),
			err);
	if (rc == 0)
		rc = db_run(&store->db, sql_result,
			BINDS(B_INT(answer->attempt), B_BLOB(store->blob.data, store->blob.len)),
			err);
	return rc;
}

int store_attempt_done(struct store *store, const struct run_claim *claim, int64_t attempt,
	int http_status, const char *note, const struct row_result *results, int count,
	struct err *err)
{
	struct answer answer = { .count = 0 };
	int64_t now = clock_now();
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = load_attempt(&answer, store, claim->run, attempt, err);
	if (rc == 0)
		rc = sort_results(&answer, &store->packet, results, count, err);
	if (rc == 0)
		rc = apply_answer(&store->packet, &store->db, &answer, now, err);
	if (rc == 0)
		rc = save_attempt(store, &answer, http_status, note, now, err);
	if (rc == 0)
		rc = packet_save(&store->packet, &store->db, now, err);
	return rc;
}

/* ---- sooner ---- */

/* Rows that share the packet's base come together: one of them too early does no harm. */
static int make_due(
	struct packet *packet, struct db *db, int position, int64_t now, struct err *err)
{
	static const char sql[] = "UPDATE message SET next_try = ?2 WHERE id = ?1";
	bool own = row_set_has(&packet->own, position);
	struct packet_row *row = own ? &packet->rows[position] : &packet->base;

	if (row->status != MESSAGE_PENDING || row->next_try <= now)
		return 0;
	row->next_try = now;
	packet->changed = true;
	return own ? db_run(db, sql, BINDS(B_INT(MESSAGE_ID(packet->id, position)), B_INT(now)),
			     err)
		   : 0;
}

int store_rows_due(struct store *store, const struct run_claim *claim, int64_t packet,
	const struct row_set *rows, struct err *err)
{
	int64_t now = clock_now();
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = packet_load(&store->packet, &store->db, packet, err);
	for (int i = 0; rc == 0 && i < store->packet.count; i++)
		if (row_set_has(rows, i))
			rc = make_due(&store->packet, &store->db, i, now, err);
	if (rc == 0)
		rc = packet_save(&store->packet, &store->db, now, err);
	return rc;
}

/* ---- after a crash ---- */

int attempt_settle(int64_t *rows, struct store *store, const struct run_claim *claim,
	int64_t attempt, enum message_event event, const char *comment, struct err *err)
{
	struct row_result results[PACKET_ROWS_MAX];
	struct answer answer = { .count = 0 };
	int64_t now = clock_now();
	int count = 0;
	int rc = load_attempt(&answer, store, claim->run, attempt, err);

	if (rc != 0)
		return rc;
	for (int i = 0; i < store->packet.count; i++) {
		if (row_set_has(&answer.rows, i))
			results[count++] = (struct row_result){
				.position = i,
				.event = event,
				.text = comment,
				.next_try = now,
			};
	}
	rc = store_attempt_done(store, claim, attempt, 0, comment, results, count, err);
	if (rc == 0)
		*rows += count;
	return rc;
}

int store_attempts_settle(int64_t *rows, struct store *store, const struct run_claim *claim,
	enum message_event event, const char *comment, struct err *err)
{
	static const char sql[] = "SELECT id FROM attempt WHERE run = ? AND done = 0 AND epoch < ?"
				  " AND job IS NULL AND id > ? ORDER BY id LIMIT 1";
	int64_t attempt = 0;
	int rc = store_check_claim(store, claim, err);

	*rows = 0;
	while (rc == 0) {
		rc = db_value(&attempt, &store->db, sql,
			BINDS(B_INT(claim->run), B_INT(claim->epoch), B_INT(attempt)), err);
		if (rc == -ERR_NOT_FOUND)
			return 0;
		if (rc == 0)
			rc = attempt_settle(rows, store, claim, attempt, event, comment, err);
	}
	return rc;
}
