/*
 * token.c — one token request and its answer (help page "OAuth 2.0 Client Credentials Flow for
 * Server-to-Server Integration"). The answer tells no life time; a 401 is the only sign of age.
 */

#include "base/base.h"
#include "base/text.h"
#include "model/address.h"
#include "salesforce/reply.h"
#include "salesforce/token.h"

#define TOKEN_TIMEOUT_MS 30000
#define TOKEN_ANSWER_MAX (256 << 10)
#define TOKEN_TEXT_MAX 12000 /* address and headers together may have 16,384 bytes */

void token_free_fields(struct token *token)
{
	secret_wipe(token->text);
	free(token->instance_url);
	*token = (struct token){ 0 };
}

/* It goes into a header: nothing but visible ASCII. */
static bool fit_for_header(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > TOKEN_TEXT_MAX)
		return false;
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

/* Where the token is to be sent: encrypted, or on this machine. No slash at the end. */
static int take_instance_url(struct token *out, const char *url, struct err *err)
{
	struct address address;

	if (text_empty(url))
		return err_set(err, ERR_PROTOCOL, "the token's answer names no instance_url");
	if (!address_parse(&address, url) || address.user || address.path)
		return err_set(err, ERR_PROTOCOL, "the token's answer has a strange instance_url");
	if (strcmp(address.scheme, "https") != 0 &&
		!(strcmp(address.scheme, "http") == 0 && address_is_loopback(&address)))
		return err_set(err, ERR_PROTOCOL,
			"the token's answer names %s, which is not encrypted: nothing is sent "
			"there",
			address.host);
	out->instance_url = strndup(url, strlen(url) - (address.slash ? 1 : 0));
	return out->instance_url ? 0 : err_nomem(err);
}

/* ".../id/ORG18/USER18": the last two parts. */
static void take_identity(struct token *out, const char *id)
{
	const char *user = id ? strrchr(id, '/') : NULL;
	const char *org = user;

	if (!user)
		return;
	while (org > id && org[-1] != '/')
		org--;
	if (!reply_is_id(org, (size_t)(user - org)) || !reply_is_id(user + 1, strlen(user + 1)))
		return;
	snprintf(out->org_id, sizeof(out->org_id), "%.*s", (int)(user - org), org);
	text_copy(out->user_id, sizeof(out->user_id), user + 1);
}

int token_parse(struct token *out, const char *body, size_t len, struct err *err)
{
	struct json_object *reply;
	const char *text;
	int rc;

	*out = (struct token){ 0 };
	rc = reply_parse_as(&reply, json_type_object, body, len, "the token's answer", err);
	if (rc)
		return rc;
	text = reply_text(reply, "access_token");
	if (!text || !fit_for_header(text))
		rc = err_set(err, ERR_PROTOCOL, "the token's answer holds no usable access_token");
	if (rc == 0)
		rc = take_instance_url(out, reply_text(reply, "instance_url"), err);
	if (rc == 0) {
		take_identity(out, reply_text(reply, "id"));
		out->text = strdup(text);
		if (!out->text)
			rc = err_nomem(err);
	}
	if (rc)
		token_free_fields(out);
	json_object_put(reply);
	return rc;
}

static void write_form(struct buf *body, const struct token_grant *grant)
{
	http_form_add(body, "grant_type", "client_credentials");
	if (grant->auth == CLIENT_AUTH_BODY) {
		http_form_add(body, "client_id", grant->consumer_key);
		http_form_add(body, "client_secret", grant->consumer_secret);
	}
}

int token_request(struct token *out, struct http_client *http, const struct token_grant *grant,
	struct http_answer *answer, const atomic_bool *cancel, struct err *err)
{
	static const struct http_header headers[] = {
		{ "Content-Type", "application/x-www-form-urlencoded" },
		{ "Accept", "application/json" },
		{ NULL, NULL },
	};
	bool basic = grant->auth == CLIENT_AUTH_BASIC;
	struct buf url = BUF_INIT(4096);
	struct buf body = BUF_INIT(4 * SECRET_MAX);
	struct http_request request = {
		.method = "POST",
		.headers = headers,
		.username = basic ? grant->consumer_key : NULL,
		.password = basic ? grant->consumer_secret : NULL,
		.timeout_ms = TOKEN_TIMEOUT_MS,
		.answer_max = TOKEN_ANSWER_MAX,
		.no_network_proxy = grant->loopback,
	};
	int rc;

	*out = (struct token){ 0 };
	buf_addf(&url, "%s/services/oauth2/token", grant->domain);
	write_form(&body, grant);
	rc = buf_check(&url, "the address of the token", err);
	if (rc == 0)
		rc = buf_check(&body, "the token's request", err);
	if (rc)
		goto cleanup;
	request.url = buf_str(&url);
	request.body = buf_str(&body);
	request.body_len = body.len;
	rc = http_call(http, &request, answer, cancel, err);
	if (rc == 0 && answer->status != 200)
		rc = salesforce_error(answer, err);
	else if (rc == 0)
		rc = token_parse(out, buf_str(&answer->body), answer->body.len, err);
cleanup:
	buf_wipe(&answer->body);
	buf_wipe(&body);
	buf_free(&url);
	return rc;
}
