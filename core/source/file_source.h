/*
 * file_source.h — rows of a list of files, one at a time. Used inside the reader child, like
 * odbc.h: a parser that is fed by strangers may do what it likes there.
 */

#ifndef SOURCE_FILE_SOURCE_H
#define SOURCE_FILE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "source/source.h"

/* The last two columns of every row say where it comes from. */
#define FILE_COLUMN_NAME "_file"
#define FILE_COLUMN_LINE "_line"
#define FILE_COLUMNS 2

enum file_format { FILE_CSV, FILE_JSON_LINES, FILE_JSON };

struct file_item {
	const char *path; /* where it lies */
	const char *name; /* what it is called */
};

struct file_spec {
	enum file_format format;
	char delimiter;	      /* CSV */
	const char *encoding; /* see decode.h */
	const struct file_item *items;
	size_t count;
	/* Columns that a row must have. A CSV file without one of them is bad as a whole when
	 * others have it; in JSON they may be missing, and are then NULL. */
	struct text_list wanted;
	bool strict; /* JSON: only what the first records of the files have is a column */
};

#define FILE_ITEMS_MAX 1000 /* files of one run */

/* What the parent sent to the reader child: texts are borrowed from `from`, `items` and `wanted`
 * owned. False when it is none. */
struct json_object;
bool file_spec_get(struct file_spec *spec, struct json_object *from);
void file_spec_free(struct file_spec *spec);

struct file_source;

/* Looks into every file for its columns. Fails with ERR_SOURCE or ERR_CONFIG (the encoding). */
int file_source_open(struct file_source **out, const struct file_spec *spec, struct err *err);
void file_source_close(struct file_source *source);

/* Borrowed until file_source_close(); the last two are FILE_COLUMN_*. */
const struct column *file_source_columns(const struct file_source *source, int *count);

/*
 * The next row: 1 = `cells` are filled, borrowed until the next call; 0 = the end; negative =
 * ERR_SOURCE. A record that cannot be read has no values, and its last cell is `bad`.
 */
int file_source_next(const struct cell **cells, struct file_source *source, struct err *err);

#endif
