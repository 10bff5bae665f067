/* message_jump.h — from a message to its run, its interface, and the record in the org. */

#ifndef BOARD_MESSAGE_JUMP_H
#define BOARD_MESSAGE_JUMP_H

#include "tui/board/state.h"

void message_jump_run(struct board *board, const struct message *msg);
void message_jump_interface(struct board *board, const struct message *msg);

/* Put the record's address on the terminal's clipboard. */
void message_copy_link(struct board *board, const struct message *msg);

/* Put `text` there, and say so; `what` names it. Too much for a terminal is said, too. */
void message_copy(struct board *board, const char *what, const char *text);

#endif
