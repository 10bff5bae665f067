/* control.c — routes of agent.sock to the agent's verbs. Handlers run on the server's threads. */

#include "base/base.h"
#include "agent/control.h"
#include "agent/internal.h"
#include "agent/wire.h"
#include "base/log.h"
#include "base/text.h"
#include "http/server.h"

#define REQUEST_TIMEOUT_S 30 /* to come in whole, and for its answer to be taken */

struct control {
	struct http_server *server;
	struct agent *agent;
};

/* "anna (ssh 10.0.0.7)": the name is the kernel's word, what is in brackets the caller's. */
static void identify(char *out, size_t size, const struct http_incoming *in, const char *claimed)
{
	const char *origin = claimed ? strstr(claimed, " (") : NULL;
	char name[64];

	agent_user_name(name, sizeof(name), in->peer_uid);
	snprintf(out, size, "%s%.80s", name, origin ? origin : "");
	for (char *c = out; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	}
}

static void identify_body(char *out, size_t size, const struct http_incoming *in)
{
	char claimed[RUN_WHO_MAX];

	wire_read_who(claimed, sizeof(claimed), in->body, in->body_len);
	identify(out, size, in, claimed);
}

/* Each answers 0 with out->body filled (or empty), or an error. `run` is the path's number. */
typedef int answerer(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err);

static int answer_status(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	struct agent_status status;

	(void)in;
	(void)run;
	(void)err;
	agent_fill_status(&status, control->agent);
	wire_write_status(&out->body, &status);
	return 0;
}

static int answer_process(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	struct wire_process process;
	struct process_reply reply;
	char who[RUN_WHO_MAX];
	int rc = wire_read_process(&process, in->body, in->body_len, err);

	(void)run;
	if (rc < 0)
		return rc;
	identify(who, sizeof(who), in, process.request.who);
	process.request.who = who;
	process.request.trigger = "manual"; /* a schedule need not type names; a caller must */
	rc = agent_process(&reply, control->agent, &process.request, err);
	if (rc == 0)
		wire_write_reply(&out->body, &reply);
	wire_process_free(&process);
	return rc;
}

static int answer_messages(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	struct wire_messages messages;
	struct messages_reply reply;
	char who[RUN_WHO_MAX];
	int rc = wire_read_messages(&messages, in->body, in->body_len, err);

	(void)run;
	if (rc < 0)
		return rc;
	identify(who, sizeof(who), in, messages.request.who);
	messages.request.who = who;
	rc = agent_messages(&reply, control->agent, &messages.request, err);
	if (rc == 0)
		wire_write_answers(&out->body, &reply);
	messages_reply_free(&reply);
	wire_messages_free(&messages);
	return rc;
}

static int answer_edit(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	struct wire_edit edit;
	char who[RUN_WHO_MAX];
	int rc = wire_read_edit(&edit, in->body, in->body_len, err);

	(void)out;
	(void)run;
	if (rc < 0)
		return rc;
	identify(who, sizeof(who), in, edit.request.who);
	edit.request.who = who;
	rc = agent_edit(control->agent, &edit.request, err);
	wire_edit_free(&edit);
	return rc;
}

static int answer_run(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	struct agent_run state;

	(void)in;
	(void)err;
	agent_run_state(&state, control->agent, run);
	wire_write_run(&out->body, &state);
	return 0;
}

static int answer_cancel(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	char who[RUN_WHO_MAX];

	(void)out;
	identify_body(who, sizeof(who), in);
	log_line(LOG_LEVEL_INFO, run, "%s asks to cancel", who);
	return agent_cancel(control->agent, run, who, err);
}

static int answer_resume(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	char who[RUN_WHO_MAX];

	(void)out;
	identify_body(who, sizeof(who), in);
	log_line(LOG_LEVEL_INFO, run, "%s asks to resume", who);
	return agent_resume(control->agent, run, who, err);
}

static int answer_schedule(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	struct wire_schedule schedule;
	char who[RUN_WHO_MAX];
	int rc = wire_read_schedule(&schedule, in->body, in->body_len, err);

	(void)out;
	(void)run;
	if (rc < 0)
		return rc;
	identify(who, sizeof(who), in, schedule.who);
	rc = agent_pause_schedule(
		control->agent, schedule.kind, schedule.name, schedule.pause, who, err);
	wire_schedule_free(&schedule);
	return rc;
}

