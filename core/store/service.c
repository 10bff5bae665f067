/* service.c — calls that were taken, by their Idempotency-Key, and sums over all runs. */

#include "base/base.h"
#include "store/service.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/private.h"
#include "store/view_private.h"

/* ---- calls ---- */

static int find_call(
	int64_t *run, struct db *db, const char *key, const char *request, struct err *err)
{
	static const char sql[] = "SELECT run, request FROM call_key WHERE key = ? AND created > ?";
	sqlite3_stmt *stmt;
	int rc = db_query(
		&stmt, db, sql, BINDS(B_TEXT(key), B_INT(clock_now() - CALL_KEPT_MS)), err);

	*run = 0;
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc <= 0)
		return rc;
	if (text_equal(db_text(stmt, 1), request))
		*run = db_int(stmt, 0);
	sqlite3_reset(stmt);
	if (*run)
		return 0;
	return err_set(err, ERR_EXISTS,
		"this Idempotency-Key came before, with another request: use a new key for each");
}

int store_call_find(
	int64_t *run, struct store *store, const char *key, const char *request, struct err *err)
{
	return find_call(run, &store->db, key, request, err);
}

int view_call(
	int64_t *run, struct view *view, const char *key, const char *request, struct err *err)
{
	return find_call(run, &view->db, key, request, err);
}

int store_call_add(
	struct store *store, const char *key, const char *request, int64_t run, struct err *err)
{
	static const char sql_drop[] = "DELETE FROM call_key WHERE created <= ?";
	static const char sql_add[] =
		"INSERT OR REPLACE INTO call_key (key, request, run, created) VALUES (?, ?, ?, ?)";
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = db_run(&store->db, sql_drop, BINDS(B_INT(clock_now() - CALL_KEPT_MS)), err);
	if (rc == 0)
		rc = db_run(&store->db, sql_add,
			BINDS(B_TEXT(key), B_TEXT(request), B_INT(run), B_INT(clock_now())), err);
	return rc;
}

/* ---- counts ---- */

/* Room for one more at the end of an array. */
static void *grow(void **array, int *count, size_t size)
{
	char *bigger = realloc(*array, (size_t)(*count + 1) * size);

	if (!bigger)
		return NULL;
	*array = bigger;
	return memset(bigger + (size_t)(*count)++ * size, 0, size);
}

static void add_state(struct interface_counts *to, sqlite3_stmt *stmt)
{
	int64_t *const sums[] = { &to->rows.read, &to->rows.completed, &to->rows.failed,
		&to->rows.pending, &to->rows.unknown, &to->rows.cancelled, &to->rows.held,
		&to->rows.skipped, &to->calls };
	int64_t state = db_int(stmt, 1);

	if (state >= 0 && state < RUN_STATE_COUNT)
		to->runs[state] += db_int(stmt, 2);
	if (state == RUN_DONE)
		to->last_done = db_int(stmt, 3);
	for (size_t i = 0; i < ARRAY_SIZE(sums); i++)
		*sums[i] += db_int(stmt, 4 + (int)i);
}

int view_interface_counts(
	struct interface_counts **out, int *count, struct view *view, struct err *err)
{
	static const char sql[] =
		"SELECT interface, state, count(*), max(ended), sum(read), sum(completed),"
		" sum(failed), sum(pending), sum(unknown), sum(cancelled), sum(held), sum(skipped),"
		" sum(calls) FROM run WHERE dry_run = 0 GROUP BY interface, state"
		" ORDER BY interface";
	struct interface_counts *last = NULL;
	void *array = NULL;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, NO_BINDS, err);

	*count = 0;
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		const char *name = db_text(stmt, 0);

		rc = 0;
		if (!last || strcmp(last->interface, name) != 0) {
			last = grow(&array, count, sizeof(*last));
			if (!last)
				rc = err_nomem(err);
			else
				text_copy(last->interface, sizeof(last->interface), name);
		}
		if (rc == 0)
			add_state(last, stmt);
	}
	sqlite3_reset(stmt);
	if (rc < 0) {
		free(array);
		array = NULL;
		*count = 0;
	}
	*out = array;
	return rc;
}

int view_backlogs(struct backlog_state **out, int *count, struct view *view, struct err *err)
{
	static const char sql[] =
		"SELECT r.interface, sum(p.n_new + p.n_processing + p.n_pending), min(p.created)"
		" FROM packet AS p INDEXED BY packet_waiting JOIN run AS r ON r.id = p.run"
		" WHERE p.n_new + p.n_processing + p.n_pending > 0 AND r.dry_run = 0"
		" GROUP BY r.interface ORDER BY r.interface";
	void *array = NULL;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, NO_BINDS, err);

	*count = 0;
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		struct backlog_state *state = grow(&array, count, sizeof(*state));

		rc = state ? 0 : err_nomem(err);
		if (rc == 0) {
			text_copy(state->interface, sizeof(state->interface), db_text(stmt, 0));
			state->messages = db_int(stmt, 1);
			state->since = db_int(stmt, 2);
		}
	}
	sqlite3_reset(stmt);
	if (rc < 0) {
		free(array);
		array = NULL;
		*count = 0;
	}
	*out = array;
	return rc;
}

int view_api_budgets(struct api_budget **out, int *count, struct view *view, struct err *err)
{
	static const char sql[] = "SELECT name, api_used, api_allowed, limits_at FROM connection"
				  " WHERE api_allowed > 0 ORDER BY name";
	void *array = NULL;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, NO_BINDS, err);

	*count = 0;
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		struct api_budget *budget = grow(&array, count, sizeof(*budget));

		rc = budget ? 0 : err_nomem(err);
		if (rc < 0)
			break;
		text_copy(budget->connection, sizeof(budget->connection), db_text(stmt, 0));
		budget->used = db_int(stmt, 1);
		budget->allowed = db_int(stmt, 2);
		budget->at = db_int(stmt, 3);
	}
	sqlite3_reset(stmt);
	if (rc < 0) {
		free(array);
		array = NULL;
		*count = 0;
	}
	*out = array;
	return rc;
}
