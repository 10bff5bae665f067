/* Tests of view_messages(): windows in all directions over packets of every kind, with filters. */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/clock.h"
#include "base/text.h"

#include <pthread.h>

static struct fixture fx;
static struct run_claim *other_claim;
static int64_t other_run;

#define T0 1700000000000

/*
 * Packets of two interleaved runs: untouched, all Completed, mixed, sent in part, lost as a whole,
 * cancelled, edited. Time goes on by a minute from packet to packet.
 */
static void setup(void)
{
	struct run_claim *first;
	struct err err = ERR_INIT;
	int64_t packet;
	int64_t rows;

	clock_freeze(T0);
	fixture_open(&fx);
	other_run = fixture_run(&fx, "order-lines", &other_claim);
	first = fx.claim;

	packet = fixture_packet(&fx, "ORD", 7);
	fixture_send(&fx, packet, 0, letters('s', 7));
	clock_freeze(T0 + 60000);
	packet = fixture_packet_of(&fx, other_claim, "LINE", 200);
	fx.claim = other_claim;
	fixture_send(&fx, packet, 0, letters('s', 200));
	fx.claim = first;
	clock_freeze(T0 + 120000);
	packet = fixture_packet(&fx, "MIX", 9);
	fixture_send(&fx, packet, 0, "ssfrlsffs");
	clock_freeze(T0 + 180000);
	packet = fixture_packet(&fx, "PART", 8);
	fixture_send(&fx, packet, 2, "sfs");
	clock_freeze(T0 + 240000);
	packet = fixture_packet(&fx, "LOST", 5);
	fixture_send(&fx, packet, 0, "lllll");
	fixture_event(&fx, MESSAGE_ID(packet, 3), EVENT_FORCE);
	clock_freeze(T0 + 300000);
	packet = fixture_packet_of(&fx, other_claim, "line", 6);
	ck_commit(&fx, store_run_cancel_rest(&rows, fx.store, other_claim, "bert", &err), &err);
	clock_freeze(T0 + 360000);
	packet = fixture_packet(&fx, "OPEN", 4);
	fixture_begin(&fx, packet, 1, 3);
	packet = fixture_packet(&fx, "EDIT", 3);
	fixture_send(&fx, packet, 0, "ffs");
	ck_commit(&fx,
		store_message_edit(fx.store, MESSAGE_ID(packet, 1),
			"{\"Order_No__c\":\"EDIT-00001\",\"Note\":\"mended needle\"}", "anna",
			&err),
		&err);
	fixture_verify(&fx);
}

static void teardown(void)
{
	run_claim_free(other_claim);
	fixture_close(&fx);
	clock_freeze(-1);
}

/* Most tests only read: one store serves them all, each with a view of its own. */
static void make_once(void)
{
	setup();
	teardown();
}

static void open_view(void)
{
	struct err err = ERR_INIT;

	clock_freeze(T0 + 400000);
	ck_ok(view_open(&fx.view, fx.dir, &err), &err);
}

static void close_view(void)
{
	view_close(fx.view);
	clock_freeze(-1);
}

/* ---- every message, and what a filter must say of it ---- */

#define ALL_MAX 512

static struct message_window all;

static void read_all(void)
{
	struct err err = ERR_INIT;

	ck_ok(view_messages(&all, fx.view, NULL, WINDOW_AFTER, 0, ALL_MAX, &err), &err);
	ck_assert_int_eq(all.count, 7 + 200 + 9 + 8 + 5 + 6 + 4 + 3);
	ck_assert(!all.more_before && !all.more_after);
}

typedef bool predicate(const struct message *msg);

static bool any(const struct message *msg)
{
	return msg->id > 0;
}

static bool failed(const struct message *msg)
{
	return msg->status == MESSAGE_FAILED;
}

static bool failed_or_unknown(const struct message *msg)
{
	return msg->status == MESSAGE_FAILED || msg->status == MESSAGE_UNKNOWN;
}

static bool not_completed(const struct message *msg)
{
	return msg->status != MESSAGE_COMPLETED;
}

static bool completed(const struct message *msg)
{
	return msg->status == MESSAGE_COMPLETED;
}

static bool processing(const struct message *msg)
{
	return msg->status == MESSAGE_PROCESSING;
}

