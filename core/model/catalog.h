/*
 * catalog.h — where connections and interfaces come from. The core sees this table alone; config/
 * implements it over the files of a home, tests over arrays, and main wires one of them in.
 */

#ifndef MODEL_CATALOG_H
#define MODEL_CATALOG_H

#include "base/err.h"
#include "base/text.h"
#include "model/connection.h"
#include "model/interface.h"
#include "model/secret.h"

struct catalog {
	void *self;

	/* Names, sorted. Connections by name; interfaces by (sequence, name). Caller frees the
	 * list. */
	int (*connections)(void *self, struct text_list *names, struct err *err);
	int (*interfaces)(void *self, struct text_list *names, struct err *err);

	/* Fill an initialised struct (caller frees its fields). ERR_NOT_FOUND tells the nearest
	 * name. */
	int (*connection)(void *self, struct connection *out, const char *name, struct err *err);
	int (*interface)(void *self, struct interface *out, const char *name, struct err *err);

	/* Write atomically; only the file of this one thing is touched. */
	int (*save_connection)(void *self, const struct connection *connection, struct err *err);
	int (*save_interface)(void *self, const struct interface *interface, struct err *err);
	/* The same for a thing that was loaded as `before` and edited into `after`: only what
	 * differs between the two is changed in the file, so that what others changed meanwhile
	 * survives. ERR_NOT_FOUND when the file is gone. May be NULL (then save as a whole). */
	int (*update_connection)(void *self, const struct connection *before,
		const struct connection *after, struct err *err);
	int (*update_interface)(void *self, const struct interface *before,
		const struct interface *after, struct err *err);

	/* A connection that interfaces name is not removed: ERR_USAGE names them. */
	int (*remove_connection)(void *self, const char *name, struct err *err);
	int (*remove_interface)(void *self, const char *name, struct err *err);

	/* A number that differs once any file was added, changed or removed; cheap, no parsing. */
	uint64_t (*version)(void *self);

	const struct keyring *keyring; /* borrowed; NULL where secrets cannot be unsealed */
};

#endif
