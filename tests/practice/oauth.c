/* Tests of the practice org's OAuth endpoints. */

#include "practice/suites.h"

#include "base/text.h"
#include "practice/partner.h"

START_TEST(token_has_the_shape_that_clients_check)
{
	struct partner partner;
	char expected[600];

	partner_open(&partner, NULL);
	snprintf(expected, sizeof(expected),
		"{\"access_token\":\"00DPr0000000001!AQ*\",\"signature\":\"*=\",\"scope\":\"api\","
		"\"instance_url\":\"%s\",\"id\":\"%s/id/00DPr0000000001MAA/005Pr0000000001IAA\","
		"\"token_type\":\"Bearer\",\"issued_at\":\"*\",\"api_instance_url\":\"*\"}",
		practice_url(partner.org), practice_url(partner.org));
	partner_expect_answer(&partner, 200, expected);
	ck_assert_uint_eq(strlen(partner.token), 15 + 3 + 64);
	ck_assert_uint_eq(strspn(partner.token + 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
						     "stuvwxyz0123456789._"),
		2 + 64);
	ck_assert_ptr_null(strstr(buf_str(&partner.body), "expires_in"));
	ck_assert_ptr_nonnull(
		strstr(buf_str(&partner.headers), "Cache-Control: no-cache, no-store"));
	partner_close(&partner);
}
END_TEST

START_TEST(repeating_the_grant_gives_the_same_token_while_the_session_lives)
{
	struct partner partner;
	char first[sizeof(partner.token)];

	partner_open(&partner, NULL);
	memcpy(first, partner.token, sizeof(first));
	partner_take_token(&partner);
	ck_assert_str_eq(partner.token, first);
	partner_call(&partner, "POST", "/practice/expire", "");
	partner_call(&partner, "GET", "limits", NULL);
	partner_expect_answer(&partner, 401,
		"[{\"message\":\"Session expired or invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}"
		"]");
	partner_take_token(&partner);
	ck_assert_str_ne(partner.token, first);
	partner_call(&partner, "GET", "limits", NULL);
	ck_assert_int_eq(partner.status, 200);
	partner_close(&partner);
}
END_TEST

#define KEY "client_id=" PRACTICE_CONSUMER_KEY
#define SECRET "client_secret=" PRACTICE_CONSUMER_SECRET
#define ERROR(error, description)                                                                  \
	"{\"error\":\"" error "\",\"error_description\":\"" description "\"}"

static const struct {
	const char *form, *answer;
} refusals[] = {
	{ "grant_type=client_credentials&client_id=wrong&" SECRET,
		ERROR("invalid_client_id", "client identifier invalid") },
	{ "grant_type=client_credentials&" SECRET,
		ERROR("invalid_client_id", "client identifier invalid") },
	{ "grant_type=client_credentials&" KEY "&client_secret=wrong",
		ERROR("invalid_client", "invalid client credentials") },
	{ "grant_type=client_credentials&" KEY,
		ERROR("invalid_client", "invalid client credentials") },
	{ KEY "&" SECRET, ERROR("invalid_request", "missing required parameter: grant_type") },
	{ "grant_type=magic&" KEY "&" SECRET,
		ERROR("unsupported_grant_type", "grant type not supported") },
	{ "grant_type=password&" KEY "&" SECRET "&username=a&password=b",
		ERROR("invalid_grant", "authentication failure") },
	{ "grant_type=refresh_token&refresh_token=x&" KEY "&" SECRET,
		ERROR("invalid_grant", "expired access/refresh token") },
};

START_TEST(wrong_credentials_and_grants_get_their_own_error)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_form(&partner, "/services/oauth2/token", refusals[_i].form);
	partner_expect_answer(&partner, 400, refusals[_i].answer);
	partner_close(&partner);
}
END_TEST

START_TEST(token_wants_post)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_call(&partner, "GET", "/services/oauth2/token?" GOOD_FORM, NULL);
	partner_expect_answer(&partner, 400, ERROR("invalid_request", "must use HTTP POST"));
	partner_close(&partner);
}
END_TEST

