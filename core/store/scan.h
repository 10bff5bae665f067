/*
 * scan.h — walking over the packets that may hold matches, in order of their ids, and asking each
 * which of its rows do (internal to core/store).
 *
 * Where the filter allows, an index names the packets to look at; what a packet's own row cannot
 * answer (keys, records, results) is loaded when a term of the filter asks for it.
 */

#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include "base/text.h"
#include "store/blob.h"
#include "store/filter_private.h"
#include "store/packet.h"
#include "store/view_private.h"

/* What is in a row of `message` beyond struct packet_row. Words are offsets into view->words. */
struct row_detail {
	int64_t time;
	int64_t mapping_version; /* of the record, 0 = the run's */
	bool created;
	bool edited;
	bool has_record;
	char salesforce_id[19];
	size_t code, comment, fields;
};

struct scan_packet {
	struct packet head;
	const struct run_names *run;
	bool has_details, has_keys, has_body, has_ids;
	struct row_detail details[PACKET_ROWS_MAX]; /* where head.own */
	const char *keys[PACKET_ROWS_MAX];	    /* in view->keys */
	struct slice records[PACKET_ROWS_MAX];	    /* in view->body; edited ones are elsewhere */
	struct result_ids ids;			    /* of base rows that are Completed */
};

/* The statuses that have a way to go but are not Unknown. */
#define SCAN_WAITING ((1u << MESSAGE_NEW) | (1u << MESSAGE_PROCESSING) | (1u << MESSAGE_PENDING))

struct scan {
	struct view *view;
	const struct filter *filter; /* NULL = all */
	bool descending;
	int64_t deadline;	/* clock_mono(), 0 = none */
	bool asked;		/* at least one packet: patience always leads further */
	bool tired;		/* the deadline passed before the end */
	int64_t reached;	/* the packet that was asked last */
	sqlite3_stmt *stmt;	/* gives candidates */
	bool by_message;	/* ... as ids of messages */
	const struct term *key; /* ... with their keys, to be searched for these */
	struct text_list codes; /* texts bound to it */
	struct scan_packet packet;
};

/* Packets first..last (both included). The caller keeps the read transaction. */
int scan_open(struct scan **out, struct view *view, const struct filter *filter, bool descending,
	int64_t first, int64_t last, struct err *err);
void scan_close(struct scan *scan);

/* All packets, in any order, that may hold matches of which some are Failed. */
int scan_open_failed(
	struct scan **out, struct view *view, const struct filter *filter, struct err *err);

/* The statuses that can pass, from all terms about them, as bits. */
unsigned scan_status_mask(const struct filter *filter);

/* 1: scan->packet has the rows `matches`; 0: the end, or tired; negative: error. */
int scan_next(struct row_set *matches, struct scan *scan, struct err *err);

/* Make scan->packet this one. */
int scan_load(struct scan *scan, int64_t packet, struct err *err);

/* Load the part once; safe to call again. */
int scan_details(struct scan *scan, struct err *err);
int scan_keys(struct scan *scan, struct err *err);
int scan_body(struct scan *scan, struct err *err);
int scan_ids(struct scan *scan, struct err *err);

/* The edited record of a row that has one; borrowed until the next call. */
int scan_edited(const char **record, struct scan *scan, int position, struct err *err);

/* Names of a run; borrowed until a few dozen others were asked for. */
int view_run_names(const struct run_names **out, struct view *view, int64_t run, struct err *err);

/* candidates.c: packets first..last that may have rows in one of the states. */
struct candidates {
	int64_t first, last;
	unsigned mask; /* statuses, as bits */
};
int candidates_prepare(struct scan *scan, const struct candidates *wanted, struct err *err);

/* match.c: which rows of scan->packet pass the filter. */
int match_packet(struct row_set *matches, struct scan *scan, struct err *err);

/* Do these terms let a run pass? Only terms about runs are asked. */
bool match_run(const struct filter *filter, const struct run_names *run);
bool match_is_about_runs(enum term_kind kind);

/* Does one of the values occur in these bytes, which are in lower case? Without wildcards only. */
bool match_literals(const struct term *term, const char *folded, size_t len);

#endif
