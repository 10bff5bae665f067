/* home_lock.h — one agent a home: a lock that dies with its process. */

#ifndef AGENT_HOME_LOCK_H
#define AGENT_HOME_LOCK_H

#include "base/err.h"

struct home_lock;

/* ERR_UNFINISHED when another process has it; the text names its pid. */
int home_lock_take(struct home_lock **out, const char *home_data, struct err *err);
void home_lock_free(struct home_lock *lock);

#endif
