/* fixture.h — a connection to a practice org, and a catalog of three interfaces over it. */

#ifndef TESTS_PING_FIXTURE_H
#define TESTS_PING_FIXTURE_H

#include "harness/check_main.h"

#include "model/catalog.h"
#include "ping/ping.h"

/* A connection that pings green against `domain`; free its fields. */
void fixture_connection(struct connection *out, const char *domain);

/* Interfaces "accounts", "order-lines" (Upsert) and "purge" (Delete), over connection "practice".
 */
extern const struct catalog fixture_catalog;

/* The first step with this name, or NULL. */
const struct ping_step *fixture_step(const struct ping_result *result, const char *name);

/* The first failed step, else the first warning with a remedy, or NULL. */
const struct ping_step *fixture_finding(const struct ping_result *result);

#endif
