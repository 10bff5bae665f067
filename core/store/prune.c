/* prune.c — one turn of the removal, short enough for runs to take theirs in between. */

#include "base/base.h"
#include "base/crash_point.h"
#include "store/prune.h"
#include "store/private.h"
#include "store/view_private.h"

#define PRUNABLE                                                                                   \
	" FROM packet AS p INDEXED BY packet_by_change WHERE p.changed < ?1"                       \
	" AND p.n_completed = p.rows AND p.write_back = 0"                                         \
	" AND (SELECT state FROM run WHERE id = p.run) IN (5, 6)"

/* What hangs on a packet; the packet's own row goes last. */
static const char *const removals[] = {
	"DELETE FROM attempt_result WHERE attempt IN (SELECT id FROM attempt WHERE packet = ?1)",
	"DELETE FROM attempt WHERE packet = ?1",
	"DELETE FROM packet_key WHERE packet = ?1",
	"DELETE FROM packet_body WHERE packet = ?1",
	"DELETE FROM packet_row WHERE packet = ?1",
	"DELETE FROM message WHERE id BETWEEN ?1 * 256 AND ?1 * 256 + 255",
	("UPDATE run SET pruned = pruned + (SELECT rows FROM packet WHERE id = ?1)"
	 " WHERE id = (SELECT run FROM packet WHERE id = ?1)"), /* one statement of two lines */
	"DELETE FROM packet WHERE id = ?1",
};

static int remove_packet(struct store *store, int64_t packet, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(removals); i++) {
		rc = db_run(&store->db, removals[i], BINDS(B_INT(packet)), err);
		CRASH_POINT(PRUNE_PART);
	}
	return rc;
}

/* The packets of this turn, before any of them goes. */
static int choose(struct store *store, int64_t before, int packets, int64_t *ids, int64_t *rows,
	int *count, struct err *err)
{
	static const char sql[] = "SELECT p.id, p.rows" PRUNABLE " ORDER BY p.changed LIMIT ?2";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &store->db, sql, BINDS(B_INT(before), B_INT(packets)), err);

	*count = 0;
	*rows = 0;
	while (rc == 0 && (rc = db_next(&store->db, stmt, err)) == 1) {
		ids[(*count)++] = db_int(stmt, 0);
		*rows += db_int(stmt, 1);
		rc = 0;
	}
	return rc;
}

int store_prune(
	int64_t *messages, struct store *store, int64_t before, int packets, struct err *err)
{
	int64_t ids[PRUNE_TURN];
	int count = 0;
	int rc = store_check_writing(store, err);

	*messages = 0;
	if (packets > PRUNE_TURN)
		packets = PRUNE_TURN;
	if (rc == 0)
		rc = choose(store, before, packets, ids, messages, &count, err);
	for (int i = 0; rc == 0 && i < count; i++)
		rc = remove_packet(store, ids[i], err);
	if (rc == 0 && count)
		rc = db_exec(&store->db, "PRAGMA incremental_vacuum(500)", err);
	return rc;
}

int view_prunable(int64_t *messages, struct view *view, int64_t before, struct err *err)
{
	static const char sql[] = "SELECT ifnull(sum(p.rows), 0)" PRUNABLE;

	return db_value(messages, &view->db, sql, BINDS(B_INT(before)), err);
}
