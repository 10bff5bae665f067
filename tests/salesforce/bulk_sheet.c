/* Tests of bulk_sheet.h and of the reader of result files: CSV out, CSV back, rows told again. */

#include "salesforce/suites.h"

#include "base/text.h"
#include "salesforce/bulk.h"

static struct bulk_sheet *sheet;
static struct buf out;
static struct err err;

static void make_sheet(enum operation operation, const char *key)
{
	struct text_list keys = { NULL, 0 };

	bulk_sheet_free(sheet);
	sheet = NULL;
	ck_assert(text_list_add(&keys, key));
	ck_ok(bulk_sheet_new(&sheet, operation, &keys, &err), &err);
	text_list_free(&keys);
}

static void setup(void)
{
	err = (struct err)ERR_INIT;
	buf_init(&out, 1 << 20);
	make_sheet(OPERATION_UPSERT, "Ext__c");
}

static void teardown(void)
{
	bulk_sheet_free(sheet);
	sheet = NULL;
	buf_free(&out);
}

static int read_record(const char *record, bool grow, const char **why)
{
	return bulk_sheet_read(sheet, record, strlen(record), grow, why, &err);
}

/* The line of a record in a sheet that has all its fields already. */
static const char *line_of(const char *record)
{
	const char *why;

	ck_assert_msg(read_record(record, false, &why) == 0, "%s: %s", record, why);
	buf_reset(&out);
	bulk_sheet_write_row(&out, sheet);
	ck_assert_int_eq(bulk_sheet_row_bytes(sheet) + bulk_sheet_columns(sheet), out.len);
	return buf_str(&out);
}

START_TEST(values_become_cells)
{
	static const struct {
		const char *record, *line;
	} cases[] = {
		{ "{\"Ext__c\":\"1\",\"A\":\"x\",\"B\":2.50}", "1,x,2.50\n" },
		{ "{\"Ext__c\":\"1\",\"A\":null,\"B\":true}", "1,#N/A,true\n" },
		{ "{\"Ext__c\":\"1\",\"A\":\"\"}", "1,#N/A,\n" }, /* as JSON's "" clears, too */
		{ "{\"Ext__c\":\"1\"}", "1,,\n" },
		{ "{ \"B\" : 1 , \"ext__C\" : \"1\" }", "1,,1\n" },
		{ "{\"Ext__c\":\"1\",\"A\":\"a,b\",\"B\":\"say \\\"hi\\\"\"}",
			"1,\"a,b\",\"say \"\"hi\"\"\"\n" },
		{ "{\"Ext__c\":\"1\",\"A\":\"two\\nlines\",\"B\":\"\\u00e9\\ud83d\\ude00\\/\"}",
			"1,\"two\nlines\",\xc3\xa9\xf0\x9f\x98\x80/\n" },
		{ "{\"Ext__c\":\"1\",\"A\":\"dos\\r\\nmac\\rend\\r\"}",
			"1,\"dos\nmac\nend\n\",\n" },
		{ "{\"Ext__c\":\" 1\",\"A\":\"tab\\t\"}", "\" 1\",tab\t,\n" },
		{ "{\"Ext__c\":\"1\",\"A\":\"\\ud83d\"}", "1,\xef\xbf\xbd,\n" },
	};
	const char *why;

	ck_assert_int_eq(read_record("{\"Ext__c\":\"0\",\"A\":1,\"B\":1}", true, &why), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_str_eq(line_of(cases[i].record), cases[i].line);
}
END_TEST

START_TEST(header_is_the_union_of_all_records)
{
	const char *why;

	ck_assert_int_eq(read_record("{\"Ext__c\":\"1\",\"Name\":\"a\"}", true, &why), 0);
	ck_assert_int_eq(
		read_record("{\"Ext__c\":\"2\",\"Account__r\":{\"Ext_Id__c\":\"P\"}}", true, &why),
		0);
	ck_assert_int_eq(read_record("{\"NAME\":\"b\",\"Ext__c\":\"3\"}", true, &why), 0);
	bulk_sheet_write_header(&out, sheet);
	ck_assert_str_eq(buf_str(&out), "Ext__c,Name,Account__r.Ext_Id__c\n");
	ck_assert_str_eq(line_of("{\"Ext__c\":\"1\",\"Account__r\":{\"Ext_Id__c\":\"P,1\"}}"),
		"1,,\"P,1\"\n");
}
END_TEST

START_TEST(a_delete_sends_ids_alone)
{
	const char *why;

	make_sheet(OPERATION_DELETE, "Id");
	ck_assert_int_eq(read_record("{\"Name\":\"a\",\"x\":[{}],\"id\":\"001\"}", true, &why), 0);
	bulk_sheet_write_header(&out, sheet);
	bulk_sheet_write_row(&out, sheet);
	ck_assert_str_eq(buf_str(&out), "Id\n001\n");
}
END_TEST

START_TEST(what_has_no_place_in_csv_is_left_to_collections)
{
	static const struct {
		const char *record, *why;
	} cases[] = {
		{ "{\"Ext__c\":\"1\",\"A\":\"#N/A\"}", "#N/A" },
		{ "{\"Ext__c\":\"1\",\"A\":\"#N\\/A\"}", "#N/A" },
		{ "{\"Ext__c\":\"1\",\"A\":[1]}", "nested" },
		{ "{\"Ext__c\":\"1\",\"A__r\":{\"b\":\"1\",\"c\":\"2\"}}", "several fields" },
		{ "{\"Ext__c\":\"1\",\"A__r\":{\"b\":{\"c\":\"2\"}}}", "nested" },
		{ "{\"Ext__c\":\"1\",\"A\":\"a\\u0000b\"}", "NUL" },
		{ "{\"A\":\"1\"}", "key" },
		{ "{\"Ext__c\":null}", "key" },
		{ "{\"Ext__c\":\"\"}", "key" },
		{ "{\"Ext__c\":\"1\"", "no JSON object" },
		{ "[]", "no JSON object" },
		{ "", "no JSON object" },
	};
	const char *why;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_msg(read_record(cases[i].record, true, &why) == 1, "%s", cases[i].record);
		ck_assert_msg(strstr(why, cases[i].why) != NULL, "%s: %s", cases[i].record, why);
		ck_assert_int_eq(bulk_sheet_columns(sheet), 0); /* and leaves no column behind */
	}
	ck_assert_int_eq(read_record("{\"Ext__c\":\"1\"}", true, &why), 0);
	ck_assert_int_eq(read_record("{\"Ext__c\":\"1\",\"B\":1}", false, &why), 1);
}
END_TEST

