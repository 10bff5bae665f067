/*
 * parent_fields.h — which fields of a mapping lead to parents that are locked while a row is saved
 * (internal to core/process): rows of one such parent share a packet where they can, and two
 * packets that share one are never in flight at the same time.
 */

#ifndef PROCESS_PARENT_FIELDS_H
#define PROCESS_PARENT_FIELDS_H

#include "model/interface.h"
#include "salesforce/describe.h"

#define PARENT_FIELDS_MAX 8

struct parent_field {
	char member[96];	    /* of the record: "Account__r", or "AccountId" */
	const char *inner;	    /* the field in it, borrowed; NULL: its value is an Id */
	const struct field *lookup; /* borrowed from the describe */
	size_t entry;		    /* its number in the mapping */
};

/*
 * Fill `fields` and return how many there are: those whose save locks the parent, as the describe
 * says; where it says so of none, the first that comes from a column. Owners and record types are
 * no parents. The first one from a column is what packets are packed by. `describe` NULL = none.
 */
int parent_fields(struct parent_field fields[PARENT_FIELDS_MAX], const struct mapping *mapping,
	const struct describe *describe);

#endif
