/* message_exchange.h — what an attempt sent and what came back, as passages to read and to copy. */

#ifndef BOARD_MESSAGE_EXCHANGE_H
#define BOARD_MESSAGE_EXCHANGE_H

#include "process/exchange.h"
#include "tui/board/state.h"
#include "tui/widget/pager.h"

/* Request and response of attempt number `attempt` of the message, from 0. */
void message_exchange_add(struct pager *pager, const struct message_detail *detail, int attempt);

/* Put one of them on the terminal's clipboard. */
enum exchange_part { EXCHANGE_REQUEST, EXCHANGE_RESPONSE };
void message_exchange_copy(struct board *board, const struct message_detail *detail, int attempt,
	enum exchange_part part);

#endif
