/* Tests of writer.h: turns, savepoints, failures that take a turn back, back-pressure, the end. */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/clock.h"
#include "store/private.h"
#include "store/writer.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *dir;
static struct writer *writer;

static void setup(void)
{
	struct err err = ERR_INIT;

	dir = test_folder();
	ck_ok(writer_start(&writer, dir, &err), &err);
}

static void teardown(void)
{
	writer_stop(writer);
}

/* Write a setting named like the number. */
static int put_number(void *ctx, struct store *store, struct err *err)
{
	char name[32];

	snprintf(name, sizeof(name), "%d", *(int *)ctx);
	return store_setting(store, name, "there", err);
}

static bool is_there(int number)
{
	struct view *view = NULL;
	struct err err = ERR_INIT;
	char name[32];
	char *value = NULL;
	bool there;

	snprintf(name, sizeof(name), "%d", number);
	ck_ok(view_open(&view, dir, &err), &err);
	ck_ok(view_setting(&value, view, name, &err), &err);
	view_close(view);
	there = value != NULL;
	free(value);
	return there;
}

START_TEST(a_call_returns_when_its_job_is_durable)
{
	struct err err = ERR_INIT;
	int number = 7;

	ck_ok(writer_call(writer, put_number, &number, &err), &err);
	ck_assert(is_there(7));
}
END_TEST

/* Jobs 5, 15, 25 ... write, then fail. */
static int put_or_fail(void *ctx, struct store *store, struct err *err)
{
	int rc = put_number(ctx, store, err);

	if (rc == 0 && *(int *)ctx % 10 == 5)
		rc = err_set(err, ERR_LIMIT, "job %d fails", *(int *)ctx);
	return rc;
}

struct outcome_of_job {
	int number;
	int rc;
	bool done;
	char text[64];
};

static void note(void *ctx, int rc, const struct err *err)
{
	struct outcome_of_job *outcome = ctx;

	outcome->rc = rc;
	outcome->done = true;
	snprintf(outcome->text, sizeof(outcome->text), "%.60s", rc ? err->text : "");
}

#define JOBS 300

START_TEST(a_job_that_fails_is_undone_alone)
{
	static struct outcome_of_job outcomes[JOBS];
	struct err err = ERR_INIT;

	for (int i = 0; i < JOBS; i++) {
		outcomes[i].number = i;
		ck_ok(writer_post(writer, put_or_fail, note, &outcomes[i], &err), &err);
	}
	writer_stop(writer);
	for (int i = 0; i < JOBS; i++) {
		bool fails = i % 10 == 5;

		ck_assert(outcomes[i].done);
		ck_assert_int_eq(outcomes[i].rc, fails ? -ERR_LIMIT : 0);
		if (fails)
			ck_assert_ptr_nonnull(strstr(outcomes[i].text, "fails"));
		if (i < 30)
			ck_assert_int_eq(is_there(i), !fails);
	}
	writer = NULL;
}
END_TEST

/* ---- a turn that is taken back as a whole ---- */

static sem_t gate;

static int wait_at_gate(void *ctx, struct store *store, struct err *err)
{
	(void)ctx;
	(void)store;
	(void)err;
	sem_wait(&gate);
	return 0;
}

static int count_call(void *ctx, struct store *store, struct err *err)
{
	(void)store;
	(void)err;
	++*(int *)ctx;
	return 0;
}

static void *call_and_count(void *ctx)
{
	struct err err = ERR_INIT;

	ck_ok(writer_call(writer, count_call, ctx, &err), &err);
	return NULL;
}

/* given a call in one turn with a job that fails / then it is not made again with the others */
START_TEST(a_call_is_made_once)
{
	struct outcome_of_job outcome = { .number = 5 };
	struct err err = ERR_INIT;
	pthread_t thread;
	int calls = 0;

	sem_init(&gate, 0, 0);
	ck_ok(writer_post(writer, wait_at_gate, NULL, NULL, &err), &err);
	ck_assert_int_eq(pthread_create(&thread, NULL, call_and_count, &calls), 0);
	clock_sleep(200);
	ck_ok(writer_post(writer, put_or_fail, note, &outcome, &err), &err);
	sem_post(&gate);
	pthread_join(thread, NULL);
	writer_stop(writer);
	writer = NULL;
	ck_assert_int_eq(outcome.rc, -ERR_LIMIT);
	ck_assert_int_eq(calls, 1);
	sem_destroy(&gate);
}
END_TEST

/* No more pages than there are: the next big write finds the disk full. */
static int fill_disk(void *ctx, struct store *store, struct err *err)
{
	(void)ctx;
	return db_exec(&store->db, "PRAGMA max_page_count = 1", err);
}

static int free_disk(void *ctx, struct store *store, struct err *err)
{
	(void)ctx;
	return db_exec(&store->db, "PRAGMA max_page_count = 1073741823", err);
}

static int write_much(void *ctx, struct store *store, struct err *err)
{
	static char value[100000];

	(void)ctx;
	memset(value, 'v', sizeof(value) - 1);
	return store_setting(store, "much", value, err);
}

