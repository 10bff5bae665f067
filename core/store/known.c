/* known.c — what is known of connections, and small named values. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/private.h"

/* The steps of the last ping of a kind, in the place of those of the one before. */
static int keep_steps(struct store *store, const struct ping_record *ping, struct err *err)
{
	static const char sql_ping[] =
		"INSERT INTO ping (connection, kind, time, ok, settings, interfaces)"
		" VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (connection, kind) DO UPDATE SET"
		" time = excluded.time, ok = excluded.ok, settings = excluded.settings,"
		" interfaces = excluded.interfaces";
	static const char sql_clear[] = "DELETE FROM ping_step WHERE connection = ? AND kind = ?";
	static const char sql_step[] =
		"INSERT INTO ping_step (connection, kind, position, name, verdict, ms, detail,"
		" remedy) VALUES (?, ?, ?, ?, ?, ? / 1000.0, ?, ?)";
	int rc = db_run(&store->db, sql_ping,
		BINDS(B_TEXT(ping->connection), B_TEXT(ping->kind), B_INT(clock_now()),
			B_INT(ping->ok), B_TEXT(ping->settings_hash ? ping->settings_hash : ""),
			B_TEXT(ping->interfaces_hash ? ping->interfaces_hash : "")),
		err);

	if (rc == 0)
		rc = db_run(&store->db, sql_clear,
			BINDS(B_TEXT(ping->connection), B_TEXT(ping->kind)), err);
	for (int i = 0; rc == 0 && i < ping->step_count; i++) {
		const struct ping_step_record *step = &ping->steps[i];

		rc = db_run(&store->db, sql_step,
			BINDS(B_TEXT(ping->connection), B_TEXT(ping->kind), B_INT(i),
				B_TEXT(step->name), B_INT(step->verdict),
				B_INT((int64_t)(step->ms * 1000.0)), B_TEXT(step->detail),
				B_TEXT(step->remedy_id)),
			err);
	}
	return rc;
}

int store_ping_record(struct store *store, const struct ping_record *ping, struct err *err)
{
	static const char sql_agent[] =
		"INSERT INTO connection (name, agent_checked, agent_ok, agent_summary, "
		"agent_config)"
		" VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
		" agent_checked = excluded.agent_checked, agent_ok = excluded.agent_ok,"
		" agent_summary = excluded.agent_summary, agent_config = excluded.agent_config";
	static const char sql_salesforce[] =
		"INSERT INTO connection (name, salesforce_checked, salesforce_ok,"
		" salesforce_summary, salesforce_config)"
		" VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
		" salesforce_checked = excluded.salesforce_checked,"
		" salesforce_ok = excluded.salesforce_ok,"
		" salesforce_summary = excluded.salesforce_summary,"
		" salesforce_config = excluded.salesforce_config,"
		" brake_reason = iif(excluded.salesforce_ok AND brake = 2, NULL, brake_reason),"
		" brake = iif(excluded.salesforce_ok AND brake = 2, 0, brake)";
	bool agent = text_starts(ping->kind, "agent");
	int rc = store_check_writing(store, err);

	if (rc == 0 && !agent && !text_equal(ping->kind, "salesforce"))
		rc = err_set(err, ERR_USAGE,
			"a ping is of kind agent, agent-from-salesforce or salesforce");
	if (rc == 0)
		rc = db_run(&store->db, agent ? sql_agent : sql_salesforce,
			BINDS(B_TEXT(ping->connection), B_INT(clock_now()), B_INT(ping->ok),
				B_TEXT(ping->summary), B_TEXT(ping->config_hash)),
			err);
	return rc ? rc : keep_steps(store, ping, err);
}

