/*
 * sample.h — what a mapping is made from: the columns of a source with some of its rows, the fields
 * of an object, and what one line of a mapping makes of one of these rows. Mapping editors stand on
 * it.
 */

#ifndef PROCESS_SAMPLE_H
#define PROCESS_SAMPLE_H

#include "process/process.h"

#define SAMPLE_ROWS 50
#define SAMPLE_BYTES (16u << 20) /* rows end where they pass this together */

struct sample {
	struct column *columns;
	int column_count;
	struct cell *cells; /* row_count x column_count; texts owned and terminated */
	int row_count;
	struct describe *describe; /* NULL: the org could not be asked */
	char *source_note;	   /* NULL, or why there are no columns or no rows */
	char *org_note;		   /* NULL, or why there is no describe */
	char *time_zone;	   /* of the source; may be NULL */
};

/*
 * Read some rows of the source and ask the org what the object's fields take. Neither is a reason
 * to fail: its note says what is missing. Blocks; fails with ERR_NOMEM or ERR_INTERRUPTED.
 */
int process_sample(struct sample **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const atomic_bool *cancel, struct err *err);
void sample_free(struct sample *sample);

/* The cells of row `row`, counted from 0; NULL when there is none. */
const struct cell *sample_row(const struct sample *sample, int row);

/* What one object takes, as the API user sees it. Blocks; whatever the org says. */
int process_describe(struct describe **out, const struct process_env *env,
	const struct connection *connection, const char *object, const atomic_bool *cancel,
	struct err *err);

/* Names of the objects that the API user can see, sorted, appended to `names`. */
int process_objects(struct text_list *names, const struct process_env *env,
	const struct connection *connection, const atomic_bool *cancel, struct err *err);

/* What one line of a mapping makes of one row. */
struct trial {
	char *sent;    /* the value as it would be sent, in JSON; NULL: the field is left alone */
	char *problem; /* NULL = fine */
};

/*
 * Try `entry` on row `row`, by the code that maps for preview and runs; without such a row only the
 * entry itself is looked at. May take FORMULA_TIME_MS: not for a drawing thread. Negative only when
 * memory is short.
 */
int sample_try(struct trial *out, const struct sample *sample, int row,
	const struct mapping_entry *entry, struct err *err);
void trial_free(struct trial *trial);

/*
 * Bind the whole mapping as a run would: *problem is what is wrong with it (free() it), NULL =
 * nothing, or columns are not known. Negative only when memory is short.
 */
int sample_check(char **problem, const struct sample *sample, const struct interface *interface,
	struct err *err);

#endif
