/*
 * org.h — one connection's session with its org: token, base URL, API version, allowance.
 *
 * Facts: salesforce 1 (OAuth), 2.1 (versions), 2.4 (limits). One thread uses an org; the token may
 * be shared by several orgs of one process through a `struct token_cache`.
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

/* Tokens of this process by connection: single flight, so that a 401 seen by many is renewed once.
 */
struct token_cache;
struct token_cache *token_cache_new(void);
void token_cache_free(struct token_cache *cache);

struct org;

/*
 * Nothing is called yet. Strings of `connection` are copied. `cache` may be NULL (an own one).
 * `cancel` may be NULL; it is looked at in every call.
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
 * GET /services/data/ on first use. ERR_PROTOCOL when the answer is no version list.
 */
int org_version(const char **version, struct org *org, struct err *err);

/* The answer to the last token request, for diagnosis: timing, step, HTTP status. Borrowed. */
const struct http_answer *org_last_answer(const struct org *org);

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

/* The pieces, for the sender that keeps many requests in flight. */
struct http_client *org_http(struct org *org);

/*
 * Turn an answer that is not 2xx into an error: JSON array of {errorCode, message}, OAuth object,
 * HTML of an edge proxy, empty, truncated. Sets kind, retryable and code.
 */
int salesforce_error(const struct http_answer *answer, struct err *err);

/* Is this 401 the kind that a new token mends ("Session expired or invalid")? */
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
