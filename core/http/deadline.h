/*
 * deadline.h — cuts connections that take too long to bring a whole request, or to take a whole
 * answer, however busy they look: libmicrohttpd's own time-out is met by one byte now and then.
 * And when all places are taken, the connection that has kept its own longest without a request
 * gives it up to whoever comes next: who holds lines open keeps nobody else from an answer.
 * Safe for all threads.
 */

#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

struct deadlines;
struct deadline; /* of one connection */

struct deadlines_options {
	int64_t patience_ms;
	int places;	    /* connections at once; 0 = as many as come */
	int address_places; /* of one address; 0 = as many as there are */
};

int deadlines_start(
	struct deadlines **out, const struct deadlines_options *options, struct err *err);
void deadlines_stop(
	struct deadlines *deadlines); /* every connection has been dropped; NULL is legal */

/*
 * Time runs from here on. One too many of `peer` (NULL = told by none) is cut itself when all the
 * others have a request under way or have only just come. NULL when memory ran out; all verbs take
 * NULL.
 */
struct deadline *deadline_watch(struct deadlines *deadlines, int fd, const struct sockaddr *peer);
void deadline_drop(struct deadlines *deadlines, struct deadline *deadline);

/* The request is here: no time is taken ... False when it was cut meanwhile: nobody waits. */
bool deadline_pause(struct deadlines *deadlines, struct deadline *deadline);
/* ... until its answer is ready to leave; it keeps its place ... */
void deadline_answer(struct deadlines *deadlines, struct deadline *deadline);
/* ... until that is done, and the next request may come. */
void deadline_again(struct deadlines *deadlines, struct deadline *deadline);

#endif
