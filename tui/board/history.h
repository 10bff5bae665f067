/* history.h — the runs of one interface. */

#ifndef BOARD_HISTORY_H
#define BOARD_HISTORY_H

#include "tui/board/state.h"

/* `interface` NULL = the runs of all; the cursor on `run`, or 0 = the newest. */
void history_open(struct board *board, const char *interface, int64_t run);

/* The feed's list comes over. */
void history_take(struct board *board, struct feed_news *news);

#endif
