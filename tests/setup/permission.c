/* Tests of permission.h: the API user gets what the interfaces need, and nothing more. */

#include "setup/suites.h"

#include "setup/permission.h"
#include "setup/sample.h"

/* "Object:rceda field,field!" with ! = read only; objects separated by blanks. */
static void describe(char *out, size_t size, const struct permissions *all)
{
	struct buf text = BUF_INIT(4000);

	for (size_t i = 0; i < all->object_count; i++) {
		const struct object_permission *object = &all->objects[i];

		buf_addf(&text, "%s%s:%s%s%s", i ? " " : "", object->object,
			object->create ? "c" : "", object->edit ? "e" : "",
			object->delete ? "d" : "");
		for (size_t k = 0; k < object->field_count; k++)
			buf_addf(&text, "%s%s%s", k ? "," : "/", object->fields[k].field,
				object->fields[k].editable ? "" : "!");
	}
	text_copy(out, size, buf_str(&text));
	buf_free(&text);
}

static int derive_one(struct permissions **out, const char *object, enum operation operation,
	const char *external_id, const char *const *fields, const char *const *required,
	struct err *err)
{
	struct interface interface;
	const struct interface *list[] = { &interface };
	int rc;

	sample_interface(&interface, "one", object, operation, external_id, fields);
	rc = permissions_derive(out, list, 1, required, NULL, err);
	interface_free_fields(&interface);
	return rc;
}

static const struct right_case {
	const char *object;
	enum operation operation;
	const char *external_id;
	const char *fields[6];
	const char *wanted;
} right_cases[] = {
	{ "X__c", OPERATION_INSERT, NULL, { "A__c" }, "X__c:c/A__c" },
	{ "X__c", OPERATION_UPDATE, NULL, { "Id", "A__c" }, "X__c:e/A__c" },
	{ "X__c", OPERATION_UPSERT, "E__c", { "E__c", "A__c" }, "X__c:ce/A__c,E__c" },
	/* Salesforce grants delete with edit alone; of the fields none is sent */
	{ "X__c", OPERATION_DELETE, NULL, { "Id", "A__c" }, "X__c:ed" },
	/* an external ID that is not sent is read */
	{ "X__c", OPERATION_INSERT, "E__c", { "A__c" }, "X__c:c/A__c,E__c!" },
	/* lookups by their parent's external ID */
	{ "X__c", OPERATION_INSERT, NULL, { "P__r.E__c", "Owner.E__c" }, "X__c:c/P__c" },
	/* ... which is read on the parent, where its object is known by name */
	{ "Contact", OPERATION_INSERT, NULL, { "Account.E__c", "ReportsTo.F__c" },
		"Account:/E__c! Contact:c/AccountId,F__c!,ReportsToId" },
	{ "Account", OPERATION_UPSERT, "E__c", { "E__c", "Parent.E__c", "Parent.F__c" },
		"Account:ce/E__c,F__c!,ParentId" },
	{ "X__c", OPERATION_INSERT, NULL, { "Account__r.E__c", "X__r.E__c", "Case.Status" },
		"Account:/E__c! Case: X__c:c/Account__c,CaseId,E__c!,X__c" },
	{ "X__c", OPERATION_DELETE, NULL, { "Id", "Account__r.E__c" }, "X__c:ed" },
	/* what a permission set cannot list */
	{ "Account", OPERATION_INSERT, NULL, { "Name", "OwnerId", "Phone" }, "Account:c/Phone" },
	{ "Lead", OPERATION_INSERT, NULL, { "LastName", "Company", "Status", "Street" },
		"Lead:c/Address" },
	{ "Opportunity", OPERATION_INSERT, NULL, { "StageName", "CloseDate", "Amount" },
		"Opportunity:c/Amount" },
	{ "Alarm__e", OPERATION_INSERT, NULL, { "A__c" }, "Alarm__e:c" },
	/* parts stand for the whole, once */
	{ "Account", OPERATION_INSERT, NULL,
		{ "BillingStreet", "billingcity", "ShippingCountryCode" },
		"Account:c/BillingAddress,ShippingAddress" },
	{ "X__c", OPERATION_INSERT, NULL,
		{ "Site__Street__s", "Site__City__s", "My_Place__Latitude__s" },
		"X__c:c/My_Place__c,Site__c" },
	/* a field of a longer name is no part of an address */
	{ "X__c", OPERATION_INSERT, NULL, { "City__c", "BillingCity__c" },
		"X__c:c/BillingCity__c,City__c" },
};

START_TEST(operation_and_mapping_decide)
{
	const struct right_case *c = &right_cases[_i];
	struct permissions *all = NULL;
	struct err err = ERR_INIT;
	char text[500];

	ck_ok(derive_one(&all, c->object, c->operation, c->external_id, c->fields, NULL, &err),
		&err);
	describe(text, sizeof(text), all);
	ck_assert_str_eq(text, c->wanted);
	permissions_free(all);
}
END_TEST

