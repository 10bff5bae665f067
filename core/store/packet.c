/* packet.c — moving the rows of one packet between states while every count stays true. */

#include "base/base.h"
#include "base/text.h"
#include "store/blob.h"
#include "store/packet.h"

struct row_set row_set_and(struct row_set a, struct row_set b)
{
	for (size_t i = 0; i < ARRAY_SIZE(a.bits); i++)
		a.bits[i] &= b.bits[i];
	return a;
}

struct row_set row_set_and_not(struct row_set a, struct row_set b)
{
	for (size_t i = 0; i < ARRAY_SIZE(a.bits); i++)
		a.bits[i] &= ~b.bits[i];
	return a;
}

bool row_set_empty(const struct row_set *set)
{
	return !(set->bits[0] | set->bits[1] | set->bits[2] | set->bits[3]);
}

struct row_set row_set_first(int count)
{
	struct row_set set = { { 0 } };

	for (int i = 0; i < count / 64; i++)
		set.bits[i] = UINT64_MAX;
	if (count % 64)
		set.bits[count / 64] = (1ull << count % 64) - 1;
	return set;
}

void packet_clear(struct packet *packet)
{
	free(packet->code);
	free(packet->comment);
	memset(packet, 0, offsetof(struct packet, rows));
	memset(&packet->superseded, 0, sizeof(*packet) - offsetof(struct packet, superseded));
}

static const char sql_load[] =
	"SELECT run, rows, base, base_time, base_attempts, base_attempt, base_next_try, code,"
	" comment, own, superseded, n_new, n_processing, n_pending, n_completed, n_failed,"
	" n_unknown, n_cancelled, wants, written, unmatched, write_back FROM packet WHERE id = ?";

static const char sql_load_rows[] =
	"SELECT id, status, attempts, attempt, next_try FROM message WHERE id BETWEEN ? AND ?";

static void read_head(struct packet *packet, sqlite3_stmt *stmt)
{
	packet->run = db_int(stmt, 0);
	packet->count = (int)db_int(stmt, 1);
	packet->all = row_set_first(packet->count);
	packet->base.status = (enum message_status)db_int(stmt, 2);
	packet->base_time = db_int(stmt, 3);
	packet->base.attempts = (int)db_int(stmt, 4);
	packet->base.attempt = db_int(stmt, 5);
	packet->base.next_try = db_int(stmt, 6);
	packet->code = text_dup((const char *)sqlite3_column_text(stmt, 7));
	packet->comment = text_dup((const char *)sqlite3_column_text(stmt, 8));
	blob_set_read(
		&packet->own, sqlite3_column_blob(stmt, 9), (size_t)sqlite3_column_bytes(stmt, 9));
	blob_set_read(&packet->superseded, sqlite3_column_blob(stmt, 10),
		(size_t)sqlite3_column_bytes(stmt, 10));
	for (int i = 0; i < MESSAGE_STATUS_COUNT; i++)
		packet->counts[i] = (int)db_int(stmt, 11 + i);
	memcpy(packet->saved, packet->counts, sizeof(packet->saved));
	packet->wants = (unsigned)db_int(stmt, 18);
	blob_set_read(&packet->written, sqlite3_column_blob(stmt, 19),
		(size_t)sqlite3_column_bytes(stmt, 19));
	blob_set_read(&packet->unmatched, sqlite3_column_blob(stmt, 20),
		(size_t)sqlite3_column_bytes(stmt, 20));
	packet->write_back_saved[0] = (int)db_int(stmt, 21);
	packet->write_back_saved[1] = row_set_count(&packet->written);
	packet->write_back_saved[2] = row_set_count(&packet->unmatched);
}

static int load_rows(struct packet *packet, struct db *db, struct err *err)
{
	int64_t first = MESSAGE_ID(packet->id, 0);
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql_load_rows,
		BINDS(B_INT(first), B_INT(first + PACKET_ROWS_MAX - 1)), err);

	while (rc == 0 && (rc = db_next(db, stmt, err)) == 1) {
		struct packet_row *row = &packet->rows[MESSAGE_POSITION(db_int(stmt, 0))];

		row->status = (enum message_status)db_int(stmt, 1);
		row->attempts = (int)db_int(stmt, 2);
		row->attempt = db_int(stmt, 3);
		row->next_try = db_int(stmt, 4);
		rc = 0;
	}
	return rc;
}

