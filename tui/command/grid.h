/*
 * grid.h — lists for people: aligned columns that fit 80 places, and name-value pairs with folded
 * values. Control characters are never passed on: what a file or an org says cannot steer the
 * terminal.
 */

#ifndef COMMAND_GRID_H
#define COMMAND_GRID_H

#include <stdio.h>

#include "base/text.h"

#define GRID_WIDTH 80
#define GRID_COLUMNS_MAX 12

struct grid {
	const char *const *titles; /* NULL-terminated; borrowed */
	struct text_list cells;	   /* row by row */
	bool broken;		   /* memory ran out: grid_print() says so */
};

/* One cell more; a row is full when there is one for each title. NULL is an empty cell. */
void grid_add(struct grid *grid, const char *text);

/* Print and empty it. The widest columns give way until a line fits; cut texts end in "...". */
void grid_print(FILE *to, struct grid *grid);

/* "name      value", the value folded at blanks and indented below itself; `width` of the name. */
void grid_pair(FILE *to, int width, const char *name, const char *value);

#endif
