/*
 * home.h — where one Agentboard lives: config and data folders, and the paths in them.
 *
 * --home DIR puts everything under DIR. Else the system home (/etc/agentboard, /var/lib/agentboard)
 * where it exists, else $XDG_CONFIG_HOME/agentboard and $XDG_DATA_HOME/agentboard. Configuration
 * may live in version control, so everything that must not (store, key, socket, log) is under data.
 */

#ifndef CONFIG_HOME_H
#define CONFIG_HOME_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct home {
	char *config;	   /* folder */
	char *data;	   /* folder: store.db, store.lock */
	char *connections; /* config/connections.d */
	char *interfaces;  /* config/interfaces.d */
	char *agent_cfg;   /* config/agent.cfg */
	char *key;	   /* data/key: key file of the sealed secrets, 0600 */
	char *socket;	   /* data/agent.sock */
	char *log;	   /* data/agent.log */
	char *argument;	   /* what to pass as --home to a child (a full path), or NULL */
	bool system;
	mode_t folder_mode; /* of new folders: 0700, in a system home 0750 */
	mode_t file_mode;   /* of new files: 0600, in a system home 0660 */
};

/* Find the paths; makes nothing. `dir` NULL = the default. */
int home_find(struct home **out, const char *dir, struct err *err);

/* The same with other system folders than /etc/agentboard and /var/lib/agentboard: for tests. */
int home_find_beside(struct home **out, const char *dir, const char *system_config,
	const char *system_data, struct err *err);

/* Make the folders that are absent (0700 for a user's home). */
int home_make(const struct home *home, struct err *err);

/*
 * May this user write into it as its owner does? ERR_CONFIG names the owner: what another user,
 * root among them, writes there the owner could not use any more.
 */
int home_check_owner(const struct home *home, struct err *err);

void home_free(struct home *home);

#endif
