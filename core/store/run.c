/* run.c — runs: making them, owning them, and what changes about them but their messages. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/lock.h"
#include "store/private.h"

#include <unistd.h>

static const char sql_create[] =
	"INSERT INTO run (interface, connection, integration, object, external_id, operation, mode,"
	" state, initial, dry_run, started_by, who, limit_rows, batch, mapping_version, key_case,"
	" created, progress, keep_older, again)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?17, ?17, ?18, ?19)";

int store_run_create(
	int64_t *run, struct store *store, const struct run_spec *spec, struct err *err)
{
	int rc = store_check_writing(store, err);

	if (rc == 0 && (text_empty(spec->interface) || text_empty(spec->connection) ||
			       text_empty(spec->object)))
		rc = err_set(
			err, ERR_USAGE, "a run needs an interface, a connection and an object");
	if (rc != 0)
		return rc;
	rc = db_run(&store->db, sql_create,
		BINDS(B_TEXT(spec->interface), B_TEXT(spec->connection), B_TEXT(spec->integration),
			B_TEXT(spec->object), B_TEXT(spec->external_id),
			B_INT((int64_t)spec->operation), B_INT((int64_t)spec->mode),
			B_INT(RUN_QUEUED), B_INT(spec->initial), B_INT(spec->dry_run),
			B_TEXT(spec->trigger ? spec->trigger : "manual"),
			B_TEXT(spec->who ? spec->who : ""), B_INT(spec->limit_rows),
			B_INT(spec->batch), B_INT((int64_t)spec->mapping_version), B_INT(0),
			B_INT(clock_now()), B_INT(spec->keep_older), B_INT(spec->again)),
		err);
	if (rc == 0)
		*run = sqlite3_last_insert_rowid(store->db.handle);
	return rc;
}

/* ---- ownership ---- */

static int name_owner(struct store *store, int64_t run, struct err *err)
{
	static const char sql[] = "SELECT owner_pid FROM run WHERE id = ?";
	int64_t pid = 0;

	db_value(&pid, &store->db, sql, BINDS(B_INT(run)), NULL);
	return err_set(
		err, ERR_UNFINISHED, "run %" PRId64 " is carried by process %" PRId64, run, pid);
}

