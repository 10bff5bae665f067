/* view_parents.c — records that are on their way to an org, or did not come there, by their key. */

#include "base/base.h"
#include "store/blob.h"
#include "store/packet.h"
#include "store/view_private.h"

/* Runs that upsert the object by this field, in the same org. */
#define SQL_RUNS                                                                                   \
	" AND r.object = ?1 COLLATE NOCASE AND r.external_id = ?2 COLLATE NOCASE"                  \
	" AND r.dry_run = 0 AND (r.connection = ?3 OR r.connection IN"                             \
	" (SELECT c.name FROM connection AS c"                                                     \
	"  JOIN connection AS own ON own.org_id = c.org_id WHERE own.name = ?3))"

/* A run that is Stopped (?4) sends nothing before a person says so. */
static const char sql_coming[] =
	"SELECT p.id, p.run, r.state = ?4 FROM packet AS p JOIN run AS r ON r.id = p.run WHERE "
	"p.id IN ("
	" SELECT id FROM packet INDEXED BY packet_waiting"
	"  WHERE n_new + n_processing + n_pending > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_unknown WHERE n_unknown > 0)"
	" AND (r.state <> ?4 OR p.n_unknown > 0)" SQL_RUNS;

/* The newest packets will do. */
static const char sql_stuck[] =
	"SELECT p.id, p.run, r.state = ?4 FROM packet AS p JOIN run AS r ON r.id = p.run WHERE"
	" p.id IN (SELECT id FROM packet INDEXED BY packet_failed WHERE n_failed > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_cancelled WHERE n_cancelled > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_waiting"
	"  WHERE n_new + n_processing + n_pending > 0)"
	" AND (r.state = ?4 OR p.n_failed + p.n_cancelled > 0)" SQL_RUNS
	" ORDER BY p.id DESC LIMIT 1000";

/* Does the row wait for a person alone? */
static bool is_stuck(const struct packet *packet, int position, bool stopped)
{
	switch (packet_row(packet, position)->status) {
	case MESSAGE_FAILED:
	case MESSAGE_CANCELLED:
		return !row_set_has(&packet->superseded, position);
	case MESSAGE_NEW:
	case MESSAGE_PROCESSING:
	case MESSAGE_PENDING:
		return stopped;
	default:
		return false;
	}
}

/* What is asked for, and who hears of it. */
struct asked {
	bool stuck;
	record_each *each;
	void *ctx;
};

static int each_row(struct view *view, struct record_found *found, int64_t id, bool stopped,
	const struct asked *asked, struct err *err)
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
	for (int i = packet.count - 1; rc == 0 && i >= 0; i--) {
		found->key = keys[i];
		found->message = MESSAGE_ID(id, i);
		found->status = packet_row(&packet, i)->status;
		if (keys[i][0] && (asked->stuck ? is_stuck(&packet, i, stopped)
						: message_status_open(found->status) &&
							  !is_stuck(&packet, i, stopped)))
			rc = asked->each(asked->ctx, found, err);
	}
	packet_clear(&packet);
	return rc;
}

static int each_packet(struct view *view, const struct record_kind *kind, const struct asked *asked,
	struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = view_begin(view, err);

	if (rc == 0)
		rc = db_query(&stmt, &view->db, asked->stuck ? sql_stuck : sql_coming,
			BINDS(B_TEXT(kind->object), B_TEXT(kind->external_id),
				B_TEXT(kind->connection), B_INT(RUN_STOPPED)),
			err);
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		struct record_found found = { .run = db_int(stmt, 1) };

		rc = each_row(view, &found, db_int(stmt, 0), db_int(stmt, 2), asked, err);
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	view_end(view);
	return rc;
}

int view_coming_records(struct view *view, const struct record_kind *kind, record_each *each,
	void *ctx, struct err *err)
{
	return each_packet(view, kind, &(struct asked){ false, each, ctx }, err);
}

int view_stuck_records(struct view *view, const struct record_kind *kind, record_each *each,
	void *ctx, struct err *err)
{
	return each_packet(view, kind, &(struct asked){ true, each, ctx }, err);
}
