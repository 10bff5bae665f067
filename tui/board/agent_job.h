/*
 * agent_job.h — what the board asks of the agent over its socket, on the worker's agent lane. Where
 * no agent answers, a run that was asked for starts one, and the board says so.
 */

#ifndef BOARD_AGENT_JOB_H
#define BOARD_AGENT_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

struct board;
struct board_env;
struct board_services;

/* Ask whether the agent is up; the answer changes the frame. Asks one at a time. */
void agent_look(struct board *board);

struct process_wish {
	struct text_list interfaces; /* taken over */
	int64_t limit_rows;
	bool initial, dry_run;
	char confirm[128]; /* typed org name, or "" */
};

/* Hand runs to the agent. The notice tells what came of it; a production org may ask for its name
 * first. */
void agent_ask_process(struct board *board, struct process_wish *wish);
void process_wish_free(struct process_wish *wish);

/*
 * For jobs whose request got ERR_NET: start an agent. 0 = ask again. ERR_NET, with `err` as it was,
 * when one is up all the same. On a worker's thread.
 */
int agent_bring_up(
	const struct board_env *env, const struct board_services *services, struct err *err);

/* What an agent said that wants the org's name, without the words for a command line; `again`: a
 * name was typed, and it was another one. */
void agent_question(char *out, size_t size, const char *refusal, bool again);

void agent_ask_cancel(struct board *board, int64_t run);
void agent_ask_resume(struct board *board, int64_t run);

#endif
