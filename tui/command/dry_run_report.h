/* dry_run_report.h — what a dry run found, for people. */

#ifndef COMMAND_DRY_RUN_REPORT_H
#define COMMAND_DRY_RUN_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "store/view.h"

/* What dry run `run` of `interface` found, as JSON (free() it), or NULL when it left nothing. */
char *dry_run_found(struct view *view, const char *interface, int64_t run);

/* The failures by kind, and what only the org can say. */
void dry_run_print(FILE *to, const char *found);

#endif