int store_tick(struct store *store, const char *connection, const char *item, const char *about,
	const char *who, struct err *err)
{
	static const char sql_set[] =
		"INSERT INTO tick (connection, item, about, time, who) VALUES (?, ?, ?, ?, ?)"
		" ON CONFLICT (connection, item) DO UPDATE SET about = excluded.about,"
		" time = excluded.time, who = excluded.who";
	static const char sql_delete[] = "DELETE FROM tick WHERE connection = ? AND item = ?";
	int rc = store_check_writing(store, err);

	if (rc == 0 && about)
		rc = db_run(&store->db, sql_set,
			BINDS(B_TEXT(connection), B_TEXT(item), B_TEXT(about), B_INT(clock_now()),
				B_TEXT(who)),
			err);
	else if (rc == 0)
		rc = db_run(&store->db, sql_delete, BINDS(B_TEXT(connection), B_TEXT(item)), err);
	return rc;
}

/* The org that is pinned now; "" = none. */
static int pinned_org(
	char id[19], char name[81], struct store *store, const char *connection, struct err *err)
{
	static const char sql[] = "SELECT org_id, org_name FROM connection WHERE name = ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &store->db, sql, BINDS(B_TEXT(connection)), err);

	id[0] = name[0] = '\0';
	if (rc == 0)
		rc = db_next(&store->db, stmt, err);
	if (rc != 1)
		return rc;
	text_copy(id, 19, db_text(stmt, 0));
	text_copy(name, 81, db_text(stmt, 1));
	sqlite3_reset(stmt);
	return 0;
}

/* 15 and 18 characters name the same org. */
static bool same_org(const char *a, const char *b)
{
	return strncmp(a, b, 15) == 0;
}

int store_org_pin(struct store *store, const char *connection, const char *org_id,
	const char *org_name, bool sandbox, bool accept, struct err *err)
{
	static const char sql[] =
		"INSERT INTO connection (name, org_id, org_name, sandbox, pinned_at)"
		" VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET org_id = excluded.org_id,"
		" org_name = excluded.org_name, sandbox = excluded.sandbox,"
		" pinned_at = excluded.pinned_at";
	char old_id[19];
	char old_name[81];
	int rc = store_check_writing(store, err);

	if (rc == 0 && (strlen(org_id) < 15 || strlen(org_id) > 18))
		rc = err_set(err, ERR_PROTOCOL, "\"%s\" is not the id of an org", org_id);
	if (rc == 0)
		rc = pinned_org(old_id, old_name, store, connection, err);
	if (rc != 0)
		return rc;
	if (old_id[0] && !same_org(old_id, org_id) && !accept)
		return err_set(err, ERR_REFUSED,
			"connection %s belongs to org %s (%s), but this token is of org %s (%s): "
			"if "
			"that is meant, run `agentboard connection accept-org %s`",
			connection, old_id, old_name, org_id, org_name, connection);
	return db_run(&store->db, sql,
		BINDS(B_TEXT(connection), B_TEXT(org_id), B_TEXT(org_name), B_INT(sandbox),
			B_INT(clock_now())),
		err);
}

int store_org_limits(
	struct store *store, const char *connection, int64_t used, int64_t allowed, struct err *err)
{
	static const char sql[] =
		"INSERT INTO connection (name, api_used, api_allowed, limits_at)"
		" VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET api_used = "
		"excluded.api_used,"
		" api_allowed = excluded.api_allowed, limits_at = excluded.limits_at";
	int rc = store_check_writing(store, err);

	if (rc == 0)
		rc = db_run(&store->db, sql,
			BINDS(B_TEXT(connection), B_INT(used), B_INT(allowed), B_INT(clock_now())),
			err);
	return rc;
}

int store_setting(struct store *store, const char *name, const char *value, struct err *err)
{
	static const char sql_set[] = "INSERT INTO setting (name, value) VALUES (?1, ?2)"
				      " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
	static const char sql_delete[] = "DELETE FROM setting WHERE name = ?1";
	int rc = store_check_writing(store, err);

	if (rc == 0 && value)
		rc = db_run(&store->db, sql_set, BINDS(B_TEXT(name), B_TEXT(value)), err);
	else if (rc == 0)
		rc = db_run(&store->db, sql_delete, BINDS(B_TEXT(name)), err);
	return rc;
}
