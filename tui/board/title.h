/*
 * title.h — the first line of every screen: whose org this is and of which kind, the agent, how
 * much of the day's requests is used, the time.
 */

#ifndef BOARD_TITLE_H
#define BOARD_TITLE_H

#include "tui/board/state.h"

/* Drawing thread. Where the line is short of room, what is least needed leaves it first; the kind
 * of org never does. */
void title_draw(struct board *board);

#endif
