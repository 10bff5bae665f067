/* run_panel.h — one run in one line: number, interface, bar, counts, rate, time left. */

#ifndef BOARD_RUN_PANEL_H
#define BOARD_RUN_PANEL_H

#include "store/view.h"
#include "tui/widget/screen.h"

void run_panel_draw(struct screen *screen, int y, int x, int cols, const struct run_info *run);

#endif
