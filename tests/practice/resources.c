/* Tests of versions, limits, describe, and of paths, methods and headers. */

#include "practice/suites.h"

#include "base/text.h"
#include "practice/partner.h"

static const struct exchange exchanges[] = {
	{ "GET", "/services/data/", NULL, 200,
		"[{\"label\":\"Winter "
		"'21\",\"url\":\"/services/data/v50.0\",\"version\":\"50.0\"},*"
		"{\"label\":\"Spring '24\",\"url\":\"/services/data/v60.0\",\"version\":\"60.0\"},*"
		"{\"label\":\"Winter "
		"'27\",\"url\":\"/services/data/v68.0\",\"version\":\"68.0\"}]" },
	{ "GET", "/services/data/v66.0/", NULL, 200,
		"{\"sobjects\":\"/services/data/v66.0/sobjects\",*\"identity\":\"http://"
		"127.0.0.1:*\"}" },
	{ "GET", "limits", NULL, 200, "{\"DailyApiRequests\":{\"Max\":15000,\"Remaining\":1*}*" },
	{ "GET", "limits/recordCount?sObjects=Account,User", NULL, 200,
		"{\"sObjects\":[{\"count\":0,\"name\":\"Account\"},{\"count\":1,\"name\":\"User\"}]"
		"}" },
	{ "GET", "sobjects", NULL, 200,
		"{\"encoding\":\"UTF-8\",\"maxBatchSize\":200,\"sobjects\":[{\"name\":\"Account\","
		"*" },
	{ "GET", "sobjects/Account", NULL, 200, "{\"objectDescribe\":{*},\"recentItems\":[]}" },
	{ "GET", "sobjects/order_line__C/describe/", NULL, 200, "{\"name\":\"Order_Line__c\",*" },
	{ "GET", "sobjects/User/005Pr0000000001IAA", NULL, 200,
		"*\"Username\":\"" PRACTICE_USERNAME "\"*" },
	/* what the sf command line does to a path, and the versions it asks for */
	{ "GET", "//services/data/v66.0/limits", NULL, 200, "*" },
	{ "GET", "/services/data/v51.0/sobjects/User/005Pr0000000001", NULL, 200, "*" },
	{ "GET", "/services/data/v50.0/limits", NULL, 200, "*" },
	{ "GET", "/services/data/v66.0//sobjects//Account//describe", NULL, 200, "*" },
	/* what there is not */
	{ "GET", "/services/data/v49.0/limits", NULL, 404, "*\"NOT_FOUND\"*" },
	{ "GET", "/services/data/v69.0/limits", NULL, 404, "*\"NOT_FOUND\"*" },
	{ "GET", "/services/data/66.0/limits", NULL, 404, "*\"NOT_FOUND\"*" },
	{ "GET", "sobjects/Lead/describe", NULL, 404,
		"[{\"message\":\"The requested resource does not "
		"exist\",\"errorCode\":\"NOT_FOUND\"}]" },
	{ "GET", "nonsense", NULL, 404, "*\"NOT_FOUND\"*" },
	{ "GET", "/", NULL, 404, "*\"NOT_FOUND\"*" },
	{ "GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n", NULL, 404, "*\"NOT_FOUND\"*" },
	{ "PATCH", "sobjects/Account", "{}", 405,
		"[{\"message\":\"HTTP Method 'PATCH' not allowed. Allowed are "
		"GET,HEAD,POST\",\"errorCode\":\"METHOD_NOT_ALLOWED\"}]" },
	/* PATCH for those who cannot */
	{ "POST", "sobjects/Account/Ext_Id__c/K-1?_HttpMethod=PATCH", "{\"Name\":\"a\"}", 201,
		"*" },
};

START_TEST(resource_answers)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect(&partner, &exchanges[_i]);
	partner_close(&partner);
}
END_TEST

