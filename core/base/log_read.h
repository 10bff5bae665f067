/*
 * log_read.h — the log, read back: the last lines that pass a filter, and what is added after them.
 */

#ifndef BASE_LOG_READ_H
#define BASE_LOG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/text.h"

/*
 * Does a line pass? Every word of the filter must: "run:12" and "level:warn" (that level or a worse
 * one) ask for their fields, any other word is found anywhere, case ignored; ! before one inverts
 * it. NULL and "" let all pass.
 */
bool log_line_passes(const char *line, const char *filter);

struct log_reader {
	const char *path; /* borrowed */
	off_t at;	  /* read up to here ... */
	ino_t inode;	  /* ... of this file; 0 = nothing read yet */
};

/*
 * At the first call the last `max` lines that pass, of this file and the one rotated before it;
 * from then on the lines that were added since. A log that is not there yet has no lines.
 */
int log_read(struct text_list *lines, struct log_reader *reader, const char *filter, int max,
	struct err *err);

#endif
