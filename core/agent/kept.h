/*
 * kept.h — a catalog that stands on its last good state: a file that stops being readable is
 * told, and what it said before stays in force until it can be read again or is removed.
 * Follows changes of the files by itself. Safe for all threads.
 */

#ifndef AGENT_KEPT_H
#define AGENT_KEPT_H

#include "base/err.h"
#include "model/catalog.h"

struct kept;

/* `files` is borrowed for its life. */
int kept_new(struct kept **out, const struct catalog *files, struct err *err);
void kept_free(struct kept *kept);

/* Its view as a catalog that only reads; valid while `kept` lives. */
const struct catalog *kept_catalog(const struct kept *kept);

/* Look for changes now. */
void kept_refresh(struct kept *kept);

/* One call for each file that is not in force as it stands; the text names file and line. */
typedef void kept_problem(void *ctx, const char *text);
void kept_problems(struct kept *kept, kept_problem *each, void *ctx);

#endif
