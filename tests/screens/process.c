/* process.c — running, removing, filtering, exporting: what the tabs do beyond showing. */

#include "screens/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "screens/fixture.h"

static void interfaces(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
}

/* Of what a connection's runs wait for its row tells, its summary, and its interfaces. */
START_TEST(held_connection_says_so_on_both_tabs)
{
	struct err err = ERR_INIT;
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_wait(fx.pty, "orders-prod"); /* else there is no line to go down to */
	ck_ok(store_begin(fx.store, &err), &err);
	ck_ok(store_hold(fx.store, "orders-prod", "anna", "month end", &err), &err);
	ck_ok(store_commit(fx.store, &err), &err);
	pty_type(fx.pty, "1" KEY_DOWN);
	pty_wait(fx.pty, "Held by anna: month end, since");
	pty_wait(fx.pty, "agentboard connection release orders-prod");
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "orders-prod is held by anna: month end");
	fixture_end(&fx);
}
END_TEST

START_TEST(one_glance_tells_what_is_wrong_the_gravest_first)
{
	struct err err = ERR_INIT;
	struct fixture fx;

	fixture_init(&fx);
	fx.terminal.rows = 15;
	fx.terminal.cols = 60;
	fixture_start(&fx);
	pty_wait(fx.pty, "Monitor     12 failed"); /* what runs has to wait for more room */
	ck_ok(store_begin(fx.store, &err), &err);
	ck_ok(store_block(fx.store, "orders-prod", "invalid_client", &err), &err);
	ck_ok(store_commit(fx.store, &err), &err);
	pty_wait(fx.pty, "1 blocked +1");
	pty_resize(fx.pty, 24, 80);
	pty_wait(fx.pty, "1 blocked  12 failed  1 running");
	fixture_lose(&fx, 8, 3);
	pty_wait(fx.pty, "1 blocked  12 failed  3 unknown");
	fixture_hold(&fx, 999);
	pty_wait(fx.pty, "1 blocked  12 failed +2"); /* no room for all */
	pty_resize(fx.pty, 24, 100);
	pty_wait(fx.pty, "1 blocked  12 failed  3 unknown  999 held back");
	fixture_end(&fx);
}
END_TEST

START_TEST(ticked_interfaces_go_to_the_agent)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	interfaces(&fx);
	pty_type(fx.pty, "  p");
	pty_wait(fx.pty, "order-lines   Upsert Order_Line__c, 4,000 rows last time");
	pty_wait(fx.pty, "PRODUCTION:");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Run 100 and those after it are on the agent");
	fixture_end(&fx);
}
END_TEST

START_TEST(without_an_agent_one_is_started_and_that_is_said)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.agent_down = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent down");
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, "p\r");
	pty_wait(fx.pty, "No agent was up, so one was started");
	pty_wait(fx.pty, "agent up");
	fixture_end(&fx);
}
END_TEST

START_TEST(many_rows_to_production_want_the_orgs_name)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.process_refused = true;
	fixture_start(&fx);
	interfaces(&fx);
	pty_type(fx.pty, "p\r");
	pty_wait(fx.pty, "Name of the org");
	pty_type(fx.pty, "ACMF\r\r");
	pty_wait(fx.pty, "That is not what you typed"); /* and is asked for again */
	pty_type(fx.pty, "ACME\r\r");
	pty_wait(fx.pty, "Run 100 is on the agent");
	fixture_end(&fx);
}
END_TEST

START_TEST(removing_wants_the_name_letter_by_letter)
{
	struct fixture fx;
	char *path;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, ">crm-sandbox");
	pty_type(fx.pty, "D");
	pty_wait(fx.pty, "To confirm");
	pty_type(fx.pty, "crm-sandbo\r\r");
	pty_wait(fx.pty, "To confirm");
	pty_type(fx.pty, KEY_UP "x\r\r");
	pty_wait(fx.pty, "Removed 'crm-sandbox'");
	pty_wait(fx.pty, ">orders-prod");
	path = file_join(fx.home->connections, "crm-sandbox.cfg");
	ck_assert(!file_exists(path));
	free(path);
	fixture_end(&fx);
}
END_TEST

