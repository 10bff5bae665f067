/* Tests of filter.h: what is understood, its normal form, and where an error points. */

#include "store/suites.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/filter_private.h"

#define NOW 1700000000000 /* 2023-11-14T22:13:20Z */

static struct filter *parse(const char *text)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;
	int rc = filter_parse(&filter, text, NOW, NULL, &err);

	ck_assert_msg(rc == 0, "%s: %s", text, err.text);
	return filter;
}

/* Text and normal form; parsing the normal form gives it again. */
static const char *const forms[][2] = {
	{ "", "" },
	{ "   ", "" },
	{ "status:failed", "status:failed" },
	{ "STATUS:Failed,UNKNOWN", "status:failed,unknown" },
	{ "  status:failed   run:12 ", "status:failed run:12" },
	{ "!interface:order-lines", "!interface:order-lines" },
	{ "key:ORD-1*", "key:ORD-1*" },
	{ "key:\"two words\"", "key:\"two words\"" },
	{ "key:\"a,b\",c", "key:\"a,b\",c" },
	{ "since:1h", "since:1h" },
	{ "since:2023-11-14T12:00", "since:2023-11-14T12:00" },
	{ "before:\"2023-11-14 12:00\"", "before:\"2023-11-14 12:00\"" },
	{ "word", "word" },
	{ "!word", "!word" },
	{ "\"status:failed\"", "\"status:failed\"" },
	{ "\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\"" },
	{ "a\\b", "\"a\\\\b\"" },
	{ "12:04", "\"12:04\"" },
	{ "is:edited,retried", "is:edited,retried" },
	{ "run:3-7", "run:3-7" },
	{ "ke\"y wor\"ds", "\"key words\"" },
};

START_TEST(the_normal_form_means_the_same)
{
	struct filter *filter = parse(forms[_i][0]);
	struct filter *again;

	ck_assert_str_eq(filter_text(filter), forms[_i][1]);
	again = parse(filter_text(filter));
	ck_assert_str_eq(filter_text(again), forms[_i][1]);
	ck_assert_int_eq(again->count, filter->count);
	for (int i = 0; i < filter->count; i++) {
		ck_assert_int_eq(again->terms[i].kind, filter->terms[i].kind);
		ck_assert_int_eq(again->terms[i].mask, filter->terms[i].mask);
		ck_assert_int_eq(again->terms[i].time, filter->terms[i].time);
		ck_assert_int_eq(again->terms[i].inverted, filter->terms[i].inverted);
		for (int j = 0; j < filter->terms[i].count; j++)
			ck_assert(text_equal_fold(
				again->terms[i].values[j].text, filter->terms[i].values[j].text));
	}
	filter_free(again);
	filter_free(filter);
}
END_TEST

static const struct {
	const char *text;
	int wrong_at;
	const char *says; /* a part of the error */
} errors[] = {
	{ "stauts:failed", 0, "did you mean status?" },
	{ "run:1 intreface:x", 6, "did you mean interface?" },
	{ "status:faild", 7, "did you mean failed?" },
	{ "status:failed,unknwon", 14, "did you mean unknown?" },
	{ "status:zzzzzz", 7, "new, processing, pending" },
	{ "run:twelve", 4, "write 12 or 12-15" },
	{ "run:7-3", 4, "write 12 or 12-15" },
	{ "run:-3", 4, "write 12 or 12-15" },
	{ "key:a since:soon", 12, "is not a time" },
	{ "since:1h,2h", 9, "one time is enough" },
	{ "since:2023-13-45", 6, "is not a time" },
	{ "is:edted", 3, "did you mean edited?" },
	{ "status:", 7, "something is missing after the :" },
	{ "key:a,", 6, "something is missing after the ," },
	{ "!", 1, "inverts the word behind it" },
	{ "a ! b", 3, "inverts the word behind it" },
	{ "key:\"open", 4, "is not closed" },
	{ "run:1 \"open", 6, "is not closed" },
	{ "!foo:bar", 1, "put it in quotes" },
	{ "http://x", 0, "put it in quotes" },
};

START_TEST(an_error_points_at_the_wrong_word)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;
	int wrong_at = -1;

	ck_assert_int_eq(filter_parse(&filter, errors[_i].text, NOW, &wrong_at, &err), -ERR_USAGE);
	ck_assert_ptr_null(filter);
	ck_assert_msg(
		wrong_at == errors[_i].wrong_at, "%s: points at %d", errors[_i].text, wrong_at);
	ck_assert_msg(strstr(err.text, errors[_i].says), "%s: %s", errors[_i].text, err.text);
}
END_TEST

static const struct {
	const char *text;
	int64_t time;
} times[] = {
	{ "since:30s", NOW - 30000 },
	{ "since:5m", NOW - 300000 },
	{ "since:1h", NOW - 3600000 },
	{ "since:2D", NOW - 172800000 },
	{ "since:1w", NOW - 604800000 },
	{ "since:2023-11-14T22:00:00Z", NOW - 800000 },
	{ "since:2023-11-14T22:00:00", NOW - 800000 },
	{ "since:2023-11-14T22:00", NOW - 800000 },
	{ "since:22:00", NOW - 800000 },
	{ "since:2023-11-14", NOW - 80000000 },
	{ "before:2023-11-15", NOW + 6400000 },
};

