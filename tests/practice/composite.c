/* Tests of the composite family. */

#include "practice/suites.h"

#include "practice/partner.h"

#define V "/services/data/v66.0/"
#define SUB(method, url, ref, rest)                                                                \
	"{\"method\":\"" method "\",\"url\":\"" V url "\",\"referenceId\":\"" ref "\"" rest "}"

static const struct exchange exchanges[] = {
	/* references lead from one answer into the next request */
	{ "POST", "composite",
		"{\"allOrNone\":true,\"compositeRequest\":[" SUB("POST", "sobjects/Account", "a",
			",\"body\":{\"Name\":\"Acme\"}") "," SUB("POST", "sobjects/Contact", "b",
			",\"body\":{\"LastName\":\"L\",\"AccountId\":\"@{a.id}\"}") "," SUB("GET",
			"sobjects/Account/@{a.id}?fields=Name", "c", "") "]}",
		200,
		"{\"compositeResponse\":[{\"body\":{\"id\":\"001Pr0000000001IAA\",\"success\":true,"
		"\"errors\":[]},\"httpHeaders\":{\"Location\":\"" V
		"sobjects/Account/001Pr0000000001IAA"
		"\"},\"httpStatusCode\":201,\"referenceId\":\"a\"},*\"httpStatusCode\":201,"
		"\"referenceId\":\"b\"},{\"body\":{*\"Name\":\"Acme\"},\"httpHeaders\":{},"
		"\"httpStatusCode\":200,\"referenceId\":\"c\"}]}" },
	/* all or none: the innocent are halted, also those that had been done */
	{ "POST", "composite",
		"{\"allOrNone\":true,\"compositeRequest\":[" SUB("POST", "sobjects/Account", "a",
			",\"body\":{\"Name\":\"Gone\"}") "," SUB("POST", "sobjects/Account", "b",
			",\"body\":{}") "," SUB("POST", "sobjects/Account", "c",
			",\"body\":{\"Name\":\"Never\"}") "]}",
		200,
		"*PROCESSING_HALTED*\"referenceId\":\"a\"*REQUIRED_FIELD_MISSING*\"referenceId\":"
		"\"b\"*"
		"PROCESSING_HALTED*\"referenceId\":\"c\"*" },
	{ "GET", "query?q=SELECT+COUNT()+FROM+Account", NULL, 200, "{\"totalSize\":1,*" },
	/* without: each for itself */
	{ "POST", "composite",
		"{\"compositeRequest\":[" SUB(
			"POST", "sobjects/Account", "a", ",\"body\":{}") "," SUB("POST",
			"sobjects/Account", "b", ",\"body\":{\"Name\":\"Stays\"}") "," SUB("GET",
			"sobjects/Account/@{a.id}", "c", "") "]}",
		200,
		"*\"httpStatusCode\":400,\"referenceId\":\"a\"*\"httpStatusCode\":201,"
		"\"referenceId\":\"b\"*"
		"No value for a.id found*\"referenceId\":\"c\"*" },
	/* collections inside, all or none inside all or none */
	{ "POST", "composite",
		"{\"allOrNone\":true,\"compositeRequest\":[" SUB("PATCH",
			"composite/sobjects/Account/Ext_Id__c", "a",
			",\"body\":{\"allOrNone\":true,\"records\":[{\"attributes\":{\"type\":"
			"\"Account\"},"
			"\"Ext_Id__c\":\"N-1\",\"Name\":\"n\"}]}") "," SUB("GET",
			"sobjects/Nope/describe", "b", "") "]}",
		200, "*PROCESSING_HALTED*\"referenceId\":\"a\"*NOT_FOUND*\"referenceId\":\"b\"*" },
	{ "GET", "query?q=SELECT+COUNT()+FROM+Account+WHERE+Ext_Id__c='N-1'", NULL, 200,
		"{\"totalSize\":0,*" },
	/* batch */
	{ "POST", "composite/batch",
		"{\"batchRequests\":[{\"method\":\"GET\",\"url\":\"v66.0/"
		"limits\"},{\"method\":\"PATCH\",\"url\":"
		"\"v66.0/sobjects/Account/"
		"001Pr0000000001\",\"richInput\":{\"Name\":\"B\"}},{\"method\":\"GET\","
		"\"url\":\"v66.0/nope\"}]}",
		200,
		"{\"hasErrors\":true,\"results\":[{\"statusCode\":200,\"result\":{"
		"\"DailyApiRequests\"*},"
		"{\"statusCode\":204,\"result\":null},{\"statusCode\":404,\"result\":[{*}]}]}" },
	{ "POST", "composite/batch",
		"{\"haltOnError\":true,\"batchRequests\":[{\"method\":\"GET\",\"url\":\"v66.0/"
		"nope\"},"
		"{\"method\":\"GET\",\"url\":\"v66.0/limits\"}]}",
		200, "*\"statusCode\":404*\"statusCode\":412*BATCH_PROCESSING_HALTED*" },
	/* no way out of the API, no way in without a token */
	{ "POST", "composite/batch",
		"{\"batchRequests\":[{\"method\":\"POST\",\"url\":\"/practice/expire\"}]}", 200,
		"*\"statusCode\":404*" },
	{ "POST", "composite",
		"{\"compositeRequest\":[{\"method\":\"POST\",\"url\":\"/services/oauth2/"
		"userinfo\",\"referenceId\":\"a\"}]}",
		200, "*\"httpStatusCode\":404*" },
	{ "POST", "composite",
		"{\"compositeRequest\":[{\"method\":\"BREW\",\"url\":\"x\",\"referenceId\":\"a\"}]"
		"}",
		200, "*\"httpStatusCode\":400*" },
	{ "POST", "composite", "{}", 400, "*compositeRequest*" },
	/* tree */
	{ "POST", "composite/tree/Account/",
		"{\"records\":[{\"attributes\":{\"type\":\"Account\",\"referenceId\":\"r1\"},"
		"\"Name\":\"T\",\"Contacts\":{"
		"\"records\":[{\"attributes\":{\"type\":\"Contact\",\"referenceId\":\"r2\"},"
		"\"LastName\":\"Z\"}]}}]}",
		201,
		"{\"hasErrors\":false,\"results\":[{\"referenceId\":\"r1\",\"id\":\"001*\"},{"
		"\"referenceId\":\"r2\",\"id\":\"003*\"}]}" },
	{ "GET", "query?q=SELECT+Account.Name+FROM+Contact+WHERE+LastName='Z'", NULL, 200,
		"*\"Name\":\"T\"*" },
	{ "POST", "composite/tree/Account/",
		"{\"records\":[{\"attributes\":{\"type\":\"Account\",\"referenceId\":\"r1\"},"
		"\"Name\":\"Bad\"},"
		"{\"attributes\":{\"type\":\"Account\",\"referenceId\":\"r2\"},\"Name\":\"x\","
		"\"Email__c\":\"123\"}]}",
		400,
		"{\"hasErrors\":true,\"results\":[{\"referenceId\":\"r2\",\"errors\":[{"
		"\"statusCode\":"
		"\"INVALID_EMAIL_ADDRESS\",\"message\":\"Email: invalid email address: "
		"123\",\"fields\":"
		"[\"Email__c\"]}]}]}" },
	{ "GET", "query?q=SELECT+COUNT()+FROM+Account+WHERE+Name='Bad'", NULL, 200,
		"{\"totalSize\":0,*" },
	{ "POST", "composite/tree/Account/", "{\"records\":[{\"Name\":\"x\"}]}", 400,
		"*reference ID*" },
};

START_TEST(composite_family)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, exchanges);
	partner_close(&partner);
}
END_TEST

START_TEST(more_than_25_requests_are_refused)
{
	struct partner partner;
	struct buf body = BUF_INIT(1 << 16);

	partner_open(&partner, NULL);
	buf_add_str(&body, "{\"batchRequests\":[");
	for (int i = 0; i < 26; i++)
		buf_addf(&body, "%s{\"method\":\"GET\",\"url\":\"v66.0/limits\"}", i ? "," : "");
	buf_add_str(&body, "]}");
	partner_call(&partner, "POST", "composite/batch", buf_str(&body));
	partner_expect_answer(&partner, 400, "*\"LIMIT_EXCEEDED\"*");
	buf_free(&body);
	partner_close(&partner);
}
END_TEST

Suite *suite_composite(void)
{
	Suite *suite = suite_create("practice/composite");
	TCase *tc = tcase_create("composite");

	tcase_add_test(tc, composite_family);
	tcase_add_test(tc, more_than_25_requests_are_refused);
	suite_add_tcase(suite, tc);
	return suite;
}
