/* Tests of the misconfigurations: each shows what Salesforce would answer, and no other damage. */

#include "practice/suites.h"

#include "base/text.h"
#include "practice/partner.h"

#define REST_ERROR(code, text) "[{\"message\":\"" text "\",\"errorCode\":\"" code "\"}]"
#define TOKEN "/services/oauth2/token"
#define LINE "{\"Name\":\"x\",\"Order_No__c\":\"O-1\",\"Price__c\":1}"
#define ACCOUNT_UPSERT "composite/sobjects/Account/Ext_Id__c"
#define ACCOUNT_ROW                                                                                \
	"{\"records\":[{\"attributes\":{\"type\":\"Account\"},\"Ext_Id__c\":\"1\",\"Name\":\"x\"}" \
	"]}"

#define NAMESAKE "{\"attributes\":{\"type\":\"Account\"},\"Name\":\"x\"}"
#define APEX "/services/apexrest/agentboard/ping"
#define CALL "{\"url\":\"http://127.0.0.1:1\",\"username\":\"skyvva\",\"password\":\"x\"}"

/* What one misconfiguration makes visible. A path of TOKEN means the token call itself. */
static const struct {
	const char *name;
	struct exchange seen;
} mistakes[] = {
	{ "token-html", { "", TOKEN, NULL, 502, "<html>*" } },
	{ "domain-renamed", { "", TOKEN, NULL, 302, "" } },
	{ "login-host", { "", TOKEN, NULL, 400,
				"*\"invalid_grant\"*\"request not supported on this domain\"*" } },
	{ "org-locked", { "", TOKEN, NULL, 400, "*\"inactive_org\"*" } },
	{ "app-not-installed", { "", TOKEN, NULL, 400, "*\"app_not_found\"*" } },
	{ "unknown-key", { "", TOKEN, NULL, 400, "*\"invalid_client_id\"*" } },
	{ "wrong-secret", { "", TOKEN, NULL, 400, "*\"invalid_client\"*" } },
	{ "flow-off", { "", TOKEN, NULL, 400, "*\"client credentials flow not enabled\"*" } },
	{ "flow-off-unsupported", { "", TOKEN, NULL, 400, "*\"unsupported_grant_type\"*" } },
	{ "flow-off-unauthorized", { "", TOKEN, NULL, 400, "*\"unauthorized_client\"*" } },
	{ "no-run-as-user", { "", TOKEN, NULL, 400, "*\"no client credentials user enabled\"*" } },
	{ "inactive-user", { "", TOKEN, NULL, 400, "*\"inactive_user\"*" } },
	{ "no-scopes", { "", TOKEN, NULL, 400, "*\"no valid scopes\"*" } },
	{ "not-approved", { "", TOKEN, NULL, 400, "*\"invalid_app_access\"*" } },
	{ "ip-restricted", { "", TOKEN, NULL, 400, "*\"ip restricted or invalid login hours\"*" } },
	{ "login-rate", { "", TOKEN, NULL, 400, "*\"rate_limit_exceeded\"*" } },
	{ "token-server-error", { "", TOKEN, NULL, 500, "*\"server_error\"*" } },
	{ "userinfo-refused",
		{ "GET", "/services/oauth2/userinfo", NULL, 403, "Bad_OAuth_Token" } },
	{ "session-not-valid",
		{ "GET", "limits", NULL, 401,
			REST_ERROR("INVALID_SESSION_ID",
				"This session is not valid for use with the REST API") } },
	{ "api-disabled", { "GET", "limits", NULL, 403,
				  REST_ERROR("API_DISABLED_FOR_ORG",
					  "The REST API is not enabled for this Organization.") } },
	{ "user-api-disabled",
		{ "GET", "limits", NULL, 403,
			REST_ERROR("API_CURRENTLY_DISABLED", "API is disabled for this User") } },
	{ "limit-reached",
		{ "GET", "limits", NULL, 403,
			REST_ERROR("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") } },
	{ "edge-html", { "GET", "limits", NULL, 503, "<html>*" } },
	{ "edge-420", { "GET", "limits", NULL, 420, "" } },
	{ "maintenance", { "GET", "limits", NULL, 503,
				 REST_ERROR("SERVER_UNAVAILABLE", "Server Unavailable") } },
	{ "old-versions", { "GET", "limits", NULL, 404, "*\"NOT_FOUND\"*" } },
	{ "no-versions", { "GET", "/services/data", NULL, 404, "<html>*" } },
	{ "limits-refused", { "GET", "limits", NULL, 403, "*\"FUNCTIONALITY_NOT_ENABLED\"*" } },
	{ "organization-hidden",
		{ "GET", "query?q=SELECT+Id+FROM+Organization", NULL, 400, "*\"INVALID_TYPE\"*" } },
	{ "object-hidden",
		{ "GET", "sobjects/Order_Line__c/describe", NULL, 404, "*\"NOT_FOUND\"*" } },
	{ "object-hidden:Account",
		{ "GET", "query?q=SELECT+Id+FROM+Account", NULL, 400,
			"*sObject type 'Account' is not supported*\"INVALID_TYPE\"*" } },
	{ "no-create", { "POST", "sobjects/Order_Line__c", LINE, 400,
			       REST_ERROR("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
				       "entity type cannot be inserted: Order Line") } },
	{ "no-edit", { "GET", "sobjects/Account/describe", NULL, 200, "*\"updateable\":false*" } },
	{ "no-delete", { "GET", "sobjects/Account/describe", NULL, 200, "*\"deletable\":false*" } },
	{ "field-hidden",
		{ "POST", "sobjects/Order_Line__c", LINE, 400,
			REST_ERROR("INVALID_FIELD",
				"No such column 'Price__c' on sobject of type Order_Line__c") } },
	{ "field-hidden:Account.Phone", { "GET", "query?q=SELECT+Phone+FROM+Account", NULL, 400,
						"*No such column 'Phone' on entity*" } },
	{ "field-read-only",
		{ "POST", "sobjects/Order_Line__c", LINE, 400,
			"[{\"message\":\"Unable to create/update fields: Price__c. Please check "
			"the "
			"security settings of this field and verify that it is read/write for your "
			"profile or permission "
			"set.\",\"errorCode\":\"INVALID_FIELD_FOR_INSERT_UPDATE\","
			"\"fields\":[\"Price__c\"]}]" } },
	{ "external-id-hidden",
		{ "PATCH", ACCOUNT_UPSERT, ACCOUNT_ROW, 404,
			REST_ERROR("NOT_FOUND",
				"Provided external ID field does not exist or is not "
				"accessible: Ext_Id__c") } },
	{ "not-external-id", { "PATCH", ACCOUNT_UPSERT, ACCOUNT_ROW, 404,
				     "*Provided external ID field does not exist*" } },
	{ "external-id-not-unique",
		{ "GET", "sobjects/Account/describe", NULL, 200,
			"*\"name\":\"Ext_Id__c\"*\"externalId\":true,\"unique\":false*" } },
	{ "storage-full",
		{ "POST", "sobjects/Order_Line__c", LINE, 400,
			REST_ERROR("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded") } },
	{ "validation-rule", { "POST", "sobjects/Order_Line__c", LINE, 400,
				     "*\"FIELD_CUSTOM_VALIDATION_EXCEPTION\"*" } },
	{ "duplicate-rule", { "POST", "sobjects/Order_Line__c", LINE, 400,
				    "[{\"duplicateResut\":{*\"matchResults\":[]},*\"errorCode\":"
				    "\"DUPLICATES_DETECTED\"}]" } },
	{ "negative-quantity",
		{ "POST", "sobjects/Order_Line__c", "{\"Name\":\"x\",\"Quantity__c\":-1}", 400,
			"*\"FIELD_CUSTOM_VALIDATION_EXCEPTION\"*" } },
	{ "duplicate-accounts",
		{ "POST", "composite/sobjects", "{\"records\":[" NAMESAKE "," NAMESAKE "]}", 200,
			"[{\"id\":*\"success\":true*},{\"success\":false*\"DUPLICATES_"
			"DETECTED\"*" } },
	{ "parent-locks", { "POST", "sobjects/Order_Line__c", LINE, 201, "*" } }, /* alone */
	{ "trigger-limit",
		{ "POST", "sobjects/Order_Line__c", LINE, 201, "*" } }, /* one row passes */
	{ "trigger-error", { "POST", "sobjects/Order_Line__c", LINE, 400,
				   "*CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY*" } },
	{ "apex-missing", { "POST", APEX, CALL, 404,
				  REST_ERROR("NOT_FOUND", "Could not find a match for URL") } },
	{ "apex-no-access",
		{ "POST", APEX, CALL, 403,
			REST_ERROR("FORBIDDEN", "You do not have access to the Apex class named: "
						"AgentboardPing") } },
	{ "remote-site-missing", { "POST", APEX, CALL, 200, "*\"Unauthorized endpoint*" } },
	{ "agent-name-inside", { "POST", APEX, CALL, 200, "*\"Unknown host*" } },
	{ "agent-not-forwarded", { "POST", APEX, CALL, 200, "*\"Connection refused*" } },
	{ "agent-firewalled", { "POST", APEX, CALL, 200, "*\"Read timed out*" } },
	{ "agent-self-signed", { "POST", APEX, CALL, 200, "*\"PKIX*" } },
	{ "sandbox", { "GET", "query?q=SELECT+IsSandbox+FROM+Organization", NULL, 200,
			     "*\"IsSandbox\":true*" } },
	{ "another-org", { "GET", "query?q=SELECT+Id+FROM+Organization", NULL, 200,
				 "*\"Id\":\"00DPr0000000009*" } },
};

