/*
 * view.h — reading the store: windows over runs and messages, never copies of them all.
 * A view holds a read transaction for one call only. Use each view from one thread.
 */

#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/message.h"
#include "store/brake.h"
#include "store/filter.h"
#include "store/store.h"

struct view;

/* Fails with ERR_NOT_FOUND while there is no store yet. Read-only: works without write permission.
 */
int view_open(struct view **out, const char *dir, struct err *err);
void view_close(struct view *view);

/* A number that differs once anybody committed anything. */
int64_t view_version(struct view *view);

/* While true, a long search of this view ends early with ERR_INTERRUPTED. May be set by any thread.
 */
void view_interrupt(struct view *view, const atomic_bool *stop);

/*
 * How long view_messages() may search before it hands over what it has found so far; 0 (the
 * default) = to the end. See message_window.partial.
 */
void view_patience(struct view *view, int64_t ms);

/* ---- runs ---- */

struct run_info {
	int64_t id;
	char interface[65];
	char connection[65];
	char integration[65];
	char object[81];
	char external_id[420]; /* KEY_FIELDS_MAX names */
	enum operation operation;
	enum transfer_mode mode; /* chosen (or as configured until it is) */
	char mode_why[128];
	enum run_state state;
	bool reading_done;
	bool initial, dry_run, again;
	bool cancel_asked;
	char cancel_who[RUN_WHO_MAX];
	char trigger[16];
	char who[RUN_WHO_MAX];
	char reason[256];
	int64_t limit_rows;
	int64_t batch;
	int64_t created, started, ended,
		progress; /* ms UTC; 0 = not yet; progress = last recorded change */
	int64_t calls;
	struct run_counts counts;
	struct run_write_back {
		unsigned wants;	   /* WRITE_BACK_... bits */
		int64_t open;	   /* rows whose end is to be written into the source */
		int64_t done;	   /* rows for which that is settled */
		int64_t unmatched; /* ... whose statement touched no row */
		int64_t failing;   /* of the open ones: those that failed by themselves */
		char note[256];	   /* why it does not go on, "" = nothing */
	} write_back;
	int64_t owner_pid;	/* process that holds the run now; 0 = nobody */
	bool responding;	/* false: owned, but no progress for 60 s */
	double rows_per_second; /* over the last seconds while running, over the whole when ended */
};

/* Done, and nothing of it is pending, unknown or to be written back: there is nothing to resume. */
bool run_is_over(const struct run_info *run);

int view_run(struct run_info *out, struct view *view, int64_t run, struct err *err);

/* The run of a message; ERR_NOT_FOUND when there is no such message's packet. */
int view_run_of(int64_t *run, struct view *view, int64_t message, struct err *err);

/* Newest first. `interface` NULL = all; `before` 0 = from the newest. Caller frees *out. */
int view_runs(struct run_info **out, int *count, struct view *view, const char *interface,
	int64_t before, int limit, struct err *err);

/* Runs that are not final, oldest first: what an agent takes up when it starts. */
int view_open_runs(struct run_info **out, int *count, struct view *view, struct err *err);

/*
 * The first run of `interface` before run `before` (0 = all) that what comes later must not
 * overtake where rows go in order: messages of it wait, or it is the last one and stopped at a
 * failed row. ERR_NOT_FOUND: there is none.
 */
int view_run_in_front(struct run_info *out, struct view *view, const char *interface,
	int64_t before, struct err *err);

/* Of each interface the newest run that is Done and has Unknown messages. */
int view_unknown_runs(struct run_info **out, int *count, struct view *view, struct err *err);

/* ---- messages ---- */

/* How the end of a message stands with the source it came from. */
enum write_back {
	WRITE_BACK_NONE, /* nothing is to be written, or not yet */
	WRITE_BACK_OPEN,
	WRITE_BACK_DONE,
	WRITE_BACK_UNMATCHED, /* the statement touched no row: changed since it was read */
};
const char *write_back_name(enum write_back state); /* "none", "open", "done", "unmatched" */

