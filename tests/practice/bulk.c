/* Tests of Bulk API 2.0: how jobs are refused, what a file does to them, and what comes back. */

#include "practice/suites.h"

#include "base/clock.h"
#include "base/text.h"
#include "practice/partner.h"

#define UPSERT                                                                                     \
	"{\"object\":\"Account\",\"operation\":\"upsert\",\"externalIdFieldName\":\"Ext_Id__c\"}"
#define INSERT "{\"object\":\"Account\",\"operation\":\"insert\"}"
#define JOB "jobs/ingest/750Pr0000000001"
#define COMPLETE "{\"state\":\"UploadComplete\"}"
#define DEADLINE_MS 20000

static void put(struct partner *partner, const char *job, const char *csv)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/batches", job);
	partner->content_type = "text/csv";
	partner_call(partner, "PUT", path, csv);
	partner->content_type = NULL;
}

/* Look at the job until its state is final. */
static void await(struct partner *partner, const char *job)
{
	int64_t deadline = clock_mono() + DEADLINE_MS;

	do {
		partner_call(partner, "GET", job, NULL);
		ck_assert_int_eq(partner->status, 200);
		ck_assert_int_lt(clock_mono(), deadline);
	} while (strstr(buf_str(&partner->body), "\"state\":\"UploadComplete\"") ||
		 strstr(buf_str(&partner->body), "\"state\":\"InProgress\""));
}

static void load(struct partner *partner, const char *job, const char *description, const char *csv)
{
	partner_call(partner, "POST", "jobs/ingest", description);
	ck_assert_int_eq(partner->status, 200);
	put(partner, job, csv);
	partner_expect_answer(partner, 201, NULL);
	partner_call(partner, "PATCH", job, COMPLETE);
	ck_assert_int_eq(partner->status, 200);
	await(partner, job);
}

static const struct exchange refused_jobs[] = {
	{ "POST", "jobs/ingest", "{\"object\":\"Foo\",\"operation\":\"insert\"}", 400,
		"*InvalidJob : Unable to find object: Foo*\"INVALIDJOB\"*" },
	{ "POST", "jobs/ingest", "{\"object\":\"User\",\"operation\":\"insert\"}", 400,
		"*InvalidEntity : Entity 'User' is not supported by the Bulk "
		"API.*\"INVALIDENTITY\"*" },
	{ "POST", "jobs/ingest", "{\"object\":\"Account\",\"operation\":\"x\"}", 400,
		"*Invalid value: 'x' supplied for property: 'operation'*\"API_ERROR\"*" },
	{ "POST", "jobs/ingest", "{\"object\":\"Account\",\"operation\":\"hardDelete\"}", 400,
		"*\"FEATURENOTENABLED\"*" },
	{ "POST", "jobs/ingest", "{\"object\":\"Account\",\"operation\":\"upsert\"}", 400,
		"*InvalidJob : External ID was blank for Account. An External ID must be "
		"specified for upsert.*" },
	{ "POST", "jobs/ingest",
		"{\"object\":\"Account\",\"operation\":\"upsert\",\"externalIdFieldName\":"
		"\"Phone\"}",
		400, "*Field name provided, Phone does not match an External ID for Account*" },
	{ "POST", "jobs/ingest",
		"{\"object\":\"Account\",\"operation\":\"insert\",\"lineEnding\":\"CR\"}", 400,
		"*Invalid value: 'CR' supplied for property: 'lineEnding'*" },
	{ "POST", "jobs/query", "{\"operation\":\"query\",\"query\":\"SELECT Id FRM Account\"}",
		400, "*\"MALFORMED_QUERY\"*" },
	{ "POST", "jobs/query",
		"{\"operation\":\"query\",\"query\":\"SELECT COUNT() FROM Account\"}", 400,
		"*\"FEATURENOTENABLED\"*" },
	{ "GET", JOB, NULL, 404, "*\"NOT_FOUND\"*" },
};

START_TEST(job_that_makes_no_sense_is_refused)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_expect(&partner, &refused_jobs[_i]);
	partner_close(&partner);
}
END_TEST

