/*
 * store.h — runs and messages, durably. Nobody outside this folder knows SQL, packets' blobs or
 * files.
 *
 * A process writes through one `struct store` on one thread (see writer.h); everybody reads
 * through a `struct view` of his own (see view.h). A packet (at most 200 rows of one run) is the
 * unit of writing; a message has a row of its own only when it differs from its packet.
 */

#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/interface.h"
#include "model/message.h"

/* err->code of an ERR_STORE that is for want of room alone. */
#define STORE_CODE_DISK_FULL "DISK_FULL"

struct store; /* the write connection; one thread */

/*
 * Open or make DIR/store.db, migrating an older schema. Fails with ERR_STORE: newer schema, not
 * ours, network file system, no permission, disk.
 */
int store_open(struct store **out, const char *dir, struct err *err);
void store_close(struct store *store);

/* All writing happens between these; verbs below fail with ERR_STORE outside. */
int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);
/* Is the transaction still open? Some failures (disk full) take back all of it, not one job. */
bool store_alive(const struct store *store);
/* Nested: undo only what one job of a turn did. */
int store_savepoint(struct store *store, struct err *err);
int store_release(struct store *store, struct err *err);
void store_undo(struct store *store);

/* ---- runs ---- */

#define RUN_WHO_MAX 128

struct run_spec {
	const char *interface;
	const char *connection;
	const char *integration; /* NULL = none */
	const char *object;
	const char *external_id; /* NULL = none */
	enum operation operation;
	enum transfer_mode mode; /* as configured */
	int64_t limit_rows;	 /* 0 = all */
	bool initial;		 /* read with initial_query */
	bool dry_run;
	bool again;	     /* read files that were processed before */
	const char *trigger; /* "manual", "schedule", "call" */
	const char *who;     /* system user (and SSH origin) */
	uint64_t mapping_version;
	int64_t batch;	 /* runs started together share it; 0 = alone */
	bool keep_older; /* leave older failed messages of a key that completed as they are */
};

/* A new run in state Queued. */
int store_run_create(
	int64_t *run, struct store *store, const struct run_spec *spec, struct err *err);

/*
 * Ownership: an OFD lock on byte `run` of DIR/store.lock, which dies with the process, and a raised
 * epoch that every later write of the run is checked against. ERR_UNFINISHED when another process
 * holds it (the text names its pid). Free the claim to let go. A verb with a claim that was
 * overtaken meanwhile fails with ERR_UNFINISHED, not retryable.
 */
struct run_claim;
int store_run_claim(struct run_claim **out, struct store *store, int64_t run, struct err *err);
void run_claim_free(struct run_claim *claim);
int64_t run_claim_run(const struct run_claim *claim);

/* Which ends of its messages are written back into the source. */
#define WRITE_BACK_SUCCESS 1u
#define WRITE_BACK_FAILURE 2u

/* Fields of a run that change; negative or NULL = leave. */
struct run_change {
	int state; /* enum run_state, -1 = leave */
	int mode;  /* enum transfer_mode chosen, -1 = leave */
	const char *mode_why;
	const char *reason; /* why it stopped, paused; "" clears */
	int64_t read_add;   /* 0, or held_add + skipped_add: rows of packets are counted by
			       store_packet_add() */
	int64_t held_add;
	int64_t skipped_add;
	int64_t calls_add;	     /* requests made to Salesforce */
	bool reading_done;	     /* phase Reading ended: the cursor is closed */
	unsigned wants;		     /* WRITE_BACK_... bits, before its first packet; 0 = leave */
	const char *write_back_note; /* why writing back does not go on; "" clears */
};
#define RUN_CHANGE_NONE                                                                            \
	{                                                                                          \
		-1, -1, NULL, NULL, 0, 0, 0, 0, false, 0, NULL                                     \
	}

