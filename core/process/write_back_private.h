/* write_back_private.h — what the files of the write-back share (internal to core/process). */

#ifndef PROCESS_WRITE_BACK_PRIVATE_H
#define PROCESS_WRITE_BACK_PRIVATE_H

#include "process/write_back.h"
#include "source/places.h"

/* Values of the message itself. */
enum own_value { OWN_SALESFORCE_ID, OWN_STATUS, OWN_CODE, OWN_COMMENT };
#define OWN_COUNT 4

/* A statement whose places are known: columns of the row by their index, or own values. */
struct bound_places {
	struct places places;
	bool own[PLACES_MAX];
	int index[PLACES_MAX];
};

/* ERR_CONFIG, beginning with `key`: a statement that cannot be understood, an unknown place. Free
 * the places also then. */
int write_back_places(struct bound_places *out, const char *key, const char *sql,
	const struct column *columns, int count, struct err *err);

/* The values of one row, in the order of the places; `scratch` has room for `columns` cells. */
int write_back_cells(struct cell *out, const struct bound_places *bound,
	const struct unwritten_row *row, struct cell *scratch, int columns, struct err *err);

#endif