START_TEST(job_goes_through_its_states_and_no_others)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_call(&partner, "POST", "jobs/ingest", UPSERT);
	partner_expect_answer(&partner, 200,
		"*\"state\":\"Open\"*\"apiVersion\":66.0,\"contentUrl\":\"services/data/v66.0/"
		"jobs/ingest/750Pr0000000001IAA/batches\"*");
	partner_call(&partner, "GET", JOB "/successfulResults", NULL);
	partner_expect_answer(&partner, 400, "*\"INVALIDJOBSTATE\"*");
	put(&partner, JOB, "Ext_Id__c,Name\n1,a\n");
	partner_expect_answer(&partner, 201, NULL);
	put(&partner, JOB, "Ext_Id__c,Name\n1,a\n");
	partner_expect_answer(&partner, 400, "*Found multiple contents for job*");
	partner_call(&partner, "PATCH", JOB, COMPLETE);
	partner_expect_answer(&partner, 200, "*\"state\":\"UploadComplete\"*");
	ck_assert_ptr_null(strstr(buf_str(&partner.body), "contentUrl"));
	await(&partner, JOB);
	partner_expect_answer(&partner, 200,
		"*\"state\":\"JobComplete\"*\"jobType\":\"V2Ingest\"*\"numberRecordsProcessed\":1,"
		"\"numberRecordsFailed\":0,*");
	partner_call(&partner, "PATCH", JOB, "{\"state\":\"Aborted\"}");
	partner_expect_answer(
		&partner, 400, "*Aborting already Completed Job not allowed*\"INVALIDJOBSTATE\"*");
	partner_call(&partner, "GET", "/services/data/v65.0/" JOB, NULL);
	ck_assert_int_eq(partner.status, 409);
	partner_call(&partner, "DELETE", JOB, NULL);
	partner_expect_answer(&partner, 204, NULL);
	partner_call(&partner, "GET", JOB, NULL);
	ck_assert_int_eq(partner.status, 404);
	partner_close(&partner);
}
END_TEST

START_TEST(aborted_job_leaves_its_rows_unprocessed)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner_call(&partner, "POST", "jobs/ingest", INSERT);
	put(&partner, JOB, "Name\n\"a \"\"b\"\"\"\n");
	partner_call(&partner, "PATCH", JOB, "{\"state\":\"Aborted\"}");
	partner_expect_answer(&partner, 200, "*\"state\":\"Aborted\"*");
	partner_call(&partner, "GET", JOB "/unprocessedrecords", NULL);
	partner_expect_answer(&partner, 200, "Name\n\"a \"\"b\"\"\"\n");
	partner_call(&partner, "GET", JOB "/successfulResults", NULL);
	partner_expect_answer(&partner, 200, "\"sf__Id\",\"sf__Created\",Name\n");
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 0);
	partner_close(&partner);
}
END_TEST

/* A file that fails its job: why, and how many rows were written before. */
static const struct {
	const char *csv, *message;
	int written;
} bad_files[] = {
	{ "Name\r\na\r\n",
		"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting "
		"is LF",
		0 },
	{ "Name\n\"two\r\nlines\"\n", "ClientInputError : LineEnding is invalid*", 0 },
	{ "Name,Foo__c\na,b\n", "InvalidBatch : Field name not found : Foo__c", 0 },
	{ "\xef\xbb\xbf\"Name\"\na\n", "InvalidBatch : Failed to parse CSV. Found unescaped quote*",
		0 },
	{ "\xef\xbb\xbfName\na\n", "InvalidBatch : Field name not found : *", 0 },
	{ "Name,Nobody__r.Ext_Id__c\na,b\n",
		"InvalidBatch : Unable to find relationship: Nobody__r", 0 },
	{ "Name,Account:Parent.Ext_Id__c\na,b\n",
		"InvalidBatch : type is not needed for non polymorphic foreign key references: "
		"Parent",
		0 },
	{ "Name\nfirst\na \"quote\" within\n",
		"InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote "
		"should be within a quote",
		1 },
	{ "Name,Phone\nfirst,1\nsecond\n", "InvalidBatch : *columns*", 1 },
	{ "", "InvalidBatch : *empty*", 0 },
};

START_TEST(bad_file_fails_the_job)
{
	struct partner partner;
	char *expected;

	partner_open(&partner, NULL);
	load(&partner, JOB, INSERT, bad_files[_i].csv);
	ck_assert_int_gt(asprintf(&expected, "*\"state\":\"Failed\"*\"errorMessage\":\"%s\"*",
				 bad_files[_i].message),
		0);
	partner_expect_answer(&partner, 200, expected);
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), bad_files[_i].written);
	free(expected);
	partner_close(&partner);
}
END_TEST

