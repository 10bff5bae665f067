/*
 * Random walks: runs, bulk jobs, operators and crashes do what the transition table allows, in any
 * order, to a few packets, while a plain model in memory says what each message must be, and what
 * the org has made of it.
 */

#include "store/fixture.h"
#include "store/suites.h"

#include "base/clock.h"

#define PACKETS 5
#define ROWS 37
#define STEPS 250
#define NEVER 0
#define ATTEMPTS_UP 8

static struct fixture fx;
static uint64_t seed;

static unsigned dice(unsigned sides)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % sides;
}

/* What must be true. */
struct model {
	int64_t packets[PACKETS];
	enum message_status status[PACKETS][ROWS];
	int attempts[PACKETS][ROWS];
	struct {
		int64_t id;  /* 0 = free */
		int64_t job; /* that carries it, 0 = a request */
		int packet;
		struct row_set rows;
	} open[ATTEMPTS_UP];
	/* The org: how often it executed the row, and how often somebody said in so many words
	 * that it may go again though its outcome is not known, or that it is there. */
	bool insert;
	int made[PACKETS][ROWS];
	int words[PACKETS][ROWS];
	bool vouched[PACKETS][ROWS];
};

static struct model model;

static void move(int packet, int row, enum message_event event, enum actor actor)
{
	struct err err = ERR_INIT;

	ck_ok(message_next(
		      &model.status[packet][row], model.status[packet][row], event, actor, &err),
		&err);
}

/* A person, or the check by key, changes a message: is it a word that the ledger must heed? */
static void move_by_word(int packet, int row, enum message_event event, enum message_status to)
{
	bool was_unknown = model.status[packet][row] == MESSAGE_UNKNOWN;

	if (event == EVENT_RESOLVE_NOT_SENT || (event == EVENT_FORCE && was_unknown))
		model.words[packet][row]++;
	if (event == EVENT_RESOLVE_COMPLETED)
		model.vouched[packet][row] = true;
	model.status[packet][row] = to;
}

/* The org was told of the row, and nobody knows: did it execute it? */
static void make_perhaps(int packet, int row)
{
	model.made[packet][row] += (int)dice(2);
}

static bool may_send(enum message_status status)
{
	return status == MESSAGE_NEW || status == MESSAGE_PENDING;
}

/* How many of the sendable rows: all, a half, ... */
static struct row_set sendable(int packet)
{
	struct row_set rows = { { 0 } };
	unsigned share = 1 + dice(4);

	for (int i = 0; i < ROWS; i++) {
		if (may_send(model.status[packet][i]) && dice(share) == 0)
			row_set_add(&rows, i);
	}
	return rows;
}

static int free_slot(void)
{
	int slot = 0;

	while (slot < ATTEMPTS_UP && model.open[slot].id)
		slot++;
	return slot;
}

static void begun(int slot, int64_t attempt, int64_t job, int packet, const struct row_set *rows)
{
	model.open[slot].id = attempt;
	model.open[slot].job = job;
	model.open[slot].packet = packet;
	model.open[slot].rows = *rows;
	for (int i = 0; i < ROWS; i++) {
		if (!row_set_has(rows, i))
			continue;
		move(packet, i, EVENT_SEND, ACTOR_RUN);
		model.attempts[packet][i]++;
	}
}

static void begin(void)
{
	int packet = (int)dice(PACKETS);
	struct row_set rows = sendable(packet);
	struct err err = ERR_INIT;
	int slot = free_slot();
	int64_t attempt;

	if (slot == ATTEMPTS_UP || row_set_count(&rows) == 0)
		return;
	ck_commit(&fx,
		store_attempt_begin(
			&attempt, fx.store, fx.claim, model.packets[packet], &rows, "walk", &err),
		&err);
	begun(slot, attempt, 0, packet, &rows);
}

