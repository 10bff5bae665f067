/* screen_private.h — what screen.c and draw.c share; the only place that knows curses. */

#ifndef WIDGET_SCREEN_PRIVATE_H
#define WIDGET_SCREEN_PRIVATE_H

#define NCURSES_NOMACROS 1
#include <curses.h>

#include "tui/widget/screen.h"
#include "tui/widget/zone.h"

/* The fields of a form and of a dialog over it, and what the frame has. */
#define SCREEN_ZONES_MAX 128

struct paint {
	attr_t attr;
	short pair;
};

struct screen {
	FILE *in, *out; /* borrowed */
	SCREEN *term;
	int rows, cols;
	int cursor_y, cursor_x; /* where the next flush leaves the hardware cursor */
	bool ascii;
	bool modern; /* it knows bracketed paste, which is asked for, and the mouse */
	bool mouse;  /* the mouse was asked for */
	struct mouse_event event;
	struct zone zones[SCREEN_ZONES_MAX];
	int zone_count;
	bool gone;
	int empty_reads;
	enum theme theme;
	enum theme_depth depth;
	short pairs; /* colour pairs in use */
	struct paint paints[2][STYLE_COUNT];
};

#endif
