/* view_message.c — everything about one message: payload, source row, and every attempt. */

#include "base/base.h"
#include "base/text.h"
#include "store/gather.h"

#define ATTEMPTS_MAX 1000

static char *slice_dup(struct slice slice)
{
	return strndup(slice.data, slice.len);
}

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

static int load_result(struct attempt_info *info, struct scan *scan, const struct row_set *rows,
	int position, struct err *err)
{
	struct buf *result = &scan->view->result;
	struct result_row row;
	int rc = view_blob(result, scan->view, view_sql_result, info->id, err);

	if (rc == 0)
		rc = blob_result_read(&row, buf_str(result), result->len, rows, position, err);
	if (rc == 0) {
		info->result = describe_result(&row);
		if (!info->result)
			rc = err_nomem(err);
	}
	return rc;
}

static const char sql_attempts[] =
	"SELECT a.id, a.request_id, a.sent, a.done, a.http_status, a.note, a.rows,"
	" j.salesforce_id FROM attempt AS a LEFT JOIN job AS j ON j.id = a.job"
	" WHERE a.packet = ? ORDER BY a.id";

static void read_attempt(
	struct attempt_info *info, struct row_set *rows, struct scan *scan, sqlite3_stmt *stmt)
{
	memset(info, 0, sizeof(*info));
	info->id = db_int(stmt, 0);
	text_copy(info->request_id, sizeof(info->request_id), db_text(stmt, 1));
	text_copy(info->job, sizeof(info->job), db_text(stmt, 7));
	info->sent = db_int(stmt, 2);
	info->done = db_int(stmt, 3);
	info->http_status = (int)db_int(stmt, 4);
	*rows = scan->packet.head.all;
	if (sqlite3_column_type(stmt, 6) != SQLITE_NULL)
		blob_set_read(
			rows, sqlite3_column_blob(stmt, 6), (size_t)sqlite3_column_bytes(stmt, 6));
}

static int add_attempt(struct message_detail *detail, struct scan *scan, sqlite3_stmt *stmt,
	int position, struct err *err)
{
	struct attempt_info *infos;
	struct attempt_info info;
	struct row_set rows;

	read_attempt(&info, &rows, scan, stmt);
	if (!row_set_has(&rows, position) || detail->attempt_count == ATTEMPTS_MAX)
		return 0;
	infos = realloc(
		detail->attempts, ((size_t)detail->attempt_count + 1) * sizeof(*detail->attempts));
	if (!infos)
		return err_nomem(err);
	detail->attempts = infos;
	info.note = strdup(db_text(stmt, 5));
	infos[detail->attempt_count++] = info;
	if (!info.note)
		return err_nomem(err);
	return info.done
		       ? load_result(&infos[detail->attempt_count - 1], scan, &rows, position, err)
		       : 0;
}

static int load_attempts(
	struct message_detail *detail, struct scan *scan, int position, struct err *err)
{
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql_attempts, BINDS(B_INT(scan->packet.head.id)), err);

	while (rc == 0 && (rc = db_next(db, stmt, err)) == 1) {
		rc = add_attempt(detail, scan, stmt, position, err);
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	return rc;
}

/* The payload, edited or not, and the source row. */
static int load_payload(
	struct message_detail *detail, struct scan *scan, int position, struct err *err)
{
	struct slice sources[PACKET_ROWS_MAX];
	struct packet *packet = &scan->packet.head;
	struct buf *blob = &scan->view->rows;
	const char *edited;
	int rc = scan_body(scan, err);

	if (rc == 0)
		rc = view_blob(blob, scan->view, view_sql_rows, packet->id, err);
	if (rc == 0)
		rc = blob_sources_read(sources, buf_str(blob), blob->len, packet->count, err);
	if (rc == 0)
		rc = scan_edited(&edited, scan, position, err);
	if (rc != 0)
		return rc;
	detail->record = *edited ? strdup(edited) : slice_dup(scan->packet.records[position]);
	detail->source_len = sources[position].len;
	detail->source = malloc(detail->source_len + 1);
	if (!detail->record || !detail->source)
		return err_nomem(err);
	memcpy(detail->source, sources[position].data, detail->source_len);
	detail->source[detail->source_len] = '\0';
	return 0;
}

