/* Tests of keep_payload = false: what completed leaves nothing of its content in the store. */

#include "process/suites.h"
#include "process/stage.h"
#include "base/file.h"

static struct message_detail *detail_of(struct stage *stage, const char *key)
{
	struct message_detail *detail = NULL;
	struct message_window window;

	stage_message(stage, &window, key);
	ck_ok(view_message(&detail, stage->view, window.messages[0].id, &stage->err), &stage->err);
	message_window_free(&window);
	return detail;
}

static void check_kept(struct stage *stage, const char *key, bool kept)
{
	struct message_detail *detail = detail_of(stage, key);

	ck_assert_int_eq(detail->record[0] != '\0', kept);
	ck_assert_int_eq(detail->source_len > 0, kept);
	message_detail_free(detail);
}

/* In the closed store's file. */
static bool file_has(const struct stage *stage, const char *words)
{
	struct buf file = BUF_INIT(64u << 20);
	struct err err = ERR_INIT;
	char *path = file_join(stage->home, "store.db");
	bool has;

	ck_ok(file_read(&file, path, &err), &err);
	has = memmem(file.data, file.len, words, strlen(words)) != NULL;
	buf_free(&file);
	free(path);
	return has;
}

static void open_with_one_bad(struct stage *stage)
{
	stage_open(stage, 300);
	stage_sql(stage, "UPDATE order_line SET name = NULL WHERE id = 2");
	stage_sql(stage, "UPDATE order_line SET note = 'secret-' || id");
}

START_TEST(payload_of_what_completed_is_gone_from_the_file)
{
	struct message_window window;
	struct stage stage;

	open_with_one_bad(&stage);
	stage.interface.keep_payload = false;
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 299);
	check_kept(&stage, "ORD-000000", false);
	check_kept(&stage, "ORD-007919", true); /* it failed, and may be sent again */
	stage_end_process(&stage);
	ck_assert(file_has(&stage, "secret-2"));
	ck_assert(!file_has(&stage, "secret-1"));
	ck_assert(!file_has(&stage, "secret-3"));
	stage_begin_process(&stage);

	stage_find(&stage, &window, "status:failed");
	stage_edit(&stage, window.messages[0].id,
		"{\"Order_No__c\":\"ORD-007919\",\"Name\":\"mended\",\"Note__c\":\"secret-9999\"}");
	stage_event(&stage, window.messages[0].id, EVENT_REPROCESS);
	message_window_free(&window);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 300);
	check_kept(&stage, "ORD-007919", false);
	stage_end_process(&stage);
	ck_assert(!file_has(&stage, "secret-"));
	stage_begin_process(&stage);
	stage_close(&stage);
}
END_TEST

START_TEST(payload_is_kept_otherwise)
{
	struct stage stage;

	open_with_one_bad(&stage);
	ck_ok(stage_process(&stage, 0), &stage.err);
	check_kept(&stage, "ORD-000000", true);
	stage_close(&stage);
}
END_TEST

/* What the source is still to be told needs its row. */
START_TEST(payload_waits_for_the_write_back)
{
	struct stage stage;

	open_with_one_bad(&stage);
	stage.interface.keep_payload = false;
	text_set(&stage.interface.after_success,
		"UPDATE nowhere SET x = 1 WHERE order_no = :order_no");
	ck_assert_int_lt(stage_process(&stage, 0), 0);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 299);
	check_kept(&stage, "ORD-000000", true);
	stage_sql(&stage, "CREATE TABLE nowhere (x, order_no);"
			  "INSERT INTO nowhere SELECT 0, order_no FROM order_line");
	ck_ok(stage_resume(&stage, 0), &stage.err);
	check_kept(&stage, "ORD-000000", false);
	stage_close(&stage);
}
END_TEST

Suite *suite_run_payload(void)
{
	Suite *suite = suite_create("run_payload");
	TCase *tc = tcase_create("run_payload");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, payload_of_what_completed_is_gone_from_the_file);
	tcase_add_test(tc, payload_is_kept_otherwise);
	tcase_add_test(tc, payload_waits_for_the_write_back);
	suite_add_tcase(suite, tc);
	return suite;
}
