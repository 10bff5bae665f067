/* picture.h — the emulator's screen as a picture (SVG), colours and all. */

#ifndef SCREENS_PICTURE_H
#define SCREENS_PICTURE_H

#include "screens/pty.h"

/* Write `path`; the caption stands in the window's title bar. */
void picture_write(struct pty *pty, const char *path, const char *caption);

/*
 * Write FOLDER/NAME.svg, in which the pictures FOLDER/FRAME.svg follow each other, `seconds` each,
 * over and over; what cannot show that shows the first. `frames` ends with NULL.
 */
void picture_story(const char *folder, const char *name, const char *const *frames, int seconds);

#endif
