/* call.c — targets into segments, segments to routes, errors into bodies. */

#include "base/base.h"
#include "practice/call.h"
#include "base/clock.h"
#include "base/text.h"

#define TARGET_MAX 16384

static const struct route *const tables[] = { oauth_routes, resource_routes, collection_routes,
	composite_routes, tree_routes, query_routes, record_routes, bulk_ingest_routes,
	bulk_query_routes, apex_routes, control_routes };

void call_fail(struct call *call, int status, const char *code, const char *fmt, ...)
{
	struct row_error error = { .code = code };
	va_list ap;
	char text[1024];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error.message = text;
	call_fail_row(call, status, &error);
}

static void put_fields(struct json *json, const struct row_error *error)
{
	json_key(json, "fields");
	json_open(json, '[');
	for (int i = 0; i < error->field_count; i++)
		json_text(json, error->fields[i]);
	json_close(json, ']');
}

/* "duplicateResut" is how Salesforce spells it. */
static void put_duplicates(struct json *json, const struct row_error *error)
{
	json_key(json, "duplicateResut");
	json_open(json, '{');
	json_put_bool(json, "allowSave", true);
	json_put_text(json, "duplicateRule", "Standard_Duplicate_Rule");
	json_put_text(json, "errorMessage", error->message);
	json_key(json, "matchResults");
	json_raw(json, "[]", 2);
	json_close(json, '}');
}

void call_fail_row(struct call *call, int status, const struct row_error *error)
{
	struct json json = JSON_INIT(call->out);

	call->status = status;
	buf_reset(call->out);
	json_open(&json, '[');
	json_open(&json, '{');
	if (strcmp(error->code, "DUPLICATES_DETECTED") == 0)
		put_duplicates(&json, error);
	json_put_text(&json, "message", error->message);
	json_put_text(&json, "errorCode", error->code);
	if (error->field_count)
		put_fields(&json, error);
	json_close(&json, '}');
	json_close(&json, ']');
}

void call_put_row_error(struct json *json, const struct row_error *error)
{
	json_open(json, '{');
	json_put_text(json, "statusCode", error->code);
	json_put_text(json, "message", error->message);
	put_fields(json, error);
	json_close(json, '}');
}

void call_not_found(struct call *call)
{
	call_fail(call, 404, "NOT_FOUND", "The requested resource does not exist");
}

