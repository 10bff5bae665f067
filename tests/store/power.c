/* Tests of what is left when the power goes: what was told to be durable, and a store that fits. */

#include "store/suites.h"

#include "base/clock.h"
#include "store/cut_vfs.h"
#include "store/fixture.h"
#include "store/private.h"
#include "store/writer.h"

#include <semaphore.h>

#define PACKETS 80
#define ROWS 20
#define AHEAD 4
#define CUTS 60
#define DISTANCE 25

/* What the writer said of each packet so far. */
enum stage { STAGE_NONE, STAGE_STORED, STAGE_SENT, STAGE_ANSWERED };

struct story {
	int number;
	enum stage durable;
	int64_t packet, attempt;
};

static struct story stories[PACKETS];
static enum stage told[CUTS][PACKETS]; /* at each cut */
static struct fixture fx;

/* ---- the work, on the writer's thread ---- */

static int apply_run(void *ctx, struct store *store, struct err *err)
{
	static const struct run_spec spec = { .interface = "orders",
		.connection = "erp",
		.object = "Order__c",
		.operation = OPERATION_INSERT,
		.trigger = "manual",
		.who = "anna" };
	int rc = store_run_create(&fx.run, store, &spec, err);

	(void)ctx;
	return rc ? rc : store_run_claim(&fx.claim, store, fx.run, err);
}

/* So that there are many checkpoints, and the WAL begins anew again and again. */
static int apply_pragma(void *ctx, struct store *store, struct err *err)
{
	(void)ctx;
	return db_exec(&store->db, "PRAGMA wal_autocheckpoint = 100", err);
}

static int apply_packet(void *ctx, struct store *store, struct err *err)
{
	static char keys[ROWS][32], records[ROWS][400];
	struct story *story = ctx;
	struct row_in rows[ROWS];

	for (int i = 0; i < ROWS; i++) {
		snprintf(keys[i], sizeof(keys[i]), "P%03d-%02d", story->number, i);
		snprintf(records[i], sizeof(records[i]), "{\"Note\":\"%0*d\"}", 300, story->number);
		rows[i] = (struct row_in){ .key = keys[i],
			.source = records[i],
			.source_len = strlen(records[i]),
			.record = records[i],
			.record_len = strlen(records[i]),
			.hash = (uint64_t)i };
	}
	return store_packet_add(&story->packet, store, fx.claim, rows, ROWS, err);
}

static int apply_begin(void *ctx, struct store *store, struct err *err)
{
	struct story *story = ctx;
	struct row_set rows = { { 0 } };

	for (int i = 0; i < ROWS; i++)
		row_set_add(&rows, i);
	return store_attempt_begin(
		&story->attempt, store, fx.claim, story->packet, &rows, "r", err);
}

static int apply_answer(void *ctx, struct store *store, struct err *err)
{
	struct story *story = ctx;
	struct row_result results[ROWS];

	for (int i = 0; i < ROWS; i++) {
		results[i] = (struct row_result){ .position = i, .event = EVENT_SUCCEED };
		snprintf(results[i].salesforce_id, sizeof(results[i].salesforce_id), "%s",
			fixture_salesforce_id(i));
	}
	return store_attempt_done(store, fx.claim, story->attempt, 200, NULL, results, ROWS, err);
}

static sem_t done;

static void step_done(void *ctx, int rc, const struct err *err)
{
	struct story *story = ctx;

	ck_assert_msg(rc == 0, "%s", err->text);
	story->durable++;
	sem_post(&done);
}

static void remember(void *ctx, int number)
{
	(void)ctx;
	for (int i = 0; i < PACKETS; i++)
		told[number][i] = stories[i].durable;
}

/* As a run does it: packets are read ahead of those that are sent. A few steps in each commit. */
static void work(struct writer *writer)
{
	static writer_apply *const steps[] = { apply_packet, apply_begin, apply_answer };
	struct err err = ERR_INIT;

	sem_init(&done, 0, 0);
	for (int i = 0; i < PACKETS + AHEAD * 2; i++) {
		int posted = 0;

		for (int step = 0; step < (int)ARRAY_SIZE(steps); step++) {
			int at = i - step * AHEAD;

			if (at < 0 || at >= PACKETS)
				continue;
			ck_ok(writer_post(writer, steps[step], step_done, &stories[at], &err),
				&err);
			posted++;
		}
		while (posted-- > 0)
			sem_wait(&done);
	}
	sem_destroy(&done);
}

