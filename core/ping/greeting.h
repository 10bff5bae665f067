/* greeting.h — private to this folder: what an agent answers to GET /ping, and how to know it. */

#ifndef PING_GREETING_H
#define PING_GREETING_H

#include <stdbool.h>

struct greeting {
	char version[64];
	char home[160];
};

/* False when `text` is no answer of an agent of this program. */
bool greeting_read(struct greeting *out, const char *text);

#endif
