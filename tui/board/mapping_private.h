/* mapping_private.h — shared by the editor's files: mapping.c (the page and its keys),
 * mapping_rows.c (what stands in which row), mapping_draw.c, mapping_jobs.c (what takes time). */

#ifndef BOARD_MAPPING_PRIVATE_H
#define BOARD_MAPPING_PRIVATE_H

#include "process/sample.h"
#include "tui/board/mapping.h"
#include "tui/widget/table.h"

#define FIELD_NAME_MAX 164 /* "Relationship__r.Ext_Id__c" and its end */

/* A sample is read by the page and by trials that may outlive it. */
struct sample_share {
	struct sample *sample;
	atomic_int holders;
};

struct sample_share *sample_hold(struct sample_share *share);
void sample_drop(struct sample_share *share);

/* ---- trials: what each line makes of the row that is looked at ---- */

struct trial_job;

struct trials {
	struct trial *list; /* in the order of the mapping */
	size_t count;	    /* 0 while they are being made */
	struct trial_job *job, *next;
};

/* Make them anew, for a copy of `mapping`; what was asked before is dropped. */
void trials_ask(struct board *board, struct trials *trials, struct sample_share *share,
	const struct mapping *mapping, int row);
/* The trial of line `entry`, or NULL: it is being made. */
const struct trial *trials_of(const struct trials *trials, int entry);
void trials_forget(struct trials *trials);

/* ---- the page ---- */

enum mapping_side { SIDE_COLUMNS, SIDE_FIELDS };

/*
 * One row of the screen. Joined: a line of the mapping, with the column (if it is one) and the
 * field (if the org is known) that it names. Otherwise what is not mapped: a column left and a
 * field right that have nothing to do with each other.
 */
struct mapping_row {
	int entry;  /* -1: not joined */
	int column; /* of the sample; -1: none */
	int field;  /* of the describe; -1: none */
};

struct mapping_page {
	struct interface before; /* as the file has it */
	struct interface interface;
	struct connection connection;
	struct sample_share *share; /* NULL while source and org are asked */
	struct err err;		    /* why they could not be */
	struct sample_job *job;
	struct trials trials;
	int sample_row;
	char filter[64];

	struct mapping_row *rows;
	int count[2]; /* rows by side */
	enum mapping_side side;
	struct table tables[2];
	bool saving;
};

/* ---- mapping_rows.c ---- */

/* The rows anew, after any change of the mapping, the sample or the filter. The cursor stays on
 * the row of `field` (NULL: where it is). */
void mapping_rebuild(struct mapping_page *page, const char *field);

/* Where the cursor is. */
const struct mapping_row *mapping_at(const struct mapping_page *page);
struct mapping_entry *mapping_entry_at(const struct mapping_page *page);

/* The API name of the field at the cursor, or "". */
const char *mapping_field_at(const struct mapping_page *page);

const struct sample *mapping_sample(const struct mapping_page *page);
const struct field *mapping_described(const struct mapping_page *page, int field);

/* The column of this name, or -1. */
int mapping_find_column(const struct mapping_page *page, const char *name);

/* "string(80)", "currency(16,2)", "lookup Account". */
void mapping_field_type(char *out, size_t size, const struct field *field);
void mapping_column_type(char *out, size_t size, const struct column *column);

/* Does a new record need this field? */
bool mapping_needs(const struct mapping_page *page, const struct field *field);

/* Required fields that no line fills, as "A, B"; returns how many. */
int mapping_missing(char *out, size_t size, const struct mapping_page *page);

/* Is something not saved? */
bool mapping_changed(const struct mapping_page *page);

/* ---- mapping_draw.c ---- */

void mapping_init_tables(struct board *board, struct mapping_page *page);
void mapping_draw(struct board *board, struct area area);

/* ---- mapping_jobs.c ---- */

/* Ask source and org; board->mapping gets its share once both answered. */
void mapping_fetch(struct board *board);
void mapping_stop_fetch(struct mapping_page *page);

/* Try the mapping as it stands on the row that is looked at. */
void mapping_try(struct board *board);

#endif
