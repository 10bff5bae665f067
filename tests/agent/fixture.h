/* fixture.h — a catalog in memory and a store in a fresh folder, for the tests of this room. */

#ifndef TESTS_AGENT_FIXTURE_H
#define TESTS_AGENT_FIXTURE_H

#include "harness/check_main.h"

#include "model/catalog.h"
#include "process/process.h"
#include "store/writer.h"

/* Interfaces "a1" and "a2" (sequence 10), "b" (20), "c" (30) of integration ERP; "x" of none. */
void fixture_catalog(struct catalog *out);

/* From here on "b" has this schedule (NULL = none), and the connection is a draft or not. */
void fixture_schedule(const char *schedule, bool draft);

/* From here on "b" is not caught up, or is. */
void fixture_skip_missed(bool skip);

/* From here on "b" has no query, which its own checks refuse, or has one. */
void fixture_no_query(bool none);

/* From here on "b" goes in order (on_error = Stop), or not. */
void fixture_in_order(bool is);

/* From here on "a1" holds what follows it in its integration until it ended well, or does not. */
void fixture_holds(bool what_follows);

/* From here on the file of "b" cannot be read, for this reason (NULL = it can). */
void fixture_break(const char *why);

/* A queued run of `interface`; its number. */
int64_t fixture_run(struct writer *writer, const char *interface, int64_t batch);

/* Claim the run and set its state: what the owner of a run does. */
int fixture_set_state(struct writer *writer, int64_t run, enum run_state state, struct err *err);

/* For the writer: run *ctx gets a message whose answer was lost. */
int fixture_lose(void *ctx, struct store *store, struct err *err);

enum run_state fixture_state(const char *dir, int64_t run);

#endif
