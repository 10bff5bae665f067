/* backlog.h — what waits, by interface and age, and how fast rows went over the last hour. */

#ifndef BOARD_BACKLOG_H
#define BOARD_BACKLOG_H

#include "tui/board/state.h"

void backlog_open(struct board *board);

/* The feed's lines, and its rates, come over. */
void backlog_take(struct board *board, struct feed_news *news);
void backlog_take_rates(struct board *board, const struct feed_news *news);

#endif