/* A field's describe: name, then what must be in it. */
static const struct {
	const char *object, *expected;
} fields[] = {
	{ "Account", "*{\"name\":\"Id\",*\"type\":\"id\",*" },
	{ "Account", "*{\"name\":\"Name\",\"label\":\"Account Name\",\"type\":\"string\",*"
		     "\"length\":255,*\"createable\":true,\"updateable\":true,\"nillable\":false,"
		     "\"defaultedOnCreate\":false,*" },
	{ "Account",
		"*{\"name\":\"Ext_Id__c\",*\"custom\":true,*\"length\":40,*\"nillable\":true,*"
		"\"externalId\":true,\"unique\":true,\"idLookup\":true,\"caseSensitive\":false,*" },
	{ "Account", "*{\"name\":\"Legacy_No__c\",*\"externalId\":true,\"unique\":false,*" },
	{ "Account",
		"*{\"name\":\"Status__c\",*\"type\":\"picklist\",*\"restrictedPicklist\":true,*"
		"\"value\":\"On Hold\"}*" },
	{ "Account", "*{\"name\":\"NumberOfEmployees\",*\"type\":\"int\",*\"digits\":8,*" },
	{ "Account", "*{\"name\":\"Newsletter__c\",*\"type\":\"boolean\",*\"nillable\":false,"
		     "\"defaultedOnCreate\":true,*" },
	{ "Account", "*\"childRelationships\":[*\"childSObject\":\"Contact\",*\"relationshipName\":"
		     "\"Contacts\",*" },
	{ "Order_Line__c", "*{\"name\":\"Account__c\",*\"type\":\"reference\",*\"referenceTo\":["
			   "\"Account\"],\"relationshipName\":\"Account__r\"}*" },
	{ "Order_Line__c", "*{\"name\":\"Price__c\",*\"type\":\"currency\",*\"precision\":18,"
			   "\"scale\":2,*" },
	{ "Order_Line__c", "*{\"name\":\"Ref__c\",*\"unique\":true,*\"caseSensitive\":true,*" },
	{ "Order_Line__c",
		"*{\"name\":\"Line_Total__c\",*\"createable\":false,\"updateable\":false,*"
		"\"calculated\":true,*" },
	{ "Order_Line__c", "*\"urls\":{*\"describe\":\"/services/data/v66.0/sobjects/Order_Line__c/"
			   "describe\",*" },
};

START_TEST(describe_tells_what_a_sender_must_know)
{
	struct partner partner;
	char path[64];

	partner_open(&partner, NULL);
	snprintf(path, sizeof(path), "sobjects/%s/describe", fields[_i].object);
	partner_call(&partner, "GET", path, NULL);
	partner_expect_answer(&partner, 200, fields[_i].expected);
	partner_close(&partner);
}
END_TEST

START_TEST(every_rest_answer_counts_and_tells_the_allowance)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_call(&partner, "GET", "/services/data", NULL);
	ck_assert_ptr_null(strstr(buf_str(&partner.headers), "Sforce-Limit-Info"));
	partner_call(&partner, "GET", "limits", NULL);
	ck_assert_ptr_nonnull(
		strstr(buf_str(&partner.headers), "Sforce-Limit-Info: api-usage=1/15000\r\n"));
	partner_call(&partner, "GET", "sobjects/Nope/describe", NULL);
	ck_assert_ptr_nonnull(
		strstr(buf_str(&partner.headers), "Sforce-Limit-Info: api-usage=2/15000\r\n"));
	ck_assert_ptr_nonnull(strstr(
		buf_str(&partner.headers), "Content-Type: application/json;charset=UTF-8\r\n"));
	partner_close(&partner);
}
END_TEST

START_TEST(overlong_target_is_414)
{
	struct partner partner;
	struct buf path = BUF_INIT(1 << 16);

	partner_open(&partner, NULL);
	buf_add_str(&path, "query?q=");
	while (path.len < 16500)
		buf_add_str(&path, "xxxxxxxxxx");
	partner_call(&partner, "GET", buf_str(&path), NULL);
	ck_assert_int_eq(partner.status, 414);
	buf_free(&path);
	partner_close(&partner);
}
END_TEST

START_TEST(body_that_is_no_json_is_refused_by_its_type)
{
	struct partner partner;
	struct curl_slist *headers = NULL;
	char line[200];

	partner_open(&partner, NULL);
	snprintf(line, sizeof(line), "Authorization: Bearer %s", partner.token);
	headers = curl_slist_append(headers, line);
	headers = curl_slist_append(headers, "Content-Type: text/csv");
	partner_call(&partner, "GET", "limits", NULL); /* sets the handle up */
	snprintf(line, sizeof(line), "%s/services/data/v66.0/sobjects/Account",
		practice_url(partner.org));
	buf_reset(&partner.body);
	curl_easy_setopt(partner.curl, CURLOPT_URL, line);
	curl_easy_setopt(partner.curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(partner.curl, CURLOPT_CUSTOMREQUEST, "POST");
	curl_easy_setopt(partner.curl, CURLOPT_POSTFIELDS, "Name\nx\n");
	curl_easy_perform(partner.curl);
	curl_easy_getinfo(partner.curl, CURLINFO_RESPONSE_CODE, &partner.status);
	partner_expect_answer(&partner, 415, "*\"UNSUPPORTED_MEDIA_TYPE\"*");
	curl_slist_free_all(headers);
	partner_close(&partner);
}
END_TEST

Suite *suite_resources(void)
{
	Suite *suite = suite_create("practice/resources");
	TCase *tc = tcase_create("resources");

	tcase_add_loop_test(tc, resource_answers, 0, ARRAY_SIZE(exchanges));
	tcase_add_loop_test(tc, describe_tells_what_a_sender_must_know, 0, ARRAY_SIZE(fields));
	tcase_add_test(tc, every_rest_answer_counts_and_tells_the_allowance);
	tcase_add_test(tc, overlong_target_is_414);
	tcase_add_test(tc, body_that_is_no_json_is_refused_by_its_type);
	suite_add_tcase(suite, tc);
	return suite;
}
