/* verbs.c — reprocess, cancel and resolve: which messages are meant, what is shown before, what the
 * agent is asked for, and what is refused. */

#include "screens/suites.h"

#include "base/text.h"
#include "screens/fixture.h"

#define WHO " by anna (ssh 10.0.0.7)"

static void failures(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "3");
	pty_wait(fx->pty, "ORD-00001599");
	pty_type(fx->pty, "F");
	pty_wait(fx->pty, "ORD-00000999");
}

START_TEST(marked_messages_are_reprocessed_and_no_others)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	failures(&fx);
	pty_type(fx.pty, "kkk  ");
	pty_wait(fx.pty, "2 marked");
	pty_type(fx.pty, "r");
	pty_wait(fx.pty, "2 would be sent again");
	pty_wait(fx.pty, "over orders-prod to ACME, PRODUCTION");
	pty_wait(fx.pty, "ORD-00000996, ORD-00000997");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "2 sent again");
	pty_wait_gone(fx.pty, "marked");
	ck_assert_str_eq(fixture_asked(&fx), "reprocess 2 of 2" WHO "\n");
	fixture_end(&fx);
}
END_TEST

START_TEST(all_that_pass_the_filter_go_once_name_and_number_are_typed)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.process_refused = true;
	fixture_start(&fx);
	failures(&fx);
	pty_type(fx.pty, "*r");
	pty_wait(fx.pty, "12 would be sent again");
	pty_wait(fx.pty, "and 6 more");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Number of messages");
	pty_type(fx.pty, "ACME\r11\r\r"); /* not that many: the button stays shut */
	pty_wait(fx.pty, "( Send them )");
	ck_assert_str_eq(fixture_asked(&fx), "");
	pty_type(fx.pty, KEY_UP KEY_UP "X" KEY_DOWN "\b2\r\r");
	pty_wait(fx.pty, "That is not what you typed");
	pty_type(fx.pty, "ACME\r12\r\r");
	pty_wait(fx.pty, "12 sent again");
	ck_assert_str_eq(fixture_asked(&fx), "reprocess 12 of 12" WHO "\n");
	fixture_end(&fx);
}
END_TEST

START_TEST(what_would_be_refused_is_told_before_and_no_leaves_all_as_it_is)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	failures(&fx);
	pty_type(fx.pty, ":message cancel --filter run:2\r");
	pty_wait(fx.pty, "0 would be cancelled");
	pty_wait(fx.pty, "1,204 refused");
	pty_wait(fx.pty, "( Give them up (0) )");
	pty_type(fx.pty, "y\r");
	pty_wait_gone(fx.pty, "Give them up");
	pty_type(fx.pty, ":message cancel --filter key:ORD-0000399*\r");
	pty_wait(fx.pty, "10 would be cancelled");
	pty_type(fx.pty, "\r"); /* the cursor is on No */
	pty_wait_gone(fx.pty, "would be cancelled");
	ck_assert_str_eq(fixture_asked(&fx), "");
	pty_type(fx.pty, ":message cancel all\r");
	pty_wait(fx.pty, "'all' cannot be read here");
	fixture_end(&fx);
}
END_TEST

START_TEST(many_are_given_up_in_production_once_name_and_number_are_typed)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	failures(&fx);
	pty_type(fx.pty, ":message cancel --filter run:3\r");
	pty_wait(fx.pty, "Give them up (2,400)");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "more than 1000 messages would be given up in the");
	pty_type(fx.pty, "ACMX\r2400\r\r");
	pty_wait(fx.pty, "That is not what you typed");
	pty_type(fx.pty, "ACME\r2399\r\r"); /* not that many: the button stays shut */
	pty_wait(fx.pty, "( Give them up )");
	ck_assert_str_eq(fixture_asked(&fx), "");
	pty_type(fx.pty, KEY_UP "\b\b\b400\r\r");
	pty_wait(fx.pty, "2,400 cancelled");
	ck_assert(text_starts(fixture_asked(&fx), "cancel "));
	fixture_end(&fx);
}
END_TEST

/* given the failures, marked by the filter / then c refuses them and says how they are given up
 * here, and marked one by one they are */
START_TEST(failures_are_given_up_once_marked_by_hand)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	failures(&fx);
	pty_type(fx.pty, "*c");
	pty_wait(fx.pty, "mark it with Space");
	pty_wait(fx.pty, "0 would be cancelled");
	pty_type(fx.pty, "\r*kk  c");
	pty_wait(fx.pty, "2 would be cancelled");
	fixture_end(&fx);
}
END_TEST

