/* row_place.h — where in a file the row of a message was read. */

#ifndef PROCESS_ROW_PLACE_H
#define PROCESS_ROW_PLACE_H

#include "store/view.h"

struct row_place {
	char file[256]; /* "" = it came from no file, or an older version stored it */
	int64_t line;
};

/* Fails only where the store does. */
int process_row_place(struct row_place *out, struct view *view, const struct message_detail *detail,
	struct err *err);

#endif
