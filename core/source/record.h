/*
 * record.h — records of one file, one after the other: CSV by libcsv, JSON by json-c (internal to
 * core/source, in the reader child).
 */

#ifndef SOURCE_RECORD_H
#define SOURCE_RECORD_H

#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "source/file_source.h"

struct record_file;

/* One record. Texts are borrowed until the next call. */
struct record {
	int64_t line;	    /* of the file, where it begins; from 1 */
	const char *bad;    /* NULL, or why this record cannot be read; `cells` say nothing then */
	struct cell *cells; /* one for each name of record_bind(), filled by record_next() */
};

int record_open(
	struct record_file **out, const char *path, const struct file_spec *spec, struct err *err);
void record_close(struct record_file *file);

/*
 * Add the names of the file's columns to `names` (each once, case aside): the header of a CSV, the
 * members of the first records of JSON. 0 also for a file without a usable header.
 */
int record_names(struct text_list *names, struct record_file *file, struct err *err);

/* Of a file that was just opened: which cell each of `names` is; the last call before records. */
int record_bind(struct record_file *file, const struct text_list *names, struct err *err);

/* 1 = a record, good or bad; 0 = the end; negative = the file cannot be read on. */
int record_next(struct record *record, struct record_file *file, struct err *err);

#endif
