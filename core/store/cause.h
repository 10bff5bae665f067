/*
 * cause.h — what words of failures have in common: "value 'Bolt' too long (max 20)" and "value
 * 'Nut' too long (max 10)" are the same cause (internal to core/store).
 */

#ifndef STORE_CAUSE_H
#define STORE_CAUSE_H

#include "store/view.h"

/*
 * The common form of a comment: what stands in quotes, numbers, Ids and addresses become *, letters
 * lower case, and the end is cut. The form of a form is itself. "" only for what is blank.
 */
void cause_form(char form[CAUSE_FORM_MAX], const char *comment);

#endif
