/* sample.h — a connection with interfaces of every kind, as the tests package it. */

#ifndef TESTS_SETUP_SAMPLE_H
#define TESTS_SETUP_SAMPLE_H

#include "setup/package.h"

#define SAMPLE_INTERFACES 4

struct sample {
	struct connection connection;
	struct interface interfaces[SAMPLE_INTERFACES];
	const struct interface *list[SAMPLE_INTERFACES];
};

void sample_fill(struct sample *sample);
void setup_sample_free(struct sample *sample);

/* One interface of one's own; end `fields` with NULL. */
void sample_interface(struct interface *out, const char *name, const char *object,
	enum operation operation, const char *external_id, const char *const *fields);

#endif
