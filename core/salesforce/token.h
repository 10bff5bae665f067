/*
 * token.h — private to this folder: access tokens by the client-credentials grant, and the cache
 * that lets all runs of a process share one (the same grant gives the same token while it lives).
 */

#ifndef SALESFORCE_TOKEN_H
#define SALESFORCE_TOKEN_H

#include "salesforce/org.h"

struct token {
	char *text; /* secret: wiped when freed */
	char *instance_url;
	char org_id[19];
	char user_id[19];
};

void token_free_fields(struct token *token);

/* What a token request needs; borrowed. */
struct token_grant {
	const char *domain; /* "https://acme.my.salesforce.com", no slash at its end */
	const char *consumer_key;
	const char *consumer_secret;
	enum client_auth auth;
	bool loopback;
};

/* Exactly one request. `answer` is filled in every case, its body wiped once it was read. */
int token_request(struct token *out, struct http_client *http, const struct token_grant *grant,
	struct http_answer *answer, const atomic_bool *cancel, struct err *err);

/* Read a 200 answer of the token endpoint. */
int token_parse(struct token *out, const char *body, size_t len, struct err *err);

/*
 * A copy of the cached token of `key`, or of a new one that `fetch` gets: one fetch at a time for a
 * key, and those who waited for it share its failure. `fetch` runs on the caller's thread, without
 * the cache's lock.
 */
typedef int token_fetch(struct token *out, void *ctx, struct err *err);
int token_cache_get(struct token *out, struct token_cache *cache, const char *key,
	token_fetch *fetch, void *ctx, const atomic_bool *cancel, struct err *err);

/* Forget the token of `key` if its text still is `used`. */
void token_cache_expire(struct token_cache *cache, const char *key, const char *used);

#endif
