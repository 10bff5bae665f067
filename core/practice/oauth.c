/* oauth.c — the practice org's OAuth endpoints: token (client credentials), revoke, introspect,
 * userinfo, identity. */

#include "base/base.h"
#include "practice/call.h"
#include "base/clock.h"
#include "base/text.h"

#include <sodium.h>

#define TOKEN_TAIL 64

static void oauth_fail(struct call *call, int status, const char *error, const char *description)
{
	struct json json = JSON_INIT(call->out);

	call->status = status;
	buf_reset(call->out);
	json_open(&json, '{');
	json_put_text(&json, "error", error);
	json_put_text(&json, "error_description", description);
	json_close(&json, '}');
}

/* The org's id in a token is its 15 characters; clients check the shape. */
static void new_session(struct practice *org)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
	struct session *session = &org->session;
	size_t used = (size_t)snprintf(
		session->token, sizeof(session->token), "%.15s!AQ", org->organization_id);

	for (int i = 0; i < TOKEN_TAIL; i++)
		session->token[used++] = alphabet[randombytes_uniform(sizeof(alphabet) - 1)];
	session->token[used] = '\0';
	session->issued = clock_now();
	session->until = session->issued + PRACTICE_SESSION_MS;
}

static void identity_url(const struct practice *org, char *url, size_t size)
{
	snprintf(url, size, "%s/id/%s/%s", org->url, org->organization_id, org->user_id);
}

/* base64(HMAC-SHA256(consumer secret, id + issued_at)) */
static void sign(char *out, size_t size, const char *id, const char *issued)
{
	crypto_auth_hmacsha256_state state;
	unsigned char mac[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)PRACTICE_CONSUMER_SECRET,
		strlen(PRACTICE_CONSUMER_SECRET));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)id, strlen(id));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)issued, strlen(issued));
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_bin2base64(out, size, mac, sizeof(mac), sodium_base64_VARIANT_ORIGINAL);
}

static void put_token(struct call *call)
{
	const struct practice *org = call->org;
	struct json json = JSON_INIT(call->out);
	char id[160];
	char issued[24];
	char signature[64];

	identity_url(org, id, sizeof(id));
	snprintf(issued, sizeof(issued), "%" PRId64, org->session.issued);
	sign(signature, sizeof(signature), id, issued);
	json_open(&json, '{');
	json_put_text(&json, "access_token", org->session.token);
	json_put_text(&json, "signature", signature);
	json_put_text(&json, "scope", "api");
	json_put_text(&json, "instance_url", org->url);
	json_put_text(&json, "id", id);
	json_put_text(&json, "token_type", "Bearer");
	json_put_text(&json, "issued_at", issued);
	json_put_text(&json, "api_instance_url", "https://api.salesforce.com");
	json_close(&json, '}');
}

/* Consumer key and secret from HTTP Basic or the form. Answers when they are not the app's. */
static bool known_client(struct call *call)
{
	const char *key = call_param(call, "client_id");
	const char *secret = call_param(call, "client_secret");
	char *basic_key = NULL;
	char *basic_secret = NULL;
	bool ok = false;

	if (call->in && http_incoming_basic(call->in, &basic_key, &basic_secret)) {
		key = basic_key;
		secret = basic_secret;
	}
	if (!key || !*key)
		oauth_fail(call, 400, "invalid_client_id", "client identifier invalid");
	else if (strcmp(key, PRACTICE_CONSUMER_KEY) != 0)
		oauth_fail(call, 400, "invalid_client_id", "client identifier invalid");
	else if (!secret || strcmp(secret, PRACTICE_CONSUMER_SECRET) != 0)
		oauth_fail(call, 400, "invalid_client", "invalid client credentials");
	else
		ok = true;
	free(basic_key);
	free(basic_secret);
	return ok;
}

