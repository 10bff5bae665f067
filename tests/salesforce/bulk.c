/* Tests of bulk.h against a scripted server: the exact requests of a job's life. */

#include "salesforce/suites.h"

#include "base/text.h"
#include "harness/wire.h"
#include "salesforce/bulk.h"

#define JOB_ID "7502M00000aFzAIQA0"
#define JOB(state, more)                                                                           \
	"{\"id\":\"" JOB_ID                                                                        \
	"\",\"operation\":\"upsert\",\"object\":\"Account\",\"state\":\"" state                    \
	"\",\"apiVersion\":66.0" more "}"

static struct wire_step script[8];
static struct wire *wire;
static struct connection connection;
static struct org *org;
static struct http_answer answer;
static struct err err;

/* A server that gives a token, the versions, and then these answers. */
static void start(const char *first, const char *second)
{
	static char token[1024];
	size_t steps = 2;

	script[1] = (struct wire_step){ .answer = wire_json(200, "[{\"version\":\"66.0\"}]") };
	if (first)
		script[steps++] = (struct wire_step){ .answer = first };
	if (second)
		script[steps++] = (struct wire_step){ .answer = second };
	wire = wire_start(script, steps);
	snprintf(token, sizeof(token),
		"{\"access_token\":\"00D5g00000ABCDE!AQ1\",\"instance_url\":\"%s\",\"id\":"
		"\"https://login.salesforce.com/id/00D5g00000ABCDEEA4/0055g00000ABCDEAA4\","
		"\"token_type\":\"Bearer\",\"issued_at\":\"1725700000000\"}",
		wire_url(wire));
	script[0].answer = wire_json(200, token);
	ck_assert(text_set(&connection.salesforce.domain, wire_url(wire)));
	ck_ok(org_new(&org, &connection, NULL, NULL, NULL, &err), &err);
}

static void setup(void)
{
	http_global_init();
	http_answer_init(&answer);
	connection_init(&connection);
	err = (struct err)ERR_INIT;
	setenv("AGENTBOARD_TEST_SECRET", "secret", 1);
	ck_assert(text_set(&connection.name, "test"));
	ck_assert(text_set(&connection.salesforce.consumer_key, "key"));
	connection.salesforce.consumer_secret.kind = SECRET_ENV;
	ck_assert(text_set(&connection.salesforce.consumer_secret.ref, "AGENTBOARD_TEST_SECRET"));
}

static void teardown(void)
{
	org_free(org);
	connection_free_fields(&connection);
	http_answer_free(&answer);
	wire_stop(wire);
}

/* Of the third request: its first line, and what is behind its head. */
static void expect(size_t i, const char *line, const char *body)
{
	const char *request = wire_request(wire, i);
	const char *end = strstr(request, "\r\n\r\n");

	ck_assert_msg(text_starts(request, line), "%s", request);
	ck_assert_ptr_nonnull(end);
	ck_assert_str_eq(end + 4, body);
}

START_TEST(a_job_is_created_with_its_exact_settings)
{
	struct bulk_spec spec = { "Account", OPERATION_UPSERT, "Ext__c" };
	struct bulk_info info;

	start(wire_json(200, JOB("Open", "")), NULL);
	ck_ok(bulk_create(&info, org, &spec, &answer, &err), &err);
	ck_assert_str_eq(info.id, JOB_ID);
	ck_assert_int_eq(info.state, BULK_OPEN);
	expect(2, "POST /services/data/v66.0/jobs/ingest HTTP/1.1\r\n",
		"{\"object\":\"Account\",\"operation\":\"upsert\",\"externalIdFieldName\":\"Ext__"
		"c\","
		"\"contentType\":\"CSV\",\"lineEnding\":\"LF\",\"columnDelimiter\":\"COMMA\"}");
}
END_TEST

