/*
 * payload_fields.h — a message's payload as fields that a person edits: from the record to texts,
 * from changed texts to what the agent is asked to set, and whether the org's field takes them.
 */

#ifndef BOARD_PAYLOAD_FIELDS_H
#define BOARD_PAYLOAD_FIELDS_H

#include "base/text.h"
#include "salesforce/describe.h"

#define PAYLOAD_FIELDS_MAX 34 /* shown; others can be named */
#define PAYLOAD_TEXT_MAX (256u << 10)

struct payload_field {
	char name[201]; /* "Name", "Account__r.Ext_Id__c" */
	char *text;	/* owned; "" for null and for what is not there */
	bool absent;	/* not in the record: the org misses it */
	bool json;	/* a number, true or false, a list: its text is JSON */
};

struct payload_fields {
	struct payload_field fields[PAYLOAD_FIELDS_MAX];
	int count;
	int left_out; /* more than can be shown */
};

/*
 * The fields of `record`, and those of `missed` ("Name, Phone": the org named them) that it has
 * not. ERR_USAGE when it is no JSON object.
 */
int payload_fields_read(
	struct payload_fields *out, const char *record, const char *missed, struct err *err);
void payload_fields_free(struct payload_fields *fields);

/* The place of `name`, or -1. */
int payload_fields_find(const struct payload_fields *fields, const char *name);

/*
 * Can the field take `text` ("" = no value)? NULL as `describe`: nobody knows, so it can. False
 * with why not in `words`.
 */
bool payload_field_takes(char *words, size_t size, const struct describe *describe,
	const char *field, const char *text);

/* Add "Field=value" for the agent (see struct edit_request). */
int payload_field_set(struct text_list *sets, const struct describe *describe,
	const struct payload_field *field, const char *text, struct err *err);

/* "Text, 80 characters", "Hot, Warm, Cold", "needed": what the field takes, for its help line. */
void payload_field_help(char *out, size_t size, const struct describe *describe, const char *field);

#endif
