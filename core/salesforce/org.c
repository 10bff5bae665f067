/*
 * org.c — one connection's session with its org: where it is, who we are there, which version is
 * spoken, and calls that carry the token and renew it once when it grew old.
 */

#include "base/base.h"
#include "base/text.h"
#include "model/address.h"
#include "salesforce/org.h"
#include "salesforce/reply.h"
#include "salesforce/token.h"

#define READ_TIMEOUT_MS 120000
#define WRITE_TIMEOUT_MS 620000
#define VERSIONS_MAX (256 << 10)

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
	char version[16];
	bool usage_known;
	int64_t used, allowed;
};

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
	struct http_options options = { .ca_file = sf->ca_file };
	int rc;

	if (!text_empty(sf->proxy.url)) {
		options.proxy_url = sf->proxy.url;
		options.no_proxy = sf->proxy.no_proxy;
		options.proxy_username = sf->proxy.username;
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

/* All but the body, which may be large or secret. */
static void keep_head(struct org *org, const struct http_answer *answer)
{
	org->last_call = *answer;
	buf_init(&org->last_call.body, 0);
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
	rc = token_request(out, org->http, &grant, &org->token_answer, org->cancel, err);
	keep_head(org, &org->token_answer);
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

/* ---- version ---- */

/* Major number of "66.0", or -1. */
static int major_of(const char *version)
{
	char *end;
	long number;

	if (!version || *version < '0' || *version > '9')
		return -1;
	number = strtol(version, &end, 10);
	return number > 0 && number < 1000 && strcmp(end, ".0") == 0 ? (int)number : -1;
}

static int read_versions(
	int *lowest, int *highest, const struct http_answer *answer, struct err *err)
{
	struct json_object *list;
	int rc = reply_parse_as(&list, json_type_array, buf_str(&answer->body), answer->body.len,
		"the version list", err);

	if (rc)
		return rc;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		int major = major_of(reply_text(entry, "version"));

		if (major > *highest)
			*highest = major;
		if (major > 0 && (*lowest < 0 || major < *lowest))
			*lowest = major;
	}
	json_object_put(list);
	if (*highest < 0)
		return err_set(err, ERR_PROTOCOL, "the version list names no version");
	return 0;
}

static int choose_version(struct org *org, int lowest, int highest, struct err *err)
{
	const char *configured = org->connection.salesforce.api_version;
	int wanted = ORG_VERSION_KNOWN;

	if (!text_empty(configured) && strcmp(configured, "auto") != 0) {
		wanted = major_of(configured);
		if (wanted < 0)
			return err_set(err, ERR_CONFIG,
				"salesforce.api_version: \"%s\" is no version: use \"auto\" or a "
				"number like \"66.0\"",
				configured);
		if (wanted < lowest)
			return err_set(err, ERR_CONFIG,
				"salesforce.api_version: %s is retired, the org serves %d.0 to "
				"%d.0: use \"auto\"",
				configured, lowest, highest);
	}
	if (highest < ORG_VERSION_LEAST)
		return err_set(err, ERR_PROTOCOL,
			"the host lists API versions up to %d.0, and %d.0 is needed: is it an org?",
			highest, ORG_VERSION_LEAST);
	if (wanted > highest)
		wanted = highest;
	snprintf(org->version, sizeof(org->version), "%d.0", wanted);
	return 0;
}

int org_version(const char **version, struct org *org, struct err *err)
{
	static const struct http_header headers[] = {
		{ "Accept", "application/json" },
		{ NULL, NULL },
	};
	struct http_answer answer;
	struct buf url = BUF_INIT(4096);
	int lowest = -1;
	int highest = -1;
	int rc = 0;

	*version = NULL;
	http_answer_init(&answer);
	if (org->version[0])
		goto cleanup;
	buf_addf(&url, "%s/services/data/",
		org->token.instance_url ? org->token.instance_url : org->domain);
	rc = buf_check(&url, "the address of the org", err);
	if (rc == 0)
		rc = http_call(org->http,
			&(struct http_request){ .method = "GET",
				.url = buf_str(&url),
				.headers = headers,
				.answer_max = VERSIONS_MAX,
				.no_network_proxy = org->loopback },
			&answer, org->cancel, err);
	keep_head(org, &answer);
	if (rc == 0 && answer.status != 200)
		rc = salesforce_error(&answer, err);
	else if (rc == 0)
		rc = read_versions(&lowest, &highest, &answer, err);
	if (rc == 0)
		rc = choose_version(org, lowest, highest, err);
cleanup:
	if (rc == 0)
		*version = org->version;
	http_answer_free(&answer);
	buf_free(&url);
	return rc;
}

/* ---- allowance ---- */

void org_learn(struct org *org, const struct http_answer *answer)
{
	if (answer->limit_info[0] &&
		salesforce_limit_info(answer->limit_info, &org->used, &org->allowed))
		org->usage_known = true;
}

bool org_api_usage(const struct org *org, int64_t *used, int64_t *allowed)
{
	*used = org->used;
	*allowed = org->allowed;
	return org->usage_known;
}

/* ---- calls ---- */

struct http_client *org_http(struct org *org)
{
	return org->http;
}

static int make_url(char **out, struct org *org, const char *path, struct err *err)
{
	const char *version;
	int rc;

	if (text_starts(path, "/services/")) {
		if (asprintf(out, "%s%s", org->token.instance_url, path) < 0)
			*out = NULL;
	} else {
		rc = org_version(&version, org, err);
		if (rc)
			return rc;
		if (asprintf(out, "%s/services/data/v%s%s", org->token.instance_url, version,
			    path) < 0)
			*out = NULL;
	}
	return *out ? 0 : err_nomem(err);
}

static void add_header(
	struct org_prepared *prepared, int *count, const char *name, const char *value)
{
	if ((size_t)*count + 1 < ARRAY_SIZE(prepared->headers))
		prepared->headers[(*count)++] = (struct http_header){ name, value };
}

static void add_headers(struct org_prepared *prepared, const struct org_request *request)
{
	const char *type = request->content_type;
	int count = 0;

	add_header(prepared, &count, "Authorization", prepared->authorization);
	add_header(
		prepared, &count, "Accept", request->accept ? request->accept : "application/json");
	if (request->body)
		add_header(prepared, &count, "Content-Type",
			type ? type : "application/json; charset=UTF-8");
	/* Lets the org's administrator find our traffic (REST guide, "Call Options Header"). */
	add_header(prepared, &count, "Sforce-Call-Options", "client=agentboard");
	for (const struct http_header *more = request->headers; more && more->name; more++)
		add_header(prepared, &count, more->name, more->value);
}

int org_prepare(struct org_prepared *out, struct org *org, const struct org_request *request,
	struct err *err)
{
	bool reads = strcmp(request->method, "GET") == 0;
	const char *token;
	int rc;

	*out = (struct org_prepared){ 0 };
	rc = org_token(&token, org, err);
	if (rc == 0)
		rc = make_url(&out->url, org, request->path, err);
	if (rc)
		return rc;
	out->token = strdup(token);
	if (asprintf(&out->authorization, "Bearer %s", token) < 0)
		out->authorization = NULL;
	if (!out->token || !out->authorization) {
		org_prepared_free(out);
		return err_nomem(err);
	}
	add_headers(out, request);
	out->request = (struct http_request){
		.method = request->method,
		.url = out->url,
		.headers = out->headers,
		.body = request->body,
		.body_len = request->body_len,
		.timeout_ms = request->timeout_ms ? request->timeout_ms
			      : reads		  ? READ_TIMEOUT_MS
						  : WRITE_TIMEOUT_MS,
		.answer_max = request->answer_max,
		.no_network_proxy = org->loopback,
	};
	return 0;
}

void org_prepared_free(struct org_prepared *prepared)
{
	if (!prepared)
		return;
	secret_wipe(prepared->token);
	secret_wipe(prepared->authorization);
	free(prepared->url);
	*prepared = (struct org_prepared){ 0 };
}

static int exchange_once(struct org *org, const struct org_request *request,
	struct http_answer *answer, bool may_renew, bool *renew, struct err *err)
{
	struct org_prepared prepared;
	int rc = org_prepare(&prepared, org, request, err);

	*renew = false;
	if (rc == 0) {
		rc = http_call(org->http, &prepared.request, answer, org->cancel, err);
		keep_head(org, answer);
	}
	if (rc == 0) {
		org_learn(org, answer);
		if (may_renew && salesforce_session_expired(answer)) {
			org_token_expire(org, prepared.token);
			*renew = true;
		} else if (answer->status / 100 != 2) {
			rc = salesforce_error(answer, err);
		}
	}
	org_prepared_free(&prepared);
	return rc;
}

int org_exchange(struct org *org, const struct org_request *request, struct http_answer *answer,
	struct err *err)
{
	bool renew;
	int rc;

	http_answer_free(answer);
	http_answer_init(answer);
	rc = exchange_once(org, request, answer, !org->renew_never, &renew, err);
	if (renew)
		rc = exchange_once(org, request, answer, false, &renew, err);
	return rc;
}

int org_call(struct org *org, const char *method, const char *path, const char *body,
	size_t body_len, struct http_answer *answer, struct err *err)
{
	struct org_request request = {
		.method = method,
		.path = path,
		.body = body,
		.body_len = body_len,
	};

	return org_exchange(org, &request, answer, err);
}
