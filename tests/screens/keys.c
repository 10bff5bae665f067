/*
 * keys.c — every binding of every page is pressed on its page, and does what its row here says. A
 * binding without a row fails the last test, so that no key can be promised and do nothing.
 */

#include "screens/suites.h"

#include "base/text.h"
#include "screens/fixture.h"
#include "tui/board/state.h"

/* Ways to a page: what to type, and what then stands there. */
static const struct way {
	const struct page_ops *page;
	const char *const keys[4];
	const char *const texts[4];
} ways[] = {
	{ &connections_ops, { "" }, { "crm-sandbox" } },
	{ &interfaces_ops, { "2" }, { "1,204 ok" } },
	{ &monitor_ops, { "3" }, { "ORD-00001599" } },
	{ &wizard_ops, { "n" }, { "SQLite3" } },
	{ &interface_form_ops, { "2", "e" }, { "1,204 ok", "Interface accounts" } },
	{ &history_ops, { "2", "\r" }, { "1,204 ok", "within the threshold" } },
	{ &message_ops, { "3", "F", "\r" }, { "ORD-00001599", "ORD-00000999", "Payload" } },
	{ &backlog_ops, { "3", "b" }, { "ORD-00001599", "Rows a minute" } },
	{ &causes_ops, { "3", "C" }, { "ORD-00001599", "12 failed by cause" } },
	{ &payload_form_ops, { "3", "F", "e" }, { "ORD-00001599", "ORD-00000999", "checked" } },
	{ &preview_ops, { "2", "v" }, { "1,204 ok", "no such table" } },
	{ &preview_row_ops, { "2", "j", "v", "\r" },
		{ "1,204 ok", "SELECT order_no", "3 rows", "To Salesforce" } },
	{ &mapping_ops, { "2", "j", "m" }, { "1,204 ok", "SELECT order_no", "row 1 of 3" } },
	{ &mapping_pick_ops, { "2", "j", "m", "\r" },
		{ "1,204 ok", "SELECT order_no", "row 1 of 3", "Column for Order_No__c" } },
	{ &mapping_form_ops, { "2", "j", "m", "f" },
		{ "1,204 ok", "SELECT order_no", "row 1 of 3", "Filled from" } },
	{ &help_ops, { "?" }, { "Everywhere" } },
	{ &log_ops, { KEY_F7 }, { "Log of the agent" } },
	{ &agent_form_ops, { KEY_F8 }, { "Runs at once" } },
	{ &first_ops, { "", "j", "i" }, { "crm-sandbox", "ORG:ACME", "sales.customer" } },
	{ &checklist_ops, { "", "c" }, { "crm-sandbox", "16 open" } },
};

