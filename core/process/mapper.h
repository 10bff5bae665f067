/*
 * mapper.h — a mapping bound to columns (internal to core/process): mapper_bind.c makes it,
 * mapper.c sends rows through it.
 */

#ifndef PROCESS_MAPPER_H
#define PROCESS_MAPPER_H

#include "process/key.h"
#include "process/process.h"
#include "process/field_check.h"
#include "process/field_value.h"
#include "process/formula.h"
#include "process/zone.h"

/* One mapped field. */
struct entry {
	int column;	   /* -1: `constant`, or `formula` */
	int formula;	   /* its number among the formulas, -1: none */
	struct buf prefix; /* `"Name":` or `"Account__r":{"Ext_Id__c":` */
	struct buf blank;  /* `"Name":null`: what clears the field */
	bool nested;	   /* the prefix opened an object */
	bool clears;	   /* NULL clears the field, else it is left alone */
	bool key;	   /* its value is the row's key, or a part of it */
	bool own_id;	   /* the row's Salesforce Id, which finds its record where it has one */
	enum field_type type;
	struct field_rule rule;
	char label[128];
	char *constant; /* JSON, owned */
};

/* A field that a new record must have a value for. */
struct required {
	char name[96];
	int entry; /* -1: not mapped */
};

struct mapper {
	struct entry *entries;
	size_t count;
	int *row_key; /* columns, when the key is not one field's value */
	size_t row_key_count;
	char row_key_bar; /* between its values */
	struct required *required;
	size_t required_count;
	int key_parts; /* entries whose values make the key */
	int parent;    /* the column that names the parent by which rows are packed; -1: none */
	bool has_key;
	char key_field[129]; /* for the words about a blank key */
	enum key_kind key_kind;
	const struct cell *computed; /* of the row just mapped */
	struct formulas *formulas;   /* NULL: there are none */
	struct zone *zone;	     /* NULL: zoneless times are refused */
};

/* How the keys of an interface are compared; `describe` may be NULL. */
enum key_kind mapping_key_kind(const struct interface *interface, const struct describe *describe);

/* Have the rows a key, and how is it compared? */
bool mapper_has_key(const struct mapper *mapper);
enum key_kind mapper_key_kind(const struct mapper *mapper);

/*
 * The parent by which a row is packed, see parent_fields(): a hash, 0 = none.
 */
bool mapper_has_parent(const struct mapper *mapper);
uint64_t mapper_parent(const struct mapper *mapper, const struct cell *cells);

/*
 * Names of the required fields that the row just mapped has no value for, as "A, B"; "" = none. A
 * new record would be refused for them; a default or a trigger may say otherwise.
 */
void mapper_missing(
	char *names, size_t size, const struct mapper *mapper, const struct cell *cells);

#endif
