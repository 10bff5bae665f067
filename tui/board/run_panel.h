/* run_panel.h — how a run stands: number, interface, bar, counts, rate, time left. */

#ifndef BOARD_RUN_PANEL_H
#define BOARD_RUN_PANEL_H

#include "store/view.h"
#include "tui/widget/screen.h"

/* One line; two for a run under way where there is little room. */
int run_panel_rows(int cols, const struct run_info *run);

void run_panel_draw(struct screen *screen, int y, int x, int cols, const struct run_info *run);

#endif
