/*
 * bind.h — a row of a request body becomes cells: names looked up, values checked and brought into
 * stored form. Three outcomes, as in Salesforce: fine; the row fails and the others go on; the JSON
 * is of the wrong kind and the whole request fails before any row is looked at.
 */

#ifndef PRACTICE_BIND_H
#define PRACTICE_BIND_H

#include "practice/arena.h"
#include "practice/jtree.h"
#include "practice/records.h"

#define ROW_ERROR_FIELDS 8

struct row_error {
	const char *code, *message; /* in the arena, or static */
	const char *fields[ROW_ERROR_FIELDS];
	int field_count;
};

/* A parent named by its external id: resolved when the row is written. */
struct bound_parent {
	int field; /* the lookup field */
	const struct schema_object *object;
	int key_field;
	const char *text;
	uint32_t len;
};

struct bound {
	const struct schema_object *object;
	struct cell *cells;
	int count;
	struct bound_parent *parents;
	int parent_count;
	const char *id; /* the member "Id", or NULL */
	uint32_t id_len;
	struct row_error *error;
};

/* What stays the same from row to row; rows of a request mostly have the same members. */
struct binder {
	const struct schema *schema;
	const struct jtree *tree; /* NULL: rows are not of JSON */
	struct arena *arena;
	struct {
		const struct schema_object *object;
		const char *key;
		uint32_t key_len;
		struct schema_field *field;
	} known[SCHEMA_FIELDS_MAX];
	char message[JTREE_MESSAGE + 256]; /* of a whole request's failure */
};

/* False: the whole request fails with 400 JSON_PARSER_ERROR and binder->message. */
bool bind_row(struct bound *row, struct binder *binder, const struct schema_object *object,
	const struct jnode *members);

/*
 * A value that is no JSON: text as it stands in a CSV (NULL = null), NUL-terminated. What is not of
 * the field's type fails the row, INVALID_TYPE_ON_FIELD_IN_RECORD.
 */
void bind_text_value(struct bound *row, struct binder *binder, const struct schema_field *field,
	const char *text, size_t len);

/* An error of the row, with up to one field named. */
PRINTF_LIKE(4, 5)
struct row_error *row_error(
	struct arena *arena, const char *code, const char *field, const char *fmt, ...);

#endif
