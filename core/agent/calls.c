/* calls.c — POST /interfaces/NAME/process and GET /runs/ID. */

#include "base/base.h"
#include "agent/calls.h"
#include "agent/wire.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "store/service.h"

#include <sodium.h>

#define FINGERPRINT_BYTES 16
#define RETRY_AFTER_S "30"

void calls_refuse(struct http_outgoing *out, int status, const char *text)
{
	struct json json = JSON_INIT(&out->body);

	buf_reset(&out->body);
	out->status = status;
	json_open(&json, '{');
	json_put_text(&json, "error", text);
	json_close(&json, '}');
}

/* ---- process ---- */

/* What a failure means to a caller. What its text may hold of the source or of files stays here. */
static const struct {
	enum err_kind kind;
	int status;
	const char *text; /* NULL = as it is */
} failures[] = {
	{ ERR_NOT_FOUND, 404, "there is no such interface" },
	{ ERR_PROTOCOL, 400, NULL },
	{ ERR_USAGE, 409, NULL },
	{ ERR_EXISTS, 422, NULL },
	{ ERR_CONFIG, 409, "the interface cannot run as it is set up: see the agent's log" },
	{ ERR_SOURCE, 503, "the source could not be read: see the agent's log" },
	{ ERR_UNFINISHED, 503, NULL },
};

static void refuse_error(struct http_outgoing *out, const char *interface, const struct err *err)
{
	log_line(LOG_LEVEL_WARN, 0, "a call for %s was refused: %s", interface, err->text);
	if (strcmp(err->code, AGENT_CODE_CONFIRM) == 0) {
		calls_refuse(out, 409,
			"rows would be deleted, or more of them go, in a production org than may "
			"unconfirmed: send its name as {\"confirm\":\"NAME\"}");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		if (failures[i].kind != err->kind)
			continue;
		calls_refuse(
			out, failures[i].status, failures[i].text ? failures[i].text : err->text);
		if (out->status == 503)
			http_outgoing_header(out, "Retry-After", RETRY_AFTER_S);
		return;
	}
	calls_refuse(out, 500, "the run could not be created: see the agent's log");
}

/* The same words make the same fingerprint, however they were spaced. */
static void fingerprint(
	char out[2 * FINGERPRINT_BYTES + 1], const char *interface, const struct wire_process *call)
{
	unsigned char hash[FINGERPRINT_BYTES];
	char text[512];
	int len = snprintf(text, sizeof(text), "%s\n%" PRId64 "\n%d\n%s", interface,
		call->request.limit_rows, call->request.initial,
		call->request.confirm ? call->request.confirm : "");

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)text,
		(size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1, NULL, 0);
	sodium_bin2hex(out, 2 * FINGERPRINT_BYTES + 1, hash, sizeof(hash));
}

/* NULL when there is none; ERR_PROTOCOL for one that no store should keep. */
static int read_key(const char **key, const struct http_incoming *in, struct err *err)
{
	const char *text = http_incoming_header(in, "Idempotency-Key");

	*key = NULL;
	if (!text)
		return 0;
	if (!*text || strlen(text) > CALL_KEY_MAX)
		return err_set(err, ERR_PROTOCOL, "an Idempotency-Key has 1 to %d characters",
			CALL_KEY_MAX);
	for (const char *c = text; *c; c++) {
		if (*c < ' ' || *c == 0x7f)
			return err_set(err, ERR_PROTOCOL, "an Idempotency-Key is printable ASCII");
	}
	*key = text;
	return 0;
}

static void accept(struct http_outgoing *out, const struct process_reply *reply)
{
	struct json json = JSON_INIT(&out->body);
	char path[64];

	out->status = 202;
	snprintf(path, sizeof(path), "/runs/%" PRId64, reply->runs[0]);
	http_outgoing_header(out, "Location", path);
	if (reply->repeated)
		http_outgoing_header(out, "Idempotency-Replayed", "true");
	json_open(&json, '{');
	json_put_int(&json, "run", reply->runs[0]);
	json_put_text(&json, "location", path);
	json_close(&json, '}');
}

