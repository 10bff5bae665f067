/* Tests of sObject Collections: an answer for each row, in order, and what fails a whole call. */

#include "practice/suites.h"

#include "base/text.h"
#include "practice/partner.h"

#define CREATE "composite/sobjects"
#define UPSERT "composite/sobjects/Account/Ext_Id__c"
#define UPSERT_LINES "composite/sobjects/Order_Line__c/Order_No__c"
#define FAILED(code, message, fields)                                                              \
	"{\"success\":false,\"errors\":[{\"statusCode\":\"" code "\",\"message\":\"" message       \
	"\",\"fields\":[" fields "]}]}"
#define TYPE(t) "\"attributes\":{\"type\":\"" t "\"}"

/* One row's members (of an Order_Line__c unless it says otherwise) and its answer. */
static const struct {
	const char *row, *answer;
} rows[] = {
	{ "", FAILED("REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", "\"Name\"") },
	{ "\"Name\":\"\"", FAILED("REQUIRED_FIELD_MISSING", "*", "\"Name\"") },
	{ "\"Name\":\"  \"", FAILED("REQUIRED_FIELD_MISSING", "*", "\"Name\"") },
	{ "\"Name\":null", FAILED("REQUIRED_FIELD_MISSING", "*", "\"Name\"") },
	{ "\"Name\":\"x\",\"Foo__c\":\"y\"",
		FAILED("INVALID_FIELD", "No such column 'Foo__c' on sobject of type Order_Line__c",
			"") },
	{ "\"Name\":\"x\",\"Source__c\":\"123456789012345678901\"",
		FAILED("STRING_TOO_LONG",
			"Source: data value too large: 123456789012345678901 (max length=20)",
			"\"Source__c\"") },
	{ "\"Name\":\"x\",\"Source__c\":"
	  "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"",
		"{\"id\":\"*\",\"success\":true,\"errors\":[]}" }, /* characters, not bytes */
	{ "\"Name\":\"x\",\"Status__c\":\"Lost\"",
		FAILED("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
			"Status: bad value for restricted picklist field: Lost", "\"Status__c\"") },
	{ "\"Name\":\"x\",\"Status__c\":\"Packed\"", "{*\"success\":true*}" },
	{ "\"Name\":\"x\",\"Email__c\":\"nobody\"",
		FAILED("INVALID_EMAIL_ADDRESS", "Email: invalid email address: nobody",
			"\"Email__c\"") },
	{ "\"Name\":\"x\",\"Email__c\":\"a.b@c.example\"", "{*\"success\":true*}" },
	{ "\"Name\":\"x\",\"Discount__c\":1000",
		FAILED("NUMBER_OUTSIDE_VALID_RANGE",
			"Discount: value outside of valid range on numeric field: 1000",
			"\"Discount__c\"") },
	{ "\"Name\":\"x\",\"Price__c\":\"12.5\",\"Shipped__c\":\"true\"", "{*\"success\":true*}" },
	{ "\"Name\":\"x\",\"Line_Total__c\":1,\"CreatedById\":\"x\"",
		FAILED("INVALID_FIELD_FOR_INSERT_UPDATE",
			"Unable to create/update fields: Line_Total__c, CreatedById. Please check "
			"the "
			"security settings of this field and verify that it is read/write for your "
			"profile or permission set.",
			"\"CreatedById\",\"Line_Total__c\"") },
	{ "\"Name\":\"x\",\"Account__c\":\"nonsense\"",
		FAILED("MALFORMED_ID", "Account: id value of incorrect type: nonsense",
			"\"Account__c\"") },
	{ "\"Name\":\"x\",\"Account__c\":\"003Pr0000000001\"",
		FAILED("MALFORMED_ID", "Account: id value of incorrect type: 003Pr0000000001",
			"\"Account__c\"") },
	{ "\"Name\":\"x\",\"Account__c\":\"001Pr0000000099\"",
		FAILED("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "") },
	{ "\"Name\":\"x\",\"Account__r\":{\"Ext_Id__c\":\"c9\"}",
		FAILED("INVALID_FIELD",
			"Foreign key external ID: c9 not found for field Ext_Id__c in entity "
			"Account",
			"") },
	{ "\"Name\":\"x\",\"Account__r\":{\"Phone\":\"c9\"}",
		FAILED("INVALID_FIELD",
			"Field name provided, Phone does not match an External ID, Salesforce Id, "
			"or "
			"indexed field for Account",
			"") },
	{ "\"Name\":\"x\",\"Nope__r\":{\"Ext_Id__c\":\"c9\"}",
		FAILED("INVALID_FIELD", "No such column 'Nope__r' on sobject of type Order_Line__c",
			"") },
	{ "\"Name\":\"x\",\"Account__r\":null", "{*\"success\":true*}" },
	{ "\"Name\":\"x\",\"Id\":\"a01Pr0000000001\"",
		FAILED("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call",
			"\"Id\"") },
};

START_TEST(row_answer)
{
	struct partner partner;
	struct buf body = BUF_INIT(1 << 16);
	struct buf answer = BUF_INIT(1 << 16);

	partner_open(&partner, NULL);
	/* between two good rows: neither may suffer */
	buf_addf(&body,
		"{\"records\":[{" TYPE("Order_Line__c") ",\"Name\":\"1\"},{" TYPE(
			"Order_Line__c") "%s%s},{" TYPE("Order_Line__c") ",\"Name\":\"3\"}]}",
		rows[_i].row[0] ? "," : "", rows[_i].row);
	buf_addf(&answer,
		"[{\"id\":\"a01*\",\"success\":true,\"errors\":[]},%s,{\"id\":\"a01*\",\"success\":"
		"true,"
		"\"errors\":[]}]",
		rows[_i].answer);
	partner_call(&partner, "POST", CREATE, buf_str(&body));
	partner_expect_answer(&partner, 200, buf_str(&answer));
	ck_assert_int_eq(practice_record_count(partner.org, "Order_Line__c"),
		strstr(rows[_i].answer, "true") ? 3 : 2);
	buf_free(&body);
	buf_free(&answer);
	partner_close(&partner);
}
END_TEST

/* Values of the wrong JSON kind: the whole call fails, no row is written. */
static const struct {
	const char *member, *message;
} wrong_kinds[] = {
	{ "\"Name\":12",
		"string from VALUE_NUMBER_INT value 12 or request may be missing a required "
		"field at [line:2, column:*]" },
	{ "\"Name\":true", "string from VALUE_TRUE value true or *" },
	{ "\"Name\":[1]", "string from START_ARRAY value [line:2, column:*]" },
	{ "\"Shipped__c\":1", "boolean from VALUE_NUMBER_INT value 1 or *" },
	{ "\"Shipped__c\":\"yes\"", "boolean from VALUE_STRING value yes or *" },
	{ "\"Price__c\":\"120,000\"", "currency from VALUE_STRING value 120,000 or *" },
	{ "\"Quantity__c\":true", "double from VALUE_TRUE value true or *" },
	{ "\"Ship_Date__c\":\"23.11.2026\"", "date from VALUE_STRING value 23.11.2026 or *" },
	{ "\"Ship_Date__c\":20261123", "date from VALUE_NUMBER_INT value 20261123 or *" },
	{ "\"Placed_At__c\":\"2026-11-23 12:00:00\"",
		"datetime from VALUE_STRING value 2026-11-23 12:00:00 or *" },
	{ "\"Account__c\":5", "reference from VALUE_NUMBER_INT value 5 or *" },
	{ "\"Account__r\":\"A-1\"", "reference from VALUE_STRING value A-1 or *" },
	{ "\"Account__r\":{\"Ext_Id__c\":7}", "string from VALUE_NUMBER_INT value 7 or *" },
	{ "\"Status__c\":{}", "picklist from START_OBJECT value *" },
};

START_TEST(value_of_the_wrong_kind_fails_the_whole_call)
{
	struct partner partner;
	char body[500];
	char answer[500];

	partner_open(&partner, NULL);
	snprintf(body, sizeof(body),
		"{\"records\":[{" TYPE("Order_Line__c") ",\"Name\":\"good\"},\n{" TYPE(
			"Order_Line__c") ",%s}]}",
		wrong_kinds[_i].member);
	snprintf(answer, sizeof(answer),
		"[{\"message\":\"Cannot deserialize instance of "
		"%s\",\"errorCode\":\"JSON_PARSER_ERROR\"}]",
		wrong_kinds[_i].message);
	partner_call(&partner, "POST", CREATE, body);
	partner_expect_answer(&partner, 400, answer);
	ck_assert_int_eq(practice_record_count(partner.org, "Order_Line__c"), 0);
	partner_close(&partner);
}
END_TEST

#define ACCOUNT(ext, name) "{" TYPE("Account") ",\"Ext_Id__c\":\"" ext "\",\"Name\":\"" name "\"}"
#define OK(id, created) "{\"id\":\"" id "\",\"success\":true,\"errors\":[],\"created\":" created "}"

static const struct exchange upserts[] = {
	{ "PATCH", UPSERT,
		"{\"allOrNone\":false,\"records\":[" ACCOUNT("A-1", "a") "," ACCOUNT(
			"A-2", "b") "]}",
		200,
		"[" OK("001Pr0000000001IAA", "true") "," OK("001Pr0000000002IAA", "true") "]" },
	{ "PATCH", UPSERT, "{\"records\":[" ACCOUNT("a-2", "c") "," ACCOUNT("A-3", "d") "]}", 200,
		"[" OK("001Pr0000000002IAA", "false") "," OK("001Pr0000000003IAA", "true") "]" },
	/* the key twice in one call */
	{ "PATCH", UPSERT, "{\"records\":[" ACCOUNT("A-4", "e") "," ACCOUNT("a-4", "f") "]}", 200,
		"[" OK("001Pr0000000004IAA", "true") "," FAILED("DUPLICATE_VALUE",
			"Duplicate external id specified: a-4", "\"Ext_Id__c\"") "]" },
	{ "PATCH", UPSERT, "{\"records\":[{" TYPE("Account") ",\"Name\":\"g\"}]}", 200,
		"[" FAILED("MISSING_ARGUMENT", "Ext_Id__c not specified", "\"Ext_Id__c\"") "]" },
	{ "PATCH", UPSERT,
		"{\"records\":[{" TYPE("Account") ",\"Id\":\"001Pr0000000001IAA\",\"Ext_Id__c\":"
						  "\"z\",\"Name\":\"g\"}]}",
		200,
		"[" FAILED("INVALID_FIELD",
			"The Id field should not be specified in the sobject data.", "") "]" },
	{ "PATCH", "composite/sobjects/Account/Phone", "{\"records\":[]}", 404,
		"*is not accessible: Phone*" },
	{ "PATCH", "composite/sobjects/Nope/Phone", "{\"records\":[]}", 404, "*\"NOT_FOUND\"*" },
	/* a unique field that is not the key */
	{ "POST", CREATE, "{\"records\":[" ACCOUNT("A-1", "h") "]}", 200,
		"[" FAILED("DUPLICATE_VALUE",
			"duplicate value found: Ext_Id__c duplicates value on record with id: "
			"001Pr0000000001",
			"") "]" },
	{ "PATCH", CREATE,
		"{\"records\":[{" TYPE(
			"Account") ",\"id\":\"001Pr0000000003IAA\",\"Ext_Id__c\":\"A-1\"}]}",
		200, "[" FAILED("DUPLICATE_VALUE", "*with id: 001Pr0000000001", "") "]" },
	{ "PATCH", CREATE,
		"{\"records\":[{" TYPE(
			"Account") ",\"id\":\"001Pr0000000003IAA\",\"Ext_Id__c\":\"a-3\"}]}",
		200, "[{\"id\":\"001Pr0000000003IAA\",\"success\":true,\"errors\":[]}]" },
	/* case sensitive when the field is */
	{ "PATCH", "composite/sobjects/Order_Line__c/Ref__c",
		"{\"records\":[{" TYPE("Order_Line__c") ",\"Ref__c\":\"r\",\"Name\":\"1\"},{" TYPE(
			"Order_Line__c") ",\"Ref__c\":\"R\",\"Name\":\"2\"}]}",
		200,
		"[{\"id\":\"a01Pr0000000001IAA\",*true*},{\"id\":\"a01Pr0000000002IAA\",*true*}]" },
};

START_TEST(upsert_creates_once_and_then_updates)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, upserts);
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 4);
	partner_close(&partner);
}
END_TEST

