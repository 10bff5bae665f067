/* mapping.c — the mapping editor walked by keys alone. */

#include "screens/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "screens/fixture.h"

static void editor(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
	pty_type(fx->pty, "j");
	pty_wait(fx->pty, "SELECT order_no");
	pty_type(fx->pty, "m");
}

START_TEST(a_source_that_hangs_keeps_nobody_waiting)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.source_hangs = true;
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "Reading the first rows");
	pty_type(fx.pty, "?");
	pty_wait(fx.pty, "key finds the record");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Reading the first rows");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Manual Process");
	fixture_end(&fx);
}
END_TEST

START_TEST(without_the_org_the_columns_are_there_and_formulas_are_tried)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.org_down = true;
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "Salesforce: acme.my.salesforce.com does not answer");
	pty_type(fx.pty, "jj");
	pty_wait(fx.pty, "OK sends \"14.28\"");
	fixture_end(&fx);
}
END_TEST

START_TEST(each_row_of_the_source_can_be_tried)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, "jj");
	pty_wait(fx.pty, "OK sends 14.28");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, "OK sends 0.6");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, "OK sends nothing: the field is left alone");
	pty_type(fx.pty, " ");
	pty_wait(fx.pty, "no further row");
	pty_type(fx.pty, "bb");
	pty_wait(fx.pty, "OK sends 14.28");
	fixture_end(&fx);
}
END_TEST

static void check_file(struct fixture *fx, const char *mapping)
{
	struct buf text = BUF_INIT(65536);
	struct err err = ERR_INIT;
	char *path = file_join(fx->home->interfaces, "order-lines.cfg");
	const char *at;

	ck_ok(file_read(&text, path, &err), &err);
	at = strstr(buf_str(&text), "mapping = ");
	ck_assert_ptr_nonnull(at);
	ck_assert_str_eq(at, mapping);
	buf_free(&text);
	free(path);
}

/* given lines that were moved, one removed, one changed / when each is taken back / then the file
 * is the one that was there, and what is not taken back is saved in the new order */
START_TEST(changes_are_taken_back_one_by_one_and_lines_change_places)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, "J");
	pty_wait(fx.pty, "not saved");
	pty_type(fx.pty, "jd");
	pty_wait(fx.pty, "Price__c is not mapped any more");
	pty_type(fx.pty, "gn");
	pty_wait(fx.pty, "Name: NULL now clears the field");
	pty_type(fx.pty, "u");
	pty_wait(fx.pty, "Undone; 2 more can be");
	pty_type(fx.pty, "u");
	pty_wait(fx.pty, "Undone; 1 more can be");
	pty_wait(fx.pty, "round(price * 1.19, 2)");
	pty_type(fx.pty, "u");
	pty_wait(fx.pty, "that was the first change here");
	pty_wait_gone(fx.pty, "not saved");
	pty_type(fx.pty, "u");
	pty_wait(fx.pty, "There is nothing to undo");
	pty_type(fx.pty, "gjK");
	pty_wait(fx.pty, "not saved");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Save it all the same?");
	pty_type(fx.pty, KEY_LEFT "\r");
	pty_wait(fx.pty, "Saved 'order-lines'");
	check_file(&fx, "mapping = (\n"
			"  { field = \"Name\"; column = \"name\"; }, { field = \"Order_No__c\"; "
			"column = \"order_no\"; },\n"
			"  { field = \"Price__c\"; formula = \"round(price * 1.19, 2)\"; },\n"
			"  { field = \"Source__c\"; value = \"ERP\"; } );\n");
	fixture_end(&fx);
}
END_TEST

/* A parent by external ID, a formula first wrong and then right, what names say; then the file. */
START_TEST(a_mapping_is_made_by_keys_and_saved_as_plain_text)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "Required, not mapped: Account__c");
	pty_type(fx.pty, "jjjjo");
	pty_wait(fx.pty, "Parent by, for Account__c");
	pty_wait(fx.pty, ">Ext_Id__c");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Column for Account__r.Ext_Id__c");
	pty_type(fx.pty, "custx");
	pty_wait(fx.pty, "Nothing has these letters");
	pty_type(fx.pty, "\177\r");
	pty_wait_gone(fx.pty, "Required, not mapped");
	pty_wait(fx.pty, "OK sends \"C-17\"");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "NULL clears the field");
	pty_type(fx.pty, "jf");
	pty_wait(fx.pty, "Customer__c: Customer, string(80)");
	pty_wait(fx.pty, "Nothing is typed yet");
	pty_type(fx.pty, "uper(customer)");
	pty_wait(fx.pty, "FAIL no such function: uper (at 1): did you mean upper?");
	pty_type(fx.pty, KEY_HOME "\013upper(nane)");
	pty_wait(fx.pty, "FAIL no such column: nane");
	pty_type(fx.pty, "\177\177\177me)");
	pty_wait(fx.pty, "OK sends \"BOLT M8\"");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "not saved");
	pty_type(fx.pty, "jt");
	pty_wait(fx.pty, "(o) Constant");
	pty_type(fx.pty, "Lost");
	pty_wait(fx.pty, "FAIL Status__c: bad value");
	pty_type(fx.pty, "\025New");
	pty_wait(fx.pty, "OK sends \"New\"");
	pty_type(fx.pty, KEY_F4 KEY_F4);
	pty_wait(fx.pty, "Saved 'order-lines'");
	pty_wait_gone(fx.pty, "not saved");
	check_file(&fx, "mapping = ( { field = \"Order_No__c\"; column = \"order_no\"; },\n"
			"  { field = \"Name\"; column = \"name\"; },\n"
			"  { field = \"Price__c\"; formula = \"round(price * 1.19, 2)\"; },\n"
			"  { field = \"Source__c\"; value = \"ERP\"; },\n"
			"  { field = \"Account__r.Ext_Id__c\"; column = \"customer\"; null = "
			"\"clear\"; },\n"
			"  { field = \"Customer__c\"; formula = \"upper(name)\"; },\n"
			"  { field = \"Status__c\"; value = \"New\"; } );\n");
	fixture_end(&fx);
}
END_TEST

