/* Tests of single records: create, read, update, upsert, delete. */

#include "practice/suites.h"

#include "practice/partner.h"

#define ID1 "001Pr0000000001IAA"
#define ONE "sobjects/Account/" ID1
#define BY_KEY "sobjects/Account/Ext_Id__c/"
#define LEGACY "sobjects/Account/Legacy_No__c/"
#define SAVED(id) "{\"id\":\"" id "\",\"success\":true,\"errors\":[]}"
#define SAVED_AS(id, created)                                                                      \
	"{\"id\":\"" id "\",\"success\":true,\"errors\":[],\"created\":" created "}"

static const struct exchange life[] = {
	{ "POST", "sobjects/Account/", "{\"Name\":\"Acme\",\"Phone\":\"1\"}", 201, SAVED(ID1) },
	{ "GET", ONE "?fields=Name,Phone", NULL, 200,
		"{\"attributes\":{\"type\":\"Account\",\"url\":\"/services/data/v66.0/sobjects/"
		"Account/" ID1 "\"},\"Name\":\"Acme\",\"Phone\":\"1\"}" },
	{ "GET", "sobjects/Account/001Pr0000000001?fields=Id", NULL, 200, "*\"Id\":\"" ID1 "\"}" },
	{ "GET", ONE, NULL, 200,
		"*\"IsDeleted\":false,\"CreatedDate\":\"20*T*+0000\","
		"\"CreatedById\":\"005Pr0000000001IAA\"*\"Newsletter__c\":false*" },
	{ "PATCH", ONE, "{\"Phone\":null,\"Rating\":\"Hot\"}", 204, NULL },
	{ "GET", ONE "?fields=Name,Phone,Rating", NULL, 200,
		"*\"Name\":\"Acme\",\"Phone\":null,\"Rating\":\"Hot\"}" },
	{ "GET", ONE "?fields=Nope", NULL, 400,
		"*No such column 'Nope' on sobject of type Account*" },
	{ "DELETE", ONE, NULL, 204, NULL },
	{ "DELETE", ONE, NULL, 404,
		"[{\"message\":\"entity is deleted\",\"errorCode\":\"ENTITY_IS_DELETED\"}]" },
	{ "PATCH", ONE, "{\"Name\":\"x\"}", 404, "*\"ENTITY_IS_DELETED\"*" },
	{ "GET", ONE, NULL, 404, "*\"NOT_FOUND\"*" },
};

START_TEST(a_record_lives_and_dies)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, life);
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 0);
	partner_close(&partner);
}
END_TEST

static const struct exchange upserts[] = {
	{ "PATCH", BY_KEY "A%2F1%20%C3%A9", "{\"Name\":\"a\"}", 201, SAVED_AS(ID1, "true") },
	{ "PATCH", BY_KEY "a%2F1%20%C3%A9", "{\"Name\":\"b\"}", 200, SAVED_AS(ID1, "false") },
	{ "GET", BY_KEY "A%2F1%20%C3%A9?fields=Name,Ext_Id__c", NULL, 200,
		"*\"Name\":\"b\",\"Ext_Id__c\":\"a/1 \xc3\xa9\"}" },
	{ "PATCH", "/services/data/v50.0/" BY_KEY "A%2F1%20%C3%A9", "{\"Name\":\"c\"}", 200,
		"*\"created\":false}" },
	{ "PATCH", BY_KEY "new?updateOnly=true", "{\"Name\":\"a\"}", 404, "*\"NOT_FOUND\"*" },
	{ "PATCH", BY_KEY "x", "{\"Name\":\"a\",\"Ext_Id__c\":\"x\"}", 400,
		"*The Ext_Id__c field should not be specified in the sobject data.*" },
	{ "PATCH", "sobjects/Account/Nope__c/x", "{\"Name\":\"a\"}", 404,
		"[{\"message\":\"Provided external ID field does not exist or is not accessible: "
		"Nope__c\",\"errorCode\":\"NOT_FOUND\"}]" },
	{ "PATCH", "sobjects/Account/Phone/x", "{\"Name\":\"a\"}", 404,
		"*is not accessible: Phone*" },
	{ "GET", BY_KEY "nobody", NULL, 404, "*\"NOT_FOUND\"*" },
	{ "DELETE", BY_KEY "A%2F1%20%C3%A9", NULL, 204, NULL },
	{ "DELETE", BY_KEY "A%2F1%20%C3%A9", NULL, 404, "*\"NOT_FOUND\"*" },
	{ "PATCH", BY_KEY "A%2F1%20%C3%A9", "{\"Name\":\"again\"}", 201,
		SAVED_AS("001Pr0000000002IAA", "true") },
};

