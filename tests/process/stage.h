/*
 * stage.h — everything a run needs, for tests: a home with a store and its writer, a practice org,
 * a SQLite database as the source, a connection and an interface that map its order lines.
 */

#ifndef TESTS_PROCESS_STAGE_H
#define TESTS_PROCESS_STAGE_H

#include <pthread.h>

#include "practice/practice.h"
#include "process/process.h"

struct stage {
	const char *home;
	char database[400];
	char ledger[400], requests[400];
	struct practice *practice;
	struct practice_options options;
	struct connection connection;
	struct interface interface;
	struct process_env env;
	struct run_control control;
	struct view *view;
	int64_t run; /* the last one */
	struct err err;
	bool dry_run;
	int64_t batch;
	int64_t limit_rows;
	const char *trigger;
	const char *kill_path; /* stage_kill_child() counts requests there instead of records */
	struct stage_later {
		pthread_t thread;
		bool running;
		int64_t records;
		const char *what, *json;
		atomic_bool stop;
	} later;
};

/* Rows order_line(order_no, name, quantity, price, shipped, note): `rows` of them, keys shuffled.
 */
void stage_open(struct stage *stage, int rows);
/* The same with an org that allows so many requests; 0 = as many as it does by itself. */
void stage_open_allowed(struct stage *stage, int rows, int64_t api_allowed);
void stage_close(struct stage *stage);

/* As if the process had ended and a new one had begun: store, tokens and key gate anew. */
void stage_restart(struct stage *stage);
void stage_end_process(struct stage *stage);
void stage_begin_process(struct stage *stage);

/* Run SQL on the source. */
void stage_sql(struct stage *stage, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Make the interface an Insert into Order_Line__c, without a row key. */
void stage_insert(struct stage *stage);

/* A new run, in state Queued. */
void stage_create_run(struct stage *stage);

/* A new run (or the last one again), carried to its end; what process_run() said, with stage->err.
 */
int stage_process(struct stage *stage, int64_t wait_ms);
int stage_resume(struct stage *stage, int64_t wait_ms);

/* Another process that carries the last run, in packets of so many rows; the caller waits for it.
 */
pid_t stage_start_child(struct stage *stage, int packet);

/*
 * Let another process carry the last run, and SIGKILL it so many milliseconds after the org got so
 * many records from it. False when it had ended before.
 */
#define STAGE_CHILD_PACKET 50 /* rows */
bool stage_kill_child(struct stage *stage, int64_t records, int64_t ms);

/* The same to its end; what that process needed of memory at its peak, in kB. */
long stage_carry_apart(struct stage *stage);

/* What such a process does. */
int stage_child_main(char **argv);

/* The run as it is now; its counts are checked to add up. */
struct run_info stage_info(struct stage *stage);

/* Messages of the last run that pass a filter, or have a key: at least one, at most ten. End with
 * message_window_free(). */
void stage_find(struct stage *stage, struct message_window *window, const char *filter);
void stage_message(struct stage *stage, struct message_window *window, const char *key);

/* Replace a message's payload, and let it be sent again. */
void stage_edit(struct stage *stage, int64_t message, const char *record);
void stage_event(struct stage *stage, int64_t message, enum message_event event);

/* POST to the practice org's switches: "faults" with {"503": 1}. */
void stage_switch(struct stage *stage, const char *what, const char *json);

/* The same from a thread of its own, once the org has so many Order_Line__c; stage_close() joins
 * it. */
void stage_switch_later(struct stage *stage, int64_t records, const char *what, const char *json);

int64_t stage_records(struct stage *stage);		       /* Order_Line__c in the org */
int64_t stage_requests(struct stage *stage, const char *path); /* made to the org */

/* One record's field in the org, by its key; "" when there is none. Valid until the next call. */
const char *stage_field(struct stage *stage, const char *key, const char *field);

/* Accepted writes in the org's ledger whose line holds `part`. */
int stage_ledger(struct stage *stage, const char *part);

/* Requests in the org's log whose line, with headers and body, holds `part`. */
int stage_logged(struct stage *stage, const char *part);

#endif
