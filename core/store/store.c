/* store.c — the write connection: opening, transactions, and the check that a claim still holds. */

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"
#include "store/lock.h"
#include "store/private.h"
#include "store/schema.h"
#include "store/wal_file.h"

#include <fcntl.h>
#include <unistd.h>

#define BLOB_KEEP (8u << 20) /* scratch memory above this is given back */

/*
 * Customers' rows are inside: readable for the group of a shared home, not for everybody. A file
 * that exists is not opened: closing it again would take from SQLite the locks that other
 * connections of this process have on it.
 */
static int make_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0 && errno != EEXIST)
		return err_set_errno(err, ERR_STORE, errno, "could not open the store %s", path);
	if (fd >= 0)
		close(fd);
	return 0;
}

/*
 * The WAL stays when the last program closes the store, so that readers without permission to
 * write find what they need. The limit empties it at that moment.
 *
 * 4 MB hold the pages of a turn and the tops of the trees. A packet is written, and much later
 * changed: between the two no cache of a size that does not depend on the rows would keep it.
 */
static int tune(struct db *db, struct err *err)
{
	int keep = 1;

	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
	return db_exec(db,
		"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;"
		"PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;"
		"PRAGMA cache_size = -4096; PRAGMA trusted_schema = OFF;"
		"PRAGMA secure_delete = FAST",
		err);
}

static int open_locked(struct store *store, const char *dir, struct err *err)
{
	char *path = file_join(dir, "store.db");
	int fd = -1;
	int rc = path ? lock_take(&fd, dir, LOCK_OPENING, true, err) : err_nomem(err);

	if (rc == 0)
		rc = make_file(path, err);
	if (rc == 0)
		rc = db_open(&store->db, path, DB_WRITE, err);
	if (rc == 0)
		rc = schema_prepare(&store->db, err);
	if (rc == 0)
		rc = tune(&store->db, err);
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

int store_open(struct store **out, const char *dir, struct err *err)
{
	struct store *store;
	int rc = lock_check_place(dir, err);

	if (rc != 0)
		return rc;
	store = calloc(1, sizeof(*store));
	if (!store)
		return err_nomem(err);
	buf_init(&store->blob, BLOB_MAX);
	store->dir = text_dup(dir);
	rc = store->dir ? open_locked(store, dir, err) : err_nomem(err);
	if (rc != 0) {
		store_close(store);
		return rc;
	}
	*out = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_rollback(store);
	db_close(&store->db);
	packet_clear(&store->packet);
	buf_free(&store->blob);
	free(store->dir);
	free(store);
}

int store_begin(struct store *store, struct err *err)
{
	static const char sql[] = "BEGIN IMMEDIATE";
	int rc;

	if (store->writing)
		return err_set(err, ERR_STORE, "a transaction is open already");
	rc = db_run(&store->db, sql, NO_BINDS, err);
	if (rc != 0)
		return rc;
	store->writing = true;
	store->transaction++;
	return 0;
}

int store_commit(struct store *store, struct err *err)
{
	static const char sql[] = "COMMIT";
	int rc = store_check_writing(store, err);

	db_reset_all(&store->db);
	if (rc == 0) {
		wal_hold(store->db.handle, true);
		rc = db_run(&store->db, sql, NO_BINDS, err);
		wal_hold(store->db.handle, false);
	}
	if (rc != 0) {
		store_rollback(store);
		return rc;
	}
	store->writing = false;
	if (store->blob.cap > BLOB_KEEP)
		buf_free(&store->blob);
	return 0;
}

void store_rollback(struct store *store)
{
	if (store_alive(store))
		db_exec(&store->db, "ROLLBACK", NULL);
	store->writing = false;
}

bool store_alive(const struct store *store)
{
	return store->writing && !sqlite3_get_autocommit(store->db.handle);
}

int store_savepoint(struct store *store, struct err *err)
{
	static const char sql[] = "SAVEPOINT job";
	int rc = store_check_writing(store, err);

	return rc ? rc : db_run(&store->db, sql, NO_BINDS, err);
}

int store_release(struct store *store, struct err *err)
{
	static const char sql[] = "RELEASE job";
	int rc = store_check_writing(store, err);

	return rc ? rc : db_run(&store->db, sql, NO_BINDS, err);
}

void store_undo(struct store *store)
{
	static const char rollback[] = "ROLLBACK TO job";
	static const char release[] = "RELEASE job";

	if (store_check_writing(store, NULL) != 0)
		return;
	db_run(&store->db, rollback, NO_BINDS, NULL);
	db_run(&store->db, release, NO_BINDS, NULL);
	store->checked_transaction = 0;
}

int store_check_writing(struct store *store, struct err *err)
{
	if (!store->writing)
		return err_set(err, ERR_STORE, "nothing can be written outside of a transaction");
	if (!store_alive(store))
		return err_set(
			err, ERR_STORE, "the transaction was undone after an earlier failure");
	return 0;
}

int store_check_claim(struct store *store, const struct run_claim *claim, struct err *err)
{
	static const char sql[] = "SELECT epoch FROM run WHERE id = ?";
	int64_t epoch = 0;
	int rc = store_check_writing(store, err);

	if (rc != 0)
		return rc;
	if (store->checked_transaction == store->transaction && store->checked_run == claim->run &&
		store->checked_epoch == claim->epoch)
		return 0;
	rc = db_value(&epoch, &store->db, sql, BINDS(B_INT(claim->run)), err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no run %" PRId64, claim->run);
	if (rc != 0)
		return rc;
	if (epoch != claim->epoch)
		return err_set(err, ERR_UNFINISHED,
			"run %" PRId64 " was taken over by another process", claim->run);
	store->checked_run = claim->run;
	store->checked_epoch = claim->epoch;
	store->checked_transaction = store->transaction;
	return 0;
}
