/* Tests of what persons do to messages, of the record they leave, and of superseding. */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/clock.h"

static struct fixture fx;

static void setup(void)
{
	fixture_open(&fx);
}

static void teardown(void)
{
	fixture_verify(&fx);
	fixture_close(&fx);
	clock_freeze(-1);
}

static struct message_detail *detail_of(int64_t message)
{
	struct message_detail *detail = NULL;
	struct err err = ERR_INIT;

	ck_ok(view_message(&detail, fx.view, message, &err), &err);
	return detail;
}

static void check_status(int64_t message, enum message_status expected, const char *comment)
{
	struct message_detail *detail = detail_of(message);

	ck_assert_int_eq(detail->message.status, expected);
	ck_assert_str_eq(detail->message.comment, comment);
	message_detail_free(detail);
}

/* ---- events ---- */

START_TEST(an_event_changes_one_message_and_leaves_a_record)
{
	int64_t packet = fixture_packet(&fx, "ORD", 3);
	int64_t message = MESSAGE_ID(packet, 1);
	struct audit_entry *entries = NULL;
	struct err err = ERR_INIT;
	int count = 0;

	clock_freeze(7000);
	fixture_event(&fx, message, EVENT_CANCEL);
	check_status(message, MESSAGE_CANCELLED, "cancel by anna");
	check_status(message - 1, MESSAGE_NEW, "");
	ck_ok(view_audit(&entries, &count, fx.view, 0, message, 10, &err), &err);
	ck_assert_int_eq(count, 1);
	ck_assert_str_eq(entries[0].who, "anna");
	ck_assert_str_eq(entries[0].action, "cancel");
	ck_assert_int_eq(entries[0].time, 7000);
	ck_assert_int_eq(entries[0].run, fx.run);
	audit_entries_free(entries, count);
}
END_TEST

START_TEST(a_refused_event_says_which_message_and_why)
{
	int64_t packet = fixture_packet(&fx, "ORD", 3);
	int64_t message = MESSAGE_ID(packet, 0);
	char expected[160];
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "ls");
	ck_refused(&fx, store_message_event(fx.store, message, EVENT_REPROCESS, "anna", NULL, &err),
		ERR_USAGE, &err);
	snprintf(expected, sizeof(expected),
		"message %" PRId64
		": it is Unknown: settle it with `message resolve`, or use --force",
		message);
	ck_assert_str_eq(err.text, expected);
	ck_refused(&fx, store_message_event(fx.store, message + 1, EVENT_FORCE, "anna", NULL, &err),
		ERR_USAGE, &err);
	ck_refused(&fx, store_message_event(fx.store, message, EVENT_SUCCEED, "anna", NULL, &err),
		ERR_USAGE, &err);
	for (int64_t none = message + 3; none < message + 1000; none += 250)
		ck_refused(&fx,
			store_message_event(fx.store, none, EVENT_CANCEL, "anna", NULL, &err),
			ERR_NOT_FOUND, &err);
	ck_refused(&fx, store_message_event(fx.store, -5, EVENT_CANCEL, "anna", NULL, &err),
		ERR_NOT_FOUND, &err);
}
END_TEST

START_TEST(resolving_keeps_the_salesforce_id)
{
	int64_t packet = fixture_packet(&fx, "ORD", 2);
	int64_t message = MESSAGE_ID(packet, 0);
	struct message_detail *detail;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "ll");
	ck_refused(&fx,
		store_message_event(
			fx.store, message, EVENT_RESOLVE_COMPLETED, "anna", "not an id", &err),
		ERR_USAGE, &err);
	ck_commit(&fx,
		store_message_event(fx.store, message, EVENT_RESOLVE_COMPLETED, "anna",
			"a015g00000ABC77AAA", &err),
		&err);
	detail = detail_of(message);
	ck_assert_int_eq(detail->message.status, MESSAGE_COMPLETED);
	ck_assert_str_eq(detail->message.salesforce_id, "a015g00000ABC77AAA");
	message_detail_free(detail);
	fixture_event(&fx, message + 1, EVENT_RESOLVE_NOT_SENT);
	check_status(message + 1, MESSAGE_PENDING, "resolve as not sent by anna");
}
END_TEST