START_TEST(a_full_disk_is_told_to_every_job_it_took_back)
{
	struct outcome_of_job outcomes[4] = { { .number = 1 }, { .number = 2 }, { .number = 3 },
		{ .number = 4 } };
	struct err err = ERR_INIT;

	ck_ok(writer_call(writer, fill_disk, NULL, &err), &err);
	sem_init(&gate, 0, 0);
	ck_ok(writer_post(writer, wait_at_gate, NULL, NULL, &err), &err);
	clock_sleep(20); /* the first job is a turn of its own; the others wait together */
	ck_ok(writer_post(writer, put_number, note, &outcomes[0], &err), &err);
	ck_ok(writer_post(writer, write_much, note, &outcomes[1], &err), &err);
	ck_ok(writer_post(writer, put_number, note, &outcomes[2], &err), &err);
	sem_post(&gate);
	ck_ok(writer_call(writer, free_disk, NULL, &err), &err);
	ck_assert_int_eq(outcomes[1].rc, -ERR_STORE);
	ck_assert_ptr_nonnull(strstr(outcomes[1].text, "could not write"));
	/* what is said to be durable is there, what is said to have failed is not */
	ck_assert_int_eq(is_there(1), outcomes[0].rc == 0);
	ck_assert_int_eq(outcomes[2].rc, 0);
	ck_assert(is_there(3));
	ck_ok(writer_post(writer, write_much, note, &outcomes[3], &err), &err);
	writer_stop(writer);
	writer = NULL;
	ck_assert_int_eq(outcomes[3].rc, 0);
	sem_destroy(&gate);
}
END_TEST

/* ---- back-pressure ---- */

#define FLOOD 200

static atomic_int posted;

static void *flood(void *arg)
{
	(void)arg;
	for (int i = 0; i < FLOOD; i++) {
		if (writer_post(writer, wait_at_gate, NULL, NULL, NULL) == 0)
			atomic_fetch_add(&posted, 1);
	}
	return NULL;
}

START_TEST(whoever_posts_faster_than_is_written_waits)
{
	pthread_t thread;
	int before;

	sem_init(&gate, 0, 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, flood, NULL), 0);
	do {
		before = atomic_load(&posted);
		clock_sleep(50);
	} while (atomic_load(&posted) != before || before == 0);
	ck_assert_int_lt(before, FLOOD);
	for (int i = 0; i < FLOOD; i++)
		sem_post(&gate);
	pthread_join(thread, NULL);
	ck_assert_int_eq(atomic_load(&posted), FLOOD);
	writer_stop(writer);
	writer = NULL;
	sem_destroy(&gate);
}
END_TEST

/* ---- the end ---- */

START_TEST(stopping_writes_what_was_posted)
{
	static int numbers[50];
	struct err err = ERR_INIT;

	for (int i = 0; i < 50; i++) {
		numbers[i] = 1000 + i;
		ck_ok(writer_post(writer, put_number, NULL, &numbers[i], &err), &err);
	}
	writer_stop(writer);
	writer = NULL;
	ck_assert(is_there(1000) && is_there(1049));
	writer_stop(NULL);
}
END_TEST

static int call_itself(void *ctx, struct store *store, struct err *err)
{
	(void)store;
	return writer_call(writer, put_number, ctx, err);
}

START_TEST(the_writer_does_not_wait_for_itself)
{
	struct err err = ERR_INIT;
	int number = 1;

	ck_assert_int_eq(writer_call(writer, call_itself, &number, &err), -ERR_USAGE);
}
END_TEST

START_TEST(a_store_that_cannot_be_opened_fails_the_start)
{
	struct writer *none = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(writer_start(&none, "/nonexistent", &err), -ERR_STORE);
	ck_assert_ptr_null(none);
}
END_TEST

#define TURNS 60

static int write_for_long(const char *where, int first)
{
	struct writer *own = NULL;

	if (writer_start(&own, where, NULL) != 0)
		return 1;
	for (int i = 0; i < TURNS; i++) {
		int number = first + i;

		if (writer_call(own, put_number, &number, NULL) != 0)
			return 2;
	}
	writer_stop(own);
	return 0;
}

START_TEST(several_processes_get_their_turns)
{
	pid_t children[3];

	dir = test_folder();
	for (int i = 0; i < 3; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(write_for_long(dir, 10000 * (i + 1)));
	}
	for (int i = 0; i < 3; i++) {
		int status = -1;

		waitpid(children[i], &status, 0);
		ck_assert_int_eq(status, 0);
		ck_assert(is_there(10000 * (i + 1)) && is_there(10000 * (i + 1) + TURNS - 1));
	}
}
END_TEST

Suite *suite_writer(void)
{
	Suite *suite = suite_create("store/writer");
	TCase *tc = tcase_create("writer");
	TCase *processes = tcase_create("processes"); /* these fork, and have no thread before */

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_call_returns_when_its_job_is_durable);
	tcase_add_test(tc, a_job_that_fails_is_undone_alone);
	tcase_add_test(tc, a_call_is_made_once);
	tcase_add_test(tc, a_full_disk_is_told_to_every_job_it_took_back);
	tcase_add_test(tc, whoever_posts_faster_than_is_written_waits);
	tcase_add_test(tc, stopping_writes_what_was_posted);
	tcase_add_test(tc, the_writer_does_not_wait_for_itself);
	tcase_add_test(tc, a_store_that_cannot_be_opened_fails_the_start);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	tcase_add_test(processes, several_processes_get_their_turns);
	tcase_set_timeout(processes, 60);
	suite_add_tcase(suite, processes);
	return suite;
}
