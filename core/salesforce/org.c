/*
 * org.c — one connection's session with its org: where it is, how it is reached, and its token.
 */

#include "base/base.h"
#include "base/text.h"
#include "model/address.h"
#include "model/problem.h"
#include "salesforce/org_state.h"

/* ---- life ---- */

static int check_domain(struct org *org, struct err *err)
{
	const char *domain = org->connection.salesforce.domain;
	struct address address;

	if (text_empty(domain))
		return err_set(err, ERR_CONFIG,
			"salesforce.domain: not set: enter the My Domain, like "
			"https://acme.my.salesforce.com");
	if (!address_parse(&address, domain) || address.user || address.path ||
		(strcmp(address.scheme, "https") != 0 && strcmp(address.scheme, "http") != 0))
		return err_set(err, ERR_CONFIG,
			"salesforce.domain: \"%s\" must look like https://acme.my.salesforce.com",
			domain);
	org->loopback = address_is_loopback(&address);
	if (strcmp(address.scheme, "http") == 0 && !org->loopback)
		return err_set(err, ERR_CONFIG,
			"salesforce.domain: plain HTTP would show the secret on the way: use "
			"https://%s",
			address.host);
	org->domain = strndup(domain, strlen(domain) - (address.slash ? 1 : 0));
	return org->domain ? 0 : err_nomem(err);
}

static int make_http(struct org *org, struct err *err)
{
	const struct salesforce_access *sf = &org->connection.salesforce;
	struct http_options options = { .ca_file = text_empty(sf->ca_file) ? NULL : sf->ca_file };
	int rc;

	if (!text_empty(sf->proxy.url)) {
		options.proxy_url = sf->proxy.url;
		options.no_proxy = text_empty(sf->proxy.no_proxy) ? NULL : sf->proxy.no_proxy;
		options.proxy_username = text_empty(sf->proxy.username) ? NULL : sf->proxy.username;
		if (sf->proxy.password.kind != SECRET_NONE) {
			rc = secret_reveal(
				&org->proxy_password, &sf->proxy.password, org->keyring, err);
			if (rc) {
				err_prefix(err, "salesforce.proxy.password");
				return rc;
			}
		}
		options.proxy_password = org->proxy_password;
	}
	return http_client_new(&org->http, &options, err);
}

static int make_cache(struct org *org, struct token_cache *cache, struct err *err)
{
	const struct salesforce_access *sf = &org->connection.salesforce;
	const char *name = org->connection.name;

	if (asprintf(&org->cache_key, "%s %s %s", name ? name : "", org->domain,
		    sf->consumer_key ? sf->consumer_key : "") < 0) {
		org->cache_key = NULL;
		return err_nomem(err);
	}
	org->cache = cache;
	if (!cache)
		org->cache = org->own_cache = token_cache_new();
	return org->cache ? 0 : err_nomem(err);
}

int org_new(struct org **out, const struct connection *connection, const struct keyring *keyring,
	struct token_cache *cache, const atomic_bool *cancel, struct err *err)
{
	struct org *org = calloc(1, sizeof(*org));
	int rc;

	*out = NULL;
	if (!org)
		return err_nomem(err);
	org->keyring = keyring;
	org->cancel = cancel;
	http_answer_init(&org->token_answer);
	http_answer_init(&org->last_call);
	connection_init(&org->connection);
	rc = connection_copy(&org->connection, connection, err);
	if (rc == 0)
		rc = check_domain(org, err);
	if (rc == 0)
		rc = make_http(org, err);
	if (rc == 0)
		rc = make_cache(org, cache, err);
	if (rc) {
		org_free(org);
		return rc;
	}
	*out = org;
	return 0;
}

void org_free(struct org *org)
{
	if (!org)
		return;
	http_client_free(org->http);
	token_free_fields(&org->token);
	token_cache_free(org->own_cache);
	http_answer_free(&org->token_answer);
	secret_wipe(org->proxy_password);
	free(org->domain);
	free(org->cache_key);
	connection_free_fields(&org->connection);
	free(org);
}

/* ---- token ---- */

void org_keep_head(struct org *org, const struct http_answer *answer)
{
	org->last_call = *answer;
	buf_init(&org->last_call.body, 0);
}

/* A consumer secret has no blanks; what comes out of a clipboard may. */
static int check_pasted(const char *secret, struct err *err)
{
	if (!secret[strcspn(secret, " \t\r\n")])
		return 0;
	return problem(err, "salesforce.consumer_secret",
		"has a blank or line end around it or in it: paste it once more");
}

static int fetch_token(struct token *out, void *ctx, struct err *err)
{
	struct org *org = ctx;
	const struct salesforce_access *sf = &org->connection.salesforce;
	struct token_grant grant = {
		.domain = org->domain,
		.consumer_key = sf->consumer_key,
		.auth = sf->client_auth,
		.loopback = org->loopback,
	};
	char *secret = NULL;
	int rc;

	if (text_empty(sf->consumer_key))
		return err_set(err, ERR_CONFIG, "salesforce.consumer_key: not set");
	rc = secret_reveal(&secret, &sf->consumer_secret, org->keyring, err);
	if (rc) {
		err_prefix(err, "salesforce.consumer_secret");
		return rc;
	}
	grant.consumer_secret = secret;
	rc = check_pasted(secret, err);
	if (rc == 0) {
		rc = token_request(out, org->http, &grant, &org->token_answer, org->cancel, err);
		org_keep_head(org, &org->token_answer);
	}
	secret_wipe(secret);
	return rc;
}

int org_token(const char **token, struct org *org, struct err *err)
{
	struct token current;
	int rc;

	*token = NULL;
	rc = token_cache_get(
		&current, org->cache, org->cache_key, fetch_token, org, org->cancel, err);
	if (rc)
		return rc;
	token_free_fields(&org->token);
	org->token = current;
	*token = org->token.text;
	return 0;
}

void org_token_expire(struct org *org, const char *used)
{
	token_cache_expire(org->cache, org->cache_key, used);
}

const char *org_instance_url(const struct org *org)
{
	return org->token.instance_url ? org->token.instance_url : "";
}

const char *org_id(const struct org *org)
{
	return org->token.org_id;
}

const char *org_user_id(const struct org *org)
{
	return org->token.user_id;
}

const struct http_answer *org_last_answer(const struct org *org)
{
	return &org->token_answer;
}

const struct http_answer *org_last_call(const struct org *org)
{
	return &org->last_call;
}

void org_renew_never(struct org *org)
{
	org->renew_never = true;
}

void org_set_cancel(struct org *org, const atomic_bool *cancel)
{
	org->cancel = cancel;
}

void org_expect(struct org *org, const char *id)
{
	text_copy(org->expected, sizeof(org->expected), id);
}