START_TEST(upsert_by_external_id)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, upserts);
	partner_close(&partner);
}
END_TEST

static const struct exchange several[] = {
	{ "POST", "sobjects/Account", "{\"Name\":\"a\",\"Legacy_No__c\":\"7\"}", 201, "*" },
	{ "PATCH", LEGACY "7", "{\"Name\":\"b\"}", 200, "*" },
	{ "POST", "sobjects/Account", "{\"Name\":\"c\",\"Legacy_No__c\":\"7\"}", 201, "*" },
	{ "PATCH", LEGACY "7", "{\"Name\":\"d\"}", 300,
		"[\"/services/data/v66.0/sobjects/Account/001Pr000000000?IAA\","
		"\"/services/data/v66.0/sobjects/Account/001Pr000000000?IAA\"]" },
	{ "GET", LEGACY "7", NULL, 300, "[*]" },
};

START_TEST(external_id_of_several_records_is_300)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, several);
	partner_close(&partner);
}
END_TEST

/* Refusals of a create; nothing may be left behind. */
static const struct exchange refusals[] = {
	{ "POST", "sobjects/Account", "{}", 400,
		"[{\"message\":\"Required fields are missing: [Name]\",\"errorCode\":"
		"\"REQUIRED_FIELD_MISSING\",\"fields\":[\"Name\"]}]" },
	{ "POST", "sobjects/Account", "{\"Id\":\"" ID1 "\",\"Name\":\"a\"}", 400,
		"[{\"message\":\"The Id field should not be specified in the sobject data.\","
		"\"errorCode\":\"INVALID_FIELD\"}]" },
	{ "POST", "sobjects/Account", "{\"Name\":\"a\",\"Foo__c\":1}", 400,
		"[{\"message\":\"No such column 'Foo__c' on sobject of type "
		"Account\",\"errorCode\":"
		"\"INVALID_FIELD\"}]" },
	{ "POST", "sobjects/Account", NULL, 400,
		"[{\"message\":\"The HTTP entity body is required, but this request has no entity "
		"body.\",\"errorCode\":\"JSON_PARSER_ERROR\"}]" },
	{ "POST", "sobjects/Account", "[]", 400, "*\"JSON_PARSER_ERROR\"*" },
	{ "POST", "sobjects/Account", "{\"Name\":7}", 400,
		"*Cannot deserialize instance of string from VALUE_NUMBER_INT value 7 or request "
		"may be "
		"missing a required field at [line:1, column:10]*" },
	{ "POST", "sobjects/Account", "{\"Name\":\"a\",\"CreatedDate\":\"2026-01-01T00:00:00Z\"}",
		400, "*\"INVALID_FIELD_FOR_INSERT_UPDATE\",\"fields\":[\"CreatedDate\"]*" },
	{ "POST", "sobjects/User", "{\"Username\":\"x\"}", 400,
		"*entity type cannot be inserted: User*" },
	{ "GET", "sobjects/Account/001", NULL, 400, "*malformed id 001*\"MALFORMED_ID\"*" },
	{ "GET", "sobjects/Account/003Pr0000000001IAA", NULL, 400,
		"*Account ID: id value of incorrect type: 003Pr0000000001IAA*\"MALFORMED_ID\"*" },
	{ "PATCH", "sobjects/Account/001Pr0000000099", "{\"Name\":\"a\"}", 404, "*" },
	{ "DELETE", "sobjects/Account/001Pr0000000099", NULL, 404, "*" },
	{ "PATCH", "sobjects/Account/zz", "{\"Name\":\"a\"}", 400, "*\"MALFORMED_ID\"*" },
};

START_TEST(refusal_names_the_cause_and_writes_nothing)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect(&partner, &refusals[_i]);
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 0);
	partner_close(&partner);
}
END_TEST

START_TEST(created_record_has_its_location)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_call(&partner, "POST", "sobjects/Account", "{\"Name\":\"a\"}");
	ck_assert_ptr_nonnull(strstr(buf_str(&partner.headers),
		"Location: /services/data/v66.0/sobjects/Account/" ID1 "\r\n"));
	partner_close(&partner);
}
END_TEST

Suite *suite_single(void)
{
	Suite *suite = suite_create("practice/single");
	TCase *tc = tcase_create("single");

	tcase_add_test(tc, a_record_lives_and_dies);
	tcase_add_test(tc, upsert_by_external_id);
	tcase_add_test(tc, external_id_of_several_records_is_300);
	tcase_add_loop_test(
		tc, refusal_names_the_cause_and_writes_nothing, 0, ARRAY_SIZE(refusals));
	tcase_add_test(tc, created_record_has_its_location);
	suite_add_tcase(suite, tc);
	return suite;
}
