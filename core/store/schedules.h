/*
 * schedules.h — what the store keeps of each schedule: up to when its times were dealt with, what
 * became of the last one, who paused it. The times themselves are computed by whoever runs it.
 */

#ifndef STORE_SCHEDULES_H
#define STORE_SCHEDULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/store.h"
#include "store/view.h"

enum schedule_kind { SCHEDULE_INTERFACE, SCHEDULE_INTEGRATION };

enum schedule_verdict {
	SCHEDULE_NONE, /* no time came yet */
	SCHEDULE_STARTED,
	SCHEDULE_CAUGHT_UP, /* started late: nobody was there at its time */
	SCHEDULE_PASSED,    /* passed over: its last run goes on, or it is stopped */
	SCHEDULE_MISSED,    /* nobody was there, and it is not to be caught up */
	SCHEDULE_FAILED,    /* its run could not be created */
	SCHEDULE_HELD,	    /* passed over: a person holds its connection */
	SCHEDULE_BLOCKED,   /* passed over: the org refuses its connection a token */
};

#define SCHEDULE_NAME_MAX 80
#define SCHEDULE_TEXT_MAX 512
#define SCHEDULE_LATE_MS 120000

struct schedule_state {
	enum schedule_kind kind;
	char name[SCHEDULE_NAME_MAX + 1];
	char text[SCHEDULE_TEXT_MAX]; /* "at 06:30 weekdays" */
	int64_t looked;		      /* every time up to here was dealt with (ms UTC) */
	int64_t next;		      /* 0 = never */
	int64_t due;		      /* the last time that came, 0 = none */
	enum schedule_verdict verdict;
	char note[256]; /* why it was passed over, missed or failed */
	int64_t run;	/* that it started, 0 = none */
	int64_t paused_at;
	char paused_who[RUN_WHO_MAX];
};

const char *schedule_verdict_name(enum schedule_verdict verdict); /* "caught up" */

/* "order-lines", or "integration ERP". */
void schedule_name(char *out, size_t size, const struct schedule_state *state);

/* Its last time was passed over for a brake of its connection, and may be caught up behind it. */
bool schedule_is_braked(const struct schedule_state *state);

/* Is its next time over, and nobody dealt with it? */
bool schedule_is_late(const struct schedule_state *state, int64_t now);

/*
 * Should it have run, and did it not? Then `out` says so in words; else false. A paused one is
 * silent, and so is one whose connection a person holds; one that was passed over since its last
 * run goes on is not late.
 */
bool schedule_alarm(char *out, size_t size, const struct schedule_state *state, int64_t now);

/* All of them, interfaces first, by name. Caller frees *out. */
int view_schedules(struct schedule_state **out, int *count, struct view *view, struct err *err);

/* These are the schedules there are, with their text, looked and next; others are forgotten. */
int store_schedules_sync(
	struct store *store, const struct schedule_state *states, int count, struct err *err);

/* A time came and was dealt with: all but name, text and pause are written. */
int store_schedule_came(struct store *store, const struct schedule_state *state, struct err *err);

/* ERR_NOT_FOUND when there is none by that name. Resuming catches nothing up. */
int store_schedule_pause(struct store *store, enum schedule_kind kind, const char *name, bool pause,
	const char *who, struct err *err);

#endif
