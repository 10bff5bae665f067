/* sftp_private.h — what the files of the SFTP client share (internal to core/source). */

#ifndef SOURCE_SFTP_PRIVATE_H
#define SOURCE_SFTP_PRIVATE_H

#include "base/buf.h"
#include "source/sftp.h"

#include <curl/curl.h>

#define SFTP_PATH_MAX 4096

/* One errand at the server: its folder or file, and what is done there. */
struct sftp_errand {
	const char *path;    /* on the server: from / on, or from the user's own folder */
	bool folder;	     /* ... is a folder */
	bool body;	     /* list it, or fetch its content */
	const char *order;   /* rename, rm, mkdir, with quoted paths; NULL = none */
	struct buf *out;     /* where the content goes, or ... */
	int fd;		     /* ... this file */
	const char *purpose; /* "reading the folder": for the words of a failure */
};

struct sftp {
	const struct sftp_spec *spec;
	CURLM *multi;
	CURL *easy;
	char server[300]; /* "sftp://host:port", the host as libcurl wants it */
	char place[300];  /* "host:port", for people */
	char host[256];
	int port;
	char base[SFTP_PATH_MAX]; /* path of the folder, without a slash at its end */
	char known_hosts[SFTP_PATH_MAX];
	char host_key[SFTP_KEY_WORDS]; /* what the server showed; "" = nothing yet */
	bool host_known;
	struct buf host_line;	     /* of known_hosts, when it was refused */
	bool host_key_differs;	     /* known_hosts has another */
	char words[CURL_ERROR_SIZE]; /* libcurl's */
	const struct sftp_errand *errand;
	curl_socket_t line;
	int64_t heard;	/* clock_mono() of the last byte */
	int file_errno; /* why writing the local file failed */
};

/* Run it to its end. `err->code` is "missing" when the server knows no such file. */
int sftp_run(struct sftp *sftp, const struct sftp_errand *errand, struct err *err);

/* Put host, port, folder and known_hosts into `sftp`; ERR_CONFIG. */
int sftp_address(struct sftp *sftp, struct err *err);

/* `path` and a slash behind the server, as a URL; NULL when out of memory or too long. */
char *sftp_url(struct sftp *sftp, const char *path, bool folder);

/* The words of libcurl's `code`. */
int sftp_verdict(struct sftp *sftp, CURLcode code, struct err *err);

/* Give each file of a server's listing to `out`; lines are what `ls -l` writes. */
int sftp_listing(struct folder_list *out, char *text, const char *pattern, struct err *err);

#endif
