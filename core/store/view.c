/* view.c — the read connection, and runs as it sees them. */

#include "base/base.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "store/blob.h"
#include "store/lock.h"
#include "store/schema.h"
#include "store/view_private.h"

#include <unistd.h>

#define SCRATCH_MAX (512u << 20)
#define NOT_RESPONDING_MS 60000

const char view_sql_keys[] = "SELECT data FROM packet_key WHERE packet = ?";
const char view_sql_body[] = "SELECT data FROM packet_body WHERE packet = ?";
const char view_sql_rows[] = "SELECT data FROM packet_row WHERE packet = ?";
const char view_sql_result[] = "SELECT data FROM attempt_result WHERE attempt = ?";

static int open_db(struct view *view, const char *dir, struct err *err)
{
	char *path = file_join(dir, "store.db");
	int rc = path ? db_open(&view->db, path, DB_READ, err) : err_nomem(err);

	if (rc == 0)
		rc = schema_check(&view->db, err);
	if (rc == 0)
		rc = db_exec(&view->db,
			"PRAGMA cache_size = -3072; PRAGMA temp_store = MEMORY;"
			"PRAGMA trusted_schema = OFF; PRAGMA query_only = ON",
			err);
	free(path);
	return rc;
}

int view_open(struct view **out, const char *dir, struct err *err)
{
	struct view *view = calloc(1, sizeof(*view));
	int rc;

	if (!view)
		return err_nomem(err);
	view->lock_fd = -1;
	buf_init(&view->keys, SCRATCH_MAX);
	buf_init(&view->body, SCRATCH_MAX);
	buf_init(&view->rows, SCRATCH_MAX);
	buf_init(&view->result, SCRATCH_MAX);
	buf_init(&view->folded, SCRATCH_MAX);
	buf_init(&view->words, SCRATCH_MAX);
	view->dir = text_dup(dir);
	rc = view->dir ? open_db(view, dir, err) : err_nomem(err);
	if (rc != 0) {
		view_close(view);
		return rc;
	}
	*out = view;
	return 0;
}

void view_close(struct view *view)
{
	if (!view)
		return;
	db_close(&view->db);
	if (view->lock_fd >= 0)
		close(view->lock_fd);
	buf_free(&view->keys);
	buf_free(&view->body);
	buf_free(&view->rows);
	buf_free(&view->result);
	buf_free(&view->folded);
	buf_free(&view->words);
	free(view->dir);
	free(view);
}

int64_t view_version(struct view *view)
{
	static const char sql[] = "PRAGMA data_version";
	int64_t version = 0;

	db_value(&version, &view->db, sql, NO_BINDS, NULL);
	return version;
}

void view_interrupt(struct view *view, const atomic_bool *stop)
{
	view->db.stop = stop;
}

void view_patience(struct view *view, int64_t ms)
{
	view->patience_ms = ms;
}

int view_check_stop(const struct view *view, struct err *err)
{
	if (view->db.stop && atomic_load_explicit(view->db.stop, memory_order_relaxed))
		return err_set(err, ERR_INTERRUPTED, "the search was interrupted");
	return 0;
}

int view_begin(struct view *view, struct err *err)
{
	static const char sql[] = "BEGIN";

	return db_run(&view->db, sql, NO_BINDS, err);
}

void view_end(struct view *view)
{
	static const char sql[] = "COMMIT";

	db_reset_all(&view->db);
	if (!sqlite3_get_autocommit(view->db.handle))
		db_run(&view->db, sql, NO_BINDS, NULL);
}

int view_blob(struct buf *out, struct view *view, const char *sql, int64_t id, struct err *err)
{
	return db_blob(out, &view->db, sql, id, err);
}

int view_hashes(
	uint64_t hashes[PACKET_ROWS_MAX], struct view *view, int64_t id, int rows, struct err *err)
{
	unsigned char raw[PACKET_ROWS_MAX * 8];
	sqlite3_blob *blob = NULL;
	int rc = 0;

	if (sqlite3_blob_open(view->db.handle, "main", "packet_row", "data", id, 0, &blob) !=
			SQLITE_OK ||
		sqlite3_blob_read(blob, raw, rows * 8, 0) != SQLITE_OK)
		rc = db_fail(&view->db, "could not read", err);
	sqlite3_blob_close(blob);
	for (int i = 0; rc == 0 && i < rows; i++)
		hashes[i] = blob_u64(raw + BLOB_HASH_OFFSET(i));
	return rc;
}