static void open_with_fault(struct partner *partner, const char *fault)
{
	struct practice_options options = { 0 };

	text_list_add(&options.faults, fault);
	partner_open(partner, &options);
	text_list_free(&options.faults);
}

START_TEST(fault_fails_the_job_half_way)
{
	struct partner partner;

	open_with_fault(&partner, "bulk-fail=1");
	load(&partner, JOB, INSERT, "Name\naaaa\nbbbb\ncccc\ndddd\n");
	partner_expect_answer(&partner, 200,
		"*\"state\":\"Failed\"*\"numberRecordsProcessed\":2,\"numberRecordsFailed\":0,*"
		"\"errorMessage\":\"TooManyLockFailure : *");
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 2);
	partner_call(&partner, "GET", JOB "/unprocessedrecords", NULL);
	partner_expect_answer(&partner, 200, "Name\n\"cccc\"\n\"dddd\"\n");
	partner_close(&partner);
}
END_TEST

START_TEST(fault_locks_rows_of_jobs_alone)
{
	struct partner partner;

	open_with_fault(&partner, "bulk-lock=1");
	partner_call(&partner, "POST", "sobjects/Account", "{\"Name\":\"x\"}");
	ck_assert_int_eq(partner.status, 201);
	load(&partner, JOB, INSERT, "Name\naaaa\n");
	partner_call(&partner, "GET", JOB "/failedResults", NULL);
	partner_expect_answer(&partner, 200, "*UNABLE_TO_LOCK_ROW:*");
	partner_close(&partner);
}
END_TEST

START_TEST(fault_lets_a_job_stand_still)
{
	struct partner partner;
	int64_t began = clock_mono();

	open_with_fault(&partner, "bulk-slow=1:120");
	load(&partner, JOB, INSERT, "Name\naaaa\n");
	partner_expect_answer(&partner, 200, "*\"state\":\"JobComplete\"*");
	ck_assert_int_ge(clock_mono() - began, 120);
	partner_close(&partner);
}
END_TEST

START_TEST(every_row_has_its_own_result_with_its_columns)
{
	struct partner partner;

	partner_open(&partner, NULL);
	load(&partner, JOB, UPSERT,
		"Id,Ext_Id__c,Name,AnnualRevenue\n"
		",1,\"a, \"\"b\"\"\",12345678.5\n"
		",2,,1\n"
		",3,c,abc\n");
	partner_expect_answer(
		&partner, 200, "*\"numberRecordsProcessed\":3,\"numberRecordsFailed\":2,*");
	partner_call(&partner, "GET", JOB "/successfulResults", NULL);
	partner_expect_answer(&partner, 200,
		"\"sf__Id\",\"sf__Created\",Id,Ext_Id__c,Name,AnnualRevenue\n"
		"\"001Pr0000000001IAA\",\"true\",\"\",\"1\",\"a, "
		"\"\"b\"\"\",\"1.23456785E7\"\n");
	partner_call(&partner, "GET", JOB "/failedResults", NULL);
	ck_assert_ptr_nonnull(strstr(buf_str(&partner.body),
		"\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name "
		"--\",\"\",\"2\",\"\",\"1\"\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&partner.body),
		"\"\",\"INVALID_TYPE_ON_FIELD_IN_RECORD:Annual Revenue: value not of required "
		"type: abc:AnnualRevenue --\",\"\",\"3\",\"c\",\"abc\"\n"));
	partner_call(&partner, "GET", JOB "/unprocessedrecords", NULL);
	partner_expect_answer(&partner, 200, "Id,Ext_Id__c,Name,AnnualRevenue\n");
	partner_close(&partner);
}
END_TEST

START_TEST(empty_cell_leaves_alone_and_na_clears)
{
	struct partner partner;

	partner_open(&partner, NULL);
	load(&partner, JOB, UPSERT,
		"Ext_Id__c,Name,Phone,Fax,Newsletter__c\n1,a,11,22,1\np,parent,,,\n");
	load(&partner, "jobs/ingest/750Pr0000000002", UPSERT,
		"Ext_Id__c,Name,Phone,Fax,Parent.Ext_Id__c\n1,\"b\nc\",,#N/A,p\n");
	partner_call(&partner, "GET",
		"query?q=SELECT+Name,Phone,Fax,Newsletter__c,Parent.Name+FROM+Account+WHERE+Ext_"
		"Id__c='1'",
		NULL);
	partner_expect_answer(&partner, 200,
		"*\"Name\":\"b\\nc\",\"Phone\":\"11\",\"Fax\":null,\"Newsletter__c\":true,"
		"\"Parent\":{*\"Name\":\"parent\"}*");
	partner_close(&partner);
}
END_TEST