static const struct press {
	const struct page_ops *page; /* NULL = everywhere: tried on the first tab */
	int key;
	const char *bytes;
	const char *expected;	   /* on the screen afterwards, not before; NULL = the board ends */
	bool gone;		   /* the other way round */
	const char *first, *there; /* typed before it, and what then stands there */
} presses[] = {
	{ &connections_ops, 'n', "n", "step 1 of 4" },
	{ &connections_ops, K_ENTER, "\r", "Connection crm-sandbox" },
	{ &connections_ops, 'a', "a", "Ping Agent Connection: crm-sandbox" },
	{ &connections_ops, 'A', "A", "AgentboardPing answers" },
	{ &connections_ops, 's', "s", "Ping Salesforce Connection: crm-sandbox" },
	{ &connections_ops, 'c', "c", "Set-up of Salesforce for crm-sandbox" },
	{ &connections_ops, 'i', "i", "into which object?" },
	{ &connections_ops, 'D', "D", "To confirm, type its name" },
	{ &connections_ops, '/', "/", "Part of a name, type" },
	{ &interfaces_ops, ' ', " ", "[x]  10" },
	{ &interfaces_ops, 'p', "p", "The agent carries it" },
	{ &interfaces_ops, 'n', "n", "New interface" },
	{ &interfaces_ops, 'e', "e", "Interface accounts" },
	{ &interfaces_ops, 'v', "v", "no such table" },
	{ &interfaces_ops, 'm', "m", "Mapping of accounts" },
	{ &interfaces_ops, K_ENTER, "\r", "Runs of accounts" },
	{ &interfaces_ops, 'd', "d", "sends nothing" },
	{ &interfaces_ops, 'x', "x", "accounts has no run under way" },
	{ &interfaces_ops, 's', "s", "accounts is not scheduled yet" },
	{ &interfaces_ops, '*', "*", "[x]  30" },
	{ &interfaces_ops, '/', "/", "Part of a name, object" },
	{ &interfaces_ops, 'D', "D", "To confirm, type its name" },
	{ &monitor_ops, 'f', "f", "more below: G" },
	{ &monitor_ops, 'F', "F", "filter  status:failed,unknown !is:superseded" },
	{ &monitor_ops, '/', "/", "! inverts" },
	{ &monitor_ops, K_ENTER, "\r", "Payload" },
	{ &monitor_ops, 'r', "r", "1 x it is Completed" },
	{ &monitor_ops, 'e', "e", "its payload can no longer be edited" },
	{ &monitor_ops, 'c', "c", "0 would be cancelled" },
	{ &monitor_ops, 'u', "u", "What is known" },
	{ &monitor_ops, ' ', " ", "1 marked" },
	{ &monitor_ops, '*', "*", "all of these are marked" },
	{ &monitor_ops, 'C', "C", "by cause" },
	{ &monitor_ops, 'Y', "Y", "https://acme.my.salesforce.com/a015g0000003599AAA" },
	{ &monitor_ops, 'o', "o", "Runs of order-lines" },
	{ &monitor_ops, 'i', "i", ">[ ]  20 order-lines" },
	{ &monitor_ops, 'b', "b", "Rows a minute" },
	{ &monitor_ops, 's', "s", "by key" },
	{ &monitor_ops, 'S', "S", "The last stored stand at the end; s sorts" },
	{ &monitor_ops, 'w', "w", "messages.csv" },
	{ &monitor_ops, 'x', "x", "Let it go on" },
	{ &connections_ops, K_ENTER, "\r", "The filter hides all of them: Esc shows", false,
		"/zzz\r", "No connection has these words" },
	{ &interfaces_ops, 'p', "p", "The filter hides all of them: Esc shows", false, "/zzz\r",
		"No interface has these words" },
	{ &wizard_ops, K_F(3), KEY_F3, "Give the connection a name" },
	{ &wizard_ops, K_F(3), KEY_F3, "ping OK 12 ms", false,
		"orders\t\t\t\t\t/srv/erp/orders.db" KEY_F4, "step 2 of 4" },
	{ &wizard_ops, K_F(4), KEY_F4, "Give the connection a name" },
	{ &wizard_ops, K_F(6), KEY_F6, "Set-up of Salesforce for" },
	{ &wizard_ops, K_F(9), KEY_F9, "Give the connection a name first" },
	{ &wizard_ops, K_ESC, "\033", "Ping Agent" },
	{ &interface_form_ops, K_F(4), KEY_F4, "Saved 'accounts'" },
	{ &interface_form_ops, K_F(6), KEY_F6, "Mapping of accounts" },
	{ &interface_form_ops, K_ESC, "\033", "Manual Process" },
	{ &history_ops, K_ENTER, "\r", "filter  run:2" },
	{ &history_ops, 'x', "x", "This run has ended" },
	{ &history_ops, 'R', "R", "Run 2 is over. Enter shows its messages" },
	{ &message_ops, 'y', "y", "on the clipboard" },
	{ &message_ops, 'Y', "Y", "there is no record yet" },
	{ &message_ops, 'R', "R", "The request is on the clipboard" },
	{ &message_ops, 'S', "S", "The response is on the clipboard" },
	{ &message_ops, '[', "[", "There is no earlier attempt" },
	{ &message_ops, ']', "]", "There is no later attempt" },
	{ &message_ops, 'o', "o", "Runs of order-lines" },
	{ &message_ops, 'i', "i", ">[ ]  20 order-lines" },
	{ &message_ops, 's', "s", "code:REQUIRED_FIELD_MISSING" },
	{ &message_ops, 'r', "r", "1 would be sent again" },
	{ &message_ops, 'e', "e", "Payload of message" },
	{ &message_ops, 'c', "c", "1 would be cancelled" },
	{ &message_ops, 'u', "u", "What is known" },
	{ &backlog_ops, K_ENTER, "\r", "interface:order-lines status:new,processing" },
	{ &causes_ops, K_ENTER, "\r", "status:failed code:REQUIRED_FIELD_MISSING field:Name" },
	{ &causes_ops, 'r', "r", "12 would be sent again" },
	{ &payload_form_ops, K_F(4), KEY_F4, "Nothing was changed" },
	{ &payload_form_ops, K_F(6), KEY_F6, "Nothing was changed" },
	{ &payload_form_ops, K_ESC, "\033", "F Failures" },
	{ &preview_ops, K_ENTER, "\r", "There is no row to open" },
	{ &preview_ops, 'F', "F", "No row here would fail" },
	{ &preview_row_ops, K_ESC, "\033", "3 rows, 1 would fail" },
	{ &mapping_ops, K_ENTER, "\r", "Column for Order_No__c" },
	{ &mapping_ops, K_F(4), KEY_F4, "Nothing was changed here" },
	{ &mapping_ops, K_ESC, "\033", "Manual Process" },
	{ &mapping_ops, 'f', "f", "(o) Formula" },
	{ &mapping_ops, 't', "t", "(o) Constant" },
	{ &mapping_ops, 'p', "p", "1 mapped by name" },
	{ &mapping_ops, 'd', "d", "Order_No__c is not mapped any more" },
	{ &mapping_ops, K_DELETE, "\033[3~", "Order_No__c is not mapped any more" },
	{ &mapping_ops, 'o', "o", "Order_No__c is no lookup" },
	{ &mapping_ops, 'u', "u", "There is nothing to undo" },
	{ &mapping_ops, 'K', "K", "Order_No__c is the first line" },
	{ &mapping_ops, 'J', "JJJJ", "Order_No__c is the last line" },
	{ &mapping_ops, 'n', "n", "NULL now clears the field" },
	{ &mapping_ops, 'x', "x", "Records are found by Order_No__c" },
	{ &mapping_ops, 'X', "jX", "Records are found by Order_No__c, Name" },
	{ &mapping_ops, 'c', "c", "Column for Order_No__c" },
	{ &mapping_ops, 'a', "a", "A field's API name" },
	{ &mapping_pick_ops, K_ENTER, "\r", "row 1 of 3" },
	{ &mapping_pick_ops, K_ESC, "\033", "row 1 of 3" },
	{ &mapping_form_ops, K_F(4), KEY_F4, "not saved" },
	{ &mapping_form_ops, K_F(3), KEY_F3, "Row 2 of 3" },
	{ &mapping_form_ops, K_ESC, "\033", "row 1 of 3" },
	{ &mapping_ops, ' ', " ", "row 2 of 3" },
	{ &mapping_ops, 'b', "b", "no earlier row" },
	{ &mapping_ops, 'v', "v", "Preview of order-lines: 3 rows, 1 would fail" },
	{ &mapping_ops, '/', "/", "Part of a column's" },
	{ &help_ops, ' ', " ", "Fetch and paint everything again" },
	{ &log_ops, 'f', "f", "following", true },
	{ &log_ops, '/', "/", "level:warn" },
	{ &agent_form_ops, K_F(4), KEY_F4, "Saved. The running agent" },
	{ &agent_form_ops, K_ESC, "\033", "Ping Agent" },
	{ &first_ops, K_ENTER, "\r", "into which object?" },
	{ &first_ops, 'v', "v", "Choose table and object first" },
	{ &first_ops, 'd', "d", "Choose table and object first" },
	{ &first_ops, 't', "t", "Choose table and object first" },
	{ &first_ops, '/', "/", "Part of a name" },
	{ &checklist_ops, ' ', " ", ">ticked" },
	{ &checklist_ops, K_ENTER, "\r", "OK" },
	{ &checklist_ops, 's', "s", "ping of Salesforce" },
	{ &checklist_ops, 'a', "a", "1 known" },
	{ &checklist_ops, 'A', "A", "ping from Salesforce" },
	{ NULL, K_F(7), KEY_F7, "Log of the agent" },
	{ NULL, K_F(8), KEY_F8, "Runs at once" },
	{ NULL, '?', "?", "Everywhere" },
	{ NULL, K_F(1), KEY_F1, "Everywhere" },
	{ NULL, ':', ":", "Tab complete" },
	{ NULL, '1', "1", "Ping Agent", false, "2", "Manual Process" },
	{ NULL, '2', "2", "Manual Process" },
	{ NULL, '3', "3", "F Failures" },
	{ NULL, K_TAB, "\t", "Manual Process" },
	{ NULL, K_BACKTAB, KEY_BTAB, "F Failures" },
	{ NULL, K_NONE, ":mouse\r", "The mouse is on" },
	{ NULL, K_NONE, ":bell\r", "The bell is on" },
	{ NULL, K_F(5), KEY_F5, "The bell is on", true, ":bell\r", "The bell is on" },
	{ NULL, K_ESC, "\033", "The bell is on", true, ":bell\r", "The bell is on" },
	{ NULL, 'q', "q", NULL },
	{ NULL, K_F(10), KEY_F10, NULL },
	{ NULL, K_CTRL('Q'), "\021", NULL },
};

