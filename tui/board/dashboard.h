/* dashboard.h — whether all is well, in a few words at the right end of the tabs. */

#ifndef BOARD_DASHBOARD_H
#define BOARD_DASHBOARD_H

#include "tui/board/state.h"

/* So many columns hold the worst word, and how much else is wrong. */
#define DASHBOARD_COLS_MIN 16

/*
 * Into `cols` columns that end before `right`. What is wrong comes first, the gravest foremost:
 * connections, runs and schedules, then rows as the last run of each interface left them: those
 * that it held back since what an earlier run stored of them is not done, too. What there is no
 * room for is counted. Nothing while nothing is known.
 */
void dashboard_draw(struct board *board, int y, int right, int cols);

#endif
