/* connections.h — what other pages need of the Connection tab. */

#ifndef BOARD_CONNECTIONS_H
#define BOARD_CONNECTIONS_H

#include "tui/board/state.h"

/* Place in the catalog of the selected connection, or -1. */
int connections_current(const struct board *board);

/* The one whose details are drawn: the selected one, once the cursor rests; or -1. */
int connections_shown(struct board *board);

/* Put the cursor on a connection, now or as soon as the catalog has it. */
void connections_select(struct board *board, const char *name);

/* Is it production? The org's own word counts; before the first ping, what the settings say. */
bool connection_is_production(
	const struct connection *connection, const struct connection_state *state);

/* "acme.my.salesforce.com" of a URL; returns `out`. */
const char *connection_host(char *out, size_t size, const char *url);

/* An ODBC string as it may be shown. */
void odbc_without_password(char *out, size_t size, const char *odbc);

/* What the files and the store know of a connection, in a few lines. */
void connection_summary_draw(struct board *board, int place, struct area area);

#endif
