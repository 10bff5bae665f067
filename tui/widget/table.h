/*
 * table.h — a list of rows in columns. Columns are data; rows come from a callback, so that a table
 * is a window over anything. The hardware cursor stands on the selected row.
 */

#ifndef WIDGET_TABLE_H
#define WIDGET_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/widget/screen.h"

#define TABLE_COLUMNS_MAX 16

struct table_column {
	const char *title;
	int min, max; /* columns wide; max 0 = no limit, and takes what room is left */
	int drop;     /* leaves first when there is no room: the highest; 0 = stays */
	bool right;   /* numbers */
	bool lends;   /* where its cell is empty, the next takes its room; gone while all are */
};

struct table_cell {
	char text[512];
	int style;
};

typedef void table_cell_of(void *ctx, int64_t row, int column, struct table_cell *out);

struct table {
	const struct table_column *columns;
	int column_count;
	table_cell_of *cell;
	void *ctx;
	int64_t count;
	int64_t cursor; /* selected row */
	int64_t top;	/* first row on the screen */
	int page;	/* rows on the screen when it was drawn last */
	int cols;	/* ... and what it had of its width */
	int reach;	/* the key that brings the cursor here from elsewhere; K_NONE: it is here */
	int widest[TABLE_COLUMNS_MAX]; /* text seen so far: widths only grow, so nothing jumps */
};

void table_init(struct table *table, const struct table_column *columns, int count,
	table_cell_of *cell, void *ctx);

/* The number of rows changed: keep cursor and top inside. */
void table_count(struct table *table, int64_t count);

/* Put the cursor on a row, scrolling as little as it takes. */
void table_select(struct table *table, int64_t row);

/* Motions: arrows, vi keys, paging. False for other keys, and for one that cannot go further. */
bool table_key(struct table *table, int key);

/* Other rows than before: columns take their widths anew. */
void table_forget_widths(struct table *table);

/*
 * Titles in the first line, then rows. `on`: it has the cursor. In another width than before,
 * columns take theirs anew.
 */
void table_draw(struct table *table, struct screen *screen, struct area area, bool on);

#endif
