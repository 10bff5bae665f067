/*
 * schema.c — the tables of the store.
 *
 * The packet is the unit of writing. Its rows without a row in `message` share the packet's base
 * state; `n_*` count every row of the packet by its state. What is read rarely, or searched as a
 * whole, lies in tables of its own, so that a walk over `packet` or `packet_key` touches little
 * else. There is no index over all keys: a key is found by walking `packet_key`.
 *
 * Enum values (message status, run state, operation, mode) are stored as numbers and thereby part
 * of the schema. Times are milliseconds UTC, 0 = never. Bit sets over the rows of a packet have
 * position 0 in bit 0 of byte 0.
 */

#include "base/base.h"
#include "store/schema.h"

#define APPLICATION_ID 0x41674264 /* "AgBd" */

static const char version_1[] =
	"CREATE TABLE run ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" interface TEXT NOT NULL,"
	" connection TEXT NOT NULL,"
	" integration TEXT,"
	" object TEXT NOT NULL,"
	" external_id TEXT,"
	" operation INTEGER NOT NULL,"
	" mode INTEGER NOT NULL,"
	" mode_why TEXT,"
	" state INTEGER NOT NULL,"
	" reason TEXT,"
	" reading_done INTEGER NOT NULL DEFAULT 0,"
	" initial INTEGER NOT NULL,"
	" dry_run INTEGER NOT NULL,"
	" started_by TEXT NOT NULL," /* manual, schedule, call */
	" who TEXT NOT NULL,"
	" limit_rows INTEGER NOT NULL,"
	" batch INTEGER NOT NULL,"
	" mapping_version INTEGER NOT NULL,"
	" key_case INTEGER NOT NULL,"		 /* 1: keys of another case are other keys */
	" epoch INTEGER NOT NULL DEFAULT 0,"	 /* raised by every claim */
	" owner_pid INTEGER NOT NULL DEFAULT 0," /* of the last claim; alive if it has the lock */
	" cancel_asked INTEGER NOT NULL DEFAULT 0,"
	" cancel_who TEXT,"
	" created INTEGER NOT NULL,"
	" started INTEGER NOT NULL DEFAULT 0,"
	" ended INTEGER NOT NULL DEFAULT 0,"
	" progress INTEGER NOT NULL,"
	" mark_time INTEGER NOT NULL DEFAULT 0," /* two marks some seconds apart, for the pace */
	" mark_rows INTEGER NOT NULL DEFAULT 0,"
	" last_time INTEGER NOT NULL DEFAULT 0,"
	" last_rows INTEGER NOT NULL DEFAULT 0,"
	" calls INTEGER NOT NULL DEFAULT 0,"
	" read INTEGER NOT NULL DEFAULT 0,"
	" completed INTEGER NOT NULL DEFAULT 0,"
	" failed INTEGER NOT NULL DEFAULT 0,"
	" pending INTEGER NOT NULL DEFAULT 0," /* New, Processing and Pending */
	" unknown INTEGER NOT NULL DEFAULT 0,"
	" cancelled INTEGER NOT NULL DEFAULT 0,"
	" held INTEGER NOT NULL DEFAULT 0,"
	" skipped INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE INDEX run_by_interface ON run (interface, id);"
	"CREATE INDEX run_open ON run (id) WHERE state < 4;"

	"CREATE TABLE packet ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" run INTEGER NOT NULL,"
	" rows INTEGER NOT NULL,"
	" base INTEGER NOT NULL," /* state of the rows that have no row in message */
	" base_time INTEGER NOT NULL,"
	" base_attempts INTEGER NOT NULL DEFAULT 0,"
	" base_attempt INTEGER NOT NULL DEFAULT 0," /* the last one of the base rows */
	" base_next_try INTEGER NOT NULL DEFAULT 0,"
	" code TEXT," /* of the base rows */
	" comment TEXT,"
	" own BLOB,"	    /* bit set: rows that have a row in message */
	" superseded BLOB," /* bit set: a younger message of the key completed */
	" created INTEGER NOT NULL,"
	" changed INTEGER NOT NULL,"	   /* the last change of any of its rows */
	" due INTEGER NOT NULL DEFAULT 0," /* earliest next_try of its Pending rows */
	" n_new INTEGER NOT NULL DEFAULT 0,"
	" n_processing INTEGER NOT NULL DEFAULT 0,"
	" n_pending INTEGER NOT NULL DEFAULT 0,"
	" n_completed INTEGER NOT NULL DEFAULT 0,"
	" n_failed INTEGER NOT NULL DEFAULT 0,"
	" n_unknown INTEGER NOT NULL DEFAULT 0,"
	" n_cancelled INTEGER NOT NULL DEFAULT 0,"
	" write_back INTEGER NOT NULL DEFAULT 0," /* 1: outstanding for the Completed base rows */
	" job INTEGER"				  /* the bulk job that carries it */
	") STRICT;"
	"CREATE INDEX packet_by_run ON packet (run, id);"
	"CREATE INDEX packet_due ON packet (run, id, n_new, due) WHERE n_new > 0 OR n_pending > 0;"
	/* What is rare is found without a look at the packets that are all Completed. */
	"CREATE INDEX packet_waiting ON packet (id) WHERE n_new + n_processing + n_pending > 0;"
	"CREATE INDEX packet_failed ON packet (id) WHERE n_failed > 0;"
	"CREATE INDEX packet_unknown ON packet (id) WHERE n_unknown > 0;"
	"CREATE INDEX packet_cancelled ON packet (id) WHERE n_cancelled > 0;"
	"CREATE INDEX packet_by_change ON packet (changed);"
	"CREATE INDEX packet_by_code ON packet (code) WHERE code IS NOT NULL;"
	"CREATE INDEX packet_write_back ON packet (run, id) WHERE write_back = 1;"
	"CREATE TABLE packet_key (packet INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
	"CREATE TABLE packet_body (packet INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
	"CREATE TABLE packet_row (packet INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"

	"CREATE TABLE attempt ("
	" id INTEGER PRIMARY KEY,"
	" run INTEGER NOT NULL,"
	" packet INTEGER NOT NULL,"
	" job INTEGER,"
	" epoch INTEGER NOT NULL,"
	" sent INTEGER NOT NULL,"
	" done INTEGER NOT NULL DEFAULT 0,"
	" http_status INTEGER NOT NULL DEFAULT 0,"
	" rows BLOB," /* bit set; NULL = all of the packet */
	" request_id TEXT NOT NULL,"
	" note TEXT"
	") STRICT;"
	"CREATE INDEX attempt_by_packet ON attempt (packet);"
	"CREATE INDEX attempt_open ON attempt (run) WHERE done = 0;"
	"CREATE TABLE attempt_result (attempt INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"

	"CREATE TABLE job ("
	" id INTEGER PRIMARY KEY,"
	" run INTEGER NOT NULL,"
	" salesforce_id TEXT,"
	" state TEXT NOT NULL," /* Salesforce's word, or Creating before it has one */
	" first_packet INTEGER NOT NULL,"
	" last_packet INTEGER NOT NULL,"
	" epoch INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" changed INTEGER NOT NULL,"
	" processed INTEGER NOT NULL DEFAULT 0,"
	" failed INTEGER NOT NULL DEFAULT 0,"
	" note TEXT"
	") STRICT;"
	"CREATE INDEX job_by_run ON job (run);"

	"CREATE TABLE message ("
	" id INTEGER PRIMARY KEY," /* packet x 256 + position */
	" status INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL,"
	" attempt INTEGER NOT NULL DEFAULT 0,"
	" next_try INTEGER NOT NULL DEFAULT 0,"
	" created INTEGER NOT NULL DEFAULT 0,"
	" salesforce_id TEXT,"
	" code TEXT,"
	" comment TEXT,"
	" fields TEXT,"
	" record TEXT,"		    /* replaces the one in packet_body */
	" mapping_version INTEGER," /* of `record`, when it was mapped anew */
	" edited_by TEXT,"
	" edited_at INTEGER NOT NULL DEFAULT 0,"
	" write_back INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE INDEX message_by_code ON message (code, id) WHERE code IS NOT NULL;"

	"CREATE TABLE connection ("
	" name TEXT PRIMARY KEY,"
	" agent_checked INTEGER NOT NULL DEFAULT 0,"
	" agent_ok INTEGER NOT NULL DEFAULT 0,"
	" agent_summary TEXT,"
	" agent_config TEXT,"
	" salesforce_checked INTEGER NOT NULL DEFAULT 0,"
	" salesforce_ok INTEGER NOT NULL DEFAULT 0,"
	" salesforce_summary TEXT,"
	" salesforce_config TEXT,"
	" org_id TEXT,"
	" org_name TEXT,"
	" sandbox INTEGER NOT NULL DEFAULT 0,"
	" pinned_at INTEGER NOT NULL DEFAULT 0,"
	" api_used INTEGER NOT NULL DEFAULT 0,"
	" api_allowed INTEGER NOT NULL DEFAULT 0,"
	" limits_at INTEGER NOT NULL DEFAULT 0,"
	" brake INTEGER NOT NULL DEFAULT 0," /* 0 Active, 1 Held by a person, 2 Blocked */
	" brake_reason TEXT,"
	" brake_who TEXT,"
	" brake_at INTEGER NOT NULL DEFAULT 0,"
	" probe_at INTEGER NOT NULL DEFAULT 0"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE watermark ("
	" interface TEXT PRIMARY KEY,"
	" source_column TEXT NOT NULL,"
	" value TEXT NOT NULL,"
	" org_id TEXT NOT NULL,"
	" mapping_version INTEGER NOT NULL,"
	" run INTEGER NOT NULL,"
	" changed INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

	"CREATE TABLE audit ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" time INTEGER NOT NULL,"
	" who TEXT NOT NULL,"
	" action TEXT NOT NULL,"
	" run INTEGER NOT NULL DEFAULT 0,"
	" message INTEGER NOT NULL DEFAULT 0,"
	" detail TEXT"
	") STRICT;"
	"CREATE INDEX audit_by_message ON audit (message) WHERE message <> 0;"
	"CREATE INDEX audit_by_run ON audit (run) WHERE run <> 0;";

/* What a bulk job carries is asked for as a whole. */
static const char attempts_by_job[] =
	"CREATE INDEX attempt_by_job ON attempt (job, packet) WHERE job IS NOT NULL;";

/* The calls that Salesforce made, and the schedules with what became of their last time. */
static const char service_tables[] =
	"CREATE TABLE call_key ("
	" key TEXT PRIMARY KEY,"
	" request TEXT NOT NULL," /* a fingerprint of what was asked for */
	" run INTEGER NOT NULL,"
	" created INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX call_key_by_age ON call_key (created);"

	"CREATE TABLE schedule ("
	" kind INTEGER NOT NULL," /* 0 interface, 1 integration */
	" name TEXT NOT NULL,"
	" text TEXT NOT NULL DEFAULT '',"     /* as it was when `looked` was written */
	" looked INTEGER NOT NULL DEFAULT 0," /* every time up to here was dealt with */
	" next INTEGER NOT NULL DEFAULT 0,"
	" due INTEGER NOT NULL DEFAULT 0,"     /* the last time that came ... */
	" verdict INTEGER NOT NULL DEFAULT 0," /* ... and what became of it */
	" note TEXT NOT NULL DEFAULT '',"
	" run INTEGER NOT NULL DEFAULT 0,"
	" paused_at INTEGER NOT NULL DEFAULT 0,"
	" paused_who TEXT NOT NULL DEFAULT '',"
	" PRIMARY KEY (kind, name)"
	") STRICT, WITHOUT ROWID;";

/*
 * To send a message again with today's mapping, the columns of its source row must be known. What
 * completed before `marked` has marked what is older already (supersede.c).
 */
static const char send_again[] = "ALTER TABLE run ADD COLUMN columns BLOB;"
				 "ALTER TABLE run ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;"
				 "ALTER TABLE message ADD COLUMN remap INTEGER NOT NULL DEFAULT 0;";

/* 1: failed messages that are older than a completed one of their key stay as they are. */
static const char keep_older[] =
	"ALTER TABLE run ADD COLUMN keep_older INTEGER NOT NULL DEFAULT 0;";

/* Files that rows came from; and runs that read them although they were processed before. */
static const char source_files[] =
	"CREATE TABLE source_file ("
	" id INTEGER PRIMARY KEY,"
	" interface TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" size INTEGER NOT NULL,"
	" changed INTEGER NOT NULL,"
	" checksum TEXT NOT NULL,"
	" run INTEGER NOT NULL,"
	" state INTEGER NOT NULL,"
	" time INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX source_file_by_name ON source_file (interface, name);"
	"CREATE INDEX source_file_by_run ON source_file (run);"
	"CREATE INDEX source_file_open ON source_file (interface) WHERE state < 2;"
	"ALTER TABLE run ADD COLUMN again INTEGER NOT NULL DEFAULT 0;";

/* When an Unknown message was last looked for in the org. */
static const char unknown_checked[] =
	"ALTER TABLE message ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;";

/*
 * Write-back: `wants` says which ends of a message are written back into the source (1 Completed, 2
 * Failed); `written` are the rows for which that is settled, `unmatched` those of them whose
 * statement touched no row; packet.write_back counts the rows that are open.
 */
static const char writing_back[] =
	"ALTER TABLE run ADD COLUMN wants INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN write_back_open INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN write_back_done INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN write_back_unmatched INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN write_back_failing INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN write_back_note TEXT;"
	"CREATE INDEX run_write_back ON run (interface, id) WHERE write_back_open > 0;"
	"ALTER TABLE packet ADD COLUMN wants INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE packet ADD COLUMN written BLOB;"
	"ALTER TABLE packet ADD COLUMN unmatched BLOB;"
	"DROP INDEX packet_write_back;"
	"CREATE INDEX packet_write_back ON packet (run, id) WHERE write_back > 0;"
	"ALTER TABLE message DROP COLUMN write_back;"
	"CREATE TABLE write_back_failure ("
	" message INTEGER PRIMARY KEY,"
	" time INTEGER NOT NULL,"
	" text TEXT NOT NULL"
	") STRICT;";

/* How many Completed messages of a run were removed when they were old. */
static const char pruning[] = "ALTER TABLE run ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;";

/* What kind of value a watermark is, and where it stood before its run. */
static const char watermark_kept[] =
	"ALTER TABLE watermark ADD COLUMN type INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE watermark ADD COLUMN before TEXT NOT NULL DEFAULT '';";

/*
 * The steps of each connection's last pings (`kind`: agent, agent-from-salesforce, salesforce), and
 * what a person ticked off: `about` is the org or address that the tick is for.
 */
static const char pings_kept[] = "CREATE TABLE ping ("
				 " connection TEXT NOT NULL,"
				 " kind TEXT NOT NULL,"
				 " time INTEGER NOT NULL,"
				 " ok INTEGER NOT NULL,"
				 " settings TEXT NOT NULL," /* hashes of what was pinged */
				 " interfaces TEXT NOT NULL,"
				 " PRIMARY KEY (connection, kind)"
				 ") STRICT, WITHOUT ROWID;"
				 "CREATE TABLE ping_step ("
				 " connection TEXT NOT NULL,"
				 " kind TEXT NOT NULL,"
				 " position INTEGER NOT NULL,"
				 " name TEXT NOT NULL,"
				 " verdict INTEGER NOT NULL,"
				 " ms REAL NOT NULL,"
				 " detail TEXT NOT NULL,"
				 " remedy TEXT NOT NULL,"
				 " PRIMARY KEY (connection, kind, position)"
				 ") STRICT, WITHOUT ROWID;"
				 "CREATE TABLE tick ("
				 " connection TEXT NOT NULL,"
				 " item TEXT NOT NULL,"
				 " about TEXT NOT NULL,"
				 " time INTEGER NOT NULL,"
				 " who TEXT NOT NULL,"
				 " PRIMARY KEY (connection, item)"
				 ") STRICT, WITHOUT ROWID;";

/*
 * What the requests of a run have in common, and since when: with a row's payload, that is what was
 * sent. From this version on results hold what came back about rows that did not succeed.
 */
static const char requests_kept[] = "ALTER TABLE run ADD COLUMN envelope TEXT;"
				    "ALTER TABLE run ADD COLUMN envelope_at INTEGER NOT NULL"
				    " DEFAULT 0;";

/* Entry i leads from version i to version i + 1. Only ever append. */
static const char *const migrations[] = { version_1, attempts_by_job, service_tables, send_again,
	keep_older, source_files, unknown_checked, writing_back, pruning, watermark_kept,
	pings_kept, requests_kept };

int schema_version(void)
{
	return (int)ARRAY_SIZE(migrations);
}

static int identity(int64_t *application, int64_t *version, struct db *db, struct err *err)
{
	int rc = db_number(application, db, "PRAGMA application_id", err);

	return rc ? rc : db_number(version, db, "PRAGMA user_version", err);
}

static int refuse_newer(struct db *db, int64_t version, struct err *err)
{
	if (version <= schema_version())
		return 0;
	return err_set(err, ERR_STORE,
		"the store %s was written by a newer version of this program (schema %d, this one "
		"knows %d): install that version",
		db->path, (int)version, schema_version());
}

static int refuse_foreign(struct db *db, int64_t application, struct err *err)
{
	if (application == APPLICATION_ID)
		return 0;
	return err_set(
		err, ERR_STORE, "%s is a database of another program: move it away", db->path);
}

/*
 * Before the first table, and as one: who dies behind the first of these would leave a database
 * that nobody knows.
 */
static int lay_out(struct db *db, struct err *err)
{
	char sql[160];

	snprintf(sql, sizeof(sql),
		"PRAGMA page_size = 8192; BEGIN; PRAGMA auto_vacuum = INCREMENTAL;"
		"PRAGMA application_id = %d; COMMIT;",
		APPLICATION_ID);
	return db_exec(db, sql, err);
}

static int migrate(struct db *db, int64_t version, struct err *err)
{
	char sql[64];
	int rc = db_exec(db, "BEGIN IMMEDIATE", err);

	for (; rc == 0 && version < schema_version(); version++)
		rc = db_exec(db, migrations[version], err);
	if (rc == 0) {
		snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", schema_version());
		rc = db_exec(db, sql, err);
	}
	if (rc == 0)
		rc = db_exec(db, "COMMIT", err);
	if (rc != 0)
		db_exec(db, "ROLLBACK", NULL);
	return rc;
}

int schema_prepare(struct db *db, struct err *err)
{
	int64_t application = 0;
	int64_t version = 0;
	int64_t pages = 0;
	int rc = db_number(&pages, db, "PRAGMA page_count", err);

	if (rc == 0 && pages == 0)
		rc = lay_out(db, err);
	if (rc == 0)
		rc = identity(&application, &version, db, err);
	if (rc == 0)
		rc = refuse_foreign(db, application, err);
	if (rc == 0)
		rc = refuse_newer(db, version, err);
	if (rc == 0 && version == 0)
		rc = db_exec(db, "PRAGMA journal_mode = WAL", err);
	if (rc == 0 && version < schema_version())
		rc = migrate(db, version, err);
	return rc;
}

int schema_check(struct db *db, struct err *err)
{
	int64_t application = 0;
	int64_t version = 0;
	int rc = identity(&application, &version, db, err);

	if (rc == 0 && application == 0 && version == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no store at %s yet", db->path);
	if (rc == 0)
		rc = refuse_foreign(db, application, err);
	if (rc == 0)
		rc = refuse_newer(db, version, err);
	if (rc == 0 && version < schema_version())
		rc = err_set(err, version ? ERR_STORE : ERR_NOT_FOUND,
			version ? "the store %s is of an older version: start the agent once to "
				  "bring it up to date"
				: "there is no store at %s yet",
			db->path);
	return rc;
}