static size_t ignore(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

START_TEST(client_may_come_as_http_basic)
{
	struct partner partner;
	CURL *curl = curl_easy_init();
	char url[200];
	long status = 0;

	partner_open(&partner, NULL);
	snprintf(url, sizeof(url), "%s/services/oauth2/token", practice_url(partner.org));
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_USERPWD, PRACTICE_CONSUMER_KEY ":" PRACTICE_CONSUMER_SECRET);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "grant_type=client_credentials");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
	curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	ck_assert_int_eq(status, 200);
	curl_easy_cleanup(curl);
	partner_close(&partner);
}
END_TEST

START_TEST(revoked_token_is_dead_everywhere)
{
	struct partner partner;
	char form[300];

	partner_open(&partner, NULL);
	snprintf(form, sizeof(form), "token=%s", partner.token);
	partner_form(&partner, "/services/oauth2/revoke", form);
	partner_expect_answer(&partner, 200, "");
	partner_call(&partner, "GET", "limits", NULL);
	ck_assert_int_eq(partner.status, 401);
	partner_form(&partner, "/services/oauth2/revoke", form);
	partner_expect_answer(&partner, 400, "{\"error\":\"invalid_token\",*");
	partner_close(&partner);
}
END_TEST

START_TEST(introspection_tells_the_end_of_the_session)
{
	struct partner partner;
	char form[600];

	partner_open(&partner, NULL);
	snprintf(form, sizeof(form), "token=%s&token_type_hint=access_token&" KEY "&" SECRET,
		partner.token);
	partner_form(&partner, "/services/oauth2/introspect", form);
	partner_expect_answer(&partner, 200,
		"{\"active\":true,\"scope\":\"api\",\"client_id\":\"" PRACTICE_CONSUMER_KEY
		"\",\"username\":\"" PRACTICE_USERNAME "\",\"sub\":\"*\","
		"\"token_type\":\"access_token\",\"exp\":*,\"iat\":*,\"nbf\":*}");
	partner_form(&partner, "/services/oauth2/introspect", "token=x&" KEY "&" SECRET);
	partner_expect_answer(&partner, 200, "{\"active\":false}");
	partner_close(&partner);
}
END_TEST

static const struct exchange who[] = {
	{ "GET", "/services/oauth2/userinfo", NULL, 200,
		"*\"user_id\":\"005Pr0000000001IAA\",\"organization_id\":\"00DPr0000000001MAA\","
		"*" },
	{ "GET", "/id/00DPr0000000001MAA/005Pr0000000001IAA", NULL, 200,
		"*\"username\":\"" PRACTICE_USERNAME "\"*" },
	{ "GET", "/id/00DPr0000000001MAA/005Pr0000000002IAA", NULL, 404, "*NOT_FOUND*" },
	{ "POST", "/practice/expire", "", 204, NULL },
	{ "GET", "/services/oauth2/userinfo", NULL, 403, "Bad_OAuth_Token" },
	{ "GET", "/id/00DPr0000000001MAA/005Pr0000000001IAA", NULL, 403, "Bad_OAuth_Token" },
};

START_TEST(userinfo_and_identity_know_the_user_and_refuse_in_plain_text)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, who);
	partner_close(&partner);
}
END_TEST

START_TEST(missing_or_malformed_authorization_is_its_own_error)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_form(&partner, "/services/data/v66.0/sobjects/Account", "x=y");
	partner_expect_answer(&partner, 401,
		"[{\"message\":\"INVALID_HEADER_TYPE\",\"errorCode\":\"INVALID_AUTH_HEADER\"}]");
	partner_close(&partner);
}
END_TEST

Suite *suite_oauth(void)
{
	Suite *suite = suite_create("practice/oauth");
	TCase *tc = tcase_create("oauth");

	tcase_add_test(tc, token_has_the_shape_that_clients_check);
	tcase_add_test(tc, repeating_the_grant_gives_the_same_token_while_the_session_lives);
	tcase_add_loop_test(
		tc, wrong_credentials_and_grants_get_their_own_error, 0, ARRAY_SIZE(refusals));
	tcase_add_test(tc, token_wants_post);
	tcase_add_test(tc, client_may_come_as_http_basic);
	tcase_add_test(tc, revoked_token_is_dead_everywhere);
	tcase_add_test(tc, introspection_tells_the_end_of_the_session);
	tcase_add_test(tc, userinfo_and_identity_know_the_user_and_refuse_in_plain_text);
	tcase_add_test(tc, missing_or_malformed_authorization_is_its_own_error);
	suite_add_tcase(suite, tc);
	return suite;
}
