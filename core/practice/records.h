/*
 * records.h — the practice org's records in memory. Not SQLite: the org must be far faster than
 * what is measured against it, and a record here costs its own bytes plus about 50. A record is one
 * block of its filled fields as text; external ids are found through hash tables of record numbers.
 * Not thread-safe: the org's lock is held around every call.
 */

#ifndef PRACTICE_RECORDS_H
#define PRACTICE_RECORDS_H

#include "practice/schema.h"

struct record {
	int64_t created, modified; /* clock_now() */
	uint32_t len;
	bool deleted;
	char data[]; /* per filled field: index, length, text */
};

/* One field's new value. */
struct cell {
	const char *text; /* NULL = null */
	uint32_t len;
	uint8_t field; /* index in the object's fields */
};

struct records;

int records_new(struct records **out, const struct schema *schema, struct err *err);
void records_free(struct records *records);

/* NULL when there never was one, or a rolled-back one; deleted ones are found. Numbers begin at 1.
 */
const struct record *records_get(
	const struct records *records, const struct schema_object *object, uint64_t number);

/* The highest number ever given, and how many are there and not deleted. */
uint64_t records_last(const struct records *records, const struct schema_object *object);
int64_t records_count(const struct records *records, const struct schema_object *object);

/* The stored text of a field, not NUL-terminated; NULL when empty. System fields are not stored. */
const char *record_text(const struct record *record, int field, uint32_t *len);

/*
 * The next record behind `after` (0 = the first) whose external id or unique field equals the text,
 * in no particular order; 0 = none. Upper and lower case are one unless the field says otherwise.
 */
uint64_t records_find(const struct records *records, const struct schema_object *object, int field,
	const char *text, uint32_t len, uint64_t after);

/* Create (`number` 0) or change a record; fields not named stay. Returns its number, 0 = no memory.
 */
uint64_t records_put(struct records *records, const struct schema_object *object, uint64_t number,
	const struct cell *cells, int count, int64_t now);

void records_delete(
	struct records *records, const struct schema_object *object, uint64_t number, int64_t now);

/*
 * Undo: records_begin() gives a mark; records_rollback() undoes everything since, records_commit()
 * keeps it. May be nested; what an inner one keeps the outer one can still undo.
 */
size_t records_begin(struct records *records);
void records_commit(struct records *records);
void records_rollback(struct records *records, size_t mark);

#endif
