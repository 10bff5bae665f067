/* steps.h — a ping on the screen: one line a step, and the remedy under the one that failed. */

#ifndef BOARD_STEPS_H
#define BOARD_STEPS_H

#include "ping/ping.h"
#include "tui/widget/screen.h"

/*
 * Draw into `area`. What does not fit is left out at the top, so that the failed step and its
 * remedy, or while it runs the latest step, can be seen. `back`: lines scrolled back from there.
 * Returns how many lines there are in all.
 */
int steps_draw(struct screen *screen, struct area area, const struct ping_result *result,
	bool running, int back);

#endif