/*
 * A change of nothing is a sign of life (`progress`). RUN_DONE is refused with ERR_UNFINISHED,
 * retryable, while messages of the run are New, Processing or Pending, or are to be written back
 * into the source (dry runs excepted).
 */
int store_run_update(struct store *store, const struct run_claim *claim,
	const struct run_change *change, struct err *err);

/* Ask the owner (any process) to cancel: read back by view_run()'s cancel_asked. */
int store_run_ask_cancel(struct store *store, int64_t run, const char *who, struct err *err);

/* ---- packets ---- */

/* One row on its way into a packet; texts are borrowed for the call. */
struct row_in {
	const char *key;    /* external ID or row key as text; "" when the interface has none */
	const char *source; /* the source row, as the reader encoded it */
	size_t source_len;
	const char *record; /* the mapped JSON object without its attributes */
	size_t record_len;
	uint64_t hash;	    /* of the source row */
	const char *reject; /* NULL, or why it fails here, before any sending ("CODE: text") */
};

/* Add a packet; its messages are New (or Failed where rejected). Adds to the run's `read`. */
int store_packet_add(int64_t *packet, struct store *store, const struct run_claim *claim,
	const struct row_in *rows, int count, struct err *err);

/* ---- attempts: intent before bytes ---- */

/* Rows of one packet, as a bit set over positions. */
struct row_set {
	uint64_t bits[4];
};

void row_set_add(struct row_set *set, int position);
bool row_set_has(const struct row_set *set, int position);
int row_set_count(const struct row_set *set);

/*
 * Record that `rows` of `packet` are about to leave in request `request_id`. They become
 * Processing. Commit before the first byte is sent. ERR_UNFINISHED, retryable, when one of them is
 * not New or Pending any more (an operator was faster): load the packet again.
 */
int store_attempt_begin(int64_t *attempt, struct store *store, const struct run_claim *claim,
	int64_t packet, const struct row_set *rows, const char *request_id, struct err *err);

/* What became of one row of an attempt. */
struct row_result {
	int position;
	enum message_event event; /* SUCCEED, FAIL, RETRY, LOSE */
	bool created;
	char salesforce_id[19]; /* 18 characters, "" when none */
	char code[64];
	const char *text;   /* the org's words; borrowed */
	const char *fields; /* comma separated; borrowed; NULL = none */
	int64_t next_try;   /* ms UTC for RETRY */
	/*
	 * What the other side sent about this row, or instead of an answer about rows, as it came:
	 * kept where the row did not succeed, its first ROW_ANSWER_MAX bytes. Borrowed; NULL =
	 * none.
	 */
	const char *answer;
	bool unsent; /* it was in no request that left: what follows says why */
};
#define ROW_ANSWER_MAX 4096

/*
 * Record the answer. Rows of the attempt that `results` does not name are an error (ERR_PROTOCOL).
 * `http_status` 0 = no answer. `note` (NULL or one line) says what happened to the request as a
 * whole.
 */
int store_attempt_done(struct store *store, const struct run_claim *claim, int64_t attempt,
	int http_status, const char *note, const struct row_result *results, int count,
	struct err *err);

/* What of `rows` is Pending is due at once: what it waited for has come, or will not come. */
int store_rows_due(struct store *store, const struct run_claim *claim, int64_t packet,
	const struct row_set *rows, struct err *err);

/*
 * After a crash: attempts without an answer, but for those in a bulk job, whose answer can still be
 * asked for. Each of their rows gets `event` (RETRY for operations that may be repeated, LOSE for
 * Insert). Returns how many rows in *rows.
 */
int store_attempts_settle(int64_t *rows, struct store *store, const struct run_claim *claim,
	enum message_event event, const char *comment, struct err *err);

/* ---- bulk jobs ---- */

/* A job on its way: recorded before the org is asked to make it. */
#define JOB_CREATING "Creating" /* before it has a Salesforce id; then Salesforce's words */
int store_job_begin(int64_t *job, struct store *store, const struct run_claim *claim,
	int64_t first_packet, int64_t last_packet, struct err *err);

