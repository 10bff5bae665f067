/* scan.c — the walk over candidates, and loading what a packet holds. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/scan.h"

#define PACKET_MAX (INT64_MAX / 256 - 1)
#define ANY_STATUS ((1u << MESSAGE_STATUS_COUNT) - 1)

static int open_scan(struct scan **out, struct view *view, const struct filter *filter,
	const struct candidates *wanted, bool descending, struct err *err)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	int rc;

	if (!scan)
		return err_nomem(err);
	scan->view = view;
	scan->filter = filter;
	scan->descending = descending;
	scan->reached = descending ? wanted->last + 1 : wanted->first - 1;
	rc = candidates_prepare(scan, wanted, err);
	if (rc != 0) {
		scan_close(scan);
		return rc;
	}
	*out = scan;
	return 0;
}

int scan_open(struct scan **out, struct view *view, const struct filter *filter, bool descending,
	int64_t first, int64_t last, struct err *err)
{
	struct candidates wanted = { first, last < PACKET_MAX ? last : PACKET_MAX, ANY_STATUS };

	return open_scan(out, view, filter, &wanted, descending, err);
}

int scan_open_failed(
	struct scan **out, struct view *view, const struct filter *filter, struct err *err)
{
	struct candidates wanted = { 0, PACKET_MAX, 1u << MESSAGE_FAILED };

	return open_scan(out, view, filter, &wanted, false, err);
}

void scan_close(struct scan *scan)
{
	if (!scan)
		return;
	sqlite3_finalize(scan->stmt);
	text_list_free(&scan->codes);
	packet_clear(&scan->packet.head);
	free(scan);
}

/* ---- the walk ---- */

/* Can the keys at hand hold what is looked for? */
static bool keys_may_match(struct scan *scan)
{
	struct buf *folded = &scan->view->folded;
	const char *keys = sqlite3_column_blob(scan->stmt, 1);
	size_t len = (size_t)sqlite3_column_bytes(scan->stmt, 1);
	char *room;

	buf_reset(folded);
	room = keys ? buf_room(folded, len) : NULL;
	if (!room)
		return false;
	fold_bytes(room, keys, len);
	return match_literals(scan->key, room, len);
}

/* The next candidate: 1 and its packet, 0 = the end or tired. */
static int next_id(int64_t *id, struct scan *scan, struct err *err)
{
	int rc;

	while ((rc = db_next(&scan->view->db, scan->stmt, err)) == 1) {
		*id = db_int(scan->stmt, 0);
		if (scan->by_message)
			*id = MESSAGE_PACKET(*id);
		if (*id == scan->reached)
			continue;
		if (scan->asked && scan->deadline && clock_mono() >= scan->deadline) {
			scan->tired = true;
			return 0;
		}
		rc = view_check_stop(scan->view, err);
		if (rc != 0)
			return rc;
		scan->reached = *id;
		scan->asked = true;
		if (!scan->key || keys_may_match(scan))
			return 1;
	}
	return rc;
}

int scan_next(struct row_set *matches, struct scan *scan, struct err *err)
{
	int64_t id;
	int rc;

	while ((rc = next_id(&id, scan, err)) == 1) {
		rc = scan_load(scan, id, err);
		if (rc == 0)
			rc = match_packet(matches, scan, err);
		if (rc != 0)
			return rc;
		if (!row_set_empty(matches))
			return 1;
	}
	return rc;
}

/* ---- what a packet holds ---- */

int scan_load(struct scan *scan, int64_t packet, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	int rc = packet_load(&current->head, &scan->view->db, packet, err);

	current->has_details = current->has_keys = current->has_body = current->has_ids = false;
	if (rc == 0)
		rc = view_run_names(&current->run, scan->view, current->head.run, err);
	return rc;
}

/* Append a column and its NUL; returns where. */
static size_t keep_word(struct buf *words, sqlite3_stmt *stmt, int column)
{
	size_t at = words->len;

	buf_add(words, db_text(stmt, column), (size_t)sqlite3_column_bytes(stmt, column));
	buf_add_char(words, '\0');
	return at;
}

static void read_detail(struct row_detail *detail, struct buf *words, sqlite3_stmt *stmt)
{
	detail->time = db_int(stmt, 1);
	detail->created = db_int(stmt, 2) != 0;
	text_copy(detail->salesforce_id, sizeof(detail->salesforce_id), db_text(stmt, 3));
	detail->code = keep_word(words, stmt, 4);
	detail->comment = keep_word(words, stmt, 5);
	detail->fields = keep_word(words, stmt, 6);
	detail->edited = db_int(stmt, 7) != 0;
	detail->has_record = db_int(stmt, 8) != 0;
	detail->mapping_version = db_int(stmt, 9);
}

