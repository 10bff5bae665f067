/*
 * home.h — where one Agentboard lives: config and data folders, and the paths in them.
 *
 * --home DIR puts everything under DIR. Else the system home (/etc/agentboard, /var/lib/agentboard)
 * where it exists, else $XDG_CONFIG_HOME/agentboard and $XDG_DATA_HOME/agentboard.
 */

#ifndef CONFIG_HOME_H
#define CONFIG_HOME_H

#include <stdbool.h>

#include "base/err.h"

struct home {
	char *config;	   /* folder */
	char *data;	   /* folder: store.db, store.lock */
	char *connections; /* config/connections.d */
	char *interfaces;  /* config/interfaces.d */
	char *agent_cfg;
	char *key;	/* key file of the sealed secrets, 0600 */
	char *socket;	/* agent.sock */
	char *log;	/* agent.log */
	char *argument; /* what to pass as --home to a child, or NULL */
	bool system;
};

/* Find the paths; makes nothing. `dir` NULL = the default. */
int home_find(struct home **out, const char *dir, struct err *err);

/* Make the folders (0700 for a user's home). */
int home_make(const struct home *home, struct err *err);
void home_free(struct home *home);

#endif