/* What is known of it now; NULL or negative = leave. */
struct job_change {
	const char *salesforce_id;
	const char *state;
	int64_t processed, failed;
	const char *note;
};
int store_job_update(struct store *store, const struct run_claim *claim, int64_t job,
	const struct job_change *change, struct err *err);

/* store_attempt_begin() for rows that leave in a job, which has its Salesforce id. The answer is
 * recorded by store_attempt_done(). */
int store_job_attempt(struct store *store, const struct run_claim *claim, int64_t job,
	int64_t packet, const struct row_set *rows, struct err *err);

/* No answer will come for what the job carried: every row without one gets `event`. */
int store_job_settle(int64_t *rows, struct store *store, const struct run_claim *claim, int64_t job,
	enum message_event event, const char *comment, struct err *err);

/* ---- write-back: what is settled of it ---- */

enum written_as {
	WRITTEN_DONE,
	WRITTEN_UNMATCHED, /* it touched no row: changed since it was read */
	WRITTEN_FAILED,	   /* it stays open, with `text` */
};

struct written_row {
	int position;
	enum written_as as;
	const char *text; /* of WRITTEN_FAILED; borrowed */
};

/* Rows of `packet` whose end was written back. Rows that are not open any more are passed over. */
int store_written(struct store *store, const struct run_claim *claim, int64_t packet,
	const struct written_row *rows, int count, struct err *err);

/* These ends (WRITE_BACK_... bits) of the run are no longer to be written back. */
int store_unwant_write_back(
	struct store *store, const struct run_claim *claim, unsigned ends, struct err *err);

/*
 * What is older than a Completed message of its key is out of date, and must not be sent: before a
 * run sends, and when an operator gave it rows again, mark what runs under way (itself among them)
 * completed of its keys; `case_counts`: its keys that differ in case alone are different keys ...
 */
int store_supersede_begun(
	struct store *store, const struct run_claim *claim, bool case_counts, struct err *err);

/* ... and later mark these rows of a packet, which another run has overtaken: what of them is New
 * or Pending becomes Cancelled. Those that are marked already, a person sends all the same. */
int store_overtaken(struct store *store, const struct run_claim *claim, int64_t packet,
	const struct row_set *rows, struct err *err);

/* Everything New and Pending of the run becomes Cancelled. */
int store_run_cancel_rest(int64_t *rows, struct store *store, const struct run_claim *claim,
	const char *who, struct err *err);

/* ---- single messages, by an operator ---- */

/* Apply an operator's event to one message through the transition table; records who and when. */
int store_message_event(struct store *store, int64_t message, enum message_event event,
	const char *who, const char *salesforce_id, struct err *err);

/* What is done to many messages, by whom. */
struct messages_event {
	enum message_event event;
	enum actor actor;	   /* OPERATOR or RECONCILER */
	const char *who;	   /* system user (and SSH origin) */
	const char *salesforce_id; /* of RESOLVE_COMPLETED, NULL = not told */
	const char *comment;	   /* NULL = "reprocess by anna" */
};

/* What became of one of them. */
struct message_verdict {
	int64_t message, run;	    /* run 0: there is no such message */
	enum message_status status; /* now */
	const struct err *why;	    /* NULL = done; else it is refused and stays as it was */
};
typedef void message_event_each(void *ctx, const struct message_verdict *verdict);

/*
 * The same for `count` messages, in ascending order: each is done or refused by itself, and told
 * to `each`. Runs that had ended and have to send again become Paused. Fails only when nothing at
 * all is to be kept (ERR_STORE, ERR_USAGE for a Salesforce id that is none).
 */
int store_messages_event(struct store *store, const struct messages_event *what,
	const int64_t *messages, int count, message_event_each *each, void *ctx, struct err *err);

