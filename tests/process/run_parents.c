/* Tests of rows whose parents come from another interface: order lines and their accounts. */

#include "process/suites.h"
#include "process/stage.h"
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

/* Nobody brings the parent any more: then the row fails in the org's own words. */
START_TEST(child_fails_where_no_parent_is_on_its_way)
{
	struct message_window window;

	open_with_accounts(20);
	stage_sql(&stage, "UPDATE order_line SET note = NULL WHERE id %% 5 = 0");
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 1); /* an account without a name */
	use_lines();
	stage.interface.mode = modes[_i];
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 16);
	ck_assert_int_eq(stage_info(&stage).counts.failed, 4);
	stage_find(&stage, &window, "status:failed");
	ck_assert_msg(text_starts(window.messages[0].comment, "Foreign key external ID: A-0"), "%s",
		window.messages[0].comment);
	message_window_free(&window);
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

/* Lines of seven accounts, one after the other, so many of each. */
static const int sizes[] = { 7, 7, 3, 25, 1, 9, 8 };

/* Gives the packet of each line, in the order read. */
static int packets_of(int64_t *packets, int room)
{
	struct message_window window = { 0 };
	struct filter *filter = NULL;
	int count;

	ck_ok(filter_parse(&filter, "interface:order-lines", 0, NULL, &stage.err), &stage.err);
	ck_ok(view_messages(&window, stage.view, filter, WINDOW_AFTER, 0, room, &stage.err),
		&stage.err);
	filter_free(filter);
	count = window.count;
	for (int i = 0; i < count; i++)
		packets[i] = MESSAGE_PACKET(window.messages[i].id);
	message_window_free(&window);
	return count;
}

START_TEST(rows_of_one_parent_stay_in_one_packet)
{
	struct message_window window;
	int64_t packets[100];
	int line = 0, in_packet = 0;

	stage_open(&stage, 60);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++, line += sizes[i - 1])
		stage_sql(&stage, "UPDATE order_line SET note = 'A-%d' WHERE id > %d AND id <= %d",
			(int)i, line, line + sizes[i]);
	/* One of those that move, and is refused here. */
	stage_sql(&stage, "UPDATE order_line SET name = hex(zeroblob(150)) WHERE id = 9");
	use_lines();
	text_set(&stage.interface.query, "SELECT order_no, name, note AS code FROM order_line");
	stage.interface.packet = PACKET;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(packets_of(packets, ARRAY_SIZE(packets)), 60);
	line = 0;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); line += sizes[i++])
		for (int k = 1; k < sizes[i] && sizes[i] <= PACKET; k++)
			ck_assert_int_eq(packets[line + k], packets[line]);
	for (int i = 0; i < 60; i++) {
		in_packet = i && packets[i] == packets[i - 1] ? in_packet + 1 : 1;
		ck_assert_int_le(in_packet, PACKET);
	}
	/* The payload moves with its row. */
	for (int i = 1; i <= 60; i += 7) {
		struct message_detail *detail;
		char key[64], name[64];

		snprintf(key, sizeof(key), "ORD-%06d", (i - 1) * 7919 % 1000003);
		snprintf(name, sizeof(name), "\"Name\":\"Line %d\"", i - 1);
		stage_message(&stage, &window, key);
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

/* Where the source does not sort by parent nothing is gained, and nothing lost. */
START_TEST(rows_of_scattered_parents_fill_their_packets)
{
	int64_t packets[100];

	stage_open(&stage, 60);
	use_lines();
	stage.interface.packet = PACKET;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(packets_of(packets, ARRAY_SIZE(packets)), 60);
	for (int i = 0; i < 60; i++)
		ck_assert_int_eq(packets[i], packets[0] + i / PACKET);
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
	tcase_add_test(tc, tree_is_sent_from_the_root_and_a_ring_of_one_fails);
	tcase_add_test(tc, rows_of_one_parent_stay_in_one_packet);
	tcase_add_test(tc, rows_of_scattered_parents_fill_their_packets);
	suite_add_tcase(suite, tc);
	return suite;
}