static const struct exchange updates[] = {
	{ "POST", CREATE, "{\"records\":[" ACCOUNT("A-1", "a") "," ACCOUNT("A-2", "b") "]}", 200,
		"*" },
	{ "PATCH", CREATE,
		"{\"records\":[{" TYPE(
			"Account") ",\"Id\":\"001Pr0000000001\",\"Name\":\"c\"},"
				   "{" TYPE("Account") ",\"Name\":\"d\"},"
						       "{" TYPE("Account") ",\"Id\":"
									   "\"001Pr000"
									   "0000002\","
									   "\"Name\":"
									   "null}]}",
		200,
		"[{\"id\":\"001Pr0000000001IAA\",\"success\":true,\"errors\":[]}," FAILED(
			"MISSING_ARGUMENT", "Id not specified in an update call",
			"\"Id\"") "," FAILED("REQUIRED_FIELD_MISSING", "*", "\"Name\"") "]" },
	{ "DELETE",
		CREATE "?ids=001Pr0000000002,001Pr0000000002,xyz,001Pr0000000077&allOrNone=false",
		NULL, 200,
		"[{\"id\":\"001Pr0000000002IAA\",\"success\":true,\"errors\":[]}," FAILED(
			"ENTITY_IS_DELETED", "entity is deleted", "") "," FAILED("MALFORMED_ID",
			"malformed id xyz", "") "," FAILED("INVALID_CROSS_REFERENCE_KEY",
			"invalid cross reference id", "") "]" },
	{ "PATCH", CREATE,
		"{\"records\":[{" TYPE("Account") ",\"Id\":\"001Pr0000000002\",\"Name\":\"c\"}]}",
		200, "[" FAILED("ENTITY_IS_DELETED", "entity is deleted", "") "]" },
	{ "POST", "composite/sobjects/Account",
		"{\"ids\":[\"001Pr0000000001\",\"001Pr0000000002\"],\"fields\":[\"Name\"]}", 200,
		"[{\"attributes\":{*},\"Name\":\"c\"},null]" },
	{ "GET", "composite/sobjects/Account?ids=001Pr0000000001&fields=Name,Ext_Id__c", NULL, 200,
		"[{*\"Name\":\"c\",\"Ext_Id__c\":\"A-1\"}]" },
	/* an external id is free again once its record is deleted */
	{ "PATCH", UPSERT, "{\"records\":[" ACCOUNT("A-2", "e") "]}", 200,
		"[" OK("001Pr0000000003IAA", "true") "]" },
};

