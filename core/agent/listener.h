/* listener.h — the door on port 9055 that Salesforce knocks at: /ping with a credential, /health.
 */

#ifndef AGENT_LISTENER_H
#define AGENT_LISTENER_H

#include "base/err.h"
#include "model/agent_settings.h"

struct listener;

/*
 * `home` is told to those who know the password. ERR_CONFIG: beyond loopback with the default
 * password; ERR_EXISTS: the port is taken.
 */
int listener_start(struct listener **out, const struct agent_settings *settings, const char *home,
	struct err *err);
void listener_stop(struct listener *listener);
int listener_port(const struct listener *listener);

#endif
