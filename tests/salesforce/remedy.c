/* Tests of remedy.h: the table is whole, and every known refusal finds its remedy. */

#include "salesforce/suites.h"

#include "base/text.h"
#include "salesforce/remedy.h"
#include "salesforce/remedy_table.h"

#include <curl/curl.h>

START_TEST(every_row_has_words_that_fit_into_a_step)
{
	for (const struct remedy *remedy = remedy_all(); remedy->id; remedy++) {
		const char *const texts[] = { remedy->cause, remedy->action };

		for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
			size_t len;

			ck_assert_msg(!text_empty(texts[i]), "%s", remedy->id);
			len = strlen(texts[i]);
			ck_assert_msg(
				texts[i][len - 1] != '.', "%s ends in a full stop", remedy->id);
			ck_assert_msg(strcspn(texts[i], "\r\n\t") == len, "%s", remedy->id);
		}
		ck_assert_msg(strlen(remedy->cause) + 2 + strlen(remedy->action) <= REMEDY_TEXT_MAX,
			"%s is %zu bytes long", remedy->id,
			strlen(remedy->cause) + 2 + strlen(remedy->action));
		ck_assert_uint_lt(strlen(remedy->id), 64);
	}
}
END_TEST

START_TEST(an_id_stands_once_or_in_a_pair_for_the_two_kinds_of_app)
{
	const struct remedy *all = remedy_all();

	for (size_t i = 0; all[i].id; i++) {
		for (size_t j = i + 1; all[j].id; j++) {
			if (!text_equal(all[i].id, all[j].id))
				continue;
			ck_assert_msg(j == i + 1, "%s stands in several places", all[i].id);
			ck_assert_msg(!text_equal(all[i].action, all[j].action),
				"%s: the two kinds of app have the same action", all[i].id);
		}
	}
}
END_TEST

START_TEST(every_rule_leads_to_a_row)
{
	for (const struct remedy_rule *rule = remedy_rules; rule->id; rule++)
		ck_assert_msg(remedy_by_id(rule->id, APP_EXTERNAL) != NULL, "%s", rule->id);
	for (const struct remedy_rule *rule = remedy_row_rules; rule->id; rule++)
		ck_assert_msg(remedy_by_id(rule->id, APP_EXTERNAL) != NULL, "%s", rule->id);
	for (const struct remedy_line_rule *rule = remedy_line_rules; rule->id; rule++) {
		ck_assert_msg(remedy_by_id(rule->id, APP_EXTERNAL) != NULL, "%s", rule->id);
		ck_assert(!rule->agent_id || remedy_by_id(rule->agent_id, APP_EXTERNAL));
	}
}
END_TEST

static const char *found(const struct symptom *symptom)
{
	return remedy_find(symptom)->id;
}

/* A symptom that is just what a rule asks for must find that rule's remedy, not an earlier one's.
 */
START_TEST(no_rule_is_hidden_by_an_earlier_one)
{
	for (const struct remedy_rule *rule = remedy_rules; rule->id; rule++) {
		struct symptom symptom = { .step = rule->step,
			.code = rule->code,
			.description = rule->words,
			.http_status = rule->status };

		ck_assert_msg(text_equal(found(&symptom), rule->id), "%s %s %d: %s instead of %s",
			rule->code ? rule->code : "", rule->words ? rule->words : "", rule->status,
			found(&symptom), rule->id);
	}
	for (const struct remedy_rule *rule = remedy_row_rules; rule->id; rule++)
		ck_assert_msg(text_equal(remedy_for_row(rule->code, rule->words)->id, rule->id),
			"%s", rule->code);
}
END_TEST

