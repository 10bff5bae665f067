/* zone.c — the list of what can be clicked on. */

#include "base/base.h"
#include "tui/widget/zone.h"

#include "tui/widget/screen_private.h"

void zone_add(struct screen *screen, struct area area, enum zone_kind kind, int value, void *of)
{
	if (screen->zone_count < SCREEN_ZONES_MAX)
		screen->zones[screen->zone_count++] = (struct zone){ area, kind, value, of };
}

void zone_forget(struct screen *screen)
{
	screen->zone_count = 0;
}

const struct zone *zone_at(const struct screen *screen, int y, int x)
{
	for (int i = screen->zone_count - 1; i >= 0; i--) {
		const struct area *area = &screen->zones[i].area;

		if (y >= area->y && y < area->y + area->rows && x >= area->x &&
			x < area->x + area->cols)
			return &screen->zones[i];
	}
	return NULL;
}