START_TEST(a_file_that_is_wrong_is_shown_with_what_is_wrong)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.broken_file = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "file is wrong");
	pty_wait(fx.pty, "broken.cfg:2");
	pty_type(fx.pty, "s");
	pty_wait(fx.pty, "Mend its file first");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_changed_file_shows_without_being_asked)
{
	struct fixture fx;
	char *path;
	struct err err = ERR_INIT;
	static const char text[] = "name = \"zebra\"; type = \"Agent File\";\n"
				   "source: { folder = \"/srv/z\"; };\n";

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, ">crm-sandbox");
	path = file_join(fx.home->connections, "zebra.cfg");
	ck_ok(file_write(path, text, strlen(text), 0600, &err), &err);
	pty_wait(fx.pty, "zebra");
	pty_wait(fx.pty, ">crm-sandbox");
	free(path);
	fixture_end(&fx);
}
END_TEST

START_TEST(rows_show_as_the_run_goes_on)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, ">12:04:11  order-lines  ORD-00001599  Completed");
	fixture_send(&fx, 8, 0);
	pty_wait(fx.pty, "ORD-00001799");
	pty_type(fx.pty, "k");
	pty_wait_gone(fx.pty, "following");
	fixture_send(&fx, 9, 0);
	pty_wait(fx.pty, "200 newer: G");
	pty_wait(fx.pty, "ORD-00001799"); /* it stands still */
	pty_type(fx.pty, "G");
	pty_wait(fx.pty, "ORD-00003999");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_long_list_is_walked_to_both_ends)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	pty_type(fx.pty, "g");
	pty_wait(fx.pty, ">22 Nov");
	pty_wait(fx.pty, "CON-00000000");
	for (int i = 0; i < 40; i++)
		pty_type(fx.pty, KEY_PGDN);
	pty_wait(fx.pty, "ACC-");
	pty_type(fx.pty, "G");
	pty_wait(fx.pty, ">12:04:11  order-lines  ORD-00003999  New");
	for (int i = 0; i < 40; i++)
		pty_type(fx.pty, KEY_PGUP);
	pty_wait_gone(fx.pty, "ORD-00003999");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_list_is_sorted_by_its_columns_where_it_is_not_too_long)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	pty_type(fx.pty, "Fs");
	pty_wait(fx.pty, "by key");
	pty_wait(fx.pty, ">22 Nov    contacts     CON-00000307");
	pty_type(fx.pty, "jS");
	pty_wait(fx.pty, "by key, downwards");
	pty_wait(fx.pty, ">12:04:11  order-lines  ORD-00000999");
	pty_type(fx.pty, ":sort cause\r");
	pty_wait(fx.pty, "by cause");
	pty_type(fx.pty, ":sort colour\r");
	pty_wait(fx.pty, "Sort by time, key");
	pty_type(fx.pty, "f");
	pty_wait(fx.pty, "following");
	pty_wait(fx.pty, ">12:04:11  order-lines  ORD-00000999");
	fixture_end(&fx);
}
END_TEST

START_TEST(what_is_marked_or_passes_the_filter_is_written_as_csv)
{
	struct fixture fx;
	struct buf text = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;
	char path[512];
	int lines = 0;

	fixture_init(&fx);
	fixture_start(&fx);
	snprintf(path, sizeof(path), "%s/failed.csv", fx.home->data);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	pty_type(fx.pty, "F");
	pty_wait(fx.pty, "ORD-00000999");
	pty_type(fx.pty, "w\025");
	pty_type(fx.pty, path);
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "12 messages written to");
	ck_ok(file_read(&text, path, &err), &err);
	for (const char *at = buf_str(&text); (at = strchr(at, '\n')); at++)
		lines++;
	ck_assert_int_eq(lines, 13);
	snprintf(path, sizeof(path), "%s/marked.csv", fx.home->data);
	pty_type(fx.pty, "kk  "); /* those two alone */
	pty_wait(fx.pty, "2 marked");
	pty_type(fx.pty, "w\025");
	pty_type(fx.pty, path);
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, " 2 messages written to");
	buf_reset(&text);
	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "ORD-00000997"));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "ORD-00000998"));
	ck_assert_ptr_null(strstr(buf_str(&text), "ORD-00000999"));
	buf_free(&text);
	fixture_end(&fx);
}
END_TEST