START_TEST(update_delete_and_read_by_id)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, updates);
	partner_close(&partner);
}
END_TEST

#define ROLLED_BACK                                                                                \
	FAILED("ALL_OR_NONE_OPERATION_ROLLED_BACK",                                                \
		"Record rolled back because not all records were valid and the request was using " \
		"AllOrNone header",                                                                \
		"")

static const struct exchange all_or_none[] = {
	{ "POST", CREATE, "{\"records\":[" ACCOUNT("A-1", "a") "]}", 200, "*" },
	{ "PATCH", UPSERT,
		"{\"allOrNone\":true,\"records\":[" ACCOUNT("A-1", "changed") "," ACCOUNT(
			"A-2", "b") ",{" TYPE("Account") ",\"Ext_Id__c\":\"A-3\"}]}",
		200,
		"[" ROLLED_BACK "," ROLLED_BACK
		"," FAILED("REQUIRED_FIELD_MISSING", "*", "\"Name\"") "]" },
	{ "GET", "query?q=SELECT+Name,Ext_Id__c+FROM+Account", NULL, 200,
		"{\"totalSize\":1,*\"Name\":\"a\",\"Ext_Id__c\":\"A-1\"}]}" },
	/* what was rolled back must be gone from the index of keys too */
	{ "PATCH", UPSERT, "{\"allOrNone\":true,\"records\":[" ACCOUNT("A-2", "b") "]}", 200,
		"[*\"created\":true}]" },
	{ "DELETE", CREATE "?ids=001Pr0000000001,xyz&allOrNone=true", NULL, 200,
		"[" ROLLED_BACK "," FAILED("MALFORMED_ID", "malformed id xyz", "") "]" },
	{ "PATCH", UPSERT, "{\"records\":[" ACCOUNT("A-1", "still") "]}", 200,
		"[" OK("001Pr0000000001IAA", "false") "]" },
};

