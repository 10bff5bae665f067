/*
 * permission.h — which rights the API user needs for a connection's interfaces: exactly these.
 *
 * What can be said offline, from the interfaces alone:
 *  - the object's rights come from the operation: Insert creates; Update edits; Upsert does both;
 *    Delete deletes, which Salesforce grants with edit alone; each reads;
 *  - every mapped field is made editable, the external ID at least readable; a parent named by its
 *    external ID (X__r.Y) stands for the lookup X__c, a part of an address for the address;
 *  - the parent and its external ID are readable, where the parent's object is known: the org told
 *    it once, another interface writes it, or it is a standard one by its name;
 *  - left out is what Salesforce refuses in a permission set: fields it sets itself, fields that
 *    are required by the platform (open to everybody who may write the object), names of people.
 *    The table is in permission_rules.c. Whether a custom field is required, or the child's side
 *    of a master-detail, only the org knows: such fields are named by the caller.
 */

#ifndef SETUP_PERMISSION_H
#define SETUP_PERMISSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/interface.h"

struct field_permission {
	char *field;
	bool editable;
};

struct object_permission {
	char *object;
	bool create, edit, delete;	 /* read always */
	struct field_permission *fields; /* sorted by name */
	size_t field_count;
	const char *instead; /* NULL, or why no object permission of its own can be listed */
};

/* Something a person should know: a field that was left out, a parent that must be readable. */
struct permission_remark {
	char *what;	 /* "Account.Name" */
	const char *why; /* one clause, no full stop */
};

struct permissions {
	struct object_permission *objects; /* sorted by name */
	size_t object_count;
	struct permission_remark *left_out; /* in the order found, each once */
	size_t left_out_count;
	struct permission_remark *parents; /* "Ship_To__r.Code__c": what that is, the org knows */
	size_t parent_count;
};

/*
 * `required` (NULL-terminated, may be NULL): fields as "Object.Field" that the org calls required.
 * `parents`: lines "Object.Relationship__r=Parent__c" that the org told once; NULL = nothing is
 * known. ERR_CONFIG names the interface whose object or field is no API name; ERR_USAGE a
 * `required` that names no mapped field.
 */
int permissions_derive(struct permissions **out, const struct interface *const *interfaces,
	size_t count, const char *const *required, const char *parents, struct err *err);
void permissions_free(struct permissions *permissions);

/* ---- permission_rules.c: what Salesforce lists ---- */

#define FIELD_NAME_MAX 100

/*
 * The name under which `field` of `object` is listed (often itself); false when it cannot be, with
 * *why saying so in a clause.
 */
bool permission_field_listed(
	char listed[FIELD_NAME_MAX], const char **why, const char *object, const char *field);

/* What decides about an object that has no object permission of its own, or NULL. */
const char *permission_object_instead(const char *object);

/* The object that a relationship of a standard object (`object`) leads to, by name; false when that
 * does not say. */
bool permission_standard_parent(
	char name[FIELD_NAME_MAX], const char *object, const char *relationship);

#endif