START_TEST(parent_that_is_not_there_fails_its_row_alone)
{
	struct partner partner;

	partner_open(&partner, NULL);
	load(&partner, JOB, INSERT, "Name,Parent.Ext_Id__c\na,\nb,nobody\n");
	partner_call(&partner, "GET", JOB "/failedResults", NULL);
	partner_expect_answer(&partner, 200,
		"*\n\"\",\"INVALID_FIELD:Foreign key external ID: nobody not found for field "
		"Ext_Id__c in entity Account:--\",\"b\",\"nobody\"\n");
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 1);
	partner_close(&partner);
}
END_TEST

START_TEST(rows_are_updated_and_deleted_by_id)
{
	struct partner partner;

	partner_open(&partner, NULL);
	load(&partner, JOB, INSERT, "Name\na\nb\n");
	load(&partner, "jobs/ingest/750Pr0000000002",
		"{\"object\":\"Account\",\"operation\":\"update\",\"lineEnding\":\"CRLF\","
		"\"columnDelimiter\":\"PIPE\"}",
		"Id|Name\r\n001Pr0000000001|c\r\n001Pr0000000009|d\r\n");
	partner_call(&partner, "GET", "jobs/ingest/750Pr0000000002/successfulResults", NULL);
	partner_expect_answer(&partner, 200,
		"\"sf__Id\"|\"sf__Created\"|Id|Name\r\n"
		"\"001Pr0000000001IAA\"|\"false\"|\"001Pr0000000001\"|\"c\"\r\n");
	load(&partner, "jobs/ingest/750Pr0000000003",
		"{\"object\":\"Account\",\"operation\":\"delete\"}",
		"Id\n001Pr0000000001IAA\n001Pr0000000002IAA\n001Pr0000000001IAA\n");
	partner_expect_answer(&partner, 200, "*\"numberRecordsFailed\":1,*");
	partner_call(&partner, "GET", "jobs/ingest/750Pr0000000003/failedResults", NULL);
	partner_expect_answer(&partner, 200, "*ENTITY_IS_DELETED:entity is deleted:--*");
	ck_assert_int_eq(practice_record_count(partner.org, "Account"), 0);
	partner_close(&partner);
}
END_TEST

START_TEST(job_and_rows_may_come_in_one_request)
{
	struct partner partner;

	partner_open(&partner, NULL);
	partner.content_type = "multipart/form-data; boundary=BND";
	partner_call(&partner, "POST", "jobs/ingest",
		"--BND\r\nContent-Disposition: form-data; name=\"job\"\r\nContent-Type: "
		"application/json\r\n\r\n" INSERT
		"\r\n--BND\r\nContent-Disposition: form-data; name=\"content\"; "
		"filename=\"content\"\r\nContent-Type: "
		"text/csv\r\n\r\nName\na\nb\n\r\n--BND--\r\n");
	partner.content_type = NULL;
	partner_expect_answer(&partner, 200, "*\"state\":\"UploadComplete\"*");
	await(&partner, JOB);
	partner_close(&partner);
}
END_TEST

#define MANY 12000

START_TEST(many_rows_come_back_once_each_in_another_order)
{
	static bool seen[MANY];
	struct buf csv = BUF_INIT(1 << 20);
	struct partner partner;
	const char *at;
	int moved = 0;
	int place = 0;

	memset(seen, 0, sizeof(seen));
	buf_add_str(&csv, "Ext_Id__c,Name\n");
	for (int i = 0; i < MANY; i++)
		buf_addf(&csv, "K%d,n\n", i);
	partner_open(&partner, NULL);
	load(&partner, JOB, UPSERT, buf_str(&csv));
	partner_call(&partner, "GET", JOB "/successfulResults", NULL);
	for (at = strstr(buf_str(&partner.body), "\"K"); at; at = strstr(at + 1, "\"K"), place++) {
		long key = strtol(at + 2, NULL, 10);

		ck_assert(key >= 0 && key < MANY && !seen[key]);
		seen[key] = true;
		moved += key != place;
	}
	ck_assert_int_eq(place, MANY);
	ck_assert_int_gt(moved, MANY / 2);
	partner_call(&partner, "GET", "limits", NULL); /* two batches of 10,000 */
	partner_expect_answer(
		&partner, 200, "*\"DailyBulkApiBatches\":{\"Max\":15000,\"Remaining\":14998}*");
	partner_close(&partner);
	buf_free(&csv);
}
END_TEST

