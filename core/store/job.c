/* job.c — bulk jobs: each step is recorded before the org hears of it. */

#include "base/base.h"
#include "base/clock.h"
#include "store/private.h"

int store_job_begin(int64_t *job, struct store *store, const struct run_claim *claim,
	int64_t first_packet, int64_t last_packet, struct err *err)
{
	static const char sql[] =
		"INSERT INTO job (run, state, first_packet, last_packet, epoch, created, changed)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = db_run(&store->db, sql,
			BINDS(B_INT(claim->run), B_TEXT(JOB_CREATING), B_INT(first_packet),
				B_INT(last_packet), B_INT(claim->epoch), B_INT(clock_now())),
			err);
	if (rc == 0)
		*job = sqlite3_last_insert_rowid(store->db.handle);
	return rc;
}

static int check_job(
	struct store *store, const struct run_claim *claim, int64_t job, struct err *err)
{
	static const char sql[] = "SELECT 1 FROM job WHERE id = ? AND run = ?";
	int64_t found;
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = db_value(&found, &store->db, sql, BINDS(B_INT(job), B_INT(claim->run)), err);
	if (rc == -ERR_NOT_FOUND)
		rc = err_set(err, ERR_NOT_FOUND, "run %" PRId64 " has no bulk job %" PRId64,
			claim->run, job);
	return rc;
}

int store_job_update(struct store *store, const struct run_claim *claim, int64_t job,
	const struct job_change *change, struct err *err)
{
	static const char sql[] =
		"UPDATE job SET salesforce_id = ifnull(?2, salesforce_id), state = ifnull(?3, "
		"state),"
		" processed = iif(?4 < 0, processed, ?4), failed = iif(?5 < 0, failed, ?5),"
		" note = ifnull(?6, note), changed = ?7 WHERE id = ?1";
	int rc = check_job(store, claim, job, err);

	if (rc == 0)
		rc = db_run(&store->db, sql,
			BINDS(B_INT(job), B_TEXT(change->salesforce_id), B_TEXT(change->state),
				B_INT(change->processed), B_INT(change->failed),
				B_TEXT(change->note), B_INT(clock_now())),
			err);
	return rc;
}

int store_job_attempt(struct store *store, const struct run_claim *claim, int64_t job,
	int64_t packet, const struct row_set *rows, struct err *err)
{
	static const char sql[] = "SELECT salesforce_id FROM job WHERE id = ?";
	char request_id[40] = "";
	sqlite3_stmt *stmt;
	int64_t attempt;
	int rc = check_job(store, claim, job, err);

	if (rc == 0)
		rc = db_query(&stmt, &store->db, sql, BINDS(B_INT(job)), err);
	if (rc == 0 && (rc = db_next(&store->db, stmt, err)) == 1) {
		snprintf(request_id, sizeof(request_id), "%s", db_text(stmt, 0));
		sqlite3_reset(stmt);
		rc = 0;
	}
	if (rc == 0 && !request_id[0])
		rc = err_set(err, ERR_USAGE,
			"bulk job %" PRId64 " has no Salesforce id yet: nothing may leave in it",
			job);
	if (rc == 0)
		rc = attempt_begin(&attempt, store, claim, job, packet, rows, request_id, err);
	return rc;
}

int store_job_settle(int64_t *rows, struct store *store, const struct run_claim *claim, int64_t job,
	enum message_event event, const char *comment, struct err *err)
{
	static const char sql[] = "SELECT id FROM attempt WHERE job = ?1 AND done = 0 LIMIT 1";
	int64_t attempt = 0;
	int rc = check_job(store, claim, job, err);

	*rows = 0;
	while (rc == 0) {
		rc = db_value(&attempt, &store->db, sql, BINDS(B_INT(job)), err);
		if (rc == -ERR_NOT_FOUND)
			return 0;
		if (rc == 0)
			rc = attempt_settle(rows, store, claim, attempt, event, comment, err);
	}
	return rc;
}
