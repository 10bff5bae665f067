/* practice.c — the practice org as a whole: start and stop, and a request's way through it. */

#include "base/base.h"
#include "practice/practice.h"
#include "base/clock.h"
#include "practice/call.h"
#include "practice/resources.h"

#include <sodium.h>

#define BODY_MAX (52u << 20) /* Salesforce takes 50 MB; an upload of a bulk job may be larger */
#define CONNECTIONS_MAX 256

/* ---- one request ---- */

/* What stands between a call and its handler. Answers itself when the call may not pass. */
static bool may_pass(struct call *call, const struct route *route)
{
	const struct mistake *mistake = mistake_at(call->org, MISTAKE_REST);

	if (route->flags & ROUTE_OPEN)
		return true;
	if (mistake && !mistake->code) { /* the edge, before the org */
		call_mistake(call, mistake);
		return false;
	}
	if (!call_authorized(call))
		return false;
	if (++call->org->api_used > call->org->api_allowed && call->org->api_enforced) {
		call_fail(call, 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
		return false;
	}
	if (mistake) {
		call_mistake(call, mistake);
		return false;
	}
	if ((route->flags & ROUTE_NO_VERSION) ||
		resources_serves_version(call->org, call->version_number))
		return true;
	call_not_found(call);
	return false;
}

/* Faults that strike before anything is done. True = the call is answered, or to be dropped. */
static bool strikes_before(struct call *call, struct http_outgoing *out, const char **fault)
{
	static const enum fault_kind kinds[] = { FAULT_RESET_BEFORE, FAULT_503, FAULT_LIMIT,
		FAULT_401 };
	struct practice *org = call->org;
	bool struck = false;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		/* every kind takes its chance, so that one does not shift the other's row */
		if (!fault_hits(&org->faults, kinds[i]) || struck)
			continue;
		struck = true;
		*fault = fault_name(kinds[i]);
		switch (kinds[i]) {
		case FAULT_RESET_BEFORE:
			out->drop = true;
			break;
		case FAULT_503:
			call_fail(call, 503, "SERVER_UNAVAILABLE", "Server Unavailable");
			break;
		case FAULT_LIMIT:
			call_fail(call, 403, "REQUEST_LIMIT_EXCEEDED",
				"TotalRequests Limit exceeded.");
			break;
		default:
			org->session.token[0] = '\0';
			call_fail(call, 401, "INVALID_SESSION_ID", "Session expired or invalid");
		}
	}
	return struck;
}

static void answer_html(struct call *call)
{
	buf_reset(call->out);
	buf_add_str(call->out, "<html><body><h1>500 Internal Server Error</h1></body></html>");
	call->status = 500;
	call->content_type = "text/html;charset=UTF-8";
}

/* Faults that strike what was done. */
static void strike_after(struct call *call, struct http_outgoing *out, const char **fault)
{
	struct faults *faults = &call->org->faults;

	if (fault_hits(faults, FAULT_SLOW)) {
		out->delay_ms += faults->kinds[FAULT_SLOW].ms;
		*fault = fault_name(FAULT_SLOW);
	}
	if (fault_hits(faults, FAULT_TRUNCATE) && (call->out->len > 1 || out->stream)) {
		out->truncate_at = out->stream ? 1 : call->out->len / 2;
		*fault = fault_name(FAULT_TRUNCATE);
	}
	if (fault_hits(faults, FAULT_RESET_AFTER)) {
		out->drop = true;
		*fault = fault_name(FAULT_RESET_AFTER);
	}
}

static void run_handler(
	struct call *call, const struct route *route, struct http_outgoing *out, const char **fault)
{
	bool html;

	if (route->flags & ROUTE_OPEN) {
		route->run(call);
		return;
	}
	if (strikes_before(call, out, fault))
		return;
	html = fault_hits(&call->org->faults, FAULT_500_HTML);
	if (!html || call->org->faults.kinds[FAULT_500_HTML].chances % 2 == 0)
		route->run(call);
	if (html) {
		answer_html(call);
		*fault = fault_name(FAULT_500_HTML);
		return;
	}
	strike_after(call, out, fault);
}

/* Everything that needs the org's lock. */
static void answer_locked(struct call *call, const struct route *route, bool json_ok,
	struct http_outgoing *out, int64_t began)
{
	struct practice *org = call->org;
	const char *fault = NULL;

