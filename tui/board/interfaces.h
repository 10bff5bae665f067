/* interfaces.h — what other pages need of the Interface tab. */

#ifndef BOARD_INTERFACES_H
#define BOARD_INTERFACES_H

#include "tui/board/state.h"

/* Place in the catalog of the selected interface, or -1. */
int interfaces_current(const struct board *board);
/* The one whose facts are drawn: the selected one, once the cursor rests; or -1. */
int interfaces_shown(struct board *board);
void interfaces_select(struct board *board, const char *name);

#endif
