/*
 * prompt_file.h — what was entered at filters and at `:`, kept under data for the next session: the
 * newest PROMPT_FILE_LINES lines, for nobody else to read. What may hold a secret is left out.
 */

#ifndef BOARD_PROMPT_FILE_H
#define BOARD_PROMPT_FILE_H

#include "tui/board/state.h"

#define PROMPT_FILE_LINES 200

/* Bring back what earlier sessions entered; soon after. */
void prompt_file_load(struct board *board);

/* Add a line, on a worker thread; that it cannot be written is no reason to disturb anybody. A
 * read-only board adds none. Of two boards that add at the same moment one line may be lost. */
void prompt_file_add(struct board *board, const char *kind, const char *text);

/* Might this be no business of a file? */
bool prompt_holds_secret(const char *text);

#endif
