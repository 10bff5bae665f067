/*
 * terminal.h — giving the terminal back, also when the program dies: what a signal handler may do.
 * Used by screen.c alone.
 */

#ifndef WIDGET_TERMINAL_H
#define WIDGET_TERMINAL_H

#include <stdbool.h>

#include "base/err.h"

/* Remember the modes of `in` and start guarding: a crash writes the restore sequence to `out`. */
int terminal_guard(int in, int out, struct err *err);

/* Add an escape sequence (terminfo padding is left out) to what is written on a crash. */
void terminal_restore_add(const char *sequence);

/* Take it out again: nothing of it is to be undone any more. */
void terminal_restore_remove(const char *sequence);

/* Stop guarding. */
void terminal_unguard(void);

/* Write all of `text`, passing over interruptions; a terminal that is gone is no error. */
void terminal_write(int fd, const char *text);

#endif