static bool cancelled(const struct message *msg)
{
	return msg->status == MESSAGE_CANCELLED;
}

static bool of_lines(const struct message *msg)
{
	return msg->run == other_run;
}

static bool of_lines_completed(const struct message *msg)
{
	return of_lines(msg) && completed(msg);
}

static bool key_line_7x(const struct message *msg)
{
	return text_match("line-0007?", msg->key, true);
}

static bool key_two(const struct message *msg)
{
	return text_equal(msg->key, "ORD-00003") || text_match("mix*2", msg->key, true);
}

static bool not_key_line(const struct message *msg)
{
	return !text_match("line*", msg->key, true);
}

static bool code_lock(const struct message *msg)
{
	return text_starts(msg->code, "UNABLE_TO_LOCK");
}

static bool code_any(const struct message *msg)
{
	return *msg->code;
}

static bool has_field_name(const struct message *msg)
{
	return text_equal(msg->fields, "Name");
}

static bool since_part(const struct message *msg)
{
	return msg->time >= T0 + 180000;
}

static bool before_part(const struct message *msg)
{
	return msg->time < T0 + 180000;
}

static bool failed_since_part(const struct message *msg)
{
	return failed(msg) && since_part(msg);
}

static bool created(const struct message *msg)
{
	return completed(msg) && msg->created;
}

static bool edited(const struct message *msg)
{
	return msg->edited;
}

static bool id_of_5(const struct message *msg)
{
	return text_equal(msg->salesforce_id, fixture_salesforce_id(5));
}

/* "Row 4" stands in the payloads of position 4, and of 4x and 14x ... not. */
static bool row_4(const struct message *msg)
{
	return MESSAGE_POSITION(msg->id) == 4 || MESSAGE_POSITION(msg->id) / 10 == 4;
}

static bool line_broke(const struct message *msg)
{
	return text_equal(msg->comment, "the line broke");
}

static bool nothing(const struct message *msg)
{
	(void)msg;
	return false;
}

static const struct {
	const char *text;
	predicate *passes;
} filters[] = {
	{ "", any },
	{ "status:failed", failed },
	{ "status:failed,unknown", failed_or_unknown },
	{ "!status:completed", not_completed },
	{ "status:completed", completed },
	{ "status:processing", processing },
	{ "status:cancelled", cancelled },
	{ "interface:order-lines", of_lines },
	{ "interface:*-lines status:completed", of_lines_completed },
	{ "run:2", of_lines },
	{ "run:2 status:completed", of_lines_completed },
	{ "run:2-9 !status:cancelled", of_lines_completed },
	{ "connection:erp", any },
	{ "!connection:erp", nothing },
	{ "object:order__c integration:erp", any },
	{ "key:LINE-0007?", key_line_7x },
	{ "key:line-0007? interface:order-lines", key_line_7x },
	{ "key:ord-00003,mix*2", key_two },
	{ "!key:line*", not_key_line },
	{ "key:nowhere", nothing },
	{ "code:UNABLE_TO_LOCK*", code_lock },
	{ "code:*", code_any },
	{ "code:NO_SUCH", nothing },
	{ "code:required_field_missing", failed },
	{ "field:name", has_field_name },
	{ "field:other,name status:failed", failed },
	{ "since:2023-11-14T22:16:20Z", since_part },
	{ "before:2023-11-14T22:16:20Z", before_part },
	{ "status:failed since:2023-11-14T22:16:20Z", failed_since_part },
	{ "is:created", created },
	{ "is:edited", edited },
	{ "id:a015g00000ABC05", id_of_5 },
	{ "comment:\"line broke\"", line_broke },
	{ "comment:line*broke", line_broke },
	{ "\"the line broke\"", line_broke },
	{ "\"note\\\":\\\"Row 4\"", row_4 },
	{ "needle", edited },
	{ "NEEDLE status:failed", edited },
	{ "men*dle", edited },
	{ "status:new status:failed", nothing },
	{ "LINE-0007", key_line_7x },
};

static struct filter *parse(const char *text)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;

	ck_ok(filter_parse(&filter, text, T0 + 400000, NULL, &err), &err);
	return filter;
}

