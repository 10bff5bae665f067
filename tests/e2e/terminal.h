/* terminal.h — the built program's board in a pseudo-terminal of 80x24, for end-to-end tests. */

#ifndef TESTS_E2E_TERMINAL_H
#define TESTS_E2E_TERMINAL_H

#include "base/buf.h"
#include "e2e/world.h"

struct terminal {
	pid_t pid;
	int fd;		 /* -1 = was closed already */
	struct buf seen; /* what the board wrote behind the last words that were waited for */
	struct buf all;	 /* what it ever wrote; NULs as blanks */
};

void terminal_open(struct terminal *terminal, const struct world *world);

/* Until the board has written these words as a whole. */
void terminal_await(struct terminal *terminal, const char *words);
void terminal_type(struct terminal *terminal, const char *keys);

/* Wait for the end of the board, which was told to end. */
void terminal_close(struct terminal *terminal);

#endif
