/* bulk_mode.h — Collections or Bulk, and why (internal to core/process). */

#ifndef PROCESS_BULK_MODE_H
#define PROCESS_BULK_MODE_H

#include "process/intake.h"
#include "process/process.h"
#include "process/watch.h"

/*
 * What keeps the interface's rows from Bulk, whatever they hold; "" = nothing. For people: "rows
 * are sent in order (on_error = \"Stop\")".
 */
#define BULK_OBSTACLE_MAX 96
void bulk_obstacle(char why[BULK_OBSTACLE_MAX], const struct interface *interface,
	const struct describe *describe);

/* The columns that tell the rows of a job apart, when nothing is in the way. */
int bulk_keys(struct text_list *keys, const struct interface *interface, struct err *err);

/* ERR_CONFIG: mode = "Bulk" and something is in its way. */
int mode_check(const struct interface *interface, const struct describe *describe, struct err *err);

/*
 * Choose, once for all of a run. Auto waits until more than `threshold` rows are stored or reading
 * is over. *mode stays TRANSFER_AUTO when nothing can be said yet, since reading failed before.
 * ERR_CONFIG as mode_check(); ERR_INTERRUPTED.
 */
#define MODE_WHY_MAX 128
struct mode_spec {
	const struct process_env *env;
	const struct interface *interface;
	const struct describe *describe;
	struct intake *intake; /* NULL: reading is over */
	struct watch *watch;
	struct http_client *http;
	int64_t run;
};
int mode_choose(enum transfer_mode *mode, char why[MODE_WHY_MAX], const struct mode_spec *spec,
	struct err *err);

/* Has the run a row stored that Bulk cannot carry? *why says so, NULL = none has. */
int bulk_row_obstacle(const char **why, struct view *view, int64_t run,
	const struct interface *interface, struct err *err);

#endif
