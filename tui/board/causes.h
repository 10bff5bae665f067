/* causes.h — failures by cause: "9 x REQUIRED_FIELD_MISSING [Name]". */

#ifndef BOARD_CAUSES_H
#define BOARD_CAUSES_H

#include "tui/board/state.h"

/* Of those that pass the monitor's filter. */
void causes_open(struct board *board);

/* The feed's causes come over. */
void causes_take(struct board *board, struct feed_news *news);

#endif
