/* Tests of bulk jobs in the store: every step is there before the org hears of it. */

#include "store/fixture.h"
#include "store/suites.h"

#define JOB_ID "7502M00000aFzAIQA0"

static struct fixture fx;
static struct err err;

static void setup(void)
{
	err = (struct err)ERR_INIT;
	fixture_open(&fx);
}

static void teardown(void)
{
	fixture_verify(&fx);
	fixture_close(&fx);
}

static int64_t begin_job(int64_t first, int64_t last)
{
	int64_t job = 0;

	ck_commit(&fx, store_job_begin(&job, fx.store, fx.claim, first, last, &err), &err);
	return job;
}

static void change_job(int64_t job, const char *id, const char *state)
{
	struct job_change change = { id, state, -1, -1, NULL };

	ck_commit(&fx, store_job_update(fx.store, fx.claim, job, &change, &err), &err);
}

static struct job_info one_job(void)
{
	struct job_info *jobs, job;
	int count;

	ck_ok(view_jobs(&jobs, &count, fx.view, fx.run, &err), &err);
	ck_assert_int_eq(count, 1);
	job = jobs[0];
	free(jobs);
	return job;
}

static void carry(int64_t job, int64_t packet, int rows)
{
	struct row_set set = { { 0 } };

	for (int i = 0; i < rows; i++)
		row_set_add(&set, i);
	ck_commit(&fx, store_job_attempt(fx.store, fx.claim, job, packet, &set, &err), &err);
}

START_TEST(a_job_is_known_from_before_its_creation_to_its_end)
{
	struct job_change change = { NULL, "JobComplete", 20, 3, "a note" };
	int64_t job = begin_job(1, 9);
	struct job_info info = one_job();

	ck_assert_str_eq(info.state, JOB_CREATING);
	ck_assert_str_eq(info.salesforce_id, "");
	ck_assert_int_eq(info.first_packet, 1);
	ck_assert_int_eq(info.last_packet, 9);
	change_job(job, JOB_ID, "Open");
	ck_commit(&fx, store_job_update(fx.store, fx.claim, job, &change, &err), &err);
	info = one_job();
	ck_assert_str_eq(info.salesforce_id, JOB_ID);
	ck_assert_str_eq(info.state, "JobComplete");
	ck_assert_int_eq(info.processed, 20);
	ck_assert_int_eq(info.failed, 3);
	ck_assert_str_eq(info.note, "a note");
	ck_refused(&fx, store_job_update(fx.store, fx.claim, job + 1, &change, &err), ERR_NOT_FOUND,
		&err);
}
END_TEST

START_TEST(nothing_leaves_in_a_job_without_an_id)
{
	int64_t packet = fixture_packet(&fx, "ORD", 3);
	int64_t job = begin_job(packet, packet);
	struct row_set set = { { 7 } };

	ck_refused(&fx, store_job_attempt(fx.store, fx.claim, job, packet, &set, &err), ERR_USAGE,
		&err);
}
END_TEST

START_TEST(parts_of_a_job_are_told_and_answered_one_by_one)
{
	int64_t first = fixture_packet(&fx, "ORD", 3);
	int64_t second = fixture_packet(&fx, "ORE", 3);
	int64_t job = begin_job(first, second);
	struct message_detail *detail;
	struct job_part *parts;
	int count;

	change_job(job, JOB_ID, "Open");
	carry(job, second, 2);
	carry(job, first, 3);
	ck_assert_int_eq(one_job().open, 2);
	ck_ok(view_job_parts(&parts, &count, fx.view, job, &err), &err);
	ck_assert_int_eq(count, 2);
	ck_assert_int_eq(parts[0].packet, first);
	ck_assert_int_eq(row_set_count(&parts[0].rows), 3);
	ck_assert_int_eq(row_set_count(&parts[1].rows), 2);
	ck_assert(!parts[0].done);
	fixture_done(&fx, parts[0].attempt, 0, "sfr");
	free(parts);
	ck_ok(view_job_parts(&parts, &count, fx.view, job, &err), &err);
	ck_assert(parts[0].done);
	ck_assert(!parts[1].done);
	free(parts);
	ck_assert_int_eq(one_job().open, 1);
	ck_ok(view_message(&detail, fx.view, MESSAGE_ID(first, 1), &err), &err);
	ck_assert_str_eq(detail->attempts[0].job, JOB_ID);
	ck_assert_str_eq(detail->attempts[0].request_id, JOB_ID);
	message_detail_free(detail);
}
END_TEST

START_TEST(a_dead_owners_job_is_not_settled_with_its_requests)
{
	int64_t packet = fixture_packet(&fx, "ORD", 3);
	int64_t other = fixture_packet(&fx, "ORE", 2);
	int64_t job = begin_job(packet, packet);
	int64_t rows;

	change_job(job, JOB_ID, "UploadComplete");
	carry(job, packet, 3);
	fixture_begin(&fx, other, 0, 2);
	run_claim_free(fx.claim);
	ck_commit(&fx, store_run_claim(&fx.claim, fx.store, fx.run, &err), &err);
	ck_commit(&fx, store_attempts_settle(&rows, fx.store, fx.claim, EVENT_LOSE, "lost", &err),
		&err);
	ck_assert_int_eq(rows, 2);
	ck_assert_int_eq(one_job().open, 1);
	ck_commit(&fx,
		store_job_settle(&rows, fx.store, fx.claim, job, EVENT_RETRY, "not sent", &err),
		&err);
	ck_assert_int_eq(rows, 3);
	ck_assert_int_eq(one_job().open, 0);
	ck_assert_int_eq(fixture_counts(&fx, fx.run).pending, 3);
	ck_assert_int_eq(fixture_counts(&fx, fx.run).unknown, 2);
}
END_TEST

Suite *suite_job(void)
{
	Suite *suite = suite_create("job");
	TCase *tc = tcase_create("job");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_job_is_known_from_before_its_creation_to_its_end);
	tcase_add_test(tc, nothing_leaves_in_a_job_without_an_id);
	tcase_add_test(tc, parts_of_a_job_are_told_and_answered_one_by_one);
	tcase_add_test(tc, a_dead_owners_job_is_not_settled_with_its_requests);
	suite_add_tcase(suite, tc);
	return suite;
}
