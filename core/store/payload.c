/* payload.c — payload and source rows leave the store once their messages are Completed. What is
 * left has a length of nothing; the hashes that tell rows apart stay. */

#include "base/base.h"
#include "base/crash_point.h"
#include "store/blob.h"
#include "store/private.h"
#include "store/view.h"

/* True when one of the rows still had something. */
static bool empty_slices(struct slice *slices, const struct row_set *rows, int count)
{
	bool any = false;

	for (int i = 0; i < count; i++) {
		if (!row_set_has(rows, i))
			continue;
		any = any || slices[i].len > 0;
		slices[i].len = 0;
	}
	return any;
}

static int write_blob(struct store *store, const char *sql, const struct buf *blob, struct err *err)
{
	int rc = buf_check(blob, "the rows of a packet", err);

	return rc ? rc
		  : db_run(&store->db, sql,
			    BINDS(B_INT(store->packet.id), B_BLOB(blob->data, blob->len)), err);
}

static int drop_records(bool *any, struct store *store, const struct row_set *rows, struct err *err)
{
	struct slice records[PACKET_ROWS_MAX];
	struct row_in kept[PACKET_ROWS_MAX] = { { 0 } };
	struct buf blob = BUF_INIT(BLOB_MAX);
	int count = store->packet.count;
	int rc = db_blob(&store->blob, &store->db, "SELECT data FROM packet_body WHERE packet = ?",
		store->packet.id, err);

	if (rc == 0)
		rc = blob_records_read(records, buf_str(&store->blob), store->blob.len, count, err);
	*any = rc == 0 && empty_slices(records, rows, count);
	if (*any) {
		for (int i = 0; i < count; i++) {
			kept[i].record = records[i].data;
			kept[i].record_len = records[i].len;
		}
		blob_records_write(&blob, kept, count);
		rc = write_blob(
			store, "UPDATE packet_body SET data = ?2 WHERE packet = ?1", &blob, err);
	}
	buf_free(&blob);
	return rc;
}

static int drop_sources(struct store *store, const struct row_set *rows, struct err *err)
{
	struct slice sources[PACKET_ROWS_MAX];
	struct row_in kept[PACKET_ROWS_MAX] = { { 0 } };
	struct buf blob = BUF_INIT(BLOB_MAX);
	int count = store->packet.count;
	int rc = db_blob(&store->blob, &store->db, "SELECT data FROM packet_row WHERE packet = ?",
		store->packet.id, err);

	if (rc == 0)
		rc = blob_sources_read(sources, buf_str(&store->blob), store->blob.len, count, err);
	if (rc == 0) {
		empty_slices(sources, rows, count);
		for (int i = 0; i < count; i++) {
			kept[i].hash = blob_u64(buf_str(&store->blob) + BLOB_HASH_OFFSET(i));
			kept[i].source = sources[i].data;
			kept[i].source_len = sources[i].len;
		}
		blob_sources_write(&blob, kept, count);
		rc = write_blob(
			store, "UPDATE packet_row SET data = ?2 WHERE packet = ?1", &blob, err);
	}
	buf_free(&blob);
	return rc;
}

/* An edit left the payload in the message and in the record of who edited it. */
static int drop_edited(struct store *store, const struct row_set *rows, struct err *err)
{
	static const char *const statements[] = {
		("UPDATE audit SET detail = NULL WHERE message = ?1 AND message <> 0 AND action ="
		 " 'edit' AND EXISTS (SELECT 1 FROM message WHERE id = ?1 AND record IS NOT NULL)"),
		"UPDATE message SET record = NULL WHERE id = ?1 AND record IS NOT NULL",
	};
	const struct packet *packet = &store->packet;
	int rc = 0;

	for (int i = 0; i < packet->count; i++)
		for (size_t k = 0; rc == 0 && k < ARRAY_SIZE(statements); k++)
			if (row_set_has(rows, i) && row_set_has(&packet->own, i))
				rc = db_run(&store->db, statements[k],
					BINDS(B_INT(MESSAGE_ID(packet->id, i))), err);
	return rc;
}

static struct row_set droppable(const struct packet *packet)
{
	struct row_set unwritten = packet_unwritten(packet);
	struct row_set rows = { { 0 } };

	for (int i = 0; i < packet->count; i++)
		if (packet_row(packet, i)->status == MESSAGE_COMPLETED &&
			!row_set_has(&unwritten, i))
			row_set_add(&rows, i);
	return rows;
}

static int drop_packet(struct store *store, int64_t id, struct err *err)
{
	struct row_set rows;
	bool any = false;
	int rc = packet_load(&store->packet, &store->db, id, err);

	if (rc != 0)
		return rc;
	rows = droppable(&store->packet);
	rc = drop_records(&any, store, &rows, err);
	CRASH_POINT(PAYLOAD_PART);
	if (rc == 0 && any)
		rc = drop_sources(store, &rows, err);
	if (rc == 0 && any)
		rc = drop_edited(store, &rows, err);
	return rc;
}

int store_payload_drop(int64_t *cursor, struct store *store, const struct run_claim *claim,
	int packets, struct err *err)
{
	static const char sql[] = "SELECT id FROM packet WHERE run = ?1 AND id > ?2"
				  " AND n_completed > 0 ORDER BY id LIMIT 1";
	int64_t id = *cursor;
	int rc = store_check_claim(store, claim, err);

	/* Pages that are freed are overwritten, too, so that it is gone from the file. */
	if (rc == 0)
		rc = db_exec(&store->db, "PRAGMA secure_delete = ON", err);
	for (int i = 0; rc == 0 && i < packets; i++) {
		rc = db_value(&id, &store->db, sql, BINDS(B_INT(claim->run), B_INT(id)), err);
		if (rc == 0)
			rc = drop_packet(store, id, err);
	}
	if (rc == -ERR_NOT_FOUND) {
		err_clear(err);
		id = 0;
		rc = 0;
	}
	db_exec(&store->db, "PRAGMA secure_delete = FAST", NULL);
	if (rc == 0)
		rc = db_exec(&store->db, "PRAGMA incremental_vacuum(500)", err);
	*cursor = rc == 0 ? id : *cursor;
	return rc;
}
