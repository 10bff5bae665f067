/* client_rig.h — one client and one answer a test, and the call most tests make. */

#ifndef TESTS_HTTP_CLIENT_RIG_H
#define TESTS_HTTP_CLIENT_RIG_H

#include "harness/wire.h"
#include "http/client.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

extern struct http_client *client;
extern struct http_answer answer;

/* The fixture. */
void rig_setup(void);
void rig_teardown(void);

/* The server's address with `path`; borrowed until the next call. */
const char *url_of(struct wire *wire, const char *path);

/* `method` on /x of the server, into `answer`. */
int call(struct wire *wire, const char *method, const char *body, struct err *err);

#endif
