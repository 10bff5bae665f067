/*
 * alert.h — the operator's command that is told when a run or a schedule needs a person, and when
 * that is over (internal to core/agent). It gets one JSON object on standard input; a thread of its
 * own runs it, so that no run ever waits for it.
 */

#ifndef AGENT_ALERT_H
#define AGENT_ALERT_H

#include "base/err.h"
#include "store/view.h"

struct alerts;

/* `command` is for /bin/sh; NULL or "" = nobody is told. NULL when out of memory. */
struct alerts *alerts_new(const char *command);
void alerts_command(struct alerts *alerts, const char *command);

/*
 * A run was carried as far as it goes now, with what process_run() said. The same trouble of an
 * interface is told once an hour at most; a run of it without any is the all-clear.
 */
void alerts_run(struct alerts *alerts, const struct run_info *run, const struct err *result);

/* A schedule that should have run and did not ("order-lines"), in words; NULL = it goes on. */
void alerts_schedule(struct alerts *alerts, const char *schedule, const char *text);

/* Messages of an interface wait too long, in words; NULL = not any more. */
void alerts_backlog(struct alerts *alerts, const char *interface, const char *text);

/* Of the agent as a whole: the disk is nearly full (`text` says it), or is not (NULL). */
void alerts_disk(struct alerts *alerts, const char *text);

/* What is not told yet is dropped; a command that runs is ended. NULL is legal. */
void alerts_free(struct alerts *alerts);

#endif
