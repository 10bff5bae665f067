/* show.h — records as JSON: values in the form their type has on the wire, and "attributes". */

#ifndef PRACTICE_SHOW_H
#define PRACTICE_SHOW_H

#include "base/json.h"
#include "practice/inside.h"

/* One record and where it is from. */
struct shown {
	const struct practice *org;
	const struct schema_object *object;
	const struct record *record;
	uint64_t number;
	const char *version;
};

/* The field's text, stored or the system's; NULL when it is null. `room` holds what is not stored.
 */
const char *show_text(const struct shown *shown, int field, char room[64], uint32_t *len);

void show_value(struct json *json, const struct shown *shown, int field);

/* "attributes": {"type", "url"} */
void show_attributes(struct json *json, const struct shown *shown);

/* The record with the named fields, or with all that the user sees when `fields` is NULL. */
void show_record(struct json *json, const struct shown *shown, const int *fields, int count);

#endif