START_TEST(only_an_upsert_names_an_external_id)
{
	struct bulk_spec spec = { "Account", OPERATION_INSERT, "Ext__c" };
	struct bulk_info info;

	start(wire_json(200, JOB("Open", "")), NULL);
	ck_ok(bulk_create(&info, org, &spec, &answer, &err), &err);
	ck_assert_ptr_null(strstr(wire_request(wire, 2), "externalId"));
	ck_assert_ptr_nonnull(strstr(wire_request(wire, 2), "\"operation\":\"insert\""));
}
END_TEST

static size_t give_data(void *ctx, size_t offset, char *to, size_t size)
{
	const char *data = ctx;
	size_t left = strlen(data) - offset;

	size = size < 5 ? size : 5;
	size = size < left ? size : left;
	memcpy(to, data + offset, size);
	return size;
}

START_TEST(data_goes_up_piece_by_piece_with_its_length)
{
	static char data[] = "Ext__c,Name\n1,\"a\nb\"\n";

	start("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", NULL);
	ck_ok(bulk_upload(org, JOB_ID, strlen(data), give_data, data, &answer, &err), &err);
	expect(2, "PUT /services/data/v66.0/jobs/ingest/" JOB_ID "/batches HTTP/1.1\r\n", data);
	ck_assert_ptr_nonnull(
		strstr(wire_request(wire, 2), "Content-Type: text/csv; charset=UTF-8\r\n"));
	ck_assert_ptr_nonnull(strstr(wire_request(wire, 2), "Content-Length: 20\r\n"));
}
END_TEST

START_TEST(a_token_that_died_lets_the_upload_begin_anew)
{
	static char data[] = "Ext__c\n1\n";

	script[3].answer = NULL;
	start(wire_json(401, "[{\"message\":\"Session expired or invalid\",\"errorCode\":"
			     "\"INVALID_SESSION_ID\"}]"),
		NULL);
	/* the script is over: the next token request gets a 500 */
	ck_assert_int_ne(bulk_upload(org, JOB_ID, strlen(data), give_data, data, &answer, &err), 0);
	expect(2, "PUT ", data);
	ck_assert(text_starts(wire_request(wire, 3), "POST /services/oauth2/token"));
}
END_TEST

START_TEST(upload_complete_and_abort_are_exact)
{
	struct bulk_info info;

	start(wire_json(200, JOB("UploadComplete", "")),
		wire_json(400,
			"[{\"errorCode\":\"INVALIDJOBSTATE\",\"message\":\"InvalidJobState : "
			"Aborting already Completed Job not allowed\"}]"));
	ck_ok(bulk_move(&info, org, JOB_ID, BULK_UPLOAD_COMPLETE, &answer, &err), &err);
	ck_assert_int_eq(info.state, BULK_UPLOAD_COMPLETE);
	expect(2, "PATCH /services/data/v66.0/jobs/ingest/" JOB_ID " HTTP/1.1\r\n",
		"{\"state\":\"UploadComplete\"}");
	ck_assert_int_ne(bulk_move(&info, org, JOB_ID, BULK_ABORTED, &answer, &err), 0);
	ck_assert_str_eq(err.code, "INVALIDJOBSTATE");
	expect(3, "PATCH ", "{\"state\":\"Aborted\"}");
}
END_TEST

START_TEST(what_became_of_a_job_is_read)
{
	struct bulk_info info;

	start(wire_json(200, JOB("Failed", ",\"numberRecordsProcessed\":7,"
					   "\"numberRecordsFailed\":2,\"errorMessage\":"
					   "\"InvalidBatch : Field name not found : Foo__c\"")),
		wire_json(404, "[{\"errorCode\":\"NOT_FOUND\",\"message\":"
			       "\"The requested resource does not exist\"}]"));
	ck_ok(bulk_ask(&info, org, JOB_ID, &answer, &err), &err);
	ck_assert_int_eq(info.state, BULK_FAILED);
	ck_assert_int_eq(info.processed, 7);
	ck_assert_int_eq(info.failed, 2);
	ck_assert_str_eq(info.error, "InvalidBatch : Field name not found : Foo__c");
	ck_assert(bulk_error_is_final(info.error));
	ck_assert(!bulk_error_is_final("TooManyLockFailure : Too many lock failures"));
	ck_assert_int_eq(bulk_ask(&info, org, JOB_ID, &answer, &err), -ERR_NOT_FOUND);
}
END_TEST