/* ---- runs ---- */

#define RUN_COLUMNS                                                                                \
	"SELECT id, interface, connection, integration, object, external_id, operation, mode,"     \
	" mode_why, state, reading_done, initial, dry_run, cancel_asked, cancel_who, started_by,"  \
	" who, reason, limit_rows, batch, created, started, ended, progress, calls, read,"         \
	" completed, failed, pending, unknown, cancelled, held, skipped, owner_pid, mark_time,"    \
	" mark_rows, last_time, last_rows, again, wants, write_back_open, write_back_done,"        \
	" write_back_unmatched, write_back_failing, write_back_note FROM run "

/* Where the text columns and the numbers go: column, offset, size. */
static const struct {
	int column;
	size_t offset, size;
} run_texts[] = {
#define TEXT(column, field)                                                                        \
	{                                                                                          \
		column, offsetof(struct run_info, field), sizeof(((struct run_info *)NULL)->field) \
	}
	TEXT(1, interface),
	TEXT(2, connection),
	TEXT(3, integration),
	TEXT(4, object),
	TEXT(5, external_id),
	TEXT(8, mode_why),
	TEXT(14, cancel_who),
	TEXT(15, trigger),
	TEXT(16, who),
	TEXT(17, reason),
	TEXT(44, write_back.note),
#undef TEXT
};

static const struct {
	int column;
	size_t offset;
} run_numbers[] = {
#define NUMBER(column, field)                                                                      \
	{                                                                                          \
		column, offsetof(struct run_info, field)                                           \
	}
	NUMBER(0, id),
	NUMBER(18, limit_rows),
	NUMBER(19, batch),
	NUMBER(20, created),
	NUMBER(21, started),
	NUMBER(22, ended),
	NUMBER(23, progress),
	NUMBER(24, calls),
	NUMBER(25, counts.read),
	NUMBER(26, counts.completed),
	NUMBER(27, counts.failed),
	NUMBER(28, counts.pending),
	NUMBER(29, counts.unknown),
	NUMBER(30, counts.cancelled),
	NUMBER(31, counts.held),
	NUMBER(32, counts.skipped),
	NUMBER(33, owner_pid),
	NUMBER(40, write_back.open),
	NUMBER(41, write_back.done),
	NUMBER(42, write_back.unmatched),
	NUMBER(43, write_back.failing),
#undef NUMBER
};

static double rate(int64_t rows, int64_t ms)
{
	return ms > 0 && rows > 0 ? (double)rows * 1000.0 / (double)ms : 0.0;
}

/* Of a run that ended: over the whole. Else since the older of the two marks, some seconds ago. */
static double pace(const struct run_info *run, sqlite3_stmt *stmt, int64_t now)
{
	int64_t rows = run->counts.completed + run->counts.failed + run->counts.unknown;

	if (run->ended)
		return rate(rows, run->ended - run->started);
	if (db_int(stmt, 34))
		return rate(rows - db_int(stmt, 35), now - db_int(stmt, 34));
	return rate(rows, now - run->started);
}

static void read_run(struct run_info *run, struct view *view, sqlite3_stmt *stmt)
{
	int64_t now = clock_now();
	bool held;

	memset(run, 0, sizeof(*run));
	for (size_t i = 0; i < ARRAY_SIZE(run_texts); i++)
		text_copy((char *)run + run_texts[i].offset, run_texts[i].size,
			db_text(stmt, run_texts[i].column));
	for (size_t i = 0; i < ARRAY_SIZE(run_numbers); i++) {
		int64_t number = db_int(stmt, run_numbers[i].column);

		memcpy((char *)run + run_numbers[i].offset, &number, sizeof(number));
	}
	run->operation = (enum operation)db_int(stmt, 6);
	run->mode = (enum transfer_mode)db_int(stmt, 7);
	run->state = (enum run_state)db_int(stmt, 9);
	run->reading_done = db_int(stmt, 10) != 0;
	run->write_back.wants = (unsigned)db_int(stmt, 39);
	run->initial = db_int(stmt, 11) != 0;
	run->dry_run = db_int(stmt, 12) != 0;
	run->again = db_int(stmt, 38) != 0;
	run->cancel_asked = db_int(stmt, 13) != 0;
	if (view->lock_fd < 0)
		view->lock_fd = lock_look(view->dir);
	held = run->owner_pid > 0 && lock_is_held(view->lock_fd, run->id);
	if (!held)
		run->owner_pid = 0;
	run->responding = held && now - run->progress < NOT_RESPONDING_MS;
	run->rows_per_second = pace(run, stmt, now);
}

