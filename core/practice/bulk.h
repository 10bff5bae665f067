/*
 * bulk.h — jobs of Bulk API 2.0. Requests make and move them under the org's lock; one worker
 * thread carries them out, an internal batch (10,000 rows) of each in turn, in chunks of 200 rows:
 * it reads rows without the lock and writes each chunk under it. Results are not built before
 * somebody asks: a job keeps what was uploaded and 12 bytes for each row done.
 */

#ifndef PRACTICE_BULK_H
#define PRACTICE_BULK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "practice/bulk_csv.h"
#include "practice/sfid.h"
#include "practice/write.h"

#define BULK_PREFIX "750"
#define BULK_BATCH_ROWS 10000
#define BULK_CHUNK_ROWS 200
#define BULK_BATCHES_PER_DAY 15000
#define BULK_QUERIES_PER_DAY 10000
#define BULK_UPLOAD_MAX (150u << 20)
#define BULK_KEPT_MS (7LL * 24 * 3600 * 1000)

struct call;
struct soql_query;

enum bulk_state {
	BULK_OPEN,
	BULK_UPLOAD_COMPLETE,
	BULK_IN_PROGRESS,
	BULK_ABORTED,
	BULK_JOB_COMPLETE,
	BULK_FAILED,
};

/* What a column of the file is. */
struct bulk_column {
	enum { BULK_COLUMN_FIELD, BULK_COLUMN_ID, BULK_COLUMN_PARENT } kind;
	const struct schema_field *field;	   /* the lookup of a parent */
	const struct schema_object *parent_object; /* BULK_COLUMN_PARENT */
	int parent_key;
};

/* A row that was done. */
struct bulk_row {
	uint32_t from;	     /* its first byte in the upload */
	uint32_t number;     /* of the record; 0 = none */
	uint32_t error : 31; /* 1 + its place in the job's errors; 0 = none */
	uint32_t created : 1;
};

struct bulk_job {
	struct bulk_job *next; /* older ones */
	int refs;	       /* the list's, the worker's, results' under way */
	char id[SFID_SIZE];
	uint64_t number;
	bool is_query;
	int version;
	enum bulk_state state;
	int64_t created, modified;
	int64_t due;   /* clock_mono(): not worked on before */
	uint64_t turn; /* the lowest is worked on next */
	char error[512];

	/* ingest */
	const char *operation; /* "upsert" */
	enum write_op op;
	const struct schema_object *object;
	int key_field; /* upsert; SCHEMA_F_ID = by Id */
	const char *delimiter_name;
	char delimiter;
	bool crlf;
	int64_t request; /* the one that gave it to the worker */

	char *upload; /* owned */
	size_t upload_len;
	struct bulk_csv csv; /* where the worker is */
	struct arena arena;  /* columns */
	struct bulk_column *columns;
	int column_count;
	size_t header_len; /* bytes up to the first row */

	struct bulk_row *rows; /* those done, in the file's order */
	size_t row_count, row_cap;
	char **errors; /* sf__Error texts */
	size_t error_count, error_cap;
	size_t failed_rows;
	int64_t work_us;
	size_t fails_at; /* a fault: no row from this byte on is done; 0 = none */

	/* query */
	struct soql_query *query;
	uint32_t *numbers;
	uint32_t number_count;
};

struct bulk {
	struct bulk_job *jobs; /* newest first */
	uint64_t last, turns;
	int64_t delay_ms; /* between a job's states */
	int64_t batches_used, queries_used;
	pthread_t worker;
	pthread_cond_t wake;
	bool ready, running, stopping;
};

int bulk_init(struct bulk *bulk, int64_t delay_ms, struct err *err);
/* Ends the worker and drops all jobs; nobody else may be at work any more. */
void bulk_stop(struct practice *org);

/* ---- jobs (bulk_jobs.c); the org's lock is held ---- */

/* A new job at the head of the list; NULL when out of memory. */
struct bulk_job *bulk_add(struct practice *org);
struct bulk_job *bulk_hold(struct bulk_job *job);
void bulk_release(struct bulk_job *job);
void bulk_drop(struct practice *org, struct bulk_job *job);

/* The job that the path names, or NULL and 404 or 409 answered. */
struct bulk_job *bulk_find(struct call *call, bool is_query);

void bulk_job_enter(struct bulk_job *job, enum bulk_state state);
bool bulk_is_final(const struct bulk_job *job);
PRINTF_LIKE(2, 3)
void bulk_fail(struct bulk_job *job, const char *fmt, ...);
const char *bulk_job_state_name(enum bulk_state state);

/* 400 "Closing already Aborted Job not allowed" */
void bulk_refuse_state(struct call *call, const struct bulk_job *job, const char *doing);

/* The DELETE of a job. */
void bulk_delete(struct call *call, bool is_query);

/* The line ends and delimiter a request names, or defaults. False and 400 answered when unknown. */
bool bulk_take_format(struct call *call, struct bulk_job *job);

/* {"id":...}: `brief` as an answer to a change, else as an answer to a look. */
void bulk_put_job(
	struct json *json, const struct practice *org, const struct bulk_job *job, bool brief);

void bulk_answer_list(struct call *call, bool is_query);

/* ---- the worker (bulk_worker.c) ---- */

/* Give it a job whose upload is complete. The org's lock is held. */
void bulk_start(struct practice *org, struct bulk_job *job);

/* ---- one batch of an ingest job (bulk_load.c); takes the lock itself ---- */
void bulk_load_batch(struct practice *org, struct bulk_job *job);

/* ---- results of an ingest job (bulk_results.c) ---- */
enum bulk_results { BULK_SUCCESSFUL, BULK_FAILED_ROWS, BULK_UNPROCESSED };

void bulk_answer_results(struct call *call, struct bulk_job *job, enum bulk_results which);

#endif