START_TEST(all_or_none_takes_everything_back)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, all_or_none);
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 2);
	partner_close(&partner);
}
END_TEST

static const struct exchange parents[] = {
	{ "POST", CREATE, "{\"records\":[" ACCOUNT("A-1", "a") "]}", 200, "*" },
	{ "PATCH", UPSERT_LINES,
		"{\"records\":[{" TYPE(
			"Order_Line__c") ",\"Order_No__c\":\"O-1\",\"Name\":\"l\",\"Account__r\":{"
					 "\"attributes\":"
					 "{\"type\":\"Account\"},\"Ext_Id__c\":\"a-1\"},\"Quantity_"
					 "_c\":3,\"Price__c\":2.5}]}",
		200, "[*\"created\":true}]" },
	{ "GET", "sobjects/Order_Line__c/Order_No__c/O-1?fields=Account__c,Line_Total__c", NULL,
		200, "*\"Account__c\":\"001Pr0000000001IAA\",\"Line_Total__c\":7.5}" },
	/* a parent earlier in the same call is there already */
	{ "POST", CREATE,
		"{\"records\":[" ACCOUNT("A-9", "p") ",{" TYPE(
			"Contact") ",\"LastName\":\"L\",\"FirstName\":\"F\",\"Account\":{\"Ext_Id__"
				   "c\":\"A-9\"}}]}",
		200, "[{*true*},{*true*}]" },
	{ "GET", "query?q=SELECT+Name,Account.Name+FROM+Contact", NULL, 200,
		"*\"Name\":\"F L\",\"Account\":{*\"Name\":\"p\"}*" },
	{ "DELETE", CREATE "?ids=001Pr0000000001", NULL, 200, "*" },
	{ "POST", "sobjects/Order_Line__c", "{\"Name\":\"x\",\"Account__c\":\"001Pr0000000001\"}",
		404, "*\"ENTITY_IS_DELETED\"*" },
};

