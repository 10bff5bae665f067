/*
 * wizard.h — the guided connection: destination, agent, Salesforce, save. Each way is pinged as it
 * is typed; Save opens once both pings are green. What was typed is kept until it is saved or the
 * board ends.
 */

#ifndef BOARD_WIZARD_H
#define BOARD_WIZARD_H

#include "model/connection.h"
#include "tui/board/state.h"

/*
 * Begin a new connection; `name` may be NULL. Where something else was typed and not saved, it is
 * asked first what becomes of that, here as in wizard_edit().
 */
void wizard_new(struct board *board, const char *name);

/* The same four steps for a connection that exists. */
void wizard_edit(struct board *board, const struct connection *connection);

/* Place in the catalog of the connection that is edited, or -1. */
int wizard_connection(const struct board *board);

/* Whether something typed is not saved; `what` then says it in a sentence. */
bool wizard_unsaved(char *what, size_t size, const struct board *board);

/* Wipe what was typed. */
void wizard_forget(struct board *board);

#endif
