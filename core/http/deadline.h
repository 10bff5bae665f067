/*
 * deadline.h — cuts connections that take too long to bring a whole request, or to take a whole
 * answer, however busy they look: libmicrohttpd's own time-out is met by one byte now and then.
 * Safe for all threads.
 */

#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdint.h>

#include "base/err.h"

struct deadlines;
struct deadline; /* of one connection */

int deadlines_start(struct deadlines **out, int64_t patience_ms, struct err *err);
void deadlines_stop(
	struct deadlines *deadlines); /* every connection has been dropped; NULL is legal */

/* Time runs from here on. NULL when memory ran out; all verbs take NULL. */
struct deadline *deadline_watch(struct deadlines *deadlines, int fd);
void deadline_drop(struct deadlines *deadlines, struct deadline *deadline);

/* The request is here: no time is taken until its answer is ready to leave (or the next begins). */
void deadline_pause(struct deadlines *deadlines, struct deadline *deadline);
void deadline_again(struct deadlines *deadlines, struct deadline *deadline);

#endif
