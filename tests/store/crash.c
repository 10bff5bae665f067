/* Tests of what is left when a process dies, and of two processes that want the same run. */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/clock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct fixture fx;

static void setup(void)
{
	fixture_open(&fx);
	run_claim_free(fx.claim);
	fx.claim = NULL;
}

static void teardown(void)
{
	fixture_verify(&fx);
	fixture_close(&fx);
}

/* ---- a child with a store of its own ---- */

typedef void child_body(struct fixture *child);

static void claim(struct fixture *who)
{
	struct err err = ERR_INIT;

	ck_commit(who, store_run_claim(&who->claim, who->store, who->run, &err), &err);
}

/* Run `body` in another process, up to its death by SIGKILL. */
static void die_in_child(child_body *body)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		struct fixture child = { .dir = fx.dir, .run = fx.run };
		struct err err = ERR_INIT;

		ck_ok(store_open(&child.store, child.dir, &err), &err);
		claim(&child);
		body(&child);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, &status, 0);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void die_with_an_attempt_under_way(struct fixture *child)
{
	int64_t packet = fixture_packet(child, "ORD", 6);

	fixture_packet(child, "NEXT", 2);
	fixture_send(child, packet, 0, "sf");
	fixture_begin(child, packet, 2, 6);
}

static void die_before_the_commit(struct fixture *child)
{
	static const struct row_in row = {
		.key = "LOST", .source = "", .record = "{}", .record_len = 2
	};
	struct row_set rows = { { 1 } };
	struct err err = ERR_INIT;
	int64_t packet;
	int64_t attempt;

	fixture_packet(child, "ORD", 3);
	ck_ok(store_begin(child->store, &err), &err);
	ck_ok(store_packet_add(&packet, child->store, child->claim, &row, 1, &err), &err);
	ck_ok(store_attempt_begin(
		      &attempt, child->store, child->claim, packet - 1, &rows, "r", &err),
		&err);
}

static int64_t settle(enum message_event event)
{
	struct err err = ERR_INIT;
	int64_t rows = -1;

	ck_commit(&fx,
		store_attempts_settle(&rows, fx.store, fx.claim, event, "the program died", &err),
		&err);
	return rows;
}

START_TEST(an_attempt_without_an_answer_is_settled_as_told)
{
	enum message_event event = _i ? EVENT_LOSE : EVENT_RETRY;
	struct packet_out out;
	struct err err = ERR_INIT;
	struct run_counts counts;

	die_in_child(die_with_an_attempt_under_way);
	fixture_verify(&fx);
	counts = fixture_counts(&fx, fx.run);
	ck_assert_int_eq(counts.read, 8);
	ck_assert_int_eq(counts.pending, 6);
	claim(&fx);
	ck_assert_int_eq(settle(event), 4);
	ck_assert_int_eq(settle(event), 0);
	counts = fixture_counts(&fx, fx.run);
	ck_assert_int_eq(counts.unknown, _i ? 4 : 0);
	ck_assert_int_eq(counts.pending, _i ? 2 : 6);
	ck_ok(view_packet_due(&out, fx.view, fx.run, 0, clock_now(), NULL, &err), &err);
	ck_assert_int_eq(row_set_count(&out.due), _i ? 2 : 4);
	packet_out_free(&out);
}
END_TEST

START_TEST(the_attempts_of_the_living_are_not_settled)
{
	int64_t packet;

	claim(&fx);
	packet = fixture_packet(&fx, "ORD", 2);
	fixture_begin(&fx, packet, 0, 2);
	ck_assert_int_eq(settle(EVENT_RETRY), 0);
}
END_TEST

START_TEST(what_was_not_committed_never_was)
{
	struct run_counts counts;

	die_in_child(die_before_the_commit);
	counts = fixture_counts(&fx, fx.run);
	ck_assert_int_eq(counts.read, 3);
	claim(&fx);
	ck_assert_int_eq(settle(EVENT_LOSE), 0);
}
END_TEST

#define ROUNDS 12

/* Die at an arbitrary moment of busy work; nothing is lost or doubled, whatever the moment was. */
static void work_until_killed(struct fixture *child)
{
	for (int i = 0;; i++) {
		char prefix[32];
		int64_t packet;

		snprintf(prefix, sizeof(prefix), "K%d-%d", (int)getpid(), i);
		packet = fixture_packet(child, prefix, 20);
		fixture_send(child, packet, 0, "ssssssssssssssssssfr");
	}
}

START_TEST(dying_at_any_moment_leaves_counts_that_add_up)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct run_counts counts = fixture_counts(&fx, fx.run);
		int64_t wanted = counts.read + 20 * (i % 4) + 1;
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			struct fixture child = { .dir = fx.dir, .run = fx.run };
			struct err err = ERR_INIT;

			ck_ok(store_open(&child.store, child.dir, &err), &err);
			claim(&child);
			work_until_killed(&child);
		}
		while (fixture_counts(&fx, fx.run).read < wanted)
			clock_sleep(1);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		fixture_verify(&fx);
		claim(&fx);
		settle(EVENT_RETRY);
		run_claim_free(fx.claim);
		fx.claim = NULL;
		fixture_verify(&fx);
	}
	ck_assert_int_eq(fixture_counts(&fx, fx.run).read % 20, 0);
}
END_TEST

/* ---- two processes ---- */