START_TEST(parents_are_found_by_their_external_id)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, parents);
	partner_close(&partner);
}
END_TEST

static const struct exchange whole_calls[] = {
	{ "POST", CREATE, "{}", 400, "*\"JSON_PARSER_ERROR\"*" },
	{ "POST", CREATE, "{\"records\":{}}", 400, "*\"JSON_PARSER_ERROR\"*" },
	{ "POST", CREATE, "{\"records\":[1]}", 400, "*\"INVALID_INPUT\"*" },
	{ "POST", CREATE, "{\"records\":[{\"Name\":\"a\"}]}", 400, "*\"attributes*" },
	{ "POST", CREATE, "{\"records\":[{" TYPE("Nope__c") "}]}", 400,
		"*sObject type 'Nope__c' is not supported*\"INVALID_TYPE\"*" },
	{ "PATCH", UPSERT, "{\"records\":[{" TYPE("Contact") "}]}", 400, "*\"INVALID_INPUT\"*" },
	{ "POST", CREATE, "{\"records\":[]}", 200, "[]" },
	{ "POST", CREATE, "", 400, "*entity body is required*" },
	{ "POST", CREATE, "{\"records\":[{", 400,
		"*Unexpected end-of-input*\"JSON_PARSER_ERROR\"*" },
	{ "DELETE", CREATE, NULL, 400, "*\"MISSING_ARGUMENT\"*" },
	{ "GET", CREATE, NULL, 405, "*Allowed are POST,PATCH,DELETE*" },
};

