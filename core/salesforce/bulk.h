/*
 * bulk.h — Bulk API 2.0 ingest: the calls of a job's life, and its result files (Bulk API 2.0 and
 * Bulk API Developer Guide, "Bulk API 2.0 Ingest").
 *
 * Each call fills `answer` in every case, for the table of what may be repeated.
 */

#ifndef SALESFORCE_BULK_H
#define SALESFORCE_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/interface.h"
#include "salesforce/bulk_sheet.h"
#include "salesforce/org.h"

enum bulk_state {
	BULK_OPEN,
	BULK_UPLOAD_COMPLETE,
	BULK_IN_PROGRESS,
	BULK_JOB_COMPLETE, /* which does not mean that all rows went well */
	BULK_FAILED,
	BULK_ABORTED,
};

const char *bulk_state_word(enum bulk_state state); /* Salesforce's word: "UploadComplete" */
bool bulk_state_parse(enum bulk_state *state, const char *name);
bool bulk_state_final(enum bulk_state state);

struct bulk_info {
	char id[19];
	enum bulk_state state;
	int64_t processed, failed; /* rows; `processed` counts the failed ones, too */
	char error[512];	   /* why the job as a whole failed, "" = it did not */
};

struct bulk_spec {
	const char *object;
	enum operation operation;
	const char *external_id; /* Upsert */
};

/* ERR_PROTOCOL when the answer is no job; then, too, one may have been made. */
int bulk_create(struct bulk_info *out, struct org *org, const struct bulk_spec *spec,
	struct http_answer *answer, struct err *err);

/* The request of an upload, but for its data; `path` must live as long as it. */
#define BULK_PATH_MAX 128
void bulk_upload_request(struct org_request *request, char path[BULK_PATH_MAX], const char *id);

/* The job's data, once for ever: a second upload is refused. `read` as in http_request. */
int bulk_upload(struct org *org, const char *id, size_t bytes, http_body_read *read, void *ctx,
	struct http_answer *answer, struct err *err);

/* BULK_UPLOAD_COMPLETE lets the org begin, BULK_ABORTED ends a job that is not over. */
int bulk_move(struct bulk_info *out, struct org *org, const char *id, enum bulk_state state,
	struct http_answer *answer, struct err *err);

/* ERR_NOT_FOUND: the org does not know the job (any more). */
int bulk_ask(struct bulk_info *out, struct org *org, const char *id, struct http_answer *answer,
	struct err *err);

/* Is it the data or the settings, so that the same job would fail again? */
bool bulk_error_is_final(const char *error);

/* ---- results ---- */

enum bulk_file { BULK_FILE_SUCCESSFUL, BULK_FILE_FAILED, BULK_FILE_UNPROCESSED };
#define BULK_FILE_COUNT 3

const char *bulk_file_name(enum bulk_file file); /* as in its address */

/* What a file says of one row, whose cells are in the sheet. Texts are borrowed for the call. */
struct bulk_line {
	enum bulk_file file;
	char id[19];
	bool created;
	char code[64];
	const char *text;
	const char *fields; /* comma separated, "" = none */
	const char *error;  /* of a failure: sf__Error as it came; NULL = none */
};

typedef int bulk_each(
	void *ctx, struct bulk_sheet *sheet, const struct bulk_line *line, struct err *err);

/*
 * Stream one result file through `each`; it is never held whole. ERR_PROTOCOL: no CSV, cut off, or
 * without a column that was sent. What `each` returns ends it.
 */
int bulk_results(struct org *org, const char *id, enum bulk_file file, struct bulk_sheet *sheet,
	bulk_each *each, void *ctx, struct http_answer *answer, struct err *err);

/* The reader behind it, for bytes from anywhere. */
struct bulk_reader;
int bulk_reader_new(struct bulk_reader **out, enum bulk_file file, struct bulk_sheet *sheet,
	bulk_each *each, void *ctx, struct err *err);
int bulk_reader_feed(struct bulk_reader *reader, const char *data, size_t len, struct err *err);
int bulk_reader_end(struct bulk_reader *reader, struct err *err);
void bulk_reader_free(struct bulk_reader *reader);

#endif
