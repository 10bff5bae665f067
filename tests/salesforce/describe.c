/* Tests of describe.h: reading, look-ups, damage. */

#include "salesforce/suites.h"

#include "base/buf.h"
#include "salesforce/damage.h"
#include "salesforce/describe.h"

static const char account[] =
	"{\"name\":\"Account\",\"label\":\"Account\",\"createable\":true,\"updateable\":true,"
	"\"deletable\":false,\"queryable\":true,\"custom\":false,\"recordTypeInfos\":[{\"a\":1}],"
	"\"fields\":["
	"{\"name\":\"Id\",\"label\":\"Account "
	"ID\",\"type\":\"id\",\"length\":18,\"nillable\":false,"
	"\"defaultedOnCreate\":true,\"createable\":false,\"updateable\":false,\"idLookup\":true},"
	"{\"name\":\"Name\",\"label\":\"Account Name\",\"type\":\"string\",\"length\":255,"
	"\"nillable\":false,\"defaultedOnCreate\":false,\"createable\":true,\"updateable\":true},"
	"{\"name\":\"Ext__c\",\"label\":\"Ext\",\"type\":\"string\",\"length\":40,\"nillable\":"
	"true,"
	"\"createable\":true,\"updateable\":true,\"externalId\":true,\"unique\":true,"
	"\"caseSensitive\":true,\"idLookup\":true},"
	"{\"name\":\"Parent__c\",\"label\":\"Parent\",\"type\":\"reference\",\"nillable\":true,"
	"\"createable\":true,\"referenceTo\":[\"Account\",\"Lead\"],"
	"\"relationshipName\":\"Parent__r\"},"
	"{\"name\":\"Rate__c\",\"label\":\"Rate\",\"type\":\"picklist\",\"restrictedPicklist\":"
	"true,"
	"\"picklistValues\":[{\"active\":true,\"value\":\"Hot\",\"label\":\"H\"},"
	"{\"active\":false,\"value\":\"Gone\"}]},"
	"{\"name\":\"Sum__c\",\"label\":\"Sum\",\"type\":\"currency\",\"precision\":18,\"scale\":2}"
	","
	"{\"name\":\"Order__c\",\"type\":\"reference\",\"relationshipOrder\":0},"
	"{\"name\":\"Item__c\",\"type\":\"reference\",\"restrictedDelete\":true,"
	"\"relationshipOrder\":null},"
	"{\"name\":\"Odd__c\",\"label\":null,\"type\":\"somethingNew\",\"length\":-4}]}";

START_TEST(fields_are_read_as_the_org_describes_them)
{
	struct describe *describe;
	const struct field *field;
	struct err err = ERR_INIT;

	ck_ok(describe_parse(&describe, account, strlen(account), &err), &err);
	ck_assert(describe->createable && describe->updateable && !describe->deletable);
	ck_assert_uint_eq(describe->field_count, 9);
	field = describe_field(describe, "ext__C");
	ck_assert(field && field->external_id && field->unique && field->case_sensitive);
	ck_assert_int_eq(field->length, 40);
	field = describe_relationship(describe, "Parent__r");
	ck_assert_str_eq(field->name, "Parent__c");
	ck_assert_uint_eq(field->targets.count, 2);
	ck_assert(!field->locks_parent);
	ck_assert(describe_field(describe, "Order__c")->locks_parent);
	ck_assert(describe_field(describe, "Item__c")->locks_parent);
	ck_assert(!describe_field(describe, "Secret__c"));
	ck_assert(!describe_relationship(describe, "Parent__c"));
	field = describe_field(describe, "Rate__c");
	ck_assert_uint_eq(field->picklist.count, 1);
	ck_assert_str_eq(field->picklist.items[0], "Hot");
	ck_assert(field->restricted_picklist);
	field = describe_field(describe, "Sum__c");
	ck_assert(field->type == FIELD_CURRENCY && field->precision == 18 && field->scale == 2);
	field = describe_field(describe, "Odd__c");
	ck_assert_int_eq(field->type, FIELD_OTHER);
	ck_assert_str_eq(field->type_name, "somethingNew");
	ck_assert_int_eq(field->length, 0);
	describe_free(describe);
}
END_TEST

START_TEST(required_is_what_must_be_given_on_create)
{
	struct describe *describe;
	struct err err = ERR_INIT;

	ck_ok(describe_parse(&describe, account, strlen(account), &err), &err);
	ck_assert(field_required(describe_field(describe, "Name")));
	ck_assert(!field_required(describe_field(describe, "Id")));
	ck_assert(!field_required(describe_field(describe, "Ext__c")));
	describe_free(describe);
}
END_TEST

START_TEST(what_is_no_description_is_refused)
{
	static const char *const cases[] = { "", "<html>", "[]", "{}", "{\"name\":\"A\"}",
		"{\"name\":\"A\",\"fields\":{}}", "{\"name\":\"A\",\"fields\":[1]}",
		"{\"name\":\"A\",\"fields\":[{\"name\":\"x\"}]}", "{\"name\":\"\",\"fields\":[]}" };
	struct describe *describe;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_msg(describe_parse(&describe, cases[i], strlen(cases[i]), NULL) ==
				      -ERR_PROTOCOL,
			"%s", cases[i]);
		ck_assert_ptr_null(describe);
	}
}
END_TEST

static void try_damaged(const char *text, size_t len, void *ctx)
{
	struct describe *describe;

	(void)ctx;
	if (describe_parse(&describe, text, len, NULL) == 0) {
		ck_assert_ptr_nonnull(describe->name);
		for (size_t i = 0; i < describe->field_count; i++)
			ck_assert(describe->fields[i].name && describe->fields[i].type_name);
	} else {
		ck_assert_ptr_null(describe);
	}
	describe_free(describe);
}

START_TEST(damaged_descriptions_do_not_crash)
{
	damage(account, strlen(account), 5000, try_damaged, NULL);
}
END_TEST

Suite *suite_describe(void)
{
	Suite *suite = suite_create("salesforce/describe");
	TCase *tc = tcase_create("describe");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, fields_are_read_as_the_org_describes_them);
	tcase_add_test(tc, required_is_what_must_be_given_on_create);
	tcase_add_test(tc, what_is_no_description_is_refused);
	tcase_add_test(tc, damaged_descriptions_do_not_crash);
	suite_add_tcase(suite, tc);
	return suite;
}
