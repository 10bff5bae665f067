/* reload.h — agent.cfg and the TLS files, taken anew while the agent is up. Used by one thread;
 * what it found wrong may be asked for by any. */

#ifndef AGENT_RELOAD_H
#define AGENT_RELOAD_H

#include "agent/agent.h"

struct agent;
struct reload;

/* NULL for agents that cannot read settings anew; all verbs take NULL. */
struct reload *reload_new(struct agent *agent, const struct agent_options *options);
void reload_free(struct reload *reload);

/* Look at the files, and where they changed (or `always`) bring them in force. What cannot be
 * brought in force is logged, and what was before stays. */
void reload_look(struct reload *reload, bool always);

/* Why agent.cfg, as it stands, is not in force; "" = it is. */
void reload_problem(struct reload *reload, char *out, size_t size);

#endif
