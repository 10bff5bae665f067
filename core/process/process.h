/*
 * process.h — Manual Process: one run of one interface from its source to Salesforce.
 *
 * reader (child) -> intake thread (map, hold, pack) -> writer (store) -> sender (this thread:
 * attempts, calls, answers). Memory is bounded by construction; the store is the only truth, so
 * that a resumed run takes the same path as a new one.
 */

#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/catalog.h"
#include "model/connection.h"
#include "model/interface.h"
#include "process/disk_guard.h"
#include "salesforce/describe.h"
#include "salesforce/org.h"
#include "source/source.h"
#include "store/view.h"
#include "store/writer.h"

/* What the runs of one process share. */
struct key_gate; /* for one org, object and key at most one message is in flight */
struct key_gate *key_gate_new(void);
void key_gate_free(struct key_gate *gate);

/* What dry runs of this process that were started together would create. */
struct foretold *foretold_new(void);
void foretold_free(struct foretold *foretold);

struct process_env {
	const char *home_data; /* folder of the store */
	struct writer *writer;
	struct token_cache *tokens;
	struct key_gate *gate;
	struct foretold *foretold; /* NULL = dry runs know nothing of each other */
	struct disk_guard *disk;   /* NULL = nobody watches it */
	const struct keyring *keyring;
	const char *reader_program; /* NULL = this program */
};

/* How a run is told to end early; set by any thread. */
struct run_control {
	atomic_bool cancel; /* a person wants it cancelled: what is not sent becomes Cancelled */
	atomic_bool
		stop; /* the process stops: what is not sent stays New/Pending for the next owner */
};

/*
 * Carry run `run` (created, not yet claimed) to its end or as far as it can go now; a run that was
 * begun before, by whomever, goes on where it is. On the caller's thread, with a few of its own.
 * `wait_ms`: how long to wait for retries that become due, and for an org that cannot be reached.
 * 0 when the run ended Done (whatever its rows); otherwise negative, with the reason recorded in
 * the store beside the state:
 *
 *   Paused     goes on by itself when called again: rows wait for their next try (ERR_UNFINISHED),
 *              the org is out of reach (ERR_NET), refused us (ERR_REFUSED), is at its limit
 *              (ERR_LIMIT), or the disk is nearly full (ERR_STORE, see disk_guard.h)
 *   Stopped    needs a person first: ERR_CONFIG, ERR_SOURCE, `halt`, storage, on_error = Stop
 *   Cancelled  ERR_INTERRUPTED
 *   unchanged  ERR_INTERRUPTED when the process stops; ERR_UNFINISHED when another process has it;
 *              ERR_STORE
 */
int process_run(const struct process_env *env, int64_t run, const struct connection *connection,
	const struct interface *interface, struct run_control *control, int64_t wait_ms,
	struct err *err);

/*
 * When a run that is Done has Unknown messages of its interface to look for by its reconcile_key:
 * the earliest time at which carrying it once more can find something (ms UTC; it may have passed),
 * 0 = there are none.
 */
int64_t process_reconcile_due(
	const struct process_env *env, int64_t run, const struct interface *interface);

/*
 * Setting of the store, followed by an interface's name: what its last dry run found, a JSON object
 * {run, created, updated, deleted, failed, not_looked_up, note, org_decides, problems: [{code,
 * count, text, keys}]}.
 */
#define PROCESS_SETTING_DRY_RUN "dry-run:"

/* ---- mapping, also for preview and check ---- */

struct mapper;

/*
 * Bind an interface's mapping to columns and describe (NULL = unknown: texts are sent as they are).
 * `time_zone` (NULL = none) is what the wall clocks of zoneless times show; without one such a time
 * fails its row on its way to a datetime field, since a guess would be wrong without a sign.
 * ERR_CONFIG: a column the query does not give (the nearest is named), a field that does not exist.
 */
int mapper_new(struct mapper **out, const struct interface *interface, const struct column *columns,
	int count, const struct describe *describe, const char *time_zone, struct err *err);
void mapper_free(struct mapper *mapper);

/*
 * Map one row: appends the JSON object to `record` and the key's text to `key`: the external ID for
 * Upsert, the Salesforce Id for Update and Delete, the columns of row_key joined by "|" for Insert.
 * Returns 0, or a positive 1 when the row must fail by itself, with `err` holding code and text
 * (blank key, a value the field cannot take); record and key are then as good as could be made.
 */
int mapper_row(struct buf *record, struct buf *key, struct mapper *mapper, const struct cell *cells,
	struct err *err);

/* The number of the entry that fills a field, by itself or by its parent's external ID; -1: none.
 */
int mapping_fills(const struct mapping *mapping, const struct field *field);

#define PREVIEW_MAX 100000 /* rows */

/* Rows, mapped records and verdicts, without writing anything. */
struct preview_row {
	char *key;
	char *record;
	char *problem; /* NULL = fine */
	char *missing; /* required fields without a value, "A, B": a new record would be refused for
			  them; NULL = none, or none is made */
};
struct preview {
	struct column *columns;
	int column_count;
	struct preview_row *rows;
	int row_count;
	char **cells; /* row_count x column_count texts, NULL = SQL NULL */
	char *note;   /* NULL, or why the org could not be asked about its fields: texts are shown
			 as they are */
	struct describe *describe; /* NULL: the org could not be asked */
};
int process_preview(struct preview **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface, int limit,
	const atomic_bool *cancel, struct err *err);
void preview_free(struct preview *preview);

/* The connection's ODBC string with UID, PWD and the driver's streaming options added (wipe and
 * free). */
int process_odbc_string(char **out, const struct connection *connection,
	const struct keyring *keyring, struct err *err);

/* The same for writing back. */
int process_odbc_write_string(char **out, const struct connection *connection,
	const struct keyring *keyring, struct err *err);

/*
 * What watermark and page_by ask of the query's columns. ERR_CONFIG, with the key as err->code: a
 * column that is not there or has no order, an overlap that cannot be taken from its values.
 */
int process_check_reading(const struct interface *interface, const struct column *columns,
	int count, struct err *err);

/* ---- write-back ---- */

/* ERR_CONFIG, with the key as err->code: a place of after_success or after_failure that is no
 * column of the query and no value of the message. */
int process_check_write_back(const struct interface *interface, const struct column *columns,
	int count, struct err *err);

/* Adds the columns that a statement names in its places; ERR_CONFIG when it cannot be understood.
 */
int process_write_back_columns(struct text_list *names, const char *sql);

/* The value of `key` in a connection string, cut at `size`; false when it has none. */
bool process_odbc_attribute(char *value, size_t size, const char *string, const char *key);

#endif
