/*
 * client.h — HTTP requests by libcurl: one blocking call, or many in flight on one thread.
 *
 * Rules that hold for every request: certificates are verified; no redirect is followed; a write
 * body is handed to libcurl through a read callback whose seek callback refuses once a byte has
 * left, so that libcurl can never repeat a POST by itself (nor a DELETE); bodies have a maximum.
 * HTTP/1.1 only: with several requests on one connection a broken line would lose all their
 * answers.
 */

#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* What is the same for all requests to one host. Strings are borrowed for the client's life. */
struct http_options {
	const char *ca_file;   /* NULL = the system's certificates */
	const char *proxy_url; /* NULL = the environment's */
	const char *proxy_username;
	const char *proxy_password;
	const char *no_proxy;
	const char *unix_socket;    /* connect here instead of by name */
	const char *user_agent;	    /* NULL = "agentboard/VERSION" */
	int64_t connect_timeout_ms; /* 0 = 15 s */
};

struct http_header {
	const char *name;
	const char *value;
};

/* The next bytes of a body from `offset` on (0 = from its start, perhaps once more): how many were
 * written to `to`; 0 before the body's end gives the request up. */
typedef size_t http_body_read(void *ctx, size_t offset, char *to, size_t size);

/* The next bytes of an answer; false gives the request up. */
typedef bool http_answer_write(void *ctx, const char *data, size_t len);

struct http_request {
	const char *method; /* "GET", "POST", "PATCH", "DELETE", "PUT" */
	const char *url;
	const struct http_header *headers; /* terminated by name == NULL; NULL = none */
	const char *body;		   /* NULL = none; borrowed until the request is done */
	size_t body_len;
	http_body_read *read; /* instead of `body`: asked for piece by piece, `body_len` in all */
	void *read_ctx;
	http_answer_write *write; /* a 2xx answer's body goes here, whatever its length */
	void *write_ctx;
	const char *username; /* HTTP Basic, when set */
	const char *password;
	int64_t timeout_ms;	/* whole request; 0 = 120 s */
	int64_t stall_ms;	/* gives up when so long next to nothing moved; 0 = never */
	size_t answer_max;	/* bytes; 0 = 8 MiB */
	bool no_network_proxy;	/* bypass every proxy (loopback) */
	const char *connect_to; /* connect to this address; the URL's host stays the name that
				   certificates are checked against; NULL = by the URL */
};

/*
 * How far a request came: the base of the outcome classes. A 2xx with a parsable body
 * is for the caller to judge.
 */
enum http_reach {
	HTTP_NOT_SENT, /* no byte of the body (without one: of the request) left: not executed */
	HTTP_SENT,     /* bytes left and no complete answer came: outcome unknown */
	HTTP_ANSWERED, /* a complete answer is here */
};

/* Where the time went, in milliseconds since the start; -1 = not reached. */
struct http_timing {
	double name_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
};

struct http_answer {
	enum http_reach reach;
	int status;	  /* HTTP status, 0 = none */
	bool via_proxy;	  /* a proxy is in force for this address: name and connect were its own */
	int proxy_status; /* what the proxy answered to CONNECT, 0 = nothing */
	struct buf body;
	char content_type[128];
	char limit_info[128];	/* Sforce-Limit-Info */
	int64_t retry_after_ms; /* -1 = header absent */
	char location[256];	/* redirects are not followed; this says where to */
	char locator[256];	/* Sforce-Locator */
	struct http_timing timing;
	char peer_address[64];	   /* "203.0.113.7" */
	int64_t date;		   /* ms UTC of the Date header, 0 = absent */
	int64_t certificate_until; /* ms UTC of the server certificate's end, 0 = unknown */
	char certificate_issuer[128];
	enum http_step { /* where it failed when reach != HTTP_ANSWERED */
		HTTP_STEP_NAME,
		HTTP_STEP_PROXY,
		HTTP_STEP_CONNECT,
		HTTP_STEP_TLS,
		HTTP_STEP_TALK
	} failed_step;
	int curl_code;	/* CURLcode, for the diagnosis table */
	int os_errno;	/* of the connection that failed, 0 = none */
	struct err err; /* ERR_NET when not answered, ERR_PROTOCOL when larger than answer_max */
};

void http_answer_init(struct http_answer *answer);
void http_answer_free(struct http_answer *answer);

/* "libcurl/7.88.1 OpenSSL/3.0.15 ...": what is linked in, for diagnosis. */
const char *http_client_version(void);

/* Call once before threads start. SIGPIPE is ignored from then on. */
void http_global_init(void);

struct http_client; /* keeps connections alive between calls; one thread */

int http_client_new(struct http_client **out, const struct http_options *options, struct err *err);
void http_client_free(struct http_client *client);

/*
 * One blocking request. 0 when an answer of any status is here; else -ERR_NET with the answer's
 * failed_step and err filled. `cancel` (may be NULL), once true, ends it within 200 ms with
 * -ERR_INTERRUPTED. `answer` must be initialised; it is reset first.
 */
int http_call(struct http_client *client, const struct http_request *request,
	struct http_answer *answer, const atomic_bool *cancel, struct err *err);

/*
 * Whose certificate does the server of `url` show? For the diagnosis of one that was refused, and
 * for nothing else: this is the only connection that is made without verification, no byte of HTTP
 * is sent on it, and it is closed at once. Fills certificate_until and certificate_issuer of
 * `answer`; 0 when there was a certificate.
 */
int http_peek_certificate(struct http_client *client, const char *url, struct http_answer *answer,
	const atomic_bool *cancel, struct err *err);

/*
 * Many requests in flight. http_start() borrows the request's texts until `done` has been called,
 * which happens on the thread that calls http_turn(); `answer` is the callback's to read, not to
 * free.
 */
typedef void http_done(void *ctx, struct http_answer *answer);

int http_start(struct http_client *client, const struct http_request *request, http_done *done,
	void *ctx, struct err *err);

/* Do what can be done, waiting up to `wait_ms` for something to happen. Returns requests in flight.
 */
int http_turn(struct http_client *client, int64_t wait_ms);

/* From any thread: make a waiting http_turn() return at once. */
void http_wake(struct http_client *client);

/* Drop what is in flight: `done` is called for each with ERR_INTERRUPTED and its true reach. */
void http_abort_all(struct http_client *client);

/* application/x-www-form-urlencoded; a value is percent-encoded. */
void http_form_add(struct buf *body, const char *key, const char *value);

/* Percent-encode for a path segment or query value. */
void http_url_escape(struct buf *out, const char *text);

#endif
