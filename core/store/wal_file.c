/*
 * wal_file.c — a thin layer over SQLite's own VFS. Only the file of the log is ours, and only while
 * a commit is being written is it more than a passage. It is open in one connection, so on one
 * thread at a time.
 */

#include "base/base.h"
#include "store/wal_file.h"

#include <pthread.h>

#define HELD_MAX (128 * 1024 - 1) /* more at once SQLite's VFS for Unix does not write */

struct wal_file {
	sqlite3_file base;
	sqlite3_file *below; /* behind this struct */
	bool holding;
	char *held; /* owned; NULL until the first commit */
	int len;
	sqlite3_int64 offset; /* of what is held, in the file */
};

static struct wal_file *wal_of(sqlite3_file *file)
{
	return (struct wal_file *)file;
}

static sqlite3_file *below(sqlite3_file *file)
{
	return wal_of(file)->below;
}

/* Whether it comes through or not, nothing is held then: a commit that fails is undone. */
static int hand_over(struct wal_file *wal)
{
	int len = wal->len;

	wal->len = 0;
	if (!len)
		return SQLITE_OK;
	return wal->below->pMethods->xWrite(wal->below, wal->held, len, wal->offset);
}

/* ---- the methods of the file ---- */

static int wal_close(sqlite3_file *file)
{
	free(wal_of(file)->held);
	return below(file)->pMethods->xClose(below(file));
}

static int wal_read(sqlite3_file *file, void *to, int len, sqlite3_int64 offset)
{
	int rc = hand_over(wal_of(file));

	return rc ? rc : below(file)->pMethods->xRead(below(file), to, len, offset);
}

static int wal_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 offset)
{
	struct wal_file *wal = wal_of(file);
	int rc = SQLITE_OK;

	if (offset != wal->offset + wal->len || len > HELD_MAX - wal->len)
		rc = hand_over(wal);
	if (rc)
		return rc;
	if (!wal->holding || len > HELD_MAX)
		return wal->below->pMethods->xWrite(wal->below, from, len, offset);
	if (!wal->len)
		wal->offset = offset;
	memcpy(wal->held + wal->len, from, (size_t)len);
	wal->len += len;
	return SQLITE_OK;
}

static int wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = hand_over(wal_of(file));

	return rc ? rc : below(file)->pMethods->xTruncate(below(file), size);
}

static int wal_sync(sqlite3_file *file, int flags)
{
	int rc = hand_over(wal_of(file));

	wal_of(file)->holding = false;
	return rc ? rc : below(file)->pMethods->xSync(below(file), flags);
}

static int wal_size(sqlite3_file *file, sqlite3_int64 *size)
{
	int rc = hand_over(wal_of(file));

	return rc ? rc : below(file)->pMethods->xFileSize(below(file), size);
}

static int wal_lock(sqlite3_file *file, int level)
{
	return below(file)->pMethods->xLock(below(file), level);
}

static int wal_unlock(sqlite3_file *file, int level)
{
	return below(file)->pMethods->xUnlock(below(file), level);
}

static int wal_reserved(sqlite3_file *file, int *reserved)
{
	return below(file)->pMethods->xCheckReservedLock(below(file), reserved);
}

static int wal_control(sqlite3_file *file, int op, void *arg)
{
	return below(file)->pMethods->xFileControl(below(file), op, arg);
}

static int wal_sector(sqlite3_file *file)
{
	return below(file)->pMethods->xSectorSize(below(file));
}

static int wal_device(sqlite3_file *file)
{
	return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

/* Version 1: shared memory and mappings are the database's, not the log's. */
static const sqlite3_io_methods methods = { .iVersion = 1,
	.xClose = wal_close,
	.xRead = wal_read,
	.xWrite = wal_write,
	.xTruncate = wal_truncate,
	.xSync = wal_sync,
	.xFileSize = wal_size,
	.xLock = wal_lock,
	.xUnlock = wal_unlock,
	.xCheckReservedLock = wal_reserved,
	.xFileControl = wal_control,
	.xSectorSize = wal_sector,
	.xDeviceCharacteristics = wal_device };

/* ---- the VFS ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs layer, *under; /* guarded by `lock` until the layer is registered */

static int open_file(
	sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *flags_out)
{
	struct wal_file *wal = wal_of(file);
	int rc;

	(void)vfs;
	if (!(flags & SQLITE_OPEN_WAL))
		return under->xOpen(under, path, file, flags, flags_out);
	*wal = (struct wal_file){ .below = (sqlite3_file *)(wal + 1) };
	rc = under->xOpen(under, path, wal->below, flags, flags_out);
	if (rc == SQLITE_OK)
		wal->base.pMethods = &methods;
	return rc;
}

const char *wal_vfs(void)
{
	sqlite3_vfs *now = sqlite3_vfs_find(NULL);

	pthread_mutex_lock(&lock);
	if (now && now != under) {
		sqlite3_vfs_unregister(&layer);
		under = now;
		layer = *now;
		layer.zName = "agentboard";
		layer.szOsFile += (int)sizeof(struct wal_file);
		layer.xOpen = open_file;
		sqlite3_vfs_register(&layer, 0);
	}
	pthread_mutex_unlock(&lock);
	return "agentboard";
}

void wal_hold(sqlite3 *db, bool on)
{
	sqlite3_file *file = NULL;
	struct wal_file *wal;

	sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
	if (!file || file->pMethods != &methods)
		return; /* no log yet */
	wal = wal_of(file);
	if (!wal->held)
		wal->held = malloc(HELD_MAX);
	wal->holding = on && wal->held;
	wal->len = 0;
}
