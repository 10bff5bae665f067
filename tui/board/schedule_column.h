/* schedule_column.h — schedules as the Interface tab shows them, and the key that pauses one. */

#ifndef BOARD_SCHEDULE_COLUMN_H
#define BOARD_SCHEDULE_COLUMN_H

#include "model/interface.h"
#include "store/schedules.h"
#include "tui/board/state.h"
#include "tui/widget/table.h"

/* The schedule that starts this interface, its own or its integration's; NULL = none is known. */
const struct schedule_state *schedule_of(
	const struct board *board, const struct interface *interface);

/* "06:30:00", "paused", "LATE": a word before it is a colour. Empty without a schedule. */
void schedule_cell(
	struct table_cell *out, const struct board *board, const struct interface *interface);

/* One line on what comes and what came: "" when there is nothing to tell. Returns its style. */
int schedule_line(
	char *out, size_t size, const struct board *board, const struct interface *interface);

/* Pause it, or let it go on. */
void schedule_toggle(struct board *board, const struct interface *interface);

#endif