static int answer_ping(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	struct ping_reply *reply = calloc(1, sizeof(*reply));
	struct wire_ping ping = { .document = NULL };
	char who[RUN_WHO_MAX];
	int rc = reply ? wire_read_ping(&ping, in->body, in->body_len, err) : err_nomem(err);

	(void)run;
	if (rc == 0) {
		identify(who, sizeof(who), in, ping.request.who);
		ping.request.who = who;
		rc = agent_ping(reply, control->agent, &ping.request, err);
	}
	if (rc == 0)
		wire_write_pinged(&out->body, reply);
	wire_ping_free(&ping);
	free(reply);
	return rc;
}

static int answer_preview(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	struct preview *preview = NULL;
	struct wire_preview asked;
	char who[RUN_WHO_MAX];
	int rc = wire_read_preview(&asked, in->body, in->body_len, err);

	(void)run;
	if (rc < 0)
		return rc;
	identify(who, sizeof(who), in, asked.request.who);
	asked.request.who = who;
	rc = agent_preview(&preview, control->agent, &asked.request, err);
	if (rc == 0)
		wire_write_rows(&out->body, preview);
	if (rc == 0)
		rc = buf_check(&out->body, "the preview", err);
	preview_free(preview);
	wire_preview_free(&asked);
	return rc;
}

static int answer_stop(struct control *control, const struct http_incoming *in,
	struct http_outgoing *out, int64_t run, struct err *err)
{
	char who[RUN_WHO_MAX];

	(void)out;
	(void)run;
	(void)err;
	identify_body(who, sizeof(who), in);
	log_line(LOG_LEVEL_INFO, 0, "%s asks the agent to stop", who);
	agent_ask_stop(control->agent);
	return 0;
}

/* `path` may hold one # for a run's number. */
static const struct {
	const char *method;
	const char *path;
	answerer *answer;
} routes[] = {
	{ "GET", "/status", answer_status },
	{ "POST", "/runs", answer_process },
	{ "GET", "/runs/#", answer_run },
	{ "POST", "/runs/#/cancel", answer_cancel },
	{ "POST", "/runs/#/resume", answer_resume },
	{ "POST", "/messages", answer_messages },
	{ "POST", "/edit", answer_edit },
	{ "POST", "/schedule", answer_schedule },
	{ "POST", "/ping", answer_ping },
	{ "POST", "/preview", answer_preview },
	{ "POST", "/stop", answer_stop },
};

/* Does `path` have the route's form? Its number goes to *run. */
static bool path_fits(const char *route, const char *path, int64_t *run)
{
	const char *hash = strchr(route, '#');
	char number[24];
	size_t before;
	size_t digits;

	if (!hash)
		return strcmp(route, path) == 0;
	before = (size_t)(hash - route);
	if (strncmp(route, path, before) != 0)
		return false;
	digits = strspn(path + before, "0123456789");
	snprintf(number, sizeof(number), "%.*s", (int)digits, path + before);
	return text_int(run, number, 1, INT64_MAX) && strcmp(path + before + digits, hash + 1) == 0;
}

static int route(struct control *control, const struct http_incoming *in, struct http_outgoing *out,
	struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		int64_t run = 0;

		if (strcmp(in->method, routes[i].method) == 0 &&
			path_fits(routes[i].path, in->path, &run))
			return routes[i].answer(control, in, out, run, err);
	}
	return err_set(err, ERR_NOT_FOUND, "the agent has no %s %s", in->method, in->path);
}

static void handle(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	struct err err = ERR_INIT;

	if (route(ctx, in, out, &err) == 0) {
		if (!out->body.len)
			buf_add_str(&out->body, "{}");
		return;
	}
	out->status = err.kind == ERR_NOT_FOUND ? 404 : 409;
	buf_reset(&out->body);
	wire_write_error(&out->body, &err);
}

int control_start(
	struct control **out, struct agent *agent, const char *socket_path, struct err *err)
{
	struct control *control = calloc(1, sizeof(*control));
	struct http_server_options options = { .unix_path = socket_path,
		.body_max = 1u << 20,
		.request_timeout_s = REQUEST_TIMEOUT_S,
		.handler = handle,
		.ctx = control };
	int rc;

	*out = NULL;
	if (!control)
		return err_nomem(err);
	control->agent = agent;
	rc = http_server_start(&control->server, &options, err);
	if (rc < 0) {
		free(control);
		return rc;
	}
	*out = control;
	return 0;
}

void control_stop(struct control *control)
{
	if (!control)
		return;
	http_server_stop(control->server);
	free(control);
}
