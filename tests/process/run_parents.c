/* Tests of rows whose parents come from another interface: order lines and their accounts. */

#include "process/suites.h"
#include "process/stage.h"
#include "process/parent_fields.h"
#include "process/retry.h"
#include "base/clock.h"
#include "base/text.h"

#define WAIT 20000

static struct stage stage;

/* From here on the stage's interface is this one. */
static void use(const char *name, const char *object, const char *external_id, const char *query)
{
	struct interface *interface = &stage.interface;

	text_set(&interface->name, name);
	text_set(&interface->object, object);
	text_set(&interface->external_id, external_id);
	text_set(&interface->query, query);
	mapping_free(&interface->mapping);
}

static void map(const char *field, const char *column)
{
	mapping_add(&stage.interface.mapping, field, MAPPING_COLUMN, column, NULL_KEEP, NULL);
}

static void use_accounts(void)
{
	use("accounts", "Account", "Ext_Id__c",
		"SELECT DISTINCT 'a-' || (id % 5) AS code, note FROM order_line ORDER BY 1");
	map("Ext_Id__c", "code");
	map("Name", "note");
}

static void use_lines(void)
{
	use("order-lines", "Order_Line__c", "Order_No__c",
		"SELECT order_no, name, 'A-' || (id % 5) AS code FROM order_line ORDER BY id");
	map("Order_No__c", "order_no");
	map("Name", "name");
	map("Account__r.Ext_Id__c", "code");
}

static void open_with_accounts(int rows)
{
	stage_open(&stage, rows);
	stage_sql(&stage, "UPDATE order_line SET note = 'an account'");
	use_accounts();
}

static void check_waits(int rows)
{
	struct run_info info = stage_info(&stage);
	struct message_window window;

	ck_assert_int_eq(info.counts.pending, rows);
	ck_assert_int_eq(info.counts.failed, 0);
	stage_find(&stage, &window, "status:pending");
	ck_assert_str_eq(window.messages[0].code, "INVALID_FIELD");
	ck_assert_msg(text_starts(window.messages[0].comment, "waits for its parent"), "%s",
		window.messages[0].comment);
	message_window_free(&window);
}

static const enum transfer_mode modes[] = { TRANSFER_COLLECTIONS, TRANSFER_BULK };

START_TEST(child_waits_while_its_parent_is_on_its_way)
{
	int64_t parents, children;

	open_with_accounts(20);
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	stage_switch(&stage, "faults", "{\"lock\": 0}");
	parents = stage.run;
	use_lines();
	stage.interface.mode = modes[_i];
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	check_waits(20);
	children = stage.run;
	use_accounts();
	stage.interface.mode = TRANSFER_COLLECTIONS;
	stage.run = parents;
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	use_lines();
	stage.run = children;
	ck_ok(stage_resume(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 20);
	ck_assert_int_eq(stage_records(&stage), 20);
	stage_close(&stage);
}
END_TEST

/* The comment of the first message that is `status`. */
static void check_comment(const char *status, const char *part)
{
	struct message_window window;

	stage_find(&stage, &window, status);
	ck_assert_msg(strstr(window.messages[0].comment, part), "%s", window.messages[0].comment);
	message_window_free(&window);
}

/* Nobody brings the parent any more: then the row fails in the org's own words, and says why. */
START_TEST(child_fails_where_no_parent_is_on_its_way)
{
	struct message_window window;
	char words[100];

	open_with_accounts(20);
	stage_sql(&stage, "UPDATE order_line SET note = NULL WHERE id %% 5 = 0");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 1); /* an account without a name */
	stage_find(&stage, &window, "status:failed");
	snprintf(words, sizeof(words),
		"its parent A-0 is message %" PRId64
		" of accounts, which is Failed (REQUIRED_FIELD_MISSING)",
		window.messages[0].id);
	message_window_free(&window);
	use_lines();
	stage.interface.mode = modes[_i];
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 16);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 4);
	check_comment("status:failed", "Foreign key external ID: A-0");
	check_comment("status:failed", words);
	stage_close(&stage);
}
END_TEST