/* The ids that must pass. */
static int expected_ids(int64_t ids[ALL_MAX], predicate *passes)
{
	int count = 0;

	for (int i = 0; i < all.count; i++) {
		if (passes(&all.messages[i]))
			ids[count++] = all.messages[i].id;
	}
	return count;
}

static void check_window(const struct message_window *window, const int64_t *ids, int count,
	bool before, bool after, const char *what)
{
	ck_assert_msg(window->count == count, "%s: %d instead of %d", what, window->count, count);
	for (int i = 0; i < count; i++)
		ck_assert_msg(window->messages[i].id == ids[i], "%s: message %d", what, i);
	ck_assert_msg(window->more_before == before, "%s: more_before", what);
	ck_assert_msg(window->more_after == after, "%s: more_after", what);
}

START_TEST(every_window_has_the_matches_in_order)
{
	const char *text = filters[_i].text;
	struct filter *filter = parse(text);
	int64_t ids[ALL_MAX];
	int count;

	read_all();
	count = expected_ids(ids, filters[_i].passes);
	for (int rows = 1; rows <= 64; rows += 21) {
		int step = count < 40 ? 1 : 17;

		/* anchors: before all, on each match, behind all */
		for (int at = -1; at <= count; at += step) {
			int64_t anchor = at < 0 ? 0 : at == count ? INT64_MAX / 2 : ids[at];
			int first = at + 1 < count ? at + 1 : count;
			int n = count - first < rows ? count - first : rows;
			int end = at < 0 ? 0 : at;
			int m = end < rows ? end : rows;
			struct message_window window;
			struct err err = ERR_INIT;

			ck_ok(view_messages(
				      &window, fx.view, filter, WINDOW_AFTER, anchor, rows, &err),
				&err);
			check_window(&window, ids + first, n, first > 0, first + n < count, text);
			message_window_free(&window);
			ck_ok(view_messages(
				      &window, fx.view, filter, WINDOW_BEFORE, anchor, rows, &err),
				&err);
			check_window(&window, ids + end - m, m, end - m > 0, end < count, text);
			message_window_free(&window);
		}
	}
	filter_free(filter);
	message_window_free(&all);
}
END_TEST

START_TEST(the_tail_has_the_last_matches)
{
	struct filter *filter = parse(filters[_i].text);
	struct message_window window;
	struct err err = ERR_INIT;
	int64_t ids[ALL_MAX];
	int count;
	int n;

	read_all();
	count = expected_ids(ids, filters[_i].passes);
	n = count < 10 ? count : 10;
	ck_ok(view_messages(&window, fx.view, filter, WINDOW_TAIL, 0, 10, &err), &err);
	check_window(&window, ids + count - n, n, count > n, false, filters[_i].text);
	message_window_free(&window);
	message_window_free(&all);
	filter_free(filter);
}
END_TEST

START_TEST(the_count_is_that_of_the_matches)
{
	struct filter *filter = parse(filters[_i].text);
	struct err err = ERR_INIT;
	int64_t ids[ALL_MAX];
	int64_t count;
	bool exact;

	read_all();
	ck_ok(view_message_count(&count, &exact, fx.view, filter, &err), &err);
	ck_assert(exact);
	ck_assert_msg(count == expected_ids(ids, filters[_i].passes), "%s", filters[_i].text);
	message_window_free(&all);
	filter_free(filter);
}
END_TEST

START_TEST(a_line_says_all_that_is_known)
{
	const struct message *msg;

	read_all();
	msg = &all.messages[2]; /* ORD-00002, one of a packet that is all Completed */
	ck_assert_str_eq(msg->key, "ORD-00002");
	ck_assert_str_eq(msg->interface, "orders");
	ck_assert_str_eq(msg->salesforce_id, fixture_salesforce_id(2));
	ck_assert(msg->created);
	ck_assert_str_eq(message_outcome(msg), "created");
	ck_assert_str_eq(message_outcome(&all.messages[3]), "updated");
	ck_assert_int_eq(msg->attempts, 1);
	ck_assert_int_eq(msg->time, T0);
	msg = &all.messages[207 + 3]; /* MIX-00003, to be tried again */
	ck_assert_str_eq(msg->key, "MIX-00003");
	ck_assert_int_eq(msg->status, MESSAGE_PENDING);
	ck_assert_int_eq(msg->next_try, 5000);
	ck_assert_str_eq(msg->code, "UNABLE_TO_LOCK_ROW");
	ck_assert_str_eq(msg->comment, "unable to obtain exclusive access");
	msg = &all.messages[207 + 4]; /* MIX-00004, lost */
	ck_assert_int_eq(msg->status, MESSAGE_UNKNOWN);
	ck_assert_str_eq(msg->salesforce_id, "");
	msg = &all.messages[207 + 9 + 8 + 3]; /* LOST-00003, forced */
	ck_assert_int_eq(msg->status, MESSAGE_PENDING);
	ck_assert_str_eq(msg->comment, "reprocess --force by anna");
	message_window_free(&all);
}
END_TEST

