/*
 * mapping.h — the mapping editor: columns of the source left, fields of the object right, a line
 * between those that belong together, and what each line makes of a real row.
 */

#ifndef BOARD_MAPPING_H
#define BOARD_MAPPING_H

#include "model/interface.h"
#include "tui/board/state.h"

void mapping_open(struct board *board, const struct interface *interface);

/* The same for what the interface form holds: Save gives it back to the form. */
void mapping_open_from_form(struct board *board, const struct interface *interface);

#endif
