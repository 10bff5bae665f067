/* gauge.h — a progress bar: "[####....] 41%". */

#ifndef WIDGET_GAUGE_H
#define WIDGET_GAUGE_H

#include "tui/widget/screen.h"

/* Takes `cols` columns, number included. A negative percent (not known) draws an empty bar. */
void gauge_draw(struct screen *screen, int y, int x, int cols, int percent);

#endif
