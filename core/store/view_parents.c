/* view_parents.c — records that are still on their way to an org, by their key. */

#include "base/base.h"
#include "store/blob.h"
#include "store/packet.h"
#include "store/view_private.h"

/* Packets with open messages of runs that upsert the object by this field, in the same org. */
static const char sql_open[] =
	"SELECT p.id FROM packet AS p JOIN run AS r ON r.id = p.run WHERE p.id IN ("
	" SELECT id FROM packet INDEXED BY packet_waiting"
	"  WHERE n_new + n_processing + n_pending > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_unknown WHERE n_unknown > 0)"
	" AND r.object = ?1 COLLATE NOCASE AND r.external_id = ?2 COLLATE NOCASE AND r.dry_run = 0"
	" AND (r.connection = ?3 OR r.connection IN (SELECT c.name FROM connection AS c"
	"  JOIN connection AS own ON own.org_id = c.org_id WHERE own.name = ?3))";

static int each_open_row(
	struct view *view, int64_t id, open_record_each *each, void *ctx, struct err *err)
{
	const char *keys[PACKET_ROWS_MAX];
	struct packet packet;
	int rc = view_check_stop(view, err);

	memset(&packet, 0, sizeof(packet));
	if (rc == 0)
		rc = packet_load(&packet, &view->db, id, err);
	if (rc == 0)
		rc = view_blob(&view->keys, view, view_sql_keys, id, err);
	if (rc == 0)
		rc = blob_keys_read(keys, buf_str(&view->keys), view->keys.len, packet.count, err);
	for (int i = 0; rc == 0 && i < packet.count; i++) {
		if (keys[i][0] && message_status_open(packet_row(&packet, i)->status))
			rc = each(ctx, keys[i], err);
	}
	packet_clear(&packet);
	return rc;
}

int view_open_records(struct view *view, const struct record_kind *kind, open_record_each *each,
	void *ctx, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = view_begin(view, err);

	if (rc == 0)
		rc = db_query(&stmt, &view->db, sql_open,
			BINDS(B_TEXT(kind->object), B_TEXT(kind->external_id),
				B_TEXT(kind->connection)),
			err);
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		rc = each_open_row(view, db_int(stmt, 0), each, ctx, err);
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	view_end(view);
	return rc;
}