static void carry_in_job(int64_t job, int packet)
{
	struct row_set rows = sendable(packet);
	struct job_part *parts;
	struct err err = ERR_INIT;
	int slot = free_slot();
	int count;

	if (slot == ATTEMPTS_UP || row_set_count(&rows) == 0)
		return;
	ck_commit(&fx,
		store_job_attempt(fx.store, fx.claim, job, model.packets[packet], &rows, &err),
		&err);
	ck_ok(view_job_parts(&parts, &count, fx.view, job, &err), &err);
	begun(slot, parts[count - 1].attempt, job, packet, &rows);
	free(parts);
}

static void begin_job(void)
{
	static const struct job_change made = { "7502M00000aFzAIQA0", "Open", -1, -1, NULL };
	struct err err = ERR_INIT;
	int64_t job;

	ck_commit(&fx,
		store_job_begin(&job, fx.store, fx.claim, model.packets[0],
			model.packets[PACKETS - 1], &err),
		&err);
	ck_commit(&fx, store_job_update(fx.store, fx.claim, job, &made, &err), &err);
	for (int packet = (int)dice(PACKETS); packet < PACKETS; packet += 1 + (int)dice(2))
		carry_in_job(job, packet);
}

static struct row_result any_result(int position, unsigned mood)
{
	static const enum message_event outcomes[] = { EVENT_SUCCEED, EVENT_FAIL, EVENT_RETRY,
		EVENT_LOSE };
	struct row_result result = { .position = position };

	result.event = mood < 4 ? outcomes[mood] : outcomes[dice(10) < 7 ? 0 : dice(4)];
	if (result.event == EVENT_SUCCEED) {
		snprintf(result.salesforce_id, sizeof(result.salesforce_id), "%s",
			fixture_salesforce_id(position));
		return result;
	}
	snprintf(result.code, sizeof(result.code), "CODE_%u", dice(2));
	result.text = "text";
	result.next_try = result.event == EVENT_RETRY ? 1000 + (int64_t)dice(2) : 0;
	return result;
}

static void answer(void)
{
	struct row_result results[ROWS];
	unsigned slot = dice(ATTEMPTS_UP);
	int packet = model.open[slot].packet;
	unsigned mood = dice(8); /* below 4: all rows alike */
	struct err err = ERR_INIT;
	int count = 0;

	if (!model.open[slot].id)
		return;
	for (int i = 0; i < ROWS; i++) {
		if (!row_set_has(&model.open[slot].rows, i))
			continue;
		results[count] = any_result(i, mood);
		move(packet, i, results[count].event, ACTOR_RUN);
		if (results[count].event == EVENT_SUCCEED)
			model.made[packet][i]++;
		else if (results[count].event == EVENT_LOSE)
			make_perhaps(packet, i);
		count++;
	}
	ck_commit(&fx,
		store_attempt_done(
			fx.store, fx.claim, model.open[slot].id, 200, NULL, results, count, &err),
		&err);
	model.open[slot].id = 0;
}

/* No answer will come for these slots; returns the rows. */
static int64_t lose(int slot, enum message_event event, bool executed)
{
	int packet = model.open[slot].packet;
	int64_t rows = 0;

	for (int i = 0; model.open[slot].id && i < ROWS; i++) {
		if (!row_set_has(&model.open[slot].rows, i))
			continue;
		move(packet, i, event, ACTOR_RUN);
		if (executed)
			make_perhaps(packet, i);
		rows++;
	}
	model.open[slot].id = 0;
	return rows;
}

/* The process dies, another one takes over. What left in a job can still be asked for. */
static void crash(void)
{
	enum message_event event = model.insert ? EVENT_LOSE : EVENT_RETRY;
	struct err err = ERR_INIT;
	int64_t rows;
	int64_t expected = 0;

	run_claim_free(fx.claim);
	ck_commit(&fx, store_run_claim(&fx.claim, fx.store, fx.run, &err), &err);
	ck_commit(
		&fx, store_attempts_settle(&rows, fx.store, fx.claim, event, "crash", &err), &err);
	for (int slot = 0; slot < ATTEMPTS_UP; slot++)
		if (!model.open[slot].job)
			expected += lose(slot, event, true);
	ck_assert_int_eq(rows, expected);
}

