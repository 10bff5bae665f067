/* Is it the org that is meant? The ping pins it, and refuses another. */

#include "ping/suites.h"

#include "base/text.h"
#include "ping/rig.h"
#include "practice/practice.h"

static struct rig rig;
static struct practice *org;

static void start(void)
{
	struct practice_options options = { 0 };
	struct err err = ERR_INIT;

	ck_ok(practice_start(&org, &options, &err), &err);
	rig_open(&rig, practice_url(org));
	rig_interface(&rig, "order-lines", "Order_Line__c", OPERATION_UPSERT, "Order_No__c",
		(const char *const[]){
			"Order_No__c", "Name", "Price__c", "Account__r.Ext_Id__c", NULL });
	rig_interface(&rig, "gone", "Order_Line__c", OPERATION_DELETE, NULL,
		(const char *const[]){ "Id", NULL });
}

static void stop(void)
{
	rig_close(&rig);
	practice_stop(org);
}

START_TEST(a_sound_org_is_green_with_one_token_request)
{
	start();
	rig_ping_salesforce(&rig, "");
	if (rig_worst(&rig))
		rig_show(&rig);
	ck_assert_ptr_null(rig_worst(&rig));
	ck_assert(rig.result.ok);
	ck_assert_int_eq(practice_request_count(org, "oauth2/token"), 1);
	ck_assert_int_eq(practice_request_count(org, "Order_Line__c/describe"), 1);
	ck_assert(rig.result.org_known && !rig.result.sandbox);
	ck_assert_str_eq(rig.result.username, PRACTICE_USERNAME);
	ck_assert_int_gt(rig.result.api_allowed, 0);
	ck_assert_int_ge(rig.told, rig.result.count);
	stop();
}
END_TEST

START_TEST(the_pinned_org_is_recognised)
{
	char id[19];

	start();
	rig_ping_salesforce(&rig, "");
	text_copy(id, sizeof(id), rig.result.org_id);
	rig_ping_salesforce(&rig, id);
	ck_assert(rig.result.ok);
	rig_ping_salesforce(&rig, "00D000000000001EAA");
	ck_assert_str_eq(rig_step(&rig, "org")->remedy_id, "org.other");
	ck_assert_int_eq(rig_step(&rig, "limits")->verdict, VERDICT_NOT_REACHED);
	ck_assert(!rig.result.org_known);
	stop();
}
END_TEST

START_TEST(an_org_that_is_no_sandbox_is_refused_where_a_sandbox_is_expected)
{
	start();
	rig.connection.salesforce.environment = ENVIRONMENT_SANDBOX;
	rig_ping_salesforce(&rig, "");
	ck_assert_str_eq(rig_step(&rig, "org")->remedy_id, "org.production");
	stop();
}
END_TEST

Suite *suite_right_org(void)
{
	Suite *suite = suite_create("ping/right_org");
	TCase *tc = tcase_create("right_org");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_sound_org_is_green_with_one_token_request);
	tcase_add_test(tc, the_pinned_org_is_recognised);
	tcase_add_test(tc, an_org_that_is_no_sandbox_is_refused_where_a_sandbox_is_expected);
	suite_add_tcase(suite, tc);
	return suite;
}
