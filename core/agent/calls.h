/*
 * calls.h — runs started and followed over the port.
 *
 * A call is no person: nobody can be asked. What a person would have to confirm by typing the
 * org's name (many rows to production, deletes there) is refused unless the call's body brings
 * that name; an interface that runs by hand only is refused; the runs are told as "call".
 */

#ifndef AGENT_CALLS_H
#define AGENT_CALLS_H

#include "agent/internal.h"
#include "http/server.h"

/* POST /interfaces/NAME/process: 202 with the run's number, the same one for the same
 * Idempotency-Key. */
void calls_process(struct agent *agent, const struct http_incoming *in, const char *interface,
	struct http_outgoing *out);

/* GET /runs/ID: state and counts, nothing of any row. */
void calls_run(struct agent *agent, const char *id, struct http_outgoing *out);

/* {"error":"..."} */
void calls_refuse(struct http_outgoing *out, int status, const char *text);

#endif
