/* Tests of collection_request(): method, address and body, byte by byte. */

#include "salesforce/suites.h"

#include "base/text.h"
#include "salesforce/collections.h"

#define ID1 "001000000000001AAA"
#define ID2 "001000000000002AAA"

static struct buf path, body;

static void setup(void)
{
	buf_init(&path, 64 << 10);
	buf_init(&body, 4 << 20);
}

static void teardown(void)
{
	buf_free(&path);
	buf_free(&body);
}

static int request(const char **method, enum operation operation, const char *const *records,
	int count, struct err *err)
{
	uint32_t lens[PACKET_ROWS_MAX + 1];
	struct collection_call call = {
		.object = "Account",
		.operation = operation,
		.external_id = "Ext__c",
		.records = records,
		.record_lens = lens,
		.count = count,
	};

	for (int i = 0; i < count; i++)
		lens[i] = (uint32_t)strlen(records[i]);
	buf_reset(&path);
	buf_reset(&body);
	return collection_request(method, &path, &body, &call, err);
}

START_TEST(each_operation_has_its_exact_request)
{
	static const struct {
		enum operation operation;
		const char *records[2];
		const char *method, *path, *body;
	} cases[] = {
		{ OPERATION_INSERT, { "{\"Name\":\"a\"}", "{\"Name\":\"b\"}" }, "POST",
			"/composite/sobjects",
			"{\"allOrNone\":false,\"records\":["
			"{\"attributes\":{\"type\":\"Account\"},\"Name\":\"a\"},"
			"{\"attributes\":{\"type\":\"Account\"},\"Name\":\"b\"}]}" },
		{ OPERATION_INSERT, { "{}", " { } " }, "POST", "/composite/sobjects",
			"{\"allOrNone\":false,\"records\":["
			"{\"attributes\":{\"type\":\"Account\"}},"
			"{\"attributes\":{\"type\":\"Account\"}}]}" },
		{ OPERATION_UPDATE,
			{ "{\"Id\":\"" ID1 "\",\"Name\":\"a\"}",
				"{\"Name\":\"}\\\"{\",\"x\":[{}],\"id\":\"" ID2 "\"}" },
			"PATCH", "/composite/sobjects",
			"{\"allOrNone\":false,\"records\":["
			"{\"attributes\":{\"type\":\"Account\"},\"Id\":\"" ID1 "\",\"Name\":\"a\"},"
			"{\"attributes\":{\"type\":\"Account\"},\"Name\":\"}\\\"{\",\"x\":[{}],"
			"\"id\":\"" ID2 "\"}]}" },
		{ OPERATION_UPSERT, { "{\"Ext__c\":\"1\"}", "{\"Ext__c\":\"2\"}" }, "PATCH",
			"/composite/sobjects/Account/Ext__c",
			"{\"allOrNone\":false,\"records\":["
			"{\"attributes\":{\"type\":\"Account\"},\"Ext__c\":\"1\"},"
			"{\"attributes\":{\"type\":\"Account\"},\"Ext__c\":\"2\"}]}" },
		{ OPERATION_DELETE,
			{ "{\"Id\":\"" ID1 "\"}",
				"{\"n\":-1.5e3,\"t\":true,\"Id\" : \"" ID2 "\"}" },
			"DELETE", "/composite/sobjects?ids=" ID1 "," ID2 "&allOrNone=false", "" },
	};
	struct err err = ERR_INIT;
	const char *method;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_ok(request(&method, cases[i].operation, cases[i].records, 2, &err), &err);
		ck_assert_str_eq(method, cases[i].method);
		ck_assert_str_eq(buf_str(&path), cases[i].path);
		ck_assert_str_eq(buf_str(&body), cases[i].body);
	}
}
END_TEST

START_TEST(all_or_none_is_said_in_body_and_address)
{
	const char *records[] = { "{\"Id\":\"" ID1 "\"}" };
	uint32_t lens[] = { 27 };
	struct collection_call call = { .object = "A",
		.operation = OPERATION_INSERT,
		.all_or_none = true,
		.records = records,
		.record_lens = lens,
		.count = 1 };
	struct err err = ERR_INIT;
	const char *method;

	ck_ok(collection_request(&method, &path, &body, &call, &err), &err);
	ck_assert(text_starts(buf_str(&body), "{\"allOrNone\":true,"));
	call.operation = OPERATION_DELETE;
	buf_reset(&path);
	ck_ok(collection_request(&method, &path, &body, &call, &err), &err);
	ck_assert_str_eq(buf_str(&path), "/composite/sobjects?ids=" ID1 "&allOrNone=true");
}
END_TEST

