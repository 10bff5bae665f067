/* message.h — everything about one message. */

#ifndef BOARD_MESSAGE_H
#define BOARD_MESSAGE_H

#include "tui/board/state.h"

void message_open(struct board *board, int64_t id);

/* The connection of the message that is open, for as long as its page is; NULL: none is, or it has
 * not come yet. */
const char *message_connection(const struct board *board);

/* The feed's detail comes over. */
void message_take(struct board *board, struct feed_news *news);

/* "CODE [Field] words", "created", "next try 12:05:11 ...". */
void message_comment(char *out, size_t size, const struct message *msg);

#endif
