/* view_resume.c — what a run that goes on has to know of what it did before. */

#include "base/base.h"
#include "store/blob.h"
#include "store/packet.h"
#include "store/view_private.h"

/* Visit each packet of a run that `sql` names. */
typedef int packet_visit(
	struct view *view, const struct packet *packet, void *ctx, struct err *err);

static int walk_packets(struct view *view, const char *sql, int64_t run, packet_visit *visit,
	void *ctx, struct err *err)
{
	struct packet packet;
	int64_t id = 0;
	int rc = view_begin(view, err);

	memset(&packet, 0, sizeof(packet));
	while (rc == 0) {
		rc = db_value(&id, &view->db, sql, BINDS(B_INT(run), B_INT(id)), err);
		if (rc == 0)
			rc = view_check_stop(view, err);
		if (rc == 0)
			rc = packet_load(&packet, &view->db, id, err);
		if (rc == 0)
			rc = visit(view, &packet, ctx, err);
	}
	packet_clear(&packet);
	view_end(view);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int load_keys(const char *keys[PACKET_ROWS_MAX], struct view *view,
	const struct packet *packet, struct err *err)
{
	int rc = view_blob(&view->keys, view, view_sql_keys, packet->id, err);

	return rc ? rc
		  : blob_keys_read(keys, buf_str(&view->keys), view->keys.len, packet->count, err);
}

/* ---- rows that wait ---- */

struct waiting {
	int64_t now;
	waiting_row_each *each;
	void *ctx;
};

static int visit_waiting(struct view *view, const struct packet *packet, void *ctx, struct err *err)
{
	const struct waiting *waiting = ctx;
	const char *keys[PACKET_ROWS_MAX];
	int rc = load_keys(keys, view, packet, err);

	for (int i = 0; rc == 0 && i < packet->count; i++) {
		const struct packet_row *row = packet_row(packet, i);

		if (row->status == MESSAGE_PENDING && row->next_try > waiting->now)
			rc = waiting->each(waiting->ctx, MESSAGE_ID(packet->id, i), keys[i],
				row->next_try, err);
	}
	return rc;
}

int view_waiting_rows(struct view *view, int64_t run, int64_t now, waiting_row_each *each,
	void *ctx, struct err *err)
{
	static const char sql[] = "SELECT id FROM packet WHERE run = ?1 AND id > ?2"
				  " AND n_pending > 0 ORDER BY id LIMIT 1";
	struct waiting waiting = { now, each, ctx };

	return walk_packets(view, sql, run, visit_waiting, &waiting, err);
}

/* ---- rows that are stored ---- */

struct stored {
	stored_row_each *each;
	void *ctx;
};

static int visit_stored(struct view *view, const struct packet *packet, void *ctx, struct err *err)
{
	const struct stored *stored = ctx;
	const char *keys[PACKET_ROWS_MAX];
	uint64_t hashes[PACKET_ROWS_MAX];
	int rc = load_keys(keys, view, packet, err);

	if (rc == 0)
		rc = view_hashes(hashes, view, packet->id, packet->count, err);
	for (int i = 0; rc == 0 && i < packet->count; i++)
		rc = stored->each(
			stored->ctx, keys[i], hashes[i], packet_row(packet, i)->status, err);
	return rc;
}

int view_stored_rows(
	struct view *view, int64_t run, stored_row_each *each, void *ctx, struct err *err)
{
	static const char sql[] =
		"SELECT id FROM packet WHERE run = ?1 AND id > ?2 ORDER BY id LIMIT 1";
	struct stored stored = { each, ctx };

	return walk_packets(view, sql, run, visit_stored, &stored, err);
}

/* ---- rows to be mapped anew ---- */

static int load_sources(struct slice sources[PACKET_ROWS_MAX], int *rows, struct view *view,
	int64_t packet, struct err *err)
{
	static const char sql[] = "SELECT rows FROM packet WHERE id = ?";
	int64_t count = 0;
	int rc = db_value(&count, &view->db, sql, BINDS(B_INT(packet)), err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no packet %" PRId64, packet);
	if (rc == 0)
		rc = view_blob(&view->rows, view, view_sql_rows, packet, err);
	*rows = (int)count;
	return rc ? rc
		  : blob_sources_read(sources, buf_str(&view->rows), view->rows.len, *rows, err);
}

int view_source_rows(
	struct view *view, int64_t packet, source_row_each *each, void *ctx, struct err *err)
{
	struct slice sources[PACKET_ROWS_MAX];
	int rows = 0;
	int rc = view_begin(view, err);

	if (rc == 0)
		rc = load_sources(sources, &rows, view, packet, err);
	for (int i = 0; rc == 0 && i < rows; i++)
		rc = each(ctx, i, sources[i].data, sources[i].len, err);
	view_end(view);
	return rc;
}

int view_run_columns(struct buf *out, struct view *view, int64_t run, struct err *err)
{
	static const char sql[] = "SELECT columns FROM run WHERE id = ?";
	sqlite3_stmt *stmt;
	int rc = view_begin(view, err);

	buf_reset(out);
	if (rc == 0)
		rc = db_query(&stmt, &view->db, sql, BINDS(B_INT(run)), err);
	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc == 1) {
		buf_add(out, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
		sqlite3_reset(stmt);
		rc = buf_check(out, "the columns of a run", err);
	}
	view_end(view);
	return rc;
}

int view_run_of(int64_t *run, struct view *view, int64_t message, struct err *err)
{
	static const char sql[] = "SELECT run FROM packet WHERE id = ?";
	int rc = message > 0 ? view_begin(view, err) : -ERR_NOT_FOUND;

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no message %" PRId64, message);
	if (rc == 0)
		rc = db_value(run, &view->db, sql, BINDS(B_INT(MESSAGE_PACKET(message))), err);
	view_end(view);
	if (rc == -ERR_NOT_FOUND)
		err_set(err, ERR_NOT_FOUND, "there is no message %" PRId64, message);
	return rc;
}

/* ---- Unknown ---- */

static int read_sent(struct unknown_row *row, struct view *view, int64_t packet,
	const struct packet_row *state, struct err *err)
{
	static const char sql_sent[] = "SELECT sent FROM attempt WHERE id = ?";
	static const char sql_first[] = "SELECT min(sent) FROM attempt WHERE packet = ?";
	int rc = db_value(&row->sent, &view->db, sql_sent, BINDS(B_INT(state->attempt)), err);

	row->since = row->sent;
	if (rc == 0 && state->attempts > 1)
		rc = db_value(&row->since, &view->db, sql_first, BINDS(B_INT(packet)), err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(
			err, ERR_STORE, "the store is damaged: attempt %" PRId64, state->attempt);
	return rc;
}

static int is_checked(bool *checked, struct view *view, const struct packet *packet, int position,
	struct err *err)
{
	static const char sql[] = "SELECT checked FROM message WHERE id = ?";
	int64_t when = 0;
	int rc = 0;

	if (row_set_has(&packet->own, position))
		rc = db_value(
			&when, &view->db, sql, BINDS(B_INT(MESSAGE_ID(packet->id, position))), err);
	*checked = when != 0;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int read_unknown(struct unknown_packet *out, struct view *view, struct err *err)
{
	struct packet packet;
	int rc;

	memset(&packet, 0, sizeof(packet));
	rc = packet_load(&packet, &view->db, out->packet, err);
	for (int i = 0; rc == 0 && i < packet.count; i++) {
		const struct packet_row *state = packet_row(&packet, i);
		struct unknown_row *row = &out->rows[out->count];

		if (state->status != MESSAGE_UNKNOWN)
			continue;
		*row = (struct unknown_row){ .position = i };
		rc = read_sent(row, view, out->packet, state, err);
		if (rc == 0)
			rc = is_checked(&row->checked, view, &packet, i, err);
		out->count++;
	}
	packet_clear(&packet);
	return rc;
}

int view_unknown_packet(struct unknown_packet *out, struct view *view, const struct unknown_of *of,
	int64_t after, struct err *err)
{
	static const char sql[] =
		"SELECT p.id FROM packet AS p INDEXED BY packet_unknown JOIN run AS r ON r.id = "
		"p.run"
		" WHERE p.n_unknown > 0 AND p.id > ?1 AND r.interface = ?2 AND r.connection = ?3"
		" AND r.object = ?4 ORDER BY p.id LIMIT 1";
	int rc = view_begin(view, err);

	out->count = 0;
	if (rc == 0)
		rc = db_value(&out->packet, &view->db, sql,
			BINDS(B_INT(after), B_TEXT(of->interface), B_TEXT(of->connection),
				B_TEXT(of->object)),
			err);
	if (rc == 0)
		rc = read_unknown(out, view, err);
	view_end(view);
	return rc;
}
