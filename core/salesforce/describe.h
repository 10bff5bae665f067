/* describe.h — what an sObject and its fields allow, as the API user sees them (REST API guide,
 * "sObject Describe"). */

#ifndef SALESFORCE_DESCRIBE_H
#define SALESFORCE_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "salesforce/org.h"

enum field_type {
	FIELD_STRING,
	FIELD_TEXTAREA,
	FIELD_BOOLEAN,
	FIELD_INT,
	FIELD_DOUBLE,
	FIELD_CURRENCY,
	FIELD_PERCENT,
	FIELD_DATE,
	FIELD_DATETIME,
	FIELD_TIME,
	FIELD_EMAIL,
	FIELD_PHONE,
	FIELD_URL,
	FIELD_PICKLIST,
	FIELD_MULTIPICKLIST,
	FIELD_COMBOBOX,
	FIELD_REFERENCE,
	FIELD_ID,
	FIELD_BASE64,
	FIELD_OTHER,
};

struct field {
	char *name;
	char *label;
	enum field_type type;
	char *type_name; /* as the org wrote it */
	int length, precision, scale;
	bool createable, updateable, nillable, defaulted_on_create;
	bool external_id, unique, id_lookup, case_sensitive, restricted_picklist;
	bool locks_parent;	  /* master-detail, or a lookup that guards its parent's deletion */
	char *relationship;	  /* relationshipName or NULL */
	struct text_list targets; /* referenceTo */
	struct text_list picklist; /* active values */
};

struct describe {
	char *name;
	char *label;
	bool createable, updateable, deletable, queryable;
	struct field *fields;
	size_t field_count;
};

/* GET /sobjects/NAME/describe. ERR_NOT_FOUND: no such object, or the user may not see it. */
int describe_fetch(struct describe **out, struct org *org, const char *object, struct err *err);

/* Parse a describe answer (for tests and caches). */
int describe_parse(struct describe **out, const char *json, size_t len, struct err *err);
void describe_free(struct describe *describe);

/* Field by API name, ASCII case ignored; NULL when absent (or hidden from the user). */
const struct field *describe_field(const struct describe *describe, const char *name);

/* Field by its relationship name ("Account__r"), or NULL. */
const struct field *describe_relationship(
	const struct describe *describe, const char *relationship);

/* createable, not nillable, not defaulted. */
bool field_required(const struct field *field);

/* Names of all objects the user can see (GET /sobjects), sorted. */
int describe_objects(struct text_list *names, struct org *org, struct err *err);

#endif
