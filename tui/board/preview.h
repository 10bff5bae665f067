/* preview.h — some rows as they would be sent, without sending. */

#ifndef BOARD_PREVIEW_H
#define BOARD_PREVIEW_H

#include "tui/board/state.h"

void preview_open(struct board *board, const struct interface *interface);

#endif
