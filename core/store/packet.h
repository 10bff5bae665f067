/*
 * packet.h — one packet in memory while a transaction changes it (internal to core/store).
 *
 * Every row has a state: its own, if it has a row in `message`, else the packet's base. Moving rows
 * keeps the counts; packet_save() writes the packet and what the move means for its run's counts.
 */

#ifndef STORE_PACKET_H
#define STORE_PACKET_H

#include "store/db.h"
#include "store/store.h"

struct packet_row {
	enum message_status status;
	int attempts;
	int64_t attempt; /* the last one */
	int64_t next_try;
};

struct packet {
	int64_t id, run;
	int count;
	struct row_set all, own;
	struct packet_row base;
	int64_t base_time;
	char *code, *comment;			 /* of the base; owned, NULL = none */
	struct packet_row rows[PACKET_ROWS_MAX]; /* valid where `own` */
	struct row_set superseded;
	unsigned wants; /* WRITE_BACK_... bits: which ends are written back into the source */
	struct row_set written, unmatched; /* settled there; of these, without a row touched */
	int write_back_saved[3];	   /* what the run has been told: open, done, unmatched */
	int counts[MESSAGE_STATUS_COUNT];
	int saved[MESSAGE_STATUS_COUNT]; /* the counts that the run has been told of */
	bool changed;			 /* the packet's own row is to be written */
};

/* What rows become. Texts are borrowed and may be NULL. */
struct outcome {
	struct packet_row row;
	int64_t time;
	bool created;
	const char *salesforce_id, *code, *comment, *fields;
};

/* Forget what it holds; needed before the first use, too. */
void packet_clear(struct packet *packet);

/* A new packet, all rows New; counted in its run by packet_save(). */
int packet_insert(
	struct packet *packet, struct db *db, int64_t run, int count, int64_t now, struct err *err);

/* ERR_NOT_FOUND when there is no such packet. */
int packet_load(struct packet *packet, struct db *db, int64_t id, struct err *err);

const struct packet_row *packet_row(const struct packet *packet, int position);
struct row_set packet_base_rows(const struct packet *packet);

/* The rows whose end is still to be written back into the source. */
struct row_set packet_unwritten(const struct packet *packet);

/* All base rows become `outcome` (its created, salesforce_id and fields are not kept). */
int packet_move_base(struct packet *packet, const struct outcome *outcome, struct err *err);

/* One row becomes `outcome`, with a row of its own from now on. */
int packet_move_row(struct packet *packet, struct db *db, int position,
	const struct outcome *outcome, struct err *err);

/* Give these base rows rows of their own that say what the base says. */
int packet_split(struct packet *packet, struct db *db, const struct row_set *rows, struct err *err);

/* Write the packet, and add what changed to its run's counts. */
int packet_save(struct packet *packet, struct db *db, int64_t now, struct err *err);

/* The part of it about the write-back: packet_save() does it where any is wanted. */
int packet_save_write_back(struct packet *packet, struct db *db, struct err *err);

struct row_set row_set_and(struct row_set a, struct row_set b);
struct row_set row_set_and_not(struct row_set a, struct row_set b);
bool row_set_empty(const struct row_set *set);
struct row_set row_set_first(int count); /* positions 0 .. count-1 */

#endif