START_TEST(interfaces_of_one_object_add_up)
{
	static const char *const a[] = { "B__c", NULL };
	static const char *const b[] = { "a__c", "b__C", NULL };
	static const char *const id[] = { "Id", NULL };
	struct interface interfaces[3];
	const struct interface *list[] = { &interfaces[0], &interfaces[1], &interfaces[2] };
	struct permissions *all = NULL;
	struct err err = ERR_INIT;
	char text[500];

	sample_interface(&interfaces[0], "one", "X__c", OPERATION_INSERT, "B__c", a);
	sample_interface(&interfaces[1], "two", "x__C", OPERATION_UPDATE, NULL, b);
	sample_interface(&interfaces[2], "three", "Account", OPERATION_DELETE, NULL, id);
	ck_ok(permissions_derive(&all, list, 3, NULL, NULL, &err), &err);
	describe(text, sizeof(text), all);
	ck_assert_str_eq(text, "Account:ed X__c:ce/a__c,B__c");
	permissions_free(all);
	for (int i = 0; i < 3; i++)
		interface_free_fields(&interfaces[i]);
}
END_TEST

START_TEST(a_parent_outside_the_set_is_told)
{
	struct sample sample;
	struct permissions *all = NULL;
	struct err err = ERR_INIT;

	sample_fill(&sample);
	ck_ok(permissions_derive(&all, sample.list, SAMPLE_INTERFACES, NULL, NULL, &err), &err);
	/* Account__r.Ext_Id__c is opened by the interface accounts, and its Parent is one, too;
	 * which object the parent Warehouse__r is, only the org knows. */
	ck_assert_uint_eq(all->parent_count, 1);
	ck_assert_str_eq(all->parents[0].what, "Warehouse__r.Code__c");
	permissions_free(all);
	setup_sample_free(&sample);
}
END_TEST

START_TEST(a_parent_that_the_org_told_is_read)
{
	static const char told[] = "Contact.Warehouse__r=Other__c\n"
				   "order_line__c.Warehouse__r=Site__c\nX__c.Y__r=Z__c\n";
	struct sample sample;
	struct permissions *all = NULL;
	struct err err = ERR_INIT;
	char text[500];

	sample_fill(&sample);
	ck_ok(permissions_derive(&all, sample.list, SAMPLE_INTERFACES, NULL, told, &err), &err);
	ck_assert_uint_eq(all->parent_count, 0);
	describe(text, sizeof(text), all);
	ck_assert_msg(strstr(text, " Site__c:/Code__c! "), "%s", text);
	permissions_free(all);
	setup_sample_free(&sample);
}
END_TEST

START_TEST(what_the_org_requires_is_left_out_and_told)
{
	static const char *const fields[] = { "A__c", "Master__r.E__c", NULL };
	static const char *const required[] = { "x__c.master__c", NULL };
	static const char *const wrong[] = { "X__c.B__c", NULL };
	struct permissions *all = NULL;
	struct err err = ERR_INIT;
	char text[500];

	ck_ok(derive_one(&all, "X__c", OPERATION_INSERT, NULL, fields, required, &err), &err);
	describe(text, sizeof(text), all);
	ck_assert_str_eq(text, "X__c:c/A__c");
	ck_assert_uint_eq(all->left_out_count, 1);
	ck_assert_str_eq(all->left_out[0].what, "X__c.Master__c");
	permissions_free(all);
	all = NULL;
	ck_assert_int_eq(
		derive_one(&all, "X__c", OPERATION_INSERT, NULL, fields, wrong, &err), -ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "X__c.B__c"));
	ck_assert_ptr_null(all);
}
END_TEST

static const struct {
	const char *object, *external_id, *field;
} bad_cases[] = {
	{ "My Object", NULL, "A__c" },
	{ "", NULL, "A__c" },
	{ "X__c", "E c", "A__c" },
	{ "X__c", NULL, "A<b>" },
	{ "X__c", NULL, ".E__c" },
	{ "X__c", NULL, "P__r." },
	{ "X__c", NULL, "P__r.Q__r.E__c" },
};

START_TEST(a_name_that_is_none_is_refused)
{
	const char *const fields[] = { bad_cases[_i].field, NULL };
	struct permissions *all = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(derive_one(&all, bad_cases[_i].object, OPERATION_INSERT,
				 bad_cases[_i].external_id, fields, NULL, &err),
		-ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "interface one"));
	ck_assert_ptr_null(all);
}
END_TEST

Suite *suite_permission(void)
{
	Suite *suite = suite_create("permission");
	TCase *tc = tcase_create("permission");

	tcase_add_loop_test(tc, operation_and_mapping_decide, 0, ARRAY_SIZE(right_cases));
	tcase_add_test(tc, interfaces_of_one_object_add_up);
	tcase_add_test(tc, a_parent_outside_the_set_is_told);
	tcase_add_test(tc, a_parent_that_the_org_told_is_read);
	tcase_add_test(tc, what_the_org_requires_is_left_out_and_told);
	tcase_add_loop_test(tc, a_name_that_is_none_is_refused, 0, ARRAY_SIZE(bad_cases));
	suite_add_tcase(suite, tc);
	return suite;
}