START_TEST(times_are_those_that_people_write)
{
	struct filter *filter;

	setenv("TZ", "UTC", 1);
	tzset();
	filter = parse(times[_i].text);
	ck_assert_msg(filter->terms[0].time == times[_i].time, "%s: %" PRId64 " off",
		times[_i].text, filter->terms[0].time - times[_i].time);
	filter_free(filter);
}
END_TEST

START_TEST(a_copy_outlives_the_original)
{
	struct filter *filter = parse("status:failed word");
	struct filter *copy = filter_copy(filter);

	filter_free(filter);
	ck_assert_str_eq(filter_text(copy), "status:failed word");
	filter_free(copy);
	ck_assert_ptr_null(filter_copy(NULL));
	filter_free(NULL);
}
END_TEST

START_TEST(too_much_is_refused_not_cut)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;
	char text[5000];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(filter_parse(&filter, text, NOW, NULL, &err), -ERR_USAGE);
	for (int i = 0; i < 400; i++)
		text[i] = i % 2 ? ' ' : 'a';
	text[400] = '\0';
	ck_assert_int_eq(filter_parse(&filter, text, NOW, NULL, &err), -ERR_USAGE);
	memcpy(text, "key:", 4);
	for (int i = 4; i < 400; i++)
		text[i] = i % 2 ? ',' : 'a';
	ck_assert_int_eq(filter_parse(&filter, text, NOW, NULL, &err), -ERR_USAGE);
}
END_TEST

/* Whatever is typed: an error that points into it, or a filter whose normal form is its own. */
START_TEST(any_text_is_refused_or_has_a_normal_form)
{
	static const char *const pieces[] = { "status:", "failed", "run:", "12", "-", ",", "!", " ",
		"\"", "\\", "key:", "*", "?", "since:", "1h", ":", "word", "\xc3\xa4",
		"is:", "edited" };
	uint64_t seed = (uint64_t)_i + 1;

	for (int round = 0; round < 2000; round++) {
		char text[256] = "";
		size_t len = 0;
		struct filter *filter = NULL;
		struct filter *again;
		int wrong_at = 0;

		for (int i = 0; i < 12; i++) {
			const char *piece;

			seed = seed * 6364136223846793005u + 1442695040888963407u;
			piece = pieces[(seed >> 33) % ARRAY_SIZE(pieces)];
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", piece);
		}
		if (filter_parse(&filter, text, NOW, &wrong_at, NULL) != 0) {
			ck_assert(wrong_at >= 0 && wrong_at <= (int)len);
			continue;
		}
		again = parse(filter_text(filter));
		ck_assert_str_eq(filter_text(again), filter_text(filter));
		ck_assert_int_eq(again->count, filter->count);
		filter_free(again);
		filter_free(filter);
	}
}
END_TEST

START_TEST(every_name_that_is_offered_is_understood)
{
	for (const char *const *name = filter_terms(); *name; name++) {
		const char *value = text_equal(*name, "status") ? "new"
				    : text_equal(*name, "is")	? "edited"
				    : text_equal(*name, "since") || text_equal(*name, "before")
					    ? "1h"
					    : "1";
		char text[64];

		snprintf(text, sizeof(text), "%s:%s", *name, value);
		filter_free(parse(text));
		for (const char *const *word = filter_values(*name); word && *word; word++) {
			snprintf(text, sizeof(text), "%s:%s", *name, *word);
			filter_free(parse(text));
		}
	}
}
END_TEST

START_TEST(lower_case_is_that_of_ascii_alone)
{
	char from[256 + 3];
	char to[256 + 3];

	for (int offset = 0; offset < 3; offset++) {
		for (int i = 0; i < 256; i++)
			from[offset + i] = (char)i;
		fold_bytes(to, from + offset, 256);
		for (int i = 0; i < 256; i++) {
			int expected = i >= 'A' && i <= 'Z' ? i + 32 : i;

			ck_assert_int_eq((unsigned char)to[i], expected);
		}
	}
	fold_bytes(to, "ABCDEFGHIJK", 11);
	ck_assert_mem_eq(to, "abcdefghijk", 11);
}
END_TEST

Suite *suite_filter(void)
{
	Suite *suite = suite_create("store/filter");
	TCase *tc = tcase_create("filter");

	tcase_add_loop_test(tc, the_normal_form_means_the_same, 0, (int)ARRAY_SIZE(forms));
	tcase_add_loop_test(tc, an_error_points_at_the_wrong_word, 0, (int)ARRAY_SIZE(errors));
	tcase_add_loop_test(tc, times_are_those_that_people_write, 0, (int)ARRAY_SIZE(times));
	tcase_add_test(tc, a_copy_outlives_the_original);
	tcase_add_test(tc, too_much_is_refused_not_cut);
	tcase_add_loop_test(tc, any_text_is_refused_or_has_a_normal_form, 0, 4);
	tcase_add_test(tc, every_name_that_is_offered_is_understood);
	tcase_add_test(tc, lower_case_is_that_of_ascii_alone);
	suite_add_tcase(suite, tc);
	return suite;
}
