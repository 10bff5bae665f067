/* Tests of blob.h: what goes in comes out, and damage is told, never followed. */

#include "store/suites.h"

#include "base/text.h"
#include "store/blob.h"
#include "store/packet.h"

static struct row_result results[PACKET_ROWS_MAX];
static const struct row_result *pointers[PACKET_ROWS_MAX];

/* Results of the rows of `set`; `kind` varies what they are. */
static int make_results(const struct row_set *set, unsigned kind)
{
	static const char *const texts[] = { "short", "a longer text", "" };
	int count = 0;

	for (int i = 0; i < PACKET_ROWS_MAX; i++) {
		struct row_result *result = &results[count];

		if (!row_set_has(set, i))
			continue;
		*result = (struct row_result){ .position = i };
		pointers[count++] = result;
		if (kind == 0 || (kind < 4 && (unsigned)i % 4 >= kind)) {
			result->event = EVENT_SUCCEED;
			result->created = i % 3 == 0;
			snprintf(result->salesforce_id, sizeof(result->salesforce_id),
				"001Hs0000%cXk%03d", i % 2 ? 'A' : 'b', i);
			record_id_suffix(result->salesforce_id + 15, result->salesforce_id);
			continue;
		}
		result->event = i % 2 ? EVENT_FAIL : EVENT_RETRY;
		snprintf(result->code, sizeof(result->code), "CODE_%d", i / 10);
		result->text = texts[i % 3];
		result->fields = i % 5 ? NULL : "Name,Price__c";
		result->answer = i % 7 ? NULL : "{\"success\":false}";
		result->unsent = i % 11 == 0;
	}
	return count;
}

static void check_slice(struct slice slice, const char *expected)
{
	ck_assert_uint_eq(slice.len, expected ? strlen(expected) : 0);
	ck_assert_mem_eq(slice.data, expected ? expected : "", slice.len);
}

static void check_row(const struct result_row *row, const struct row_result *expected)
{
	ck_assert_int_eq(row->event, expected->event);
	ck_assert_str_eq(row->salesforce_id, expected->salesforce_id);
	ck_assert_int_eq(row->created, expected->created);
	check_slice(row->code, expected->code);
	check_slice(row->text, expected->text);
	check_slice(row->fields, expected->fields);
	check_slice(row->answer, expected->answer);
	ck_assert(!row->answer_cut);
	ck_assert_int_eq(row->unsent, expected->unsent);
}

START_TEST(results_come_back_row_by_row)
{
	static const int sizes[] = { 1, 7, 64, 65, 200 };
	struct row_set set = row_set_first(sizes[_i % 5]);
	struct buf blob = BUF_INIT(1 << 20);
	struct result_ids ids;
	struct result_row row;
	struct err err = ERR_INIT;
	int count;

	set.bits[0] &= _i % 2 ? ~0x12u : ~0ull;
	count = make_results(&set, (unsigned)_i / 5);
	blob_result_write(&blob, pointers, count);
	ck_ok(blob_result_ids(&ids, blob.data, blob.len, &set, &err), &err);
	for (int i = 0; i < count; i++) {
		int position = pointers[i]->position;
		bool succeeded = pointers[i]->event == EVENT_SUCCEED;

		ck_ok(blob_result_read(&row, blob.data, blob.len, &set, position, &err), &err);
		check_row(&row, pointers[i]);
		ck_assert_int_eq(row_set_has(&ids.succeeded, position), succeeded);
		if (succeeded)
			ck_assert_str_eq(ids.ids[position], pointers[i]->salesforce_id);
		ck_assert_int_eq(row_set_has(&ids.created, position), pointers[i]->created);
	}
	if (_i % 2 && sizes[_i % 5] > 1)
		ck_assert_int_eq(
			blob_result_read(&row, blob.data, blob.len, &set, 1, &err), -ERR_NOT_FOUND);
	buf_free(&blob);
}
END_TEST

