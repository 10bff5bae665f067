/* Tests of worker.h: lanes do not wait for each other, and the end waits for nobody that hangs. */

#include "tests/tui/suites.h"

#include "tui/board/worker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct test_job {
	struct job job;
	atomic_bool *release; /* hang until then, or until cancelled */
	atomic_int *freed;
	atomic_int *worked; /* or NULL */
};

static int work(struct job *job, struct err *err)
{
	struct test_job *tj = (struct test_job *)job;

	(void)err;
	while (tj->release && !atomic_load(tj->release) && !atomic_load(&job->cancel))
		poll(NULL, 0, 1);
	if (tj->worked)
		atomic_fetch_add(tj->worked, 1);
	return 7;
}

static void free_job(struct job *job)
{
	struct test_job *tj = (struct test_job *)job;

	atomic_fetch_add(tj->freed, 1);
	free(tj);
}

static struct test_job *new_job(atomic_bool *release, atomic_int *freed)
{
	struct test_job *tj = calloc(1, sizeof(*tj));

	ck_assert_ptr_nonnull(tj);
	tj->job.work = work;
	tj->job.free = free_job;
	tj->release = release;
	tj->freed = freed;
	return tj;
}

static struct job *wait_finished(struct worker *worker, int wake)
{
	struct pollfd poller = { .fd = wake, .events = POLLIN };
	struct job *job;
	eventfd_t count;

	while (!(job = worker_take(worker))) {
		ck_assert_int_eq(poll(&poller, 1, 5000), 1);
		eventfd_read(wake, &count);
	}
	return job;
}

START_TEST(a_lane_that_hangs_keeps_no_other_waiting)
{
	atomic_bool release = false;
	atomic_int freed = 0;
	struct worker *worker;
	struct err err = ERR_INIT;
	int wake = eventfd(0, EFD_NONBLOCK);
	struct job *job;

	ck_ok(worker_start(&worker, wake, &err), &err);
	worker_post(worker, LANE_AGENT, &new_job(&release, &freed)->job);
	worker_post(worker, LANE_FILES, &new_job(NULL, &freed)->job);
	job = wait_finished(worker, wake);
	ck_assert_int_eq(job->rc, 7);
	job->free(job);
	ck_assert_ptr_null(worker_take(worker));
	atomic_store(&release, true);
	job = wait_finished(worker, wake);
	job->free(job);
	ck_assert_int_eq(atomic_load(&freed), 2);
	worker_stop(worker);
	close(wake);
}
END_TEST

START_TEST(stopping_cancels_what_runs_and_frees_what_waits)
{
	atomic_bool release = false;
	atomic_int freed = 0;
	struct worker *worker;
	struct err err = ERR_INIT;
	int wake = eventfd(0, EFD_NONBLOCK);

	ck_ok(worker_start(&worker, wake, &err), &err);
	for (int i = 0; i < 5; i++)
		worker_post(worker, LANE_FILES, &new_job(&release, &freed)->job);
	worker_stop(worker);
	ck_assert_int_eq(atomic_load(&freed), 5);
	close(wake);
}
END_TEST

START_TEST(what_is_kept_is_done_before_the_end)
{
	atomic_bool release = false;
	atomic_int freed = 0, worked = 0;
	struct worker *worker;
	struct test_job *kept = new_job(NULL, &freed);
	struct err err = ERR_INIT;
	int wake = eventfd(0, EFD_NONBLOCK);

	kept->job.kept = true;
	kept->worked = &worked;
	ck_ok(worker_start(&worker, wake, &err), &err);
	worker_post(worker, LANE_FILES, &new_job(&release, &freed)->job); /* hangs till the end */
	worker_post(worker, LANE_FILES, &kept->job);
	worker_stop(worker);
	ck_assert_int_eq(atomic_load(&worked), 1);
	ck_assert_int_eq(atomic_load(&freed), 2);
	close(wake);
}
END_TEST

Suite *suite_worker(void)
{
	Suite *suite = suite_create("tui/worker");
	TCase *tc = tcase_create("worker");

	tcase_add_test(tc, a_lane_that_hangs_keeps_no_other_waiting);
	tcase_add_test(tc, stopping_cancels_what_runs_and_frees_what_waits);
	tcase_add_test(tc, what_is_kept_is_done_before_the_end);
	suite_add_tcase(suite, tc);
	return suite;
}
