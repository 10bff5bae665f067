/*
 * intake.h — the reading half of a run (internal to core/process): a thread of its own takes rows
 * from the reader child, maps them, leaves out what is held, and posts packets to the writer.
 */

#ifndef PROCESS_INTAKE_H
#define PROCESS_INTAKE_H

#include <stdatomic.h>

#include "process/process.h"

struct intake;
struct dry_run;

struct intake_spec {
	const struct process_env *env;
	struct run_claim *claim; /* NULL for a dry run: nothing is stored */
	const struct run_info *info;
	const struct connection *connection;
	const struct interface *interface;
	const struct describe *describe;
	const char *org_id;
	enum transfer_mode mode; /* as it stands now; the run's own may still change */
	const atomic_bool *ends; /* true once the run is to end early */
	bool again;		 /* an earlier reading was interrupted: pass over what it stored */
	void (*wake)(void *ctx); /* on any thread: see intake_more(), or reading is over */
	void *ctx;
};

/* Everything in `spec` is borrowed until intake_free(). */
int intake_start(struct intake **out, const struct intake_spec *spec, struct err *err);

/* From any thread: end reading at once; what was read so far is stored. */
void intake_stop(struct intake *intake);

/*
 * Are there more packets stored than the `*seen` that were seen? Brings *seen up to date; when
 * there are none, the next one wakes.
 */
bool intake_more(struct intake *intake, int64_t *seen);

/* Is reading over, with everything stored and the phase recorded? */
bool intake_over(struct intake *intake);

/* After intake_over(): 0, ERR_INTERRUPTED after intake_stop(), or why reading failed. */
int intake_result(struct intake *intake, struct err *err);

/* Counts of what was not stored, after intake_over(). */
struct intake_counts {
	int64_t rows;	  /* read from the source */
	int64_t held;	  /* left out: an earlier message of the key is not settled */
	int64_t skipped;  /* left out: sent already as it is */
	int64_t rejected; /* the row itself cannot be sent */
	char first_problem[256];
};
const struct intake_counts *intake_counts(const struct intake *intake);

/* After intake_over(): what of the source was not read, and why; "" = nothing. */
const char *intake_note(const struct intake *intake);

/* After intake_over(): what a dry run found; NULL when it was none, or could not begin. */
const struct dry_run *intake_dry_run(const struct intake *intake);

/* Stops and joins. NULL is legal. */
void intake_free(struct intake *intake);

#endif