/* A child that claims the run, says so, and waits to be killed. */
static pid_t start_owner(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct fixture child = { .dir = fx.dir, .run = fx.run };
		struct err err = ERR_INIT;

		ck_ok(store_open(&child.store, child.dir, &err), &err);
		claim(&child);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void check_owner(int64_t pid, bool responding)
{
	struct run_info run;
	struct err err = ERR_INIT;

	ck_ok(view_run(&run, fx.view, fx.run, &err), &err);
	ck_assert_int_eq(run.owner_pid, pid);
	ck_assert_int_eq(run.responding, responding);
}

START_TEST(a_run_has_one_owner_until_that_dies)
{
	struct run_claim *mine = NULL;
	struct err err = ERR_INIT;
	char name[32];
	int status;
	pid_t pid;

	check_owner(0, false);
	pid = start_owner();
	check_owner(pid, true);
	ck_refused(&fx, store_run_claim(&mine, fx.store, fx.run, &err), ERR_UNFINISHED, &err);
	ck_assert_ptr_null(mine);
	snprintf(name, sizeof(name), "process %d", (int)pid);
	ck_assert_ptr_nonnull(strstr(err.text, name));
	kill(pid, SIGSTOP);
	ck_refused(&fx, store_run_claim(&mine, fx.store, fx.run, &err), ERR_UNFINISHED, &err);
	clock_freeze(clock_now() + 61000);
	check_owner(pid, false);
	clock_freeze(-1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check_owner(0, false);
	claim(&fx);
	check_owner(getpid(), true);
}
END_TEST

START_TEST(letting_go_frees_the_run)
{
	claim(&fx);
	run_claim_free(fx.claim);
	fx.claim = NULL;
	check_owner(0, false);
	claim(&fx);
	ck_assert_int_eq(run_claim_run(fx.claim), fx.run);
}
END_TEST

/* The lock can be lost without the process knowing (somebody removed store.lock): then the epoch
 * speaks. */
START_TEST(an_owner_that_was_overtaken_writes_nothing_more)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *stale = NULL;
	struct row_set rows = { { 1 } };
	struct err err = ERR_INIT;
	char path[512];
	int64_t packet;
	int64_t number;

	claim(&fx);
	stale = fx.claim;
	packet = fixture_packet(&fx, "ORD", 2);
	snprintf(path, sizeof(path), "%s/store.lock", fx.dir);
	ck_assert_int_eq(unlink(path), 0);
	claim(&fx);
	ck_refused(&fx, store_run_update(fx.store, stale, &change, &err), ERR_UNFINISHED, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "taken over"));
	ck_assert(!err.retryable);
	ck_refused(&fx, store_attempt_begin(&number, fx.store, stale, packet, &rows, "r", &err),
		ERR_UNFINISHED, &err);
	ck_refused(&fx, store_attempts_settle(&number, fx.store, stale, EVENT_LOSE, "", &err),
		ERR_UNFINISHED, &err);
	ck_refused(&fx, store_run_cancel_rest(&number, fx.store, stale, "x", &err), ERR_UNFINISHED,
		&err);
	/* ... also right behind a good claim in the same transaction */
	ck_ok(store_begin(fx.store, &err), &err);
	ck_ok(store_run_update(fx.store, fx.claim, &change, &err), &err);
	ck_assert_int_eq(store_run_update(fx.store, stale, &change, &err), -ERR_UNFINISHED);
	ck_ok(store_run_update(fx.store, fx.claim, &change, &err), &err);
	ck_ok(store_commit(fx.store, &err), &err);
	fixture_send(&fx, packet, 0, "ss");
	run_claim_free(stale);
}
END_TEST

START_TEST(a_claim_that_was_rolled_back_is_void)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *void_claim = NULL;
	struct err err = ERR_INIT;

	ck_ok(store_begin(fx.store, &err), &err);
	ck_ok(store_savepoint(fx.store, &err), &err);
	ck_ok(store_run_claim(&void_claim, fx.store, fx.run, &err), &err);
	ck_ok(store_run_update(fx.store, void_claim, &change, &err), &err);
	store_undo(fx.store);
	ck_assert_int_eq(store_run_update(fx.store, void_claim, &change, &err), -ERR_UNFINISHED);
	ck_ok(store_commit(fx.store, &err), &err);
	run_claim_free(void_claim);
	void_claim = NULL;
	ck_ok(store_begin(fx.store, &err), &err);
	ck_ok(store_run_claim(&void_claim, fx.store, fx.run, &err), &err);
	ck_ok(store_run_update(fx.store, void_claim, &change, &err), &err);
	store_rollback(fx.store);
	ck_refused(
		&fx, store_run_update(fx.store, void_claim, &change, &err), ERR_UNFINISHED, &err);
	run_claim_free(void_claim);
	ck_refused(&fx, store_run_claim(&void_claim, fx.store, 77, &err), ERR_NOT_FOUND, &err);
	ck_refused(&fx, store_run_claim(&void_claim, fx.store, 0, &err), ERR_NOT_FOUND, &err);
}
END_TEST

Suite *suite_crash(void)
{
	Suite *suite = suite_create("store/crash");
	TCase *tc = tcase_create("crash");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, an_attempt_without_an_answer_is_settled_as_told, 0, 2);
	tcase_add_test(tc, the_attempts_of_the_living_are_not_settled);
	tcase_add_test(tc, what_was_not_committed_never_was);
	tcase_add_test(tc, dying_at_any_moment_leaves_counts_that_add_up);
	tcase_add_test(tc, a_run_has_one_owner_until_that_dies);
	tcase_add_test(tc, letting_go_frees_the_run);
	tcase_add_test(tc, an_owner_that_was_overtaken_writes_nothing_more);
	tcase_add_test(tc, a_claim_that_was_rolled_back_is_void);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return suite;
}