START_TEST(reprocessing_opens_an_ended_run_again)
{
	int64_t packet = fixture_packet(&fx, "ORD", 1);
	struct run_info run;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "f");
	fixture_state(&fx, fx.claim, RUN_DONE);
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_int_ne(run.ended, 0);
	fixture_event(&fx, MESSAGE_ID(packet, 0), EVENT_REPROCESS);
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_int_eq(run.state, RUN_PAUSED);
	ck_assert(run.reading_done); /* the source is not looked at again */
	ck_assert_int_eq(run.ended, 0);
	ck_assert_int_eq(run.counts.pending, 1);
	fixture_state(&fx, fx.claim, RUN_SENDING);
	fixture_event(&fx, MESSAGE_ID(packet, 0), EVENT_REPROCESS);
	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_int_eq(run.state, RUN_SENDING); /* one under way goes on as it is */
}
END_TEST

/* ---- many at once ---- */

struct heard {
	int done, refused, missing;
	struct err last;
};

static void hear(void *ctx, const struct message_verdict *verdict)
{
	struct heard *heard = ctx;

	heard->done += !verdict->why;
	heard->refused += verdict->why && verdict->run;
	heard->missing += !verdict->run;
	if (verdict->why)
		err_copy(&heard->last, verdict->why);
}

START_TEST(of_many_each_is_done_or_refused_by_itself)
{
	int64_t one = MESSAGE_ID(fixture_packet(&fx, "A", 3), 0);
	int64_t two = MESSAGE_ID(fixture_packet(&fx, "B", 2), 0);
	const int64_t messages[] = { one, one + 1, one + 2, one + 3, two, two + 1, two + 9999 };
	const int64_t disorder[] = { two, one };
	struct messages_event what = {
		.event = EVENT_REPROCESS, .actor = ACTOR_OPERATOR, .who = "anna"
	};
	struct heard heard = { 0 };
	struct err err = ERR_INIT;

	fixture_send(&fx, MESSAGE_PACKET(one), 0, "fsl");
	fixture_send(&fx, MESSAGE_PACKET(two), 0, "ff");
	ck_commit(&fx,
		store_messages_event(
			fx.store, &what, messages, (int)ARRAY_SIZE(messages), hear, &heard, &err),
		&err);
	ck_assert_int_eq(heard.done, 3);
	ck_assert_int_eq(heard.refused, 2); /* Completed, Unknown */
	ck_assert_int_eq(heard.missing, 2);
	check_status(one, MESSAGE_PENDING, "reprocess by anna");
	check_status(one + 1, MESSAGE_COMPLETED, "");
	check_status(one + 2, MESSAGE_UNKNOWN, "the line broke");
	check_status(two + 1, MESSAGE_PENDING, "reprocess by anna");
	ck_refused(&fx, store_messages_event(fx.store, &what, disorder, 2, hear, &heard, &err),
		ERR_USAGE, &err);
}
END_TEST

/* A value that could not be read is not in the store: mapped anew it would be sent as nothing. */
START_TEST(a_row_whose_value_was_lost_is_not_sent_again)
{
	struct row_in row = { .key = "ORD",
		.source = "",
		.record = "{}",
		.record_len = 2,
		.reject = "VALUE_NOT_SENDABLE: Name: the value holds a NUL byte" };
	int64_t packet = 0;
	struct err err = ERR_INIT;

	ck_commit(&fx, store_packet_add(&packet, fx.store, fx.claim, &row, 1, &err), &err);
	for (int i = 0; i < 2; i++) {
		ck_refused(&fx,
			store_message_event(
				fx.store, MESSAGE_ID(packet, 0), EVENT_FORCE, "anna", NULL, &err),
			ERR_USAGE, &err);
		ck_assert_ptr_nonnull(strstr(err.text, "mend it in the source"));
		if (i == 0)
			fixture_event(&fx, MESSAGE_ID(packet, 0), EVENT_CANCEL);
	}
	ck_commit(&fx,
		store_message_edit(fx.store, MESSAGE_ID(packet, 0), "{\"Name\":\"x\"}", "a", &err),
		&err);
	fixture_event(&fx, MESSAGE_ID(packet, 0), EVENT_FORCE);
}
END_TEST

/* ---- payloads ---- */

START_TEST(an_edit_is_kept_with_who_and_when)
{
	int64_t packet = fixture_packet(&fx, "ORD", 2);
	int64_t message = MESSAGE_ID(packet, 1);
	struct message_detail *detail;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "sf");
	clock_freeze(9000);
	ck_commit(&fx, store_message_edit(fx.store, message, "{\"Name\":\"mended\"}", "bert", &err),
		&err);
	detail = detail_of(message);
	ck_assert(detail->message.edited);
	ck_assert_str_eq(detail->record, "{\"Name\":\"mended\"}");
	ck_assert_str_eq(detail->edited_by, "bert");
	ck_assert_int_eq(detail->edited_at, 9000);
	ck_assert_int_eq(detail->message.status, MESSAGE_FAILED);
	ck_assert_str_eq(detail->message.code, "REQUIRED_FIELD_MISSING");
	message_detail_free(detail);
	detail = detail_of(message - 1);
	ck_assert(!detail->message.edited);
	message_detail_free(detail);
}
END_TEST

