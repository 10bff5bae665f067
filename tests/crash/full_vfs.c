/*
 * full_vfs.c — for the program with crash points: with $AGENTBOARD_DISK_BYTES its store's files
 * grow to so many bytes together; what is beyond is SQLITE_FULL, as on a disk without room.
 */

#include "base/base.h"
#include "store/vfs_layer.h"

#include <pthread.h>

/* The store and its log: what grows. */
static struct grown {
	const char *name;
	sqlite3_int64 size;
} files[] = { { "/store.db", 0 }, { "/store.db-wal", 0 } };

static sqlite3_int64 room;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct grown *find(const char *path)
{
	size_t len = path ? strlen(path) : 0;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		size_t tail = strlen(files[i].name);

		if (len >= tail && strcmp(path + len - tail, files[i].name) == 0)
			return &files[i];
	}
	return NULL;
}

static void *opened(const char *path, sqlite3_file *real, int flags)
{
	struct grown *file = find(path);

	(void)flags;
	if (!file)
		return NULL;
	pthread_mutex_lock(&lock);
	real->pMethods->xFileSize(real, &file->size);
	pthread_mutex_unlock(&lock);
	return file;
}

/* Is there room up to `end`? Then it is taken. */
static bool take(struct grown *file, sqlite3_int64 end)
{
	sqlite3_int64 used = 0;
	bool fits;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		used += files[i].size;
	fits = end <= file->size || used + end - file->size <= room;
	if (fits && end > file->size)
		file->size = end;
	pthread_mutex_unlock(&lock);
	return fits;
}

static int write_within(
	void *file, sqlite3_file *real, const void *from, int len, sqlite3_int64 offset)
{
	return take(file, offset + len) ? real->pMethods->xWrite(real, from, len, offset)
					: SQLITE_FULL;
}

static int truncate_to(void *file, sqlite3_file *real, sqlite3_int64 size)
{
	struct grown *grown = file;

	pthread_mutex_lock(&lock);
	if (size < grown->size)
		grown->size = size;
	pthread_mutex_unlock(&lock);
	return real->pMethods->xTruncate(real, size);
}

static void deleted(const char *path)
{
	struct grown *file = find(path);

	pthread_mutex_lock(&lock);
	if (file)
		file->size = 0;
	pthread_mutex_unlock(&lock);
}

/* Before main(), since the program knows nothing of it; not in its readers, which keep no store. */
__attribute__((constructor)) static void limit_disk(void)
{
	static const struct vfs_layer layer = { "full", opened, write_within, truncate_to, NULL,
		deleted };
	const char *text = getenv("AGENTBOARD_DISK_BYTES");

	if (!text)
		return;
	room = strtoll(text, NULL, 10);
	unsetenv("AGENTBOARD_DISK_BYTES");
	if (sqlite3_initialize() != SQLITE_OK || !vfs_layer_on(&layer))
		abort();
}
