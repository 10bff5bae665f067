/* Tests of interface.h: slips told without the org, copies, and the mapping's version. */

#include "model/suites.h"

#include "base/text.h"
#include "model/interface.h"

static void map(
	struct interface *interface, const char *field, enum mapping_kind kind, const char *text)
{
	struct err err = ERR_INIT;

	ck_ok(mapping_add(&interface->mapping, field, kind, text, NULL_KEEP, &err), &err);
}

/* An interface that has nothing wrong with it. */
static void good(struct interface *interface)
{
	interface_init(interface);
	text_set(&interface->name, "order-lines");
	text_set(&interface->connection, "orders-prod");
	text_set(&interface->object, "Order_Line__c");
	text_set(&interface->external_id, "Order_No__c");
	text_set(&interface->query, "SELECT * FROM order_line");
	map(interface, "Order_No__c", MAPPING_COLUMN, "order_no");
	map(interface, "Account__r.Ext_Id__c", MAPPING_COLUMN, "cust_no");
}

#define TEXT(member) offsetof(struct interface, member)
static const struct {
	size_t offset;
	const char *value;
	const char *key; /* NULL = it must pass */
	const char *words;
} slips[] = {
	{ TEXT(name), "a b", "name", "letters, digits" },
	{ TEXT(connection), NULL, "connection", "not set" },
	{ TEXT(integration), "E R P", "integration", "letters, digits" },
	{ TEXT(object), NULL, "object", "not set" },
	{ TEXT(object), "Order Line", "object", "API name" },
	{ TEXT(object), "9Orders", "object", "API name" },
	{ TEXT(external_id), NULL, "external_id", "not set" },
	{ TEXT(external_id), "Other__c", "mapping", "must be mapped" },
	{ TEXT(external_id), "order_no__C", NULL, NULL },
	{ TEXT(schedule), "*/15 6-20 * * 1-5", NULL, NULL },
	{ TEXT(schedule), "0 6 * * MON-FRI", NULL, NULL },
	{ TEXT(schedule), "*/15 6-20 * *", "schedule", "five fields" },
	{ TEXT(schedule), "at six o'clock * *", "schedule", "was not understood" },
	{ TEXT(watermark_overlap), "10m", "watermark.column", "not set" },
};

START_TEST(a_slip_is_told_with_its_key)
{
	struct interface interface;
	struct err err = ERR_INIT;
	int rc;

	good(&interface);
	ck_ok(interface_check(&interface, &err), &err);
	text_set((char **)((char *)&interface + slips[_i].offset), slips[_i].value);
	rc = interface_check(&interface, &err);
	if (!slips[_i].key) {
		ck_ok(rc, &err);
	} else {
		ck_assert_msg(rc == -ERR_CONFIG, "%s passed", slips[_i].value);
		ck_assert_str_eq(err.code, slips[_i].key);
		ck_assert_msg(strstr(err.text, slips[_i].words) != NULL, "%s", err.text);
	}
	interface_free_fields(&interface);
}
END_TEST

#define NUMBER(member) offsetof(struct interface, member)
static const struct {
	size_t offset;
	int value;
	const char *key;
} ranges[] = {
	{ NUMBER(packet), 0, "packet" },
	{ NUMBER(packet), PACKET_ROWS_MAX + 1, "packet" },
	{ NUMBER(parallel), 0, "parallel" },
	{ NUMBER(parallel), INTERFACE_PARALLEL_MAX + 1, "parallel" },
	{ NUMBER(threshold), -1, "threshold" },
	{ NUMBER(halt), 0, "halt" },
	{ NUMBER(sequence), -1, "sequence" },
};

START_TEST(numbers_have_ranges)
{
	struct interface interface;
	struct err err = ERR_INIT;

	good(&interface);
	*(int *)((char *)&interface + ranges[_i].offset) = ranges[_i].value;
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, ranges[_i].key);
	interface_free_fields(&interface);
}
END_TEST

