/* payload_form.h — editing the payload of one message. */

#ifndef BOARD_PAYLOAD_FORM_H
#define BOARD_PAYLOAD_FORM_H

#include "tui/board/state.h"

void payload_form_open(struct board *board, int64_t message);

/* Is the feed's detail meant for it? Then it comes over by payload_form_take(). */
bool payload_form_waits(const struct board *board);
void payload_form_take(struct board *board, struct feed_news *news);

#endif
