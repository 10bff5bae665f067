/*
 * screen.h — the one seam over ncurses: everything else draws and reads keys through it.
 *
 * There is one screen a process. It belongs to the thread that opened it. Drawing only prepares;
 * screen_flush() sends the difference to the terminal in one go, and nothing when there is none.
 */

#ifndef WIDGET_SCREEN_H
#define WIDGET_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "tui/widget/theme.h"

#define SCREEN_MIN_ROWS 15
#define SCREEN_MIN_COLS 60

/* A rectangle of the screen. */
struct area {
	int y, x, rows, cols;
};

struct screen_options {
	FILE *in, *out;	  /* NULL = standard input and output */
	const char *term; /* NULL = $TERM */
	bool ascii;	  /* also taken when the locale is not UTF-8 */
	bool no_color;	  /* also taken from $NO_COLOR */
	enum theme theme;
	bool mouse; /* see screen_set_mouse() */
};

struct screen;

/*
 * Take the terminal over. Fails with ERR_USAGE: no terminal, unknown or too dumb a TERM. From here
 * on a crash of the program gives the terminal back before it dies.
 */
int screen_open(struct screen **out, const struct screen_options *options, struct err *err);

/* Give the terminal back as it was. NULL is legal. */
void screen_close(struct screen *screen);

int screen_rows(const struct screen *screen);
int screen_cols(const struct screen *screen);
bool screen_ascii(const struct screen *screen);
enum theme_depth screen_depth(const struct screen *screen);

/* Smaller than SCREEN_MIN_ROWS x SCREEN_MIN_COLS: only one line of notice makes sense. */
bool screen_too_small(const struct screen *screen);

/* The terminal changed its size: the one place where geometry is read. */
void screen_resize(struct screen *screen);

/* Forget what the terminal shows, so that the next flush sends everything. */
void screen_repaint(struct screen *screen);

/* Hand the terminal to the shell and stop this process; returns when it is continued. */
void screen_suspend(struct screen *screen);

/* Start a picture: all blank. */
void screen_clear(struct screen *screen);

/*
 * Write `text` at (y, x) into at most `cols` columns, clipped by columns with a sign where text was
 * cut. Returns the columns used. Outside of the screen nothing is written.
 */
int screen_text(struct screen *screen, int y, int x, int cols, int style, const char *text);

/* The same, right-aligned or padded with blanks to exactly `cols` columns. */
void screen_right(struct screen *screen, int y, int x, int cols, int style, const char *text);
void screen_padded(struct screen *screen, int y, int x, int cols, int style, const char *text);
int screen_printf(struct screen *screen, int y, int x, int cols, int style, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

void screen_sign(struct screen *screen, int y, int x, int count, int style, enum sign sign);
void screen_fill(struct screen *screen, struct area area, int style);

/* An empty box with a frame and a title; returns the area inside. */
struct area screen_box(struct screen *screen, struct area area, const char *title);

/*
 * Put wrapped `text` into `area`, beginning with its line `skip`; returns how many lines the whole
 * text has at this width. `area.rows` 0 counts only.
 */
int screen_paragraph(
	struct screen *screen, struct area area, int style, const char *text, int skip);

/* Where the hardware cursor goes with the next flush: screen readers and braille follow it. */
void screen_cursor(struct screen *screen, int y, int x);

void screen_flush(struct screen *screen);

/* The file descriptor to poll for keys. */
int screen_fd(const struct screen *screen);

/* The next key (see keys.h) or K_NONE; never waits longer than a split escape sequence may take. */
int screen_key(struct screen *screen);

/*
 * Let the terminal tell of clicks and of the wheel, or leave the mouse to its own selection; off,
 * no byte speaks of it. False where the terminal is not known to have one. Reports are in SGR's
 * coding (xterm's control sequences, 1006), which goes beyond column 223.
 */
bool screen_set_mouse(struct screen *screen, bool on);
bool screen_mouse(const struct screen *screen);

struct mouse_event {
	enum { MOUSE_PRESS, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN, MOUSE_OTHER } kind;
	int y, x;
};

/* What was told, after screen_key() gave K_MOUSE. */
struct mouse_event screen_mouse_event(const struct screen *screen);

/* Is the terminal gone (hang-up, end of file)? Set by screen_key(). */
bool screen_gone(const struct screen *screen);

/* Ring the terminal's bell; where it has none, the screen flashes. */
void screen_bell(struct screen *screen);

/*
 * Put `text` on the clipboard of the terminal in front of the person (OSC 52). False, and nothing
 * is sent, when it is longer than terminals take: 100,000 bytes of base64, says xterm's control
 * sequences document of its limit, and others follow.
 */
#define SCREEN_CLIPBOARD_MAX 74994
bool screen_clipboard(struct screen *screen, const char *text);

#endif