int packet_load(struct packet *packet, struct db *db, int64_t id, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc;

	packet_clear(packet);
	rc = db_query(&stmt, db, sql_load, BINDS(B_INT(id)), err);
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no packet %" PRId64, id);
	if (rc < 0)
		return rc;
	packet->id = id;
	read_head(packet, stmt);
	sqlite3_reset(stmt);
	if (packet->count < 1 || packet->count > PACKET_ROWS_MAX)
		return err_set(err, ERR_STORE, "the store is damaged: packet %" PRId64, id);
	return row_set_empty(&packet->own) ? 0 : load_rows(packet, db, err);
}

const struct packet_row *packet_row(const struct packet *packet, int position)
{
	return row_set_has(&packet->own, position) ? &packet->rows[position] : &packet->base;
}

struct row_set packet_base_rows(const struct packet *packet)
{
	return row_set_and_not(packet->all, packet->own);
}

/* Is the end `status` one that is written back? */
static bool is_wanted(const struct packet *packet, enum message_status status)
{
	return (status == MESSAGE_COMPLETED && packet->wants & WRITE_BACK_SUCCESS) ||
	       (status == MESSAGE_FAILED && packet->wants & WRITE_BACK_FAILURE);
}

struct row_set packet_unwritten(const struct packet *packet)
{
	struct row_set rows = { { 0 } };

	if (!packet->wants)
		return rows;
	if (is_wanted(packet, packet->base.status))
		rows = packet_base_rows(packet);
	for (int i = 0; i < packet->count; i++)
		if (row_set_has(&packet->own, i) && is_wanted(packet, packet->rows[i].status))
			row_set_add(&rows, i);
	return row_set_and_not(rows, packet->written);
}

/* What was written back of an earlier end says nothing of a new one. */
static void unwrite(struct packet *packet, struct row_set rows)
{
	packet->written = row_set_and_not(packet->written, rows);
	packet->unmatched = row_set_and_not(packet->unmatched, rows);
}

int packet_move_base(struct packet *packet, const struct outcome *outcome, struct err *err)
{
	struct row_set rows = packet_base_rows(packet);
	int count = row_set_count(&rows);

	if (!text_set(&packet->code, outcome->code) ||
		!text_set(&packet->comment, outcome->comment))
		return err_nomem(err);
	if (packet->base.status != outcome->row.status)
		unwrite(packet, rows);
	packet->counts[packet->base.status] -= count;
	packet->counts[outcome->row.status] += count;
	packet->base = outcome->row;
	packet->base_time = outcome->time;
	packet->changed = true;
	return 0;
}

static const char sql_message[] =
	"INSERT INTO message (id, status, time, attempts, attempt, next_try, created,"
	" salesforce_id, code, comment, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	" ON CONFLICT (id) DO UPDATE SET status = excluded.status, time = excluded.time,"
	" attempts = excluded.attempts, attempt = excluded.attempt,"
	" next_try = excluded.next_try, created = excluded.created,"
	" salesforce_id = excluded.salesforce_id, code = excluded.code,"
	" comment = excluded.comment, fields = excluded.fields";

static const char *or_null(const char *text)
{
	return text_empty(text) ? NULL : text;
}

int packet_move_row(struct packet *packet, struct db *db, int position,
	const struct outcome *outcome, struct err *err)
{
	const struct packet_row *row = &outcome->row;
	int rc = db_run(db, sql_message,
		BINDS(B_INT(MESSAGE_ID(packet->id, position)), B_INT((int64_t)row->status),
			B_INT(outcome->time), B_INT(row->attempts), B_INT(row->attempt),
			B_INT(row->next_try), B_INT(outcome->created),
			B_TEXT(or_null(outcome->salesforce_id)), B_TEXT(or_null(outcome->code)),
			B_TEXT(or_null(outcome->comment)), B_TEXT(or_null(outcome->fields))),
		err);

	if (rc != 0)
		return rc;
	if (packet_row(packet, position)->status != row->status) {
		struct row_set moved = { { 0 } };

		row_set_add(&moved, position);
		unwrite(packet, moved);
	}
	packet->counts[packet_row(packet, position)->status]--;
	packet->counts[row->status]++;
	row_set_add(&packet->own, position);
	packet->rows[position] = *row;
	packet->changed = true;
	return 0;
}

