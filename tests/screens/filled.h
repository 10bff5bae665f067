/*
 * filled.h — the home of a fixture: two connections, three interfaces, and a store with two runs
 * that ended and one under way.
 */

#ifndef SCREENS_FILLED_H
#define SCREENS_FILLED_H

#include "screens/fixture.h"

/* Make `folder` a copy of it. */
void filled_copy(const char *folder);

/* The store in that copy; the run under way is this process's, and the rows that the fixture wants
 * beside are added. */
void filled_open(struct fixture *fx, const char *folder);

/* A file of the home with this text. */
void filled_write(const char *folder, const char *name, const char *text);

#endif