void call_header(struct call *call, const char *name, const char *fmt, ...)
{
	char value[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	buf_addf(call->headers, "%s: %s\n", name, value);
}

void call_mistake(struct call *call, const struct mistake *mistake)
{
	if (mistake->code) {
		call_fail(call, mistake->status, mistake->code, "%s", mistake->text);
		return;
	}
	buf_reset(call->out);
	buf_add_str(call->out, mistake->text);
	call->status = mistake->status;
	call->content_type =
		mistake->text[0] == '<' ? "text/html;charset=UTF-8" : "text/plain;charset=UTF-8";
	if (mistake->location)
		call_header(call, "Location", "%s", mistake->location);
}

bool call_authorized(struct call *call)
{
	const char *header = http_incoming_header(call->in, "Authorization");
	const char *token = header ? strchr(header, ' ') : NULL;
	const struct session *session = &call->org->session;

	if (!token ||
		(strncasecmp(header, "Bearer ", 7) != 0 && strncasecmp(header, "OAuth ", 6) != 0)) {
		call_fail(call, 401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE");
		return false;
	}
	if (session->token[0] && strcmp(token + 1, session->token) == 0 &&
		clock_now() < session->until)
		return true;
	call_fail(call, 401, "INVALID_SESSION_ID", "Session expired or invalid");
	return false;
}

/* ---- targets ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *decode(struct arena *arena, const char *text, size_t len, bool plus)
{
	char *copy = arena_alloc(arena, len + 1);
	char *to = copy;

	for (size_t i = 0; copy && i < len; i++) {
		int high = text[i] == '%' && i + 2 < len ? hex_digit(text[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

		if (low >= 0) {
			*to++ = (char)(high << 4 | low);
			i += 2;
		} else {
			*to++ = plus && text[i] == '+' ? ' ' : text[i];
		}
	}
	return copy;
}

static bool split_path(struct call *call, const char *path, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t n = 0;

		while (at < len && path[at] == '/')
			at++;
		while (at + n < len && path[at + n] != '/')
			n++;
		if (!n)
			break;
		if (call->segment_count == CALL_SEGMENTS_MAX)
			return false;
		call->segments[call->segment_count] = decode(call->arena, path + at, n, false);
		if (!call->segments[call->segment_count++])
			return false;
		at += n;
	}
	return true;
}

static void split_query(struct call *call, const char *query)
{
	while (*query && call->param_count < CALL_PARAMS_MAX) {
		size_t len = strcspn(query, "&");
		size_t name = strcspn(query, "=&");
		const char *value = name < len ? query + name + 1 : query + name;
		int i = call->param_count;

		call->params[i].name = decode(call->arena, query, name, true);
		call->params[i].value =
			decode(call->arena, value, (size_t)(query + len - value), true);
		if (call->params[i].name && call->params[i].value)
			call->param_count++;
		query += len + (query[len] == '&');
	}
}

void call_parse_form(struct call *call)
{
	const char *body = arena_text(call->arena, call->body, call->body_len);

	if (body)
		split_query(call, body);
}

bool call_parse_target(struct call *call, const char *target)
{
	size_t path = strcspn(target, "?");
	const char *method;

	if (strlen(target) > TARGET_MAX) {
		call_fail(call, 414, "URI_TOO_LONG", "The URI is longer than %d bytes", TARGET_MAX);
		return false;
	}
	if (!split_path(call, target, path)) {
		call_not_found(call);
		return false;
	}
	if (target[path])
		split_query(call, target + path + 1);
	method = call_param(call, "_HttpMethod");
	if (method && strcmp(call->method, "POST") == 0)
		call->method = method;
	return true;
}

const char *call_param(const struct call *call, const char *name)
{
	for (int i = 0; i < call->param_count; i++) {
		if (strcmp(call->params[i].name, name) == 0)
			return call->params[i].value;
	}
	return NULL;
}

bool call_allows_duplicates(const struct call *call)
{
	const char *header =
		call->in ? http_incoming_header(call->in, "Sforce-Duplicate-Rule-Header") : NULL;

	return header && strcasestr(header, "allowSave=true");
}

/* ---- routes ---- */

/* "v66.0": a number that this org ever served. */
static bool match_version(struct call *call, const char *segment)
{
	char major[8];
	int64_t number;
	size_t digits = strspn(segment + 1, "0123456789");

	if ((segment[0] | 0x20) != 'v' || strcmp(segment + 1 + digits, ".0") != 0)
		return false;
	snprintf(major, sizeof(major), "%.*s", (int)digits, segment + 1);
	if (!text_int(&number, major, 1, 999))
		return false;
	call->version = segment + 1;
	call->version_number = (int)number;
	return true;
}

static bool match(struct call *call, const char *pattern)
{
	int arg = 0;
	int i = 0;

	for (; *pattern; i++) {
		size_t len = strcspn(pattern, "/");
		const char *segment = i < call->segment_count ? call->segments[i] : NULL;

		if (!segment)
			return false;
		if (len == 2 && strncmp(pattern, "{}", 2) == 0)
			call->args[arg++] = segment;
		else if (len == 3 && strncmp(pattern, "v{}", 3) == 0) {
			if (!match_version(call, segment))
				return false;
		} else if (strlen(segment) != len || strncasecmp(segment, pattern, len) != 0)
			return false;
		pattern += len + (pattern[len] == '/');
	}
	return i == call->segment_count;
}

/* The methods that the path has, for a 405. */
static void method_not_allowed(struct call *call, const char *allowed)
{
	call_fail(call, 405, "METHOD_NOT_ALLOWED", "HTTP Method '%s' not allowed. Allowed are %s",
		call->method, allowed);
	call_header(call, "Allow", "%s", allowed);
}

const struct route *call_route(struct call *call)
{
	struct buf allowed = BUF_INIT(256);
	const char *method = strcmp(call->method, "HEAD") == 0 ? "GET" : call->method;
	const struct route *found = NULL;

	for (size_t t = 0; !found && t < ARRAY_SIZE(tables); t++) {
		for (const struct route *route = tables[t]; !found && route->method; route++) {
			if (!match(call, route->pattern))
				continue;
			if (strcmp(route->method, method) == 0)
				found = route;
			else
				buf_addf(&allowed, "%s%s%s", allowed.len ? "," : "", route->method,
					strcmp(route->method, "GET") == 0 ? ",HEAD" : "");
		}
	}
	if (!found && allowed.len)
		method_not_allowed(call, buf_str(&allowed));
	else if (!found)
		call_not_found(call);
	buf_free(&allowed);
	return found;
}

bool call_parse_body(struct call *call, const struct route *route)
{
	char message[JTREE_MESSAGE];

	if (!(route->flags & ROUTE_JSON))
		return true;
	if (!call->body_len) {
		call_fail(call, 400, "JSON_PARSER_ERROR",
			"The HTTP entity body is required, but this request has no entity body.");
		return false;
	}
	if (jtree_parse(&call->json, call->arena, call->body, call->body_len, message))
		return true;
	call_fail(call, 400, "JSON_PARSER_ERROR", "%s", message);
	return false;
}

void call_run_inner(struct call *call, const char *target)
{
	const struct route *route;

	if (!call_parse_target(call, target) || !(route = call_route(call)) ||
		!call_parse_body(call, route))
		return;
	if (!call->version_number || (route->flags & ROUTE_WIRE)) {
		call_not_found(call);
		return;
	}
	route->run(call);
}

const struct schema_object *call_object(struct call *call, const char *name)
{
	const struct schema_object *object = schema_object(call->org->schema, name);

	if (object && !(object->flags & SCHEMA_OBJECT_HIDDEN))
		return object;
	call_not_found(call);
	return NULL;
}