/* One line of the monitor. Strings are owned by the window. */
struct message {
	int64_t id;
	int64_t run;
	const char *interface;
	const char *key;
	enum message_status status;
	bool created;  /* Completed: created (else updated) ... */
	bool repeated; /* ... unless an Upsert sent it before: one of these may have created it */
	char salesforce_id[19];
	const char *code;
	const char *comment;
	const char *fields;
	int attempts;
	bool edited;
	bool superseded;
	int64_t time;	  /* of its last change, ms UTC */
	int64_t next_try; /* Pending: ms UTC */
	enum write_back write_back;
};

/* What became of a Completed one: "created", "updated", "created or updated". */
const char *message_outcome(const struct message *msg);

struct message_window {
	struct message *messages;
	int count;
	bool more_before; /* there are matching messages before the first ... */
	bool more_after;  /* ... and after the last */
	bool partial;	  /* patience ended the search before `rows` were found: to go on, ask
			     again from the anchor `searched_to` in the same direction */
	int64_t searched_to;
	void *arena;
};

enum window_from {
	WINDOW_AFTER,  /* the first `rows` with id > anchor, ascending */
	WINDOW_BEFORE, /* the last `rows` with id < anchor, ascending */
	WINDOW_TAIL,   /* the last `rows` */
};

/* `filter` NULL = all. Fields of an empty window are zero. */
int view_messages(struct message_window *out, struct view *view, const struct filter *filter,
	enum window_from from, int64_t anchor, int rows, struct err *err);
void message_window_free(struct message_window *window);

/* A window of copies: what is in `first`, then what is in `second`. */
int message_window_join(struct message_window *out, const struct message_window *first,
	const struct message_window *second, struct err *err);

/* How many match; *exact is false when counting was cut short (the number is then a lower bound).
 */
int view_message_count(int64_t *count, bool *exact, struct view *view, const struct filter *filter,
	struct err *err);

/* How many messages behind `after` match: what came since. Cut short after a moment, as above. */
int view_message_count_after(int64_t *count, bool *exact, struct view *view,
	const struct filter *filter, int64_t after, struct err *err);

/* What waits, by interface and age. */
#define WAITING_AGES 7 /* since less than 5, 10, 20, 40, 80, 160 minutes, and longer */
struct waiting_line {
	char interface[65];
	int64_t waiting[WAITING_AGES]; /* New, Processing and Pending by the time since they were
					  read */
	int64_t unknown;
	int64_t oldest; /* ms UTC of the oldest waiting one, 0 = none waits */
};

/* The interface with the oldest waiting row first. Caller frees *out. */
int view_waiting_lines(
	struct waiting_line **out, int *count, struct view *view, int64_t now, struct err *err);

/* Rows that ended in each of the `count` spans before `until`, oldest first. */
struct rate {
	int64_t completed, failed;
};
int view_rates(struct rate *rates, int count, struct view *view, int64_t until, int64_t span_ms,
	struct err *err);

struct attempt_info {
	int64_t id;
	char request_id[40];
	char job[19];	    /* Salesforce id of the bulk job that carried it, "" = none did */
	int64_t sent, done; /* ms UTC; done 0 = no answer recorded */
	int http_status;
	char *note;
	char *result; /* what the org said of this row, as text */
	bool bulk;    /* a bulk job carried it, or was to */
	int rows;     /* how many of the packet it carried ... */
	int place;    /* ... and which of them this one is, from 1 */
	bool succeeded, created;
	char salesforce_id[19]; /* of what succeeded */
	bool unsent;		/* the row was in no request that left */
	char *answer;	    /* what came back about the row, or instead, as it came: of what did not
			       succeed. NULL or "" = not kept */
	bool answer_cut;    /* there was more */
	bool payload_kept;  /* is the payload that it carried still known? See attempt_record(). */
	char *other_record; /* NULL: it is that of the message */
};

/* In place of a payload that store_payload_drop() took away. */
#define MESSAGE_PAYLOAD_GONE "(left the store when the message completed)"

