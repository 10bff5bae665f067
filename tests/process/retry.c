/* Tests of retry.c: the table of what passes, row by row. */

#include "process/suites.h"
#include "process/retry.h"
#include "base/text.h"

static const struct {
	enum http_reach reach;
	int status;
	const char *body;
	enum request_class class;
	enum run_state state; /* of STOP */
} answers[] = {
	{ HTTP_ANSWERED, 200, "[]", REQUEST_ROWS, 0 },
	{ HTTP_NOT_SENT, 0, "", REQUEST_AGAIN, 0 },
	{ HTTP_SENT, 0, "", REQUEST_LOST, 0 },
	{ HTTP_ANSWERED, 401,
		"[{\"message\":\"Session expired or "
		"invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]",
		REQUEST_RENEW, 0 },
	{ HTTP_ANSWERED, 401,
		"[{\"message\":\"This session is not valid for use with the REST API\","
		"\"errorCode\":\"INVALID_SESSION_ID\"}]",
		REQUEST_STOP, RUN_PAUSED },
	{ HTTP_ANSWERED, 403,
		"[{\"message\":\"TotalRequests Limit "
		"exceeded.\",\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]",
		REQUEST_STOP, RUN_PAUSED },
	{ HTTP_ANSWERED, 403,
		"[{\"message\":\"ConcurrentPerOrgLongTxn Limit exceeded.\","
		"\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]",
		REQUEST_AGAIN, 0 },
	{ HTTP_ANSWERED, 403,
		"[{\"message\":\"The REST API is not enabled for this Organization.\","
		"\"errorCode\":\"API_DISABLED_FOR_ORG\"}]",
		REQUEST_STOP, RUN_PAUSED },
	{ HTTP_ANSWERED, 400,
		"[{\"message\":\"Cannot deserialize instance of "
		"date\",\"errorCode\":\"JSON_PARSER_ERROR\"}]",
		REQUEST_SPLIT, 0 },
	{ HTTP_ANSWERED, 400, "[{\"message\":\"x\",\"errorCode\":\"INVALID_TYPE\"}]", REQUEST_STOP,
		RUN_STOPPED },
	{ HTTP_ANSWERED, 400, "[{\"message\":\"x\",\"errorCode\":\"EXCEEDED_MAX_SIZE_REQUEST\"}]",
		REQUEST_SPLIT, 0 },
	{ HTTP_ANSWERED, 400,
		"[{\"message\":\"storage limit "
		"exceeded\",\"errorCode\":\"STORAGE_LIMIT_EXCEEDED\"}]",
		REQUEST_STOP, RUN_STOPPED },
	{ HTTP_ANSWERED, 404, "[{\"message\":\"x\",\"errorCode\":\"NOT_FOUND\"}]", REQUEST_STOP,
		RUN_STOPPED },
	{ HTTP_ANSWERED, 302, "", REQUEST_STOP, RUN_STOPPED },
	{ HTTP_ANSWERED, 413, "", REQUEST_SPLIT, 0 },
	{ HTTP_ANSWERED, 414, "", REQUEST_SPLIT, 0 },
	{ HTTP_ANSWERED, 429, "", REQUEST_AGAIN, 0 },
	{ HTTP_ANSWERED, 503,
		"[{\"message\":\"Server Unavailable\",\"errorCode\":\"SERVER_UNAVAILABLE\"}]",
		REQUEST_AGAIN, 0 },
	/* an edge, not the API: it may have had the rows */
	{ HTTP_ANSWERED, 503, "<html>Service Unavailable</html>", REQUEST_LOST, 0 },
	{ HTTP_ANSWERED, 503, "", REQUEST_LOST, 0 },
	{ HTTP_ANSWERED, 500, "[{\"message\":\"x\",\"errorCode\":\"UNKNOWN_EXCEPTION\"}]",
		REQUEST_LOST, 0 },
	{ HTTP_ANSWERED, 502, "<html>", REQUEST_LOST, 0 },
	{ HTTP_ANSWERED, 504, "", REQUEST_LOST, 0 },
	{ HTTP_ANSWERED, 420, "", REQUEST_LOST, 0 },
	{ HTTP_ANSWERED, 201, "", REQUEST_LOST, 0 },
};

START_TEST(answer_is_of_its_class)
{
	struct request_verdict verdict;
	struct http_answer answer;

	http_answer_init(&answer);
	answer.reach = answers[_i].reach;
	answer.status = answers[_i].status;
	buf_add_str(&answer.body, answers[_i].body);
	if (answer.reach != HTTP_ANSWERED)
		err_set(&answer.err, ERR_NET, "the line broke");
	retry_request(&verdict, &answer);
	ck_assert_int_eq(verdict.class, answers[_i].class);
	if (verdict.class == REQUEST_STOP)
		ck_assert_int_eq(verdict.stop_state, answers[_i].state);
	if (verdict.class == REQUEST_AGAIN || verdict.class == REQUEST_LOST)
		ck_assert_ptr_nonnull(verdict.pace);
	if (verdict.class != REQUEST_ROWS)
		ck_assert_str_ne(verdict.err.text, "");
	ck_assert_int_eq(verdict.fewer,
		answers[_i].status == 429 || strstr(answers[_i].body, "ConcurrentPer") != NULL);
	http_answer_free(&answer);
}
END_TEST