START_TEST(an_unknown_message_is_settled_by_what_a_person_says)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	failures(&fx);
	fixture_lose(&fx, 8, 3);
	pty_wait(fx.pty, "ORD-00001799");
	pty_type(fx.pty, "r");
	pty_wait(fx.pty, "By force...");
	pty_type(fx.pty, "n:message resolve --as sent\r");
	pty_wait(fx.pty, "'--as' cannot be read here");
	pty_type(fx.pty, "u");
	pty_wait(fx.pty, "What is known");
	pty_type(fx.pty, "\ra01\r");
	pty_wait(fx.pty, "( Go on )"); /* that is no Id */
	pty_type(fx.pty, KEY_UP "5g0000000001\r\r");
	pty_wait(fx.pty, "1 would be Completed");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "1 settled as Completed");
	pty_type(fx.pty, ":message resolve --as not-sent --filter status:unknown\r");
	pty_wait(fx.pty, "3 would be sent");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "3 settled as not sent");
	ck_assert_str_eq(fixture_asked(&fx),
		"resolve as completed 1 of 1" WHO
		" as a015g0000000001\nresolve as not sent 3 of 3" WHO "\n");
	fixture_end(&fx);
}
END_TEST

static void edit(struct fixture *fx)
{
	failures(fx);
	pty_type(fx->pty, "e");
	pty_wait(fx->pty, "checked against Order_Line__c");
	pty_wait(fx->pty, "Order Line Name, string, needed, 10 characters");
}

START_TEST(what_cannot_be_edited_says_so_before_anything_is_typed)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "Completed");
	pty_type(fx.pty, "/status:completed\r");
	pty_wait(fx.pty, "filter  status:completed");
	pty_type(fx.pty, "e");
	pty_wait(fx.pty, "it is Completed: its payload can no longer be edited");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "filter  status:completed");
	pty_type(fx.pty, "/key:ORD*\r"); /* a word more */
	pty_wait(fx.pty, "filter  status:completed key:ORD*");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_payload_is_edited_where_it_failed_and_sent_again)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	edit(&fx);
	pty_type(fx.pty, "\025Nut\t\02512,5");
	pty_type(fx.pty, KEY_F4);
	pty_wait(fx.pty, "value not of required type");
	pty_type(fx.pty, "\02512.5\t\025web" KEY_F6);
	pty_wait(fx.pty, "bad value for restricted picklist field: web");
	pty_type(fx.pty, "\025shop\tOwnerId=x" KEY_F4);
	pty_wait(fx.pty, "has no field \"OwnerId\"");
	ck_assert_str_eq(fixture_asked(&fx), "");
	pty_type(fx.pty, "\025" KEY_F6);
	pty_wait(fx.pty, "1 would be sent again");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "1 sent again");
	ck_assert_str_eq(fixture_asked(&fx),
		"set Name=json:\"Nut\"" WHO "\nset Price__c=json:12.5" WHO
		"\nset Source__c=json:\"shop\"" WHO "\nreprocess 1 of 1" WHO "\n");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_payload_is_edited_unchecked_where_the_org_is_out_of_reach)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	pty_type(fx.pty, ":filter run:1 status:failed\r");
	pty_wait(fx.pty, ">22 Nov");
	pty_type(fx.pty, "e");
	pty_wait(fx.pty, "not checked: acme.my.salesforce.com cannot be reached");
	pty_type(fx.pty, "\025");
	pty_type(fx.pty, "\033");
	pty_wait(fx.pty, "Leave without saving?");
	pty_type(fx.pty, "n\t\t\tId=003" KEY_F4);
	pty_wait(fx.pty, "it says which record this is");
	pty_type(fx.pty, "\r\025" KEY_F4);
	pty_wait(fx.pty, "saved; r sends it again");
	ck_assert_str_eq(fixture_asked(&fx), "set Name=json:null" WHO "\n");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_group_is_those_of_one_cause_and_no_others)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	failures(&fx);
	fixture_fail(&fx, 8, 5, "STRING_TOO_LONG", "refused", "Name");
	fixture_fail(&fx, 9, 3, "REQUIRED_FIELD_MISSING", "refused", "Name,Price__c");
	pty_type(fx.pty, "C");
	pty_wait(fx.pty, "20 failed by cause");
	pty_wait(fx.pty, ">      12  REQUIRED_FIELD_MISSING  [Name]");
	pty_wait(fx.pty, "Give the field a value in the source");
	pty_wait(fx.pty, "5  STRING_TOO_LONG");
	pty_wait(fx.pty, "3  REQUIRED_FIELD_MISSING  [Name,Price__c]");
	pty_type(fx.pty, "r");
	pty_wait(fx.pty, "12 would be sent again");
	pty_type(fx.pty, "njjr");
	pty_wait(fx.pty, "3 would be sent again");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "3 sent again");
	ck_assert_str_eq(fixture_asked(&fx), "reprocess 3 of 3" WHO "\n");
	pty_type(fx.pty, "kk\r");
	pty_wait(fx.pty, "filter  !is:superseded status:failed code:REQUIRED_FIELD_MISSING");
	pty_wait(fx.pty, "ORD-00000999");
	fixture_end(&fx);
}
END_TEST