/* Everything about one message. */
struct message_detail {
	struct message message; /* strings owned by the detail */
	char *record; /* payload as sent or to be sent: a JSON object; "" when it is gone */
	char *source; /* the source row, as the reader encoded it */
	size_t source_len;
	char *original; /* the payload as the run read it */
	bool replaced;	/* `record` is another one: it was edited, or mapped anew */
	uint64_t mapping_version;
	char *write_back_text; /* why writing back failed for this row, "" = it did not */
	char *edited_by;
	int64_t edited_at;
	struct attempt_info *attempts;
	int attempt_count;
	char *object;
	char *connection;
	enum operation operation;
	char *external_id;
	char *envelope;		 /* as store_run_envelope() was given it; "" = none was ... */
	int64_t envelope_since;	 /* ... for attempts since, ms UTC */
	int64_t completed_later; /* see view_message_later() */
	void *arena;
};

/* The payload that an attempt carried; "" = it left the store, NULL = it was replaced since. */
const char *attempt_record(const struct message_detail *detail, const struct attempt_info *attempt);

int view_message(struct message_detail **out, struct view *view, int64_t message, struct err *err);
void message_detail_free(struct message_detail *detail);

/*
 * Of a superseded message: look for the first message behind it that completed its key, and set
 * detail->completed_later to its number. That stays 0 where it is not superseded, and where the
 * other one is no longer in the store or was not found within the view's patience.
 */
int view_message_later(struct message_detail *detail, struct view *view, struct err *err);

/* What to do about a superseded one, in words: nothing, as that message completed. NULL: it is not
 * superseded, or was sent all the same and completed as well. */
#define MESSAGE_LATER_MAX 80
const char *message_later(char out[MESSAGE_LATER_MAX], const struct message_detail *detail);

/*
 * Failures by cause, most frequent first: by their code, the fields that the org names, and where
 * it names none by what their words have in common. The words are those of one of them. Caller
 * frees.
 */
#define CAUSE_FORM_MAX 160
struct cause {
	char code[64];
	char fields[128];
	char form[CAUSE_FORM_MAX]; /* "value * too long": the filter like: finds those; "" = none */
	bool rest;		   /* words of more forms than are told apart for a code */
	char comment[256];
	int64_t message; /* the first of them */
	int64_t count;
};
int view_causes(struct cause **out, int *count, struct view *view, const struct filter *filter,
	struct err *err);

/*
 * The filter that has exactly the messages of causes[place] among those that pass `within`: the
 * more of them share a code, the more has to be said. False when it has no code, or no room.
 */
bool cause_filter(char *out, size_t size, const char *within, const struct cause *causes, int count,
	int place);

/* ---- what the sender needs ---- */

/* A packet that has rows to send now. */
struct packet_out {
	int64_t packet;
	int rows;		  /* in the packet */
	struct row_set due;	  /* New, or Pending with next_try <= now */
	struct row_set waiting;	  /* Pending with next_try > now ... */
	int64_t next_due;	  /* ... and the earliest of these, 0 = none */
	struct row_set tried;	  /* those that were sent before ... */
	struct row_set repeated;  /* ... more than once */
	struct row_set overtaken; /* a younger message of the key completed */
	struct row_set edited;	  /* those whose record is not the one that was read */
	struct row_set
		remap; /* of the due ones: to be mapped anew first, see store_packet_remap() */
	const char *records[PACKET_ROWS_MAX]; /* JSON objects (edited payloads where edited) */
	uint32_t record_lens[PACKET_ROWS_MAX];
	const char *keys[PACKET_ROWS_MAX];
	size_t bytes; /* of keys and records together */
	void *arena;
};

/*
 * The first packet of `run` after `after` that has rows to send at `now`; ERR_NOT_FOUND when none.
 * *next_due (may be NULL): when none is due, the earliest next_try of the run's Pending rows, 0 =
 * none.
 */
int view_packet_due(struct packet_out *out, struct view *view, int64_t run, int64_t after,
	int64_t now, int64_t *next_due, struct err *err);

/* One packet as it is at `now`, also when nothing of it is due. */
int view_packet(
	struct packet_out *out, struct view *view, int64_t packet, int64_t now, struct err *err);
void packet_out_free(struct packet_out *packet);

/*
 * Keys that must not be stored again by a reading of `interface` (the row-key rule): each call of
 * `each` gives a key that has an open message, or a Failed last one with the hash of its row.
 */
