/* attempts.c — every attempt of one message: the payload it carried, and what the org said. */

#include "base/base.h"
#include "base/text.h"
#include "store/attempts.h"

#define ATTEMPTS_MAX 1000

/* What the org said of the row, as one line. */
static char *describe_result(const struct result_row *row)
{
	struct buf line = BUF_INIT(16384);

	if (row->event == EVENT_SUCCEED) {
		buf_addf(&line, "%s %s", row->created ? "created" : "updated", row->salesforce_id);
		return buf_detach(&line);
	}
	buf_add(&line, row->code.data, row->code.len);
	if (row->code.len && row->text.len)
		buf_add_str(&line, ": ");
	buf_add(&line, row->text.data, row->text.len);
	if (row->fields.len) {
		buf_add_str(&line, " [");
		buf_add(&line, row->fields.data, row->fields.len);
		buf_add_char(&line, ']');
	}
	return buf_detach(&line);
}

static int keep_result(struct attempt_info *info, const struct result_row *row, struct err *err)
{
	info->succeeded = row->event == EVENT_SUCCEED;
	info->created = row->created;
	text_copy(info->salesforce_id, sizeof(info->salesforce_id), row->salesforce_id);
	info->unsent = row->unsent;
	info->answer_cut = row->answer_cut;
	info->result = describe_result(row);
	info->answer = strndup(row->answer.data, row->answer.len);
	return info->result && info->answer ? 0 : err_nomem(err);
}

static int load_result(struct attempt_info *info, struct scan *scan, const struct row_set *rows,
	int position, struct err *err)
{
	struct buf *result = &scan->view->result;
	struct result_row row;
	int rc = view_blob(result, scan->view, view_sql_result, info->id, err);

	if (rc == 0)
		rc = blob_result_read(&row, buf_str(result), result->len, rows, position, err);
	return rc ? rc : keep_result(info, &row, err);
}

static const char sql_attempts[] =
	"SELECT a.id, a.request_id, a.sent, a.done, a.http_status, a.note, a.rows,"
	" j.salesforce_id, a.job IS NOT NULL FROM attempt AS a LEFT JOIN job AS j ON j.id = a.job"
	" WHERE a.packet = ? ORDER BY a.id";

static void read_attempt(
	struct attempt_info *info, struct row_set *rows, struct scan *scan, sqlite3_stmt *stmt)
{
	memset(info, 0, sizeof(*info));
	info->id = db_int(stmt, 0);
	text_copy(info->request_id, sizeof(info->request_id), db_text(stmt, 1));
	text_copy(info->job, sizeof(info->job), db_text(stmt, 7));
	info->bulk = db_int(stmt, 8) != 0;
	info->sent = db_int(stmt, 2);
	info->done = db_int(stmt, 3);
	info->http_status = (int)db_int(stmt, 4);
	*rows = scan->packet.head.all;
	if (sqlite3_column_type(stmt, 6) != SQLITE_NULL)
		blob_set_read(
			rows, sqlite3_column_blob(stmt, 6), (size_t)sqlite3_column_bytes(stmt, 6));
}

/* ---- which payload it carried ---- */

/*
 * What a person did that may have changed the payload: an edit, whose record is kept with it, or a
 * wish to have it sent again, at which a payload that nobody edited is mapped anew.
 */
struct change {
	int64_t time;
	char *record; /* NULL: no edit */
};

struct changes {
	struct change *list; /* in the order they were made */
	int count;
};

static void free_changes(struct changes *changes)
{
	for (int i = 0; i < changes->count; i++)
		free(changes->list[i].record);
	free(changes->list);
}

static int add_change(struct changes *changes, sqlite3_stmt *stmt, struct err *err)
{
	struct change *list =
		realloc(changes->list, ((size_t)changes->count + 1) * sizeof(*changes->list));
	struct change change = { .time = db_int(stmt, 0) };

	if (!list)
		return err_nomem(err);
	changes->list = list;
	if (db_int(stmt, 1)) {
		change.record = strdup(db_text(stmt, 2));
		if (!change.record)
			return err_nomem(err);
	}
	list[changes->count++] = change;
	return 0;
}

