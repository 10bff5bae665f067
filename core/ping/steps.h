/* steps.h — private to this folder: building the list of steps as a ping goes on. */

#ifndef PING_STEPS_H
#define PING_STEPS_H

#include "ping/ping.h"

struct steps {
	struct ping_result *out; /* borrowed */
	ping_on_step *on_step;
	void *ctx;
	enum app_kind app;
	bool agent;	    /* the way to the agent, not to Salesforce */
	int64_t started_us; /* of the step at hand */
};

void steps_start(struct steps *steps, struct ping_result *out, enum app_kind app,
	ping_on_step *on_step, void *ctx);

/* The clock of the next step starts now. */
void steps_begin(struct steps *steps);

/* End the step at hand; its time is what passed since steps_begin(), or `ms` where it is >= 0. */
void steps_ok(struct steps *steps, const char *name, double ms, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void steps_warn(struct steps *steps, const char *name, const char *remedy_id, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A failure found here: `remedy_id` is a row of the remedy table. */
void steps_fail(struct steps *steps, const char *name, enum err_kind kind, const char *remedy_id,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* A failure told by the other side: the remedy is found by its symptom. `answer` may be NULL. */
void steps_fail_err(struct steps *steps, const char *name, const struct err *err,
	const struct http_answer *answer);

/* The step's remedy in words. */
void steps_set_remedy(struct ping_step *step, const struct remedy *remedy);

/* A secret that cannot be opened, or cannot be what was meant: nothing was sent. */
void steps_fail_secret(struct steps *steps, const struct err *err);

/* Names that the ping did not come to, NULL-terminated. */
void steps_not_reached(struct steps *steps, const char *const *names);

/*
 * Name, TCP and TLS as one finished request tells them. True when the talk itself began; else the
 * step that failed is recorded and the later ones of these are "not reached".
 */
bool steps_transport(struct steps *steps, const char *host, bool https,
	const struct http_answer *answer, const struct err *err);

/* No room for another step. */
bool steps_full(const struct steps *steps);

/* The first problem that connection_check_all() tells of keys that begin with `prefix`. */
bool steps_settings(struct steps *steps, const struct connection *connection, const char *prefix);

#endif