static const struct {
	const char *code, *text;
	enum operation operation;
	bool tried;
	enum row_class class;
} failures[] = {
	{ "REQUIRED_FIELD_MISSING", "", OPERATION_UPSERT, false, ROW_FAIL },
	{ "UNABLE_TO_LOCK_ROW", "", OPERATION_UPSERT, false, ROW_AGAIN },
	{ "UNABLE_TO_LOCK_ROW", "", OPERATION_INSERT, false, ROW_AGAIN },
	{ "TOO_MANY_APEX_REQUESTS", "", OPERATION_UPSERT, false, ROW_AGAIN },
	{ "STORAGE_LIMIT_EXCEEDED", "", OPERATION_UPSERT, false, ROW_STOP },
	{ "ALL_OR_NONE_OPERATION_ROLLED_BACK", "", OPERATION_UPSERT, false, ROW_UNDONE },
	{ "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
		"T: System.LimitException: Too many SOQL queries: 101", OPERATION_UPSERT, false,
		ROW_SPLIT },
	{ "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: System.DmlException: x", OPERATION_UPSERT,
		false, ROW_FAIL },
	{ "ENTITY_IS_DELETED", "", OPERATION_DELETE, true, ROW_GONE },
	{ "ENTITY_IS_DELETED", "", OPERATION_DELETE, false, ROW_FAIL },
	{ "ENTITY_IS_DELETED", "", OPERATION_UPDATE, true, ROW_FAIL },
	{ "DUPLICATE_VALUE", "", OPERATION_UPSERT, true, ROW_FAIL },
	{ "", NULL, OPERATION_UPSERT, false, ROW_FAIL },
};

START_TEST(failed_row_is_of_its_class)
{
	const struct retry_pace *pace;
	enum row_class class = retry_row(&pace, failures[_i].code, failures[_i].text,
		failures[_i].operation, failures[_i].tried);

	ck_assert_int_eq(class, failures[_i].class);
	ck_assert_int_eq(pace != NULL, class == ROW_AGAIN);
}
END_TEST

START_TEST(delays_grow_spread_and_end)
{
	static const struct retry_pace pace = { 1000, 60000, 0 };

	for (int tries = 1; tries < 40; tries++) {
		int64_t plain = tries > 6 ? 60000 : INT64_C(1000) << (tries - 1);
		int64_t least = INT64_MAX, most = 0;

		for (int i = 0; i < 50; i++) {
			int64_t delay = retry_delay(&pace, tries, 0);

			ck_assert_int_ge(delay, plain * 3 / 4);
			ck_assert_int_le(delay, plain * 5 / 4 + 1);
			least = delay < least ? delay : least;
			most = delay > most ? delay : most;
		}
		ck_assert_int_gt(most - least, plain / 10); /* not all agents at once */
	}
}
END_TEST

/* given an org that names a time / when many wait for it / then none comes earlier, nor all at
 * once, and no answer makes a run wait for days */
START_TEST(the_org_s_own_time_is_kept_and_spread)
{
	static const struct retry_pace pace = { 1000, 60000, 0 };
	struct http_answer answer = {
		.reach = HTTP_ANSWERED, .status = 429, .retry_after_ms = INT64_C(86400000)
	};
	struct request_verdict verdict;
	int64_t most = 0;

	for (int i = 0; i < 50; i++) {
		int64_t delay = retry_delay(&pace, 1, 90000);

		ck_assert_int_ge(delay, 90000);
		ck_assert_int_le(delay, 100000);
		most = delay > most ? delay : most;
	}
	ck_assert_int_gt(most, 90100);
	buf_init(&answer.body, 100);
	retry_request(&verdict, &answer);
	ck_assert_int_eq(verdict.class, REQUEST_AGAIN);
	ck_assert_int_eq(verdict.retry_after_ms, 3600000);
}
END_TEST

START_TEST(only_what_cannot_double_is_repeated)
{
	ck_assert(!retry_may_repeat(OPERATION_INSERT, false));
	ck_assert(retry_may_repeat(OPERATION_UPSERT, false));
	ck_assert(!retry_may_repeat(OPERATION_UPSERT, true));
	ck_assert(retry_may_repeat(OPERATION_UPDATE, false));
	ck_assert(retry_may_repeat(OPERATION_DELETE, false));
}
END_TEST

Suite *suite_retry(void)
{
	Suite *suite = suite_create("retry");
	TCase *tc = tcase_create("retry");

	tcase_add_loop_test(tc, answer_is_of_its_class, 0, ARRAY_SIZE(answers));
	tcase_add_loop_test(tc, failed_row_is_of_its_class, 0, ARRAY_SIZE(failures));
	tcase_add_test(tc, delays_grow_spread_and_end);
	tcase_add_test(tc, the_org_s_own_time_is_kept_and_spread);
	tcase_add_test(tc, only_what_cannot_double_is_repeated);
	suite_add_tcase(suite, tc);
	return suite;
}
