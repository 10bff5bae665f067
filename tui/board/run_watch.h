/*
 * run_watch.h — the runs that a person waits for: those started here, and those opened. When one
 * ends, the terminal's bell rings once and a line says how it ended, if the bell is on.
 */

#ifndef BOARD_RUN_WATCH_H
#define BOARD_RUN_WATCH_H

#include "tui/board/state.h"

/* From now on. `started`: it has not ended yet, even if nothing of it is known; else its end counts
 * only if it was seen under way. Of more than WATCHED_MAX the oldest are let go. */
void run_watch(struct board *board, int64_t run, bool started);

/* Adds them to what the feed is asked for. */
void run_watch_look(const struct board *board, struct feed_request *request);

/* News of them came. */
void run_watch_take(struct board *board, const struct feed_news *news);

/* `:bell`: on, or off again. A key_binding's run. */
void run_watch_do_toggle(void *ctx, const char *argument);

#endif
