/* scheduler.h — a thread that starts runs when their time has come, and writes down how it went. */

#ifndef AGENT_SCHEDULER_H
#define AGENT_SCHEDULER_H

#include <stddef.h>

#include "agent/agent.h"
#include "base/err.h"

struct scheduler;

int scheduler_start(struct scheduler **out, struct agent *agent, struct err *err);
void scheduler_stop(struct scheduler *scheduler);

/* The settings or the store say something new of the schedules. From any thread. */
void scheduler_poke(struct scheduler *scheduler);

/* "12:15:00 order-lines" and that time (ms UTC), or "" and 0 when nothing is scheduled. */
void scheduler_next(struct scheduler *scheduler, char *out, size_t size, int64_t *at);

#endif
