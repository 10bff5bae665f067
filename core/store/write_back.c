/* write_back.c — what became of the statements that write back into the source, row by row. */

#include "base/base.h"
#include "base/clock.h"
#include "store/private.h"

/* One more failure, or one less; also counted in the run. */
static int count_failing(struct store *store, int64_t run, int64_t difference, struct err *err)
{
	static const char sql[] =
		"UPDATE run SET write_back_failing = write_back_failing + ?2 WHERE id = ?1";

	return difference ? db_run(&store->db, sql, BINDS(B_INT(run), B_INT(difference)), err) : 0;
}

static int note_row(
	struct store *store, const struct written_row *row, int64_t *failing, struct err *err)
{
	static const char sql_forget[] = "DELETE FROM write_back_failure WHERE message = ?";
	static const char sql_add[] =
		"INSERT INTO write_back_failure (message, time, text) VALUES (?, ?, ?)";
	int64_t message = MESSAGE_ID(store->packet.id, row->position);
	int rc = db_run(&store->db, sql_forget, BINDS(B_INT(message)), err);

	if (rc == 0)
		*failing -= sqlite3_changes(store->db.handle);
	if (rc != 0 || row->as != WRITTEN_FAILED)
		return rc;
	++*failing;
	return db_run(&store->db, sql_add,
		BINDS(B_INT(message), B_INT(clock_now()), B_TEXT(row->text)), err);
}

static int load(struct store *store, const struct run_claim *claim, int64_t packet, struct err *err)
{
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = packet_load(&store->packet, &store->db, packet, err);
	if (rc == 0 && store->packet.run != claim->run)
		rc = err_set(err, ERR_USAGE, "packet %" PRId64 " is not of run %" PRId64, packet,
			claim->run);
	return rc;
}

int store_written(struct store *store, const struct run_claim *claim, int64_t packet,
	const struct written_row *rows, int count, struct err *err)
{
	struct packet *loaded = &store->packet;
	int rc = load(store, claim, packet, err);
	int64_t failing = 0;
	struct row_set open;

	if (rc != 0)
		return rc;
	open = packet_unwritten(loaded);
	for (int i = 0; i < count && rc == 0; i++) {
		if (!row_set_has(&open, rows[i].position))
			continue;
		rc = note_row(store, &rows[i], &failing, err);
		if (rows[i].as == WRITTEN_FAILED)
			continue;
		row_set_add(&loaded->written, rows[i].position);
		if (rows[i].as == WRITTEN_UNMATCHED)
			row_set_add(&loaded->unmatched, rows[i].position);
		loaded->changed = true;
	}
	if (rc == 0)
		rc = packet_save(loaded, &store->db, clock_now(), err);
	return rc ? rc : count_failing(store, claim->run, failing, err);
}

static int unwant_packet(
	struct store *store, const struct run_claim *claim, unsigned ends, struct err *err)
{
	static const char sql_packet[] = "UPDATE packet SET wants = ?2 WHERE id = ?1";
	static const char sql_forget[] =
		"DELETE FROM write_back_failure WHERE message BETWEEN ? AND ?";
	struct packet *packet = &store->packet;
	int64_t first = MESSAGE_ID(packet->id, 0);
	int rc;

	packet->wants &= ~ends;
	packet->changed = true;
	rc = db_run(&store->db, sql_packet, BINDS(B_INT(packet->id), B_INT(packet->wants)), err);
	if (rc == 0)
		rc = db_run(&store->db, sql_forget,
			BINDS(B_INT(first), B_INT(first + PACKET_ROWS_MAX - 1)), err);
	if (rc == 0)
		rc = count_failing(
			store, claim->run, -(int64_t)sqlite3_changes(store->db.handle), err);
	if (rc == 0)
		rc = packet_save(packet, &store->db, clock_now(), err);
	/* Without any end left packet_save() has nothing to tell of; what was open is to go. */
	if (rc == 0)
		rc = packet_save_write_back(packet, &store->db, err);
	return rc;
}

int store_unwant_write_back(
	struct store *store, const struct run_claim *claim, unsigned ends, struct err *err)
{
	static const char sql_run[] = "UPDATE run SET wants = wants & ~?2 WHERE id = ?1";
	static const char sql_next[] = "SELECT id FROM packet WHERE run = ? AND write_back > 0"
				       " AND id > ? ORDER BY id LIMIT 1";
	int64_t packet = 0;
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = db_run(&store->db, sql_run, BINDS(B_INT(claim->run), B_INT(ends)), err);
	while (rc == 0) {
		rc = db_value(&packet, &store->db, sql_next,
			BINDS(B_INT(claim->run), B_INT(packet)), err);
		if (rc == -ERR_NOT_FOUND)
			return 0;
		if (rc == 0)
			rc = load(store, claim, packet, err);
		if (rc == 0)
			rc = unwant_packet(store, claim, ends, err);
	}
	return rc;
}
