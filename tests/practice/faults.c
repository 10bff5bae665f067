/* Tests of the faults: what each does to a write, and that a seed repeats them. */

#include "practice/suites.h"

#include "base/clock.h"
#include "base/text.h"
#include "practice/fault.h"
#include "practice/partner.h"

#define WRITE "sobjects/Account"
#define ROW "{\"Name\":\"x\"}"

static void open_with_fault(struct partner *partner, const char *fault)
{
	struct practice_options options = { 0 };

	text_list_add(&options.faults, fault);
	partner_open(partner, &options);
	text_list_free(&options.faults);
}

/* A fault that always strikes: what the client sees, and whether the row was written. */
static const struct {
	const char *fault;
	CURLcode code;
	int status;
	const char *answer;
	int written;
} kinds[] = {
	{ "reset-before=1", CURLE_GOT_NOTHING, 0, "", 0 },
	{ "reset-after=1", CURLE_GOT_NOTHING, 0, "", 1 },
	{ "503=1", CURLE_OK, 503,
		"[{\"message\":\"Server Unavailable\",\"errorCode\":\"SERVER_UNAVAILABLE\"}]", 0 },
	{ "truncate=1", CURLE_PARTIAL_FILE, 201, "{\"id\":\"001Pr*", 1 },
	{ "slow=1:30", CURLE_OK, 201, "*\"success\":true*", 1 },
	{ "lock=1", CURLE_OK, 400,
		"[{\"message\":\"unable to obtain exclusive access to this record\",\"errorCode\":"
		"\"UNABLE_TO_LOCK_ROW\"}]",
		0 },
	{ "limit=1", CURLE_OK, 403,
		"[{\"message\":\"TotalRequests Limit "
		"exceeded.\",\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]",
		0 },
	{ "401=1", CURLE_OK, 401,
		"[{\"message\":\"Session expired or "
		"invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]",
		0 },
};

START_TEST(fault_strikes_as_told)
{
	struct partner partner;
	int64_t begin;

	open_with_fault(&partner, kinds[_i].fault);
	begin = clock_mono();
	partner_call(&partner, "POST", WRITE, ROW);
	ck_assert_int_eq(partner.code, kinds[_i].code);
	partner_expect_answer(&partner, kinds[_i].status, kinds[_i].answer);
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), kinds[_i].written);
	if (text_starts(kinds[_i].fault, "slow"))
		ck_assert_int_ge(clock_mono() - begin, 30);
	partner_close(&partner);
}
END_TEST

START_TEST(html_of_a_500_says_nothing_of_what_was_done)
{
	struct partner partner;

	open_with_fault(&partner, "500-html=1");
	for (int i = 0; i < 4; i++) {
		partner_call(&partner, "POST", WRITE, ROW);
		partner_expect_answer(&partner, 500, "<html>*");
		ck_assert_ptr_nonnull(strstr(buf_str(&partner.headers), "Content-Type: text/html"));
	}
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 2);
	partner_close(&partner);
}
END_TEST

START_TEST(dead_token_is_followed_by_a_new_one)
{
	struct partner partner;
	char first[sizeof(partner.token)];

	open_with_fault(&partner, "401=1");
	memcpy(first, partner.token, sizeof(first));
	partner_call(&partner, "POST", WRITE, ROW);
	partner_take_token(&partner);
	ck_assert_str_ne(partner.token, first);
	partner_close(&partner);
}
END_TEST

START_TEST(locked_record_is_named)
{
	static const struct exchange steps[] = {
		{ "POST", WRITE, ROW, 201, "*" },
		{ "POST", "/practice/faults", "{\"lock\":1}", 200, "*\"lock\":1,*" },
		{ "PATCH", WRITE "/001Pr0000000001", ROW, 400,
			"*or 1 records: "
			"001Pr0000000001IAA\",\"errorCode\":\"UNABLE_TO_LOCK_ROW\"*" },
		{ "POST", "/practice/faults", "{\"lock\":0}", 200, "*\"lock\":0,*" },
		{ "PATCH", WRITE "/001Pr0000000001", ROW, 204, NULL },
		{ "POST", "/practice/faults", "{\"thunder\":1}", 400, "*is no fault*" },
		{ "POST", "/practice/faults", "{\"503\":2}", 400,
			"*from 0 (never) to 1 (always)*" },
		{ "POST", "/practice/faults", "{\"503\":[]}", 400, "*a rate is a number*" },
		{ "GET", "/practice", NULL, 200, "*\"records\":{\"Account\":1,*\"503\":0,*" },
	};
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect_all(&partner, steps);
	partner_close(&partner);
}
END_TEST

/* Which of `count` chances strike, as a text of 0 and 1. */
static void draw(char *pattern, int count, uint64_t seed, const char *fault, enum fault_kind kind)
{
	struct faults faults;
	struct err err = ERR_INIT;

	fault_init(&faults, seed);
	ck_ok(fault_set(&faults, fault, &err), &err);
	for (int i = 0; i < count; i++)
		pattern[i] = fault_hits(&faults, kind) ? '1' : '0';
	pattern[count] = '\0';
}