START_TEST(oauth_errors_in_all_their_variants_find_their_remedy)
{
	static const struct {
		const char *code, *description, *id;
	} cases[] = {
		{ "invalid_client_id", "client identifier invalid", "oauth.consumer_key" },
		{ "invalid_client", "client identifier invalid", "oauth.consumer_key" },
		{ "invalid_client", "invalid client credentials", "oauth.consumer_secret" },
		{ "invalid_client", "", "oauth.consumer_secret" },
		{ "invalid_grant", "no client credentials user enabled", "oauth.no_run_as_user" },
		{ "invalid_grant", "client credentials flow not enabled", "oauth.flow_disabled" },
		{ "unsupported_grant_type", "grant type not supported", "oauth.flow_disabled" },
		{ "unauthorized_client", "anything", "oauth.flow_disabled" },
		{ "invalid_grant", "request not supported on this domain", "oauth.wrong_host" },
		{ "invalid_grant", "no valid scopes", "oauth.no_scopes" },
		{ "invalid_grant", "user hasn't approved this consumer", "oauth.not_approved" },
		{ "invalid_app_access", "user is not admin approved to access this app",
			"oauth.not_approved" },
		{ "invalid_grant", "ip restricted or invalid login hours", "oauth.ip_restricted" },
		{ "invalid_grant", "IP restricted or Invalid Login Hours", "oauth.ip_restricted" },
		{ "invalid_grant", "authentication failure", "oauth.authentication" },
		{ "invalid_grant", "expired access/refresh token", "oauth.authentication" },
		{ "invalid_grant", "something new", "oauth.refused" },
		{ "app_not_found", "External client app is not installed in this org",
			"oauth.app_not_found" },
		{ "inactive_user", "User is inactive", "oauth.user_inactive" },
		{ "inactive_org", "Org is locked, closed, or suspended", "oauth.org_inactive" },
		{ "rate_limit_exceeded", "Number of logins exceeded", "oauth.rate_limit" },
		{ "invalid_grant", "login rate exceeded", "oauth.rate_limit" },
		{ "invalid_grant", "Maximum Logins Exceeded", "oauth.rate_limit" },
		{ "invalid_request", "must use HTTP POST", "oauth.request" },
		{ "invalid_scope", "the requested scope is invalid", "oauth.no_scopes" },
		{ "access_denied", "", "oauth.access_denied" },
		{ "server_error", "", "org.unavailable" },
		{ "unknown_error", "retry your request", "org.unavailable" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256];
		struct symptom symptom = { .step = "access token",
			.code = cases[i].code,
			.description = text,
			.http_status = 400 };

		/* As salesforce_error() words it. */
		snprintf(text, sizeof(text), "%s: %s", cases[i].code, cases[i].description);
		ck_assert_msg(
			text_equal(found(&symptom), cases[i].id), "%s: %s", text, found(&symptom));
	}
}
END_TEST

