/*
 * first_interface.h — an interface out of a table: the table chosen from the source's, the object
 * from the org's, the mapping proposed by name. Then it is previewed, run dry, and run for ten
 * rows.
 */

#ifndef BOARD_FIRST_INTERFACE_H
#define BOARD_FIRST_INTERFACE_H

#include "model/connection.h"
#include "tui/board/state.h"

/* With a copy of `connection`, which is saved already. */
void first_interface_open(struct board *board, const struct connection *connection);

#endif
