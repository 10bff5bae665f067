/*
 * verb_job.h — what a person does to messages from the board: what would become of them, and doing
 * it, on the worker. Which messages, and what, is a wish; the agent does it, and says who did.
 */

#ifndef BOARD_VERB_JOB_H
#define BOARD_VERB_JOB_H

#include "agent/selection.h"
#include "tui/board/state.h"

/* Messages by number, or with count 0 those that pass the filter. */
struct message_wish {
	enum message_event event;
	int64_t *messages; /* owned */
	size_t count;
	char filter[512];
	char salesforce_id[19]; /* of EVENT_RESOLVE_COMPLETED, "" = not told */
	char confirm[128];	/* typed org name, or "" */
};
void message_wish_free(struct message_wish *wish);

#define VERB_KEYS 6
#define VERB_TARGETS 4

/* What would become of them. */
struct verb_preview {
	struct selection_result result; /* owned */
	struct verb_key {
		char key[40];
		char interface[40];
	} keys[VERB_KEYS]; /* of the first that would be done */
	int key_count;
	char connections[VERB_TARGETS][65]; /* they go over, each once */
	int connection_count;
};

/* `told` comes on the board's thread; what the job holds is gone after it. */
struct verb_job;
typedef void verb_previewed(
	struct board *board, void *ctx, struct verb_preview *preview, const struct err *err);

/* Look, and change nothing. The job's ctx may be taken away with verb_forget(). */
struct verb_job *verb_preview(
	struct board *board, const struct message_wish *wish, verb_previewed *told, void *ctx);
void verb_forget(struct verb_job *job);

/*
 * Do it; `wish` is emptied. The notice tells how it goes on and what came of it. Where the agent
 * wants the org's name, that is asked for with the number of messages, `count`.
 */
void verb_apply(struct board *board, struct message_wish *wish, int64_t count);

#define VERB_BUSY "Something else is being done to messages; Esc stops it"

/* One is under way: it cannot be joined by another, and Esc stops it. */
bool verb_under_way(const struct board *board);
void verb_stop(struct board *board);
/* The drawing thread was woken: say how far it is. */
void verb_tick(struct board *board);

#endif