START_TEST(only_objects_of_messages_that_may_change_are_taken)
{
	static const char *const wrong[] = { "", "[1]", "{\"a\":", "nonsense", "\"text\"", "null" };
	int64_t packet = fixture_packet(&fx, "ORD", 4);
	int64_t message = MESSAGE_ID(packet, 0);
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "sf");
	fixture_begin(&fx, packet, 2, 3);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		ck_refused(&fx, store_message_edit(fx.store, message + 1, wrong[i], "anna", &err),
			ERR_USAGE, &err);
	ck_refused(&fx, store_message_edit(fx.store, message, "{}", "anna", &err), ERR_USAGE, &err);
	ck_refused(&fx, store_message_edit(fx.store, message + 2, "{}", "anna", &err), ERR_USAGE,
		&err);
}
END_TEST

START_TEST(what_waits_is_not_edited_under_the_hands_of_its_sender)
{
	int64_t packet = fixture_packet(&fx, "ORD", 2);
	int64_t message = MESSAGE_ID(packet, 0);
	struct err err = ERR_INIT;

	ck_refused(&fx, store_message_edit(fx.store, message, "{}", "anna", &err), ERR_USAGE, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "is under way"));
	run_claim_free(fx.claim);
	fx.claim = NULL;
	ck_commit(&fx, store_message_edit(fx.store, message, "{}", "anna", &err), &err);
	check_status(message, MESSAGE_NEW, "");
}
END_TEST

START_TEST(mapping_anew_replaces_what_nobody_edited)
{
	int64_t packet = fixture_packet(&fx, "ORD", 2);
	int64_t message = MESSAGE_ID(packet, 0);
	struct message_detail *detail;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "ff");
	ck_commit(&fx, store_message_edit(fx.store, message, "{\"by\":\"hand\"}", "anna", &err),
		&err);
	ck_refused(&fx, store_message_remap(fx.store, fx.claim, message + 1, "{}", 5, &err),
		ERR_USAGE, &err);
	fixture_event(&fx, message, EVENT_REPROCESS);
	fixture_event(&fx, message + 1, EVENT_REPROCESS);
	for (int i = 0; i < 2; i++)
		ck_commit(&fx,
			store_message_remap(
				fx.store, fx.claim, message + i, "{\"anew\":1}", 5, &err),
			&err);
	detail = detail_of(message);
	ck_assert_str_eq(detail->record, "{\"by\":\"hand\"}");
	message_detail_free(detail);
	detail = detail_of(message + 1);
	ck_assert_str_eq(detail->record, "{\"anew\":1}");
	ck_assert(detail->mapping_version == 5);
	ck_assert(!detail->message.edited);
	message_detail_free(detail);
}
END_TEST

/* ---- superseding ---- */

static bool is_superseded(int64_t message)
{
	struct message_detail *detail = detail_of(message);
	bool superseded = detail->message.superseded;

	message_detail_free(detail);
	return superseded;
}

static int64_t later_than(int64_t message)
{
	struct message_detail *detail = detail_of(message);
	struct err err = ERR_INIT;
	int64_t later;

	ck_ok(view_message_later(detail, fx.view, &err), &err);
	later = detail->completed_later;
	message_detail_free(detail);
	return later;
}

/* A second run of the same object, whose messages complete. */
static struct run_claim *run_again(const char *prefix, int count, const char *answer)
{
	struct run_claim *first = fx.claim;
	struct run_claim *claim = NULL;
	int64_t packet;

	fixture_run(&fx, fx.inserts ? "imports" : "orders", &claim);
	packet = fixture_packet_of(&fx, claim, prefix, count);
	fx.claim = claim;
	fixture_send(&fx, packet, 0, answer);
	fx.claim = first;
	return claim;
}

