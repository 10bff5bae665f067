/*
 * bulk_match.h — which row of a job is which line of its result files (internal to core/process).
 * Rows are told by key and content, whatever their order; what does not fit is an error that is
 * kept, never a guess.
 *
 * Memory is 36 bytes a row, and a job has so many rows at most; what the org says of failed rows
 * lies in an unnamed file.
 */

#ifndef PROCESS_BULK_MATCH_H
#define PROCESS_BULK_MATCH_H

#include "salesforce/bulk.h"

struct bulk_match;

/* For so many rows at most. The unnamed file goes into `folder`. */
int bulk_match_new(struct bulk_match **out, const char *folder, int rows, struct err *err);
void bulk_match_free(struct bulk_match *match);

/* The next row of the job; rows are numbered in the order they are added. ERR_USAGE: a key twice.
 */
int bulk_match_add(struct bulk_match *match, uint64_t key, uint32_t content, struct err *err);

/* A line of a file. One that fits no row, or a row that has its line already, is counted as odd. */
int bulk_match_take(struct bulk_match *match, struct bulk_sheet *sheet,
	const struct bulk_line *line, struct err *err);

/* Forget all lines: the files are read once more. */
void bulk_match_forget(struct bulk_match *match);

int bulk_match_rows(const struct bulk_match *match);

/* Rows without a line so far. */
int bulk_match_missing(const struct bulk_match *match);

/* Lines that fitted nothing, and what was wrong with the first ("" when none). */
int bulk_match_odd(const struct bulk_match *match, const char **what);

enum bulk_verdict { BULK_ROW_MISSING, BULK_ROW_SUCCEEDED, BULK_ROW_FAILED, BULK_ROW_UNPROCESSED };

struct bulk_row {
	enum bulk_verdict verdict;
	bool created;
	char id[19];
	char code[64];
	const char *text, *fields, *error; /* as in bulk_line; borrowed until the next call */
};
int bulk_match_row(struct bulk_row *out, struct bulk_match *match, int row, struct err *err);

#endif