START_TEST(whole_call_is_refused)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect(&partner, &whole_calls[_i]);
	partner_close(&partner);
}
END_TEST

static void add_accounts(struct buf *body, int count, bool alternate)
{
	buf_add_str(body, "{\"records\":[");
	for (int i = 0; i < count; i++)
		buf_addf(body, "%s{\"attributes\":{\"type\":\"%s\"},\"%s\":\"n%d\"}", i ? "," : "",
			alternate && i % 2 ? "Contact" : "Account",
			alternate && i % 2 ? "LastName" : "Name", i);
	buf_add_str(body, "]}");
}

START_TEST(more_than_200_rows_are_refused)
{
	struct partner partner;
	struct buf body = BUF_INIT(1 << 20);

	partner_open(&partner, NULL);
	add_accounts(&body, 201, false);
	partner_call(&partner, "POST", CREATE, buf_str(&body));
	partner_expect_answer(&partner, 400,
		"[{\"message\":\"record limit reached. cannot submit more than 200 records into "
		"this "
		"call\",\"errorCode\":\"EXCEEDED_ID_LIMIT\"}]");
	buf_reset(&body);
	add_accounts(&body, 200, false);
	partner_call(&partner, "POST", CREATE, buf_str(&body));
	ck_assert_int_eq(partner.status, 200);
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 200);
	buf_free(&body);
	partner_close(&partner);
}
END_TEST

START_TEST(types_may_not_alternate_more_than_ten_times)
{
	struct partner partner;
	struct buf body = BUF_INIT(1 << 20);

	partner_open(&partner, NULL);
	add_accounts(&body, 10, true);
	partner_call(&partner, "POST", CREATE, buf_str(&body));
	ck_assert_int_eq(partner.status, 200);
	buf_reset(&body);
	add_accounts(&body, 11, true);
	partner_call(&partner, "POST", CREATE, buf_str(&body));
	ck_assert_int_eq(partner.status, 400);
	buf_free(&body);
	partner_close(&partner);
}
END_TEST

Suite *suite_collections(void)
{
	Suite *suite = suite_create("practice/collections");
	TCase *tc = tcase_create("collections");

	tcase_add_loop_test(tc, row_answer, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(
		tc, value_of_the_wrong_kind_fails_the_whole_call, 0, ARRAY_SIZE(wrong_kinds));
	tcase_add_test(tc, upsert_creates_once_and_then_updates);
	tcase_add_test(tc, update_delete_and_read_by_id);
	tcase_add_test(tc, all_or_none_takes_everything_back);
	tcase_add_test(tc, parents_are_found_by_their_external_id);
	tcase_add_loop_test(tc, whole_call_is_refused, 0, ARRAY_SIZE(whole_calls));
	tcase_add_test(tc, more_than_200_rows_are_refused);
	tcase_add_test(tc, types_may_not_alternate_more_than_ten_times);
	suite_add_tcase(suite, tc);
	return suite;
}
