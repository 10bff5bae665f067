/* verb_dialog.h — the questions before something is done to messages. */

#ifndef BOARD_VERB_DIALOG_H
#define BOARD_VERB_DIALOG_H

#include "tui/board/verb_job.h"

/* In place of an event: which of the two it is has to be asked. */
#define VERB_RESOLVE EVENT_SEND

/*
 * Show how many and which, and what would be refused; then do it. `wish` is emptied. `some`: it
 * names messages already. `words` (or NULL) are those behind the verb's name on the command line,
 * as the command takes them:
 *
 *   [--force] [--as completed[:ID]|not-sent] [M... | --filter FILTER]
 */
void verb_start(struct board *board, struct message_wish *wish, bool some, const char *words);

/* The agent wants the org's name: it and the number of messages are typed. `wish` is emptied. */
void verb_ask_org(
	struct board *board, struct message_wish *wish, int64_t count, const char *refusal);

#endif
