/*
 * bulk_value.h — the cells of a bulk job's files by what they say: an org writes numbers and line
 * breaks in its own way when it sends a row back.
 */

#ifndef SALESFORCE_BULK_VALUE_H
#define SALESFORCE_BULK_VALUE_H

#include "base/buf.h"

#define BULK_CLEARED "#N/A" /* the cell that clears its field */

/*
 * Append the value of a cell, the same bytes for all ways to write it: 912260000 and 9.1226E8,
 * CR LF and LF; nothing for a cleared one.
 */
void bulk_value_add(struct buf *out, const char *text, size_t len);

#endif
