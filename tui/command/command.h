/*
 * command.h — the commands: the board's verbs without a screen, for scripts and cron.
 *
 * A command is a row of a table: its words, its options as data, one function. The framework
 * parses, prints help, opens what the command needs, and turns errors into exit codes.
 */

#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "config/home.h"
#include "model/agent_settings.h"
#include "model/catalog.h"

/* What every command gets. */
struct command_env {
	struct home *home;
	struct keyring *keyring; /* NULL until command_unseal() */
	struct catalog catalog;
	const char *program; /* argv[0]'s real path, for children */
	FILE *out, *errout;
	bool json;    /* --json: exactly one document on `out`, also on failure */
	bool printed; /* a document is out: command_print_json() sets it */
	bool read_only, ascii, no_color, mouse, bell;
	const char *theme; /* of the board, by its name; NULL = none was asked for */
	/* The board on env's home, for `demo`; NULL where there is none. Returns an exit code. */
	int (*open_board)(struct command_env *env);
};

/* Options are data. */
enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER, OPTION_MANY };

struct option_spec {
	const char *name; /* "--limit" */
	enum option_kind kind;
	const char *value; /* "K" in the usage line */
	const char *help;
};

#define COMMAND_OPTIONS_MAX 1024 /* uses of options in one call */

/* Parsed arguments; the options' texts are borrowed from argv. */
struct arguments {
	struct text_list words; /* what is no option and not the command's name */
	struct {
		const struct option_spec *spec;
		const char *text;
		int64_t number;
	} options[COMMAND_OPTIONS_MAX];
	int option_count;
};

bool argument_flag(const struct arguments *args, const char *name);
const char *argument_text(const struct arguments *args, const char *name); /* last one, or NULL */
int64_t argument_number(const struct arguments *args, const char *name, int64_t otherwise);
/* The i-th use of an OPTION_MANY, or NULL. */
const char *argument_many(const struct arguments *args, const char *name, int i);

struct command {
	const char *words; /* "connection add" */
	const char *usage; /* "N [--set key=value]..." */
	const char *help;  /* one line */
	const struct option_spec
		*options; /* ends with name == NULL; NULL = none; --json, --help are everybody's */
	int min_words, max_words; /* positional arguments; -1 = any number */
	/* Returns an exit code. Failures are told through command_fail(). */
	int (*run)(struct command_env *env, const struct arguments *args);
	bool changes; /* files, store or org: refused under --read-only */
};

/* Tables of the files of this folder, each ending with words == NULL. */
extern const struct command connection_commands[];
extern const struct command interface_commands[];
extern const struct command ping_commands[];
extern const struct command store_commands[];
extern const struct command run_commands[]; /* process, run ... */
extern const struct command message_commands[];
extern const struct command agent_commands[];
extern const struct command schedule_commands[];
extern const struct command practice_commands[];
extern const struct command demo_commands[];
extern const struct command config_commands[];
extern const struct command package_commands[];
extern const struct command doctor_commands[];

/*
 * Find and run the command named by argv (global options before it already taken). Returns the exit
 * code.
 */
int command_main(struct command_env *env, int argc, char **argv);

/*
 * Tell a failure: one line on errout, or with --json {"error":{"kind","code","text"}} on out unless
 * a document was written already. Returns the exit code of err->kind.
 */
int command_fail(struct command_env *env, const struct err *err);

/* Write a finished JSON document with a newline. */
void command_print_json(struct command_env *env, const struct buf *json);

/* Open the home's keyring (made when `create`) and wire it into the catalog. */
int command_unseal(struct command_env *env, bool create, struct err *err);

/* The same, but a home without a key is fine: its secrets may all live elsewhere. */
int command_unseal_if_any(struct command_env *env, struct err *err);

/* Write agent.log from here on, at the level of agent.cfg ("info"). */
int command_open_log(struct command_env *env, const char *level, struct err *err);

/*
 * From the first call on, Ctrl-C and SIGTERM no longer end the process but are counted here: for
 * commands that have something to put in order first. The flag is true once one came; pass it to
 * whatever takes a `cancel`. Before the first call signals do what they always do.
 */
const atomic_bool *command_interrupt(void);
int command_interrupts(void);
int command_last_signal(void); /* 0 = none yet */
void command_interrupt_reset(void);

/* ---- help and completion, generated from the tables ---- */

/* Options that every command takes, and the program's own before the command. */
extern const struct option_spec command_common_options[];
extern const struct option_spec command_global_options[];

/* Every command in the order of the help; NULL behind the last. */
const struct command *command_at(int i);

/* The i-th command whose words begin with `group` ("connection"), NULL = all. */
void command_help_all(FILE *to, const char *group);
void command_help_one(FILE *to, const struct command *command);

/* Print the words that may follow `argv` whose last word is unfinished, one a line. */
int command_complete(struct command_env *env, int argc, char **argv);

#endif
