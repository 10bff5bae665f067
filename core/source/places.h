/*
 * places.h — the named places of a statement (`WHERE order_no = :order_no`), turned into what ODBC
 * knows: a '?' each, in order. Pure text; nothing is ever pasted into the statement.
 */

#ifndef SOURCE_PLACES_H
#define SOURCE_PLACES_H

#include <stdbool.h>

#include "base/err.h"

#define PLACES_MAX 128

struct place {
	char name[129];
	bool quoted; /* :"like this": always a column, whatever its name */
};

struct places {
	char *sql; /* with '?'; owned */
	struct place items[PLACES_MAX];
	int count;
};

/*
 * Strings, quoted names (also `so` and [so]), comments, dollar quotes, `::` casts and `:=` are left
 * alone. ERR_CONFIG: a bare '?', a quote or comment without an end, too many places. Free also
 * after a failure.
 */
int places_parse(struct places *out, const char *sql, struct err *err);
void places_free(struct places *places);

#endif
