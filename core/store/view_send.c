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

static const char sql_edited[] = "SELECT id, record, remap FROM message"
				 " WHERE id BETWEEN ? AND ? AND (record IS NOT NULL OR remap = 1)";

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
		struct edited *edited;

		rc = 0;
		if (db_int(stmt, 2) && row_set_has(&out->due, position))
			row_set_add(&out->remap, position);
		if (sqlite3_column_type(stmt, 1) == SQLITE_NULL)
			continue;
		edited = malloc(sizeof(*edited) + len + 1);
		if (!edited) {
			sqlite3_reset(stmt);
			return err_nomem(err);
		}
		memcpy(edited->text, record, len + 1);
		edited->next = memory->edited;
		memory->edited = edited;
		row_set_add(&out->edited, position);
		out->records[position] = edited->text;
		out->record_lens[position] = (uint32_t)len;
	}
	return rc;
}

static const char sql_content[] =
	"SELECT k.data, b.data FROM packet_key AS k JOIN packet_body AS b ON b.packet = k.packet"
	" WHERE k.packet = ?";

/* Copy keys and records into one piece of memory and point into it. */
static int place_rows(struct packet_out *out, sqlite3_stmt *stmt, struct err *err)
{
	struct slice records[PACKET_ROWS_MAX];
	struct packet_memory *memory;
	size_t keys_len = (size_t)sqlite3_column_bytes(stmt, 0);
	size_t body_len = (size_t)sqlite3_column_bytes(stmt, 1);
	char *body;
	int rc;

	memory = malloc(sizeof(*memory) + keys_len + body_len);
	if (!memory)
		return err_nomem(err);
	out->arena = memory;
	out->bytes = keys_len + body_len;
	memory->edited = NULL;
	body = memory->data + keys_len;
	if (keys_len)
		memcpy(memory->data, sqlite3_column_blob(stmt, 0), keys_len);
	if (body_len)
		memcpy(body, sqlite3_column_blob(stmt, 1), body_len);
	rc = blob_keys_read(out->keys, memory->data, keys_len, out->rows, err);
	if (rc == 0)
		rc = blob_records_read(records, body, body_len, out->rows, err);
	for (int i = 0; rc == 0 && i < out->rows; i++) {
		out->records[i] = records[i].data;
		out->record_lens[i] = records[i].len;
	}
	return rc;
}

static int load_content(struct packet_out *out, struct view *view, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql_content, BINDS(B_INT(out->packet)), err);

	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc == 0)
		return err_set(err, ERR_STORE,
			"the store is damaged: the rows of packet %" PRId64 " are missing",
			out->packet);
	if (rc < 0)
		return rc;
	rc = place_rows(out, stmt, err);
	sqlite3_reset(stmt);
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
	if (row->attempts > 1)
		row_set_add(&out->repeated, position);
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
		out->overtaken = packet.superseded;
		for (int i = 0; i < packet.count; i++)
			sort_row(out, i, packet_row(&packet, i), now);
		rc = load_content(out, view, err);
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
	packet->bytes = 0;
}

/* ---- keys to hold ---- */

/* Packets with messages that hold their keys against a new reading. */
static const char sql_holding[] =
	"SELECT p.id FROM packet AS p JOIN run AS r ON r.id = p.run WHERE p.id IN ("
	" SELECT id FROM packet INDEXED BY packet_waiting"
	"  WHERE n_new + n_processing + n_pending > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_failed WHERE n_failed > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_unknown WHERE n_unknown > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_write_back WHERE write_back > 0)"
	" AND r.interface = ?1 AND r.id <> ?2 AND r.dry_run = 0 ORDER BY p.id";

struct holder {
	struct view *view;
	open_key_each *each;
	void *ctx;
};

static int hold_rows(const struct holder *holder, const struct packet *packet, struct err *err)
{
	struct row_set unwritten = packet_unwritten(packet);
	const char *keys[PACKET_ROWS_MAX];
	uint64_t hashes[PACKET_ROWS_MAX] = { 0 };
	struct view *view = holder->view;
	int rc = view_blob(&view->keys, view, view_sql_keys, packet->id, err);

	if (rc == 0)
		rc = blob_keys_read(keys, buf_str(&view->keys), view->keys.len, packet->count, err);
	if (rc == 0 && packet->counts[MESSAGE_FAILED])
		rc = view_hashes(hashes, view, packet->id, packet->count, err);
	for (int i = 0; rc == 0 && i < packet->count; i++) {
		enum message_status status = packet_row(packet, i)->status;
		bool open = message_status_open(status) ||
			    (status == MESSAGE_COMPLETED && row_set_has(&unwritten, i));

		if (keys[i][0] && !row_set_has(&packet->superseded, i) &&
			(open || status == MESSAGE_FAILED))
			rc = holder->each(holder->ctx, keys[i], open, open ? 0 : hashes[i], err);
	}
	return rc;
}

static int hold_packet(const struct holder *holder, int64_t id, struct err *err)
{
	struct packet packet;
	int rc = view_check_stop(holder->view, err);

	memset(&packet, 0, sizeof(packet));
	if (rc == 0)
		rc = packet_load(&packet, &holder->view->db, id, err);
	if (rc == 0)
		rc = hold_rows(holder, &packet, err);
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