static int raise_epoch(struct run_claim *claim, struct store *store, struct err *err)
{
	static const char sql[] =
		"UPDATE run SET epoch = epoch + 1, owner_pid = ?2, progress = ?3 WHERE id = ?1"
		" RETURNING epoch";
	int rc = db_value(&claim->epoch, &store->db, sql,
		BINDS(B_INT(claim->run), B_INT(getpid()), B_INT(clock_now())), err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no run %" PRId64, claim->run);
	return rc;
}

int store_run_claim(struct run_claim **out, struct store *store, int64_t run, struct err *err)
{
	struct run_claim *claim;
	int rc = store_check_writing(store, err);

	if (rc != 0)
		return rc;
	if (run <= 0)
		return err_set(err, ERR_NOT_FOUND, "there is no run %" PRId64, run);
	claim = calloc(1, sizeof(*claim));
	if (!claim)
		return err_nomem(err);
	claim->run = run;
	claim->fd = -1;
	rc = lock_take(&claim->fd, store->dir, run, false, err);
	if (rc == -ERR_UNFINISHED)
		rc = name_owner(store, run, err);
	if (rc == 0)
		rc = raise_epoch(claim, store, err);
	if (rc != 0) {
		run_claim_free(claim);
		return rc;
	}
	*out = claim;
	return 0;
}

void run_claim_free(struct run_claim *claim)
{
	if (!claim)
		return;
	if (claim->fd >= 0)
		close(claim->fd);
	free(claim);
}

int64_t run_claim_run(const struct run_claim *claim)
{
	return claim->run;
}

/* ---- changes ---- */

#define GOES_ON "?2 IN (1, 2) AND state > 2"
#define ROWS_ENDED "completed + failed + unknown"

/* The pace of a run that goes on after it paused or ended is reckoned from there. */
static const char sql_update[] =
	"UPDATE run SET mark_time = iif(" GOES_ON ", ?10, mark_time),"
	" mark_rows = iif(" GOES_ON ", " ROWS_ENDED ", mark_rows),"
	" last_time = iif(" GOES_ON ", ?10, last_time),"
	" last_rows = iif(" GOES_ON ", " ROWS_ENDED ", last_rows),"
	" state = iif(?2 < 0, state, ?2), mode = iif(?3 < 0, mode, ?3),"
	" mode_why = ifnull(?4, mode_why), reason = ifnull(?5, reason),"
	" read = read + ?6 + ?7, held = held + ?6, skipped = skipped + ?7, calls = calls + ?8,"
	" reading_done = reading_done OR ?9, progress = ?10,"
	" wants = iif(?11 = 0, wants, ?11), write_back_note = ifnull(?12, write_back_note),"
	" started = iif(started = 0 AND ?2 IN (1, 2), ?10, started),"
	" ended = iif(?2 < 0, ended, iif(?2 >= 4, ?10, 0)) WHERE id = ?1";

/* A run is Done when nothing of it waits; an operator may have made something wait again. */
static int refuse_early_end(struct store *store, int64_t run, struct err *err)
{
	static const char sql[] =
		"SELECT iif(dry_run, 0, pending + write_back_open) FROM run WHERE id = ?";
	int64_t pending = 0;
	int rc = db_value(&pending, &store->db, sql, BINDS(B_INT(run)), err);

	if (rc != 0 || pending == 0)
		return rc;
	rc = err_set(err, ERR_UNFINISHED,
		"run %" PRId64 " cannot be Done: %" PRId64
		" of its messages wait to be sent or written back",
		run, pending);
	if (err)
		err->retryable = true;
	return rc;
}

int store_run_update(struct store *store, const struct run_claim *claim,
	const struct run_change *change, struct err *err)
{
	int rc = store_check_claim(store, claim, err);

	if (rc == 0 && change->read_add != 0 &&
		change->read_add != change->held_add + change->skipped_add)
		rc = err_set(err, ERR_USAGE,
			"rows read beside those of packets must have been held or skipped");
	if (rc == 0 && change->state == RUN_DONE)
		rc = refuse_early_end(store, claim->run, err);
	if (rc != 0)
		return rc;
	rc = db_run(&store->db, sql_update,
		BINDS(B_INT(claim->run), B_INT(change->state), B_INT(change->mode),
			B_TEXT(change->mode_why), B_TEXT(change->reason), B_INT(change->held_add),
			B_INT(change->skipped_add), B_INT(change->calls_add),
			B_INT(change->reading_done), B_INT(clock_now()), B_INT(change->wants),
			B_TEXT(change->write_back_note)),
		err);
	if (rc == 0 &&
		(change->state == RUN_PAUSED ||
			(change->state >= 0 && run_state_final((enum run_state)change->state))))
		rc = store_supersede(store, claim->run, err);
	return rc;
}

int store_run_columns(struct store *store, const struct run_claim *claim, const void *columns,
	size_t len, struct err *err)
{
	static const char sql[] = "UPDATE run SET columns = ?2 WHERE id = ?1";
	int rc = store_check_claim(store, claim, err);

	return rc ? rc
		  : db_run(&store->db, sql, BINDS(B_INT(claim->run), B_BLOB(columns, len)), err);
}

int store_run_envelope(
	struct store *store, const struct run_claim *claim, const char *envelope, struct err *err)
{
	static const char sql[] = "UPDATE run SET envelope = ?2, envelope_at = ?3"
				  " WHERE id = ?1 AND envelope IS NOT ?2";
	int rc = store_check_claim(store, claim, err);

	return rc ? rc
		  : db_run(&store->db, sql,
			    BINDS(B_INT(claim->run), B_TEXT(envelope), B_INT(clock_now())), err);
}

int store_run_ask_cancel(struct store *store, int64_t run, const char *who, struct err *err)
{
	static const char sql[] = "UPDATE run SET cancel_asked = 1, cancel_who = ?2 WHERE id = ?1";
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = db_run(&store->db, sql, BINDS(B_INT(run), B_TEXT(who)), err);
	if (rc == 0 && sqlite3_changes(store->db.handle) == 0)
		rc = err_set(err, ERR_NOT_FOUND, "there is no run %" PRId64, run);
	if (rc == 0)
		rc = store_audit(store, who, "cancel run", run, 0, NULL, err);
	return rc;
}

static const char sql_next_open[] =
	"SELECT id FROM packet WHERE run = ?1 AND id > ?2 AND (n_new > 0 OR n_pending > 0)"
	" ORDER BY id LIMIT 1";

static bool can_cancel(const struct packet_row *row, struct outcome *outcome)
{
	outcome->row = *row;
	outcome->row.next_try = 0;
	return message_next(&outcome->row.status, row->status, EVENT_CANCEL, ACTOR_RUN, NULL) == 0;
}

static int cancel_packet(
	int64_t *rows, struct store *store, struct outcome *outcome, struct err *err)
{
	struct packet *packet = &store->packet;
	int before = packet->counts[MESSAGE_CANCELLED];
	int rc = 0;

	for (int i = 0; i < packet->count && rc == 0; i++) {
		if (row_set_has(&packet->own, i) && can_cancel(&packet->rows[i], outcome))
			rc = packet_move_row(packet, &store->db, i, outcome, err);
	}
	if (rc == 0 && can_cancel(&packet->base, outcome))
		rc = packet_move_base(packet, outcome, err);
	if (rc == 0)
		rc = packet_save(packet, &store->db, outcome->time, err);
	*rows += packet->counts[MESSAGE_CANCELLED] - before;
	return rc;
}

int store_run_cancel_rest(int64_t *rows, struct store *store, const struct run_claim *claim,
	const char *who, struct err *err)
{
	char comment[RUN_WHO_MAX + 32];
	struct outcome outcome = { .time = clock_now(), .comment = comment };
	int64_t packet = 0;
	int rc = store_check_claim(store, claim, err);

	*rows = 0;
	snprintf(comment, sizeof(comment), "cancelled by %s", text_empty(who) ? "the run" : who);
	while (rc == 0) {
		rc = db_value(&packet, &store->db, sql_next_open,
			BINDS(B_INT(claim->run), B_INT(packet)), err);
		if (rc == -ERR_NOT_FOUND)
			return 0;
		if (rc == 0)
			rc = packet_load(&store->packet, &store->db, packet, err);
		if (rc == 0)
			rc = cancel_packet(rows, store, &outcome, err);
	}
	return rc;
}
