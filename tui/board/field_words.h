/* field_words.h — what describe says of a field, in words. */

#ifndef BOARD_FIELD_WORDS_H
#define BOARD_FIELD_WORDS_H

#include <stddef.h>

#include "salesforce/describe.h"

/* "string(80)", "currency(16,2)", "lookup Account". */
void field_type_words(char *out, size_t size, const struct field *field);

/* "Price, currency(16,2), required, external ID, unique; only New, Shipped". `needed`: a value must
 * be there. */
void field_facts(char *out, size_t size, const struct field *field, bool needed);

/* The field that `name` fills: itself, or the lookup of "Account__r.Ext_Id__c"; NULL = none. */
const struct field *field_filled(const struct describe *describe, const char *name);

#endif
