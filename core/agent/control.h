/*
 * control.h — agent.sock: the agent's verbs for boards and commands of this machine.
 *
 *   GET  /status              GET  /runs/ID           POST /stop
 *   POST /runs                POST /runs/ID/cancel    POST /runs/ID/resume
 *   POST /schedule            pause or resume one
 *   POST /ping  POST /preview for who may not open secrets; on its connection's own thread
 *
 * Who may use it is a matter of the socket's mode and group; who asked is the socket peer's user,
 * with what he says of his SSH line.
 */

#ifndef AGENT_CONTROL_H
#define AGENT_CONTROL_H

#include "agent/agent.h"
#include "base/err.h"

struct control;

int control_start(
	struct control **out, struct agent *agent, const char *socket_path, struct err *err);
void control_stop(struct control *control);

#endif
