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
		rc = stored->each(stored->ctx, keys[i], hashes[i], err);
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