static const char sql_changes[] =
	"SELECT time, action = 'edit', detail FROM audit WHERE message = ?1 AND message <> 0"
	" AND action IN ('edit', 'reprocess', 'force') ORDER BY id LIMIT 1000";

static int load_changes(struct changes *changes, struct scan *scan, int position, struct err *err)
{
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql_changes,
		BINDS(B_INT(MESSAGE_ID(scan->packet.head.id, position))), err);

	while (rc == 0 && (rc = db_next(db, stmt, err)) == 1) {
		rc = add_change(changes, stmt, err);
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	return rc;
}

/* The payload at the time `sent`; NULL: it was replaced since, and is not kept. */
static const char *payload_at(
	const struct message_detail *detail, const struct changes *changes, int64_t sent)
{
	const char *edited = NULL;
	int made = 0;

	for (; made < changes->count && changes->list[made].time <= sent; made++)
		if (changes->list[made].record)
			edited = changes->list[made].record;
	if (made == 0 || !detail->replaced)
		return detail->original;
	if (edited)
		return edited;
	return made == changes->count ? detail->record : NULL;
}

static int keep_payload(struct attempt_info *info, const struct message_detail *detail,
	const struct changes *changes, struct err *err)
{
	const char *record = payload_at(detail, changes, info->sent);

	info->payload_kept = record != NULL;
	if (!record || strcmp(record, detail->record) == 0)
		return 0;
	info->other_record = strdup(record);
	return info->other_record ? 0 : err_nomem(err);
}

/* ---- all of them ---- */

static int add_attempt(struct message_detail *detail, struct scan *scan, sqlite3_stmt *stmt,
	int position, const struct changes *changes, struct err *err)
{
	struct attempt_info *infos;
	struct attempt_info info;
	struct row_set rows;
	int rc;

	read_attempt(&info, &rows, scan, stmt);
	if (!row_set_has(&rows, position) || detail->attempt_count == ATTEMPTS_MAX)
		return 0;
	infos = realloc(
		detail->attempts, ((size_t)detail->attempt_count + 1) * sizeof(*detail->attempts));
	if (!infos)
		return err_nomem(err);
	detail->attempts = infos;
	info.note = strdup(db_text(stmt, 5));
	info.rows = row_set_count(&rows);
	for (int i = 0; i <= position; i++)
		info.place += row_set_has(&rows, i);
	infos[detail->attempt_count++] = info;
	if (!info.note)
		return err_nomem(err);
	rc = keep_payload(&infos[detail->attempt_count - 1], detail, changes, err);
	return rc || !info.done
		       ? rc
		       : load_result(&infos[detail->attempt_count - 1], scan, &rows, position, err);
}

int attempts_load(struct message_detail *detail, struct scan *scan, int position, struct err *err)
{
	struct changes changes = { NULL, 0 };
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = load_changes(&changes, scan, position, err);

	if (rc == 0)
		rc = db_query(&stmt, db, sql_attempts, BINDS(B_INT(scan->packet.head.id)), err);
	while (rc == 0 && (rc = db_next(db, stmt, err)) == 1) {
		rc = add_attempt(detail, scan, stmt, position, &changes, err);
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	free_changes(&changes);
	return rc;
}

void attempts_free(struct message_detail *detail)
{
	for (int i = 0; i < detail->attempt_count; i++) {
		free(detail->attempts[i].note);
		free(detail->attempts[i].result);
		free(detail->attempts[i].answer);
		free(detail->attempts[i].other_record);
	}
	free(detail->attempts);
}

const char *attempt_record(const struct message_detail *detail, const struct attempt_info *attempt)
{
	if (!attempt->payload_kept)
		return NULL;
	return attempt->other_record ? attempt->other_record : detail->record;
}
