/*
 * org.h — one connection's session with its org: token, base URL, API version, allowance.
 *
 * Sources: the OAuth client-credentials help page; REST API guide, "Versions", "Limits". One thread
 * uses an org; the token may be shared by several orgs of one process through a `struct
 * token_cache`.
 */

#ifndef SALESFORCE_ORG_H
#define SALESFORCE_ORG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/client.h"
#include "model/connection.h"
#include "model/secret.h"

/* Bytes of what an org says about one row that are handed on as they came. */
#define ORG_SAID_MAX 5000

/* Tokens of this process by connection: single flight, so that a 401 seen by many is renewed once.
 */
struct token_cache;
struct token_cache *token_cache_new(void);
void token_cache_free(struct token_cache *cache);

struct org;

/*
 * Nothing is called yet. Strings of `connection` are copied; `keyring`, `cache` and `cancel` are
 * borrowed for the org's life. `cache` may be NULL (an own one). `cancel` may be NULL; it is looked
 * at in every call. ERR_CONFIG: no domain, plain HTTP to anything but loopback, a proxy password
 * that cannot be opened.
 */
int org_new(struct org **out, const struct connection *connection, const struct keyring *keyring,
	struct token_cache *cache, const atomic_bool *cancel, struct err *err);
void org_free(struct org *org);

/*
 * Borrow a token, asking the token endpoint if there is none. Exactly one request; an OAuth error
 * is ERR_REFUSED with err.code = the OAuth error ("invalid_client"), never repeated. The string
 * lives until the next org_ call.
 */
int org_token(const char **token, struct org *org, struct err *err);

/* The token `used` got a 401: drop it (only if it still is the current one). */
void org_token_expire(struct org *org, const char *used);

/* From the token's answer; "" before. */
const char *org_instance_url(const struct org *org);
const char *org_id(const struct org *org); /* 18 characters */
const char *org_user_id(const struct org *org);

/*
 * The API version to use, "66.0": min(configured, highest the org lists), found with
 * GET /services/data/ on first use (no token needed). "auto" means the newest version whose
 * behaviour this program knows. ERR_PROTOCOL when the answer is no version list; ERR_CONFIG when
 * the configured one is older than everything the org still serves.
 */
#define ORG_VERSION_KNOWN 66
#define ORG_VERSION_LEAST 46 /* upsert by Collections */
int org_version(const char **version, struct org *org, struct err *err);

/* The answer to the last token request, for diagnosis: timing, step, HTTP status. Borrowed. */
const struct http_answer *org_last_answer(const struct org *org);

/* The same of the last call of any kind that org_ functions made; without its body. */
const struct http_answer *org_last_call(const struct org *org);

/* Another `cancel` from now on, NULL = none: what was begun may have to be brought to an end. */
void org_set_cancel(struct org *org, const atomic_bool *cancel);

/* From now on a token for any other org than `id` is an error (ERR_REFUSED), before anything of a
 * request leaves. */
void org_expect(struct org *org, const char *id);

/* For a ping: ask for at most one token, ever. A session that is told expired then stays so. */
void org_renew_never(struct org *org);

/* The org's allowance as the last Sforce-Limit-Info said; false when no answer carried one. */
bool org_api_usage(const struct org *org, int64_t *used, int64_t *allowed);

/*
 * One REST call: `path` begins behind /services/data/vXX.0 ("/limits") or, with a leading
 * "/services/", is taken as it is. Adds the token; on the 401 that means "expired" renews once and
 * repeats once. 0 for 2xx; else the parsed error (ERR_REFUSED, ERR_LIMIT, ERR_NET, ERR_PROTOCOL
 * ...). `answer` is filled in every case.
 */
int org_call(struct org *org, const char *method, const char *path, const char *body,
	size_t body_len, struct http_answer *answer, struct err *err);

/* The same with everything that may differ; what is 0 or NULL has the default told. */
struct org_request {
	const char *method;
	const char *path; /* as in org_call() */
	const char *body;
	size_t body_len;
	http_body_read *read; /* instead of `body`, and ... */
	void *read_ctx;
	http_answer_write *write; /* ... where a 2xx answer goes: as http_request */
	void *write_ctx;
	const char *content_type;	   /* JSON, when there is a body */
	const char *accept;		   /* JSON */
	const struct http_header *headers; /* further ones, ended by name == NULL; at most 8 */
	int64_t timeout_ms; /* 120 s for GET; 620 s else, since a call may work for 10 minutes */
	int64_t stall_ms;   /* as http_request */
	size_t answer_max;  /* as http_request */
};
/* Where a path leads: the instance, and the version where it begins behind that. Caller frees. */
int org_address(char **out, struct org *org, const char *path, struct err *err);

/* All headers that a request goes with, but for its token; ended by name == NULL. */
#define ORG_HEADERS_MAX 15
void org_request_headers(
	struct http_header headers[ORG_HEADERS_MAX], const struct org_request *request);

int org_exchange(struct org *org, const struct org_request *request, struct http_answer *answer,
	struct err *err);

/*
 * The pieces, for the sender that keeps many requests in flight: org_prepare() makes a request with
 * address and token in it (asking for a token or the version list where there is none yet), to be
 * given to http_start(org_http(org), &prepared->request, ...). It must live until `done` was
 * called; then org_learn() takes the allowance out of the answer. On a 401 that
 * salesforce_session_expired() confirms: org_token_expire(org, prepared->token), prepare anew, and
 * send once more, once.
 */
struct org_prepared {
	struct http_request request;
	char *token; /* the one it carries */
	char *url;
	char *authorization;
	struct http_header headers[ORG_HEADERS_MAX + 1];
};
struct http_client *org_http(struct org *org);
int org_prepare(struct org_prepared *out, struct org *org, const struct org_request *request,
	struct err *err);
void org_prepared_free(struct org_prepared *prepared); /* wipes; the struct is the caller's */
void org_learn(struct org *org, const struct http_answer *answer);

/*
 * Turn an answer that is not 2xx into an error: JSON array of {errorCode, message}, OAuth object,
 * HTML of an edge proxy, empty, truncated. Sets kind, retryable and code.
 */
int salesforce_error(const struct http_answer *answer, struct err *err);

/* May the same row or call succeed later, by its code alone ("UNABLE_TO_LOCK_ROW")? */
bool salesforce_code_retryable(const char *code);

/*
 * Is this the kind of refusal that a new token mends? 401 "Session expired or invalid", and
 * userinfo's 403 "Bad_OAuth_Token"; no other 401 is ("This session is not valid for use with the
 * REST API" comes again with every new token).
 */
bool salesforce_session_expired(const struct http_answer *answer);

/* Parse "api-usage=18/5000; per-app-api-usage=17/250(appName=x)". */
bool salesforce_limit_info(const char *header, int64_t *used, int64_t *allowed);

struct org_user {
	char user_id[19];
	char username[256];
	char name[256];
	char organization_id[19];
};
int org_userinfo(struct org_user *out, struct org *org, struct err *err);

struct org_identity {
	char id[19];
	char name[256];
	bool sandbox;
	char type[64]; /* "Developer Edition" */
	char instance[32];
};
/* SELECT ... FROM Organization; ERR_REFUSED when the user may not read it. */
int org_identity(struct org_identity *out, struct org *org, struct err *err);

/* GET /limits; ERR_REFUSED means "not permitted", which is no failure of the connection. */
int org_limits(int64_t *remaining, int64_t *allowed, struct org *org, struct err *err);

#endif
