/* Tests of bulk_match.h: each line finds its row, and what fits nothing gives no row an outcome. */

#include "process/suites.h"
#include "process/bulk_match.h"

#define ROWS 3000

static struct bulk_sheet *sheet;
static struct bulk_match *match;
static struct err err;

/* Row i as it is sent; its number comes back in another shape. */
static void read_row(int i)
{
	char record[120];
	const char *why;

	snprintf(record, sizeof(record), "{\"Ext__c\":\"K-%d\",\"N\":%d,\"T\":\"a\\nb\"}", i,
		i * 100);
	ck_assert_int_eq(bulk_sheet_read(sheet, record, strlen(record), true, &why, &err), 0);
}

static void back_row(int i, const char *number)
{
	char key[32];

	bulk_sheet_clear(sheet);
	snprintf(key, sizeof(key), "K-%d", i);
	ck_ok(bulk_sheet_set(sheet, 0, key, strlen(key), &err), &err);
	ck_ok(bulk_sheet_set(sheet, 1, number, strlen(number), &err), &err);
	ck_ok(bulk_sheet_set(sheet, 2, "a\r\nb", 4, &err), &err);
}

static void take(int i, enum bulk_file file)
{
	struct bulk_line line = { .file = file, .created = i % 2, .text = "", .fields = "" };
	char number[32], words[64];

	snprintf(number, sizeof(number), i ? "%dE2" : "0.0", i);
	snprintf(words, sizeof(words), "the words about row %d", i);
	if (file == BULK_FILE_FAILED) {
		snprintf(line.code, sizeof(line.code), "CODE_%d", i);
		line.text = words;
		line.fields = "A,B";
	} else {
		snprintf(line.id, sizeof(line.id), "001%015d", i);
	}
	back_row(i, number);
	ck_ok(bulk_match_take(match, sheet, &line, &err), &err);
}

static void setup(void)
{
	static char name[] = "Ext__c";
	char *items[] = { name };
	struct text_list keys = { items, 1 };

	err = (struct err)ERR_INIT;
	ck_ok(bulk_sheet_new(&sheet, OPERATION_UPSERT, &keys, &err), &err);
	ck_ok(bulk_match_new(&match, test_folder(), ROWS + 1, &err), &err);
	for (int i = 0; i < ROWS; i++) {
		read_row(i);
		ck_ok(bulk_match_add(match, bulk_sheet_key(sheet), bulk_sheet_content(sheet), &err),
			&err);
	}
}

static void teardown(void)
{
	bulk_match_free(match);
	bulk_sheet_free(sheet);
}

static struct bulk_row row(int i)
{
	struct bulk_row got;

	ck_ok(bulk_match_row(&got, match, i, &err), &err);
	return got;
}

static enum bulk_file file_of(int i)
{
	return i % 10 == 3   ? BULK_FILE_FAILED
	       : i % 10 == 7 ? BULK_FILE_UNPROCESSED
			     : BULK_FILE_SUCCESSFUL;
}

START_TEST(lines_in_any_order_find_their_rows)
{
	const char *what;

	for (int i = 0; i < ROWS; i++)
		take((int)((int64_t)i * 1777 % ROWS), file_of((int)((int64_t)i * 1777 % ROWS)));
	ck_assert_int_eq(bulk_match_missing(match), 0);
	ck_assert_msg(bulk_match_odd(match, &what) == 0, "%s", what);
	for (int i = 0; i < ROWS; i++) {
		struct bulk_row got = row(i);
		char expected[64];

		if (file_of(i) == BULK_FILE_FAILED) {
			ck_assert_int_eq(got.verdict, BULK_ROW_FAILED);
			snprintf(expected, sizeof(expected), "the words about row %d", i);
			ck_assert_str_eq(got.text, expected);
			snprintf(expected, sizeof(expected), "CODE_%d", i);
			ck_assert_str_eq(got.code, expected);
			ck_assert_str_eq(got.fields, "A,B");
		} else if (file_of(i) == BULK_FILE_UNPROCESSED) {
			ck_assert_int_eq(got.verdict, BULK_ROW_UNPROCESSED);
		} else {
			ck_assert_int_eq(got.verdict, BULK_ROW_SUCCEEDED);
			snprintf(expected, sizeof(expected), "001%015d", i);
			ck_assert_str_eq(got.id, expected);
			ck_assert_int_eq(got.created, i % 2);
		}
	}
}
END_TEST

START_TEST(what_fits_no_row_answers_none)
{
	struct bulk_line line = { .file = BULK_FILE_SUCCESSFUL, .text = "", .fields = "" };
	const char *what;

	take(1, BULK_FILE_SUCCESSFUL);
	take(ROWS + 5, BULK_FILE_SUCCESSFUL); /* never sent */
	ck_assert_int_eq(bulk_match_odd(match, &what), 1);
	ck_assert_ptr_nonnull(strstr(what, "not sent"));
	back_row(2, "201"); /* another content than was sent */
	ck_ok(bulk_match_take(match, sheet, &line, &err), &err);
	take(2, BULK_FILE_SUCCESSFUL); /* nor is the next line for it believed */
	take(1, BULK_FILE_FAILED);     /* two lines for one row */
	ck_assert_int_eq(bulk_match_odd(match, &what), 4);
	ck_assert_int_eq(row(1).verdict, BULK_ROW_MISSING);
	ck_assert_int_eq(row(2).verdict, BULK_ROW_MISSING);
	ck_assert_int_eq(bulk_match_missing(match), ROWS);
}
END_TEST

START_TEST(files_may_be_read_again)
{
	take(1, BULK_FILE_FAILED);
	take(2, BULK_FILE_SUCCESSFUL);
	bulk_match_forget(match);
	ck_assert_int_eq(bulk_match_missing(match), ROWS);
	take(1, BULK_FILE_FAILED);
	ck_assert_int_eq(row(1).verdict, BULK_ROW_FAILED);
	ck_assert_str_eq(row(1).text, "the words about row 1");
	ck_assert_int_eq(row(2).verdict, BULK_ROW_MISSING);
}
END_TEST

START_TEST(a_key_is_in_a_job_once)
{
	read_row(5);
	ck_assert_int_eq(bulk_match_add(match, bulk_sheet_key(sheet), 0, &err), -ERR_USAGE);
	ck_assert_int_eq(bulk_match_rows(match), ROWS);
}
END_TEST

START_TEST(a_job_has_no_more_rows_than_were_told)
{
	read_row(ROWS);
	ck_ok(bulk_match_add(match, bulk_sheet_key(sheet), 0, &err), &err);
	read_row(ROWS + 1);
	ck_assert_int_eq(bulk_match_add(match, bulk_sheet_key(sheet), 0, &err), -ERR_USAGE);
	ck_assert_int_eq(bulk_match_rows(match), ROWS + 1);
}
END_TEST

Suite *suite_bulk_match(void)
{
	Suite *suite = suite_create("bulk_match");
	TCase *tc = tcase_create("bulk_match");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, lines_in_any_order_find_their_rows);
	tcase_add_test(tc, what_fits_no_row_answers_none);
	tcase_add_test(tc, files_may_be_read_again);
	tcase_add_test(tc, a_key_is_in_a_job_once);
	tcase_add_test(tc, a_job_has_no_more_rows_than_were_told);
	suite_add_tcase(suite, tc);
	return suite;
}