START_TEST(too_long_values_are_left_to_collections)
{
	struct buf record = BUF_INIT(1 << 20);
	const char *why;

	buf_add_str(&record, "{\"Ext__c\":\"1\",\"A\":\"");
	for (int i = 0; i < 131072; i++)
		buf_add_char(&record, 'x');
	buf_add_str(&record, "\"}");
	ck_assert_int_eq(read_record(buf_str(&record), true, &why), 0);
	buf_cut(&record, record.len - 2);
	buf_add_str(&record, "x\"}");
	ck_assert_int_eq(read_record(buf_str(&record), true, &why), 1);
	buf_free(&record);
}
END_TEST

/* ---- back again ---- */

START_TEST(content_is_the_same_however_numbers_are_written)
{
	static const struct {
		const char *sent, *back;
		bool same;
	} cases[] = {
		{ "912260031", "9.12260031E8", true },
		{ "912260000", "9.1226E8", true },
		{ "9.50", "9.5", true },
		{ "-0.00125", "-1.25E-3", true },
		{ "0.0", "0", true },
		{ "-0", "0", true },
		{ "100", "1E2", true },
		{ "12345678901234567", "1.2345678901234568E16", true },
		{ "99999999999999999", "1.0E17", true },
		{ "1", "2", false },
		{ "10", "1", false },
		{ "1", "-1", false },
		{ "1", "01x", false },
		{ "\"a\\r\\nb\"", "a\r\nb", true },
		{ "\"a\\nb\"", "a\nc", false },
		{ "null", "#N/A", true },
		{ "null", "", true },
		{ "\"1E\"", "1E0", false },
	};
	const char *why;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char record[200];
		uint32_t sent;

		snprintf(record, sizeof(record), "{\"Ext__c\":\"1\",\"A\":%s}", cases[i].sent);
		ck_assert_int_eq(read_record(record, true, &why), 0);
		sent = bulk_sheet_content(sheet);
		bulk_sheet_clear(sheet);
		ck_ok(bulk_sheet_set(sheet, 0, "1", 1, &err), &err);
		ck_ok(bulk_sheet_set(sheet, 1, cases[i].back, strlen(cases[i].back), &err), &err);
		ck_assert_msg((bulk_sheet_content(sheet) == sent) == cases[i].same, "%s %s",
			cases[i].sent, cases[i].back);
	}
}
END_TEST

START_TEST(keys_are_told_apart_byte_by_byte)
{
	const char *why;
	uint64_t key;

	ck_assert_int_eq(read_record("{\"Ext__c\":\"007\",\"A\":1}", true, &why), 0);
	key = bulk_sheet_key(sheet);
	ck_assert_int_eq(read_record("{\"Ext__c\":\"007\",\"A\":2}", true, &why), 0);
	ck_assert(bulk_sheet_key(sheet) == key);
	ck_assert_int_eq(read_record("{\"Ext__c\":\"7\",\"A\":1}", true, &why), 0);
	ck_assert(bulk_sheet_key(sheet) != key);
}
END_TEST

static struct buf lines;

static int keep_line(void *ctx, struct bulk_sheet *of, const struct bulk_line *line, struct err *e)
{
	(void)ctx;
	(void)e;
	buf_addf(&lines, "%s|%d|%s|%s|%s|", line->id, line->created, line->code, line->text,
		line->fields);
	bulk_sheet_write_row(&lines, of);
	return 0;
}