/* given an answer longer than is kept / then its beginning is, whole characters, and it says so */
START_TEST(a_long_answer_is_cut_and_says_so)
{
	struct row_set set = row_set_first(2);
	struct buf blob = BUF_INIT(1 << 20);
	char answer[ROW_ANSWER_MAX + 100];
	struct result_row row;
	struct err err = ERR_INIT;

	answer[0] = 'x'; /* so that no character ends where the room does */
	for (size_t i = 1; i < sizeof(answer) - 1; i++)
		answer[i] = i % 2 ? '\xc3' : '\xa4';
	answer[sizeof(answer) - 1] = '\0';
	make_results(&set, 4);
	results[0].answer = answer;
	results[1] = results[0]; /* the same words, and yet another answer */
	results[1].position = 1;
	results[1].answer = "short";
	blob_result_write(&blob, pointers, 2);
	ck_ok(blob_result_read(&row, blob.data, blob.len, &set, 0, &err), &err);
	ck_assert_uint_eq(row.answer.len, ROW_ANSWER_MAX - 1);
	ck_assert_mem_eq(row.answer.data, answer, row.answer.len);
	ck_assert(row.answer_cut);
	ck_ok(blob_result_read(&row, blob.data, blob.len, &set, 1, &err), &err);
	check_slice(row.answer, "short");
	ck_assert(!row.answer_cut);
	buf_free(&blob);
}
END_TEST

START_TEST(ids_that_are_no_ids_survive_too)
{
	static const char *const odd[] = { "001Hs00000ABCDEXXX", "", "short",
		"001Hs00000ABCDEIA5" };
	struct row_set set = row_set_first(4);
	struct buf blob = BUF_INIT(1 << 20);
	struct result_row row;
	struct err err = ERR_INIT;

	make_results(&set, 0);
	for (int i = 0; i < 4; i++) {
		memset(results[i].salesforce_id, 0, sizeof(results[i].salesforce_id));
		text_copy(results[i].salesforce_id, sizeof(results[i].salesforce_id), odd[i]);
	}
	blob_result_write(&blob, pointers, 4);
	for (int i = 0; i < 4; i++) {
		ck_ok(blob_result_read(&row, blob.data, blob.len, &set, i, &err), &err);
		ck_assert_str_eq(row.salesforce_id, odd[i]);
	}
	buf_free(&blob);
}
END_TEST

START_TEST(two_hundred_ids_of_one_object_are_small)
{
	struct row_set set = row_set_first(200);
	struct buf blob = BUF_INIT(1 << 20);

	make_results(&set, 0);
	blob_result_write(&blob, pointers, 200);
	ck_assert_uint_lt(blob.len, 200 * 8);
	buf_free(&blob);
}
END_TEST

START_TEST(the_suffix_is_that_of_salesforce)
{
	char suffix[4];

	record_id_suffix(suffix, "00D000000000062");
	ck_assert_str_eq(suffix, "EAA");
	record_id_suffix(suffix, "001A0000006Vm9u");
	ck_assert_str_eq(suffix, "IAC");
}
END_TEST

/* Every cut and many a flipped byte: an error or other rows, but no byte out of bounds. */
START_TEST(a_damaged_result_is_an_error)
{
	struct row_set set = row_set_first(200);
	struct buf blob = BUF_INIT(1 << 20);
	struct result_ids ids;
	struct result_row row;
	int count = make_results(&set, 2);

	blob_result_write(&blob, pointers, count);
	for (size_t len = 0; len < blob.len; len++) {
		char *cut = malloc(len ? len : 1);

		memcpy(cut, blob.data, len);
		ck_assert_int_eq(blob_result_ids(&ids, cut, len, &set, NULL), -ERR_STORE);
		ck_assert_int_lt(blob_result_read(&row, cut, len, &set, 3, NULL), 0);
		free(cut);
	}
	for (size_t at = 0; at < blob.len; at++) {
		char *flipped = malloc(blob.len);

		memcpy(flipped, blob.data, blob.len);
		flipped[at] = (char)(flipped[at] ^ (1 << at % 8));
		blob_result_ids(&ids, flipped, blob.len, &set, NULL);
		for (int i = 0; i < PACKET_ROWS_MAX; i += 13)
			blob_result_read(&row, flipped, blob.len, &set, i, NULL);
		free(flipped);
	}
	buf_free(&blob);
}
END_TEST

