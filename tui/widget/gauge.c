/* gauge.c — progress, with the number beside the bar: nobody has to measure it by eye. */

#include "base/base.h"
#include "tui/widget/gauge.h"

#define NUMBER_COLS 5

void gauge_draw(struct screen *screen, int y, int x, int cols, int percent)
{
	int bar = cols - NUMBER_COLS - 2;
	int full;

	if (bar < 3)
		return;
	full = percent < 0 ? 0 : percent > 100 ? bar : bar * percent / 100;
	screen_text(screen, y, x, 1, STYLE_RULE, "[");
	screen_sign(screen, y, x + 1, full, STYLE_BAR, SIGN_BAR_FULL);
	screen_sign(screen, y, x + 1 + full, bar - full, STYLE_RULE, SIGN_BAR_EMPTY);
	screen_text(screen, y, x + 1 + bar, 1, STYLE_RULE, "]");
	if (percent >= 0)
		screen_printf(screen, y, x + bar + 2, NUMBER_COLS, STYLE_TEXT, " %3d%%", percent);
}
