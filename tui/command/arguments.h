/* arguments.h — argv to struct arguments, by a command's own option table. */

#ifndef COMMAND_ARGUMENTS_H
#define COMMAND_ARGUMENTS_H

#include "tui/command/command.h"

/*
 * Parse what follows the command's words. "--" ends the options. ERR_USAGE names the option that
 * is unknown (and the nearest), lacks its value, or is no number, or says how many words are
 * wanted.
 */
int arguments_parse(struct arguments *out, struct command_env *env, const struct command *command,
	int argc, char **argv, struct err *err);

/* Looked for before parsing, so that even a wrong call gets its help, or its failure as JSON. */
bool arguments_want_help(int argc, char **argv);
bool arguments_want_json(int argc, char **argv);

#endif