START_TEST(damaged_rows_are_an_error)
{
	static const struct row_in rows[3] = {
		{ .key = "one",
			.record = "{\"a\":1}",
			.record_len = 7,
			.source = "x",
			.source_len = 1,
			.hash = 0x8877665544332211u },
		{ .key = "", .record = "", .source = "" },
		{ .key = "three",
			.record = "{}",
			.record_len = 2,
			.source = "yz",
			.source_len = 2 },
	};
	struct slice slices[PACKET_ROWS_MAX];
	const char *keys[PACKET_ROWS_MAX];
	struct buf blobs[3] = { BUF_INIT(4096), BUF_INIT(4096), BUF_INIT(4096) };
	struct err err = ERR_INIT;

	blob_keys_write(&blobs[0], rows, 3);
	blob_records_write(&blobs[1], rows, 3);
	blob_sources_write(&blobs[2], rows, 3);
	ck_ok(blob_keys_read(keys, blobs[0].data, blobs[0].len, 3, &err), &err);
	ck_assert_str_eq(keys[1], "");
	ck_assert_str_eq(keys[2], "three");
	ck_ok(blob_records_read(slices, blobs[1].data, blobs[1].len, 3, &err), &err);
	check_slice(slices[0], "{\"a\":1}");
	check_slice(slices[1], "");
	check_slice(slices[2], "{}");
	ck_ok(blob_sources_read(slices, blobs[2].data, blobs[2].len, 3, &err), &err);
	check_slice(slices[2], "yz");
	ck_assert(blob_u64(blobs[2].data + BLOB_HASH_OFFSET(0)) == 0x8877665544332211u);
	for (size_t cut = 1; cut < 10; cut++) {
		ck_assert_int_lt(
			blob_keys_read(keys, blobs[0].data, blobs[0].len - cut, 3, NULL), 0);
		ck_assert_int_lt(
			blob_records_read(slices, blobs[1].data, blobs[1].len - cut, 3, NULL), 0);
	}
	ck_assert_int_lt(blob_sources_read(slices, blobs[2].data, 10, 3, NULL), 0);
	ck_assert_int_lt(blob_keys_read(keys, blobs[0].data, blobs[0].len, 4, NULL), 0);
	for (int i = 0; i < 3; i++)
		buf_free(&blobs[i]);
}
END_TEST

START_TEST(sets_of_rows_count_and_cut)
{
	struct row_set a = row_set_first(200);
	struct row_set b = row_set_first(64);
	struct row_set c = row_set_and_not(a, b);
	unsigned char raw[BLOB_SET_LEN];

	ck_assert_int_eq(row_set_count(&a), 200);
	ck_assert_int_eq(row_set_count(&c), 136);
	ck_assert(!row_set_has(&c, 63) && row_set_has(&c, 64) && !row_set_has(&c, 200));
	blob_set_write(raw, &c);
	blob_set_read(&b, raw, sizeof(raw));
	ck_assert_mem_eq(&b, &c, sizeof(b));
	blob_set_read(&b, raw, 3);
	ck_assert(row_set_empty(&b));
	blob_set_read(&b, NULL, 0);
	ck_assert(row_set_empty(&b));
	b = row_set_first(0);
	ck_assert(row_set_empty(&b));
}
END_TEST

Suite *suite_blob(void)
{
	Suite *suite = suite_create("store/blob");
	TCase *tc = tcase_create("blob");

	tcase_add_loop_test(tc, results_come_back_row_by_row, 0, 25);
	tcase_add_test(tc, a_long_answer_is_cut_and_says_so);
	tcase_add_test(tc, a_long_answer_is_cut_and_says_so);
	tcase_add_test(tc, ids_that_are_no_ids_survive_too);
	tcase_add_test(tc, two_hundred_ids_of_one_object_are_small);
	tcase_add_test(tc, the_suffix_is_that_of_salesforce);
	tcase_add_test(tc, a_damaged_result_is_an_error);
	tcase_add_test(tc, damaged_rows_are_an_error);
	tcase_add_test(tc, sets_of_rows_count_and_cut);
	suite_add_tcase(suite, tc);
	return suite;
}