typedef int open_key_each(
	void *ctx, const char *key, bool open, uint64_t failed_hash, struct err *err);
int view_open_keys(struct view *view, const char *interface, int64_t except_run,
	open_key_each *each, void *ctx, struct err *err);

/*
 * Messages of all runs that upsert `object` by `external_id` into the org of `connection`: those
 * that are on their way (Unknown ones too), and those of which nobody sends anything before a
 * person says so: Failed, Cancelled, or in a run that is Stopped. Of the latter the newest first,
 * of the newest 1,000 packets.
 */
struct record_kind {
	const char *object, *external_id, *connection;
};
struct record_found {
	const char *key; /* until the call ends */
	int64_t message, run;
	enum message_status status;
};
typedef int record_each(void *ctx, const struct record_found *found, struct err *err);
int view_coming_records(struct view *view, const struct record_kind *kind, record_each *each,
	void *ctx, struct err *err);
int view_stuck_records(struct view *view, const struct record_kind *kind, record_each *each,
	void *ctx, struct err *err);

/*
 * What a run left behind that goes on: each call of `each` gives a Pending row that is not due at
 * `now`, with its key and the time of its next try.
 */
typedef int waiting_row_each(
	void *ctx, int64_t message, const char *key, int64_t next_try, struct err *err);
int view_waiting_rows(struct view *view, int64_t run, int64_t now, waiting_row_each *each,
	void *ctx, struct err *err);

/* Every row that `run` has stored, in order, with its key, the hash of its source row and its
 * status: a reading that was interrupted is repeated, and passes them over. */
typedef int stored_row_each(
	void *ctx, const char *key, uint64_t hash, enum message_status status, struct err *err);
int view_stored_rows(
	struct view *view, int64_t run, stored_row_each *each, void *ctx, struct err *err);

/* ---- what writing back needs ---- */

struct unwritten_row {
	int position;
	enum message_status status;
	const char *outcome; /* message_outcome() */
	char salesforce_id[19];
	const char *code, *comment;
	const char *source; /* the source row, as the reader encoded it */
	size_t source_len;
};

/* The rows of one packet that are to be written back. */
struct unwritten {
	int64_t packet;
	struct unwritten_row rows[PACKET_ROWS_MAX];
	int count;
	struct message *messages; /* own the texts, with both arenas */
	void *texts, *sources;
};

/* The first packet of `run` after `after` that has rows whose end (WRITE_BACK_... bits) is to be
 * written back; ERR_NOT_FOUND when none. */
int view_unwritten(struct unwritten *out, struct view *view, int64_t run, int64_t after,
	unsigned ends, struct err *err);
void unwritten_free(struct unwritten *unwritten);

/* The runs of `interface` with rows to be written back, oldest first. Caller frees *out. */
int view_unwritten_runs(struct run_info **out, int *count, struct view *view, const char *interface,
	struct err *err);

/* ---- bulk jobs ---- */

struct job_info {
	int64_t id;
	char salesforce_id[19]; /* "" while it is being created */
	char state[24];		/* JOB_CREATING, or Salesforce's word */
	int64_t first_packet, last_packet;
	int64_t created, changed; /* ms UTC */
	int64_t processed, failed;
	int64_t open; /* packets whose answer is not recorded */
	char note[256];
};

/* Jobs of a run, oldest first. Caller frees. */
int view_jobs(struct job_info **out, int *count, struct view *view, int64_t run, struct err *err);

/* What a job carries, in the order of the packets. Caller frees. */
struct job_part {
	int64_t attempt, packet;
	struct row_set rows;
	bool done; /* its answer is recorded */
};
int view_job_parts(
	struct job_part **out, int *count, struct view *view, int64_t job, struct err *err);

/*
 * The source rows of one packet, as the reader encoded them, in order; and the columns they have,
 * as store_run_columns() was given them: "" for a run of an older version.
 */
typedef int source_row_each(
	void *ctx, int position, const char *source, size_t len, struct err *err);
int view_source_rows(
	struct view *view, int64_t packet, source_row_each *each, void *ctx, struct err *err);
int view_run_columns(struct buf *out, struct view *view, int64_t run, struct err *err);