/* What is held in a run that is Stopped comes when a person says so: nobody waits for that. */
START_TEST(child_fails_at_once_where_the_run_of_its_parent_is_stopped)
{
	char words[100];

	open_with_accounts(20);
	stage_sql(&stage, "UPDATE order_line SET note = NULL WHERE id %% 5 = 2");
	stage.interface.on_error = ON_ERROR_STOP;
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	ck_assert_int_eq(stage_info(&stage).state, RUN_STOPPED);
	ck_assert_int_eq(stage_info(&stage).counts.pending, 2); /* a-3 and a-4 */
	snprintf(words, sizeof(words), " of accounts, in run %" PRId64 ", which is Stopped",
		stage.run);
	stage.interface.on_error = ON_ERROR_CONTINUE;
	use_lines();
	stage.interface.mode = modes[_i];
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 8);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 12);
	check_comment("status:failed comment:A-3", words);
	check_comment("status:failed comment:A-4", words);
	check_comment("status:failed comment:A-2", "which is Failed (REQUIRED_FIELD_MISSING)");
	stage_close(&stage);
}
END_TEST

static int attempts_of_lines(struct view *view)
{
	struct message_window window = { 0 };
	struct filter *filter = NULL;
	int attempts;

	ck_assert_int_eq(filter_parse(&filter, "interface:order-lines", 0, NULL, NULL), 0);
	ck_assert_int_eq(view_messages(&window, view, filter, WINDOW_AFTER, 0, 1, NULL), 0);
	attempts = window.count ? window.messages[0].attempts : 0;
	filter_free(filter);
	message_window_free(&window);
	return attempts;
}

static void wait_for_attempts(struct view *view, int count)
{
	while (attempts_of_lines(view) < count)
		clock_sleep(5);
}

static int64_t cancelled_at;

/* When the lines have been refused some times, and wait for seconds: their accounts are given up.
 */
static void *cancel_accounts(void *ctx)
{
	const int64_t *run = ctx;
	struct view *view = NULL;

	ck_assert_int_eq(view_open(&view, stage.home, NULL), 0);
	wait_for_attempts(view, 4);
	retry_hurry(1);
	wait_for_attempts(view, attempts_of_lines(view) + 1);
	cancelled_at = clock_mono();
	for (int i = 0; i < 5; i++)
		stage_event(&stage, MESSAGE_ID(*run, i), EVENT_CANCEL);
	view_close(view);
	return NULL;
}

START_TEST(child_fails_as_soon_as_its_parent_is_given_up)
{
	int64_t packet = 1;
	pthread_t thread;

	open_with_accounts(20);
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	stage_switch(&stage, "faults", "{\"lock\": 0}");
	use_lines();
	ck_assert_int_eq(pthread_create(&thread, NULL, cancel_accounts, &packet), 0);
	ck_ok(stage_process(&stage, 3 * WAIT), &stage.err);
	pthread_join(thread, NULL);
	ck_assert_int_lt(clock_mono() - cancelled_at, 4000); /* the next try is 6 s away */
	ck_assert_int_eq(stage_info(&stage).counts.failed, 20);
	check_comment("status:failed", " of accounts, which is Cancelled");
	stage_close(&stage);
}
END_TEST

/* A parent in the same run is waited for like any other, but nobody waits for himself. */
START_TEST(tree_is_sent_from_the_root_and_a_ring_of_one_fails)
{
	struct message_window window;
	struct run_info info;

	stage_open(&stage, 1);
	stage_sql(&stage, "CREATE TABLE account (code TEXT, parent TEXT);"
			  "INSERT INTO account VALUES ('A', 'B'), ('B', NULL), ('C', 'C')");
	use("accounts", "Account", "Ext_Id__c", "SELECT * FROM account");
	map("Ext_Id__c", "code");
	map("Name", "code");
	map("Parent.Ext_Id__c", "parent");
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	info = stage_info(&stage);
	ck_assert_int_eq(info.counts.completed, 2);
	ck_assert_int_eq(info.counts.failed, 1);
	stage_message(&stage, &window, "C");
	ck_assert_int_eq(window.messages[0].status, MESSAGE_FAILED);
	message_window_free(&window);
	stage_close(&stage);
}
END_TEST

#define PACKET 10
#define LINES_MAX 400

/* Lines of seven accounts, one after the other, so many of each. */
static const int sizes[] = { 7, 7, 3, 25, 1, 9, 8 };

