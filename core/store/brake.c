/* brake.c — the brake columns of a connection, each change one statement. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/brake.h"
#include "store/private.h"
#include "store/view_private.h"

const char *brake_name(enum brake brake)
{
	static const char *const names[] = { "Active", "Held", "Blocked" };

	return names[brake];
}

static int read_state(
	struct brake_state *out, struct db *db, const char *connection, struct err *err)
{
	static const char sql[] = "SELECT brake, brake_reason, brake_who, brake_at, probe_at"
				  " FROM connection WHERE name = ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, BINDS(B_TEXT(connection)), err);

	*out = (struct brake_state){ .brake = BRAKE_ACTIVE };
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc != 1)
		return rc;
	out->brake = (enum brake)db_int(stmt, 0);
	text_copy(out->reason, sizeof(out->reason), db_text(stmt, 1));
	text_copy(out->who, sizeof(out->who), db_text(stmt, 2));
	out->since = db_int(stmt, 3);
	out->probe_at = db_int(stmt, 4);
	sqlite3_reset(stmt);
	return 0;
}

int view_brake(struct brake_state *out, struct view *view, const char *connection, struct err *err)
{
	return read_state(out, &view->db, connection, err);
}

static int set_brake(struct store *store, const char *connection, enum brake brake,
	const char *reason, const char *who, struct err *err)
{
	static const char sql[] =
		"INSERT INTO connection (name, brake, brake_reason, brake_who, brake_at, probe_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (name) DO UPDATE SET brake = ?2,"
		" brake_reason = ?3, brake_who = ?4, brake_at = ?5, probe_at = ?5";
	int rc = store_check_writing(store, err);

	return rc ? rc
		  : db_run(&store->db, sql,
			    BINDS(B_TEXT(connection), B_INT(brake), B_TEXT(reason), B_TEXT(who),
				    B_INT(clock_now())),
			    err);
}

int store_hold(struct store *store, const char *connection, const char *who, const char *reason,
	struct err *err)
{
	int rc = set_brake(store, connection, BRAKE_HELD, reason, who, err);

	return rc ? rc : store_audit(store, who, "hold connection", 0, 0, connection, err);
}

int store_let_go(struct store *store, const char *connection, const char *who, struct err *err)
{
	int rc = set_brake(store, connection, BRAKE_ACTIVE, NULL, who, err);

	return rc ? rc : store_audit(store, who, "release connection", 0, 0, connection, err);
}

int store_block(struct store *store, const char *connection, const char *reason, struct err *err)
{
	struct brake_state state;
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = read_state(&state, &store->db, connection, err);
	if (rc != 0 || state.brake == BRAKE_HELD)
		return rc;
	return set_brake(store, connection, BRAKE_BLOCKED, reason, NULL, err);
}

int store_unblock(struct store *store, const char *connection, struct err *err)
{
	static const char sql[] = "UPDATE connection SET brake = 0, brake_reason = NULL"
				  " WHERE name = ? AND brake = 2";
	int rc = store_check_writing(store, err);

	return rc ? rc : db_run(&store->db, sql, BINDS(B_TEXT(connection)), err);
}

int brake_refusal(const struct brake_state *state, const char *connection, struct err *err)
{
	char when[CLOCK_TEXT_MAX], next[CLOCK_TEXT_MAX];

	if (state->brake == BRAKE_HELD)
		return err_set(err, ERR_REFUSED,
			"connection %s is held since %s by %s%s%s: `agentboard connection release "
			"%s` lets it go on",
			connection, clock_local_full(when, state->since), state->who,
			state->reason[0] ? ": " : "", state->reason, connection);
	return err_set(err, ERR_REFUSED,
		"connection %s is blocked since %s, when its org refused a token (%s); asked again "
		"at %s: mend the cause, then `agentboard ping salesforce %s`",
		connection, clock_local_full(when, state->since), state->reason,
		clock_local_full(next, state->probe_at + BRAKE_PROBE_MS), connection);
}

bool brake_holds(const struct brake_state *state, int64_t now)
{
	return state->brake == BRAKE_HELD ||
	       (state->brake == BRAKE_BLOCKED && now - state->probe_at < BRAKE_PROBE_MS);
}

int store_brake_pass(struct store *store, const char *connection, struct err *err)
{
	static const char sql[] = "UPDATE connection SET probe_at = ?2 WHERE name = ?1";
	struct brake_state state;
	int64_t now = clock_now();
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = read_state(&state, &store->db, connection, err);
	if (rc != 0 || state.brake == BRAKE_ACTIVE)
		return rc;
	if (brake_holds(&state, now))
		return brake_refusal(&state, connection, err);
	return db_run(&store->db, sql, BINDS(B_TEXT(connection), B_INT(now)), err);
}
