/*
 * mask.h — takes secrets out of text that leaves this machine: what is known by heart (every
 * secret of the home, opened once) and what looks like one (passwords in connection strings and
 * addresses, tokens). The last line of defence: nothing should hold a secret before it either.
 */

#ifndef COMMAND_MASK_H
#define COMMAND_MASK_H

#include "base/buf.h"
#include "base/err.h"

struct mask;

int mask_new(struct mask **out, struct err *err);
void mask_free(struct mask *mask); /* wipes what it knows */

/* Learn a secret by heart (copied). Shorter ones than MASK_KNOWN_MIN are passed over: half the text
 * would be stars. */
#define MASK_KNOWN_MIN 4
int mask_learn(struct mask *mask, const char *secret, struct err *err);

/* Append `text` to `out` with "***" for every secret in it, also for one cut off at its end. */
void mask_add(struct buf *out, const struct mask *mask, const char *text, size_t len);

/* The same within a string of at most `size` bytes. */
void mask_string(char *text, size_t size, const struct mask *mask);

#endif