static const char *key_of(int line)
{
	static char key[64];

	snprintf(key, sizeof(key), "ORD-%06d", line * 7919 % 1000003);
	return key;
}

/* Gives the packet of each line. */
static void packets_of(int64_t *packets, int lines)
{
	struct message_window window = { 0 };
	struct filter *filter = NULL;
	int found = 0;

	ck_ok(filter_parse(&filter, "interface:order-lines", 0, NULL, &stage.err), &stage.err);
	ck_ok(view_messages(&window, stage.view, filter, WINDOW_AFTER, 0, lines + 1, &stage.err),
		&stage.err);
	filter_free(filter);
	ck_assert_int_eq(window.count, lines);
	for (int line = 0; line < lines; line++)
		for (int i = 0; i < lines; i++)
			if (text_equal(window.messages[i].key, key_of(line))) {
				packets[line] = MESSAGE_PACKET(window.messages[i].id);
				found++;
			}
	ck_assert_int_eq(found, lines);
	message_window_free(&window);
}

/* Does one of the `count` lines before `line` with its parent (of so many, in turn) share its
 * packet? */
static bool has_kin(const int64_t *packets, int line, int parents)
{
	for (int i = line - parents; i >= 0; i -= parents)
		if (packets[i] == packets[line])
			return true;
	return false;
}

static int in_packet(const int64_t *packets, int lines, int64_t packet)
{
	int count = 0;

	for (int i = 0; i < lines; i++)
		count += packets[i] == packet;
	return count;
}

START_TEST(rows_of_one_parent_stay_in_one_packet)
{
	struct message_window window;
	int64_t packets[60];
	int line = 0;

	stage_open(&stage, 60);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++, line += sizes[i - 1])
		stage_sql(&stage, "UPDATE order_line SET note = 'A-%d' WHERE id > %d AND id <= %d",
			(int)i, line, line + sizes[i]);
	/* One of those that move, and is refused here. */
	stage_sql(&stage, "UPDATE order_line SET name = hex(zeroblob(150)) WHERE id = 9");
	use_lines();
	text_set(&stage.interface.query, "SELECT order_no, name, note AS code FROM order_line");
	stage.interface.packet = PACKET;
	stage.interface.parallel = _i ? 4 : 1;
	ck_ok(stage_process(&stage, 0), &stage.err);
	packets_of(packets, 60);
	line = 0;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); line += sizes[i++])
		for (int k = 1; k < sizes[i] && sizes[i] <= PACKET; k++)
			ck_assert_int_eq(packets[line + k], packets[line]);
	for (int i = 0; i < 60; i++)
		ck_assert_int_le(in_packet(packets, 60, packets[i]), PACKET);
	/* The payload moves with its row. */
	for (int i = 0; i < 60; i += 7) {
		struct message_detail *detail;
		char name[64];

		snprintf(name, sizeof(name), "\"Name\":\"Line %d\"", i);
		stage_message(&stage, &window, key_of(i));
		ck_ok(view_message(&detail, stage.view, window.messages[0].id, &stage.err),
			&stage.err);
		ck_assert_msg(strstr(detail->record, name), "%s", detail->record);
		message_detail_free(detail);
		message_window_free(&window);
	}
	stage_find(&stage, &window, "code:STRING_TOO_LONG");
	ck_assert_str_eq(window.messages[0].key, "ORD-063352");
	ck_assert_msg(
		strstr(window.messages[0].comment, "Name: "), "%s", window.messages[0].comment);
	message_window_free(&window);
	stage_close(&stage);
}
END_TEST

/* Lines of `parents` accounts in turn, which are there; what is left of the stage is the lines'. */
static void open_with_scattered_lines(int lines, int parents)
{
	stage_open(&stage, lines);
	stage_sql(&stage, "UPDATE order_line SET note = 'A-' || ((id - 1) %% %d)", parents);
	use("accounts", "Account", "Ext_Id__c", "SELECT DISTINCT note FROM order_line");
	map("Ext_Id__c", "note");
	map("Name", "note");
	ck_ok(stage_process(&stage, 0), &stage.err);
	use_lines();
	text_set(&stage.interface.query,
		"SELECT order_no, name, note AS code FROM order_line ORDER BY id");
}

