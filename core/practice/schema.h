/*
 * schema.h — the practice org's objects and fields: static tables, copied per org so that a
 * misconfiguration can hide or spoil a field without touching the tables.
 */

#ifndef PRACTICE_SCHEMA_H
#define PRACTICE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define SCHEMA_FIELDS_MAX 64

enum schema_type {
	SCHEMA_ID,
	SCHEMA_STRING,
	SCHEMA_TEXTAREA,
	SCHEMA_BOOLEAN,
	SCHEMA_INT,
	SCHEMA_DOUBLE,
	SCHEMA_CURRENCY,
	SCHEMA_PERCENT,
	SCHEMA_DATE,
	SCHEMA_DATETIME,
	SCHEMA_EMAIL,
	SCHEMA_PHONE,
	SCHEMA_URL,
	SCHEMA_PICKLIST,
	SCHEMA_REFERENCE,
};

enum schema_flag {
	SCHEMA_REQUIRED = 1 << 0,
	SCHEMA_UNIQUE = 1 << 1,
	SCHEMA_EXTERNAL = 1 << 2,
	SCHEMA_CASE_SENSITIVE = 1 << 3,
	SCHEMA_NO_CREATE = 1 << 4, /* set by the system or calculated */
	SCHEMA_NO_UPDATE = 1 << 5,
	SCHEMA_DEFAULTED = 1 << 6,
	SCHEMA_NAME_FIELD = 1 << 7,
	SCHEMA_RESTRICTED = 1 << 8,
	SCHEMA_CALCULATED = 1 << 9,
	SCHEMA_HIDDEN = 1 << 10, /* field-level security: as if it were not there */
	SCHEMA_DENIED = 1 << 11, /* field-level security: read only */
	SCHEMA_READ_ONLY = SCHEMA_NO_CREATE | SCHEMA_NO_UPDATE,
};

enum schema_object_flag {
	SCHEMA_OBJECT_HIDDEN = 1 << 0,
	SCHEMA_OBJECT_NO_CREATE = 1 << 1,
	SCHEMA_OBJECT_NO_EDIT = 1 << 2,
	SCHEMA_OBJECT_NO_DELETE = 1 << 3,
};

/* The first fields of every object, in this order. */
enum schema_system_field {
	SCHEMA_F_ID,
	SCHEMA_F_DELETED,
	SCHEMA_F_CREATED_DATE,
	SCHEMA_F_CREATED_BY,
	SCHEMA_F_MODIFIED_DATE,
	SCHEMA_F_MODIFIED_BY,
	SCHEMA_F_MODSTAMP,
	SCHEMA_SYSTEM_FIELDS,
};

struct schema_field {
	const char *name, *label;
	enum schema_type type;
	unsigned flags;
	int length; /* characters; digits before the point for numbers */
	int scale;
	const char *reference_to, *relationship;
	const char *const *picklist; /* NULL-terminated */
	const char *default_value;
};

struct schema_object {
	const char *name, *label, *plural, *prefix;
	unsigned flags;
	int index; /* place in the schema */
	const struct schema_field *own_fields;
	struct schema_field *fields; /* system fields, then own ones */
	int field_count;
};

/* A parent's name for its children: "Contacts" of Account. */
struct schema_children {
	const char *parent, *name, *child, *field;
};

struct schema {
	struct schema_object *objects;
	int object_count;
};

int schema_new(struct schema **out, struct err *err);
void schema_free(struct schema *schema);

/* Undo every change to flags. */
void schema_reset(struct schema *schema);

/* API names ignore ASCII case. Hidden objects and fields are found too; look at the flags. */
struct schema_object *schema_object(const struct schema *schema, const char *name);
struct schema_object *schema_object_by_prefix(const struct schema *schema, const char *id);
struct schema_field *schema_field(const struct schema_object *object, const char *name, size_t len);
struct schema_field *schema_relationship(
	const struct schema_object *object, const char *name, size_t len);
int schema_field_index(const struct schema_object *object, const struct schema_field *field);

/* Every relationship from parent to children; ends with parent == NULL. */
extern const struct schema_children schema_children[];

/* Custom by name: ends in "__c". */
bool schema_is_custom(const char *name);

/* "currency" */
const char *schema_type_name(enum schema_type type);

/* The object's describe answer, and the shorter one of the list of objects. */
void schema_describe(struct buf *out, const struct schema_object *object, const char *version);
void schema_describe_brief(
	struct buf *out, const struct schema_object *object, const char *version);

#endif
