/*
 * client_transfer.h — private to client*.c: one request on its way, and the client that owns it.
 *
 * A transfer is made ready (transfer_prepare), given to curl's multi handle, and when curl is done
 * with it, judged once (transfer_judge). Everything happens on the thread that owns the client.
 */

#ifndef HTTP_CLIENT_TRANSFER_H
#define HTTP_CLIENT_TRANSFER_H

#include "http/client.h"

#include <curl/curl.h>

struct transfer {
	struct transfer *next; /* in one of the client's three lists */
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist *connect_to;
	char *url; /* for messages; curl keeps its own copy */
	bool https;
	bool repeatable; /* GET or HEAD: curl may quietly try again on a fresh connection */
	const char *body;
	size_t body_len;
	http_body_read *read;
	void *read_ctx;
	http_answer_write *write;
	void *write_ctx;
	size_t handed_out;   /* body bytes that curl took from us */
	bool issued;	     /* a connection was ready and the request about to leave */
	long bytes_before;   /* CURLINFO_REQUEST_SIZE at that moment: a proxy's CONNECT counts */
	bool repeat_refused; /* curl wanted to send it a second time */
	const char *proxy;   /* the proxy in force, for the diagnosis; NULL = none */
	char error[CURL_ERROR_SIZE];
	struct http_answer answer;
	http_done *done; /* NULL = a blocking call */
	void *ctx;
};

struct http_client {
	struct http_options options;
	CURLM *multi;
	struct transfer *running;  /* curl has them */
	struct transfer *finished; /* judged, `done` not called yet */
	struct transfer *idle;	   /* for reuse */
	atomic_bool woken;
};

struct transfer *transfer_new(void);
void transfer_free(struct transfer *transfer);

/* Set every option of the request; nothing is sent. */
int transfer_prepare(struct transfer *transfer, const struct http_client *client,
	const struct http_request *request, struct err *err);

/* Turn a prepared GET into a mere TLS handshake, unverified; see http_peek_certificate(). */
void transfer_only_peek(struct transfer *transfer);

/* Fill the answer from what curl knows: reach, status, timing, certificate, failed step, error. */
void transfer_judge(struct transfer *transfer, CURLcode code);

/* The same for one that is being given up: ERR_INTERRUPTED, with its true reach. */
void transfer_judge_aborted(struct transfer *transfer);

/* One header line of the answer, "Name: value\r\n" or a status line, not terminated. */
void transfer_take_header(struct http_answer *answer, const char *line, size_t len);

/* The proxy that curl will use for `url`, or NULL: for the diagnosis alone. */
const char *transfer_proxy(const struct http_options *options, const char *url, bool https);

#endif
