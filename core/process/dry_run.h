/*
 * dry_run.h — what a run would do, found out without a write (internal to core/process): which keys
 * and which parents the org has (asked in packets), which rows cannot be sent and why, told as
 * counts with a few examples. Used by the reading thread, and by others when that has ended.
 */

#ifndef PROCESS_DRY_RUN_H
#define PROCESS_DRY_RUN_H

#include "process/process.h"

struct dry_run;

int dry_run_new(struct dry_run **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const struct run_info *info, const struct describe *describe, const atomic_bool *cancel,
	struct err *err);
void dry_run_free(struct dry_run *dry);

/* A row that would be sent. */
struct dry_row {
	const char *key;
	const char *record;
	size_t record_len;
	const char *missing; /* the required fields it has no value for, "" = none */
};
int dry_run_row(struct dry_run *dry, const struct dry_row *row, struct err *err);

/* A row that fails by itself. */
void dry_run_bad(struct dry_run *dry, const char *key, const struct err *problem);

/* Ask for what was not asked for yet. */
void dry_run_finish(struct dry_run *dry);

int64_t dry_run_failed(const struct dry_run *dry);

/* After dry_run_finish(): in a line, and as a JSON object with run, created, updated, ... */
void dry_run_words(char *words, size_t size, const struct dry_run *dry);
int dry_run_json(char **out, const struct dry_run *dry, struct err *err);

#endif
