/*
 * wizard.h — the guided connection: destination, agent, Salesforce, save. Each way is pinged as it
 * is typed; Save opens once both pings are green. What was typed is kept until it is saved or
 * dropped: in memory, and in a draft's file under data for the next board.
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

/* What the end of the board means for it, in a sentence. */
const char *wizard_fate(const struct board *board);

/* Wipe what was typed from memory. */
void wizard_forget(struct board *board);

/* ---- the draft's file; written by a job that the end of the board waits for ---- */

/* Look for what an earlier board left. */
void wizard_look_for_draft(struct board *board);

/* Write what changed since the last time. */
void wizard_keep(struct board *board);

/* The board's clock ticked: keep it every other second of typing. */
void wizard_tick(struct board *board);

#endif
