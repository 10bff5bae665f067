/*
 * listener.h — the door on port 9055, for Salesforce and for monitoring:
 *
 *   GET  /ping                       credential   Ping Agent Connection
 *   POST /interfaces/NAME/process    credential   start a run; calls.h
 *   GET  /runs/ID                    credential   how a run stands; calls.h
 *   GET  /health                     loopback     is it well? 200, 503
 *   GET  /metrics                    loopback     OpenMetrics; metrics.h
 *
 * No row, key or message of a customer leaves through it.
 */

#ifndef AGENT_LISTENER_H
#define AGENT_LISTENER_H

#include "base/err.h"
#include "model/agent_settings.h"

struct agent;
struct listener;

/*
 * `home` is told to those who know the password. Without `agent` nothing but the ping is answered.
 * ERR_CONFIG: beyond loopback with the default password; ERR_EXISTS: the port is taken.
 */
int listener_start(struct listener **out, const struct agent_settings *settings, const char *home,
	struct agent *agent, struct err *err);

/*
 * Bring new settings in force while it is open; the port is opened anew only where address, port,
 * TLS or limits changed. With an error all stays as it was.
 */
int listener_apply(struct listener *listener, const struct agent_settings *before,
	const struct agent_settings *after, struct err *err);
void listener_stop(struct listener *listener);
int listener_port(struct listener *listener);

#endif
