/* process_dialog.h — Manual Process: what will run, over what, and how much of it. */

#ifndef BOARD_PROCESS_DIALOG_H
#define BOARD_PROCESS_DIALOG_H

#include "base/text.h"
#include "tui/board/state.h"

void process_dialog_open(struct board *board, const struct text_list *names, bool dry_run);

/* Ask, then cancel a run. */
void run_ask_cancel(struct board *board, const struct run_info *run);

#endif
