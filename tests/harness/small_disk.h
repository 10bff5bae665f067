/*
 * small_disk.h — a disk that is really full: a small tmpfs in a mount namespace of the test's own,
 * which vanishes with its process. Some containers allow no mounts; there a limit on the size of
 * files stands in for it (RLIMIT_FSIZE, which gives EFBIG and not ENOSPC), and the test says so.
 */

#ifndef HARNESS_SMALL_DISK_H
#define HARNESS_SMALL_DISK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * May this process mount? Then it has its own mounts from here on: of this thread and what it
 * starts. Ask it before there are threads. Says on standard output, once a process, what `test` is
 * proven by.
 */
bool small_disk_allowed(const char *test);

/* Where it is allowed: `dir`, which exists, is a disk of so many bytes. Again = of another size. */
void small_disk_mount(const char *dir, size_t bytes);

/*
 * No file of `dir` can grow from here on; how that comes about depends on what is allowed. Check's
 * own file may be among them: assert nothing before small_disk_free().
 */
void small_disk_fill(const char *dir);
void small_disk_free(const char *dir); /* there is room again */

/* `dir` is what it was before it was mounted: its process may have other tests to do. */
void small_disk_end(const char *dir);

#endif
