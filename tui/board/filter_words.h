/* filter_words.h — Tab in the filter language: terms, and the values that a term can have here. */

#ifndef BOARD_FILTER_WORDS_H
#define BOARD_FILTER_WORDS_H

#include "tui/board/state.h"

/* Complete the word at the prompt's cursor; the filter begins at byte `from` of its line. */
void filter_complete(struct board *board, size_t from);

#endif