/* given five failures, four of which were superseded / then F and the causes show the one, say by
 * which word, and send it alone; without the word all five are there */
START_TEST(superseded_failures_are_left_out_by_a_word_that_can_be_taken_away)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	fixture_fail(&fx, 8, 5, "STRING_TOO_LONG", "refused", "Name");
	fixture_overtake(&fx, 8, 4);
	pty_wait(fx.pty, "agent up");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001799");
	pty_type(fx.pty, "/code:STRING*\r");
	pty_wait(fx.pty, "filter  code:STRING*   (Esc");
	pty_type(fx.pty, "C");
	pty_wait(fx.pty, "1 failed by cause, of code:STRING* !is:superseded");
	pty_type(fx.pty, "\033F");
	pty_wait(fx.pty, "filter  code:STRING* status:failed,unknown !is:superseded");
	pty_wait_gone(fx.pty, "ORD-00001799");
	pty_wait(fx.pty, "ORD-00001795");
	pty_type(fx.pty, "C");
	pty_wait(fx.pty, "1 failed by cause, of code:STRING* !is:superseded");
	pty_type(fx.pty, "r");
	pty_wait(fx.pty, "1 would be sent again");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "1 sent again");
	ck_assert_str_eq(fixture_asked(&fx), "reprocess 1 of 1" WHO "\n");
	pty_type(fx.pty, "\033:filter code:STRING* status:failed,unknown\r");
	pty_wait(fx.pty, "ORD-00001799");
	pty_type(fx.pty, "C");
	pty_wait(fx.pty, "5 failed by cause, of code:STRING*");
	pty_type(fx.pty, "\033G\r");
	pty_wait(fx.pty, "Nothing: a later message of the same key completed");
	pty_type(fx.pty, "\033F"); /* again: all */
	pty_wait(fx.pty, "filter  code:STRING*   (Esc");
	fixture_end(&fx);
}
END_TEST

START_TEST(what_to_do_about_a_group_is_told_by_its_words_too)
{
	struct fixture fx;

	fixture_init(&fx);
	fixture_start(&fx);
	failures(&fx);
	fixture_fail(&fx, 8, 5, "INVALID_FIELD",
		"Foreign key external ID: C-1 not found for field Ext_Id__c in entity Account",
		NULL);
	pty_type(fx.pty, "C");
	pty_wait(fx.pty, "5  INVALID_FIELD");
	pty_type(fx.pty, "j");
	pty_wait(fx.pty, "Send the parent first");
	pty_wait(fx.pty, "not found for field Ext_Id__c"); /* what the list cuts */
	fixture_end(&fx);
}
END_TEST

/* What another person saves at the same time. */
static void edit_elsewhere(struct fixture *fx, int64_t message, const char *record)
{
	struct err err = ERR_INIT;

	ck_ok(store_begin(fx->store, &err), &err);
	ck_ok(store_message_edit(fx->store, message, record, "bert (ssh 10.0.0.8)", &err), &err);
	ck_ok(store_commit(fx->store, &err), &err);
}

