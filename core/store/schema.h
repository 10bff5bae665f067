/* schema.h — the tables of the store and how older ones become today's (internal to core/store). */

#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

/*
 * Make a new store, or bring an older one up to date. Nobody else may be doing the same (see
 * LOCK_OPENING). ERR_STORE: not a store, or written by a newer version of this program.
 */
int schema_prepare(struct db *db, struct err *err);

/* For readers: is it a store of today's version? */
int schema_check(struct db *db, struct err *err);

/* The version this program writes. */
int schema_version(void);

#endif
