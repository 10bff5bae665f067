/*
 * vfs_layer.h — a layer between SQLite and its files: everything goes through to SQLite's own VFS,
 * but for what the layer takes over. One at a time; every database that is opened while it is on
 * goes through it.
 */

#ifndef TESTS_STORE_VFS_LAYER_H
#define TESTS_STORE_VFS_LAYER_H

#include <sqlite3.h>
#include <stdbool.h>

struct vfs_layer {
	const char *name;
	/* A file was opened; NULL = it is passed by. `path` NULL: a temporary one. */
	void *(*opened)(const char *path, sqlite3_file *real, int flags);
	/* Instead of these methods of `real`, for files that `opened` gave something for; NULL =
	 * the method itself. */
	int (*write)(
		void *file, sqlite3_file *real, const void *from, int len, sqlite3_int64 offset);
	int (*truncate)(void *file, sqlite3_file *real, sqlite3_int64 size);
	int (*sync)(void *file, sqlite3_file *real, int flags);
	void (*deleted)(const char *path); /* NULL = nobody wants to know */
};

/* `layer` is borrowed until it is off. False: SQLite does not take it. */
bool vfs_layer_on(const struct vfs_layer *layer);
void vfs_layer_off(void); /* once all databases are closed */

#endif
