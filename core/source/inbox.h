/*
 * inbox.h — where files arrive, whatever it is: a local folder, or one behind SFTP, whose files are
 * copied to a spool before they are read.
 */

#ifndef SOURCE_INBOX_H
#define SOURCE_INBOX_H

#include "source/folder.h"
#include "source/sftp.h"

struct inbox_spec {
	const char *name;		 /* of the connection, for what an error says to do */
	const char *folder;		 /* local; else `url` */
	const char *url;		 /* sftp://host[:port]/folder */
	const char *pattern;		 /* NULL = all files */
	const char *archive;		 /* folder, in the same world as the files */
	const char *username, *password; /* of the server, or the passphrase of the key */
	const char *key_file, *known_hosts;
	int timeout_s;		 /* of a server that is silent; 0 = the usual */
	const char *spool;	 /* local folder for copies of this reader alone, made if missing */
	const atomic_bool *stop; /* ends what takes long; NULL = never */
};

struct inbox;

/* Everything in `spec` is borrowed until inbox_close(). */
int inbox_open(struct inbox **out, const struct inbox_spec *spec, struct err *err);
void inbox_close(struct inbox *inbox);

/* ERR_SOURCE; retryable when a server cannot be reached. */
int inbox_look(struct folder_list *out, struct inbox *inbox, struct err *err);

/* sftp_accept(); 1 for a local folder. */
int inbox_accept(
	char key[SFTP_KEY_WORDS], struct inbox *inbox, const char *fingerprint, struct err *err);

/* Is it still being written, as far as the system tells? */
bool inbox_is_written(struct inbox *inbox, const char *name);

/* What inbox_look() told of the file, as exactly as it can be known. ERR_NOT_FOUND. */
int inbox_exact(struct folder_file *file, struct inbox *inbox, struct err *err);

/* Where the file, of which all is known, can be read: owned. A remote one is copied unless the copy
 * is there already; ERR_UNFINISHED when it changed meanwhile. */
int inbox_fetch(char **path, struct inbox *inbox, const struct folder_file *file, struct err *err);

/* What becomes of a file whose rows are accounted for; one that is gone is fine. */
int inbox_archive(struct inbox *inbox, const char *name, struct err *err);
int inbox_delete(struct inbox *inbox, const char *name, struct err *err);

/* The spool forgets its copy. */
void inbox_forget(struct inbox *inbox, const char *name);

/* Remove a spool with all its copies. */
void inbox_spool_remove(const char *spool);

#endif