static const char sql_details[] =
	"SELECT id, time, created, salesforce_id, code, comment, fields, edited_at,"
	" record IS NOT NULL, mapping_version FROM message WHERE id BETWEEN ? AND ?";

int scan_details(struct scan *scan, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	struct view *view = scan->view;
	int64_t first = MESSAGE_ID(current->head.id, 0);
	sqlite3_stmt *stmt;
	int rc;

	if (current->has_details || row_set_empty(&current->head.own))
		return 0;
	buf_reset(&view->words);
	rc = db_query(&stmt, &view->db, sql_details,
		BINDS(B_INT(first), B_INT(first + PACKET_ROWS_MAX - 1)), err);
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		int position = MESSAGE_POSITION(db_int(stmt, 0));

		read_detail(&current->details[position], &view->words, stmt);
		rc = 0;
	}
	if (rc == 0)
		rc = buf_check(&view->words, "the comments of a packet", err);
	current->has_details = rc == 0;
	return rc;
}

int scan_keys(struct scan *scan, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	struct buf *keys = &scan->view->keys;
	int rc;

	if (current->has_keys)
		return 0;
	rc = view_blob(keys, scan->view, view_sql_keys, current->head.id, err);
	if (rc == 0)
		rc = blob_keys_read(
			current->keys, buf_str(keys), keys->len, current->head.count, err);
	current->has_keys = rc == 0;
	return rc;
}

int scan_body(struct scan *scan, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	struct buf *body = &scan->view->body;
	int rc;

	if (current->has_body)
		return 0;
	rc = view_blob(body, scan->view, view_sql_body, current->head.id, err);
	if (rc == 0)
		rc = blob_records_read(
			current->records, buf_str(body), body->len, current->head.count, err);
	current->has_body = rc == 0;
	return rc;
}

/* The rows of an attempt; all of the packet where it names none. */
static int attempt_rows(struct row_set *rows, struct scan *scan, int64_t attempt, struct err *err)
{
	static const char sql[] = "SELECT rows FROM attempt WHERE id = ?";
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, BINDS(B_INT(attempt)), err);

	*rows = scan->packet.head.all;
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc < 0)
		return rc;
	if (rc == 1 && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		blob_set_read(
			rows, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
	sqlite3_reset(stmt);
	return 0;
}

int scan_ids(struct scan *scan, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	const struct packet_row *base = &current->head.base;
	struct buf *result = &scan->view->result;
	struct row_set rows;
	int rc;

	if (current->has_ids)
		return 0;
	if (base->status != MESSAGE_COMPLETED) {
		memset(&current->ids.created, 0, sizeof(current->ids.created));
		memset(&current->ids.succeeded, 0, sizeof(current->ids.succeeded));
		current->has_ids = true;
		return 0;
	}
	rc = attempt_rows(&rows, scan, base->attempt, err);
	if (rc == 0)
		rc = view_blob(result, scan->view, view_sql_result, base->attempt, err);
	if (rc == 0)
		rc = blob_result_ids(&current->ids, buf_str(result), result->len, &rows, err);
	current->has_ids = rc == 0;
	return rc;
}

int scan_edited(const char **record, struct scan *scan, int position, struct err *err)
{
	static const char sql[] = "SELECT record FROM message WHERE id = ?";
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(
		&stmt, db, sql, BINDS(B_INT(MESSAGE_ID(scan->packet.head.id, position))), err);

	*record = "";
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc == 1)
		*record = db_text(stmt, 0);
	return rc < 0 ? rc : 0;
}

/* ---- runs ---- */

static const char sql_names[] =
	"SELECT interface, connection, integration, object, mapping_version, operation"
	" FROM run WHERE id = ?";

int view_run_names(const struct run_names **out, struct view *view, int64_t run, struct err *err)
{
	struct run_names *names = &view->runs[run & (RUN_NAMES_KEPT - 1)];
	sqlite3_stmt *stmt;
	int rc;

	*out = names;
	if (names->id == run)
		return 0;
	rc = db_query(&stmt, &view->db, sql_names, BINDS(B_INT(run)), err);
	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc == 0)
		return err_set(
			err, ERR_STORE, "the store is damaged: run %" PRId64 " is missing", run);
	if (rc < 0)
		return rc;
	names->id = run;
	text_copy(names->interface, sizeof(names->interface), db_text(stmt, 0));
	text_copy(names->connection, sizeof(names->connection), db_text(stmt, 1));
	text_copy(names->integration, sizeof(names->integration), db_text(stmt, 2));
	text_copy(names->object, sizeof(names->object), db_text(stmt, 3));
	names->mapping_version = (uint64_t)db_int(stmt, 4);
	names->upserts = db_int(stmt, 5) == OPERATION_UPSERT;
	sqlite3_reset(stmt);
	return 0;
}