/* A job comes to nothing before its upload was complete, or is gone from the org. */
static void end_job(void)
{
	int64_t job = model.open[dice(ATTEMPTS_UP)].job;
	bool gone = dice(2);
	enum message_event event = gone && model.insert ? EVENT_LOSE : EVENT_RETRY;
	struct err err = ERR_INIT;
	int64_t expected = 0;
	int64_t rows;

	if (!job)
		return;
	ck_commit(&fx, store_job_settle(&rows, fx.store, fx.claim, job, event, "gone", &err), &err);
	for (int slot = 0; slot < ATTEMPTS_UP; slot++)
		if (model.open[slot].job == job)
			expected += lose(slot, event, gone);
	ck_assert_int_eq(rows, expected);
}

/* An operator wants anything; the table decides. */
static void operate(void)
{
	enum message_event event = (enum message_event)dice(MESSAGE_EVENT_COUNT);
	int packet = (int)dice(PACKETS);
	int row = (int)dice(ROWS);
	int64_t message = MESSAGE_ID(model.packets[packet], row);
	enum message_status to = model.status[packet][row];
	struct err err = ERR_INIT;
	int expected = message_next(&to, to, event, ACTOR_OPERATOR, NULL);
	int rc;

	ck_ok(store_begin(fx.store, &err), &err);
	rc = store_message_event(fx.store, message, event, "walker", NULL, &err);
	ck_assert_msg(rc == expected, "%s: %d instead of %d: %s", message_event_name(event), rc,
		expected, err.text);
	if (rc == 0) {
		ck_ok(store_commit(fx.store, &err), &err);
		move_by_word(packet, row, event, to);
	} else {
		store_rollback(fx.store);
	}
}

static int told;

static void check_verdict(void *ctx, const struct message_verdict *verdict)
{
	const struct messages_event *what = ctx;
	int packet = 0;
	int row = MESSAGE_POSITION(verdict->message);
	enum message_status to;
	int expected;

	while (model.packets[packet] != MESSAGE_PACKET(verdict->message))
		packet++;
	to = model.status[packet][row];
	expected = message_next(&to, to, what->event, what->actor, NULL);
	ck_assert_int_eq(verdict->why == NULL, expected == 0);
	if (expected == 0)
		move_by_word(packet, row, what->event, to);
	ck_assert_int_eq(verdict->status, to);
	told++;
}

/* The same for many at once, by a person or the check by key: some are done, some refused. */
static void operate_many(void)
{
	struct messages_event what = { .event = (enum message_event)dice(MESSAGE_EVENT_COUNT),
		.actor = dice(3) ? ACTOR_OPERATOR : ACTOR_RECONCILER,
		.who = "walker" };
	int64_t messages[PACKETS * ROWS];
	unsigned share = 1 + dice(6);
	struct err err = ERR_INIT;
	int count = 0;

	for (int packet = 0; packet < PACKETS; packet++) {
		for (int row = 0; row < ROWS; row++) {
			if (dice(share) == 0)
				messages[count++] = MESSAGE_ID(model.packets[packet], row);
		}
	}
	told = 0;
	ck_commit(&fx,
		store_messages_event(fx.store, &what, messages, count, check_verdict, &what, &err),
		&err);
	ck_assert_int_eq(told, count);
}

static void edit(void)
{
	int packet = (int)dice(PACKETS);
	int row = (int)dice(ROWS);
	enum message_status status = model.status[packet][row];
	struct err err = ERR_INIT;

	if (status != MESSAGE_FAILED && status != MESSAGE_UNKNOWN && status != MESSAGE_CANCELLED)
		return;
	ck_commit(&fx,
		store_message_edit(fx.store, MESSAGE_ID(model.packets[packet], row), "{\"e\":1}",
			"walker", &err),
		&err);
}

