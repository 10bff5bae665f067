/*
 * origin.h — where the rows of an interface come from, as the reader child needs to know it: a
 * database with its query, or files (internal to core/process, and for the agent's guard).
 */

#ifndef PROCESS_ORIGIN_H
#define PROCESS_ORIGIN_H

#include "process/files.h"
#include "process/mark.h"
#include "source/reader.h"

struct origin {
	struct reader_spec spec;
	char *odbc;	     /* holds a password */
	struct files *files; /* NULL: a database */
	struct mark mark;    /* of a database */
	bool empty;	     /* there is nothing to read: no reader is needed */
};

/* Choose what is to be read; `wish->info` NULL = to look at it only. End with origin_free(). */
int origin_open(struct origin *out, const struct files_wish *wish, bool initial, int64_t limit_rows,
	struct err *err);
void origin_free(struct origin *origin);

#endif
