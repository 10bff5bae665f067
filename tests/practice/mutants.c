/* Tests with broken input: bodies, queries and targets, each spoiled a little and at random but the
 * same every time. What is looked for is a crash or a sanitizer's word; answers do not matter. */

#include "practice/suites.h"

#include "practice/call.h"
#include "practice/soql.h"

#define MUTANTS 4000

static uint64_t state;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 11) % below;
}

/* In a block of exactly its size, so that reading beyond it is seen. */
static char *spoil(const char *from, size_t *len)
{
	static const char signs[] = "\"'{}[]()\\%,.:=<>&/ 0x-";
	struct buf buf = BUF_INIT(1 << 16);
	char *copy;

	buf_add_str(&buf, from);
	for (uint32_t left = 1 + draw(6); left; left--) {
		size_t at = draw((uint32_t)buf.len + 1);

		switch (draw(4)) {
		case 0:
			if (at < buf.len)
				buf.data[at] = (char)(1 + draw(255));
			break;
		case 1:
			if (at < buf.len) {
				memmove(buf.data + at, buf.data + at + 1, buf.len - at - 1);
				buf_cut(&buf, buf.len - 1);
			}
			break;
		case 2:
			buf_add_char(&buf, ' ');
			memmove(buf.data + at + 1, buf.data + at, buf.len - at - 1);
			buf.data[at] = signs[draw(sizeof(signs) - 1)];
			break;
		default:
			buf_cut(&buf, at);
		}
	}
	*len = buf.len;
	copy = malloc(buf.len + 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, buf_str(&buf), buf.len + 1);
	buf_free(&buf);
	return copy;
}

static void try_query(struct practice *org, struct arena *arena, const char *text, size_t len)
{
	struct soql_error error;
	struct soql_query *query = soql_parse(org, arena, text, &error);
	uint32_t total;

	(void)len;
	if (query)
		free(soql_run(&total, org, query, draw(2) == 0));
	else
		ck_assert_str_ne(error.message, "");
}

static void try_target(struct practice *org, struct arena *arena, const char *text, size_t len)
{
	struct buf out = BUF_INIT(1 << 20);
	struct buf headers = BUF_INIT(1 << 16);
	struct call call = { .org = org,
		.arena = arena,
		.method = "GET",
		.version = "",
		.body = "",
		.status = 200,
		.out = &out,
		.headers = &headers };

	(void)len;
	call_run_inner(&call, text);
	ck_assert_int_ge(call.status, 200);
	buf_free(&out);
	buf_free(&headers);
}

static void try_body(struct practice *org, struct arena *arena, const char *text, size_t len)
{
	struct buf out = BUF_INIT(1 << 20);
	struct buf headers = BUF_INIT(1 << 16);
	struct call call = { .org = org,
		.arena = arena,
		.method = "PATCH",
		.version = "",
		.body = text,
		.body_len = len,
		.status = 200,
		.out = &out,
		.headers = &headers };

	call_run_inner(&call, "/services/data/v66.0/composite/sobjects/Account/Ext_Id__c");
	ck_assert(call.status == 200 || call.status == 400);
	buf_free(&out);
	buf_free(&headers);
}

static const struct {
	void (*try)(struct practice *org, struct arena *arena, const char *text, size_t len);
	const char *text;
} inputs[] = {
	{ try_query,
		"SELECT Id, Name, Owner.Name FROM Account WHERE Name LIKE 'a%' AND (AnnualRevenue "
		">= 1.5 OR NOT Newsletter__c = true) ORDER BY Name DESC NULLS LAST LIMIT 5 OFFSET "
		"1" },
	{ try_query, "SELECT COUNT(Id) n FROM Account WHERE Id IN ('001Pr0000000001','x') AND "
		     "CreatedDate "
		     "> 2020-01-01T00:00:00Z" },
	{ try_query, "SELECT FIELDS(ALL) FROM Order_Line__c WHERE Ship_Date__c = TODAY AND Ref__c "
		     "NOT IN "
		     "('a\\'b','c')" },
	{ try_query, "SELECT Account.Name FROM Contact WHERE Account.Name != null" },
	{ try_target,
		"//services/data/v66.0/sobjects/Account/Ext_Id__c/a%2Fb?fields=Id,Name&x=%41+b" },
	{ try_target, "/services/data/v66.0/query/01gPr0000000001EAA-2000" },
	{ try_body,
		"{\"allOrNone\":false,\"records\":[{\"attributes\":{\"type\":\"Account\"},\"Name\":"
		"\"x\\u00e9\\ud83d\\ude00\",\"Ext_Id__c\":\"k\",\"AnnualRevenue\":1.5e3,"
		"\"Newsletter__c\":true,\"Parent\":{\"Ext_Id__c\":\"a\"},\"Customer_Since__c\":"
		"\"2026-01-01\"}]}" },
};

START_TEST(broken_input_breaks_nothing)
{
	struct practice_options options = { 0 };
	struct err err = ERR_INIT;
	struct practice *org;

	state = 88172645463325252u + (uint64_t)_i;
	ck_ok(practice_start(&org, &options, &err), &err);
	for (int i = 0; i < MUTANTS; i++) {
		struct arena arena = ARENA_INIT;
		size_t len;
		char *text = spoil(inputs[_i].text, &len);

		inputs[_i].try(org, &arena, text, len);
		free(text);
		arena_free(&arena);
	}
	practice_stop(org);
}
END_TEST

Suite *suite_mutants(void)
{
	Suite *suite = suite_create("practice/mutants");
	TCase *tc = tcase_create("mutants");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, broken_input_breaks_nothing, 0, ARRAY_SIZE(inputs));
	suite_add_tcase(suite, tc);
	return suite;
}
