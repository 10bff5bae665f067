/* view_send.c — what the sender and the reader of a source need: due rows, and keys to hold. */

#include "base/base.h"
#include "store/blob.h"
#include "store/packet.h"
#include "store/view_private.h"

/* ---- due packets ---- */

static const char sql_due[] =
	"SELECT id FROM packet INDEXED BY packet_due WHERE run = ?1 AND id > ?2"
	" AND (n_new > 0 OR n_pending > 0) AND (n_new > 0 OR due <= ?3) ORDER BY id LIMIT 1";

static const char sql_next_due[] =
	"SELECT min(due) FROM packet INDEXED BY packet_due WHERE run = ?1"
	" AND (n_new > 0 OR n_pending > 0) AND due > 0";

static const char sql_edited[] = "SELECT id, record FROM message WHERE id BETWEEN ? AND ?"
				 " AND record IS NOT NULL";

static bool due_now(const struct packet_row *row, int64_t now)
{
	return row->status == MESSAGE_NEW ||
	       (row->status == MESSAGE_PENDING && row->next_try <= now);
}

/* Edited records replace those of the packet; their copies hang on the same chain of memory. */
struct edited {
	struct edited *next;
	char text[];
};

/* The memory behind a packet_out: keys and records as they lie in the store, then what was edited.
 */
struct packet_memory {
	struct edited *edited;
	char data[];
};

static int add_edited(struct packet_out *out, struct view *view, struct err *err)
{
	struct packet_memory *memory = out->arena;
	int64_t first = MESSAGE_ID(out->packet, 0);
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql_edited,
		BINDS(B_INT(first), B_INT(first + PACKET_ROWS_MAX - 1)), err);

	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		int position = MESSAGE_POSITION(db_int(stmt, 0));
		const char *record = db_text(stmt, 1);
		size_t len = (size_t)sqlite3_column_bytes(stmt, 1);
		struct edited *edited = malloc(sizeof(*edited) + len + 1);

		if (!edited) {
			sqlite3_reset(stmt);
			return err_nomem(err);
		}
		memcpy(edited->text, record, len + 1);
		edited->next = memory->edited;
		memory->edited = edited;
		out->records[position] = edited->text;
		out->record_lens[position] = (uint32_t)len;
		rc = 0;
	}
	return rc;
}

/* Copy both blobs into one piece of memory and point into it. */
static int place_rows(struct packet_out *out, struct view *view, struct err *err)
{
	struct slice records[PACKET_ROWS_MAX];
	struct packet_memory *memory;
	int rc = view_blob(&view->keys, view, view_sql_keys, out->packet, err);

	if (rc == 0)
		rc = view_blob(&view->body, view, view_sql_body, out->packet, err);
	if (rc != 0)
		return rc;
	memory = malloc(sizeof(*memory) + view->keys.len + view->body.len);
	if (!memory)
		return err_nomem(err);
	memory->edited = NULL;
	memcpy(memory->data, buf_str(&view->keys), view->keys.len);
	memcpy(memory->data + view->keys.len, buf_str(&view->body), view->body.len);
	out->arena = memory;
	rc = blob_keys_read(out->keys, memory->data, view->keys.len, out->rows, err);
	if (rc == 0)
		rc = blob_records_read(
			records, memory->data + view->keys.len, view->body.len, out->rows, err);
	for (int i = 0; rc == 0 && i < out->rows; i++) {
		out->records[i] = records[i].data;
		out->record_lens[i] = records[i].len;
	}
	return rc;
}

static void sort_row(
	struct packet_out *out, int position, const struct packet_row *row, int64_t now)
{
	if (due_now(row, now)) {
		row_set_add(&out->due, position);
	} else if (row->status == MESSAGE_PENDING) {
		row_set_add(&out->waiting, position);
		if (!out->next_due || row->next_try < out->next_due)
			out->next_due = row->next_try;
	}
	if (row->attempts > 0)
		row_set_add(&out->tried, position);
}

static int load_due(
	struct packet_out *out, struct view *view, int64_t id, int64_t now, struct err *err)
{
	struct packet packet;
	int rc;

	memset(&packet, 0, sizeof(packet));
	rc = packet_load(&packet, &view->db, id, err);
	if (rc == 0) {
		out->packet = id;
		out->rows = packet.count;
		for (int i = 0; i < packet.count; i++)
			sort_row(out, i, packet_row(&packet, i), now);
		rc = place_rows(out, view, err);
	}
	if (rc == 0 && !row_set_empty(&packet.own))
		rc = add_edited(out, view, err);
	packet_clear(&packet);
	return rc;
}

static int find_due(struct packet_out *out, struct view *view, int64_t run, int64_t after,
	int64_t now, int64_t *next_due, struct err *err)
{
	int64_t id = 0;
	int rc =
		db_value(&id, &view->db, sql_due, BINDS(B_INT(run), B_INT(after), B_INT(now)), err);

	if (rc == 0)
		return load_due(out, view, id, now, err);
	if (rc != -ERR_NOT_FOUND)
		return rc;
	if (next_due) {
		rc = db_value(next_due, &view->db, sql_next_due, BINDS(B_INT(run)), err);
		if (rc != 0)
			return rc;
	}
	return err_set(err, ERR_NOT_FOUND, "nothing of run %" PRId64 " is due", run);
}

