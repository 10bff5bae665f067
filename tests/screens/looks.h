/*
 * looks.h — what a cell of the terminal looks like, as one letter that a person can read beside the
 * text: "x" where something failed, "=" on the selected row. A look that no style of the theme has
 * is "?".
 */

#ifndef SCREENS_LOOKS_H
#define SCREENS_LOOKS_H

#include "tui/widget/theme.h"

#include <stdbool.h>
#include <vterm.h>

/* With 256 colours; blank where nothing but the terminal's own colours is seen. */
char looks_letter(const VTermScreenCell *cell);

/* The same on a terminal of fewer colours; `expected` where a style of that letter may look so. */
char looks_letter_at(const VTermScreenCell *cell, enum theme_depth depth, char expected);

#endif
