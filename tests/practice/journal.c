/* Tests of request log and ledger: what other tests rely on. */

#include "practice/suites.h"

#include "base/file.h"
#include "base/text.h"
#include "practice/partner.h"

#include <sys/stat.h>

static void expect_file(const char *path, const char *pattern)
{
	struct buf text = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;

	ck_ok(file_read(&text, path, &err), &err);
	ck_assert_msg(text_match(pattern, buf_str(&text), false), "expected %s\n     got %s",
		pattern, buf_str(&text));
	buf_free(&text);
}

START_TEST(ledger_has_one_line_for_each_accepted_write)
{
	static const struct exchange steps[] = {
		{ "PATCH", "composite/sobjects/Account/Ext_Id__c",
			"{\"records\":[{\"attributes\":{\"type\":\"Account\"},\"Ext_Id__c\":\"A-"
			"1\",\"Name\":\"a\"},"
			"{\"attributes\":{\"type\":\"Account\"},\"Ext_Id__c\":\"A-2\"}]}",
			200, "*" },
		{ "PATCH", "sobjects/Account/Ext_Id__c/A-1", "{\"Name\":\"b\"}", 200, "*" },
		{ "DELETE", "sobjects/Account/001Pr0000000001", NULL, 204, NULL },
		/* taken back: not a word of it */
		{ "POST", "composite/sobjects",
			"{\"allOrNone\":true,\"records\":[{\"attributes\":{\"type\":\"Account\"},"
			"\"Name\":\"c\"},"
			"{\"attributes\":{\"type\":\"Account\"}}]}",
			200, "*" },
		{ "POST", "composite",
			"{\"allOrNone\":true,\"compositeRequest\":[{\"method\":\"POST\",\"url\":"
			"\"/services/data/v66.0/sobjects/"
			"Account\",\"referenceId\":\"a\",\"body\":{\"Name\":\"d\"}},"
			"{\"method\":\"GET\",\"url\":\"/services/data/v66.0/"
			"nope\",\"referenceId\":\"b\"}]}",
			200, "*" },
	};
	struct partner partner;
	struct stat st;

	partner_open_logged(&partner);
	partner_expect_all(&partner, steps);
	partner_close(&partner);
	expect_file(partner.ledger, "{\"object\":\"Account\",\"operation\":\"upsert\",\"created\":"
				    "true,\"external_id\":\"A-1\","
				    "\"id\":\"001Pr0000000001IAA\",\"request\":2}\n"
				    "{\"object\":\"Account\",\"operation\":\"upsert\",\"created\":"
				    "false,\"external_id\":\"A-1\","
				    "\"id\":\"001Pr0000000001IAA\",\"request\":3}\n"
				    "{\"object\":\"Account\",\"operation\":\"delete\",\"created\":"
				    "false,\"external_id\":\"A-1\","
				    "\"id\":\"001Pr0000000001IAA\",\"request\":4}\n");
	ck_assert_int_eq(stat(partner.ledger, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(request_log_has_the_request_but_no_secret)
{
	struct buf text = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;
	struct partner partner;
	char token[sizeof(partner.token)];
	char form[200];

	partner_open_logged(&partner);
	memcpy(token, partner.token, sizeof(token));
	partner_call(&partner, "POST", "sobjects/Account", "{\"Name\":\"\xc3\xa9\"}");
	snprintf(form, sizeof(form), "/id/00DPr0000000001MAA/005Pr0000000001IAA?oauth_token=%s",
		token);
	partner_call(&partner, "GET", form, NULL);
	snprintf(form, sizeof(form), "token=%s", token);
	partner_form(&partner, "/services/oauth2/revoke", form);
	partner_close(&partner);
	ck_ok(file_read(&text, partner.request_log, &err), &err);
	ck_assert_ptr_null(strstr(buf_str(&text), PRACTICE_CONSUMER_SECRET));
	ck_assert_ptr_null(strstr(buf_str(&text), token));
	buf_free(&text);
	expect_file(partner.request_log,
		"{\"request\":1,*\"method\":\"POST\",\"path\":\"/services/oauth2/"
		"token\",\"status\":200,*"
		"&client_secret=***\"}\n"
		"{\"request\":2,*\"method\":\"POST\",\"path\":\"/services/data/v66.0/sobjects/"
		"Account\","
		"\"status\":201,\"body_bytes\":13,*\"Authorization\":\"Bearer ***\",*"
		"\"body\":\"{\\\"Name\\\":\\\"\xc3\xa9\\\"}\"}\n"
		"{\"request\":3,*?oauth_token=***\",*}\n"
		"{\"request\":4,*\"body\":\"token=***\"}\n");
}
END_TEST

START_TEST(log_line_tells_the_fault)
{
	struct practice_options options = { 0 };
	struct partner partner;

	snprintf(partner.request_log, sizeof(partner.request_log), "%s/log", test_folder());
	options.request_log = partner.request_log;
	text_list_add(&options.faults, "reset-after=1");
	partner_open(&partner, &options);
	partner_call(&partner, "POST", "sobjects/Account", "{\"Name\":\"x\"}");
	partner_close(&partner);
	text_list_free(&options.faults);
	expect_file(partner.request_log, "*\"status\":0,*\"fault\":\"reset-after\",*");
}
END_TEST

START_TEST(requests_are_counted_by_their_path)
{
	struct partner partner;

	partner_open(&partner, NULL);
	for (int i = 0; i < 3; i++)
		partner_call(&partner, "GET", "limits?x=y", NULL);
	ck_assert_int_eq(practice_request_count(partner.org, "/limits"), 3);
	ck_assert_int_eq(practice_request_count(partner.org, "oauth2/token"), 1);
	ck_assert_int_eq(practice_request_count(partner.org, "/composite"), 0);
	partner_close(&partner);
}
END_TEST

START_TEST(counting_goes_on_when_there_are_many_paths)
{
	struct partner partner;

	partner_open(&partner, NULL);
	for (int i = 0; i < 1100; i++) {
		char path[100];

		snprintf(path, sizeof(path), "sobjects/Account/Ext_Id__c/K%d", i);
		partner_call(&partner, "GET", path, NULL);
	}
	ck_assert_int_ge(practice_request_count(partner.org, "/services/data/v66.0"), 1000);
	partner_close(&partner);
}
END_TEST

START_TEST(journal_that_cannot_be_written_stops_the_start)
{
	struct practice_options options = { .ledger = "/nonexistent/ledger" };
	struct err err = ERR_INIT;
	struct practice *org;

	ck_assert_int_eq(practice_start(&org, &options, &err), -ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/ledger"));
}
END_TEST

Suite *suite_journal(void)
{
	Suite *suite = suite_create("practice/journal");
	TCase *tc = tcase_create("journal");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, ledger_has_one_line_for_each_accepted_write);
	tcase_add_test(tc, request_log_has_the_request_but_no_secret);
	tcase_add_test(tc, log_line_tells_the_fault);
	tcase_add_test(tc, requests_are_counted_by_their_path);
	tcase_add_test(tc, counting_goes_on_when_there_are_many_paths);
	tcase_add_test(tc, journal_that_cannot_be_written_stops_the_start);
	suite_add_tcase(suite, tc);
	return suite;
}
