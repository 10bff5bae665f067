/* Tests of what a message's attempts are said to have sent and got: against the org's own log. */

#include "process/suites.h"
#include "process/stage.h"
#include "base/text.h"
#include "process/exchange.h"

#include <json-c/json.h>

static struct stage stage;
static struct exchange exchange;
static struct message_detail *detail;

static void teardown(void)
{
	exchange_free(&exchange);
	message_detail_free(detail);
	detail = NULL;
	stage_close(&stage);
}

/* Attempt number `attempt` of the last run's first message that passes `filter`. */
static void look(const char *filter, int attempt)
{
	struct message_window window;

	exchange_free(&exchange);
	message_detail_free(detail);
	detail = NULL;
	stage_find(&stage, &window, filter);
	ck_ok(view_message(&detail, stage.view, window.messages[0].id, &stage.err), &stage.err);
	message_window_free(&window);
	ck_assert_int_lt(attempt, detail->attempt_count);
	ck_ok(exchange_make(&exchange, detail, attempt, &stage.err), &stage.err);
}

static const char *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value)
							      : NULL;
}

/* The last request in the org's log that wrote rows. Freed by json_object_put(). */
static struct json_object *last_write(void)
{
	FILE *log = fopen(stage.requests, "r");
	struct json_object *last = NULL;
	char *line = NULL;
	size_t size = 0;

	ck_assert_ptr_nonnull(log);
	while (getline(&line, &size, log) > 0) {
		struct json_object *request = json_tokener_parse(line);
		const char *path = member(request, "path");

		if (!strstr(path, "/composite/sobjects") && !strstr(path, "/batches")) {
			json_object_put(request);
			continue;
		}
		json_object_put(last);
		last = request;
	}
	free(line);
	fclose(log);
	ck_assert_ptr_nonnull(last);
	return last;
}

/* Every header that the org saw of the request is told, and the token is not. */
static void check_headers(struct json_object *request)
{
	static const char *const told[] = { "Accept", "Content-Type", "Sforce-Auto-Assign",
		"Sforce-Call-Options", "Sforce-Duplicate-Rule-Header" };
	struct json_object *headers = NULL;
	size_t count = 0;

	ck_assert(json_object_object_get_ex(request, "headers", &headers));
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		const char *value = member(headers, told[i]);
		char line[200];

		if (!value)
			continue;
		snprintf(line, sizeof(line), "%s: %s", told[i], value);
		ck_assert_msg(text_list_has(&exchange.headers, line), "%s", line);
		count++;
	}
	ck_assert_uint_eq(exchange.headers.count, count);
}

static void check_against_log(void)
{
	struct json_object *request = last_write();
	const char *path = strstr(exchange.url, "/services/");

	ck_assert_str_eq(exchange.method, member(request, "method"));
	ck_assert_ptr_nonnull(path);
	ck_assert_str_eq(path, member(request, "path"));
	ck_assert(text_starts(exchange.url, practice_url(stage.practice)));
	if (exchange.body)
		ck_assert_str_eq(exchange.body, member(request, "body"));
	else
		ck_assert_str_eq(member(request, "body"), "");
	check_headers(request);
	json_object_put(request);
}

static void map_two(enum operation operation, const char *external_id)
{
	struct interface *interface = &stage.interface;

	mapping_free(&interface->mapping);
	interface->operation = operation;
	text_set(&interface->external_id, external_id);
	mapping_add(
		&interface->mapping, "Order_No__c", MAPPING_COLUMN, "order_no", NULL_KEEP, NULL);
	mapping_add(&interface->mapping, "Name", MAPPING_COLUMN, "name", NULL_KEEP, NULL);
	stage_sql(&stage, "UPDATE order_line SET name = 'v2'");
}

static void by_upsert(void)
{
}

static void by_insert(void)
{
	stage_insert(&stage);
	stage_sql(&stage, "UPDATE order_line SET order_no = 'ANOTHER'");
}

static void by_update(void)
{
	map_two(OPERATION_UPDATE, "Order_No__c");
}

static void by_delete(void)
{
	map_two(OPERATION_DELETE, "Order_No__c");
}

static void by_two_fields(void)
{
	map_two(OPERATION_UPSERT, "Order_No__c,Name");
	stage.interface.unique_key_assumed = true;
	stage_sql(&stage, "UPDATE order_line SET name = 'Line 0'"); /* as it is in the org */
}

static void with_all_settings(void)
{
	stage.interface.all_or_none = true;
	stage.interface.auto_assign = true;
	stage.interface.allow_duplicates = true;
	stage_sql(&stage, "UPDATE order_line SET name = 'v2'");
}

static void by_bulk(void)
{
	stage.interface.mode = TRANSFER_BULK;
	stage_sql(&stage,
		"UPDATE order_line SET name = 'with \"quotes\", and' || char(10) || 'more'");
}

static void (*const ways[])(void) = { by_upsert, by_insert, by_update, by_delete, by_two_fields,
	with_all_settings, by_bulk };

