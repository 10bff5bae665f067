/*
 * crash_point.h — the moments at which the order of writing, sending and recording decides what is
 * lost or doubled. In the product they are nothing; the program that tests/crash builds beside it
 * (-DCRASH_POINTS) dies there by SIGKILL when $AGENTBOARD_CRASH_POINT says so: NAME, or NAME:N for
 * the N-th passing.
 */

#ifndef BASE_CRASH_POINT_H
#define BASE_CRASH_POINT_H

/* In the order in which a run passes them; then what persons, schedules and upkeep do. */
#define CRASH_POINT_LIST(POINT)                                                                    \
	POINT(RUN_CREATED, "run-created") /* and nobody carries it yet */                          \
	POINT(RUN_TAKEN, "run-taken")	  /* what a dead owner left is settled */                  \
	POINT(RUN_STARTED, "run-started")                                                          \
	POINT(FILES_TAKEN, "files-taken")     /* they belong to this run */                        \
	POINT(PACKET_READ, "packet-read")     /* in memory alone */                                \
	POINT(PACKET_POSTED, "packet-posted") /* with the writer */                                \
	POINT(COMMIT_BEFORE, "commit-before")                                                      \
	POINT(COMMIT_AFTER, "commit-after") /* durable, and nobody was told */                     \
	POINT(MARK_MOVED, "mark-moved")	    /* not committed yet */                                \
	POINT(READING_ENDED, "reading-ended")                                                      \
	POINT(MODE_CHOSEN, "mode-chosen")                                                          \
	POINT(ATTEMPT_RECORDED, "attempt-recorded") /* no byte has left */                         \
	POINT(REQUEST_LEFT, "request-left")                                                        \
	POINT(ANSWER_RECEIVED, "answer-received") /* executed, and not recorded */                 \
	POINT(ANSWER_RECORDED, "answer-recorded")                                                  \
	POINT(JOB_STORED, "job-stored")	  /* the org has not heard of it */                        \
	POINT(JOB_CREATED, "job-created") /* its id is not stored */                               \
	POINT(JOB_ID_STORED, "job-id-stored")                                                      \
	POINT(JOB_ATTEMPTS_PART, "job-attempts-part") /* some packets' attempts */                 \
	POINT(JOB_ATTEMPTS, "job-attempts")	      /* all of them, before the upload */         \
	POINT(UPLOAD_PART, "upload-part")                                                          \
	POINT(UPLOADED, "uploaded")	      /* UploadComplete is not stored */                   \
	POINT(UPLOAD_STORED, "upload-stored") /* UploadComplete is not said */                     \
	POINT(UPLOAD_COMPLETE, "upload-complete")                                                  \
	POINT(JOB_TAKEN, "job-taken") /* a dead owner's, to be finished */                         \
	POINT(JOB_OVER, "job-over")   /* its results are not read */                               \
	POINT(RESULTS_READ, "results-read")                                                        \
	POINT(RESULTS_PART, "results-part") /* some packets are recorded */                        \
	POINT(RESULTS_RECORDED, "results-recorded")                                                \
	POINT(WRITE_BACK_BEFORE, "write-back-before")                                              \
	POINT(WRITTEN_BACK, "written-back") /* in the source, not in the store */                  \
	POINT(WRITE_BACK_RECORDED, "write-back-recorded")                                          \
	POINT(FILE_BEFORE, "file-before") /* it lies in the inbox */                               \
	POINT(FILE_MOVED, "file-moved")	  /* into the archive, not recorded */                     \
	POINT(FILE_SETTLED, "file-settled")                                                        \
	POINT(RUN_ENDING, "run-ending") /* all is done, but its state */                           \
	POINT(RUN_ENDED, "run-ended")                                                              \
	POINT(MESSAGES_PART, "messages-part")	/* some of a verb's batch, nothing is committed */ \
	POINT(MESSAGES_DONE, "messages-done")	/* a batch is; nobody sends its runs again yet */  \
	POINT(MESSAGE_EDITED, "message-edited") /* and nobody was told */                          \
	POINT(CANCEL_ASKED, "cancel-asked")	/* and nobody ends the run yet */                  \
	POINT(REST_CANCELLED, "rest-cancelled") /* not committed, and the run's state is not */    \
	POINT(RESUME_NOTED, "resume-noted")	/* and nobody carries the run yet */               \
	POINT(PRUNE_PART, "prune-part")		/* half of a packet is removed, not committed */   \
	POINT(PRUNED, "pruned")			/* one turn of several */                          \
	POINT(JANITOR_DONE, "janitor-done")	/* all is removed, and the day is not noted */     \
	POINT(PAYLOAD_PART, "payload-part")	/* the record is empty, its source row is not */   \
	POINT(PAYLOAD_DROPPED, "payload-dropped")     /* some packets', the run is not Done */     \
	POINT(SCHEDULE_DUE, "schedule-due")	      /* its time has come, nothing is written */  \
	POINT(SCHEDULE_CREATED, "schedule-created")   /* the run, not committed */                 \
	POINT(SCHEDULE_RECORDED, "schedule-recorded") /* run and time, if there was one */

#define CRASH_POINT_ID(id, name) CRASH_##id,
enum crash_point { CRASH_POINT_LIST(CRASH_POINT_ID) CRASH_POINT_COUNT };
#undef CRASH_POINT_ID

/* Both are in tests/crash. */
const char *crash_point_name(enum crash_point point);
void crash_point_pass(enum crash_point point);

#ifdef CRASH_POINTS
#define CRASH_POINT(id) crash_point_pass(CRASH_##id)
#else
#define CRASH_POINT(id) ((void)0)
#endif

#endif
