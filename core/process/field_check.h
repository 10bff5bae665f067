/*
 * field_check.h — what describe says a field cannot hold, so that a row fails by itself, at once
 * and with the org's own code, rather than after its journey (internal to core/process). What
 * describe does not tell (validation rules, record types, e-mail syntax) is the org's to decide.
 */

#ifndef PROCESS_FIELD_CHECK_H
#define PROCESS_FIELD_CHECK_H

#include "salesforce/describe.h"

/* The limits of one field; all zero: none are known. */
struct field_rule {
	int length;		   /* characters; 0 = no limit */
	int whole_digits;	   /* before the decimal point; 0 = no limit */
	bool id;		   /* holds a Salesforce Id */
	bool several;		   /* a multi-select list: values between ; */
	struct text_list picklist; /* owned; what a restricted list takes */
};

int field_rule_init(struct field_rule *rule, const struct field *field, struct err *err);
void field_rule_free(struct field_rule *rule);

/*
 * Can the field hold `text`, which converted well? NULL, or the org's code for why not, with
 * `words` saying the rest in the org's words (without the label).
 */
const char *field_check(
	char *words, size_t size, const struct field_rule *rule, const char *text, size_t len);

/* 15 or 18 letters and digits. */
bool field_is_id(const char *text, size_t len);

#endif
