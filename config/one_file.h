/* one_file.h — one file of any schema, loaded and saved; for the files of this folder. */

#ifndef CONFIG_ONE_FILE_H
#define CONFIG_ONE_FILE_H

#include <sys/types.h>

#include "config/files.h"
#include "config/schema.h"

/*
 * Load into an initialised struct (untouched on failure). `name` is what the file is called, which
 * must be the name inside; NULL = the file has none. Every problem goes to `each` (may be NULL).
 */
int file_load(void *thing, const struct schema *schema, const char *path, const char *name,
	files_problem *each, void *ctx, struct err *err);

/*
 * Save `after`. With `before` (what it was made from) only the differences between both are brought
 * into the file, and ERR_NOT_FOUND means that it is gone. `mode` is for a new file.
 */
int file_save(const char *path, const struct schema *schema, const void *before, const void *after,
	mode_t mode, struct err *err);

/* The line where `key` stands in a text, or its group, or 1. */
int file_line(const char *text, size_t len, const char *key);

#endif