static int work_with_cuts(const char *dir, uint64_t seed)
{
	struct cut_plan plan = {
		.into = dir, .seed = seed, .cuts = CUTS, .distance = DISTANCE, .on_cut = remember
	};
	struct writer *writer = NULL;
	struct err err = ERR_INIT;

	memset(&fx, 0, sizeof(fx));
	memset(stories, 0, sizeof(stories));
	for (int i = 0; i < PACKETS; i++)
		stories[i].number = i;
	fx.dir = test_folder();
	cut_vfs_on(&plan);
	ck_ok(writer_start(&writer, fx.dir, &err), &err);
	ck_ok(writer_call(writer, apply_pragma, NULL, &err), &err);
	ck_ok(writer_call(writer, apply_run, NULL, &err), &err);
	work(writer);
	writer_stop(writer);
	run_claim_free(fx.claim);
	return cut_vfs_off();
}

/* ---- the store afterwards ---- */

static bool has_stage(const struct message *msg, enum stage stage)
{
	return msg->status == MESSAGE_COMPLETED ||
	       (stage == STAGE_SENT && msg->status == MESSAGE_PROCESSING) ||
	       (stage == STAGE_STORED && msg->status != MESSAGE_COMPLETED);
}

/* How many rows are not what they were told to be. */
static int count_missing(struct fixture *after, const enum stage *durable)
{
	struct message_window window;
	struct err err = ERR_INIT;
	int missing = 0;

	ck_ok(view_messages(&window, after->view, NULL, WINDOW_AFTER, 0, PACKETS * ROWS + 1, &err),
		&err);
	for (int i = 0; i < PACKETS; i++) {
		for (int row = 0; durable[i] && row < ROWS; row++) {
			int at = i * ROWS + row;

			missing +=
				at >= window.count || !has_stage(&window.messages[at], durable[i]);
		}
	}
	message_window_free(&window);
	return missing;
}

/* The next process: it opens the store, takes the run over and sends what is left. */
static int look_behind(const char *dir, int number)
{
	struct fixture after = { .run = 1 };
	struct run_info *runs = NULL;
	struct err err = ERR_INIT;
	char path[512];
	int64_t rows;
	int missing;
	int count;

	snprintf(path, sizeof(path), "%s/%d", dir, number);
	after.dir = path;
	ck_ok(store_open(&after.store, path, &err), &err);
	ck_ok(view_open(&after.view, path, &err), &err);
	fixture_verify(&after);
	missing = count_missing(&after, told[number]);
	ck_ok(view_runs(&runs, &count, after.view, NULL, 0, 1, &err), &err);
	free(runs);
	if (count > 0) {
		ck_commit(
			&after, store_run_claim(&after.claim, after.store, after.run, &err), &err);
		ck_commit(&after,
			store_attempts_settle(
				&rows, after.store, after.claim, EVENT_LOSE, "cut", &err),
			&err);
		fixture_verify(&after);
		ck_assert_int_eq(fixture_counts(&after, after.run).unknown, rows);
	}
	fixture_close(&after);
	return missing;
}

START_TEST(what_was_told_to_be_durable_outlives_a_power_cut)
{
	const char *dir = test_folder();
	int cuts = work_with_cuts(dir, (uint64_t)_i);

	ck_assert_int_gt(cuts, CUTS / 2);
	for (int i = 0; i < cuts; i++)
		ck_assert_int_eq(look_behind(dir, i), 0);
}
END_TEST

Suite *suite_power(void)
{
	Suite *suite = suite_create("store/power");
	TCase *tc = tcase_create("power");

	tcase_add_loop_test(tc, what_was_told_to_be_durable_outlives_a_power_cut, 0, 2);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return suite;
}