START_TEST(rows_of_scattered_parents_meet_in_few_packets)
{
	int64_t packets[200];
	int pieces = 0;

	open_with_scattered_lines(200, 8);
	stage.interface.packet = 50;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 200);
	packets_of(packets, 200);
	for (int i = 0; i < 200; i++) {
		pieces += !has_kin(packets, i, 8);
		ck_assert_int_le(in_packet(packets, 200, packets[i]), 50);
	}
	/* As they come, each of four packets has lines of all eight accounts. */
	ck_assert_int_le(pieces, 16);
	stage_close(&stage);
}
END_TEST

static int count_packets(const int64_t *packets, int lines)
{
	int count = 0;

	for (int i = 0; i < lines; i++)
		count += in_packet(packets, i, packets[i]) == 0;
	return count;
}

/* Accounts with more lines than a packet takes: keeping them together must not cost requests. */
START_TEST(rows_of_large_scattered_parents_fill_their_packets)
{
	int64_t packets[LINES_MAX];

	open_with_scattered_lines(LINES_MAX, 12);
	stage.interface.packet = 20;
	ck_ok(stage_process(&stage, 0), &stage.err);
	packets_of(packets, LINES_MAX);
	ck_assert_int_le(count_packets(packets, LINES_MAX), LINES_MAX / 20 * 5 / 4);
	stage_close(&stage);
}
END_TEST

/* Few rows, and rows that go one request after the other anyway, stay as the source has them. */
START_TEST(scattered_rows_keep_their_order_where_nothing_is_gained)
{
	static const struct {
		int packet, parallel;
	} cases[] = { { 60, 4 }, { 10, 1 } };
	int64_t packets[60];
	struct message_window window;

	open_with_scattered_lines(60, 7);
	stage.interface.packet = cases[_i].packet;
	stage.interface.parallel = cases[_i].parallel;
	ck_ok(stage_process(&stage, 0), &stage.err);
	packets_of(packets, 60);
	for (int i = 0; i < 60; i++)
		ck_assert_int_eq(packets[i], packets[0] + i / cases[_i].packet);
	for (int i = 1; i < 60; i++) {
		int64_t id;

		stage_message(&stage, &window, key_of(i - 1));
		id = window.messages[0].id;
		message_window_free(&window);
		stage_message(&stage, &window, key_of(i));
		ck_assert_int_gt(window.messages[0].id, id);
		message_window_free(&window);
	}
	stage_close(&stage);
}
END_TEST

static const char item[] =
	"{\"name\":\"Item__c\",\"label\":\"Item\",\"fields\":["
	"{\"name\":\"OwnerId\",\"type\":\"reference\",\"relationshipName\":\"Owner\"},"
	"{\"name\":\"Product__c\",\"type\":\"reference\",\"relationshipName\":\"Product__r\"},"
	"{\"name\":\"Order__c\",\"type\":\"reference\",\"relationshipName\":\"Order__r\","
	"\"relationshipOrder\":0},"
	"{\"name\":\"Shop__c\",\"type\":\"reference\",\"relationshipName\":\"Shop__r\","
	"\"restrictedDelete\":true},"
	"{\"name\":\"Name\",\"type\":\"string\"}]}";

/* Mapped in this order; which of them count. */
static const struct {
	const char *mapped[4];
	const char *members[4];
} parent_cases[] = {
	{ { "Name", "Owner.Ext__c" }, { NULL } },
	{ { "OwnerId", "Product__c" }, { "Product__c" } },
	{ { "Owner.Ext__c", "Product__r.Ext__c", "Name" }, { "Product__r" } },
	{ { "Product__r.Ext__c", "Order__r.Ext__c", "Shop__c" }, { "Order__r", "Shop__c" } },
};

START_TEST(parents_that_a_save_locks_count_before_others)
{
	struct parent_field fields[PARENT_FIELDS_MAX];
	struct mapping mapping = { 0 };
	struct describe *describe;
	struct err err = ERR_INIT;
	int count = 0;

	ck_ok(describe_parse(&describe, item, strlen(item), &err), &err);
	for (int i = 0; i < 4 && parent_cases[_i].mapped[i]; i++)
		mapping_add(
			&mapping, parent_cases[_i].mapped[i], MAPPING_COLUMN, "c", NULL_KEEP, NULL);
	for (; count < 4 && parent_cases[_i].members[count]; count++)
		;
	ck_assert_int_eq(parent_fields(fields, &mapping, describe), count);
	for (int i = 0; i < count; i++)
		ck_assert_str_eq(fields[i].member, parent_cases[_i].members[i]);
	ck_assert_int_eq(parent_fields(fields, &mapping, NULL), 0);
	mapping_free(&mapping);
	describe_free(describe);
}
END_TEST

