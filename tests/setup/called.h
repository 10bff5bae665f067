/* called.h — a home in a fresh folder, and commands called on it as from a shell. */

#ifndef TESTS_SETUP_CALLED_H
#define TESTS_SETUP_CALLED_H

#include "harness/check_main.h"

#include "tui/command/command.h"

struct called {
	struct command_env env;
	const char *root;   /* the fresh folder */
	char *out, *errout; /* of the last call */
	size_t out_len, errout_len;
};

/* An empty home ROOT/home, with a key when `key`. */
void called_open(struct called *called, bool key);
void called_close(struct called *called);

/*
 * Call a command with words that are set apart by one blank; returns its exit code. A word that
 * begins with "ROOT/" is below the fresh folder.
 */
int called_run(struct called *called, const char *line);

/* "ROOT/path", borrowed until the next call. */
const char *called_path(const struct called *called, const char *path);

/* Save, ending the test on failure. */
void called_save(struct called *called, const struct connection *connection);
void called_save_interface(struct called *called, const struct interface *interface);

#endif
