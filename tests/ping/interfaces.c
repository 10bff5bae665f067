/* What an interface needs of its object and fields, found before a row is sent. */

#include "ping/suites.h"

#include "base/text.h"
#include "ping/rig.h"
#include "practice/practice.h"

static struct rig rig;
static struct practice *org;

static void setup(void)
{
	struct practice_options options = { 0 };
	struct err err = ERR_INIT;

	ck_ok(practice_start(&org, &options, &err), &err);
	rig_open(&rig, practice_url(org));
}

static void teardown(void)
{
	rig_close(&rig);
	practice_stop(org);
}

#define FIELDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void ping(void)
{
	rig_ping_salesforce(&rig, "");
}

START_TEST(what_a_mapping_lacks_is_told)
{
	static const struct {
		enum operation operation;
		const char *object, *external_id;
		const char *fields[6];
		const char *remedy_id; /* NULL = fine */
	} cases[] = {
		{ OPERATION_UPSERT, "Order_Line__c", "Order_No__c", { "Order_No__c", "Name" },
			NULL },
		{ OPERATION_UPSERT, "order_line__C", "order_no__C", { "order_no__c", "NAME" },
			NULL },
		{ OPERATION_UPSERT, "Order_Line__c", "Order_No__c",
			{ "Order_No__c", "Name", "Account__r.Ext_Id__c" }, NULL },
		{ OPERATION_INSERT, "Account", NULL, { "Name" }, NULL },
		{ OPERATION_UPDATE, "Account", NULL, { "Id", "Phone" }, NULL },
		{ OPERATION_DELETE, "Account", NULL, { "Id" }, NULL },
		{ OPERATION_INSERT, "No_Such__c", NULL, { "Name" }, "object.hidden" },
		{ OPERATION_INSERT, "Account", NULL, { "Name", "Nam" }, "field.hidden" },
		{ OPERATION_INSERT, "Account", NULL, { "Phone" }, "field.required" },
		{ OPERATION_INSERT, "Order_Line__c", NULL, { "Name", "Line_Total__c" },
			"field.read_only" },
		{ OPERATION_UPDATE, "Order_Line__c", NULL, { "Id", "Line_Total__c" },
			"field.read_only" },
		{ OPERATION_UPSERT, "Account", "Legacy_No__c", { "Legacy_No__c", "Name" },
			"field.not_unique" },
		{ OPERATION_UPSERT, "Account", "Phone", { "Phone", "Name" },
			"field.not_external_id" },
		{ OPERATION_UPSERT, "Account", "Nowhere__c", { "Name" }, "field.hidden" },
		{ OPERATION_INSERT, "Order_Line__c", NULL, { "Name", "Accoun__r.Ext_Id__c" },
			"field.relationship" },
		{ OPERATION_INSERT, "Order_Line__c", NULL, { "Name", "Account__r.Phone" },
			"field.parent_key" },
		{ OPERATION_INSERT, "Order_Line__c", NULL, { "Name", "Account__r.Nope__c" },
			"field.parent_key" },
		{ OPERATION_UPDATE, "Account", NULL, { "Phone" }, "field.no_id" },
		{ OPERATION_UPDATE, "Account", "Ext_Id__c", { "Phone" }, "field.no_id" },
		{ OPERATION_UPDATE, "Account", "Ext_Id__c", { "Ext_Id__c", "Phone" }, NULL },
		{ OPERATION_DELETE, "Account", "Nowhere__c", { "Nowhere__c" }, "field.hidden" },
		{ OPERATION_DELETE, "Account", "Phone", { "Phone" }, "field.not_unique" },
		{ OPERATION_DELETE, "Account", NULL, { "Name" }, "field.no_id" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct ping_step *worst;

		rig_interface(&rig, "it", cases[i].object, cases[i].operation, cases[i].external_id,
			cases[i].fields);
		ping();
		worst = rig_worst(&rig);
		if (!text_equal(worst ? worst->remedy_id : NULL, cases[i].remedy_id))
			rig_show(&rig);
		ck_assert_msg(text_equal(worst ? worst->remedy_id : NULL, cases[i].remedy_id),
			"case %zu: %s instead of %s", i, worst ? worst->remedy_id : "green",
			cases[i].remedy_id ? cases[i].remedy_id : "green");
		interface_free_fields(&rig.interfaces[--rig.interface_count]);
	}
}
END_TEST

START_TEST(an_assumed_key_is_a_warning_that_hides_no_failure)
{
	struct interface *interface = rig_interface(&rig, "it", "Account", OPERATION_UPSERT,
		"Legacy_No__c", FIELDS("Legacy_No__c", "Name"));
	struct err err = ERR_INIT;

	interface->unique_key_assumed = true;
	ping();
	ck_assert(rig.result.ok);
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "field.unique_assumed");
	ck_ok(mapping_add(&interface->mapping, "Nowhere__c", MAPPING_COLUMN, "c", NULL_KEEP, &err),
		&err);
	ping();
	ck_assert(!rig.result.ok);
	ck_assert_str_eq(rig_worst(&rig)->remedy_id, "field.hidden");
}
END_TEST

