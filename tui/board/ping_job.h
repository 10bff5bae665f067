/*
 * ping_job.h — the pings on the worker, step by step onto the screen. The board keeps what it
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
	enum ping_kind kind;
	bool running;
	int64_t ended;	 /* ms UTC; 0 = it runs, or was given up */
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
void ping_start(
	struct board *board, const struct connection *connection, enum ping_kind kind, bool record);

/* Give up what runs. */
void ping_cancel(struct board *board, const char *of, enum ping_kind kind);

/* The latest ping of any kind / of this kind, or NULL. */
const struct ping_shown *ping_shown_of(const struct board *board, const char *of);
const struct ping_shown *ping_find(const struct board *board, const char *of, enum ping_kind kind);
void ping_forget(struct board *board, const char *of);
void ping_forget_all(struct board *board);

/* Take over what running pings have to show. */
void ping_take(struct board *board);

/* ping_record() in a transaction of its own. For worker threads. */
int ping_keep(const struct board_env *env, const struct connection *connection, enum ping_kind kind,
	const struct ping_result *result, struct err *err);

#endif