START_TEST(a_completed_message_supersedes_what_is_older_of_its_key)
{
	int64_t packet = fixture_packet(&fx, "ord", 6);
	int64_t message = MESSAGE_ID(packet, 0);
	int64_t young = MESSAGE_ID(packet + 2, 0); /* after the packet of another key */
	struct run_claim *claim;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "sflrf");
	fixture_event(&fx, message + 5, EVENT_CANCEL);
	claim = run_again("ORD ", 0 + 6, "sssssf"); /* "ORD -00000": another key */
	fixture_state(&fx, claim, RUN_DONE);
	for (int i = 0; i < 6; i++)
		ck_assert(!is_superseded(message + i));
	run_claim_free(claim);
	claim = run_again("ORD", 6, "ssssff");
	fixture_state(&fx, claim, RUN_DONE);
	ck_assert(!is_superseded(message)); /* was completed itself */
	ck_assert(is_superseded(message + 1));
	ck_assert(is_superseded(message + 2));
	ck_assert(is_superseded(message + 3));
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(later_than(message + i), i >= 1 && i <= 3 ? young + i : 0);
	ck_assert(!is_superseded(message + 4)); /* the younger one failed */
	ck_assert(!is_superseded(message + 5));
	check_status(message + 3, MESSAGE_CANCELLED,
		"superseded: a younger message of its key was completed");
	ck_refused(&fx,
		store_message_event(fx.store, message + 1, EVENT_REPROCESS, "anna", NULL, &err),
		ERR_USAGE, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "--force"));
	fixture_event(&fx, message + 1, EVENT_FORCE);
	fixture_event(&fx, message + 4, EVENT_REPROCESS);
	run_claim_free(claim);
}
END_TEST

/* given a row that waits / when a run of another external ID, or an Insert of another interface,
 * completes a row with the same words as its key / then that is another record, and it waits on */
START_TEST(the_same_words_in_another_external_id_supersede_nothing)
{
	int64_t packet = fixture_packet(&fx, "1001", 2);
	struct run_claim *claims[2];

	fixture_send(&fx, packet, 0, "rf");
	fx.external_id = "Legacy_No__c";
	claims[0] = run_again("1001", 2, "ss");
	fixture_state(&fx, claims[0], RUN_DONE);
	fx.external_id = NULL;
	fx.inserts = true;
	claims[1] = run_again("1001", 2, "ss");
	fixture_state(&fx, claims[1], RUN_DONE);
	check_status(MESSAGE_ID(packet, 0), MESSAGE_PENDING, "unable to obtain exclusive access");
	fixture_event(&fx, MESSAGE_ID(packet, 1), EVENT_REPROCESS);
	for (int i = 0; i < 2; i++)
		run_claim_free(claims[i]);
}
END_TEST

/* given a run that died, and one that waits with an older row of the same key / when that is to go
 * on / then its row is marked before it is sent */
START_TEST(what_others_completed_is_marked_before_a_run_sends)
{
	int64_t packet = fixture_packet(&fx, "ORD", 3);
	struct row_set rows = { { 0 } };
	struct run_claim *claim;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "rr");
	claim = run_again("ORD", 3, "sff");
	ck_commit(&fx, store_supersede_begun(fx.store, fx.claim, false, &err), &err);
	check_status(MESSAGE_ID(packet, 0), MESSAGE_CANCELLED,
		"superseded: a younger message of its key was completed");
	check_status(MESSAGE_ID(packet, 1), MESSAGE_PENDING, "unable to obtain exclusive access");
	row_set_add(&rows, 2);
	ck_commit(&fx, store_overtaken(fx.store, fx.claim, packet, &rows, &err), &err);
	ck_assert(is_superseded(MESSAGE_ID(packet, 2)));
	check_status(MESSAGE_ID(packet, 2), MESSAGE_CANCELLED,
		"superseded: a younger message of its key was completed");
	/* what a person sends all the same is not taken out of his hands */
	fixture_event(&fx, MESSAGE_ID(packet, 2), EVENT_FORCE);
	ck_commit(&fx, store_overtaken(fx.store, fx.claim, packet, &rows, &err), &err);
	ck_commit(&fx, store_supersede_begun(fx.store, fx.claim, false, &err), &err);
	check_status(MESSAGE_ID(packet, 2), MESSAGE_PENDING, "reprocess --force by anna");
	run_claim_free(claim);
}
END_TEST

START_TEST(a_run_under_way_supersedes_before_it_ends)
{
	int64_t packet = fixture_packet(&fx, "ORD", 2);
	struct run_claim *claim;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "ff");
	claim = run_again("ORD", 2, "sf");
	ck_refused(&fx,
		store_message_event(
			fx.store, MESSAGE_ID(packet, 0), EVENT_REPROCESS, "anna", NULL, &err),
		ERR_USAGE, &err);
	fixture_event(&fx, MESSAGE_ID(packet, 1), EVENT_REPROCESS);
	run_claim_free(claim);
}
END_TEST