static void go(struct fixture *fx, const struct way *way)
{
	pty_wait(fx->pty, "agent up");
	for (int i = 0; i < 4 && way->texts[i]; i++) {
		if (*way->keys[i])
			pty_type(fx->pty, way->keys[i]);
		pty_wait(fx->pty, way->texts[i]);
	}
}

static const struct way *way_to(const struct page_ops *page)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		if (ways[i].page == page)
			return &ways[i];
	}
	return &ways[0];
}

START_TEST(a_key_does_on_its_page_what_it_promises)
{
	const struct press *press = &presses[_i];
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	go(&fx, way_to(press->page));
	if (press->first) {
		pty_type(fx.pty, press->first);
		pty_wait(fx.pty, press->there);
	}
	if (press->gone) /* else it would prove nothing */
		pty_wait(fx.pty, press->expected);
	else if (press->expected)
		pty_wait_gone(fx.pty, press->expected);
	pty_type(fx.pty, press->bytes);
	if (!press->expected)
		ck_assert_int_eq(pty_wait_exit(fx.pty), 0);
	else if (press->gone)
		pty_wait_gone(fx.pty, press->expected);
	else
		pty_wait(fx.pty, press->expected);
	fixture_end(&fx);
}
END_TEST

static bool is_pressed(const struct page_ops *page, int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(presses); i++) {
		if (presses[i].page == page && presses[i].key == key)
			return true;
	}
	return false;
}

