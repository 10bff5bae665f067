/*
 * zone.h — what on the picture can be clicked on. Whoever draws something says where it stands and
 * what it is; the board looks it up when a click comes. They end with the picture.
 */

#ifndef WIDGET_ZONE_H
#define WIDGET_ZONE_H

#include "tui/widget/screen.h"

enum zone_kind {
	ZONE_KEY,   /* `value` is a key: the click presses it */
	ZONE_TAB,   /* the number of one */
	ZONE_PLACE, /* a crumb */
	ZONE_TABLE, /* rows of the struct table `of`, from its top on; `value` is the key that
		       brings the cursor there, or K_NONE */
	ZONE_FIELD, /* field `value` of the struct form `of` */
};

struct zone {
	struct area area;
	enum zone_kind kind;
	int value;
	void *of; /* borrowed until the next picture */
};

/* Beyond what a screen holds, zones are dropped. */
void zone_add(struct screen *screen, struct area area, enum zone_kind kind, int value, void *of);

/* What was drawn so far is covered by what comes. */
void zone_forget(struct screen *screen);

/* The one added last that holds this place, or NULL; borrowed until the next picture. */
const struct zone *zone_at(const struct screen *screen, int y, int x);

#endif