START_TEST(within_a_run_the_older_of_two_rows_is_superseded)
{
	int64_t packet = fixture_packet(&fx, "ORD", 1);
	int64_t young = fixture_packet(&fx, "ORD", 1);

	fixture_send(&fx, young, 0, "f");
	fixture_send(&fx, packet, 0, "s");
	fixture_state(&fx, fx.claim, RUN_DONE);
	ck_assert(!is_superseded(MESSAGE_ID(young, 0)));
	ck_assert(!is_superseded(MESSAGE_ID(packet, 0)));
	fixture_event(&fx, MESSAGE_ID(young, 0), EVENT_REPROCESS);
	fixture_send(&fx, young, 0, "s");
	packet = fixture_packet(&fx, "ANY", 1);
	fixture_send(&fx, packet, 0, "f");
	young = fixture_packet(&fx, "any", 1);
	fixture_send(&fx, young, 0, "s");
	fixture_state(&fx, fx.claim, RUN_DONE);
	ck_assert(is_superseded(MESSAGE_ID(packet, 0)));
}
END_TEST

/* supersede = false: it stays a failure to be looked at, and still may not undo the younger one. */
START_TEST(what_is_older_stays_unmarked_where_the_interface_says_so)
{
	int64_t packet = fixture_packet(&fx, "ORD", 3);
	int64_t message = MESSAGE_ID(packet, 0);
	struct run_claim *claim;
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "frf");
	fx.keep_older = true;
	claim = run_again("ORD", 3, "ssf");
	fixture_state(&fx, claim, RUN_DONE);
	ck_assert(!is_superseded(message));
	ck_assert(is_superseded(message + 1)); /* it would have been sent */
	check_status(message + 1, MESSAGE_CANCELLED,
		"superseded: a younger message of its key was completed");
	ck_refused(&fx, store_message_event(fx.store, message, EVENT_REPROCESS, "anna", NULL, &err),
		ERR_USAGE, &err);
	fixture_event(&fx, message + 2, EVENT_REPROCESS);
	run_claim_free(claim);
}
END_TEST

START_TEST(a_new_message_that_was_overtaken_is_not_sent)
{
	int64_t packet = fixture_packet(&fx, "ORD", 2);
	struct run_claim *claim = run_again("ORD", 2, "sf");

	fixture_state(&fx, claim, RUN_DONE);
	check_status(MESSAGE_ID(packet, 0), MESSAGE_CANCELLED,
		"superseded: a younger message of its key was completed");
	check_status(MESSAGE_ID(packet, 1), MESSAGE_NEW, "");
	run_claim_free(claim);
}
END_TEST

START_TEST(a_cancelled_run_is_superseded_packet_by_packet)
{
	int64_t packet = fixture_packet(&fx, "ORD", 200);
	struct run_claim *claim;
	struct err err = ERR_INIT;
	int64_t rows;

	ck_commit(&fx, store_run_cancel_rest(&rows, fx.store, fx.claim, "anna", &err), &err);
	claim = run_again("ORD", 200, letters('s', 200));
	fixture_state(&fx, claim, RUN_DONE);
	ck_assert(is_superseded(MESSAGE_ID(packet, 0)));
	ck_assert(is_superseded(MESSAGE_ID(packet, 199)));
	run_claim_free(claim);
}
END_TEST

Suite *suite_operator(void)
{
	Suite *suite = suite_create("store/operator");
	TCase *tc = tcase_create("operator");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_event_changes_one_message_and_leaves_a_record);
	tcase_add_test(tc, a_refused_event_says_which_message_and_why);
	tcase_add_test(tc, resolving_keeps_the_salesforce_id);
	tcase_add_test(tc, reprocessing_opens_an_ended_run_again);
	tcase_add_test(tc, of_many_each_is_done_or_refused_by_itself);
	tcase_add_test(tc, a_row_whose_value_was_lost_is_not_sent_again);
	tcase_add_test(tc, an_edit_is_kept_with_who_and_when);
	tcase_add_test(tc, only_objects_of_messages_that_may_change_are_taken);
	tcase_add_test(tc, what_waits_is_not_edited_under_the_hands_of_its_sender);
	tcase_add_test(tc, mapping_anew_replaces_what_nobody_edited);
	tcase_add_test(tc, a_completed_message_supersedes_what_is_older_of_its_key);
	tcase_add_test(tc, the_same_words_in_another_external_id_supersede_nothing);
	tcase_add_test(tc, what_others_completed_is_marked_before_a_run_sends);
	tcase_add_test(tc, a_run_under_way_supersedes_before_it_ends);
	tcase_add_test(tc, within_a_run_the_older_of_two_rows_is_superseded);
	tcase_add_test(tc, what_is_older_stays_unmarked_where_the_interface_says_so);
	tcase_add_test(tc, a_new_message_that_was_overtaken_is_not_sent);
	tcase_add_test(tc, a_cancelled_run_is_superseded_packet_by_packet);
	suite_add_tcase(suite, tc);
	return suite;
}