START_TEST(misconfiguration_answers_like_the_real_one)
{
	struct partner partner;

	partner_open_with(&partner, mistakes[_i].name);
	if (strcmp(mistakes[_i].seen.path, TOKEN) == 0)
		partner_expect_answer(&partner, mistakes[_i].seen.status, mistakes[_i].seen.answer);
	else
		partner_expect(&partner, &mistakes[_i].seen);
	partner_close(&partner);
}
END_TEST

START_TEST(every_misconfiguration_is_tried_by_this_table)
{
	const struct practice_misconfiguration *row = practice_misconfigurations();
	int count = 0;

	for (; row->name; row++, count++) {
		bool tried = false;

		for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
			tried = tried || strcmp(mistakes[i].name, row->name) == 0;
		ck_assert_msg(tried, "%s is not tried", row->name);
		ck_assert_msg(!text_empty(row->what) && !text_empty(row->remedy_id),
			"%s lacks its words or its remedy", row->name);
	}
	ck_assert_int_ge(count, 24);
}
END_TEST

START_TEST(without_one_nothing_of_the_kind_is_seen)
{
	static const struct exchange healthy[] = {
		{ "GET", "limits", NULL, 200, "*" },
		{ "GET", "/services/data", NULL, 200, "*\"67.0\"*" },
		{ "POST", "sobjects/Order_Line__c", LINE, 201, "*" },
		{ "PATCH", ACCOUNT_UPSERT, ACCOUNT_ROW, 200, "*\"success\":true*" },
		{ "GET", "query?q=SELECT+IsSandbox+FROM+Organization", NULL, 200,
			"*\"IsSandbox\":false*" },
	};
	struct partner partner;

	partner_open(&partner, NULL);
	ck_assert_str_ne(partner.token, "");
	partner_expect_all(&partner, healthy);
	partner_close(&partner);
}
END_TEST

