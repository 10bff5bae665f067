/*
 * world.h — what an end-to-end test lives in: a fresh home, a practice org in this process, a
 * SQLite database, and the built program, run as an operator runs it.
 */

#ifndef TESTS_E2E_WORLD_H
#define TESTS_E2E_WORLD_H

#include "harness/check_main.h"

#include "practice/practice.h"

#include <sys/resource.h>
#include <sys/types.h>

struct world {
	const char *program;
	const char *home;
	char database[512];
	char settings[512]; /* agent.cfg */
	const char *input;  /* the next program's standard input, a file; NULL = nothing */
	struct practice *practice;
	pid_t agent;	   /* of `agent start`, 0 = none */
	rlim_t file_bytes; /* no file of the next program may grow beyond; 0 = any may */
	bool bound;	   /* files' permissions bind the next program, be it root's */
};

/* `misconfigure` NULL = a faithful org; `fault` NULL = a sound one ("503=0.1"). */
void world_open(struct world *world, const char *misconfigure, const char *fault);

/* The same, sound and faithful, but each of its answers takes so long. */
void world_open_slow(struct world *world, int64_t latency_ms);

/* From now on each answer of the org comes so much later; 0 = no more. A run that a test wants to
   find on its way stays there, however short of breath the machine is. */
void world_delay(struct world *world, int64_t answer_ms);

void world_open_with(struct world *world, struct practice_options *options);
void world_close(struct world *world);

/* What the last program said and how it ended; valid until the next run. */
struct ran {
	int code; /* exit code, or 128 + signal */
	char *out, *errors;
};

/* Run `agentboard --home HOME WORDS...` to its end; the list ends with NULL. */
const struct ran *world_run(struct world *world, const char *first, ...) __attribute__((sentinel));

/* The same, and the exit code must be `code`. */
#define ck_run(code_expected, world, ...)                                                          \
	do {                                                                                       \
		const struct ran *ran_now = world_run(world, __VA_ARGS__, NULL);                   \
		ck_assert_msg(ran_now->code == (code_expected), "exit %d:\n%s%s", ran_now->code,   \
			ran_now->out, ran_now->errors);                                            \
	} while (0)

/* Start it and go on; world_wait() gives its end. */
pid_t world_spawn(struct world *world, const char *first, ...) __attribute__((sentinel));
int world_wait(pid_t pid);

/* A value of the last program's JSON: "runs.0.read". */
const char *world_json(const char *path);
int64_t world_number(const char *path);

void world_sql(struct world *world, const char *sql);

/* `count` customers "C-000001" ... in table t: no, name, zip, state. */
void world_customers(struct world *world, int count);

/* Connection "erp" and interface "accounts" over t, by the commands. */
void world_connection(struct world *world);
void world_interface(struct world *world);

/* Further interfaces over t: "contacts" and "lines", of the same sequence as "accounts". */
void world_more_interfaces(struct world *world);

/* Change one value of the connection's file by hand, as no command would let us. */
void world_edit_connection(struct world *world, const char *from, const char *to);

/* An address where nobody answers: the port is taken, and nobody listens. */
const char *world_nobody(void);

#endif
