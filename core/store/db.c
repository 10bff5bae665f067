/*
 * db.c — the SQLite connection under store and view: opening, a cache of statements, parameters as
 * data, and SQLite's result codes in words that an operator can act on.
 */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/db.h"
#include "store/store.h"
#include "store/wal_file.h"

#include <sys/stat.h>

#define BUSY_TIMEOUT_MS 30000
#define STEPS_PER_LOOK 4000 /* virtual machine steps between two looks at `stop` */

/*
 * SQLite's own handler sleeps longer and longer; a writer that leaves the lock for 2 ms between
 * commits would rarely be met. Asking every millisecond gets everybody a turn.
 */
static int busy(void *ctx, int count)
{
	(void)ctx;
	if (count >= BUSY_TIMEOUT_MS)
		return 0;
	clock_sleep(1);
	return 1;
}

static int asked_to_stop(void *ctx)
{
	const struct db *db = ctx;

	return db->stop && atomic_load_explicit(db->stop, memory_order_relaxed);
}

int db_open(struct db *db, const char *path, enum db_mode mode, struct err *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	struct stat st;
	int rc;

	memset(db, 0, sizeof(*db));
	if (mode == DB_READ && stat(path, &st) != 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_STORE, errno,
			"could not open the store %s", path);
	db->path = text_dup(path);
	if (!db->path)
		return err_nomem(err);
	flags |=
		mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(path, &db->handle, flags, mode == DB_READ ? NULL : wal_vfs()) !=
		SQLITE_OK) {
		rc = db_fail(db, "could not open", err);
		db_close(db);
		return rc;
	}
	sqlite3_busy_handler(db->handle, busy, NULL);
	sqlite3_progress_handler(db->handle, STEPS_PER_LOOK, asked_to_stop, db);
	return 0;
}

void db_close(struct db *db)
{
	for (size_t i = 0; i < DB_STATEMENTS_MAX; i++)
		sqlite3_finalize(db->cache[i].stmt);
	sqlite3_close(db->handle);
	free(db->path);
	memset(db, 0, sizeof(*db));
}

/* What a result code means to the person who has to mend it. */
static const struct {
	int code;
	enum err_kind kind;
	bool retryable;
	const char *text;
} meanings[] = {
	{ SQLITE_BUSY, ERR_STORE, true, "another process has been writing for too long" },
	{ SQLITE_LOCKED, ERR_STORE, true, "another process has been writing for too long" },
	{ SQLITE_FULL, ERR_STORE, true, "the disk is full" },
	{ SQLITE_READONLY, ERR_STORE, false, "no permission to write there" },
	{ SQLITE_PERM, ERR_STORE, false, "no permission" },
	{ SQLITE_AUTH, ERR_STORE, false, "no permission" },
	{ SQLITE_CANTOPEN, ERR_STORE, false,
		"the file cannot be opened (permission, or the folder is missing)" },
	{ SQLITE_CORRUPT, ERR_STORE, false,
		"the file is damaged: stop all programs, then `sqlite3 store.db .recover`" },
	{ SQLITE_NOTADB, ERR_STORE, false, "the file is not a store" },
	{ SQLITE_NOMEM, ERR_NOMEM, false, "out of memory" },
	{ SQLITE_INTERRUPT, ERR_INTERRUPTED, false, "interrupted" },
};

static bool wants_room(int errnum)
{
	return errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG;
}

/* A quota and `ulimit -f` are full disks to us; SQLite takes them for broken ones. */
static bool is_full(struct db *db)
{
	sqlite3_file *journal = NULL;
	int code = sqlite3_extended_errcode(db->handle);
	int errnum = 0;

	/* SHMSIZE: the index of the WAL could not grow, and why is not kept. */
	if (code == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE)
		return true;
	if (code != SQLITE_IOERR_WRITE && code != SQLITE_IOERR_FSYNC)
		return false;
	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_LAST_ERRNO, &errnum);
	if (wants_room(errnum))
		return true;
	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
	if (journal && journal->pMethods)
		journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &errnum);
	return wants_room(errnum);
}