START_TEST(trigger_limit_strikes_large_packets_only)
{
	struct partner partner;
	struct buf body = BUF_INIT(1 << 16);

	partner_open_with(&partner, "trigger-limit");
	buf_add_str(&body, "{\"records\":[");
	for (int i = 0; i < 51; i++)
		buf_addf(&body, "%s{\"attributes\":{\"type\":\"Account\"},\"Name\":\"a%d\"}",
			i ? "," : "", i);
	buf_add_str(&body, "]}");
	partner_call(&partner, "POST", "composite/sobjects", buf_str(&body));
	partner_expect_answer(&partner, 200, "*System.LimitException: Too many SOQL queries: 101*");
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 0);
	buf_free(&body);
	partner_close(&partner);
}
END_TEST

START_TEST(duplicate_rule_can_be_overruled_by_header)
{
	struct partner partner;

	partner_open_with(&partner, "duplicate-rule");
	partner.extra_header = "Sforce-Duplicate-Rule-Header: allowSave=true";
	partner_call(&partner, "POST", "sobjects/Order_Line__c", LINE);
	ck_assert_int_eq(partner.status, 201);
	partner_call(&partner, "PATCH", ACCOUNT_UPSERT, ACCOUNT_ROW);
	partner_expect_answer(&partner, 200, "[*\"success\":true*]");
	partner_close(&partner);
}
END_TEST