START_TEST(what_fails_on_the_row_is_told_before_it_is_saved)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, " jjd");
	pty_wait(fx.pty, "Price__c is not mapped any more");
	pty_wait(fx.pty, "FAIL");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Required, and not mapped: Account__c");
	pty_wait(fx.pty, "Name: Product: data value too large");
	pty_type(fx.pty, "n"); /* go on editing */
	pty_wait_gone(fx.pty, "all the same");
	pty_wait(fx.pty, "not saved");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "all the same");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "Saved 'order-lines'");
	check_file(&fx, "mapping = ( { field = \"Order_No__c\"; column = \"order_no\"; },\n"
			"  { field = \"Name\"; column = \"name\"; },\n"
			"  { field = \"Source__c\"; value = \"ERP\"; } );\n");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_key_must_have_a_value_that_differs_by_row)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, "f");
	pty_wait(fx.pty, "(o) Formula");
	pty_type(fx.pty, "\025note" KEY_F4); /* NULL in this row */
	pty_wait(fx.pty, "FAIL the row has no key");
	pty_type(fx.pty, "t");
	pty_wait(fx.pty, "(o) Constant");
	pty_type(fx.pty, "K-1" KEY_F4);
	pty_wait(fx.pty, "OK sends \"K-1\"");
	pty_type(fx.pty, "jjjjc"); /* the required one */
	pty_wait(fx.pty, "Column for Account__c");
	pty_type(fx.pty, "cust\r");
	pty_wait(fx.pty, "Mapping: Upsert finds its records by Order_No__c");
	fixture_end(&fx);
}
END_TEST

static const char *const ways_out[] = { "\033", "1", "q", KEY_F10, ":interface list\r" };

START_TEST(no_way_out_loses_what_is_not_saved)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "not saved");
	pty_type(fx.pty, ways_out[_i]);
	pty_wait(fx.pty, "would be lost");
	pty_type(fx.pty, "n");
	pty_wait_gone(fx.pty, "would be lost");
	pty_wait(fx.pty, "not saved");
	fixture_end(&fx);
}
END_TEST

/* From nothing: object and query typed, the rest by name. */
START_TEST(a_new_interface_gets_its_mapping_in_the_editor)
{
	struct fixture fx;
	struct interface interface;
	struct err err = ERR_INIT;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "crm-sandbox");
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "New interface");
	pty_type(fx.pty, "fresh\t\t" KEY_RIGHT "\t" KEY_F6);
	pty_wait(fx.pty, "Which object is it?");
	pty_type(fx.pty, "Order_Line__c\t\t\tSELECT 1" KEY_F6);
	pty_wait(fx.pty, "Mapping of fresh");
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, "p");
	pty_wait(fx.pty, "4 mapped by name");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "NULL now clears");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Order_No__c = order_no");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Saved 'fresh'");
	interface_init(&interface);
	ck_ok(fx.catalog.interface(fx.catalog.self, &interface, "fresh", &err), &err);
	ck_assert_str_eq(interface.external_id, "Order_No__c");
	ck_assert_uint_eq(interface.mapping.count, 4);
	ck_assert_int_eq(interface.mapping.entries[0].nulls, NULL_CLEAR);
	ck_assert_int_eq(interface.mapping.entries[1].nulls, NULL_KEEP);
	interface_free_fields(&interface);
	fixture_end(&fx);
}
END_TEST

START_TEST(what_makes_no_interface_is_not_saved)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	editor(&fx);
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, "d");
	pty_wait(fx.pty, "Order_No__c is not mapped any more");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "Order_No__c is the external ID and must be mapped");
	fixture_end(&fx);
}
END_TEST

START_TEST(read_only_shows_and_changes_nothing)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.read_only = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "read-only");
	pty_wait(fx.pty, "crm-sandbox");
	pty_type(fx.pty, ":interface mapping order-lines\r");
	pty_wait(fx.pty, "row 1 of 3");
	pty_type(fx.pty, "d");
	pty_wait(fx.pty, "changes nothing");
	pty_type(fx.pty, "f");
	pty_settle(fx.pty, 100);
	ck_assert(pty_shows(fx.pty, "row 1 of 3"));
	fixture_end(&fx);
}
END_TEST

Suite *suite_mapping(void)
{
	Suite *suite = suite_create("screens/mapping");
	TCase *tc = tcase_create("mapping");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_source_that_hangs_keeps_nobody_waiting);
	tcase_add_test(tc, without_the_org_the_columns_are_there_and_formulas_are_tried);
	tcase_add_test(tc, each_row_of_the_source_can_be_tried);
	tcase_add_test(tc, a_mapping_is_made_by_keys_and_saved_as_plain_text);
	tcase_add_test(tc, changes_are_taken_back_one_by_one_and_lines_change_places);
	tcase_add_test(tc, a_key_must_have_a_value_that_differs_by_row);
	tcase_add_test(tc, what_fails_on_the_row_is_told_before_it_is_saved);
	tcase_add_loop_test(tc, no_way_out_loses_what_is_not_saved, 0, (int)ARRAY_SIZE(ways_out));
	tcase_add_test(tc, a_new_interface_gets_its_mapping_in_the_editor);
	tcase_add_test(tc, what_makes_no_interface_is_not_saved);
	tcase_add_test(tc, read_only_shows_and_changes_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
