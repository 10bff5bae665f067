/* ping.h — a ping of a connection as the commands make it: told, and recorded in the store. */

#ifndef COMMAND_PING_H
#define COMMAND_PING_H

#include "ping/ping.h"
#include "tui/command/command.h"

/*
 * Ping connection `name` (Ping Agent Connection, or Ping Salesforce Connection), printing each step
 * to `steps` as it ends (NULL = silently). 0 once the ping was carried out and recorded, whatever
 * its verdict: that is in `out`. Fails with what the catalog or the store fails with.
 */
int ping_connection(struct ping_result *out, struct command_env *env, const char *name,
	enum ping_kind kind, FILE *steps, struct err *err);

#endif
