/* picture.h — the emulator's screen as a picture (SVG), colours and all. */

#ifndef SCREENS_PICTURE_H
#define SCREENS_PICTURE_H

#include "screens/pty.h"

/* Write `path`; the caption stands in the window's title bar. */
void picture_write(struct pty *pty, const char *path, const char *caption);

#endif
