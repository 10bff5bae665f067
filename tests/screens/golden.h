/*
 * golden.h — screens compared with what they looked like when somebody last looked at them and
 * said yes: tests/screens/golden/NAME.txt, text and looks (see looks.h) at each size, in UTF-8 with
 * 256 colours. What ASCII and fewer colours make of it follows from the tables of signs and of the
 * theme, and is held against the same file. `make goldens` writes them anew.
 */

#ifndef SCREENS_GOLDEN_H
#define SCREENS_GOLDEN_H

#include "screens/pty.h"
#include "tui/widget/theme.h"

struct golden {
	struct buf file; /* as it is, or as it comes to be */
	char path[1024];
	const char *hide; /* what follows this in a line, a folder of this run, is not compared */
	bool ascii;
	enum theme_depth depth;
	bool updating;
};

/* Read NAME's file. Only a golden in UTF-8 with 256 colours can be updated: false for others. */
bool golden_open(struct golden *golden, const char *name, bool ascii, enum theme_depth depth);

/*
 * Waits until the screen is the golden one of its size; fails with the lines that differ on
 * standard error when it does not become so.
 */
void golden_check(struct golden *golden, struct pty *pty);

/* Writes it where it is updated. */
void golden_close(struct golden *golden);

#endif
