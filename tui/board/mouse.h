/* mouse.h — clicks and the wheel, turned into what keys do. */

#ifndef BOARD_MOUSE_H
#define BOARD_MOUSE_H

#include "tui/board/state.h"

/* screen_key() gave K_MOUSE; `stale`: keys before it may have changed what is on the screen. */
void mouse_take(struct board *board, bool stale);

/* `:mouse`: on, or off again. A key_binding's run. */
void mouse_do_toggle(void *ctx, const char *argument);

#endif
