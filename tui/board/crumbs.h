/* crumbs.h — where the person is: the tab, what narrows it, and the pages above it, as a line. */

#ifndef BOARD_CRUMBS_H
#define BOARD_CRUMBS_H

#include "tui/board/state.h"

/*
 * "Message Monitor > run 17 > message 4711" into line `y` from `x` on, in at most `cols` columns:
 * where that is too long, those farthest back are left out. Returns the column behind it. Drawing
 * thread.
 */
int crumbs_draw(struct board *board, int y, int x, int cols);

/* Where the ZONE_PLACE of this value leads to; asks first where what was typed would be lost. */
void crumbs_go(struct board *board, int place);

#endif