/* given one row that is in the org / when it is sent in some way / then what is told of its request
 * is what the org got, byte by byte */
START_TEST(a_request_is_told_as_it_went_over_the_wire)
{
	stage_open(&stage, 1);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ways[_i]();
	ck_ok(stage_process(&stage, 0), &stage.err);
	look("status:completed", 0);
	check_against_log();
	ck_assert_ptr_nonnull(strstr(exchange.about, ways[_i] == by_bulk ? "line" : " alone"));
	ck_assert_ptr_nonnull(strstr(exchange.answer_about, "rebuilt from the Id"));
	ck_assert_ptr_nonnull(strstr(exchange.answer, detail->message.salesforce_id));
}
END_TEST

START_TEST(a_row_among_others_is_told_as_its_part)
{
	stage_open(&stage, 30);
	ck_ok(stage_process(&stage, 0), &stage.err);
	look("key:ORD-007919", 0);
	ck_assert_ptr_nonnull(strstr(exchange.about, "number 2 of the 30 rows of packet 1"));
	ck_assert_ptr_nonnull(strstr(exchange.body, "ORD-007919"));
	ck_assert_ptr_null(strstr(exchange.body, "},{\"attributes\""));
}
END_TEST

START_TEST(the_answer_about_a_failed_row_is_kept_as_it_came)
{
	stage_open(&stage, 3);
	stage_sql(&stage, "UPDATE order_line SET name = NULL WHERE id = 2");
	if (_i)
		stage.interface.mode = TRANSFER_BULK;
	ck_ok(stage_process(&stage, 0), &stage.err);
	look("status:failed", 0);
	ck_assert_str_eq(exchange.answer,
		_i ? "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"
		   : "{\"success\":false,\"errors\":[{\"statusCode\":\"REQUIRED_FIELD_MISSING\","
		     "\"message\":\"Required fields are missing: "
		     "[Name]\",\"fields\":[\"Name\"]}]}");
	ck_assert(text_starts(exchange.answer_about, "as it came"));
}
END_TEST

/* The first attempt of a message that was tried twice. */
static void look_at_one_tried_twice(void)
{
	char key[40];

	for (int i = 0; i < 10; i++) {
		snprintf(key, sizeof(key), "key:ORD-%06d", i * 7919);
		look(key, 0);
		if (detail->attempt_count > 1)
			return;
	}
	ck_abort_msg("every message was tried once");
}

START_TEST(the_answer_to_a_request_that_failed_as_a_whole_is_kept)
{
	stage_open(&stage, 10);
	stage.interface.packet = 1;
	stage.interface.parallel = 1;
	stage_switch(&stage, "faults", "{\"503\": 0.4, \"seed\": 4}");
	ck_ok(stage_process(&stage, 60000), &stage.err);
	look_at_one_tried_twice();
	ck_assert_int_eq(detail->attempts[0].http_status, 503);
	ck_assert_msg(strstr(exchange.answer, "SERVER_UNAVAILABLE") != NULL, "%s", exchange.answer);
	ck_assert_ptr_nonnull(exchange.method);
}
END_TEST

/* given a row that failed / when its payload is edited and it is sent again / then each attempt is
 * told with the payload that it carried */
START_TEST(each_attempt_is_told_with_its_own_payload)
{
	struct message_window window;
	int64_t message;

	stage_open(&stage, 1);
	stage_sql(&stage, "UPDATE order_line SET name = NULL");
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage_find(&stage, &window, "status:failed");
	message = window.messages[0].id;
	message_window_free(&window);
	for (int i = 0; i < 2; i++) {
		stage_edit(&stage, message,
			i ? "{\"Order_No__c\":\"ORD-000000\",\"Name\":\"second\"}"
			  : "{\"Order_No__c\":\"ORD-000000\",\"Note__c\":\"first\"}");
		stage_event(&stage, message, EVENT_REPROCESS);
		ck_ok(stage_resume(&stage, 0), &stage.err);
	}
	look("status:completed", 2);
	check_against_log();
	ck_assert_ptr_nonnull(strstr(exchange.body, "second"));
	look("status:completed", 1);
	ck_assert_ptr_nonnull(strstr(exchange.body, "first"));
	look("status:completed", 0);
	ck_assert_ptr_null(strstr(exchange.body, "first"));
	ck_assert_ptr_null(strstr(exchange.body, "second"));
}
END_TEST

/* Mapped anew twice: what went the first time again is in the store no more. */
START_TEST(a_payload_that_is_not_kept_is_not_guessed)
{
	struct message_window window;
	int64_t message;

	stage_open(&stage, 1);
	stage_sql(&stage, "UPDATE order_line SET name = NULL");
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage_find(&stage, &window, "status:failed");
	message = window.messages[0].id;
	message_window_free(&window);
	for (int i = 0; i < 2; i++) {
		stage_event(&stage, message, EVENT_REPROCESS);
		ck_ok(stage_resume(&stage, 0), &stage.err);
	}
	look("status:failed", 1);
	ck_assert_ptr_null(exchange.method);
	ck_assert_ptr_nonnull(strstr(exchange.about, "replaced since"));
	look("status:failed", 2);
	check_against_log();
}
END_TEST

