/* private.h — what the files that implement store.h share (internal to core/store). */

#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include "base/buf.h"
#include "store/db.h"
#include "store/packet.h"
#include "store/store.h"

#define BLOB_MAX (512u << 20) /* bytes of one packet */

struct store {
	struct db db;
	char *dir;
	bool writing;	     /* between store_begin() and its end */
	int64_t transaction; /* number of the current one */
	int64_t checked_run; /* the claim that was found good ... */
	int64_t checked_epoch;
	int64_t checked_transaction; /* ... in this transaction */
	struct packet packet;	     /* scratch of one verb */
	struct buf blob;	     /* scratch of one verb */
};

struct run_claim {
	int64_t run;
	int64_t epoch;
	int fd; /* holds the lock */
};

/* ERR_STORE outside of a transaction. */
int store_check_writing(struct store *store, struct err *err);

/* The same, and ERR_UNFINISHED when `claim` was overtaken by another process. */
int store_check_claim(struct store *store, const struct run_claim *claim, struct err *err);

/* store_attempt_begin(), perhaps within a bulk job (0 = none). */
int attempt_begin(int64_t *attempt, struct store *store, const struct run_claim *claim, int64_t job,
	int64_t packet, const struct row_set *rows, const char *request_id, struct err *err);

/* Every row of an attempt without an answer gets `event`; adds how many to *rows. */
int attempt_settle(int64_t *rows, struct store *store, const struct run_claim *claim,
	int64_t attempt, enum message_event event, const char *comment, struct err *err);

/* Mark what a run's Completed messages make out of date (supersede.c). */
int store_supersede(struct store *store, int64_t run, struct err *err);

/*
 * Which of `messages` (ascending, all of `run`) are older than a Completed one with the same
 * connection, object and key: in *out, ascending; the caller frees it. Uses store->packet.
 */
int store_superseded_among(int64_t **out, size_t *out_count, struct store *store, int64_t run,
	const int64_t *messages, int count, struct err *err);

/* "CODE: text" taken apart; the text. `code` is "" where there is none. */
const char *store_split_reject(char code[64], const char *reject);

/* Load the packet of `message` into store->packet; ERR_NOT_FOUND when there is no such message. */
int store_load_message(int *position, struct store *store, int64_t message, struct err *err);

#endif