static int load_editor(
	struct message_detail *detail, struct scan *scan, int position, struct err *err)
{
	static const char sql[] = "SELECT edited_by, edited_at FROM message WHERE id = ?";
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(
		&stmt, db, sql, BINDS(B_INT(MESSAGE_ID(scan->packet.head.id, position))), err);

	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc < 0)
		return rc;
	detail->edited_by = strdup(rc == 1 ? db_text(stmt, 0) : "");
	detail->edited_at = rc == 1 ? db_int(stmt, 1) : 0;
	return detail->edited_by ? 0 : err_nomem(err);
}

static int load_line(
	struct message_detail *detail, struct scan *scan, int position, struct err *err)
{
	struct gather gather;
	struct message *msg = NULL;
	int count;
	int rc;

	gather_init(&gather);
	rc = gather_add(&gather, scan, position, err);
	if (rc == 0)
		rc = gather_finish(&msg, &detail->arena, &count, &gather, err);
	if (rc == 0)
		detail->message = *msg;
	free(msg);
	gather_free(&gather);
	return rc;
}

static int load_write_back(
	struct message_detail *detail, struct scan *scan, int position, struct err *err)
{
	static const char sql[] = "SELECT text FROM write_back_failure WHERE message = ?";
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(
		&stmt, db, sql, BINDS(B_INT(MESSAGE_ID(scan->packet.head.id, position))), err);

	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc < 0)
		return rc;
	detail->write_back_text = strdup(rc == 1 ? db_text(stmt, 0) : "");
	return detail->write_back_text ? 0 : err_nomem(err);
}

static int load_all(struct message_detail *detail, struct scan *scan, int position, struct err *err)
{
	const struct run_names *run = scan->packet.run;
	const struct row_detail *own = &scan->packet.details[position];
	int rc = load_line(detail, scan, position, err);

	if (rc == 0)
		rc = load_payload(detail, scan, position, err);
	if (rc == 0)
		rc = load_editor(detail, scan, position, err);
	if (rc == 0)
		rc = load_write_back(detail, scan, position, err);
	if (rc == 0)
		rc = load_attempts(detail, scan, position, err);
	if (rc != 0)
		return rc;
	detail->mapping_version = run->mapping_version;
	if (row_set_has(&scan->packet.head.own, position) && own->mapping_version)
		detail->mapping_version = (uint64_t)own->mapping_version;
	detail->object = strdup(run->object);
	detail->connection = strdup(run->connection);
	return detail->object && detail->connection ? 0 : err_nomem(err);
}

/* One message, by a scan over its packet alone. */
static int load_message(
	struct message_detail *detail, struct view *view, int64_t message, struct err *err)
{
	int64_t packet = MESSAGE_PACKET(message);
	struct scan *scan = NULL;
	int rc = scan_open(&scan, view, NULL, false, packet, packet, err);

	if (rc == 0)
		rc = scan_load(scan, packet, err);
	if (rc == -ERR_NOT_FOUND ||
		(rc == 0 && (message < 0 || MESSAGE_POSITION(message) >= scan->packet.head.count)))
		rc = err_set(err, ERR_NOT_FOUND, "there is no message %" PRId64, message);
	if (rc == 0)
		rc = load_all(detail, scan, MESSAGE_POSITION(message), err);
	scan_close(scan);
	return rc;
}

int view_message(struct message_detail **out, struct view *view, int64_t message, struct err *err)
{
	struct message_detail *detail = calloc(1, sizeof(*detail));
	int rc = detail ? view_begin(view, err) : err_nomem(err);

	if (rc == 0)
		rc = load_message(detail, view, message, err);
	view_end(view);
	if (rc != 0) {
		message_detail_free(detail);
		return rc;
	}
	*out = detail;
	return 0;
}

void message_detail_free(struct message_detail *detail)
{
	if (!detail)
		return;
	for (int i = 0; i < detail->attempt_count; i++) {
		free(detail->attempts[i].note);
		free(detail->attempts[i].result);
	}
	free(detail->attempts);
	free(detail->record);
	free(detail->source);
	free(detail->edited_by);
	free(detail->write_back_text);
	free(detail->object);
	free(detail->connection);
	free(detail->arena);
	free(detail);
}
