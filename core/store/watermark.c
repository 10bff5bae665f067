/* watermark.c — how far an interface has read, and what it has sent. */

#include "base/base.h"
#include "store/watermark.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/blob.h"
#include "store/packet.h"
#include "store/private.h"
#include "store/view_private.h"

int store_watermark(
	struct store *store, const char *interface, const struct watermark *mark, struct err *err)
{
	static const char sql[] =
		"INSERT INTO watermark (interface, source_column, value, type, org_id,"
		" mapping_version, run, changed, before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')"
		" ON CONFLICT (interface) DO UPDATE SET before = value, value = excluded.value,"
		" source_column = excluded.source_column, type = excluded.type,"
		" org_id = excluded.org_id, mapping_version = excluded.mapping_version,"
		" run = excluded.run, changed = excluded.changed";
	int rc = store_check_writing(store, err);

	return rc ? rc
		  : db_run(&store->db, sql,
			    BINDS(B_TEXT(interface), B_TEXT(mark->column), B_TEXT(mark->value),
				    B_INT(mark->type), B_TEXT(mark->org_id),
				    B_INT((int64_t)mark->mapping_version), B_INT(mark->run),
				    B_INT(clock_now())),
			    err);
}

int store_watermark_clear(struct store *store, const char *interface, struct err *err)
{
	static const char sql[] = "DELETE FROM watermark WHERE interface = ?";
	int rc = store_check_writing(store, err);

	return rc ? rc : db_run(&store->db, sql, BINDS(B_TEXT(interface)), err);
}

int store_watermark_undo(struct store *store, int64_t run, struct err *err)
{
	static const char sql_back[] =
		"UPDATE watermark SET value = before, run = 0 WHERE run = ? AND before <> ''";
	static const char sql_none[] = "DELETE FROM watermark WHERE run = ? AND before = ''";
	int rc = store_check_writing(store, err);

	if (!rc)
		rc = db_run(&store->db, sql_none, BINDS(B_INT(run)), err);
	if (!rc)
		rc = db_run(&store->db, sql_back, BINDS(B_INT(run)), err);
	return rc;
}

int view_watermark(struct watermark *out, struct view *view, const char *interface, struct err *err)
{
	static const char sql[] = "SELECT source_column, value, type, org_id, mapping_version, run,"
				  " changed FROM watermark WHERE interface = ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, BINDS(B_TEXT(interface)), err);

	*out = (struct watermark){ 0 };
	if (!rc)
		rc = db_next(&view->db, stmt, err);
	if (rc <= 0)
		return rc ? rc : -ERR_NOT_FOUND;
	text_copy(out->column, sizeof(out->column), db_text(stmt, 0));
	text_copy(out->value, sizeof(out->value), db_text(stmt, 1));
	out->type = (int)db_int(stmt, 2);
	text_copy(out->org_id, sizeof(out->org_id), db_text(stmt, 3));
	out->mapping_version = (uint64_t)db_int(stmt, 4);
	out->run = db_int(stmt, 5);
	out->changed = db_int(stmt, 6);
	sqlite3_reset(stmt);
	return 0;
}

/* ---- what was sent ---- */

static int visit_packet(struct view *view, struct packet *packet, bool same_mapping,
	last_row_each *each, void *ctx, struct err *err)
{
	const char *keys[PACKET_ROWS_MAX];
	uint64_t hashes[PACKET_ROWS_MAX];
	int rc = view_blob(&view->keys, view, view_sql_keys, packet->id, err);

	if (!rc)
		rc = blob_keys_read(keys, buf_str(&view->keys), view->keys.len, packet->count, err);
	if (!rc)
		rc = view_hashes(hashes, view, packet->id, packet->count, err);
	for (int i = packet->count - 1; !rc && i >= 0; i--)
		if (*keys[i])
			rc = each(ctx, keys[i], hashes[i],
				same_mapping && packet_row(packet, i)->status == MESSAGE_COMPLETED,
				err);
	return rc;
}

int view_last_rows(struct view *view, const char *interface, int64_t except_run, uint64_t mapping,
	last_row_each *each, void *ctx, struct err *err)
{
	static const char sql[] =
		"SELECT p.id, r.mapping_version FROM packet p JOIN run r ON r.id = p.run"
		" WHERE p.id < ?2 AND r.interface = ?1 AND r.id <> ?3 AND r.dry_run = 0"
		" AND p.created >= coalesce((SELECT pinned_at FROM connection c"
		" WHERE c.name = r.connection), 0) ORDER BY p.id DESC LIMIT 1";
	struct packet packet;
	int64_t id = INT64_MAX;
	sqlite3_stmt *stmt;
	int rc = view_begin(view, err);

	memset(&packet, 0, sizeof(packet));
	while (!rc) {
		bool same;

		rc = db_query(&stmt, &view->db, sql,
			BINDS(B_TEXT(interface), B_INT(id), B_INT(except_run)), err);
		if (!rc)
			rc = db_next(&view->db, stmt, err);
		if (rc != 1)
			break;
		id = db_int(stmt, 0);
		same = (uint64_t)db_int(stmt, 1) == mapping;
		sqlite3_reset(stmt);
		rc = view_check_stop(view, err);
		if (!rc)
			rc = packet_load(&packet, &view->db, id, err);
		if (!rc)
			rc = visit_packet(view, &packet, same, each, ctx, err);
	}
	packet_clear(&packet);
	view_end(view);
	return rc > 0 ? 0 : rc;
}
