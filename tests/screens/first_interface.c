/* first_interface.c — from a table to ten rows in the monitor, by keys alone. */

#include "screens/suites.h"

#include "base/text.h"
#include "screens/fixture.h"

static void open_tables(struct fixture *fx)
{
	fixture_init(fx);
	fixture_start(fx);
	pty_wait(fx->pty, "crm-sandbox");
	pty_type(fx->pty, "j");
	pty_wait(fx->pty, "ORG:ACME");
	pty_type(fx->pty, "i");
	pty_wait(fx->pty, "sales.order_line");
}

static void propose(struct fixture *fx)
{
	pty_type(fx->pty, "j\r");
	pty_wait(fx->pty, "order-line: into which object?");
	pty_wait(fx->pty, "Product2");
	pty_type(fx->pty, "jj\r");
	pty_wait(fx->pty, "Upsert Order_Line__c by Order_No__c, 2 fields");
}

START_TEST(a_table_becomes_an_interface_that_is_tried_on_ten_rows)
{
	struct fixture fx;
	struct interface interface;
	struct err err = ERR_INIT;

	open_tables(&fx);
	propose(&fx);
	pty_wait(fx.pty, "legacy_flag");
	pty_wait(fx.pty, "Status__c  is required");
	pty_type(fx.pty, "t");
	pty_wait(fx.pty, "Save it first");
	pty_type(fx.pty, "v");
	pty_wait(fx.pty, "no such table");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "legacy_flag");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Save the interface");
	pty_type(fx.pty, "-new\t\r");
	pty_wait(fx.pty, "Saved 'order-line-new'");
	interface_init(&interface);
	ck_ok(fx.catalog.interface(fx.catalog.self, &interface, "order-line-new", &err), &err);
	ck_assert_str_eq(interface.connection, "orders-prod");
	ck_assert_str_eq(interface.query, "SELECT * FROM sales.order_line");
	ck_assert_int_eq(interface.operation, OPERATION_UPSERT);
	ck_assert_str_eq(interface.external_id, "Order_No__c");
	ck_assert_uint_eq(interface.mapping.count, 2);
	ck_assert(interface.deployed && !interface.schedule);
	interface_free_fields(&interface);
	pty_type(fx.pty, "d");
	pty_wait(fx.pty, "100");
	pty_type(fx.pty, "t");
	pty_wait(fx.pty, "filter  interface:order-line-new");
	fixture_end(&fx);
}
END_TEST

START_TEST(back_goes_one_list_back_and_a_filter_goes_first)
{
	struct fixture fx;

	open_tables(&fx);
	pty_type(fx.pty, "/open\r");
	pty_wait_gone(fx.pty, "sales.customer");
	pty_wait(fx.pty, "sales.v_open");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "sales.customer");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "customer: into which object?");
	pty_wait(fx.pty, "Product2");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Account is not for this test"); /* the org refused; nothing is lost */
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Product2");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "which table?");
	propose(&fx);
	pty_type(fx.pty, "\033\033\033");
	pty_wait(fx.pty, "n New");
	fixture_end(&fx);
}
END_TEST

Suite *suite_first_interface(void)
{
	Suite *suite = suite_create("screens/first-interface");
	TCase *tc = tcase_create("first-interface");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_table_becomes_an_interface_that_is_tried_on_ten_rows);
	tcase_add_test(tc, back_goes_one_list_back_and_a_filter_goes_first);
	suite_add_tcase(suite, tc);
	return suite;
}
