/* view_known.c — connections, small named values, and who did what, as readers see them. */

#include "base/base.h"
#include "base/text.h"
#include "store/view_private.h"

static const char sql_connection[] =
	"SELECT agent_checked, agent_ok, agent_summary, agent_config, salesforce_checked,"
	" salesforce_ok, salesforce_summary, salesforce_config, org_id, org_name, sandbox,"
	" api_used, api_allowed, limits_at FROM connection WHERE name = ?";

#define COPY(field, column) text_copy(out->field, sizeof(out->field), db_text(stmt, (column)))

int view_connection(
	struct connection_state *out, struct view *view, const char *connection, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql_connection, BINDS(B_TEXT(connection)), err);

	memset(out, 0, sizeof(*out));
	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc != 1)
		return rc;
	out->agent_checked = db_int(stmt, 0);
	out->agent_ok = db_int(stmt, 1) != 0;
	COPY(agent_summary, 2);
	COPY(agent_config, 3);
	out->salesforce_checked = db_int(stmt, 4);
	out->salesforce_ok = db_int(stmt, 5) != 0;
	COPY(salesforce_summary, 6);
	COPY(salesforce_config, 7);
	COPY(org_id, 8);
	COPY(org_name, 9);
	out->sandbox = db_int(stmt, 10) != 0;
	out->api_used = db_int(stmt, 11);
	out->api_allowed = db_int(stmt, 12);
	out->limits_at = db_int(stmt, 13);
	sqlite3_reset(stmt);
	return view_brake(&out->brake, view, connection, err);
}

static int read_steps(struct ping_kept *out, struct view *view, const char *connection,
	const char *kind, struct err *err)
{
	static const char sql[] = "SELECT name, verdict, ms, detail, remedy FROM ping_step"
				  " WHERE connection = ? AND kind = ? ORDER BY position LIMIT ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql,
		BINDS(B_TEXT(connection), B_TEXT(kind), B_INT(PING_KEPT_STEPS_MAX)), err);

	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		struct ping_step_kept *step = &out->steps[out->step_count++];

		text_copy(step->name, sizeof(step->name), db_text(stmt, 0));
		step->verdict = (int)db_int(stmt, 1);
		step->ms = sqlite3_column_double(stmt, 2);
		text_copy(step->detail, sizeof(step->detail), db_text(stmt, 3));
		text_copy(step->remedy_id, sizeof(step->remedy_id), db_text(stmt, 4));
		rc = 0;
	}
	return rc;
}

int view_ping(struct ping_kept *out, struct view *view, const char *connection, const char *kind,
	struct err *err)
{
	static const char sql[] = "SELECT time, ok, settings, interfaces FROM ping"
				  " WHERE connection = ? AND kind = ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, BINDS(B_TEXT(connection), B_TEXT(kind)), err);

	memset(out, 0, sizeof(*out));
	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc != 1)
		return rc;
	out->time = db_int(stmt, 0);
	out->ok = db_int(stmt, 1) != 0;
	COPY(settings_hash, 2);
	COPY(interfaces_hash, 3);
	sqlite3_reset(stmt);
	return read_steps(out, view, connection, kind, err);
}

int view_ticks(
	struct tick *out, int max, struct view *view, const char *connection, struct err *err)
{
	static const char sql[] = "SELECT item, about, time, who FROM tick WHERE connection = ?"
				  " ORDER BY item LIMIT ?";
	sqlite3_stmt *stmt;
	int count = 0;
	int rc = db_query(&stmt, &view->db, sql, BINDS(B_TEXT(connection), B_INT(max)), err);

	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		struct tick *tick = &out[count++];

		text_copy(tick->item, sizeof(tick->item), db_text(stmt, 0));
		text_copy(tick->about, sizeof(tick->about), db_text(stmt, 1));
		tick->time = db_int(stmt, 2);
		text_copy(tick->who, sizeof(tick->who), db_text(stmt, 3));
		rc = 0;
	}
	return rc ? rc : count;
}

int view_setting(char **out, struct view *view, const char *name, struct err *err)
{
	static const char sql[] = "SELECT value FROM setting WHERE name = ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, BINDS(B_TEXT(name)), err);

	*out = NULL;
	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc != 1)
		return rc;
	*out = strdup(db_text(stmt, 0));
	sqlite3_reset(stmt);
	return *out ? 0 : err_nomem(err);
}

static const char sql_audit[] =
	"SELECT id, time, who, action, run, message, detail FROM audit WHERE (?1 = 0 OR run = ?1)"
	" AND (?2 = 0 OR message = ?2) ORDER BY id DESC LIMIT ?3";

static bool read_audit(struct audit_entry *entry, sqlite3_stmt *stmt)
{
	memset(entry, 0, sizeof(*entry));
	entry->id = db_int(stmt, 0);
	entry->time = db_int(stmt, 1);
	text_copy(entry->who, sizeof(entry->who), db_text(stmt, 2));
	text_copy(entry->action, sizeof(entry->action), db_text(stmt, 3));
	entry->run = db_int(stmt, 4);
	entry->message = db_int(stmt, 5);
	entry->detail = strdup(db_text(stmt, 6));
	return entry->detail != NULL;
}

int view_audit(struct audit_entry **out, int *count, struct view *view, int64_t run,
	int64_t message, int limit, struct err *err)
{
	struct audit_entry *entries = calloc((size_t)(limit > 0 ? limit : 1), sizeof(*entries));
	sqlite3_stmt *stmt;
	int used = 0;
	int rc;

	if (!entries)
		return err_nomem(err);
	rc = db_query(
		&stmt, &view->db, sql_audit, BINDS(B_INT(run), B_INT(message), B_INT(limit)), err);
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		rc = read_audit(&entries[used++], stmt) ? 0 : err_nomem(err);
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	if (rc != 0) {
		audit_entries_free(entries, used);
		return rc;
	}
	*out = entries;
	*count = used;
	return 0;
}

int view_audit_sums(
	struct audit_sum *out, int max, int *count, struct view *view, int64_t run, struct err *err)
{
	static const char sql[] =
		"SELECT who, action, n, time FROM (SELECT who, action, count(*) AS n, max(time) AS"
		" time, max(id) AS id FROM audit WHERE run = ?1 AND run <> 0 GROUP BY who, action"
		" ORDER BY max(id) DESC LIMIT ?2) ORDER BY id";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, BINDS(B_INT(run), B_INT(max)), err);

	*count = 0;
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		struct audit_sum *sum = &out[(*count)++];

		*sum = (struct audit_sum){ .count = db_int(stmt, 2), .time = db_int(stmt, 3) };
		text_copy(sum->who, sizeof(sum->who), db_text(stmt, 0));
		text_copy(sum->action, sizeof(sum->action), db_text(stmt, 1));
		rc = 0;
	}
	return rc;
}

void audit_entries_free(struct audit_entry *entries, int count)
{
	for (int i = 0; entries && i < count; i++)
		free(entries[i].detail);
	free(entries);
}
