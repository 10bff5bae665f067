/*
 * wire.h — what agent.sock carries, as JSON: both ends of each document in one place, so that
 * client.c and control.c cannot drift apart.
 */

#ifndef AGENT_WIRE_H
#define AGENT_WIRE_H

#include <stddef.h>

#include "agent/agent.h"
#include "base/buf.h"

/* {"error":{"kind","code","text"}}; reading gives -kind, ERR_PROTOCOL when it is no such thing. */
void wire_write_error(struct buf *out, const struct err *error);
int wire_read_error(const char *text, size_t len, struct err *err);

/* A request as read: owns its strings, which `request` borrows. */
struct wire_process {
	struct process_request request;
	void *document;
	const char **names;
};
void wire_write_process(struct buf *out, const struct process_request *request);
int wire_read_process(struct wire_process *out, const char *text, size_t len, struct err *err);
/* The body of a call on the port: nothing, or {"limit","initial","confirm"}, checked strictly.
 * `names` of the result is NULL. */
int wire_read_call(struct wire_process *out, const char *text, size_t len, struct err *err);
void wire_process_free(struct wire_process *process);

void wire_write_reply(struct buf *out, const struct process_reply *reply);
int wire_read_reply(struct process_reply *out, const char *text, size_t len, struct err *err);

void wire_write_status(struct buf *out, const struct agent_status *status);
int wire_read_status(struct agent_status *out, const char *text, size_t len, struct err *err);

/* What is done to messages, and what became of each. The reading owns what its structs borrow. */
struct wire_messages {
	struct messages_request request;
	void *document;
	int64_t *messages;
};
void wire_write_messages(struct buf *out, const struct messages_request *request);
int wire_read_messages(struct wire_messages *out, const char *text, size_t len, struct err *err);
void wire_messages_free(struct wire_messages *messages);

void wire_write_answers(struct buf *out, const struct messages_reply *reply);
int wire_read_answers(struct messages_reply *out, const char *text, size_t len, struct err *err);

struct wire_edit {
	struct edit_request request;
	void *document;
	const char **sets;
};
void wire_write_edit(struct buf *out, const struct edit_request *request);
int wire_read_edit(struct wire_edit *out, const char *text, size_t len, struct err *err);
void wire_edit_free(struct wire_edit *edit);

/* By enum carry_state; NULL behind the last. */
extern const char *const wire_carry_names[];

void wire_write_run(struct buf *out, const struct agent_run *run);
int wire_read_run(struct agent_run *out, const char *text, size_t len, struct err *err);

/* POST /schedule: strings of the read one are owned by its document. */
struct wire_schedule {
	int kind;
	const char *name;
	bool pause;
	const char *who;
	void *document;
};
void wire_write_schedule(struct buf *out, const struct wire_schedule *schedule);
int wire_read_schedule(struct wire_schedule *out, const char *text, size_t len, struct err *err);
void wire_schedule_free(struct wire_schedule *schedule);

/* POST /ping, and its steps as in `ping --json`, with what was learned of the org. The read
 * request's strings are owned by its document. */
struct wire_ping {
	struct ping_request request;
	void *document;
};
void wire_write_ping(struct buf *out, const struct ping_request *request);
int wire_read_ping(struct wire_ping *out, const char *text, size_t len, struct err *err);
void wire_ping_free(struct wire_ping *ping);

void wire_write_pinged(struct buf *out, const struct ping_reply *reply);
int wire_read_pinged(struct ping_reply *out, const char *text, size_t len, struct err *err);

/* POST /preview, and its rows. */
struct wire_preview {
	struct preview_request request;
	void *document;
};
void wire_write_preview(struct buf *out, const struct preview_request *request);
int wire_read_preview(struct wire_preview *out, const char *text, size_t len, struct err *err);
void wire_preview_free(struct wire_preview *preview);

void wire_write_rows(struct buf *out, const struct preview *preview);
int wire_read_rows(struct preview **out, const char *text, size_t len, struct err *err);

/* {"who":"anna (ssh 10.0.0.7)"}; "" when it says nothing. */
void wire_write_who(struct buf *out, const char *who);
void wire_read_who(char *out, size_t size, const char *text, size_t len);

#endif