static void check_table(const struct page_ops *page, const struct key_binding *table)
{
	char name[KEY_NAME_MAX];

	for (const struct key_binding *b = table; b && b->name; b++)
		ck_assert_msg(is_pressed(page, b->key), "no test presses %s (%s)",
			keys_name(name, b->key), b->name);
}

START_TEST(no_binding_is_left_out_here)
{
	for (const struct page_ops *const *page = board_all_pages; *page; page++)
		check_table(*page, (*page)->keys);
	check_table(NULL, board_keys);
}
END_TEST

static bool is_named(const struct page_ops *page, const char *key, size_t len)
{
	char name[KEY_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(presses); i++) {
		if (presses[i].page != page && presses[i].page)
			continue;
		keys_name(name, presses[i].key);
		if (strlen(name) == len && strncmp(name, key, len) == 0)
			return true;
	}
	return false;
}

/* "n New  Enter Open": each key that stands there is pressed by a row above. */
static void check_bottom_line(struct pty *pty, const struct page_ops *page)
{
	int rows;
	int cols;
	int count = 0;

	pty_size(pty, &rows, &cols);
	for (const char *at = pty_line(pty, rows - 1) + 1; *at; count++) {
		const char *end = strstr(at, "  ");
		size_t len = strcspn(at, " ");

		ck_assert_msg(is_named(page, at, len), "no test presses %.*s of \"%s\"", (int)len,
			at, page->name);
		at = end ? end + 2 : at + strlen(at);
	}
	ck_assert_int_ge(count, 2);
}

