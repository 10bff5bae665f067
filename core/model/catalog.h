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
	int (*remove_connection)(void *self, const char *name, struct err *err);
	int (*remove_interface)(void *self, const char *name, struct err *err);

	/* A number that differs once any file was added, changed or removed; cheap, no parsing. */
	uint64_t (*version)(void *self);

	const struct keyring *keyring; /* borrowed; NULL where secrets cannot be unsealed */
};

#endif