START_TEST(an_interface_is_made_from_the_form)
{
	struct fixture fx;
	struct interface interface;
	struct err err = ERR_INIT;

	fixture_init(&fx);
	fixture_start(&fx);
	interfaces(&fx);
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "New interface");
	pty_type(fx.pty, "products\tCatalogue\t\tProduct2\t\tSku__c\t");
	pty_type(fx.pty, "SELECT sku,\rname FROM product\t");
	pty_type(fx.pty, "Sku__c = sku\rName = formula: upper(name)\rFamily = \"ERP\"\rBroken");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "line 4 has no '='");
	pty_type(fx.pty, "\025" KEY_F4);
	pty_wait(fx.pty, "Saved 'products'");
	interface_init(&interface);
	ck_ok(fx.catalog.interface(fx.catalog.self, &interface, "products", &err), &err);
	ck_assert_str_eq(interface.query, "SELECT sku,\nname FROM product");
	ck_assert_str_eq(interface.external_id, "Sku__c");
	ck_assert_int_eq(interface.sequence, 40);
	ck_assert_uint_eq(interface.mapping.count, 3);
	ck_assert_int_eq(interface.mapping.entries[1].kind, MAPPING_FORMULA);
	ck_assert_str_eq(interface.mapping.entries[2].text, "ERP");
	interface_free_fields(&interface);
	fixture_end(&fx);
}
END_TEST

START_TEST(what_became_of_the_rows_of_a_run_is_told_whole_where_it_is_narrow)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.terminal.rows = 15;
	fx.terminal.cols = 60;
	fixture_start(&fx);
	fixture_hold(&fx, 1234);
	fixture_stop(&fx, "halted");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "Run 3 order-lines  5,234 rows  Stopped");
	pty_wait(fx.pty, "held 1,234");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_run_with_rows_pending_is_resumed)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	interfaces(&fx);
	pty_type(fx.pty, "j\r");
	pty_wait(fx.pty, "Collections, 4,000 rows");
	pty_type(fx.pty, "R");
	pty_wait(fx.pty, "Run 3 is being resumed");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_run_that_nobody_carries_has_no_pace)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.abandoned = true;
	fixture_start(&fx);
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "40%  waits for the agent");
	pty_wait_gone(fx.pty, "ETA");
	fixture_end(&fx);
}
END_TEST

START_TEST(why_a_run_stopped_is_told_to_its_last_word)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	fixture_stop(&fx,
		"halted: 1000 rows in a row cannot be sent: REQUIRED_FIELD_MISSING: Required "
		"fields are missing: [Name]; mend them and resume");
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "Stopped: 9 failed");
	pty_type(fx.pty, "j");
	pty_wait(fx.pty, "Run 3: halted: 1000 rows");
	pty_wait(fx.pty, "[Name]; mend them and");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Runs of order-lines");
	pty_wait(fx.pty, "Collections: halted: 1000 rows");
	pty_wait(fx.pty, "[Name]; mend them and");
	fixture_end(&fx);
}
END_TEST

Suite *suite_process(void)
{
	Suite *suite = suite_create("screens/process");
	TCase *tc = tcase_create("process");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, held_connection_says_so_on_both_tabs);
	tcase_add_test(tc, one_glance_tells_what_is_wrong_the_gravest_first);
	tcase_add_test(tc, ticked_interfaces_go_to_the_agent);
	tcase_add_test(tc, without_an_agent_one_is_started_and_that_is_said);
	tcase_add_test(tc, many_rows_to_production_want_the_orgs_name);
	tcase_add_test(tc, removing_wants_the_name_letter_by_letter);
	tcase_add_test(tc, a_file_that_is_wrong_is_shown_with_what_is_wrong);
	tcase_add_test(tc, a_changed_file_shows_without_being_asked);
	tcase_add_test(tc, what_became_of_the_rows_of_a_run_is_told_whole_where_it_is_narrow);
	tcase_add_test(tc, a_run_with_rows_pending_is_resumed);
	tcase_add_test(tc, a_run_that_nobody_carries_has_no_pace);
	tcase_add_test(tc, why_a_run_stopped_is_told_to_its_last_word);
	tcase_add_test(tc, rows_show_as_the_run_goes_on);
	tcase_add_test(tc, a_long_list_is_walked_to_both_ends);
	tcase_add_test(tc, a_list_is_sorted_by_its_columns_where_it_is_not_too_long);
	tcase_add_test(tc, what_is_marked_or_passes_the_filter_is_written_as_csv);
	tcase_add_test(tc, an_interface_is_made_from_the_form);
	suite_add_tcase(suite, tc);
	return suite;
}