static const struct {
	const char *field, *text;
	enum mapping_kind kind;
	bool good;
} entries[] = {
	{ "Name", "name", MAPPING_COLUMN, true },
	{ "Source__c", "", MAPPING_VALUE, true },
	{ "Price__c", "round(price, 2)", MAPPING_FORMULA, true },
	{ "Price__c", "", MAPPING_FORMULA, false },
	{ "Name", "", MAPPING_COLUMN, false },
	{ "Na me", "name", MAPPING_COLUMN, false },
	{ "Account__r.", "x", MAPPING_COLUMN, false },
	{ "Account__r.Ext__c.More", "x", MAPPING_COLUMN, false },
	{ "ORDER_NO__C", "x", MAPPING_COLUMN, false },
};

START_TEST(mapped_fields_are_looked_at)
{
	struct interface interface;
	struct err err = ERR_INIT;
	int rc;

	good(&interface);
	map(&interface, entries[_i].field, entries[_i].kind, entries[_i].text);
	rc = interface_check(&interface, &err);
	ck_assert_int_eq(rc, entries[_i].good ? 0 : -ERR_CONFIG);
	if (rc < 0)
		ck_assert_str_eq(err.code, "mapping");
	interface_free_fields(&interface);
}
END_TEST

START_TEST(operations_ask_for_what_finds_their_records)
{
	struct interface interface;
	struct err err = ERR_INIT;

	good(&interface);
	interface.operation = OPERATION_UPDATE;
	ck_assert(interface_looks_up(&interface)); /* by the external ID, which is mapped */
	ck_ok(interface_check(&interface, &err), &err);
	text_set(&interface.external_id, "Order_No__c, Region__c");
	ck_assert(!interface_looks_up(&interface));
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "mapping");
	map(&interface, "Region__c", MAPPING_COLUMN, "region");
	ck_ok(interface_check(&interface, &err), &err);
	text_set(&interface.external_id, "Order_No__c, a b");
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "external_id");
	text_set(&interface.external_id, "a,b,c,d,e,f");
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	text_set(&interface.external_id, "Order_No__c,Region__c");
	interface.operation = OPERATION_UPSERT;
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "external_id");
	interface.unique_key_assumed = true;
	ck_ok(interface_check(&interface, &err), &err);
	interface.all_or_none = true;
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "all_or_none");
	interface.all_or_none = interface.unique_key_assumed = false;
	interface.operation = OPERATION_UPDATE;
	text_set(&interface.external_id, NULL);
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	map(&interface, "Id", MAPPING_COLUMN, "sf_id");
	ck_ok(interface_check(&interface, &err), &err);
	interface.operation = OPERATION_INSERT;
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	interface_free_fields(&interface);
}
END_TEST

