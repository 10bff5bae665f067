/* Tests of frame.c: nothing that a damaged child sends may lead the parent astray. */

#include "source/suites.h"
#include "source/frame.h"

static struct frame_cursor over(const struct buf *frame)
{
	return (struct frame_cursor){ frame->data + FRAME_HEAD, frame->data + frame->len };
}

START_TEST(columns_survive_the_pipe)
{
	struct column columns[2] = { { "order_no", COLUMN_TEXT, 20, 0 },
		{ "price", COLUMN_DECIMAL, 10, 2 } };
	struct column *back = NULL;
	struct buf frame = BUF_INIT(4096);
	struct frame_cursor cursor;
	enum frame_kind kind;
	uint32_t len;
	int count;

	frame_columns(&frame, columns, 2);
	ck_assert(frame_head(&kind, &len, frame.data));
	ck_assert_int_eq(kind, FRAME_COLUMNS);
	ck_assert_uint_eq(len, frame.len - FRAME_HEAD);
	cursor = over(&frame);
	ck_assert(frame_read_columns(&back, &count, &cursor));
	ck_assert_int_eq(count, 2);
	ck_assert_str_eq(back[1].name, "price");
	ck_assert_int_eq(back[1].type, COLUMN_DECIMAL);
	ck_assert_int_eq(back[1].size, 10);
	ck_assert_int_eq(back[1].scale, 2);
	free(back);
	for (size_t cut = 0; cut + FRAME_HEAD < frame.len; cut++) {
		cursor = over(&frame);
		cursor.end = cursor.at + cut;
		back = NULL;
		ck_assert(!frame_read_columns(&back, &count, &cursor));
		ck_assert_ptr_null(back);
	}
	buf_free(&frame);
}
END_TEST

START_TEST(bad_cells_keep_their_reason)
{
	struct cell cells[3] = { { "1", 1, NULL }, { "", 0, "holds a NUL" }, { NULL, 0, NULL } };
	struct cell back[3];
	struct buf frame = BUF_INIT(4096);
	struct frame_cursor cursor;
	const char *row;
	size_t len;

	frame_begin(&frame, FRAME_ROWS);
	frame_row(&frame, cells, 3);
	cells[1].bad = NULL;
	frame_row(&frame, cells, 3);
	frame_end(&frame);
	cursor = over(&frame);
	ck_assert_int_eq(frame_read_row(back, 3, &row, &len, &cursor), 1);
	ck_assert_str_eq(back[1].bad, "holds a NUL");
	ck_assert_ptr_null(back[0].bad);
	ck_assert_ptr_null(back[2].text);
	ck_assert_int_eq(frame_read_row(back, 3, &row, &len, &cursor), 1);
	ck_assert_ptr_null(back[1].bad);
	ck_assert_int_eq(frame_read_row(back, 3, &row, &len, &cursor), 0);
	buf_free(&frame);
}
END_TEST

START_TEST(damaged_rows_are_refused_at_every_length)
{
	struct cell cells[2] = { { "abc", 3, "why" }, { "de", 2, NULL } };
	struct cell back[2];
	struct buf frame = BUF_INIT(4096);
	const char *row;
	size_t len;

	frame_begin(&frame, FRAME_ROWS);
	frame_row(&frame, cells, 2);
	frame_end(&frame);
	for (size_t cut = 1; cut + FRAME_HEAD < frame.len; cut++) {
		struct frame_cursor cursor = over(&frame);

		cursor.end = cursor.at + cut;
		ck_assert_int_eq(frame_read_row(back, 2, &row, &len, &cursor), -1);
	}
	buf_free(&frame);
}
END_TEST

START_TEST(error_survives_the_pipe)
{
	struct err sent = { ERR_SOURCE, true, "42S02", "no such table" };
	struct err back = ERR_INIT;
	struct buf frame = BUF_INIT(4096);
	struct frame_cursor cursor;

	frame_error(&frame, &sent);
	cursor = over(&frame);
	ck_assert(frame_read_error(&back, &cursor));
	ck_assert_int_eq(back.kind, ERR_SOURCE);
	ck_assert(back.retryable);
	ck_assert_str_eq(back.code, "42S02");
	ck_assert_str_eq(back.text, "no such table");
	buf_free(&frame);
}
END_TEST

START_TEST(head_of_no_frame_is_refused)
{
	static const char heads[][FRAME_HEAD] = { { 0, 1, 0, 0, 0 }, { 'Z', 1, 0, 0, 0 },
		{ 'R', 0, 0, 0, 0x7f }, { 'R', -1, -1, -1, -1 } };
	enum frame_kind kind;
	uint32_t len;

	ck_assert(!frame_head(&kind, &len, heads[_i]));
}
END_TEST

Suite *suite_frame(void)
{
	Suite *suite = suite_create("frame");
	TCase *tc = tcase_create("frame");

	tcase_add_test(tc, columns_survive_the_pipe);
	tcase_add_test(tc, bad_cells_keep_their_reason);
	tcase_add_test(tc, damaged_rows_are_refused_at_every_length);
	tcase_add_test(tc, error_survives_the_pipe);
	tcase_add_loop_test(tc, head_of_no_frame_is_refused, 0, 4);
	suite_add_tcase(suite, tc);
	return suite;
}
