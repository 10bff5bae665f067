/* agent_log.h — `agent log`, a row of the table in agent.c. */

#ifndef COMMAND_AGENT_LOG_H
#define COMMAND_AGENT_LOG_H

#include "tui/command/command.h"

extern const struct option_spec agent_log_options[];
int agent_log_command(struct command_env *env, const struct arguments *args);

#endif
