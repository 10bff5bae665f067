/*
 * message.h — the states of a message and of a run, and the one table by which messages change.
 */

#ifndef MODEL_MESSAGE_H
#define MODEL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum message_status {
	MESSAGE_NEW,	    /* stored, not sent yet */
	MESSAGE_PROCESSING, /* an attempt is recorded; its answer is not */
	MESSAGE_PENDING,    /* waits for the time of its next try */
	MESSAGE_COMPLETED,
	MESSAGE_FAILED,
	MESSAGE_UNKNOWN, /* was sent, the answer was lost, and repeating it could double it */
	MESSAGE_CANCELLED,
};
#define MESSAGE_STATUS_COUNT 7

enum message_event {
	EVENT_SEND, /* an attempt is about to leave */
	EVENT_SUCCEED,
	EVENT_FAIL,  /* the org refused the row for good */
	EVENT_RETRY, /* it was not executed, or may be repeated: try again later */
	EVENT_LOSE,  /* the answer was lost and the operation must not be repeated silently */
	EVENT_CANCEL,
	EVENT_REPROCESS, /* a person (or --filter) wants another attempt */
	EVENT_FORCE,	 /* the same, for Unknown or superseded messages, said in so many words */
	EVENT_RESOLVE_COMPLETED, /* evidence or a person says: it is there */
	EVENT_RESOLVE_NOT_SENT,	 /* evidence or a person says: it is not there */
	EVENT_REJECT, /* refused here, before sending: blank key, value that cannot be sent */
};
#define MESSAGE_EVENT_COUNT 11

/* Who caused an event. */
enum actor { ACTOR_RUN, ACTOR_OPERATOR, ACTOR_RECONCILER };

/*
 * The one transition table: the state after `event` by `actor`. Fails with ERR_USAGE and a sentence
 * that says why ("message 77 is Unknown: settle it with `message resolve`, or use --force").
 */
int message_next(enum message_status *to, enum message_status from, enum message_event event,
	enum actor actor, struct err *err);

const char *message_status_name(enum message_status status);		  /* "New" ... */
bool message_status_parse(enum message_status *status, const char *name); /* case ignored */
const char *message_event_name(enum message_event event);

/* Does it still have a way to go (New, Processing, Pending, Unknown)? */
bool message_status_open(enum message_status status);

/* May its payload be changed? ERR_USAGE says why not, and what to do instead. */
int message_may_edit(enum message_status status, struct err *err);

/* Message id = packet x 256 + position (0..199). */
#define MESSAGE_ID(packet, position) ((int64_t)(packet)*256 + (position))
#define MESSAGE_PACKET(id) ((int64_t)(id) / 256)
#define MESSAGE_POSITION(id) ((int)((int64_t)(id) % 256))

enum run_state {
	RUN_QUEUED,
	RUN_READING,
	RUN_SENDING,
	RUN_PAUSED,
	RUN_STOPPED,
	RUN_DONE,
	RUN_CANCELLED,
};
#define RUN_STATE_COUNT 7

const char *run_state_name(enum run_state state);
bool run_state_parse(enum run_state *state, const char *name);
bool run_state_final(enum run_state state); /* Stopped, Done, Cancelled */

/* read = completed + failed + pending + unknown + cancelled + held + skipped, always. */
struct run_counts {
	int64_t read;
	int64_t completed;
	int64_t failed;
	int64_t pending; /* includes New and Processing */
	int64_t unknown;
	int64_t cancelled;
	int64_t held;	 /* its key has an open message of an earlier run: not stored again */
	int64_t skipped; /* unchanged since it was sent */
};

bool run_counts_add_up(const struct run_counts *counts);

/* ---- records ---- */

/* The three characters that make a record id of 15 characters safe against ignored case. */
void record_id_suffix(char suffix[4], const char *id15);

#endif
