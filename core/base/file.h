/* file.h — whole files and folders, written so that a crash leaves the old or the new one. */

#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Append the whole file to `out` (its maximum is the file's). Fails with ERR_NOT_FOUND or
 * ERR_CONFIG. */
int file_read(struct buf *out, const char *path, struct err *err);

/* Replace the file: temporary file in the same folder, fsync, rename, fsync of the folder. */
int file_write(const char *path, const void *data, size_t len, mode_t mode, struct err *err);

/* The same for a file that must not be there yet: of two who make it at once one gets ERR_EXISTS,
 * and the other's file stays. */
int file_create(const char *path, const void *data, size_t len, mode_t mode, struct err *err);

/* Make the folder and those above it; one that exists is fine. */
int file_mkdirs(const char *path, mode_t mode, struct err *err);

bool file_exists(const char *path);

/* "dir/name" in fresh memory, or NULL. */
char *file_join(const char *dir, const char *name);

#endif
