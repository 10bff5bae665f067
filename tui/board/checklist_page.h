/*
 * checklist_page.h — the set-up of Salesforce for one connection on the screen: what pings proved
 * or refuted, and what a person ticks off. Reached from the Connection tab and from the wizard,
 * where the connection need not be saved yet.
 */

#ifndef BOARD_CHECKLIST_PAGE_H
#define BOARD_CHECKLIST_PAGE_H

#include "tui/board/state.h"

/*
 * Opens the page with a copy of `connection`. `of`: whose pings count beside those in the store,
 * the connection's name or PING_OF_WIZARD, whose pings are kept nowhere else.
 */
void checklist_open(struct board *board, const struct connection *connection, const char *of);

/* A ping ended: look again what it tells. */
void checklist_pinged(struct board *board, const char *of);

#endif
