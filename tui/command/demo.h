/* demo.h — what demo.c (setting up) and demo_walk.c (going through it) share. */

#ifndef COMMAND_DEMO_H
#define COMMAND_DEMO_H

#include "agent/agent.h"
#include "practice/practice.h"
#include "tui/command/command.h"

#define DEMO_CONNECTION "practice"
#define DEMO_FILES "practice-files" /* the same org, and a folder that customers come into */

struct demo {
	struct command_env *env;
	FILE *to;	 /* where the tale is told; NULL with --json */
	char *temporary; /* the folder to remove; NULL = the operator named one */
	char database[4096];
	char folder[4096]; /* for files */
	struct practice *practice;
	struct agent *agent;
};

/*
 * Both pings and Manual Process; with `check` also the correction of a row, a second run, and the
 * comparison of store and org, figure by figure. Returns the exit code: 1 when a figure is off.
 */
int demo_walk_through(struct demo *demo, bool check);

#endif
