/* settings.h — what the commands on connections and interfaces share; for this folder. */

#ifndef COMMAND_SETTINGS_H
#define COMMAND_SETTINGS_H

#include "store/view.h"
#include "tui/command/command.h"

/* One run function a file, so that the tables can name them. */
int command_connection_add(struct command_env *env, const struct arguments *args);
int command_connection_export(struct command_env *env, const struct arguments *args);
int command_connection_import(struct command_env *env, const struct arguments *args);
extern const struct option_spec connection_checklist_options[];
int command_connection_checklist(struct command_env *env, const struct arguments *args);
extern const struct option_spec connection_hold_options[];
int command_connection_hold(struct command_env *env, const struct arguments *args);
int command_connection_source(struct command_env *env, const struct arguments *args);
int command_connection_accept_host(struct command_env *env, const struct arguments *args);
int command_connection_release(struct command_env *env, const struct arguments *args);
int command_connection_accept_org(struct command_env *env, const struct arguments *args);
int command_interface_check(struct command_env *env, const struct arguments *args);
int command_interface_preview(struct command_env *env, const struct arguments *args);
extern const struct option_spec interface_propose_options[];
int command_interface_propose(struct command_env *env, const struct arguments *args);
int command_interface_watermark(struct command_env *env, const struct arguments *args);

/* One line of `interface show`, where there is a watermark. */
void interface_watermark_line(struct command_env *env, const char *interface);

/* Every `--set KEY=VALUE`, in the order given, by `set` (as files_set_connection) on `model`.
 * ERR_USAGE. */
typedef int settings_setter(void *model, const char *key, const char *value, struct err *err);
int settings_set_all(
	const struct arguments *args, settings_setter *set, void *model, struct err *err);

/*
 * `--secret KEY=env:VAR | file:PATH | credential:NAME | -`: the first three are stored as
 * references; "-" reads one line from standard input (without echo from a terminal) and seals it
 * under the home's key. No error repeats what stands behind "=", for it may be the secret itself.
 */
int settings_secret(
	struct command_env *env, struct connection *connection, const char *text, struct err *err);

/* Load; tells the nearest name. The connection must be initialised. */
int settings_connection(
	struct command_env *env, struct connection *out, const char *name, struct err *err);
int settings_interface(
	struct command_env *env, struct interface *out, const char *name, struct err *err);

/* What the store knows; zeroed when there is none. */
void settings_state(struct command_env *env, struct connection_state *state, const char *name);

/* Say that it is done: one line, or {"ok":true,KEY:NAME} with --json. Returns 0. */
int settings_done(struct command_env *env, const char *key, const char *name, const char *verb);

#endif
