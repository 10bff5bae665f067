/* Tests of runs on a disk that fills: they pause in time, say why, and go on without a loss. */

#include "process/suites.h"
#include "process/stage.h"
#include "base/disk.h"

#define FLOOR (INT64_C(1) << 20)

static struct disk_guard guard;

static void open_guarded(struct stage *stage, int rows)
{
	stage_open(stage, rows);
	atomic_store(&guard.floor, FLOOR);
	atomic_store(&guard.low, false);
	stage->env.disk = &guard;
}

static void close_guarded(struct stage *stage)
{
	disk_pretend(-1, 0);
	stage_close(stage);
}

static struct run_info check_paused(struct stage *stage)
{
	struct run_info info = stage_info(stage);

	ck_assert_int_eq(stage->err.kind, ERR_STORE);
	ck_assert(stage->err.retryable);
	ck_assert(disk_is_reason(&stage->err));
	ck_assert_int_eq(info.state, RUN_PAUSED);
	ck_assert_msg(strstr(info.reason, "disk_floor in agent.cfg is 1 MB"), "%s", info.reason);
	return info;
}

START_TEST(run_does_not_begin_on_a_full_disk)
{
	struct run_info info;
	struct stage stage;

	open_guarded(&stage, 20);
	disk_pretend(FLOOR - 1, 0);
	ck_assert_int_eq(stage_process(&stage, 60000), -ERR_STORE);
	info = check_paused(&stage);
	ck_assert_int_eq(info.counts.read, 0);
	ck_assert_int_eq(stage_requests(&stage, "/oauth2/token"), 0);
	/* A little above the floor is not yet enough, so that it does not flap. */
	disk_pretend(FLOOR + 1, 0);
	ck_assert_int_eq(stage_resume(&stage, 0), -ERR_STORE);
	disk_pretend(FLOOR + FLOOR / 8, 0);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_records(&stage), 20);
	ck_assert_str_eq(stage_info(&stage).reason, "");
	close_guarded(&stage);
}
END_TEST

/* Without a key and sent as a whole: the hardest to read a second time. */
START_TEST(reading_pauses_and_what_is_stored_is_not_read_twice)
{
	struct run_info info;
	struct stage stage;

	open_guarded(&stage, 600);
	stage_insert(&stage);
	stage.interface.packet = 20;
	disk_pretend(0, 8);
	ck_assert_int_eq(stage_process(&stage, 60000), -ERR_STORE);
	info = check_paused(&stage);
	ck_assert(!info.reading_done);
	ck_assert_int_ge(info.counts.read, 20);
	ck_assert_int_lt(info.counts.read, 600);
	ck_assert_int_eq(info.counts.pending, info.counts.read);
	ck_assert_int_eq(stage_records(&stage), 0);
	disk_pretend(-1, 0);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 600);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 600);
	close_guarded(&stage);
}
END_TEST

START_TEST(sending_pauses_though_all_is_read)
{
	int64_t calls;
	struct stage stage;

	open_guarded(&stage, 300);
	stage_switch(&stage, "faults", "{\"lock\": 1}");
	ck_assert_int_eq(stage_process(&stage, 0), -ERR_UNFINISHED);
	stage_switch(&stage, "faults", "{\"lock\": 0}");
	calls = stage_requests(&stage, "/composite");
	disk_pretend(0, 1); /* there was room when it began */
	ck_assert_int_eq(stage_resume(&stage, 60000), -ERR_STORE);
	ck_assert_int_eq(check_paused(&stage).counts.pending, 300);
	ck_assert_int_eq(stage_requests(&stage, "/composite"), calls);
	disk_pretend(-1, 0);
	ck_ok(stage_resume(&stage, 60000), &stage.err);
	ck_assert_int_eq(stage_info(&stage).counts.completed, 300);
	close_guarded(&stage);
}
END_TEST

START_TEST(no_bulk_job_is_made_on_a_full_disk)
{
	struct stage stage;

	open_guarded(&stage, 300);
	stage.interface.mode = TRANSFER_BULK;
	disk_pretend(0, 3); /* at the beginning, and for each of the two packets */
	ck_assert_int_eq(stage_process(&stage, 60000), -ERR_STORE);
	ck_assert_int_eq(check_paused(&stage).counts.pending, 300);
	ck_assert_int_eq(stage_requests(&stage, "/jobs/ingest"), 0);
	disk_pretend(-1, 0);
	ck_ok(stage_resume(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_ledger(&stage, "ORD-"), 300);
	close_guarded(&stage);
}
END_TEST

START_TEST(dry_run_and_floor_of_0_pass)
{
	struct stage stage;

	open_guarded(&stage, 20);
	disk_pretend(0, 0);
	stage.dry_run = true;
	ck_ok(stage_process(&stage, 0), &stage.err);
	stage.dry_run = false;
	atomic_store(&guard.floor, 0);
	ck_ok(stage_process(&stage, 0), &stage.err);
	ck_assert_int_eq(stage_records(&stage), 20);
	close_guarded(&stage);
}
END_TEST

Suite *suite_run_disk(void)
{
	Suite *suite = suite_create("run_disk");
	TCase *tc = tcase_create("run_disk");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, run_does_not_begin_on_a_full_disk);
	tcase_add_test(tc, reading_pauses_and_what_is_stored_is_not_read_twice);
	tcase_add_test(tc, sending_pauses_though_all_is_read);
	tcase_add_test(tc, no_bulk_job_is_made_on_a_full_disk);
	tcase_add_test(tc, dry_run_and_floor_of_0_pass);
	suite_add_tcase(suite, tc);
	return suite;
}
