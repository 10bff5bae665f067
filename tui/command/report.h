/* report.h — how runs are told: as JSON for scripts, as lines for people, as an exit code. */

#ifndef COMMAND_REPORT_H
#define COMMAND_REPORT_H

#include "store/view.h"
#include "tui/command/command.h"
#include "tui/command/report_text.h"

/* One run as an object; `whole` adds start, end, mode, who and what else is known of it. */
void report_run_json(struct json *json, const struct run_info *run, bool whole);

/* "run 12 order-lines: Done, 8 read = 7 completed + 1 failed, 2 calls, 0.3 s", and why it ended. */
void report_run_line(FILE *to, const struct run_info *run);

/* Its failures by cause: how often, which code and fields, one example in the org's words. */
void report_causes(FILE *to, struct view *view, int64_t run);

/* "1,234,567" */
#define REPORT_NUMBER_MAX 32
const char *report_number(char text[REPORT_NUMBER_MAX], int64_t number);

double report_seconds(const struct run_info *run);

/* Causes of failure gathered over runs; the gravest decides the exit code. */
struct outcome {
	bool codes[256];
};
void outcome_add(struct outcome *outcome, const struct run_info *run, const struct err *result);
int outcome_exit_code(const struct outcome *outcome);

#endif