/* On the command line, Tab completes the name of an action that is there. */
static void check_names(struct pty *pty, const struct key_binding *table)
{
	char text[80];

	for (const struct key_binding *b = table; b->name; b++) {
		snprintf(text, sizeof(text), "\025%.*s\t", (int)strlen(b->name) - 1, b->name);
		pty_type(pty, text);
		snprintf(text, sizeof(text), ":%s", b->name);
		pty_wait(pty, text);
	}
}

static void check_help(struct pty *pty, const struct key_binding *table)
{
	char key[KEY_NAME_MAX];
	char text[120];

	for (const struct key_binding *b = table; b->name; b++) {
		bool fits = strlen(b->name) <= 17; /* else it stands before what it does */

		snprintf(text, sizeof(text), "  %-9s %-17s %s%s%s",
			b->key ? keys_name(key, b->key) : ":", fits ? b->name : "",
			fits ? "" : b->name, fits ? "" : ": ", b->help);
		if (!(b->flags & BIND_HIDDEN))
			pty_wait(pty, text);
	}
}

START_TEST(a_page_has_key_command_and_help_for_each_action)
{
	const struct way *way = &ways[_i];
	const struct page_ops *page = way->page;
	struct fixture fx;

	fixture_init(&fx);
	fx.terminal.rows = 100;
	fx.terminal.cols = 250;
	fixture_start(&fx);
	go(&fx, way);
	pty_settle(fx.pty, 50);
	check_bottom_line(fx.pty, page);
	if (!page->typing) { /* there ':' is a letter */
		pty_type(fx.pty, ":");
		pty_wait(fx.pty, "Up earlier");
		check_names(fx.pty, page->keys);
		if (way == ways) /* they are the same everywhere */
			check_names(fx.pty, board_keys);
		pty_type(fx.pty, "\033");
		pty_wait_gone(fx.pty, "Up earlier");
	}
	pty_type(fx.pty, KEY_F1);
	pty_wait(fx.pty, "This board");
	check_help(fx.pty, board_keys);
	if (!page->keys_now && page != &help_ops)
		check_help(fx.pty, page->keys);
	fixture_end(&fx);
}
END_TEST

START_TEST(no_page_binds_a_key_or_a_name_twice)
{
	for (const struct page_ops *const *page = board_all_pages; *page; page++) {
		for (const struct key_binding *a = (*page)->keys; a && a->name; a++) {
			ck_assert_ptr_eq(keys_find((*page)->keys, a->key), a);
			ck_assert_msg(keys_find_name((*page)->keys, a->name)->run == a->run,
				"the command line cannot tell two of \"%s\" apart", a->name);
		}
	}
}
END_TEST

START_TEST(read_only_refuses_what_writes)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.read_only = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "read-only");
	pty_type(fx.pty, "n");
	pty_wait(fx.pty, "changes nothing");
	pty_type(fx.pty, "2");
	pty_wait(fx.pty, "1,204 ok");
	pty_type(fx.pty, "p");
	pty_wait(fx.pty, "changes nothing");
	fixture_end(&fx);
}
END_TEST

START_TEST(read_only_offers_only_what_it_does)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.read_only = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "Enter Open");
	pty_wait_gone(fx.pty, "n New");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "/ Filter  Enter Detail");
	pty_wait_gone(fx.pty, "Reprocess");
	fixture_end(&fx);
}
END_TEST

