/* message_verb.h — what a person does to messages: reprocess, cancel, resolve, edit. */

#ifndef COMMAND_MESSAGE_VERB_H
#define COMMAND_MESSAGE_VERB_H

#include "tui/command/command.h"

extern const struct option_spec message_reprocess_options[];
extern const struct option_spec message_cancel_options[];
extern const struct option_spec message_resolve_options[];
extern const struct option_spec message_edit_options[];

int message_reprocess(struct command_env *env, const struct arguments *args);
int message_cancel(struct command_env *env, const struct arguments *args);
int message_resolve(struct command_env *env, const struct arguments *args);
int message_edit(struct command_env *env, const struct arguments *args);

/* "77" or "#77"; ERR_USAGE says what it is not. */
int message_number(int64_t *id, const char *text, struct err *err);

#endif