/* What this org says to the grants it does not have; the first row is for the unknown. */
static const struct {
	const char *grant, *error, *description;
} other_grants[] = {
	{ "", "unsupported_grant_type", "grant type not supported" },
	{ "password", "invalid_grant", "authentication failure" },
	{ "refresh_token", "invalid_grant", "expired access/refresh token" },
	{ "authorization_code", "invalid_grant", "invalid authorization code" },
	{ "urn:ietf:params:oauth:grant-type:jwt-bearer", "invalid_grant",
		"user hasn't approved this consumer" },
};

static bool right_grant(struct call *call)
{
	const char *grant = call_param(call, "grant_type");
	size_t row = ARRAY_SIZE(other_grants) - 1;

	if (!grant || !*grant) {
		oauth_fail(call, 400, "invalid_request", "missing required parameter: grant_type");
		return false;
	}
	if (strcmp(grant, "client_credentials") == 0)
		return true;
	while (row > 0 && strcmp(other_grants[row].grant, grant) != 0)
		row--;
	oauth_fail(call, 400, other_grants[row].error, other_grants[row].description);
	return false;
}

static void token(struct call *call)
{
	const struct mistake *mistake = mistake_at(call->org, MISTAKE_TOKEN);

	call_header(call, "Cache-Control", "no-cache, no-store");
	call_header(call, "Pragma", "no-cache");
	call_parse_form(call);
	if (mistake && mistake->code) {
		oauth_fail(call, mistake->status, mistake->code, mistake->text);
		return;
	}
	if (mistake) {
		call_mistake(call, mistake);
		return;
	}
	if (!right_grant(call) || !known_client(call))
		return;
	if (!call->org->session.token[0] || clock_now() >= call->org->session.until)
		new_session(call->org);
	put_token(call);
}

static void token_by_get(struct call *call)
{
	oauth_fail(call, 400, "invalid_request", "must use HTTP POST");
}

static bool is_live(const struct practice *org, const char *text)
{
	return text && org->session.token[0] && strcmp(text, org->session.token) == 0 &&
	       clock_now() < org->session.until;
}

static void revoke(struct call *call)
{
	const char *text;

	call_parse_form(call);
	text = call_param(call, "token");
	if (!is_live(call->org, text)) {
		oauth_fail(call, 400, "invalid_token", "the token is invalid");
		return;
	}
	call->org->session.token[0] = '\0';
}

static void introspect(struct call *call)
{
	const struct practice *org = call->org;
	struct json json = JSON_INIT(call->out);
	char id[160];

	call_parse_form(call);
	if (!known_client(call))
		return;
	json_open(&json, '{');
	if (!is_live(org, call_param(call, "token"))) {
		json_put_bool(&json, "active", false);
		json_close(&json, '}');
		return;
	}
	identity_url(org, id, sizeof(id));
	json_put_bool(&json, "active", true);
	json_put_text(&json, "scope", "api");
	json_put_text(&json, "client_id", PRACTICE_CONSUMER_KEY);
	json_put_text(&json, "username", PRACTICE_USERNAME);
	json_put_text(&json, "sub", id);
	json_put_text(&json, "token_type", "access_token");
	json_put_int(&json, "exp", org->session.until / 1000);
	json_put_int(&json, "iat", org->session.issued / 1000);
	json_put_int(&json, "nbf", org->session.issued / 1000);
	json_close(&json, '}');
}

/* Userinfo and identity refuse with plain text, not JSON. */
static bool bad_token(struct call *call)
{
	const struct mistake *mistake = mistake_at(call->org, MISTAKE_USERINFO);
	const char *header = http_incoming_header(call->in, "Authorization");
	const char *text = header ? strchr(header, ' ') : NULL;

	text = text ? text + 1 : call_param(call, "oauth_token");
	if (!mistake && is_live(call->org, text))
		return false;
	call->status = 403;
	call->content_type = "text/plain;charset=UTF-8";
	buf_add_str(call->out, "Bad_OAuth_Token");
	return true;
}

