/*
 * field_value.h — a source value as the JSON that a Salesforce field takes. Lenient in what a
 * database writes, exact in what is sent: a value of the wrong kind would fail the 199 others of
 * its request (sObject Collections, REST API guide).
 */

#ifndef PROCESS_FIELD_VALUE_H
#define PROCESS_FIELD_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "process/zone.h"
#include "salesforce/describe.h"

/*
 * Append the JSON of `text` for a field of `type`. False when the field cannot take it, with
 * nothing appended and `hint` saying what would do.
 *
 *   Number   the source's own digits, unquoted: nothing is rounded
 *   Boolean  1 0 true false t f yes no y n on off, any case
 *   Date     2026-11-23, also with a time behind it (Oracle's DATE), which is dropped
 *   Datetime 2026-11-23 12:04:11.123, with T or blank, Z or an offset; without one it is a wall
 *            clock of `zone`, and refused when `zone` is NULL, for a guess would be wrong silently
 *   Time     12:04:11
 *   others   the text
 */
bool field_value_json(struct buf *out, enum field_type type, const char *text, size_t len,
	const struct zone *zone, const char **hint);

/* Is a blank text no value of `type`? */
bool field_value_converts(enum field_type type);

/* Is `type` one whose values are compared as numbers? */
bool field_value_is_number(enum field_type type);

#endif