START_TEST(a_message_tells_who_did_what_and_is_copied_within_limits)
{
	struct fixture fx;
	char record[90000] = "{\"Order_No__c\":\"ORD-00000999\",\"Name\":\"";
	size_t used = strlen(record);

	fixture_init(&fx);
	fixture_start(&fx);
	failures(&fx);
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "Request");
	pty_type(fx.pty, "G");
	pty_wait(fx.pty, "request 9a7c-");
	edit_elsewhere(&fx, MESSAGE_ID(fx.packets[4], 199), "{\"Name\":\"Nut\"}");
	pty_wait(fx.pty, "edit by bert (ssh 10.0.0.8)");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "The payload is on the clipboard");
	ck_assert_ptr_nonnull(strstr(buf_str(pty_raw(fx.pty)), "\033]52;c;eyJOYW1lIjoiTnV0In0=\a"));
	/* the request is that of the attempt, which carried what was there before */
	pty_type(fx.pty, "R");
	pty_wait(fx.pty, "The request is on the clipboard");
	ck_assert_ptr_nonnull(strstr(buf_str(pty_raw(fx.pty)),
		"\033]52;c;UEFUQ0ggaHR0cHM6Ly9hY21lLm15LnNhbGVzZm9yY2UuY29t"));
	memset(record + used, 'x', sizeof(record) - used);
	memcpy(record + sizeof(record) - 3, "\"}", 3);
	edit_elsewhere(&fx, MESSAGE_ID(fx.packets[4], 199), record);
	pty_type(fx.pty, "g");
	pty_wait(fx.pty, "xxxxxxxxxx");
	pty_type(fx.pty, "y");
	pty_wait(fx.pty, "longer than a terminal's clipboard takes");
	ck_assert_ptr_null(strstr(buf_str(pty_raw(fx.pty)), "\033]52;c;eyJPcmRlcl9O"));
	fixture_end(&fx);
}
END_TEST

START_TEST(an_agent_is_started_for_it_and_that_is_said)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.agent_down = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "agent down");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	pty_type(fx.pty, "F");
	pty_wait(fx.pty, "ORD-00000999");
	pty_type(fx.pty, "r");
	pty_wait(fx.pty, "1 would be sent again");
	pty_type(fx.pty, "\r");
	pty_wait(fx.pty, "No agent was up, so one was started. 1 sent again");
	fixture_end(&fx);
}
END_TEST

START_TEST(a_read_only_board_does_nothing_to_messages)
{
	struct fixture fx;

	fixture_init(&fx);
	fx.read_only = true;
	fixture_start(&fx);
	pty_wait(fx.pty, "read-only");
	pty_type(fx.pty, "3");
	pty_wait(fx.pty, "ORD-00001599");
	pty_type(fx.pty, "r");
	pty_wait(fx.pty, "changes nothing");
	pty_type(fx.pty, "F");
	pty_wait(fx.pty, "ORD-00000999");
	pty_type(fx.pty, ":message cancel --filter run:1\r");
	pty_wait(fx.pty, "changes nothing");
	fixture_end(&fx);
}
END_TEST

Suite *suite_verbs(void)
{
	Suite *suite = suite_create("screens/verbs");
	TCase *tc = tcase_create("verbs");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, marked_messages_are_reprocessed_and_no_others);
	tcase_add_test(tc, all_that_pass_the_filter_go_once_name_and_number_are_typed);
	tcase_add_test(tc, what_would_be_refused_is_told_before_and_no_leaves_all_as_it_is);
	tcase_add_test(tc, many_are_given_up_in_production_once_name_and_number_are_typed);
	tcase_add_test(tc, failures_are_given_up_once_marked_by_hand);
	tcase_add_test(tc, an_unknown_message_is_settled_by_what_a_person_says);
	tcase_add_test(tc, what_cannot_be_edited_says_so_before_anything_is_typed);
	tcase_add_test(tc, a_payload_is_edited_where_it_failed_and_sent_again);
	tcase_add_test(tc, a_payload_is_edited_unchecked_where_the_org_is_out_of_reach);
	tcase_add_test(tc, a_group_is_those_of_one_cause_and_no_others);
	tcase_add_test(tc, superseded_failures_are_left_out_by_a_word_that_can_be_taken_away);
	tcase_add_test(tc, what_to_do_about_a_group_is_told_by_its_words_too);
	tcase_add_test(tc, a_message_tells_who_did_what_and_is_copied_within_limits);
	tcase_add_test(tc, an_agent_is_started_for_it_and_that_is_said);
	tcase_add_test(tc, a_read_only_board_does_nothing_to_messages);
	suite_add_tcase(suite, tc);
	return suite;
}
