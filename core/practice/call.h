/*
 * call.h — one request inside the practice org, and the table of routes. A call comes over the wire
 * or out of a composite request; handlers see no difference. Handlers run under the org's lock.
 */

#ifndef PRACTICE_CALL_H
#define PRACTICE_CALL_H

#include "base/json.h"
#include "http/server.h"
#include "practice/bind.h"
#include "practice/inside.h"

#define CALL_SEGMENTS_MAX 12
#define CALL_PARAMS_MAX 32
#define CALL_ARGS_MAX 4

struct call {
	struct practice *org;
	struct arena *arena;
	int64_t number; /* of the request over the wire */
	const char *method;
	const char *version;			 /* "66.0", "" outside /services/data/vXX.X */
	int version_number;			 /* 66 */
	const char *segments[CALL_SEGMENTS_MAX]; /* of the path, decoded */
	int segment_count;
	struct {
		const char *name, *value;
	} params[CALL_PARAMS_MAX];
	int param_count;
	const char *args[CALL_ARGS_MAX]; /* what the pattern's {} matched */

	const char *body;
	size_t body_len;
	struct jtree json;
	const struct http_incoming *in; /* NULL inside a composite request */
	struct http_outgoing *outgoing; /* for streams; NULL likewise */

	int status;
	struct buf *out;
	struct buf *headers; /* "Name: value\n" */
	const char *content_type;
	void (*behind)(struct call *call); /* goes on when the org's lock is free again */
};

typedef void call_handler(struct call *call);

enum route_flag {
	ROUTE_OPEN = 1 << 0,	   /* needs no token and is no API call */
	ROUTE_JSON = 1 << 1,	   /* the body must be JSON; it is parsed */
	ROUTE_WIRE = 1 << 2,	   /* not to be had inside a composite request */
	ROUTE_NO_VERSION = 1 << 4, /* its path names none */
	ROUTE_LARGE = 1 << 3,	   /* a body beyond the 50 MB of other calls */
};

/* A pattern's segments: literal (case ignored), "{}" for anything, "v{}" for an API version. */
struct route {
	const char *method;
	const char *pattern;
	call_handler *run;
	unsigned flags;
};

/* The tables of the files of this folder, each ending with method == NULL. */
extern const struct route oauth_routes[];
extern const struct route resource_routes[];
extern const struct route record_routes[];
extern const struct route collection_routes[];
extern const struct route query_routes[];
extern const struct route composite_routes[];
extern const struct route tree_routes[];
extern const struct route control_routes[];
extern const struct route bulk_ingest_routes[];
extern const struct route bulk_query_routes[];
extern const struct route apex_routes[];

/*
 * Split the target into segments and parameters ("//" at the start is one slash). False and an
 * answer set when it is too long or has too many parts.
 */
bool call_parse_target(struct call *call, const char *target);

/* Add the parameters of a form body. */
void call_parse_form(struct call *call);

/* The route of a parsed call with its args set, or NULL and a 404 or 405 answered. */
const struct route *call_route(struct call *call);

/* Parse the body of a ROUTE_JSON route. False and 400 answered when it is not JSON. */
bool call_parse_body(struct call *call, const struct route *route);

/* All three and the handler, for a request inside a composite one. */
void call_run_inner(struct call *call, const char *target);

/* Sforce-Duplicate-Rule-Header: allowSave=true */
bool call_allows_duplicates(const struct call *call);

/* A query parameter, or NULL. */
const char *call_param(const struct call *call, const char *name);

/* The object the path names; answers 404 when there is none that the user sees. */
const struct schema_object *call_object(struct call *call, const char *name);

/* Is a live token with the request ("Bearer X" or "OAuth X")? Answers 401 when not. */
bool call_authorized(struct call *call);

/* What a mistake of the org's set-up answers, as it stands in the table. */
void call_mistake(struct call *call, const struct mistake *mistake);

/* Answer with [{"message","errorCode"}]. */
PRINTF_LIKE(4, 5)
void call_fail(struct call *call, int status, const char *code, const char *fmt, ...);

/* The same with the row's fields. */
void call_fail_row(struct call *call, int status, const struct row_error *error);

/* {"statusCode","message","fields"} of one error, as Collections and tree write it. */
void call_put_row_error(struct json *json, const struct row_error *error);

void call_not_found(struct call *call);

/* Answer header. */
PRINTF_LIKE(3, 4)
void call_header(struct call *call, const char *name, const char *fmt, ...);

#endif