/*
 * The org refuses what meets at a parent: not one row does, though packets are many at once, and
 * accounts have more rows than a packet.
 */
START_TEST(packets_in_flight_share_no_parent)
{
	int64_t packets[LINES_MAX];
	int64_t requests;

	open_with_scattered_lines(LINES_MAX, 2);
	stage_switch(&stage, "misconfigure", "{\"names\": [\"parent-locks\"]}");
	stage.interface.packet = PACKET;
	stage.interface.parallel = 8;
	requests = stage_requests(&stage, "composite/sobjects");
	ck_ok(stage_process(&stage, 0), &stage.err);
	requests = stage_requests(&stage, "composite/sobjects") - requests;
	ck_assert_int_eq(stage_info(&stage).counts.completed, LINES_MAX);
	packets_of(packets, LINES_MAX);
	ck_assert_int_eq(requests, count_packets(packets, LINES_MAX)); /* none was needed again */
	stage_close(&stage);
}
END_TEST

#define TWINS 8

/* The younger row of a key has another parent, whose packet fills up first. */
START_TEST(rows_of_one_key_keep_their_order_whatever_their_parents)
{
	stage_open(&stage, 60);
	stage_sql(&stage,
		"UPDATE order_line SET name = 'old', note = 'A-' || id WHERE id <= %d;"
		"UPDATE order_line SET name = 'new', note = 'B' WHERE id > %d;"
		"UPDATE order_line SET order_no = (SELECT o.order_no FROM order_line AS o"
		" WHERE o.id = order_line.id - %d) WHERE id > %d AND id <= %d",
		TWINS, TWINS, TWINS, TWINS, 2 * TWINS);
	use("accounts", "Account", "Ext_Id__c", "SELECT DISTINCT note FROM order_line");
	map("Ext_Id__c", "note");
	map("Name", "note");
	ck_ok(stage_process(&stage, 0), &stage.err);
	use_lines();
	text_set(&stage.interface.query,
		"SELECT order_no, name, note AS code FROM order_line ORDER BY id");
	stage.interface.packet = PACKET;
	ck_ok(stage_process(&stage, WAIT), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 60);
	for (int i = 0; i < TWINS; i++)
		ck_assert_str_eq(stage_field(&stage, key_of(i), "Name"), "new");
	stage_close(&stage);
}
END_TEST

Suite *suite_run_parents(void)
{
	Suite *suite = suite_create("run_parents");
	TCase *tc = tcase_create("run_parents");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, child_waits_while_its_parent_is_on_its_way, 0, ARRAY_SIZE(modes));
	tcase_add_loop_test(tc, child_fails_where_no_parent_is_on_its_way, 0, ARRAY_SIZE(modes));
	tcase_add_loop_test(tc, child_fails_at_once_where_the_run_of_its_parent_is_stopped, 0,
		ARRAY_SIZE(modes));
	tcase_add_test(tc, child_fails_as_soon_as_its_parent_is_given_up);
	tcase_add_test(tc, tree_is_sent_from_the_root_and_a_ring_of_one_fails);
	tcase_add_loop_test(tc, rows_of_one_parent_stay_in_one_packet, 0, 2);
	tcase_add_test(tc, rows_of_scattered_parents_meet_in_few_packets);
	tcase_add_test(tc, rows_of_large_scattered_parents_fill_their_packets);
	tcase_add_loop_test(tc, scattered_rows_keep_their_order_where_nothing_is_gained, 0, 2);
	tcase_add_loop_test(
		tc, parents_that_a_save_locks_count_before_others, 0, ARRAY_SIZE(parent_cases));
	tcase_add_test(tc, packets_in_flight_share_no_parent);
	tcase_add_test(tc, rows_of_one_key_keep_their_order_whatever_their_parents);
	suite_add_tcase(suite, tc);
	return suite;
}
