/* schedules.c — the table of schedules. */

#include "base/base.h"
#include "store/schedules.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/private.h"
#include "store/view_private.h"

static const char *const verdict_names[] = { "", "started", "caught up", "passed over", "missed",
	"failed", "held", "blocked" };

const char *schedule_verdict_name(enum schedule_verdict verdict)
{
	return verdict_names[verdict];
}

void schedule_name(char *out, size_t size, const struct schedule_state *state)
{
	snprintf(out, size, "%s%s", state->kind == SCHEDULE_INTEGRATION ? "integration " : "",
		state->name);
}

bool schedule_is_braked(const struct schedule_state *state)
{
	return state->verdict == SCHEDULE_HELD || state->verdict == SCHEDULE_BLOCKED;
}

bool schedule_is_late(const struct schedule_state *state, int64_t now)
{
	return !state->paused_at && state->next && now - state->next > SCHEDULE_LATE_MS;
}

bool schedule_alarm(char *out, size_t size, const struct schedule_state *state, int64_t now)
{
	char name[SCHEDULE_NAME_MAX + 16];
	char when[CLOCK_TEXT_MAX];

	if (state->paused_at)
		return false;
	schedule_name(name, sizeof(name), state);
	if (schedule_is_late(state, now)) {
		snprintf(out, size, "%s should have run at %s and did not: is the agent up?", name,
			clock_local_full(when, state->next));
		return true;
	}
	if (state->verdict != SCHEDULE_MISSED && state->verdict != SCHEDULE_FAILED &&
		state->verdict != SCHEDULE_BLOCKED)
		return false;
	snprintf(out, size, "%s should have run at %s and did not: %s", name,
		clock_local_full(when, state->due), state->note);
	return true;
}

static enum schedule_verdict verdict_of(int64_t number)
{
	return number >= 0 && number < (int64_t)ARRAY_SIZE(verdict_names)
		       ? (enum schedule_verdict)number
		       : SCHEDULE_NONE;
}

static void read_state(struct schedule_state *out, sqlite3_stmt *stmt)
{
	*out = (struct schedule_state){ .kind = db_int(stmt, 0) ? SCHEDULE_INTEGRATION
								: SCHEDULE_INTERFACE,
		.looked = db_int(stmt, 3),
		.next = db_int(stmt, 4),
		.due = db_int(stmt, 5),
		.verdict = verdict_of(db_int(stmt, 6)),
		.run = db_int(stmt, 8),
		.paused_at = db_int(stmt, 9) };
	text_copy(out->name, sizeof(out->name), db_text(stmt, 1));
	text_copy(out->text, sizeof(out->text), db_text(stmt, 2));
	text_copy(out->note, sizeof(out->note), db_text(stmt, 7));
	text_copy(out->paused_who, sizeof(out->paused_who), db_text(stmt, 10));
}

int view_schedules(struct schedule_state **out, int *count, struct view *view, struct err *err)
{
	static const char sql[] = "SELECT kind, name, text, looked, next, due, verdict, note, run,"
				  " paused_at, paused_who FROM schedule ORDER BY kind, name";
	struct schedule_state *states = NULL;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, NO_BINDS, err);

	*out = NULL;
	*count = 0;
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		struct schedule_state *more =
			realloc(states, (size_t)(*count + 1) * sizeof(*states));

		rc = more ? 0 : err_nomem(err);
		if (more) {
			states = more;
			read_state(&states[(*count)++], stmt);
		}
	}
	sqlite3_reset(stmt);
	if (rc < 0) {
		free(states);
		*count = 0;
		return rc;
	}
	*out = states;
	return 0;
}

int store_schedules_sync(
	struct store *store, const struct schedule_state *states, int count, struct err *err)
{
	static const char sql_mark[] = "UPDATE schedule SET next = -1";
	static const char sql_put[] =
		"INSERT INTO schedule (kind, name, text, looked, next) VALUES (?, ?, ?, ?, ?)"
		" ON CONFLICT (kind, name) DO UPDATE SET text = excluded.text,"
		" looked = excluded.looked, next = excluded.next";
	static const char sql_forget[] = "DELETE FROM schedule WHERE next = -1";
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = db_run(&store->db, sql_mark, NO_BINDS, err);
	for (int i = 0; rc == 0 && i < count; i++)
		rc = db_run(&store->db, sql_put,
			BINDS(B_INT(states[i].kind), B_TEXT(states[i].name), B_TEXT(states[i].text),
				B_INT(states[i].looked), B_INT(states[i].next)),
			err);
	if (rc == 0)
		rc = db_run(&store->db, sql_forget, NO_BINDS, err);
	return rc;
}

int store_schedule_came(struct store *store, const struct schedule_state *state, struct err *err)
{
	static const char sql[] =
		"UPDATE schedule SET looked = ?3, next = ?4, due = ?5, verdict = ?6, note = ?7,"
		" run = ?8 WHERE kind = ?1 AND name = ?2";
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = db_run(&store->db, sql,
			BINDS(B_INT(state->kind), B_TEXT(state->name), B_INT(state->looked),
				B_INT(state->next), B_INT(state->due), B_INT(state->verdict),
				B_TEXT(state->note), B_INT(state->run)),
			err);
	return rc;
}

int store_schedule_pause(struct store *store, enum schedule_kind kind, const char *name, bool pause,
	const char *who, struct err *err)
{
	/* What came meanwhile, or failed before, is settled by the person who looked at it. */
	static const char sql[] =
		"UPDATE schedule SET paused_at = ?3, paused_who = ?4, looked = max(looked, ?5),"
		" next = iif(?3 = 0, 0, next), verdict = iif(verdict >= 4, 0, verdict)"
		" WHERE kind = ?1 AND name = ?2 RETURNING 1";
	char action[48];
	int64_t now = clock_now();
	int64_t found;
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = db_value(&found, &store->db, sql,
			BINDS(B_INT(kind), B_TEXT(name), B_INT(pause ? now : 0),
				B_TEXT(pause && who ? who : ""), B_INT(now)),
			err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "%s%s has no schedule",
			kind == SCHEDULE_INTEGRATION ? "integration " : "", name);
	snprintf(action, sizeof(action), "%s schedule", pause ? "pause" : "resume");
	return rc < 0 ? rc : store_audit(store, who, action, 0, 0, name, err);
}
