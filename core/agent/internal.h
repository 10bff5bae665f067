/* internal.h — what the files of this folder see of the agent; nobody else includes it. */

#ifndef AGENT_INTERNAL_H
#define AGENT_INTERNAL_H

#include "agent/agent.h"
#include "agent/backlog_alarm.h"
#include "agent/alarm.h"
#include "agent/carrier.h"
#include "agent/control.h"
#include "agent/errand.h"
#include "agent/home_lock.h"
#include "agent/home_watch.h"
#include "agent/kept.h"
#include "agent/listener.h"
#include "agent/reload.h"
#include "agent/scheduler.h"
#include "process/process.h"

#include <pthread.h>

#define AGENT_WAIT_DEFAULT_MS (15 * 60000)

struct agent {
	const struct catalog *files;   /* as they are: for what a person asks for */
	const struct catalog *catalog; /* the last good state of them: for all else */
	struct kept *kept;
	struct agent_settings settings; /* copied; under the lock, but for the loop's own thread */
	struct reload *reload;
	char *home_data;
	bool listens;
	int64_t since;

	struct home_lock *home_lock;
	struct process_env env;
	struct disk_guard disk;
	struct alerts *alerts;
	struct backlog_alarms backlogs; /* the loop's thread's alone */
	struct alarms alarms;		/* this and the next two are the loop's thread's alone */
	struct view *view;
	struct home_watch *watch;
	struct carrier *carrier;
	struct listener *listener;
	struct control *control;
	struct errands errands;
	/* From a look at what earlier runs left to the handing over of the new ones: a run that is
	 * created and not yet carried looks like one that is left. */
	pthread_mutex_t queueing;

	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	bool stop_asked;	     /* nothing new is taken any more */
	struct scheduler *scheduler; /* NULL when it does not listen */
};

void agent_fill_status(struct agent_status *out, struct agent *agent);

/* Bring new settings in force, all of them or (with an error) none. On the loop's thread. */
int agent_apply_settings(
	struct agent *agent, const struct agent_settings *settings, struct err *err);

/* The schedules are to be read anew. */
void agent_poke_schedules(struct agent *agent);

/* A copy of the integrations' schedules. */
void agent_copy_schedules(struct agent *agent, struct text_list *out);

/* Above how many waiting runs calls are turned away. */
int agent_limit_waiting(struct agent *agent);

/* From any thread: agent_loop() ends soon. */
void agent_ask_stop(struct agent *agent);

/*
 * The production guard: ERR_USAGE, saying what to type, when this interface's rows need a typed
 * org name and the request has none or another's. Counts the source's rows where it must.
 */
int guard_check(struct agent *agent, const struct process_request *request,
	const struct connection *connection, const struct interface *interface, struct err *err);

/* The same for messages that are to be sent again, `total` in all; `unknown`: what was lost. */
int guard_check_messages(struct agent *agent, const struct run_info *run, int64_t total,
	bool unknown, const char *confirm, struct err *err);

/* A run nobody carries is taken up; one that is carried gets another turn behind this one. */
int agent_take_up(
	struct agent *agent, const struct run_info *info, int64_t wait_ms, struct err *err);

#endif