static void cancel_rest(void)
{
	struct err err = ERR_INIT;
	int64_t expected = 0;
	int64_t rows;

	if (dice(20) != 0)
		return;
	for (int packet = 0; packet < PACKETS; packet++) {
		for (int row = 0; row < ROWS; row++) {
			if (!may_send(model.status[packet][row]))
				continue;
			move(packet, row, EVENT_CANCEL, ACTOR_RUN);
			expected++;
		}
	}
	ck_commit(&fx, store_run_cancel_rest(&rows, fx.store, fx.claim, "walker", &err), &err);
	ck_assert_int_eq(rows, expected);
}

/* A step that is rolled back must leave no trace. */
static void roll_back(void)
{
	struct err err = ERR_INIT;
	int64_t rows;

	ck_ok(store_begin(fx.store, &err), &err);
	ck_ok(store_run_cancel_rest(&rows, fx.store, fx.claim, "walker", &err), &err);
	store_rollback(fx.store);
}

static void (*const steps[])(void) = { begin, begin, begin, begin_job, answer, answer, answer,
	answer, end_job, operate, operate, operate, operate_many, edit, crash, cancel_rest,
	roll_back };

/*
 * What the store says against what the org did. Nothing is told as Completed that the org never
 * made, and an insert that it made, or may have made, goes again only when somebody said so.
 */
static void compare_with_org(void)
{
	for (int packet = 0; packet < PACKETS; packet++) {
		for (int row = 0; row < ROWS; row++) {
			enum message_status status = model.status[packet][row];
			int made = model.made[packet][row];
			int words = model.words[packet][row];

			ck_assert(status != MESSAGE_COMPLETED || made > 0 ||
				  model.vouched[packet][row]);
			if (!model.insert)
				continue;
			ck_assert_int_le(made, 1 + words);
			ck_assert(made == 0 || words > 0 || status == MESSAGE_COMPLETED ||
				  status == MESSAGE_UNKNOWN);
		}
	}
}

/* The store against the model, message by message, and its counts against both. */
static void compare(void)
{
	struct run_counts counts = fixture_counts(&fx, fx.run);
	int64_t seen[MESSAGE_STATUS_COUNT] = { 0 };
	struct message_window window;
	struct err err = ERR_INIT;

	ck_ok(view_messages(&window, fx.view, NULL, WINDOW_AFTER, 0, PACKETS * ROWS + 1, &err),
		&err);
	ck_assert_int_eq(window.count, PACKETS * ROWS);
	for (int i = 0; i < window.count; i++) {
		const struct message *msg = &window.messages[i];

		ck_assert_int_eq(msg->status, model.status[i / ROWS][i % ROWS]);
		ck_assert_int_eq(msg->attempts, model.attempts[i / ROWS][i % ROWS]);
		seen[msg->status]++;
	}
	message_window_free(&window);
	ck_assert_int_eq(counts.read, PACKETS * ROWS);
	ck_assert_int_eq(counts.completed, seen[MESSAGE_COMPLETED]);
	ck_assert_int_eq(counts.failed, seen[MESSAGE_FAILED]);
	ck_assert_int_eq(counts.unknown, seen[MESSAGE_UNKNOWN]);
	ck_assert_int_eq(counts.cancelled, seen[MESSAGE_CANCELLED]);
	ck_assert_int_eq(counts.pending,
		seen[MESSAGE_NEW] + seen[MESSAGE_PROCESSING] + seen[MESSAGE_PENDING]);
}

