/*
 * filter.h — the one filter language of board and commands:
 *
 *   status:failed interface:order-lines run:12 key:ORD-1* code:LOCK* since:1h text
 *
 * Terms are ANDed; `!` before a term inverts it; a comma inside a value means "or"
 * (status:failed,unknown); * and ? are wildcards; case is ignored. Quotes hold blanks together.
 *
 *   status:      a state                     run: message:  a number, or a range 12-15
 *   interface: connection: integration: object:  what the run belongs to
 *   key: code: field: id:  the whole text; id: takes 15 or 18 characters
 *   comment:     a part of the text
 *   like:        comments of that form: values in quotes, numbers and Ids do not count
 *   is:          created, updated, edited, superseded, retried
 *   since: before:  30s 5m 1h 2d 1w ago, or a time (local unless it ends in Z)
 *
 * A bare word is searched in key, code, comment and payload; in quotes it may look like a term.
 */

#ifndef STORE_FILTER_H
#define STORE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct filter;

/*
 * Parse; "" gives the filter that lets everything pass. ERR_USAGE names the wrong word and the
 * nearest right one; *wrong_at (may be NULL) is its byte offset, to point at it.
 */
int filter_parse(
	struct filter **out, const char *text, int64_t now, int *wrong_at, struct err *err);
void filter_free(struct filter *filter);
struct filter *filter_copy(const struct filter *filter);

/* The normal form of the text it was made from. */
const char *filter_text(const struct filter *filter);
bool filter_is_empty(const struct filter *filter);

/* The names before the colon, NULL-terminated; for completion and help. */
const char *const *filter_terms(void);

/* The words that may stand behind that name (case ignored), NULL-terminated; NULL: any may. */
const char *const *filter_values(const char *term);

#endif
