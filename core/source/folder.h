/*
 * folder.h — files that arrive in a local folder: which there are, whether they are complete, and
 * where they go.
 */

#ifndef SOURCE_FOLDER_H
#define SOURCE_FOLDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct folder_file {
	char *name;
	int64_t size;
	int64_t changed; /* differs once the file was written to: ns UTC, or what a server tells */
};

struct folder_list {
	struct folder_file *files; /* sorted by name */
	size_t count;
	/* Files that are left where they are, since their names are not UTF-8 or hold a control
	 * character: nobody could tell them apart on a screen or in a row's key. */
	size_t odd_count;
	char odd[200]; /* one of these names, escaped */
};

#define FOLDER_CHECKSUM 65

/* Plain files whose names match (NULL = all); hidden ones never do. Odd names are only counted. */
int folder_look(struct folder_list *out, const char *folder, const char *pattern, struct err *err);
void folder_list_free(struct folder_list *list);
bool folder_list_add(struct folder_list *list, const char *name, int64_t size, int64_t changed);
/* Is it an odd name? Then it is counted as one. */
bool folder_list_pass_over(struct folder_list *list, const char *name);

/* Which files are left where they are and what to do, in words; "" = none. */
void folder_odd_words(char *words, size_t size, const struct folder_list *list);

void folder_list_sort(struct folder_list *list);
const struct folder_file *folder_find(const struct folder_list *list, const char *name);

/* Has somebody the file open for writing? False also where the system does not tell. */
bool folder_is_written(const char *path);

/* BLAKE2b of the content in hexadecimal digits. */
int folder_checksum(
	char checksum[FOLDER_CHECKSUM], const char *path, const atomic_bool *stop, struct err *err);

/* Move the file into `archive` (made if missing, on any disk), under a name of its own. */
int folder_archive(const char *path, const char *name, const char *archive, struct err *err);

int folder_delete(const char *path, struct err *err);

#endif