START_TEST(an_action_runs_by_its_name_from_any_tab)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_wait(fx.pty, "FAIL");
	pty_type(fx.pty, ":interface edit contacts\r");
	pty_wait(fx.pty, "Interface contacts");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Manual Process");
	pty_type(fx.pty, ":filter run:1 status:failed\r");
	pty_wait(fx.pty, "No interface has these words");
	pty_type(fx.pty, "3:filter run:1 status:failed\r");
	pty_wait(fx.pty, "CON-00000309");
	pty_type(fx.pty, ":pnig agent\r");
	pty_wait(fx.pty, "did you mean 'ping agent'?");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_filter_is_completed_where_the_cursor_is)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	pty_type(fx.pty, "/in\t");
	pty_wait(fx.pty, "interface:  integration:");
	pty_type(fx.pty, "rf\tcon\t!ST\tfa\t");
	pty_wait(fx.pty, "/interface:contacts !status:failed");
	pty_type(fx.pty, "\bx\t");
	pty_wait(fx.pty, "No known value of status: begins like that");
	pty_type(fx.pty, "\b,c\t");
	pty_wait(fx.pty, "completed  cancelled");
	pty_type(fx.pty, "o\t\r");
	pty_wait(fx.pty, "filter  interface:contacts !status:failed,completed");
	pty_type(fx.pty, "/\025status:faild\r");
	pty_wait(fx.pty, "        ^ \"faild\" is not a status");
	pty_type(fx.pty, "\001\006\006\006\006\006\006\006\006\006\006\t"); /* fai|ld */
	pty_wait(fx.pty, "/status:failed ld");
	pty_type(fx.pty, "\033:filter run:1 sta\t");
	pty_wait(fx.pty, ":filter run:1 status:");
	pty_type(fx.pty, "\025message cancel --filter obj\tord\t");
	pty_wait(fx.pty, ":message cancel --filter object:Order_Line__c");
	fixture_end(&fx);
}
END_TEST

START_TEST(what_was_entered_comes_back_each_at_its_own_question)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3/status:failed\r/\025run:1\r/\025status:failed\r");
	pty_wait(fx.pty, "filter  status:failed");
	pty_wait(fx.pty, "ORD-00000999");
	pty_type(fx.pty, "/\025!code:re\t");
	pty_wait(fx.pty, "/!code:REQUIRED_FIELD_MISSING"); /* of those that are shown */
	pty_type(fx.pty, "\033/\025half" KEY_UP KEY_UP KEY_UP);
	pty_wait(fx.pty, "/run:1"); /* what was entered twice is there once */
	pty_type(fx.pty, KEY_DOWN);
	pty_wait(fx.pty, "/status:failed");
	pty_type(fx.pty, KEY_DOWN KEY_DOWN "way");
	pty_wait(fx.pty, "/halfway");
	pty_type(fx.pty, "\033:sort key\r");
	pty_wait(fx.pty, "by key");
	pty_type(fx.pty, "::" KEY_UP KEY_UP);
	pty_wait(fx.pty, ":sort key");
	fixture_end(&fx);
}
END_TEST

Suite *suite_keys(void)
{
	Suite *suite = suite_create("screens/keys");
	TCase *tc = tcase_create("keys");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(
		tc, a_key_does_on_its_page_what_it_promises, 0, (int)ARRAY_SIZE(presses));
	tcase_add_test(tc, no_binding_is_left_out_here);
	tcase_add_test(tc, no_page_binds_a_key_or_a_name_twice);
	tcase_add_test(tc, read_only_refuses_what_writes);
	tcase_add_test(tc, read_only_offers_only_what_it_does);
	tcase_add_test(tc, an_action_runs_by_its_name_from_any_tab);
	tcase_add_test(tc, a_filter_is_completed_where_the_cursor_is);
	tcase_add_test(tc, what_was_entered_comes_back_each_at_its_own_question);
	suite_add_tcase(suite, tc);
	tc = tcase_create("pages");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(
		tc, a_page_has_key_command_and_help_for_each_action, 0, (int)ARRAY_SIZE(ways));
	suite_add_tcase(suite, tc);
	return suite;
}
