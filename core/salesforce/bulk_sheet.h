/*
 * bulk_sheet.h — stored records as the CSV of a bulk job (Bulk API 2.0 guide, "Prepare CSV Files"),
 * and the fingerprints by which the rows of the result files are told: their order is free, and
 * numbers may come back written in another way.
 *
 * A sheet has the columns of one job and holds one row at a time. Names are compared as the org
 * does, without regard to case.
 *
 * What a record says and what its cell is: a value, itself; null or an empty text, `#N/A` (clear
 * the field); absent, empty (leave it alone); {"Account__r":{"Ext__c":"x"}}, the column
 * Account__r.Ext__c. Line breaks inside of values become the job's own, LF. A Delete has the column
 * Id alone.
 */

#ifndef SALESFORCE_BULK_SHEET_H
#define SALESFORCE_BULK_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "model/interface.h"

struct bulk_sheet;

/* `keys` (copied) are the columns that together tell the rows of a job apart. */
int bulk_sheet_new(struct bulk_sheet **out, enum operation operation, const struct text_list *keys,
	struct err *err);
void bulk_sheet_free(struct bulk_sheet *sheet);

/*
 * Make `record` the sheet's row; columns it does not have yet are added when `grow`. 0, or a
 * positive 1 when this record cannot go by Bulk: *why then says so, and no column was added. It can
 * go by Collections.
 */
int bulk_sheet_read(struct bulk_sheet *sheet, const char *record, size_t len, bool grow,
	const char **why, struct err *err);

/*
 * The Salesforce Id of the record that is read next, which does not hold it; it goes into the
 * column Id. Copied.
 */
void bulk_sheet_give_id(struct bulk_sheet *sheet, const char *id);

/* Bytes of the row's cells alone: in the file, a row has one byte a column more. */
size_t bulk_sheet_row_bytes(const struct bulk_sheet *sheet);
size_t bulk_sheet_columns(const struct bulk_sheet *sheet);

/* The header's line, and that of the row. */
void bulk_sheet_write_header(struct buf *out, const struct bulk_sheet *sheet);
void bulk_sheet_write_row(struct buf *out, const struct bulk_sheet *sheet);

/*
 * Of the row: its key, byte by byte, never 0; and all of its values, however they are written, but
 * for an Id that is no key: it was looked up, and is not known to who has the records alone.
 */
uint64_t bulk_sheet_key(struct bulk_sheet *sheet);
uint32_t bulk_sheet_content(struct bulk_sheet *sheet);

/* For reading a file: a column's index, -1 = none of ours; and the row cell by cell. */
int bulk_sheet_find(const struct bulk_sheet *sheet, const char *name, size_t len);
void bulk_sheet_clear(struct bulk_sheet *sheet);
int bulk_sheet_set(
	struct bulk_sheet *sheet, int column, const char *text, size_t len, struct err *err);

#endif