int packet_split(struct packet *packet, struct db *db, const struct row_set *rows, struct err *err)
{
	struct outcome same = {
		.row = packet->base,
		.time = packet->base_time,
		.code = packet->code,
		.comment = packet->comment,
	};
	int rc = 0;

	for (int i = 0; i < packet->count && rc == 0; i++) {
		if (row_set_has(rows, i) && !row_set_has(&packet->own, i))
			rc = packet_move_row(packet, db, i, &same, err);
	}
	return rc;
}

/* The earliest next_try of the Pending rows, 0 when there are none. */
static int64_t earliest(const struct packet *packet)
{
	struct row_set base = packet_base_rows(packet);
	int64_t due = 0;

	if (packet->counts[MESSAGE_PENDING] == 0)
		return 0;
	if (packet->base.status == MESSAGE_PENDING && !row_set_empty(&base))
		due = packet->base.next_try;
	for (int i = 0; i < packet->count; i++) {
		if (!row_set_has(&packet->own, i) || packet->rows[i].status != MESSAGE_PENDING)
			continue;
		if (due == 0 || packet->rows[i].next_try < due)
			due = packet->rows[i].next_try;
	}
	return due;
}

static const char sql_insert[] =
	"INSERT INTO packet (run, rows, n_new, base, created, base_time, changed, wants)"
	" SELECT ?1, ?2, ?2, 0, ?3, ?3, ?3, wants FROM run WHERE id = ?1 RETURNING id, wants";

static const char sql_save[] =
	"UPDATE packet SET base = ?2, base_time = ?3, base_attempts = ?4, base_attempt = ?5,"
	" base_next_try = ?6, code = ?7, comment = ?8, own = ?9, superseded = ?10, changed = ?11,"
	" due = ?12, n_new = ?13, n_processing = ?14, n_pending = ?15, n_completed = ?16,"
	" n_failed = ?17, n_unknown = ?18, n_cancelled = ?19, write_back = ?20, written = ?21,"
	" unmatched = ?22 WHERE id = ?1";

/* The marks are some seconds apart: the pace of a run is what happened since the older one. */
static const char sql_count[] =
	"UPDATE run SET completed = completed + ?2, failed = failed + ?3, pending = pending + ?4,"
	" unknown = unknown + ?5, cancelled = cancelled + ?6, read = read + ?7, progress = ?8,"
	" mark_time = iif(?8 - last_time >= 4000, last_time, mark_time),"
	" mark_rows = iif(?8 - last_time >= 4000, last_rows, mark_rows),"
	" last_rows = iif(?8 - last_time >= 4000, completed + failed + unknown + ?2 + ?3 + ?5,"
	" last_rows),"
	" last_time = iif(?8 - last_time >= 4000, ?8, last_time) WHERE id = ?1";

static int save_counts(const struct packet *packet, struct db *db, int64_t now, struct err *err)
{
	int add[MESSAGE_STATUS_COUNT];
	int pending;
	int read = 0;

	for (int i = 0; i < MESSAGE_STATUS_COUNT; i++) {
		add[i] = packet->counts[i] - packet->saved[i];
		read += add[i];
	}
	pending = add[MESSAGE_NEW] + add[MESSAGE_PROCESSING] + add[MESSAGE_PENDING];
	return db_run(db, sql_count,
		BINDS(B_INT(packet->run), B_INT(add[MESSAGE_COMPLETED]), B_INT(add[MESSAGE_FAILED]),
			B_INT(pending), B_INT(add[MESSAGE_UNKNOWN]), B_INT(add[MESSAGE_CANCELLED]),
			B_INT(read), B_INT(now)),
		err);
}