START_TEST(rest_refusals_find_their_remedy)
{
	static const struct {
		const char *step, *code, *text;
		int status;
		const char *id;
	} cases[] = {
		{ "user", "INVALID_SESSION_ID", "Session expired or invalid", 401,
			"rest.session_expired" },
		{ "org", "INVALID_SESSION_ID",
			"This session is not valid for use with the REST API", 401,
			"rest.session_not_valid" },
		{ "org", "INVALID_SESSION_ID", "Connected app is not attached to Agent", 401,
			"rest.app_not_attached" },
		{ "org", "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", 401, "rest.auth_header" },
		{ "user", "Bad_OAuth_Token", "Bad_OAuth_Token", 403, "rest.session_not_valid" },
		{ "org", "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403,
			"rest.limit" },
		{ "org", "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", 403,
			"rest.limit_concurrent" },
		{ "org", "API_DISABLED_FOR_ORG",
			"The REST API is not enabled for this Organization.", 403,
			"rest.api_disabled" },
		{ "org", "API_CURRENTLY_DISABLED", "API is disabled for this User", 403,
			"rest.user_api_disabled" },
		{ "org", "INVALID_TYPE", "sObject type 'Organization' is not supported.", 400,
			"rest.organization_hidden" },
		{ "limits", "FUNCTIONALITY_NOT_ENABLED", "This feature is not enabled", 403,
			"rest.limits_refused" },
		{ "orders: object", "NOT_FOUND", "The requested resource does not exist", 404,
			"object.hidden" },
		{ "x", "NOT_FOUND", "The requested resource does not exist", 404,
			"rest.not_found" },
		{ "x", "SERVER_UNAVAILABLE", "Server Unavailable", 503, "org.unavailable" },
		{ "x", "HTTP_503", "HTTP 503: the org is down (a web page, not the org's API)", 503,
			"org.edge" },
		{ "x", "HTTP_420", "", 420, "org.edge" },
		{ "x", "HTTP_502", "", 502, "org.edge" },
		{ "access token", "HTTP_302", "sent on to https://renamed", 302, "oauth.redirect" },
		{ "x", "HTTP_302", "sent on to https://portal", 302, "net.portal" },
		{ "access token", "", "the token's answer was a web page", 200, "net.portal" },
		{ "access token", "", "the token's answer was a JSON array", 200, "net.protocol" },
		{ "API version", "", "the version list names no version", 200, "rest.version" },
		{ "x", "HTTP_407", "", 407, "proxy.auth" },
		{ "x", "HTTP_429", "", 429, "rest.too_many" },
		{ "x", "NEVER_HEARD_OF", "words", 400, "unknown" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct symptom symptom = { .step = cases[i].step,
			.code = cases[i].code,
			.description = cases[i].text,
			.http_status = cases[i].status };

		ck_assert_msg(text_equal(found(&symptom), cases[i].id), "%s %s: %s", cases[i].code,
			cases[i].text, found(&symptom));
	}
}
END_TEST

START_TEST(broken_lines_are_told_apart)
{
	static const struct {
		enum http_step step;
		int curl_code, os_errno, proxy_status;
		const char *text;
		const char *id, *agent_id;
	} cases[] = {
		{ HTTP_STEP_NAME, CURLE_COULDNT_RESOLVE_HOST, 0, 0, "Could not resolve host",
			"net.name", "agent.name" },
		{ HTTP_STEP_CONNECT, CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, "Failed to connect",
			"net.refused", "agent.refused" },
		{ HTTP_STEP_CONNECT, CURLE_OPERATION_TIMEDOUT, 0, 0, "Connection timed out",
			"net.timeout", "agent.timeout" },
		{ HTTP_STEP_CONNECT, CURLE_COULDNT_CONNECT, ENETUNREACH, 0, "Failed to connect",
			"net.unreachable", "agent.timeout" },
		{ HTTP_STEP_TLS, CURLE_PEER_FAILED_VERIFICATION, 0, 0,
			"SSL certificate problem: certificate has expired", "tls.expired",
			"tls.expired" },
		{ HTTP_STEP_TLS, CURLE_PEER_FAILED_VERIFICATION, 0, 0,
			"SSL certificate problem: certificate is not yet valid",
			"tls.not_yet_valid", "tls.not_yet_valid" },
		{ HTTP_STEP_TLS, CURLE_PEER_FAILED_VERIFICATION, 0, 0,
			"SSL certificate problem: unable to get local issuer certificate",
			"tls.unknown_issuer", "tls.agent_issuer" },
		{ HTTP_STEP_TLS, CURLE_PEER_FAILED_VERIFICATION, 0, 0,
			"SSL certificate problem: self-signed certificate in certificate chain",
			"tls.unknown_issuer", "tls.agent_issuer" },
		{ HTTP_STEP_TLS, CURLE_PEER_FAILED_VERIFICATION, 0, 0,
			"SSL: no alternative certificate subject name matches target host name 'x'",
			"tls.wrong_host", "tls.wrong_host" },
		{ HTTP_STEP_TLS, CURLE_SSL_CACERT_BADFILE, 0, 0,
			"error setting certificate file: /nowhere", "tls.ca_file", "tls.ca_file" },
		{ HTTP_STEP_TLS, CURLE_SSL_CONNECT_ERROR, 0, 0,
			"OpenSSL/3.0: error:0A00010B:SSL routines::wrong version number",
			"tls.no_tls", "tls.no_tls" },
		{ HTTP_STEP_TLS, CURLE_SSL_CONNECT_ERROR, 0, 0, "Connection reset by peer",
			"tls.handshake", "agent.broken" },
		{ HTTP_STEP_PROXY, CURLE_COULDNT_RESOLVE_PROXY, 0, 0, "Could not resolve proxy",
			"proxy.name", "proxy.name" },
		{ HTTP_STEP_PROXY, CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, "Failed to connect",
			"proxy.unreachable", "proxy.unreachable" },
		{ HTTP_STEP_PROXY, CURLE_RECV_ERROR, 0, 407, "CONNECT tunnel failed, response 407",
			"proxy.auth", "proxy.auth" },
		{ HTTP_STEP_PROXY, CURLE_RECV_ERROR, 0, 403, "CONNECT tunnel failed, response 403",
			"proxy.refused", "proxy.refused" },
		{ HTTP_STEP_TALK, CURLE_OPERATION_TIMEDOUT, 0, 0, "Operation timed out",
			"net.no_answer", "agent.broken" },
		{ HTTP_STEP_TALK, CURLE_GOT_NOTHING, 0, 0, "Empty reply from server", "net.broken",
			"agent.broken" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct http_answer answer;
		struct symptom symptom = { .step = "TCP", .answer = &answer };

		http_answer_init(&answer);
		answer.failed_step = cases[i].step;
		answer.curl_code = cases[i].curl_code;
		answer.os_errno = cases[i].os_errno;
		answer.proxy_status = cases[i].proxy_status;
		err_set(&answer.err, ERR_NET, "%s", cases[i].text);
		ck_assert_msg(text_equal(found(&symptom), cases[i].id), "%s: %s", cases[i].text,
			found(&symptom));
		symptom.step = "agent";
		ck_assert_msg(text_equal(found(&symptom), cases[i].agent_id), "%s: %s",
			cases[i].text, found(&symptom));
	}
}
END_TEST

/* The codes of the row errors that the org is known to give. */
START_TEST(rows_that_fail_get_advice)
{
	static const char *const codes[] = { "REQUIRED_FIELD_MISSING", "DUPLICATE_VALUE",
		"DUPLICATES_DETECTED", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "STRING_TOO_LONG",
		"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_TYPE_ON_FIELD_IN_RECORD",
		"INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_FIELD", "INVALID_CROSS_REFERENCE_KEY",
		"MALFORMED_ID", "UNABLE_TO_LOCK_ROW", "ENTITY_IS_DELETED",
		"INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
		"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "INVALID_EMAIL_ADDRESS",
		"NUMBER_OUTSIDE_VALID_RANGE", "FIELD_INTEGRITY_EXCEPTION", "MISSING_ARGUMENT",
		"INVALID_TYPE", "OP_WITH_INVALID_USER_TYPE_EXCEPTION", "STORAGE_LIMIT_EXCEEDED",
		"LIMIT_EXCEEDED", "TOO_MANY_APEX_REQUESTS", "ENTITY_IS_LOCKED",
		"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "SERVER_UNAVAILABLE",
		"UNKNOWN_EXCEPTION", "REQUEST_RUNNING_TOO_LONG", "QUERY_TIMEOUT",
		"ALL_OR_NONE_OPERATION_ROLLED_BACK" };

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		ck_assert_msg(remedy_for_code(codes[i]) != NULL, "%s", codes[i]);
	ck_assert_ptr_null(remedy_for_code("NEVER_HEARD_OF"));
	ck_assert_ptr_null(remedy_for_code(""));
	ck_assert_ptr_null(remedy_for_code(NULL));
	ck_assert_str_eq(remedy_for_row("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
				 "T: System.LimitException: Too many SOQL queries: 101")
				 ->id,
		"row.trigger_limit");
	ck_assert_str_eq(
		remedy_for_row("INVALID_FIELD",
			"Foreign key external ID: c9 not found for field Ext__c in entity Account")
			->id,
		"row.no_parent");
	ck_assert_str_eq(remedy_for_code("INVALID_FIELD")->id, "row.no_field");
}
END_TEST

START_TEST(the_menu_path_is_that_of_the_kind_of_app)
{
	struct symptom symptom = { .step = "access token",
		.code = "invalid_grant",
		.description = "no client credentials user enabled",
		.http_status = 400 };

	symptom.app = APP_EXTERNAL;
	ck_assert_ptr_nonnull(strstr(remedy_find(&symptom)->action, "External Client App Manager"));
	symptom.app = APP_CONNECTED;
	ck_assert_str_eq(found(&symptom), "oauth.no_run_as_user");
	ck_assert_ptr_nonnull(strstr(remedy_find(&symptom)->action, "Setup > App Manager"));
	ck_assert_ptr_null(strstr(remedy_find(&symptom)->action, "External"));
}
END_TEST

Suite *suite_remedy(void)
{
	Suite *suite = suite_create("salesforce/remedy");
	TCase *tc = tcase_create("remedy");

	tcase_add_test(tc, every_row_has_words_that_fit_into_a_step);
	tcase_add_test(tc, an_id_stands_once_or_in_a_pair_for_the_two_kinds_of_app);
	tcase_add_test(tc, every_rule_leads_to_a_row);
	tcase_add_test(tc, no_rule_is_hidden_by_an_earlier_one);
	tcase_add_test(tc, oauth_errors_in_all_their_variants_find_their_remedy);
	tcase_add_test(tc, rest_refusals_find_their_remedy);
	tcase_add_test(tc, broken_lines_are_told_apart);
	tcase_add_test(tc, rows_that_fail_get_advice);
	tcase_add_test(tc, the_menu_path_is_that_of_the_kind_of_app);
	suite_add_tcase(suite, tc);
	return suite;
}
