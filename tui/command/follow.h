/* follow.h — `message list --follow`: what becomes of messages, as it becomes so. */

#ifndef COMMAND_FOLLOW_H
#define COMMAND_FOLLOW_H

#include "store/filter.h"
#include "store/view.h"
#include "tui/command/command.h"

/*
 * Print every message behind `anchor` as soon as it has a status other than New and Processing, and
 * again when that changes. Ends on a signal or when nobody reads the output any more.
 */
int follow_messages(struct command_env *env, struct view *view, const struct filter *filter,
	int64_t anchor, struct err *err);

#endif