/* Unknown messages, a packet at a time. */
struct unknown_of {
	const char *interface, *connection, *object;
};
struct unknown_packet {
	int64_t packet;
	struct unknown_row {
		int position;
		int64_t sent;  /* its last attempt, ms UTC ... */
		int64_t since; /* ... and the first that may have carried it */
		bool checked;  /* see store_message_checked() */
	} rows[PACKET_ROWS_MAX];
	int count;
};

/* The first packet after `after` that has some; ERR_NOT_FOUND when none. */
int view_unknown_packet(struct unknown_packet *out, struct view *view, const struct unknown_of *of,
	int64_t after, struct err *err);

/* ---- who did what ---- */

struct audit_entry {
	int64_t id;
	int64_t time; /* ms UTC */
	char who[RUN_WHO_MAX];
	char action[48];
	int64_t run, message; /* 0 = none */
	char *detail;	      /* "" = none */
};

/* Newest first; `run` and `message` 0 = of all. Free with audit_entries_free(). */
int view_audit(struct audit_entry **out, int *count, struct view *view, int64_t run,
	int64_t message, int limit, struct err *err);
/* What one person did to a run or its messages, how often, and when last (ms UTC). */
struct audit_sum {
	char who[RUN_WHO_MAX];
	char action[48];
	int64_t count, time;
};

/* The `max` latest of a run, in the order of their last time. */
int view_audit_sums(struct audit_sum *out, int max, int *count, struct view *view, int64_t run,
	struct err *err);
void audit_entries_free(struct audit_entry *entries, int count);

/* ---- the store itself ---- */

/* Was the file that it reads removed, moved, or replaced by another one since it was opened? */
bool view_has_moved(struct view *view);

struct store_health {
	int version;	    /* of the schema */
	int64_t bytes;	    /* of the file */
	int64_t wal_bytes;  /* of what is not yet folded into it */
	int64_t free_bytes; /* inside the file, for new messages */
	int64_t runs, packets;
	int64_t messages[MESSAGE_STATUS_COUNT];
	int64_t open_attempts; /* left, and without an answer */
	bool checked;	       /* SQLite looked through the whole file */
	char damage[256];      /* the first thing it found; "" = sound */
};

/* Size of the store's files, with what is not yet folded into the main one. */
int64_t view_bytes(const struct view *view);

/* A file above `check_bytes_max` is not looked through: that reads all of it and cannot be cut
 * short. */
int view_health(
	struct store_health *out, struct view *view, int64_t check_bytes_max, struct err *err);

/* ---- connections, settings ---- */

struct connection_state {
	int64_t agent_checked, salesforce_checked; /* ms UTC, 0 = never */
	bool agent_ok, salesforce_ok;
	char agent_summary[256], salesforce_summary[256];
	char agent_config[40], salesforce_config[40]; /* hash of the settings that were pinged */
	char org_id[19];
	char org_name[81];
	bool sandbox;
	int64_t api_used, api_allowed, limits_at;
	struct brake_state brake;
};

/* Zeroed when nothing is known. */
int view_connection(
	struct connection_state *out, struct view *view, const char *connection, struct err *err);

struct ping_step_kept {
	char name[48];
	int verdict;
	double ms;
	char detail[256];
	char remedy_id[64];
};

#define PING_KEPT_STEPS_MAX 64

/* The last ping of a kind, as store_ping_record() was told of it. */
struct ping_kept {
	int64_t time; /* ms UTC, 0 = there was none */
	bool ok;
	char settings_hash[40], interfaces_hash[40];
	int step_count;
	struct ping_step_kept steps[PING_KEPT_STEPS_MAX];
};

/* Zeroed when there was none. */
int view_ping(struct ping_kept *out, struct view *view, const char *connection, const char *kind,
	struct err *err);

struct tick {
	char item[32];
	char about[256];
	int64_t time; /* ms UTC */
	char who[64];
};

/* At most `max` of them, sorted by item; returns how many, or an error. */
int view_ticks(
	struct tick *out, int max, struct view *view, const char *connection, struct err *err);

/* Owned string, NULL when not set. */
int view_setting(char **out, struct view *view, const char *name, struct err *err);

#endif