/* Each message's count of attempts and results is the history that was told. */
static void compare_histories(void)
{
	for (int packet = 0; packet < PACKETS; packet++) {
		for (int row = 0; row < ROWS; row += 5) {
			struct message_detail *detail = NULL;
			struct err err = ERR_INIT;

			ck_ok(view_message(&detail, fx.view, MESSAGE_ID(model.packets[packet], row),
				      &err),
				&err);
			ck_assert_int_eq(detail->attempt_count, model.attempts[packet][row]);
			message_detail_free(detail);
		}
	}
}

/* ---- filters over whatever came out of it ---- */

static bool is_retried(const struct message *msg)
{
	return msg->attempts > 1;
}

static bool is_edited(const struct message *msg)
{
	return msg->edited;
}

static bool has_code_1(const struct message *msg)
{
	return strcmp(msg->code, "CODE_1") == 0;
}

static bool failed_with_code_1(const struct message *msg)
{
	return has_code_1(msg) && msg->status == MESSAGE_FAILED;
}

static bool open_of_p3(const struct message *msg)
{
	return message_status_open(msg->status) && strncmp(msg->key, "P3", 2) == 0;
}

static bool says_walker(const struct message *msg)
{
	return strstr(msg->comment, "walker") != NULL;
}

static bool has_an_id(const struct message *msg)
{
	return msg->salesforce_id[0] != '\0';
}

static const struct {
	const char *text;
	bool (*passes)(const struct message *msg);
} filters[] = {
	{ "is:retried", is_retried },
	{ "is:edited", is_edited },
	{ "code:CODE_1", has_code_1 },
	{ "code:*_1 status:failed", failed_with_code_1 },
	{ "status:new,processing,pending,unknown key:p3*", open_of_p3 },
	{ "comment:walker", says_walker },
	{ "id:a015g*", has_an_id },
};

static void compare_filters(void)
{
	struct message_window all;
	struct err err = ERR_INIT;

	ck_ok(view_messages(&all, fx.view, NULL, WINDOW_AFTER, 0, PACKETS * ROWS, &err), &err);
	for (size_t f = 0; f < ARRAY_SIZE(filters); f++) {
		struct filter *filter = NULL;
		struct message_window some;
		int next = 0;

		ck_ok(filter_parse(&filter, filters[f].text, 0, NULL, &err), &err);
		ck_ok(view_messages(&some, fx.view, filter, WINDOW_TAIL, 0, PACKETS * ROWS, &err),
			&err);
		for (int i = 0; i < all.count; i++) {
			if (!filters[f].passes(&all.messages[i]))
				continue;
			ck_assert_msg(next < some.count, "%s: too few", filters[f].text);
			ck_assert_int_eq(some.messages[next].id, all.messages[i].id);
			ck_assert_str_eq(some.messages[next++].comment, all.messages[i].comment);
		}
		ck_assert_msg(next == some.count, "%s: too many", filters[f].text);
		message_window_free(&some);
		filter_free(filter);
	}
	message_window_free(&all);
}

START_TEST(no_message_is_lost_or_doubled_on_any_way)
{
	seed = (uint64_t)_i * 7919 + 1;
	memset(&model, 0, sizeof(model));
	model.insert = _i % 2;
	fixture_open(&fx);
	for (int i = 0; i < PACKETS; i++) {
		char prefix[16];

		snprintf(prefix, sizeof(prefix), "P%d", i);
		model.packets[i] = fixture_packet(&fx, prefix, ROWS);
	}
	for (int i = 0; i < STEPS; i++) {
		steps[dice(ARRAY_SIZE(steps))]();
		fixture_verify(&fx);
		compare_with_org();
		if (i % 10 == 0)
			compare();
	}
	compare();
	compare_histories();
	compare_filters();
	fixture_close(&fx);
}
END_TEST

Suite *suite_walk(void)
{
	Suite *suite = suite_create("store/walk");
	TCase *tc = tcase_create("walk");

	tcase_add_loop_test(tc, no_message_is_lost_or_doubled_on_any_way, 0, 8);
	tcase_set_timeout(tc, 120);
	suite_add_tcase(suite, tc);
	return suite;
}
