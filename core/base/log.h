/*
 * log.h — structured lines: time, level, run, text. Before log_open() nothing is written. Where
 * standard error is systemd's journal, each goes there as well, with its priority in front and
 * without the time, which the journal knows; the file is what the board reads. What has no room on
 * the disk is counted, and told by the first line that has.
 * Never pass a secret or a customer's row: what is logged stays.
 */

#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* "error", "warn", "info", "debug"; false for another word. */
bool log_level_parse(enum log_level *level, const char *name);

/* From here on; log_open() sets the first one. */
void log_set_level(enum log_level level);

/* Append to `path` ("-" = standard error); rotates to path.1 above 8 MiB. Thread-safe from here on.
 */
int log_open(const char *path, enum log_level level, struct err *err);
void log_close(void);

/* `run` is the run's number, or 0. Control bytes in the text are replaced. */
void log_line(enum log_level level, int64_t run, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
