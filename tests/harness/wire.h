/*
 * wire.h — a scripted server on a loopback port: it answers the n-th request it reads with the n-th
 * step of a script, byte by byte, and keeps what it was sent. For exact-request tests and for every
 * way in which a line can break. When the script is over, requests get "HTTP/1.1 500".
 */

#ifndef HARNESS_WIRE_H
#define HARNESS_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum wire_end {
	WIRE_KEEP,  /* keep the connection alive */
	WIRE_CLOSE, /* close it after the answer */
	WIRE_RESET, /* break it off (RST) after the answer, which may be empty */
	WIRE_HOLD,  /* keep it open and say nothing more until the server stops */
};

enum wire_read {
	WIRE_READ_ALL,	  /* head and body, then answer */
	WIRE_READ_HEAD,	  /* answer as soon as the head is here */
	WIRE_READ_NOTHING /* answer (or break off) at once */
};

struct wire_step {
	const char *answer; /* raw bytes, NULL = none */
	size_t len;	    /* 0 = strlen(answer) */
	enum wire_end end;
	enum wire_read read;
	int chop; /* > 0: send the answer in pieces of so many bytes */
};

#define WIRE_REQUESTS_MAX 64

struct wire;

/* `script` is borrowed until wire_stop(). */
struct wire *wire_start(const struct wire_step *script, size_t steps);

/* Ends every connection and waits for its threads. */
void wire_stop(struct wire *wire);

int wire_port(const struct wire *wire);
const char *wire_url(const struct wire *wire); /* "http://127.0.0.1:PORT" */

/* Requests (or connections, with WIRE_READ_NOTHING) that used up a step or more than the script. */
size_t wire_count(struct wire *wire);
size_t wire_connections(struct wire *wire);

/* The bytes of the i-th request as a string; "" when there was none. Valid until wire_stop(). */
const char *wire_request(struct wire *wire, size_t i);

/* Wait (bounded) until so many requests have come. */
void wire_await(struct wire *wire, size_t requests);

/* "HTTP/1.1 STATUS X\r\n...Content-Length: N\r\n\r\nBODY" in static memory of a few answers. */
const char *wire_json(int status, const char *body);

#endif