static bool queue_is_full(struct agent *agent)
{
	int waiting, running;

	carrier_counts(agent->carrier, &waiting, &running);
	return waiting >= agent_limit_waiting(agent);
}

static int process(struct process_reply *reply, struct agent *agent, const struct http_incoming *in,
	const char *interface, struct err *err)
{
	const char *const names[] = { interface, NULL };
	char print[2 * FINGERPRINT_BYTES + 1];
	struct wire_process call;
	char who[RUN_WHO_MAX];
	int rc = wire_read_call(&call, in->body, in->body_len, err);

	if (rc < 0)
		return rc;
	snprintf(who, sizeof(who), "call (%s)", in->peer);
	fingerprint(print, interface, &call);
	call.request.interfaces = names;
	call.request.wait_ms = AGENT_WAIT_DEFAULT_MS;
	call.request.trigger = "call";
	call.request.who = who;
	call.request.detached = true;
	call.request.call_request = print;
	rc = read_key(&call.request.call_key, in, err);
	if (rc == 0)
		rc = agent_process(reply, agent, &call.request, err);
	wire_process_free(&call);
	return rc;
}

void calls_process(struct agent *agent, const struct http_incoming *in, const char *interface,
	struct http_outgoing *out)
{
	struct process_reply reply;
	struct err err = ERR_INIT;

	if (queue_is_full(agent)) {
		calls_refuse(out, 429, "too many runs wait already");
		http_outgoing_header(out, "Retry-After", RETRY_AFTER_S);
		return;
	}
	if (process(&reply, agent, in, interface, &err) < 0) {
		refuse_error(out, interface, &err);
		return;
	}
	log_line(LOG_LEVEL_INFO, reply.runs[0], "%s for %s by a call from %s",
		reply.repeated ? "asked for once more" : "created", interface, in->peer);
	accept(out, &reply);
}

/* ---- a run ---- */

static void put_time(struct json *json, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	json_put_text(json, key, ms ? clock_iso(text, ms) : NULL);
}

/* Neither reason nor who: they may hold words of a row, or a person's name. */
static void put_run(struct json *json, const struct run_info *run)
{
	const struct run_counts *counts = &run->counts;
	int64_t end = run->ended ? run->ended : clock_now();

	json_open(json, '{');
	json_key(json, "run");
	json_open(json, '{');
	json_put_int(json, "id", run->id);
	json_put_text(json, "interface", run->interface);
	json_put_text(json, "status", run_state_name(run->state));
	json_put_bool(json, "finished", run_state_final(run->state));
	json_put_int(json, "read", counts->read);
	json_put_int(json, "completed", counts->completed);
	json_put_int(json, "failed", counts->failed);
	json_put_int(json, "pending", counts->pending);
	json_put_int(json, "unknown", counts->unknown);
	json_put_int(json, "cancelled", counts->cancelled);
	json_put_int(json, "held", counts->held);
	json_put_int(json, "skipped", counts->skipped);
	json_put_int(json, "calls", run->calls);
	json_put_real(
		json, "seconds", run->started ? (double)((end - run->started) / 100) / 10 : 0);
	put_time(json, "start", run->started);
	put_time(json, "end", run->ended);
	json_put_text(json, "mode", transfer_mode_name(run->mode));
	json_put_text(json, "trigger", run->trigger);
	json_close(json, '}');
	json_close(json, '}');
}

void calls_run(struct agent *agent, const char *id, struct http_outgoing *out)
{
	struct json json = JSON_INIT(&out->body);
	struct view *view = NULL;
	struct err err = ERR_INIT;
	struct run_info run;
	int64_t number;
	int rc = -ERR_NOT_FOUND;

	if (text_int(&number, id, 1, INT64_MAX))
		rc = view_open(&view, agent->home_data, &err);
	if (rc == 0)
		rc = view_run(&run, view, number, &err);
	view_close(view);
	if (rc == 0)
		put_run(&json, &run);
	else if (rc == -ERR_NOT_FOUND)
		calls_refuse(out, 404, "there is no such run");
	else
		calls_refuse(out, 503, "the store could not be read: see the agent's log");
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		log_line(LOG_LEVEL_ERROR, 0, "a call for a run failed: %s", err.text);
}