START_TEST(what_cannot_be_sent_is_refused_with_its_place)
{
	static const struct {
		enum operation operation;
		const char *record;
		const char *words;
	} cases[] = {
		{ OPERATION_INSERT, "", "record 1 is no JSON object" },
		{ OPERATION_INSERT, "[]", "record 1 is no JSON object" },
		{ OPERATION_INSERT, "{", "record 1 is no JSON object" },
		{ OPERATION_UPDATE, "{\"Name\":\"a\"}", "record 1 has no Id" },
		{ OPERATION_UPDATE, "{\"x\":{\"Id\":\"" ID1 "\"}}", "record 1 has no Id" },
		{ OPERATION_UPDATE, "{\"x\":\"\\\",\\\"Id\\\":\\\"" ID1 "\"}",
			"record 1 has no Id" },
		{ OPERATION_DELETE, "{\"Id\":\"001000000000001AA,\"}", "record 1 has no Id" },
		{ OPERATION_DELETE, "{\"Id\":\"001&allOrNone=true\"}", "record 1 has no Id" },
		{ OPERATION_DELETE, "{\"Id\":null}", "record 1 has no Id" },
		{ OPERATION_DELETE, "{\"Id\"", "record 1 has no Id" },
		{ OPERATION_DELETE, "{\"a\":[1,{\"b\":\"", "record 1 has no Id" },
		{ OPERATION_DELETE, "{\"a\":\"\\", "record 1 has no Id" },
	};
	struct err err = ERR_INIT;
	const char *method;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_msg(request(&method, cases[i].operation, &cases[i].record, 1, &err) ==
				      -ERR_USAGE,
			"%s", cases[i].record);
		ck_assert_ptr_nonnull(strstr(err.text, cases[i].words));
		ck_assert_ptr_null(method);
	}
}
END_TEST

START_TEST(names_that_would_leave_their_place_in_the_address_are_refused)
{
	const char *records[] = { "{}" };
	uint32_t lens[] = { 2 };
	struct collection_call call = { .object = "Account/../x",
		.operation = OPERATION_INSERT,
		.records = records,
		.record_lens = lens,
		.count = 1 };
	struct err err = ERR_INIT;
	const char *method;

	ck_assert_int_eq(collection_request(&method, &path, &body, &call, &err), -ERR_CONFIG);
	call.object = "Account";
	call.operation = OPERATION_UPSERT;
	call.external_id = NULL;
	ck_assert_int_eq(collection_request(&method, &path, &body, &call, &err), -ERR_CONFIG);
	call.external_id = "Ext__c?x=y";
	ck_assert_int_eq(collection_request(&method, &path, &body, &call, &err), -ERR_CONFIG);
}
END_TEST

START_TEST(two_hundred_deletes_fit_into_one_address_and_201_are_refused)
{
	const char *records[PACKET_ROWS_MAX + 1];
	struct err err = ERR_INIT;
	const char *method;

	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		records[i] = "{\"Id\":\"" ID1 "\"}";
	ck_ok(request(&method, OPERATION_DELETE, records, PACKET_ROWS_MAX, &err), &err);
	ck_assert_uint_eq(path.len, 24 + 200 * 19 - 1 + 16);
	ck_assert_int_eq(
		request(&method, OPERATION_DELETE, records, PACKET_ROWS_MAX + 1, &err), -ERR_USAGE);
	ck_assert_int_eq(request(&method, OPERATION_INSERT, records, 0, &err), -ERR_USAGE);
}
END_TEST

START_TEST(a_body_above_its_maximum_is_an_error)
{
	const char *records[] = { "{\"Name\":\"0123456789012345678901234567890123456789\"}" };
	struct err err = ERR_INIT;
	const char *method;

	buf_free(&body);
	buf_init(&body, 60);
	ck_assert_int_eq(request(&method, OPERATION_INSERT, records, 1, &err), -ERR_LIMIT);
	ck_assert_ptr_null(method);
}
END_TEST

Suite *suite_collections(void)
{
	Suite *suite = suite_create("salesforce/collections");
	TCase *tc = tcase_create("collections");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, each_operation_has_its_exact_request);
	tcase_add_test(tc, all_or_none_is_said_in_body_and_address);
	tcase_add_test(tc, what_cannot_be_sent_is_refused_with_its_place);
	tcase_add_test(tc, names_that_would_leave_their_place_in_the_address_are_refused);
	tcase_add_test(tc, two_hundred_deletes_fit_into_one_address_and_201_are_refused);
	tcase_add_test(tc, a_body_above_its_maximum_is_an_error);
	suite_add_tcase(suite, tc);
	return suite;
}