/* Feed it in pieces of `step` bytes. */
static int read_file(enum bulk_file file, const char *text, size_t step)
{
	struct bulk_reader *reader = NULL;
	size_t len = strlen(text);
	int rc = bulk_reader_new(&reader, file, sheet, keep_line, NULL, &err);

	buf_reset(&lines);
	for (size_t at = 0; rc == 0 && at < len; at += step)
		rc = bulk_reader_feed(reader, text + at, len - at < step ? len - at : step, &err);
	if (rc == 0)
		rc = bulk_reader_end(reader, &err);
	bulk_reader_free(reader);
	return rc;
}

START_TEST(result_files_are_read_in_any_pieces)
{
	static const struct {
		enum bulk_file file;
		const char *text, *lines;
	} cases[] = {
		{ BULK_FILE_SUCCESSFUL,
			"\"sf__Id\",\"sf__Created\",Ext__c,A\n"
			"\"001000000000001AAA\",\"true\",\"1\",\"a \"\"b\"\"\nc\"\n"
			"\"001000000000002AAA\",\"false\",\"2\",\"\"\n",
			"001000000000001AAA|1||||1,\"a \"\"b\"\"\nc\"\n"
			"001000000000002AAA|0||||2,\n" },
		{ BULK_FILE_SUCCESSFUL, "sf__Created,A,sf__Id,Ext__c,other\ntrue,x,001,1,?\n",
			"001|1||||1,x\n" },
		{ BULK_FILE_FAILED,
			"\"sf__Id\",\"sf__Error\",Ext__c,A\n"
			"\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Name, B]:Name "
			"B --\",\"1\",\"x\"\n"
			"\"\",\"UNABLE_TO_LOCK_ROW:unable to obtain: 001:--\",\"2\",\"\"\n"
			"\"\",\"some words\",\"3\",\"\"\n",
			"|0|REQUIRED_FIELD_MISSING|Required fields are missing: [Name, B]|Name,B|1,"
			"x\n|0|UNABLE_TO_LOCK_ROW|unable to obtain: 001||2,\n|0||some "
			"words||3,\n" },
		{ BULK_FILE_UNPROCESSED, "Ext__c,A\n1,\" x\"\n", "|0||||1,\" x\"\n" },
		{ BULK_FILE_UNPROCESSED, "", "" },
	};
	const char *why;

	buf_init(&lines, 1 << 16);
	ck_assert_int_eq(read_record("{\"Ext__c\":\"1\",\"A\":1}", true, &why), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t step = 1; step < 40; step += 13) {
			ck_ok(read_file(cases[i].file, cases[i].text, step), &err);
			ck_assert_str_eq(buf_str(&lines), cases[i].lines);
		}
	buf_free(&lines);
}
END_TEST

START_TEST(a_file_that_is_none_is_an_error)
{
	static const struct {
		enum bulk_file file;
		const char *text, *words;
	} cases[] = {
		{ BULK_FILE_SUCCESSFUL, "Ext__c,A\n1,2\n", "header" },
		{ BULK_FILE_SUCCESSFUL, "sf__Id,sf__Created,Ext__c\n", "header" },
		{ BULK_FILE_FAILED, "sf__Id,Ext__c,A\n", "header" },
		{ BULK_FILE_UNPROCESSED, "Ext__c,A\n1\n", "cells" },
		{ BULK_FILE_UNPROCESSED, "Ext__c,A\n1,2,3\n", "cells" },
		{ BULK_FILE_UNPROCESSED, "Ext__c,A\n1,\"2", "no CSV" }, /* cut off */
		{ BULK_FILE_UNPROCESSED, "<html>", "header" },
	};
	const char *why;

	buf_init(&lines, 1 << 16);
	ck_assert_int_eq(read_record("{\"Ext__c\":\"1\",\"A\":1}", true, &why), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_int_eq(read_file(cases[i].file, cases[i].text, 7), -ERR_PROTOCOL);
		ck_assert_msg(strstr(err.text, cases[i].words) != NULL, "%s: %s", cases[i].text,
			err.text);
	}
	buf_free(&lines);
}
END_TEST

Suite *suite_bulk_sheet(void)
{
	Suite *suite = suite_create("bulk_sheet");
	TCase *tc = tcase_create("bulk_sheet");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, values_become_cells);
	tcase_add_test(tc, header_is_the_union_of_all_records);
	tcase_add_test(tc, a_delete_sends_ids_alone);
	tcase_add_test(tc, what_has_no_place_in_csv_is_left_to_collections);
	tcase_add_test(tc, too_long_values_are_left_to_collections);
	tcase_add_test(tc, content_is_the_same_however_numbers_are_written);
	tcase_add_test(tc, keys_are_told_apart_byte_by_byte);
	tcase_add_test(tc, result_files_are_read_in_any_pieces);
	tcase_add_test(tc, a_file_that_is_none_is_an_error);
	suite_add_tcase(suite, tc);
	return suite;
}