static int save_head(const struct packet *packet, struct db *db, int64_t now, struct err *err)
{
	unsigned char own[BLOB_SET_LEN];
	unsigned char superseded[BLOB_SET_LEN];
	unsigned char written[BLOB_SET_LEN];
	unsigned char unmatched[BLOB_SET_LEN];
	struct row_set open = packet_unwritten(packet);
	const int *n = packet->counts;
	bool has_own = !row_set_empty(&packet->own);
	bool has_superseded = !row_set_empty(&packet->superseded);

	blob_set_write(own, &packet->own);
	blob_set_write(superseded, &packet->superseded);
	blob_set_write(written, &packet->written);
	blob_set_write(unmatched, &packet->unmatched);
	return db_run(db, sql_save,
		BINDS(B_INT(packet->id), B_INT((int64_t)packet->base.status),
			B_INT(packet->base_time), B_INT(packet->base.attempts),
			B_INT(packet->base.attempt), B_INT(packet->base.next_try),
			B_TEXT(or_null(packet->code)), B_TEXT(or_null(packet->comment)),
			B_BLOB(has_own ? own : NULL, BLOB_SET_LEN),
			B_BLOB(has_superseded ? superseded : NULL, BLOB_SET_LEN), B_INT(now),
			B_INT(earliest(packet)), B_INT(n[MESSAGE_NEW]),
			B_INT(n[MESSAGE_PROCESSING]), B_INT(n[MESSAGE_PENDING]),
			B_INT(n[MESSAGE_COMPLETED]), B_INT(n[MESSAGE_FAILED]),
			B_INT(n[MESSAGE_UNKNOWN]), B_INT(n[MESSAGE_CANCELLED]),
			B_INT(row_set_count(&open)),
			B_BLOB(packet->wants ? written : NULL, BLOB_SET_LEN),
			B_BLOB(packet->wants ? unmatched : NULL, BLOB_SET_LEN)),
		err);
}

/* What is open, done and unmatched of the write-back, added to the run's. */
int packet_save_write_back(struct packet *packet, struct db *db, struct err *err)
{
	static const char sql[] = "UPDATE run SET write_back_open = write_back_open + ?2,"
				  " write_back_done = write_back_done + ?3,"
				  " write_back_unmatched = write_back_unmatched + ?4 WHERE id = ?1";
	struct row_set open = packet_unwritten(packet);
	int now[3] = { row_set_count(&open), row_set_count(&packet->written),
		row_set_count(&packet->unmatched) };
	int *saved = packet->write_back_saved;
	int rc;

	if (!memcmp(now, saved, sizeof(now)))
		return 0;
	rc = db_run(db, sql,
		BINDS(B_INT(packet->run), B_INT(now[0] - saved[0]), B_INT(now[1] - saved[1]),
			B_INT(now[2] - saved[2])),
		err);
	if (!rc)
		memcpy(saved, now, sizeof(now));
	return rc;
}

int packet_insert(
	struct packet *packet, struct db *db, int64_t run, int count, int64_t now, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc;

	packet_clear(packet);
	packet->run = run;
	packet->count = count;
	packet->all = row_set_first(count);
	packet->base.status = MESSAGE_NEW;
	packet->base_time = now;
	packet->counts[MESSAGE_NEW] = count;
	rc = db_query(&stmt, db, sql_insert, BINDS(B_INT(run), B_INT(count), B_INT(now)), err);
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no run %" PRId64, run);
	if (rc < 0)
		return rc;
	packet->id = db_int(stmt, 0);
	packet->wants = (unsigned)db_int(stmt, 1);
	sqlite3_reset(stmt);
	return 0;
}

int packet_save(struct packet *packet, struct db *db, int64_t now, struct err *err)
{
	int rc = packet->changed ? save_head(packet, db, now, err) : 0;

	if (rc == 0)
		rc = save_counts(packet, db, now, err);
	if (rc == 0 && packet->wants)
		rc = packet_save_write_back(packet, db, err);
	if (rc == 0) {
		memcpy(packet->saved, packet->counts, sizeof(packet->saved));
		packet->changed = false;
	}
	return rc;
}
