/*
 * board.h — the full-screen program: Connection, Interface and Message Monitor, and the wizard.
 *
 * The board shows and asks; it carries no run. A run belongs to the agent, so leaving the board, or
 * a line that drops, stops nothing.
 */

#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "config/home.h"
#include "model/catalog.h"
#include "tui/widget/theme.h"

struct board_services;

/* Everything is borrowed for the time of board_run(). */
struct board_env {
	const struct home *home;
	/* Its keyring may be NULL: then secrets can neither be sealed nor opened here. */
	const struct catalog *catalog;
	const char *program; /* this program's path, to start an agent with */
	const char *who;     /* agent_who() */
	bool read_only;	     /* nothing is written, started or sent */
	bool ascii, no_color;
	enum theme theme;
	bool bell;			       /* the same, by `:bell` */
	bool mouse;			       /* on from the start; `:mouse` turns it on and off */
	FILE *in, *out;			       /* the terminal; NULL = standard input and output */
	const char *term;		       /* NULL = $TERM */
	const struct board_services *services; /* NULL = the real ones; see services.h */
};

/*
 * Show the board until the person leaves or the terminal goes away; both are 0. Fails with
 * ERR_USAGE where there is no terminal that can show it. SIGTERM and SIGHUP give the terminal back
 * and end with ERR_INTERRUPTED.
 */
int board_run(const struct board_env *env, struct err *err);

#endif