START_TEST(an_insert_without_row_key_has_no_schedule)
{
	struct connection connection;
	struct interface interface;
	struct err err = ERR_INIT;

	good(&interface);
	connection_init(&connection);
	interface.operation = OPERATION_INSERT;
	text_set(&interface.external_id, NULL);
	text_set(&interface.query, "SELECT 1");
	ck_ok(interface_check_source(&interface, &connection, &err), &err);
	text_set(&interface.schedule, "* * * * *");
	ck_assert_int_eq(interface_check_source(&interface, &connection, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "row_key");
	text_list_add(&interface.row_key, "order_no");
	ck_ok(interface_check_source(&interface, &connection, &err), &err);
	/* Files: a row is known by its place. */
	text_list_free(&interface.row_key);
	text_set(&interface.query, NULL);
	connection.type = CONNECTION_AGENT_FILE;
	ck_ok(interface_check_source(&interface, &connection, &err), &err);
	interface_free_fields(&interface);
	connection_free_fields(&connection);
}
END_TEST

START_TEST(bulk_cannot_keep_an_order)
{
	struct interface interface;
	struct err err = ERR_INIT;

	good(&interface);
	interface.mode = TRANSFER_BULK;
	ck_ok(interface_check(&interface, &err), &err);
	interface.on_error = ON_ERROR_STOP;
	ck_assert_int_eq(interface_check(&interface, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "mode");
	interface_free_fields(&interface);
}
END_TEST

START_TEST(sql_goes_with_databases_alone)
{
	struct interface interface;
	struct connection connection;
	struct err err = ERR_INIT;

	good(&interface);
	connection_init(&connection);
	text_set(&connection.name, "orders-prod");
	ck_ok(interface_check_source(&interface, &connection, &err), &err);
	connection.type = CONNECTION_AGENT_FILE;
	ck_assert_int_eq(interface_check_source(&interface, &connection, &err), -ERR_CONFIG);
	text_set(&interface.query, NULL);
	ck_ok(interface_check_source(&interface, &connection, &err), &err);
	connection.type = CONNECTION_AGENT_DATABASE;
	ck_assert_int_eq(interface_check_source(&interface, &connection, &err), -ERR_CONFIG);
	ck_assert_str_eq(err.code, "query");
	interface_free_fields(&interface);
	connection_free_fields(&connection);
}
END_TEST

START_TEST(a_copy_outlives_its_original)
{
	struct interface from;
	struct interface to;
	struct err err = ERR_INIT;

	good(&from);
	text_list_add(&from.row_key, "order_no");
	interface_init(&to);
	ck_ok(interface_copy(&to, &from, &err), &err);
	ck_assert(mapping_version(&to.mapping) == mapping_version(&from.mapping));
	interface_free_fields(&from);
	ck_assert_str_eq(to.row_key.items[0], "order_no");
	ck_assert_str_eq(mapping_column_of(&to.mapping, "account__r.ext_id__c"), "cust_no");
	ck_assert_ptr_null(mapping_column_of(&to.mapping, "Missing__c"));
	ck_assert_ptr_null(mapping_column_of(&to.mapping, NULL));
	interface_free_fields(&to);
}
END_TEST

START_TEST(every_part_of_a_mapping_changes_its_version)
{
	static const struct mapping_entry variants[] = {
		{ (char *)(uintptr_t) "A", MAPPING_COLUMN, (char *)(uintptr_t) "b", NULL_KEEP },
		{ (char *)(uintptr_t) "A", MAPPING_COLUMN, (char *)(uintptr_t) "b", NULL_CLEAR },
		{ (char *)(uintptr_t) "A", MAPPING_VALUE, (char *)(uintptr_t) "b", NULL_KEEP },
		{ (char *)(uintptr_t) "A", MAPPING_COLUMN, (char *)(uintptr_t) "c", NULL_KEEP },
		{ (char *)(uintptr_t) "Ab", MAPPING_COLUMN, (char *)(uintptr_t) "", NULL_KEEP },
		{ (char *)(uintptr_t) "", MAPPING_COLUMN, (char *)(uintptr_t) "Ab", NULL_KEEP },
	};
	uint64_t versions[ARRAY_SIZE(variants)];

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		struct mapping mapping = { NULL, 0 };
		struct err err = ERR_INIT;

		ck_ok(mapping_add(&mapping, variants[i].field, variants[i].kind, variants[i].text,
			      variants[i].nulls, &err),
			&err);
		versions[i] = mapping_version(&mapping);
		mapping_free(&mapping);
		for (size_t j = 0; j < i; j++)
			ck_assert(versions[i] != versions[j]);
	}
}
END_TEST

Suite *suite_interface(void)
{
	Suite *suite = suite_create("model/interface");
	TCase *tc = tcase_create("interface");

	tcase_add_loop_test(tc, a_slip_is_told_with_its_key, 0, ARRAY_SIZE(slips));
	tcase_add_loop_test(tc, numbers_have_ranges, 0, ARRAY_SIZE(ranges));
	tcase_add_loop_test(tc, mapped_fields_are_looked_at, 0, ARRAY_SIZE(entries));
	tcase_add_test(tc, operations_ask_for_what_finds_their_records);
	tcase_add_test(tc, an_insert_without_row_key_has_no_schedule);
	tcase_add_test(tc, bulk_cannot_keep_an_order);
	tcase_add_test(tc, sql_goes_with_databases_alone);
	tcase_add_test(tc, a_copy_outlives_its_original);
	tcase_add_test(tc, every_part_of_a_mapping_changes_its_version);
	suite_add_tcase(suite, tc);
	return suite;
}