/*
 * Payload and source row of the run's Completed messages leave the store, but for those that are to
 * be written back: in up to `packets` packets behind *cursor (0 = from the first), which is moved
 * on, and 0 when there are no more.
 */
int store_payload_drop(int64_t *cursor, struct store *store, const struct run_claim *claim,
	int packets, struct err *err);

/* An Unknown message was looked for in the org and stays what it is: `comment` says what was found.
 */
int store_message_checked(
	struct store *store, int64_t message, const char *comment, struct err *err);

/* Replace the payload (a JSON object); kept with who and when. */
int store_message_edit(
	struct store *store, int64_t message, const char *record, const char *who, struct err *err);

/* The payload as today's mapping makes it, of a message about to be sent again; edited ones stay.
 */
int store_message_remap(struct store *store, const struct run_claim *claim, int64_t message,
	const char *record, uint64_t mapping_version, struct err *err);

/* One row as today's mapping makes it. */
struct mapped_row {
	int position;
	const char *record; /* NULL = as it is */
	const char *reject; /* NULL, or why it fails here ("CODE: text") */
};

/* The same for rows of one packet that packet_out.remap names. */
int store_packet_remap(struct store *store, const struct run_claim *claim, int64_t packet,
	const struct mapped_row *rows, int count, uint64_t mapping_version, struct err *err);

/* The columns of the run's source rows, encoded by the caller: kept for view_run_columns(). */
int store_run_columns(struct store *store, const struct run_claim *claim, const void *columns,
	size_t len, struct err *err);

/*
 * What all requests of the run have in common, encoded by the caller: kept for whoever asks what a
 * row was sent in (message_detail.envelope). Once it is another one, the one before is forgotten.
 */
int store_run_envelope(
	struct store *store, const struct run_claim *claim, const char *envelope, struct err *err);

/* Who did what, when, for good. `run` and `message` 0 and `detail` NULL when there is none. */
int store_audit(struct store *store, const char *who, const char *action, int64_t run,
	int64_t message, const char *detail, struct err *err);

/* ---- what is known of connections and interfaces ---- */

struct ping_step_record {
	const char *name;
	int verdict; /* enum verdict of core/ping, in numbers that stay */
	double ms;
	const char *detail;
	const char *remedy_id; /* "" = none */
};

/* A green ping of kind salesforce ends a block (brake.h). */
struct ping_record {
	const char *connection;
	const char *kind; /* "agent", "agent-from-salesforce" or "salesforce" */
	bool ok;
	const char *summary;	     /* one line: the failed step's detail, or "" */
	const char *config_hash;     /* of the settings that the verdict is about: a change makes it
					stale */
	const char *settings_hash;   /* of all that this kind depends on; NULL = not known */
	const char *interfaces_hash; /* of the interfaces it looked at; NULL = at none */
	const struct ping_step_record *steps;
	int step_count;
};

/* Takes the place of the last one of its kind. */
int store_ping_record(struct store *store, const struct ping_record *ping, struct err *err);

/* A step of the set-up that a person says is done for `about`; NULL takes the tick away. */
int store_tick(struct store *store, const char *connection, const char *item, const char *about,
	const char *who, struct err *err);

/*
 * Pin the org at the first green ping; ERR_REFUSED with both ids when another org is pinned already
 * and `accept` is false.
 */
int store_org_pin(struct store *store, const char *connection, const char *org_id,
	const char *org_name, bool sandbox, bool accept, struct err *err);

/* The API allowance as the org told it last. */
int store_org_limits(struct store *store, const char *connection, int64_t used, int64_t allowed,
	struct err *err);

/* Small named values (schema-free, e.g. "ticks"); NULL deletes. */
int store_setting(struct store *store, const char *name, const char *value, struct err *err);

/*
 * Count everything anew, from messages to packets to runs, and compare: ERR_STORE names the first
 * difference. Walks over the whole store; for tests and `doctor`.
 */
int store_verify(struct store *store, struct err *err);

#endif
