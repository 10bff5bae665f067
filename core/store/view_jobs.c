/* view_jobs.c — the bulk jobs of a run, and what each of them carries. */

#include "base/base.h"
#include "base/text.h"
#include "store/blob.h"
#include "store/packet.h"
#include "store/view_private.h"

/* Every row of a cached statement, read into an array that grows. */
typedef void row_read(void *item, sqlite3_stmt *stmt);

static int collect(void **out, int *count, size_t size, struct view *view, const char *sql,
	int64_t id, row_read *read, struct err *err)
{
	char *items = NULL;
	sqlite3_stmt *stmt;
	int room = 0;
	int rc = view_begin(view, err);

	*out = NULL;
	*count = 0;
	if (rc == 0)
		rc = db_query(&stmt, &view->db, sql, BINDS(B_INT(id)), err);
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		if (*count == room) {
			char *bigger = reallocarray(items, (size_t)(room * 2 + 16), size);

			if (!bigger) {
				sqlite3_reset(stmt);
				rc = err_nomem(err);
				break;
			}
			items = bigger;
			room = room * 2 + 16;
		}
		read(items + (size_t)(*count)++ * size, stmt);
		rc = 0;
	}
	view_end(view);
	if (rc != 0) {
		free(items);
		return rc;
	}
	*out = items;
	return 0;
}

static void read_job(void *item, sqlite3_stmt *stmt)
{
	struct job_info *job = item;

	memset(job, 0, sizeof(*job));
	job->id = db_int(stmt, 0);
	text_copy(job->salesforce_id, sizeof(job->salesforce_id), db_text(stmt, 1));
	text_copy(job->state, sizeof(job->state), db_text(stmt, 2));
	job->first_packet = db_int(stmt, 3);
	job->last_packet = db_int(stmt, 4);
	job->created = db_int(stmt, 5);
	job->changed = db_int(stmt, 6);
	job->processed = db_int(stmt, 7);
	job->failed = db_int(stmt, 8);
	text_copy(job->note, sizeof(job->note), db_text(stmt, 9));
	job->open = db_int(stmt, 10);
}

int view_jobs(struct job_info **out, int *count, struct view *view, int64_t run, struct err *err)
{
	static const char sql[] =
		"SELECT j.id, j.salesforce_id, j.state, j.first_packet, j.last_packet, j.created,"
		" j.changed, j.processed, j.failed, j.note,"
		" (SELECT count(*) FROM attempt AS a WHERE a.job = j.id AND a.done = 0)"
		" FROM job AS j WHERE j.run = ? ORDER BY j.id";
	void *items;
	int rc = collect(&items, count, sizeof(**out), view, sql, run, read_job, err);

	*out = items;
	return rc;
}

static void read_part(void *item, sqlite3_stmt *stmt)
{
	struct job_part *part = item;

	memset(part, 0, sizeof(*part));
	part->attempt = db_int(stmt, 0);
	part->packet = db_int(stmt, 1);
	part->done = db_int(stmt, 2) != 0;
	if (sqlite3_column_type(stmt, 3) == SQLITE_NULL)
		part->rows = row_set_first((int)db_int(stmt, 4));
	else
		blob_set_read(&part->rows, sqlite3_column_blob(stmt, 3),
			(size_t)sqlite3_column_bytes(stmt, 3));
}

int view_job_parts(
	struct job_part **out, int *count, struct view *view, int64_t job, struct err *err)
{
	static const char sql[] =
		"SELECT a.id, a.packet, a.done, a.rows, p.rows FROM attempt AS a"
		" JOIN packet AS p ON p.id = a.packet WHERE a.job = ? ORDER BY a.packet";
	void *items;
	int rc = collect(&items, count, sizeof(**out), view, sql, job, read_part, err);

	*out = items;
	return rc;
}
