/*
 * wal_file.h — the write-ahead log as a file that takes a commit in few pieces (internal to
 * core/store). SQLite writes each page of a commit twice over: a head of 24 bytes, then the page;
 * a packet is a dozen pages.
 */

#ifndef STORE_WAL_FILE_H
#define STORE_WAL_FILE_H

#include <sqlite3.h>
#include <stdbool.h>

/*
 * The name of a VFS for sqlite3_open_v2(): the default one, but for what wal_hold() does to the log
 * of its connections. Any thread.
 */
const char *wal_vfs(void);

/*
 * Around a COMMIT with synchronous=FULL: what is written to the log of `db` is held from here on
 * until the log is synced, and handed to the file then. With `on` = false, what is held yet belongs
 * to a commit that failed, and is forgotten. Never held beyond that: another process may write at
 * the same place.
 */
void wal_hold(sqlite3 *db, bool on);

#endif
