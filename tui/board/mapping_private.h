/* mapping_private.h — shared by the editor's files: mapping.c (the page and its keys),
 * mapping_rows.c (what stands in which row), mapping_draw.c, mapping_edit.c (changes and saving),
 * mapping_undo.c, mapping_pick.c and mapping_form.c (the pages above it), mapping_jobs.c (what
 * takes time). */

#ifndef BOARD_MAPPING_PRIVATE_H
#define BOARD_MAPPING_PRIVATE_H

#include "process/propose.h"
#include "process/sample.h"
#include "tui/board/field_words.h"
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
	char *whole;	    /* what is wrong with the mapping as a whole; NULL = nothing */
	struct trial_job *job, *next;
};

/* Make them anew, for a copy of `interface`; what was asked before is dropped. */
void trials_ask(struct board *board, struct trials *trials, struct sample_share *share,
	const struct interface *interface, int row);
/* The trial of line `entry`, or NULL: it is being made. */
const struct trial *trials_of(const struct trials *trials, int entry);
void trials_forget(struct trials *trials);

/* ---- the page ---- */

/* What a change changes, and as it was before each of the last ones. */
#define MAPPING_UNDO_MAX 100
struct mapping_state {
	struct mapping mapping;
	char *external_id;
};
struct mapping_undo {
	bool begun;
	struct mapping_state now;
	struct mapping_state past[MAPPING_UNDO_MAX]; /* the latest last */
	int count;
};

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

	struct mapping_undo undo;
	bool in_form; /* the interface form is below, and takes what is made here */
	bool saving;
	struct interface sent; /* to be saved */
	struct parent_job *parent_job;
	struct mapping_picker *picker; /* while its page is open */
	struct mapping_form *form;
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

/* The field that a line fills, or -1; for a parent's external ID that is the lookup. */
int mapping_find_field(const struct mapping_page *page, const char *name);

/* The column of this name, or -1. */
int mapping_find_column(const struct mapping_page *page, const char *name);

void mapping_column_type(char *out, size_t size, const struct column *column);

/* Is the record found by this field (and others)? */
bool mapping_is_key(const struct mapping_page *page, const char *field);

/* Why line `entry` fails on the row that is looked at, or NULL: it does not, or is not tried yet.
 */
const char *mapping_problem(const struct mapping_page *page, int entry);

/* Does a new record need this field? */
bool mapping_needs(const struct mapping_page *page, const struct field *field);

/* Required fields that no line fills, as "A, B"; returns how many. */
int mapping_missing(char *out, size_t size, const struct mapping_page *page);

/* May a line fill this field at all? */
bool mapping_writable(const struct mapping_page *page, const struct field *field);

/* The field that a column fills, by itself or in a formula; or NULL. */
const char *mapping_use_of(const struct mapping_page *page, const char *column);

/* Is something not saved? */
bool mapping_changed(const struct mapping_page *page);

/* ---- mapping_draw.c ---- */

void mapping_init_tables(struct board *board, struct mapping_page *page);
void mapping_draw(struct board *board, struct area area);

/* All that describe says of the field that a line fills. */
void mapping_field_words(
	char *out, size_t size, const struct mapping_page *page, const char *field);

/* The verdict of a trial (NULL: not made yet); returns how many rows it took. `problem` is why it
 * fails, or NULL. */
int trial_draw(
	struct board *board, struct area area, const struct trial *trial, const char *problem);

/* ---- mapping.c ---- */

/* To another row of the source; says so when there is none. */
void mapping_step_row(struct board *board, int step);

/* ---- mapping_edit.c ---- */

/* The mapping changed: show it, with the cursor on `field`, and try it. */
void mapping_altered(struct board *board, const char *field);

/* Fill a field anew, or by a new last line; false when memory is short. */
bool mapping_set(struct mapping_page *page, const char *field, enum mapping_kind kind,
	const char *text, enum null_policy nulls);
void mapping_remove(struct mapping_page *page, int entry);

/* Change places with the line before (-1) or behind (1) it; false: there is none. */
bool mapping_move(struct mapping_page *page, int entry, int by);

/* What NULL does to a field now, or would. */
enum null_policy mapping_nulls(const struct mapping_page *page, const char *field);

/* The parent of `lookup` is to be found by the field `name`: "Account__r.Ext_Id__c". */
void mapping_fill_parent(struct board *board, const struct field *lookup, const char *name);

/* What names speak for; NULL while columns or fields are not known. */
struct proposal *mapping_proposal(const struct mapping_page *page);
void mapping_propose(struct board *board);

void mapping_save(struct board *board);

/* ---- mapping_undo.c ---- */

/* The mapping stands as it shall be shown: what it was before can be brought back. */
void mapping_undo_note(struct mapping_page *page);
void mapping_undo_do(struct board *board);
void mapping_undo_forget(struct mapping_page *page);

/* ---- mapping_pick.c ---- */

enum mapping_pick {
	PICK_COLUMN, /* for `field` */
	PICK_FIELD,  /* for `column` */
	PICK_KEY,    /* of the parent that the lookup `field` leads to */
};

/* Takes `parent` over. */
void mapping_pick_open(struct board *board, enum mapping_pick kind, const char *field, int column,
	struct describe *parent);

/* ---- mapping_form.c ---- */

void mapping_form_open(struct board *board, const char *field, enum mapping_kind kind);

/* ---- mapping_jobs.c ---- */

/* Ask source and org; board->mapping gets its share once both answered. */
void mapping_fetch(struct board *board);
void mapping_stop_jobs(struct mapping_page *page);

/* Ask the org by which fields the parent of `lookup` can be found, and let one be chosen. */
void mapping_ask_parent(struct board *board, const struct field *lookup);

/* Try the mapping as it stands on the row that is looked at. */
void mapping_try(struct board *board);

#endif
