/*
 * watch.h — stays with runs until their turn is over: those of an agent elsewhere, seen through
 * the store and its socket, or those this very process carries since no agent is up.
 */

#ifndef COMMAND_WATCH_H
#define COMMAND_WATCH_H

#include "agent/agent.h"
#include "store/view.h"
#include "tui/command/command.h"

struct watch {
	struct command_env *env;
	struct agent *local; /* NULL = the runs are another process' */
	struct process_reply runs;
	struct run_info infos[PROCESS_RUNS_MAX];
	struct agent_run states[PROCESS_RUNS_MAX];
	struct view *view;
	char who[128];
	bool shown;	/* a progress line stands on the terminal */
	bool left;	/* nobody watches any more ... */
	bool signalled; /* ... since a signal came, not by choice */
	bool cancelled; /* ... or wants them cancelled */
	int seen_interrupts;
	int64_t asked_at;
};

/* An agent of this process for this home: carries runs, serves agent.sock, does not listen. */
int watch_open_local(struct watch *watch, struct err *err);

/* Until every run ended or rests, or the person let go. Ctrl-C asks what is meant, twice cancels.
 */
int watch_runs(struct watch *watch, struct err *err);

/*
 * Let go of the local agent, if any. When `go_on` and runs are open, or it holds detached runs of
 * others, an agent is started that goes on with them; errout is told when that fails.
 */
void watch_close(struct watch *watch, bool go_on);

#endif
