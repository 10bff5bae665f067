/*
 * org_state.h — private to this folder: what an org holds. org.c has its life and its token,
 * org_version.c the version, org_call.c the calls.
 */

#ifndef SALESFORCE_ORG_STATE_H
#define SALESFORCE_ORG_STATE_H

#include "salesforce/org.h"
#include "salesforce/token.h"

struct org {
	struct connection connection;
	char *domain; /* without the slash at its end */
	char *cache_key;
	char *proxy_password;
	bool loopback;
	const struct keyring *keyring;
	struct token_cache *cache;
	struct token_cache *own_cache;
	const atomic_bool *cancel;
	struct http_client *http;
	struct token token;
	struct http_answer token_answer;
	struct http_answer last_call;
	bool renew_never;
	char expected[19]; /* the only org that requests may go to; "" = any */
	char version[16];
	bool usage_known;
	int64_t used, allowed;
};

/* Keep `answer` as the last call's: all but the body, which may be large or secret. */
void org_keep_head(struct org *org, const struct http_answer *answer);

#endif