static void put_urls(struct json *json, const struct practice *org)
{
	static const char *const urls[][2] = {
		{ "rest", "/services/data/v{version}/" },
		{ "sobjects", "/services/data/v{version}/sobjects/" },
		{ "query", "/services/data/v{version}/query/" },
		{ "search", "/services/data/v{version}/search/" },
	};

	json_key(json, "urls");
	json_open(json, '{');
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		char url[160];

		snprintf(url, sizeof(url), "%s%s", org->url, urls[i][1]);
		json_put_text(json, urls[i][0], url);
	}
	json_close(json, '}');
}

/* What userinfo and identity say alike. */
static void put_person(struct json *json, const struct practice *org)
{
	json_put_text(json, "user_id", org->user_id);
	json_put_text(json, "organization_id", org->organization_id);
	json_put_text(json, "email", PRACTICE_USERNAME);
	json_put_bool(json, "active", true);
	json_put_text(json, "user_type", "STANDARD");
	json_put_text(json, "language", "en_US");
	json_put_text(json, "locale", "en_US");
	put_urls(json, org);
}

static void userinfo(struct call *call)
{
	struct json json = JSON_INIT(call->out);
	char id[160];

	if (bad_token(call))
		return;
	identity_url(call->org, id, sizeof(id));
	json_open(&json, '{');
	json_put_text(&json, "sub", id);
	json_put_text(&json, "preferred_username", PRACTICE_USERNAME);
	json_put_text(&json, "nickname", "agent");
	json_put_text(&json, "name", "Practice Agent");
	json_put_bool(&json, "email_verified", true);
	json_put_text(&json, "given_name", "Practice");
	json_put_text(&json, "family_name", "Agent");
	json_put_text(&json, "zoneinfo", "Europe/Berlin");
	put_person(&json, call->org);
	json_close(&json, '}');
}

static void identity(struct call *call)
{
	const struct practice *org = call->org;
	struct json json = JSON_INIT(call->out);
	char id[160];

	if (bad_token(call))
		return;
	if (strncmp(call->args[0], org->organization_id, 15) != 0 ||
		strncmp(call->args[1], org->user_id, 15) != 0) {
		call_not_found(call);
		return;
	}
	identity_url(org, id, sizeof(id));
	json_open(&json, '{');
	json_put_text(&json, "id", id);
	json_put_bool(&json, "asserted_user", true);
	json_put_text(&json, "username", PRACTICE_USERNAME);
	json_put_text(&json, "nick_name", "agent");
	json_put_text(&json, "display_name", "Practice Agent");
	put_person(&json, org);
	json_close(&json, '}');
}

static void openid_configuration(struct call *call)
{
	static const char *const endpoints[][2] = {
		{ "token_endpoint", "/services/oauth2/token" },
		{ "revocation_endpoint", "/services/oauth2/revoke" },
		{ "introspection_endpoint", "/services/oauth2/introspect" },
		{ "userinfo_endpoint", "/services/oauth2/userinfo" },
	};
	struct json json = JSON_INIT(call->out);

	json_open(&json, '{');
	json_put_text(&json, "issuer", call->org->url);
	for (size_t i = 0; i < ARRAY_SIZE(endpoints); i++) {
		char url[160];

		snprintf(url, sizeof(url), "%s%s", call->org->url, endpoints[i][1]);
		json_put_text(&json, endpoints[i][0], url);
	}
	json_close(&json, '}');
}

const struct route oauth_routes[] = {
	{ "POST", "services/oauth2/token", token, ROUTE_OPEN },
	{ "GET", "services/oauth2/token", token_by_get, ROUTE_OPEN },
	{ "POST", "services/oauth2/revoke", revoke, ROUTE_OPEN },
	{ "POST", "services/oauth2/introspect", introspect, ROUTE_OPEN },
	{ "GET", "services/oauth2/userinfo", userinfo, ROUTE_OPEN },
	{ "POST", "services/oauth2/userinfo", userinfo, ROUTE_OPEN },
	{ "GET", "id/{}/{}", identity, ROUTE_OPEN },
	{ "POST", "id/{}/{}", identity, ROUTE_OPEN },
	{ "GET", ".well-known/openid-configuration", openid_configuration, ROUTE_OPEN },
	{ NULL, NULL, NULL, 0 },
};
