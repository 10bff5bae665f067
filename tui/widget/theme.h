/*
 * theme.h — how things look, as data. A style says what a text means; a theme says what that
 * looks like with 256, 16 or 8 colours, or with none. No state is told by colour alone: whoever
 * draws a state also writes its word.
 */

#ifndef WIDGET_THEME_H
#define WIDGET_THEME_H

#include <stdbool.h>
#include <stdint.h>

enum style {
	STYLE_TEXT,
	STYLE_QUIET,	  /* secondary */
	STYLE_STRONG,	  /* names, numbers that matter */
	STYLE_TITLE,	  /* the frame's first line */
	STYLE_PRODUCTION, /* the word PRODUCTION in it */
	STYLE_TAB,
	STYLE_TAB_ON,
	STYLE_HEAD, /* column titles */
	STYLE_OK,
	STYLE_FAIL,
	STYLE_WARN,
	STYLE_BUSY,
	STYLE_KEY,	/* a key in the bottom line */
	STYLE_KEY_NAME, /* what it does */
	STYLE_LABEL,
	STYLE_FIELD,
	STYLE_FIELD_ON,
	STYLE_BUTTON,
	STYLE_BUTTON_ON,
	STYLE_BUTTON_OFF, /* cannot be pressed now */
	STYLE_BAR,	  /* the filled part of a progress bar */
	STYLE_RULE,	  /* lines and frames */
	STYLE_BOX,	  /* the ground of a dialog */
	STYLE_COUNT,
};

/* Or this to a style: the same on the selected row. */
#define STYLE_SELECTED 0x100

/* By choice of the person; --theme and $AGENTBOARD_THEME name one. */
enum theme {
	THEME_NORMAL,
	THEME_COLOUR_BLIND, /* blue and orange for green and red */
	THEME_CONTRAST,	    /* no grey, no ground but reverse */
	THEME_COUNT,
};

enum theme_depth { THEME_MONO, THEME_8, THEME_16, THEME_256 };

/* Attributes of our own, so that this header needs no curses. */
#define LOOK_BOLD 1u
#define LOOK_REVERSE 2u
#define LOOK_UNDERLINE 4u

struct look {
	short fg, bg; /* -1 = the terminal's own */
	unsigned attributes;
};

/* The theme of this name ("color-blind" is one, too); false when there is none. */
bool theme_named(enum theme *out, const char *name);
extern const char theme_names[]; /* all of them, for a sentence */

/* The look of a style (with or without STYLE_SELECTED). */
struct look theme_look(enum theme theme, enum theme_depth depth, int style);

/* Signs that are not letters. */
enum sign {
	SIGN_RULE,	/* horizontal line */
	SIGN_BAR_FULL,	/* progress bar */
	SIGN_BAR_EMPTY, /* ... */
	SIGN_MORE,	/* text was cut here */
	SIGN_SECRET,	/* stands for one typed character */
	SIGN_DOT,	/* separates facts */
	SIGN_TOP_LEFT,
	SIGN_TOP_RIGHT,
	SIGN_BOTTOM_LEFT,
	SIGN_BOTTOM_RIGHT,
	SIGN_SIDE,
	SIGN_ABOVE, /* there is more in this direction */
	SIGN_BELOW,
	SIGN_COUNT,
};

const char *theme_sign(enum sign sign, int ascii);

#endif
