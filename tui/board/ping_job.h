/*
 * ping_job.h — the two pings on the worker, step by step onto the screen. The board keeps what it
 * saw of each connection's pings until it ends; the store keeps the verdicts.
 */

#ifndef BOARD_PING_JOB_H
#define BOARD_PING_JOB_H

#include <stdbool.h>

#include "model/connection.h"
#include "ping/ping.h"
#include "tui/board/board.h"

struct board;

/* The connection that is being made has no name yet; its pings stand under this one. */
#define PING_OF_WIZARD "(wizard)"

struct ping_shown {
	char of[65]; /* connection, or PING_OF_WIZARD */
	bool agent;  /* which of the two */
	bool running;
	unsigned turn;	 /* the higher, the later it was started */
	char config[40]; /* hash of the settings that were pinged */
	struct ping_result result;
	struct ping_job *job; /* while it runs */
	struct ping_shown *next;
};

/*
 * Ping with a copy of `connection` as it is now. `record`: the verdict goes to the store, as that
 * of the connection of this name; otherwise it is shown under PING_OF_WIZARD alone.
 */
void ping_start(struct board *board, const struct connection *connection, bool agent, bool record);

/* Give up what runs. */
void ping_cancel(struct board *board, const char *of, bool agent);

/* The latest ping of either kind / of this kind, or NULL. */
const struct ping_shown *ping_shown_of(const struct board *board, const char *of);
const struct ping_shown *ping_find(const struct board *board, const char *of, bool agent);
void ping_forget(struct board *board, const char *of);
void ping_forget_all(struct board *board);

/* Take over what running pings have to show. */
void ping_take(struct board *board);

/* Write a verdict to the store, pin the org at the first green one. For worker threads. */
int ping_record(const struct board_env *env, const struct connection *connection, bool agent,
	const struct ping_result *result, struct err *err);

#endif