	call->number = ++org->requests;
	org->began_us = began;
	if (route && may_pass(call, route)) {
		if (json_ok)
			run_handler(call, route, out, &fault);
	}
	if (route && !(route->flags & ROUTE_OPEN)) {
		call_header(call, "Sforce-Limit-Info", "api-usage=%" PRId64 "/%" PRId64,
			org->api_used, org->api_allowed);
		call_header(call, "Cache-Control",
			"no-cache,must-revalidate,max-age=0,no-store,private");
	}
	journal_request(org->journal, &(struct journal_entry){ .number = call->number,
					      .in = call->in,
					      .status = out->drop ? 0 : call->status,
					      .answer_len = call->out->len,
					      .us = clock_mono_us() - began,
					      .fault = fault });
}

static bool is_json(const struct http_incoming *in)
{
	const char *type = http_incoming_header(in, "Content-Type");

	return !type || strcasestr(type, "json");
}

static const struct route *prepare(struct call *call, bool *json_ok)
{
	const struct route *route = NULL;

	if (call_parse_target(call, call->in->target))
		route = call_route(call);
	*json_ok = true;
	if (route && call->body_len > BODY_MAX && !(route->flags & ROUTE_LARGE)) {
		*json_ok = false;
		call_fail(call, 413, "EXCEEDED_MAX_SIZE_REQUEST",
			"The request body is larger than 50 MB");
		return route;
	}
	if (!route || !(route->flags & ROUTE_JSON))
		return route;
	*json_ok = false;
	if (http_incoming_header(call->in, "Content-Encoding") || !is_json(call->in))
		call_fail(call, 415, "UNSUPPORTED_MEDIA_TYPE",
			"The HTTP entity body's Content-Type or Content-Encoding is not supported");
	else
		*json_ok = call_parse_body(call, route);
	return route;
}

/* Runs on the connection's thread. Parsing happens outside the lock. */
static void on_request(void *ctx, const struct http_incoming *in, struct http_outgoing *out)
{
	struct practice *org = ctx;
	struct arena arena = ARENA_INIT;
	int64_t began = clock_mono_us();
	struct call call = { .org = org,
		.arena = &arena,
		.method = in->method,
		.version = "",
		.body = in->body,
		.body_len = in->body_len,
		.in = in,
		.outgoing = out,
		.status = 200,
		.out = &out->body,
		.headers = &out->headers,
		.content_type = out->content_type };
	bool json_ok;
	const struct route *route = prepare(&call, &json_ok);

	out->delay_ms = org->latency_ms;
	pthread_mutex_lock(&org->lock);
	answer_locked(&call, route, json_ok, out, began);
	pthread_mutex_unlock(&org->lock);
	if (call.behind && call.status == 200 && !out->drop)
		call.behind(&call);
	if (out->stream && call.status != 200) { /* a fault made another answer of it */
		out->stream_free(out->stream_ctx);
		out->stream = NULL;
	}
	out->status = call.status;
	out->content_type = call.content_type;
	arena_free(&arena);
}

/* ---- what an org has from its first day ---- */

static struct cell cell_for(const struct schema_object *object, const char *field, const char *text)
{
	return (struct cell){ .field = (uint8_t)schema_field_index(
				      object, schema_field(object, field, strlen(field))),
		.text = text,
		.len = (uint32_t)strlen(text) };
}

static void add_user(struct practice *org)
{
	const struct schema_object *object = schema_object(org->schema, "User");
	struct cell cells[] = {
		cell_for(object, "Username", PRACTICE_USERNAME),
		cell_for(object, "Name", "Practice Agent"),
		cell_for(object, "FirstName", "Practice"),
		cell_for(object, "LastName", "Agent"),
		cell_for(object, "Email", PRACTICE_USERNAME),
		cell_for(object, "Alias", "agent"),
		cell_for(object, "IsActive", "true"),
		cell_for(object, "UserType", "Standard"),
		cell_for(object, "TimeZoneSidKey", "Europe/Berlin"),
		cell_for(object, "LocaleSidKey", "en_US"),
	};
	uint64_t number =
		records_put(org->records, object, 0, cells, ARRAY_SIZE(cells), clock_now());

	sfid_make(org->user_id, object->prefix, number);
}

