/* causes.h — failures by cause: "9 x REQUIRED_FIELD_MISSING [Name]". */

#ifndef BOARD_CAUSES_H
#define BOARD_CAUSES_H

#include "tui/board/state.h"

/* Of those that pass the monitor's filter. */
void causes_open(struct board *board);

/* The feed's causes come over. */
void causes_take(struct board *board, struct feed_news *news);

/*
 * The filter that has exactly the messages of causes[place] among those that pass `within`: the
 * more of them share a code, the more has to be said. False when it has no code, or no room.
 */
bool causes_filter(char *out, size_t size, const char *within, const struct cause *causes,
	int count, int place);

#endif
