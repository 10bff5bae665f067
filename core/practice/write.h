/*
 * write.h — create, update, upsert and delete of single rows, with the checks of the org in its
 * order. Every path into the records (single record, Collections, tree, composite) comes through
 * here. The org's lock is held.
 */

#ifndef PRACTICE_WRITE_H
#define PRACTICE_WRITE_H

#include "practice/bind.h"

struct practice;

enum write_op { WRITE_CREATE, WRITE_UPDATE, WRITE_UPSERT, WRITE_DELETE };

#define WRITE_MATCHES_MAX 10

struct row_result {
	const struct schema_object *object;
	uint64_t number;
	bool created;
	const struct row_error *error;	     /* NULL = done */
	uint64_t matches[WRITE_MATCHES_MAX]; /* several records have the external id */
	int match_count;
};

/* The rows of one request. */
struct write {
	struct practice *org;
	struct arena *arena;
	enum write_op op;
	int key_field;	       /* upsert: index of the external id */
	bool update_only;      /* upsert that may not create */
	bool bulk;	       /* rows of a bulk job: their own faults strike, too */
	bool allow_duplicates; /* what duplicate rules say is a warning only */
	int row_count;	       /* rows of the request */
	int64_t now;
	int64_t request;   /* its number in the log */
	uint64_t *touched; /* upsert: records that earlier rows met */
	int touched_count;
	bool revocable;
	size_t undo_mark, ledger_mark;
};

/* `revocable`: what follows can be undone by write_end(). False when out of memory. */
bool write_begin(struct write *write, struct practice *org, struct arena *arena, int row_count,
	bool revocable);

/* One row; for deletes only object and id are looked at. */
void write_row(struct write *write, struct bound *row, struct row_result *result);

/* Make it last, or undo everything since a revocable begin, in the ledger too. */
void write_end(struct write *write, bool keep);

/* A row error that has no row: the record an id names, or why it names none. */
const struct row_error *write_find(uint64_t *number, struct practice *org, struct arena *arena,
	const struct schema_object *object, const char *id, size_t len);

/* The error of rows that went back because of another one (allOrNone). */
extern const struct row_error write_rolled_back;

#endif
