/*
 * files.h — which files a run reads, and what becomes of them (internal to core/process).
 *
 * A file is processed once: name, size and checksum are remembered in the store, for each
 * interface. It is taken when it is complete: its size stands still over two looks and nobody has
 * it open for writing, or its marker lies beside it. A run that was interrupted reads the files it
 * took once more; the next run reads what a limited or cancelled one released.
 */

#ifndef PROCESS_FILES_H
#define PROCESS_FILES_H

#include "process/process.h"
#include "source/file_source.h"
#include "source/folder.h"
#include "source/sftp.h"
#include "store/source_file.h"

struct files_wish {
	const struct process_env *env;
	const struct connection *connection;
	const struct interface *interface;
	const struct run_info *info; /* NULL: a preview, which looks once */
	const atomic_bool *stop;
	const char *org_id; /* NULL: not known */
};

struct files {
	struct file_spec spec;	    /* for the reader; count 0: there is nothing to read */
	struct source_file *chosen; /* one for each of its items */
	bool resumed;		    /* they were taken by this run before */
	int64_t *earlier;	    /* runs that read some of them, limited or cancelled */
	size_t earlier_count;
	char *spool;	/* with copies for this reading alone; NULL = they are the run's */
	char note[512]; /* what was not read, and why; "" = nothing */
};

int files_choose(struct files **out, const struct files_wish *wish, struct err *err);
void files_free(struct files *files);

/* What lies there now, of the wish's connection alone. */
int files_look(struct folder_list *out, const struct files_wish *wish, struct err *err);

/* The server of a connection's files, by sftp_accept(). Blocks. ERR_USAGE where there is none. */
int process_accept_host(char key[SFTP_KEY_WORDS], const struct process_env *env,
	const struct connection *connection, const char *fingerprint, const atomic_bool *cancel,
	struct err *err);

/*
 * Every row of these files is accounted for: keep, move or delete them, and those of earlier runs
 * where that failed. `run` = one that is about to be Done, 0 = none. What fails is told in `note`
 * and tried again by the next run.
 */
void files_settle(char *note, size_t size, const struct files_wish *wish, int64_t run);

#endif