START_TEST(seed_repeats_the_weather)
{
	char one[1001];
	char same[1001];
	char other[1001];
	int hits = 0;

	draw(one, 1000, 7, "503=0.1", FAULT_503);
	draw(same, 1000, 7, "503=0.1", FAULT_503);
	draw(other, 1000, 8, "503=0.1", FAULT_503);
	ck_assert_str_eq(one, same);
	ck_assert_str_ne(one, other);
	draw(other, 1000, 7, "limit=0.1", FAULT_LIMIT);
	ck_assert_str_ne(one, other); /* kinds do not strike together */
	for (int i = 0; i < 1000; i++)
		hits += one[i] == '1';
	ck_assert_int_gt(hits, 60);
	ck_assert_int_lt(hits, 140);
}
END_TEST

/* The statuses of 60 calls, one letter each. */
static void weather(char *seen, uint64_t seed)
{
	struct practice_options options = { .seed = seed };
	struct partner partner;

	text_list_add(&options.faults, "503=0.2");
	text_list_add(&options.faults, "limit=0.2");
	text_list_add(&options.faults, "reset-after=0.2");
	partner_open(&partner, &options);
	for (int i = 0; i < 60; i++) {
		partner_call(&partner, "POST", WRITE, ROW);
		*seen++ = (char)(partner.status == 201	 ? 'k'
				 : partner.status == 503 ? 's'
				 : partner.status == 403 ? 'l'
							 : 'r');
	}
	*seen = '\0';
	partner_close(&partner);
	text_list_free(&options.faults);
}

START_TEST(seed_repeats_the_weather_over_the_wire)
{
	char one[61];
	char same[61];
	char other[61];

	weather(one, 3);
	weather(same, 3);
	weather(other, 4);
	ck_assert_str_eq(one, same);
	ck_assert_str_ne(one, other);
	ck_assert(strchr(one, 'k') && strchr(one, 's') && strchr(one, 'l') && strchr(one, 'r'));
}
END_TEST

static const char *const wrong[] = { "503", "503=", "503=x", "503=1.5", "503=-1", "503=0.5:10",
	"=1", "thunder=1", "slow=1:x", "slow=1:-5", "503=nan" };

START_TEST(wrong_fault_is_refused)
{
	struct faults faults;
	struct err err = ERR_INIT;

	fault_init(&faults, 0);
	ck_assert_int_eq(fault_set(&faults, wrong[_i], &err), -ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, wrong[_i]));
}
END_TEST

START_TEST(latency_is_added_to_every_answer)
{
	struct practice_options options = { .latency_ms = 40 };
	struct partner partner;
	int64_t begin;

	partner_open(&partner, &options);
	begin = clock_mono();
	partner_call(&partner, "GET", "limits", NULL);
	ck_assert_int_ge(clock_mono() - begin, 40);
	partner_close(&partner);
}
END_TEST

START_TEST(calls_beyond_the_allowance_are_refused_when_told_so)
{
	struct practice_options options = { .api_allowed = 2 };
	struct partner partner;

	partner_open(&partner, &options);
	for (int i = 0; i < 2; i++) {
		partner_call(&partner, "GET", "limits", NULL);
		ck_assert_int_eq(partner.status, 200);
	}
	partner_call(&partner, "POST", WRITE, ROW);
	partner_expect_answer(&partner, 403, "*\"REQUEST_LIMIT_EXCEEDED\"*");
	ck_assert_ptr_nonnull(strstr(buf_str(&partner.headers), "api-usage=3/2\r\n"));
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 0);
	partner_close(&partner);
}
END_TEST

START_TEST(weather_changes_from_the_same_process)
{
	struct partner partner;
	struct err err = ERR_INIT;

	partner_open(&partner, NULL);
	ck_ok(practice_set_fault(partner.org, "503=1", &err), &err);
	partner_call(&partner, "GET", "limits", NULL);
	ck_assert_int_eq(partner.status, 503);
	ck_ok(practice_set_fault(partner.org, "503=0", &err), &err);
	practice_expire_session(partner.org);
	partner_call(&partner, "GET", "limits", NULL);
	ck_assert_int_eq(partner.status, 401);
	ck_assert_int_eq(practice_set_fault(partner.org, "rain=1", &err), -ERR_USAGE);
	partner_close(&partner);
}
END_TEST

Suite *suite_faults(void)
{
	Suite *suite = suite_create("practice/faults");
	TCase *tc = tcase_create("faults");

	tcase_add_loop_test(tc, fault_strikes_as_told, 0, ARRAY_SIZE(kinds));
	tcase_add_test(tc, html_of_a_500_says_nothing_of_what_was_done);
	tcase_add_test(tc, dead_token_is_followed_by_a_new_one);
	tcase_add_test(tc, locked_record_is_named);
	tcase_add_test(tc, seed_repeats_the_weather);
	tcase_add_test(tc, seed_repeats_the_weather_over_the_wire);
	tcase_add_loop_test(tc, wrong_fault_is_refused, 0, ARRAY_SIZE(wrong));
	tcase_add_test(tc, latency_is_added_to_every_answer);
	tcase_add_test(tc, calls_beyond_the_allowance_are_refused_when_told_so);
	tcase_add_test(tc, weather_changes_from_the_same_process);
	suite_add_tcase(suite, tc);
	return suite;
}
