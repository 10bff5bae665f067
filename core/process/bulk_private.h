/* bulk_private.h — what the files behind bulk.h share (internal to core/process). */

#ifndef PROCESS_BULK_PRIVATE_H
#define PROCESS_BULK_PRIVATE_H

#include "process/backlog.h"
#include "process/bulk.h"
#include "process/bulk_match.h"
#include "process/parents.h"
#include "process/retry.h"
#include "process/row_ids.h"
#include "salesforce/bulk.h"

/* Rows of one packet in the job that is being put together. */
struct bulk_part {
	int64_t packet;
	struct row_set rows;
	char (*ids)[19]; /* owned: those of `rows` that were looked up; NULL: none were */
};

struct bulk {
	struct sender_spec spec;
	struct http_client *http;
	struct view *view;
	struct parents *parents;
	struct backlog *backlog;
	uint64_t scope; /* of keys in the gate */
	bool may_repeat;
	struct text_list keys; /* columns that tell rows apart */
	bool looks_up;	       /* Ids are asked for before rows go in a job */
	struct lookup lookup;
	struct row_ids ids; /* of the packet that is looked at */
	struct http_answer answer;

	/* the job on its way */
	int64_t job;
	char id[19];
	struct bulk_sheet *sheet;
	struct bulk_match *match; /* the rows as they were uploaded; NULL: not by this process */
	struct bulk_part *parts;
	int part_count, part_room;
	int rows;
	int fresh;	/* of these, how many were never sent before */
	size_t bytes;	/* of their cells */
	int64_t cursor; /* packets up to here were looked at */

	int64_t last_ms; /* what the org took for the last job; 0 = not known */
	int last_rows;

	bool warned_of_budget;
	bool carried;	     /* a job has gone since what was overtaken was marked */
	bool anew;	     /* what a job did not carry out goes in another one, however little */
	int troubles;	     /* jobs in a row that came to nothing */
	int64_t moved_at;    /* clock_mono() of the last good news */
	int64_t recorded_at; /* clock_mono() of the last sign of life in the store */
	int64_t calls;	     /* not recorded yet */

	int failures; /* rows in a row that failed with one code */
	char failure_code[64];

	/* the run is to end: why, and in which state */
	bool over;
	struct sender_end end;
	struct err why;
};

/* The run ends with `why`; the first reason counts. Returns -why->kind. */
int bulk_end(struct bulk *bulk, enum run_state state, const struct err *why);

/* Say in the store that the run lives, now and then. */
void bulk_show_life(struct bulk *bulk);

/* ERR_INTERRUPTED as soon as the run is to end. */
int bulk_sleep(struct bulk *bulk, int64_t ms, struct err *err);
int bulk_check_ends(struct bulk *bulk, struct err *err);

/* Run `apply` in the store, with the calls made so far. */
int bulk_store(struct bulk *bulk, writer_apply *apply, void *ctx, struct err *err);

uint64_t bulk_key_hash(const struct bulk *bulk, const char *key);

/* ---- bulk_fill.c ---- */

/* Choose what goes in the next job; none when `rows` stays 0. */
int bulk_fill(struct bulk *bulk, struct err *err);
void bulk_empty(struct bulk *bulk);

/*
 * Make row `position` of a packet the sheet's, with the Id that was looked up for it. As
 * bulk_sheet_read(), without new columns.
 */
int bulk_read_row(struct bulk_sheet *sheet, const struct bulk_part *part,
	const struct packet_out *packet, int position, const char **why, struct err *err);

/* ---- bulk_job.c ---- */

/* Carry the chosen rows from Creating to their results. */
int bulk_carry(struct bulk *bulk, struct err *err);

/* Bring a job of an earlier owner to its end. */
int bulk_finish(struct bulk *bulk, const struct job_info *job, struct err *err);

/* ---- bulk_call.c ---- */

/* One call to the org, made until it is answered, refused, or patience ends. */
typedef int bulk_call(void *ctx, struct bulk *bulk, struct err *err);

enum bulk_answer {
	BULK_DONE,
	BULK_REFUSED, /* the org does not do it: `err` says why */
	BULK_LOST,    /* it left, and what became of it is not known; not for `repeat` */
	BULK_GONE,    /* the org knows no such job */
	BULK_ENDED,   /* the run ends: bulk_end() was called, or ERR_INTERRUPTED */
};
enum bulk_answer bulk_ask_patiently(
	struct bulk *bulk, bulk_call *call, void *ctx, bool repeat, struct err *err);

/* ---- bulk_record.c ---- */

/* Read the files of a final job and record what became of each row. */
int bulk_record(struct bulk *bulk, const struct bulk_info *info, struct err *err);

/* The job as a whole came to nothing: every row gets `event`. */
int bulk_settle_all(struct bulk *bulk, enum message_event event, const char *state,
	const char *note, struct err *err);

#endif
