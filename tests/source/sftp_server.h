/*
 * sftp_server.h — a real sshd of the test's own on a free port of loopback, with keys of its own.
 * It serves a folder to the user who runs the tests (as root: to the system's user sshd, since that
 * needs nothing of the system). The line to it can be cut.
 */

#ifndef TESTS_SOURCE_SFTP_SERVER_H
#define TESTS_SOURCE_SFTP_SERVER_H

#include "source/server.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Shared with the process that holds the line. */
struct sftp_line {
	_Atomic int64_t pass;	/* bytes from the server that a connection may carry; 0 = all */
	atomic_bool silent;	/* ... and then nothing more comes, instead of an end */
	atomic_bool exhausted;	/* that has happened */
	atomic_int connections; /* so far */
};

struct sftp_server {
	struct server server;
	struct sftp_line *line;
	int port;
	const char *user;
	char inbox[96];	      /* a folder in server.folder that is served */
	char url[128];	      /* of the inbox */
	char known_hosts[96]; /* with the right key */
	char key[96];	      /* private, without a passphrase; `key`.pub beside it */
	char locked_key[96];  /* of passphrase SFTP_PASSPHRASE */
	char other_key[96];   /* the server does not know it */
	char fingerprint[64]; /* of the server's key: "SHA256:..." */
};

#define SFTP_PASSPHRASE "open sesame"

void sftp_server_start(struct sftp_server *server);
void sftp_server_stop(struct sftp_server *server);

/* Put a file into the inbox, readable and movable by the server. */
void sftp_server_put(
	const struct sftp_server *server, const char *name, const void *bytes, size_t len);

#endif