static void add_organization(struct practice *org)
{
	const struct schema_object *object = schema_object(org->schema, "Organization");
	bool sandbox = mistake_named(org, "sandbox");
	int skipped = mistake_named(org, "another-org") ? 8 : 0;
	struct cell cells[] = {
		cell_for(object, "Name", "practice"),
		cell_for(object, "InstanceName", "PR1"),
		cell_for(object, "IsSandbox", sandbox ? "true" : "false"),
		cell_for(object, "OrganizationType", "Developer Edition"),
		cell_for(object, "TimeZoneSidKey", "Europe/Berlin"),
	};
	uint64_t number = 0;

	for (int i = 0; i <= skipped; i++) {
		if (number)
			records_delete(org->records, object, number, clock_now());
		number =
			records_put(org->records, object, 0, cells, ARRAY_SIZE(cells), clock_now());
	}
	sfid_make(org->organization_id, object->prefix, number);
}

/* ---- start and stop ---- */

static int set_weather(
	struct practice *org, const struct practice_options *options, struct err *err)
{
	int rc = 0;

	fault_init(&org->faults, options->seed);
	for (size_t i = 0; rc == 0 && i < options->faults.count; i++)
		rc = fault_set(&org->faults, options->faults.items[i], err);
	for (size_t i = 0; rc == 0 && i < options->misconfigure.count; i++)
		rc = mistake_set(&org->mistakes, org->schema, options->misconfigure.items[i], err);
	return rc;
}

int practice_start(struct practice **out, const struct practice_options *options, struct err *err)
{
	struct http_server_options server = { .listen = "127.0.0.1",
		.port = options->port,
		.body_max = BULK_UPLOAD_MAX,
		.connections_max = CONNECTIONS_MAX,
		.idle_timeout_s = 300,
		.handler = on_request };
	struct practice *org = calloc(1, sizeof(*org));
	int rc;

	*out = NULL;
	if (!org || sodium_init() < 0) {
		free(org);
		return err_nomem(err);
	}
	pthread_mutex_init(&org->lock, NULL);
	org->latency_ms = options->latency_ms;
	org->api_enforced = options->api_allowed > 0;
	org->api_allowed = options->api_allowed > 0 ? options->api_allowed : PRACTICE_API_ALLOWED;
	server.ctx = org;
	rc = schema_new(&org->schema, err);
	if (rc == 0)
		rc = records_new(&org->records, org->schema, err);
	if (rc == 0)
		rc = set_weather(org, options, err);
	if (rc == 0)
		rc = bulk_init(&org->bulk, options->bulk_delay_ms, err);
	if (rc == 0)
		rc = journal_open(&org->journal, options->request_log, options->ledger, err);
	if (rc < 0)
		goto cleanup;
	add_user(org);
	add_organization(org);
	pthread_mutex_lock(&org->lock); /* nobody is answered before the address is known */
	rc = http_server_start(&org->server, &server, err);
	if (rc == 0)
		snprintf(org->url, sizeof(org->url), "http://127.0.0.1:%d",
			http_server_port(org->server));
	pthread_mutex_unlock(&org->lock);
cleanup:
	if (rc < 0)
		practice_stop(org);
	else
		*out = org;
	return rc;
}

void practice_stop(struct practice *org)
{
	if (!org)
		return;
	http_server_stop(org->server);
	bulk_stop(org);
	cursor_drop_all(&org->cursors);
	journal_close(org->journal);
	records_free(org->records);
	schema_free(org->schema);
	pthread_mutex_destroy(&org->lock);
	sodium_memzero(&org->session, sizeof(org->session));
	free(org);
}

int practice_port(const struct practice *org)
{
	return http_server_port(org->server);
}

const char *practice_url(const struct practice *org)
{
	return org->url;
}

/* ---- for tests in the same process ---- */

int64_t practice_record_count(struct practice *org, const char *name)
{
	const struct schema_object *object;
	int64_t count = 0;

	pthread_mutex_lock(&org->lock);
	object = schema_object(org->schema, name);
	if (object)
		count = records_count(org->records, object);
	pthread_mutex_unlock(&org->lock);
	return count;
}

int64_t practice_request_count(struct practice *org, const char *path_part)
{
	int64_t count;

	pthread_mutex_lock(&org->lock);
	count = journal_count(org->journal, path_part);
	pthread_mutex_unlock(&org->lock);
	return count;
}

void practice_expire_session(struct practice *org)
{
	pthread_mutex_lock(&org->lock);
	org->session.token[0] = '\0';
	pthread_mutex_unlock(&org->lock);
}

int practice_set_fault(struct practice *org, const char *fault, struct err *err)
{
	int rc;

	pthread_mutex_lock(&org->lock);
	rc = fault_set(&org->faults, fault, err);
	pthread_mutex_unlock(&org->lock);
	return rc;
}
