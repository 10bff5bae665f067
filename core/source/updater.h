/*
 * updater.h — the child process that writes back into the source database, seen from the parent: it
 * runs one statement for each row, in transactions. Started and watched like the reader (reader.h):
 * a driver that hangs or crashes is a kill away, and secrets go over a pipe alone.
 */

#ifndef SOURCE_UPDATER_H
#define SOURCE_UPDATER_H

#include "base/err.h"
#include "source/source.h"

struct updater_spec {
	const char *program; /* NULL = /proc/self/exe */
	const char *odbc;    /* complete connection string, with UID and PWD */
	const char *sql;     /* with a '?' for each value */
	int places;	     /* how many */
	int timeout_s;	     /* without an answer; 0 = none */
};

struct updater;

/* Start the child and wait until it is connected and has prepared the statement. Start, use and
 * free it on one thread. */
int updater_start(struct updater **out, const struct updater_spec *spec, struct err *err);

#define UPDATED_UNKNOWN (-1) /* the driver does not say how many rows were touched */
#define UPDATED_FAILED (-2)

struct updated {
	int rows;	  /* touched: 0, 1, or one of the above */
	const char *text; /* of UPDATED_FAILED; borrowed until the next call */
};

/*
 * Run the statement for `count` rows of `places` cells each, in one transaction; rows that fail, or
 * touch more than one row, are rolled back alone. What is answered is committed. Negative: nothing
 * is to be relied on, though parts may be committed: ERR_SOURCE (retryable when it may pass by
 * itself: a lock, a lost connection), ERR_INTERRUPTED after updater_stop(). The child is then of no
 * more use.
 */
int updater_run(struct updated *results, struct updater *updater, const struct cell *cells,
	int count, struct err *err);

/* From any thread: kill the child; a waiting call returns. */
void updater_stop(struct updater *updater);

void updater_free(struct updater *updater);

#endif
