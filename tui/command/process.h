/* process.h — Manual Process as a command, and the end that other verbs share with it. */

#ifndef COMMAND_PROCESS_H
#define COMMAND_PROCESS_H

#include "tui/command/command.h"
#include "tui/command/watch.h"

extern const struct option_spec process_options[];

int64_t process_wait_ms(const struct arguments *args); /* --wait MIN */

int process_command(struct command_env *env, const struct arguments *args);

/* Watch, print what became of the runs, let go. Returns the exit code. */
int process_watch(struct watch *watch);

/* The same with another end, called once, before the runs are let go: prints, gives the code. */
typedef int process_end(struct watch *watch, void *ctx);
int process_watch_with(struct watch *watch, process_end *end, void *ctx);

int process_exit_code(const struct watch *watch);

#endif
