/* interface_form.h — making and changing an interface. */

#ifndef BOARD_INTERFACE_FORM_H
#define BOARD_INTERFACE_FORM_H

#include "model/interface.h"
#include "tui/board/state.h"

void interface_form_new(struct board *board, const char *name);
void interface_form_edit(struct board *board, const struct interface *interface);

/* The mapping editor was opened from the form and is done: the form says what it says. */
void interface_form_take(struct board *board, const struct interface *mapped);

/* The mapping as lines that a person edits: `Field = column`, `Field = "text"`,
 * `Field = formula: expression`. */
int mapping_to_lines(struct buf *out, const struct mapping *mapping, struct err *err);

/* The reverse; fails with ERR_USAGE naming the line. `before` keeps what lines do not say. */
int mapping_from_lines(struct mapping *out, const char *lines, const struct mapping *before,
	enum null_policy nulls, struct err *err);

#endif
