/*
 * list.h — a tab's list of named things out of the catalog: which of them pass the filter, which is
 * selected, and which one's details are drawn. The selected one stays when files come and go.
 */

#ifndef BOARD_LIST_H
#define BOARD_LIST_H

#include <stdbool.h>

#include "tui/board/state.h"
#include "tui/widget/table.h"

#define LIST_FILTER_MAX 128

/* The catalog's side: how many there are, their names, and what a filter looks at. */
struct list_ops {
	int (*count)(const struct board *board);
	const char *(*name)(const struct board *board, int place);
	bool (*passes)(const struct board *board, int place, const char *pattern);
};

struct list {
	const struct list_ops *ops;
	struct table table;
	int *rows; /* places in the catalog, by row of the table; owned */
	char filter[LIST_FILTER_MAX];
	char selected[65]; /* name under the cursor */
	char shown[65];	   /* the one whose details are drawn: the selected one, once it rests */
};

void list_free(struct list *list);

/* The catalog or the filter changed. */
void list_rebuild(struct list *list, const struct board *board);

/* Place in the catalog of the selected / of the shown one, or -1. */
int list_current(const struct list *list, const struct board *board);
int list_shown(struct list *list, const struct board *board);

/* Put the cursor on a name, now or as soon as the catalog has it; no filter hides it. */
void list_select(struct list *list, const struct board *board, const char *name);
void list_set_filter(struct list *list, const struct board *board, const char *filter);

/* None is selected: a notice of how there will be one; `what` with its article, "a connection". */
void list_say_none(const struct list *list, struct board *board, const char *what);

/* Esc clears the filter, motions move. */
bool list_key(struct list *list, struct board *board, int key);

#endif