START_TEST(a_payload_that_left_the_store_is_told_as_gone)
{
	stage_open(&stage, 1);
	stage.interface.keep_payload = false;
	ck_ok(stage_process(&stage, 0), &stage.err);
	look("status:completed", 0);
	ck_assert_ptr_null(exchange.method);
	ck_assert_ptr_nonnull(strstr(exchange.about, "left the store"));
}
END_TEST

START_TEST(settings_that_were_changed_since_are_not_told_as_those_of_the_time)
{
	struct message_window window;

	stage_open(&stage, 1);
	stage_sql(&stage, "UPDATE order_line SET name = NULL");
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage_find(&stage, &window, "status:failed");
	stage.interface.auto_assign = true;
	stage_event(&stage, window.messages[0].id, EVENT_REPROCESS);
	message_window_free(&window);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	look("status:failed", 1);
	check_against_log();
	look("status:failed", 0);
	ck_assert_ptr_null(exchange.method);
	ck_assert_ptr_nonnull(strstr(exchange.about, "settings of its time"));
}
END_TEST

START_TEST(a_row_that_was_in_no_request_is_told_so)
{
	stage_open(&stage, 2);
	ck_ok(stage_process(&stage, 0), &stage.err);
	by_update();
	stage_sql(&stage, "UPDATE order_line SET order_no = 'NONE' WHERE id = 1");
	ck_ok(stage_process(&stage, 0), &stage.err);
	look("status:failed", 0);
	ck_assert_ptr_null(exchange.method);
	ck_assert_ptr_null(exchange.answer);
	ck_assert_ptr_nonnull(strstr(exchange.about, "no request"));
	look("status:completed", 0);
	ck_assert_ptr_nonnull(exchange.method);
}
END_TEST

/* Of what the org refused, the Id that was looked up is not kept: it is named as that. */
START_TEST(an_id_that_is_not_kept_is_not_invented)
{
	stage_open(&stage, 1);
	ck_ok(stage_process(&stage, 0), &stage.err);
	by_update();
	stage.interface.mapping.entries[1].nulls = NULL_CLEAR;
	stage_sql(&stage, "UPDATE order_line SET name = NULL");
	ck_ok(stage_process(&stage, 0), &stage.err);
	look("status:failed", 0);
	ck_assert_ptr_nonnull(strstr(exchange.body, "\"id\":\"looked up when it was sent"));
}
END_TEST

START_TEST(a_large_body_is_told_in_part)
{
	static char record[200000];
	struct message_window window;
	size_t len;

	stage_open(&stage, 1);
	stage_sql(&stage, "UPDATE order_line SET name = NULL");
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage_find(&stage, &window, "status:failed");
	len = (size_t)snprintf(record, sizeof(record), "{\"Order_No__c\":\"");
	memset(record + len, 'x', sizeof(record) - len - 3);
	memcpy(record + sizeof(record) - 3, "\"}", 3);
	stage_edit(&stage, window.messages[0].id, record);
	stage_event(&stage, window.messages[0].id, EVENT_REPROCESS);
	message_window_free(&window);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	look("status:failed", 1);
	ck_assert_uint_eq(strlen(exchange.body), EXCHANGE_BODY_MAX);
	ck_assert_ptr_nonnull(strstr(exchange.about, "the first 65536 of 2000"));
}
END_TEST

Suite *suite_exchange(void)
{
	Suite *suite = suite_create("process/exchange");
	TCase *tests = tcase_create("exchange");

	tcase_add_checked_fixture(tests, NULL, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(
		tests, a_request_is_told_as_it_went_over_the_wire, 0, (int)ARRAY_SIZE(ways));
	tcase_add_test(tests, a_row_among_others_is_told_as_its_part);
	tcase_add_loop_test(tests, the_answer_about_a_failed_row_is_kept_as_it_came, 0, 2);
	tcase_add_test(tests, the_answer_to_a_request_that_failed_as_a_whole_is_kept);
	tcase_add_test(tests, each_attempt_is_told_with_its_own_payload);
	tcase_add_test(tests, a_payload_that_is_not_kept_is_not_guessed);
	tcase_add_test(tests, a_payload_that_left_the_store_is_told_as_gone);
	tcase_add_test(tests, settings_that_were_changed_since_are_not_told_as_those_of_the_time);
	tcase_add_test(tests, a_row_that_was_in_no_request_is_told_so);
	tcase_add_test(tests, an_id_that_is_not_kept_is_not_invented);
	tcase_add_test(tests, a_large_body_is_told_in_part);
	suite_add_tcase(suite, tests);
	return suite;
}