START_TEST(an_answer_that_names_no_job_is_an_error)
{
	struct bulk_info info;

	start(wire_json(200, "{\"id\":\"x\",\"state\":\"Open\"}"),
		wire_json(200, "{\"id\":\"" JOB_ID "\",\"state\":\"Sleeping\"}"));
	ck_assert_int_eq(bulk_ask(&info, org, JOB_ID, &answer, &err), -ERR_PROTOCOL);
	ck_assert_int_eq(bulk_ask(&info, org, JOB_ID, &answer, &err), -ERR_PROTOCOL);
}
END_TEST

static int count_line(
	void *ctx, struct bulk_sheet *sheet, const struct bulk_line *line, struct err *e)
{
	(void)sheet;
	(void)e;
	ck_assert_str_eq(line->id, "001000000000001AAA");
	++*(int *)ctx;
	return 0;
}

START_TEST(a_result_file_is_streamed_and_a_cut_one_is_an_error)
{
	static const char whole[] = "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"
				    "Content-Length: 54\r\n\r\n"
				    "sf__Id,sf__Created,Ext__c\n001000000000001AAA,true,k1\n\n\n";
	static const char *const keys[] = { "Ext__c" };
	struct text_list key = { (char **)(uintptr_t)keys, 1 };
	struct bulk_sheet *sheet = NULL;
	const char *why;
	int rows = 0;

	start(whole, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
		     "sf__Id,sf__Created,Ext__c\n001000000000001AAA,true,k1\n");
	script[3].end = WIRE_CLOSE;
	ck_ok(bulk_sheet_new(&sheet, OPERATION_UPSERT, &key, &err), &err);
	ck_assert_int_eq(bulk_sheet_read(sheet, "{\"Ext__c\":\"1\"}", 14, true, &why, &err), 0);
	ck_ok(bulk_results(
		      org, JOB_ID, BULK_FILE_SUCCESSFUL, sheet, count_line, &rows, &answer, &err),
		&err);
	ck_assert_int_eq(rows, 1);
	expect(2, "GET /services/data/v66.0/jobs/ingest/" JOB_ID "/successfulResults HTTP/1.1\r\n",
		"");
	ck_assert_int_ne(bulk_results(org, JOB_ID, BULK_FILE_FAILED, sheet, count_line, &rows,
				 &answer, &err),
		0);
	ck_assert(text_starts(wire_request(wire, 3),
		"GET /services/data/v66.0/jobs/ingest/" JOB_ID "/failedResults "));
	bulk_sheet_free(sheet);
}
END_TEST

START_TEST(nothing_goes_to_another_org)
{
	struct bulk_spec spec = { "Account", OPERATION_INSERT, NULL };
	struct bulk_info info;

	start(NULL, NULL);
	org_expect(org, "00D000000000001EAA");
	ck_assert_int_eq(bulk_create(&info, org, &spec, &answer, &err), -ERR_REFUSED);
	ck_assert_int_eq(wire_count(wire), 1); /* the token request */
}
END_TEST

Suite *suite_bulk(void)
{
	Suite *suite = suite_create("bulk");
	TCase *tc = tcase_create("bulk");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_job_is_created_with_its_exact_settings);
	tcase_add_test(tc, only_an_upsert_names_an_external_id);
	tcase_add_test(tc, data_goes_up_piece_by_piece_with_its_length);
	tcase_add_test(tc, a_token_that_died_lets_the_upload_begin_anew);
	tcase_add_test(tc, upload_complete_and_abort_are_exact);
	tcase_add_test(tc, what_became_of_a_job_is_read);
	tcase_add_test(tc, an_answer_that_names_no_job_is_an_error);
	tcase_add_test(tc, a_result_file_is_streamed_and_a_cut_one_is_an_error);
	tcase_add_test(tc, nothing_goes_to_another_org);
	suite_add_tcase(suite, tc);
	return suite;
}
