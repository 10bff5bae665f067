/* report_text.h — texts from elsewhere, made harmless for a terminal. */

#ifndef COMMAND_REPORT_TEXT_H
#define COMMAND_REPORT_TEXT_H

#include <stdio.h>

/*
 * Text that may hold anything, for it comes from rows, drivers and orgs: control bytes become
 * blanks, so that none can command a terminal. Filled up with blanks to `width` columns.
 */
void report_text(FILE *to, const char *text, int width);

#endif
