/* sender_private.h — what sender.c and sender_answer.c share (internal to core/process). */

#ifndef PROCESS_SENDER_PRIVATE_H
#define PROCESS_SENDER_PRIVATE_H

#include <pthread.h>

#include "process/backlog.h"
#include "process/envelope.h"
#include "process/flight.h"
#include "process/parent_fields.h"
#include "process/parents.h"
#include "process/remap.h"
#include "process/sender.h"

#define FLIGHTS_EXTRA 12 /* beyond those in the air: at the store on their way out or back */
/* As many may be parked as may be in the air. */
#define FLIGHTS_MAX (2 * INTERFACE_PARALLEL_MAX + FLIGHTS_EXTRA)

struct sender {
	struct sender_spec spec;
	struct http_client *http;
	struct view *view;
	struct backlog *backlog;
	struct remap *remap;
	struct parents *parents;
	uint64_t scope;	 /* of keys in the gate */
	bool may_repeat; /* a request whose answer was lost may be sent again */
	struct parent_field lock_fields[PARENT_FIELDS_MAX]; /* parents that a save locks */
	uint64_t lock_scopes[PARENT_FIELDS_MAX];
	int lock_count;
	struct envelope envelope;
	struct lookup lookup; /* of what is looked up */
	bool in_order;	      /* on_error = Stop: nothing overtakes anything */
	bool one_by_one;      /* one request at a time */

	struct flight flights[FLIGHTS_MAX];
	int parallel; /* requests in the air at once, now */
	int parallel_max;
	int good_answers;     /* since `parallel` was lowered */
	int troubles;	      /* requests in a row that the org could not deal with */
	int64_t paused_until; /* clock_now(): nothing leaves before */

	pthread_mutex_t lock;  /* guards the mailbox */
	struct flight *posted; /* flights whose writer's job is done */

	int64_t cursor;	   /* the last packet that was looked at in passing */
	int64_t seen;	   /* how many packets were stored when it was last looked for more */
	bool more_came;	   /* packets were stored while the end was considered */
	bool at_end;	   /* the cursor has come to the end of what is stored */
	int64_t stray_due; /* a row waits that only the store knows of; 0 = none */

	uint64_t dead_token; /* hash of the last token that was found too old ... */
	int dead_tokens;     /* ... and how many were, since the last answer with results */

	int failures; /* rows in a row that failed with one code */
	char failure_code[64];

	bool sending;	     /* rows may leave */
	int64_t stop_before; /* on_error = Stop: only messages before this one leave */
	int64_t calls;	     /* to be recorded */
	int64_t recorded_at; /* clock_mono() of the last sign of life in the store */
	int64_t moved_at;    /* clock_mono() of the last answer with results */

	int64_t guarded_at; /* clock_mono() of the last look at the connection's brake */
	bool warned_of_budget;

	bool stopped; /* nothing new leaves; `rc`, `end` and `err` say why */
	int rc;
	struct sender_end end;
	struct err err;
};

/* Nothing new leaves any more; the first reason counts. */
void sender_stop(struct sender *sender, enum run_state state, const struct err *why);

/* Stop when the connection is held, the org's allowance used as far as we may, or the disk nearly
 * full. */
#define API_WARN_PERCENT 80
void sender_heed_guards(struct sender *sender);

/* May rows leave already? Some runs must have read all of them first. */
bool sender_may_send(struct sender *sender);

/*
 * Load the next packet into an idle flight: one that is to be looked at again, or the next in
 * passing. False when there is none for now.
 */
bool sender_look_again(struct sender *sender, struct flight *flight);
bool sender_look_ahead(struct sender *sender, struct flight *flight);

/* Rows that a person sends again get today's payload first. False = the sender stopped. */
bool sender_map_anew(struct sender *sender, struct flight *flight);

/* Choose what of its packet leaves now; false when nothing may. */
bool sender_choose_rows(struct sender *sender, struct flight *flight);

/* Which parents the rows of the run lock; `sender->spec` is known. */
void sender_parents_init(struct sender *sender);

/* May the flight's rows leave, as far as their parents go? If not, they have their place. */
bool sender_parents_enter(struct sender *sender, const struct flight *flight);

/* The same again for a flight that is parked. */
bool sender_parents_open(const struct sender *sender, const struct flight *flight);

/* Its request is over, or it does not leave now. */
void sender_parents_leave(const struct sender *sender, const struct flight *flight);

/* Has everything before the message that stops the run been looked at? */
bool sender_at_stop(const struct sender *sender);

/*
 * Let a request of the flight leave; `done` as in http_start(). What went wrong is in `err`; the
 * request did not leave then.
 */
int sender_start(struct sender *sender, struct flight *flight, const struct org_request *request,
	http_done *done, struct err *err);

/* Count an answer and learn from it. False: the token was too old, and it is sent once more. */
bool sender_heard(struct sender *sender, struct flight *flight, const struct http_answer *answer);

/* The flight has its results: record them. */
void sender_record(struct sender *sender, struct flight *flight);

/* Ask for the Ids of the flight's rows, or for some of them; the flight is READY again behind it.
 */
void sender_ask_ids(struct sender *sender, struct flight *flight);

/* Choose which rows of the flight are in its request. False when none is; then it has results. */
bool sender_choose_sent(struct sender *sender, struct flight *flight);

/* The rows that are in no request, each with what is wrong with it. */
void sender_spread(struct sender *sender, struct flight *flight);

/* What becomes of the rows by flight->answer. */
void sender_answer_rows(struct sender *sender, struct flight *flight);

/* May the org have carried the row out before? */
bool sender_was_sent(struct sender *sender, const struct flight *flight, int index);

/* The Ids could not be asked for: nothing was sent. */
void sender_not_asked(
	struct sender *sender, struct flight *flight, const struct request_verdict *verdict);

/* Fill the flight's results from the answer to its request: what becomes of each row. */
void sender_answer(struct sender *sender, struct flight *flight, const struct http_answer *answer);

/* The same for a request that could not be made (no token, a row that cannot be written) ... */
void sender_unmade(struct sender *sender, struct flight *flight, const struct err *why);

/* ... or that is not to leave any more: its rows wait until `next_try`. */
void sender_unsent(
	struct sender *sender, struct flight *flight, const struct err *why, int64_t next_try);

#endif
