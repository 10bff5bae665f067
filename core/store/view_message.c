/* view_message.c — everything about one message: payload, source row, who changed what. */

#include "base/base.h"
#include "base/text.h"
#include "store/attempts.h"
#include "store/gather.h"

static char *slice_dup(struct slice slice)
{
	return strndup(slice.data, slice.len);
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
	detail->original = slice_dup(scan->packet.records[position]);
	detail->record = text_dup(*edited ? edited : detail->original);
	detail->replaced = *edited != '\0';
	detail->source_len = sources[position].len;
	detail->source = malloc(detail->source_len + 1);
	if (!detail->original || !detail->record || !detail->source)
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

/* What its run says of the requests that carried it. */
static int load_run(struct message_detail *detail, struct scan *scan, struct err *err)
{
	static const char sql[] =
		"SELECT operation, external_id, envelope, envelope_at FROM run WHERE id = ?";
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, BINDS(B_INT(scan->packet.head.run)), err);

	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc != 1)
		return rc ? rc : err_set(err, ERR_STORE, "the run of a message is not there");
	detail->operation = (enum operation)db_int(stmt, 0);
	detail->external_id = strdup(db_text(stmt, 1));
	detail->envelope = strdup(db_text(stmt, 2));
	detail->envelope_since = db_int(stmt, 3);
	sqlite3_reset(stmt);
	return detail->external_id && detail->envelope ? 0 : err_nomem(err);
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
		rc = load_run(detail, scan, err);
	if (rc == 0)
		rc = attempts_load(detail, scan, position, err);
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
	attempts_free(detail);
	free(detail->original);
	free(detail->external_id);
	free(detail->envelope);
	free(detail->record);
	free(detail->source);
	free(detail->edited_by);
	free(detail->write_back_text);
	free(detail->object);
	free(detail->connection);
	free(detail->arena);
	free(detail);
}