bool run_is_over(const struct run_info *run)
{
	return run->state == RUN_DONE && run->counts.pending == 0 && run->counts.unknown == 0 &&
	       run->write_back.open == 0;
}

int view_run(struct run_info *out, struct view *view, int64_t run, struct err *err)
{
	static const char sql[] = RUN_COLUMNS "WHERE id = ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, BINDS(B_INT(run)), err);

	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no run %" PRId64, run);
	if (rc < 0)
		return rc;
	read_run(out, view, stmt);
	sqlite3_reset(stmt);
	return 0;
}

static int list_runs(struct run_info **out, int *count, struct view *view, const char *sql,
	const struct bind *binds, int bind_count, struct err *err)
{
	struct run_info *runs = NULL;
	sqlite3_stmt *stmt;
	int used = 0;
	int room = 0;
	int rc = db_query(&stmt, &view->db, sql, binds, bind_count, err);

	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		if (used == room) {
			struct run_info *more;

			room = room ? room * 2 : 16;
			more = realloc(runs, (size_t)room * sizeof(*runs));
			if (!more) {
				sqlite3_reset(stmt);
				rc = err_nomem(err);
				break;
			}
			runs = more;
		}
		read_run(&runs[used++], view, stmt);
		rc = 0;
	}
	if (rc != 0) {
		free(runs);
		return rc;
	}
	*out = runs;
	*count = used;
	return 0;
}

int view_runs(struct run_info **out, int *count, struct view *view, const char *interface,
	int64_t before, int limit, struct err *err)
{
	static const char sql_all[] = RUN_COLUMNS "WHERE id < ? ORDER BY id DESC LIMIT ?";
	static const char sql_one[] =
		RUN_COLUMNS "WHERE id < ? AND interface = ?3 ORDER BY id DESC LIMIT ?2";
	const struct bind binds[] = { B_INT(before > 0 ? before : INT64_MAX), B_INT(limit),
		B_TEXT(interface) };

	return list_runs(
		out, count, view, interface ? sql_one : sql_all, binds, interface ? 3 : 2, err);
}

int view_unwritten_runs(struct run_info **out, int *count, struct view *view, const char *interface,
	struct err *err)
{
	static const char sql[] =
		RUN_COLUMNS "WHERE interface = ? AND write_back_open > 0 ORDER BY id";

	return list_runs(out, count, view, sql, BINDS(B_TEXT(interface)), err);
}

int view_run_in_front(struct run_info *out, struct view *view, const char *interface,
	int64_t before, struct err *err)
{
	static const char sql[] = RUN_COLUMNS
		"WHERE interface = ?1 AND id < ?2 AND dry_run = 0 AND (pending > 0 OR (state = 4"
		" AND failed > 0 AND id = (SELECT max(id) FROM run WHERE interface = ?1 AND id < ?2"
		" AND dry_run = 0 AND read > 0))) ORDER BY id LIMIT 1";
	struct run_info *runs = NULL;
	int count = 0;
	int rc = list_runs(&runs, &count, view, sql,
		BINDS(B_TEXT(interface), B_INT(before > 0 ? before : INT64_MAX)), err);

	if (rc == 0 && count)
		*out = runs[0];
	else if (rc == 0)
		rc = err_set(err, ERR_NOT_FOUND, "nothing of %s waits", interface);
	free(runs);
	return rc;
}

int view_unknown_runs(struct run_info **out, int *count, struct view *view, struct err *err)
{
	static const char sql[] = RUN_COLUMNS "WHERE id IN (SELECT max(id) FROM run WHERE unknown "
					      "> 0 AND state = 5 AND dry_run = 0"
					      " GROUP BY interface)";

	return list_runs(out, count, view, sql, NO_BINDS, err);
}

int view_open_runs(struct run_info **out, int *count, struct view *view, struct err *err)
{
	static const char sql[] = RUN_COLUMNS "WHERE state < 4 ORDER BY id";

	return list_runs(out, count, view, sql, NO_BINDS, err);
}