/* given an Upsert that was sent twice / when the org says that it updated the record / then the
 * first one may have created it, and that is said */
START_TEST(a_repeated_upsert_was_created_or_updated)
{
	int64_t packet = fixture_packet(&fx, "AGAIN", 2);
	struct message_window window = { 0 };
	struct err err = ERR_INIT;

	fixture_send(&fx, packet, 0, "rr");
	fixture_send(&fx, packet, 0, "ss");
	ck_ok(view_messages(&window, fx.view, NULL, WINDOW_TAIL, 0, 2, &err), &err);
	ck_assert_str_eq(message_outcome(&window.messages[0]), "created");
	ck_assert_str_eq(message_outcome(&window.messages[1]), "created or updated");
	message_window_free(&window);
}
END_TEST

START_TEST(a_view_never_keeps_an_old_picture)
{
	struct message_detail *detail = NULL;
	struct err err = ERR_INIT;
	int64_t packet = fixture_packet(&fx, "LATE", 2);

	fixture_send(&fx, packet, 0, "ff");
	for (int i = 0; i < 2; i++) {
		ck_commit(&fx,
			store_message_edit(fx.store, MESSAGE_ID(packet, i),
				i ? "{\"n\":1}" : "{\"n\":0}", "anna", &err),
			&err);
		ck_ok(view_message(&detail, fx.view, MESSAGE_ID(packet, i), &err), &err);
		ck_assert_str_eq(detail->record, i ? "{\"n\":1}" : "{\"n\":0}");
		message_detail_free(detail);
	}
}
END_TEST

START_TEST(an_edit_is_a_change_that_since_finds)
{
	struct filter *filter = NULL;
	struct message_window window;
	struct err err = ERR_INIT;
	int64_t packet = fixture_packet(&fx, "LATE", 2);

	fixture_send(&fx, packet, 0, "ff");
	clock_freeze(T0 + 900000);
	ck_commit(
		&fx, store_message_edit(fx.store, MESSAGE_ID(packet, 1), "{}", "anna", &err), &err);
	ck_ok(filter_parse(&filter, "since:1m", T0 + 900001, NULL, &err), &err);
	ck_ok(view_messages(&window, fx.view, filter, WINDOW_TAIL, 0, 10, &err), &err);
	ck_assert_int_eq(window.count, 1);
	ck_assert_int_eq(window.messages[0].id, MESSAGE_ID(packet, 1));
	message_window_free(&window);
	filter_free(filter);
}
END_TEST

START_TEST(an_empty_store_gives_empty_windows)
{
	struct filter *filter = parse("status:failed nothing");
	struct message_window window;
	struct fixture empty;
	struct err err = ERR_INIT;

	fixture_open(&empty);
	ck_ok(view_messages(&window, empty.view, NULL, WINDOW_TAIL, 0, 10, &err), &err);
	check_window(&window, NULL, 0, false, false, "tail");
	message_window_free(&window);
	ck_ok(view_messages(&window, empty.view, filter, WINDOW_BEFORE, 9999, 10, &err), &err);
	check_window(&window, NULL, 0, false, false, "before");
	message_window_free(&window);
	filter_free(filter);
	fixture_close(&empty);
}
END_TEST

