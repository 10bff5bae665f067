/*
 * sftp.h — files in a folder behind SFTP, by libcurl.
 *
 * The server's key is always held against known_hosts; nothing is sent to one that is not there.
 * All calls fail with ERR_SOURCE, retryable where the line or the server's absence is to blame, or
 * with ERR_INTERRUPTED once `stop` is set. One thread at a time.
 */

#ifndef SOURCE_SFTP_H
#define SOURCE_SFTP_H

#include "source/folder.h"

struct sftp_spec {
	const char *name; /* of the connection, for what an error says to do */
	const char *url;  /* sftp://host[:port]/folder; "/~/folder" is below the user's own */
	const char *username;
	const char *password;	 /* the user's, or the passphrase of the key */
	const char *key_file;	 /* private key; NULL = sign in with the password */
	const char *known_hosts; /* NULL = the one of this process's user */
	int timeout_s;		 /* without a byte; 0 = 60 */
	const atomic_bool *stop; /* NULL = never */
};

struct sftp;

/* Everything in `spec` is borrowed until sftp_close(). Connects to nobody yet; ERR_CONFIG. */
int sftp_open(struct sftp **out, const struct sftp_spec *spec, struct err *err);
void sftp_close(struct sftp *sftp);

#define SFTP_KEY_WORDS 200

/*
 * Ask the server for its key, told as "ed25519 SHA256:...". Returns 1 when known_hosts has it. If
 * not, and `fingerprint` ("SHA256:...") is its, it is added there: 0. Else the usual error.
 */
int sftp_accept(
	char key[SFTP_KEY_WORDS], struct sftp *sftp, const char *fingerprint, struct err *err);

/*
 * Like folder_look(). `changed` changes with the line that the server lists the file by, which
 * tells minutes at best: good for two looks at a growing file, and made exact by sftp_stat(). Links
 * are passed over.
 */
int sftp_look(struct folder_list *out, struct sftp *sftp, const char *pattern, struct err *err);

/* Size and time of change (seconds in fact) as the server knows them; ERR_NOT_FOUND. */
int sftp_stat(struct folder_file *file, struct sftp *sftp, struct err *err);

/* Copy to the local `path`, complete or not at all. Fails with ERR_UNFINISHED when the file is not
 * of the size and time that `file` says. */
int sftp_fetch(
	const char *path, struct sftp *sftp, const struct folder_file *file, struct err *err);

/* Move into `archive` (relative to the folder unless it begins with / or ~/; made if missing),
 * under a name of its own. */
int sftp_archive(struct sftp *sftp, const char *name, const char *archive, struct err *err);
int sftp_delete(struct sftp *sftp, const char *name, struct err *err);

#endif
