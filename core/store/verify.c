/*
 * verify.c — counts everything anew, from messages to packets to runs, and compares. The counts are
 * kept by adding differences, so a slip would stay for ever; tests call this after every step.
 */

#include "base/base.h"
#include "store/private.h"

static int differs(const char *what, int64_t id, int64_t kept, int64_t counted, struct err *err)
{
	return err_set(err, ERR_STORE, "%s %" PRId64 " says %" PRId64 ", counted %" PRId64, what,
		id, kept, counted);
}

/* A row is Processing exactly while its attempt is open. */
static int verify_attempts(struct store *store, const struct packet *packet, struct err *err)
{
	static const char sql[] = "SELECT done FROM attempt WHERE id = ?";
	int64_t seen = 0;
	int64_t done = 0;

	for (int i = 0; i < packet->count; i++) {
		const struct packet_row *row = packet_row(packet, i);
		int rc = 0;

		if (row->attempt == 0 || row->status == MESSAGE_CANCELLED)
			continue;
		if (row->attempt != seen)
			rc = db_value(&done, &store->db, sql, BINDS(B_INT(row->attempt)), err);
		if (rc != 0)
			return err_set(
				err, ERR_STORE, "attempt %" PRId64 " is missing", row->attempt);
		seen = row->attempt;
		if ((row->status == MESSAGE_PROCESSING) != (done == 0))
			return differs("the attempt of message", MESSAGE_ID(packet->id, i),
				row->status, done, err);
	}
	return 0;
}

static int verify_packet(struct store *store, int64_t id, struct err *err)
{
	static const char sql_own[] = "SELECT count(*) FROM message WHERE id BETWEEN ? AND ?";
	struct packet *packet = &store->packet;
	int counts[MESSAGE_STATUS_COUNT] = { 0 };
	struct row_set unwritten;
	int64_t own = 0;
	int rc = packet_load(packet, &store->db, id, err);

	if (rc == 0)
		rc = db_value(&own, &store->db, sql_own,
			BINDS(B_INT(MESSAGE_ID(id, 0)), B_INT(MESSAGE_ID(id, 255))), err);
	if (rc != 0)
		return rc;
	if (own != row_set_count(&packet->own))
		return differs("own rows of packet", id, row_set_count(&packet->own), own, err);
	for (int i = 0; i < packet->count; i++)
		counts[packet_row(packet, i)->status]++;
	for (int i = 0; i < MESSAGE_STATUS_COUNT; i++) {
		if (counts[i] != packet->counts[i])
			return differs("packet", id, packet->counts[i], counts[i], err);
	}
	unwritten = packet_unwritten(packet);
	if (row_set_count(&unwritten) != packet->write_back_saved[0])
		return differs("the write-back of packet", id, packet->write_back_saved[0],
			row_set_count(&unwritten), err);
	return verify_attempts(store, packet, err);
}

static int verify_packets(struct store *store, struct err *err)
{
	static const char sql[] = "SELECT id FROM packet WHERE id > ? ORDER BY id LIMIT 1";
	int64_t id = 0;
	int rc = 0;

	while (rc == 0) {
		rc = db_value(&id, &store->db, sql, BINDS(B_INT(id)), err);
		if (rc == -ERR_NOT_FOUND)
			return 0;
		if (rc == 0)
			rc = verify_packet(store, id, err);
	}
	return rc;
}

/* What a run says of itself against the sum of its packets, column by column. */
static const char sql_runs[] =
	"SELECT r.id, r.completed - r.pruned, r.failed, r.pending, r.unknown, r.cancelled,"
	" r.read - r.held - r.skipped - r.pruned, r.write_back_open, total(p.n_completed), "
	"total(p.n_failed),"
	" total(p.n_new + p.n_processing + p.n_pending), total(p.n_unknown), total(p.n_cancelled),"
	" total(p.rows), total(p.write_back) FROM run AS r LEFT JOIN packet AS p ON p.run = r.id "
	"GROUP BY r.id";

static int verify_runs(struct store *store, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &store->db, sql_runs, NO_BINDS, err);

	while (rc == 0 && (rc = db_next(&store->db, stmt, err)) == 1) {
		rc = 0;
		for (int i = 1; i <= 7 && rc == 0; i++) {
			if (db_int(stmt, i) != db_int(stmt, i + 7))
				rc = differs("run", db_int(stmt, 0), db_int(stmt, i),
					db_int(stmt, i + 7), err);
		}
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	return rc;
}

static int verify_orphans(struct store *store, struct err *err)
{
	static const char sql[] =
		"SELECT count(*) FROM message WHERE id / 256 NOT IN (SELECT id FROM packet)";
	int64_t count = 0;
	int rc = db_value(&count, &store->db, sql, NO_BINDS, err);

	if (rc == 0 && count != 0)
		rc = err_set(err, ERR_STORE, "%" PRId64 " messages belong to no packet", count);
	return rc;
}

int store_verify(struct store *store, struct err *err)
{
	int rc = verify_packets(store, err);

	if (rc == 0)
		rc = verify_runs(store, err);
	if (rc == 0)
		rc = verify_orphans(store, err);
	return rc;
}
