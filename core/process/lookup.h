/* lookup.h — which keys an org has, asked by query (internal to core/process; REST API guide,
 * "Query"). */

#ifndef PROCESS_LOOKUP_H
#define PROCESS_LOOKUP_H

#include "salesforce/org.h"

struct lookup {
	struct org *org;
	const char *object;
	const char *field; /* as describe writes it */
	bool number;	   /* its values are written without quotes */
};

/* Called for each record: the value of the field, as the org has it. */
typedef void lookup_found(void *ctx, const char *value);

/*
 * One query for the first of `keys`, as many as an address can hold. *count is lowered to how many
 * were asked for.
 */
int lookup_keys(const struct lookup *lookup, const char *const *keys, int *count,
	lookup_found *found, void *ctx, struct err *err);

#endif