/* For the permission set: once each, and not what several objects may be. */
START_TEST(parents_are_told_as_the_org_describes_them)
{
	rig_interface(&rig, "a", "order_line__c", OPERATION_UPSERT, "Order_No__c",
		FIELDS("Order_No__c", "Name", "account__r.Ext_Id__c"));
	rig_interface(&rig, "b", "Order_Line__c", OPERATION_UPSERT, "Order_No__c",
		FIELDS("Order_No__c", "Name", "Account__r.Ext_Id__c", "Account__r.Phone"));
	rig_interface(
		&rig, "c", "Account", OPERATION_DELETE, NULL, FIELDS("Id", "Parent.Ext_Id__c"));
	ping();
	ck_assert_str_eq(rig.result.parents, "Order_Line__c.Account__r=Account\n");
}
END_TEST

START_TEST(interfaces_of_other_connections_are_left_alone)
{
	struct interface *interface =
		rig_interface(&rig, "it", "No_Such__c", OPERATION_INSERT, NULL, FIELDS("Name"));

	ck_assert(text_set(&interface->connection, "another"));
	ping();
	ck_assert(rig.result.ok);
}
END_TEST

START_TEST(one_bad_interface_does_not_hide_the_others)
{
	rig_interface(&rig, "bad", "No_Such__c", OPERATION_INSERT, NULL, FIELDS("Name"));
	rig_interface(&rig, "good", "Account", OPERATION_INSERT, NULL, FIELDS("Name"));
	ping();
	ck_assert(!rig.result.ok);
	ck_assert_int_eq(rig_step(&rig, "bad: object")->verdict, VERDICT_FAIL);
	ck_assert_int_eq(rig_step(&rig, "bad: fields")->verdict, VERDICT_NOT_REACHED);
	ck_assert_int_eq(rig_step(&rig, "good: fields")->verdict, VERDICT_OK);
}
END_TEST

START_TEST(more_interfaces_than_fit_are_counted_not_forgotten)
{
	for (int i = 0; i < INTERFACES_MAX; i++) {
		char name[16];

		snprintf(name, sizeof(name), "i%d", i);
		rig_interface(&rig, name, "Account", OPERATION_INSERT, NULL, FIELDS("Name"));
	}
	ping();
	ck_assert(rig.result.ok);
	ck_assert_int_le(rig.result.count, PING_STEPS_MAX);
	ck_assert_ptr_nonnull(
		strstr(rig_step(&rig, "interfaces")->detail, "more were not checked"));
	ck_assert_int_eq(practice_request_count(org, "Account/describe"), 1);
}
END_TEST

Suite *suite_interfaces(void)
{
	Suite *suite = suite_create("ping/interfaces");
	TCase *tc = tcase_create("interfaces");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, what_a_mapping_lacks_is_told);
	tcase_add_test(tc, an_assumed_key_is_a_warning_that_hides_no_failure);
	tcase_add_test(tc, parents_are_told_as_the_org_describes_them);
	tcase_add_test(tc, interfaces_of_other_connections_are_left_alone);
	tcase_add_test(tc, one_bad_interface_does_not_hide_the_others);
	tcase_add_test(tc, more_interfaces_than_fit_are_counted_not_forgotten);
	suite_add_tcase(suite, tc);
	return suite;
}
