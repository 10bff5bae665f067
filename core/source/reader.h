/*
 * reader.h — the child process that reads the source, seen from the parent.
 *
 * A database driver may hang or crash; in a child it is a kill away. The child is this very program
 * called as `agentboard reader`; what to read, passwords included, goes to it over a pipe, never as
 * arguments or environment.
 */

#ifndef SOURCE_READER_H
#define SOURCE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "source/file_source.h"
#include "source/source.h"

struct reader_spec {
	const char *program; /* NULL = /proc/self/exe */
	const char *odbc;    /* complete connection string, with UID and PWD; NULL: files */
	const char *query;
	bool tables; /* instead of `query`: the driver's list of tables and views (SQLTables) */
	const char *page_by;	       /* NULL, or read by ranges of this column */
	const char *mark;	       /* NULL, or what :watermark stands for ... */
	enum column_type mark_type;    /* ... and what it is */
	const struct file_spec *files; /* NULL: a database */
	int64_t limit_rows;	       /* 0 = all */
	int timeout_s;		       /* without a row, while one is asked for; 0 = none */
};

struct reader;

/*
 * Start the child. It dies with the *thread* that calls this (PR_SET_PDEATHSIG), so start, read and
 * free a reader on one thread. It inherits no open file, and of the environment only what drivers
 * look at (reader_environment.c).
 */
int reader_start(struct reader **out, const struct reader_spec *spec, struct err *err);

/* Waits for the column list. Borrowed until reader_free(). */
int reader_columns(
	const struct column **columns, int *count, struct reader *reader, struct err *err);

/*
 * The next row: 1 = `cells` (reader_columns' count of them) and the encoded row are filled,
 * borrowed until the next call; 0 = the end; negative = ERR_SOURCE with the driver's words
 * (err.code = SQLSTATE), ERR_INTERRUPTED after reader_stop().
 */
int reader_next(const struct cell **cells, const char **row, size_t *row_len, struct reader *reader,
	struct err *err);

/* From any thread: kill the child; a waiting reader_next() returns. */
void reader_stop(struct reader *reader);

/* The child's process id; 0 when it is gone. */
int reader_pid(struct reader *reader);

/* Ends the child if it still runs, and reaps it. */
void reader_free(struct reader *reader);

/* The child's main: read the spec from standard input, write frames to standard output. Exit code.
 */
int reader_child_main(void);

/* Names of the ODBC drivers and data sources of this machine, for the wizard. */
struct text_list;
int source_odbc_drivers(struct text_list *names, struct err *err);
int source_odbc_data_sources(struct text_list *names, struct err *err);

/* The driver behind a data source name, "" when there is no such name. */
int source_odbc_driver_of(char *driver, size_t size, const char *data_source, struct err *err);

#endif