int db_fail(struct db *db, const char *what, struct err *err)
{
	int code = is_full(db) ? SQLITE_FULL : sqlite3_errcode(db->handle) & 0xff;

	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		if (meanings[i].code != code)
			continue;
		err_set(err, meanings[i].kind, "%s the store %s: %s", what, db->path,
			meanings[i].text);
		if (err)
			err->retryable = meanings[i].retryable;
		if (err && code == SQLITE_FULL)
			text_copy(err->code, sizeof(err->code), STORE_CODE_DISK_FULL);
		return -(int)meanings[i].kind;
	}
	return err_set(
		err, ERR_STORE, "%s the store %s: %s", what, db->path, sqlite3_errmsg(db->handle));
}

int db_exec(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, "could not prepare", err);
	return 0;
}

int db_number(int64_t *value, struct db *db, const char *sql, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) == SQLITE_OK &&
		sqlite3_step(stmt) == SQLITE_ROW)
		*value = sqlite3_column_int64(stmt, 0);
	else
		rc = db_fail(db, "could not read", err);
	sqlite3_finalize(stmt);
	return rc;
}

/* NULL when there is no room for one more text, which is a mistake in this program. */
static sqlite3_stmt **slot(struct db *db, const char *sql)
{
	size_t start = ((uintptr_t)sql >> 3) * 0x9e3779b1u;

	for (size_t i = 0; i < DB_STATEMENTS_MAX; i++) {
		size_t at = (start + i) & (DB_STATEMENTS_MAX - 1);

		if (!db->cache[at].sql)
			db->cache[at].sql = sql;
		if (db->cache[at].sql == sql)
			return &db->cache[at].stmt;
	}
	return NULL;
}

int db_bind(sqlite3_stmt *stmt, const struct bind *binds, int count)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < count && rc == SQLITE_OK; i++) {
		const struct bind *bind = &binds[i];

		switch (bind->kind) {
		case BIND_NULL:
			rc = sqlite3_bind_null(stmt, i + 1);
			break;
		case BIND_INT:
			rc = sqlite3_bind_int64(stmt, i + 1, bind->number);
			break;
		case BIND_TEXT:
			rc = sqlite3_bind_text(stmt, i + 1, bind->data, -1, SQLITE_STATIC);
			break;
		case BIND_BLOB:
			rc = sqlite3_bind_blob64(stmt, i + 1, bind->data, bind->len, SQLITE_STATIC);
			break;
		}
	}
	return rc;
}

int db_query(sqlite3_stmt **out, struct db *db, const char *sql, const struct bind *binds,
	int count, struct err *err)
{
	sqlite3_stmt **stmt = slot(db, sql);

	if (!stmt)
		return err_set(err, ERR_STORE, "more than %d statements", DB_STATEMENTS_MAX);
	if (*stmt)
		sqlite3_reset(*stmt);
	else if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL) !=
		 SQLITE_OK)
		return db_fail(db, "could not use", err);
	if (db_bind(*stmt, binds, count) != SQLITE_OK)
		return db_fail(db, "could not use", err);
	*out = *stmt;
	return 0;
}

int db_next(struct db *db, sqlite3_stmt *stmt, struct err *err)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return 1;
	rc = rc == SQLITE_DONE
		     ? 0
		     : db_fail(db,
			       sqlite3_stmt_readonly(stmt) && !is_full(db) ? "could not read"
									   : "could not write to",
			       err);
	sqlite3_reset(stmt);
	return rc;
}

int db_run(struct db *db, const char *sql, const struct bind *binds, int count, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, binds, count, err);

	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc == 1)
		sqlite3_reset(stmt);
	return rc < 0 ? rc : 0;
}

int db_value(int64_t *value, struct db *db, const char *sql, const struct bind *binds, int count,
	struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, binds, count, err);

	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc == 0)
		return -ERR_NOT_FOUND;
	if (rc < 0)
		return rc;
	*value = db_int(stmt, 0);
	sqlite3_reset(stmt);
	return 0;
}

int db_blob(struct buf *out, struct db *db, const char *sql, int64_t id, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, BINDS(B_INT(id)), err);

	buf_reset(out);
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc == 0)
		return err_set(err, ERR_STORE,
			"the store %s is damaged: a part of %" PRId64 " is missing", db->path, id);
	if (rc < 0)
		return rc;
	buf_add(out, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
	sqlite3_reset(stmt);
	return buf_check(out, "a packet", err);
}

void db_reset_all(struct db *db)
{
	sqlite3_stmt *stmt = NULL;

	while ((stmt = sqlite3_next_stmt(db->handle, stmt))) {
		if (sqlite3_stmt_busy(stmt))
			sqlite3_reset(stmt);
	}
}

const char *db_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text ? text : "";
}
