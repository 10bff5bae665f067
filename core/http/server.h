/*
 * server.h — a small HTTP server on libmicrohttpd: the agent's listener, its local socket, and the
 * practice org.
 *
 * Every connection has a thread of its own, so a handler that waits holds up nobody else. Handlers
 * therefore run on several threads at once, up to `connections_max`; what they share needs a lock.
 */

#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct http_server;
struct MHD_Connection;

/* One request as a handler sees it; everything is borrowed for the handler's duration. */
struct http_incoming {
	const char *method;
	const char *path;   /* without the query; percent-decoded */
	const char *target; /* path and query as sent */
	const char *body;   /* complete, NUL behind it; "" when none */
	size_t body_len;
	struct buf
		*upload; /* what `body` points into: a handler that keeps a large one detaches it */
	const char *peer;   /* "127.0.0.1" or "unix" */
	bool peer_loopback; /* loopback address or local socket */
	uid_t peer_uid;	    /* local socket: the caller's user; else (uid_t)-1 */
	struct MHD_Connection *connection;
};

/* The answer a handler fills; body may stay empty (its maximum is 64 MiB unless set anew). */
struct http_outgoing {
	int status;		  /* default 200 */
	const char *content_type; /* static string; default "application/json;charset=UTF-8" */
	struct buf body;
	struct buf headers; /* "Name: value\n" lines */
	bool drop;	    /* close the connection without an answer (faults) */
	int64_t delay_ms;   /* wait before answering (faults, throttling) */
	size_t truncate_at; /* send only so many bytes of the body, then close; 0 = all (faults) */
	/*
	 * Instead of `body`, for what is too large to hold: asked on the connection's thread for
	 * the next bytes, 0 = the end, -1 = close the connection in the middle. `stream_free` is
	 * called once in any case.
	 */
	ssize_t (*stream)(void *ctx, char *to, size_t max);
	void (*stream_free)(void *ctx);
	void *stream_ctx;
};

typedef void http_handler(void *ctx, const struct http_incoming *in, struct http_outgoing *out);

struct http_server_options {
	const char *listen; /* address, default "127.0.0.1" */
	int port;	    /* 0 = any */
	const char
		*unix_path; /* listen on a local socket instead (mode 0660, replaced when stale) */
	const char *tls_cert; /* PEM files; both or none */
	const char *tls_key;
	/* Take new connections at this one's socket, whatever `listen` and `port` say; both serve
	 * it until the other is retired or stopped. NULL = listen anew. */
	const struct http_server *successor_of;
	size_t body_max;		 /* bytes; 0 = 1 MiB; larger requests get 413 */
	int connections_max;		 /* 0 = 64 */
	int connections_per_address_max; /* 0 = no limit; takes request_timeout_s */
	int idle_timeout_s;		 /* 0 = 30 */
	size_t header_max;		 /* request line and headers, bytes; 0 = 64 KiB: 431, 414 */
	/*
	 * For a whole request to come, and for its answer to be taken; 0 = no limit. With one, a
	 * connection that waits gives up its place when all are taken (deadline.h).
	 */
	int request_timeout_s;
	http_handler *handler;
	void *ctx;
};

/*
 * Listen and serve until http_server_stop(). ERR_EXISTS when the port or socket is taken, ERR_USAGE
 * for half a TLS pair, ERR_CONFIG for an address, certificate or path that cannot be used.
 */
int http_server_start(
	struct http_server **out, const struct http_server_options *options, struct err *err);

/*
 * Takes no new connection, lets every request that has begun end in its own time (as far as
 * request_timeout_s bounds it, else up to 5 s), closes idle connections; blocks until then. Only
 * http_server_hurry(), from another thread, and http_server_stop(), behind it, may be called yet.
 */
void http_server_retire(struct http_server *server);

/* One that is being retired waits no longer than one that is stopped. */
void http_server_hurry(struct http_server *server);

/* Does it serve what these two files hold now? Two NULLs: is it without TLS? */
bool http_server_has_tls(struct http_server *server, const char *tls_cert, const char *tls_key);

/*
 * Stops listening, cuts delays short, lets handlers finish and their answers leave (up to 5 s),
 * frees. NULL is legal.
 */
void http_server_stop(struct http_server *server);

/* The port it really has; 0 for a local socket. */
int http_server_port(const struct http_server *server);

/* "0.9.75": of the library that is linked in, for diagnosis. */
const char *http_server_version(void);

/* A request header, or NULL; name is case-insensitive. */
const char *http_incoming_header(const struct http_incoming *in, const char *name);

/* A query parameter, percent-decoded, or NULL. */
const char *http_incoming_query(const struct http_incoming *in, const char *name);

/* HTTP Basic credentials of the request in fresh memory (wipe the password); false when there are
 * none. */
bool http_incoming_basic(const struct http_incoming *in, char **username, char **password);

/* "Name: value" onto the answer. */
void http_outgoing_header(struct http_outgoing *out, const char *name, const char *value);

#endif
