/*
 * bulk.h — the part of a run that goes by Bulk API 2.0 jobs (internal to core/process), beside the
 * Collections sender, which afterwards takes what is left: rows that must be tried again alone or
 * in small company, and rows that have no place in a CSV file.
 *
 * One job is on its way at a time. Its steps, each recorded before the org hears of it:
 *
 *   Creating        the job is in the store, then it is asked for
 *   Open            its Salesforce id is stored; then the attempts of its packets; then the upload
 *   UploadComplete  stored, then said: from here on the org may act, and the job is never sent
 *                   again but asked for its results
 *   final           all three result files are read, and every row has its outcome
 *
 * A job that is found short of UploadComplete has changed nothing in the org: it is aborted, and
 * its rows go in another one. Rows in none of the files: Unknown, or sent again where that doubles
 * nothing. Runs on the run's thread.
 */

#ifndef PROCESS_BULK_H
#define PROCESS_BULK_H

#include "process/sender.h"

/*
 * What a job holds at most. 100 MB is the org's limit. 50,000 rows are five of the org's own
 * batches: a run of 100,000 rows is two jobs and, with ten looks at each, some thirty calls; and a
 * run of any size needs the memory of one such job (keys in the gate, the table of results), where
 * 100,000 rows would take 8 MB more.
 */
#define BULK_JOB_ROWS 50000
#define BULK_JOB_BYTES 100000000
#define BULK_JOB_PACKETS 20000

/*
 * Finish the jobs that were begun, then send what can go by Bulk. 0 when only rows for Collections
 * are left, if any; otherwise as sender_run(). `*calls` are requests that are not recorded yet.
 */
int bulk_run(
	struct sender_end *end, int64_t *calls, const struct sender_spec *spec, struct err *err);

/* Are there jobs whose end is not recorded? */
int bulk_unfinished(bool *unfinished, struct view *view, int64_t run, struct err *err);

#endif
