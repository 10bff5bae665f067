/* Tests of propose.c: which columns a first mapping takes for which fields. */

#include "process/suites.h"
#include "process/propose.h"
#include "base/text.h"

#define FIELD(name, type, more)                                                                    \
	"{\"name\":\"" name "\",\"type\":\"" type "\",\"createable\":true,\"updateable\":true,"    \
	"\"nillable\":true" more "}"

static const char object[] = "{\"name\":\"Order_Line__c\",\"createable\":true,\"fields\":[" FIELD(
	"Order_No__c", "string", ",\"externalId\":true,\"unique\":true") "," FIELD("Price__c",
	"double", "") "," FIELD("Ship_Date__c", "date", "") "," FIELD("Customer__c", "reference",
	"") "," FIELD("Other_Key__c", "string",
	",\"externalId\":true,\"unique\":true") ","
						"{\"name\":\"Name\",\"type\":\"string\","
						"\"createable\":true,\"nillable\":false},"
						"{\"name\":\"CreatedDate\",\"type\":\"datetime\","
						"\"createable\":false,"
						"\"updateable\":false,\"nillable\":false}]}";

static struct proposal *propose(const struct column *columns, int count)
{
	struct describe *describe;
	struct proposal *proposal;
	struct err err = ERR_INIT;

	ck_ok(describe_parse(&describe, object, strlen(object), &err), &err);
	ck_ok(propose_match(&proposal, columns, count, describe, &err), &err);
	describe_free(describe);
	return proposal;
}

static const struct {
	struct column column;
	const char *field; /* NULL: none is proposed */
} cases[] = {
	{ { "order_no", COLUMN_TEXT, 20, 0 }, "Order_No__c" },
	{ { "ORDERNO", COLUMN_INTEGER, 0, 0 }, "Order_No__c" },
	{ { "Order No", COLUMN_TEXT, 20, 0 }, "Order_No__c" },
	{ { "order_no__c", COLUMN_TEXT, 20, 0 }, "Order_No__c" },
	{ { "order_number", COLUMN_TEXT, 20, 0 }, NULL },
	{ { "price", COLUMN_DECIMAL, 10, 2 }, "Price__c" },
	{ { "price", COLUMN_TEXT, 10, 0 }, "Price__c" },
	{ { "price", COLUMN_DATE, 0, 0 }, NULL },
	{ { "ship-date", COLUMN_DATETIME, 0, 0 }, "Ship_Date__c" },
	{ { "ship_date", COLUMN_INTEGER, 0, 0 }, NULL },
	{ { "customer", COLUMN_INTEGER, 0, 0 }, NULL },
	{ { "customer", COLUMN_TEXT, 10, 0 }, NULL },
	{ { "customer", COLUMN_TEXT, 18, 0 }, "Customer__c" },
	{ { "createddate", COLUMN_DATETIME, 0, 0 }, NULL },
	{ { "name", COLUMN_BINARY, 0, 0 }, NULL },
	{ { "___", COLUMN_TEXT, 0, 0 }, NULL },
};

START_TEST(a_column_is_matched_by_name_and_type)
{
	struct proposal *proposal = propose(&cases[_i].column, 1);

	if (cases[_i].field) {
		ck_assert_uint_eq(proposal->mapping.count, 1);
		ck_assert_str_eq(proposal->mapping.entries[0].field, cases[_i].field);
		ck_assert_str_eq(proposal->mapping.entries[0].text, cases[_i].column.name);
		ck_assert_uint_eq(proposal->columns_left.count, 0);
	} else {
		ck_assert_uint_eq(proposal->mapping.count, 0);
		ck_assert(text_list_has(&proposal->columns_left, cases[_i].column.name));
	}
	proposal_free(proposal);
}
END_TEST

START_TEST(of_two_columns_equally_like_a_field_neither_is_taken)
{
	static const struct column columns[] = { { "order_no", COLUMN_TEXT, 20, 0 },
		{ "OrderNo", COLUMN_TEXT, 20, 0 } };
	struct proposal *proposal = propose(columns, 2);

	ck_assert_uint_eq(proposal->mapping.count, 0);
	ck_assert_uint_eq(proposal->columns_left.count, 2);
	ck_assert_uint_eq(proposal->notes.count, 2);
	ck_assert_ptr_null(proposal->external_id);
	proposal_free(proposal);
}
END_TEST

START_TEST(the_name_letter_by_letter_goes_before_one_that_is_alike)
{
	static const struct column columns[] = { { "order_no", COLUMN_TEXT, 20, 0 },
		{ "Order_No__c", COLUMN_TEXT, 20, 0 } };
	struct proposal *proposal = propose(columns, 2);

	ck_assert_uint_eq(proposal->mapping.count, 1);
	ck_assert_str_eq(proposal->mapping.entries[0].text, "Order_No__c");
	proposal_free(proposal);
}
END_TEST

START_TEST(one_unique_external_id_is_the_key_and_two_are_a_person_s_choice)
{
	static const struct column columns[] = { { "order_no", COLUMN_TEXT, 20, 0 },
		{ "other_key", COLUMN_TEXT, 20, 0 } };
	struct proposal *one = propose(columns, 1);
	struct proposal *two = propose(columns, 2);

	ck_assert_str_eq(one->external_id, "Order_No__c");
	ck_assert_ptr_null(two->external_id);
	ck_assert_uint_eq(two->notes.count, 1);
	proposal_free(one);
	proposal_free(two);
}
END_TEST

START_TEST(required_fields_without_a_column_are_told_and_a_file_s_own_columns_are_not)
{
	static const struct column columns[] = { { "_file", COLUMN_TEXT, 0, 0 },
		{ "_line", COLUMN_INTEGER, 0, 0 } };
	struct proposal *proposal = propose(columns, 2);

	ck_assert_uint_eq(proposal->required_left.count, 1);
	ck_assert_str_eq(proposal->required_left.items[0], "Name");
	ck_assert_uint_eq(proposal->columns_left.count, 0);
	proposal_free(proposal);
}
END_TEST

static const struct {
	const char *table, *sql;
} tables[] = {
	{ "orders", "SELECT * FROM orders" },
	{ "sales.orders", "SELECT * FROM sales.orders" },
	{ "order lines", "SELECT * FROM \"order lines\"" },
	{ "x; DROP TABLE y", "SELECT * FROM \"x; DROP TABLE y\"" },
	{ "a\"b", "SELECT * FROM \"a\"\"b\"" },
	{ "2026", "SELECT * FROM \"2026\"" },
};

START_TEST(a_table_s_name_is_never_more_than_a_name)
{
	struct buf sql = BUF_INIT(1000);

	propose_table_query(&sql, tables[_i].table);
	ck_assert_str_eq(buf_str(&sql), tables[_i].sql);
	buf_free(&sql);
}
END_TEST

Suite *suite_propose(void)
{
	Suite *suite = suite_create("propose");
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, a_column_is_matched_by_name_and_type, 0, ARRAY_SIZE(cases));
	tcase_add_test(all, of_two_columns_equally_like_a_field_neither_is_taken);
	tcase_add_test(all, the_name_letter_by_letter_goes_before_one_that_is_alike);
	tcase_add_test(all, one_unique_external_id_is_the_key_and_two_are_a_person_s_choice);
	tcase_add_test(
		all, required_fields_without_a_column_are_told_and_a_file_s_own_columns_are_not);
	tcase_add_loop_test(all, a_table_s_name_is_never_more_than_a_name, 0, ARRAY_SIZE(tables));
	suite_add_tcase(suite, all);
	return suite;
}