START_TEST(patience_hands_over_what_was_found_and_goes_on)
{
	struct filter *filter = parse("payload-of-nobody");
	struct filter *everybody = parse("Row");
	struct message_window window;
	struct err err = ERR_INIT;
	int64_t anchor = 0;
	int found = 0;
	int turns = 0;

	clock_freeze(-1);
	view_patience(fx.view, 1);
	clock_freeze(T0 + 500000); /* a clock that stands still never tires */
	ck_ok(view_messages(&window, fx.view, filter, WINDOW_TAIL, 0, 10, &err), &err);
	ck_assert(!window.partial);
	message_window_free(&window);
	clock_freeze(-1);
	view_patience(fx.view, -1); /* tired at once: one packet a call */
	do {
		ck_ok(view_messages(
			      &window, fx.view, everybody, WINDOW_AFTER, anchor, ALL_MAX, &err),
			&err);
		found += window.count;
		anchor = window.searched_to;
		turns++;
		ck_assert(!window.partial || window.more_after);
		message_window_free(&window);
	} while (anchor && turns < 100);
	ck_assert_int_eq(found, 7 + 200 + 9 + 8 + 5 + 6 + 4 + 2);
	ck_assert_int_eq(turns, 8);
	filter_free(filter);
	filter_free(everybody);
}
END_TEST

START_TEST(a_search_that_is_interrupted_ends_with_that_error)
{
	struct filter *filter = parse("payload-of-nobody");
	struct message_window window;
	struct err err = ERR_INIT;
	atomic_bool stop = true;

	view_interrupt(fx.view, &stop);
	ck_assert_int_eq(view_messages(&window, fx.view, filter, WINDOW_TAIL, 0, 10, &err),
		-ERR_INTERRUPTED);
	atomic_store(&stop, false);
	ck_ok(view_messages(&window, fx.view, filter, WINDOW_TAIL, 0, 10, &err), &err);
	message_window_free(&window);
	filter_free(filter);
}
END_TEST

START_TEST(causes_come_with_the_most_frequent_first)
{
	struct filter *filter = parse("interface:orders");
	struct cause *causes = NULL;
	struct err err = ERR_INIT;
	int count = 0;

	ck_ok(view_causes(&causes, &count, fx.view, filter, &err), &err);
	ck_assert_int_eq(count, 1);
	ck_assert_str_eq(causes[0].code, "REQUIRED_FIELD_MISSING");
	ck_assert_str_eq(causes[0].fields, "Name");
	ck_assert_str_eq(causes[0].comment, "Required fields are missing: [Name]");
	ck_assert_int_eq(causes[0].count, 3 + 1 + 2);
	free(causes);
	filter_free(filter);
}
END_TEST

START_TEST(the_version_changes_with_every_commit_of_others)
{
	int64_t before = view_version(fx.view);

	ck_assert_int_eq(view_version(fx.view), before);
	fixture_packet(&fx, "LATE", 1);
	ck_assert_int_ne(view_version(fx.view), before);
}
END_TEST

Suite *suite_window(void)
{
	Suite *suite = suite_create("store/window");
	TCase *reading = tcase_create("reading");
	TCase *writing = tcase_create("writing");

	tcase_add_unchecked_fixture(reading, make_once, NULL);
	tcase_add_checked_fixture(reading, open_view, close_view);
	tcase_add_loop_test(
		reading, every_window_has_the_matches_in_order, 0, (int)ARRAY_SIZE(filters));
	tcase_add_loop_test(reading, the_tail_has_the_last_matches, 0, (int)ARRAY_SIZE(filters));
	tcase_add_loop_test(reading, the_count_is_that_of_the_matches, 0, (int)ARRAY_SIZE(filters));
	tcase_add_test(reading, a_line_says_all_that_is_known);
	tcase_add_test(reading, patience_hands_over_what_was_found_and_goes_on);
	tcase_add_test(reading, a_search_that_is_interrupted_ends_with_that_error);
	tcase_add_test(reading, causes_come_with_the_most_frequent_first);
	suite_add_tcase(suite, reading);
	tcase_add_checked_fixture(writing, setup, teardown);
	tcase_add_test(writing, an_empty_store_gives_empty_windows);
	tcase_add_test(writing, an_edit_is_a_change_that_since_finds);
	tcase_add_test(writing, a_repeated_upsert_was_created_or_updated);
	tcase_add_test(writing, a_view_never_keeps_an_old_picture);
	tcase_add_test(writing, the_version_changes_with_every_commit_of_others);
	suite_add_tcase(suite, writing);
	return suite;
}
