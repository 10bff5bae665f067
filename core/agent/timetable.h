/*
 * timetable.h — which schedule is due when: of interfaces, as the catalog says, and of
 * integrations, as the agent's settings say. Used by one thread.
 *
 * An integration's schedule starts its deployed interfaces together, in sequence order, but for
 * those that have a schedule of their own.
 */

#ifndef AGENT_TIMETABLE_H
#define AGENT_TIMETABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/catalog.h"
#include "store/schedules.h"

struct timetable;

struct timetable *timetable_new(const struct catalog *catalog);
void timetable_free(struct timetable *timetable);

/*
 * Read the schedules of all deployed interfaces whose connection is no draft, and of
 * `integrations` ("ERP: at 06:30", "ERP: at 06:30; missed skip"). What cannot be read is logged and
 * has no times until it can. A schedule goes on where its state in `known` (may be NULL) left off,
 * so that times that came while nobody was there are due now; a new or changed one begins at `now`.
 */
void timetable_load(struct timetable *timetable, const struct text_list *integrations,
	const struct schedule_state *known, int known_count, int64_t now);

/* Did the catalog change since the last load? */
bool timetable_is_stale(const struct timetable *timetable);

struct due {
	const struct schedule_state *state; /* its `due` is the time that came, or the first of
					       several; borrowed until the next load */
	bool late;			    /* nobody was there at that time ... */
	bool skip;			    /* ... and then it is not to be caught up */
	bool released;			    /* it was passed over for a brake, see below */
	const struct text_list *interfaces; /* what it starts */
};

/*
 * A schedule that is due at `now`, whose next time is then set; false when none (more) is. Times
 * missed count once. A paused one is never due: its times pass.
 */
bool timetable_due(struct due *out, struct timetable *timetable, int64_t now);

/*
 * The schedules whose last time was passed over for a brake and is to be caught up when that is
 * off: walk with *at = 0 at first; false behind the last.
 */
bool timetable_braked(struct due *out, const struct timetable *timetable, size_t *at);

/* What came of a time of the schedule of that kind and name. */
void timetable_came(struct timetable *timetable, const struct schedule_state *state);

/* The next time (ms UTC) and whose it is; 0 when nothing is scheduled. */
int64_t timetable_next(const struct timetable *timetable, const struct schedule_state **state);

/* How many, and a copy of all of them as the store is to know them; caller frees. -1: no memory. */
int timetable_states(struct schedule_state **out, const struct timetable *timetable);

#endif