START_TEST(query_comes_in_pages_and_the_last_one_says_null)
{
	struct partner partner;

	partner_open(&partner, NULL);
	load(&partner, JOB, INSERT, "Name,AnnualRevenue\na,5\nb,\n");
	partner_call(&partner, "POST", "jobs/query",
		"{\"operation\":\"query\",\"query\":\"SELECT Name, AnnualRevenue FROM Account "
		"ORDER BY Name\"}");
	partner_expect_answer(&partner, 200, "*\"state\":\"UploadComplete\"*");
	await(&partner, "jobs/query/750Pr0000000002");
	partner_expect_answer(&partner, 200,
		"*\"state\":\"JobComplete\"*\"V2Query\"*\"numberRecordsProcessed\":2,*");
	partner_call(&partner, "GET", "jobs/query/750Pr0000000002/results?maxRecords=1", NULL);
	partner_expect_answer(&partner, 200, "\"Name\",\"AnnualRevenue\"\n\"a\",\"5.0\"\n");
	ck_assert_ptr_nonnull(strstr(buf_str(&partner.headers), "Sforce-NumberOfRecords: 1\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&partner.headers), "Sforce-Locator: MQ\r\n"));
	partner_call(&partner, "GET", "jobs/query/750Pr0000000002/results?maxRecords=1&locator=MQ",
		NULL);
	partner_expect_answer(&partner, 200, "\"Name\",\"AnnualRevenue\"\n\"b\",\"\"\n");
	ck_assert_ptr_nonnull(strstr(buf_str(&partner.headers), "Sforce-Locator: null\r\n"));
	partner_close(&partner);
}
END_TEST

START_TEST(truncated_results_are_told_by_the_line)
{
	struct partner partner;
	struct err err = ERR_INIT;

	partner_open(&partner, NULL);
	load(&partner, JOB, INSERT, "Name\na\nb\n");
	ck_ok(practice_set_fault(partner.org, "truncate=1", &err), &err);
	partner_call(&partner, "GET", JOB "/successfulResults", NULL);
	ck_assert_int_ne(partner.code, CURLE_OK);
	ck_ok(practice_set_fault(partner.org, "truncate=0", &err), &err);
	ck_ok(practice_set_fault(partner.org, "500-html=1", &err), &err);
	for (int i = 0; i < 2; i++) { /* one of two was done, its stream is dropped */
		partner_call(&partner, "GET", JOB "/successfulResults", NULL);
		partner_expect_answer(&partner, 500, "<html>*");
	}
	partner_close(&partner);
}
END_TEST

Suite *suite_bulk(void)
{
	Suite *suite = suite_create("practice/bulk");
	TCase *tc = tcase_create("bulk");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, job_that_makes_no_sense_is_refused, 0, ARRAY_SIZE(refused_jobs));
	tcase_add_test(tc, fault_fails_the_job_half_way);
	tcase_add_test(tc, fault_locks_rows_of_jobs_alone);
	tcase_add_test(tc, fault_lets_a_job_stand_still);
	tcase_add_test(tc, job_goes_through_its_states_and_no_others);
	tcase_add_test(tc, aborted_job_leaves_its_rows_unprocessed);
	tcase_add_loop_test(tc, bad_file_fails_the_job, 0, ARRAY_SIZE(bad_files));
	tcase_add_test(tc, every_row_has_its_own_result_with_its_columns);
	tcase_add_test(tc, empty_cell_leaves_alone_and_na_clears);
	tcase_add_test(tc, parent_that_is_not_there_fails_its_row_alone);
	tcase_add_test(tc, rows_are_updated_and_deleted_by_id);
	tcase_add_test(tc, job_and_rows_may_come_in_one_request);
	tcase_add_test(tc, many_rows_come_back_once_each_in_another_order);
	tcase_add_test(tc, query_comes_in_pages_and_the_last_one_says_null);
	tcase_add_test(tc, truncated_results_are_told_by_the_line);
	suite_add_tcase(suite, tc);
	return suite;
}