int view_packet_due(struct packet_out *out, struct view *view, int64_t run, int64_t after,
	int64_t now, int64_t *next_due, struct err *err)
{
	int rc = view_begin(view, err);

	memset(out, 0, sizeof(*out));
	if (next_due)
		*next_due = 0;
	if (rc == 0)
		rc = find_due(out, view, run, after, now, next_due, err);
	view_end(view);
	if (rc != 0)
		packet_out_free(out);
	return rc;
}

int view_packet(
	struct packet_out *out, struct view *view, int64_t packet, int64_t now, struct err *err)
{
	int rc = view_begin(view, err);

	memset(out, 0, sizeof(*out));
	if (rc == 0)
		rc = load_due(out, view, packet, now, err);
	view_end(view);
	if (rc != 0)
		packet_out_free(out);
	return rc;
}

void packet_out_free(struct packet_out *packet)
{
	struct packet_memory *memory = packet ? packet->arena : NULL;

	if (!memory)
		return;
	while (memory->edited) {
		struct edited *next = memory->edited->next;

		free(memory->edited);
		memory->edited = next;
	}
	free(memory);
	packet->arena = NULL;
}

/* ---- keys to hold ---- */

/* Packets with messages that hold their keys against a new reading. */
static const char sql_holding[] =
	"SELECT p.id FROM packet AS p JOIN run AS r ON r.id = p.run WHERE p.id IN ("
	" SELECT id FROM packet INDEXED BY packet_waiting"
	"  WHERE n_new + n_processing + n_pending > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_failed WHERE n_failed > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_unknown WHERE n_unknown > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_write_back WHERE write_back = 1)"
	" AND r.interface = ?1 AND r.id <> ?2 AND r.dry_run = 0 ORDER BY p.id";

static const char sql_write_back[] = "SELECT write_back FROM packet WHERE id = ?";

/* The hashes lie at the start of a large blob: read them alone. */
static int read_hashes(
	uint64_t hashes[PACKET_ROWS_MAX], struct view *view, int64_t id, int rows, struct err *err)
{
	unsigned char raw[PACKET_ROWS_MAX * 8];
	sqlite3_blob *blob = NULL;
	int rc = 0;

	if (sqlite3_blob_open(view->db.handle, "main", "packet_row", "data", id, 0, &blob) !=
			SQLITE_OK ||
		sqlite3_blob_read(blob, raw, rows * 8, 0) != SQLITE_OK)
		rc = db_fail(&view->db, "could not read", err);
	sqlite3_blob_close(blob);
	for (int i = 0; rc == 0 && i < rows; i++)
		hashes[i] = blob_u64(raw + BLOB_HASH_OFFSET(i));
	return rc;
}

struct holder {
	struct view *view;
	open_key_each *each;
	void *ctx;
};

static int hold_rows(
	const struct holder *holder, const struct packet *packet, bool write_back, struct err *err)
{
	const char *keys[PACKET_ROWS_MAX];
	uint64_t hashes[PACKET_ROWS_MAX] = { 0 };
	struct view *view = holder->view;
	int rc = view_blob(&view->keys, view, view_sql_keys, packet->id, err);

	if (rc == 0)
		rc = blob_keys_read(keys, buf_str(&view->keys), view->keys.len, packet->count, err);
	if (rc == 0 && packet->counts[MESSAGE_FAILED])
		rc = read_hashes(hashes, view, packet->id, packet->count, err);
	for (int i = 0; rc == 0 && i < packet->count; i++) {
		enum message_status status = packet_row(packet, i)->status;
		bool open =
			message_status_open(status) || (status == MESSAGE_COMPLETED && write_back);

		if (keys[i][0] && !row_set_has(&packet->superseded, i) &&
			(open || status == MESSAGE_FAILED))
			rc = holder->each(holder->ctx, keys[i], open, open ? 0 : hashes[i], err);
	}
	return rc;
}

static int hold_packet(const struct holder *holder, int64_t id, struct err *err)
{
	struct packet packet;
	int64_t write_back = 0;
	int rc = view_check_stop(holder->view, err);

	memset(&packet, 0, sizeof(packet));
	if (rc == 0)
		rc = packet_load(&packet, &holder->view->db, id, err);
	if (rc == 0)
		rc = db_value(
			&write_back, &holder->view->db, sql_write_back, BINDS(B_INT(id)), err);
	if (rc == 0)
		rc = hold_rows(holder, &packet, write_back == 1, err);
	packet_clear(&packet);
	return rc;
}

int view_open_keys(struct view *view, const char *interface, int64_t except_run,
	open_key_each *each, void *ctx, struct err *err)
{
	struct holder holder = { view, each, ctx };
	sqlite3_stmt *stmt;
	int rc = view_begin(view, err);

	if (rc == 0)
		rc = db_query(&stmt, &view->db, sql_holding,
			BINDS(B_TEXT(interface), B_INT(except_run)), err);
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		rc = hold_packet(&holder, db_int(stmt, 0), err);
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	view_end(view);
	return rc;
}
