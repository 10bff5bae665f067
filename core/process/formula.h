/*
 * formula.h — fields computed from a row by SQL expressions (internal to core/process, but for the
 * list of functions). SQLite evaluates them in a database of its own that holds nothing: an
 * authorizer lets functions and the row's columns through and nothing else, so that a formula that
 * came with an imported interface can neither read nor write anything.
 */

#ifndef PROCESS_FORMULA_H
#define PROCESS_FORMULA_H

#include <stddef.h>

#include "base/err.h"
#include "source/source.h"

#define FORMULA_MAX 10000    /* bytes of one formula */
#define FORMULA_TIME_MS 2000 /* for all formulas of one row */
#define FORMULA_RESULT_MAX CELL_MAX

struct formula {
	const char *field; /* for the words about an error */
	const char *text;
};

/*
 * What a column is to a formula: whole numbers are integers, other numbers of number columns are
 * doubles (a column declared with decimals always is), checkboxes are 1 and 0, everything else is
 * text. Not for two threads at once.
 */
struct formulas;

/*
 * Check and compile `list`. ERR_CONFIG names the field, the formula's position and, where a name is
 * unknown, the nearest one.
 */
int formulas_new(struct formulas **out, const struct formula *list, size_t count,
	const struct column *columns, int column_count, struct err *err);
void formulas_free(struct formulas *formulas);

/*
 * Evaluate all for one row; results in the order of the list, borrowed until the next call. One
 * that failed has `bad` set to the reason. Negative only when memory is short.
 */
int formulas_row(const struct cell **results, struct formulas *formulas, const struct cell *cells,
	struct err *err);

/* ---- the functions that may be used ---- */

struct formula_doc {
	const char *group; /* "Text" */
	const char *name;
	const char *usage; /* "left(text, n)" */
	const char *what;
};

/* Number `index` of the list, NULL behind its end. */
const struct formula_doc *formula_doc(size_t index);

#endif