START_TEST(several_stand_together_and_can_be_mended_at_run_time)
{
	static const struct exchange steps[] = {
		{ "POST", "/practice/misconfigure",
			"{\"names\":[\"limits-refused\",\"field-hidden:Account.Phone\"]}", 200,
			"*\"misconfigured\":[\"limits-refused\",\"field-hidden\"]}" },
		{ "GET", "limits", NULL, 403, "*" },
		{ "GET", "query?q=SELECT+Phone+FROM+Account", NULL, 400, "*" },
		{ "POST", "/practice/misconfigure", "{\"names\":[]}", 200,
			"*\"misconfigured\":[]}" },
		{ "GET", "limits", NULL, 200, "*" },
		{ "GET", "query?q=SELECT+Phone+FROM+Account", NULL, 200, "*" },
		{ "POST", "/practice/misconfigure", "{\"names\":[\"no-such\"]}", 400,
			"*no misconfiguration*" },
		{ "POST", "/practice/misconfigure", "{}", 400, "*\\\"names\\\"*" },
	};
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, steps);
	partner_close(&partner);
}
END_TEST

static const struct {
	const char *name, *text;
} wrong_names[] = {
	{ "no-run-as-usr", "did you mean \"no-run-as-user\"?" },
	{ "flow-off:Account", "takes no object or field" },
	{ "object-hidden:Lead", "no object \"Lead\"" },
	{ "field-hidden:Account", "write Object.Field" },
	{ "field-hidden:Account.Nope", "is no field" },
};

START_TEST(wrong_name_is_told_with_the_right_one)
{
	struct practice_options options = { 0 };
	struct err err = ERR_INIT;
	struct practice *org;

	text_list_add(&options.misconfigure, wrong_names[_i].name);
	ck_assert_int_eq(practice_start(&org, &options, &err), -ERR_USAGE);
	ck_assert_ptr_null(org);
	ck_assert_msg(strstr(err.text, wrong_names[_i].text) != NULL, "%s", err.text);
	text_list_free(&options.misconfigure);
}
END_TEST

Suite *suite_mistakes(void)
{
	Suite *suite = suite_create("practice/mistakes");
	TCase *tc = tcase_create("mistakes");

	tcase_add_loop_test(
		tc, misconfiguration_answers_like_the_real_one, 0, ARRAY_SIZE(mistakes));
	tcase_add_test(tc, every_misconfiguration_is_tried_by_this_table);
	tcase_add_test(tc, without_one_nothing_of_the_kind_is_seen);
	tcase_add_test(tc, trigger_limit_strikes_large_packets_only);
	tcase_add_test(tc, duplicate_rule_can_be_overruled_by_header);
	tcase_add_test(tc, several_stand_together_and_can_be_mended_at_run_time);
	tcase_add_loop_test(tc, wrong_name_is_told_with_the_right_one, 0, ARRAY_SIZE(wrong_names));
	suite_add_tcase(suite, tc);
	return suite;
}
