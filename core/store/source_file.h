/*
 * source_file.h — what the store remembers of the files that rows came from: that each is processed
 * once, and what is still to become of it.
 */

#ifndef STORE_SOURCE_FILE_H
#define STORE_SOURCE_FILE_H

#include "store/store.h"
#include "store/view.h"

/* Numbers are part of the schema. */
enum source_file_state {
	SOURCE_FILE_TAKEN,    /* its run reads it, or was interrupted while it did */
	SOURCE_FILE_READ,     /* all its rows are in the store */
	SOURCE_FILE_SETTLED,  /* ... and it was kept, moved or deleted */
	SOURCE_FILE_RELEASED, /* its run was limited or cancelled: the next one reads it again */
};

struct source_file {
	int64_t id;
	char name[256];
	int64_t size;
	int64_t changed; /* folder_file.changed when it was taken */
	char checksum[65];
	int64_t run;
	enum source_file_state state;
};

/* `run` takes these files, for its interface. In the transaction that is open. */
int store_source_files_take(struct store *store, const struct run_claim *claim,
	const char *interface, const struct source_file *files, size_t count, struct err *err);

/* All files that `run` took or read are in `state` now. */
int store_source_files_state(
	struct store *store, int64_t run, enum source_file_state state, struct err *err);

/* One file. `changed` 0 = as it was. */
int store_source_file_state(struct store *store, int64_t id, enum source_file_state state,
	int64_t changed, struct err *err);

/*
 * The newest record of a file of this name, size and either that time of change or that checksum
 * (NULL = the time counts). ERR_NOT_FOUND, without a text, when there is none.
 */
int view_source_file(struct source_file *out, struct view *view, const char *interface,
	const char *name, int64_t size, int64_t changed, const char *checksum, struct err *err);

/* Files of `run` in `state`; with `run` 0 those of all runs of `interface` that are Done. Caller
 * frees. */
int view_source_files(struct source_file **out, size_t *count, struct view *view,
	const char *interface, int64_t run, enum source_file_state state, struct err *err);

#endif
