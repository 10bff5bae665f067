/*
 * home_watch.h — sees that the ground is gone from under an agent: what it writes into a store that
 * nobody can find any more would be lost, and a vanished agent.cfg is no reason to open the port
 * with the default password.
 */

#ifndef AGENT_HOME_WATCH_H
#define AGENT_HOME_WATCH_H

#include "store/view.h"

struct home_watch;

/* `view` is of the home's store, and borrowed; folders that are not there now are not missed. */
int home_watch_new(struct home_watch **out, const char *home_config, const char *home_data,
	struct view *view, struct err *err);
void home_watch_free(struct home_watch *watch);

/* ERR_STORE, saying what is gone, when a folder or the store is not what it was. */
int home_watch_look(const struct home_watch *watch, struct err *err);

#endif
